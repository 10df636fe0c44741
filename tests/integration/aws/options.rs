//! The flags that say who and where.

use serde_json::json;

use super::{
    ROLE, USER, account, account_with, check, deployer, not_passed, on, printed, statement,
};
use crate::support::aws::Caller;

#[test]
fn a_principal_is_tested_in_place_of_the_caller() {
    let aws = account()
        .user("/", "poor", |user| user)
        .group("/", "team", |group| {
            group.inline("remotion", printed("user"))
        })
        .start();
    let run = check(&aws, &deployer())
        .arguments(["--principal", "arn:aws:iam::123456789012:user/poor"])
        .run()
        .expect(1);
    assert!(
        run.findings()
            .iter()
            .all(|one| (one.subject == "user") == (one.status == "fail"))
    );
    let report = run.report();
    let tested = &report["audits"][0]["tested"];
    assert_eq!(tested["caller"], USER);
    assert_eq!(
        tested["principals"][0]["name"],
        "arn:aws:iam::123456789012:user/poor"
    );
    for principal in [
        "arn:aws:iam::123456789012:group/team",
        USER,
        "arn:aws:sts::123456789012:assumed-role/remotion-lambda-role/x",
    ] {
        let run = check(&aws, &deployer())
            .arguments(["--principal", principal])
            .run();
        let expected = i32::from(principal.contains("assumed"));
        let run = run.expect(expected);
        assert!(run.report()["audits"][0]["tested"]["caller"] == USER);
    }
}

#[test]
fn a_principal_that_is_none_is_a_wrong_call_before_anything_is_asked() {
    let aws = account().start();
    for (principal, says) in [
        ("deployer", "is not the ARN of a user, group or role"),
        ("", "is not the ARN of a user, group or role"),
        ("arn:aws:s3:::bucket", "is not the ARN"),
        ("arn:aws:iam::12345:user/x", "is not the ARN"),
        ("arn:aws:iam::123456789012:user/", "is not the ARN"),
        ("arn:aws:iam::123456789012:policy/x", "is not the ARN"),
        ("arn:aws-cn:iam::123456789012:user/x", "partition"),
    ] {
        let run = check(&aws, &deployer())
            .arguments(["--principal", principal])
            .run()
            .expect(2);
        assert!(run.stderr.contains(says), "{principal}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn a_subject_narrows_the_check_and_its_questions() {
    let aws = account_with(&printed("user"), &statement("Allow", &["s3:GetBucketAcl"])).start();
    let run = check(&aws, &deployer())
        .arguments(["--subject", "user"])
        .run()
        .expect(0);
    assert!(run.findings().iter().all(|one| one.subject == "user"));
    assert_eq!(aws.count("GetRole"), 0, "nobody asks for the role");
    let run = check(&aws, &deployer())
        .arguments(["--subject", "role"])
        .run()
        .expect(1);
    assert!(run.findings().iter().all(|one| one.subject == "role"));
    check(&aws, &deployer())
        .arguments(["--subject", "role", "--subject", "user"])
        .run()
        .expect(1);
    check(&aws, &deployer())
        .arguments(["--subject", "service-account"])
        .run()
        .expect(2);
}

#[test]
fn another_role_name_is_asked_about() {
    let policy = |name: &str| {
        let mut policy = printed("user");
        let statements = policy["Statement"].as_array_mut().unwrap();
        let pass = statements
            .iter_mut()
            .find(|one| one["Action"] == json!(["iam:PassRole"]))
            .unwrap();
        pass["Resource"] = json!([format!("arn:aws:iam::*:role/{name}")]);
        policy
    };
    let aws = account_with(&policy("mine"), &printed("user"))
        .role("/", "mine", |role| role.inline("remotion", printed("role")))
        .start();
    let run = check(&aws, &deployer())
        .arguments(["--role-name", "mine"])
        .run()
        .expect(0);
    let report = run.report();
    assert_eq!(
        report["audits"][0]["tested"]["principals"][1]["name"],
        "arn:aws:iam::123456789012:role/mine"
    );
    let pass_role = run
        .findings()
        .into_iter()
        .find(|one| one.permission == "iam:PassRole")
        .unwrap();
    assert_eq!(pass_role.asked, ["arn:aws:iam::123456789012:role/mine"]);
    // The default role is another one, which may not be passed.
    let run = check(&aws, &deployer()).run().expect(1);
    assert!(not_passed(&run).contains(&"user iam:PassRole fail nothing_allows".to_owned()));
    aws.server().log().clear();
    for name in ["a/b", "", "with space", ROLE, &"x".repeat(65)] {
        let run = check(&aws, &deployer())
            .arguments(["--role-name", name])
            .run()
            .expect(2);
        assert!(
            run.stderr.contains("is not the name of a role"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn another_account_ends_the_run_before_anything_is_simulated() {
    let aws = account().start();
    let run = check(&aws, &deployer())
        .arguments(["--expect-account", "123456789012"])
        .run()
        .expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
    for flags in [
        vec![],
        vec!["--principal", "arn:aws:iam::210987654321:user/x"],
        vec!["--subject", "user"],
    ] {
        aws.server().log().clear();
        let run = check(&aws, &deployer())
            .arguments(["--expect-account", "210987654321"])
            .arguments(&flags)
            .run()
            .expect(2);
        assert_eq!(run.stdout, "", "{flags:?}");
        assert!(
            run.stderr.contains("123456789012") && run.stderr.contains("210987654321"),
            "{flags:?} {}",
            run.stderr
        );
        assert_eq!(aws.count("SimulatePrincipalPolicy"), 0, "{flags:?}");
        assert_eq!(aws.count("GetCallerIdentity"), 1, "{flags:?}");
    }
    aws.server().log().clear();
    for account in ["12345", "", "12345678901x", "1234567890123"] {
        check(&aws, &deployer())
            .arguments(["--expect-account", account])
            .run()
            .expect(2);
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn named_buckets_and_functions_are_asked_in_place_of_samples() {
    let mut user = printed("user");
    // The grant is narrower than Remotion's scope.
    for statement in user["Statement"].as_array_mut().unwrap() {
        let text = statement["Resource"].to_string();
        statement["Resource"] = serde_json::from_str(
            &text
                .replace("remotionlambda-*", "remotionlambda-mine*")
                .replace("remotion-render-*", "remotion-render-mine*"),
        )
        .unwrap();
    }
    let aws = account_with(&user, &printed("role")).start();
    let run = check(&aws, &deployer())
        .arguments(["--subject", "user"])
        .run()
        .expect(1);
    assert!(not_passed(&run).contains(&"user s3:PutObject fail nothing_allows".to_owned()));
    let run = check(&aws, &deployer())
        .arguments(["--subject", "user", "--bucket", "remotionlambda-mine"])
        .arguments(["--function", "remotion-render-mine"])
        .run()
        .expect(0);
    let findings = run.findings();
    let asked = |permission: &str| {
        let found = findings.iter().find(|one| one.permission == permission);
        found.unwrap().asked.join(" ")
    };
    assert!(asked("s3:ListBucket").ends_with(":::remotionlambda-mine"));
    assert!(asked("lambda:InvokeFunction").ends_with(":function:remotion-render-mine"));
    assert!(asked("logs:CreateLogGroup").ends_with(":log-group:/aws/lambda/remotion-render-mine"));
}

#[test]
fn a_narrower_grant_is_held_only_for_the_sample() {
    let aws = account().start();
    let sample = check(&aws, &deployer())
        .run()
        .expect(0)
        .findings()
        .into_iter()
        .find(|one| one.permission == "s3:CreateBucket" && one.subject == "user")
        .unwrap()
        .asked
        .remove(0);
    assert!(
        sample.starts_with("arn:aws:s3:::remotionlambda-useast1-"),
        "{sample}"
    );
    let narrow = on("Allow", &["s3:CreateBucket"], &sample);
    let aws = super::account_with(
        &super::without(&printed("user"), "s3:CreateBucket"),
        &printed("role"),
    )
    .user("/", "narrow", |user| {
        user.inline(
            "remotion",
            super::without(&printed("user"), "s3:CreateBucket"),
        )
        .inline("narrow", &narrow)
    })
    .start();
    let run = check(&aws, &Caller::user("narrow")).run().expect(1);
    assert_eq!(not_passed(&run), ["user s3:CreateBucket fail narrower"]);
    let findings = run.findings();
    let failed = findings.iter().find(|one| one.status == "fail").unwrap();
    assert_eq!(failed.detail, format!("held only for {sample}"));
}
