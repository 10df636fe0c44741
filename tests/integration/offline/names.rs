//! Names that are given are asked about: a policy that is limited to them is right.

use serde_json::{Value, json};

use super::{all_pass_but, changed, checking, of, printed};
use crate::support::program::Finding;

/// A policy that is limited to names is right where the check names them.
#[test]
fn names_that_are_given_are_asked_about() {
    let account = changed(printed("user"), "LambdaInvokation", |statement| {
        statement["Resource"] = json!("arn:aws:iam::123456789012:role/remotion-lambda-role");
    });
    let role = changed(printed("user"), "LambdaInvokation", |statement| {
        statement["Resource"] = json!("arn:aws:iam::*:role/renderer");
    });
    let region = changed(printed("user"), "LogsRetention", |statement| {
        statement["Resource"] = json!([
            "arn:aws:logs:eu-central-1:*:log-group:/aws/lambda/remotion-render-*",
            "arn:aws:logs:us-east-1:*:log-group:/aws/lambda/remotion-render-*"
        ]);
    });
    let bucket = changed(printed("user"), "Storage", |statement| {
        statement["Resource"] = json!([
            "arn:aws:s3:::remotionlambda-useast1-a",
            "arn:aws:s3:::remotionlambda-useast1-a/*"
        ]);
    });
    let function = changed(printed("user"), "FunctionManagement", |statement| {
        statement["Resource"] = json!("arn:aws:lambda:*:*:function:remotion-render-a");
    });
    let function = changed(function, "LogsRetention", |statement| {
        statement["Resource"] = json!("arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-a");
    });
    let cases: [(&Value, &[&str], &[&str], &str); 5] = [
        (
            &account,
            &["--account", "123456789012"],
            &["--account", "210987654321"],
            "nothing_allows",
        ),
        (
            &role,
            &["--role-name", "renderer"],
            &["--role-name", "remotion-lambda-role"],
            "nothing_allows",
        ),
        (
            &region,
            &["--region", "eu-central-1", "--region", "us-east-1"],
            &["--region", "eu-central-1", "--region", "eu-west-1"],
            "narrower",
        ),
        (
            &bucket,
            &["--bucket", "remotionlambda-useast1-a"],
            &[
                "--bucket",
                "remotionlambda-useast1-a",
                "--bucket",
                "remotionlambda-useast1-b",
            ],
            "narrower",
        ),
        (
            &function,
            &["--function", "remotion-render-a"],
            &["--function", "remotion-render-b"],
            "nothing_allows",
        ),
    ];
    for (policy, right, wrong, cause) in cases {
        let run = checking("user", policy).arguments(right).run().expect(0);
        all_pass_but(&run.findings(), &[]);
        for (arguments, cause) in [
            (wrong, cause),
            (
                &[],
                if *policy == role {
                    "nothing_allows"
                } else {
                    "narrower"
                },
            ),
        ] {
            let run = checking("user", policy)
                .arguments(arguments)
                .run()
                .expect(1);
            let findings = run.findings();
            let failed: Vec<&Finding> =
                findings.iter().filter(|one| one.status != "pass").collect();
            assert!(!failed.is_empty() && failed.len() < findings.len());
            for one in failed {
                assert_eq!(
                    (one.status.as_str(), one.why.as_str()),
                    ("fail", cause),
                    "{one:#?}"
                );
            }
        }
    }
}

/// The role is checked in the same way, with its log streams.
#[test]
fn the_execution_roles_names() {
    let limited = changed(printed("role"), "4", |statement| {
        statement["Resource"] = json!([
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/remotion-render-a",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/remotion-render-a:*",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda-insights:*"
        ]);
    });
    let place = ["--region", "us-east-1", "--account", "123456789012"];
    let run = checking("role", &limited)
        .arguments(place)
        .arguments(["--function", "remotion-render-a"])
        .run()
        .expect(0);
    let findings = run.findings();
    let streams = of(&findings, "logs:PutLogEvents");
    assert!(
        streams[0].asked[0].starts_with(
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/remotion-render-a:log-stream:"
        ),
        "{streams:#?}"
    );
    let run = checking("role", &limited).arguments(place).run().expect(1);
    let open = ["logs:CreateLogStream", "logs:PutLogEvents"];
    for one in all_pass_but(&run.findings(), &open) {
        let expected = if one.scope.contains("lambda-insights") {
            ("pass", "")
        } else {
            ("fail", "narrower")
        };
        assert_eq!(
            (one.status.as_str(), one.why.as_str()),
            expected,
            "{one:#?}"
        );
    }
}
