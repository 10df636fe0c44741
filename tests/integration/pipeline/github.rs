//! The examples for GitHub Actions, run to their end.

use serde_json::Value;

use super::clouds::{USER, aws, google, google_without, printed, take_away};
use super::release::VERSION;
use super::runner::{ACTION, Job, Worked, step_of_the_readme};
use crate::support::aws::{Aws, Caller};

fn failures(worked: &Worked) -> Vec<&str> {
    let sarif = worked.uploaded.as_ref().unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    results
        .iter()
        .filter(|one| one["level"] == "error")
        .map(|one| one["ruleId"].as_str().unwrap())
        .collect()
}

#[test]
pub(super) fn aws_by_oidc() {
    const EXAMPLE: &str = ".github/examples/github-aws-oidc.yml";
    let aws = aws();
    let held = Job::new().work(EXAMPLE, Some(&aws), None);
    assert_eq!(held.acted.code, 0, "{:?}", held.acted);
    assert!(failures(&held).is_empty());
    take_away(&aws, USER, "iam:PassRole");
    let missing = Job::new().work(EXAMPLE, Some(&aws), None);
    assert_eq!(missing.acted.code, 1, "{:?}", missing.acted);
    assert!(
        failures(&missing)
            .iter()
            .all(|rule| rule.contains("iam:PassRole"))
            && !failures(&missing).is_empty(),
        "{:?}",
        failures(&missing)
    );
}

/// The account that answers is not the one that is named: nothing is uploaded for it.
#[test]
fn another_account_uploads_nothing() {
    let aws = Aws::new("999999999999")
        .role("/", "remperm", |role| {
            role.inline("check", printed(&["policies", "auditor"]))
        })
        .start();
    let worked = Job::new().work(".github/examples/github-aws-oidc.yml", Some(&aws), None);
    assert_eq!(worked.acted.code, 2, "{:?}", worked.acted);
    assert!(worked.uploaded.is_none());
}

#[test]
pub(super) fn gcp_by_federation() {
    const EXAMPLE: &str = ".github/examples/github-gcp-oidc.yml";
    let google = google();
    let held = Job::new().work(EXAMPLE, None, Some(&google));
    assert_eq!(held.acted.code, 0, "{:?}", held.acted);
    assert!(failures(&held).is_empty());
    let empty = google_without("logging.logEntries.list");
    let missing = Job::new().work(EXAMPLE, None, Some(&empty));
    assert_eq!(missing.acted.code, 1, "{:?}", missing.acted);
    assert!(!failures(&missing).is_empty());
}

/// The step that the README shows.
#[test]
fn the_step_of_the_readme() {
    let step: Value = step_of_the_readme();
    let uses = step["uses"].as_str().unwrap();
    assert_eq!(uses, format!("remperm/remperm/{ACTION}@v{}", VERSION));
    let aws = aws();
    let mut job = Job::new();
    for (name, value) in aws.environment(&Caller::user(USER)) {
        job.machine.set(name, value);
    }
    let with = step["with"].as_object().unwrap();
    let with: Vec<(&str, &str)> = with
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let acted = job.act(&with);
    assert_eq!(acted.code, 0, "{acted:?}");
}
