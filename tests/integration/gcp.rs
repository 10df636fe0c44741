//! `remperm gcp check`, against a Google Cloud in this process.

mod credentials;
mod faults;
mod latency;
mod levels;
mod readiness;
mod refusals;
mod secrets;

use serde_json::Value;

use crate::support::gcp::{Gcp, Resource};
use crate::support::program::{Finding, Program, Run};

const PROJECT: &str = "remotion-test";
const NUMBER: u64 = 123_456_789_012;
const ANN: &str = "user:ann@example.com";
const REGION: &str = "us-east1";
const SERVICE: &str = "remotion-4-0-461-mem2gi-cpu1-0-t300";
const BUCKET: &str = "remotioncloudrun-abc123";

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

/// Those of them that only a grant on the project (or above) gives.
const ONLY_PROJECT: [&str; 6] = [
    "run.operations.get",
    "run.services.create",
    "run.services.list",
    "storage.buckets.create",
    "storage.buckets.list",
    "logging.logEntries.list",
];

/// A cloud with one project and Remotion's service account, which holds nothing yet.
struct Cloud {
    gcp: Gcp,
    project: Resource,
    email: String,
}

impl Cloud {
    fn new() -> Self {
        let gcp = Gcp::start();
        let project = gcp.world().add_project(PROJECT, NUMBER);
        let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
        Self {
            gcp,
            project,
            email,
        }
    }

    /// One in which the account holds these permissions on the project.
    fn with(permissions: &[&str]) -> Self {
        let cloud = Self::new();
        cloud.grant(&cloud.project, "RemotionSA", permissions);
        cloud
    }

    /// Grants these permissions to the account on a resource.
    fn grant(&self, on: &Resource, role: &str, permissions: &[&str]) {
        let mut world = self.gcp.world();
        let role = world.add_role(PROJECT, role, permissions);
        world.bind(on, &role, &self.member());
    }

    /// The service account as a member of policies.
    fn member(&self) -> String {
        format!("serviceAccount:{}", self.email)
    }

    /// The service account as a resource.
    fn account(&self, email: &str) -> Resource {
        Resource::ServiceAccount {
            project: PROJECT.to_owned(),
            email: email.to_owned(),
        }
    }

    fn bucket(&self) -> Resource {
        self.gcp.world().add_bucket(PROJECT, BUCKET)
    }

    fn service(&self) -> Resource {
        self.gcp.world().add_service(PROJECT, REGION, SERVICE)
    }

    /// The check without credentials.
    fn bare(&self) -> Program {
        self.printing("json")
    }

    /// The same in another format.
    fn printing(&self, format: &str) -> Program {
        Program::new(["gcp", "check", "--format", format])
            .envs(self.gcp.endpoint_variables())
            .env("NO_GCE_CHECK", "true")
            .env(
                "CLOUDSDK_AUTH_TOKEN_HOST",
                format!("{}/token", self.gcp.url()),
            )
            .env("REMOTION_GCP_PROJECT_ID", PROJECT)
    }

    /// The check with the service account's key, as Remotion has it.
    fn check(&self) -> Program {
        self.sign_in(self.bare())
    }

    /// Gives a call the service account's key, as Remotion has it.
    fn sign_in(&self, program: Program) -> Program {
        let file = self.gcp.service_account_file(&self.email);
        program.env("REMOTION_GCP_CLIENT_EMAIL", &self.email).env(
            "REMOTION_GCP_PRIVATE_KEY",
            file["private_key"].as_str().unwrap(),
        )
    }

    /// The check with an access token of a principal.
    fn check_as(&self, principal: &str) -> Program {
        let token = self.gcp.world().mint(
            principal,
            &[
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/userinfo.email",
            ],
        );
        self.bare().env("CLOUDSDK_AUTH_ACCESS_TOKEN", token)
    }

    /// How often a path was asked.
    fn asked(&self, path: &str) -> usize {
        use crate::support::http::Matcher;
        self.gcp.server().log().count(&Matcher::path(path))
    }
}

/// The finding of a permission.
#[track_caller]
fn of(run: &Run, permission: &str) -> Finding {
    run.findings()
        .into_iter()
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
fn without<'a>(all: &[&'a str], one: &str) -> Vec<&'a str> {
    all.iter().copied().filter(|other| *other != one).collect()
}
