//! Files as gcloud prints them, kept as fixtures.

use std::path::PathBuf;

use super::situation::{Files, Situation, assert_same};
use super::with_status;

/// The formats of gcloud that are read.
pub(super) const FORMATS: [&str; 2] = ["json", "yaml"];

/// The names of the fixtures: the project's policy, the custom role, and the policies below.
const NAMES: [&str; 5] = ["policy", "role", "service-account", "run-service", "bucket"];

pub(super) fn fixture(name: &str, format: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bindings");
    folder.join(format!("{name}.{format}"))
}

pub(super) fn read_back(name: &str, format: &str) -> String {
    let path = fixture(name, format);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rules of the deny policy in the fixtures: nobody deletes services but those who clean up,
/// and nobody reads logs for as long as a condition holds.
#[cfg_attr(
    not(feature = "gcloud"),
    expect(dead_code, reason = "gcloud makes the policy of it")
)]
pub(super) const DENY_RULES: &str = r#"{
  "displayName": "No deleting",
  "rules": [
    {
      "description": "Services stay",
      "denyRule": {
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "exceptionPrincipals": [
          "principal://iam.googleapis.com/projects/-/serviceAccounts/clean-up@my-project.iam.gserviceaccount.com"
        ],
        "deniedPermissions": ["run.googleapis.com/services.delete"]
      }
    },
    {
      "denyRule": {
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "deniedPermissions": ["storage.googleapis.com/objects.*"],
        "exceptionPermissions": ["storage.googleapis.com/objects.list"],
        "denialCondition": {
          "title": "While it is frozen",
          "expression": "resource.matchTag('123456789012/frozen', 'true')"
        }
      }
    }
  ]
}"#;

/// The situation that the fixtures show: what is held comes from the project and from below it.
pub(super) fn set_up() -> Situation {
    let mut situation = Situation::new();
    let role = situation.add_role(
        "RemotionSA",
        &[
            "run.operations.get",
            "run.services.create",
            "run.services.list",
            "storage.buckets.create",
            "logging.logEntries.list",
        ],
    );
    let service = situation.add_service("remotion-4-0-461-mem2gi-cpu1-0-t300");
    let bucket = situation.add_bucket("remotioncloudrun-abc123");
    let member = situation.member();
    let (project, account) = (situation.project.clone(), situation.account.clone());
    let mut world = situation.gcp.world();
    world.bind(&project, "roles/owner", "user:admin@example.com");
    world.bind(&project, &role, &member);
    // A condition about somebody else leaves nothing open.
    world.bind_if(
        &project,
        "roles/run.admin",
        "user:ann@example.com",
        "request.time < timestamp(\"2120-01-01T00:00:00Z\")",
    );
    world.bind(&account, "roles/iam.serviceAccountUser", &member);
    world.bind(&service, "roles/run.developer", &member);
    world.bind(&service, "roles/run.invoker", "allUsers");
    world.bind(&bucket, "roles/storage.objectAdmin", &member);
    drop(world);
    situation
}

fn files(format: &str) -> Files {
    let mut files = Files::new(&set_up().member(), &read_back("policy", format));
    for name in NAMES.into_iter().skip(1) {
        let (flag, prefix) = match name {
            "role" => ("--role-definition", String::new()),
            kind => ("--resource-policy", format!("{kind}=")),
        };
        files.add(flag, &prefix, name, &read_back(name, format));
    }
    files
}

#[test]
fn what_gcloud_prints_is_read_in_both_formats() {
    let online = set_up().online().expect(1);
    for format in FORMATS {
        let offline = files(format).program.run().expect(1);
        assert_same(&online, &offline);
        assert_eq!(
            with_status(&offline, "fail"),
            ["storage.buckets.get", "storage.buckets.list"]
        );
        assert_eq!(with_status(&offline, "unknown"), [""; 0]);
    }
}

#[test]
fn a_deny_policy_is_read_in_both_formats() {
    for format in FORMATS {
        let mut files = files(format);
        files.add("--deny-policy", "", "deny", &read_back("deny", format));
        let run = files.program.run().expect(1);
        assert_eq!(
            with_status(&run, "fail"),
            [
                "run.services.delete",
                "storage.buckets.get",
                "storage.buckets.list"
            ]
        );
        assert_eq!(
            with_status(&run, "unknown"),
            ["storage.objects.create", "storage.objects.delete"]
        );
    }
}

/// A list has no rules in it: whoever takes it for the policy would see nothing denied.
#[test]
fn a_list_of_deny_policies_is_refused() {
    for format in FORMATS {
        let mut files = files(format);
        files.add("--deny-policy", "", "deny", &read_back("deny-list", format));
        let run = files.program.run().expect(2);
        assert!(
            run.stderr.contains("gcloud iam policies get"),
            "{}",
            run.stderr
        );
        assert!(run.stdout.is_empty(), "{}", run.stdout);
    }
}
