//! Who of a file is judged: by address, by being the only one, or by the role's name.

use serde_json::{Value, json};

use super::{Plan, checking, everything, role, user};
use crate::support::program::Run;

/// A user and an execution role, the role in a module.
fn both() -> Value {
    let fixture = include_str!("../../fixtures/terraform/aws_plan.json");
    serde_json::from_str(fixture).unwrap()
}

#[track_caller]
fn refused(file: &Value, arguments: &[&str], says: &[&str]) -> Run {
    let run = checking(file).arguments(arguments).run().expect(2);
    assert_eq!(run.stdout, "");
    for words in says {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
    run
}

#[track_caller]
fn principals(run: &Run) -> Vec<String> {
    let report = run.report();
    let principals = report["audits"][0]["tested"]["principals"]
        .as_array()
        .unwrap();
    principals
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_fresh_plan_with_a_module_passes_as_a_whole() {
    let run = checking(&both()).run().expect(0);
    assert_eq!(
        principals(&run),
        [
            "aws_iam_user.deployer",
            "module.render.aws_iam_role.remotion"
        ]
    );
    let report = run.report();
    assert_eq!(
        report["audits"][0]["findings"][0]["source"],
        "aws_terraform"
    );
    assert!(run.stdout.contains("what Terraform manages"));
}

#[test]
fn an_address_picks_and_its_kind_names_the_list() {
    for (address, count) in [
        ("aws_iam_user.deployer", 33),
        ("module.render.aws_iam_role.remotion", 16),
    ] {
        let run = checking(&both())
            .arguments(["--address", address])
            .run()
            .expect(0);
        assert_eq!(principals(&run), [address]);
        assert_eq!(run.findings().len(), count);
    }
    let two = [
        "--address",
        "module.render.aws_iam_role.remotion",
        "--address",
        "aws_iam_user.deployer",
    ];
    let run = checking(&both()).arguments(two).run().expect(0);
    assert_eq!(principals(&run).len(), 2);
    // A role measured by the user's list lacks what only a user needs.
    let run = checking(&both())
        .arguments([
            "--subject",
            "user",
            "--address",
            "module.render.aws_iam_role.remotion",
        ])
        .run()
        .expect(1);
    assert!(run.findings().iter().all(|one| one.subject == "user"));
}

#[test]
fn whoever_is_not_clear_is_asked_for() {
    let users = user()
        .add("aws_iam_user.second[\"a\"]", json!({ "name": "second" }))
        .json();
    refused(
        &users,
        &["--subject", "user"],
        &["holds 2 users", "--address", r#"aws_iam_user.second["a"]"#],
    );
    refused(
        &users,
        &["--address", "aws_iam_user.third"],
        &["no user or role at aws_iam_user.third", "aws_iam_user.ci"],
    );
    refused(&users, &[], &["holds 2 users"]);
    refused(
        &user().json(),
        &[],
        &[
            "holds no role (aws_iam_role) of the name remotion-lambda-role",
            "--subject user",
        ],
    );
    refused(
        &role().json(),
        &[],
        &["holds no user (aws_iam_user)", "--subject role"],
    );
    refused(
        &role().json(),
        &["--subject", "role", "--role-name", "other"],
        &["of the name other", "aws_iam_role.remotion"],
    );
    refused(
        &Plan::new().json(),
        &["--subject", "role"],
        &["holds no user or role"],
    );
    let twice = [
        "--address",
        "aws_iam_user.deployer",
        "--address",
        "aws_iam_user.deployer",
    ];
    refused(
        &both(),
        &twice,
        &["both be measured by the list of the user"],
    );
    refused(
        &both(),
        &["--address", "aws_iam_policy.deployer"],
        &["no user or role at"],
    );
}

#[test]
fn a_list_of_addresses_ends() {
    let mut plan = Plan::new();
    for index in 0..30 {
        plan = plan.add(
            &format!("aws_iam_user.many[{index}]"),
            json!({ "name": format!("u{index}") }),
        );
    }
    let run = refused(
        &plan.json(),
        &["--subject", "user"],
        &["holds 30 users", "and 10 more"],
    );
    assert!(!run.stderr.contains("many[29]"));
}

#[test]
fn the_account_stands_in_the_arns() {
    let state = |arn: &str| {
        let values = json!({ "name": "ci", "path": "/", "arn": arn });
        Plan::new()
            .add("aws_iam_user.ci", values)
            .add(
                "aws_iam_user_policy.all",
                json!({ "name": "all", "user": "ci", "policy": everything() }),
            )
            .state()
    };
    let arn = "arn:aws:iam::111111111111:user/ci";
    let run = checking(&state(arn))
        .arguments(["--subject", "user"])
        .run()
        .expect(0);
    assert_eq!(
        run.report()["audits"][0]["tested"]["account"],
        "111111111111"
    );
    assert_eq!(principals(&run), [arn]);
    refused(
        &state(arn),
        &["--subject", "user", "--account", "222222222222"],
        &["belongs to the account 111111111111"],
    );
    // An ARN of before a new name is not his.
    let run = checking(&state("arn:aws:iam::111111111111:user/old"))
        .arguments(["--subject", "user"])
        .run()
        .expect(0);
    assert_eq!(principals(&run), ["aws_iam_user.ci"]);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    for arguments in [
        &["--identity-policy", "plan.json"][..],
        &["--account-details", "plan.json"],
        &["--profile", "x"],
        &["--principal", "x"],
        &["--wait", "1m"],
    ] {
        let run = checking(&both()).arguments(arguments).run().expect(2);
        assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    }
}

#[test]
fn service_control_policies_stand_above() {
    let scp =
        super::document(json!({ "Effect": "Allow", "NotAction": "s3:PutObject", "Resource": "*" }));
    let run = user()
        .checking()
        .arguments(["--subject", "user", "--scp", "scp.json"])
        .file("scp.json", scp)
        .run()
        .expect(1);
    let failing: Vec<_> = run
        .findings()
        .into_iter()
        .filter(|one| one.status != "pass")
        .collect();
    assert!(
        failing
            .iter()
            .all(|one| one.permission == "s3:PutObject" && one.why == "organization")
    );
    assert!(!failing.is_empty());
}

#[test]
fn the_standard_input_is_read() {
    super::Program::new(["aws", "check", "--terraform", "-", "--format", "json"])
        .input(both().to_string())
        .run()
        .expect(0);
}
