//! What is no account details ends with 2 and says where; it never ends in a verdict.

use serde_json::{Value, json};

use super::{check, checking, details, push};
use crate::support::program::Run;

#[track_caller]
fn refused(run: Run, says: &[&str]) {
    let run = run.expect(2);
    assert_eq!(run.stdout, "");
    for part in says {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(
        run.stderr.starts_with("error: ") && run.stderr.contains("\nhint: "),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_no_json_or_something_else() {
    for (text, says) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("UserDetailList:\n- Arn: x\n", "line 1 column 1"),
        ("{}", "document 1 holds none of UserDetailList"),
        ("[]", "details.json"),
        ("null", "details.json"),
        ("12", "details.json"),
        ("\"text\"", "details.json"),
        (
            r#"{"Users": [{"UserName": "x"}]}"#,
            "document 1 holds none of",
        ),
        (
            r#"{"Version": "2012-10-17", "Statement": []}"#,
            "document 1 holds none of",
        ),
        (r#"{"UserDetailList": {}}"#, "line 1 column"),
        (r#"{"UserDetailList": [[]]}"#, "line 1 column"),
        (r#"{"UserDetailList": [{}]}"#, "missing field `Arn`"),
        (
            r#"{"UserDetailList": [], "UserDetailList": []}"#,
            "duplicate field `UserDetailList`",
        ),
        (r#"{"UserDetailList": []} {"Policies"#, "details.json"),
        (r#"{"UserDetailList": []} x"#, "line 1 column 24"),
        (r#"{"UserDetailList": []} {}"#, "document 2 holds none of"),
    ] {
        refused(
            checking(text, &["--principal", "x"]).run(),
            &["details.json", says],
        );
    }
    let deep = format!("{{\"UserDetailList\": {}", "[".repeat(100_000));
    refused(checking(&deep, &[]).run(), &["details.json"]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("{}".bytes().flat_map(|one| [one, 0]))
        .collect();
    refused(
        checking("", &[]).file("details.json", utf16).run(),
        &["UTF-16"],
    );
    refused(
        checking("", &[]).file("details.json", b"{\n\xff").run(),
        &["line 2 is not UTF-8"],
    );
}

#[test]
fn a_file_that_is_cut_off_anywhere() {
    let whole = format!("{:#}", details());
    for part in 1..40 {
        let cut = &whole[..whole.len() * part / 40];
        refused(checking(cut, &[]).run(), &["details.json", "line "]);
    }
}

#[test]
fn members_of_the_wrong_shape() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 11] = [
        (
            |all| all["UserDetailList"][0]["Arn"] = json!("x"),
            "UserDetailList[0]",
        ),
        (
            |all| all["UserDetailList"][0]["UserName"] = json!("other"),
            "UserDetailList[0]",
        ),
        (
            |all| all["UserDetailList"][0]["Arn"] = json!(super::arn("role/deployer")),
            "UserDetailList[0]",
        ),
        (
            |all| all["RoleDetailList"][0]["Arn"] = json!(super::arn("user/x")),
            "RoleDetailList[0]",
        ),
        (
            |all| {
                push(
                    &mut all["GroupDetailList"],
                    json!({ "Arn": "x", "GroupName": "x" }),
                )
            },
            "GroupDetailList[0]",
        ),
        (
            |all| all["UserDetailList"][0]["GroupList"] = json!("team"),
            "line 1 column",
        ),
        (
            |all| {
                all["UserDetailList"][0]["AttachedManagedPolicies"] = json!([{ "PolicyName": "x" }])
            },
            "missing field `PolicyArn`",
        ),
        (
            |all| all["UserDetailList"][0]["PermissionsBoundary"] = json!({}),
            "missing field `PermissionsBoundaryArn`",
        ),
        (
            |all| all["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = json!(7),
            "inline policy remotion (line 1)",
        ),
        (
            |all| all["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = json!("%7B%2"),
            "inline policy remotion (line 1)",
        ),
        (
            |all| all["RoleDetailList"][0]["AssumeRolePolicyDocument"] = json!([]),
            "AssumeRolePolicyDocument (line 1)",
        ),
    ];
    for (change, says) in cases {
        let mut all = details();
        change(&mut all);
        refused(check(&all, &[]), &["details.json", says]);
    }
}

#[test]
fn policies_that_are_none() {
    for (document, says) in [
        (json!({}), "Statement"),
        (
            json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:*" }] }),
            "Statement[0]",
        ),
        (
            json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "allow", "Action": "*", "Resource": "*" }] }),
            "Effect",
        ),
    ] {
        let mut all = details();
        all["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = document;
        refused(
            check(&all, &[]),
            &["details.json: user deployer, inline policy remotion", says],
        );
        // Nobody asked for that one.
        check(&all, &["--subject", "role"]).expect(0);
    }
}

#[test]
fn what_is_described_twice_has_to_be_the_same() {
    let first = details();
    let mut second = details();
    second["UserDetailList"][0]["UserPolicyList"] = json!([]);
    let both = format!("{first}{second}");
    refused(
        checking(&both, &[]).run(),
        &["details.json: document 2: UserDetailList[0] was described before"],
    );
}

#[test]
fn files_that_can_not_be_read() {
    let missing = checking("", &["--account-details", "missing.json"]);
    refused(
        missing.file("details.json", details().to_string()).run(),
        &["missing.json"],
    );
    let twice = checking(&details().to_string(), &["--account-details", "-", "-"]);
    refused(
        twice.input(details().to_string()).run(),
        &["it can be read only once"],
    );
    let directory = checking("", &["--account-details", "."]);
    refused(
        directory.file("details.json", details().to_string()).run(),
        &["account details ."],
    );
}

#[test]
fn a_file_that_is_too_large() {
    let mut program = checking("", &[]);
    let file = std::fs::File::create(program.work().join("details.json")).unwrap();
    // A hole takes no room on the disk.
    file.set_len(256 * 1024 * 1024 + 1).unwrap();
    program = program.arg("--quiet");
    refused(program.run(), &["it is larger than 256 MiB"]);
}

#[test]
fn foreign_text_does_not_reach_the_terminal() {
    let mut all = details();
    all["UserDetailList"][0]["UserPolicyList"][0]["PolicyName"] = json!("x\u{1b}[31m\n");
    all["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = json!({});
    let run = check(&all, &[]).expect(2);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}
