//! What the details name and do not hold was not seen: nothing that hangs on it passes.

use serde_json::{Value, json};

use super::{
    all_of, arn, attached, check, deny, details, group, inline, managed, not_passed, printed, push,
    user,
};

/// Details in which one policy of the user is named and can't be seen, beside one that would
/// suffice; with what the message has to name.
fn hidden() -> Vec<(&'static str, Value, String)> {
    let mut all = Vec::new();
    let mut add = |what, says: &str, change: &dyn Fn(&mut Value)| {
        let mut details = details();
        change(&mut details);
        all.push((what, details, says.to_owned()));
    };
    let aws = "arn:aws:iam::aws:policy/PowerUserAccess";
    add("a policy of AWS", aws, &|details| {
        let policy = json!({ "PolicyName": "PowerUserAccess", "PolicyArn": aws });
        push(
            &mut details["UserDetailList"][0]["AttachedManagedPolicies"],
            policy,
        );
    });
    add("a policy of the account", &arn("policy/Own"), &|details| {
        push(
            &mut details["UserDetailList"][0]["AttachedManagedPolicies"],
            attached("Own"),
        );
    });
    add("a group", "group team", &|details| {
        push(
            &mut details["UserDetailList"][0]["GroupList"],
            json!("team"),
        );
    });
    add("a policy of a group", &arn("policy/Own"), &|details| {
        push(
            &mut details["UserDetailList"][0]["GroupList"],
            json!("team"),
        );
        let mut team = group("team");
        push(&mut team["AttachedManagedPolicies"], attached("Own"));
        push(&mut details["GroupDetailList"], team);
    });
    add("the boundary", &arn("policy/Limit"), &|details| {
        details["UserDetailList"][0]["PermissionsBoundary"] = json!({
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn("policy/Limit") });
    });
    let with_policy = |details: &mut Value, change: &dyn Fn(&mut Value)| {
        push(
            &mut details["UserDetailList"][0]["AttachedManagedPolicies"],
            attached("Own"),
        );
        let mut policy = managed("Own", &[&printed("user"), &printed("user")]);
        change(&mut policy);
        push(&mut details["Policies"], policy);
    };
    add("no default version", "default version", &|details| {
        with_policy(details, &|policy| {
            policy["PolicyVersionList"][0]["IsDefaultVersion"] = json!(false);
        });
    });
    add(
        "two default versions",
        "several default versions",
        &|details| {
            with_policy(details, &|policy| {
                policy["PolicyVersionList"][1]["IsDefaultVersion"] = json!(true);
            });
        },
    );
    add("another default version", "contradict", &|details| {
        with_policy(details, &|policy| policy["DefaultVersionId"] = json!("v1"));
    });
    add("no versions", "default version", &|details| {
        with_policy(details, &|policy| {
            policy.as_object_mut().unwrap().remove("PolicyVersionList");
        });
    });
    add("a version without its text", "lack the text", &|details| {
        with_policy(details, &|policy| {
            policy["PolicyVersionList"][0]
                .as_object_mut()
                .unwrap()
                .remove("Document");
        });
    });
    for member in ["GroupList", "AttachedManagedPolicies"] {
        add("a list that was cut out", "do not list them", &|details| {
            details["UserDetailList"][0]
                .as_object_mut()
                .unwrap()
                .remove(member);
        });
    }
    all
}

#[test]
fn nothing_passes_while_a_policy_is_hidden() {
    for (what, details, says) in hidden() {
        let run = check(&details, &["--subject", "user"]).expect(3);
        all_of(&run, "user", "unknown", "unseen_policy");
        let detail = &run.findings()[0].detail;
        assert!(detail.contains(&says), "{what}: {detail}");
    }
}

#[test]
fn a_denial_stands_whatever_is_hidden() {
    for (what, mut details, _) in hidden() {
        let policies = &mut details["UserDetailList"][0]["UserPolicyList"];
        push(policies, inline("deny", &deny(&["s3:PutObject"])));
        let run = check(&details, &["--subject", "user"]).expect(1);
        let failed: Vec<String> = not_passed(&run)
            .into_iter()
            .filter(|one| one.contains(" fail "))
            .collect();
        assert_eq!(failed, ["user s3:PutObject fail explicit_deny"], "{what}");
    }
}

#[test]
fn a_hidden_policy_may_allow_what_nothing_else_does() {
    let mut details = details();
    details["UserDetailList"][0] = user("/", "deployer");
    push(
        &mut details["UserDetailList"][0]["AttachedManagedPolicies"],
        attached("Own"),
    );
    let run = check(&details, &["--subject", "user"]).expect(3);
    all_of(&run, "user", "unknown", "unseen_policy");
    // A boundary that is hidden can't help where nothing allows.
    details["UserDetailList"][0] = user("/", "deployer");
    details["UserDetailList"][0]["PermissionsBoundary"] = json!({
        "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn("policy/Limit") });
    let run = check(&details, &["--subject", "user"]).expect(1);
    all_of(&run, "user", "fail", "nothing_allows");
}

#[test]
fn the_roles_lists_count_as_well() {
    for member in ["RolePolicyList", "AttachedManagedPolicies"] {
        let mut details = details();
        details["RoleDetailList"][0]
            .as_object_mut()
            .unwrap()
            .remove(member);
        let run = check(&details, &[]).expect(3);
        all_of(&run, "role", "unknown", "unseen_policy");
    }
    // The service leaves this one out where it is empty.
    let mut details = details();
    let deployer = details["UserDetailList"][0].as_object_mut().unwrap();
    deployer.remove("UserPolicyList");
    let run = check(&details, &[]).expect(1);
    all_of(&run, "user", "fail", "nothing_allows");
}

#[test]
fn a_role_that_is_not_there_is_missing_only_where_all_roles_are() {
    let mut other = details();
    other["RoleDetailList"] = json!([super::role("/", "other")]);
    let run = check(&other, &[]).expect(1);
    all_of(&run, "role", "fail", "no_such_principal");
    other["RoleDetailList"] = json!([]);
    let run = check(&other, &[]).expect(3);
    all_of(&run, "role", "unknown", "unseen_policy");
    assert!(run.stdout.contains("without --filter"));
    for (member, value) in [("IsTruncated", json!(true)), ("NextToken", json!("x"))] {
        let mut cut = details();
        cut["RoleDetailList"] = json!([super::role("/", "other")]);
        cut[member] = value;
        let run = check(&cut, &[]).expect(3);
        all_of(&run, "role", "unknown", "unseen_policy");
        assert!(run.stdout.contains("the account details are cut"));
    }
}
