//! Who of an account is meant, and what is said where that is not clear.

use serde_json::{Value, json};

use super::{arn, check, details, inline, printed, push, role, user};
use crate::support::program::Run;

/// Several users and roles, two of the same name.
fn several() -> Value {
    let mut details = details();
    let mut add = |list: &str, policies: &str, mut one: Value| {
        push(&mut one[policies], inline("remotion", &printed("user")));
        push(&mut details[list], one);
    };
    add(
        "UserDetailList",
        "UserPolicyList",
        user("/team/", "deploy-bot"),
    );
    add("UserDetailList", "UserPolicyList", user("/", "twin"));
    add("RoleDetailList", "RolePolicyList", role("/build/", "ci"));
    add("RoleDetailList", "RolePolicyList", role("/", "twin"));
    details
}

#[track_caller]
fn wrong(run: Run, says: &[&str]) {
    let run = run.expect(2);
    assert_eq!(run.stdout, "");
    for part in says {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(run.stderr.contains("\nhint: "), "{}", run.stderr);
}

#[test]
fn a_principal_is_named_by_its_arn_or_its_name() {
    let details = several();
    for (wanted, meant) in [
        (arn("user/team/deploy-bot"), arn("user/team/deploy-bot")),
        ("deploy-bot".to_owned(), arn("user/team/deploy-bot")),
        ("ci".to_owned(), arn("role/build/ci")),
        (arn("role/build/ci"), arn("role/build/ci")),
        (arn("role/twin"), arn("role/twin")),
        (
            "arn:aws:sts::123456789012:assumed-role/ci/run-7".to_owned(),
            arn("role/build/ci"),
        ),
    ] {
        let run = check(&details, &["--principal", &wanted]).expect(0);
        let tested = &run.report()["audits"][0]["tested"];
        assert_eq!(tested["principals"][0]["name"], meant.as_str(), "{wanted}");
        assert_eq!(
            tested["principals"][1]["name"],
            arn("role/remotion-lambda-role")
        );
    }
    let run = check(&details, &["--subject", "role", "--role-name", "ci"]).expect(1);
    let tested = &run.report()["audits"][0]["tested"];
    assert_eq!(tested["principals"][0]["name"], arn("role/build/ci"));
}

#[test]
fn who_is_not_there_or_not_clear_is_asked_for() {
    let details = several();
    let principal = |name: &str| check(&details, &["--principal", name]);
    wrong(
        check(&details, &[]),
        &["3 users", "user deploy-bot", "--principal"],
    );
    wrong(
        principal("deploy-bott"),
        &["\"deploy-bott\"", "user deploy-bot"],
    );
    wrong(principal("zzz"), &["it holds: ", "role ci"]);
    wrong(
        principal("twin"),
        &["several", &arn("user/twin"), &arn("role/twin")],
    );
    wrong(principal(&arn("user/deploy-bot")), &["user deploy-bot"]);
    wrong(
        principal("arn:aws:iam::999999999999:user/team/deploy-bot"),
        &["user deploy-bot"],
    );
    wrong(
        principal("arn:aws:s3:::bucket"),
        &["is not the ARN of a user or role"],
    );
    wrong(principal(&arn("group/team")), &["there is no user or role"]);
    wrong(
        check(&details, &["--subject", "role", "--principal", "ci"]),
        &["--role-name"],
    );
    wrong(
        check(
            &details,
            &["--principal", "ci", "--account", "999999999999"],
        ),
        &["does not belong to the account 999999999999"],
    );
    wrong(
        check(&details, &["--principal", "ci", "--principal", "twin"]),
        &["several times"],
    );
    let mut none = details;
    none["UserDetailList"] = json!([]);
    wrong(check(&none, &[]), &["there is no user", "--subject role"]);
}

#[test]
fn no_message_names_a_thousand() {
    let mut details = details();
    for index in 0..1_000 {
        push(
            &mut details["UserDetailList"],
            user("/", &format!("user{index}")),
        );
    }
    let run = check(&details, &[]).expect(2);
    assert!(run.stderr.contains("and 991 more"), "{}", run.stderr);
    assert!(run.stderr.len() < 1_000);
}

#[test]
fn two_accounts_are_told_apart() {
    let first = details();
    let second: Value =
        serde_json::from_str(&first.to_string().replace("123456789012", "999999999999")).unwrap();
    let both = format!("{first}{second}");
    let run = |flags: &[&str]| super::checking(&both, flags).run();
    wrong(run(&[]), &["2 users"]);
    wrong(
        run(&["--principal", "deployer"]),
        &["several", "999999999999"],
    );
    wrong(run(&["--subject", "role"]), &["several roles", "--account"]);
    let report = run(&["--account", "999999999999"]).expect(0).report();
    let tested = &report["audits"][0]["tested"];
    assert_eq!(tested["account"], "999999999999");
    for index in [0, 1] {
        let name = tested["principals"][index]["name"].as_str().unwrap();
        assert!(name.contains("999999999999"), "{name}");
    }
}

#[test]
fn the_partition_is_that_of_the_account() {
    let chinese = details().to_string().replace("arn:aws:", "arn:aws-cn:");
    let printed = crate::support::program::Program::new([
        "policies",
        "user",
        "--partition",
        "aws-cn",
        "--remotion-version",
        super::VERSION,
    ])
    .run()
    .expect(0);
    let policy: Value = serde_json::from_str(&printed.stdout).unwrap();
    let mut details: Value = serde_json::from_str(&chinese).unwrap();
    details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = policy;
    check(&details, &["--subject", "user"]).expect(0);
    wrong(
        check(&details, &["--region", "us-east-1"]),
        &["another partition than us-east-1"],
    );
    let text = details.to_string().replace("aws-cn", "aws-us-gov");
    wrong(
        super::checking(&text, &[]).run(),
        &["aws-us-gov", "Remotion does not run"],
    );
}

#[test]
fn flags_that_do_not_go_together() {
    for flags in [
        ["--profile", "x"],
        ["--expect-account", "123456789012"],
        ["--wait", "1m"],
        ["--identity-policy", "details.json"],
        ["--boundary", "details.json"],
    ] {
        check(&details(), &flags).expect(2);
    }
}
