//! The command line program `gcloud`, which `REMPERM_GCLOUD` names. Without it this fails.

use std::path::Path;
use std::process::Output;

use serde_json::json;
use tempfile::TempDir;

use super::super::{ANN, CLOUD, NUMBER, PROJECT, cloud};
use super::{official, stdout_json};
use crate::support::gcp::Gcp;
use crate::support::program::Program;

fn gcloud(gcp: &Gcp, token: &str, home: &Path, arguments: &[&str]) -> Output {
    let mut command = official("REMPERM_GCLOUD", home);
    command.envs(gcp.endpoint_variables());
    command.env("CLOUDSDK_AUTH_ACCESS_TOKEN", token);
    command.env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1");
    command.env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1");
    command.env("CLOUDSDK_CORE_CHECK_GCE_METADATA", "0");
    command.env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1");
    command
        .args(arguments)
        .args(["--format", "json", "--project", PROJECT]);
    command.output().expect("gcloud can be started")
}

#[test]
fn gcloud_creates_a_role_and_reads_the_project() {
    let (gcp, project) = cloud();
    let home = TempDir::new().expect("a temporary directory can be made");
    gcp.world().bind(&project, "roles/owner", ANN);
    let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
    gcp.world().add_bucket(PROJECT, "remotioncloudrun-a");
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let run = |arguments: &[&str]| gcloud(&gcp, &token, home.path(), arguments);

    let file = home.path().join("role.yaml");
    // The file that the program prints is the one that gcloud takes.
    let printed = Program::new(["policies", "service-account"])
        .run()
        .expect(0);
    std::fs::write(&file, printed.stdout).expect("the directory is writable");
    let file = file.to_str().expect("the path is text");
    let created = stdout_json(&run(&[
        "iam",
        "roles",
        "create",
        "RemotionSA",
        "--file",
        file,
    ]));
    assert_eq!(created["name"], "projects/remotion-test/roles/RemotionSA");
    assert_eq!(created["stage"], "GA");
    assert_eq!(
        created["includedPermissions"].as_array().map(Vec::len),
        Some(15)
    );
    let again = run(&["iam", "roles", "create", "RemotionSA", "--file", file]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("already exists"));
    let wrong = run(&["iam", "roles", "create", "remotion-sa", "--file", file]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("role_id (remotion-sa) is invalid"));
    let described = stdout_json(&run(&["iam", "roles", "describe", "RemotionSA"]));
    assert_eq!(described, created);

    let policy = stdout_json(&run(&["projects", "get-iam-policy", PROJECT]));
    assert_eq!(
        policy["bindings"],
        json!([{ "members": [ANN], "role": "roles/owner" }])
    );
    let shown = stdout_json(&run(&["projects", "describe", PROJECT]));
    assert_eq!(shown["projectNumber"], json!(NUMBER.to_string()));
    let account = stdout_json(&run(&["iam", "service-accounts", "describe", &email]));
    assert_eq!(account["email"], json!(email));
    let services = stdout_json(&run(&["services", "list", "--enabled"]));
    assert_eq!(services.as_array().map(Vec::len), Some(7));
    let buckets = stdout_json(&run(&["storage", "buckets", "list"]));
    assert_eq!(buckets[0]["name"], "remotioncloudrun-a");

    let nobody = gcp.world().mint("user:bob@example.com", &[CLOUD]);
    let refused = gcloud(
        &gcp,
        &nobody,
        home.path(),
        &["projects", "describe", PROJECT],
    );
    assert!(!refused.status.success());
}
