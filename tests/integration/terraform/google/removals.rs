//! What a plan takes away while it is applied, in whatever order.

use serde_json::{Value, json};

use super::super::{Plan, all_pass};
use super::{all_open, findings, member, named, nothing_passes, role_and_account};

const ROLE: &str = "projects/my-project/roles/RemotionSA";

fn it() -> Plan {
    named(
        role_and_account(),
        "google_project_iam_member.it",
        json!({}),
    )
}

/// A resource that the plan deletes.
fn gone(plan: Plan, address: &str, before: Value) -> Plan {
    plan.add(address, json!({})).does(&["delete"], before)
}

#[test]
fn whoever_lists_all_members_takes_the_role_from_all() {
    let others = json!(["user:ann@example.com"]);
    let binding = |role: &str, project: &str| {
        gone(
            it(),
            "google_project_iam_binding.old",
            json!({ "project": project, "role": role, "members": others }),
        )
    };
    let says = "the deletion of google_project_iam_binding.old may take it";
    all_open(&binding(ROLE, "my-project"), says);
    all_pass(&findings(&binding("roles/viewer", "my-project")));
    all_pass(&findings(&binding(ROLE, "other-project")));
    let data = json!({ "bindings": [{ "role": "roles/viewer", "members": others }] });
    let policy = gone(
        it(),
        "google_project_iam_policy.old",
        json!({ "project": "my-project", "policy_data": data.to_string() }),
    );
    all_open(
        &policy,
        "the deletion of google_project_iam_policy.old may take it",
    );
    // A condition makes another binding of the same role.
    let conditional = gone(
        it(),
        "google_project_iam_binding.old",
        json!({
            "project": "my-project", "role": ROLE, "members": others,
            "condition": [{ "title": "x", "expression": "true" }],
        }),
    );
    all_pass(&findings(&conditional));
}

#[test]
fn a_deletion_elsewhere_takes_nothing_here() {
    let bucket = gone(
        it(),
        "google_storage_bucket_iam_member.old",
        json!({ "bucket": "remotioncloudrun-abc", "role": ROLE, "member": member() }),
    );
    all_pass(&findings(&bucket));
    let elsewhere = gone(
        it(),
        "google_project_iam_member.old",
        json!({ "project": "other-project", "role": ROLE, "member": member() }),
    );
    all_pass(&findings(&elsewhere));
    let removed = it().add(
        "google_project_iam_member_remove.it",
        json!({ "project": "other-project", "role": ROLE, "member": member() }),
    );
    let run = super::checking(&removed.json())
        .arguments(["--project", "my-project"])
        .run();
    all_pass(&run.findings());
}

/// A list of roles with `count` moves up when a role is put in front of it: each is deleted where
/// it was and made where it is next, and nothing orders the two.
#[test]
fn a_grant_that_moves_to_another_index_may_be_lost() {
    let roles = |first: &str| {
        named(
            role_and_account(),
            "google_project_iam_member.it[1]",
            json!({ "role": ROLE }),
        )
        .does(
            &["delete", "create"],
            json!({ "project": "my-project", "role": "roles/viewer", "member": member() }),
        )
        .add(
            "google_project_iam_member.it[0]",
            json!({ "project": "my-project", "role": "roles/browser", "member": member() }),
        )
        .does(
            &["delete", "create"],
            json!({ "project": "my-project", "role": first, "member": member() }),
        )
    };
    all_open(
        &roles(ROLE),
        "the deletion of google_project_iam_member.it[0] may take it",
    );
    all_pass(&findings(&roles("roles/run.viewer")));
    // What is deleted and made at one place is there afterwards.
    let same = |actions: &[&str]| {
        it().does(
            actions,
            json!({ "project": "my-project", "role": ROLE, "member": member() }),
        )
    };
    all_pass(&findings(&same(&["delete", "create"])));
    all_open(
        &same(&["create", "delete"]),
        "the deletion of google_project_iam_member.it may take it",
    );
}

#[test]
fn a_list_without_the_member_is_no_reason_to_doubt_others() {
    let two = it()
        .last(|one| one.values["member"] = json!("user:bob@example.com"))
        .add(
            "google_project_iam_binding.only",
            json!({ "project": "my-project", "role": ROLE, "members": ["user:ann@example.com"] }),
        );
    nothing_passes(&two);
}
