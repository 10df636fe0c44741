//! Yes, no, or open for reasons that people can read.

use crate::verdict::{Unknown, Why};

/// Whether something is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// It can't be decided.
    Open(Vec<Reason>),
}

/// Why something can't be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) why: Why,
    pub(super) detail: String,
}

impl Truth {
    pub(super) const fn of(so: bool) -> Self {
        if so { Self::Yes } else { Self::No }
    }

    /// It depends on what was not seen.
    pub(super) fn open(detail: impl Into<String>) -> Self {
        Self::Open(vec![Reason {
            why: Why::UnseenPolicy,
            detail: detail.into(),
        }])
    }

    /// It depends on a condition.
    pub(super) fn condition(detail: impl Into<String>) -> Self {
        Self::Open(vec![Reason {
            why: Why::Condition,
            detail: detail.into(),
        }])
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) | (other, Self::Yes) => other,
            (Self::Open(mut reasons), Self::Open(more)) => {
                add(&mut reasons, more);
                Self::Open(reasons)
            }
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, other) | (other, Self::No) => other,
            (Self::Open(mut reasons), Self::Open(more)) => {
                add(&mut reasons, more);
                Self::Open(reasons)
            }
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            open @ Self::Open(_) => open,
        }
    }

    /// The same, where each reason is told with what it is about.
    pub(super) fn about(self, what: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Open(reasons) => Self::Open(
                reasons
                    .into_iter()
                    .map(|reason| Reason {
                        why: reason.why,
                        detail: what(&reason.detail),
                    })
                    .collect(),
            ),
            other => other,
        }
    }
}

/// How many reasons are told; of more, only that there are some.
const MOST_REASONS: usize = 3;

fn add(reasons: &mut Vec<Reason>, more: Vec<Reason>) {
    for reason in more {
        if reasons.len() > MOST_REASONS {
            return;
        }
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
}

/// The reasons as one. It is a matter of conditions only if everything is.
pub(super) fn unknown(reasons: &[Reason]) -> Unknown {
    let why = if reasons.iter().all(|reason| reason.why == Why::Condition) {
        Why::Condition
    } else {
        Why::UnseenPolicy
    };
    let mut told: Vec<&str> = reasons
        .iter()
        .take(MOST_REASONS)
        .map(|reason| reason.detail.as_str())
        .collect();
    if reasons.len() > MOST_REASONS {
        told.push("and other bindings");
    }
    Unknown::new(why, told.join("; "))
}
