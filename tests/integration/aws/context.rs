//! Condition keys: those that a real call carries, those that the user gives, and those that
//! nobody knows.

use serde_json::{Value, json};

use super::{account_with, check, deployer, not_passed, on, printed, without};
use crate::support::aws::RunningAws;

const ACTION: &str = "s3:PutObject";
const SCOPE: &str = "arn:aws:s3:::remotionlambda-*";

fn conditioned(effect: &str, condition: &Value) -> Value {
    let mut policy = on(effect, &[ACTION], SCOPE);
    policy["Statement"][0]["Condition"] = condition.clone();
    policy
}

/// The user may put objects only under this condition.
fn only_if(condition: &Value) -> RunningAws {
    let allow = conditioned("Allow", condition);
    let aws = account_with(&without(&printed("user"), ACTION), &printed("role")).start();
    aws.change(|state| state.edit_user("deployer", |user| user.inline("only-if", &allow)));
    aws
}

/// The user may not put objects under this condition.
fn not_if(condition: &Value) -> RunningAws {
    let deny = conditioned("Deny", condition);
    let aws = super::account().start();
    aws.change(|state| state.edit_user("deployer", |user| user.inline("not-if", &deny)));
    aws
}

#[track_caller]
fn assert_ends(aws: &RunningAws, flags: &[&str], code: i32, open: &[&str]) {
    let run = check(aws, &deployer()).arguments(flags).run().expect(code);
    assert_eq!(not_passed(&run), open, "{flags:?}");
}

const FAIL: [&str; 1] = ["user s3:PutObject fail nothing_allows"];
const DENIED: [&str; 1] = ["user s3:PutObject fail explicit_deny"];
const UNKNOWN: [&str; 1] = ["user s3:PutObject unknown condition"];

#[test]
fn a_denial_that_depends_on_an_unknown_key_is_unknown_and_names_it() {
    let aws = only_if(&json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }));
    assert_ends(&aws, &[], 3, &UNKNOWN);
    let run = check(&aws, &deployer()).run().expect(3);
    let findings = run.findings();
    let open = findings.iter().find(|one| one.status == "unknown").unwrap();
    assert!(
        open.detail.contains("aws:MultiFactorAuthPresent") && open.detail.contains("--context"),
        "{}",
        open.detail
    );
    let given = |value: &str| format!("aws:MultiFactorAuthPresent={value}");
    assert_ends(&aws, &["--context", &given("true")], 0, &[]);
    assert_ends(&aws, &["--context", &given("false")], 1, &FAIL);
}

#[test]
fn an_allow_that_rests_on_an_absent_key_names_it() {
    let aws = not_if(&json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } }));
    let run = check(&aws, &deployer()).run().expect(0);
    let report = run.report();
    let findings = report["audits"][0]["findings"].as_array().unwrap();
    for one in findings {
        let expected = if one["permission"] == ACTION && one["subject"] == "user" {
            json!(["aws:SourceVpc"])
        } else {
            json!([])
        };
        assert_eq!(one["taken_as_absent"], expected, "{one}");
    }
    let run = crate::support::program::Program::new(["aws", "check"])
        .envs(aws.environment(&deployer()))
        .run()
        .expect(0);
    let (rows, closing) = run.stdout.split_once("\nTested").unwrap();
    assert!(
        rows.contains("taken for absent: aws:SourceVpc"),
        "in the row"
    );
    assert!(
        closing.contains("taken for absent: the condition keys aws:SourceVpc"),
        "{closing}"
    );
    assert_ends(&aws, &["--strict-context"], 3, &UNKNOWN);
    let inside = ["--context", "aws:SourceVpc=vpc-1", "--strict-context"];
    assert_ends(&aws, &inside, 1, &DENIED);
    let outside = ["--context", "aws:SourceVpc=vpc-2", "--strict-context"];
    assert_ends(&aws, &outside, 0, &[]);
}

#[test]
fn keys_are_typed_and_may_have_several_values() {
    let age = json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "300" } });
    let aws = only_if(&age);
    assert_ends(&aws, &[], 3, &UNKNOWN);
    let flag = |value: &str| format!("numeric@aws:MultiFactorAuthAge={value}");
    assert_ends(&aws, &["--context", &flag("60")], 0, &[]);
    assert_ends(&aws, &["--context", &flag("600")], 1, &FAIL);
    let tags = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } });
    let aws = only_if(&tags);
    let two = |other: &str| format!("aws:TagKeys={other}");
    let both = ["--context", "aws:TagKeys=a", "--context", &two("b")];
    assert_ends(&aws, &both, 0, &[]);
    let one_wrong = ["--context", "aws:TagKeys=a", "--context", &two("c")];
    assert_ends(&aws, &one_wrong, 1, &FAIL);
    let matcher = RunningAws::calls_of("SimulatePrincipalPolicy");
    let form = aws.server().log().matching(&matcher)[0].form();
    assert!(form.iter().any(|(_, value)| value == "stringList"));
}

#[test]
fn what_is_no_condition_key_is_a_wrong_call() {
    let aws = super::account().start();
    for (text, says) in [
        ("aws:SourceIp", "there is no ="),
        ("=x", "its key is none"),
        ("SourceIp=1", "its key is none"),
        ("aws:=1", "its key is none"),
        ("color@aws:X=1", "its type is none"),
        ("boolean@aws:X=perhaps", "does not fit its type"),
        ("numeric@aws:X=one", "does not fit its type"),
        ("numeric@aws:X=NaN", "does not fit its type"),
        ("ip@aws:SourceIp=300.1.1.1", "does not fit its type"),
        ("ip@aws:SourceIp=10.0.0.1/129", "does not fit its type"),
        ("date@aws:CurrentTime=today", "does not fit its type"),
    ] {
        let run = check(&aws, &deployer())
            .arguments(["--context", text])
            .run()
            .expect(2);
        assert!(run.stderr.contains(says), "{text}: {}", run.stderr);
    }
    let two_types = ["--context", "aws:X=true", "--context", "aws:X=word"];
    let run = check(&aws, &deployer())
        .arguments(two_types)
        .run()
        .expect(2);
    assert!(run.stderr.contains("another type"), "{}", run.stderr);
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn what_a_real_call_carries_for_sure_is_sent() {
    for condition in [
        json!({ "Bool": { "aws:SecureTransport": "true" } }),
        json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:user/team/*" } }),
        json!({ "StringEquals": { "aws:RequestedRegion": "us-east-1" } }),
    ] {
        assert_ends(&only_if(&condition), &[], 0, &[]);
    }
    let insecure = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let run = check(&not_if(&insecure), &deployer()).run().expect(0);
    let report = run.report();
    let keys = report["audits"][0]["findings"].to_string();
    assert!(
        !keys.contains("aws:SecureTransport"),
        "nothing is taken for absent"
    );
}

#[test]
fn each_region_is_asked_about() {
    let aws = only_if(&json!({ "StringEquals": { "aws:RequestedRegion": "eu-west-1" } }));
    assert_ends(&aws, &["--region", "eu-west-1"], 0, &[]);
    assert_ends(&aws, &["--region", "eu-west-2"], 1, &FAIL);
    let both = ["--region", "eu-west-1", "--region", "eu-west-2"];
    let run = check(&aws, &deployer()).arguments(both).run().expect(1);
    let open = not_passed(&run);
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].starts_with("user s3:PutObject fail "), "{open:?}");
    let run = check(&super::account().start(), &deployer())
        .arguments(both)
        .arguments(["--region", "eu-west-1"])
        .run()
        .expect(0);
    let report = run.report();
    assert_eq!(
        report["audits"][0]["tested"]["regions"],
        json!(["eu-west-1", "eu-west-2"])
    );
    let findings = run.findings();
    let invoke = findings
        .iter()
        .find(|one| one.permission == "lambda:InvokeFunction")
        .unwrap();
    for region in ["eu-west-1", "eu-west-2"] {
        let part = format!(":lambda:{region}:123456789012:function:remotion-render-");
        assert!(
            invoke.asked.iter().any(|one| one.contains(&part)),
            "{:?}",
            invoke.asked
        );
    }
}
