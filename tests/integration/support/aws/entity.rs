//! Users, roles and groups, and how a test describes them.

use std::collections::BTreeMap;

use super::policy::{Document, Purpose};
use super::state::{Credentials, document, identifier, secret};

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    User,
    Role,
    Group,
}

impl Kind {
    /// As it stands in an ARN and in messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
        }
    }

    /// As it stands in the names of actions and elements.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Role => "Role",
            Self::Group => "Group",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
        }
    }

    /// How many characters without white space all inline policies together may have.
    pub(super) fn inline_quota(self) -> usize {
        match self {
            Self::User => 2_048,
            Self::Role => 10_240,
            Self::Group => 5_120,
        }
    }
}

/// A user, a role or a group.
#[derive(Clone)]
pub(crate) struct Entity {
    pub(super) kind: Kind,
    pub(super) path: String,
    pub(super) name: String,
    pub(super) inline: BTreeMap<String, Document>,
    pub(super) attached: Vec<String>,
    pub(super) boundary: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) trust: Document,
    pub(super) key: Credentials,
}

impl Entity {
    pub(super) fn new(kind: Kind, path: &str, name: &str) -> Self {
        assert!(
            path.starts_with('/') && path.ends_with('/'),
            "a path starts and ends with a slash"
        );
        Self {
            kind,
            path: path.to_owned(),
            name: name.to_owned(),
            inline: BTreeMap::new(),
            attached: Vec::new(),
            boundary: None,
            groups: Vec::new(),
            trust: trust(r#"{"Service":"lambda.amazonaws.com"}"#),
            key: Credentials {
                access_key_id: identifier("AKIA", 16, name),
                secret_access_key: secret(name),
                session_token: None,
            },
        }
    }

    /// The unique id: of a role it stands in front of the session's name in `UserId`.
    pub(super) fn id(&self) -> String {
        let seed = format!("{}{}", self.path, self.name);
        identifier(self.kind.prefix(), 17, &seed)
    }

    /// Adds or replaces an inline policy. The quota is the API's affair, not the test's.
    pub(crate) fn inline(mut self, name: &str, policy: impl ToString) -> Self {
        let policy = document(&policy.to_string(), Purpose::Permissions);
        self.inline.insert(name.to_owned(), policy);
        self
    }

    /// Takes an inline policy away.
    pub(crate) fn without_inline(mut self, name: &str) -> Self {
        self.inline.remove(name);
        self
    }

    /// Attaches a managed policy of the account or of AWS, by name or ARN.
    pub(crate) fn attach(mut self, policy: &str) -> Self {
        self.attached.push(policy.to_owned());
        self
    }

    /// Sets a managed policy as the permissions boundary, by name or ARN.
    pub(crate) fn boundary(mut self, policy: &str) -> Self {
        self.boundary = Some(policy.to_owned());
        self
    }

    /// Takes the permissions boundary away.
    pub(crate) fn without_boundary(mut self) -> Self {
        self.boundary = None;
        self
    }

    /// Puts a user into a group.
    pub(crate) fn in_group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    /// Lets this service assume the role, and nobody else. A new role trusts Lambda.
    pub(crate) fn trusts_service(mut self, service: &str) -> Self {
        self.trust = trust(&format!(r#"{{"Service":"{service}"}}"#));
        self
    }

    /// Lets this AWS principal (an ARN or an account) assume the role, and nobody else.
    pub(crate) fn trusts_principal(mut self, principal: &str) -> Self {
        self.trust = trust(&format!(r#"{{"AWS":"{principal}"}}"#));
        self
    }

    /// Sets the whole trust policy.
    pub(crate) fn trust_policy(mut self, policy: impl ToString) -> Self {
        self.trust = document(&policy.to_string(), Purpose::Trust);
        self
    }
}

fn trust(principal: &str) -> Document {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    );
    document(&text, Purpose::Trust)
}
