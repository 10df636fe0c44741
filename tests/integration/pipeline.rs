//! What stands under `.github/`: the action, the examples, and the project's own workflows. The
//! commands are run as the pipelines run them, against the tests' clouds and a release that is made
//! of the built program.

mod action;
mod clouds;
mod github;
mod gitlab;
#[cfg(feature = "linters")]
mod linters;
mod local;
mod machine;
mod refused;
mod release;
mod runner;
mod workflows;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Every file under `.github/`, and a test that runs it or holds it to something.
const HELD: [(&str, fn()); 17] = [
    (
        ".github/actions/check/action.yml",
        action::what_is_held_passes,
    ),
    (
        ".github/actions/check/install.sh",
        refused::a_wrong_checksum,
    ),
    (
        ".github/actions/check/run.sh",
        action::no_shell_reads_the_arguments,
    ),
    (
        ".github/examples/README.md",
        workflows::the_examples_are_listed,
    ),
    (".github/examples/github-aws-oidc.yml", github::aws_by_oidc),
    (
        ".github/examples/github-gcp-oidc.yml",
        github::gcp_by_federation,
    ),
    (
        ".github/examples/gitlab-ci.yml",
        gitlab::both_clouds_by_the_token_of_the_job,
    ),
    (
        ".github/examples/pre-commit-config.yaml",
        local::the_hooks_tell_policies_apart,
    ),
    (
        ".github/examples/remperm.toml",
        local::the_configuration_fits_its_schema,
    ),
    (
        ".github/examples/shell.sh",
        local::the_script_tells_the_codes_apart,
    ),
    (
        ".github/release/archive.sh",
        workflows::an_archive_of_another_version_is_refused,
    ),
    (
        ".github/release/checksums.sh",
        workflows::half_a_release_gets_no_checksums,
    ),
    (".github/release/smoke.sh", workflows::an_archive_is_tried),
    (
        ".github/workflows/ci.yml",
        workflows::our_own_workflows_run_what_is_there,
    ),
    (
        ".github/workflows/proof.yml",
        workflows::each_night_has_a_seed_of_its_own,
    ),
    (
        ".github/workflows/release.yml",
        workflows::the_release_has_what_is_installed,
    ),
    (
        ".github/zizmor.yml",
        workflows::only_our_own_action_is_named_by_a_tag,
    ),
];

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A YAML file of the repository.
fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder, as paths of the repository.
fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_is_held_by_a_test() {
    let mut held: Vec<&str> = HELD.iter().map(|(path, _)| *path).collect();
    held.sort_unstable();
    assert_eq!(files_below(".github"), held);
}
