//! What evidence means: answers in, one verdict per requirement out.
//!
//! A pass needs an answer to every question of the requirement. Whatever is missing or
//! contradicts itself is `unknown`.

pub(crate) mod levels;

use crate::permission::Requirement;
use crate::plan::{Form, Question};
use crate::verdict::{Answer, Cause, Held, Unknown, Verdict, Why};

/// Judges one requirement by the answers to all of its questions.
///
/// `strict_context` refuses to pass what rests on a condition key taken for absent.
#[must_use]
pub fn judge(
    requirement: &Requirement,
    answers: &[(&Question, &Answer)],
    strict_context: bool,
) -> Verdict {
    let verdict = weigh(answers, strict_context);
    match verdict {
        Verdict::Fail(cause) if requirement.doubtful => Verdict::Unknown(Unknown::new(
            Why::DoubtfulNeed,
            format!(
                "{cause}, and it is not certain that this version needs it: only one of the neighbouring versions does"
            ),
        )),
        verdict => verdict,
    }
}

fn weigh(answers: &[(&Question, &Answer)], strict_context: bool) -> Verdict {
    if answers.is_empty() {
        return Verdict::Unknown(Unknown::new(Why::Unanswered, "nothing was asked"));
    }
    let mut held = Held::default();
    let mut denied: Option<&Cause> = None;
    let mut unknown = None;
    for (question, answer) in answers {
        match answer {
            Answer::Allowed { missing_context } => {
                // A sample is a resource that exists; a pattern is only a way of asking.
                if question.form == Form::Pattern {
                    held.asked.push(question.resource.clone());
                } else {
                    held.asked.insert(0, question.resource.clone());
                }
                for key in missing_context {
                    if !held.taken_as_absent.contains(key) {
                        held.taken_as_absent.push(key.clone());
                    }
                }
            }
            Answer::Denied(cause) => match denied {
                None | Some(Cause::NothingAllows) => denied = Some(cause),
                Some(_) => {}
            },
            Answer::Undetermined(reason) => {
                unknown.get_or_insert(reason);
            }
        }
    }
    if let Some(cause) = denied {
        return Verdict::Fail(match cause {
            Cause::NothingAllows if !held.asked.is_empty() => Cause::Narrower {
                held_for: held.asked,
            },
            cause => cause.clone(),
        });
    }
    if let Some(reason) = unknown {
        return Verdict::Unknown(reason.clone());
    }
    if strict_context && !held.taken_as_absent.is_empty() {
        return Verdict::Unknown(Unknown::new(
            Why::Condition,
            format!(
                "allowed only as long as these condition keys are absent: {}; give them with --context",
                held.taken_as_absent.join(", ")
            ),
        ));
    }
    Verdict::Pass(held)
}
