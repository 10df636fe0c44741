//! Whose token it is: Google tests whoever calls, so that has to be the right one.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;

use super::endpoints::Endpoints;
use super::retry::send;
use super::token::Token;
use crate::error::Error;
use crate::http::{Http, Request};
use crate::permission::Subject;
use crate::report::{Finding, FindingKind};
use crate::verdict::{Source, Unknown, Verdict, Why};

#[derive(Deserialize)]
struct TokenInfo {
    email: Option<String>,
}

/// Asks Google whose token it is; `None` where it does not say.
///
/// The token goes into the body: addresses end up in logs
/// ([tokeninfo](https://cloud.google.com/docs/authentication/token-types#access-contents)).
pub(super) async fn ask(http: &Http, endpoints: &Endpoints, token: &Token) -> Option<String> {
    const INFO: &str = "https://oauth2.googleapis.com/tokeninfo";
    let uri: Uri = match &endpoints.token {
        Some(url) => url.join("/tokeninfo").ok()?.as_str().parse().ok()?,
        None => Uri::from_static(INFO),
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", token.secret())
        .finish();
    let response = send(
        http,
        Request {
            method: Method::POST,
            uri,
            headers,
            body: Bytes::from(body),
        },
    )
    .await
    .ok()?;
    if response.status != StatusCode::OK {
        return None;
    }
    let info: TokenInfo = serde_json::from_slice(&response.body).ok()?;
    info.email.filter(|email| email.contains('@'))
}

/// Holds the tested identity to the expected one.
///
/// # Errors
///
/// It is another one.
pub(super) fn expect(expected: &str, source: &str, email: &str) -> Result<(), Error> {
    if expected.eq_ignore_ascii_case(email) {
        return Ok(());
    }
    Err(Error::call(format!(
        "the credentials belong to {email}, not to {expected} (from {source})"
    ))
    .hint("Google tests whoever calls: use the credentials of the account that Remotion runs with, or say with --expect-identity whom you mean to test"))
}

/// The finding for an identity that could not be held to the expected one.
pub(super) fn unknown(expected: &str) -> Finding {
    Finding {
        kind: FindingKind::Identity,
        subject: Subject::ServiceAccount,
        group: "identity".to_owned(),
        permission: "expected-identity".to_owned(),
        scope: expected.to_owned(),
        reason: "Permissions of another identity say nothing about this one.".to_owned(),
        doubtful: false,
        source: Source::GcpTestIamPermissions,
        verdict: Verdict::Unknown(Unknown::new(
            Why::UnknownIdentity,
            "the token does not say whose it is: use a service account's credentials",
        )),
    }
}
