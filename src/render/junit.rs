//! JUnit's XML, as Jenkins, GitLab and others read it: a suite per audit and subject, a case per
//! permission. What is missing is a failure, what could not be determined an error, and what was
//! waived or accepted is skipped, with its reason.
//!
//! There is no standard. The shape keeps to
//! [Jenkins' schema](https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd).

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::problem::{self, Grade, Problem};
use super::words::{closing, title};
use crate::permission::Subject;
use crate::report::{Audit, Finding, Report, Status};
use crate::text::flat;

/// A suite: its name, its cases, and what is said below them.
struct Suite<'a> {
    name: String,
    cases: Vec<Case<'a>>,
    lines: Vec<String>,
}

/// A case: a finding that passed, or a problem.
enum Case<'a> {
    Passed(&'a Finding),
    Open(Box<Problem<'a>>),
}

/// How many cases of each kind there are.
#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Writes the document.
///
/// # Errors
///
/// What the writer says.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let suites = suites(report);
    let all = tally(suites.iter().flat_map(|suite| &suite.cases));
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let numbers = [all.tests, all.failures, all.errors].map(|number| number.to_string());
    let [tests, failures, errors] = &numbers;
    writer
        .create_element("testsuites")
        .with_attributes([
            ("name", "remperm"),
            ("tests", tests),
            ("failures", failures),
            ("errors", errors),
        ])
        .write_inner_content(|writer| {
            for suite in &suites {
                write_suite(suite, report, writer)?;
            }
            Ok(())
        })?;
    writeln!(out)
}

fn suites(report: &Report) -> Vec<Suite<'_>> {
    let mut suites: Vec<Suite<'_>> = Vec::new();
    let mut problems = problem::all(report);
    for audit in &report.audits {
        let (mut mine, others): (Vec<Problem<'_>>, Vec<Problem<'_>>) = problems
            .into_iter()
            .partition(|problem| problem.audit.is_some_and(|of| std::ptr::eq(of, audit)));
        problems = others;
        for subject in audit.subjects() {
            let cases = audit.of_subject(subject).map(|finding| {
                let open = mine.iter().position(|problem| {
                    problem.finding.is_some_and(|of| std::ptr::eq(of, finding))
                });
                open.map_or(Case::Passed(finding), |index| {
                    Case::Open(Box::new(mine.remove(index)))
                })
            });
            suites.push(Suite {
                name: name(audit, Some(subject)),
                cases: cases.collect(),
                lines: Vec::new(),
            });
        }
        let lines = closing(audit)
            .into_iter()
            .map(|(label, text)| format!("{label:8} {}", flat(&text)));
        suites.push(Suite {
            name: name(audit, None),
            cases: mine.into_iter().map(Box::new).map(Case::Open).collect(),
            lines: lines.collect(),
        });
    }
    if !problems.is_empty() || !report.warnings.is_empty() {
        suites.push(Suite {
            name: "remperm".to_owned(),
            cases: problems.into_iter().map(Box::new).map(Case::Open).collect(),
            lines: report.warnings.iter().map(|one| flat(one)).collect(),
        });
    }
    suites
}

/// The name of a suite; without a subject that of the check itself.
fn name(audit: &Audit, subject: Option<Subject>) -> String {
    let what = subject.map_or_else(
        || format!("{} as a whole", audit.version.package),
        |subject| title(audit, subject),
    );
    match &audit.target {
        Some(target) => flat(&format!("{target}: {what}")),
        None => flat(&what),
    }
}

fn tally<'a>(cases: impl IntoIterator<Item = &'a Case<'a>>) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        tally.tests += 1;
        match case {
            Case::Passed(_) => {}
            Case::Open(problem) => match problem.grade {
                Grade::Failed => tally.failures += 1,
                Grade::Undetermined => tally.errors += 1,
                Grade::Accepted | Grade::Waived => tally.skipped += 1,
            },
        }
    }
    tally
}

fn write_suite<W: Write>(
    suite: &Suite<'_>,
    report: &Report,
    writer: &mut Writer<W>,
) -> io::Result<()> {
    let tally = tally(&suite.cases);
    let numbers =
        [tally.tests, tally.failures, tally.errors, tally.skipped].map(|number| number.to_string());
    let [tests, failures, errors, skipped] = &numbers;
    let mut attributes = vec![
        ("name", suite.name.as_str()),
        ("tests", tests),
        ("failures", failures),
        ("errors", errors),
        ("skipped", skipped),
    ];
    if let Some(time) = &report.made_at {
        attributes.push(("timestamp", time));
    }
    writer
        .create_element("testsuite")
        .with_attributes(attributes)
        .write_inner_content(|writer| {
            for case in &suite.cases {
                write_case(suite, case, writer)?;
            }
            if !suite.lines.is_empty() {
                let text = suite.lines.join("\n");
                writer
                    .create_element("system-out")
                    .write_text_content(BytesText::new(&text))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn write_case<W: Write>(
    suite: &Suite<'_>,
    case: &Case<'_>,
    writer: &mut Writer<W>,
) -> io::Result<()> {
    let name = match case {
        Case::Passed(finding) => format!("{} on {}", finding.permission, finding.scope),
        Case::Open(problem) => match &problem.scope {
            Some(scope) => format!("{} on {scope}", problem.name),
            None => problem.name.clone(),
        },
    };
    let name = flat(&name);
    let element = writer
        .create_element("testcase")
        .with_attributes([("classname", suite.name.as_str()), ("name", name.as_str())]);
    let problem = match case {
        Case::Passed(finding) if finding.status() == Status::Pass => {
            element.write_empty()?;
            return Ok(());
        }
        // A finding that did not pass is among the problems; without that it would look passed.
        Case::Passed(_) => {
            return Err(io::Error::other(
                "a finding that did not pass has no problem",
            ));
        }
        Case::Open(problem) => problem,
    };
    let tag = match problem.grade {
        Grade::Failed => "failure",
        Grade::Undetermined => "error",
        Grade::Accepted | Grade::Waived => "skipped",
    };
    let accepted = match problem.grade {
        Grade::Accepted => " (accepted)",
        _ => "",
    };
    let message = match &problem.decided {
        Some(decided) => format!("{}; {decided}", problem.why),
        None => format!("{}{accepted}", problem.why),
    };
    element.write_inner_content(|writer| {
        writer
            .create_element(tag)
            .with_attributes([("type", problem.word), ("message", message.as_str())])
            .write_text_content(BytesText::new(&problem.message()))?;
        Ok(())
    })?;
    Ok(())
}
