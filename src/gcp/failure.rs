//! What an error of a Google API means: a kind of `unknown`, a sentence, and what to do.
//!
//! The `reason` in `error.details[]` decides where there is one
//! ([error model](https://cloud.google.com/apis/design/errors#error_model),
//! [reasons](https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto));
//! Cloud Storage is older and has its reasons in `error.errors[]`
//! ([errors](https://cloud.google.com/storage/docs/json_api/v1/status-codes)).

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::session::What;
use crate::http::{HttpError, Response};
use crate::text::one_line;
use crate::verdict::{Unknown, Why};

/// A failed call, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) unknown: Unknown,
    pub(super) hint: String,
    /// The call itself is wrong (exit code 2), such as with a key that is no key.
    pub(super) wrong_call: bool,
    /// What the service said about the resource.
    pub(super) denial: Denial,
}

/// Whether an error is about the resource that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// It is about something else.
    None,
    /// The caller may not, or there is no such resource.
    Forbidden,
    /// There is no such resource.
    NotFound,
}

impl Failed {
    pub(super) fn new(why: Why, detail: impl Into<String>, hint: &str) -> Self {
        Self {
            unknown: Unknown::new(why, detail),
            hint: hint.to_owned(),
            wrong_call: false,
            denial: Denial::None,
        }
    }

    /// Takes a secret that was sent out of what came back: not every answer is Google's own.
    pub(super) fn without(mut self, secret: &str) -> Self {
        self.unknown.detail = conceal(&self.unknown.detail, secret);
        self.hint = conceal(&self.hint, secret);
        self
    }

    fn with(mut self, denial: Denial) -> Self {
        self.denial = denial;
        self
    }
}

/// A text without a secret. What is shorter than any secret is an ordinary word.
fn conceal(text: &str, secret: &str) -> String {
    const SHORTEST: usize = 8;
    // A long text is cut before it is told, and with it a secret in it.
    const SHOWN: usize = 24;
    if secret.len() < SHORTEST {
        return text.to_owned();
    }
    let start = secret.get(..SHOWN).unwrap_or(secret);
    let mut concealed = text.replace(secret, "(secret)");
    while let Some(position) = concealed.find(start) {
        let rest = concealed.get(position..).unwrap_or_default();
        let shared = rest
            .char_indices()
            .zip(secret.chars())
            .find(|((_, one), other)| one != other)
            .map_or(rest.len().min(secret.len()), |((length, _), _)| length);
        concealed.replace_range(position..position.saturating_add(shared), "(secret)");
    }
    concealed
}

/// The body of an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: ErrorStatus,
}

/// The status inside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorStatus {
    pub(super) message: String,
    pub(super) status: String,
    details: Vec<Value>,
    errors: Vec<Value>,
}

impl ErrorStatus {
    /// The machine-readable reason.
    pub(super) fn reason(&self) -> Option<&str> {
        self.details
            .iter()
            .find_map(|detail| detail.get("reason")?.as_str())
            .or_else(|| match self.storage_reason()? {
                "accessNotConfigured" => Some("SERVICE_DISABLED"),
                "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" => {
                    Some("RATE_LIMIT_EXCEEDED")
                }
                _ => None,
            })
    }

    fn storage_reason(&self) -> Option<&str> {
        self.errors.first()?.get("reason")?.as_str()
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        self.details
            .iter()
            .find_map(|detail| detail.get("metadata")?.get(key)?.as_str())
    }

    /// The link that the answer gives for enabling an API.
    fn link(&self) -> Option<&str> {
        self.metadata("activationUrl")
            .or_else(|| {
                self.details.iter().find_map(|detail| {
                    detail
                        .get("links")?
                        .as_array()?
                        .iter()
                        .find_map(|link| link.get("url")?.as_str())
                })
            })
            .filter(|url| url.starts_with("https://console."))
    }
}

/// No answer came.
pub(super) fn unreachable(error: &HttpError) -> Failed {
    let (why, hint) = match error {
        HttpError::Connect { .. } | HttpError::Broken { .. } | HttpError::Cut { .. } => (
            Why::Unreachable,
            "check the network, the proxy and the endpoint variables",
        ),
        HttpError::Timeout { .. } => (
            Why::Unreachable,
            "try again, or allow more time with --timeout",
        ),
        HttpError::Interrupted { .. } => (Why::Interrupted, "run it again"),
        HttpError::TooLarge { .. } | HttpError::Address { .. } => {
            (Why::Garbled, "check the proxy and the endpoint variables")
        }
    };
    Failed::new(why, error.to_string(), hint)
}

/// An answer that is not what was asked for.
pub(super) fn garbled(call: &str, detail: &str) -> Failed {
    Failed::new(
        Why::Garbled,
        format!("the answer of {call} {detail}"),
        "something between here and Google may answer in its place: check the proxy and the endpoint variables",
    )
}

/// An error that the service sent.
pub(super) fn understand(what: What<'_>, response: &Response) -> Failed {
    let What { call, place } = what;
    let status = response.status;
    let Ok(body) = serde_json::from_slice::<ErrorBody>(&response.body) else {
        return if status.is_server_error() {
            Failed::new(
                Why::Service,
                format!("{call} failed with HTTP {}", status.as_u16()),
                "try again later",
            )
        } else {
            garbled(
                call,
                &format!("is not one of Google's (HTTP {})", status.as_u16()),
            )
        };
    };
    let error = body.error;
    if let Some(failed) = by_reason(call, &error) {
        return failed;
    }
    let message = one_line(&error.message);
    match status {
        StatusCode::TOO_MANY_REQUESTS => throttled(call),
        StatusCode::UNAUTHORIZED => Failed::new(
            Why::Credentials,
            format!("{call}: Google did not accept the access token"),
            "sign in again, or make a new key or token",
        ),
        StatusCode::FORBIDDEN => Failed::new(
            Why::Refused,
            format!(
                "{call} was refused: there is no such {place}, or the identity may see nothing of it ({message})"
            ),
            "check the name and the identity",
        )
        .with(Denial::Forbidden),
        StatusCode::NOT_FOUND => Failed::new(
            Why::Refused,
            format!("{call} found no {place} ({message})"),
            "check the name",
        )
        .with(Denial::NotFound),
        status if status.is_server_error() => Failed::new(
            Why::Service,
            format!("{call} failed with HTTP {}: {message}", status.as_u16()),
            "try again later",
        ),
        status => Failed::new(
            Why::Service,
            format!("{call} failed with HTTP {}: {message}", status.as_u16()),
            "check the names that were given and the endpoint variables",
        ),
    }
}

fn throttled(call: &str) -> Failed {
    Failed::new(
        Why::Service,
        format!("{call} was throttled, also after retries"),
        "try again later, or allow more time with --timeout",
    )
}

/// What the reasons mean that the front of all Google APIs gives.
fn by_reason(call: &str, error: &ErrorStatus) -> Option<Failed> {
    Some(match error.reason()? {
        "SERVICE_DISABLED" => {
            let service = one_line(error.metadata("service").unwrap_or("the API"));
            let consumer = one_line(
                error
                    .metadata("consumer")
                    .unwrap_or("the credential's project"),
            );
            let hint = match error.link() {
                Some(url) => format!("enable it: {}", one_line(url)),
                None => format!("enable it: gcloud services enable {service}"),
            };
            Failed::new(
                Why::ApiDisabled,
                format!("{service} is not enabled in {consumer}"),
                &hint,
            )
        }
        "USER_PROJECT_DENIED" => {
            let consumer = one_line(error.metadata("consumer").unwrap_or("the quota project"));
            Failed::new(
                Why::Refused,
                format!(
                    "{call} was refused: the identity may not use {consumer} as its quota project"
                ),
                "grant serviceusage.services.use there, or set another one with `gcloud auth application-default set-quota-project`",
            )
        }
        "CONSUMER_SUSPENDED" | "CONSUMER_INVALID" | "BILLING_DISABLED" => {
            let consumer = one_line(
                error
                    .metadata("consumer")
                    .unwrap_or("the credential's project"),
            );
            Failed::new(
                Why::Refused,
                format!("{call} was refused: {consumer} is suspended, deleted or has no billing"),
                "look at the project in the console",
            )
        }
        "ACCESS_TOKEN_EXPIRED" => Failed::new(
            Why::Credentials,
            "the access token has expired",
            "get a new token, or sign in again",
        ),
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Failed::new(
            Why::Credentials,
            format!("the access token lacks the scope for {call}"),
            "get a token with the scope https://www.googleapis.com/auth/cloud-platform",
        ),
        "ACCOUNT_STATE_INVALID" => Failed::new(
            Why::Credentials,
            "the account of the access token is disabled or deleted",
            "enable the service account, or use another one",
        ),
        "CREDENTIALS_MISSING" | "ACCESS_TOKEN_TYPE_UNSUPPORTED" => Failed::new(
            Why::Credentials,
            format!("{call}: Google did not accept the access token"),
            "sign in again, or make a new key or token",
        ),
        "RATE_LIMIT_EXCEEDED" | "RESOURCE_QUOTA_EXCEEDED" => throttled(call),
        _ => return None,
    })
}
