//! `remperm aws check`, from the command line to the exit code, against AWS in this process.

mod answers;
mod context;
mod credentials;
mod faults;
mod fix;
mod help;
mod layers;
#[cfg(feature = "ministack")]
mod ministack;
mod options;
mod output;
mod plain;
mod principals;
mod reading;
mod regions;
mod report;
mod requests;
mod retries;
mod secrets;
mod trust;
mod unavailable;
mod versions;
mod waiting;
mod wrong_calls;

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::aws::{Aws, Caller, RunningAws};
use crate::support::program::{Finding, Program, Run};

const ACCOUNT: &str = "123456789012";
const USER: &str = "arn:aws:iam::123456789012:user/team/deployer";
const ROLE: &str = "arn:aws:iam::123456789012:role/remotion-lambda-role";

/// The policy that the program prints for the newest version.
fn printed(subject: &str) -> Value {
    static USER: OnceLock<Value> = OnceLock::new();
    static ROLE: OnceLock<Value> = OnceLock::new();
    let cell = if subject == "user" { &USER } else { &ROLE };
    cell.get_or_init(|| printed_with(subject, &[])).clone()
}

/// The same with further flags.
fn printed_with(subject: &str, flags: &[&str]) -> Value {
    let run = Program::new(["policies", subject])
        .arguments(flags)
        .run()
        .expect(0);
    serde_json::from_str(&run.stdout).expect("a policy in JSON")
}

/// The policy without one action; statements that become empty go.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("statements");
    for statement in statements.iter_mut() {
        let actions = statement["Action"].as_array_mut().expect("actions");
        actions.retain(|one| one != action);
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

/// The actions of a policy, each once.
fn actions(policy: &Value) -> Vec<String> {
    let mut actions: Vec<String> = Vec::new();
    for statement in policy["Statement"].as_array().expect("statements") {
        for action in statement["Action"].as_array().expect("actions") {
            let action = action.as_str().expect("text").to_owned();
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    actions
}

/// A policy of one statement about every resource.
fn statement(effect: &str, actions: &[&str]) -> Value {
    on(effect, actions, "*")
}

/// A policy of one statement.
fn on(effect: &str, actions: &[&str], resource: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": effect, "Action": actions, "Resource": resource }],
    })
}

/// An account with the user and the execution role that hold these policies.
fn account_with(user: &Value, role: &Value) -> Aws {
    Aws::new(ACCOUNT)
        .user("/team/", "deployer", |one| one.inline("remotion", user))
        .role("/", "remotion-lambda-role", |one| {
            one.inline("remotion", role)
        })
}

/// An account in which the user and the execution role hold exactly the printed policies.
fn account() -> Aws {
    account_with(&printed("user"), &printed("role"))
}

fn deployer() -> Caller {
    Caller::user("deployer")
}

/// `aws check --format json` as this caller.
fn check(aws: &RunningAws, caller: &Caller) -> Program {
    Program::new(["aws", "check", "--format", "json"]).envs(aws.environment(caller))
}

/// The findings that did not pass, as `subject permission status why`, each distinct one once.
fn not_passed(run: &Run) -> Vec<String> {
    let mut lines: Vec<String> = run
        .findings()
        .iter()
        .filter(|finding| finding.status != "pass")
        .map(line)
        .collect();
    lines.dedup();
    lines
}

fn line(finding: &Finding) -> String {
    let Finding {
        subject,
        permission,
        status,
        why,
        ..
    } = finding;
    format!("{subject} {permission} {status} {why}")
}

/// Runs the cases in a few threads at once: most of a case is waiting.
fn in_parallel<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) =
                    cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    run(case);
                }
            });
        }
    });
}
