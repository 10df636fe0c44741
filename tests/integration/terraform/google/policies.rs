//! Whole policies, deny rules, resources below the project, and who is meant.

use super::super::{Plan, all_are, all_pass, parts, printed};
use super::{
    EMAIL, all_open, bound, checking, findings, member, named, needed, nothing_passes,
    role_and_account,
};
use crate::support::program::{Program, Run};
use serde_json::{Value, json};

#[test]
fn a_whole_policy_counts() {
    let policy = |data: Value, unknown: Value| {
        role_and_account()
            .add(
                "google_project_iam_policy.it",
                json!({ "project": "my-project", "policy_data": data }),
            )
            .unknown(unknown)
    };
    let data = json!({ "bindings": [{ "role": "projects/my-project/roles/RemotionSA", "members": [member()] }] });
    all_pass(&findings(&policy(json!(data.to_string()), json!({}))));
    nothing_passes(&policy(json!("{}"), json!({})));
    all_open(
        &policy(Value::Null, json!({ "policy_data": true })),
        "known only after apply: google_project_iam_policy.it.policy_data",
    );
    let run = checking(&policy(json!("{\"bindings\": 1}"), json!({})).json())
        .run()
        .expect(2);
    assert!(
        run.stderr
            .contains("plan.json: google_project_iam_policy.it.policy_data:1:"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_another_resource_may_remove_is_in_doubt() {
    let it = || {
        named(
            role_and_account(),
            "google_project_iam_member.it",
            json!({}),
        )
    };
    let role = "projects/my-project/roles/RemotionSA";
    let binding = |members: Value| {
        it().add(
            "google_project_iam_binding.only",
            json!({ "project": "my-project", "role": role, "members": members }),
        )
    };
    all_pass(&findings(&binding(json!([member()]))));
    all_open(
        &binding(json!(["user:a@example.com"])),
        "google_project_iam_binding.only may take it",
    );
    let policy = it().add(
        "google_project_iam_policy.all",
        json!({ "project": "my-project", "policy_data": "{}" }),
    );
    all_open(&policy, "google_project_iam_policy.all may take it");
    let renamed = it().add("google_project_iam_member.old", json!({})).does(
        &["delete"],
        json!({ "project": "my-project", "role": role, "member": member() }),
    );
    all_open(
        &renamed,
        "the deletion of google_project_iam_member.old may take it",
    );
    let removed = it().add(
        "google_project_iam_member_remove.it",
        json!({ "project": "my-project", "role": role, "member": member() }),
    );
    all_open(
        &removed,
        "the deletion of google_project_iam_member_remove.it may take it",
    );
}

#[test]
fn deny_rules_win() {
    let deny = |parent: &str, rule: Value| {
        bound().add(
            "google_iam_deny_policy.no",
            json!({ "parent": parent, "name": "no", "rules": [{ "deny_rule": [rule] }] }),
        )
    };
    let rule = json!({
        "denied_principals": ["principalSet://goog/public:all"],
        "denied_permissions": ["run.googleapis.com/services.create"],
    });
    let here = "cloudresourcemanager.googleapis.com%2Fprojects%2Fmy-project";
    let (denied, others): (Vec<_>, Vec<_>) = findings(&deny(here, rule.clone()))
        .into_iter()
        .partition(|one| one.permission == "run.services.create");
    all_are(
        &denied,
        "fail",
        "explicit_deny",
        "google_iam_deny_policy.no",
    );
    all_pass(&others);
    let above = "cloudresourcemanager.googleapis.com%2Forganizations%2F1";
    let (denied, others): (Vec<_>, Vec<_>) = findings(&deny(above, rule.clone()))
        .into_iter()
        .partition(|one| one.permission == "run.services.create");
    assert!(
        denied.iter().all(|one| one.status == "unknown"),
        "{denied:#?}"
    );
    all_pass(&others);
    let elsewhere = "cloudresourcemanager.googleapis.com%2Fprojects%2Fother-project";
    all_pass(&findings(&deny(elsewhere, rule)));
    let mut unknown = deny(here, json!({}));
    unknown.resources[3]
        .values
        .as_object_mut()
        .unwrap()
        .remove("rules");
    let unknown = unknown.unknown(json!({ "rules": true }));
    assert!(findings(&unknown).iter().all(|one| one.status == "unknown"));
}

#[test]
fn the_accounts_own_policy_and_remotions_buckets_count() {
    let mut plan = bound();
    let act_as = "iam.serviceAccounts.actAs";
    let permissions: Vec<String> = needed().into_iter().filter(|one| one != act_as).collect();
    plan.resources[1].values["permissions"] = json!(permissions);
    let of = |plan: &Plan| {
        let findings = findings(plan);
        findings
            .into_iter()
            .find(|one| one.permission == act_as)
            .unwrap()
            .status
    };
    assert_eq!(of(&plan), "unknown");
    let on = |account: &str| {
        plan.clone().add(
            "google_service_account_iam_member.it",
            json!({
                "service_account_id": format!("projects/my-project/serviceAccounts/{account}"),
                "role": "roles/iam.serviceAccountUser", "member": member(),
            }),
        )
    };
    assert_eq!(of(&on(EMAIL)), "pass");
    assert_eq!(
        of(&on("other@my-project.iam.gserviceaccount.com")),
        "unknown"
    );
    let referred = on("x")
        .unknown(json!({ "service_account_id": true }))
        .last(|one| {
            one.values
                .as_object_mut()
                .unwrap()
                .remove("service_account_id");
        })
        .refers(
            "service_account_id",
            &[
                "google_service_account.sa.name",
                "google_service_account.sa",
            ],
        );
    assert_eq!(of(&referred), "pass");

    // Each bucket with Remotion's name has to grant it.
    let mut plan = bound();
    let upload = "storage.objects.create";
    plan.resources[1].values["permissions"] = json!(
        needed()
            .into_iter()
            .filter(|one| one != upload)
            .collect::<Vec<_>>()
    );
    let plan = plan.add("google_storage_bucket_iam_member.it", json!({
        "bucket": "b/remotioncloudrun-abc", "role": "roles/storage.objectAdmin", "member": member(),
    }));
    let of = |plan: &Plan| {
        let findings = findings(plan);
        findings
            .into_iter()
            .find(|one| one.permission == upload)
            .unwrap()
            .status
    };
    assert_eq!(of(&plan), "pass");
    assert_eq!(
        of(&plan.clone().add(
            "google_storage_bucket.x",
            json!({ "name": "somebody-elses" })
        )),
        "pass"
    );
    assert_eq!(
        of(&plan.add(
            "google_storage_bucket.x",
            json!({ "name": "remotioncloudrun-def" })
        )),
        "fail"
    );
}

#[test]
fn folders_and_what_is_not_whole_are_open() {
    let folder = role_and_account().add("google_folder_iam_member.it", json!({
        "folder": "folders/1", "role": "projects/my-project/roles/RemotionSA", "member": member(),
    }));
    all_open(&folder, "whether the project is below");
    let errored = bound().set("errored", json!(true));
    assert!(findings(&errored).iter().all(|one| one.status == "unknown"));
}

#[test]
fn who_is_meant_has_to_be_clear() {
    let refused = |plan: &Plan, arguments: &[&str], says: &str| {
        let run: Run = checking(&plan.json()).arguments(arguments).run().expect(2);
        assert!(run.stderr.contains(says), "{says} in {}", run.stderr);
    };
    let two = bound().add(
        "google_service_account.other",
        json!({ "account_id": "other", "project": "my-project" }),
    );
    refused(&two, &[], "holds 2 service accounts");
    refused(
        &two,
        &["--address", "google_service_account.third"],
        "google_service_account.sa, google_service_account.other",
    );
    refused(&Plan::new(), &[], "holds no service account");
    refused(
        &bound(),
        &[
            "--address",
            "google_service_account.sa",
            "--member",
            "user:a@example.com",
        ],
        "says another one",
    );
    let mut late = bound();
    late.resources[0].values["project"] = Value::Null;
    late.resources[0].unknown["project"] = json!(true);
    refused(&late, &[], "known only after apply");
    let run = checking(&late.json())
        .arguments([
            "--address",
            "google_service_account.sa",
            "--member",
            &member(),
        ])
        .run()
        .expect(0);
    all_pass(&run.findings());
    for arguments in [
        ["--address", "google_service_account.sa"],
        ["--member", &member()],
    ] {
        checking(&two.json()).arguments(arguments).run().expect(0);
    }
    let run = checking(&two.json())
        .arguments(["--address", "google_service_account.other"])
        .run()
        .expect(1);
    assert!(run.findings().iter().all(|one| one.status != "pass"));
}

#[test]
fn terraform_and_plain_files_give_the_same_verdicts() {
    let role = "projects/my-project/roles/RemotionSA";
    for (bound_role, bound_member) in [
        (role, member()),
        ("roles/run.admin", member()),
        ("roles/viewer", member()),
        (role, "user:a@example.com".to_owned()),
        (role, "group:video@example.com".to_owned()),
        (role, "allUsers".to_owned()),
        ("projects/my-project/roles/Unknown", member()),
    ] {
        let plan = named(
            role_and_account(),
            "google_project_iam_member.it",
            json!({ "role": bound_role, "member": bound_member }),
        );
        let verdicts = |run: Run| -> Vec<_> {
            run.findings()
                .into_iter()
                .map(|one| (one.permission, one.status, one.why))
                .collect()
        };
        let files = Program::new([
            "gcp",
            "check",
            "--format",
            "json",
            "--project",
            "my-project",
        ])
        .arguments(["--iam-policy", "policy.json", "--member", &member()])
        .arguments(["--role-definition", &format!("{role}=role.yaml")])
        .file(
            "policy.json",
            json!({ "bindings": [{ "role": bound_role, "members": [bound_member] }] }).to_string(),
        )
        .file("role.yaml", printed("service-account"));
        let by_files = verdicts(files.run());
        assert_eq!(
            verdicts(checking(&plan.json()).run()),
            by_files,
            "{bound_role} {bound_member}"
        );
        assert_eq!(
            verdicts(checking(&plan.state()).run()),
            by_files,
            "{bound_role} {bound_member}"
        );
    }
    // The helper tells addresses apart.
    assert_eq!(parts("module.a.aws_iam_user.b[0]").0, "module.a");
}
