//! Every layer must allow, none may deny, and the report says which one stands in the way.

use serde_json::{Value, json};

use super::matcher::matches_arn;
use super::{all_pass_but, changed, checking, document, everything, of, printed, with};
use crate::support::program::{Finding, Program};

/// A policy that allows everything but deleting functions.
fn all_but_deleting_functions() -> Value {
    document(&[json!({
        "Effect": "Allow", "NotAction": "lambda:DeleteFunction", "Resource": "*"
    })])
}

/// A policy that allows everything, and denies deleting functions.
fn no_deleting_of_functions() -> Value {
    with(
        everything(),
        json!({
            "Sid": "NoDeleting",
            "Effect": "Deny",
            "Action": "lambda:Delete*",
            "Resource": "*"
        }),
    )
}

/// The printed policy, with another file in one more layer.
fn with_layer(flag: &str, policy: &Value) -> Program {
    checking("user", &printed("user"))
        .arguments([flag, "layer.json"])
        .file("layer.json", policy.to_string())
}

/// The one row of this permission, where all others pass.
#[track_caller]
fn only(program: Program, permission: &str) -> Finding {
    let findings = program.run().expect(1).findings();
    let rows = all_pass_but(&findings, &[permission]);
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0].status, "fail");
    rows[0].clone()
}

const RESTRICTING: [(&str, &str, &str); 3] = [
    (
        "--scp",
        "organization",
        "the organization's service control policies stand in the way",
    ),
    (
        "--boundary",
        "boundary",
        "the permissions boundary stands in the way",
    ),
    (
        "--session-policy",
        "session_policy",
        "the session policy stands in the way",
    ),
];

#[test]
fn each_layer_must_allow() {
    for (flag, cause, says) in RESTRICTING {
        with_layer(flag, &everything()).run().expect(0);
        let row = only(
            with_layer(flag, &all_but_deleting_functions()),
            "lambda:DeleteFunction",
        );
        assert_eq!(row.why, cause);
        let (told, witness) = row.detail.split_once("; not covered: ").unwrap();
        assert_eq!(told, says);
        assert!(matches_arn(&row.scope, witness), "{witness}");
    }
}

/// A layer restricts: what it allows alone does not count.
#[test]
fn no_other_layer_grants() {
    let little = document(&[json!({
        "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"
    })]);
    for flag in ["--scp", "--boundary", "--session-policy"] {
        let run = checking("user", &little)
            .arguments([flag, "layer.json"])
            .file("layer.json", everything().to_string())
            .run()
            .expect(1);
        let findings = run.findings();
        for one in &findings {
            let expected = if one.permission == "s3:ListAllMyBuckets" {
                ("pass", "")
            } else {
                ("fail", "nothing_allows")
            };
            assert_eq!((one.status.as_str(), one.why.as_str()), expected, "{flag}");
        }
    }
}

#[test]
fn a_deny_in_any_layer_is_named_with_file_and_statement() {
    for flag in [
        "--identity-policy",
        "--scp",
        "--boundary",
        "--session-policy",
    ] {
        let row = only(
            with_layer(flag, &no_deleting_of_functions()),
            "lambda:DeleteFunction",
        );
        assert_eq!(row.why, "explicit_deny", "{flag}");
        let told = "denied by layer.json: Statement[1] (NoDeleting), for ";
        let witness = row
            .detail
            .strip_prefix(told)
            .unwrap_or_else(|| panic!("{row:#?}"));
        assert!(matches_arn(&row.scope, witness), "{witness}");
    }
}

/// A deny that cuts out a single name is a deny.
#[test]
fn a_deny_on_a_part_of_the_scope() {
    let deny = document(&[json!({
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::remotionlambda-useast1-production/*"
    })]);
    let run = with_layer("--identity-policy", &deny).run().expect(1);
    let findings = run.findings();
    let touched: Vec<&Finding> = findings.iter().filter(|one| one.status != "pass").collect();
    assert!(touched.len() >= 4, "{touched:#?}");
    for one in touched {
        assert_eq!(one.why, "explicit_deny");
        assert!(
            one.detail.contains("remotionlambda-useast1-production/"),
            "{one:#?}"
        );
    }
    // Another bucket is not denied.
    with_layer("--identity-policy", &deny)
        .arguments(["--bucket", "remotionlambda-useast1-staging"])
        .run()
        .expect(0);
    let named = with_layer("--identity-policy", &deny)
        .arguments(["--bucket", "remotionlambda-useast1-production"])
        .run()
        .expect(1);
    let objects = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:PutObjectAcl",
    ];
    for one in all_pass_but(&named.findings(), &objects) {
        assert_eq!(one.why, "explicit_deny");
    }
}

/// A bucket that is listed can be without a right to it: what has no resource is not denied on one.
#[test]
fn a_deny_on_arns_does_not_reach_what_acts_on_none() {
    let deny = document(&[json!({
        "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::*"
    })]);
    let findings = with_layer("--identity-policy", &deny)
        .run()
        .expect(1)
        .findings();
    for permission in ["s3:ListAllMyBuckets", "servicequotas:GetServiceQuota"] {
        assert_eq!(of(&findings, permission)[0].status, "pass");
    }
    for permission in ["s3:PutObject", "s3:CreateBucket"] {
        assert_eq!(of(&findings, permission)[0].why, "explicit_deny");
    }
    // Every resource is asked about, and one of them is denied.
    assert_eq!(of(&findings, "lambda:GetFunction")[0].why, "explicit_deny");
}

#[test]
fn one_policy_of_a_level_suffices() {
    let s3 = document(&[json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })]);
    let rest = document(&[json!({ "Effect": "Allow", "NotAction": "s3:*", "Resource": "*" })]);
    let both = || {
        checking("user", &printed("user"))
            .file("level/s3.json", s3.to_string())
            .file("level/rest.json", rest.to_string())
    };
    both()
        .arguments(["--scp", "level/s3.json", "level/rest.json"])
        .run()
        .expect(0);
    both()
        .arguments(["--scp", "level/s3.json", "--scp", "level/rest.json"])
        .run()
        .expect(0);
    both().arguments(["--scp-level", "level"]).run().expect(0);
    let one = both()
        .arguments(["--scp", "level/rest.json"])
        .run()
        .expect(1);
    for row in one.findings() {
        let expected = if row.permission.starts_with("s3:") {
            ("fail", "organization")
        } else {
            ("pass", "")
        };
        assert_eq!((row.status.as_str(), row.why.as_str()), expected);
    }
}

#[test]
fn every_level_must_allow() {
    let levels = || {
        checking("user", &printed("user"))
            .file("root/all.json", everything().to_string())
            .file("unit/all.json", everything().to_string())
            .file(
                "account/most.json",
                all_but_deleting_functions().to_string(),
            )
    };
    let given = ["--scp-level", "root", "--scp-level", "unit"];
    levels().arguments(given).run().expect(0);
    // The order of levels does not matter, nor by which flag they come.
    for arguments in [
        [
            "--scp-level",
            "root",
            "--scp-level",
            "unit",
            "--scp-level",
            "account",
        ],
        [
            "--scp-level",
            "account",
            "--scp-level",
            "root",
            "--scp-level",
            "unit",
        ],
        [
            "--scp-level",
            "root",
            "--scp",
            "account/most.json",
            "--scp-level",
            "unit",
        ],
        [
            "--scp-level",
            "account",
            "--scp",
            "root/all.json",
            "--scp-level",
            "unit",
        ],
    ] {
        let row = only(levels().arguments(arguments), "lambda:DeleteFunction");
        assert_eq!(row.why, "organization");
    }
    // Two files of one level do not make two levels.
    let run = levels().arguments(["--scp", "root/all.json", "account/most.json"]);
    run.run().expect(0);
}

#[test]
fn a_deny_in_the_last_file_of_a_level_is_found() {
    let row = only(
        checking("user", &printed("user"))
            .arguments(["--scp-level", "root", "--scp-level", "unit"])
            .file("root/a.json", everything().to_string())
            .file("unit/a.json", everything().to_string())
            .file("unit/z.json", no_deleting_of_functions().to_string()),
        "lambda:DeleteFunction",
    );
    assert_eq!(row.why, "explicit_deny");
    assert!(
        row.detail
            .contains("unit/z.json: Statement[1] (NoDeleting)"),
        "{row:#?}"
    );
}

/// What is left out of a level is told: it might deny.
#[test]
fn a_file_of_a_level_that_is_not_read_is_told() {
    let run = checking("user", &printed("user"))
        .arguments(["--scp-level", "root"])
        .file("root/a.json", everything().to_string())
        .file("root/deny.jsonc", no_deleting_of_functions().to_string())
        .run()
        .expect(0);
    let notes = notes(&run.report());
    assert!(
        notes
            .iter()
            .any(|note| note == "not read, as they are no .json files: root/deny.jsonc"),
        "{notes:#?}"
    );
}

fn notes(report: &Value) -> Vec<String> {
    let notes = report["audits"][0]["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|note| note.as_str().unwrap().to_owned())
        .collect()
}

/// What was not given was not judged, and the report says so.
#[test]
fn layers_that_were_not_given_are_named() {
    let names = [
        ("--boundary", "a permissions boundary"),
        ("--session-policy", "session policies"),
        ("--scp", "service control policies"),
    ];
    let told = |given: &[&str]| {
        let mut program = checking("user", &printed("user"));
        for flag in given {
            program = program
                .arguments([*flag, "layer.json"])
                .file("layer.json", everything().to_string());
        }
        notes(&program.run().expect(0).report())
            .into_iter()
            .filter(|note| note.starts_with("not given"))
            .collect::<Vec<_>>()
    };
    for left_out in 0..8_usize {
        let (given, missing): (Vec<_>, Vec<_>) = names
            .iter()
            .enumerate()
            .partition(|(index, _)| left_out & (1 << index) == 0);
        let given: Vec<&str> = given.into_iter().map(|(_, (flag, _))| *flag).collect();
        let missing: Vec<&str> = missing.into_iter().map(|(_, (_, name))| *name).collect();
        let expected = if missing.is_empty() {
            Vec::new()
        } else {
            vec![format!(
                "not given, and so not judged: {}; a pass is a pass of what was given",
                missing.join(", ")
            )]
        };
        assert_eq!(told(&given), expected);
    }
}

/// All files of all layers stand in the report, in the order in which they were read.
#[test]
fn the_files_are_named() {
    let run = checking("user", &printed("user"))
        .arguments(["--boundary", "b.json", "--session-policy", "s.json"])
        .arguments(["--scp", "o.json", "--scp-level", "level"])
        .file("b.json", everything().to_string())
        .file("s.json", everything().to_string())
        .file("o.json", everything().to_string())
        .file("level/2.json", everything().to_string())
        .file("level/1.json", everything().to_string())
        .run()
        .expect(0);
    assert_eq!(
        run.report()["audits"][0]["tested"]["files"],
        json!([
            "policy.json",
            "b.json",
            "s.json",
            "o.json",
            "level/1.json",
            "level/2.json"
        ])
    );
    // In the table, too, with what was not seen.
    let table = Program::new(["aws", "check", "--subject", "user"])
        .arguments(["--identity-policy", "policy.json"])
        .env("COLUMNS", "300")
        .file("policy.json", printed("user").to_string())
        .run()
        .expect(0);
    for told in [
        "policy.json",
        "not given, and so not judged",
        "a pass is a pass of",
    ] {
        assert!(table.stdout.contains(told), "{told} in {}", table.stdout);
    }
}

/// Policies that are attached one by one count together, as those of a user and its groups do.
#[test]
fn identity_policies_count_together() {
    let Value::Array(statements) = printed("user")["Statement"].clone() else {
        panic!("statements");
    };
    let mut program = Program::new(["aws", "check", "--subject", "user", "--format", "json"]);
    for (index, statement) in statements.iter().enumerate() {
        let name = format!("{index}.json");
        let policy = document(std::slice::from_ref(statement));
        program = program
            .arguments(["--identity-policy", &name])
            .file(&name, policy.to_string());
    }
    all_pass_but(&program.run().expect(0).findings(), &[]);
    let missing = checking("user", &document(&statements[1..]))
        .run()
        .expect(1);
    let quotas = statements[0]["Action"].as_array().unwrap();
    let quotas: Vec<&str> = quotas.iter().map(|one| one.as_str().unwrap()).collect();
    all_pass_but(&missing.findings(), &quotas);
}

/// Of what stands in the way, a deny is told first, then the identity policies' gap.
#[test]
fn the_first_cause_is_told() {
    let missing = changed(printed("user"), "FunctionManagement", |statement| {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|one| one != "lambda:DeleteFunction");
    });
    let cause = |policy: &Value, layers: &[(&str, Value)]| {
        let mut program = checking("user", policy);
        for (flag, layer) in layers {
            let name = format!("layer{flag}.json");
            program = program
                .arguments([*flag, &name])
                .file(&name, layer.to_string());
        }
        only(program, "lambda:DeleteFunction").why
    };
    let most = all_but_deleting_functions;
    assert_eq!(cause(&missing, &[("--scp", most())]), "nothing_allows");
    assert_eq!(
        cause(&missing, &[("--boundary", no_deleting_of_functions())]),
        "explicit_deny"
    );
    let all = printed("user");
    assert_eq!(
        cause(
            &all,
            &[
                ("--session-policy", most()),
                ("--boundary", most()),
                ("--scp", most())
            ]
        ),
        "organization"
    );
    assert_eq!(
        cause(
            &all,
            &[("--session-policy", most()), ("--boundary", most())]
        ),
        "boundary"
    );
}

/// Names hold no colon, so a deny on other names, as people write it, reaches none of Remotion's.
#[test]
fn a_deny_on_other_names_of_the_same_service_reaches_nothing() {
    for (subject, action, other) in [
        (
            "user",
            "lambda:InvokeFunction",
            "arn:aws:lambda:*:*:function:prod-*",
        ),
        ("role", "lambda:*", "arn:aws:lambda:*:*:function:prod-*"),
        (
            "user",
            "logs:*",
            "arn:aws:logs:*:*:log-group:/aws/codebuild/*",
        ),
        (
            "role",
            "logs:*",
            "arn:aws:logs:*:*:log-group:/aws/codebuild/*",
        ),
        ("user", "s3:*", "arn:aws:s3:::prod-*"),
    ] {
        let deny = json!({"Effect": "Deny", "Action": action, "Resource": other});
        let run = checking(subject, &with(printed(subject), deny)).run();
        assert_eq!(run.code, Some(0), "{subject} {other}\n{}", run.stdout);
    }
    // With their streams, as such denies are often written, it is Remotion's that are denied.
    let own = json!({"Effect": "Deny", "Action": "logs:*",
        "Resource": "arn:aws:logs:*:*:log-group:/aws/lambda/*:*"});
    let findings = checking("role", &with(printed("role"), own))
        .run()
        .expect(1)
        .findings();
    let denied = findings.iter().find(|one| {
        one.permission == "logs:PutLogEvents" && one.scope.contains("/aws/lambda/remotion-render-")
    });
    assert_eq!(denied.map(|one| one.why.as_str()), Some("explicit_deny"));
}
