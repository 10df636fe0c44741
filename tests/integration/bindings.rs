//! `remperm gcp check --iam-policy`: Google's policies judged from files.

mod agreement;
mod below;
mod calls;
mod conditions;
mod deny;
#[cfg(feature = "gcloud")]
mod gcloud;
mod malformed;
mod members;
mod printed;
mod roles;
mod situation;

use serde_json::{Value, json};

use crate::support::program::{Finding, Program, Run};

const PROJECT: &str = "remotion-test";
const EMAIL: &str = "remotion-sa@remotion-test.iam.gserviceaccount.com";
const MEMBER: &str = "serviceAccount:remotion-sa@remotion-test.iam.gserviceaccount.com";
const ROLE: &str = "projects/remotion-test/roles/RemotionSA";

/// What is granted on the project or not at all.
const ONLY_PROJECT: [&str; 6] = [
    "run.operations.get",
    "run.services.create",
    "run.services.list",
    "storage.buckets.create",
    "storage.buckets.list",
    "logging.logEntries.list",
];

/// The permissions of every version of the Cloud Run package.
const NEEDED: [&str; 15] = [
    "iam.serviceAccounts.actAs",
    "run.operations.get",
    "run.routes.invoke",
    "run.services.create",
    "run.services.get",
    "run.services.delete",
    "run.services.list",
    "run.services.update",
    "storage.buckets.create",
    "storage.buckets.get",
    "storage.buckets.list",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
    "logging.logEntries.list",
];

/// A binding.
fn binding(role: &str, members: &[&str]) -> Value {
    json!({ "role": role, "members": members })
}

/// An allow policy.
fn policy(bindings: &[Value]) -> String {
    json!({ "version": 1, "etag": "BwYAAAAAAAA=", "bindings": bindings }).to_string()
}

/// The custom role of the service account, with these permissions.
fn role(permissions: &[&str]) -> String {
    json!({ "name": ROLE, "title": "Remotion", "stage": "GA", "includedPermissions": permissions })
        .to_string()
}

/// The check of `policy.json` for the service account.
fn check(policy: &str) -> Program {
    bare(policy).arguments(["--member", MEMBER])
}

/// The same for nobody yet.
fn bare(policy: &str) -> Program {
    Program::new(["gcp", "check", "--format", "json"])
        .arguments(["--iam-policy", "policy.json"])
        .file("policy.json", policy)
}

/// The check of a policy that gives the account its custom role, which holds everything.
fn granted() -> Program {
    check(&policy(&[binding(ROLE, &[MEMBER])])).with_role(&role(&NEEDED))
}

/// What several tests give to a check.
trait Given {
    fn with_role(self, role: &str) -> Self;
    fn with_deny(self, policy: &str) -> Self;
    fn with_resource(self, kind: &str, policy: &str) -> Self;
}

impl Given for Program {
    fn with_role(self, role: &str) -> Self {
        self.file("role.json", role)
            .arguments(["--role-definition", "role.json"])
    }

    fn with_deny(self, policy: &str) -> Self {
        self.file("deny.json", policy)
            .arguments(["--deny-policy", "deny.json"])
    }

    fn with_resource(self, kind: &str, policy: &str) -> Self {
        let file = format!("{kind}.json");
        self.file(&file, policy)
            .arg("--resource-policy")
            .arg(format!("{kind}={file}"))
    }
}

/// The finding of a permission.
#[track_caller]
fn of(run: &Run, permission: &str) -> Finding {
    let mut findings = run.findings().into_iter();
    findings
        .find(|finding| finding.permission == permission)
        .unwrap_or_else(|| panic!("no finding for {permission}"))
}

/// The permissions with a status.
#[track_caller]
fn with_status(run: &Run, status: &str) -> Vec<String> {
    run.findings()
        .into_iter()
        .filter(|finding| finding.status == status)
        .map(|finding| finding.permission)
        .collect()
}

/// The one audit of a report.
#[track_caller]
fn audit(run: &Run) -> Value {
    run.report()["audits"][0].clone()
}

/// All but one.
fn without<'a>(one: &str) -> Vec<&'a str> {
    NEEDED.into_iter().filter(|other| *other != one).collect()
}
