//! Conditions: what is not known of a call leaves the verdict open, and `--context` settles it.

use serde_json::{Value, json};

use super::{all_pass_but, changed, checking, document, everything, of, printed, with};
use crate::support::program::{Finding, Program};

const RETENTION: [&str; 2] = ["logs:CreateLogGroup", "logs:PutRetentionPolicy"];

/// The printed policy, in which the permissions of log groups have a condition.
pub(super) fn logs_if(condition: &Value) -> Value {
    changed(printed("user"), "LogsRetention", |statement| {
        statement["Condition"] = condition.clone();
    })
}

/// The printed policy, with a statement that denies the same under a condition.
fn no_logs_if(condition: &Value) -> Value {
    with(
        printed("user"),
        json!({
            "Sid": "NoLogs", "Effect": "Deny", "Action": "logs:*", "Resource": "*",
            "Condition": condition
        }),
    )
}

/// Holds the rows of log groups to one end, and all others to a pass.
#[track_caller]
pub(super) fn ends(program: Program, status: &str, why: &str) -> Vec<Finding> {
    let code = match status {
        "pass" => 0,
        "fail" => 1,
        _ => 3,
    };
    let findings = program.run().expect(code).findings();
    let rows = all_pass_but(&findings, &RETENTION);
    for row in &rows {
        assert_eq!(
            (row.status.as_str(), row.why.as_str()),
            (status, why),
            "{row:#?}"
        );
    }
    rows.into_iter().cloned().collect()
}

pub(super) fn given(policy: &Value, context: &[&str]) -> Program {
    context
        .iter()
        .fold(checking("user", policy), |program, one| {
            program.arguments(["--context", one])
        })
}

#[test]
fn a_key_that_is_not_known_leaves_it_open() {
    let condition = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    for (policy, otherwise) in [
        (logs_if(&condition), ("fail", "conditions")),
        (
            no_logs_if(&json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } })),
            ("fail", "explicit_deny"),
        ),
    ] {
        for row in ends(checking("user", &policy), "unknown", "condition") {
            assert_eq!(
                row.detail,
                "depends on aws:MultiFactorAuthPresent; give them with --context"
            );
        }
        ends(
            given(&policy, &["aws:MultiFactorAuthPresent=true"]),
            "pass",
            "",
        );
        // Keys have no case.
        ends(
            given(&policy, &["AWS:multifactorauthpresent=true"]),
            "pass",
            "",
        );
        let (status, why) = otherwise;
        for row in ends(
            given(&policy, &["aws:MultiFactorAuthPresent=false"]),
            status,
            why,
        ) {
            let names = [
                "aws:MultiFactorAuthPresent",
                "policy.json: Statement[9] (NoLogs)",
            ];
            assert!(
                names.iter().any(|name| row.detail.contains(name)),
                "{row:#?}"
            );
        }
        // Another key settles nothing.
        ends(
            given(&policy, &["aws:MultiFactorAuth=true"]),
            "unknown",
            "condition",
        );
    }
}

#[test]
fn all_open_keys_are_named() {
    let policy = logs_if(&json!({
        "StringEquals": { "aws:PrincipalOrgID": "o-1", "aws:SourceVpc": "vpc-1" },
        "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }
    }));
    let detail = |context: &[&str]| {
        let rows = ends(given(&policy, context), "unknown", "condition");
        rows[0].detail.clone()
    };
    assert_eq!(
        detail(&[]),
        "depends on aws:PrincipalOrgID, aws:SourceIp, aws:SourceVpc; give them with --context"
    );
    assert_eq!(
        detail(&["aws:SourceVpc=vpc-1", "aws:SourceIp=10.1.2.3"]),
        "depends on aws:PrincipalOrgID; give them with --context"
    );
    let all = [
        "aws:SourceVpc=vpc-1",
        "aws:SourceIp=10.1.2.3",
        "aws:PrincipalOrgID=o-1",
    ];
    ends(given(&policy, &all), "pass", "");
    // One that is known to be wrong settles it, whatever the others are.
    for row in ends(
        given(&policy, &["aws:SourceIp=192.0.2.1"]),
        "fail",
        "conditions",
    ) {
        assert!(row.detail.contains("aws:SourceIp"), "{row:#?}");
    }
}

#[test]
fn open_conditions_of_every_layer() {
    let condition = json!({ "StringEquals": { "aws:PrincipalTag/team": "video" } });
    let allow = document(&[
        json!({ "Effect": "Allow", "NotAction": "logs:*", "Resource": "*" }),
        json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": condition }),
    ]);
    let deny = with(
        everything(),
        json!({
            "Effect": "Deny", "Action": "logs:*", "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:PrincipalTag/team": "video" } }
        }),
    );
    for (flag, cause) in [
        ("--scp", "organization"),
        ("--boundary", "boundary"),
        ("--session-policy", "session_policy"),
    ] {
        for (layer, cause) in [(&allow, cause), (&deny, "explicit_deny")] {
            let program = |context: &[&str]| {
                given(&printed("user"), context)
                    .arguments([flag, "layer.json"])
                    .file("layer.json", layer.to_string())
            };
            for row in ends(program(&[]), "unknown", "condition") {
                assert!(row.detail.contains("aws:PrincipalTag/team"), "{row:#?}");
            }
            ends(program(&["aws:PrincipalTag/team=video"]), "pass", "");
            ends(program(&["aws:PrincipalTag/team=audio"]), "fail", cause);
        }
    }
}

/// An allow that hangs on a condition takes nothing away from one that does not.
#[test]
fn an_open_allow_beside_a_sure_one() {
    let condition = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let policy = with(
        logs_if(&condition),
        json!({ "Effect": "Allow", "Action": "logs:*", "Resource": "*" }),
    );
    ends(checking("user", &policy), "pass", "");
    // A deny that can't reach the scope is none, whatever its condition.
    let elsewhere = with(
        printed("user"),
        json!({
            "Effect": "Deny", "Action": "logs:*",
            "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/codebuild/*", "Condition": condition
        }),
    );
    ends(checking("user", &elsewhere), "pass", "");
}

/// What is missing decides over what is open.
#[test]
fn missing_and_unknown_together() {
    let policy = logs_if(&json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }));
    let policy = changed(policy, "HandleQuotas", |statement| {
        statement["Action"] = json!(["servicequotas:GetServiceQuota"]);
    });
    let run = checking("user", &policy).run().expect(1);
    let report = run.report();
    assert_eq!(report["counts"]["missing"], 3);
    assert_eq!(report["counts"]["unknown"], 2);
}

/// Remotion's calls go over TLS: the widespread deny of all others does not reach them.
#[test]
fn calls_are_made_over_tls() {
    let deny = json!({ "Bool": { "aws:SecureTransport": "false" } });
    ends(checking("user", &no_logs_if(&deny)), "pass", "");
    ends(
        given(&no_logs_if(&deny), &["aws:SecureTransport=false"]),
        "fail",
        "explicit_deny",
    );
    let allow = json!({ "Bool": { "aws:SecureTransport": "true" } });
    ends(checking("user", &logs_if(&allow)), "pass", "");
    let absurd = json!({ "Bool": { "aws:SecureTransport": "true" } });
    ends(
        checking("user", &no_logs_if(&absurd)),
        "fail",
        "explicit_deny",
    );
}

#[test]
fn a_policy_for_some_regions() {
    let policy = logs_if(&json!({
        "StringEquals": { "aws:RequestedRegion": ["eu-central-1", "eu-west-1"] }
    }));
    let check = |regions: &[&str]| {
        regions
            .iter()
            .fold(checking("user", &policy), |program, region| {
                program.arguments(["--region", region])
            })
    };
    for row in ends(check(&[]), "unknown", "condition") {
        assert!(row.detail.contains("aws:RequestedRegion"), "{row:#?}");
    }
    ends(check(&["eu-central-1"]), "pass", "");
    ends(check(&["eu-central-1", "eu-west-1"]), "pass", "");
    for regions in [["us-east-1"].as_slice(), &["eu-central-1", "us-east-1"]] {
        for row in ends(check(regions), "fail", "conditions") {
            assert!(row.detail.contains("aws:RequestedRegion"), "{row:#?}");
        }
    }
    ends(
        given(&policy, &["aws:RequestedRegion=eu-west-1"]),
        "pass",
        "",
    );
    // What is said goes before what is known.
    ends(
        check(&["eu-west-1"]).arguments(["--context", "aws:RequestedRegion=us-east-1"]),
        "fail",
        "conditions",
    );
}

/// The organization's usual deny of regions, with its exception for global services.
#[test]
fn a_region_deny_of_the_organization() {
    let scp = with(
        everything(),
        json!({
            "Sid": "Europe",
            "Effect": "Deny",
            "NotAction": ["iam:*", "s3:ListAllMyBuckets"],
            "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:RequestedRegion": "eu-central-1" } }
        }),
    );
    let check = || {
        checking("user", &printed("user"))
            .arguments(["--scp", "scp.json"])
            .file("scp.json", scp.to_string())
    };
    check()
        .arguments(["--region", "eu-central-1"])
        .run()
        .expect(0);
    let elsewhere = check().arguments(["--region", "us-east-1"]).run().expect(1);
    let open = check().run().expect(3);
    for (run, status, why) in [
        (elsewhere, "fail", "explicit_deny"),
        (open, "unknown", "condition"),
    ] {
        for row in run.findings() {
            let is_free =
                row.permission.starts_with("iam:") || row.permission == "s3:ListAllMyBuckets";
            let expected = if is_free { ("pass", "") } else { (status, why) };
            assert_eq!(
                (row.status.as_str(), row.why.as_str()),
                expected,
                "{row:#?}"
            );
        }
    }
}

/// IAM is called in one region of the partition, wherever functions are.
#[test]
fn the_region_of_calls_to_iam() {
    let limited_to = |region: &str| {
        changed(printed("user"), "PermissionValidation", |statement| {
            statement["Condition"] = json!({ "StringEquals": { "aws:RequestedRegion": region } });
        })
    };
    let right = limited_to("us-east-1");
    checking("user", &right).run().expect(0);
    checking("user", &right)
        .arguments(["--region", "eu-central-1"])
        .run()
        .expect(0);
    let run = checking("user", &limited_to("eu-central-1"))
        .arguments(["--region", "eu-central-1"])
        .run()
        .expect(1);
    for row in all_pass_but(&run.findings(), &["iam:SimulatePrincipalPolicy"]) {
        assert_eq!(row.why, "conditions");
    }
}

/// The role is handed to Lambda, and to nobody else.
#[test]
fn the_service_that_the_role_is_passed_to() {
    let pass_to = |service: &str| {
        changed(printed("user"), "LambdaInvokation", |statement| {
            statement["Condition"] = json!({ "StringEquals": { "iam:PassedToService": service } });
        })
    };
    checking("user", &pass_to("lambda.amazonaws.com"))
        .run()
        .expect(0);
    let run = checking("user", &pass_to("ec2.amazonaws.com"))
        .run()
        .expect(1);
    for row in all_pass_but(&run.findings(), &["iam:PassRole"]) {
        assert_eq!(row.why, "conditions");
        assert!(row.detail.contains("iam:PassedToService"), "{row:#?}");
    }
    // The key says nothing of other calls.
    let policy =
        logs_if(&json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } }));
    ends(checking("user", &policy), "unknown", "condition");
}

#[test]
fn variables_in_resources() {
    let policy = changed(printed("user"), "LogsRetention", |statement| {
        statement["Resource"] =
            json!("arn:aws:logs:*:*:log-group:/aws/lambda/remotion-${aws:PrincipalTag/product}-*");
    });
    for row in ends(checking("user", &policy), "unknown", "condition") {
        assert!(row.detail.contains("aws:PrincipalTag/product"), "{row:#?}");
    }
    ends(
        given(&policy, &["aws:PrincipalTag/product=render"]),
        "pass",
        "",
    );
    ends(
        given(&policy, &["aws:PrincipalTag/product=player"]),
        "fail",
        "nothing_allows",
    );
    // A value with a wildcard is text.
    ends(
        given(&policy, &["aws:PrincipalTag/product=*"]),
        "fail",
        "nothing_allows",
    );

    let deny = with(
        printed("user"),
        json!({
            "Effect": "Deny", "Action": "logs:*",
            "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/${aws:PrincipalTag/product}-*"
        }),
    );
    ends(checking("user", &deny), "unknown", "condition");
    ends(
        given(&deny, &["aws:PrincipalTag/product=player"]),
        "pass",
        "",
    );
    ends(
        given(&deny, &["aws:PrincipalTag/product=remotion"]),
        "fail",
        "explicit_deny",
    );
}

/// Only the newer version of the language has variables: in the older one they are text.
#[test]
fn variables_of_the_older_version_are_text() {
    let mut policy = changed(printed("user"), "LogsRetention", |statement| {
        statement["Resource"] =
            json!("arn:aws:logs:*:*:log-group:/aws/lambda/remotion-${aws:PrincipalTag/product}-*");
    });
    policy["Version"] = json!("2008-10-17");
    let program = || given(&policy, &["aws:PrincipalTag/product=render"]);
    ends(program(), "fail", "nothing_allows");
    let report = program().run().expect(1).report();
    let notes = report["audits"][0]["notes"].to_string();
    assert!(notes.contains("is read literally"), "{notes}");
}

/// Early lists name the user by a variable: whoever it is, it stands for itself.
#[test]
fn the_user_of_early_lists() {
    let early = || {
        let version = ["--remotion-version", "3.0.0"];
        let policy = Program::new(["policies", "user"])
            .arguments(version)
            .run()
            .expect(0);
        let policy: Value = serde_json::from_str(&policy.stdout).unwrap();
        assert!(policy.to_string().contains("user/${aws:username}"));
        move |context: &[&str]| given(&policy, context).arguments(version)
    };
    let check = early();
    let asked = |context: &[&str]| {
        let findings = check(context).run().expect(0).findings();
        all_pass_but(&findings, &[]);
        of(&findings, "iam:GetUser")[0].asked.clone()
    };
    assert_eq!(asked(&[]), ["arn:aws:iam::*:user/remotion-user"]);
    assert_eq!(
        asked(&["aws:username=alice"]),
        ["arn:aws:iam::*:user/alice"]
    );
    assert_eq!(asked(&["AWS:UserName=bob"]), ["arn:aws:iam::*:user/bob"]);
}
