//! The state of the test's Google Cloud.

mod set_up;

use std::collections::{BTreeMap, BTreeSet};

use super::clock;
use super::policy::{Binding, Resource};

/// The APIs that a new project has enabled: those that Remotion needs and this server has.
pub(super) const USUAL_SERVICES: [&str; 7] = [
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "run.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
];

/// What the service says about a project that does not exist. Google documents none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MissingProject {
    /// 403, in the same words as for a project that the caller may not see.
    #[default]
    Forbidden,
    /// An empty answer, as if nothing were held.
    Empty,
    /// 404.
    NotFound,
}

/// A project.
#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) services: BTreeSet<String>,
}

/// A service account.
#[derive(Clone, Debug)]
pub(super) struct ServiceAccount {
    pub(super) project: String,
    pub(super) email: String,
    pub(super) unique_id: String,
    pub(super) disabled: bool,
    /// Whether the process's key is one of its keys.
    pub(super) has_key: bool,
}

/// A bucket.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) project: String,
    pub(super) name: String,
    pub(super) uniform_access: bool,
    pub(super) public_access_prevention: bool,
}

/// A custom role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// `projects/ID/roles/ROLE`.
    pub(crate) name: String,
    /// The title.
    pub(crate) title: String,
    /// The description.
    pub(crate) description: String,
    /// The launch stage.
    pub(crate) stage: String,
    /// The permissions.
    pub(crate) permissions: Vec<String>,
    /// Whether it is deleted, and can still be brought back.
    pub(crate) deleted: bool,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) principal: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires: u64,
}

/// What `gcloud auth application-default login` leaves behind: a client and a refresh token.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) principal: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) revoked: bool,
}

/// A subject token that a workload identity provider accepts.
#[derive(Clone)]
pub(super) struct Federated {
    pub(super) audience: String,
    pub(super) token_type: String,
    pub(super) principal: String,
}

/// All that exists. Everything is set up by the methods; the services read and change it.
#[derive(Default)]
pub(crate) struct World {
    /// What is answered for a project that does not exist.
    pub(crate) missing_project: MissingProject,
    /// Permissions that exist and that the service nevertheless calls invalid everywhere.
    pub(crate) not_testable: BTreeSet<String>,
    /// The largest page of any list; 0 for no limit of our own.
    pub(crate) page_size: usize,
    pub(super) base: String,
    pub(super) projects: Vec<Project>,
    pub(super) accounts: Vec<ServiceAccount>,
    pub(super) services: Vec<Resource>,
    pub(super) buckets: Vec<Bucket>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) logins: BTreeMap<String, Login>,
    pub(super) federated: BTreeMap<String, Federated>,
    pub(super) memberships: BTreeSet<(String, String)>,
    pub(super) metadata_account: Option<String>,
    pub(super) subject_bearer: Option<(String, String)>,
    /// By their names, as the service answers them.
    pub(super) deny_policies: BTreeMap<String, serde_json::Value>,
    roles: Vec<Role>,
    policies: BTreeMap<Resource, Vec<Binding>>,
    minted: usize,
}

impl World {
    pub(super) fn push_role(&mut self, role: Role) {
        self.roles.push(role);
    }

    /// The custom role of this full name.
    pub(crate) fn custom_role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    pub(super) fn bindings(&self, resource: &Resource) -> &[Binding] {
        self.policies.get(resource).map_or(&[], Vec::as_slice)
    }

    /// Makes an access token for a principal such as `user:ann@example.com`, for an hour.
    pub(crate) fn mint(&mut self, principal: &str, scopes: &[&str]) -> String {
        self.minted += 1;
        let token = format!("ya29.secret-access-token-{}", self.minted);
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let expires = clock::now() + clock::LIFETIME;
        let known = Token {
            principal: principal.to_owned(),
            scopes,
            expires,
        };
        self.tokens.insert(token.clone(), known);
        token
    }

    /// The project of this id or number.
    pub(super) fn project(&self, name: &str) -> Option<&Project> {
        self.projects
            .iter()
            .find(|known| known.id == name || known.number.to_string() == name)
    }

    /// The number of a project, or 0.
    pub(super) fn number(&self, id: &str) -> u64 {
        self.project(id).map_or(0, |project| project.number)
    }

    /// The service account of this address or unique id.
    pub(super) fn account(&self, name: &str) -> Option<&ServiceAccount> {
        self.accounts
            .iter()
            .find(|known| known.email == name || known.unique_id == name)
    }

    /// One page of a list, and the token of the next one, as all lists of Google's APIs do it.
    pub(super) fn page<T: Clone>(
        &self,
        all: &[T],
        asked: Option<&str>,
        token: Option<&str>,
    ) -> Result<(Vec<T>, Option<String>), super::error::Refusal> {
        let wrong = |field| super::error::Refusal::invalid_argument(format!("Invalid {field}"));
        let asked: usize = match asked {
            None | Some("") => 0,
            Some(size) => size.parse().map_err(|_| wrong("page size"))?,
        };
        let start: usize = match token {
            None | Some("") => 0,
            Some(token) => {
                let start = token
                    .strip_prefix("page-")
                    .and_then(|start| start.parse().ok());
                start
                    .filter(|start| *start < all.len())
                    .ok_or_else(|| wrong("page token"))?
            }
        };
        let size = [asked, self.page_size]
            .into_iter()
            .filter(|size| *size > 0)
            .min();
        let size = size.unwrap_or(usize::MAX);
        let page: Vec<T> = all.iter().skip(start).take(size).cloned().collect();
        let end = start + page.len();
        Ok((page, (end < all.len()).then(|| format!("page-{end}"))))
    }
}
