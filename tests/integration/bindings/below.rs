//! Policies of the resources below the project.

use super::with_status;
use super::{Given, MEMBER, NEEDED, ONLY_PROJECT, ROLE, binding, check, of, policy, role};
use crate::support::program::Program;

const OF_BUCKETS: [&str; 4] = [
    "storage.buckets.get",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
];

/// What is granted on the project only, by a custom role.
fn project() -> Program {
    check(&policy(&[binding(ROLE, &[MEMBER])])).with_role(&role(&ONLY_PROJECT))
}

#[test]
fn without_their_policies_what_lives_there_is_open() {
    let run = project().run().expect(3);
    assert_eq!(with_status(&run, "pass").len(), 6);
    assert_eq!(with_status(&run, "unknown").len(), 9);
    for (permission, kind) in [
        ("iam.serviceAccounts.actAs", "service-account=FILE"),
        ("run.services.get", "run-service=FILE"),
        ("storage.objects.list", "bucket=FILE"),
    ] {
        let finding = of(&run, permission);
        assert_eq!(finding.why, "below_project");
        assert!(finding.detail.contains(kind), "{}", finding.detail);
    }
}

#[test]
fn each_kind_settles_what_lives_there() {
    for (kind, role, settled) in [
        (
            "service-account",
            "roles/iam.serviceAccountUser",
            &["iam.serviceAccounts.actAs"][..],
        ),
        (
            "run-service",
            "roles/run.developer",
            &[
                "run.routes.invoke",
                "run.services.get",
                "run.services.delete",
                "run.services.update",
            ],
        ),
        ("bucket", "roles/storage.legacyBucketOwner", &OF_BUCKETS),
    ] {
        let run = project()
            .with_resource(kind, &policy(&[binding(role, &[MEMBER])]))
            .run()
            .expect(3);
        assert_eq!(with_status(&run, "pass").len(), 6 + settled.len(), "{kind}");
        for permission in settled {
            let finding = of(&run, permission);
            assert_eq!(finding.status, "pass", "{kind} {permission}");
            assert!(finding.asked[0].contains(&format!("{kind}.json")));
        }
        let run = project().with_resource(kind, "etag: ACAB").run().expect(1);
        assert_eq!(with_status(&run, "fail"), settled, "{kind}");
        assert_eq!(of(&run, settled[0]).why, "nothing_allows");
    }
}

#[test]
fn a_policy_of_another_kind_settles_nothing() {
    let run = project()
        .with_resource(
            "run-service",
            &policy(&[binding("roles/storage.admin", &[MEMBER])]),
        )
        .run()
        .expect(1);
    for permission in OF_BUCKETS {
        assert_eq!(of(&run, permission).why, "below_project");
    }
}

#[test]
fn each_resource_of_a_kind_has_to_grant_it() {
    let grants = policy(&[binding("roles/storage.objectAdmin", &[MEMBER])]);
    let both = |second: &str| {
        project()
            .file("one.json", &grants)
            .file("two.json", second)
            .arguments(["--resource-policy", "bucket=one.json", "bucket=two.json"])
            .run()
    };
    let run = both(&grants);
    assert_eq!(of(&run, "storage.objects.create").status, "pass");
    assert_eq!(of(&run, "storage.objects.create").asked.len(), 2);
    let run = both("etag: ACAB").expect(1);
    let finding = of(&run, "storage.objects.create");
    assert_eq!((&*finding.status, &*finding.why), ("fail", "narrower"));
    assert!(finding.detail.contains("two.json"), "{}", finding.detail);
    let unsure = policy(&[binding(
        "roles/storage.objectAdmin",
        &["group:a@example.com"],
    )]);
    assert_eq!(
        of(&both(&unsure), "storage.objects.create").status,
        "unknown"
    );
}

#[test]
fn a_certain_grant_below_settles_what_the_project_leaves_open() {
    let bindings = [
        binding(ROLE, &[MEMBER]),
        binding("roles/storage.admin", &["group:team@example.com"]),
    ];
    let program = || check(&policy(&bindings)).with_role(&role(&ONLY_PROJECT));
    let run = program()
        .with_resource(
            "bucket",
            &policy(&[binding("roles/storage.objectAdmin", &[MEMBER])]),
        )
        .run();
    assert_eq!(of(&run, "storage.objects.create").status, "pass");
    // What the bucket itself does not grant, the group may.
    let finding = of(&run, "storage.buckets.get");
    assert_eq!(
        (&*finding.status, &*finding.why),
        ("unknown", "unseen_policy")
    );
    let run = program().run();
    assert_eq!(of(&run, "storage.objects.create").why, "unseen_policy");
}

#[test]
fn a_grant_below_is_none_on_the_project() {
    let run = check("etag: ACAB")
        .with_role(&role(&NEEDED))
        .with_resource("bucket", &policy(&[binding(ROLE, &[MEMBER])]))
        .run()
        .expect(1);
    assert_eq!(with_status(&run, "pass"), OF_BUCKETS);
    assert_eq!(with_status(&run, "fail"), ONLY_PROJECT);
}

#[test]
fn a_buckets_policy_says_whose_it_is() {
    let bucket = r#"{"kind":"storage#policy","resourceId":"projects/_/buckets/remotioncloudrun-a","etag":"CAE="}"#;
    let run = project().with_resource("bucket", bucket).run().expect(1);
    let detail = of(&run, "storage.objects.list").detail;
    assert!(
        detail.contains("projects/_/buckets/remotioncloudrun-a"),
        "{detail}"
    );
    for (program, flag) in [
        (check(bucket), "--resource-policy bucket=policy.json"),
        (
            project().with_resource("run-service", bucket),
            "--resource-policy bucket=run-service.json",
        ),
    ] {
        let run = program.run().expect(2);
        assert!(run.stderr.contains("projects/_/buckets/remotioncloudrun-a"));
        assert!(run.stderr.contains(flag), "{}", run.stderr);
    }
}
