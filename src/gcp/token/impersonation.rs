//! Makes a token of a service account with the token of somebody who may
//! ([reference](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken)).

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::{SCOPES, Token, secret_header};
use crate::gcp::credentials::Impersonation;
use crate::gcp::failure::{Denial, Failed, garbled, understand, unreachable};
use crate::gcp::retry::send;
use crate::gcp::session::What;
use crate::http::{Http, Request};
use crate::verdict::Why;

const CALL: &str = "generateAccessToken";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    access_token: String,
}

/// Makes a token of the account.
pub(super) async fn generate(
    impersonation: &Impersonation,
    with: &Token,
    http: &Http,
    deadline: Instant,
) -> Result<Token, Failed> {
    let uri = impersonation.url.as_str().parse::<Uri>().ok();
    let Some((uri, bearer)) = uri.zip(secret_header(&with.bearer())) else {
        return Err(garbled(CALL, "can't be asked for"));
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, bearer);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let body = json!({
        "scope": SCOPES,
        "delegates": impersonation.delegates,
        "lifetime": "3600s",
    });
    let request = Request {
        method: Method::POST,
        uri,
        headers,
        body: Bytes::from(body.to_string()),
    };
    let response = send(http, request, deadline)
        .await
        .map_err(|error| unreachable(&error))?;
    let email = &impersonation.email;
    if response.status == StatusCode::OK {
        return serde_json::from_slice::<Generated>(&response.body)
            .ok()
            .and_then(|generated| Token::new(&generated.access_token))
            .ok_or_else(|| garbled(CALL, "holds no token"));
    }
    let place = format!("service account {email}");
    let failed = understand(
        What {
            call: CALL,
            place: &place,
        },
        &response,
    )
    .without(with.secret());
    if failed.denial == Denial::None {
        return Err(failed);
    }
    // What is refused here is no permission that Remotion needs, but the way to test them.
    Err(Failed::new(
        Why::Credentials,
        failed.unknown.detail,
        &format!(
            "grant roles/iam.serviceAccountTokenCreator on {email} to the login, and on each account of the chain to the one before it"
        ),
    ))
}
