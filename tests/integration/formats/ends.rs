//! All formats agree with the exit code: none of them is green where the run was not.

use remperm::exit::Exit;
use remperm::render::Format;
use remperm::report::Report;
use serde_json::Value;

use super::{as_json, junit, rendered, rich};

/// How a format says that the run ended, by its own means.
fn end(report: &Report, format: Format) -> Exit {
    let by = |missing: bool, undetermined: bool| match (missing, undetermined) {
        (true, _) => Exit::Missing,
        (false, true) => Exit::Undetermined,
        (false, false) => Exit::Held,
    };
    let text = rendered(report, format);
    match format {
        Format::Table => unreachable!("its words are for people"),
        Format::Json => by(
            as_json(report, format)["exit_code"] == 1,
            as_json(report, format)["exit_code"] == 3,
        ),
        Format::Sarif => {
            let log = as_json(report, format);
            let run = &log["runs"][0];
            let has =
                |level: &str| {
                    run["results"].as_array().unwrap().iter().any(|one| {
                        one["level"] == level && one["suppressions"] == Value::Array(vec![])
                    })
                };
            let end = by(has("error"), has("warning"));
            assert_eq!(run["invocations"][0]["exitCode"], end.code());
            if end == Exit::Undetermined {
                assert_eq!(run["invocations"][0]["executionSuccessful"], false);
            }
            end
        }
        Format::Junit => {
            let suites = junit::parsed(&text);
            by(
                suites.iter().any(|suite| suite.failures > 0),
                suites.iter().any(|suite| suite.errors > 0),
            )
        }
        Format::Github => by(text.contains("::error "), text.contains("::warning ")),
        Format::Gitlab => {
            let issues = as_json(report, format);
            let has = |severity: &str| {
                let issues = issues.as_array().unwrap();
                issues.iter().any(|one| one["severity"] == severity)
            };
            by(has("critical"), has("major"))
        }
        Format::Markdown => by(text.starts_with("## ❌"), text.starts_with("## ❔")),
        Format::Html => by(
            text.contains("<header class=\"missing\">"),
            text.contains("<header class=\"unknown\">"),
        ),
    }
}

#[test]
fn every_format_ends_as_the_run_did() {
    let mut seen = Vec::new();
    for (name, report) in rich::ends() {
        seen.push(report.exit());
        for format in Format::ALL {
            if format != Format::Table {
                assert_eq!(
                    end(&report, format),
                    report.exit(),
                    "{name} as {}",
                    format.name()
                );
            }
        }
    }
    for exit in [Exit::Held, Exit::Missing, Exit::Undetermined] {
        assert!(seen.iter().filter(|one| **one == exit).count() >= 5);
    }
}

#[test]
fn what_was_accepted_is_not_called_held() {
    for (name, report) in rich::ends() {
        let accepted = ["waived", "waived unknown", "accepted"].contains(&name);
        let all_pass = [
            "all pass",
            "two targets, both pass",
            "excess that is only told",
        ]
        .contains(&name);
        for format in [Format::Table, Format::Markdown, Format::Html] {
            let text = rendered(&report, format);
            let says_held = text.contains("everything that this version needs is held")
                || text.contains("Everything that is needed is held");
            if all_pass {
                assert!(says_held, "{name} as {}", format.name());
            }
            if accepted {
                assert!(!says_held, "{name} as {}", format.name());
                let counted = text.contains("1 waived") || text.contains("1 unknown (accepted)");
                assert!(counted, "{name} as {}", format.name());
            }
        }
    }
}

#[test]
fn what_nobody_could_look_at_is_no_pass_whatever_was_accepted() {
    let ends = rich::ends();
    let exit = |name: &str| ends.iter().find(|one| one.0 == name).unwrap().1.exit();
    for name in [
        "accepted, nothing checked",
        "accepted, only the trust is known",
        "waived, nothing checked",
        "waived, only the trust is known",
        "waived and accepted, nothing checked",
    ] {
        assert_eq!(exit(name), Exit::Undetermined, "{name}");
    }
    assert_eq!(exit("accepted, all that is known is waived"), Exit::Held);
}
