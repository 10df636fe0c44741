//! Linters over everything under `.github/`, each shown a fault first that it has to find. Their
//! programs are in the folder that REMPERM_LINTERS names.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::clouds::printed;
use super::machine::Machine;
use super::{files_below, root, text};

fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("REMPERM_LINTERS")
        .expect("REMPERM_LINTERS names the folder with the linters");
    Path::new(&folder).join(name)
}

/// Runs a linter in the repository; what it said, and whether it found nothing.
fn lint(name: &str, arguments: &[&str], files: &[String]) -> (bool, String) {
    let output = Command::new(program(name))
        .args(arguments)
        .args(files)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// The linter finds nothing in these files, and does find something in the same file with a fault.
fn assert_clean(name: &str, arguments: &[&str], files: &[String], fault: (&str, &str, &str)) {
    let (path, right, wrong) = fault;
    assert!(
        files.iter().any(|file| file == path),
        "{path} is not looked at"
    );
    let (clean, said) = lint(name, arguments, files);
    assert!(clean, "{said}");
    let original = text(path);
    assert!(original.contains(right), "{path} has no {right:?}");
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join(path);
    std::fs::create_dir_all(broken.parent().unwrap()).unwrap();
    std::fs::write(&broken, original.replacen(right, wrong, 1)).unwrap();
    let (clean, said) = lint(name, arguments, &[broken.to_str().unwrap().to_owned()]);
    assert!(!clean, "{name} takes {wrong:?}: {said}");
}

fn workflows() -> Vec<String> {
    let mut files = files_below(".github/workflows");
    let examples = files_below(".github/examples");
    files.extend(
        examples
            .into_iter()
            .filter(|path| path.contains("/github-")),
    );
    files
}

#[test]
fn zizmor() {
    let mut files = workflows();
    files.push(".github/actions/check/action.yml".to_owned());
    let arguments = [
        "--offline",
        "--persona",
        "auditor",
        "--config",
        ".github/zizmor.yml",
        "--strict-collection",
    ];
    for fault in [
        (
            ".github/actions/check/action.yml",
            "bash \"$GITHUB_ACTION_PATH/run.sh\"",
            "remperm ${{ inputs.args }}",
        ),
        (
            ".github/examples/github-aws-oidc.yml",
            "@61815dcd50bd041e203e49132bacad1fd04d2708",
            "@v5",
        ),
        (
            ".github/workflows/release.yml",
            "persist-credentials: false",
            "persist-credentials: true",
        ),
    ] {
        assert_clean("zizmor", &arguments, &files, fault);
    }
}

#[test]
fn actionlint() {
    assert_clean(
        "actionlint",
        &[],
        &workflows(),
        (
            ".github/workflows/release.yml",
            "${{ matrix.target }}",
            "${{ matrix.tarket }}",
        ),
    );
}

#[test]
fn schemas_of_github_and_gitlab() {
    assert_clean(
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-workflows"],
        &workflows(),
        (".github/workflows/ci.yml", "runs-on:", "run-on:"),
    );
    assert_clean(
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-actions"],
        &[".github/actions/check/action.yml".to_owned()],
        (
            ".github/actions/check/action.yml",
            "using: composite",
            "using: composition",
        ),
    );
    assert_clean(
        "check-jsonschema",
        &[
            "--builtin-schema",
            "vendor.gitlab-ci",
            "--data-transform",
            "gitlab-ci",
        ],
        &[".github/examples/gitlab-ci.yml".to_owned()],
        (
            ".github/examples/gitlab-ci.yml",
            "aud: https://gitlab.com",
            "audience: https://gitlab.com",
        ),
    );
}

#[test]
fn shellcheck() {
    let mut files = files_below(".github");
    files.retain(|path| path.ends_with(".sh"));
    files.push(".ci/run".to_owned());
    assert_eq!(files.len(), 7, "{files:?}");
    assert_clean(
        "shellcheck",
        &["--severity=style"],
        &files,
        (
            ".github/actions/check/run.sh",
            "\"${words[@]}\" || code",
            "${words[@]} || code",
        ),
    );
}

/// pre-commit itself, in a repository with the example.
#[test]
fn pre_commit() {
    let good = |subject: &str| printed(&["policies", subject]).to_string();
    let machine = Machine::with_program()
        .file(
            ".pre-commit-config.yaml",
            text(".github/examples/pre-commit-config.yaml"),
        )
        .file("policies/remotion-user.json", good("user"))
        .file("policies/remotion-role.json", good("role"))
        .variable("PRE_COMMIT_HOME", "../temp/pre-commit")
        .variable("GIT_CONFIG_GLOBAL", "/dev/null");
    machine
        .bash("rm -r .git && git init --quiet && git add --all")
        .expect(0);
    let pre_commit = program("pre-commit");
    let run = format!("{} run --all-files", pre_commit.to_str().unwrap());
    let passed = machine.bash(&run).expect(0);
    assert_eq!(
        passed.stdout.matches("Passed").count(),
        2,
        "{}",
        passed.stdout
    );
    machine.write(
        "policies/remotion-user.json",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#,
    );
    machine.bash("git add --all").expect(0);
    let failed = machine.bash(&run).expect(1);
    assert_eq!(
        failed.stdout.matches("Passed").count(),
        1,
        "{}",
        failed.stdout
    );
    assert!(failed.stdout.contains("FAIL"), "{}", failed.stdout);
    // A change of something else is not held up.
    machine.write("video.ts", "export {};");
    machine.bash("git add --all").expect(0);
    let only = format!("{} run --files video.ts", pre_commit.to_str().unwrap());
    let skipped = machine.bash(&only).expect(0);
    assert_eq!(
        skipped.stdout.matches("Skipped").count(),
        2,
        "{}",
        skipped.stdout
    );
}
