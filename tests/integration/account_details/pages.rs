//! The details as different tools write them: in pages, in several files, with encoded documents.

use serde_json::{Value, json};

use super::{OF_MINISTACK, VERSION, check, checking, details, not_passed};
use crate::support::program::Program;

/// A text as IAM encodes documents.
fn encoded(document: &Value) -> Value {
    let text: String = document
        .to_string()
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    json!(text)
}

#[test]
fn documents_may_be_encoded_or_texts() {
    let as_text: fn(&Value) -> Value = |document| json!(document.to_string());
    for write in [encoded, as_text] {
        let mut details = details();
        let document = &mut details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"];
        *document = write(document);
        let trust = &mut details["RoleDetailList"][0]["AssumeRolePolicyDocument"];
        *trust = write(trust);
        check(&details, &[]).expect(0);
        let text = details
            .to_string()
            .replace("s3%3APutObject%22", "s3%3AOther%22");
        let lacking = text.replace("\\\"s3:PutObject\\\"", "\\\"s3:Other\\\"");
        assert_ne!(lacking, details.to_string());
        let run = checking(&lacking, &["--subject", "user"]).run().expect(1);
        assert_eq!(not_passed(&run), ["user s3:PutObject fail nothing_allows"]);
    }
}

/// The details, one list per page, as the service hands them out.
fn pages() -> Vec<Value> {
    let whole = details();
    let names = [
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
    ];
    names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let mut page = json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [],
                "Policies": [], "IsTruncated": index + 1 < names.len() });
            if index + 1 < names.len() {
                page["Marker"] = json!(format!("page{index}"));
            }
            page[name] = whole[name].clone();
            page
        })
        .collect()
}

#[test]
fn pages_are_put_together() {
    let pages: Vec<String> = pages().iter().map(|page| format!("{page:#}\n")).collect();
    checking(&pages.concat(), &[]).run().expect(0);
    // One file per page, and the standard input among them.
    let flags = ["--account-details", "second.json", "-"];
    let mut program = checking(&pages[0], &flags).file("second.json", &pages[1]);
    program = program.input(pages[2..].concat());
    let run = program.run().expect(0);
    let files = &run.report()["audits"][0]["tested"]["files"];
    assert_eq!(
        *files,
        json!(["details.json", "second.json", "standard input"])
    );
    // A page twice is no contradiction.
    checking(&format!("{}{}", pages.concat(), pages.concat()), &[])
        .run()
        .expect(0);
    // Without the last pages the role is not known to be missing.
    let run = checking(&pages[..2].concat(), &[]).run().expect(3);
    assert!(
        not_passed(&run)
            .iter()
            .all(|one| one.ends_with("unknown unseen_policy"))
    );
}

#[test]
fn a_byte_order_mark_is_let_through() {
    checking(&format!("\u{feff}{}", details()), &[])
        .run()
        .expect(0);
}

#[test]
fn what_aws_adds_is_let_through() {
    let mut more = details();
    more["Later"] = json!({ "x": 1 });
    more["UserDetailList"][0]["Later"] = json!([1]);
    check(&more, &[]).expect(0);
}

#[test]
fn what_the_aws_cli_printed_is_read() {
    let checked = |principal: &str| {
        Program::new([
            "aws",
            "check",
            "--account-details",
            OF_MINISTACK,
            "--remotion-version",
            VERSION,
            "--format",
            "json",
            "--principal",
            principal,
        ])
        .run()
    };
    for (principal, expected) in [
        ("exact", vec![]),
        ("grouped", vec![]),
        ("current", vec![]),
        ("ci", vec![]),
        ("lacking", vec!["user s3:PutObject fail nothing_allows"]),
        ("outdated", vec!["user s3:PutObject fail nothing_allows"]),
        ("denied", vec!["user s3:PutObject fail explicit_deny"]),
        ("narrow", vec!["user s3:GetObject fail narrower"]),
    ] {
        assert_eq!(not_passed(&checked(principal)), expected, "{principal}");
    }
    let run = checked("foreign").expect(3);
    assert!(
        run.stdout
            .contains("arn:aws:iam::aws:policy/PowerUserAccess")
    );
}
