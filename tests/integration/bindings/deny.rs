//! Deny policies: what they name wins.

use serde_json::{Value, json};

use super::{EMAIL, Given, MEMBER, NEEDED, audit, granted, of, policy, with_status, without};

const EVERYBODY: &str = "principalSet://goog/public:all";

fn account() -> String {
    format!("principal://iam.googleapis.com/projects/-/serviceAccounts/{EMAIL}")
}

/// A deny policy of one rule, as gcloud prints it.
fn denying(rule: &Value) -> String {
    json!({
        "name": "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F1/denypolicies/guard",
        "uid": "8465d710-ea20-0a08-d92c-b2a3ebf766ab",
        "kind": "DenyPolicy",
        "displayName": "guard",
        "etag": "MTc3NDU4MjA5Njg3MDQ1",
        "createTime": "2026-01-01T00:00:00.000Z",
        "updateTime": "2026-01-01T00:00:00.000Z",
        "rules": [{ "description": "no", "denyRule": rule }],
    })
    .to_string()
}

#[test]
fn a_rule_that_names_the_member_denies() {
    for who in [
        EVERYBODY,
        &account(),
        &account().replace("remotion-sa", "Remotion-SA"),
    ] {
        let rule = json!({
            "deniedPrincipals": [who],
            "deniedPermissions": ["run.googleapis.com/services.delete"],
        });
        let run = granted().with_deny(&denying(&rule)).run().expect(1);
        assert_eq!(with_status(&run, "fail"), ["run.services.delete"]);
        assert_eq!(with_status(&run, "pass"), without("run.services.delete"));
        let finding = of(&run, "run.services.delete");
        assert_eq!(finding.why, "explicit_deny");
        assert!(
            finding.detail.contains("deny.json: rules[0]"),
            "{}",
            finding.detail
        );
        assert_eq!(audit(&run)["tested"]["files"][1], "deny.json");
    }
}

#[test]
fn groups_of_permissions_deny_what_they_cover() {
    for (pattern, begins) in [
        ("run.googleapis.com/*.*", "run."),
        ("storage.googleapis.com/objects.*", "storage.objects."),
        ("logging.googleapis.com/*.*", "logging."),
        ("iam.googleapis.com/*.actAs", "iam."),
    ] {
        let rule = json!({ "deniedPrincipals": [EVERYBODY], "deniedPermissions": [pattern] });
        let run = granted().with_deny(&denying(&rule)).run().expect(1);
        let denied: Vec<&str> = NEEDED
            .into_iter()
            .filter(|name| name.starts_with(begins))
            .collect();
        assert_eq!(with_status(&run, "fail"), denied, "{pattern}");
    }
}

#[test]
fn a_rule_about_somebody_or_something_else_denies_nothing() {
    for rule in [
        json!({
            "deniedPrincipals": [account().replace("remotion-sa", "other")],
            "deniedPermissions": ["run.googleapis.com/*.*"],
        }),
        json!({
            "deniedPrincipals": [EVERYBODY],
            "exceptionPrincipals": [account()],
            "deniedPermissions": ["run.googleapis.com/*.*"],
        }),
        json!({
            "deniedPrincipals": [EVERYBODY],
            "deniedPermissions": ["run.googleapis.com/*.*"],
            "exceptionPermissions": ["run.googleapis.com/*.*"],
        }),
        json!({
            "deniedPrincipals": [EVERYBODY],
            "deniedPermissions": ["compute.googleapis.com/*.*", "run.googleapis.com/jobs.run"],
        }),
        json!({
            "deniedPrincipals": [format!("deleted:{}?uid=1", account())],
            "deniedPermissions": ["run.googleapis.com/*.*"],
        }),
        json!({ "deniedPrincipals": [EVERYBODY], "deniedPermissions": [] }),
        json!({ "deniedPrincipals": [], "deniedPermissions": ["run.googleapis.com/*.*"] }),
    ] {
        let run = granted().with_deny(&denying(&rule)).run().expect(0);
        assert_eq!(with_status(&run, "pass"), NEEDED, "{rule}");
    }
}

#[test]
fn a_rule_that_may_apply_lets_nothing_pass() {
    let permissions = json!(["run.googleapis.com/services.get"]);
    for (rule, why, part) in [
        (
            json!({
                "deniedPrincipals": ["principalSet://goog/group/team@example.com"],
                "deniedPermissions": permissions,
            }),
            "unseen_policy",
            "team@example.com",
        ),
        (
            json!({
                "deniedPrincipals": [EVERYBODY],
                "exceptionPrincipals": ["principalSet://goog/group/team@example.com"],
                "deniedPermissions": permissions,
            }),
            "unseen_policy",
            "team@example.com",
        ),
        (
            json!({
                "deniedPrincipals": [EVERYBODY],
                "deniedPermissions": permissions,
                "denialCondition": {
                    "title": "not prod",
                    "expression": "!resource.matchTag('1/env', 'prod')",
                },
            }),
            "condition",
            "resource.matchTag",
        ),
        (
            json!({
                "deniedPrincipals": [EVERYBODY],
                "deniedPermissions": permissions,
                "somethingNew": true,
            }),
            "condition",
            "somethingNew",
        ),
        // The number of an account instead of its email, and the form of allow policies.
        (
            json!({
                "deniedPrincipals": ["principal://iam.googleapis.com/projects/-/serviceAccounts/1"],
                "deniedPermissions": permissions,
            }),
            "unseen_policy",
            "serviceAccounts/1",
        ),
        (
            json!({ "deniedPrincipals": [MEMBER], "deniedPermissions": permissions }),
            "unseen_policy",
            "serviceAccount:",
        ),
    ] {
        let run = granted().with_deny(&denying(&rule)).run().expect(3);
        let finding = of(&run, "run.services.get");
        assert_eq!(
            (&*finding.status, &*finding.why),
            ("unknown", why),
            "{rule}"
        );
        assert!(finding.detail.contains(part), "{}", finding.detail);
        assert!(
            finding.detail.contains("deny.json: rules[0]"),
            "{}",
            finding.detail
        );
        assert_eq!(with_status(&run, "pass"), without("run.services.get"));
    }
}

#[test]
fn what_nothing_grants_stays_missing_whatever_a_rule_may_do() {
    let rule = json!({
        "deniedPrincipals": ["principalSet://goog/group/team@example.com"],
        "deniedPermissions": ["run.googleapis.com/*.*"],
    });
    let run = super::check(&policy(&[]))
        .with_deny(&denying(&rule))
        .run()
        .expect(1);
    assert_eq!(of(&run, "run.services.create").why, "nothing_allows");
}

#[test]
fn a_denial_reaches_below_the_project() {
    let rule = json!({
        "deniedPrincipals": [EVERYBODY],
        "deniedPermissions": ["storage.googleapis.com/objects.create"],
    });
    let bucket = policy(&[super::binding("roles/storage.objectAdmin", &[MEMBER])]);
    let run = granted()
        .with_resource("bucket", &bucket)
        .with_deny(&denying(&rule))
        .run()
        .expect(1);
    assert_eq!(of(&run, "storage.objects.create").why, "explicit_deny");
}

#[test]
fn a_policy_without_its_rules_is_no_policy() {
    let listed = json!({ "name": "policies/x/denypolicies/guard", "kind": "DenyPolicy" });
    let run = granted().with_deny(&listed.to_string()).run().expect(2);
    assert!(run.stderr.contains("shows no rules"), "{}", run.stderr);
    assert!(
        run.stderr.contains("gcloud iam policies get"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_pattern_of_an_unknown_form_lets_nothing_pass_that_it_may_cover() {
    for pattern in ["run.googleapis.com/serv*.get", "run.googleapis.com/*", "*"] {
        let rule = json!({ "deniedPrincipals": [EVERYBODY], "deniedPermissions": [pattern] });
        let run = granted().with_deny(&denying(&rule)).run().expect(3);
        let finding = of(&run, "run.services.get");
        assert_eq!(
            (&*finding.status, &*finding.why),
            ("unknown", "unseen_policy")
        );
    }
}
