//! Installed packages, and what comes before what.

use super::Project;

const LOCK: &str = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@remotion/lambda':\n        specifier: x\n        version: 4.0.7\n";

#[test]
fn the_nearest_installed_package_wins() {
    let project = Project::new()
        .with_installed("", "4.0.9")
        .with_installed("apps/a/", "4.0.8");
    assert_eq!(
        project.answer_in("apps/a/src"),
        "4.0.8 apps/a/node_modules/@remotion/lambda/package.json:3 InstalledPackage ≠ 4.0.9 node_modules/@remotion/lambda/package.json:3 InstalledPackage"
    );
    assert_eq!(
        project.answer_in("apps/b"),
        "4.0.9 node_modules/@remotion/lambda/package.json:3 InstalledPackage"
    );
}

#[test]
fn installed_further_up_wins_over_a_nearer_lock_file() {
    let project = Project::new()
        .with_installed("", "4.0.9")
        .with("apps/a/pnpm-lock.yaml", LOCK);
    assert_eq!(
        project.answer_in("apps/a"),
        "4.0.9 node_modules/@remotion/lambda/package.json:3 InstalledPackage ≠ 4.0.7 apps/a/pnpm-lock.yaml:7 PnpmLock"
    );
}

#[test]
fn a_lock_file_further_up_wins_over_a_nearer_package_json() {
    let project = Project::new().with("pnpm-lock.yaml", LOCK).with(
        "apps/a/package.json",
        r#"{"dependencies": {"@remotion/lambda": "4.0.5"}}"#,
    );
    assert_eq!(
        project.answer_in("apps/a"),
        "4.0.7 pnpm-lock.yaml:7 PnpmLock ≠ 4.0.5 apps/a/package.json:1 ExactInPackageJson"
    );
}

#[test]
fn versions_that_agree_are_no_disagreement() {
    let project = Project::new()
        .with_installed("", "4.0.7")
        .with("pnpm-lock.yaml", LOCK)
        .with(
            "package.json",
            r#"{"dependencies": {"@remotion/lambda": "^4.0.0"}}"#,
        );
    assert_eq!(
        project.answer(),
        "4.0.7 node_modules/@remotion/lambda/package.json:3 InstalledPackage"
    );
}

#[test]
fn two_lock_files_of_one_directory_are_compared() {
    let project = Project::new().with("pnpm-lock.yaml", LOCK).with(
        "yarn.lock",
        "\"@remotion/lambda@^4\":\n  version \"4.0.6\"\n",
    );
    assert_eq!(
        project.answer(),
        "4.0.7 pnpm-lock.yaml:7 PnpmLock ≠ 4.0.6 yarn.lock:2 YarnLock"
    );
}

#[test]
fn an_installed_prerelease_is_not_replaced_by_a_locked_version() {
    let project = Project::new()
        .with_installed("", "4.1.0-alpha1")
        .with("pnpm-lock.yaml", LOCK);
    assert_eq!(
        project.answer(),
        "Prerelease `4.1.0-alpha1` node_modules/@remotion/lambda/package.json:3 InstalledPackage"
    );
}

#[test]
fn a_locked_prerelease_beside_an_installed_version_is_a_note() {
    let project = Project::new()
        .with_installed("", "4.0.7")
        .with("pnpm-lock.yaml", LOCK.replace("4.0.7", "4.1.0-alpha1"));
    assert_eq!(
        project.answer(),
        "4.0.7 node_modules/@remotion/lambda/package.json:3 InstalledPackage (pnpm-lock.yaml:7 names `4.1.0-alpha1`, which is no stable version)"
    );
}

#[test]
fn another_package_in_its_directory_has_another_version() {
    let file = "node_modules/@remotion/lambda/package.json";
    let project = Project::new().with(file, r#"{"name": "@fork/lambda", "version": "9.0.0"}"#);
    assert_eq!(
        project.answer(),
        format!("OtherPackage `@fork/lambda@9.0.0` {file}:1 InstalledPackage")
    );
}

#[test]
fn an_installed_package_without_a_usable_version() {
    let file = "node_modules/@remotion/lambda/package.json";
    for (content, answer) in [
        (
            r#"{"name": "@remotion/lambda"}"#,
            format!("error: {file} could not be understood: it has no `version` that is a text"),
        ),
        (
            r#"{"version": 4}"#,
            format!("error: {file}:1 could not be understood: it has no `version` that is a text"),
        ),
        (
            r#"{"version": "workspace"}"#,
            format!("Unreadable `workspace` {file}:1 InstalledPackage"),
        ),
        (
            r#"{"version": " =v4.0.3 "}"#,
            format!("4.0.3 {file}:1 InstalledPackage"),
        ),
        (
            "[]",
            format!("error: {file}:1 could not be understood: it is not a JSON object"),
        ),
    ] {
        assert_eq!(
            Project::new().with(file, content).answer(),
            answer,
            "{content}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_linked_package_is_installed() {
    let project = Project::new()
        .with(
            "store/lambda/package.json",
            r#"{"name": "@remotion/lambda", "version": "4.0.4"}"#,
        )
        .with("node_modules/@remotion/x", "");
    std::os::unix::fs::symlink(
        project.path("store/lambda"),
        project.path("node_modules/@remotion/lambda"),
    )
    .unwrap();
    assert_eq!(
        project.answer(),
        "4.0.4 node_modules/@remotion/lambda/package.json:1 InstalledPackage"
    );
}
