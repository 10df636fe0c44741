//! Turns credentials into an access token.

use std::fmt;

use http::Uri;
use serde::Deserialize;
use yup_oauth2::{
    AuthorizedUserAuthenticator, CustomHyperClientBuilder, ServiceAccountAuthenticator,
};

use super::bridge;
use super::credentials::Credential;
use super::endpoints::Endpoints;
use super::failure::{Failed, unreachable};
use crate::http::{Http, HttpError, Response};
use crate::text::one_line;
use crate::verdict::{Unknown, Why};

/// An access token, which never prints itself.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
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

/// Suffices for testing permissions and for reading what a check reads
/// ([scopes](https://developers.google.com/identity/protocols/oauth2/scopes)).
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Exchanges credentials for a token.
pub(super) async fn exchange(
    credential: &Credential,
    endpoints: &Endpoints,
    http: &Http,
) -> Result<Token, Failed> {
    let to = endpoints
        .token
        .as_ref()
        .and_then(|url| url.as_str().parse::<Uri>().ok());
    let (client, last) = bridge::client(http, to.clone());
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
                Ok(authenticator) => authenticator.token(&[SCOPE]).await,
            }
        }
        Credential::AuthorizedUser(secret) => {
            match AuthorizedUserAuthenticator::with_client(secret.clone(), builder)
                .build()
                .await
            {
                Err(_) => return Err(bad_key()),
                Ok(authenticator) => authenticator.token(&[SCOPE]).await,
            }
        }
    };
    if let Some(token) = granted.ok().and_then(|granted| {
        granted
            .token()
            .filter(|token| !token.is_empty())
            .map(ToOwned::to_owned)
    }) {
        return Ok(Token(token));
    }
    let answer = last.lock().ok().and_then(|mut last| last.take());
    Err(match answer {
        None => bad_key(),
        Some(answer) => refused(answer),
    })
}

fn bad_key() -> Failed {
    Failed {
        unknown: Unknown::new(
            Why::Credentials,
            "the private key can't be used: it is damaged, or not an RSA key",
        ),
        hint: "take the key again as Google's console gives it".to_owned(),
        wrong_call: true,
    }
}

/// What a token endpoint says when it grants nothing
/// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

fn refused(answer: Result<Response, HttpError>) -> Failed {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return unreachable(&error),
    };
    let status = response.status.as_u16();
    let (detail, hint) = match serde_json::from_slice::<Refusal>(&response.body) {
        Ok(refusal) => {
            // The description is Google's own sentence; what was sent does not come back in it.
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
            (
                format!("no token was granted ({error}{description})"),
                hint.to_owned(),
            )
        }
        Err(_) => (
            format!("the token endpoint gave an answer that holds no token (HTTP {status})"),
            "something between here and Google may answer in its place: check the proxy and the endpoint variables, or try again".to_owned(),
        ),
    };
    Failed {
        unknown: Unknown::new(Why::Credentials, detail),
        hint,
        wrong_call: false,
    }
}
