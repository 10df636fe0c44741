//! The file and line at which code scanning, annotations and code quality show a finding.

use remperm::permission::{Cloud, Subject};
use remperm::render::{Format, Root};
use remperm::report::Report;
use serde_json::Value;

use super::{rendered_in, rich};

/// The places in the three formats that have some.
fn places(file: Option<&str>, judged: &[&str], root: Option<&Root>) -> [String; 3] {
    let mut audit = rich::audit(Cloud::Aws, vec![rich::failed(Subject::User, "x")]);
    audit.version.file = file.map(str::to_owned);
    audit.version.line = file.map(|_| 42);
    audit.tested.files = judged.iter().map(|one| (*one).to_owned()).collect();
    let report = Report::of(audit);
    let json = |format: Format| -> Value {
        serde_json::from_str(&rendered_in(&report, format, root)).unwrap()
    };
    let sarif = json(Format::Sarif);
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let gitlab = json(Format::Gitlab);
    let location = &gitlab[0]["location"];
    let github = rendered_in(&report, Format::Github, root);
    let github = github.strip_prefix("::error file=").unwrap();
    [
        format!(
            "{}:{}",
            place["artifactLocation"]["uri"].as_str().unwrap(),
            place["region"]["startLine"]
        ),
        format!(
            "{}:{}",
            location["path"].as_str().unwrap(),
            location["lines"]["begin"]
        ),
        github
            .split_once(",title=")
            .unwrap()
            .0
            .replace(",line=", ":"),
    ]
}

fn root(repository: &str, directory: &str) -> Root {
    Root {
        repository: repository.into(),
        directory: directory.into(),
    }
}

#[test]
fn the_file_that_the_version_was_found_in() {
    let root = root("/repo", "/repo/apps/video");
    for (file, place) in [
        ("/repo/package-lock.json", "package-lock.json:42"),
        ("/repo/apps/video/yarn.lock", "apps/video/yarn.lock:42"),
        ("yarn.lock", "apps/video/yarn.lock:42"),
        ("./yarn.lock", "apps/video/yarn.lock:42"),
        ("../other/yarn.lock", "apps/other/yarn.lock:42"),
    ] {
        let expected = [place; 3].map(str::to_owned);
        assert_eq!(places(Some(file), &[], Some(&root)), expected, "{file}");
    }
}

#[test]
fn else_a_file_that_was_judged_else_the_projects() {
    let root = root("/repo", "/repo");
    for (file, judged, place) in [
        (None, vec!["policies/user.json"], "policies/user.json:1"),
        (None, vec!["-", "user.json"], "user.json:1"),
        (None, vec![], "package.json:1"),
        // Outside of the repository nothing can be shown.
        (Some("/elsewhere/yarn.lock"), vec![], "package.json:1"),
        (Some("../yarn.lock"), vec![], "package.json:1"),
        (Some("/repository/yarn.lock"), vec![], "package.json:1"),
        (Some("/repo"), vec![], "package.json:1"),
        (Some(""), vec![], "package.json:1"),
        (
            Some("/repo/../../../yarn.lock"),
            vec!["../x"],
            "package.json:1",
        ),
    ] {
        let expected = [place; 3].map(str::to_owned);
        assert_eq!(places(file, &judged, Some(&root)), expected, "{file:?}");
    }
    assert_eq!(places(Some("yarn.lock"), &[], None)[0], "yarn.lock:42");
    assert_eq!(
        places(Some("/repo/yarn.lock"), &[], None)[0],
        "package.json:1"
    );
}

#[test]
fn special_characters_of_a_path_are_escaped_as_each_format_wants_it() {
    let root = root("/repo", "/repo");
    let found = places(Some("/repo/a: b,c%/d?e#f/yarn.lock"), &[], Some(&root));
    assert_eq!(
        found,
        [
            "a%3A%20b%2Cc%25/d%3Fe%23f/yarn.lock:42",
            "a: b,c%/d?e#f/yarn.lock:42",
            "a%3A b%2Cc%25/d?e#f/yarn.lock:42",
        ]
    );
}
