//! Where a grant counts: the regions and projects of services, and what is above the project.

use serde_json::{Value, json};

use super::super::{Plan, all_are, all_pass};
use super::{
    all_open, bound, checking, findings, member, named, needed, nothing_passes, role_and_account,
};
use crate::support::program::Finding;

const SERVICE: &str = "remotion-4-0-461-mem2gi-cpu1-0-t300";

/// Remotion's role without this permission, bound to the account on the project.
fn without(permission: &str) -> Plan {
    let mut plan = bound();
    plan.resources[1].values["permissions"] = json!(
        needed()
            .into_iter()
            .filter(|one| one != permission)
            .collect::<Vec<_>>()
    );
    plan
}

fn finding(plan: &Plan, permission: &str) -> Finding {
    let findings = checking(&plan.json())
        .arguments(["--project", "my-project"])
        .run()
        .findings();
    findings
        .into_iter()
        .find(|one| one.permission == permission)
        .unwrap()
}

fn service(plan: Plan, address: &str, project: &str, location: &str) -> Plan {
    plan.add(
        address,
        json!({ "name": SERVICE, "project": project, "location": location }),
    )
}

fn granted_on(plan: Plan, address: &str, change: &Value) -> Plan {
    let mut values = json!({
        "name": SERVICE, "project": "my-project", "location": "us-east1",
        "role": "roles/run.invoker", "member": member(),
    });
    for (field, value) in change.as_object().unwrap() {
        values[field] = value.clone();
    }
    plan.add(address, values)
}

#[test]
fn services_of_one_name_in_several_regions_are_several() {
    const INVOKE: &str = "run.routes.invoke";
    let east = service(
        without(INVOKE),
        "google_cloud_run_v2_service.east",
        "my-project",
        "us-east1",
    );
    let it = "google_cloud_run_v2_service_iam_member.east";
    let granted = granted_on(east, it, &json!({}));
    assert_eq!(finding(&granted, INVOKE).status, "pass");
    let both = service(
        granted.clone(),
        "google_cloud_run_v2_service.west",
        "my-project",
        "europe-west1",
    );
    let one = finding(&both, INVOKE);
    assert_eq!(one.status, "fail", "{one:#?}");
    assert!(
        one.detail
            .contains(&format!("locations/europe-west1/services/{SERVICE}")),
        "{one:#?}"
    );
    let west = "google_cloud_run_v2_service_iam_member.west";
    for name in [
        SERVICE.to_owned(),
        format!("projects/my-project/locations/europe-west1/services/{SERVICE}"),
    ] {
        let all = granted_on(
            both.clone(),
            west,
            &json!({ "name": name, "location": "europe-west1" }),
        );
        assert_eq!(finding(&all, INVOKE).status, "pass", "{name}");
    }
    // A grant in a region that is not known may be that of either.
    let open = granted_on(both.clone(), west, &json!({ "location": null }))
        .unknown(json!({ "location": true }));
    let one = finding(&open, INVOKE);
    assert_eq!(one.status, "unknown", "{one:#?}");
    assert!(
        one.detail
            .contains(&format!("known only after apply: {west}.location")),
        "{one:#?}"
    );
    // What a reference leads to is where that stands.
    let referred = granted_on(both, west, &json!({ "location": null, "name": null }))
        .unknown(json!({ "location": true, "name": true }))
        .refers(
            "name",
            &[
                "google_cloud_run_v2_service.west.name",
                "google_cloud_run_v2_service.west",
            ],
        );
    assert_eq!(finding(&referred, INVOKE).status, "pass");
    // Services of other projects are others'.
    let elsewhere = service(
        granted,
        "google_cloud_run_v2_service.west",
        "other-project",
        "europe-west1",
    );
    assert_eq!(finding(&elsewhere, INVOKE).status, "pass");
    let only_there = granted_on(without(INVOKE), it, &json!({ "project": "other-project" }));
    assert_eq!(finding(&only_there, INVOKE).status, "unknown");
}

#[test]
fn buckets_of_other_projects_do_not_count() {
    const UPLOAD: &str = "storage.objects.create";
    let bucket = |plan: Plan, address: &str, name: &str, project: &str| {
        plan.add(address, json!({ "name": name, "project": project }))
    };
    let granted = without(UPLOAD).add(
        "google_storage_bucket_iam_member.it",
        json!({ "bucket": "remotioncloudrun-abc", "role": "roles/storage.objectAdmin", "member": member() }),
    );
    let bare = |project| {
        let plan = granted.clone();
        bucket(
            plan,
            "google_storage_bucket.other",
            "remotioncloudrun-def",
            project,
        )
    };
    assert_eq!(finding(&bare("my-project"), UPLOAD).status, "fail");
    assert_eq!(finding(&bare("other-project"), UPLOAD).status, "pass");
    let elsewhere = bucket(
        granted.clone(),
        "google_storage_bucket.it",
        "remotioncloudrun-abc",
        "other-project",
    );
    assert_eq!(finding(&elsewhere, UPLOAD).status, "unknown");
    // A name that must not be shown is not.
    let mut secret = granted;
    secret.resources.last_mut().unwrap().sensitive = json!({ "bucket": true });
    let run = checking(&secret.json()).run();
    assert!(
        !run.stdout.contains("remotioncloudrun-abc"),
        "{}",
        run.stdout
    );
    assert_eq!(finding(&secret, UPLOAD).status, "unknown");
}

#[test]
fn what_is_granted_to_others_above_the_project_opens_nothing() {
    let above = |kind: &str, values: Value| {
        let mut all = json!({ "folder": "folders/1", "org_id": "1", "role": "roles/editor" });
        for (field, value) in values.as_object().unwrap() {
            all[field] = value.clone();
        }
        named(
            role_and_account(),
            "google_project_iam_member.x",
            json!({ "role": "roles/viewer" }),
        )
        .add(kind, all)
    };
    for kind in [
        "google_folder_iam_member.it",
        "google_organization_iam_member.it",
    ] {
        nothing_passes_but_viewing(&above(kind, json!({ "member": "user:ann@example.com" })));
        let open = findings(&above(kind, json!({ "member": member() })));
        assert!(
            open.iter()
                .any(|one| one.permission == "run.services.create"
                    && one.status == "unknown"
                    && one.detail.contains("whether the project is below")),
            "{open:#?}"
        );
    }
    // The members of a role on a folder are not those of the role on the project.
    let role = "projects/my-project/roles/RemotionSA";
    let listed = named(
        role_and_account(),
        "google_project_iam_member.it",
        json!({}),
    )
    .add(
        "google_folder_iam_binding.only",
        json!({ "folder": "folders/1", "role": role, "members": ["user:ann@example.com"] }),
    );
    all_pass(&findings(&listed));
}

#[track_caller]
fn nothing_passes_but_viewing(plan: &Plan) {
    let (create, _): (Vec<_>, Vec<_>) = findings(plan)
        .into_iter()
        .partition(|one| one.permission == "run.services.create");
    all_are(&create, "fail", "nothing_allows", "");
}

#[test]
fn a_role_whose_stage_is_not_known_grants_nothing_for_sure() {
    let mut plan = bound();
    plan.resources[1].values["stage"] = Value::Null;
    plan.resources[1].unknown["stage"] = json!(true);
    all_open(
        &plan,
        "known only after apply: google_project_iam_custom_role.remotion.stage",
    );
    let mut plan = bound();
    plan.resources[1].values["stage"] = json!("DISABLED");
    nothing_passes(&plan);
}
