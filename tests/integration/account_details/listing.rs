//! The list of all users and roles: as each of them would be checked alone.

use serde_json::{Value, json};

use super::{
    OF_MINISTACK, VERSION, arn, attached, check, checking, details, inline, managed, printed, push,
    role, trusting, user, without,
};
use crate::support::program::{Program, Run};
use crate::support::schema::assert_valid;

fn list_of(run: &Run) -> Value {
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_valid("principals.schema.json", &list);
    assert_eq!(list["exit_code"].as_i64(), run.code.map(i64::from));
    list
}

fn list(details: &Value, flags: &[&str]) -> Run {
    checking(&details.to_string(), &["--all-principals"])
        .arguments(flags)
        .run()
}

/// Rows as `name list missing unknown`.
fn rows(list: &Value) -> Vec<String> {
    let rows = list["principals"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            let name = row["principal"]
                .as_str()
                .unwrap()
                .rsplit(':')
                .next()
                .unwrap();
            let list = row["list"].as_str().unwrap();
            format!("{name} {list} {} {}", row["missing"], row["unknown"])
        })
        .collect()
}

/// The details, with users and roles that lack more and more.
fn account() -> Value {
    let mut details = details();
    let mut lacking = user("/", "lacking");
    let policy = without(printed("user"), "s3:PutObject");
    push(&mut lacking["UserPolicyList"], inline("x", &policy));
    let mut twin = user("/", "twin");
    push(&mut twin["UserPolicyList"], inline("other", &policy));
    let mut hidden = user("/", "hidden");
    push(&mut hidden["AttachedManagedPolicies"], attached("Gone"));
    for one in [lacking, twin, hidden, user("/", "nobody")] {
        push(&mut details["UserDetailList"], one);
    }
    let mut ci = role("/build/", "ci");
    ci["AssumeRolePolicyDocument"] = trusting("ec2.amazonaws.com");
    push(&mut ci["AttachedManagedPolicies"], attached("Both"));
    push(&mut details["RoleDetailList"], ci);
    let mut both = printed("user");
    for statement in printed("role")["Statement"].as_array().unwrap() {
        push(&mut both["Statement"], statement.clone());
    }
    push(&mut details["Policies"], managed("Both", &[&both]));
    let mut linked = role("/aws-service-role/x.amazonaws.com/", "AWSServiceRoleForX");
    push(&mut linked["AttachedManagedPolicies"], attached("Gone"));
    push(&mut details["RoleDetailList"], linked);
    details
}

#[test]
fn the_worst_come_first() {
    let run = list(&account(), &[]).expect(3);
    let list = list_of(&run);
    let rows = rows(&list);
    let all = list["principals"][0]["total"].as_u64().unwrap();
    assert_eq!(rows[0], format!("user/nobody user {all} 0"));
    assert!(
        rows[1].starts_with("role/remotion-lambda-role user "),
        "{rows:?}"
    );
    assert_eq!(
        rows[2..],
        [
            // It trusts another service.
            "role/build/ci role 1 0".to_owned(),
            "user/lacking user 1 0".to_owned(),
            "user/twin user 1 0".to_owned(),
            format!("user/hidden user 0 {all}"),
            "role/build/ci user 0 0".to_owned(),
            "role/remotion-lambda-role role 0 0".to_owned(),
            "user/deployer user 0 0".to_owned(),
        ]
    );
    assert_eq!(
        list["counts"],
        json!({ "rows": 9, "fit": 3, "lacking": 5, "unknown": 1 })
    );
    let of = |name: &str, kind: &str| {
        let all = list["principals"].as_array().unwrap();
        let row = all
            .iter()
            .find(|one| one["principal"] == arn(name) && one["list"] == kind);
        row.unwrap().clone()
    };
    assert_eq!(
        of("user/twin", "user")["first_missing"]["permission"],
        "s3:PutObject"
    );
    assert_eq!(
        of("user/twin", "user")["first_missing"]["cause"],
        "nothing_allows"
    );
    assert_eq!(
        of("role/build/ci", "role")["first_missing"]["cause"],
        "not_trusted"
    );
    assert_eq!(
        of("user/hidden", "user")["first_unknown"]["unknown"],
        "unseen_policy"
    );
    assert_eq!(of("user/deployer", "user")["fits"], true);
    assert!(run.stdout.contains("1 service-linked roles"));
}

#[test]
fn the_code_tells_whether_all_could_be_determined() {
    let mut known = account();
    known["UserDetailList"]
        .as_array_mut()
        .unwrap()
        .retain(|one| one["UserName"] != "hidden");
    list(&known, &[]).expect(0);
    // Pages are missing: somebody may not be listed.
    known["IsTruncated"] = json!(true);
    let run = list(&known, &[]).expect(3);
    assert_eq!(list_of(&run)["is_incomplete"], true);
    list(&account(), &["--principal", "lacking"]).expect(0);
    list(&account(), &["--principal", "hidden"]).expect(3);
    let newer = |flags: &[&str]| {
        Program::new([
            "aws",
            "check",
            "--all-principals",
            "--account-details",
            OF_MINISTACK,
            "--principal",
            "exact",
            "--remotion-version",
            "99.0.0",
            "--format",
            "json",
        ])
        .arguments(flags)
        .run()
    };
    newer(&[]).expect(3);
    newer(&["--accept-newer"]).expect(0);
}

#[test]
fn it_can_be_narrowed() {
    let of = |flags: &[&str]| rows(&list_of(&list(&account(), flags)));
    assert_eq!(
        of(&["--principal", "twin", "--principal", "lacking"]).len(),
        2
    );
    assert_eq!(of(&["--principal", "ci"]).len(), 2);
    assert_eq!(of(&["--subject", "role"]).len(), 2);
    assert_eq!(
        of(&["--principal", "AWSServiceRoleForX", "--subject", "role"]).len(),
        1
    );
    let run = list(&account(), &["--principal", "twinn"]).expect(2);
    assert!(run.stderr.contains("user twin"), "{}", run.stderr);
    list(&account(), &["--account", "999999999999"]).expect(2);
    check(&account(), &["--all-principals", "--fix"]).expect(2);
    Program::new(["aws", "check", "--all-principals"])
        .run()
        .expect(2);
}

/// Whether verdicts are shared between those with the same policies or not, each one is what a
/// check of that one alone says.
#[test]
fn every_row_is_what_a_check_of_it_alone_says() {
    let mut details = account();
    // Two with the same policy that asks for the name.
    let mut policy = printed("user");
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Condition"] = json!({ "StringEquals": { "aws:username": "first" } });
    }
    for name in ["first", "second"] {
        let mut one = user("/", name);
        push(&mut one["UserPolicyList"], inline("x", &policy));
        push(&mut details["UserDetailList"], one);
    }
    // The same with a letter of the key written as its number.
    let text = policy
        .to_string()
        .replace("aws:username", "aws:\\u0075sername");
    let hidden: String = details.to_string();
    let list_text = hidden.replace(&policy.to_string(), &text);
    assert_ne!(hidden, list_text);
    for text in [hidden, list_text] {
        let run = checking(&text, &["--all-principals"]).run().expect(3);
        let list = list_of(&run);
        for row in list["principals"].as_array().unwrap() {
            let name = row["principal"].as_str().unwrap();
            let subject = row["list"].as_str().unwrap();
            let short = name.rsplit('/').next().unwrap();
            let flags = match subject {
                "user" => vec!["--subject", "user", "--principal", name],
                _ => vec!["--subject", "role", "--role-name", short],
            };
            // What the user passes is the execution role of the list.
            let alone = checking(&text, &flags).run();
            let counts = &alone.report()["counts"];
            for (of_row, of_check) in [
                ("total", "total"),
                ("missing", "missing"),
                ("unknown", "unknown"),
            ] {
                assert_eq!(row[of_row], counts[of_check], "{name} {subject} {of_row}");
            }
        }
    }
}

#[test]
fn the_table_for_people() {
    let run = Program::new([
        "aws",
        "check",
        "--all-principals",
        "--account-details",
        OF_MINISTACK,
        "--remotion-version",
        VERSION,
    ])
    .env("COLUMNS", "200")
    .run()
    .expect(3);
    let position = |text: &str| {
        run.stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", run.stdout))
    };
    assert!(position("user/team/lacking") < position("user/team/foreign"));
    assert!(position("user/team/foreign") < position("user/team/exact"));
    assert!(run.stdout.contains(
        "users and roles by the user's list: 10 listed, 4 fit, 5 lack something, 1 unknown"
    ));
    assert!(run.stdout.contains(
        "roles by the execution role's list: 2 listed, 1 fit, 1 lack something, 0 unknown"
    ));
    assert!(run.stdout.contains("→ denied by user denied"));
    let only = Program::new([
        "aws",
        "check",
        "--all-principals",
        "--account-details",
        OF_MINISTACK,
        "--remotion-version",
        VERSION,
        "--only",
        "unknown",
    ])
    .run()
    .expect(3);
    assert!(only.stdout.contains("foreign") && !only.stdout.contains("team/exact"));
}
