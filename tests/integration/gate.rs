//! `remperm gate upgrade`: what the new version needs beyond the old one.

mod sources;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::aws::{Aws, Caller};
use crate::support::gcp::Gcp;
use crate::support::program::{Program, Run};

const NEW: &str = "s3:PutBucketPolicy";

fn gate(arguments: &[&str]) -> Program {
    Program::new(["gate", "upgrade"]).arguments(arguments.iter().copied())
}

/// A project with this version locked.
fn locked(version: &str) -> String {
    json!({
        "name": "video", "lockfileVersion": 3, "requires": true,
        "packages": {
            "": {"dependencies": {"@remotion/lambda": version}},
            "node_modules/@remotion/lambda": {"version": version},
        }
    })
    .to_string()
}

fn policy(version: &str) -> String {
    Program::new(["policies", "user", "--remotion-version", version])
        .run()
        .expect(0)
        .stdout
}

fn remotion(run: &Run) -> Value {
    run.report()["audits"][0]["remotion"].clone()
}

/// What was checked, as `permission status`.
fn checked(run: &Run) -> Vec<String> {
    run.findings()
        .iter()
        .map(|one| format!("{} {} {}", one.subject, one.permission, one.status))
        .collect()
}

fn offline(base: &str) -> Program {
    gate(&[
        "--base",
        base,
        "--subject",
        "user",
        "--identity-policy",
        "policy.json",
    ])
}

#[test]
fn an_upgrade_that_needs_more_than_is_held_fails() {
    let run = offline("old-lock.json")
        .arguments(["--format", "json"])
        .file("package-lock.json", locked("4.0.527"))
        .file("old-lock.json", locked("4.0.400"))
        .file("policy.json", policy("4.0.400"))
        .run()
        .expect(1);
    // Nothing but what is new is checked.
    assert_eq!(checked(&run), [format!("user {NEW} fail")]);
    let remotion = remotion(&run);
    assert_eq!(remotion["version"], "4.0.527");
    assert_eq!(remotion["base"]["version"], "4.0.400");
    assert_eq!(remotion["base"]["chosen"], "package_lock");
    assert_eq!(remotion["base"]["file"], "old-lock.json");
    assert!(remotion["base"]["line"].is_u64());
    let notes = run.report()["audits"][0]["notes"].to_string();
    assert!(
        notes.contains("only what 4.0.527 needs beyond 4.0.400 is checked"),
        "{notes}"
    );
}

#[test]
fn an_upgrade_whose_needs_are_held_passes() {
    let run = offline("4.0.400")
        .file("package-lock.json", locked("4.0.527"))
        .file("policy.json", policy("4.0.527"))
        .run()
        .expect(0);
    for says in [
        "Beyond    @remotion/lambda 4.0.400 (given with --base)",
        "what this version needs beyond 4.0.400 is held",
        "user: checked 1 of 1, 0 missing, 0 unknown",
    ] {
        assert!(run.stdout.contains(says), "{says}: {}", run.stdout);
    }
}

/// A policy that holds what is new and none of the rest passes: the rest is taken for granted, and
/// the report says so.
#[test]
fn what_the_base_needs_is_not_asked_about() {
    let only_new = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": NEW, "Resource": "arn:aws:s3:::remotionlambda-*"}});
    let run = offline("4.0.400")
        .file("package-lock.json", locked("4.0.527"))
        .file("policy.json", only_new.to_string())
        .run()
        .expect(0);
    let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("that what 4.0.400 needs is held is taken for granted"),
        "{flat}"
    );
}

fn account() -> Aws {
    Aws::new("123456789012")
        .user("/", "deployer", |user| {
            user.inline("remotion", policy("4.0.400"))
        })
        .role("/", "remotion-lambda-role", |role| role)
}

#[test]
fn online_only_what_is_new_is_asked() {
    let aws = account().start();
    let run = gate(&["--base", "4.0.400", "--format", "json"])
        .envs(aws.environment(&Caller::user("deployer")))
        .file("package-lock.json", locked("4.0.527"))
        .run()
        .expect(1);
    // The role needs nothing new; that nobody may assume it is no matter of the upgrade.
    assert_eq!(
        checked(&run),
        [
            format!("user {NEW} fail"),
            "role permission-list pass".to_owned()
        ]
    );
}

#[test]
fn where_nothing_is_new_nothing_is_asked() {
    let aws = account().start();
    for (base, says) in [
        ("4.0.418", "needs nothing beyond 4.0.418"),
        ("4.0.527", "the base is the same version"),
        ("4.0.526", "needs nothing beyond 4.0.526"),
    ] {
        let run = gate(&["--base", base, "--format", "json"])
            .envs(aws.environment(&Caller::user("deployer")))
            .file("package-lock.json", locked("4.0.527"))
            .run()
            .expect(0);
        let json = run.report().to_string();
        assert!(json.contains(says), "{says}: {json}");
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
    // Without credentials, too.
    let run = gate(&["--base", "4.0.418", "--format", "json"])
        .file("package-lock.json", locked("4.0.527"))
        .run()
        .expect(0);
    assert_eq!(
        checked(&run),
        ["user permission-list pass", "role permission-list pass"]
    );
}

#[test]
fn a_downgrade_says_so() {
    let run = gate(&["--base", "4.0.527"])
        .file("package-lock.json", locked("4.0.400"))
        .run()
        .expect(0);
    let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("4.0.400 is older than 4.0.527: this is no upgrade"),
        "{flat}"
    );
    // What an old version needs and a new one does not is checked as well.
    let run = offline("4.0.527")
        .arguments(["--format", "json"])
        .file("package-lock.json", locked("3.3.8"))
        .file("policy.json", policy("4.0.527"))
        .run()
        .expect(1);
    assert!(
        checked(&run).iter().all(|one| one.ends_with("fail")),
        "{:?}",
        checked(&run)
    );
}

/// What only one of the neighbouring lists has is not taken for granted of a doubtful base.
#[test]
fn a_doubtful_base_takes_nothing_off_that_is_in_doubt() {
    let role = |version: &str| {
        Program::new(["policies", "role", "--remotion-version", version])
            .run()
            .expect(0)
            .stdout
    };
    let call = |base: &str, policy: String| {
        gate(&[
            "--base",
            base,
            "--subject",
            "role",
            "--identity-policy",
            "policy.json",
        ])
        .arguments(["--remotion-version", "4.0.74", "--format", "json"])
        .file("policy.json", policy)
        .run()
    };
    let run = call("4.0.60", role("4.0.53")).expect(1);
    assert_eq!(checked(&run).len(), 3);
    assert_eq!(
        remotion(&run)["base"]["certainty"],
        "between_different_lists"
    );
    call("4.0.60", role("4.0.74")).expect(0);
}

/// What is not known of a version never makes a pass.
#[test]
fn versions_without_a_list_are_never_passed() {
    // The new version's list is not known.
    let run = gate(&["--base", "4.0.527", "--format", "json"])
        .file("package-lock.json", locked("4.9.9"))
        .run()
        .expect(3);
    assert_eq!(checked(&run), ["user permission-list unknown"]);
    gate(&["--base", "4.0.527", "--accept-newer"])
        .file("package-lock.json", locked("4.9.9"))
        .run()
        .expect(0);
    // The old version's list is not known: everything is checked.
    let run = offline("4.9.9")
        .arguments(["--format", "json"])
        .file("package-lock.json", locked("4.0.527"))
        .file("policy.json", policy("4.0.527"))
        .run()
        .expect(0);
    assert!(checked(&run).len() > 30);
    let notes = run.report()["audits"][0]["notes"].to_string();
    assert!(
        notes.contains("everything that 4.0.527 needs is checked"),
        "{notes}"
    );
}

/// The base is recognised by its content, in every format of a lock file and under any name.
#[test]
fn every_lock_file_is_a_base() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/project");
    let mut kinds = Vec::new();
    for (folder, file) in [
        ("npm-v1", "package-lock.json"),
        ("npm-v2", "package-lock.json"),
        ("npm-v3", "package-lock.json"),
        ("pnpm-5", "pnpm-lock.yaml"),
        ("pnpm-6", "pnpm-lock.yaml"),
        ("pnpm-9", "pnpm-lock.yaml"),
        ("yarn-1", "yarn.lock"),
        ("yarn-berry", "yarn.lock"),
        ("bun", "bun.lock"),
    ] {
        let text = std::fs::read(fixtures.join(folder).join(file)).unwrap();
        let named = gate(&["--base", "base", "--format", "json", "--cloud", "aws"])
            .arguments(["--remotion-version", "4.0.323"])
            .file("base", &text)
            .run()
            .expect(0);
        assert_eq!(remotion(&named)["base"]["version"], "4.0.323", "{folder}");
        kinds.push(
            remotion(&named)["base"]["chosen"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        let piped = gate(&["--base", "-", "--format", "json", "--cloud", "aws"])
            .arguments(["--remotion-version", "4.0.323"])
            .input(text)
            .run()
            .expect(0);
        assert_eq!(
            remotion(&piped)["base"]["file"],
            "standard input",
            "{folder}"
        );
    }
    kinds.dedup();
    assert_eq!(
        kinds,
        ["package_lock", "pnpm_lock", "yarn_lock", "bun_lock"]
    );
    let manifest = gate(&["--base", "base", "--format", "json", "--cloud", "aws"])
        .arguments(["--remotion-version", "4.0.323"])
        .file(
            "base",
            r#"{"dependencies": {"@remotion/lambda": "4.0.320"}}"#,
        )
        .run()
        .expect(0);
    assert_eq!(remotion(&manifest)["base"]["chosen"], "package_json");
}

/// One part of the project comes from a version, the other from what has none.
const FORKED: &str = "lockfileVersion: '9.0'

importers:
  apps/a:
    dependencies:
      '@remotion/lambda':
        specifier: 4.0.400
        version: 4.0.400
  apps/b:
    dependencies:
      '@remotion/lambda':
        specifier: link:../fork
        version: link:../fork
";

#[test]
fn a_base_that_is_none_is_a_wrong_call() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/project/npm-workspace/package-lock.json");
    let call = |base: &str, more: &[&str]| {
        let run = gate(&["--base", base])
            .arguments(more)
            .file("package-lock.json", locked("4.0.527"))
            .file(
                "range.json",
                r#"{"dependencies": {"@remotion/lambda": "^4.0.0"}}"#,
            )
            .file("without.json", r#"{"dependencies": {"react": "19.0.0"}}"#)
            .file("cut.json", r#"{"lockfileVersion": 3, "packages": {"#)
            .file("conflict.json", "<<<<<<< ours\n{}\n>>>>>>> theirs\n")
            .file("text.md", "# Hello\n")
            .file("workspace.json", std::fs::read(&workspace).unwrap())
            .file("forked.yaml", FORKED)
            .run()
            .expect(2);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
        run.stderr
    };
    for (base, says) in [
        ("nowhere.json", "nowhere.json"),
        ("range.json", "\"^4.0.0\", which is no exact version"),
        ("without.json", "without.json names no @remotion/lambda"),
        ("cut.json", "cut.json:1"),
        ("conflict.json", "merge conflict"),
        ("text.md", "neither a package.json nor a lock file"),
        (
            "workspace.json",
            "names several versions of @remotion/lambda",
        ),
        ("forked.yaml", "forked.yaml:13 names `link:../fork`"),
        ("1.0.0", "the base can't be used"),
        ("4.1.0-alpha1", "is a prerelease"),
        ("", "regular file"),
        (".", "not a regular file"),
    ] {
        let stderr = call(base, &[]);
        assert!(stderr.contains(says) || base.is_empty(), "{base}: {stderr}");
    }
    let twice = call("-", &["--subject", "user", "--identity-policy", "-"]);
    assert!(twice.contains("only once"), "{twice}");
}

/// A gate has to know the project's version: the newest known one does not stand in for it.
#[test]
fn a_project_without_a_version_is_a_wrong_call() {
    let run = gate(&["--base", "4.0.400"]).run().expect(2);
    assert!(
        run.stderr.contains("there is no upgrade to check"),
        "{}",
        run.stderr
    );
    let run = gate(&["--base", "4.0.400"])
        .file(
            "package.json",
            r#"{"dependencies": {"@remotion/lambda": "^4.0.0"}}"#,
        )
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("there is no upgrade to check"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_cloud_is_that_of_the_package_and_of_the_flags() {
    let both =
        r#"{"dependencies": {"@remotion/lambda": "4.0.461", "@remotion/cloudrun": "4.0.461"}}"#;
    let run = gate(&["--base", "4.0.460"])
        .file("package.json", both)
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("--cloud aws or --cloud gcp"),
        "{}",
        run.stderr
    );
    let cloud = |arguments: &[&str], package: &str| {
        let run = gate(&["--base", "4.0.460", "--format", "json"])
            .arguments(arguments)
            .file("package.json", package)
            .run()
            .expect(0);
        run.report()["audits"][0]["cloud"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(cloud(&["--cloud", "gcp"], both), "gcp");
    assert_eq!(cloud(&["--cloud", "aws"], both), "aws");
    assert_eq!(cloud(&["--project", "my-project"], both), "gcp");
    assert_eq!(cloud(&["--profile", "production"], both), "aws");
    let cloudrun = r#"{"dependencies": {"@remotion/cloudrun": "4.0.461"}}"#;
    assert_eq!(cloud(&[], cloudrun), "gcp");
    // Regions and buckets are for both.
    assert_eq!(
        cloud(&["--region", "us-east1", "--bucket", "b"], cloudrun),
        "gcp"
    );
    for flags in [
        &["--cloud", "gcp", "--profile", "production"][..],
        &["--cloud", "gcp", "--identity-policy", "policy.json"],
        &["--cloud", "gcp", "--role-name", "other"],
        &["--cloud", "aws", "--project", "my-project"],
        &["--project", "my-project", "--profile", "production"],
    ] {
        let run = gate(&["--base", "4.0.460"])
            .arguments(flags)
            .file("package.json", both)
            .run()
            .expect(2);
        assert!(
            run.stderr.contains("belong to the other cloud"),
            "{flags:?}: {}",
            run.stderr
        );
    }
}

/// All versions of the Cloud Run package need the same: with a base whose list is not known
/// everything is asked, and who holds nothing fails.
#[test]
fn google_cloud_is_asked_where_something_may_be_new() {
    let gcp = Gcp::start();
    let email = {
        let mut world = gcp.world();
        world.add_project("remotion-test", 123_456_789_012);
        world.add_service_account("remotion-test", "remotion-sa")
    };
    let key = gcp.service_account_file(&email);
    let call = |base: &str| {
        gate(&[
            "--base",
            base,
            "--cloud",
            "gcp",
            "--credentials",
            "key.json",
            "--format",
            "json",
        ])
        .arguments(["--remotion-version", "4.0.461"])
        .envs(gcp.endpoint_variables())
        .file("key.json", key.to_string())
        .run()
    };
    let run = call("4.0.460").expect(0);
    assert_eq!(checked(&run), ["service-account permission-list pass"]);
    let run = call("4.9.9").expect(1);
    assert!(checked(&run).len() >= 15, "{:?}", checked(&run));
}

/// The defaults of one cloud never stand in for those of the other.
#[test]
fn the_configuration_of_the_named_cloud_applies() {
    let call = |arguments: &[&str]| {
        gate(&["--base", "4.0.460", "--format", "json"])
            .arguments(arguments)
            .file(
                "package.json",
                r#"{"dependencies": {"@remotion/cloudrun": "4.0.461"}}"#,
            )
            .file(
                "remperm.toml",
                "[aws]\nprofile = \"production\"\nregion = [\"eu-central-1\"]\n",
            )
            .run()
    };
    let run = call(&[]).expect(2);
    assert!(run.stderr.contains("add --cloud gcp"), "{}", run.stderr);
    call(&["--cloud", "gcp"]).expect(0);
    call(&["--no-config"]).expect(0);
}
