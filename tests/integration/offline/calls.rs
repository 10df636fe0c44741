//! Which calls make sense, and that nothing of the world outside the files counts.

use std::net::TcpListener;

use serde_json::json;

use super::{all_pass_but, changed, checking, printed};
use crate::support::program::{Program, Run};

/// A call that is wrong: exit code 2, no verdict, and these words.
#[track_caller]
fn refused(program: Program, says: &[&str]) -> Run {
    let run = program.run().expect(2);
    assert_eq!(run.stdout, "");
    for words in says {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
    run
}

#[test]
fn files_need_exactly_one_subject() {
    let says = [
        "whose permissions the policy files should hold is not said",
        "--subject user or --subject role",
    ];
    let user = printed("user").to_string();
    let none = Program::new(["aws", "check", "--identity-policy", "policy.json"]);
    refused(none.file("policy.json", &user), &says);
    let both = Program::new(["aws", "check", "--subject", "user", "--subject", "role"]);
    let both = both.arguments(["--identity-policy", "policy.json"]);
    refused(both.file("policy.json", &user), &says);
}

#[test]
fn files_go_with_nothing_that_is_asked_of_an_account() {
    for (flag, value) in [
        ("--profile", "default"),
        ("--principal", "arn:aws:iam::123456789012:user/deployer"),
        ("--wait", "1s"),
        ("--expect-account", "123456789012"),
    ] {
        refused(
            checking("user", &printed("user")).arguments([flag, value]),
            &["--identity-policy", flag, "cannot be used with"],
        );
    }
}

#[test]
fn the_other_layers_need_an_identity_policy() {
    for (flag, value) in [
        ("--boundary", "policy.json"),
        ("--session-policy", "policy.json"),
        ("--scp", "policy.json"),
        ("--scp-level", "level"),
        ("--account", "123456789012"),
    ] {
        let program = Program::new(["aws", "check", "--subject", "user", flag, value])
            .file("policy.json", printed("user").to_string());
        refused(program, &["--identity-policy", "required"]);
    }
}

#[test]
fn places_that_are_none_are_refused() {
    for (flag, value, says) in [
        ("--account", "", "\"\" is not an AWS account"),
        ("--account", "12345", "\"12345\" is not an AWS account"),
        ("--account", "12345678901x", "is not an AWS account"),
        ("--account", "*", "\"*\" is not an AWS account"),
        ("--region", "", "\"\" from --region is not an AWS region"),
        ("--region", "*", "\"*\" from --region is not an AWS region"),
        (
            "--region",
            "moon",
            "\"moon\" from --region is not an AWS region",
        ),
        (
            "--region",
            "us-gov-west-1",
            "no permission list for the region us-gov-west-1",
        ),
    ] {
        refused(
            checking("user", &printed("user")).arguments([flag, value]),
            &[says, "hint: "],
        );
    }
}

#[test]
fn regions_of_two_partitions_are_two_checks() {
    refused(
        checking("user", &printed("user")).arguments([
            "--region",
            "us-east-1",
            "--region",
            "cn-north-1",
        ]),
        &["the regions belong to different partitions", "hint: "],
    );
}

#[test]
fn a_version_without_a_list_for_the_partition_is_refused() {
    refused(
        checking("user", &printed("user")).arguments([
            "--region",
            "cn-north-1",
            "--remotion-version",
            "4.0.300",
        ]),
        &["4.0.300", "aws-cn"],
    );
}

/// An address at which nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Neither network nor credentials nor settings: none of them is looked at.
#[test]
fn nothing_of_aws_is_asked() {
    let closed = closed_port();
    let endpoints = ["", "_IAM", "_STS"].map(|service| format!("AWS_ENDPOINT_URL{service}"));
    let run = checking("user", &printed("user"))
        .envs(endpoints.map(|name| (name, closed.clone())))
        .envs([
            ("HTTPS_PROXY", closed.as_str()),
            ("HTTP_PROXY", closed.as_str()),
            ("AWS_PROFILE", "there-is-none"),
            ("AWS_RETRY_MODE", "nonsense"),
            ("AWS_MAX_ATTEMPTS", "0"),
            ("AWS_REGION", "moon"),
        ])
        .home_file(".aws/config", "this is no configuration")
        .run()
        .expect(0);
    assert_eq!(run.stderr, "");
    all_pass_but(&run.findings(), &[]);
    let report = run.report();
    let tested = &report["audits"][0]["tested"];
    for nobody in [
        "caller",
        "credentials",
        "account",
        "project",
        "region_source",
    ] {
        assert!(tested[nobody].is_null(), "{nobody}: {tested}");
    }
    assert_eq!(tested["principals"], json!([]));
    assert_eq!(tested["regions"], json!([]));
    assert_eq!(tested["files"], json!(["policy.json"]));
}

/// A verdict on files must not change with whose machine it is made on.
#[test]
fn the_environment_names_no_region() {
    let limited = changed(printed("user"), "LogsRetention", |statement| {
        statement["Resource"] =
            json!("arn:aws:logs:eu-central-1:*:log-group:/aws/lambda/remotion-render-*");
    });
    let run = checking("user", &limited)
        .env("AWS_REGION", "eu-central-1")
        .env("REMOTION_AWS_REGION", "eu-central-1")
        .run()
        .expect(1);
    let permissions = ["logs:CreateLogGroup", "logs:PutRetentionPolicy"];
    for one in all_pass_but(&run.findings(), &permissions) {
        assert_eq!(one.why, "narrower");
    }
}

/// `--for` leaves out rows, and an empty check is no pass.
#[test]
fn only_for_an_activity() {
    let whole = printed("user");
    let all = checking("user", &whole).run().expect(0).findings();
    let some = checking("user", &whole)
        .arguments(["--for", "deploy-function"])
        .run()
        .expect(0)
        .findings();
    assert!(!some.is_empty() && some.len() < all.len());
    let without = changed(whole, "HandleQuotas", |statement| {
        statement["Action"] = json!("servicequotas:GetServiceQuota");
    });
    checking("user", &without).run().expect(1);
    checking("user", &without)
        .arguments(["--for", "render"])
        .run()
        .expect(0);
    refused(
        checking("role", &printed("role")).arguments(["--for", "quotas"]),
        &["there is nothing to check"],
    );
}

/// A version whose list is not known does not pass, whatever the files hold.
#[test]
fn a_version_newer_than_all_known_ones_is_not_determined() {
    let newer = || checking("user", &printed("user")).arguments(["--remotion-version", "9.0.0"]);
    let run = newer().run().expect(3);
    let open = all_pass_but(&run.findings(), &["permission-list"])
        .into_iter()
        .map(|one| one.why.clone())
        .collect::<Vec<_>>();
    assert_eq!(open, ["unknown_list"]);
    newer().arguments(["--accept-newer"]).run().expect(0);
}

/// What stands in only one of two neighbouring lists is no failure where it is missing.
#[test]
fn what_may_not_be_needed_is_unknown_where_it_is_missing() {
    let policy = changed(printed("user"), "Storage", |statement| {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|one| one != "s3:PutLifecycleConfiguration");
    });
    // The list of 4.0.39 is the first with it, the one before was last seen in 4.0.24.
    let known = checking("user", &policy).arguments(["--remotion-version", "4.0.39"]);
    known.run().expect(1);
    let doubtful = checking("user", &policy).arguments(["--remotion-version", "4.0.30"]);
    let run = doubtful.run().expect(3);
    let findings = run.findings();
    let [open] = all_pass_but(&findings, &["s3:PutLifecycleConfiguration"])[..] else {
        panic!("one row");
    };
    assert_eq!(
        (open.status.as_str(), open.why.as_str()),
        ("unknown", "doubtful_need")
    );
}

/// A name with a wildcard would be a question about many, an ARN one about nothing.
#[test]
fn names_that_are_none_are_refused() {
    for (flag, value, kind) in [
        ("--role-name", "", "role"),
        ("--role-name", "*", "role"),
        ("--role-name", "a b", "role"),
        ("--role-name", "path/remotion-lambda-role", "role"),
        ("--bucket", "", "bucket"),
        ("--bucket", "remotionlambda-*", "bucket"),
        ("--bucket", "remotionlambda-a/sites", "bucket"),
        ("--bucket", "arn:aws:s3:::remotionlambda-a", "bucket"),
        ("--function", "", "function"),
        ("--function", "remotion-render-*", "function"),
        ("--function", "remotion-render-a:1", "function"),
        ("--function", "remotion render", "function"),
    ] {
        refused(
            checking("user", &printed("user")).arguments([flag, value]),
            &[
                &format!("{value:?} is not the name of a {kind}"),
                "hint: ",
                flag,
            ],
        );
    }
}

#[test]
fn a_check_of_some_activities_says_so() {
    let program = |format: &str| {
        Program::new(["aws", "check", "--subject", "user", "--for", "render"])
            .arguments(["--identity-policy", "user.json", "--format", format])
            .file("user.json", Program::new(["policies", "user"]).run().stdout)
            .run()
            .expect(0)
    };
    let table = program("table").stdout;
    assert!(
        table.contains("Only      what is needed to render"),
        "{table}"
    );
    assert!(
        !table.contains("everything that this version needs"),
        "{table}"
    );
    for format in ["markdown", "html"] {
        let text = program(format).stdout;
        assert!(
            !text.contains("Everything that is needed is held"),
            "{format}"
        );
        assert!(text.contains("what is needed to render"), "{format}");
    }
    let report = program("json").report();
    assert_eq!(
        report["audits"][0]["only_for"],
        serde_json::json!(["render"])
    );
}
