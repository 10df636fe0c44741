//! Asks `testIamPermissions`, and takes out what can't be tested on the resource
//! ([reference](https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions)).
//!
//! One permission that the service does not know, or can't test on the resource, makes it refuse
//! the whole request. Such a one is taken out and the rest asked again; where the refusal names
//! none, the request is halved until the culprit stands alone.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::failure::{ErrorBody, Failed, garbled, understand, unreachable};
use super::retry::send;
use super::token::Token;
use crate::http::{Http, Request};
use crate::verdict::{Answer, Cause, Unknown, Why};

/// Permissions in one request: the service documents no limit, and takes this many.
const CHUNK: usize = 100;

/// Requests for one resource, whatever happens.
const MOST_REQUESTS: usize = 64;

/// What a resource answered, per permission. A permission that is not in it was not answered.
pub(super) struct Tested {
    pub(super) answers: BTreeMap<String, Answer>,
    /// Why some were not answered.
    pub(super) failed: Option<Failed>,
}

#[derive(Deserialize)]
struct Granted {
    #[serde(default)]
    permissions: Vec<String>,
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

/// Tests permissions on one resource; `url` is the method's full address.
pub(super) async fn test(http: &Http, token: &Token, url: &Url, permissions: &[String]) -> Tested {
    let mut answers = BTreeMap::new();
    let mut failed = None;
    let mut queue: VecDeque<Vec<String>> =
        permissions.chunks(CHUNK).map(<[String]>::to_vec).collect();
    let mut requests: usize = 0;
    while let Some(batch) = queue.pop_front() {
        if batch.is_empty() {
            continue;
        }
        requests += 1;
        if requests > MOST_REQUESTS {
            break;
        }
        match request(http, token, url, &batch).await {
            Outcome::Granted(granted) => {
                for permission in batch {
                    let answer = if granted.contains(&permission) {
                        Answer::Allowed {
                            missing_context: Vec::new(),
                        }
                    } else {
                        Answer::Denied(Cause::NothingAllows)
                    };
                    answers.insert(permission, answer);
                }
            }
            Outcome::Invalid(named) => {
                let rest = batch
                    .into_iter()
                    .filter(|permission| !named.contains(permission))
                    .collect();
                for permission in named {
                    answers.insert(permission, not_testable());
                }
                queue.push_front(rest);
            }
            Outcome::SomethingInvalid(why) if batch.len() > 1 => {
                failed.get_or_insert(why);
                let (first, second) = batch.split_at(batch.len() / 2);
                queue.push_front(second.to_vec());
                queue.push_front(first.to_vec());
            }
            Outcome::SomethingInvalid(why) => {
                for permission in batch {
                    answers.insert(permission, Answer::Undetermined(why.unknown.clone()));
                }
            }
            Outcome::Failed(why) => {
                for permission in batch {
                    answers.insert(permission, Answer::Undetermined(why.unknown.clone()));
                }
                failed = Some(why);
            }
        }
    }
    Tested { answers, failed }
}

fn not_testable() -> Answer {
    Answer::Undetermined(Unknown::new(
        Why::NotTestable,
        "the service can't test this permission on this resource",
    ))
}

async fn request(http: &Http, token: &Token, url: &Url, batch: &[String]) -> Outcome {
    const WHAT: &str = "testIamPermissions";
    let (Ok(uri), Ok(bearer)) = (
        url.as_str().parse::<Uri>(),
        HeaderValue::from_str(&token.bearer()),
    ) else {
        return Outcome::Failed(garbled(WHAT, "can't be asked for"));
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, bearer);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let body = Bytes::from(json!({ "permissions": batch }).to_string());
    let answer = send(
        http,
        Request {
            method: Method::POST,
            uri,
            headers,
            body,
        },
    )
    .await;
    let response = match answer {
        Ok(response) => response,
        Err(error) => return Outcome::Failed(unreachable(&error)),
    };
    if response.status == StatusCode::OK {
        return match serde_json::from_slice::<Granted>(&response.body) {
            Err(_) => Outcome::Failed(garbled(WHAT, "can't be read")),
            // An answer to another question says nothing about this one.
            Ok(granted) if granted.permissions.iter().any(|one| !batch.contains(one)) => {
                Outcome::Failed(garbled(WHAT, "names permissions that were not asked for"))
            }
            Ok(granted) => Outcome::Granted(granted.permissions),
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
        let named = named(&body.error.message, batch);
        return if named.is_empty() {
            Outcome::SomethingInvalid(understand(WHAT, &response))
        } else {
            Outcome::Invalid(named)
        };
    }
    Outcome::Failed(understand(WHAT, &response))
}

/// The permissions of the batch that a refusal names as whole words.
fn named(message: &str, batch: &[String]) -> Vec<String> {
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
