//! What is held on the project beyond the need: the whole catalogue of Cloud Run is asked for.

use super::catalogue;
use super::permissions::{Place, test};
use super::session::Session;
use crate::permission::Requirement;
use crate::report::{Excess, Extra};
use crate::verdict::{Answer, Unknown, Why};

/// The permissions of the catalogue that are not needed.
fn beyond(requirements: &[Requirement]) -> Vec<String> {
    catalogue::permissions()
        .filter(|name| !requirements.iter().any(|needed| needed.permission == *name))
        .map(ToOwned::to_owned)
        .collect()
}

/// Asks the project for every permission of the catalogue that is not needed.
pub(super) async fn excess(
    session: &Session,
    project: &Place,
    requirements: &[Requirement],
    fails: bool,
) -> Excess {
    let tested = test(session, project, &beyond(requirements)).await;
    of_answers(requirements, fails, |permission| tested.answer(permission))
}

/// What is held beyond the need, by the project's answers.
pub(crate) fn of_answers(
    requirements: &[Requirement],
    fails: bool,
    answer: impl Fn(&str) -> Answer,
) -> Excess {
    let asked = beyond(requirements);
    let mut excess = Excess {
        held: Vec::new(),
        asked: asked.len(),
        unanswered: 0,
        reason: None,
        fails,
    };
    for permission in asked {
        match answer(&permission) {
            Answer::Allowed { .. } => {
                let summary = catalogue::entry(&permission)
                    .map(|entry| entry.summary.clone())
                    .unwrap_or_default();
                excess.held.push(Extra {
                    permission,
                    summary,
                });
            }
            Answer::Denied(_) => {}
            Answer::Undetermined(unknown) => {
                excess.unanswered += 1;
                if unknown.why != Why::NotTestable {
                    excess.reason.get_or_insert(unknown);
                }
            }
        }
    }
    excess
}

/// The same where nothing could be asked.
pub(super) fn not_asked(reason: Unknown, fails: bool) -> Excess {
    let asked = catalogue::permissions().count();
    Excess {
        held: Vec::new(),
        asked,
        unanswered: asked,
        reason: Some(reason),
        fails,
    }
}
