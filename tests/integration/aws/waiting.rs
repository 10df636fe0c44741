//! Policies that are still spreading, and checks of a part.

use super::{account, account_with, check, deployer, not_passed, printed, without};
use crate::support::aws::RunningAws;
use crate::support::program::Finding;

#[test]
fn a_policy_that_is_still_spreading_is_waited_for() {
    let user = without(&printed("user"), "s3:PutObject");
    let aws = account_with(&user, &printed("role")).start();
    aws.change_after("GetCallerIdentity", 2, |state| {
        state.edit_user("deployer", |user| user.inline("remotion", printed("user")));
    });
    let run = check(&aws, &deployer())
        .arguments(["--wait", "60s"])
        .run()
        .expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
    assert!(aws.count("GetCallerIdentity") >= 2);
    assert!(run.stderr.contains("asking again"), "{}", run.stderr);
}

#[test]
fn the_wait_ends() {
    let user = without(&printed("user"), "s3:PutObject");
    let aws = account_with(&user, &printed("role")).start();
    let run = check(&aws, &deployer())
        .arguments(["--wait", "1s"])
        .run()
        .expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail nothing_allows"]);
    assert_eq!(aws.count("GetCallerIdentity"), 2, "once more at the end");
    let run = check(&aws, &deployer())
        .arguments(["--wait", "1s", "-q"])
        .run()
        .expect(1);
    assert_eq!(run.stderr, "");
}

#[test]
fn nobody_waits_for_what_waiting_does_not_mend() {
    let aws = account().start();
    check(&aws, &deployer())
        .arguments(["--wait", "600s"])
        .run()
        .expect(0);
    assert_eq!(aws.count("GetCallerIdentity"), 1);
    aws.fail(
        "SimulatePrincipalPolicy",
        crate::support::aws::Failure::AccessDenied,
        crate::support::http::Times::All,
    );
    check(&aws, &deployer())
        .arguments(["--wait", "600s"])
        .run()
        .expect(3);
    assert_eq!(aws.count("GetCallerIdentity"), 2);
    check(&aws, &deployer())
        .arguments(["--wait", "soon"])
        .run()
        .expect(2);
}

fn checked(aws: &RunningAws, activities: &[&str]) -> Vec<Finding> {
    let mut program = check(aws, &deployer());
    for activity in activities {
        program = program.arguments(["--for", activity]);
    }
    program.run().findings()
}

#[test]
fn a_check_for_rendering_does_not_ask_for_deleting() {
    let user = without(
        &without(&printed("user"), "s3:DeleteBucket"),
        "s3:DeleteObject",
    );
    let aws = account_with(&user, &printed("role")).start();
    check(&aws, &deployer()).run().expect(1);
    let render = checked(&aws, &["render"]);
    let of = |findings: &[Finding], subject: &str| -> Vec<String> {
        findings
            .iter()
            .filter(|one| one.subject == subject)
            .map(|one| one.permission.clone())
            .collect()
    };
    let of_user = of(&render, "user");
    assert!(
        of_user.contains(&"lambda:InvokeFunction".to_owned()),
        "{of_user:?}"
    );
    for other in [
        "s3:DeleteBucket",
        "lambda:CreateFunction",
        "servicequotas:GetServiceQuota",
    ] {
        assert!(!of_user.contains(&other.to_owned()), "{other}: {of_user:?}");
    }
    assert!(of(&render, "role").contains(&"s3:PutObject".to_owned()));
    assert!(render.iter().all(|one| one.status == "pass"));
    check(&aws, &deployer())
        .arguments(["--for", "render"])
        .run()
        .expect(0);
    check(&aws, &deployer())
        .arguments(["--for", "render", "--for", "clean-up"])
        .run()
        .expect(1);
    check(&aws, &deployer())
        .arguments(["--for", "gardening"])
        .run()
        .expect(2);
}

#[test]
fn each_activity_is_a_part_and_together_they_are_all() {
    let aws = account().start();
    let everything = checked(&aws, &[]);
    let activities = [
        "deploy-function",
        "deploy-site",
        "render",
        "list",
        "clean-up",
        "quotas",
        "validate",
    ];
    for activity in activities {
        let part = checked(&aws, &[activity]);
        assert!(
            !part.is_empty() && part.len() < everything.len(),
            "{activity}"
        );
        for one in &part {
            assert!(everything.contains(one), "{activity}: {one:?}");
        }
    }
    assert_eq!(checked(&aws, &activities), everything);
}
