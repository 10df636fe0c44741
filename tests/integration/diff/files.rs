//! Files against files, and files against versions.

use serde_json::{Value, json as value};

use super::{answers, diff, json, lacking};
use crate::support::program::Program;

fn policy(statements: &Value) -> String {
    value!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn printed(arguments: &[&str]) -> String {
    Program::new(["policies"])
        .arguments(arguments.iter().copied())
        .run()
        .expect(0)
        .stdout
}

fn files(one: &str, other: &str) -> Program {
    diff(&["a.json", "b.json", "--format", "json"])
        .file("a.json", one)
        .file("b.json", other)
}

/// A policy with its conditions, lists and order changed says the same.
#[test]
fn equal_policies_cover_each_other() {
    let one = printed(&["user"]);
    let mut reordered: Value = serde_json::from_str(&one).unwrap();
    reordered["Statement"].as_array_mut().unwrap().reverse();
    for statement in reordered["Statement"].as_array_mut().unwrap() {
        statement.as_object_mut().unwrap().remove("Sid");
        statement["Action"].as_array_mut().unwrap().reverse();
    }
    let run = files(&one, &reordered.to_string()).run().expect(0);
    assert_eq!(answers(&run), ["yes", "yes"]);
}

#[test]
fn a_narrower_policy_is_covered_and_covers_not() {
    let wide = policy(&value!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
    let narrow = policy(&value!([
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/secret"},
    ]));
    let run = files(&narrow, &wide).run().expect(0);
    assert_eq!(answers(&run), ["yes", "no"]);
    assert!(lacking(&run, 1).contains(&"s3:PutObject on *".to_owned()));
    let without_deny = policy(&value!([
        {"Effect": "Allow", "Action": "s3:putobject", "Resource": "arn:aws:s3:::b/*"},
    ]));
    let run = files(&without_deny, &narrow).run().expect(0);
    assert_eq!(answers(&run), ["no", "yes"]);
    assert_eq!(lacking(&run, 0), ["s3:PutObject on arn:aws:s3:::b/secret"]);
}

#[test]
fn a_condition_is_never_taken_for_covered() {
    let free = policy(&value!([
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"},
    ]));
    let conditional = policy(&value!([
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*",
         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    ]));
    let run = files(&free, &conditional).run().expect(0);
    assert_eq!(answers(&run), ["unknown", "yes"]);
    let json = json(&run);
    let open = &json["coverage"][0]["open"][0];
    assert_eq!(open["permissions"][0], "s3:PutObject");
    assert_eq!(open["detail"], "depends on aws:MultiFactorAuthPresent");
    let table = diff(&["a.json", "b.json"])
        .file("a.json", &free)
        .file("b.json", &conditional)
        .run()
        .expect(0);
    assert!(
        table
            .stdout
            .contains("does b.json cover a.json?\nAnswer    unknown\nOpen")
    );
}

#[test]
fn a_policy_against_a_version() {
    let old = printed(&["user", "--remotion-version", "4.0.400"]);
    let against = |version: &str| {
        diff(&[
            "policy.json",
            version,
            "--subject",
            "user",
            "--format",
            "json",
        ])
        .file("policy.json", &old)
        .run()
        .expect(0)
    };
    let same = against("4.0.400");
    assert_eq!(answers(&same), ["yes", "yes"]);
    let newer = against("4.0.527");
    assert_eq!(answers(&newer), ["yes", "no"]);
    assert_eq!(
        lacking(&newer, 1),
        ["s3:PutBucketPolicy on arn:aws:s3:::remotionlambda-*"]
    );
    // What a version without a list needs is not known: nothing covers it, and it covers nothing.
    let unknown = against("4.9.9");
    assert_eq!(answers(&unknown), ["unknown", "no"]);
    let newest = diff(&[
        "policy.json",
        "4.9.9",
        "--subject",
        "user",
        "--format",
        "json",
    ])
    .file("policy.json", printed(&["user"]))
    .run()
    .expect(0);
    assert_eq!(answers(&newest), ["unknown", "unknown"]);
    // The addition to a file.
    let add = diff(&["policy.json", "4.0.527", "--subject", "user", "--add"])
        .file("policy.json", &old)
        .run()
        .expect(0);
    let addition: Value = serde_json::from_str(&add.stdout).unwrap();
    assert_eq!(
        addition["Statement"][0]["Action"],
        value!(["s3:PutBucketPolicy"])
    );
}

/// Between two lists a file has to hold both to cover for sure.
#[test]
fn a_policy_against_a_doubtful_version() {
    let earlier = printed(&["role", "--remotion-version", "4.0.53"]);
    let later = printed(&["role", "--remotion-version", "4.0.74"]);
    let against = |policy: &str| {
        let run = diff(&[
            "policy.json",
            "4.0.60",
            "--subject",
            "role",
            "--format",
            "json",
        ])
        .file("policy.json", policy)
        .run()
        .expect(0);
        answers(&run)
    };
    assert_eq!(against(&later), ["unknown", "yes"]);
    assert_eq!(against(&earlier), ["yes", "unknown"]);
}

#[test]
fn roles_are_sets() {
    let role = printed(&["service-account"]);
    let fewer = role.replace("  - run.services.get\n", "");
    let run = diff(&["a.yaml", "b.yaml", "--format", "json"])
        .file("a.yaml", &role)
        .file("b.yaml", &fewer)
        .run()
        .expect(0);
    assert_eq!(answers(&run), ["no", "yes"]);
    assert_eq!(lacking(&run, 0), ["run.services.get on no resource"]);
    // As gcloud prints it, in either format.
    let described = value!({
        "etag": "BwX", "name": "projects/p/roles/RemotionSA", "stage": "GA", "title": "t",
        "includedPermissions": serde_json::from_str::<Value>(&printed(&["service-account", "--format", "json"]))
            .unwrap()["includedPermissions"],
    });
    let run = diff(&["-", "4.0.461", "--format", "json"])
        .input(described.to_string())
        .run()
        .expect(0);
    assert_eq!(answers(&run), ["yes", "yes"]);
    for field in [value!({"deleted": true}), value!({"stage": "DISABLED"})] {
        let mut dead = described.clone();
        for (key, value) in field.as_object().unwrap() {
            dead[key] = value.clone();
        }
        let run = diff(&["role.json", "4.0.461", "--format", "json"])
            .file("role.json", dead.to_string())
            .run()
            .expect(0);
        assert_eq!(answers(&run), ["yes", "no"]);
        assert!(run.stderr.contains("grants nothing"), "{}", run.stderr);
    }
    let newer = diff(&["role.yaml", "4.9.9", "--format", "json"])
        .file("role.yaml", &role)
        .run()
        .expect(0);
    assert_eq!(answers(&newer), ["unknown", "unknown"]);
}

#[test]
fn the_addition_to_a_role() {
    let fewer = printed(&["service-account"])
        .replace("  - run.services.get\n", "")
        .replace("  - storage.buckets.get\n", "");
    let run = diff(&["role.yaml", "4.0.461", "--add"])
        .file("role.yaml", fewer)
        .run()
        .expect(0);
    assert!(
        run.stdout
            .ends_with("includedPermissions:\n  - run.services.get\n  - storage.buckets.get\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr
            .contains("--add-permissions=run.services.get,storage.buckets.get"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_can_not_be_compared_is_a_wrong_call() {
    let role = printed(&["service-account"]);
    let policy = printed(&["user"]);
    let call = |arguments: &[&str]| {
        let run = diff(arguments)
            .file("role.yaml", &role)
            .file("policy.json", &policy)
            .file(
                "broken.json",
                r#"{"Version": "2012-10-17", "Statment": []}"#,
            )
            .file("broken.yaml", "includedPermissions: [run.services.get\n")
            .file(
                "words.yaml",
                "title: x\nincludedPermissions:\n  - run.services.get\n  - \"all of them\"\n",
            )
            .file("list.json", r#"{"includedPermissions": {"a": 1}}"#)
            .file("empty.json", "")
            .file("bytes.yaml", b"includedPermissions: \xff")
            .run()
            .expect(2);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
        run.stderr
    };
    for (arguments, says) in [
        (
            &["policy.json", "role.yaml"][..],
            "belong to different clouds",
        ),
        (
            &["policy.json", "4.0.527"],
            "which one to compare with is not said",
        ),
        (
            &["policy.json", "4.0.527", "--subject", "service-account"],
            "something else was asked for",
        ),
        (
            &["role.yaml", "4.0.461", "--product", "lambda"],
            "something else was asked for",
        ),
        (
            &["4.0.461", "role.yaml", "--add"],
            "the second side is a file",
        ),
        (&["policy.json", "broken.json"], "Statment"),
        (&["role.yaml", "broken.yaml"], "broken.yaml is no role"),
        (
            &["role.yaml", "words.yaml"],
            "includedPermissions[1], \"all of them\"",
        ),
        (&["role.yaml", "list.json"], "list.json is no role"),
        (&["policy.json", "empty.json"], "empty.json"),
        (&["role.yaml", "bytes.yaml"], "not UTF-8"),
        (&["role.yaml", "."], "can't read ."),
    ] {
        let stderr = call(arguments);
        assert!(stderr.contains(says), "{says}: {stderr}");
    }
}

/// A file that no policy comes near is not read to its end.
#[test]
fn a_huge_file_is_refused() {
    let run = diff(&["-", "4.0.527", "--subject", "user"])
        .input(vec![b' '; 11 * 1024 * 1024])
        .run()
        .expect(2);
    assert!(run.stderr.contains("larger than 10 MiB"), "{}", run.stderr);
}
