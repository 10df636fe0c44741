//! What an error of a Google API means: a kind of `unknown`, a sentence, and what to do.
//!
//! The `reason` in `error.details[]` decides where there is one
//! ([error model](https://cloud.google.com/apis/design/errors#error_model)).

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

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
}

impl ErrorStatus {
    /// The machine-readable reason.
    pub(super) fn reason(&self) -> Option<&str> {
        self.details
            .iter()
            .find_map(|detail| detail.get("reason")?.as_str())
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        self.details
            .iter()
            .find_map(|detail| detail.get("metadata")?.get(key)?.as_str())
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
        HttpError::TooLarge { .. } | HttpError::Address { .. } => {
            (Why::Garbled, "check the proxy and the endpoint variables")
        }
    };
    failed(why, error.to_string(), hint)
}

/// An answer that is not what was asked for.
pub(super) fn garbled(what: &str, detail: &str) -> Failed {
    failed(
        Why::Garbled,
        format!("the answer of {what} {detail}"),
        "something between here and Google may answer in its place: check the proxy and the endpoint variables",
    )
}

/// An error that the service sent; `what` names the call.
pub(super) fn understand(what: &str, response: &Response) -> Failed {
    let status = response.status;
    let Ok(body) = serde_json::from_slice::<ErrorBody>(&response.body) else {
        return if status.is_server_error() {
            failed(
                Why::Service,
                format!("{what} failed with HTTP {}", status.as_u16()),
                "try again later",
            )
        } else {
            garbled(
                what,
                &format!("is not one of Google's (HTTP {})", status.as_u16()),
            )
        };
    };
    let error = body.error;
    let message = one_line(&error.message);
    match (error.reason(), status) {
        (Some("SERVICE_DISABLED"), _) => {
            let service = error.metadata("service").unwrap_or("the API");
            let consumer = error
                .metadata("consumer")
                .unwrap_or("the credential's project");
            let hint = match error.metadata("activationUrl") {
                Some(url) if url.starts_with("https://console.") => {
                    format!("enable it: {}", one_line(url))
                }
                _ => format!("enable it: gcloud services enable {}", one_line(service)),
            };
            failed(
                Why::ApiDisabled,
                format!(
                    "{} is not enabled in {}",
                    one_line(service),
                    one_line(consumer)
                ),
                &hint,
            )
        }
        (Some("USER_PROJECT_DENIED"), _) => failed(
            Why::Refused,
            format!("{what} was refused for the quota project of the credentials"),
            "grant serviceusage.services.use on the quota project, or set another one with `gcloud auth application-default set-quota-project`",
        ),
        (Some("ACCESS_TOKEN_EXPIRED"), _) => failed(
            Why::Credentials,
            "the access token has expired".to_owned(),
            "get a new token, or sign in again",
        ),
        (Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), _) => failed(
            Why::Credentials,
            "the access token lacks the scope for this check".to_owned(),
            "get a token with the scope cloud-platform",
        ),
        (Some("RATE_LIMIT_EXCEEDED"), _) | (_, StatusCode::TOO_MANY_REQUESTS) => failed(
            Why::Service,
            format!("{what} was throttled, also after retries"),
            "try again later, or allow more time with --timeout",
        ),
        (_, StatusCode::UNAUTHORIZED) => failed(
            Why::Credentials,
            "Google did not accept the access token".to_owned(),
            "sign in again, or make a new key",
        ),
        (_, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => failed(
            Why::Refused,
            format!(
                "{what} was refused: there is no such project, or the identity may see nothing of it ({message})"
            ),
            "check the project id and the identity",
        ),
        (_, status) if status.is_server_error() => failed(
            Why::Service,
            format!("{what} failed with HTTP {}: {message}", status.as_u16()),
            "try again later",
        ),
        (_, status) => failed(
            Why::Service,
            format!("{what} failed with HTTP {}: {message}", status.as_u16()),
            "check the project id and the endpoint variables",
        ),
    }
}

fn failed(why: Why, detail: String, hint: &str) -> Failed {
    Failed {
        unknown: Unknown::new(why, detail),
        hint: hint.to_owned(),
        wrong_call: false,
    }
}
