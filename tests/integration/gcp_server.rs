//! The test server for Google Cloud itself: that it gives what the real one gives, and refuses
//! what the real one refuses.

#![expect(
    clippy::indexing_slicing,
    reason = "a field that a JSON value lacks is null when indexed, and the test fails on it"
)]

mod identities;
mod levels;
#[cfg(any(feature = "gcloud", feature = "google-python"))]
mod official;
mod project;
mod roles;
mod tokens;

use serde_json::{Value, json};

use crate::support::gcp::{Gcp, Resource};
use crate::support::http::{Received, send};

const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";
const PROJECT: &str = "remotion-test";
const NUMBER: u64 = 123_456_789_012;
const ANN: &str = "user:ann@example.com";

/// A cloud with one project.
fn cloud() -> (Gcp, Resource) {
    let gcp = Gcp::start();
    let project = gcp.world().add_project(PROJECT, NUMBER);
    (gcp, project)
}

/// A call with an access token; a body makes it a POST.
fn call(gcp: &Gcp, token: &str, target: &str, body: Option<&Value>) -> Received {
    call_with(gcp, token, target, body, &[])
}

fn call_with(
    gcp: &Gcp,
    token: &str,
    target: &str,
    body: Option<&Value>,
    more: &[(&str, &str)],
) -> Received {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.push(("Content-Type", "application/json"));
    headers.extend(more);
    match body {
        None => send(&gcp.url(), "GET", target, &headers, ""),
        Some(body) => send(&gcp.url(), "POST", target, &headers, &body.to_string()),
    }
}

/// Asks which of the permissions are held at `target`, for a fresh token of the principal.
fn test_at(gcp: &Gcp, principal: &str, target: &str, permissions: &[&str]) -> Received {
    let token = gcp.world().mint(principal, &[CLOUD]);
    let body = json!({ "permissions": permissions });
    call(
        gcp,
        &token,
        &format!("{target}:testIamPermissions"),
        Some(&body),
    )
}

/// The same at the project.
fn test_project(gcp: &Gcp, principal: &str, permissions: &[&str]) -> Received {
    test_at(gcp, principal, "/v3/projects/remotion-test", permissions)
}

/// The reason in the details of a refusal.
fn reason(received: &Received) -> String {
    let json = received.json();
    json["error"]["details"][0]["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
