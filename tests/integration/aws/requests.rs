//! How much is asked, and what waits for what.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{account, account_with, check, deployer, printed, statement};
use crate::support::aws::{Caller, RunningAws};

/// The forms of all simulations, as sorted parameters without the actions and the page's size.
fn simulations(aws: &RunningAws) -> Vec<String> {
    let matcher = RunningAws::calls_of("SimulatePrincipalPolicy");
    let requests = aws.server().log().matching(&matcher);
    requests
        .iter()
        .map(|request| {
            let mut form = request.form();
            form.retain(|(name, _)| !name.starts_with("ActionNames"));
            form.sort();
            format!("{form:?}")
        })
        .collect()
}

#[test]
fn each_principal_resource_context_and_page_is_asked_once() {
    for size in [1_000, 3] {
        let aws = account().with(|settings| settings.page_size = size).start();
        check(&aws, &deployer()).run().expect(0);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for form in simulations(&aws) {
            *counts.entry(form).or_default() += 1;
        }
        assert!(counts.len() > 10);
        for (form, count) in counts {
            assert_eq!(count, 1, "{form}");
        }
        assert_eq!(aws.count("GetCallerIdentity"), 1);
        assert_eq!(aws.count("GetRole"), 1);
    }
}

#[test]
fn each_call_asks_about_one_resource() {
    let aws = account().start();
    check(&aws, &deployer()).run().expect(0);
    for form in simulations(&aws) {
        assert_eq!(form.matches("ResourceArns.member.").count(), 1, "{form}");
    }
}

#[test]
fn the_context_of_a_real_call_goes_with_each_question() {
    let aws = account().start();
    check(&aws, &deployer())
        .arguments(["--region", "eu-central-1"])
        .run()
        .expect(0);
    let matcher = RunningAws::calls_of("SimulatePrincipalPolicy");
    for request in aws.server().log().matching(&matcher) {
        let form: BTreeMap<String, String> = request.form().into_iter().collect();
        let context: BTreeMap<&str, &str> = (1..9)
            .filter_map(|number| {
                let of = |field: &str| {
                    form.get(&format!("ContextEntries.member.{number}.{field}"))
                        .map(String::as_str)
                };
                Some((
                    of("ContextKeyName")?,
                    of("ContextKeyValues.member.1").unwrap_or_default(),
                ))
            })
            .collect();
        let action = form["ActionNames.member.1"].as_str();
        // Passing a role is a part of the call that creates the function.
        let global = action.starts_with("iam:") && action != "iam:PassRole";
        assert_eq!(
            context["aws:RequestedRegion"],
            if global { "us-east-1" } else { "eu-central-1" },
            "{action}"
        );
        assert_eq!(context["aws:SecureTransport"], "true");
        assert_eq!(context["aws:PrincipalArn"], form["PolicySourceArn"]);
        assert_eq!(
            context.get("iam:PassedToService").copied(),
            (action == "iam:PassRole").then_some("lambda.amazonaws.com")
        );
    }
}

#[test]
fn identity_and_role_are_looked_up_together_then_everything_is_asked_together() {
    let aws = account().start();
    aws.server().set_latency(Duration::from_millis(100));
    check(&aws, &deployer()).run().expect(0);
    assert_two_waves(&aws, &["GetCallerIdentity", "GetRole"]);
}

#[test]
fn a_given_principal_waits_for_nobody() {
    let aws = account().start();
    aws.server().set_latency(Duration::from_millis(100));
    check(&aws, &deployer())
        .arguments(["--subject", "user", "--principal", super::USER])
        .run()
        .expect(0);
    let all = aws.actions().len();
    assert_eq!(aws.count("GetRole"), 0);
    assert_eq!(aws.count("GetCallerIdentity"), 1);
    assert_eq!(aws.server().log().most_at_once(), all, "one wave");
}

#[test]
fn a_session_needs_one_wave_more() {
    let look = statement("Allow", &["iam:GetRole"]);
    let aws = account_with(&printed("user"), &printed("role"))
        .role("/ci/", "builder", |role| {
            role.inline("remotion", printed("user"))
                .inline("look", &look)
        })
        .start();
    aws.server().set_latency(Duration::from_millis(100));
    check(&aws, &Caller::assumed_role("builder", "x"))
        .run()
        .expect(0);
    assert_two_waves(&aws, &["GetCallerIdentity", "GetRole", "GetRole"]);
}

/// First these calls, then all simulations, which wait for their answers at the same time.
#[track_caller]
fn assert_two_waves(aws: &RunningAws, first: &[&str]) {
    let actions = aws.actions();
    let (mut before, simulations) = actions
        .split_at_checked(first.len())
        .map(|(before, behind)| (before.to_vec(), behind))
        .unwrap();
    before[..2].sort();
    assert_eq!(before, first);
    assert!(
        simulations
            .iter()
            .all(|one| one == "SimulatePrincipalPolicy"),
        "{actions:?}"
    );
    assert_eq!(aws.server().log().most_at_once(), simulations.len());
}
