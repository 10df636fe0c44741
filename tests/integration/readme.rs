//! Every command of the README is run, as it is printed, against servers of the tests.

use std::path::Path;
use std::process::Command;

use crate::support::aws::{Aws, Caller};

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
/// `cargo test` is what runs this, `gcloud` takes a file that is there, and `git` shows the lock file
/// of another branch.
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
gcloud() { for last; do :; done; grep -q includedPermissions "$last"; }
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
                .current_dir(work.path())
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
