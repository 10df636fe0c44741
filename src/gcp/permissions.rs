//! Asks `testIamPermissions`, and takes out what can't be tested on the resource
//! ([reference](https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions)).
//!
//! One permission that the service does not know, or can't test on the resource, makes it refuse
//! the whole request. Such a one is taken out and the rest asked again; where the refusal names
//! none, the request is halved until the culprit stands alone.

use std::collections::{BTreeMap, VecDeque};

use http::StatusCode;
use serde_json::{Map, Value, json};
use url::Url;

use super::failure::{ErrorBody, Failed, garbled, understand, unreachable};
use super::session::{Session, What};
use crate::permission::Level;
use crate::verdict::{Answer, Cause, Unknown, Why};

/// Permissions in one request: the service documents no limit, and takes this many.
const CHUNK: usize = 100;

/// Requests for one resource beside one for each permission that is refused by its name, whatever
/// happens.
const MOST_REQUESTS: usize = 64;

const CALL: &str = "testIamPermissions";

/// A resource that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) level: Level,
    /// The name in reports, as conditions call it: `projects/_/buckets/name`.
    pub(super) name: String,
    /// The method's full address.
    pub(super) url: Url,
}

/// What a resource answered, per permission. A permission that is not in it was not answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Tested {
    pub(super) answers: BTreeMap<String, Answer>,
    /// Why some were not answered.
    pub(super) failed: Option<Failed>,
}

impl Tested {
    /// The answer for a permission; none is an unknown.
    pub(super) fn answer(&self, permission: &str) -> Answer {
        self.answers.get(permission).cloned().unwrap_or_else(|| {
            Answer::Undetermined(Unknown::new(
                Why::Unanswered,
                "testIamPermissions did not answer for this permission",
            ))
        })
    }

    /// Whether anything at all is held there.
    pub(super) fn holds_something(&self) -> bool {
        self.answers
            .values()
            .any(|answer| matches!(answer, Answer::Allowed { .. }))
    }

    /// Whether everything was answered, and nothing is held.
    pub(super) fn holds_nothing(&self) -> bool {
        !self.answers.is_empty()
            && self
                .answers
                .values()
                .all(|answer| matches!(answer, Answer::Denied(_)))
    }
}

/// The permissions that an answer grants; nothing held is an empty object. Whatever else comes
/// with the status 200 is no answer of this method.
fn granted(body: &[u8]) -> Option<Vec<String>> {
    let fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    if !fields
        .keys()
        .all(|key| key == "permissions" || key == "kind")
    {
        return None;
    }
    match fields.get("permissions") {
        None => Some(Vec::new()),
        Some(Value::Array(listed)) => listed
            .iter()
            .map(|one| one.as_str().map(ToOwned::to_owned))
            .collect(),
        Some(_) => None,
    }
}

/// What one request came to.
enum Outcome {
    Granted(Vec<String>),
    /// These can't be tested on this resource.
    Invalid(Vec<String>),
    /// Something can't be tested, and the refusal does not say what.
    SomethingInvalid(Failed),
    Failed(Failed),
}

/// Tests permissions on one resource.
pub(super) async fn test(session: &Session, place: &Place, permissions: &[String]) -> Tested {
    let mut tested = Tested::default();
    let mut culprits: Vec<(String, Failed)> = Vec::new();
    let mut queue: VecDeque<Vec<String>> =
        permissions.chunks(CHUNK).map(<[String]>::to_vec).collect();
    let mut requests: usize = 0;
    let most = MOST_REQUESTS.saturating_add(permissions.len());
    while let Some(batch) = queue.pop_front() {
        if batch.is_empty() {
            continue;
        }
        requests += 1;
        if requests > most {
            break;
        }
        match request(session, place, &batch).await {
            Outcome::Granted(granted) => {
                for permission in batch {
                    let answer = if granted.contains(&permission) {
                        Answer::Allowed {
                            missing_context: Vec::new(),
                        }
                    } else {
                        Answer::Denied(Cause::NothingAllows)
                    };
                    tested.answers.insert(permission, answer);
                }
            }
            Outcome::Invalid(named) => {
                let rest = batch
                    .into_iter()
                    .filter(|permission| !named.contains(permission))
                    .collect();
                for permission in named {
                    tested.answers.insert(permission, not_testable(place));
                }
                queue.push_front(rest);
            }
            Outcome::SomethingInvalid(_) if batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                queue.push_front(second.to_vec());
                queue.push_front(first.to_vec());
            }
            Outcome::SomethingInvalid(why) => {
                culprits.extend(
                    batch
                        .into_iter()
                        .map(|permission| (permission, why.clone())),
                );
            }
            Outcome::Failed(why) => {
                for permission in batch {
                    tested
                        .answers
                        .insert(permission, Answer::Undetermined(why.unknown.clone()));
                }
                tested.failed = Some(why);
            }
        }
    }
    // Where every single permission is refused, it is not the permissions that are wrong.
    let others = !tested.answers.is_empty();
    for (permission, why) in culprits {
        let answer = if others {
            not_testable(place)
        } else {
            Answer::Undetermined(why.unknown.clone())
        };
        tested.answers.insert(permission, answer);
        if !others {
            tested.failed.get_or_insert(why);
        }
    }
    tested
}

fn not_testable(place: &Place) -> Answer {
    Answer::Undetermined(Unknown::new(
        Why::NotTestable,
        format!(
            "the service can't test this permission on a {}",
            place.level.name()
        ),
    ))
}

async fn request(session: &Session, place: &Place, batch: &[String]) -> Outcome {
    let named = format!("{} {}", place.level.name(), place.name);
    let what = What {
        call: CALL,
        place: &named,
    };
    // Cloud Storage takes the question in the address.
    let answer = if place.level == Level::Bucket {
        let mut url = place.url.clone();
        url.query_pairs_mut()
            .extend_pairs(batch.iter().map(|permission| ("permissions", permission)));
        session.get(&url).await
    } else {
        session
            .post(&place.url, &json!({ "permissions": batch }))
            .await
    };
    let response = match answer {
        Ok(response) => response,
        Err(error) => return Outcome::Failed(unreachable(&error)),
    };
    if response.status == StatusCode::OK {
        return match granted(&response.body) {
            None => Outcome::Failed(garbled(CALL, "can't be read")),
            // An answer to another question says nothing about this one.
            Some(granted) if granted.iter().any(|one| !batch.contains(one)) => {
                Outcome::Failed(garbled(CALL, "names permissions that were not asked for"))
            }
            Some(granted) => Outcome::Granted(granted),
        };
    }
    if response.status == StatusCode::BAD_REQUEST
        && let Ok(body) = serde_json::from_slice::<ErrorBody>(&response.body)
        && body
            .error
            .reason()
            .is_none_or(|reason| reason == "INVALID_PERMISSION")
        && matches!(body.error.status.as_str(), "INVALID_ARGUMENT" | "")
    {
        let named = mentioned(&body.error.message, batch);
        return if named.is_empty() {
            Outcome::SomethingInvalid(understand(what, &response).without(session.token.secret()))
        } else {
            Outcome::Invalid(named)
        };
    }
    Outcome::Failed(understand(what, &response).without(session.token.secret()))
}

/// The permissions of the batch that a refusal names as whole words.
fn mentioned(message: &str, batch: &[String]) -> Vec<String> {
    let words: Vec<&str> = message
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '.'))
        .map(|word| word.trim_matches('.'))
        .collect();
    batch
        .iter()
        .filter(|permission| words.contains(&permission.as_str()))
        .cloned()
        .collect()
}
