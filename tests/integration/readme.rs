//! Every command of the README is run, as it is printed, against servers of the tests.

use std::path::Path;
use std::process::Command;

use crate::support::aws::{Aws, Caller, RunningAws};

/// A block of commands.
struct Block {
    line: usize,
    commands: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```sh") => {
                open = Some(Block {
                    line: index + 1,
                    commands: String::new(),
                });
            }
            (Some(_), "```") => blocks.extend(open.take()),
            (Some(block), line) => {
                block.commands.push_str(line);
                block.commands.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

/// Stands in for the commands that are not the program: `cargo run` runs the one that was built,
/// `cargo test` is what runs this, `git` shows the lock file of another branch, and the clouds' own
/// tools take a file that is there or print what they printed for the fixtures.
const AROUND: &str = r#"
set -euo pipefail
cargo() {
  case "$1" in
    run) [ "$2 $3" = "--release --" ] || return 9; shift 3; remperm "$@" ;;
    test) [ $# = 1 ] ;;
    *) return 9 ;;
  esac
}
git() { [ "$*" = "show main:package-lock.json" ] && cat main-package-lock.json; }
gcloud() {
  case "$1 $2 $3" in
    "iam roles create") for last; do :; done; grep -q includedPermissions "$last" ;;
    "projects get-iam-policy remotion-test") cat tests/fixtures/bindings/policy.yaml ;;
    "storage buckets get-iam-policy") cat tests/fixtures/bindings/bucket.yaml ;;
    "iam roles describe")
      echo "name: projects/remotion-test/roles/RemotionSA"
      remperm policies service-account ;;
    *) return 9 ;;
  esac
}
aws() {
  [ "$1 $2" = "iam get-account-authorization-details" ] || return 9
  cat account.json
}
terraform() {
  [ "$1 $2" = "show -json" ] || return 9
  cat tests/fixtures/terraform/aws_plan.json
}
"#;

fn policy(arguments: &[&str]) -> String {
    crate::support::program::Program::new(arguments.iter().copied())
        .run()
        .expect(0)
        .stdout
}

#[test]
fn every_command_runs_as_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("README.md")).unwrap();
    let blocks = blocks(&text);
    assert!(blocks.len() >= 8, "the README has lost its commands");
    let aws = Aws::new("123456789012")
        .user("/", "deployer", |user| {
            user.inline("remotion", policy(&["policies", "user"]))
        })
        .role("/", "remotion-lambda-role", |role| {
            role.inline("remotion", policy(&["policies", "role"]))
                .trusts_service("lambda.amazonaws.com")
        })
        .role("/ci/", "remotion", |role| {
            role.inline("remotion", policy(&["policies", "user"]))
                .inline("look", policy(&["policies", "auditor"]))
                .trusts_principal("arn:aws:iam::123456789012:user/deployer")
        })
        .start();
    let gcp = crate::support::gcp::Gcp::start();
    let (project, email) = {
        let mut world = gcp.world();
        let project = world.add_project("remotion-test", 123_456_789_012);
        let email = world.add_service_account("remotion-test", "remotion-sa");
        let role: serde_json::Value = serde_json::from_str(&policy(&[
            "policies",
            "service-account",
            "--format",
            "json",
        ]))
        .unwrap();
        let permissions: Vec<&str> = role["includedPermissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap())
            .collect();
        let role = world.add_role("remotion-test", "RemotionSA", &permissions);
        world.bind(&project, &role, &format!("serviceAccount:{email}"));
        ("remotion-test", email)
    };
    let key = gcp.service_account_file(&email);
    let work = tempfile::tempdir().unwrap();
    let key_path = work.path().join("key.json");
    std::fs::write(&key_path, serde_json::to_vec(&key).unwrap()).unwrap();
    std::fs::create_dir_all(work.path().join(".git")).unwrap();
    // A project that has been upgraded.
    for (name, version) in [
        ("package-lock.json", "4.0.527"),
        ("main-package-lock.json", "4.0.400"),
    ] {
        let lock = serde_json::json!({
            "lockfileVersion": 3,
            "packages": { "node_modules/@remotion/lambda": { "version": version } },
        });
        std::fs::write(work.path().join(name), lock.to_string()).unwrap();
    }
    configure(work.path(), &text, &aws);
    std::fs::write(work.path().join("account.json"), account_details(root)).unwrap();
    // The README's paths begin at the repository's root.
    let fixtures = work.path().join("tests");
    std::os::unix::fs::symlink(root.join("tests"), fixtures).unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_remperm")).parent().unwrap();
    for block in blocks {
        for command in block.commands.lines() {
            let expected = match command.rsplit_once("# exit ") {
                Some((_, code)) => code.trim().parse().unwrap(),
                None => 0,
            };
            let output = Command::new("bash")
                .arg("-c")
                .arg(format!("{AROUND}\n{command}"))
                .env_clear()
                .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
                .env("HOME", work.path())
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .envs(aws.environment(&Caller::user("deployer")))
                .envs(gcp.endpoint_variables())
                .env("GOOGLE_APPLICATION_CREDENTIALS", &key_path)
                .env("GOOGLE_CLOUD_PROJECT", project)
                .env("REMOTION_GCP_CLIENT_EMAIL", &email)
                .current_dir(if command.starts_with("remperm check") {
                    work.path().join("configured")
                } else {
                    work.path().to_owned()
                })
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(expected),
                "README.md, block at line {}: {command}\n{}\n{}",
                block.line,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// The details of an account whose user is called as in the README, and without the one user of whom
/// something was not seen.
fn account_details(root: &Path) -> String {
    let file = root.join("tests/fixtures/account_details/ministack.json");
    let text = std::fs::read_to_string(file).unwrap();
    let mut details: serde_json::Value =
        serde_json::from_str(&text.replace("exact", "deployer")).unwrap();
    let users = details["UserDetailList"].as_array_mut().unwrap();
    users.retain(|user| user["UserName"] != "foreign");
    details.to_string()
}

/// Puts the README's configuration into a project of its own, with the profile and the policy that
/// it names: what it says is about `remperm check` alone.
fn configure(work: &Path, readme: &str, aws: &RunningAws) {
    let config = readme.split("```toml\n").nth(1).unwrap();
    let config = config.split("```").next().unwrap();
    let project = work.join("configured");
    std::fs::create_dir_all(project.join(".git")).unwrap();
    std::fs::create_dir_all(project.join("policies")).unwrap();
    std::fs::write(project.join("remperm.toml"), config).unwrap();
    let file = project.join("policies/remotion-user.json");
    std::fs::write(file, policy(&["policies", "user"])).unwrap();
    let keys = aws.credentials(&Caller::user("deployer"));
    std::fs::create_dir_all(work.join(".aws")).unwrap();
    let profile = format!(
        "[profile production]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        keys.access_key_id, keys.secret_access_key
    );
    std::fs::write(work.join(".aws/config"), profile).unwrap();
}

/// The table of the README is the one of the program.
#[test]
fn the_exit_codes_are_those_of_the_help() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("README.md")).unwrap();
    let help = policy(&["--help"]);
    for code in 0..=3 {
        let row = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {code} | ")))
            .unwrap();
        let start = row.split([':', '|']).next().unwrap().trim();
        assert!(help.contains(start), "{code}: {start}\n{help}");
    }
}
