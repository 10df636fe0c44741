//! What others may remove, what is deleted, and what is not read.

use serde_json::json;

use super::super::{
    Plan, all_are, all_pass, all_unseen, denial, everything, kept_user, printed, user,
};
use super::bare_user;
use crate::support::program::Program;

#[test]
fn what_others_may_remove_is_in_doubt() {
    let inline = |names: serde_json::Value| {
        user().add(
            "aws_iam_user_policies_exclusive.it",
            json!({ "user_name": "ci", "policy_names": names }),
        )
    };
    all_pass(&inline(json!(["all"])).of_user());
    all_are(
        &inline(json!([])).of_user(),
        "unknown",
        "unseen_policy",
        "aws_iam_user_policies_exclusive.it may remove it",
    );
    all_unseen(
        &inline(json!(["all", "by-hand"])).of_user(),
        "inline policy \"by-hand\"",
    );
    let unknown = user()
        .add(
            "aws_iam_user_policies_exclusive.it",
            json!({ "user_name": "ci" }),
        )
        .unknown(json!({ "policy_names": true }));
    all_unseen(&unknown.of_user(), "which inline policies stay");
    // One list of holders, and an attachment beside it.
    let arn = "arn:aws:iam::111111111111:policy/all";
    let fight = bare_user()
        .add(
            "aws_iam_policy.all",
            json!({ "name": "all", "arn": arn, "policy": everything() }),
        )
        .add(
            "aws_iam_user_policy_attachment.it",
            json!({ "user": "ci", "policy_arn": arn }),
        );
    all_pass(&fight.of_user());
    let fight = fight.add(
        "aws_iam_policy_attachment.it",
        json!({ "policy_arn": arn, "users": [] }),
    );
    all_unseen(
        &fight.of_user(),
        "aws_iam_policy_attachment.it may remove it",
    );
}

#[test]
fn what_is_deleted_does_not_count_and_may_take_others_along() {
    let before = json!({ "name": "all", "user": "ci", "policy": everything() });
    let there = || {
        let mut plan = kept_user();
        plan.resources.truncate(1);
        plan
    };
    let gone = there()
        .add("aws_iam_user_policy.all", json!({}))
        .does(&["delete"], before.clone());
    all_are(&gone.of_user(), "fail", "nothing_allows", "");
    // The same policy under a new address: the deletion may come last.
    let renamed = kept_user()
        .add("aws_iam_user_policy.old", json!({}))
        .does(&["delete"], before.clone());
    all_unseen(
        &renamed.of_user(),
        "the deletion of aws_iam_user_policy.old may remove it",
    );
    let replaced = |actions: &[&str]| {
        there()
            .add("aws_iam_user_policy.all", before.clone())
            .does(actions, before.clone())
            .of_user()
    };
    all_pass(&replaced(&["delete", "create"]));
    all_unseen(&replaced(&["create", "delete"]), "may remove it");
    all_pass(&replaced(&["update"]));
    all_pass(&replaced(&["no-op"]));
}

#[test]
fn the_policies_of_a_replaced_role_go_with_it() {
    let values =
        json!({ "name": "remotion-lambda-role", "assume_role_policy": super::super::trust() });
    let plan = |actions: &[&str]| {
        Plan::new()
            .add("aws_iam_role.remotion", values.clone())
            .unknown(json!({ "arn": true, "inline_policy": true, "managed_policy_arns": true }))
            .does(&["delete", "create"], values.clone())
            .add(
                "aws_iam_role_policy.all",
                json!({ "name": "all", "role": "remotion-lambda-role", "policy": everything() }),
            )
            .does(
                actions,
                json!({ "name": "all", "role": "remotion-lambda-role", "policy": everything() }),
            )
            .of_role()
    };
    all_pass(&plan(&["delete", "create"]));
    all_unseen(
        &plan(&["no-op"]),
        "the replacement of aws_iam_role.remotion may remove it",
    );
}

#[test]
fn terraform_and_plain_files_give_the_same_verdicts() {
    let narrower = printed("user").replace("\"s3:PutObject\",", "");
    let conditional = super::super::document(json!({
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/team": "video" } },
    }));
    for (subject, texts) in [
        ("user", vec![printed("user")]),
        ("user", vec![narrower]),
        ("user", vec![printed("user"), denial()]),
        ("user", vec![conditional]),
        ("user", vec![printed("role")]),
        ("role", vec![printed("role")]),
        ("role", vec![printed("role"), denial()]),
        ("role", vec![]),
    ] {
        let mut plan = if subject == "user" {
            bare_user()
        } else {
            super::super::role()
        };
        plan.resources.truncate(1);
        let name = if subject == "user" {
            "ci"
        } else {
            "remotion-lambda-role"
        };
        let mut files = Program::new(["aws", "check", "--subject", subject, "--format", "json"]);
        for (index, text) in texts.iter().enumerate() {
            plan = plan.add(
                &format!("aws_iam_{subject}_policy.p{index}"),
                json!({ "name": format!("p{index}"), subject: name, "policy": text }),
            );
            let file = format!("p{index}.json");
            files = files
                .arguments(["--identity-policy", &file])
                .file(&file, text);
        }
        if texts.is_empty() {
            files = files.arguments(["--identity-policy", "none.json"]).file(
                "none.json",
                super::super::document(
                    json!({ "Effect": "Allow", "Action": "x:Y", "Resource": "*" }),
                ),
            );
        }
        // What follows from being a user or role settles keys that files leave open.
        let verdicts = |findings: Vec<crate::support::program::Finding>| -> Vec<_> {
            super::super::permissions(findings)
                .into_iter()
                .filter(|one| one.permission != "sts:AssumeRole")
                .map(|one| (one.permission, one.scope, one.status, one.why))
                .collect()
        };
        let by_files = verdicts(files.run().findings());
        let check = |file: &serde_json::Value| {
            verdicts(
                super::super::checking(file)
                    .arguments(["--subject", subject])
                    .run()
                    .findings(),
            )
        };
        assert_eq!(check(&plan.json()), by_files, "{subject} {texts:?}");
        assert_eq!(check(&plan.state()), by_files, "{subject} {texts:?}");
    }
}

#[test]
fn resources_that_are_not_read_leave_all_open() {
    let unread = |address: &str| user().add(address, json!({})).of_user();
    all_unseen(
        &unread("awscc_iam_user_policy.x"),
        "resources of this type are not read",
    );
    all_unseen(
        &unread("aws_iam_new_policy_attachment.x"),
        "resources of this type are not read",
    );
    all_pass(&unread("aws_iam_access_key.x"));
    all_pass(&unread("aws_iam_instance_profile.x"));
    all_pass(&unread("aws_s3_bucket_policy.x"));
}

/// A user that has everything by its group, all of it as it was before.
fn by_group(membership: &str) -> Plan {
    let mut plan = kept_user();
    plan.resources.truncate(1);
    let values = match membership {
        "aws_iam_group_membership" => json!({ "group": "all", "users": ["ci"] }),
        _ => json!({ "user": "ci", "groups": ["all"] }),
    };
    let kept = |plan: Plan, address: &str, values: serde_json::Value| {
        plan.add(address, values.clone()).does(&["no-op"], values)
    };
    let plan = kept(plan, "aws_iam_group.all", json!({ "name": "all" }));
    let policy = json!({ "name": "all", "group": "all", "policy": everything() });
    let plan = kept(plan, "aws_iam_group_policy.all", policy);
    kept(plan, &format!("{membership}.it"), values)
}

#[test]
fn a_membership_goes_with_whoever_is_replaced() {
    for kind in ["aws_iam_group_membership", "aws_iam_user_group_membership"] {
        all_pass(&by_group(kind).of_user());
        let mut user = by_group(kind);
        user.resources[0].actions = json!(["delete", "create"]);
        all_unseen(&user.of_user(), "the replacement of aws_iam_user.ci");
        let mut group = by_group(kind);
        for one in [1, 2] {
            group.resources[one].actions = json!(["delete", "create"]);
        }
        all_unseen(&group.of_user(), "the replacement of aws_iam_group.all");
        for one in [1, 2, 3] {
            group.resources[one].actions = json!(["delete", "create"]);
        }
        all_pass(&group.of_user());
        // What replaces it is made first, and holds the same.
        group.resources[3].actions = json!(["create", "delete"]);
        all_unseen(&group.of_user(), &format!("the deletion of {kind}.it"));
    }
}

#[test]
fn what_ends_a_membership_beside_may_end_it() {
    let kinds = [
        (
            "aws_iam_group_membership.old",
            json!({ "group": "all", "users": ["ci"] }),
            json!({ "group": "other", "users": ["ci"] }),
        ),
        (
            "aws_iam_user_group_membership.old",
            json!({ "user": "ci", "groups": ["all"] }),
            json!({ "user": "ci", "groups": [] }),
        ),
    ];
    for (address, before, after) in kinds {
        let beside = |actions: &[&str], after: &serde_json::Value| {
            by_group("aws_iam_user_group_membership")
                .add(address, after.clone())
                .does(actions, before.clone())
                .of_user()
        };
        let says = format!("the deletion of {address} or its change may remove it");
        all_unseen(&beside(&["delete"], &json!({})), &says);
        all_unseen(&beside(&["update"], &after), &says);
        all_pass(&beside(&["update"], &before));
    }
}

#[test]
fn a_renamed_user_keeps_what_its_old_name_had() {
    let policy = json!({ "name": "no", "user": "old", "policy": denial() });
    let mut plan = user()
        .add("aws_iam_user_policy.no", policy.clone())
        .does(&["no-op"], policy);
    plan.resources[0].actions = json!(["update"]);
    plan.resources[0].before = json!({ "name": "old", "path": "/" });
    all_unseen(&plan.of_user(), "aws_iam_user.ci is renamed");
    plan.resources[0].before = json!({ "name": "ci", "path": "/old/" });
    all_pass(&plan.of_user());
}
