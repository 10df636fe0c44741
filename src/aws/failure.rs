//! What an error of an AWS call means: a kind of `unknown`, a sentence, and what to do.
//!
//! The text of an SDK error hides its code, so the code decides
//! ([common errors](https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html)).

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::http::HttpError;
use crate::text::one_line;
use crate::verdict::{Unknown, Why};

/// A failed call, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) kind: Kind,
    pub(super) unknown: Unknown,
    pub(super) hint: String,
}

/// What the caller of a failed call branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The caller may not make this call.
    Denied,
    /// There is no such user, group or role.
    NoSuchEntity,
    /// There were too many calls.
    Throttled,
    /// Anything else.
    Other,
}

/// Understands the error of a call; `operation` names it as IAM does, such as `iam:GetRole`.
pub(super) fn understand<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Failed
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let failed = |kind, why, detail: String, hint: &str| Failed {
        kind,
        unknown: Unknown::new(why, detail),
        hint: hint.to_owned(),
    };
    let other = |why, detail, hint| failed(Kind::Other, why, detail, hint);
    match error {
        SdkError::TimeoutError(_) => other(
            Why::Unreachable,
            format!("{operation} did not answer in time"),
            "try again, or allow more time with --timeout",
        ),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => other(
            Why::Unreachable,
            format!("{operation} did not answer in time"),
            "try again, or allow more time with --timeout",
        ),
        SdkError::DispatchFailure(failure) => {
            let source = failure
                .as_connector_error()
                .and_then(|error| error.source()?.downcast_ref::<HttpError>());
            let why = match source {
                Some(HttpError::Cut { .. } | HttpError::TooLarge { .. }) => Why::Garbled,
                Some(HttpError::Interrupted { .. }) => {
                    return other(
                        Why::Interrupted,
                        format!("the run was interrupted before {operation} answered"),
                        "run it again",
                    );
                }
                _ => Why::Unreachable,
            };
            let detail = match (source, failure.as_connector_error()) {
                (Some(error), _) => error.to_string(),
                (None, Some(error)) => chain(error),
                (None, None) => "no connection".to_owned(),
            };
            other(
                why,
                format!("{operation} got no answer: {detail}"),
                "check the network, the proxy and the endpoint variables",
            )
        }
        SdkError::ConstructionFailure(_) => other(
            Why::Service,
            format!("{operation} could not be built: {}", chain(error)),
            "check the flags and the endpoint variables",
        ),
        SdkError::ResponseError(_) => other(
            Why::Garbled,
            format!("the answer of {operation} could not be read"),
            "something between here and AWS changes the answers: check the proxy and the endpoint variables",
        ),
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            by_code(operation, error.code(), error.message(), status)
        }
        _ => other(
            Why::Service,
            format!("{operation} failed: {}", chain(error)),
            "try again",
        ),
    }
}

fn by_code(operation: &str, code: Option<&str>, message: Option<&str>, status: u16) -> Failed {
    let message = message.map(one_line).unwrap_or_default();
    let failed = |kind, why, detail: String, hint: &str| Failed {
        kind,
        unknown: Unknown::new(why, detail),
        hint: hint.to_owned(),
    };
    let skewed = message.contains("Signature expired") || message.contains("not yet current");
    match code {
        Some("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation") => failed(
            Kind::Denied,
            Why::Refused,
            format!("the caller may not call {operation}"),
            &format!("allow {operation} to the identity that runs the check"),
        ),
        Some("NoSuchEntity" | "NoSuchEntityException") => failed(
            Kind::NoSuchEntity,
            Why::NotSimulable,
            if message.is_empty() {
                "there is no such user, group or role".to_owned()
            } else {
                message
            },
            "check the name, the path and the account",
        ),
        Some("ExpiredToken" | "ExpiredTokenException") => failed(
            Kind::Other,
            Why::Credentials,
            "the AWS credentials have expired".to_owned(),
            "sign in again, for example with `aws sso login`",
        ),
        Some("RequestExpired") => clock(operation),
        Some("SignatureDoesNotMatch" | "InvalidSignatureException") if skewed => clock(operation),
        Some("SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature") => {
            failed(
                Kind::Other,
                Why::Credentials,
                "AWS did not accept the signature: the secret access key is wrong".to_owned(),
                "check the secret access key: a lost or doubled character is enough",
            )
        }
        Some("InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId") => {
            failed(
                Kind::Other,
                Why::Credentials,
                "AWS does not know the access key, or its session token is wrong".to_owned(),
                "check the access key and the session token; keys of China work only in China",
            )
        }
        Some(
            "Throttling"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException",
        ) => failed(
            Kind::Throttled,
            Why::Service,
            format!("{operation} was throttled, also after retries"),
            "try again later, or allow more time with --timeout",
        ),
        Some("InvalidInput" | "InvalidInputException" | "ValidationError" | "MalformedInput") => {
            failed(
                Kind::Other,
                Why::Service,
                format!("{operation} did not take the question: {message}"),
                "check the principal and the names that were given",
            )
        }
        Some(code) => failed(
            Kind::Other,
            Why::Service,
            format!("{operation} failed with {code} (HTTP {status}): {message}"),
            "try again later",
        ),
        None if status >= 500 => failed(
            Kind::Other,
            Why::Service,
            format!("{operation} failed with HTTP {status}"),
            "try again later",
        ),
        None => failed(
            Kind::Other,
            Why::Garbled,
            format!("{operation} got an answer that is not AWS's (HTTP {status})"),
            "something between here and AWS answers in its place: check the proxy and the endpoint variables",
        ),
    }
}

fn clock(operation: &str) -> Failed {
    Failed {
        kind: Kind::Other,
        unknown: Unknown::new(
            Why::Credentials,
            format!("AWS refused {operation} because of its time"),
        ),
        hint: "set this machine's clock".to_owned(),
    }
}

/// The sentences of an error and of its sources, each once.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = one_line(&error.to_string());
        if !text.is_empty() && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}
