//! One situation in a Google Cloud of the test's own, checked twice: by asking it, and from the
//! policies that it gives out.

use serde_json::Value;

use super::PROJECT;
use crate::support::gcp::roles::to_json;
use crate::support::gcp::{Gcp, Resource};
use crate::support::program::{Program, Run};

pub(super) const REGION: &str = "us-east1";

/// A project with Remotion's service account, which holds nothing yet.
pub(super) struct Situation {
    pub(super) gcp: Gcp,
    pub(super) project: Resource,
    pub(super) account: Resource,
    pub(super) email: String,
    /// The custom roles, by their full names.
    pub(super) roles: Vec<String>,
    /// The services and buckets.
    pub(super) below: Vec<Resource>,
}

impl Situation {
    pub(super) fn new() -> Self {
        let gcp = Gcp::start();
        let project = gcp.world().add_project(PROJECT, 123_456_789_012);
        let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
        let account = Resource::ServiceAccount {
            project: PROJECT.to_owned(),
            email: email.clone(),
        };
        Self {
            gcp,
            project,
            account,
            email,
            roles: Vec::new(),
            below: Vec::new(),
        }
    }

    pub(super) fn member(&self) -> String {
        format!("serviceAccount:{}", self.email)
    }

    pub(super) fn add_role(&mut self, id: &str, permissions: &[&str]) -> String {
        let name = self.gcp.world().add_role(PROJECT, id, permissions);
        self.roles.push(name.clone());
        name
    }

    pub(super) fn add_service(&mut self, name: &str) -> Resource {
        let service = self.gcp.world().add_service(PROJECT, REGION, name);
        self.below.push(service.clone());
        service
    }

    pub(super) fn add_bucket(&mut self, name: &str) -> Resource {
        let bucket = self.gcp.world().add_bucket(PROJECT, name);
        self.below.push(bucket.clone());
        bucket
    }

    /// Asks the cloud itself.
    pub(super) fn online(&self) -> Run {
        let token = self.gcp.world().mint(
            &self.member(),
            &[
                "https://www.googleapis.com/auth/cloud-platform",
                "https://www.googleapis.com/auth/userinfo.email",
            ],
        );
        let mut program = Program::new(["gcp", "check", "--format", "json", "--no-readiness"])
            .envs(self.gcp.endpoint_variables())
            .env("NO_GCE_CHECK", "true")
            .env(
                "CLOUDSDK_AUTH_TOKEN_HOST",
                format!("{}/token", self.gcp.url()),
            )
            .env("CLOUDSDK_AUTH_ACCESS_TOKEN", token)
            .arguments(["--project", PROJECT, "--excess"])
            .arguments(["--service-account", &self.email]);
        for resource in &self.below {
            program = match resource {
                Resource::Service { name, .. } => program.arguments(["--service", name]),
                Resource::Bucket { name, .. } => program.arguments(["--bucket", name]),
                _ => program,
            };
        }
        if self
            .below
            .iter()
            .any(|one| matches!(one, Resource::Service { .. }))
        {
            program = program.arguments(["--region", REGION]);
        }
        program.run()
    }

    /// The resources below the project, with the kinds that the flag has for them.
    pub(super) fn kinds(&self) -> Vec<(&'static str, &Resource)> {
        let mut all = vec![("service-account", &self.account)];
        for resource in &self.below {
            let kind = match resource {
                Resource::Service { .. } => "run-service",
                _ => "bucket",
            };
            all.push((kind, resource));
        }
        all
    }

    /// Judges the policies that the cloud gives out, in a version.
    pub(super) fn offline_in(&self, version: u64) -> Run {
        let world = self.gcp.world();
        let policy = |resource: &Resource| world.policy(resource, version).to_string();
        let mut files = Files::new(&self.member(), &policy(&self.project));
        for (index, name) in self.roles.iter().enumerate() {
            let role: Value = to_json(world.custom_role(name).expect("the role exists"));
            files.add(
                "--role-definition",
                "",
                &format!("role-{index}.json"),
                &role.to_string(),
            );
        }
        for (index, (kind, resource)) in self.kinds().into_iter().enumerate() {
            let file = format!("below-{index}.json");
            files.add(
                "--resource-policy",
                &format!("{kind}="),
                &file,
                &policy(resource),
            );
        }
        files.program.run()
    }

    pub(super) fn offline(&self) -> Run {
        self.offline_in(3)
    }
}

/// A check of files, one by one.
pub(super) struct Files {
    pub(super) program: Program,
}

impl Files {
    pub(super) fn new(member: &str, policy: &str) -> Self {
        let program = Program::new(["gcp", "check", "--format", "json", "--member", member])
            .arguments(["--project", PROJECT, "--excess"])
            .arguments(["--iam-policy", "policy"])
            .file("policy", policy);
        Self { program }
    }

    pub(super) fn add(&mut self, flag: &str, prefix: &str, file: &str, content: &str) {
        let program = std::mem::replace(&mut self.program, Program::new([""; 0]));
        self.program = program
            .file(file, content)
            .arg(flag)
            .arg(format!("{prefix}{file}"));
    }
}

/// What is held, beyond the need too.
fn excess(run: &Run) -> Value {
    run.report()["audits"][0]["excess"]["held"].clone()
}

/// Both say the same about each permission, in the same words for machines.
#[track_caller]
pub(super) fn assert_same(online: &Run, offline: &Run) {
    let told = |run: &Run| -> Vec<[String; 3]> {
        run.findings()
            .into_iter()
            .map(|one| [one.permission, one.status, one.why])
            .collect()
    };
    assert_eq!(told(offline), told(online), "{}", offline.stdout);
    assert_eq!(excess(offline), excess(online));
    assert_eq!(offline.code, online.code);
}

/// What the files settle is so; what they leave open may be either.
#[track_caller]
pub(super) fn assert_sound(online: &Run, offline: &Run) {
    for (file, cloud) in offline.findings().iter().zip(online.findings()) {
        assert_eq!(file.permission, cloud.permission);
        assert!(
            file.status == "unknown" || file.status == cloud.status,
            "{file:?} in files, {cloud:?} in the cloud"
        );
    }
}
