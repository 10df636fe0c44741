//! `--fix` on policy files: just what is missing, and only where one more Allow helps.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{all_pass_but, changed, document, everything, printed, with};
use crate::support::program::{Program, Run};

/// The check of `policy.json`, with the fix alone on stdout.
fn fixing(subject: &str, policy: &Value) -> Program {
    let arguments = ["aws", "check", "--fix", "--subject", subject];
    Program::new(arguments)
        .arguments(["--identity-policy", "policy.json"])
        .file("policy.json", policy.to_string())
}

/// The fix, which is a policy.
#[track_caller]
fn fix(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Pairs of an action and a resource that a policy allows.
fn grants(policy: &Value) -> BTreeSet<(String, String)> {
    let texts = |value: &Value| -> Vec<String> {
        let list = value.as_array().unwrap().iter();
        list.map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let mut grants = BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Effect"], "Allow");
        for action in texts(&statement["Action"]) {
            for resource in texts(&statement["Resource"]) {
                let is_new = grants.insert((action.clone(), resource));
                assert!(is_new, "{action} stands twice");
            }
        }
    }
    grants
}

/// The policy and its fix together, with whatever else the check was told.
fn mended(subject: &str, policy: &Value, fix: &str, arguments: &[&str]) -> Run {
    let check = Program::new(["aws", "check", "--format", "json", "--subject", subject]);
    check
        .arguments(["--identity-policy", "policy.json", "fix.json"])
        .arguments(arguments)
        .file("policy.json", policy.to_string())
        .file("fix.json", fix)
        .run()
}

#[test]
fn the_fix_is_what_is_missing_and_mends_it() {
    for subject in ["user", "role"] {
        let whole = printed(subject);
        let all = grants(&whole);
        let statements = whole["Statement"].as_array().unwrap();
        for at in 0..statements.len() {
            let mut policy = whole.clone();
            // The first action of each statement is left, where there are several.
            let left = policy["Statement"][at]["Action"].as_array_mut().unwrap();
            if left.len() > 1 {
                left.truncate(1);
            } else {
                policy["Statement"].as_array_mut().unwrap().remove(at);
            }
            let run = fixing(subject, &policy).run().expect(1);
            let missing: BTreeSet<_> = all.difference(&grants(&policy)).cloned().collect();
            assert_eq!(grants(&fix(&run)), missing, "{subject} {at}");
            let run = mended(subject, &policy, &run.stdout, &[]).expect(0);
            all_pass_but(&run.findings(), &[]);
        }
    }
}

/// A policy that holds nothing of it gets all of it.
#[test]
fn the_fix_of_nothing_is_everything() {
    let other = document(&[json!({
        "Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"
    })]);
    for subject in ["user", "role"] {
        let run = fixing(subject, &other).run().expect(1);
        let policy = fix(&run);
        assert_eq!(grants(&policy), grants(&printed(subject)));
        assert_eq!(policy["Version"], "2012-10-17");
        let sids: BTreeSet<&str> = policy["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["Sid"].as_str().unwrap())
            .collect();
        assert_eq!(sids.len(), policy["Statement"].as_array().unwrap().len());
        let run = mended(subject, &other, &run.stdout, &[]).expect(0);
        // The fix is a policy as clean as a printed one.
        let notes = run.report()["audits"][0]["notes"].clone();
        assert_eq!(notes.as_array().unwrap().len(), 1, "{notes:#}");
    }
}

/// What is held on a part, or under a condition that is not met, is allowed as a whole.
#[test]
fn a_narrower_or_conditional_allow_is_mended() {
    let narrower = changed(printed("user"), "Storage", |statement| {
        statement["Resource"] = json!("arn:aws:s3:::remotionlambda-useast1-*");
    });
    let conditional = changed(printed("user"), "Storage", |statement| {
        statement["Condition"] = json!({ "Bool": { "aws:SecureTransport": "false" } });
    });
    let storage: BTreeSet<_> = grants(&printed("user"))
        .into_iter()
        .filter(|(_, resource)| resource.starts_with("arn:aws:s3:::"))
        .collect();
    assert!(storage.len() > 10);
    for policy in [narrower, conditional] {
        let run = fixing("user", &policy).run().expect(1);
        assert_eq!(grants(&fix(&run)), storage);
        mended("user", &policy, &run.stdout, &[]).expect(0);
    }
}

/// Whoever manages the other layer has to be asked: an Allow would be of no use.
#[test]
fn other_layers_are_not_mended_by_an_allow() {
    let most = document(&[json!({
        "Effect": "Allow", "NotAction": "lambda:DeleteFunction", "Resource": "*"
    })]);
    let deny = with(
        everything(),
        json!({
            "Sid": "Kept", "Effect": "Deny", "Action": "lambda:DeleteFunction", "Resource": "*"
        }),
    );
    for (flag, layer, says) in [
        ("--scp", &most, "ask the organization's administrator"),
        (
            "--boundary",
            &most,
            "ask whoever manages the permissions boundary",
        ),
        ("--session-policy", &most, "widen the session policy"),
        (
            "--scp",
            &deny,
            "remove or narrow the statement that denies it",
        ),
        ("--boundary", &deny, "layer.json: Statement[1] (Kept)"),
        (
            "--identity-policy",
            &deny,
            "layer.json: Statement[1] (Kept)",
        ),
    ] {
        let layered = |policy: &Value| {
            fixing("user", policy)
                .arguments([flag, "layer.json"])
                .file("layer.json", layer.to_string())
        };
        let run = layered(&printed("user")).run().expect(1);
        assert_eq!(run.stdout, "", "{flag}");
        let told = "lambda:DeleteFunction is not mended by allowing it";
        for words in [told, says, "there is nothing to add"] {
            assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
        }
        // What an Allow does mend is printed none the less.
        let policy = changed(printed("user"), "PermissionValidation", |statement| {
            statement["Action"] = json!("iam:GetUser");
        });
        if flag == "--identity-policy" {
            continue;
        }
        let run = layered(&policy).run().expect(1);
        let mending = grants(&fix(&run));
        let expected = ("iam:SimulatePrincipalPolicy".to_owned(), "*".to_owned());
        assert_eq!(mending, BTreeSet::from([expected]));
        assert!(run.stderr.contains(told), "{}", run.stderr);
        let run = mended("user", &policy, &run.stdout, &[]).expect(0);
        all_pass_but(&run.findings(), &[]);
    }
}

#[test]
fn nothing_to_add() {
    for subject in ["user", "role"] {
        let run = fixing(subject, &printed(subject)).run().expect(0);
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr, "note: there is nothing to add\n");
    }
}

/// What is not known to be missing is not added.
#[test]
fn the_unknown_is_left_out() {
    let policy = changed(printed("user"), "LogsRetention", |statement| {
        statement["Condition"] = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    });
    let run = fixing("user", &policy).run().expect(3);
    assert_eq!(run.stdout, "");
    let told = "2 permissions could not be determined: the policy leaves them out";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let run = fixing("user", &policy)
        .arguments(["--context", "aws:MultiFactorAuthPresent=false"])
        .run()
        .expect(1);
    assert_eq!(grants(&fix(&run)).len(), 2);
}

/// The fix is one policy, for one subject, in one form; a file that is none gets none.
#[test]
fn calls_that_make_no_sense() {
    for arguments in [["--format", "json"], ["--only", "missing"]] {
        let run = fixing("user", &printed("user"))
            .arguments(arguments)
            .run()
            .expect(2);
        assert_eq!(run.stdout, "");
    }
    let run = fixing("user", &json!({ "Statement": [] })).run().expect(2);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("policy.json:1:"), "{}", run.stderr);
    let run = Program::new(["aws", "check", "--fix", "--identity-policy", "policy.json"])
        .file("policy.json", printed("user").to_string())
        .run()
        .expect(2);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.contains("add --subject user or --subject role"),
        "{}",
        run.stderr
    );
}
