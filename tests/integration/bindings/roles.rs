//! What roles hold.

use serde_json::{Value, json};

use super::{Given, MEMBER, NEEDED, PROJECT, ROLE, audit, binding, check, granted, of, policy};
use super::{role, with_status, without};
use crate::support::program::Program;

/// The check of the policy that gives the account its custom role, which is this.
fn with(definition: &Value) -> Program {
    check(&policy(&[binding(ROLE, &[MEMBER])])).with_role(&definition.to_string())
}

#[test]
fn a_custom_role_that_was_not_given_leaves_open_what_hangs_on_it() {
    let bindings = [
        binding(ROLE, &[MEMBER]),
        binding("roles/logging.viewer", &[MEMBER]),
    ];
    let run = check(&policy(&bindings)).run().expect(3);
    assert_eq!(with_status(&run, "pass"), ["logging.logEntries.list"]);
    let finding = of(&run, "run.services.create");
    assert_eq!(
        (&*finding.status, &*finding.why),
        ("unknown", "unseen_policy")
    );
    for part in [ROLE, "--role-definition", "gcloud iam roles describe"] {
        assert!(finding.detail.contains(part), "{}", finding.detail);
    }
}

#[test]
fn a_role_of_another_name_is_another_role() {
    for name in [
        "projects/remotion-test/roles/remotionsa",
        "projects/123456789012/roles/RemotionSA",
        "organizations/1/roles/RemotionSA",
    ] {
        let definition = json!({ "name": name, "stage": "GA", "includedPermissions": NEEDED });
        let run = with(&definition).run().expect(3);
        assert_eq!(with_status(&run, "unknown"), NEEDED, "{name}");
    }
}

#[test]
fn a_deleted_or_disabled_role_grants_nothing() {
    for more in [json!({ "deleted": true }), json!({ "stage": "DISABLED" })] {
        let mut definition = json!({ "name": ROLE, "stage": "GA", "includedPermissions": NEEDED });
        let fields = definition.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let run = with(&definition).run().expect(1);
        assert_eq!(with_status(&run, "pass"), [""; 0], "{more}");
        assert_eq!(of(&run, "run.services.create").status, "fail", "{more}");
    }
    for stage in ["ALPHA", "BETA", "GA", "DEPRECATED", "EAP"] {
        let definition = json!({ "name": ROLE, "stage": stage, "includedPermissions": NEEDED });
        with(&definition).run().expect(0);
    }
}

#[test]
fn what_a_role_does_not_show_is_unknown() {
    for (definition, part) in [
        (
            json!({ "name": ROLE, "stage": "SOMETHING", "includedPermissions": NEEDED }),
            "SOMETHING",
        ),
        (
            json!({ "name": ROLE, "stage": "GA" }),
            "includedPermissions",
        ),
    ] {
        let run = with(&definition).run().expect(3);
        assert_eq!(with_status(&run, "unknown"), NEEDED);
        let finding = of(&run, "run.services.create");
        assert!(finding.detail.contains(part), "{}", finding.detail);
    }
    let empty = json!({ "name": ROLE, "stage": "GA", "includedPermissions": [] });
    let run = with(&empty).run().expect(1);
    assert_eq!(of(&run, "run.services.create").status, "fail");
}

#[test]
fn our_own_role_is_taken_with_its_name() {
    for format in ["yaml", "json"] {
        let printed = Program::new(["policies", "service-account", "--format", format])
            .run()
            .expect(0)
            .stdout;
        let program = || check(&policy(&[binding(ROLE, &[MEMBER])])).file("role", &printed);
        let run = program()
            .arg("--role-definition")
            .arg(format!("{ROLE}=role"))
            .run()
            .expect(0);
        assert_eq!(with_status(&run, "pass"), NEEDED);
        assert_eq!(
            audit(&run)["tested"]["files"],
            json!(["policy.json", "role"])
        );
        let run = program()
            .arguments(["--role-definition", "role"])
            .run()
            .expect(2);
        assert!(
            run.stderr.contains("does not say which role it is"),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains("--role-definition projects/"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn predefined_roles_are_known_with_their_day() {
    let bindings = [
        binding("roles/run.developer", &[MEMBER]),
        binding("roles/iam.serviceAccountUser", &[MEMBER]),
        binding("roles/storage.admin", &[MEMBER]),
        binding("roles/logging.viewer", &[MEMBER]),
    ];
    let run = check(&policy(&bindings)).run().expect(0);
    assert_eq!(with_status(&run, "pass"), NEEDED);
    let notes = audit(&run)["notes"].to_string();
    assert!(
        notes.contains("what predefined roles hold is as of 2026-"),
        "{notes}"
    );
    // A custom role alone rests on no day.
    let notes = audit(&granted().run().expect(0))["notes"].to_string();
    assert!(!notes.contains("as of"), "{notes}");
}

#[test]
fn a_predefined_role_that_is_not_known_is_open_and_can_be_given() {
    let bindings = [binding("roles/run.brandNew", &[MEMBER])];
    let run = check(&policy(&bindings)).run().expect(3);
    assert_eq!(with_status(&run, "unknown"), NEEDED);
    assert!(
        of(&run, "run.services.get")
            .detail
            .contains("roles/run.brandNew")
    );
    let given = json!({ "name": "roles/run.brandNew", "includedPermissions": NEEDED });
    check(&policy(&bindings))
        .with_role(&given.to_string())
        .run()
        .expect(0);
    // What is given counts before what is known.
    let less =
        json!({ "name": "roles/run.developer", "includedPermissions": ["run.services.get"] });
    let run = check(&policy(&[binding("roles/run.developer", &[MEMBER])]))
        .with_role(&less.to_string())
        .run();
    assert_eq!(with_status(&run, "pass"), ["run.services.get"]);
}

#[test]
fn each_permission_of_the_role_decides_about_itself() {
    for lacking in super::ONLY_PROJECT {
        let run = check(&policy(&[binding(ROLE, &[MEMBER])]))
            .with_role(&role(&without(lacking)))
            .run()
            .expect(1);
        assert_eq!(with_status(&run, "fail"), [lacking]);
        assert_eq!(with_status(&run, "pass").len(), 14);
    }
}

#[test]
fn policies_above_the_project_are_inherited() {
    let folder = policy(&[binding("roles/storage.admin", &[MEMBER])]);
    let organization = policy(&[binding("organizations/1/roles/Rest", &[MEMBER])]);
    let rest: Vec<&str> = NEEDED
        .into_iter()
        .filter(|name| !name.starts_with("storage."))
        .collect();
    let definition = json!({ "name": "organizations/1/roles/Rest", "includedPermissions": rest });
    let run = check("etag: ACAB")
        .file("folder.json", &folder)
        .file("organization.json", &organization)
        .arguments(["--iam-policy", "folder.json", "organization.json"])
        .with_role(&definition.to_string())
        .arguments(["--project", PROJECT])
        .run()
        .expect(0);
    assert_eq!(with_status(&run, "pass"), NEEDED);
    let notes = audit(&run)["notes"].to_string();
    assert!(!notes.contains("further --iam-policy"), "{notes}");
}
