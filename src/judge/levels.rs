//! What the answers of several resources below a Google Cloud project mean together.

use crate::permission::Level;
use crate::verdict::{Answer, Cause};

/// The answer of one resource to one permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) level: Level,
    /// The resource, as conditions call it.
    pub(crate) resource: String,
    pub(crate) answer: Answer,
}

/// What resources below the project say about a permission that is not held on the project: held
/// on every resource is held; one resource without it is missing, naming it. Empty where nothing
/// answered.
pub(crate) fn everywhere(answers: impl IntoIterator<Item = Answered>) -> Vec<Answered> {
    let mut held: Vec<Answered> = Vec::new();
    let mut missing: Vec<Answered> = Vec::new();
    let mut open: Option<Answered> = None;
    for answered in answers {
        match answered.answer {
            Answer::Allowed { .. } => held.push(answered),
            Answer::Denied(_) => missing.push(answered),
            Answer::Undetermined(_) => {
                open.get_or_insert(answered);
            }
        }
    }
    let names = |of: Vec<Answered>| of.into_iter().map(|one| one.resource).collect();
    if let Some(first) = missing.first() {
        return vec![Answered {
            level: first.level,
            resource: first.resource.clone(),
            answer: Answer::Denied(Cause::NotEverywhere {
                held_for: names(held),
                missing_on: names(missing),
            }),
        }];
    }
    if let Some(open) = open {
        return vec![open];
    }
    held
}
