//! The project's own workflows, and that everything says the same release.

use std::process::Command;

use serde_json::{Value, json};

use super::machine::Machine;
use super::release::{TARGET, TARGETS, VERSION, archive, folder};
use super::runner::ACTION;
use super::{files_below, root, text, yaml};

const PROOF: &str = ".github/workflows/proof.yml";
const OWN: [&str; 3] = [
    ".github/workflows/ci.yml",
    PROOF,
    ".github/workflows/release.yml",
];

/// The steps of all jobs of a workflow.
fn steps(workflow: &str) -> Vec<Value> {
    let workflow = yaml(workflow);
    let jobs = workflow["jobs"].as_object().unwrap();
    jobs.values()
        .flat_map(|job| job["steps"].as_array().unwrap().clone())
        .collect()
}

/// Every script that a workflow of ours calls is there, and none is called by nobody.
#[test]
pub(super) fn our_own_workflows_run_what_is_there() {
    let scripts: Vec<String> = OWN
        .iter()
        .flat_map(|workflow| steps(workflow))
        .filter_map(|step| step["run"].as_str().map(ToOwned::to_owned))
        .collect();
    let mut called = files_below(".github/release");
    called.push(".ci/run".to_owned());
    for script in called {
        use std::os::unix::fs::PermissionsExt as _;
        assert!(
            scripts.iter().any(|run| run.contains(&script)),
            "{script} is called by no workflow"
        );
        let mode = std::fs::metadata(root().join(&script))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o111, 0o111, "{script}");
    }
    for workflow in OWN {
        assert_eq!(yaml(workflow)["permissions"], json!({}), "{workflow}");
        for step in steps(workflow) {
            if let Some("actions/checkout") = step["uses"]
                .as_str()
                .and_then(|uses| uses.split('@').next())
            {
                assert_eq!(step["with"]["persist-credentials"], false, "{workflow}");
            }
        }
    }
}

/// The cases of the proof are the same in every run of `.ci/run`, and others each night.
#[test]
pub(super) fn each_night_has_a_seed_of_its_own() {
    const SEED: &str = "REMPERM_TEST_SEED";
    assert!(text("tests/proof/iam/random.rs").contains(&format!("\"{SEED}\"")));
    assert!(!text(".ci/run").contains(SEED));
    assert!(text(".cargo/config.toml").contains("\nproof = ["));
    assert!(yaml(PROOF)["on"]["schedule"][0]["cron"].is_string());
    let steps = steps(PROOF);
    let proving: Vec<&Value> = steps
        .iter()
        .filter(|step| step["env"][SEED] == "${{ github.run_id }}")
        .collect();
    let [step] = proving.as_slice() else {
        panic!("one step has a seed: {steps:?}");
    };
    assert!(step["run"].as_str().unwrap().starts_with("cargo proof "));
}

/// What is built is what is summed up, and what is installed.
#[test]
pub(super) fn the_release_has_what_is_installed() {
    let release = yaml(".github/workflows/release.yml");
    let matrix = release["jobs"]["build"]["strategy"]["matrix"]["include"]
        .as_array()
        .unwrap()
        .clone();
    let mut built: Vec<&str> = matrix
        .iter()
        .map(|one| one["target"].as_str().unwrap())
        .collect();
    built.sort_unstable();
    assert_eq!(built, TARGETS);
    let install = text(&format!("{ACTION}/install.sh"));
    let mut installed: Vec<&str> = install
        .split("target=")
        .skip(1)
        .filter_map(|rest| rest.split(" ;;").next())
        .filter(|rest| !rest.contains('\n'))
        .collect();
    installed.sort_unstable();
    assert_eq!(installed, TARGETS);
    let publish = &release["jobs"]["publish"];
    assert_eq!(publish["needs"], json!(["build", "suite"]));
    let action = yaml(&format!("{ACTION}/action.yml"));
    assert_eq!(action["inputs"]["version"]["default"], VERSION);
    assert_eq!(
        action["inputs"]["base-url"]["default"],
        concat!(env!("CARGO_PKG_REPOSITORY"), "/releases/download")
    );
    let gitlab = yaml(".github/examples/gitlab-ci.yml");
    let variables = &gitlab[".remperm"]["variables"];
    assert_eq!(variables["REMPERM_VERSION"], VERSION);
    assert_eq!(
        variables["REMPERM_RELEASES"],
        action["inputs"]["base-url"]["default"]
    );
}

#[test]
pub(super) fn an_archive_of_another_version_is_refused() {
    let machine = Machine::with_program();
    let script = root().join(".github/release/archive.sh");
    let script = script.to_str().unwrap();
    let pack = |version: &str| {
        machine.bash(&format!(
            "{script} {version} {TARGET} \"$(command -v remperm)\" dist"
        ))
    };
    let refused = pack("99.0.0").expect(1);
    assert!(
        refused
            .stderr
            .contains("is the tag the version of Cargo.toml?")
    );
    assert!(!machine.work().join("dist").exists());
    let listed = Command::new("tar")
        .arg("-tzf")
        .arg(folder().join(archive()))
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed, "remperm\nREADME.md\nLICENSE\n");
}

#[test]
pub(super) fn half_a_release_gets_no_checksums() {
    let machine = Machine::new();
    let script = root().join(".github/release/checksums.sh");
    let sum = format!("{} .", script.to_str().unwrap());
    for target in TARGETS {
        assert!(!machine.work().join("SHA256SUMS").exists());
        machine.bash(&sum).expect(1);
        machine.write(&format!("remperm-{VERSION}-{target}.tar.gz"), target);
    }
    machine.bash(&sum).expect(0);
    let sums = std::fs::read_to_string(machine.work().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), TARGETS.len());
    machine
        .bash("sha256sum --check --strict SHA256SUMS")
        .expect(0);
    // Two of one kind would be two releases in one.
    machine.write(&format!("remperm-99.0.0-{TARGET}.tar.gz"), "another");
    machine.bash(&sum).expect(1);
}

#[test]
pub(super) fn an_archive_is_tried() {
    let script = root().join(".github/release/smoke.sh");
    let script = script.to_str().unwrap();
    let machine = Machine::new();
    let good = folder().join(archive());
    machine
        .bash(&format!("{script} {}", good.to_str().unwrap()))
        .expect(0);
    let bad = "printf '#!/bin/sh\\nexit 0\\n' >remperm && chmod +x remperm && tar -czf bad.tar.gz remperm";
    machine.bash(bad).expect(0);
    let run = machine.bash(&format!("{script} bad.tar.gz")).expect(1);
    assert!(
        run.stderr.contains("ended with 0, not with 1"),
        "{}",
        run.stderr
    );
}

/// Everybody else's actions are named by a commit, with the release beside it for people.
#[test]
pub(super) fn only_our_own_action_is_named_by_a_tag() {
    let ours = format!("remperm/remperm/{ACTION}@v{VERSION}");
    let mut used = 0;
    for path in files_below(".github") {
        for line in text(&path).lines() {
            let line = line.trim_start_matches([' ', '-']);
            let Some(uses) = line.strip_prefix("uses: ") else {
                continue;
            };
            used += 1;
            let (action, comment) = uses.split_once(" # ").unwrap_or((uses, ""));
            let commit = action.rsplit_once('@').unwrap().1;
            let is_commit = commit.len() == 40 && commit.bytes().all(|one| one.is_ascii_hexdigit());
            assert!(
                action == ours || (is_commit && comment.starts_with('v')),
                "{path}: {uses}"
            );
        }
    }
    assert!(used >= 10, "{used} actions were found");
}

#[test]
pub(super) fn the_examples_are_listed() {
    let listed = text(".github/examples/README.md");
    for path in files_below(".github/examples") {
        let name = path.rsplit_once('/').unwrap().1;
        assert!(
            name == "README.md" || listed.contains(&format!("[{name}]({name})")),
            "{name} is not listed"
        );
    }
    let readme = text("README.md");
    assert!(readme.contains("(.github/examples/README.md)"));
}
