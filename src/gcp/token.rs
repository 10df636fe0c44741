//! Turns credentials into an access token.
//!
//! Signing and refreshing is left to yup-oauth2. What it gets wrong or does in silence (other
//! clouds' tokens, impersonation) is done here, over the program's one HTTP client.

mod bridge;
mod federation;
mod impersonation;
mod metadata;

use std::fmt;

use http::{HeaderValue, Uri};
use serde::Deserialize;
use tokio::time::Instant;
use yup_oauth2::{
    AuthorizedUserAuthenticator, CustomHyperClientBuilder, ServiceAccountAuthenticator,
};

use super::credentials::Credential;
use super::endpoints::Endpoints;
use super::failure::{Failed, unreachable};
use crate::http::{Http, HttpError, Response};
use crate::text::one_line;
use crate::verdict::Why;

/// An access token, which never prints itself.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    /// A token that can be sent in a header; `None` for what is none.
    pub(super) fn new(text: &str) -> Option<Self> {
        let sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        sendable.then(|| Self(text.to_owned()))
    }

    /// The value of the `Authorization` header.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// The token itself, for the body of a request.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(..)")
    }
}

/// A header value that no debug output shows.
fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What an exchange gave.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: Token,
    /// Whom the exchange itself shows the token to be for.
    pub(super) who: Option<String>,
    /// The project that the token's maker lives in.
    pub(super) project: Option<String>,
}

/// The first suffices for testing permissions and for reading what a check reads, the second lets
/// the token say whose it is ([scopes](https://developers.google.com/identity/protocols/oauth2/scopes)).
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/userinfo.email",
];

/// Exchanges credentials for a token.
pub(super) async fn exchange(
    credential: &Credential,
    endpoints: &Endpoints,
    http: &Http,
    deadline: Instant,
) -> Result<Granted, Failed> {
    let (base, impersonation) = match credential {
        Credential::Impersonated(base, impersonation) => (base.as_ref(), Some(impersonation)),
        credential => (credential, None),
    };
    // A federated login of a file may itself be impersonated by a flag: two steps at most.
    let (base, first) = match base {
        Credential::Impersonated(base, first) => (base.as_ref(), Some(first)),
        base => (base, None),
    };
    let mut granted = simple(base, endpoints, http, deadline).await?;
    for step in first.into_iter().chain(impersonation) {
        let token = impersonation::generate(step, &granted.token, http, deadline).await?;
        granted = Granted {
            token,
            who: Some(step.email.clone()),
            project: granted.project,
        };
    }
    Ok(granted)
}

async fn simple(
    credential: &Credential,
    endpoints: &Endpoints,
    http: &Http,
    deadline: Instant,
) -> Result<Granted, Failed> {
    let plain = |token: Token| Granted {
        token,
        who: None,
        project: None,
    };
    match credential {
        Credential::Token(token) => Ok(plain(token.clone())),
        Credential::ServiceAccount(_) | Credential::AuthorizedUser(_) => {
            let token = by_library(credential, endpoints, http, deadline).await?;
            Ok(Granted {
                token,
                // The endpoint has checked the signature against this account's keys.
                who: credential.email().map(ToOwned::to_owned),
                project: None,
            })
        }
        Credential::External(account) => {
            let token = federation::exchange(account, http, deadline).await?;
            Ok(Granted {
                token,
                who: Some(format!(
                    "federated identity of {}",
                    one_line(&account.audience)
                )),
                project: None,
            })
        }
        Credential::Metadata => metadata::ask(endpoints, http, deadline).await,
        // At most one step stands inside another.
        Credential::Impersonated(..) => Err(Failed::new(
            Why::Credentials,
            "the credentials are nested too deeply",
            "use the inner credentials with --impersonate-service-account",
        )),
    }
}

async fn by_library(
    credential: &Credential,
    endpoints: &Endpoints,
    http: &Http,
    deadline: Instant,
) -> Result<Token, Failed> {
    let to = endpoints
        .token
        .as_ref()
        .and_then(|url| url.as_str().parse::<Uri>().ok());
    let (client, last) = bridge::client(http, to, deadline);
    let builder = CustomHyperClientBuilder::from(client);
    let granted = match credential {
        Credential::ServiceAccount(key) => {
            let mut key = key.as_ref().clone();
            if let Some(url) = &endpoints.token {
                // The assertion names the address that it is meant for.
                key.token_uri = url.to_string();
            }
            match ServiceAccountAuthenticator::with_client(key, builder)
                .build()
                .await
            {
                Err(_) => return Err(bad_key()),
                Ok(authenticator) => authenticator.token(&SCOPES).await,
            }
        }
        Credential::AuthorizedUser(secret) => {
            match AuthorizedUserAuthenticator::with_client(secret.clone(), builder)
                .build()
                .await
            {
                Err(_) => return Err(bad_key()),
                Ok(authenticator) => authenticator.token(&SCOPES).await,
            }
        }
        _ => return Err(bad_key()),
    };
    if let Some(token) = granted
        .ok()
        .and_then(|granted| Token::new(granted.token()?))
    {
        return Ok(token);
    }
    let answer = last.lock().ok().and_then(|mut last| last.take());
    Err(match answer {
        None => bad_key(),
        Some((sent, answer)) => refused("the token endpoint", &sent, answer),
    })
}

fn bad_key() -> Failed {
    Failed {
        wrong_call: true,
        ..Failed::new(
            Why::Credentials,
            "the private key can't be used: it is damaged, or not an RSA key",
            "take the key again as Google's console gives it",
        )
    }
}

/// What a token endpoint says when it grants nothing
/// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

/// Understands an answer that holds no token; `place` names who answered, `sent` is the form that
/// was sent there.
fn refused(place: &str, sent: &[u8], answer: Result<Response, HttpError>) -> Failed {
    let mut failed = understood(place, answer);
    for (name, value) in url::form_urlencoded::parse(sent) {
        if !matches!(name.as_ref(), "grant_type" | "scope" | "audience")
            && !value.starts_with("urn:")
        {
            failed = failed.without(&value);
        }
    }
    failed
}

fn understood(place: &str, answer: Result<Response, HttpError>) -> Failed {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return unreachable(&error),
    };
    let status = response.status.as_u16();
    match serde_json::from_slice::<Refusal>(&response.body) {
        Ok(refusal) => {
            let description = refusal
                .error_description
                .map(|text| format!(": {}", one_line(&text)))
                .unwrap_or_default();
            let error = one_line(&refusal.error);
            let hint = if error == "invalid_grant" {
                "the key or login is revoked, deleted or expired, or this machine's clock is wrong: make a new key, or sign in again"
            } else {
                "check the credentials"
            };
            Failed::new(
                Why::Credentials,
                format!("no token was granted ({error}{description})"),
                hint,
            )
        }
        Err(_) => Failed::new(
            Why::Credentials,
            format!("{place} gave an answer that holds no token (HTTP {status})"),
            "something between here and Google may answer in its place: check the proxy and the endpoint variables, or try again",
        ),
    }
}
