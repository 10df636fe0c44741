//! JSON that is no policy: a message that names the file and the place, and never a verdict.

use serde_json::{Value, json};

use super::{all_pass_but, checking, document, everything, printed, with};
use crate::support::program::{Program, Run};

/// The check of a file with these bytes.
pub(super) fn reading(bytes: &[u8]) -> Program {
    let arguments = ["aws", "check", "--subject", "user"];
    Program::new(arguments)
        .arguments(["--identity-policy", "policy.json", "--format", "json"])
        .file("policy.json", bytes)
}

/// No verdict: exit code 2, nothing on stdout, one error with these words, and a hint.
#[track_caller]
pub(super) fn refused(program: Program, says: &[&str]) -> Run {
    let run = program.run().expect(2);
    assert_eq!(run.stdout, "", "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: "), "{}", run.stderr);
    for words in says {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
    run
}

/// A file whose bytes are refused at this place.
#[track_caller]
pub(super) fn refused_at(bytes: &[u8], place: &str, says: &str) {
    refused(reading(bytes), &[&format!("policy.json:{place}: "), says]);
}

/// A statement that is right but for one element.
fn statement(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Vec<u8> {
    let mut statement = serde_json::Map::new();
    statement.insert("Sid".to_owned(), json!("Storage"));
    statement.insert("Effect".to_owned(), json!("Allow"));
    statement.insert("Action".to_owned(), json!("s3:GetObject"));
    statement.insert("Resource".to_owned(), json!("*"));
    change(&mut statement);
    let first = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    document(&[first, Value::Object(statement)])
        .to_string()
        .into_bytes()
}

/// Refused because of the second statement: file, line, statement, id and element are named.
#[track_caller]
fn refused_statement(
    change: impl FnOnce(&mut serde_json::Map<String, Value>),
    field: &str,
    says: &str,
) {
    let place = format!(": Statement[1] (Storage): {field}: ");
    refused(
        reading(&statement(change)),
        &["error: policy.json:1:", &place, says],
    );
}

#[test]
fn keys_that_are_none() {
    refused_statement(
        |one| drop(one.insert("Comment".to_owned(), json!("ours"))),
        "Comment",
        "`Comment` is no element of a policy here",
    );
    refused_statement(
        |one| {
            let actions = one.remove("Action").unwrap();
            one.insert("Actions".to_owned(), actions);
        },
        "Actions",
        "`Action` may be meant",
    );
    let mut policy = everything();
    policy["Policy"] = json!({});
    refused(
        reading(policy.to_string().as_bytes()),
        &[
            "policy.json:1:",
            ": Policy: `Policy` is no element of a policy here",
        ],
    );
    // What the AWS CLI prints around a policy.
    let wrapped = json!({ "PolicyDocument": everything() });
    refused_at(
        wrapped.to_string().as_bytes(),
        "1:2: PolicyDocument",
        "no element",
    );
}

#[test]
fn keys_that_stand_twice() {
    let twice =
        br#"{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
    refused_at(twice, "1:35", "the key \"Effect\" stands twice");
    let twice = br#"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}"#;
    refused_at(twice, "1:27", "the key \"Version\" stands twice");
    refused_statement(
        |one| {
            let keys = json!({ "StringEquals": { "aws:username": "a", "aws:UserName": "b" } });
            one.insert("Condition".to_owned(), keys);
        },
        "Condition.StringEquals.aws:username",
        "the same key in another case",
    );
}

#[test]
fn both_or_none_of_a_pair() {
    for (one, other) in [("Action", "NotAction"), ("Resource", "NotResource")] {
        refused_statement(
            |statement| drop(statement.insert(other.to_owned(), json!("*"))),
            one,
            &format!("both `{one}` and `{other}`"),
        );
        refused_statement(
            |statement| drop(statement.remove(one)),
            one,
            &format!("neither `{one}` nor `{other}`"),
        );
    }
}

#[test]
fn values_of_the_wrong_type() {
    let wrong = [
        ("Effect", json!("allow"), "`allow` is no effect"),
        ("Effect", json!(["Allow"]), "a string should stand"),
        ("Effect", json!(null), "a string should stand"),
        (
            "Action",
            json!(1),
            "a string or an array of strings should stand",
        ),
        ("Action", json!([]), "an empty array"),
        (
            "Action",
            json!(["s3:GetObject", null]),
            "a string should stand",
        ),
        ("Action", json!([["s3:GetObject"]]), "a string should stand"),
        ("Action", json!("GetObject"), "GetObject"),
        ("Action", json!(""), "Action"),
        (
            "Resource",
            json!({ "Ref": "Bucket" }),
            "a string or an array of strings",
        ),
        ("Resource", json!([]), "an empty array"),
        ("Condition", json!([]), "an object should stand"),
        ("Condition", json!("StringEquals"), "an object should stand"),
    ];
    for (element, value, says) in wrong {
        refused_statement(
            |one| drop(one.insert(element.to_owned(), value)),
            element,
            says,
        );
    }
    refused_at(
        br#"{"Version": "2012-10-18", "Statement": []}"#,
        "1:13: Version",
        "`2012-10-18` is no version",
    );
    refused_at(
        br#"{"Version": 2012, "Statement": []}"#,
        "1:13: Version",
        "a string",
    );
    refused_at(
        br#"{"Statement": []}"#,
        "1:15: Statement",
        "no statement at all",
    );
    refused_at(
        br#"{"Statement": ["Allow"]}"#,
        "1:16: Statement[0]",
        "an object",
    );
    refused_at(b"{}", "1:1: Statement", "the document has no `Statement`");
}

#[test]
fn resources_that_are_none() {
    for text in [
        "",
        "remotionlambda-*",
        "arn:aws:s3",
        "arn:aws:s3:remotionlambda-a",
        "arn:aws:*:::remotionlambda-*",
        "arn::s3:::remotionlambda-*",
        "arn:aws:s3:::",
        "arn:aws:s3:${aws:PrincipalAccount}::remotionlambda-*",
        "arn:aws:s3:::${aws:username",
        "https://remotionlambda-a.s3.amazonaws.com",
    ] {
        refused_statement(
            |one| drop(one.insert("Resource".to_owned(), json!(text))),
            "Resource",
            text,
        );
    }
}

#[test]
fn conditions_that_are_none() {
    let wrong = [
        (
            json!({ "StringSame": { "aws:username": "a" } }),
            "StringSame",
            "StringSame",
        ),
        (
            json!({ "stringequals2": { "aws:username": "a" } }),
            "stringequals2",
            "",
        ),
        (
            json!({ "StringEquals": "a" }),
            "StringEquals",
            "an object should stand",
        ),
        (
            json!({ "StringEquals": { "username": "a" } }),
            "StringEquals.username",
            "condition key",
        ),
        (
            json!({ "StringEquals": { "aws:username": [] } }),
            "StringEquals.aws:username",
            "an empty array",
        ),
        (
            json!({ "StringEquals": { "aws:username": null } }),
            "StringEquals.aws:username",
            "should stand",
        ),
        (
            json!({ "Bool": { "aws:SecureTransport": "yes" } }),
            "Bool.aws:SecureTransport",
            "yes",
        ),
        (
            json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/33" } }),
            "IpAddress.aws:SourceIp",
            "10.0.0.0/33",
        ),
        (
            json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "old" } }),
            "NumericLessThan.aws:MultiFactorAuthAge",
            "old",
        ),
    ];
    for (condition, field, says) in wrong {
        refused_statement(
            |one| drop(one.insert("Condition".to_owned(), condition)),
            &format!("Condition.{field}"),
            says,
        );
    }
}

#[test]
fn principals_have_no_place_in_an_identity_policy() {
    for element in ["Principal", "NotPrincipal"] {
        refused_statement(
            |one| drop(one.insert(element.to_owned(), json!("*"))),
            element,
            &format!("`{element}` has no place in a policy of this kind"),
        );
    }
    // A trust policy in the place of a policy is the mistake that this catches.
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole"
        }
    });
    refused(reading(trust.to_string().as_bytes()), &["policy.json:1:"]);
}

/// Every layer's files are read as strictly.
#[test]
fn a_malformed_file_in_any_layer() {
    for flag in [
        "--identity-policy",
        "--boundary",
        "--session-policy",
        "--scp",
    ] {
        refused(
            checking("user", &everything())
                .arguments([flag, "other.json"])
                .file("other.json", "{\"Statement\": [{}]}"),
            &["other.json:1:16: Statement[0]: "],
        );
    }
    refused(
        checking("user", &everything())
            .arguments(["--scp-level", "level"])
            .file("level/a.json", everything().to_string())
            .file("level/b.json", "{"),
        &["level/b.json:1:2: "],
    );
}

/// What is odd but can be read is told, and changes neither verdicts nor the code.
#[test]
fn warnings_are_notes() {
    let long = with(
        printed("user"),
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": (0..200)
            .map(|number| format!("arn:aws:s3:::a-bucket-with-a-long-name-{number}/*"))
            .collect::<Vec<_>>() }),
    );
    let slip = with(
        printed("user"),
        json!({ "Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*" }),
    );
    let short = with(
        printed("user"),
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:*" }),
    );
    let twice = with(
        printed("user"),
        json!({ "Sid": "Storage", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }),
    );
    for (policy, says) in [
        (&long, "more than the 6144 that AWS documents"),
        (
            &slip,
            "`s3:GetObjct` is no action known here; `s3:GetObject` may be meant",
        ),
        (
            &short,
            "`arn:aws:s3:*` has fewer than the six parts of an ARN",
        ),
        (
            &twice,
            "the Sid `Storage` stands in more than one statement",
        ),
    ] {
        let run = checking("user", policy).run().expect(0);
        all_pass_but(&run.findings(), &[]);
        let notes = run.report()["audits"][0]["notes"].clone();
        let told = notes.as_array().unwrap().iter().any(|note| {
            let note = note.as_str().unwrap();
            note.starts_with("policy.json:1:") && note.contains(says)
        });
        assert!(told, "{says} in {notes:#}");
    }
    // The slip is the only policy's only fault: it fails, and the note says why.
    let only = document(&[json!({ "Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*" })]);
    let run = checking("user", &only).run().expect(1);
    assert!(run.findings().iter().all(|one| one.status == "fail"));
    let table = Program::new(["aws", "check", "--subject", "user"])
        .arguments(["--identity-policy", "policy.json"])
        .env("COLUMNS", "400")
        .file("policy.json", only.to_string())
        .run()
        .expect(1);
    assert!(
        table.stdout.contains("`s3:GetObject` may be meant"),
        "{}",
        table.stdout
    );
}
