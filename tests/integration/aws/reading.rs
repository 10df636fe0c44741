//! Where the simulator is refused, policies are read and judged as weaker evidence; where they can't
//! be read either, nothing changes.

use serde_json::{Value, json};

use super::{
    ACCOUNT, ROLE, USER, account, account_with, check, deployer, not_passed, on, printed,
    statement, without,
};
use crate::support::aws::{Aws, Caller, Failure, Paging};
use crate::support::http::Times;
use crate::support::program::Run;

/// The calls that read policies.
const READING: [&str; 14] = [
    "GetUser",
    "GetRole",
    "ListUserPolicies",
    "GetUserPolicy",
    "ListAttachedUserPolicies",
    "ListGroupsForUser",
    "ListGroupPolicies",
    "GetGroupPolicy",
    "ListAttachedGroupPolicies",
    "ListRolePolicies",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "GetPolicy",
    "GetPolicyVersion",
];

/// Lets a role read everything but what is in `but`.
fn reader(but: &[&str]) -> Value {
    let actions: Vec<String> = READING
        .iter()
        .filter(|one| !but.contains(one))
        .map(|one| format!("iam:{one}"))
        .collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    statement("Allow", &actions)
}

fn auditor() -> Caller {
    Caller::user("auditor")
}

/// The account with somebody who may read policies and not simulate.
fn read_by(aws: Aws, but: &[&str]) -> Aws {
    aws.user("/", "auditor", |one| one.inline("read", reader(but)))
}

/// A check of the deployer and the execution role by somebody else.
fn of_deployer(aws: Aws) -> Run {
    let aws = aws.start();
    let run = check(&aws, &auditor())
        .arguments(["--principal", USER])
        .run();
    assert!(
        aws.count("SimulatePrincipalPolicy") > 0,
        "it is asked first"
    );
    run
}

#[test]
fn what_can_be_read_is_judged_and_called_weaker() {
    let run = of_deployer(read_by(account(), &[])).expect(0);
    let report = run.report();
    let audit = &report["audits"][0];
    for finding in audit["findings"].as_array().unwrap() {
        let expected = match finding["kind"].as_str() {
            Some("trust_policy") => "aws_trust_policy",
            _ => "aws_read_policies",
        };
        assert_eq!(finding["source"], expected);
    }
    assert_eq!(audit["failure"], Value::Null);
    let notes = audit["notes"].to_string();
    for part in [
        "weaker evidence",
        "iam:SimulatePrincipalPolicy was refused for the user",
        USER,
        ROLE,
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let spots = audit["blind_spots"].to_string();
    assert!(spots.contains("service control policies and session policies were not seen"));
    assert_eq!(run.stderr, "");
}

#[test]
fn the_simulator_alone_is_asked_where_it_answers() {
    let aws = account().start();
    check(&aws, &deployer()).run().expect(0);
    for call in READING {
        let expected = usize::from(call == "GetRole");
        assert_eq!(aws.count(call), expected, "{call}");
    }
}

/// Puts a policy of the user somewhere.
type Put<'a> = Box<dyn Fn(&Value) -> Aws + 'a>;

#[test]
fn policies_count_wherever_they_stand() {
    let (user, role) = (printed("user"), printed("role"));
    let bare = || {
        Aws::new(ACCOUNT).role("/", "remotion-lambda-role", |one| {
            one.inline("remotion", &role)
        })
    };
    let lacking = without(&user, "s3:PutObject");
    let cases: Vec<(&str, Put<'_>)> = vec![
        (
            "inline",
            Box::new(|policy| {
                bare().user("/team/", "deployer", |one| one.inline("remotion", policy))
            }),
        ),
        (
            "attached",
            Box::new(|policy| {
                bare()
                    .policy("/", "Remotion", policy)
                    .user("/team/", "deployer", |one| one.attach("Remotion"))
            }),
        ),
        (
            "of AWS",
            Box::new(|policy| {
                bare()
                    .aws_policy("Remotion", policy)
                    .user("/team/", "deployer", |one| one.attach("Remotion"))
            }),
        ),
        (
            "inline of a group",
            Box::new(|policy| {
                bare()
                    .group("/", "team", |one| one.inline("remotion", policy))
                    .user("/team/", "deployer", |one| one.in_group("team"))
            }),
        ),
        (
            "attached to a group",
            Box::new(|policy| {
                bare()
                    .policy("/", "Remotion", policy)
                    .group("/", "team", |one| one.attach("Remotion"))
                    .user("/team/", "deployer", |one| one.in_group("team"))
            }),
        ),
        (
            "the default version",
            Box::new(|policy| {
                bare()
                    .policy("/", "Remotion", statement("Allow", &["*"]))
                    .policy("/", "Remotion", policy)
                    .user("/team/", "deployer", |one| one.attach("Remotion"))
            }),
        ),
        (
            "within the boundary",
            Box::new(|policy| {
                bare().policy("/", "All", statement("Allow", &["*"])).user(
                    "/team/",
                    "deployer",
                    |one| one.inline("remotion", policy).boundary("All"),
                )
            }),
        ),
    ];
    for (place, put) in cases {
        let run = of_deployer(read_by(put(&user), &[])).expect(0);
        assert_eq!(not_passed(&run), Vec::<String>::new(), "{place}");
        let run = of_deployer(read_by(put(&lacking), &[])).expect(1);
        assert_eq!(
            not_passed(&run),
            ["user s3:PutObject fail nothing_allows"],
            "{place}"
        );
    }
    // One page per entry.
    let aws = bare()
        .group("/", "team", |one| {
            one.inline("x", on("Allow", &["s3:*"], "arn:aws:s3:::x"))
        })
        .group("/", "other", |one| {
            one.inline("no", statement("Deny", &["s3:PutObject"]))
        })
        .policy("/", "A", &lacking)
        .policy("/", "B", statement("Allow", &["s3:PutObject"]))
        .user("/team/", "deployer", |one| {
            one.in_group("team")
                .in_group("other")
                .attach("A")
                .attach("B")
                .inline("x", &lacking)
                .inline("y", &lacking)
        })
        .with(|settings| settings.page_size = 1);
    let run = of_deployer(read_by(aws, &[])).expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail explicit_deny"]);
}

#[test]
fn the_boundary_stands_in_the_way() {
    let aws = account_with(&printed("user"), &printed("role"))
        .policy("/", "Limit", without(&printed("user"), "s3:PutObject"))
        .user("/team/", "deployer", |one| {
            one.inline("remotion", printed("user")).boundary("Limit")
        });
    let run = of_deployer(read_by(aws, &[])).expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail boundary"]);
}

/// Everything that counts for the user, so that each refused call hides something.
fn entangled() -> Aws {
    account()
        .policy("/", "Limit", statement("Allow", &["*"]))
        .policy("/", "Extra", statement("Allow", &["s3:GetObject"]))
        .group("/", "team", |one| {
            one.inline("x", statement("Allow", &["s3:GetObject"]))
                .attach("Extra")
        })
        .user("/team/", "deployer", |one| {
            one.inline("remotion", printed("user"))
                .attach("Extra")
                .boundary("Limit")
                .in_group("team")
        })
}

#[test]
fn nothing_passes_while_a_part_is_refused() {
    of_deployer(read_by(entangled(), &[])).expect(0);
    for call in READING.iter().filter(|one| !one.contains("Role")) {
        let run = of_deployer(read_by(entangled(), &[call])).expect(3);
        for one in run.findings().iter().filter(|one| one.subject == "user") {
            let got = (one.status.as_str(), one.why.as_str());
            assert_eq!(got, ("unknown", "unseen_policy"), "{call}: {one:?}");
        }
        assert!(run.stdout.contains(&format!("iam:{call}")), "{call}");
    }
    for call in READING.iter().filter(|one| one.contains("Role")) {
        let aws = account()
            .policy("/", "Extra", statement("Allow", &["s3:GetObject"]))
            .role("/", "remotion-lambda-role", |one| {
                one.inline("remotion", printed("role")).attach("Extra")
            });
        let run = of_deployer(read_by(aws, &[call])).expect(3);
        for one in run.findings().iter().filter(|one| one.subject == "role") {
            if one.permission != "sts:AssumeRole" {
                assert_eq!(one.why, "unseen_policy", "{call}: {one:?}");
            }
        }
    }
}

#[test]
fn a_denial_stands_whatever_is_refused() {
    let aws = account().user("/team/", "deployer", |one| {
        one.inline("remotion", printed("user"))
            .inline("no", statement("Deny", &["s3:PutObject"]))
    });
    let run = of_deployer(read_by(aws, &["ListGroupsForUser", "GetUser"])).expect(1);
    let failed: Vec<String> = not_passed(&run)
        .into_iter()
        .filter(|one| one.contains(" fail "))
        .collect();
    assert_eq!(failed, ["user s3:PutObject fail explicit_deny"]);
}

#[test]
fn where_everything_is_refused_the_report_stays_as_it_is() {
    let aws = account().user("/", "auditor", |one| one).start();
    let run = check(&aws, &auditor())
        .arguments(["--principal", USER])
        .run()
        .expect(3);
    for finding in run.findings() {
        assert_eq!(
            (finding.status.as_str(), finding.why.as_str()),
            ("unknown", "refused")
        );
    }
    let report = run.report();
    let failure = &report["audits"][0]["failure"];
    let hint = failure["hint"].as_str().unwrap();
    for part in [
        "iam:SimulatePrincipalPolicy",
        "iam:ListAttachedUserPolicies",
        "iam:GetPolicyVersion",
    ] {
        assert!(hint.contains(part), "{hint}");
    }
    assert!(!run.stdout.contains("weaker evidence"));
    assert_eq!(
        report["audits"][0]["findings"][0]["source"],
        "aws_simulator"
    );
}

#[test]
fn a_user_of_the_same_name_is_not_taken_for_another() {
    // In another account: the calls would mean the caller's own user.
    let aws = read_by(account(), &[]).start();
    for principal in [
        "arn:aws:iam::999999999999:user/team/deployer",
        "arn:aws:iam::123456789012:user/deployer",
    ] {
        for failing in [None, Some("GetUser")] {
            if let Some(call) = failing {
                aws.fail(call, Failure::AccessDenied, Times::All);
            }
            aws.fail("SimulatePrincipalPolicy", Failure::AccessDenied, Times::All);
            let flags = ["--principal", principal, "--subject", "user"];
            let run = check(&aws, &auditor()).arguments(flags).run().expect(3);
            assert!(
                run.findings().iter().all(|one| one.status == "unknown"),
                "{principal}"
            );
            aws.server().clear_faults();
        }
    }
}

#[test]
fn what_the_service_answers_wrongly_was_not_seen() {
    let calls = [
        "ListUserPolicies",
        "GetUserPolicy",
        "ListAttachedUserPolicies",
        "ListGroupsForUser",
        "ListGroupPolicies",
        "ListAttachedGroupPolicies",
        "GetGroupPolicy",
        "GetPolicy",
        "GetPolicyVersion",
        "GetUser",
    ];
    let failures = [
        Failure::ServiceFailure,
        Failure::NoSuchEntity,
        Failure::Html,
        Failure::CutXml,
        Failure::OtherXml,
        Failure::Empty,
    ];
    let aws = read_by(entangled(), &[]).start();
    let unseen = |what: &str| {
        let flags = ["--principal", USER, "--subject", "user"];
        let run = check(&aws, &auditor())
            .arguments(flags)
            .env("AWS_MAX_ATTEMPTS", "1")
            .run()
            .expect(3);
        for one in run.findings() {
            assert_eq!(one.why, "unseen_policy", "{what}: {one:?}");
        }
        aws.server().clear_faults();
    };
    for call in calls {
        for failure in failures {
            aws.fail(call, failure, Times::All);
            unseen(&format!("{call} {failure:?}"));
        }
    }
    for paging in [Paging::Lost, Paging::Repeated, Paging::Endless] {
        aws.change(|state| {
            state.settings.paging = paging;
            state.settings.page_size = 1;
        });
        // All lists are cut then, so that nothing can be said at all.
        let flags = ["--principal", USER, "--subject", "user"];
        let run = check(&aws, &auditor()).arguments(flags).run().expect(3);
        assert!(
            run.findings().iter().all(|one| one.why == "refused"),
            "{paging:?}"
        );
    }
}

#[test]
fn a_managed_policy_is_fetched_once_and_only_one_of_two_may_be_refused() {
    let aws = read_by(account(), &[])
        .policy("/", "Extra", statement("Allow", &["s3:GetObject"]))
        .group("/", "one", |one| one.attach("Extra"))
        .group("/", "two", |one| one.attach("Extra"))
        .user("/team/", "deployer", |one| {
            one.inline("remotion", printed("user"))
                .attach("Extra")
                .in_group("one")
                .in_group("two")
        })
        .start();
    let flags = ["--principal", USER, "--subject", "user"];
    check(&aws, &auditor()).arguments(flags).run().expect(0);
    assert_eq!(aws.count("GetPolicy"), 1);
    assert_eq!(aws.count("GetPolicyVersion"), 1);
    // The simulator may be allowed for the role alone.
    let simulate = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "iam:SimulatePrincipalPolicy", "Resource": ROLE }] });
    let aws = account().user("/", "auditor", |one| {
        one.inline("read", reader(&[])).inline("sim", &simulate)
    });
    let run = of_deployer(aws).expect(0);
    let report = run.report();
    for finding in report["audits"][0]["findings"].as_array().unwrap() {
        let expected = match (finding["subject"].as_str(), finding["kind"].as_str()) {
            (_, Some("trust_policy")) => "aws_trust_policy",
            (Some("user"), _) => "aws_read_policies",
            _ => "aws_simulator",
        };
        assert_eq!(finding["source"], expected);
    }
    assert!(!run.stdout.contains("refused for the role"));
}
