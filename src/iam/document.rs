//! Policy documents as they were read.

use std::sync::Arc;

use super::action::{Action, ActionPattern};
use super::condition::Condition;
use super::context::Context;
use super::error::{DocumentError, StatementName, Warning};
use super::reader;
use super::resource::ResourcePattern;
use super::truth::Truth;

/// What a policy is attached to: it decides about the elements that may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PolicyKind {
    /// A policy of a user, a role or a group, inline or managed.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// A policy passed when a session is made.
    Session,
    /// A service control policy of an organization. The whole language may stand in it, but no
    /// principal
    /// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>).
    ServiceControl,
    /// The trust policy of a role. Read, not evaluated.
    Trust,
    /// A policy of a resource, such as a bucket policy. Read, not evaluated.
    Resource,
}

impl PolicyKind {
    /// Whether statements name principals: they must in the kinds that may.
    pub(super) fn has_principals(self) -> bool {
        matches!(self, Self::Trust | Self::Resource)
    }
}

/// The version of the policy language that a document is written in
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2012-10-17`: with variables.
    V2012,
    /// `2008-10-17`, or none given: without variables.
    V2008,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It grants.
    Allow,
    /// It denies, whatever others grant.
    Deny,
}

/// A document that follows the grammar of the policy language in every part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) name: Arc<str>,
    pub(super) kind: PolicyKind,
    pub(super) version: Version,
    pub(super) id: Option<String>,
    pub(super) statements: Vec<Statement>,
}

impl Document {
    /// Reads a document strictly: what is not in the grammar is an error, never ignored.
    ///
    /// `name` is what messages call the document, a path as a rule. `known_actions` are actions
    /// in AWS's spelling; an action that is not among them but one slip away from one of them
    /// makes a warning. Pass an empty slice to leave that out.
    ///
    /// The grammar is that of
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] with file, line, column, statement and element.
    pub fn parse(
        name: &str,
        kind: PolicyKind,
        bytes: &[u8],
        known_actions: &[&str],
    ) -> Result<(Self, Vec<Warning>), DocumentError> {
        reader::read(name, kind, bytes, known_actions)
    }

    /// The name under which the document was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the document was read as.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The version of the language.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The document's `Id`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The statements, in the document's order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub(super) file: Arc<str>,
    pub(super) index: usize,
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principals: Option<PrincipalElement>,
    pub(super) actions: Element<ActionPattern>,
    /// `None` in kinds of policies that may leave it out.
    pub(super) resources: Option<Element<ResourcePattern>>,
    pub(super) conditions: Vec<Condition>,
}

/// An element that comes in a positive and a negative form: `Action`, `NotAction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element<T> {
    pub(super) negated: bool,
    pub(super) entries: Vec<T>,
}

impl Statement {
    /// Which statement of which document this is.
    #[must_use]
    pub fn name(&self) -> StatementName {
        StatementName {
            file: self.file.to_string(),
            index: self.index,
            sid: self.sid.clone(),
        }
    }

    /// What the statement does.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Whose requests the statement is about, in trust and resource policies.
    #[must_use]
    pub fn principals(&self) -> Option<&PrincipalElement> {
        self.principals.as_ref()
    }

    /// Whether `Action` or `NotAction` covers the action.
    #[must_use]
    pub fn covers_action(&self, action: &Action) -> bool {
        let listed = self
            .actions
            .entries
            .iter()
            .any(|pattern| pattern.matches(action));
        listed != self.actions.negated
    }

    /// The keys of the statement's conditions as they are written, in the document's order.
    pub fn condition_keys(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(Condition::key)
    }

    /// Whether the conditions hold: for every request that agrees with the context (`Some(true)`),
    /// for none (`Some(false)`), or not decided (`None`).
    #[must_use]
    pub fn condition_holds(&self, context: &Context) -> Option<bool> {
        match self.condition(context) {
            Truth::True => Some(true),
            Truth::False => Some(false),
            Truth::Undecided => None,
        }
    }

    /// Whether the statement applies as far as conditions and variables decide.
    pub(super) fn condition(&self, context: &Context) -> Truth {
        let mut truth = Truth::True;
        for condition in &self.conditions {
            truth = truth.and(condition.truth(context));
            if truth == Truth::False {
                return truth;
            }
        }
        match (self.resolvable(context), self.effect) {
            (Truth::True, _) => truth,
            (Truth::False, Effect::Allow) => Truth::False,
            (Truth::False | Truth::Undecided, _) => Truth::Undecided,
        }
    }

    /// Whether all variables in the statement have a value.
    fn resolvable(&self, context: &Context) -> Truth {
        let conditions = self.conditions.iter();
        let resources = self.resources.iter().flat_map(|element| &element.entries);
        conditions
            .map(|condition| condition.resolvable(context))
            .chain(resources.map(|entry| entry.resolvable(context)))
            .fold(Truth::True, Truth::and)
    }

    /// The keys that keep the statement undecided, as they are written.
    pub(super) fn open_keys(&self, context: &Context) -> Vec<&str> {
        let mut keys = Vec::new();
        for condition in &self.conditions {
            if condition.truth(context) == Truth::Undecided
                || condition.resolvable(context) != Truth::True
            {
                keys.extend(condition.open_keys(context));
            }
        }
        for resource in self.resources.iter().flat_map(|element| &element.entries) {
            keys.extend(resource.open_keys(context));
        }
        keys
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// Who is named.
    pub principals: Principals,
}

/// Who is named in `Principal` or `NotPrincipal`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// `"*"`.
    Everyone,
    /// A map, entry by entry in the document's order.
    Named(Vec<Principal>),
}

/// One named principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What sort of principal it is.
    pub kind: PrincipalKind,
    /// An ARN, an account, a service's domain name, an identifier, or `*`.
    pub name: String,
}

/// The sorts of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrincipalKind {
    /// Accounts, users, roles and sessions.
    Aws,
    /// Identity providers.
    Federated,
    /// Services of AWS, such as `lambda.amazonaws.com`.
    Service,
    /// Canonical users of S3.
    CanonicalUser,
}
