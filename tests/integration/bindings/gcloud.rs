//! The files as gcloud itself prints them, which `REMPERM_GCLOUD` names. Without it this fails.
//! `REMPERM_FIXTURES=write` writes the fixtures anew.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::PROJECT;
use super::printed::{DENY_RULES, FORMATS, fixture, read_back, set_up};
use super::situation::{Files, REGION, Situation, assert_same};
use crate::support::gcp::Resource;

/// Runs gcloud as the owner of the project.
fn gcloud(situation: &Situation, token: &str, home: &Path, arguments: &[&str]) -> String {
    let program = std::env::var_os("REMPERM_GCLOUD").expect("REMPERM_GCLOUD is set");
    let mut command = std::process::Command::new(program);
    command.env_clear();
    command.env("HOME", home).env("CLOUDSDK_CONFIG", home);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.envs(situation.gcp.endpoint_variables());
    command
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN", token)
        .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
        .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1")
        .env("CLOUDSDK_CORE_CHECK_GCE_METADATA", "0")
        .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1")
        .args(arguments)
        .args(["--project", PROJECT]);
    let output = command.output().expect("gcloud can be started");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("gcloud prints UTF-8")
}

/// What was printed is what is kept, by which the other tests go.
fn hold_to_fixture(name: &str, format: &str, text: &str) {
    let path: PathBuf = fixture(name, format);
    if std::env::var_os("REMPERM_FIXTURES").is_some_and(|it| it == "write") {
        std::fs::write(&path, text).expect("the fixture can be written");
    }
    assert_eq!(text, read_back(name, format), "{}", path.display());
}

/// The token of somebody with these roles on the project.
fn token_of(situation: &Situation, member: &str, roles: &[&str]) -> String {
    let mut world = situation.gcp.world();
    for role in roles {
        world.bind(&situation.project, role, member);
    }
    world.mint(member, &["https://www.googleapis.com/auth/cloud-platform"])
}

#[test]
fn a_deny_policy_that_gcloud_made() {
    let situation = Situation::new();
    let home = TempDir::new().expect("a temporary directory");
    let token = token_of(&situation, "user:ann@example.com", &["roles/iam.denyAdmin"]);
    let rules = home.path().join("rules.json");
    std::fs::write(&rules, DENY_RULES).expect("the file can be written");
    let rules = format!("--policy-file={}", rules.display());
    let place =
        format!("--attachment-point=cloudresourcemanager.googleapis.com/projects/{PROJECT}");
    let run = |command: &[&str]| {
        let mut arguments = vec!["iam", "policies"];
        arguments.extend(command);
        arguments.extend([place.as_str(), "--kind=denypolicies"]);
        gcloud(&situation, &token, home.path(), &arguments)
    };
    run(&["create", "no-deleting", &rules]);
    for format in FORMATS {
        let format = format!("--format={format}");
        let printed = run(&["get", "no-deleting", &format]);
        let listed = run(&["list", &format]);
        let format = &format["--format=".len()..];
        hold_to_fixture("deny", format, &printed);
        hold_to_fixture("deny-list", format, &listed);
    }
}

#[test]
fn what_gcloud_prints_is_judged_as_the_cloud_judges() {
    let situation = set_up();
    let home = TempDir::new().expect("a temporary directory");
    let token = token_of(&situation, "user:admin@example.com", &[]);
    let online = situation.online();
    for format in FORMATS {
        let run = |arguments: &[&str]| {
            let mut arguments = arguments.to_vec();
            arguments.extend(["--format", format]);
            gcloud(&situation, &token, home.path(), &arguments)
        };
        let mut printed = vec![("policy", run(&["projects", "get-iam-policy", PROJECT]))];
        let role = run(&["iam", "roles", "describe", "RemotionSA"]);
        printed.push(("role", role));
        for (kind, resource) in situation.kinds() {
            let text = match resource {
                Resource::ServiceAccount { email, .. } => {
                    run(&["iam", "service-accounts", "get-iam-policy", email])
                }
                Resource::Service { name, .. } => run(&[
                    "run",
                    "services",
                    "get-iam-policy",
                    name,
                    "--region",
                    REGION,
                ]),
                Resource::Bucket { name, .. } => {
                    let url = format!("gs://{name}");
                    run(&["storage", "buckets", "get-iam-policy", &url])
                }
                Resource::Project(_) => unreachable!("it is none of the resources below"),
            };
            printed.push((kind, text));
        }
        let mut files = Files::new(&situation.member(), &printed[0].1);
        for (name, text) in &printed {
            hold_to_fixture(name, format, text);
            match *name {
                "policy" => {}
                "role" => files.add("--role-definition", "", "role", text),
                kind => files.add("--resource-policy", &format!("{kind}="), kind, text),
            }
        }
        assert_same(&online, &files.program.run());
    }
}
