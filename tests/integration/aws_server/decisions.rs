//! What the simulator decides, and the shapes in which it says so.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum};

use super::{
    BUCKET, OTHER, USER, account, allow, block, decision, deny, iam, lines, simulate, statement,
};
use crate::support::aws::{Caller, RunningAws, Shape, SourceTypes};

/// Asks with a context key.
fn with_context(aws: &RunningAws, action: &str, resource: &str, key: &str, value: &str) -> String {
    let entry = ContextEntry::builder()
        .context_key_name(key)
        .context_key_type(ContextKeyTypeEnum::String)
        .context_key_values(value)
        .build();
    let client = iam(aws, &Caller::user("deployer"));
    let call = client.simulate_principal_policy().policy_source_arn(USER);
    let call = call.action_names(action).resource_arns(resource);
    let output = block(call.context_entries(entry).send()).expect("it is answered");
    let result = output.evaluation_results().first().expect("a result");
    result.eval_decision().to_string()
}

#[test]
fn patterns_are_matched_and_denies_win() {
    let aws = account(
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["s3:Get*","S3:putobject"],"Resource":"arn:aws:s3:::remotionlambda-*"},
            {"Effect":"Allow","NotAction":["s3:*","iam:*"],"NotResource":"arn:aws:lambda:us-east-1:*"},
            {"Effect":"Deny","Action":"lambda:Delete?unction","Resource":"*"},
            {"Effect":"Allow","Action":"s3:ListBucket","Resource":["arn:aws:s3:::home-${aws:username}","arn:aws:s3:::star-${*}"]}]}"#
            .replace("us-east-1:*", "us-east-1:*:*")
            .as_str(),
    )
    .start();
    for (action, resource, wanted) in [
        ("s3:GetObject", BUCKET, "allowed"),
        ("s3:getobject", BUCKET, "allowed"),
        ("s3:PutObject", BUCKET, "allowed"),
        ("s3:DeleteObject", BUCKET, "implicitDeny"),
        ("s3:GetObject", OTHER, "implicitDeny"),
        (
            "s3:GetObject",
            "arn:aws:s3:::REMOTIONLAMBDA-x",
            "implicitDeny",
        ),
        ("lambda:GetFunction", "*", "allowed"),
        (
            "lambda:GetFunction",
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "allowed",
        ),
        (
            "lambda:GetFunction",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            "implicitDeny",
        ),
        ("lambda:DeleteFunction", "*", "explicitDeny"),
        ("iam:GetRole", "*", "implicitDeny"),
        ("nosuch:Thing", "*", "allowed"),
        ("s3:ListBucket", "arn:aws:s3:::home-deployer", "allowed"),
        ("s3:ListBucket", "arn:aws:s3:::home-other", "implicitDeny"),
        ("s3:ListBucket", "arn:aws:s3:::star-*", "allowed"),
        ("s3:ListBucket", "arn:aws:s3:::star-x", "implicitDeny"),
    ] {
        assert_eq!(
            decision(&aws, action, resource),
            wanted,
            "{action} {resource}"
        );
    }
}

#[test]
fn a_wildcard_in_the_question_is_a_character() {
    let pattern = "arn:aws:s3:::remotionlambda-*";
    let exact = account(&allow("s3:GetObject", pattern)).start();
    assert_eq!(decision(&exact, "s3:GetObject", pattern), "allowed");
    let narrow = account(&allow(
        "s3:GetObject",
        "arn:aws:s3:::remotionlambda-useast1-*",
    ))
    .start();
    assert_eq!(decision(&narrow, "s3:GetObject", pattern), "implicitDeny");
    let denied = exact;
    denied.change(|state| {
        state.edit_user("deployer", |user| {
            user.inline(
                "part",
                deny("s3:GetObject", "arn:aws:s3:::remotionlambda-useast1-*"),
            )
        });
    });
    assert_eq!(decision(&denied, "s3:GetObject", pattern), "allowed");
}

#[test]
fn conditions_need_their_keys_and_missing_ones_are_named() {
    let condition =
        |condition: &str| account(&statement("Allow", "s3:GetObject", BUCKET, condition)).start();
    for (block, value, wanted) in [
        (
            r#"{"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}"#,
            "us-east-1",
            "allowed",
        ),
        (
            r#"{"StringEquals":{"AWS:requestedregion":"eu-west-1"}}"#,
            "us-east-1",
            "implicitDeny",
        ),
        (
            r#"{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
            "us-east-1",
            "allowed",
        ),
        (
            r#"{"StringLike":{"aws:RequestedRegion":"us-*"}}"#,
            "us-east-1",
            "allowed",
        ),
        (
            r#"{"StringNotLike":{"aws:RequestedRegion":"us-*"}}"#,
            "us-east-1",
            "implicitDeny",
        ),
        (
            r#"{"ArnLike":{"aws:RequestedRegion":"arn:aws:iam::*:role/*"}}"#,
            "arn:aws:iam::1:role/x",
            "allowed",
        ),
        (
            r#"{"ArnEquals":{"aws:RequestedRegion":"arn:aws:iam::1:role/x"}}"#,
            "arn:aws",
            "implicitDeny",
        ),
        (
            r#"{"Bool":{"aws:RequestedRegion":"true"}}"#,
            "True",
            "allowed",
        ),
        (
            r#"{"Null":{"aws:RequestedRegion":"true"}}"#,
            "x",
            "implicitDeny",
        ),
        (
            r#"{"NumericLessThan":{"aws:RequestedRegion":"5"}}"#,
            "4",
            "allowed",
        ),
        (
            r#"{"ForAllValues:StringEquals":{"aws:RequestedRegion":"4"}}"#,
            "4",
            "allowed",
        ),
        (
            r#"{"ForAnyValue:StringEquals":{"aws:RequestedRegion":"4"}}"#,
            "5",
            "implicitDeny",
        ),
    ] {
        let aws = condition(block);
        let given = with_context(&aws, "s3:GetObject", BUCKET, "aws:RequestedRegion", value);
        assert_eq!(given, wanted, "{block}");
    }
    for (block, wanted) in [
        (
            r#"{"StringEquals":{"aws:RequestedRegion":"x"}}"#,
            "implicitDeny",
        ),
        (
            r#"{"StringEqualsIfExists":{"aws:RequestedRegion":"x"}}"#,
            "allowed",
        ),
        (
            r#"{"StringNotEquals":{"aws:RequestedRegion":"x"}}"#,
            "allowed",
        ),
        (r#"{"Null":{"aws:RequestedRegion":"true"}}"#, "allowed"),
        (
            r#"{"ForAllValues:StringEquals":{"aws:RequestedRegion":"x"}}"#,
            "allowed",
        ),
        (
            r#"{"ForAnyValue:StringEquals":{"aws:RequestedRegion":"x"}}"#,
            "implicitDeny",
        ),
    ] {
        let output = simulate(&condition(block), &["s3:GetObject"], &[BUCKET]);
        let result = output.evaluation_results().first().expect("a result");
        assert_eq!(result.eval_decision().as_str(), wanted, "{block}");
        assert!(result.missing_context_values().is_empty());
        let specific = result
            .resource_specific_results()
            .first()
            .expect("per resource");
        assert_eq!(specific.missing_context_values(), ["aws:RequestedRegion"]);
    }
    // The few keys that the simulator fills in, and one that it does not.
    for (key, value, wanted) in [
        ("aws:PrincipalAccount", "123456789012", "allowed"),
        ("aws:username", "deployer", "allowed"),
        ("aws:PrincipalType", "User", "allowed"),
        ("aws:PrincipalArn", USER, "implicitDeny"),
    ] {
        let aws = condition(&format!(r#"{{"StringEquals":{{"{key}":"{value}"}}}}"#));
        assert_eq!(decision(&aws, "s3:GetObject", BUCKET), wanted, "{key}");
    }
}

#[test]
fn missing_keys_are_those_of_the_question_or_of_all_policies() {
    let other = statement(
        "Allow",
        "s3:PutObject",
        "*",
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
    );
    let aws = account(&other).start();
    let missing = || {
        let output = simulate(&aws, &["s3:GetObject"], &[]);
        let result = output
            .evaluation_results()
            .first()
            .expect("a result")
            .clone();
        result.missing_context_values().to_vec()
    };
    assert!(missing().is_empty());
    aws.change(|state| state.settings.missing_keys_of_all = true);
    assert_eq!(missing(), ["aws:SecureTransport"]);
}

#[test]
fn the_shapes_differ_as_documented() {
    let aws = account(&allow("s3:*", "arn:aws:s3:::remotionlambda-*")).start();
    let actions = ["s3:GetObject", "s3:PutObject"];
    let output = simulate(&aws, &actions, &[BUCKET, OTHER]);
    let template = "arn:${Partition}:s3:::${BucketName}/${KeyName}";
    assert_eq!(
        lines(&output),
        [
            format!("s3:GetObject {template} implicitDeny"),
            format!("s3:PutObject {template} implicitDeny"),
        ]
    );
    let result = output.evaluation_results().first().expect("a result");
    let specific: Vec<String> = result
        .resource_specific_results()
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one.eval_resource_name(),
                one.eval_resource_decision()
            )
        })
        .collect();
    assert_eq!(
        specific,
        [format!("{BUCKET} allowed"), format!("{OTHER} implicitDeny")]
    );
    assert!(
        simulate(&aws, &actions, &[])
            .evaluation_results()
            .iter()
            .all(|one| one.resource_specific_results.is_none())
    );

    aws.change(|state| state.settings.shape = Shape::Old);
    assert_eq!(
        lines(&simulate(&aws, &actions, &[BUCKET, OTHER])),
        [
            format!("s3:GetObject {BUCKET} allowed"),
            format!("s3:GetObject {OTHER} implicitDeny"),
            format!("s3:PutObject {BUCKET} allowed"),
            format!("s3:PutObject {OTHER} implicitDeny"),
        ]
    );
    aws.change(|state| state.settings.shape = Shape::OldAggregate);
    assert_eq!(
        lines(&simulate(&aws, &["s3:GetObject"], &[BUCKET, OTHER])),
        [
            format!("s3:GetObject {BUCKET} implicitDeny"),
            format!("s3:GetObject {OTHER} implicitDeny"),
        ]
    );
}

#[test]
fn statements_are_named_with_their_place() {
    let aws = account("{\"Statement\": [\n  {\"Sid\": \"}]\", \"Effect\": \"Allow\", \"Action\": \"a:b\", \"Resource\": \"*\"},\n  {\"Effect\": \"Deny\", \"Action\": \"s3:*\",\n   \"Resource\": \"*\"}\n]}").start();
    let matched = || {
        let output = simulate(&aws, &["s3:GetObject"], &[BUCKET]);
        let result = output.evaluation_results().first().expect("a result");
        assert_eq!(result.eval_decision().as_str(), "explicitDeny");
        let [one] = result.matched_statements() else {
            panic!("one statement denies");
        };
        let start = one.start_position().expect("a start");
        let end = one.end_position().expect("an end");
        (
            one.source_policy_id().unwrap_or_default().to_owned(),
            one.source_policy_type()
                .map(ToString::to_string)
                .unwrap_or_default(),
            [start.line(), start.column(), end.line(), end.column()],
        )
    };
    let place = [3, 3, 4, 19];
    assert_eq!(
        matched(),
        ("user_deployer_tested".to_owned(), "user".to_owned(), place)
    );
    aws.change(|state| state.settings.source_types = SourceTypes::IamPolicy);
    assert_eq!(matched().1, "IAM Policy");
}
