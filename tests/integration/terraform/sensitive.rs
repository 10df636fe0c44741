//! Policies that Terraform marks as sensitive: judged, and nothing of them is told.

use serde_json::json;

use super::{Plan, all_unseen, document};

fn secret(policy: &str) -> Plan {
    Plan::new()
        .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
        .add(
            "aws_iam_user_policy.secret",
            json!({ "name": "secret", "user": "ci", "policy": policy }),
        )
        .sensitive(json!({ "policy": true }))
}

#[test]
fn the_verdicts_stay_and_the_words_go() {
    let allow = json!({ "Sid": "Hushallow", "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::remotionlambda-hush*" });
    let deny =
        json!({ "Sid": "Hushdeny", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
    let conditional = json!({ "Sid": "Hushif", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/hush": "hush" } } });
    for statement in [allow, deny, conditional] {
        let open = Plan::new()
            .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
            .add(
                "aws_iam_user_policy.secret",
                json!({ "name": "secret", "user": "ci", "policy": document(statement.clone()) }),
            );
        let hidden = secret(&document(statement));
        let verdicts = |plan: &Plan| -> Vec<_> {
            plan.of_user()
                .into_iter()
                .map(|one| (one.permission, one.status, one.why))
                .collect()
        };
        assert_eq!(verdicts(&hidden), verdicts(&open));
        for format in ["table", "json"] {
            let tell = |plan: &Plan| {
                super::Program::new([
                    "aws",
                    "check",
                    "--subject",
                    "user",
                    "--terraform",
                    "plan.json",
                    "--format",
                    format,
                ])
                .file("plan.json", plan.json().to_string())
                .run()
            };
            let run = tell(&hidden);
            let told = format!("{}{}", run.stdout, run.stderr).to_lowercase();
            assert!(!told.contains("hush"), "{told}");
            let run = tell(&open);
            let told = format!("{}{}", run.stdout, run.stderr).to_lowercase();
            assert!(told.contains("hush"), "the test would not notice: {told}");
        }
    }
}

#[test]
fn a_policy_that_is_none_is_not_quoted() {
    let run = secret(r#"{"hush": 1}"#)
        .checking()
        .arguments(["--subject", "user"])
        .run()
        .expect(2);
    assert!(!run.stderr.contains("hush"), "{}", run.stderr);
    assert!(run.stderr.contains("sensitive"), "{}", run.stderr);
}

#[test]
fn what_was_left_out_is_unknown() {
    let plan = Plan::new()
        .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
        .add(
            "aws_iam_user_policy.secret",
            json!({ "name": "secret", "user": "ci", "policy": null }),
        )
        .sensitive(json!({ "policy": true }));
    all_unseen(&plan.of_user(), "sensitive, and left out");
}

#[test]
fn a_sensitive_trust_policy_is_not_quoted() {
    let trusting = |policy: String| {
        let mut plan = super::role().sensitive(json!({}));
        plan.resources[0].values["assume_role_policy"] = json!(policy);
        plan.resources[0].sensitive = json!({ "assume_role_policy": true });
        plan.checking().arguments(["--subject", "role"]).run()
    };
    let conditional = super::trust().replace(
        "\"Effect\"",
        r#""Condition": { "StringEquals": { "hush:Key": "1" } }, "Effect""#,
    );
    let run = trusting(conditional.clone()).expect(3);
    let trust = run.findings();
    let trust = trust.iter().find(|one| one.permission == "sts:AssumeRole");
    assert_eq!(trust.unwrap().why, "condition");
    assert!(!run.stdout.contains("hush"), "{}", run.stdout);
    let run = trusting(conditional.replace("Condition", "hush")).expect(2);
    assert!(!run.stderr.contains("hush"), "{}", run.stderr);
}
