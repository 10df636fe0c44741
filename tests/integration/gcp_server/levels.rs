//! What is held below the project, and what the lists and readiness calls show.

use serde_json::json;

use super::{ANN, CLOUD, PROJECT, call, cloud, test_at, test_project};

const REGION: &str = "us-east1";
const SERVICES: &str = "/v2/projects/remotion-test/locations/us-east1/services";

#[test]
fn owners_work_on_buckets_through_the_buckets_own_policy() {
    let (gcp, project) = cloud();
    gcp.world().bind(&project, "roles/owner", ANN);
    gcp.world().add_bucket(PROJECT, "remotioncloudrun-a");
    let asked = ["storage.buckets.get", "storage.objects.create"];
    assert_eq!(test_project(&gcp, ANN, &asked).json(), json!({}));
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let target = "/storage/v1/b/remotioncloudrun-a/iam/testPermissions?\
                  permissions=storage.buckets.get&permissions=storage.objects.create";
    let answer = call(&gcp, &token, target, None).json();
    assert_eq!(answer["kind"], "storage#testIamPermissionsResponse");
    assert_eq!(answer["permissions"], json!(asked));
}

#[test]
fn buckets_are_listed_shown_and_refused_in_their_own_shape() {
    let (gcp, project) = cloud();
    for name in ["remotioncloudrun-b", "remotioncloudrun-a", "other"] {
        gcp.world().add_bucket(PROJECT, name);
    }
    gcp.world().lock_bucket("other", true, true);
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let list = "/storage/v1/b?project=remotion-test&prefix=remotioncloudrun-&maxResults=1";
    let denied = call(&gcp, &token, list, None);
    let error = &denied.json()["error"];
    assert_eq!(
        (denied.status, &error["errors"][0]["reason"]),
        (403, &json!("forbidden"))
    );
    assert!(error.get("status").is_none() && error.get("details").is_none());
    assert_eq!(call(&gcp, &token, "/storage/v1/b/other", None).status, 403);

    gcp.world().bind(&project, "roles/storage.admin", ANN);
    let first = call(&gcp, &token, list, None).json();
    assert_eq!(first["items"][0]["name"], "remotioncloudrun-a");
    let next = first["nextPageToken"]
        .as_str()
        .expect("there is a second page");
    let second = call(&gcp, &token, &format!("{list}&pageToken={next}"), None).json();
    assert_eq!(second["items"][0]["name"], "remotioncloudrun-b");
    assert!(second.get("nextPageToken").is_none());
    assert_eq!(
        call(&gcp, &token, &format!("{list}&pageToken=page-9"), None).status,
        400
    );

    let shown = call(&gcp, &token, "/storage/v1/b/other", None).json();
    let iam = &shown["iamConfiguration"];
    assert_eq!(iam["uniformBucketLevelAccess"]["enabled"], true);
    assert_eq!(iam["publicAccessPrevention"], "enforced");
    let missing = call(&gcp, &token, "/storage/v1/b/nowhere", None);
    assert_eq!(
        (
            missing.status,
            &missing.json()["error"]["errors"][0]["reason"]
        ),
        (404, &json!("notFound"))
    );
    let target = "/storage/v1/b/other/iam/testPermissions?permissions=run.services.get";
    let invalid = call(&gcp, &token, target, None).json();
    let message = "Permission run.services.get is not valid for this resource.";
    assert_eq!(invalid["error"]["message"], message);
    let unknown = call(&gcp, "ya29.nobody", list, None);
    assert_eq!(unknown.json()["error"]["errors"][0]["reason"], "authError");
    gcp.world()
        .disable_service(PROJECT, "storage.googleapis.com");
    let off = call(&gcp, &token, list, None).json();
    assert_eq!(off["error"]["errors"][0]["reason"], "accessNotConfigured");
    assert_eq!(off["error"]["details"][0]["reason"], "SERVICE_DISABLED");
}

#[test]
fn acting_as_can_be_granted_on_the_account_alone() {
    let (gcp, project) = cloud();
    let email = gcp.world().add_default_account(PROJECT);
    assert_eq!(email, "123456789012-compute@developer.gserviceaccount.com");
    let account = crate::support::gcp::Resource::ServiceAccount {
        project: PROJECT.to_owned(),
        email: email.clone(),
    };
    gcp.world()
        .bind(&account, "roles/iam.serviceAccountUser", ANN);
    let asked = ["iam.serviceAccounts.actAs"];
    assert_eq!(test_project(&gcp, ANN, &asked).json(), json!({}));
    for project in [PROJECT, "-"] {
        let target = format!("/v1/projects/{project}/serviceAccounts/{email}");
        assert_eq!(
            test_at(&gcp, ANN, &target, &asked).json(),
            json!({ "permissions": asked })
        );
    }
    let missing = "/v1/projects/remotion-test/serviceAccounts/nobody@example.com";
    assert_eq!(test_at(&gcp, ANN, missing, &asked).json(), json!({}));
    let target = format!("/v1/projects/remotion-test/serviceAccounts/{email}");
    assert_eq!(
        test_at(&gcp, ANN, &target, &["iam.serviceAccounts.list"]).status,
        400
    );

    let token = gcp.world().mint(ANN, &[CLOUD]);
    let shown = call(&gcp, &token, &target, None).json();
    assert_eq!(shown["email"], json!(email));
    assert!(shown.get("disabled").is_none());
    gcp.world().disable_account(&email);
    assert_eq!(call(&gcp, &token, &target, None).json()["disabled"], true);
    assert_eq!(call(&gcp, &token, missing, None).status, 403);
    gcp.world().bind(&project, "roles/viewer", ANN);
    assert_eq!(call(&gcp, &token, missing, None).status, 404);
    let reading = gcp.world().mint(
        ANN,
        &["https://www.googleapis.com/auth/cloud-platform.read-only"],
    );
    assert_eq!(call(&gcp, &reading, &target, None).status, 403);
}

#[test]
fn services_are_listed_by_region_and_tested_one_by_one() {
    let (gcp, project) = cloud();
    let first = gcp
        .world()
        .add_service(PROJECT, REGION, "remotion-4-0-527-mem2gi-cpu1-0-t300");
    gcp.world()
        .add_service(PROJECT, REGION, "remotion-4-0-461-mem2gi-cpu1-0-t300");
    gcp.world().add_service(
        PROJECT,
        "europe-west1",
        "remotion-4-0-527-mem2gi-cpu1-0-t300",
    );
    gcp.world().bind(&first, "roles/run.developer", ANN);
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let denied = call(&gcp, &token, SERVICES, None);
    assert_eq!(denied.status, 403);
    let resource = "projects/remotion-test/locations/us-east1/services";
    assert_eq!(
        denied.json()["error"]["details"][0]["metadata"]["resource"],
        resource
    );

    gcp.world().bind(&project, "roles/run.viewer", ANN);
    gcp.world().page_size = 1;
    let page = call(&gcp, &token, SERVICES, None).json();
    let next = page["nextPageToken"]
        .as_str()
        .expect("there is a second page");
    let page = call(&gcp, &token, &format!("{SERVICES}?pageToken={next}"), None).json();
    let second = format!("{resource}/remotion-4-0-461-mem2gi-cpu1-0-t300");
    assert_eq!(page["services"][0]["name"], json!(second));
    assert!(page.get("nextPageToken").is_none());
    let empty = call(&gcp, &token, &SERVICES.replace(REGION, "asia-east1"), None);
    assert_eq!((empty.status, empty.json()), (200, json!({})));
    assert_eq!(
        call(&gcp, &token, &SERVICES.replace(REGION, "-"), None).status,
        403
    );

    let asked = ["run.services.update", "run.routes.invoke"];
    let held = |name: &str| test_at(&gcp, ANN, &format!("{SERVICES}/{name}"), &asked).json();
    let all = json!({ "permissions": asked });
    assert_eq!(held("remotion-4-0-527-mem2gi-cpu1-0-t300"), all);
    assert_eq!(held("remotion-4-0-461-mem2gi-cpu1-0-t300"), json!({}));
    assert_eq!(held("nothing"), json!({}));
    let shown = call(&gcp, &token, &format!("/v2/{second}"), None).json();
    assert_eq!(shown["name"], json!(second));
    assert_eq!(
        call(&gcp, &token, &format!("{SERVICES}/nothing"), None).status,
        404
    );
    let target = format!("{SERVICES}/remotion-4-0-461-mem2gi-cpu1-0-t300");
    assert_eq!(
        test_at(&gcp, ANN, &target, &["run.services.create"]).status,
        400
    );
}

#[test]
fn enabled_apis_are_listed_and_looked_up() {
    let (gcp, project) = cloud();
    gcp.world().disable_service(PROJECT, "run.googleapis.com");
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let list = "/v1/projects/remotion-test/services";
    assert_eq!(call(&gcp, &token, list, None).status, 403);
    gcp.world()
        .bind(&project, "roles/serviceusage.serviceUsageViewer", ANN);
    let all = call(&gcp, &token, list, None).json();
    let disabled = call(&gcp, &token, &format!("{list}?filter=state:DISABLED"), None).json();
    let enabled = call(
        &gcp,
        &token,
        &format!("{list}?filter=state:ENABLED&pageSize=2"),
        None,
    )
    .json();
    let count = |json: &serde_json::Value| json["services"].as_array().map(Vec::len);
    assert_eq!(
        (count(&all), count(&disabled), count(&enabled)),
        (Some(8), Some(2), Some(2))
    );
    assert_eq!(enabled["nextPageToken"], "page-2");

    let name = |service: &str| format!("names=projects/remotion-test/services/{service}");
    let (run, storage) = (name("run.googleapis.com"), name("storage.googleapis.com"));
    let both = call(
        &gcp,
        &token,
        &format!("{list}:batchGet?{run}&{storage}"),
        None,
    )
    .json();
    let states = [&both["services"][0]["state"], &both["services"][1]["state"]];
    assert_eq!(states, ["DISABLED", "ENABLED"]);
    let one = call(
        &gcp,
        &token,
        &format!("{list}/storage.googleapis.com"),
        None,
    )
    .json();
    assert_eq!(
        one["name"],
        "projects/123456789012/services/storage.googleapis.com"
    );
    assert_eq!(
        call(&gcp, &token, &format!("{list}/none.googleapis.com"), None).status,
        403
    );
    assert_eq!(
        call(&gcp, &token, &format!("{list}:batchGet"), None).status,
        400
    );
}
