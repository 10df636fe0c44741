//! Whom a binding names.

use serde_json::json;

use super::{Given, MEMBER, NEEDED, ROLE, audit, bare, binding, check, of, policy, role};
use super::{with_status, without};

/// The check of a policy that gives the whole custom role to one member.
fn given_to(member: &str) -> crate::support::program::Program {
    check(&policy(&[binding(ROLE, &[member])])).with_role(&role(&NEEDED))
}

#[test]
fn the_members_own_name_counts_in_any_case() {
    for name in [
        MEMBER,
        "serviceAccount:Remotion-SA@remotion-test.iam.gserviceaccount.com",
    ] {
        let run = given_to(name).run().expect(0);
        assert_eq!(with_status(&run, "pass"), NEEDED, "{name}");
    }
    let run = bare(&policy(&[binding(ROLE, &[MEMBER])]))
        .with_role(&role(&NEEDED))
        .arguments([
            "--member",
            "serviceAccount:REMOTION-sa@remotion-test.iam.gserviceaccount.com",
        ])
        .run()
        .expect(0);
    assert_eq!(audit(&run)["tested"]["caller"], MEMBER);
}

#[test]
fn another_identity_does_not_count() {
    for name in [
        "serviceAccount:remotion-sa@remotion-test2.iam.gserviceaccount.com",
        "user:remotion-sa@remotion-test.iam.gserviceaccount.com",
        "deleted:serviceAccount:remotion-sa@remotion-test.iam.gserviceaccount.com?uid=12345",
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s",
        "principalSet://iam.googleapis.com/locations/global/workforcePools/p/*",
        "serviceAccount:remotion-test.svc.id.goog[default/remotion-sa]",
    ] {
        let run = given_to(name).run().expect(1);
        assert_eq!(with_status(&run, "pass"), [""; 0], "{name}");
        assert_eq!(of(&run, "run.services.create").why, "nothing_allows");
    }
}

#[test]
fn whether_a_set_contains_the_member_is_not_known() {
    for name in [
        "group:team@example.com",
        "domain:example.com",
        "principalSet://goog/group/team@example.com",
        "principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount",
        "projectEditor:remotion-test",
        "projectEditor:other-project",
        "something:new",
        "allusers",
    ] {
        let run = given_to(name).run().expect(3);
        assert_eq!(with_status(&run, "unknown"), NEEDED, "{name}");
        let finding = of(&run, "run.services.create");
        assert_eq!(finding.why, "unseen_policy", "{name}");
        let told = name.rsplit(':').next().unwrap();
        assert!(finding.detail.contains(told), "{}", finding.detail);
        assert!(finding.detail.contains("policy.json"), "{}", finding.detail);
    }
}

#[test]
fn only_what_hangs_on_a_set_alone_is_unknown() {
    let bindings = [
        binding(ROLE, &[MEMBER]),
        binding("roles/storage.admin", &["group:team@example.com"]),
    ];
    let run = check(&policy(&bindings))
        .with_role(&role(&without("storage.buckets.list")))
        .run()
        .expect(3);
    assert_eq!(with_status(&run, "unknown"), ["storage.buckets.list"]);
    assert_eq!(with_status(&run, "pass"), without("storage.buckets.list"));
}

#[test]
fn what_everybody_has_counts_and_is_warned_of() {
    for (name, who) in [
        ("allUsers", "everybody on the internet"),
        ("allAuthenticatedUsers", "everybody with any Google account"),
    ] {
        let run = given_to(name).run().expect(0);
        let notes = audit(&run)["notes"].to_string();
        assert!(notes.contains(who) && notes.contains(ROLE), "{notes}");
    }
    // Of a role that holds nothing that is needed, nothing is said.
    let bindings = [
        binding(ROLE, &[MEMBER]),
        binding("roles/run.viewer", &["user:ann@example.com"]),
        binding("roles/iam.securityReviewer", &["user:ann@example.com"]),
    ];
    let run = check(&policy(&bindings))
        .with_role(&role(&NEEDED))
        .run()
        .expect(0);
    let notes = audit(&run)["notes"].to_string();
    assert!(!notes.contains("everybody"), "{notes}");
}

#[test]
fn a_federated_identity_is_judged_by_its_pool() {
    let pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/github";
    let subject = format!("principal://{pool}/subject/repo:remotion");
    let judged = |name: &str| {
        bare(&policy(&[binding(ROLE, &[name])]))
            .with_role(&role(&NEEDED))
            .arguments(["--member", &subject])
            .run()
            .code
    };
    assert_eq!(judged(&subject), Some(0));
    assert_eq!(judged(&format!("principalSet://{pool}/*")), Some(0));
    assert_eq!(
        judged(&format!("principalSet://{pool}/attribute.a/b")),
        Some(3)
    );
    assert_eq!(
        judged(&format!("principal://{pool}/subject/repo:other")),
        Some(1)
    );
    assert_eq!(judged("allAuthenticatedUsers"), Some(3));
}

/// A bucket names those who have a basic role on its project; a basic role on anything else makes
/// nobody one of them.
#[test]
fn basic_roles_count_from_the_project_alone() {
    let bucket = policy(&[binding(
        "roles/storage.legacyBucketOwner",
        &["projectEditor:remotion-test"],
    )]);
    let editor = policy(&[binding("roles/editor", &[MEMBER])]);
    let nobody = policy(&[]);
    let judged = |project: &str, account: &str, arguments: &[&str]| {
        let run = check(project)
            .with_resource("service-account", account)
            .with_resource("bucket", &bucket)
            .arguments(arguments)
            .run();
        of(&run, "storage.buckets.get")
    };
    let of_project = ["--project", "remotion-test"];
    assert_eq!(judged(&editor, &nobody, &of_project).status, "pass");
    assert_eq!(judged(&nobody, &editor, &of_project).status, "fail");
    // Which project it is, or which policy is the project's, has to be said.
    for arguments in [
        &[][..],
        &["--project", "other-project"],
        &["--project", "remotion-test", "--iam-policy", "policy.json"],
    ] {
        if arguments.len() == 4 {
            let run = check(&editor)
                .file("folder.json", &nobody)
                .arguments(["--iam-policy", "folder.json", "--project", "remotion-test"])
                .with_resource("bucket", &bucket)
                .run();
            assert_eq!(of(&run, "storage.buckets.get").status, "unknown");
            continue;
        }
        assert_eq!(judged(&editor, &nobody, arguments).status, "unknown");
    }
    let conditional = json!({
        "role": "roles/editor", "members": [MEMBER],
        "condition": { "title": "t", "expression": "false" },
    });
    let finding = judged(&policy(&[conditional]), &nobody, &of_project);
    assert_eq!((&*finding.status, &*finding.why), ("unknown", "condition"));
}
