//! Waivers take findings out of the count, never out of sight.

use super::{account, printed, program, targets, without};
use crate::support::program::{Program, Run};

/// `aws check` on a policy that lacks iam:PassRole, with waivers.
fn check(waivers: &str) -> Run {
    with(waivers, &without("iam:PassRole").to_string(), &[])
}

fn with(waivers: &str, policy: &str, arguments: &[&str]) -> Run {
    Program::new(["aws", "check", "--format", "json", "--subject", "user"])
        .arguments(["--identity-policy", "user.json"])
        .arguments(arguments)
        .file("remperm.toml", waivers)
        .file("user.json", policy)
        .run()
}

fn waiver(more: &str) -> String {
    format!(
        "[[waiver]]\nreason = \"the role is passed by another team\"\nowner = \"video team\"\n{more}\n"
    )
}

#[test]
fn a_waived_finding_stays_in_sight_and_out_of_the_count() {
    let run = check(&waiver(
        "permission = \"IAM:passrole\"\nexpires = 2999-12-31",
    ))
    .expect(0);
    let report = run.report();
    assert_eq!(report["counts"]["waived"], 1);
    assert_eq!(report["counts"]["missing"], 0);
    assert_eq!(report["warnings"], serde_json::json!([]));
    let findings = report["audits"][0]["findings"].as_array().unwrap().clone();
    let waived: Vec<_> = findings
        .iter()
        .filter(|one| one["status"] == "waived")
        .collect();
    assert_eq!(waived.len(), 1);
    assert_eq!(waived[0]["permission"], "iam:PassRole");
    assert_eq!(waived[0]["cause"], "nothing_allows");
    assert_eq!(
        waived[0]["waiver"]["reason"],
        "the role is passed by another team"
    );
    assert_eq!(waived[0]["waiver"]["owner"], "video team");
    assert_eq!(waived[0]["waiver"]["expires"], "2999-12-31");
}

#[test]
fn an_expired_waiver_counts_no_more_and_says_so() {
    let run = check(&waiver(
        "permission = \"iam:PassRole\"\nexpires = \"2020-02-29\"",
    ))
    .expect(1);
    let report = run.report();
    assert_eq!(report["counts"]["missing"], 1);
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("expired on 2020-02-29 and counts no more"),
        "{warning}"
    );
    assert!(warning.contains("line 1"), "{warning}");
}

#[test]
fn one_that_still_counts_wins_over_an_expired_one() {
    let waivers = waiver("permission = \"iam:PassRole\"\nexpires = 2020-01-01")
        + &waiver("permission = \"iam:PassRole\"\nexpires = 2999-01-01");
    let report = check(&waivers).expect(0).report();
    assert_eq!(report["counts"]["waived"], 1);
}

#[test]
fn its_limits_hold() {
    let scope = "arn:aws:iam::*:role/remotion-lambda-role";
    for (limit, code) in [
        (format!("scope = \"{scope}\""), 0),
        (format!("scope = \"{scope}x\""), 1),
        ("subject = \"user\"".to_owned(), 0),
        ("subject = \"role\"".to_owned(), 1),
    ] {
        check(&waiver(&format!(
            "permission = \"iam:PassRole\"\nexpires = 2999-01-01\n{limit}"
        )))
        .expect(code);
    }
}

#[test]
fn one_that_matches_nothing_or_is_not_needed_warns() {
    let warning = |run: Run| run.report()["warnings"][0].as_str().unwrap().to_owned();
    let run = check(&waiver(
        "permission = \"iam:PassRoel\"\nexpires = 2999-01-01",
    ))
    .expect(1);
    let text = warning(run);
    assert!(text.contains("matches nothing that was checked"), "{text}");
    let all = waiver("permission = \"iam:PassRole\"\nexpires = 2999-01-01");
    let text = warning(with(&all, &printed("user").to_string(), &[]).expect(0));
    assert!(
        text.contains("is not needed: what it waives is held"),
        "{text}"
    );
    // A permission of the other cloud is no concern of this check.
    let other = waiver("permission = \"run.services.get\"\nexpires = 2999-01-01");
    assert_eq!(
        check(&other).expect(1).report()["warnings"],
        serde_json::json!([])
    );
}

#[test]
fn one_for_a_target_reaches_that_target_only() {
    let aws = account().start();
    let config = targets(&["poor", "green"])
        + "[[target]]\nname = \"poor too\"\ncloud = \"aws\"\nprofile = \"poor\"\nsubject = \"user\"\n"
        + &waiver("permission = \"iam:PassRole\"\nexpires = 2999-01-01\ntarget = \"poor\"");
    let run = program(&aws, ["check", "--format", "json"])
        .file("remperm.toml", &config)
        .run()
        .expect(1);
    let report = run.report();
    assert_eq!(
        super::audits(&report),
        ["poor aws 0", "green aws 0", "poor too aws 1"]
    );
    assert_eq!(report["warnings"], serde_json::json!([]));
}

#[test]
fn unknowns_can_be_waived_but_not_a_check_that_failed() {
    let aws = account().start();
    let config =
        targets(&["unreachable"]) + &waiver("permission = \"iam:PassRole\"\nexpires = 2999-01-01");
    let report = program(&aws, ["check", "--format", "json"])
        .file("remperm.toml", &config)
        .run()
        .expect(3)
        .report();
    assert_eq!(report["counts"]["waived"], 1);
}

#[test]
fn accepted_unknowns_are_counted_and_nothing_determined_still_fails() {
    let condition =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"y"}}}]}"#;
    let all_open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"y"}}}]}"#;
    with("", condition, &[]).expect(0);
    with("", open, &[]).expect(3);
    let run = with("", open, &["--on-unknown", "warn"]).expect(0);
    assert_eq!(run.report()["counts"]["unknown"], 1);
    assert_eq!(run.report()["audits"][0]["accept_unknown"], true);
    with("", all_open, &["--on-unknown", "warn"]).expect(3);
    with("[check]\non-unknown = \"warn\"\n", open, &[]).expect(0);
    let lacking = without("iam:PassRole").to_string();
    with("", &lacking, &["--on-unknown", "warn"]).expect(1);
}

/// A waiver for every permission that the user or the role needs.
fn of_everything(policy: &str) -> String {
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|one| match &one["Action"] {
        serde_json::Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    });
    actions
        .map(|action| waiver(&format!("permission = {action}\nexpires = 2999-01-01")))
        .collect()
}

#[test]
fn waivers_of_everything_make_no_pass_where_nothing_was_determined() {
    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"y"}}}]}"#;
    let nothing = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"}}"#;
    let waivers = of_everything(&printed("user").to_string());
    for arguments in [&[][..], &["--on-unknown", "warn"]] {
        let report = with(&waivers, open, arguments).expect(3).report();
        assert_eq!(report["counts"]["waived"], report["counts"]["total"]);
    }
    // What is known to be missing was looked at.
    with(&waivers, nothing, &[]).expect(0);
    let table = Program::new(["aws", "check", "--subject", "user"])
        .arguments(["--identity-policy", "user.json"])
        .file("remperm.toml", &waivers)
        .file("user.json", open)
        .run()
        .expect(3);
    let words: Vec<&str> = table.stdout.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("no permission could be determined, and neither waivers nor --on-unknown"),
        "{text}"
    );
}

#[test]
fn a_waiver_that_is_none_is_told_with_its_line() {
    let complete = "[[waiver]]\npermission = \"iam:PassRole\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2999-01-01\n";
    for (from, to, line, what) in [
        ("reason = \"r\"\n", "", "line 1", "has no reason"),
        (
            "reason = \"r\"",
            "reason = \" \"",
            "line 3",
            "has to be a text",
        ),
        ("owner = \"o\"\n", "", "line 1", "has no owner"),
        ("expires = 2999-01-01\n", "", "line 1", "has no expiry date"),
        ("2999-01-01", "2999-02-30", "line 5", ""),
        ("2999-01-01", "\"2999-02-30\"", "line 5", "this is no day"),
        ("2999-01-01", "\"soon\"", "line 5", "this is no day"),
        (
            "2999-01-01",
            "2999-01-01T00:00:00Z",
            "line 5",
            "this is no day",
        ),
        (
            "permission = \"iam:PassRole\"\n",
            "",
            "line 1",
            "has no permission",
        ),
        ("iam:PassRole", "iam:*", "line 2", "is a pattern"),
        ("owner", "ownr", "line 4", "\"ownr\" is not known"),
        (
            "owner",
            "subject = \"admin\"\nowner",
            "line 4",
            "no subject",
        ),
        (
            "owner",
            "target = \"nowhere\"\nowner",
            "line 1",
            "there is no target \"nowhere\"",
        ),
    ] {
        let run = check(&complete.replacen(from, to, 1)).expect(2);
        for part in ["remperm.toml", line, what] {
            assert!(
                run.stderr.contains(part),
                "{part:?} for {to:?} in {}",
                run.stderr
            );
        }
    }
}

#[test]
fn the_table_shows_waivers_with_their_reason() {
    let run = Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--identity-policy",
        "user.json",
    ])
    .file(
        "remperm.toml",
        waiver("permission = \"iam:PassRole\"\nexpires = 2999-12-31"),
    )
    .file("user.json", without("iam:PassRole").to_string())
    .run()
    .expect(0);
    for part in [
        "waived",
        "passed by another team",
        "video team",
        "2999-12-31",
    ] {
        assert!(run.stdout.contains(part), "{part} in {}", run.stdout);
    }
}
