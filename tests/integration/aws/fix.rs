//! What is printed to mend what is missing, and what it does.

use serde_json::{Value, json};

use super::{
    USER, account, account_with, actions, check, deployer, not_passed, printed, statement, without,
};
use crate::support::aws::{Aws, Caller, RunningAws};
use crate::support::program::{Program, Run};

fn fix(aws: &RunningAws, caller: &Caller, flags: &[&str]) -> Run {
    Program::new(["aws", "check", "--fix"])
        .arguments(flags)
        .envs(aws.environment(caller))
        .run()
}

fn policy(run: &Run) -> Value {
    serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr))
}

/// An account in which both lack something.
fn lacking() -> RunningAws {
    let user = without(&printed("user"), "s3:PutObject");
    let user = without(&user, "lambda:GetLayerVersion");
    let role = without(&printed("role"), "logs:CreateLogStream");
    account_with(&user, &role).start()
}

#[test]
fn just_what_is_missing_is_printed_and_mends_it() {
    let aws = lacking();
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    let user = policy(&run);
    assert_eq!(actions(&user), ["s3:PutObject", "lambda:GetLayerVersion"]);
    let resources: Vec<&Value> = user["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Resource"][0])
        .collect();
    assert_eq!(
        resources,
        [
            "arn:aws:s3:::remotionlambda-*",
            "arn:aws:lambda:*:678892195805:layer:remotion-binaries-*",
            "arn:aws:lambda:*:580247275435:layer:LambdaInsightsExtension*",
        ]
    );
    assert!(
        run.stderr.contains(
            "aws iam put-user-policy --user-name deployer --policy-name remotion-additions-"
        ),
        "{}",
        run.stderr
    );
    aws.change(|state| state.edit_user("deployer", |one| one.inline("additions", &user)));
    let run = check(&aws, &deployer()).run().expect(1);
    assert!(not_passed(&run).iter().all(|one| one.starts_with("role ")));
    let run = fix(&aws, &deployer(), &["--subject", "role"]).expect(1);
    let role = policy(&run);
    assert_eq!(actions(&role), ["logs:CreateLogStream"]);
    assert!(
        run.stderr
            .contains("put-role-policy --role-name remotion-lambda-role")
    );
    aws.change(|state| {
        state.edit_role("remotion-lambda-role", |one| one.inline("additions", &role));
    });
    check(&aws, &deployer()).run().expect(0);
    // Nothing is left to add: nothing is printed.
    for subject in ["user", "role"] {
        let run = fix(&aws, &deployer(), &["--subject", subject]).expect(0);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn the_name_of_the_policy_is_a_fresh_one() {
    let name = |run: &Run| {
        let (_, behind) = run.stderr.split_once("--policy-name ").unwrap();
        behind.split_whitespace().next().unwrap().to_owned()
    };
    let aws = lacking();
    let one = name(&fix(&aws, &deployer(), &["--subject", "user"]));
    assert_eq!(one, name(&fix(&aws, &deployer(), &["--subject", "user"])));
    let less = without(&printed("user"), "s3:PutObject");
    aws.change(|state| state.edit_user("deployer", |user| user.inline("remotion", &less)));
    let other = name(&fix(&aws, &deployer(), &["--subject", "user"]));
    assert_ne!(one, other, "other additions overwrite nothing");
}

#[test]
fn one_subject_has_to_be_named() {
    let aws = account().start();
    for flags in [&[][..], &["--subject", "user", "--subject", "role"]] {
        let run = fix(&aws, &deployer(), flags).expect(2);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("--subject"), "{}", run.stderr);
    }
    fix(
        &aws,
        &deployer(),
        &["--subject", "user", "--format", "json"],
    )
    .expect(2);
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn what_no_allow_would_mend_is_not_in_it() {
    let all = statement("Allow", &["*"]);
    let aws = account_with(&without(&printed("user"), "s3:PutObject"), &printed("role"))
        .scp_level([all.clone()])
        .scp_level([all, statement("Deny", &["s3:DeleteObject"])])
        .start();
    let deny = statement("Deny", &["s3:ListBucket"]);
    aws.change(|state| state.edit_user("deployer", |user| user.inline("deny", &deny)));
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    assert_eq!(actions(&policy(&run)), ["s3:PutObject"]);
    for part in [
        "s3:DeleteObject is not mended by allowing it",
        "organization's administrator",
        "s3:ListBucket is not mended by allowing it",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    // Only such: nothing is printed, and the code stays.
    aws.change(|state| {
        state.edit_user("deployer", |user| user.inline("remotion", printed("user")))
    });
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    assert_eq!(run.stdout, "");
    // A boundary is neither.
    let boundary = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "NotAction": "s3:PutObject", "Resource": "*" }],
    });
    let aws = account().policy("/", "Boundary", boundary).start();
    aws.change(|state| state.edit_user("deployer", |user| user.boundary("Boundary")));
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("boundary"), "{}", run.stderr);
}

#[test]
fn what_is_unknown_is_left_out_and_said() {
    let aws = account_with(&without(&printed("user"), "s3:PutObject"), &printed("role"))
        .with(|settings| {
            let fault = crate::support::aws::ResultFault::LeaveOut("s3:ListBucket".to_owned());
            settings.results = vec![fault];
        })
        .start();
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    assert_eq!(actions(&policy(&run)), ["s3:PutObject"]);
    assert!(
        run.stderr.contains("could not be determined"),
        "{}",
        run.stderr
    );
    // Where nothing could be asked, nothing is printed, and the code says so.
    let run = Program::new(["aws", "check", "--fix", "--subject", "user"])
        .run()
        .expect(3);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("no AWS credentials"), "{}", run.stderr);
}

#[test]
fn a_permission_set_is_named_in_place_of_its_role() {
    let name = Aws::sso_role_name("Remotion_Deployers");
    let simulate = statement("Allow", &["iam:SimulatePrincipalPolicy", "iam:GetRole"]);
    let aws = account()
        .sso_role(None, "Remotion_Deployers", |role| {
            role.inline("own", &simulate)
        })
        .start();
    let run = fix(
        &aws,
        &Caller::assumed_role(&name, "jane"),
        &["--subject", "user"],
    )
    .expect(1);
    let wanted = actions(&printed("user")).len() - 1;
    assert_eq!(actions(&policy(&run)).len(), wanted);
    assert!(
        run.stderr.contains("permission set Remotion_Deployers")
            && !run.stderr.contains("put-role-policy"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_large_addition_comes_with_a_warning() {
    let simulate = statement("Allow", &["iam:SimulatePrincipalPolicy"]);
    let aws = account_with(&simulate, &printed("role")).start();
    let run = fix(&aws, &deployer(), &["--subject", "user"]).expect(1);
    assert!(run.stderr.contains("2048"), "{}", run.stderr);
    let run = fix(&lacking(), &deployer(), &["--subject", "role"]).expect(1);
    assert!(!run.stderr.contains("10240"), "{}", run.stderr);
}

#[test]
fn the_auditors_policy_is_all_that_a_check_needs() {
    let run = Program::new(["policies", "auditor"]).run().expect(0);
    let auditor: Value = serde_json::from_str(&run.stdout).unwrap();
    let aws = account()
        .user("/", "auditor", |user| user.inline("own", &auditor))
        .role("/ci/", "runner", |role| {
            role.inline("remotion", printed("user"))
        })
        .start();
    for principal in [USER, "arn:aws:sts::123456789012:assumed-role/runner/x"] {
        let run = check(&aws, &Caller::user("auditor"))
            .arguments(["--principal", principal])
            .run()
            .expect(0);
        assert_eq!(run.report()["audits"][0]["notes"], json!([]), "{principal}");
    }
    for action in actions(&auditor) {
        let less = without(&auditor, &action);
        aws.change(|state| state.edit_user("auditor", |user| user.inline("own", &less)));
        let run = check(&aws, &Caller::user("auditor"))
            .arguments([
                "--principal",
                "arn:aws:sts::123456789012:assumed-role/runner/x",
            ])
            .run();
        assert_ne!(run.code, Some(0), "{action} is needed");
    }
    let run = Program::new(["policies", "auditor", "--partition", "aws-cn"])
        .run()
        .expect(0);
    assert!(run.stdout.contains("arn:aws-cn:iam::"));
}
