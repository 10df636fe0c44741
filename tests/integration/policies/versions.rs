//! Which version applies, and how sure its list is.

use remperm::manifest::{Certainty, Manifest, ManifestError, Partition, Product};
use remperm::permission::Subject;
use serde_json::Value;

use crate::support::program::Program;

fn certainty(product: Product, version: &str) -> Certainty {
    Manifest::of(product, &version.parse().unwrap())
        .unwrap()
        .certainty
}

#[test]
fn a_version_that_was_seen_is_verified() {
    assert_eq!(certainty(Product::Lambda, "3.0.0"), Certainty::Verified);
    assert_eq!(certainty(Product::Lambda, "4.0.418"), Certainty::Verified);
    assert_eq!(certainty(Product::Lambda, "4.0.527"), Certainty::Verified);
    assert_eq!(certainty(Product::CloudRun, "4.0.461"), Certainty::Verified);
}

#[test]
fn between_two_equal_lists() {
    assert_eq!(
        certainty(Product::Lambda, "4.0.300"),
        Certainty::BetweenEqual {
            below: "4.0.287".parse().unwrap(),
            above: "4.0.311".parse().unwrap(),
        }
    );
}

/// 4.0.417 and 4.0.418 are both known, so the gap has to be one of the others.
#[test]
fn between_two_different_lists_both_are_checked() {
    let manifest = Manifest::of(Product::Lambda, &"4.0.60".parse().unwrap()).unwrap();
    assert_eq!(
        manifest.certainty,
        Certainty::BetweenDifferent {
            below: "4.0.53".parse().unwrap(),
            above: "4.0.74".parse().unwrap(),
        }
    );
    let role = manifest
        .requirements(Subject::Role, Partition::Aws)
        .unwrap();
    let doubtful: Vec<(&str, &str)> = role
        .iter()
        .filter(|one| one.doubtful)
        .map(|one| (one.permission.as_str(), one.scope.as_str()))
        .collect();
    assert_eq!(
        doubtful,
        [
            (
                "logs:CreateLogGroup",
                "arn:aws:logs:*:*:log-group:/aws/lambda-insights"
            ),
            (
                "logs:CreateLogStream",
                "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"
            ),
            (
                "logs:PutLogEvents",
                "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"
            ),
        ]
    );
    // What the later list has dropped counts too.
    let older = Manifest::of(Product::Lambda, &"3.3.10".parse().unwrap()).unwrap();
    let user = older.requirements(Subject::User, Partition::Aws).unwrap();
    assert!(
        user.iter()
            .any(|one| one.permission == "s3:PutBucketWebsite" && one.doubtful)
    );
}

#[test]
fn newer_older_and_prereleases() {
    assert_eq!(
        certainty(Product::Lambda, "4.0.9999"),
        Certainty::Newer {
            newest: "4.0.527".parse().unwrap()
        }
    );
    let of = |version: &str| Manifest::of(Product::Lambda, &version.parse().unwrap()).unwrap_err();
    assert!(matches!(of("2.1.2"), ManifestError::TooOld { .. }));
    assert!(matches!(
        of("4.1.0-alpha1"),
        ManifestError::Prerelease { .. }
    ));
    assert_eq!(
        certainty(Product::Lambda, "4.0.527+build.5"),
        Certainty::Verified
    );
}

#[test]
fn a_version_that_is_none_gets_a_clear_answer() {
    for (version, says) in [
        ("latest", "\"latest\" is not an exact Remotion version"),
        ("^4.0.0", "is not an exact Remotion version"),
        (
            "github:remotion-dev/remotion",
            "is not an exact Remotion version",
        ),
        ("", "is not an exact Remotion version"),
        (
            "4.0.99999999999999999999",
            "is not an exact Remotion version",
        ),
        (
            "4.1.0-alpha1",
            "is a prerelease: its permission list is not known",
        ),
        ("1.0.0", "is older than 3.0.0"),
    ] {
        for command in ["user", "role"] {
            let run = Program::new(["policies", command, "--remotion-version", version])
                .run()
                .expect(2);
            assert!(run.stderr.contains(says), "{version}: {}", run.stderr);
            assert!(run.stderr.contains("hint: "), "{version}: {}", run.stderr);
            assert_eq!(run.stdout, "");
        }
    }
}

#[test]
fn policies_warn_where_the_list_is_not_certain() {
    let between = Program::new(["policies", "role", "--remotion-version", "4.0.60"])
        .run()
        .expect(0);
    let later = Program::new(["policies", "role", "--remotion-version", "4.0.74"])
        .run()
        .expect(0);
    assert_eq!(between.stdout, later.stdout);
    assert_eq!(
        between.stderr,
        "warning: 4.0.60 lies between 4.0.53 and 4.0.74, whose lists differ: this is the list of 4.0.74\n"
    );
    let newer = Program::new(["policies", "role", "--remotion-version", "9.0.0"])
        .run()
        .expect(0);
    assert!(
        newer
            .stderr
            .contains("9.0.0 is newer than the newest known version")
    );
    let quiet = Program::new(["policies", "role", "--remotion-version", "9.0.0", "--quiet"])
        .run()
        .expect(0);
    assert_eq!(quiet.stderr, "");
}

fn listed(program: Program) -> Value {
    let run = program.run().expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn the_projects_own_version_applies() {
    let project = |program: Program| {
        program
            .file(
                "node_modules/@remotion/lambda/package.json",
                r#"{"name":"@remotion/lambda","version":"4.0.300"}"#,
            )
            .file(
                "package-lock.json",
                r#"{"lockfileVersion":3,"packages":{"node_modules/@remotion/cloudrun":{"version":"4.0.407"}}}"#,
            )
    };
    let list = listed(project(Program::new([
        "policies", "list", "--format", "json",
    ])));
    assert_eq!(list[0]["applies"], "4.0.300");
    assert_eq!(list[0]["chosen"], "installed");
    assert_eq!(list[0]["certainty"], "between_equal_lists");
    assert_eq!(list[1]["applies"], "4.0.407");
    assert_eq!(list[1]["chosen"], "package_lock");
    assert!(
        list[1]["file"]
            .as_str()
            .unwrap()
            .ends_with("/package-lock.json")
    );
    // A given one goes before it.
    let given = listed(project(Program::new([
        "policies",
        "list",
        "--format",
        "json",
        "--remotion-version",
        "4.0.448",
    ])));
    assert_eq!(given[0]["applies"], "4.0.448");
    assert_eq!(given[0]["chosen"], "given");
}

#[test]
fn another_project_can_be_named() {
    let program = Program::new([
        "policies",
        "list",
        "--format",
        "json",
        "--project-dir",
        "app",
    ])
    .file(
        "app/package.json",
        r#"{"dependencies":{"@remotion/lambda":"4.0.250"}}"#,
    );
    let list = listed(program);
    assert_eq!(list[0]["applies"], "4.0.250");
    assert_eq!(list[0]["chosen"], "package_json");
    let missing = Program::new(["policies", "list", "--project-dir", "nowhere"])
        .run()
        .expect(2);
    assert!(
        missing
            .stderr
            .contains("the project directory nowhere is no directory")
    );
}

#[test]
fn a_range_alone_falls_back_to_the_newest_and_says_so() {
    let run = Program::new(["policies", "user"])
        .file(
            "package.json",
            r#"{"dependencies":{"@remotion/lambda":"^4.0.0"}}"#,
        )
        .run()
        .expect(0);
    assert!(
        run.stderr.contains("asks for @remotion/lambda \"^4.0.0\""),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("the newest known version is used"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_project_with_a_version_that_is_none_gets_a_clear_answer() {
    for (statement, says) in [
        (
            "github:remotion-dev/remotion#main",
            "names @remotion/lambda",
        ),
        ("file:../lambda", "names @remotion/lambda"),
        ("4.1.0-alpha1", "names @remotion/lambda"),
    ] {
        let run = Program::new(["policies", "user"])
            .file(
                "package.json",
                serde_json::json!({"dependencies": {"@remotion/lambda": statement}}).to_string(),
            )
            .run()
            .expect(2);
        assert!(run.stderr.contains(says), "{statement}: {}", run.stderr);
        assert!(
            run.stderr.contains("--remotion-version"),
            "{statement}: {}",
            run.stderr
        );
    }
}

#[test]
fn two_versions_that_disagree_are_a_warning() {
    let run = Program::new(["policies", "user"])
        .file(
            "node_modules/@remotion/lambda/package.json",
            r#"{"name":"@remotion/lambda","version":"4.0.527"}"#,
        )
        .file(
            "package-lock.json",
            r#"{"lockfileVersion":3,"packages":{"node_modules/@remotion/lambda":{"version":"4.0.407"}}}"#,
        )
        .run()
        .expect(0);
    assert!(
        run.stderr
            .contains("warning: @remotion/lambda is 4.0.527 in "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("but 4.0.407 in "), "{}", run.stderr);
}

/// The list inside the installed package settles what no embedded list can.
#[test]
fn an_installed_cloud_run_package_brings_its_own_list() {
    let program = |list: &str| {
        Program::new(["policies", "service-account", "--format", "json"])
            .file(
                "node_modules/@remotion/cloudrun/package.json",
                r#"{"name":"@remotion/cloudrun","version":"4.0.999"}"#,
            )
            .file(
                "node_modules/@remotion/cloudrun/dist/shared/sa-permissions.json",
                list,
            )
    };
    let run = program(
        r#"{"list":[{"name":"run.services.get","reason":""},{"name":"run.jobs.run","reason":""}]}"#,
    )
    .run()
    .expect(0);
    let role: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        role["includedPermissions"],
        serde_json::json!(["run.services.get", "run.jobs.run"])
    );
    assert_eq!(run.stderr, "");
    for broken in [
        "",
        "{}",
        r#"{"list":[]}"#,
        r#"{"list":[{"name":"run services get"}]}"#,
    ] {
        let run = program(broken).run().expect(0);
        assert!(
            run.stderr.contains("sa-permissions.json"),
            "{broken}: {}",
            run.stderr
        );
        assert!(
            run.stderr.contains("newer than the newest known version"),
            "{broken}: {}",
            run.stderr
        );
    }
}
