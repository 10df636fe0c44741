//! SARIF: the official schema, and what code scanning asks for beyond it.

use remperm::permission::{Cloud, Subject};
use remperm::render::Format;
use remperm::report::{Finding, Report};
use remperm::verdict::{Cause, Verdict, Why};
use serde_json::Value;

use super::{as_json, rich};
use crate::support::schema::assert_valid;

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn it_is_valid() {
    assert_valid(
        "sarif-2.1.0.schema.json",
        &as_json(&rich::report(), Format::Sarif),
    );
    assert_valid(
        "sarif-2.1.0.schema.json",
        &as_json(&rich::large(500), Format::Sarif),
    );
    for (_, report) in rich::ends() {
        assert_valid("sarif-2.1.0.schema.json", &as_json(&report, Format::Sarif));
    }
}

#[test]
fn each_result_has_its_rule_with_help() {
    let log = as_json(&rich::report(), Format::Sarif);
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results(&log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        for text in [
            &rules[index]["help"]["text"],
            &rules[index]["help"]["markdown"],
        ] {
            assert!(text.as_str().unwrap().contains("How to mend it"), "{text}");
        }
    }
    let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert!(ids.contains(&&Value::from("aws/trust-policy")));
}

#[test]
fn the_help_of_a_known_permission_says_what_it_is_for() {
    let mut finding = rich::failed(Subject::ServiceAccount, "x");
    finding.permission = "run.services.get".to_owned();
    let log = as_json(
        &Report::of(rich::audit(Cloud::Gcp, vec![finding])),
        Format::Sarif,
    );
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "gcp/run.services.get");
    let help = rule["help"]["text"].as_str().unwrap();
    for words in [
        "What it allows: ",
        "Why Remotion needs it: ",
        "remperm policies service-account",
    ] {
        assert!(help.contains(words), "{words} in {help}");
    }
    assert!(
        rule["helpUri"]
            .as_str()
            .unwrap()
            .ends_with("/docs/cloudrun/permissions")
    );
}

#[test]
fn what_can_not_be_determined_is_a_result_even_where_the_whole_check_failed() {
    // Code scanning closes the alert of a result that is gone.
    let log = as_json(&rich::report(), Format::Sarif);
    let of = |target: &str| {
        let target = target.to_owned();
        results(&log)
            .iter()
            .filter(|one| {
                one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
                    .as_str()
                    .is_some_and(|name| name.starts_with(&target))
            })
            .count()
    };
    assert_eq!(of("unreachable"), 4);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 1);
    assert_eq!(invocation["endTimeUtc"], "2026-11-21T08:45:00Z");
    let told = invocation["toolExecutionNotifications"].to_string();
    for words in ["unreachable: failure", "warning", "note", "bucket about"] {
        assert!(told.contains(words), "{words} in {told}");
    }
}

#[test]
fn only_a_waiver_that_counts_suppresses() {
    let log = as_json(&rich::report(), Format::Sarif);
    let suppressed: Vec<&Value> = results(&log)
        .iter()
        .filter(|one| one["suppressions"] != Value::Array(vec![]))
        .collect();
    let rules: Vec<&str> = suppressed
        .iter()
        .map(|one| one["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["aws/s3:WaivedFail", "aws/s3:WaivedUnknown"]);
    for one in suppressed {
        assert_eq!(one["suppressions"][0]["kind"], "external");
        let why = one["suppressions"][0]["justification"].as_str().unwrap();
        assert!(
            why.contains("waiver-reason") && why.contains("2027-01-31"),
            "{why}"
        );
    }
}

#[test]
fn braces_and_links_of_foreign_text_are_no_placeholders_and_links() {
    let mut finding = rich::failed(Subject::User, "x");
    let by = Some("{0} ${aws:username} [here](1)".to_owned());
    finding.verdict = Verdict::Fail(Cause::ExplicitDeny { by });
    let log = as_json(
        &Report::of(rich::audit(Cloud::Aws, vec![finding])),
        Format::Sarif,
    );
    let text = results(&log)[0]["message"]["text"].as_str().unwrap();
    assert!(
        text.contains("{{0}} ${{aws:username}} \\[here\\](1)"),
        "{text}"
    );
}

#[test]
fn it_stays_below_the_number_of_results_that_code_scanning_takes() {
    let mut findings: Vec<_> = (0..25_000)
        .map(|index| Finding {
            scope: format!("scope {index}"),
            ..rich::unknown(Subject::User, "Many", Why::Unanswered)
        })
        .collect();
    findings.push(rich::failed(Subject::User, "Last"));
    let report = Report::of(rich::audit(Cloud::Aws, findings));
    let log = as_json(&report, Format::Sarif);
    assert_eq!(results(&log).len(), 25_000);
    let last = |one: &&Value| one["ruleId"] == "aws/s3:Last" && one["level"] == "error";
    assert_eq!(results(&log).iter().filter(last).count(), 1);
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"];
    let told = told["text"].as_str().unwrap();
    assert!(told.starts_with("1 results are left out"), "{told}");
}
