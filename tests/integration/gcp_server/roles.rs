//! Custom roles: what the service takes, and what it refuses.

use serde_json::{Value, json};

use super::{ANN, CLOUD, call, cloud, test_project};
use crate::support::gcp::Gcp;
use crate::support::http::Received;

const TARGET: &str = "/v1/projects/remotion-test/roles";

fn create(gcp: &Gcp, body: &Value) -> Received {
    let token = gcp.world().mint(ANN, &[CLOUD]);
    call(gcp, &token, TARGET, Some(body))
}

fn role() -> Value {
    json!({
        "title": "Remotion API Service Account",
        "description": "Allow the service account to manage necessary resources",
        "stage": "GA",
        "includedPermissions": ["run.services.list", "storage.buckets.list"],
    })
}

#[test]
fn a_created_role_can_be_read_and_bound() {
    let (gcp, project) = cloud();
    let body = json!({ "roleId": "RemotionSA", "role": role() });
    assert_eq!(create(&gcp, &body).status, 403);
    gcp.world().bind(&project, "roles/iam.roleAdmin", ANN);
    let created = create(&gcp, &body);
    assert_eq!(
        (created.status, &created.json()["stage"]),
        (200, &json!("GA"))
    );
    let name = "projects/remotion-test/roles/RemotionSA";
    assert_eq!(created.json()["name"], name);
    let token = gcp.world().mint(ANN, &[CLOUD]);
    assert_eq!(
        call(&gcp, &token, &format!("{TARGET}/RemotionSA"), None).body,
        created.body
    );

    gcp.world().bind(&project, name, "user:bob@example.com");
    let held = test_project(
        &gcp,
        "user:bob@example.com",
        &["run.services.list", "run.jobs.run"],
    );
    assert_eq!(held.json(), json!({ "permissions": ["run.services.list"] }));
    let again = create(&gcp, &body);
    assert_eq!(
        (again.status, &again.json()["error"]["status"]),
        (409, &json!("ALREADY_EXISTS"))
    );
    let kept = gcp
        .world()
        .custom_role(name)
        .cloned()
        .expect("the role was created");
    assert_eq!(
        (kept.title.as_str(), kept.permissions.len()),
        ("Remotion API Service Account", 2)
    );
}

#[test]
fn a_disabled_role_holds_nothing() {
    let (gcp, project) = cloud();
    gcp.world().bind(&project, "roles/owner", ANN);
    let mut disabled = role();
    disabled["stage"] = json!("DISABLED");
    assert_eq!(
        create(&gcp, &json!({ "roleId": "Off", "role": disabled })).status,
        200
    );
    gcp.world().bind(
        &project,
        "projects/remotion-test/roles/Off",
        "user:bob@example.com",
    );
    let held = test_project(&gcp, "user:bob@example.com", &["run.services.list"]);
    assert_eq!(held.json(), json!({}));
}

#[test]
fn what_the_service_refuses_is_refused() {
    let (gcp, project) = cloud();
    gcp.world().bind(&project, "roles/iam.roleAdmin", ANN);
    let with = |field: &str, value: Value| {
        let mut role = role();
        role[field] = value;
        json!({ "roleId": "RemotionSA", "role": role })
    };
    let many = vec!["run.services.list"; 3001];
    let refused = [
        json!({ "roleId": "ab", "role": role() }),
        json!({ "roleId": "remotion-sa", "role": role() }),
        json!({ "roleId": "a".repeat(65), "role": role() }),
        json!({ "role": role() }),
        json!({ "roleId": "RemotionSA", "role": role(), "force": true }),
        with("stage", json!("RELEASED")),
        with("title", json!("t".repeat(101))),
        with("description", json!("d".repeat(301))),
        with("permissions", json!([])),
        with("name", json!("projects/remotion-test/roles/RemotionSA")),
        with("includedPermissions", json!(["run.services.paint"])),
        with("includedPermissions", json!(["run.*"])),
        with("includedPermissions", json!(many)),
    ];
    for body in &refused {
        let answer = create(&gcp, body);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(
            answer.json()["error"]["status"],
            "INVALID_ARGUMENT",
            "{body}"
        );
    }
    let unknown = create(&gcp, &with("permissions", json!([]))).json();
    assert_eq!(
        unknown["error"]["message"],
        "Invalid JSON payload received. Unknown name \"permissions\" at 'role': Cannot find field."
    );
    assert!(
        gcp.world()
            .custom_role("projects/remotion-test/roles/RemotionSA")
            .is_none()
    );
}

#[test]
fn the_permissions_that_a_role_may_hold_are_listed() {
    let (gcp, _) = cloud();
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let target = "/v1/permissions:queryTestablePermissions";
    let name = "//cloudresourcemanager.googleapis.com/projects/remotion-test";
    let body = json!({ "fullResourceName": name, "pageSize": 1 });
    let page = call(&gcp, &token, target, Some(&body)).json();
    assert_eq!(page["permissions"][0]["name"], "iam.denypolicies.create");
    assert_eq!(page["nextPageToken"], "page-1");
    let wrong = json!({ "fullResourceName": "//example.com/projects/remotion-test" });
    assert_eq!(call(&gcp, &token, target, Some(&wrong)).status, 400);
}
