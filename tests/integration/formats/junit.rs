//! JUnit's XML, read back.

use quick_xml::Reader;
use quick_xml::events::Event;
use remperm::permission::{Cloud, Subject};
use remperm::render::Format;
use remperm::report::{Counts, Report};

use super::{rendered, rich};

/// A suite as its attributes and its content say it.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) tests: usize,
    pub(super) failures: usize,
    pub(super) errors: usize,
    skipped: usize,
    /// The name, what became of it (`""` for passed), and the message.
    cases: Vec<(String, String, String)>,
}

/// Reads a document, and holds the numbers of each suite to its content.
pub(super) fn parsed(text: &str) -> Vec<Suite> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut suites: Vec<Suite> = Vec::new();
    let mut totals = None;
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            match event {
                Event::Eof => break,
                _ => continue,
            }
        };
        let attribute = |name: &str| {
            tag.attributes()
                .map(Result::unwrap)
                .find(|one| one.key.as_ref() == name)
                .map(|one| {
                    quick_xml::escape::unescape(&one.value)
                        .unwrap()
                        .into_owned()
                })
        };
        let number = |name: &str| attribute(name).unwrap().parse::<usize>().unwrap();
        match tag.name().as_ref() {
            "testsuites" => {
                totals = Some(["tests", "failures", "errors"].map(number));
            }
            "testsuite" => suites.push(Suite {
                name: attribute("name").unwrap(),
                tests: number("tests"),
                failures: number("failures"),
                errors: number("errors"),
                skipped: number("skipped"),
                cases: Vec::new(),
            }),
            "testcase" => suites.last_mut().unwrap().cases.push((
                attribute("name").unwrap(),
                String::new(),
                String::new(),
            )),
            name @ ("failure" | "error" | "skipped") => {
                let case = suites.last_mut().unwrap().cases.last_mut().unwrap();
                case.1 = name.to_owned();
                case.2 = attribute("message").unwrap();
            }
            "system-out" => {}
            other => panic!("{other}"),
        }
    }
    for suite in &suites {
        let of = |kind: &str| suite.cases.iter().filter(|case| case.1 == kind).count();
        assert_eq!(suite.tests, suite.cases.len(), "{}", suite.name);
        let counted = [of("failure"), of("error"), of("skipped")];
        let told = [suite.failures, suite.errors, suite.skipped];
        assert_eq!(counted, told, "{}", suite.name);
    }
    let sum = |number: fn(&Suite) -> usize| suites.iter().map(number).sum::<usize>();
    let sums = [
        sum(|one| one.tests),
        sum(|one| one.failures),
        sum(|one| one.errors),
    ];
    assert_eq!(totals, Some(sums));
    suites
}

#[test]
fn it_can_be_read_back_with_every_finding() {
    for report in [rich::report(), rich::large(500)] {
        let text = rendered(&report, Format::Junit);
        let suites = parsed(&text);
        let passed: usize = suites
            .iter()
            .flat_map(|suite| &suite.cases)
            .filter(|case| case.1.is_empty())
            .count();
        let counts = Counts::of(report.findings());
        assert_eq!(passed, counts.passed);
        let all: usize = suites.iter().map(|suite| suite.tests).sum();
        // The failure of the unreachable target is a case of its own.
        assert_eq!(all, counts.total + 1);
    }
}

#[test]
fn each_kind_of_result_is_what_readers_know() {
    let user = Subject::User;
    let mut audit = rich::audit(
        Cloud::Aws,
        vec![
            rich::passed(user, "a"),
            rich::failed(user, "b"),
            rich::unknown(user, "c", remperm::verdict::Why::Refused),
            rich::waived(rich::failed(user, "d"), false),
            rich::waived(rich::failed(user, "e"), true),
        ],
    );
    let kinds = |audit: &remperm::report::Audit| -> Vec<String> {
        let suites = parsed(&rendered(&Report::of(audit.clone()), Format::Junit));
        suites[0].cases.iter().map(|case| case.1.clone()).collect()
    };
    assert_eq!(
        kinds(&audit),
        ["", "failure", "error", "skipped", "failure"]
    );
    audit.accept_unknown = true;
    assert_eq!(
        kinds(&audit),
        ["", "failure", "skipped", "skipped", "failure"]
    );
    let suites = parsed(&rendered(&Report::of(audit), Format::Junit));
    assert!(suites[0].cases[2].2.contains("(accepted)"));
    assert!(suites[0].cases[3].2.contains("waiver-reason"));
}

/// `.ci/run` sets the Python with lxml.
#[cfg(feature = "xml-schema")]
#[test]
fn it_is_valid_by_jenkins_schema() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let python = std::env::var("REMPERM_XML_PYTHON").expect("REMPERM_XML_PYTHON");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/junit-10.xsd");
    let program = "import sys; from lxml import etree\n\
         schema = etree.XMLSchema(etree.parse(sys.argv[1]))\n\
         schema.assertValid(etree.parse(sys.stdin.buffer))";
    let valid = |text: &str| {
        let mut child = Command::new(&python)
            .args(["-c", program, schema])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let mut reports: Vec<Report> = rich::ends().into_iter().map(|(_, report)| report).collect();
    reports.extend([rich::report(), rich::large(500)]);
    for report in reports {
        let (fine, why) = valid(&rendered(&report, Format::Junit));
        assert!(fine, "{why}");
    }
    assert!(
        !valid("<testsuites><testsuite/></testsuites>").0,
        "the schema checks something"
    );
}
