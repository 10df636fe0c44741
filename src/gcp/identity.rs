//! Whose token it is: Google tests whoever calls, so that has to be the right one.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;

use super::retry::send;
use super::session::Session;
use crate::error::Error;
use crate::http::Request;
use crate::permission::Subject;
use crate::report::{Finding, FindingKind};
use crate::text::one_line;
use crate::verdict::{Source, Unknown, Verdict, Why};

/// What a token says of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TokenInfo {
    email: Option<String>,
    sub: Option<String>,
    azp: Option<String>,
}

impl TokenInfo {
    /// The email, where the token tells it.
    pub(super) fn email(&self) -> Option<String> {
        self.email
            .as_deref()
            .filter(|email| email.contains('@'))
            .map(one_line)
    }

    /// The account's number, where the token tells that and no email. For a token of a service
    /// account it also stands in the place of the client.
    pub(super) fn subject(&self) -> Option<String> {
        let number = [&self.sub, &self.azp]
            .into_iter()
            .flatten()
            .find(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(format!("the account with the number {}", one_line(number)))
    }
}

/// Asks Google whose token it is.
///
/// The token goes into the body: addresses end up in logs
/// ([tokeninfo](https://cloud.google.com/docs/authentication/token-types#access-contents)).
pub(super) async fn ask(session: &Session) -> TokenInfo {
    asked(session).await.unwrap_or_default()
}

async fn asked(session: &Session) -> Option<TokenInfo> {
    const INFO: &str = "https://oauth2.googleapis.com/tokeninfo";
    let uri: Uri = match &session.endpoints.token {
        Some(url) => url.join("/tokeninfo").ok()?.as_str().parse().ok()?,
        None => Uri::from_static(INFO),
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", session.token.secret())
        .finish();
    let request = || Request {
        method: Method::POST,
        uri: uri.clone(),
        headers: headers.clone(),
        body: Bytes::from(body.clone()),
    };
    // Where the address can't be reached, as behind private endpoints, the check does not wait for
    // further tries: they are for a service that answers.
    let first = session.http.send(request());
    let mut response = tokio::time::timeout_at(session.deadline, first)
        .await
        .ok()?
        .ok()?;
    if response.status == StatusCode::TOO_MANY_REQUESTS || response.status.is_server_error() {
        response = send(&session.http, request(), session.deadline)
            .await
            .ok()?;
    }
    if response.status != StatusCode::OK {
        return None;
    }
    serde_json::from_slice(&response.body).ok()
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
    .hint("Google tests whoever calls: use the credentials of the account that Remotion runs with, speak for it with --impersonate-service-account, or say with --expect-identity whom you mean to test"))
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
        exact: Vec::new(),
        source: Source::GcpTestIamPermissions,
        verdict: Verdict::Unknown(Unknown::new(
            Why::UnknownIdentity,
            "the token does not say whose it is: use a service account's credentials",
        )),
        waiver: None,
    }
}
