//! Files that are not what their flag says.

use super::{Given, MEMBER, ROLE, binding, check, granted, policy};
use crate::support::program::{Program, Run};

/// The call is wrong, and the message names the file and each of these.
#[track_caller]
fn refused(program: Program, parts: &[&str]) -> Run {
    let run = program.run().expect(2);
    for part in parts {
        assert!(run.stderr.contains(part), "{part:?} in {}", run.stderr);
    }
    assert!(run.stderr.contains("hint:"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    run
}

#[test]
fn a_file_that_can_not_be_read_as_a_whole_names_the_place() {
    let whole = policy(&[binding(ROLE, &[MEMBER])]);
    let cut = &whole[..whole.len() - 3];
    refused(check(cut), &["policy.json:1:", "the end of the file"]);
    for (text, parts) in [
        ("", &["policy.json is empty"][..]),
        (" \n\n", &["policy.json is empty"]),
        ("{}", &["policy.json:1:1", "neither bindings nor an etag"]),
        ("[]", &["policy.json:1:1", "an array where an object"]),
        ("null", &["policy.json:1:1", "where an object"]),
        ("\"x\"", &["policy.json:1:1", "a string where an object"]),
        ("ERROR: (gcloud) denied", &["policy.json:1:"]),
        ("bindings:\n- role: [", &["policy.json:"]),
        ("bindings: {}", &["bindings: an object where a list"]),
        (
            "bindings:\n- x",
            &["policy.json:2:", "bindings[0]: a string"],
        ),
        (
            "bindings:\n- members: []",
            &["bindings[0]: role is missing"],
        ),
        (
            "bindings:\n- role: roles/owner\n  members: user:a@b.c",
            &[
                "policy.json:3:",
                "bindings[0].members: a string where a list",
            ],
        ),
        (
            "bindings:\n- role: roles/owner\n  members:\n  - 1",
            &["policy.json:4:", "bindings[0].members[0]: a number"],
        ),
        (
            "bindings:\n- role: roles/owner\n  members:\n  - ''",
            &["policy.json:4:", "bindings[0].members[0]: an empty string"],
        ),
        (
            "bindings:\n- role: roles/owner\n  condition: 'true'",
            &[
                "policy.json:3:",
                "bindings[0].condition: a string where an object",
            ],
        ),
        (
            "bindings:\n- role: roles/owner\n  condition:\n    title: x",
            &["policy.json:4:", "expression is missing"],
        ),
        (
            "bindings:\n- role: roles/owner\n  condition:\n    expression: a\n    unless: b",
            &["bindings[0].condition: the field \"unless\""],
        ),
        ("version: 2\netag: a", &["policies of version 2"]),
        (
            "version: '3'\netag: a",
            &["version: a string where a number"],
        ),
        ("etag: a\nbinding: []", &["the field \"binding\""]),
        (
            "etag: a\n---\netag: b\n",
            &["policy.json:2:", "a second document"],
        ),
        (
            "bindings:\n- &a role",
            &["policy.json:2:", "an anchor or alias"],
        ),
    ] {
        refused(check(text), parts);
    }
    let run = refused(
        check("{}").file("policy.json", [0x7b, 0x0a, 0xff, 0x7d]),
        &["policy.json:2:1", "UTF-8"],
    );
    assert!(!run.stderr.contains('\u{fffd}'));
}

/// Text that is cut off between two lines is still YAML, and says less: a condition that is gone
/// would be a pass, and so would be a denial of nobody.
#[test]
fn a_file_that_is_cut_off_behind_a_key_is_no_policy() {
    let grant = format!("bindings:\n- role: {ROLE}\n  members:\n  - {MEMBER}\n");
    let with_role = |text: &str| check(text).with_role(&super::role(&super::NEEDED));
    with_role(&grant).run().expect(0);
    for (text, parts) in [
        (
            format!("{grant}  condition:\n"),
            ["policy.json:5:3", "nothing stands behind \"condition\""],
        ),
        (
            format!("{grant}  -\n"),
            ["policy.json:5:4", "nothing stands behind a dash"],
        ),
        (
            "bindings:\n".to_owned(),
            ["policy.json:1:1", "nothing stands behind \"bindings\""],
        ),
    ] {
        refused(with_role(&text), &parts);
    }
    let rule =
        "rules:\n- denyRule:\n    deniedPermissions:\n    - run.googleapis.com/services.get\n";
    let principals =
        "    deniedPrincipals:\n    - principal://goog/subject/a@b.c\nuid: x\nupdateTime: '2026'\n";
    let head = "createTime: '2026'\nkind: DenyPolicy\n";
    granted()
        .with_deny(&format!("{head}{rule}{principals}"))
        .run()
        .expect(0);
    for (text, parts) in [
        (
            rule.to_owned(),
            ["deny.json:3:", "deniedPrincipals is missing"],
        ),
        (
            format!("{rule}    deniedPrincipals:\n"),
            ["deny.json:5:5", "nothing stands behind"],
        ),
        (
            rule.replace("deniedPermissions", "deniedPrincipals"),
            ["deny.json:3:", "deniedPermissions is missing"],
        ),
        (
            format!("{head}{rule}{}", principals.split("uid").next().unwrap()),
            ["deny.json:1:1", "no updateTime: the file may be cut off"],
        ),
    ] {
        refused(granted().with_deny(&text), &parts);
    }
}

#[test]
fn a_key_that_stands_twice_is_no_policy() {
    let json =
        r#"{"bindings":[{"role":"roles/viewer","role":"roles/owner","members":["allUsers"]}]}"#;
    refused(check(json), &["policy.json:1:37", "\"role\" stands twice"]);
    let yaml = "bindings:\n- role: roles/viewer\n  role: roles/owner\n";
    let run = refused(check(yaml), &["policy.json:3:", "role"]);
    assert!(!run.stderr.contains("Policy in Options"), "{}", run.stderr);
}

#[test]
fn a_file_of_another_kind_says_where_it_belongs() {
    let deny = r#"{"name":"x","kind":"DenyPolicy","rules":[]}"#;
    let role = r#"{"name":"roles/x","includedPermissions":[]}"#;
    let aws = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let allow = r#"{"bindings":[]}"#;
    for (program, parts) in [
        (check(deny), ["deny policy", "--deny-policy"]),
        (check(role), ["a role", "--role-definition"]),
        (check(aws), ["AWS", "remperm aws check --identity-policy"]),
        (granted().with_deny(allow), ["allow policy", "--iam-policy"]),
        (granted().with_deny(aws), ["AWS", "remperm aws check"]),
        (
            granted().with_resource("bucket", deny),
            ["deny policy", "--deny-policy"],
        ),
        (
            check(allow).with_role(allow),
            ["allow policy", "--iam-policy"],
        ),
        (
            check(allow).with_role(deny),
            ["deny policy", "--deny-policy"],
        ),
        (check(allow).with_role(aws), ["AWS", "remperm aws check"]),
    ] {
        refused(program, &parts);
    }
}

#[test]
fn deny_policies_and_roles_are_read_as_strictly() {
    for (text, parts) in [
        (
            "{\"rules\":[{}]}",
            &["deny.json:1:11", "rules[0]: denyRule is missing"][..],
        ),
        (
            "{\"rules\":[{\"denyRule\":[]}]}",
            &["rules[0].denyRule: an array"],
        ),
        (
            "{\"rules\":[{\"denyRule\":{\"deniedPrincipals\":\"all\"}}]}",
            &["rules[0].denyRule.deniedPrincipals: a string where a list"],
        ),
        (
            "{\"rules\":[{\"allowRule\":{}}]}",
            &["rules[0]: the field \"allowRule\""],
        ),
        (
            "{\"rules\":[],\"enforced\":false}",
            &["the field \"enforced\""],
        ),
        (
            "rules: &a []\nannotations: *a",
            &["deny.json:1:", "anchor or alias"],
        ),
    ] {
        refused(granted().with_deny(text), parts);
    }
    for (text, parts) in [
        (
            "{\"name\":\"Remotion\",\"includedPermissions\":[]}",
            &["not the full name of a role"][..],
        ),
        (
            "{\"name\":\"roles/\",\"includedPermissions\":[]}",
            &["not the full name of a role"],
        ),
        (
            "{\"name\":\"roles/x\",\"includedPermissions\":[1]}",
            &["includedPermissions[0]: a number"],
        ),
        (
            "{\"name\":\"roles/x\",\"includedPermissions\":[\"run.*\"]}",
            &["\"run.*\" is not the name"],
        ),
        (
            "{\"name\":\"roles/x\",\"includedPermissions\":[\"run.googleapis.com/services.get\"]}",
            &["is not the name of a permission"],
        ),
        (
            "{\"name\":\"roles/x\",\"deleted\":\"yes\"}",
            &["deleted: a string where a boolean"],
        ),
        (
            "{\"name\":\"roles/x\",\"permissions\":[]}",
            &["the field \"permissions\""],
        ),
    ] {
        refused(check(&policy(&[])).with_role(text), parts);
    }
}

#[test]
fn size_and_nesting_are_bounded() {
    let large = format!("etag: {}", "a".repeat(11 * 1024 * 1024));
    refused(check(&large), &["policy.json", "larger than 10 MiB"]);
    for open in ["[", "{\"a\":", "- ", "a: {"] {
        let deep = open.repeat(100_000);
        refused(check(&deep), &["policy.json:1:"]);
    }
    let bomb: String = std::iter::once("a0: &a0 [x, x]\n".to_owned())
        .chain((1..30).map(|index| {
            let before = index - 1;
            format!("a{index}: &a{index} [*a{before}, *a{before}]\n")
        }))
        .collect();
    refused(check(&bomb), &["policy.json:1:"]);
    let documents = "etag: ACAB\n---\netag: ACAB\n";
    refused(check(documents), &["policy.json:"]);
}

#[test]
fn a_large_policy_is_judged_in_time() {
    // The most that Google allows are 1,500 members; this is a hundred times as many.
    let members: Vec<String> = (0..1_500)
        .map(|index| format!("group:team-{index}@example.com"))
        .collect();
    let names: Vec<&str> = members.iter().map(String::as_str).collect();
    let bindings: Vec<_> = (0..100)
        .map(|_| binding("roles/run.admin", &names))
        .collect();
    let started = std::time::Instant::now();
    let run = check(&policy(&bindings)).arg("--excess").run().expect(1);
    let finding = super::of(&run, "run.services.create");
    assert_eq!(finding.status, "unknown");
    assert!(finding.detail.len() < 2_000, "{}", finding.detail.len());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn text_from_files_is_cleaned() {
    let nasty = "roles/x\u{1b}[31m\u{7}\n::error::";
    let text = policy(&[binding(nasty, &[MEMBER])]);
    let run = Program::new([
        "gcp",
        "check",
        "--iam-policy",
        "policy.json",
        "--member",
        MEMBER,
    ])
    .file("policy.json", &text)
    .run()
    .expect(3);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{7}'));
    assert!(!run.stdout.contains("\n::error::"));
    let run = refused(check("{\"\\u001b[31m\":1}"), &["is not known here"]);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}
