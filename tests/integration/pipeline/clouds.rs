//! The account and the project that the examples name.

use serde_json::{Value, json};

use crate::support::aws::{Aws, RunningAws, WebIdentity};
use crate::support::gcp::{FederatedIdentity, Gcp, Resource};
use crate::support::program::Program;

/// The account and the project number of the examples.
pub(super) const NUMBER: &str = "123456789012";

/// The user that Remotion deploys with.
pub(super) const USER: &str = "remotion-user";

/// The token of a job on GitLab, as AWS knows it.
pub(super) const GITLAB_TOKEN: &str = "secret-token-of-a-gitlab-job";

const PROJECT: &str = "my-project";

/// A policy or role that the program prints.
pub(super) fn printed(arguments: &[&str]) -> Value {
    let run = Program::new(arguments.iter().copied()).run().expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

/// The user's policy without one action.
pub(super) fn without(action: &str) -> Value {
    let mut policy = printed(&["policies", "user"]);
    for statement in policy["Statement"].as_array_mut().unwrap() {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|one| one != action);
    }
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

/// The AWS account: the user and the execution role hold everything, and the role `remperm` may
/// check. It trusts GitLab's tokens for the main branch of one project.
pub(super) fn aws() -> RunningAws {
    Aws::new(NUMBER)
        .user("/", USER, |user| {
            user.inline("remotion", printed(&["policies", "user"]))
        })
        .role("/", "remotion-lambda-role", |role| {
            role.inline("remotion", printed(&["policies", "role"]))
                .trusts_service("lambda.amazonaws.com")
        })
        .role("/", "remperm", |role| {
            role.inline("check", printed(&["policies", "auditor"]))
                .trust_policy(json!({"Version": "2012-10-17", "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Federated": format!("arn:aws:iam::{NUMBER}:oidc-provider/gitlab.com")},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {
                        "gitlab.com:aud": "https://gitlab.com",
                        "gitlab.com:sub": "project_path:group/project:ref_type:branch:ref:main",
                    }},
                }}))
        })
        .web_identity(
            GITLAB_TOKEN,
            WebIdentity {
                provider: "gitlab.com".to_owned(),
                audience: "https://gitlab.com".to_owned(),
                subject: "project_path:group/project:ref_type:branch:ref:main".to_owned(),
            },
        )
        .start()
}

/// Takes a permission away from the user.
pub(super) fn take_away(aws: &RunningAws, user: &str, action: &str) {
    let policy = without(action);
    aws.change(|state| state.edit_user(user, |user| user.inline("remotion", policy)));
}

/// The Google Cloud project with a service account that holds everything.
pub(super) struct Google {
    pub(super) gcp: Gcp,
    pub(super) email: String,
}

/// The Google Cloud project: the service account holds everything.
pub(super) fn google() -> Google {
    google_without("")
}

/// The same where the service account lacks a permission.
pub(super) fn google_without(lacking: &str) -> Google {
    let gcp = Gcp::start();
    let email = {
        let mut world = gcp.world();
        let project = world.add_project(PROJECT, NUMBER.parse().unwrap());
        let email = world.add_service_account(PROJECT, "remotion-sa");
        let role = printed(&["policies", "service-account", "--format", "json"]);
        let permissions = role["includedPermissions"].as_array().unwrap();
        let permissions: Vec<&str> = permissions
            .iter()
            .map(|one| one.as_str().unwrap())
            .filter(|one| *one != lacking)
            .collect();
        let role = world.add_role(PROJECT, "RemotionSA", &permissions);
        world.bind(&project, &role, &format!("serviceAccount:{email}"));
        email
    };
    Google { gcp, email }
}

impl Google {
    /// The job of a pipeline, which may act as the service account.
    pub(super) fn job(&self, provider: &str) -> FederatedIdentity {
        let mut world = self.gcp.world();
        let identity = world.add_identity_of(PROJECT, ("ci", provider), "repo:remotion");
        let account = Resource::ServiceAccount {
            project: PROJECT.to_owned(),
            email: self.email.clone(),
        };
        world.bind(
            &account,
            "roles/iam.serviceAccountTokenCreator",
            &identity.principal,
        );
        identity
    }
}
