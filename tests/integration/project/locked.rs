//! Lock files that the package managers themselves have written: npm 11 (lock file versions 1 to 3),
//! pnpm 6, 8 and 9, Yarn 1 and 4, Bun 1.4; cut down to the entries that matter.

use std::fs;

use remperm::project::{Outcome, find_package_within};

use super::{LAMBDA, Project};

/// Asserts the version and line for a directory of a project that has this lock file, and the other
/// version and its line in a workspace that has two.
fn expect(
    fixture: &str,
    file: &str,
    directory: &str,
    own: (&str, usize),
    other: Option<(&str, usize)>,
) {
    let project = Project::from_fixture(fixture);
    fs::create_dir_all(project.path(directory)).unwrap();
    let look_up = find_package_within(&project.path(directory), LAMBDA, None).unwrap();
    let Outcome::Found {
        found,
        disagreements,
    } = look_up.outcome
    else {
        panic!("{fixture} {directory}: {look_up:?}");
    };
    let expected: Vec<_> = [Some(own), other].into_iter().flatten().collect();
    let answered: Vec<_> = std::iter::once(found).chain(disagreements).collect();
    assert_eq!(
        answered.len(),
        expected.len(),
        "{fixture} {directory}: {answered:?}"
    );
    let text = fs::read_to_string(project.path(file)).unwrap();
    for (answer, (version, line)) in answered.iter().zip(expected) {
        assert!(answer.file.ends_with(file), "{answer:?}");
        assert_eq!(
            (answer.version.to_string().as_str(), answer.line),
            (version, Some(line)),
            "{fixture} {directory}"
        );
        assert!(
            text.lines().nth(line - 1).unwrap().contains(version),
            "{fixture} {directory}: {answer:?}"
        );
    }
    assert_eq!(look_up.notes, Vec::<String>::new());
}

const NEW: &str = "4.0.323";
const OLD: &str = "4.0.320";

#[test]
fn npm_alone() {
    expect("npm-v1", "package-lock.json", "", (NEW, 8), None);
    expect("npm-v2", "package-lock.json", "", (NEW, 15), None);
    expect("npm-v3", "package-lock.json", "", (NEW, 15), None);
    expect("npm-v3", "package-lock.json", "src/deep", (NEW, 15), None);
}

#[test]
fn npm_workspace() {
    let file = "package-lock.json";
    expect("npm-workspace", file, "", (NEW, 33), Some((OLD, 23)));
    expect("npm-workspace", file, "apps", (NEW, 33), Some((OLD, 23)));
    expect(
        "npm-workspace",
        file,
        "apps/old",
        (OLD, 23),
        Some((NEW, 33)),
    );
    expect(
        "npm-workspace",
        file,
        "apps/old/src",
        (OLD, 23),
        Some((NEW, 33)),
    );
}

#[test]
fn pnpm_alone() {
    expect("pnpm-5", "pnpm-lock.yaml", "", (NEW, 7), None);
    expect("pnpm-6", "pnpm-lock.yaml", "", (NEW, 10), None);
    expect("pnpm-9", "pnpm-lock.yaml", "", (NEW, 13), None);
    expect("pnpm-9", "pnpm-lock.yaml", "src", (NEW, 13), None);
}

#[test]
fn pnpm_workspace() {
    let file = "pnpm-lock.yaml";
    for (fixture, root, alias, old) in [
        ("pnpm-5-workspace", 9, 15, 21),
        ("pnpm-6-workspace", 13, 19, 25),
        ("pnpm-9-workspace", 13, 19, 25),
    ] {
        expect(fixture, file, "", (NEW, root), Some((OLD, alias)));
        expect(fixture, file, "apps/old", (OLD, old), Some((NEW, root)));
        expect(fixture, file, "apps/old/src", (OLD, old), Some((NEW, root)));
        expect(fixture, file, "apps/alias", (OLD, alias), Some((NEW, root)));
        // Not a member yet: Node.js would find what lies in the root.
        expect(fixture, file, "apps/new", (NEW, root), Some((OLD, alias)));
    }
}

#[test]
fn yarn_alone() {
    expect("yarn-1", "yarn.lock", "", (NEW, 10), None);
    expect("yarn-berry", "yarn.lock", "", (NEW, 9), None);
}

#[test]
fn yarn_workspace() {
    let file = "yarn.lock";
    expect("yarn-1-workspace", file, "", (NEW, 10), Some((OLD, 17)));
    expect(
        "yarn-1-workspace",
        file,
        "apps/old",
        (OLD, 17),
        Some((NEW, 10)),
    );
    expect(
        "yarn-1-workspace",
        file,
        "apps/alias",
        (OLD, 24),
        Some((NEW, 10)),
    );
    expect("yarn-berry-workspace", file, "", (NEW, 9), Some((OLD, 18)));
    expect(
        "yarn-berry-workspace",
        file,
        "apps/old/src",
        (OLD, 18),
        Some((NEW, 9)),
    );
    expect(
        "yarn-berry-workspace",
        file,
        "apps/alias",
        (OLD, 18),
        Some((NEW, 9)),
    );
}

#[test]
fn bun() {
    expect("bun", "bun.lock", "", (NEW, 14), None);
    expect("bun-workspace", "bun.lock", "", (NEW, 36), Some((OLD, 40)));
    expect(
        "bun-workspace",
        "bun.lock",
        "apps/old",
        (OLD, 44),
        Some((NEW, 36)),
    );
    expect(
        "bun-workspace",
        "bun.lock",
        "apps/alias",
        (OLD, 40),
        Some((NEW, 36)),
    );
}
