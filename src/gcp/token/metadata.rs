//! Asks the metadata server of a machine in Google's cloud
//! ([reference](https://cloud.google.com/compute/docs/access/authenticate-workloads#applications)).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::{Granted, SCOPES, Token};
use crate::gcp::credentials::none_found;
use crate::gcp::endpoints::Endpoints;
use crate::gcp::failure::Failed;
use crate::http::{Http, Request};
use crate::verdict::Why;

/// Where there is no such server, nobody should wait for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// A token has to be made first: a server that has shown itself gets more time.
const MAKING: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Made {
    access_token: String,
}

/// The token of the machine's service account, if a server answers.
pub(super) async fn ask(
    endpoints: &Endpoints,
    http: &Http,
    deadline: Instant,
) -> Result<Granted, Failed> {
    let error = none_found();
    let nobody = || {
        Failed::new(
            Why::Credentials,
            &error.message,
            error.hint.as_deref().unwrap_or_default(),
        )
    };
    let base = endpoints.metadata.as_ref().ok_or_else(nobody)?;
    let within = |patience: Duration| Instant::now().checked_add(patience).unwrap_or(deadline);
    let soon = within(PATIENCE).min(deadline);
    let account = "computeMetadata/v1/instance/service-accounts/default";
    let token = format!("{account}/token?scopes={}", SCOPES.join(","));
    let email = format!("{account}/email");
    // These are at hand at once, so they show whether there is such a server at all.
    let (email, project) = tokio::join!(
        text(base, &email, http, soon),
        text(base, "computeMetadata/v1/project/project-id", http, soon),
    );
    let project = project.ok_or_else(nobody)?;
    let late = within(MAKING).min(deadline);
    let token = text(base, &token, http, late).await;
    let token = token
        .and_then(|body| serde_json::from_str::<Made>(&body).ok())
        .and_then(|made| Token::new(&made.access_token))
        .ok_or_else(|| {
            Failed::new(
                Why::Credentials,
                "the metadata server gives no token: the machine runs without a service account",
                "give the machine a service account, or use other credentials",
            )
        })?;
    Ok(Granted {
        token,
        who: email.filter(|email| email.contains('@')),
        project: Some(project),
    })
}

/// A piece of metadata, if a real metadata server gives it in time.
async fn text(base: &Url, path: &str, http: &Http, until: Instant) -> Option<String> {
    const FLAVOR: &str = "metadata-flavor";
    let uri: Uri = base.join(path).ok()?.as_str().parse().ok()?;
    let mut headers = HeaderMap::new();
    headers.insert(FLAVOR, HeaderValue::from_static("Google"));
    let request = Request {
        method: Method::GET,
        uri,
        headers,
        body: Bytes::new(),
    };
    let response = tokio::time::timeout_at(until, http.send_direct(request))
        .await
        .ok()?
        .ok()?;
    // Whoever else answers at this address does not know this header.
    let genuine = response
        .headers
        .get(FLAVOR)
        .is_some_and(|flavor| flavor == "Google");
    if response.status != StatusCode::OK || !genuine {
        return None;
    }
    let text = String::from_utf8(response.body.to_vec()).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
