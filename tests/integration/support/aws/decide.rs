//! From policies, an action and a resource to a decision: slow, obvious, and one question at a
//! time.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use std::collections::BTreeSet;

use super::condition::Context;
use super::policy::{Document, Effect, Statement};
use super::position::Position;

/// All policies that have a say about one principal.
pub(super) struct Layers<'account> {
    /// The policies of the principal and of its groups.
    pub(super) identity: Vec<Attached<'account>>,
    /// The permissions boundary, where there is one.
    pub(super) boundary: Option<&'account Document>,
    /// The service control policies, level by level from the root down, where the account is in
    /// an organization.
    pub(super) organization: Option<Vec<Vec<&'account Document>>>,
}

/// A policy of a principal, and how the simulator calls it.
pub(super) struct Attached<'account> {
    pub(super) document: &'account Document,
    pub(super) id: String,
    pub(super) source: &'static str,
}

/// The simulator's three answers, the most restrictive last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Decision {
    Allowed,
    Implicit,
    Explicit,
}

impl Decision {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Implicit => "implicitDeny",
            Self::Explicit => "explicitDeny",
        }
    }
}

/// A statement that a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Matched {
    pub(super) id: String,
    pub(super) source: &'static str,
    pub(super) start: Position,
    pub(super) end: Position,
}

/// What comes of a question.
pub(super) struct Outcome {
    pub(super) decision: Decision,
    /// The words with which an AccessDenied explains itself; empty when allowed.
    pub(super) because: &'static str,
    pub(super) matched: Vec<Matched>,
    pub(super) boundary_allows: Option<bool>,
    pub(super) organization_allows: Option<bool>,
    pub(super) missing: BTreeSet<String>,
}

/// What one layer says by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Allows,
    Silent,
    Denies,
}

/// Peculiarities of the simulator; the service itself, when it authorizes, has none.
#[derive(Clone, Copy, Default)]
pub(super) struct Peculiarities {
    /// A service control policy with a condition denies, whatever the condition says.
    pub(super) conditional_scp_denies: bool,
    /// Missing keys are those of all statements, not only of those that concern the question.
    pub(super) missing_keys_of_all: bool,
    /// An allowing statement is named even if another layer takes the permission away.
    pub(super) names_ineffective: bool,
}

/// Decides.
pub(super) fn decide(
    layers: &Layers<'_>,
    action: &str,
    resource: &str,
    context: &Context,
    peculiarities: Peculiarities,
) -> Outcome {
    let question = Question {
        action,
        resource,
        context,
    };
    let organization = layers
        .organization
        .as_ref()
        .map(|levels| organization(levels, &question, peculiarities));
    let boundary = layers
        .boundary
        .map(|document| question.word([document].into_iter()));
    let identity = question.word(layers.identity.iter().map(|one| one.document));
    let mut outcome = Outcome {
        decision: Decision::Allowed,
        because: "",
        matched: Vec::new(),
        boundary_allows: boundary.map(|word| word == Word::Allows),
        organization_allows: organization.map(|word| word == Word::Allows),
        missing: missing(layers, &question, peculiarities),
    };
    // Any deny wins over everything; without one, every layer must allow.
    (outcome.decision, outcome.because) = match (organization, boundary, identity) {
        (Some(Word::Denies), ..) => (
            Decision::Explicit,
            "with an explicit deny in a service control policy",
        ),
        (.., Word::Denies) if organization != Some(Word::Silent) => (
            Decision::Explicit,
            "with an explicit deny in an identity-based policy",
        ),
        (Some(Word::Silent), ..) => (
            Decision::Implicit,
            "because no service control policy allows the ACTION action",
        ),
        (_, Some(Word::Denies), _) => (
            Decision::Explicit,
            "with an explicit deny in a permissions boundary",
        ),
        (.., Word::Silent) => (
            Decision::Implicit,
            "because no identity-based policy allows the ACTION action",
        ),
        (_, Some(Word::Silent), _) => (
            Decision::Implicit,
            "because no permissions boundary allows the ACTION action",
        ),
        _ => (Decision::Allowed, ""),
    };
    let stopped = matches!(organization, Some(Word::Denies | Word::Silent));
    if !stopped {
        let wanted = match (identity, outcome.decision) {
            (Word::Denies, _) => Some(Effect::Deny),
            (Word::Allows, Decision::Allowed) => Some(Effect::Allow),
            (Word::Allows, _) if peculiarities.names_ineffective => Some(Effect::Allow),
            _ => None,
        };
        if let Some(effect) = wanted {
            outcome.matched = matched(layers, &question, effect);
        }
    }
    outcome
}

struct Question<'asked> {
    action: &'asked str,
    resource: &'asked str,
    context: &'asked Context,
}

impl Question<'_> {
    fn concerns(&self, statement: &Statement) -> bool {
        statement.concerns(self.action, self.resource, self.context)
    }

    fn hit_by(&self, statement: &Statement) -> bool {
        self.concerns(statement) && statement.applies(self.context)
    }

    fn word<'a>(&self, documents: impl Iterator<Item = &'a Document>) -> Word {
        let mut word = Word::Silent;
        for statement in documents.flat_map(|document| &document.statements) {
            if self.hit_by(statement) {
                match statement.effect {
                    Effect::Deny => return Word::Denies,
                    Effect::Allow => word = Word::Allows,
                }
            }
        }
        word
    }
}

fn organization(
    levels: &[Vec<&Document>],
    question: &Question<'_>,
    peculiarities: Peculiarities,
) -> Word {
    let statements = || {
        levels
            .iter()
            .flatten()
            .flat_map(|document| &document.statements)
    };
    if peculiarities.conditional_scp_denies
        && statements().any(|one| !one.conditions.is_empty() && question.concerns(one))
    {
        return Word::Silent;
    }
    let words: Vec<Word> = levels
        .iter()
        .map(|level| question.word(level.iter().copied()))
        .collect();
    if words.contains(&Word::Denies) {
        Word::Denies
    } else if words.contains(&Word::Silent) {
        Word::Silent
    } else {
        Word::Allows
    }
}

fn matched(layers: &Layers<'_>, question: &Question<'_>, effect: Effect) -> Vec<Matched> {
    let mut found = Vec::new();
    for attached in &layers.identity {
        for statement in &attached.document.statements {
            if statement.effect == effect && question.hit_by(statement) {
                found.push(Matched {
                    id: attached.id.clone(),
                    source: attached.source,
                    start: statement.start,
                    end: statement.end,
                });
            }
        }
    }
    found
}

fn missing(
    layers: &Layers<'_>,
    question: &Question<'_>,
    peculiarities: Peculiarities,
) -> BTreeSet<String> {
    let identity = layers.identity.iter().map(|attached| attached.document);
    identity
        .chain(layers.boundary)
        .flat_map(|document| &document.statements)
        .filter(|one| peculiarities.missing_keys_of_all || question.concerns(one))
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| question.context.get(&condition.key).is_none())
        .map(|condition| condition.key.clone())
        .collect()
}
