//! The answers.

use std::collections::BTreeMap;
use std::fmt;

use super::automata::Limits;
use super::error::StatementName;
use super::layers::Layer;

/// The answer to a [`super::Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every resource in question is allowed by every layer and denied by none, whatever is not
    /// known of the request.
    Held,
    /// At least one resource in question is not allowed, whatever is not known of the request.
    NotHeld(NotHeld),
    /// Neither could be shown.
    Unknown(Unknown),
}

/// Why a permission is not held: each layer that stands in the way, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHeld {
    /// What stands in the way first: an explicit deny before a missing allow, then in the order
    /// identity policies, service control policies, boundary, session.
    pub gap: Gap,
    /// What else does.
    pub further: Vec<Gap>,
}

/// One thing that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What it is.
    pub cause: Cause,
    /// A resource in question that is not allowed, as short as a readable one can be. `*` where
    /// every resource is in question, or requests carry none.
    pub witness: String,
}

/// Why a resource is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A statement denies it.
    ExplicitDeny {
        /// The layer that the statement is in.
        layer: Layer,
        /// The statement.
        statement: StatementName,
    },
    /// No statement of the layer allows the action on any resource in question.
    NothingAllows {
        /// The layer.
        layer: Layer,
    },
    /// Statements of the layer would allow it if their conditions held, and they do not hold, or
    /// do not do so for all resources in question.
    Conditional {
        /// The layer.
        layer: Layer,
        /// The statements.
        statements: Vec<StatementName>,
        /// The keys of their conditions, sorted.
        keys: Vec<String>,
    },
    /// The layer allows the action on a part of the resources in question only.
    Narrower {
        /// The layer.
        layer: Layer,
        /// The entries of `Resource` that reach into the question, as they are written; an entry
        /// of `NotResource` as `everything but …`.
        held_only_for: Vec<String>,
    },
}

/// What could not be shown, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The reasons, at least one.
    pub reasons: Vec<UnknownReason>,
}

/// Why an answer is open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownReason {
    /// Whether statements apply depends on keys of which nothing is known.
    Undecided {
        /// The keys, sorted; giving their values may settle it.
        keys: Vec<String>,
        /// The statements.
        statements: Vec<StatementName>,
    },
    /// The patterns are too entangled: the bound on the search was reached.
    TooComplex {
        /// The bound.
        limits: Limits,
    },
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecided { keys, .. } => {
                write!(formatter, "depends on {}", keys.join(", "))
            }
            Self::TooComplex { limits } => write!(
                formatter,
                "the patterns are too entangled to be decided within {} states",
                limits.states
            ),
        }
    }
}

/// The answer to a [`super::Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, whatever is not known of the request.
    Allowed,
    /// Not allowed, whatever is not known of the request.
    Denied(Denial),
    /// It depends on the keys in question.
    Unknown {
        /// The keys, sorted.
        keys: Vec<String>,
        /// The statements.
        statements: Vec<StatementName>,
    },
}

/// Keys in order, each once whatever its case.
pub(super) fn sorted_keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let sorted: BTreeMap<String, &str> = keys
        .into_iter()
        .map(|key| (key.to_lowercase(), key))
        .collect();
    sorted.into_values().map(str::to_owned).collect()
}

/// Why a request is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// A statement denies it.
    Explicit {
        /// The layer that the statement is in.
        layer: Layer,
        /// The statement.
        statement: StatementName,
    },
    /// No statement of the layer allows it.
    Implicit {
        /// The layer.
        layer: Layer,
    },
}
