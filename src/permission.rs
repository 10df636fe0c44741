//! The vocabulary of needs: who needs which permission on what, and why.
//!
//! This module knows no cloud client, no command line and no output format.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The cloud that a permission belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
}

/// Whom Remotion asks to hold a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The AWS identity that deploys and starts renders.
    User,
    /// The AWS execution role of the render functions.
    Role,
    /// The Google Cloud service account.
    ServiceAccount,
}

impl Subject {
    /// The name in output, files and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::ServiceAccount => "service-account",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The kind of resource that a permission acts on.
///
/// For AWS as in the [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// No resource of its own: only `*` can be named.
    Account,
    /// A storage bucket.
    Bucket,
    /// An object in a bucket.
    Object,
    /// A Lambda function.
    Function,
    /// A version of a Lambda layer.
    LayerVersion,
    /// A CloudWatch log group.
    LogGroup,
    /// A stream of a CloudWatch log group.
    LogStream,
    /// An IAM role.
    Role,
    /// An IAM user, group or role.
    Principal,
    /// A Google Cloud project.
    Project,
    /// A Google Cloud service account.
    ServiceAccount,
    /// A Cloud Run service.
    RunService,
    /// A long-running operation.
    Operation,
    /// A log.
    Log,
}

impl ResourceKind {
    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Bucket => "bucket",
            Self::Object => "object",
            Self::Function => "function",
            Self::LayerVersion => "layer version",
            Self::LogGroup => "log group",
            Self::LogStream => "log stream",
            Self::Role => "role",
            Self::Principal => "user, group or role",
            Self::Project => "project",
            Self::ServiceAccount => "service account",
            Self::RunService => "Cloud Run service",
            Self::Operation => "operation",
            Self::Log => "log",
        }
    }
}

/// Where a Google Cloud permission can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// On the project (or above it).
    Project,
    /// On a service account.
    ServiceAccount,
    /// On a Cloud Run service.
    RunService,
    /// On a bucket.
    Bucket,
}

impl Level {
    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::ServiceAccount => "service account",
            Self::RunService => "Cloud Run service",
            Self::Bucket => "bucket",
        }
    }
}

/// What somebody does with Remotion, as far as permissions are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Deploying a render function to Lambda.
    DeployFunction,
    /// Deploying a service to Cloud Run.
    DeployService,
    /// Uploading a bundled site.
    DeploySite,
    /// Rendering, following its progress and fetching its output.
    Render,
    /// Listing what is deployed.
    List,
    /// Deleting functions, services, sites and renders.
    CleanUp,
    /// Reading and raising quotas.
    Quotas,
    /// Reading logs.
    Logs,
    /// Checking permissions.
    Validate,
}

impl Activity {
    /// The name in flags and in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeployFunction => "deploy-function",
            Self::DeployService => "deploy-service",
            Self::DeploySite => "deploy-site",
            Self::Render => "render",
            Self::List => "list",
            Self::CleanUp => "clean-up",
            Self::Quotas => "quotas",
            Self::Logs => "logs",
            Self::Validate => "validate",
        }
    }
}

/// One permission on one resource scope that a Remotion version needs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Who has to hold it.
    pub subject: Subject,
    /// The heading under which Remotion lists it: a statement id, or the service on Google Cloud.
    pub group: String,
    /// The AWS action or the Google Cloud permission.
    pub permission: String,
    /// The resource scope: an ARN pattern or `*` on AWS, `project` on Google Cloud.
    pub scope: String,
    /// What breaks without it.
    pub reason: String,
    /// The kind of resource that it acts on; `None` for a permission that no catalogue knows.
    pub acts_on: Option<ResourceKind>,
    /// Google Cloud: where it can be granted, the project first. Empty on AWS.
    pub grantable_at: Vec<Level>,
    /// What somebody does with Remotion that needs it.
    pub activities: Vec<Activity>,
    /// It stands in only one of the two lists between which the version lies.
    pub doubtful: bool,
}

impl Requirement {
    /// Whether both are about the same permission on the same scope. Actions have no case.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.permission.eq_ignore_ascii_case(&other.permission) && self.scope == other.scope
    }
}
