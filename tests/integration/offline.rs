//! The check of AWS policy files: nothing of AWS is asked, and nothing passes that is not held.

mod calls;
mod conditions;
mod context;
mod every_version;
mod fix;
mod layers;
mod malformed;
mod matcher;
mod names;
mod piped;
mod unreadable;

use std::path::PathBuf;

use remperm::audit::{self, Terms};
use remperm::manifest::Product;
use remperm::offline::Options;
use remperm::permission::Subject;
use remperm::report::Report;
use remperm::version::{self, Applied, Search};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::program::{Finding, Program};

/// A version, given by name.
fn applied(version: &str) -> Applied {
    let search = Search {
        version: Some(version.to_owned()),
        ..Search::default()
    };
    version::find(Product::Lambda, &search).unwrap()
}

/// Policy files in a directory of their own.
struct Files {
    directory: TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, name: &str, policy: &Value) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, policy.to_string()).unwrap();
        path
    }
}

/// The library's check with one identity policy.
fn options(subject: Subject, policy: PathBuf) -> Options {
    Options {
        subject: Some(subject),
        identity_policies: vec![policy],
        ..Options::default()
    }
}

fn check(options: &Options, applied: &Applied) -> Report {
    audit::aws_offline(options, applied, &Terms::default()).unwrap()
}

/// The program's check of the file `policy.json`, with a report for machines.
fn checking(subject: &str, policy: &Value) -> Program {
    Program::new([
        "aws",
        "check",
        "--subject",
        subject,
        "--identity-policy",
        "policy.json",
        "--format",
        "json",
    ])
    .file("policy.json", policy.to_string())
}

/// The newest policy as the program prints it.
fn printed(subject: &str) -> Value {
    let run = Program::new(["policies", subject]).run().expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

/// A document of these statements.
fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// A policy with one more statement.
fn with(mut policy: Value, statement: Value) -> Value {
    policy["Statement"].as_array_mut().unwrap().push(statement);
    policy
}

/// A policy in which the statement with this id, and this one alone, is changed.
fn changed(mut policy: Value, sid: &str, change: impl FnOnce(&mut Value)) -> Value {
    let statements = policy["Statement"].as_array_mut().unwrap();
    let statement = statements.iter_mut().find(|one| one["Sid"] == sid);
    change(statement.unwrap());
    policy
}

/// A policy that allows everything, everywhere.
fn everything() -> Value {
    document(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })])
}

/// The findings of one permission.
#[track_caller]
fn of<'f>(findings: &'f [Finding], permission: &str) -> Vec<&'f Finding> {
    let found: Vec<&Finding> = findings
        .iter()
        .filter(|one| one.permission == permission)
        .collect();
    assert!(!found.is_empty(), "no row for {permission}");
    found
}

/// Holds all rows but those of these permissions to `pass`, and gives the others.
#[track_caller]
fn all_pass_but<'f>(findings: &'f [Finding], permissions: &[&str]) -> Vec<&'f Finding> {
    let (but, rest): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .partition(|one| permissions.contains(&one.permission.as_str()));
    let failing: Vec<&Finding> = rest
        .into_iter()
        .filter(|one| one.status != "pass")
        .collect();
    assert!(failing.is_empty(), "{failing:#?}");
    for permission in permissions {
        assert!(
            but.iter().any(|one| one.permission == *permission),
            "no row for {permission}"
        );
    }
    but
}
