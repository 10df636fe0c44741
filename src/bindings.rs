//! Google Cloud's allow policies, deny policies and roles that are at hand as data, as a source of
//! evidence: nothing of Google is asked.
//!
//! The types here are plain data between those who find policies (in files, in a Terraform plan)
//! and those who judge them. They follow
//! [allow policies](https://cloud.google.com/iam/docs/allow-policies),
//! [deny policies](https://cloud.google.com/iam/docs/deny-overview) and
//! [roles](https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles), and have a place for
//! whatever was not seen: what hangs on it is unknown, never held and never missing.

mod deny;
mod files;
mod judge;
mod principal;
mod reader;
mod roles;
mod truth;
mod yaml;

use crate::permission::Level;

pub use files::{InTerraform, Options};
pub(crate) use files::{beside, bindings_of, read};
pub(crate) use judge::Judge;
pub use principal::Member;

/// A value, or why it was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// The value.
    Known(T),
    /// It is there and was not seen, for this reason: a lower-case fragment for people, such as
    /// `known only after apply`.
    Unseen(String),
}

/// Everything that was found and that decides what a member may do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// The allow policies, of the project, of what stands above it and of what stands below it.
    pub allow: Vec<AllowPolicy>,
    /// The deny policies.
    pub deny: Vec<DenyPolicy>,
    /// The custom roles. Predefined roles are known without.
    pub roles: Vec<RoleDefinition>,
}

/// The allow policy of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowPolicy {
    /// What reports call it, such as the name of its file or the address in a Terraform plan.
    pub name: String,
    /// Where it is set.
    pub place: Place,
    /// Its bindings. A member is granted the union of them.
    pub bindings: Vec<Binding>,
}

/// Where a policy is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the project, or on a folder or the organization above it, which the project inherits.
    Project,
    /// On a resource below the project: this kind of resource, and what reports call it.
    Below(Level, String),
}

/// One role for some members
/// ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/Policy#Binding)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The full name of the role: `roles/run.viewer`, `projects/p/roles/RemotionSA`.
    pub role: Seen<String>,
    /// The members, such as `serviceAccount:remotion-sa@p.iam.gserviceaccount.com`. A list that was
    /// not seen is one member that was not seen.
    pub members: Vec<Seen<String>>,
    /// The condition under which it counts.
    pub condition: Option<Seen<Condition>>,
}

/// A condition in the [Common Expression Language](https://cloud.google.com/iam/docs/conditions-overview).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its title, which may be empty.
    pub title: String,
    /// The expression.
    pub expression: String,
}

/// A custom role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// The full name, as bindings have it: `projects/p/roles/RemotionSA`,
    /// `organizations/123/roles/RemotionSA`.
    pub name: String,
    /// Its permissions. A list that was not seen is one permission that was not seen.
    pub permissions: Vec<Seen<String>>,
    /// Whether it grants anything.
    pub state: RoleState,
}

/// Whether a role grants anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleState {
    /// It grants its permissions.
    Active,
    /// It is deleted: its bindings stay, and grant nothing.
    Deleted,
    /// Its launch stage is `DISABLED`: its bindings stay, and grant nothing.
    Disabled,
}

/// A deny policy, attached to the project or above it
/// ([reference](https://cloud.google.com/iam/docs/reference/rest/v2/policies)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyPolicy {
    /// What reports call it.
    pub name: String,
    /// Its rules.
    pub rules: Vec<DenyRule>,
}

/// A rule of a deny policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DenyRule {
    /// Who is denied, such as `principalSet://goog/public:all`.
    pub denied_principals: Vec<Seen<String>>,
    /// Who of them is not.
    pub exception_principals: Vec<Seen<String>>,
    /// What is denied, such as `run.googleapis.com/services.delete`.
    pub denied_permissions: Vec<Seen<String>>,
    /// What of it is not.
    pub exception_permissions: Vec<Seen<String>>,
    /// The condition under which it counts.
    pub condition: Option<Seen<Condition>>,
}

/// The kinds of resources below the project, as `--resource-policy` names them.
const KINDS: [(&str, Level); 3] = [
    ("service-account", Level::ServiceAccount),
    ("run-service", Level::RunService),
    ("bucket", Level::Bucket),
];

fn kind_of(level: Level) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(_, one)| *one == level)
        .map(|(name, _)| *name)
}
