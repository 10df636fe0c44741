//! Files that can't be read, or are no JSON: never a verdict.

use serde_json::json;

use super::malformed::{reading, refused, refused_at};
use super::{all_pass_but, checking, document, everything, printed};
use crate::support::program::Program;

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
