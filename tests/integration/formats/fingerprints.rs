//! Fingerprints: the same for the same thing in every run, and no two alike in one.

use std::collections::BTreeMap;

use remperm::permission::{Cloud, Subject};
use remperm::render::Format;
use remperm::report::Report;
use remperm::verdict::Why;

use super::{as_json, rich};

/// What each fingerprint stands for.
fn fingerprints(report: &Report) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let log = as_json(report, Format::Sarif);
    for one in log["runs"][0]["results"].as_array().unwrap() {
        let print = one["partialFingerprints"]["remperm/v1"].as_str().unwrap();
        let before = all.insert(print.to_owned(), one["ruleId"].as_str().unwrap().to_owned());
        assert_eq!(before, None, "{print} stands twice");
        // Code scanning reads this one alone.
        assert_eq!(one["partialFingerprints"]["primaryLocationLineHash"], print);
    }
    let gitlab = as_json(report, Format::Gitlab);
    let issues = gitlab.as_array().unwrap();
    assert_eq!(issues.len(), all.len());
    for one in issues {
        assert!(all.contains_key(one["fingerprint"].as_str().unwrap()));
    }
    all
}

#[test]
fn no_two_are_alike() {
    assert!(fingerprints(&rich::large(500)).len() > 350);
}

#[test]
fn order_account_and_verdict_do_not_change_them() {
    let before = fingerprints(&rich::report());
    let mut report = rich::report();
    report.audits.reverse();
    for audit in &mut report.audits {
        audit.findings.reverse();
        audit.tested.account = Some("210987654321".to_owned());
        audit.tested.principals.clear();
        audit.version.version = "4.0.462".to_owned();
    }
    assert_eq!(fingerprints(&report), before);

    let of = |finding| fingerprints(&Report::of(rich::audit(Cloud::Aws, vec![finding])));
    let failed = of(rich::failed(Subject::User, "x"));
    assert_eq!(failed, of(rich::unknown(Subject::User, "x", Why::Refused)));
    assert_eq!(
        failed,
        of(rich::waived(rich::failed(Subject::User, "x"), false))
    );
}

#[test]
fn permission_scope_subject_and_target_change_them() {
    let of = |change: &dyn Fn(&mut Report)| {
        let finding = rich::failed(Subject::User, "x");
        let mut report = Report::of(rich::audit(Cloud::Aws, vec![finding]));
        change(&mut report);
        fingerprints(&report).into_keys().next().unwrap()
    };
    let all = [
        of(&|_| {}),
        of(&|report| report.audits[0].findings[0].permission = "s3:y".to_owned()),
        of(&|report| report.audits[0].findings[0].scope = "*".to_owned()),
        of(&|report| report.audits[0].findings[0].subject = Subject::Role),
        of(&|report| report.audits[0].target = Some("one".to_owned())),
        of(&|report| report.audits[0].target = Some("two".to_owned())),
    ];
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}
