//! The check of account details: users and roles with everything that is attached to them.

mod choosing;
mod holders;
mod listing;
mod pages;
mod unseen;
mod wrong;

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::program::{Program, Run};

const ACCOUNT: &str = "123456789012";
const VERSION: &str = "4.0.527";

/// What the AWS CLI 1.45.11 printed of a ministack 1.5.33 with users whose policies differ.
const OF_MINISTACK: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/account_details/ministack.json"
);

/// The policy that the program prints.
fn printed(subject: &str) -> Value {
    static USER: OnceLock<Value> = OnceLock::new();
    static ROLE: OnceLock<Value> = OnceLock::new();
    let cell = if subject == "user" { &USER } else { &ROLE };
    cell.get_or_init(|| {
        let run = Program::new(["policies", subject, "--remotion-version", VERSION]).run();
        serde_json::from_str(&run.expect(0).stdout).unwrap()
    })
    .clone()
}

fn arn(resource: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{resource}")
}

fn allow(actions: &[&str], resource: &str) -> Value {
    statement("Allow", actions, resource)
}

fn deny(actions: &[&str]) -> Value {
    statement("Deny", actions, "*")
}

fn statement(effect: &str, actions: &[&str], resource: &str) -> Value {
    json!({ "Version": "2012-10-17",
        "Statement": [{ "Effect": effect, "Action": actions, "Resource": resource }] })
}

/// The policy without one action.
fn without(mut policy: Value, action: &str) -> Value {
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in statements.iter_mut() {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|one| one != action);
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

fn trusting(service: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": service }, "Action": "sts:AssumeRole" }] })
}

fn user(path: &str, name: &str) -> Value {
    json!({ "Path": path, "UserName": name, "UserId": "AIDAEXAMPLE", "Arn": arn(&format!("user{path}{name}")),
        "CreateDate": "2026-01-01T00:00:00+00:00", "UserPolicyList": [], "GroupList": [],
        "AttachedManagedPolicies": [], "Tags": [] })
}

fn role(path: &str, name: &str) -> Value {
    json!({ "Path": path, "RoleName": name, "RoleId": "AROAEXAMPLE", "Arn": arn(&format!("role{path}{name}")),
        "CreateDate": "2026-01-01T00:00:00+00:00",
        "AssumeRolePolicyDocument": trusting("lambda.amazonaws.com"), "InstanceProfileList": [],
        "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [], "RoleLastUsed": {} })
}

fn group(name: &str) -> Value {
    json!({ "Path": "/", "GroupName": name, "GroupId": "AGPAEXAMPLE", "Arn": arn(&format!("group/{name}")),
        "CreateDate": "2026-01-01T00:00:00+00:00", "GroupPolicyList": [], "AttachedManagedPolicies": [] })
}

/// A managed policy with these versions, of which the last one is the default.
fn managed(name: &str, versions: &[&Value]) -> Value {
    let list: Vec<Value> = versions
        .iter()
        .enumerate()
        .rev()
        .map(|(index, document)| {
            json!({ "Document": document, "VersionId": format!("v{}", index + 1),
                "IsDefaultVersion": index + 1 == versions.len(), "CreateDate": "2026-01-01T00:00:00+00:00" })
        })
        .collect();
    json!({ "PolicyName": name, "PolicyId": "ANPAEXAMPLE", "Arn": arn(&format!("policy/{name}")), "Path": "/",
        "DefaultVersionId": format!("v{}", versions.len()), "AttachmentCount": 1, "IsAttachable": true,
        "PolicyVersionList": list })
}

fn inline(name: &str, document: &Value) -> Value {
    json!({ "PolicyName": name, "PolicyDocument": document })
}

fn attached(name: &str) -> Value {
    json!({ "PolicyName": name, "PolicyArn": arn(&format!("policy/{name}")) })
}

fn push(list: &mut Value, one: Value) {
    list.as_array_mut().unwrap().push(one);
}

/// The user `deployer` and the execution role, with exactly the printed policies, inline.
fn details() -> Value {
    let mut deployer = user("/", "deployer");
    push(
        &mut deployer["UserPolicyList"],
        inline("remotion", &printed("user")),
    );
    let mut execution = role("/", "remotion-lambda-role");
    push(
        &mut execution["RolePolicyList"],
        inline("remotion", &printed("role")),
    );
    json!({ "UserDetailList": [deployer], "GroupDetailList": [], "RoleDetailList": [execution], "Policies": [] })
}

/// A check of `details.json`, with a report for machines.
fn checking(details: &str, flags: &[&str]) -> Program {
    Program::new([
        "aws",
        "check",
        "--account-details",
        "details.json",
        "--remotion-version",
        VERSION,
        "--format",
        "json",
    ])
    .arguments(flags)
    .file("details.json", details)
}

fn check(details: &Value, flags: &[&str]) -> Run {
    checking(&details.to_string(), flags).run()
}

/// What did not pass, as `subject permission status why`, each distinct one once.
fn not_passed(run: &Run) -> Vec<String> {
    let mut lines: Vec<String> = run
        .findings()
        .iter()
        .filter(|one| one.status != "pass")
        .map(|one| {
            format!(
                "{} {} {} {}",
                one.subject, one.permission, one.status, one.why
            )
        })
        .collect();
    lines.dedup();
    lines
}

/// Holds every finding of a subject to one outcome, and all others to `pass`.
#[track_caller]
fn all_of(run: &Run, subject: &str, status: &str, why: &str) {
    for one in run.findings() {
        if one.subject == subject && one.permission != "sts:AssumeRole" {
            assert_eq!(
                (one.status.as_str(), one.why.as_str()),
                (status, why),
                "{one:?}"
            );
        } else {
            assert_eq!(one.status, "pass", "{one:?}");
        }
    }
}
