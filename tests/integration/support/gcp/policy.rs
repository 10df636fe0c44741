//! Who holds what where: policies, conditions, and inheritance from the project.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::http::Request;
use super::token::value;
use super::world::World;
use super::{catalogue, clock};

/// Something that a policy can be set on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    /// A project, by its id.
    Project(String),
    /// A service account.
    ServiceAccount {
        /// The project's id.
        project: String,
        /// The account's address.
        email: String,
    },
    /// A Cloud Run service.
    Service {
        /// The project's id.
        project: String,
        /// The region.
        region: String,
        /// The short name.
        name: String,
    },
    /// A bucket.
    Bucket {
        /// The id of the project that owns it.
        project: String,
        /// The name.
        name: String,
    },
}

impl Resource {
    /// The id of its project.
    pub(crate) fn project(&self) -> &str {
        match self {
            Self::Project(project)
            | Self::ServiceAccount { project, .. }
            | Self::Service { project, .. }
            | Self::Bucket { project, .. } => project,
        }
    }

    /// What `resource.name` is in a condition
    /// (<https://cloud.google.com/iam/docs/conditions-resource-attributes>).
    fn condition_name(&self, world: &World) -> String {
        match self {
            Self::Project(project) => format!("projects/{}", world.number(project)),
            Self::ServiceAccount { project, email } => {
                format!("projects/{project}/serviceAccounts/{email}")
            }
            Self::Service {
                project,
                region,
                name,
            } => {
                format!("projects/{project}/locations/{region}/services/{name}")
            }
            Self::Bucket { name, .. } => format!("projects/_/buckets/{name}"),
        }
    }

    /// What `resource.type` is in a condition.
    fn condition_type(&self) -> &'static str {
        match self {
            Self::Project(_) => "cloudresourcemanager.googleapis.com/Project",
            Self::ServiceAccount { .. } => "iam.googleapis.com/ServiceAccount",
            Self::Service { .. } => "run.googleapis.com/Service",
            Self::Bucket { .. } => "storage.googleapis.com/Bucket",
        }
    }
}

/// One role given to one member, perhaps under a condition.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    role: String,
    member: String,
    condition: Option<Condition>,
}

impl Binding {
    /// A binding; `condition` is an expression, see [`Condition`].
    pub(super) fn new(role: &str, member: &str, condition: Option<&str>) -> Self {
        let condition = condition.map(Condition::parse);
        Self {
            role: role.to_owned(),
            member: member.to_owned(),
            condition,
        }
    }

    pub(super) fn is(&self, role: &str, member: &str) -> bool {
        self.role == role && self.member == member
    }
}

/// A condition: terms joined by `&&`, out of the part of the Common Expression Language that
/// such bindings use in practice. Anything else fails the test that sets it up.
#[derive(Clone, Debug)]
struct Condition {
    text: String,
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
enum Term {
    NameIs(String),
    NameStartsWith(String),
    TypeIs(String),
    Before(String),
}

impl Condition {
    fn parse(text: &str) -> Self {
        let terms = text
            .split("&&")
            .map(|term| Term::parse(term.trim()))
            .collect();
        Self {
            text: text.to_owned(),
            terms,
        }
    }

    fn holds(&self, resource: &Resource, world: &World) -> bool {
        let name = resource.condition_name(world);
        self.terms.iter().all(|term| match term {
            Term::NameIs(expected) => name == *expected,
            Term::NameStartsWith(start) => name.starts_with(start),
            Term::TypeIs(expected) => resource.condition_type() == expected,
            // Both are in the same zone and of the same length: text sorts as time does.
            Term::Before(end) => clock::rfc3339(clock::now()) < *end,
        })
    }
}

impl Term {
    fn parse(term: &str) -> Self {
        let inside = |start: &str, end: &str| {
            let text = term.strip_prefix(start)?.strip_suffix(end)?;
            Some(
                text.trim()
                    .trim_matches(|quote| quote == '"' || quote == '\'')
                    .to_owned(),
            )
        };
        inside("resource.name.startsWith(", ")")
            .map(Self::NameStartsWith)
            .or_else(|| inside("resource.name ==", "").map(Self::NameIs))
            .or_else(|| inside("resource.type ==", "").map(Self::TypeIs))
            .or_else(|| inside("request.time < timestamp(", ")").map(Self::Before))
            .unwrap_or_else(|| panic!("the test server knows no such condition: {term}"))
    }
}

impl World {
    /// The allow policy of a resource, as `getIamPolicy` answers it: one binding per role and
    /// condition. Whoever asks for less than version 3 does not get to see conditions
    /// (<https://cloud.google.com/iam/docs/troubleshooting-withcond>).
    pub(crate) fn policy(&self, resource: &Resource, version: u64) -> Value {
        let mut by_role: BTreeMap<(String, Option<String>), BTreeSet<String>> = BTreeMap::new();
        for binding in self.bindings(resource) {
            let condition = binding.condition.as_ref().map(|it| it.text.clone());
            let key = (binding.role.clone(), condition);
            by_role
                .entry(key)
                .or_default()
                .insert(binding.member.clone());
        }
        if by_role.is_empty() {
            return json!({ "etag": "ACAB" });
        }
        let conditional = by_role.keys().any(|(_, condition)| condition.is_some());
        let bindings: Vec<Value> = by_role
            .into_iter()
            .map(|((role, condition), members)| match condition {
                None => json!({ "role": role, "members": members }),
                Some(text) if version >= 3 => json!({
                    "role": role,
                    "members": members,
                    "condition": { "title": "condition", "expression": text },
                }),
                Some(text) => {
                    let hash = text.bytes().fold(7_u64, |hash, byte| {
                        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
                    });
                    json!({ "role": format!("{role}_withcond_{hash:020x}"), "members": members })
                }
            })
            .collect();
        let version = if conditional && version >= 3 { 3 } else { 1 };
        json!({ "version": version, "etag": "BwYAAAAAAAA=", "bindings": bindings })
    }

    /// Whether a principal holds a permission on a resource, there or by its project.
    pub(crate) fn holds(&self, principal: &str, resource: &Resource, permission: &str) -> bool {
        let project = Resource::Project(resource.project().to_owned());
        let inherited = (*resource != project).then_some(&project);
        [Some(resource), inherited]
            .into_iter()
            .flatten()
            .any(|place| {
                self.bindings(place).iter().any(|binding| {
                    self.role_holds(&binding.role, permission)
                        && self.includes(&binding.member, principal)
                        && binding
                            .condition
                            .as_ref()
                            .is_none_or(|it| it.holds(resource, self))
                })
            })
    }

    /// Those of the permissions that the principal holds, in the order in which they were asked,
    /// or the refusal of the whole batch when one of them cannot be tested there.
    pub(super) fn held(
        &self,
        principal: &str,
        resource: &Resource,
        permissions: &[String],
    ) -> Result<Vec<String>, super::error::Refusal> {
        let refused = permissions
            .iter()
            .find(|permission| !self.testable(permission, resource));
        if let Some(permission) = refused {
            return Err(super::error::Refusal::invalid_permission(permission));
        }
        let mut seen = BTreeSet::new();
        let mut held: Vec<String> = permissions
            .iter()
            .filter(|permission| self.holds(principal, resource, permission))
            .cloned()
            .collect();
        held.retain(|permission| seen.insert(permission.clone()));
        Ok(held)
    }

    fn testable(&self, permission: &str, resource: &Resource) -> bool {
        catalogue::testable(permission, resource) && !self.not_testable.contains(permission)
    }

    fn role_holds(&self, role: &str, permission: &str) -> bool {
        match self.custom_role(role) {
            Some(custom) => {
                custom.stage != "DISABLED"
                    && !custom.deleted
                    && custom.permissions.iter().any(|it| it == permission)
            }
            None => catalogue::predefined(role).is_some_and(|held| held.contains(permission)),
        }
    }

    /// Whether a member of a policy stands for a principal
    /// (<https://cloud.google.com/iam/docs/principal-identifiers>).
    fn includes(&self, member: &str, principal: &str) -> bool {
        // IAM ignores the case of emails.
        let is_email = ["serviceAccount:", "user:"]
            .iter()
            .any(|kind| member.starts_with(kind) && principal.starts_with(kind));
        if member == principal
            || member == "allUsers"
            || member == "allAuthenticatedUsers"
            || is_email && member.eq_ignore_ascii_case(principal)
        {
            return true;
        }
        if self
            .memberships
            .contains(&(member.to_owned(), principal.to_owned()))
        {
            return true;
        }
        let convenience = [
            ("projectOwner:", "roles/owner"),
            ("projectEditor:", "roles/editor"),
            ("projectViewer:", "roles/viewer"),
        ];
        convenience.iter().any(|(kind, role)| {
            member.strip_prefix(kind).is_some_and(|project| {
                let project = Resource::Project(project.to_owned());
                self.bindings(&project).iter().any(|binding| {
                    // Such a member never stands in a project's own policy: no circle.
                    binding.role == *role && self.includes(&binding.member, principal)
                })
            })
        })
    }
}

/// The version of the policy that a request asks for in its query; 1 where it does not say.
pub(super) fn requested_version(request: &Request, name: &str) -> u64 {
    let pairs = request.query_pairs();
    value(&pairs, name).parse().unwrap_or(1)
}
