//! Files that are no plan or state: a message that names the file and the place, and no verdict.

use serde_json::{Value, json};

use super::{everything, user};
use crate::support::program::{Program, Run};

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, says: &[&str]) -> Run {
    let run = Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--terraform",
        "plan.json",
    ])
    .file("plan.json", bytes)
    .run()
    .expect(2);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: "), "{}", run.stderr);
    assert!(run.stderr.len() < 3000, "{}", run.stderr);
    for words in says.iter().chain(&["plan.json"]) {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
    run
}

fn real(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/tests/fixtures/terraform/terraform-1.11/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).unwrap()
}

#[test]
fn what_people_take_for_it_is_recognised() {
    let saved = "which only Terraform can read";
    refused(
        real("saved.tfplan"),
        &[saved, "terraform show -json plan.json"],
    );
    refused(
        real("raw.tfstate"),
        &["a raw state file", "terraform show -json plan.json"],
    );
    refused(
        real("log.json"),
        &["the log that `terraform plan -json` prints"],
    );
    refused(real("text.txt"), &["`terraform show` prints without -json"]);
    refused("", &["is empty"]);
    refused("{\"format_version\":\"1.0\"}", &["the state is empty"]);
    refused(everything(), &["is a policy document", "--identity-policy"]);
    refused(
        r#"{"UserDetailList": []}"#,
        &["the details of an account", "--account-details"],
    );
    refused(r#"{"bindings": []}"#, &["an allow policy of Google Cloud"]);
    refused(
        r#"{"format_version":"1.0","provider_schemas":{}}"#,
        &["terraform providers schema"],
    );
    refused(
        r#"{"format_version":"1.0","valid":true,"diagnostics":[]}"#,
        &["terraform validate"],
    );
    refused("{}", &["no format_version"]);
    refused("[]", &["is not JSON"]);
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend("{}".encode_utf16().flat_map(u16::to_le_bytes));
    refused(utf16, &["UTF-16", "Out-File"]);
    refused(b"{\n\"a\": \"\xff\"}", &["line 2 is not UTF-8"]);
    // A byte order mark alone does no harm.
    Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--terraform",
        "plan.json",
    ])
    .file("plan.json", format!("\u{feff}{}", user().json()))
    .run()
    .expect(0);
    let run = Program::new(["aws", "check", "--terraform", "missing.json"])
        .run()
        .expect(2);
    assert!(
        run.stderr.contains("can't read missing.json"),
        "{}",
        run.stderr
    );
    let run = Program::new(["aws", "check", "--terraform", "."])
        .run()
        .expect(2);
    assert!(run.stderr.contains("can't read .: "), "{}", run.stderr);
}

#[test]
fn a_file_that_is_cut_off_gives_no_verdict() {
    let text = user().json().to_string();
    for length in (1..text.len()).step_by(97) {
        refused(&text[..length], &[]);
    }
    refused(&text[..text.len() - 1], &["line 1 column", "cut off"]);
    refused(format!("{text}{text}"), &["trailing characters"]);
}

#[test]
fn other_versions_of_the_format_are_refused() {
    for version in ["2.0", "0.2", "", "x", "10.1"] {
        refused(
            user()
                .set("format_version", json!(version))
                .json()
                .to_string(),
            &["format_version", "only 1 is known"],
        );
    }
    let newer = user()
        .set("format_version", json!("1.99"))
        .set("new_thing", json!({ "x": [1] }));
    super::all_pass(&newer.of_user());
}

#[test]
fn wrong_types_are_told_without_their_values() {
    for (pointer, value, says) in [
        (
            "/planned_values",
            json!("hush"),
            "a string where an object should stand",
        ),
        ("/planned_values", Value::Null, "planned_values is missing"),
        (
            "/planned_values/root_module/resources",
            json!({ "hush": 1 }),
            "a map where a sequence should stand",
        ),
        (
            "/planned_values/root_module/resources/1/address",
            json!(7),
            "integer where a string should stand",
        ),
        (
            "/planned_values/root_module/resources/1/values",
            json!("hush"),
            "aws_iam_user_policy.all: values",
        ),
        (
            "/planned_values/root_module/resources/1/values/policy",
            json!({ "hush": 1 }),
            "aws_iam_user_policy.all: policy is an object where a text should stand",
        ),
        (
            "/planned_values/root_module/resources/1/values/user",
            json!(["hush"]),
            "user is an array",
        ),
        (
            "/planned_values/root_module/resources/1/mode",
            json!("hush-mode"),
            "mode",
        ),
        (
            "/planned_values/root_module/resources/1/index",
            json!({ "hush": 1 }),
            "index",
        ),
        (
            "/resource_changes",
            json!("hush"),
            "a string where a sequence should stand",
        ),
        (
            "/resource_changes/1/change/actions",
            json!(["erase"]),
            "the action \"erase\" is not known",
        ),
        ("/format_version", json!(1), "integer"),
        (
            "/errored",
            json!("hush"),
            "a string where a boolean should stand",
        ),
        (
            "/planned_values/root_module/resources/1/values/policy",
            json!("hush"),
            "aws_iam_user_policy.all.policy:1:1",
        ),
    ] {
        let mut plan = user().json();
        let (above, field) = pointer.rsplit_once('/').unwrap();
        plan.pointer_mut(above).unwrap()[field] = value;
        let says = says
            .replace("a string where", "string where")
            .replace("a map", "map");
        let run = refused(plan.to_string(), &[&says]);
        assert!(
            !run.stderr.contains("hush") || pointer.ends_with("/mode"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_stands_there_twice_or_contradicts_itself_is_refused() {
    let twice = |pointer: &str| {
        let mut plan = user().json();
        let list = plan.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
        list.push(list[1].clone());
        plan.to_string()
    };
    refused(
        twice("/planned_values/root_module/resources"),
        &["aws_iam_user_policy.all: it stands there twice"],
    );
    refused(
        twice("/resource_changes"),
        &["resource_changes: aws_iam_user_policy.all: it stands there twice"],
    );
    let text = user().json().to_string();
    refused(
        text.replacen("\"policy\":", "\"policy\":\"\",\"policy\":", 1),
        &["stands twice"],
    );
    refused(
        text.replacen(
            "\"planned_values\":",
            "\"planned_values\":{},\"planned_values\":",
            1,
        ),
        &["duplicate field"],
    );
    let mut cut = user().json();
    cut["planned_values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap()
        .pop();
    refused(
        cut.to_string(),
        &["planned_values: aws_iam_user_policy.all: it is missing"],
    );
    let mut kept = user().json();
    kept["resource_changes"][1]["change"]["actions"] = json!(["delete"]);
    refused(kept.to_string(), &["resource_changes deletes it"]);
    let both = user().set("values", json!({ "root_module": {} })).json();
    refused(both.to_string(), &["neither a plan nor a state"]);
    let mut module = user().json();
    module["planned_values"]["root_module"]["child_modules"] = json!([{ "address": "nonsense[", "resources": [
        { "address": "x", "mode": "managed", "type": "aws_iam_user", "name": "x" },
    ]}]);
    refused(module.to_string(), &["no address of a module"]);
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    let plan = user().json().to_string();
    let modules = deep("{\"child_modules\":[", "]}");
    let text = plan.replacen(
        "\"planned_values\":{\"root_module\":",
        &format!("\"planned_values\":{{\"root_module\":{modules},\"x\":"),
        1,
    );
    refused(text, &["recursion limit exceeded"]);
    // What does not matter may be as deep as it likes.
    let text = plan.replacen(
        "\"applyable\":true",
        &format!("\"applyable\":{}", deep("[", "]")),
        1,
    );
    Program::new([
        "aws",
        "check",
        "--subject",
        "user",
        "--terraform",
        "plan.json",
    ])
    .file("plan.json", text)
    .run()
    .expect(0);
    let values = plan.replace("\"path\":\"/\"", &format!("\"path\":{}", deep("[", "]")));
    refused(
        values,
        &["aws_iam_user.ci: values", "recursion limit exceeded"],
    );
}

#[test]
fn a_policy_that_is_none_names_its_address_and_place() {
    let plan = user().add(
        "aws_iam_user_policy.bad",
        json!({ "name": "bad", "user": "ci", "policy": "{\n  \"Version\": \"2012-10-17\",\n  \"Statment\": []\n}" }),
    );
    refused(
        plan.json().to_string(),
        &[
            "plan.json: aws_iam_user_policy.bad.policy:3:3",
            "mend the policy",
        ],
    );
}
