//! Files that are no policies: a message that names the file and the place, and never a verdict.

use serde_json::{Value, json};

use super::{all_pass_but, checking, document, everything, printed, with};
use crate::support::program::{Program, Run};

/// The check of a file with these bytes.
fn reading(bytes: &[u8]) -> Program {
    let arguments = ["aws", "check", "--subject", "user"];
    Program::new(arguments)
        .arguments(["--identity-policy", "policy.json", "--format", "json"])
        .file("policy.json", bytes)
}

/// No verdict: exit code 2, nothing on stdout, one error with these words, and a hint.
#[track_caller]
fn refused(program: Program, says: &[&str]) -> Run {
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
fn refused_at(bytes: &[u8], place: &str, says: &str) {
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
fn what_is_no_file() {
    let user = printed("user");
    let missing = Program::new(["aws", "check", "--subject", "user"])
        .arguments(["--identity-policy", "missing.json"]);
    refused(missing, &["can't read the policy missing.json: "]);
    let directory = Program::new(["aws", "check", "--subject", "user"])
        .arguments(["--identity-policy", "folder"])
        .file("folder/policy.json", user.to_string());
    refused(directory, &["can't read the policy folder: "]);
    // A right file beside it does not help.
    for flag in [
        "--identity-policy",
        "--boundary",
        "--session-policy",
        "--scp",
    ] {
        refused(
            checking("user", &everything()).arguments([flag, "missing.json"]),
            &["can't read the policy missing.json: "],
        );
    }
}

#[test]
fn what_is_no_json() {
    refused_at(b"", "1:1", "the end of the file");
    refused_at(b" \n\t\n", "3:1", "the end of the file");
    refused_at(b"Version: 2012-10-17\n", "1:1", "not a JSON document");
    refused_at(b"<html></html>", "1:1", "not a JSON document");
    refused_at(
        b"{\"Version\": \"2012-10-17\"\n,}",
        "2:2",
        "not a JSON document",
    );
    refused_at(b"{} {}", "1:4", "not a JSON document");
    refused_at(b"[]", "1:1", "an object should stand");
    refused_at(b"null", "1:1", "an object should stand");
    refused_at(b"\"a policy\"", "1:1", "an object should stand");
    // Python's and JavaScript's liberties.
    refused_at(b"{'Version': '2012-10-17'}", "1:2", "not a JSON document");
    refused_at(b"// policy\n{}", "1:1", "not a JSON document");
    refused_at(b"{\"Version\": NaN}", "1:13", "not a JSON document");
}

/// No byte is too many to lose but those behind the document's end.
#[test]
fn a_policy_that_is_cut_off_anywhere() {
    let whole = document(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })]);
    let whole = whole.to_string().into_bytes();
    reading(&whole).run().expect(0);
    for length in 0..whole.len() {
        let run = refused(reading(&whole[..length]), &["policy.json:1:"]);
        assert!(run.stderr.contains("the end of the file") || run.stderr.contains("not a JSON"));
    }
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = everything().to_string().into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'*').unwrap();
    bytes[at] = 0xff;
    refused_at(&bytes, &format!("1:{}", at + 1), "UTF-8");
    // Half of a pair of UTF-16, escaped and raw.
    refused_at(b"{\"Id\": \"\\ud800\"}", "1:15", "surrogate");
    refused_at(b"{\"Id\": \"\xed\xa0\x80\"}", "1:9", "UTF-8");
    let utf16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    refused_at(&utf16, "1:1", "UTF-8");
}

#[test]
fn marks_of_editors_are_let_through() {
    let policy = Program::new(["policies", "user"]).run().expect(0).stdout;
    let with_mark = format!("\u{feff}{policy}");
    let with_returns = policy.replace('\n', "\r\n");
    for text in [with_mark, with_returns] {
        let run = reading(text.as_bytes()).run().expect(0);
        all_pass_but(&run.findings(), &[]);
    }
    // Lines are counted as editors do.
    let wrong = policy.replace("\"Sid\": \"HandleQuotas\",", "\"sid\": \"HandleQuotas\",");
    let place = "5:7: Statement[0]: sid";
    refused_at(wrong.as_bytes(), place, "`Sid` may be meant");
    refused_at(wrong.replace('\n', "\r\n").as_bytes(), place, "`sid`");
    refused_at(format!("\u{feff}{wrong}").as_bytes(), place, "`sid`");
}

#[test]
fn what_is_too_large() {
    let mut spaces = everything().to_string().into_bytes();
    spaces.resize(11 << 20, b' ');
    refused(
        reading(&spaces),
        &["can't read the policy policy.json: it is larger than 10 MiB"],
    );
    spaces.truncate(2 << 20);
    refused(reading(&spaces), &["policy.json: 2097152 bytes"]);
    let arguments = [
        "aws",
        "check",
        "--subject",
        "user",
        "--identity-policy",
        "-",
    ];
    let endless = Program::new(arguments).input(vec![b' '; 11 << 20]);
    refused(endless, &["standard input: it is larger than 10 MiB"]);
    let mut deep = vec![b'['; 200_000];
    deep.resize(400_000, b']');
    refused(reading(&deep), &["policy.json:1:", "not a JSON document"]);
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

#[test]
fn standard_input_can_be_read_once() {
    let policy = everything().to_string();
    let twice: [&[&str]; 3] = [
        &["--identity-policy", "-", "-"],
        &["--identity-policy", "-", "--boundary", "-"],
        &["--identity-policy", "-", "--scp", "-"],
    ];
    for arguments in twice {
        let program = Program::new(["aws", "check", "--subject", "user"]).arguments(arguments);
        refused(
            program.input(policy.as_str()),
            &["standard input", "it can be read only once"],
        );
    }
}

#[test]
fn a_level_without_policies() {
    let level = || checking("user", &everything()).arguments(["--scp-level", "level"]);
    refused(level(), &["can't read the directory level: "]);
    refused(
        level().file("level", everything().to_string()),
        &["can't read the directory level: "],
    );
    let program = level();
    std::fs::create_dir(program.work().join("level")).unwrap();
    refused(
        program,
        &["can't read the directory level: it holds no .json file"],
    );
    refused(
        level().file("level/README.md", "the policies of the root"),
        &["can't read the directory level: it holds no .json file"],
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
