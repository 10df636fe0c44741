//! The flags, and what a report says about the call.

use serde_json::json;

use super::{Given, MEMBER, NEEDED, ROLE, audit, bare, binding, check, granted, of, policy};
use super::{role, with_status};
use crate::support::program::Program;

#[test]
fn the_report_names_what_was_judged() {
    let run = granted()
        .with_resource("bucket", "etag: ACAB")
        .arguments(["--project", "remotion-test"])
        .run()
        .expect(0);
    let audit = audit(&run);
    assert_eq!(audit["cloud"], "gcp");
    assert_eq!(audit["findings"][0]["source"], "gcp_policy_files");
    assert_eq!(audit["findings"][0]["level"], "project");
    let tested = &audit["tested"];
    assert_eq!(
        tested["files"],
        json!(["policy.json", "bucket.json", "role.json"])
    );
    assert_eq!(
        (&tested["caller"], &tested["project"]),
        (&json!(MEMBER), &json!("remotion-test"))
    );
    assert_eq!(tested["principals"][0]["name"], MEMBER);
    let notes = audit["notes"].to_string();
    for part in [
        "folders and the organization",
        "--deny-policy",
        "one of what was given",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
    let spots = audit["blind_spots"].to_string();
    for part in [
        "principal access boundary",
        "conditions",
        "VPC Service Controls",
    ] {
        assert!(spots.contains(part), "{spots}");
    }
}

#[test]
fn the_table_says_that_nothing_was_asked() {
    let run = Program::new([
        "gcp",
        "check",
        "--iam-policy",
        "policy.yaml",
        "--member",
        MEMBER,
    ])
    .file("policy.yaml", "etag: ACAB\n")
    .run()
    .expect(1);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = format!("the files policy.yaml, for {MEMBER}; nothing of Google was asked");
    assert!(text.contains(&line), "{}", run.stdout);
}

#[test]
fn nothing_is_held_by_an_empty_policy() {
    for empty in [
        "etag: ACAB",
        "{\"etag\":\"ACAB\"}",
        "{\"bindings\":[]}",
        "bindings: []\nversion: 1\n",
        "\u{feff}{\"version\":1,\"etag\":\"ACAB\",\"auditConfigs\":[]}",
    ] {
        let run = check(empty).run().expect(1);
        assert_eq!(with_status(&run, "fail"), super::ONLY_PROJECT, "{empty}");
        assert_eq!(with_status(&run, "pass"), [""; 0], "{empty}");
    }
}

#[test]
fn a_policy_comes_from_the_standard_input_once() {
    let piped = |arguments: &[&str]| {
        Program::new(["gcp", "check", "--format", "json", "--member", MEMBER])
            .arguments(arguments)
            .input(policy(&[binding("roles/logging.viewer", &[MEMBER])]))
            .run()
    };
    let run = piped(&["--iam-policy", "-"]).expect(1);
    assert_eq!(with_status(&run, "pass"), ["logging.logEntries.list"]);
    let run = piped(&["--iam-policy", "-", "-"]).expect(2);
    assert!(run.stderr.contains("given twice"), "{}", run.stderr);
}

#[test]
fn what_belongs_to_a_cloud_does_not_go_with_files() {
    for arguments in [
        &["--credentials", "key.json"][..],
        &["--access-token-file", "token"],
        &[
            "--impersonate-service-account",
            "a@b.iam.gserviceaccount.com",
        ],
        &["--expect-identity", "a@b.c"],
        &["--service-account", "a@b.iam.gserviceaccount.com"],
        &["--region", "us-east1"],
        &["--service", "remotion"],
        &["--bucket", "remotioncloudrun-a"],
        &["--no-readiness"],
        &["--allow-token-host", "example.com"],
        &["--universe-domain", "example.com"],
        &["--wait", "1m"],
    ] {
        let run = granted().arguments(arguments).run().expect(2);
        assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
        assert!(run.stderr.contains(arguments[0]), "{}", run.stderr);
    }
}

#[test]
fn what_belongs_to_files_does_not_go_without_them() {
    for arguments in [
        &["--member", MEMBER][..],
        &["--role-definition", "role.json"],
        &["--deny-policy", "deny.json"],
        &["--resource-policy", "bucket=bucket.json"],
    ] {
        let run = Program::new(["gcp", "check"])
            .arguments(arguments)
            .run()
            .expect(2);
        assert!(run.stderr.contains("--iam-policy"), "{}", run.stderr);
    }
    let run = bare(&policy(&[])).run().expect(2);
    assert!(run.stderr.contains("--member"), "{}", run.stderr);
}

#[test]
fn wrong_values_are_told() {
    for (arguments, part) in [
        (
            &["--member", "remotion-sa@p.iam.gserviceaccount.com"][..],
            "not a single identity",
        ),
        (
            &["--member", "group:team@example.com"],
            "not a single identity",
        ),
        (
            &["--member", "serviceAccount:remotion-sa"],
            "holds no email",
        ),
        (
            &["--member", MEMBER, "--project", "Remotion Test"],
            "not a project id",
        ),
        (
            &["--member", MEMBER, "--resource-policy", "policy.json"],
            "kind of resource",
        ),
        (
            &["--member", MEMBER, "--resource-policy", "disk=policy.json"],
            "kind of resource",
        ),
        (
            &[
                "--member",
                MEMBER,
                "--resource-policy",
                "bucket=nowhere.json",
            ],
            "nowhere.json",
        ),
        (
            &["--member", MEMBER, "--deny-policy", "nowhere.json"],
            "nowhere.json",
        ),
        (
            &["--member", MEMBER, "--role-definition", "nowhere.json"],
            "nowhere.json",
        ),
        (
            &["--member", MEMBER, "--role-definition", "policy.json"],
            "given twice",
        ),
        (&["--member", MEMBER, "--iam-policy", "."], "can't read"),
    ] {
        let run = bare(&policy(&[])).arguments(arguments).run().expect(2);
        assert!(run.stderr.contains(part), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("hint:"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_role_is_given_once_and_by_its_own_name() {
    let run = granted()
        .file("again.json", role(&[]))
        .arguments(["--role-definition", "again.json"])
        .run()
        .expect(2);
    assert!(run.stderr.contains("given twice") && run.stderr.contains(ROLE));
    let run = check(&policy(&[]))
        .file("role.json", role(&NEEDED))
        .arguments(["--role-definition", "projects/p/roles/Other=role.json"])
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("projects/p/roles/Other"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_held_beyond_the_need_is_listed() {
    let bindings = [
        binding(ROLE, &[MEMBER]),
        binding("roles/run.viewer", &[MEMBER]),
    ];
    let program = || check(&policy(&bindings)).with_role(&role(&NEEDED));
    let run = program().arg("--excess").run().expect(0);
    let excess = audit(&run)["excess"].clone();
    let held = excess["held"].to_string();
    assert!(
        held.contains("run.jobs.get") && !held.contains("run.jobs.run\""),
        "{held}"
    );
    let run = program().arg("--fail-on-excess").run().expect(1);
    assert_eq!(with_status(&run, "pass"), NEEDED);
    granted().arg("--fail-on-excess").run().expect(0);
    // What can't be settled is not taken for absent.
    let unsure = [
        binding(ROLE, &[MEMBER]),
        binding("roles/run.admin", &["group:team@example.com"]),
    ];
    let run = check(&policy(&unsure))
        .with_role(&role(&NEEDED))
        .arg("--fail-on-excess")
        .run()
        .expect(3);
    assert_eq!(with_status(&run, "pass"), NEEDED);
}

#[test]
fn the_environment_and_a_project_here_play_no_part() {
    let run = granted()
        .env("REMOTION_GCP_PROJECT_ID", "other-project")
        .env("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN", "ya29.secret")
        .run()
        .expect(0);
    assert!(!run.stdout.contains("other-project") && !run.stdout.contains("ya29"));
    assert_eq!(audit(&run)["tested"]["project"], json!(null));
    assert_eq!(of(&run, "run.services.get").asked, ["the project"]);
}
