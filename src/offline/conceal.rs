//! Answers about policies that nobody may read: the verdict stays, the words of the policy go.

use super::Policies;
use crate::verdict::{Answer, Cause, Unknown, Why};

/// What stands in place of what a policy says.
const HIDDEN: &str = "(sensitive)";

impl Policies {
    /// Tells nothing of the texts from here on.
    pub(super) fn concealed(mut self) -> Self {
        self.is_sensitive = true;
        self.warnings.clear();
        self
    }
}

/// The answer without anything that stands in a policy.
pub(super) fn answer(answer: Answer) -> Answer {
    match answer {
        Answer::Allowed { missing_context } => Answer::Allowed {
            missing_context: missing_context
                .into_iter()
                .map(|_| HIDDEN.to_owned())
                .collect(),
        },
        Answer::Denied(cause) => Answer::Denied(conceal(cause)),
        // What was not seen says nothing of what was.
        Answer::Undetermined(unknown) if unknown.why == Why::UnseenPolicy => {
            Answer::Undetermined(unknown)
        }
        Answer::Undetermined(unknown) => Answer::Undetermined(Unknown::new(
            unknown.why,
            "a sensitive policy leaves it open; nothing of it is told",
        )),
    }
}

fn conceal(cause: Cause) -> Cause {
    match cause {
        Cause::ExplicitDeny { .. } => Cause::ExplicitDeny { by: None },
        Cause::Narrower { .. } => Cause::Narrower {
            held_for: vec![HIDDEN.to_owned()],
        },
        Cause::Conditions { .. } => Cause::Conditions {
            keys: vec![HIDDEN.to_owned()],
        },
        // The witness lies beside what the policy names, and so betrays it.
        Cause::NotCovered { cause, .. } => conceal(*cause),
        other => other,
    }
}
