//! Users, roles and sessions that hold what is printed, more, or less.

use serde_json::json;

use super::{
    USER, account, account_with, actions, check, deployer, in_parallel, not_passed, printed,
    statement, without,
};
use crate::support::aws::{Aws, Caller};

/// How many rows each subject has: one per action and resource of its policy.
fn rows(subject: &str) -> usize {
    let policy = printed(subject);
    let statements = policy["Statement"].as_array().unwrap();
    let length = |list: &serde_json::Value| list.as_array().unwrap().len();
    statements
        .iter()
        .map(|one| length(&one["Action"]) * length(&one["Resource"]))
        .sum()
}

#[test]
fn exactly_the_printed_policies_suffice() {
    let look = statement("Allow", &["iam:GetRole"]);
    let aws = account()
        .role("/", "builder", |role| {
            role.inline("remotion", printed("user"))
        })
        .role("/ci/", "runner", |role| {
            role.inline("remotion", printed("user"))
                .inline("look", &look)
        })
        .start();
    for (caller, tested) in [
        (deployer(), USER),
        (
            Caller::assumed_role("builder", "run-7"),
            "arn:aws:iam::123456789012:role/builder",
        ),
        (
            Caller::assumed_role("runner", "run-7"),
            "arn:aws:iam::123456789012:role/ci/runner",
        ),
    ] {
        let run = check(&aws, &caller).run().expect(0);
        for subject in ["user", "role"] {
            let findings = run.findings();
            let of = findings
                .iter()
                .filter(|one| one.subject == subject && one.permission != "sts:AssumeRole");
            assert_eq!(of.count(), rows(subject), "{tested} {subject}");
        }
        assert_eq!(not_passed(&run), Vec::<String>::new(), "{tested}");
        assert_eq!(run.stderr, "", "{tested}");
        let report = run.report();
        // The role's trust is a finding of its own, where the look-up is allowed.
        let trust = usize::from(tested.ends_with("runner"));
        let all = rows("user") + rows("role") + trust;
        let counts = json!({"total": all, "checked": all, "passed": all, "missing": 0, "unknown": 0, "waived": 0});
        assert_eq!(report["counts"], counts);
        let tested_now = &report["audits"][0]["tested"];
        assert_eq!(tested_now["principals"][0]["name"], tested);
        assert_eq!(tested_now["principals"][1]["name"], super::ROLE);
        assert_eq!(tested_now["account"], super::ACCOUNT);
    }
}

#[test]
fn each_action_taken_out_flips_exactly_its_rows() {
    let mut cases = Vec::new();
    for subject in ["user", "role"] {
        for action in actions(&printed(subject)) {
            cases.push((subject, action));
        }
    }
    assert!(cases.len() > 40);
    in_parallel(&cases, |(subject, action)| {
        let (mut user, mut role) = (printed("user"), printed("role"));
        let changed = if *subject == "user" {
            &mut user
        } else {
            &mut role
        };
        *changed = without(changed, action);
        // Somebody who may simulate asks, so that taking that away from the user shows as well.
        let auditor = statement("Allow", &["iam:SimulatePrincipalPolicy"]);
        let aws = account_with(&user, &role)
            .user("/", "auditor", |one| one.inline("simulate", &auditor))
            .start();
        let run = check(&aws, &Caller::user("auditor"))
            .arguments(["--principal", USER])
            .run()
            .expect(1);
        let expected = [format!("{subject} {action} fail nothing_allows")];
        assert_eq!(not_passed(&run), expected);
        let findings = run.findings();
        let flipped = findings.iter().filter(|one| one.status == "fail");
        let scopes = printed(subject)["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["Action"].to_string().contains(&format!("\"{action}\"")))
            .map(|one| one["Resource"].as_array().unwrap().len())
            .sum::<usize>();
        assert_eq!(flipped.count(), scopes, "{action}");
    });
}

#[test]
fn an_explicit_deny_is_a_failure_that_names_its_policy() {
    let deny = statement("Deny", &["s3:DeleteObject"]);
    let aws = account()
        .user("/", "other", |user| {
            user.inline("remotion", printed("user"))
                .inline("no-deletes", &deny)
        })
        .start();
    let run = check(&aws, &Caller::user("other")).run().expect(1);
    assert_eq!(
        not_passed(&run),
        ["user s3:DeleteObject fail explicit_deny"]
    );
    let findings = run.findings();
    let denied = findings.iter().find(|one| one.status == "fail").unwrap();
    assert!(denied.detail.contains("no-deletes"), "{}", denied.detail);
}

#[test]
fn a_user_that_holds_nothing_lacks_everything_else_than_the_simulation() {
    let simulate = statement("Allow", &["iam:SimulatePrincipalPolicy"]);
    let aws = account_with(&simulate, &statement("Allow", &["s3:GetBucketAcl"])).start();
    let run = check(&aws, &deployer()).run().expect(1);
    let findings = run.findings();
    let passed: Vec<&str> = findings
        .iter()
        .filter(|one| one.status == "pass")
        .map(|one| one.permission.as_str())
        .collect();
    assert_eq!(passed, ["iam:SimulatePrincipalPolicy"]);
    assert!(
        findings
            .iter()
            .all(|one| one.status == "pass" || one.why == "nothing_allows")
    );
}

#[test]
fn who_may_not_simulate_learns_what_the_check_needs() {
    let user = without(&printed("user"), "iam:SimulatePrincipalPolicy");
    let aws = account_with(&user, &printed("role")).start();
    let run = check(&aws, &deployer()).run().expect(3);
    assert!(
        run.findings()
            .iter()
            .all(|one| one.status == "unknown" && one.why == "refused")
    );
    assert!(
        run.stderr.contains("iam:SimulatePrincipalPolicy"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_execution_role_that_is_not_there_is_a_failure() {
    // Seen by the look-up, and, where that is refused, by the simulator.
    for looks in [true, false] {
        let look = statement(
            "Allow",
            if looks {
                &["iam:GetRole"]
            } else {
                &["iam:GetUser"]
            },
        );
        let aws = Aws::new(super::ACCOUNT)
            .user("/team/", "deployer", |user| {
                user.inline("remotion", printed("user"))
                    .inline("look", &look)
            })
            .start();
        let run = check(&aws, &deployer()).run();
        let findings = run.findings();
        let role: Vec<&str> = findings
            .iter()
            .filter(|one| one.subject == "role")
            .map(|one| one.why.as_str())
            .collect();
        assert_eq!(role.len(), rows("role"));
        assert!(
            findings
                .iter()
                .all(|one| one.subject == "role" || one.status == "pass"),
            "the user holds everything"
        );
        if looks {
            let run = run.expect(1);
            assert!(
                role.iter().all(|why| *why == "no_such_principal"),
                "{role:?}"
            );
            assert!(run.stdout.contains("remotion-lambda-role"));
        } else {
            assert!(role.iter().all(|why| !why.is_empty()), "{role:?}");
            assert_ne!(run.code, Some(0));
        }
    }
}
