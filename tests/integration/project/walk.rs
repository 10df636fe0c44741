//! Which directories are looked in.

use std::fs;

use remperm::project::{Outcome, find_package_within};
use tempfile::TempDir;

use super::{LAMBDA, Project};

const EXACT: &str = r#"{"dependencies": {"@remotion/lambda": "4.0.3"}}"#;

#[test]
fn not_above_the_repository() {
    let project = Project::new()
        .with("package.json", EXACT)
        .with("inner/.git", "gitdir: ../.git/modules/inner\n");
    assert_eq!(project.answer_in("inner"), "not found");
    assert_eq!(project.answer_in("inner/src"), "not found");
    assert_eq!(
        project.answer_in("other/src"),
        "4.0.3 package.json:1 ExactInPackageJson"
    );
}

#[test]
fn without_a_repository_not_above_the_home_directory() {
    let directory = TempDir::new().unwrap();
    let home = directory.path().join("home");
    let start = home.join("work/film");
    fs::create_dir_all(&start).unwrap();
    fs::write(directory.path().join("package.json"), EXACT).unwrap();
    let outcome =
        |home: Option<&std::path::Path>| find_package_within(&start, LAMBDA, home).unwrap().outcome;
    assert_eq!(outcome(Some(&home)), Outcome::NotFound);
    // Outside the home directory, and without one, only the root of the file system ends the search.
    assert!(matches!(
        outcome(Some(&directory.path().join("other"))),
        Outcome::Found { .. }
    ));
    assert!(matches!(outcome(None), Outcome::Found { .. }));
    // The home directory itself still counts.
    fs::write(home.join("package.json"), EXACT.replace("4.0.3", "4.0.4")).unwrap();
    let Outcome::Found {
        found,
        disagreements,
    } = outcome(Some(&home))
    else {
        panic!()
    };
    assert_eq!(
        (found.version.to_string().as_str(), disagreements.len()),
        ("4.0.4", 0)
    );
}

#[test]
fn a_path_with_parents_in_it_is_resolved_first() {
    let project = Project::new().with("a/package.json", EXACT).with("b/x", "");
    assert_eq!(project.answer_in("a/../b"), "not found");
    assert_eq!(
        project.answer_in("b/../a"),
        "4.0.3 a/package.json:1 ExactInPackageJson"
    );
}

#[test]
fn a_start_that_is_no_directory() {
    let project = Project::new().with("file", "");
    for (start, part) in [
        ("file", "cannot look for a project in"),
        ("missing", "cannot look for a project in"),
    ] {
        let error = find_package_within(&project.path(start), LAMBDA, None).unwrap_err();
        assert!(error.to_string().starts_with(part), "{error}");
        assert!(error.to_string().contains(start), "{error}");
        assert_eq!(error.hint(), "give a directory that exists and may be read");
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let project = Project::new();
    for name in [
        "",
        "..",
        "../x",
        "@remotion",
        "@remotion/..",
        "@/x",
        "/etc",
        "a/b",
        "@a/b/c",
        "a\\b",
        "a\u{1b}",
    ] {
        let error = find_package_within(&project.path(""), name, None).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is not the name of an npm package"),
            "{name}: {error}"
        );
    }
    assert!(find_package_within(&project.path(""), "is-number", None).is_ok());
}
