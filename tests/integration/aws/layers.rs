//! Which layer stands in the way: organization, boundary, or nobody allows it.

use serde_json::Value;

use super::{account, account_with, check, deployer, not_passed, on, printed, statement, without};
use crate::support::aws::{Aws, Exclusions, RunningAws, Shape};
use crate::support::http::{Matcher, Request};

const ACTION: &str = "s3:PutBucketPolicy";

fn all() -> Value {
    statement("Allow", &["*"])
}

/// Puts the account under an organization that denies an action.
fn under_scp(aws: Aws) -> Aws {
    aws.scp_level([all()])
        .scp_level([all(), statement("Deny", &[ACTION])])
}

/// The simulations that leave policies out.
fn second_wave(aws: &RunningAws) -> Vec<Request> {
    let matcher = RunningAws::calls_of("SimulatePrincipalPolicy");
    let matcher = matcher.and(Matcher::body("PolicyExclusionList"));
    aws.server().log().matching(&matcher)
}

fn failed(cause: &str) -> [String; 1] {
    [format!("user {ACTION} fail {cause}")]
}

#[test]
fn the_organization_is_named_and_confirmed() {
    for shape in [Shape::Old, Shape::OldAggregate, Shape::Rebuilt] {
        for exclusions in [Exclusions::Taken, Exclusions::Ignored, Exclusions::Refused] {
            let aws = under_scp(account())
                .with(|settings| {
                    settings.shape = shape;
                    settings.exclusions = exclusions;
                })
                .start();
            let run = check(&aws, &deployer()).run().expect(1);
            let case = format!("{shape:?} {exclusions:?}");
            assert_eq!(not_passed(&run), failed("organization"), "{case}");
            let findings = run.findings();
            let one = findings.iter().find(|one| one.status == "fail").unwrap();
            assert!(
                one.detail.contains("service control polic"),
                "{}",
                one.detail
            );
            assert!(!second_wave(&aws).is_empty());
            let notes = run.report()["audits"][0]["notes"].to_string();
            assert_eq!(
                notes.contains("could not be confirmed"),
                exclusions == Exclusions::Refused,
                "{case}: {notes}"
            );
        }
    }
}

#[test]
fn the_request_that_leaves_policies_out_is_as_documented() {
    let aws = under_scp(account()).start();
    check(&aws, &deployer())
        .arguments(["--bucket", "remotionlambda-x"])
        .run()
        .expect(1);
    let requests = second_wave(&aws);
    assert_eq!(requests.len(), 1, "only what failed is asked again");
    let mut form = requests[0].form();
    form.retain(|(name, _)| !name.starts_with("ContextEntries"));
    form.sort();
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        form,
        [
            ("Action", "SimulatePrincipalPolicy"),
            ("ActionNames.member.1", ACTION),
            ("MaxItems", "1000"),
            ("PolicyExclusionList.member.1.PolicyType", "scp"),
            ("PolicySourceArn", super::USER),
            ("ResourceArns.member.1", "arn:aws:s3:::remotionlambda-x"),
            ("Version", "2010-05-08"),
        ]
    );
    let first = aws
        .server()
        .log()
        .matching(&Matcher::body("PutBucketPolicy"));
    assert_eq!(first.len(), 2, "once in each wave");
    let context = |request: &Request| {
        let mut form = request.form();
        form.retain(|(name, _)| name.starts_with("ContextEntries"));
        form
    };
    assert_eq!(context(&first[0]), context(&requests[0]));
}

#[test]
fn an_organization_that_allows_it_costs_no_second_wave() {
    let aws = account().scp_level([all()]).scp_level([all()]).start();
    check(&aws, &deployer()).run().expect(0);
    assert_eq!(second_wave(&aws).len(), 0);
    // What nothing allows is settled by the first answer.
    let aws = account_with(&without(&printed("user"), ACTION), &printed("role"))
        .scp_level([all()])
        .start();
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), failed("nothing_allows"));
    assert_eq!(second_wave(&aws).len(), 0);
}

/// Before the simulator looked at conditions, each conditional policy of the organization denied.
#[test]
fn a_conditional_organization_policy_is_no_false_alarm() {
    let conditional = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ACTION,
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:RequestedRegion": "ap-south-1" } },
        }],
    });
    for exclusions in [Exclusions::Ignored, Exclusions::Refused] {
        let aws = account()
            .scp_level([all()])
            .scp_level([all(), conditional.clone()])
            .with(|settings| {
                settings.shape = Shape::OldAggregate;
                settings.conditional_scp_denies = true;
                settings.exclusions = exclusions;
            })
            .start();
        let run = check(&aws, &deployer()).run().expect(3);
        let expected = [format!("user {ACTION} unknown condition")];
        assert_eq!(not_passed(&run), expected, "{exclusions:?}");
    }
    // Today its conditions are evaluated.
    let aws = account()
        .scp_level([all()])
        .scp_level([all(), conditional])
        .start();
    check(&aws, &deployer()).run().expect(0);
    let run = check(&aws, &deployer())
        .arguments(["--region", "ap-south-1"])
        .run()
        .expect(1);
    assert_eq!(not_passed(&run), failed("organization"));
}

#[test]
fn the_boundary_is_named_and_confirmed() {
    let boundary = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "NotAction": ACTION, "Resource": "*" },
        ],
    });
    for exclusions in [Exclusions::Taken, Exclusions::Ignored, Exclusions::Refused] {
        let aws = account()
            .policy("/", "Boundary", &boundary)
            .with(|settings| settings.exclusions = exclusions)
            .start();
        aws.change(|state| state.edit_user("deployer", |user| user.boundary("Boundary")));
        let run = check(&aws, &deployer()).run().expect(1);
        assert_eq!(not_passed(&run), failed("boundary"), "{exclusions:?}");
        let requests = second_wave(&aws);
        assert!(requests.iter().all(|one| {
            one.text()
                .contains("member.1.PolicyType=permission-boundary")
        }));
    }
    // A boundary that allows it, and a policy that does not.
    let aws = account_with(&without(&printed("user"), ACTION), &printed("role"))
        .policy("/", "Boundary", all())
        .start();
    aws.change(|state| state.edit_user("deployer", |user| user.boundary("Boundary")));
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), failed("nothing_allows"));
}

#[test]
fn where_several_layers_refuse_what_has_to_be_mended_first_is_named() {
    // Nothing allows it, and the organization denies it: an Allow alone would not help, and
    // neither would the organization's consent.
    let aws = under_scp(account_with(
        &without(&printed("user"), ACTION),
        &printed("role"),
    ))
    .start();
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), failed("nothing_allows"));
    // The identity denies it itself, below an organization that denies it, too.
    let aws = under_scp(account()).start();
    let deny = statement("Deny", &[ACTION]);
    aws.change(|state| state.edit_user("deployer", |user| user.inline("deny", &deny)));
    let run = check(&aws, &deployer()).run().expect(1);
    let found = not_passed(&run);
    assert_eq!(found.len(), 1);
    assert_ne!(found, failed("nothing_allows"));
    // Organization and boundary.
    let narrow = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "NotAction": ACTION, "Resource": "*" }],
    });
    let aws = under_scp(account()).policy("/", "Boundary", narrow).start();
    aws.change(|state| state.edit_user("deployer", |user| user.boundary("Boundary")));
    let run = check(&aws, &deployer()).run().expect(1);
    let found = not_passed(&run);
    assert!(
        found == failed("organization") || found == failed("boundary"),
        "{found:?}"
    );
}

#[test]
fn the_organization_of_the_role_is_seen_as_well() {
    let aws = account()
        .scp_level([all()])
        .scp_level([all(), statement("Deny", &["logs:PutLogEvents"])])
        .start();
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(
        not_passed(&run),
        ["role logs:PutLogEvents fail organization"]
    );
}

#[test]
fn a_second_wave_takes_one_round_trip_and_fails_soft() {
    let aws = under_scp(account()).start();
    aws.server().fault(
        RunningAws::calls_of("SimulatePrincipalPolicy").and(Matcher::body("PolicyExclusionList")),
        crate::support::http::Fault::status(500, "no"),
        crate::support::http::Times::All,
    );
    let run = check(&aws, &deployer())
        .env("AWS_MAX_ATTEMPTS", "1")
        .run()
        .expect(1);
    assert_eq!(not_passed(&run), failed("organization"));
    let notes = run.report()["audits"][0]["notes"].to_string();
    assert!(notes.contains("could not be confirmed"), "{notes}");
}

#[test]
fn a_deny_on_a_part_is_seen_where_it_hits_the_sample() {
    let aws = account().start();
    let deny = on(
        "Deny",
        &["s3:PutObject"],
        "arn:aws:s3:::remotionlambda-*/sites/*",
    );
    aws.change(|state| state.edit_user("deployer", |user| user.inline("deny", &deny)));
    let run = check(&aws, &deployer()).run().expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail explicit_deny"]);
}
