//! Where a permission lives: on the project, or on a resource below it.

use super::{ANN, BUCKET, Cloud, NEEDED, NUMBER, ONLY_PROJECT, PROJECT, REGION, SERVICE};
use super::{audit, of, with_status, without};
use crate::support::http::send;
use crate::support::program::Program;

const ACT_AS: &str = "iam.serviceAccounts.actAs";

const OF_SERVICES: [&str; 4] = [
    "run.routes.invoke",
    "run.services.get",
    "run.services.delete",
    "run.services.update",
];

const OF_BUCKETS: [&str; 4] = [
    "storage.buckets.get",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
];

#[test]
fn exactly_the_custom_role_passes() {
    let cloud = Cloud::with(&NEEDED);
    let run = cloud.check().run().expect(0);
    assert_eq!(with_status(&run, "pass"), NEEDED);
    let audit = audit(&run);
    assert_eq!(audit["findings"][0]["level"], "project");
    assert_eq!(audit["tested"]["caller"], cloud.email.as_str());
    assert_eq!(audit["tested"]["project"], PROJECT);
}

#[test]
fn each_permission_of_the_project_alone_is_missing_without_its_grant() {
    for missing in ONLY_PROJECT {
        let cloud = Cloud::with(&without(&NEEDED, missing));
        let run = cloud.check().run().expect(1);
        assert_eq!(with_status(&run, "fail"), [missing]);
        assert_eq!(with_status(&run, "pass").len(), 14, "{missing}");
        assert_eq!(of(&run, missing).why, "nothing_allows");
    }
}

#[test]
fn a_permission_of_services_and_buckets_is_open_while_there_are_none() {
    for missing in OF_SERVICES.iter().chain(&OF_BUCKETS) {
        let cloud = Cloud::with(&without(&NEEDED, missing));
        let run = cloud.check().run().expect(3);
        assert_eq!(with_status(&run, "unknown"), [*missing]);
        let finding = of(&run, missing);
        assert_eq!(finding.why, "below_project");
        assert!(
            finding.detail.contains("a grant on the project settles it"),
            "{}",
            finding.detail
        );
    }
}

#[test]
fn a_permission_held_nowhere_is_missing_on_what_is_deployed() {
    for missing in OF_SERVICES.iter().chain(&OF_BUCKETS) {
        let cloud = Cloud::with(&without(&NEEDED, missing));
        cloud.bucket();
        cloud.service();
        let run = cloud
            .check()
            .env("REMOTION_GCP_REGION", REGION)
            .run()
            .expect(1);
        assert_eq!(with_status(&run, "fail"), [*missing]);
        let name = if missing.starts_with("run") {
            SERVICE
        } else {
            BUCKET
        };
        assert!(of(&run, missing).detail.contains(name));
    }
}

#[test]
fn acting_as_the_runtime_account_is_asked_there() {
    let cloud = Cloud::with(&without(&NEEDED, ACT_AS));
    let run = cloud.check().run().expect(1);
    let finding = of(&run, ACT_AS);
    assert_eq!(with_status(&run, "fail"), [ACT_AS]);
    assert!(finding.detail.contains(&cloud.email), "{}", finding.detail);
    let notes = audit(&run)["notes"].to_string();
    assert!(
        notes.contains("roles/iam.serviceAccountUser") && notes.contains(&cloud.email),
        "{notes}"
    );

    let own = cloud.account(&cloud.email);
    cloud.grant(&own, "ActAs", &[ACT_AS]);
    let run = cloud.check().run().expect(0);
    assert_eq!(
        of(&run, ACT_AS).asked,
        [format!(
            "projects/{PROJECT}/serviceAccounts/{}",
            cloud.email
        )]
    );
    let json = audit(&run)["findings"][0].clone();
    assert_eq!(
        (&json["permission"], &json["level"]),
        (&ACT_AS.into(), &"service-account".into())
    );
}

#[test]
fn older_versions_run_as_the_default_account() {
    let cloud = Cloud::with(&without(&NEEDED, ACT_AS));
    let old = || cloud.check().arguments(["--remotion-version", "4.0.215"]);
    let default = cloud.gcp.world().add_default_account(PROJECT);
    let account = cloud.account(&default);
    cloud.grant(&account, "ActAs", &[ACT_AS]);
    // The custom role may not read the project's number.
    let run = old().run().expect(3);
    assert!(of(&run, ACT_AS).detail.contains("--service-account"));
    let run = old()
        .arguments(["--service-account", &default])
        .run()
        .expect(0);
    assert!(of(&run, ACT_AS).asked[0].ends_with(&default));

    let member = cloud.member();
    cloud
        .gcp
        .world()
        .bind(&cloud.project, "roles/browser", &member);
    let run = old().run().expect(0);
    assert!(of(&run, ACT_AS).asked[0].ends_with(&default));
    assert_eq!(audit(&run)["tested"]["project_number"], NUMBER.to_string());

    cloud.gcp.world().unbind(
        &account,
        &format!("projects/{PROJECT}/roles/ActAs"),
        &member,
    );
    let run = old().run().expect(1);
    assert!(of(&run, ACT_AS).detail.contains(&default));
}

#[test]
fn an_account_that_does_not_exist_is_not_a_missing_grant() {
    let cloud = Cloud::with(&without(&NEEDED, ACT_AS));
    let member = cloud.member();
    cloud
        .gcp
        .world()
        .bind(&cloud.project, "roles/iam.serviceAccountViewer", &member);
    let nobody = format!("nobody@{PROJECT}.iam.gserviceaccount.com");
    let run = cloud
        .check()
        .arguments(["--service-account", &nobody])
        .run()
        .expect(3);
    assert!(
        of(&run, ACT_AS)
            .detail
            .contains("there is no service account")
    );
}

#[test]
fn held_on_every_bucket_and_service_passes_and_names_the_level() {
    let mut on_project = ONLY_PROJECT.to_vec();
    on_project.push(ACT_AS);
    let cloud = Cloud::with(&on_project);
    let bucket = cloud.bucket();
    let other = cloud
        .gcp
        .world()
        .add_bucket(PROJECT, "remotioncloudrun-zzz");
    let service = cloud.service();
    cloud.grant(&bucket, "Bucket", &OF_BUCKETS);
    cloud.grant(&service, "Service", &OF_SERVICES);
    let run = cloud.check().run().expect(1);
    assert_eq!(with_status(&run, "fail"), OF_BUCKETS);
    let finding = of(&run, "storage.objects.create");
    assert_eq!(finding.why, "narrower");
    assert!(finding.detail.contains(BUCKET) && finding.detail.contains("remotioncloudrun-zzz"));

    cloud.gcp.world().bind(
        &other,
        &format!("projects/{PROJECT}/roles/Bucket"),
        &cloud.member(),
    );
    let run = cloud.check().run().expect(0);
    assert_eq!(
        of(&run, "storage.objects.create").asked,
        [
            "projects/_/buckets/remotioncloudrun-abc123",
            "projects/_/buckets/remotioncloudrun-zzz"
        ]
    );
    assert_eq!(
        of(&run, "run.routes.invoke").asked,
        [format!(
            "projects/{PROJECT}/locations/{REGION}/services/{SERVICE}"
        )]
    );
    let table = cloud
        .sign_in(cloud.printing("table"))
        .run()
        .expect(0)
        .stdout;
    assert!(table.contains("held on the bucket"), "{table}");
}

#[test]
fn named_buckets_and_services_are_asked_in_place_of_found_ones() {
    let mut on_project = ONLY_PROJECT.to_vec();
    on_project.push(ACT_AS);
    let cloud = Cloud::with(&on_project);
    cloud.bucket();
    cloud.service();
    let mine = cloud.gcp.world().add_bucket(PROJECT, "my-own-bucket");
    let other = cloud
        .gcp
        .world()
        .add_service(PROJECT, "europe-west1", "my-service");
    cloud.grant(&mine, "Bucket", &OF_BUCKETS);
    cloud.grant(&other, "Service", &OF_SERVICES);
    let named = [
        "--bucket",
        "my-own-bucket",
        "--service",
        "my-service",
        "--region",
        "europe-west1",
    ];
    let run = cloud.check().arguments(named).run().expect(0);
    assert_eq!(
        of(&run, "storage.objects.list").asked,
        ["projects/_/buckets/my-own-bucket"]
    );
    assert_eq!(cloud.asked("locations/us-east1"), 0);

    let nowhere = [
        "--bucket",
        "my-own-bucket",
        "--service",
        "typo",
        "--region",
        "europe-west1",
    ];
    let run = cloud.check().arguments(nowhere).run().expect(1);
    assert_eq!(with_status(&run, "fail"), OF_SERVICES);
    // Whoever may read services learns that this one is not there.
    cloud
        .gcp
        .world()
        .bind(&cloud.project, "roles/run.viewer", &cloud.member());
    let run = cloud.check().arguments(nowhere).run().expect(3);
    assert!(
        of(&run, "run.routes.invoke")
            .detail
            .contains("there is no service typo")
    );
    let nothing = [
        "--bucket",
        "no-such-bucket",
        "--service",
        "my-service",
        "--region",
        "europe-west1",
    ];
    let run = cloud.check().arguments(nothing).run().expect(3);
    assert_eq!(with_status(&run, "unknown"), OF_BUCKETS);
    assert!(
        of(&run, "storage.objects.list")
            .detail
            .contains("found no bucket")
    );
}

#[test]
fn lists_are_read_to_their_end() {
    let mut on_project = ONLY_PROJECT.to_vec();
    on_project.push(ACT_AS);
    let cloud = Cloud::with(&on_project);
    let bucket = cloud.bucket();
    cloud
        .gcp
        .world()
        .add_bucket(PROJECT, "remotioncloudrun-last");
    let service = cloud.service();
    cloud
        .gcp
        .world()
        .add_service(PROJECT, REGION, "remotion-last");
    cloud.grant(&bucket, "Bucket", &OF_BUCKETS);
    cloud.grant(&service, "Service", &OF_SERVICES);
    cloud.gcp.world().page_size = 1;
    let run = cloud.check().run().expect(1);
    assert!(
        of(&run, "storage.objects.list")
            .detail
            .contains("but neither on the project nor on projects/_/buckets/remotioncloudrun-last")
    );
    assert!(
        of(&run, "run.routes.invoke")
            .detail
            .contains("remotion-last")
    );
}

#[test]
fn owners_pass_through_the_policies_of_their_buckets() {
    let cloud = Cloud::new();
    cloud.gcp.world().bind(&cloud.project, "roles/owner", ANN);
    let run = cloud.check_as(ANN).run().expect(3);
    assert_eq!(with_status(&run, "unknown"), OF_BUCKETS);
    assert!(
        audit(&run)["notes"]
            .to_string()
            .contains("owner and editor")
    );
    cloud.bucket();
    cloud.service();
    let run = cloud.check_as(ANN).run().expect(0);
    assert_eq!(
        of(&run, "storage.objects.create").asked,
        [format!("projects/_/buckets/{BUCKET}")]
    );
    assert_eq!(audit(&run)["tested"]["caller"], "ann@example.com");
}

#[test]
fn conditions_count_where_they_hold() {
    let mut on_project = ONLY_PROJECT.to_vec();
    on_project.push(ACT_AS);
    on_project.extend(OF_SERVICES);
    let cloud = Cloud::with(&on_project);
    cloud.bucket();
    let role = cloud.gcp.world().add_role(PROJECT, "Bucket", &OF_BUCKETS);
    cloud.gcp.world().bind_if(
        &cloud.project,
        &role,
        &cloud.member(),
        "resource.name.startsWith(\"projects/_/buckets/remotioncloudrun-abc\")",
    );
    cloud.check().run().expect(0);
    cloud
        .gcp
        .world()
        .add_bucket(PROJECT, "remotioncloudrun-other");
    let run = cloud.check().run().expect(1);
    assert_eq!(with_status(&run, "fail"), OF_BUCKETS);
}

#[test]
fn the_printed_role_is_taken_and_suffices() {
    let cloud = Cloud::new();
    let printed = Program::new(["policies", "service-account", "--format", "json"])
        .run()
        .expect(0);
    let role: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let owner = cloud
        .gcp
        .world()
        .mint(ANN, &["https://www.googleapis.com/auth/cloud-platform"]);
    cloud.gcp.world().bind(&cloud.project, "roles/owner", ANN);
    let bearer = format!("Bearer {owner}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let body = serde_json::json!({ "roleId": "RemotionSA", "role": role });
    let target = format!("/v1/projects/{PROJECT}/roles");
    let taken = send(
        &cloud.gcp.url(),
        "POST",
        &target,
        &headers,
        &body.to_string(),
    );
    assert_eq!(taken.status, 200, "{}", taken.json());
    let name = format!("projects/{PROJECT}/roles/RemotionSA");
    cloud
        .gcp
        .world()
        .bind(&cloud.project, &name, &cloud.member());
    cloud.check().run().expect(0);
}
