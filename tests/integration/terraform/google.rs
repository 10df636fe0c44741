//! Bindings, roles and deny rules of Google Cloud in plans and states.

mod places;
mod policies;
mod removals;

use serde_json::{Value, json};

use super::{Plan, all_pass, printed};
use crate::support::program::{Finding, Program};

const EMAIL: &str = "remotion-sa@my-project.iam.gserviceaccount.com";

fn member() -> String {
    format!("serviceAccount:{EMAIL}")
}

/// The permissions of Remotion's custom role.
fn needed() -> Vec<String> {
    printed("service-account")
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("- ")?.to_owned()))
        .collect()
}

/// A service account, Remotion's role, and what binds the two: as in a first plan, in which names
/// are known only after apply.
fn bound() -> Plan {
    role_and_account()
        .add(
            "google_project_iam_member.it",
            json!({ "project": "my-project", "condition": [] }),
        )
        .unknown(json!({ "role": true, "member": true, "etag": true }))
        .refers(
            "role",
            &[
                "google_project_iam_custom_role.remotion.id",
                "google_project_iam_custom_role.remotion",
            ],
        )
        .refers(
            "member",
            &[
                "google_service_account.sa.email",
                "google_service_account.sa",
            ],
        )
}

fn role_and_account() -> Plan {
    Plan::new()
        .add("google_service_account.sa", json!({ "account_id": "remotion-sa", "project": "my-project" }))
        .unknown(json!({ "email": true, "member": true, "name": true }))
        .add(
            "google_project_iam_custom_role.remotion",
            json!({ "role_id": "RemotionSA", "project": "my-project", "permissions": needed(), "stage": "GA" }),
        )
        .unknown(json!({ "name": true, "id": true, "deleted": true }))
}

/// A member of the role, by name.
fn named(plan: Plan, address: &str, values: Value) -> Plan {
    let mut all = json!({ "project": "my-project", "role": "projects/my-project/roles/RemotionSA", "member": member() });
    for (field, value) in values.as_object().unwrap() {
        all[field] = value.clone();
    }
    plan.add(address, all)
}

fn checking(file: &Value) -> Program {
    Program::new([
        "gcp",
        "check",
        "--terraform",
        "plan.json",
        "--format",
        "json",
    ])
    .file("plan.json", file.to_string())
}

#[track_caller]
fn findings(plan: &Plan) -> Vec<Finding> {
    checking(&plan.json()).run().findings()
}

#[track_caller]
fn all_open(plan: &Plan, says: &str) {
    for one in findings(plan) {
        assert_eq!(one.status, "unknown", "{one:#?}");
        assert!(one.detail.contains(says), "{says} in {one:#?}");
    }
}

/// Nothing is held; what can be granted below the project is not known.
#[track_caller]
fn nothing_passes(plan: &Plan) {
    let findings = findings(plan);
    assert!(
        findings.iter().all(|one| one.status != "pass"),
        "{findings:#?}"
    );
    assert!(
        findings.iter().any(|one| one.status == "fail"),
        "{findings:#?}"
    );
}

#[test]
fn a_first_plan_is_resolved_by_its_references() {
    let run = checking(&bound().json()).run().expect(0);
    all_pass(&run.findings());
    let report = run.report();
    let tested = &report["audits"][0]["tested"];
    assert_eq!(tested["project"], "my-project");
    assert_eq!(tested["caller"], member());
    assert_eq!(
        report["audits"][0]["findings"][0]["source"],
        "gcp_terraform"
    );
    nothing_passes(&role_and_account());
}

#[test]
fn what_is_known_only_after_apply_is_unknown() {
    let with = |field: &str, references: &[&str]| bound().refers(field, references);
    all_open(
        &with("role", &["local.role"]),
        "known only after apply: google_project_iam_member.it.role",
    );
    all_open(
        &with("member", &["local.member"]),
        "known only after apply: google_project_iam_member.it.member",
    );
    let mut plan = bound();
    plan.resources[1]
        .values
        .as_object_mut()
        .unwrap()
        .remove("permissions");
    plan.resources[1].unknown["permissions"] = json!(true);
    all_open(
        &plan,
        "known only after apply: google_project_iam_custom_role.remotion.permissions",
    );
    let mut plan = bound();
    plan.resources[2].values["project"] = Value::Null;
    plan.resources[2].unknown["project"] = json!(true);
    all_open(
        &plan,
        "known only after apply: google_project_iam_member.it.project",
    );
    let mut plan = bound();
    plan.resources[2].unknown["condition"] = json!(true);
    plan.resources[2]
        .values
        .as_object_mut()
        .unwrap()
        .remove("condition");
    all_open(
        &plan,
        "known only after apply: google_project_iam_member.it.condition",
    );
}

#[test]
fn a_list_of_members_is_all_or_nothing() {
    let binding = |members: Value, unknown: Value, references: &[&str]| {
        role_and_account()
            .add("google_project_iam_binding.it", json!({
                "project": "my-project", "role": "projects/my-project/roles/RemotionSA", "members": members,
            }))
            .unknown(unknown)
            .refers("members", references)
    };
    let account = [
        "google_service_account.sa.member",
        "google_service_account.sa",
    ];
    all_pass(&findings(&binding(json!([member()]), json!({}), &[])));
    all_pass(&findings(&binding(
        json!([null]),
        json!({ "members": [true] }),
        &account,
    )));
    all_pass(&findings(&binding(
        json!(["user:a@example.com", null]),
        json!({ "members": [false, true] }),
        &account,
    )));
    all_open(
        &binding(
            json!([null, null]),
            json!({ "members": [true, true] }),
            &account,
        ),
        "known only after apply",
    );
    all_open(
        &binding(Value::Null, json!({ "members": true }), &account),
        "known only after apply",
    );
    nothing_passes(&binding(json!(["user:a@example.com"]), json!({}), &[]));
}

#[test]
fn conditions_other_projects_and_deleted_roles_grant_nothing_for_sure() {
    let condition = json!([{ "title": "later", "expression": "request.time < timestamp('2027-01-01T00:00:00Z')" }]);
    all_open(
        &named(
            role_and_account(),
            "google_project_iam_member.it",
            json!({ "condition": condition }),
        ),
        "later",
    );
    let elsewhere = named(
        role_and_account(),
        "google_project_iam_member.it",
        json!({ "project": "other" }),
    );
    let run = checking(&elsewhere.json()).run().expect(2);
    assert!(
        run.stderr.contains("grants of 2 projects") && run.stderr.contains("my-project, other"),
        "{}",
        run.stderr
    );
    let run = checking(&elsewhere.json())
        .arguments(["--project", "my-project"])
        .run()
        .expect(1);
    assert!(run.findings().iter().all(|one| one.status != "pass"));
    // Numbers and ids can't be compared.
    let run = checking(&elsewhere.json())
        .arguments(["--project", "123456789012"])
        .run()
        .expect(3);
    assert!(run.findings().iter().all(|one| one.status == "unknown"));
    for change in [json!({ "deleted": true }), json!({ "stage": "DISABLED" })] {
        let mut plan = named(
            role_and_account(),
            "google_project_iam_member.it",
            json!({}),
        );
        for (field, value) in change.as_object().unwrap() {
            plan.resources[1].values[field] = value.clone();
        }
        nothing_passes(&plan);
    }
    all_pass(&findings(&named(
        role_and_account(),
        "google_project_iam_member.it",
        json!({}),
    )));
}
