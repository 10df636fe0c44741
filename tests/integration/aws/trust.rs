//! The trust policy of the execution role, and policies that hang on the wrong one.

use serde_json::json;

use super::{
    ACCOUNT, USER, account, account_with, check, deployer, not_passed, printed, statement,
};
use crate::support::aws::{Caller, Entity, RunningAws};

/// An account whose execution role is changed so; the caller may look it up, or not.
fn trusting(looks: bool, change: impl FnOnce(Entity) -> Entity) -> RunningAws {
    let aws = account().start();
    aws.change(|state| state.edit_role("remotion-lambda-role", change));
    if looks {
        let look = statement("Allow", &["iam:GetRole"]);
        aws.change(|state| state.edit_user("deployer", |user| user.inline("look", &look)));
    }
    aws
}

const REFUSED: [&str; 1] = ["role sts:AssumeRole fail not_trusted"];

#[test]
fn a_role_that_is_seen_not_to_trust_lambda_is_a_failure_of_its_own() {
    let run = check(&trusting(true, |role| role), &deployer())
        .run()
        .expect(0);
    let trust = |run: &crate::support::program::Run| {
        run.findings()
            .into_iter()
            .find(|one| one.permission == "sts:AssumeRole")
    };
    let pass = trust(&run).expect("a finding about trust");
    assert_eq!(pass.status, "pass");
    assert_eq!(
        pass.scope,
        "arn:aws:iam::123456789012:role/remotion-lambda-role"
    );
    let ec2 = |role: Entity| role.trusts_service("ec2.amazonaws.com");
    let run = check(&trusting(true, ec2), &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), REFUSED);
    let fail = trust(&run).unwrap();
    assert!(
        fail.detail.contains("lambda.amazonaws.com"),
        "{}",
        fail.detail
    );
    let somebody = |role: Entity| role.trusts_principal(USER);
    let run = check(&trusting(true, somebody), &deployer())
        .run()
        .expect(1);
    assert_eq!(not_passed(&run), REFUSED);
    // What is not seen is no failure.
    let run = check(&trusting(false, ec2), &deployer()).run().expect(0);
    assert_eq!(trust(&run), None);
    // And what is not asked for neither.
    check(&trusting(true, ec2), &deployer())
        .arguments(["--subject", "user"])
        .run()
        .expect(0);
}

#[test]
fn a_trust_that_depends_on_conditions_is_unknown() {
    let conditional = |role: Entity| {
        role.trust_policy(json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "lambda.amazonaws.com" },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } },
            }],
        }))
    };
    let run = check(&trusting(true, conditional), &deployer())
        .run()
        .expect(3);
    assert_eq!(not_passed(&run), ["role sts:AssumeRole unknown condition"]);
    assert!(run.stdout.contains("depends on aws:SourceAccount"));
}

#[test]
fn policies_on_the_wrong_one_are_recognized() {
    let auditor = statement("Allow", &["iam:SimulatePrincipalPolicy"]);
    let notes = |user: &serde_json::Value, role: &serde_json::Value| {
        let aws = account_with(user, role)
            .user("/", "auditor", |one| one.inline("own", &auditor))
            .start();
        let run = check(&aws, &Caller::user("auditor"))
            .arguments(["--principal", USER])
            .run();
        run.report()["audits"][0]["notes"].to_string()
    };
    let (user, role) = (printed("user"), printed("role"));
    let on_user = "it looks as if the role's policy were on the user";
    let on_role = "it looks as if the user's policy were on the role";
    let swapped = notes(&role, &user);
    assert!(
        swapped.contains(on_user) && swapped.contains(on_role),
        "{swapped}"
    );
    let twice = notes(&user, &user);
    assert!(
        !twice.contains(on_user) && twice.contains(on_role),
        "{twice}"
    );
    let right = notes(&user, &role);
    let without = notes(&super::without(&user, "s3:PutObject"), &role);
    let nothing = statement("Allow", &["s3:GetBucketAcl"]);
    for notes in [right, without, notes(&nothing, &nothing)] {
        assert!(!notes.contains("it looks as if"), "{notes}");
    }
}

#[test]
fn passing_the_role_is_asked_for_lambda() {
    let mut user = printed("user");
    for statement in user["Statement"].as_array_mut().unwrap() {
        if statement["Action"] == json!(["iam:PassRole"]) {
            statement["Condition"] =
                json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
        }
    }
    let aws = account_with(&user, &printed("role")).start();
    check(&aws, &deployer()).run().expect(0);
    let text = user
        .to_string()
        .replace("lambda.amazonaws.com", "ec2.amazonaws.com");
    let aws = account_with(&serde_json::from_str(&text).unwrap(), &printed("role")).start();
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), ["user iam:PassRole fail nothing_allows"]);
}
