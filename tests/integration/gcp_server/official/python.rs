//! Google's client library for Python, with each kind of credential. `REMPERM_GOOGLE_PYTHON` names
//! a Python that has `google-api-python-client`, `requests` and `PySocks`. Without it this fails.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::{ANN, NUMBER, PROJECT};
use super::{official, stdout_json};
use crate::support::gcp::{Gcp, Resource};
use crate::support::http::Proxy;

/// What the Python client understood, with the credential of this file. Google's library goes to
/// fixed hosts for some credentials, so everything passes a proxy that leads to the server.
fn python(gcp: &Gcp, proxy: &Proxy, credential: &Value) -> Value {
    let home = TempDir::new().expect("a temporary directory can be made");
    let file = home.path().join("credential.json");
    std::fs::write(&file, credential.to_string()).expect("the directory is writable");
    let mut command = official("REMPERM_GOOGLE_PYTHON", home.path());
    command.env("HTTPS_PROXY", proxy.url());
    // The library has two transports, and each trusts what its own variable names.
    for variable in ["HTTPLIB2_CA_CERTS", "REQUESTS_CA_BUNDLE"] {
        command.env(variable, gcp.server().ca_file());
    }
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/integration/gcp_server/official/client.py"
    );
    let output = command.arg(script).arg(gcp.url()).arg(&file).output();
    stdout_json(&output.expect("Python can be started"))
}

/// A cloud over TLS in which these members hold a part of what is asked.
fn cloud_over_tls(members: &[&str]) -> (Gcp, Proxy) {
    let (gcp, proxy) = Gcp::start_as_google();
    {
        let mut world = gcp.world();
        world.page_size = 1;
        let project = world.add_project(PROJECT, NUMBER);
        let robot = world.add_service_account(PROJECT, "remotion-sa");
        let account = account(&robot);
        let bucket = world.add_bucket(PROJECT, "remotioncloudrun-a");
        world.add_bucket(PROJECT, "remotioncloudrun-b");
        world.add_bucket(PROJECT, "other");
        for name in [
            "remotion-4-0-1-mem2gi-cpu1-0-t300",
            "remotion-4-0-2-mem2gi-cpu1-0-t300",
        ] {
            world.add_service(PROJECT, "us-east1", name);
        }
        for member in members {
            for role in [
                "roles/run.developer",
                "roles/storage.bucketViewer",
                "roles/iam.roleAdmin",
                "roles/serviceusage.serviceUsageViewer",
            ] {
                world.bind(&project, role, member);
            }
            world.bind(&bucket, "roles/storage.objectCreator", member);
            world.bind(&account, "roles/iam.serviceAccountUser", member);
        }
    }
    (gcp, proxy)
}

/// What a client should understand of such a cloud.
fn expected() -> Value {
    let services = "projects/remotion-test/locations/us-east1/services";
    let denied = "Permission 'resourcemanager.projects.get' denied on resource \
                  '//cloudresourcemanager.googleapis.com/projects/remotion-tset' (or it may not \
                  exist).";
    let unknown = "Invalid JSON payload received. Unknown name \"permissions\" at 'role': Cannot \
                   find field.";
    json!({
        "held": { "permissions": ["run.services.list", "storage.buckets.list"] },
        "nothing": {},
        "invalid": {
            "status": 400,
            "reason": "Permission run.services.paint is not valid for this resource.",
        },
        "missing": { "status": 403, "reason": denied },
        "services": [
            format!("{services}/remotion-4-0-1-mem2gi-cpu1-0-t300"),
            format!("{services}/remotion-4-0-2-mem2gi-cpu1-0-t300"),
        ],
        "buckets": ["remotioncloudrun-a", "remotioncloudrun-b"],
        "bucket": {
            "kind": "storage#testIamPermissionsResponse",
            "permissions": ["storage.objects.create"],
        },
        "service": { "permissions": ["run.services.get"] },
        "account": { "permissions": ["iam.serviceAccounts.actAs"] },
        "usage": { "services": [{
            "name": "projects/123456789012/services/run.googleapis.com",
            "config": { "name": "run.googleapis.com" },
            "state": "ENABLED",
            "parent": "projects/123456789012",
        }]},
        "role": { "status": 400, "reason": unknown },
    })
}

fn account(email: &str) -> Resource {
    Resource::ServiceAccount {
        project: PROJECT.to_owned(),
        email: email.to_owned(),
    }
}

#[test]
fn the_python_client_understands_every_answer_with_every_credential() {
    let robot = "remotion-sa@remotion-test.iam.gserviceaccount.com";
    let (gcp, proxy) = cloud_over_tls(&[ANN, &format!("serviceAccount:{robot}")]);
    let middle = gcp.world().add_service_account(PROJECT, "middle");
    let workload = gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let creator = "roles/iam.serviceAccountTokenCreator";
    gcp.world().bind(&account(&middle), creator, ANN);
    gcp.world().bind(
        &account(robot),
        creator,
        &format!("serviceAccount:{middle}"),
    );
    gcp.world()
        .bind(&account(robot), creator, &workload.principal);

    let key = gcp.service_account_file(robot);
    let login = gcp.authorized_user_file(ANN);
    let delegate = format!("projects/-/serviceAccounts/{middle}");
    let impersonated = gcp.impersonated_file(robot, &[&delegate], &login);
    let source = gcp.url_source(&workload);
    let from_url = gcp.external_account_file(&workload, &source, Some(robot));
    let source = gcp.text_url_source(&workload);
    let from_text_url = gcp.external_account_file(&workload, &source, Some(robot));
    let home = TempDir::new().expect("a temporary directory can be made");
    let file = home.path().join("subject-token");
    std::fs::write(&file, &workload.subject_token).expect("the directory is writable");
    let source = json!({ "file": file });
    let from_file = gcp.external_account_file(&workload, &source, Some(robot));
    for credential in [key, login, impersonated, from_url, from_text_url, from_file] {
        assert_eq!(
            python(&gcp, &proxy, &credential),
            expected(),
            "{}",
            credential["type"]
        );
    }
}
