//! What beside permissions has to be right, what is held beyond the need, and explanations.

use serde_json::{Value, json};

use super::{BUCKET, Cloud, NEEDED, PROJECT, audit};
use crate::support::http::Matcher;
use crate::support::program::Program;

/// What was found about one thing.
fn ready(run: &crate::support::program::Run, about: &str) -> Value {
    audit(run)["readiness"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["about"] == about)
        .cloned()
        .unwrap_or(Value::Null)
}

#[test]
fn apis_that_are_off_are_told_and_turn_nothing_red() {
    let cloud = Cloud::with(&NEEDED);
    let run = cloud.check().run().expect(0);
    let all = "run.googleapis.com, cloudresourcemanager.googleapis.com, storage.googleapis.com, logging.googleapis.com";
    assert_eq!(
        ready(&run, all)["ready"],
        Value::Null,
        "it may not be asked"
    );
    let viewer = "roles/serviceusage.serviceUsageViewer";
    cloud
        .gcp
        .world()
        .bind(&cloud.project, viewer, &cloud.member());
    cloud
        .gcp
        .world()
        .disable_service(PROJECT, "logging.googleapis.com");
    let run = cloud.check().run().expect(0);
    assert_eq!(ready(&run, "run.googleapis.com")["ready"], true);
    let off = ready(&run, "logging.googleapis.com");
    assert_eq!(
        (&off["ready"], &off["check"]),
        (&json!(false), &json!("api"))
    );
    assert!(
        off["detail"]
            .as_str()
            .unwrap()
            .contains("gcloud services enable")
    );
    assert_eq!(ready(&run, "iamcredentials.googleapis.com"), Value::Null);
    let run = cloud.sign_in(cloud.printing("table")).run().expect(0);
    assert!(
        run.stdout.contains("not ready api: logging.googleapis.com"),
        "{}",
        run.stdout
    );
}

#[test]
fn apis_include_the_one_that_impersonation_needs() {
    let cloud = Cloud::with(&NEEDED);
    let middle = cloud.gcp.world().add_service_account(PROJECT, "middle");
    let account = cloud.account(&cloud.email);
    let creator = "roles/iam.serviceAccountTokenCreator";
    cloud
        .gcp
        .world()
        .bind(&account, creator, &format!("serviceAccount:{middle}"));
    let viewer = "roles/serviceusage.serviceUsageViewer";
    cloud
        .gcp
        .world()
        .bind(&cloud.project, viewer, &cloud.member());
    let key = cloud.gcp.service_account_file(&middle).to_string();
    let run = cloud
        .bare()
        .file("key.json", key)
        .arguments([
            "--credentials",
            "key.json",
            "--impersonate-service-account",
            &cloud.email,
        ])
        .run()
        .expect(0);
    assert_eq!(ready(&run, "iamcredentials.googleapis.com")["ready"], true);
}

#[test]
fn buckets_that_refuse_what_remotion_uploads() {
    let cloud = Cloud::with(&NEEDED);
    cloud.bucket();
    for (uniform, prevention, expected) in [
        (false, false, Value::Bool(true)),
        (true, false, Value::Bool(false)),
        (false, true, Value::Bool(false)),
    ] {
        cloud.gcp.world().lock_bucket(BUCKET, uniform, prevention);
        for flags in [&[][..], &["--bucket", BUCKET]] {
            let run = cloud.check().arguments(flags).run().expect(0);
            assert_eq!(ready(&run, BUCKET)["ready"], expected);
        }
    }
}

#[test]
fn the_runtime_account_is_there_and_enabled() {
    let cloud = Cloud::with(&NEEDED);
    let run = cloud.check().run().expect(0);
    assert_eq!(
        ready(&run, &cloud.email)["ready"],
        Value::Null,
        "it may not be read"
    );
    let viewer = "roles/iam.serviceAccountViewer";
    cloud
        .gcp
        .world()
        .bind(&cloud.project, viewer, &cloud.member());
    let run = cloud.check().run().expect(0);
    assert_eq!(ready(&run, &cloud.email)["ready"], true);
    let other = cloud.gcp.world().add_service_account(PROJECT, "runtime");
    cloud.gcp.world().disable_account(&other);
    let run = cloud
        .check()
        .arguments(["--service-account", &other])
        .run()
        .expect(0);
    assert!(
        ready(&run, &other)["detail"]
            .as_str()
            .unwrap()
            .contains("disabled")
    );
    let nobody = format!("nobody@{PROJECT}.iam.gserviceaccount.com");
    let run = cloud
        .check()
        .arguments(["--service-account", &nobody])
        .run()
        .expect(0);
    assert!(
        ready(&run, &nobody)["detail"]
            .as_str()
            .unwrap()
            .contains("does not exist")
    );
}

#[test]
fn readiness_can_be_left_out() {
    let cloud = Cloud::with(&NEEDED);
    let run = cloud.check().arguments(["--no-readiness"]).run().expect(0);
    assert_eq!(audit(&run)["readiness"], json!([]));
    assert_eq!(
        cloud.asked("services:batchGet") + cloud.asked("/storage/"),
        0
    );
}

#[test]
fn what_is_held_beyond_the_need() {
    let cloud = Cloud::with(&NEEDED);
    let run = cloud.check().arguments(["--excess"]).run().expect(0);
    let excess = audit(&run)["excess"].clone();
    assert_eq!(excess["held"], json!([]));
    let untestable = excess["unanswered"].as_u64().unwrap();
    cloud
        .check()
        .arguments(["--fail-on-excess"])
        .run()
        .expect(0);

    cloud.grant(
        &cloud.project,
        "More",
        &["run.jobs.run", "run.services.setIamPolicy"],
    );
    cloud
        .gcp
        .world()
        .not_testable
        .insert("run.instances.get".to_owned());
    let run = cloud.check().arguments(["--excess"]).run().expect(0);
    let excess = audit(&run)["excess"].clone();
    let held: Vec<&str> = excess["held"]
        .as_array()
        .unwrap()
        .iter()
        .map(|extra| extra["permission"].as_str().unwrap())
        .collect();
    assert_eq!(held, ["run.jobs.run", "run.services.setIamPolicy"]);
    assert_eq!(excess["unanswered"], untestable + 1);
    let run = cloud
        .check()
        .arguments(["--fail-on-excess"])
        .run()
        .expect(1);
    assert_eq!(audit(&run)["counts"]["missing"], 0);
    assert_eq!(audit(&cloud.check().run().expect(0))["excess"], Value::Null);
    let table = cloud
        .sign_in(cloud.printing("table"))
        .arguments(["--excess"])
        .run()
        .expect(0);
    assert!(
        table.stdout.contains("run.services.setIamPolicy"),
        "{}",
        table.stdout
    );

    // What was not answered is no proof that nothing more is held.
    let broken = crate::support::http::Fault::status(400, "nonsense");
    let excess_only = Matcher::when(|request| request.text().contains("run.jobs.run"));
    cloud
        .gcp
        .server()
        .fault(excess_only, broken, crate::support::http::Times::All);
    cloud
        .check()
        .arguments(["--fail-on-excess"])
        .run()
        .expect(3);
    cloud.check().arguments(["--excess"]).run().expect(0);
}

#[test]
fn a_permission_is_explained() {
    let explain = |permission: &str| {
        Program::new(["explain", permission, "--format", "json"])
            .run()
            .expect(0)
    };
    let json: Value = serde_json::from_str(&explain("run.services.get").stdout).unwrap();
    assert_eq!(json["cloud"], "gcp");
    assert_eq!(json["needs"][0]["since"], "4.0.56");
    assert_eq!(json["needs"][0]["until"], Value::Null);
    assert_eq!(json["grantable_at"], json!(["project", "run-service"]));
    let roles = json["predefined_roles"].to_string();
    assert!(
        roles.contains("roles/run.viewer") && !roles.contains("serviceAgent"),
        "{roles}"
    );

    let json: Value = serde_json::from_str(&explain("run.executions.cancel").stdout).unwrap();
    assert_eq!(json["needs"], json!([]));
    assert!(json["note"].as_str().unwrap().contains("2024-09-16"));

    let json: Value = serde_json::from_str(&explain("S3:putobject").stdout).unwrap();
    assert_eq!(
        (&json["cloud"], &json["permission"]),
        (&json!("aws"), &json!("s3:PutObject"))
    );
    let subjects: Vec<&str> = json["needs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|need| need["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["user", "role"]);

    let text = Program::new(["explain", "iam.serviceAccounts.actAs"])
        .run()
        .expect(0)
        .stdout;
    assert!(
        text.contains("service account") && text.contains("roles/iam.serviceAccountUser"),
        "{text}"
    );
    let unknown = Program::new(["explain", "run.service.get"]).run().expect(2);
    assert!(
        unknown.stderr.contains("run.services.get"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn every_permission_of_the_catalogue_is_explained_in_one_line() {
    let known = remperm::explain::known();
    assert!(known.len() > 100);
    for permission in known {
        let one = remperm::explain::explain(&permission).unwrap();
        let told = one.summary.is_some() || !one.needs.is_empty();
        assert!(told, "{permission}");
    }
    for permission in remperm::gcp::catalogue::permissions() {
        let entry = remperm::gcp::catalogue::entry(permission).unwrap();
        assert!(
            !entry.summary.is_empty() && !entry.summary.contains('\n'),
            "{permission}"
        );
        assert!(permission.starts_with("run.") || permission == "resourcemanager.projects.get");
    }
    let kinds = [
        "configurations",
        "executions",
        "jobs",
        "locations",
        "revisions",
        "routes",
        "services",
        "tasks",
        "workerpools",
    ];
    for kind in kinds {
        let start = format!("run.{kind}.");
        assert!(
            remperm::gcp::catalogue::permissions().any(|name| name.starts_with(&start)),
            "{kind}"
        );
    }
}
