//! The metadata server of a machine in Google's cloud
//! (<https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys>).

use serde_json::json;

use super::super::http::{Request, Response};
use super::caller::CLOUD_PLATFORM;
use super::clock;
use super::token::value;
use super::world::World;

/// Answers a request for metadata, of a machine that runs as `World::metadata_account`.
pub(super) fn answer(world: &mut World, request: &Request) -> Response {
    let response = found(world, request);
    response
        .with_header("metadata-flavor", "Google")
        .with_header("server", "Metadata Server for VM")
}

fn found(world: &mut World, request: &Request) -> Response {
    let path = request.path.trim_end_matches('/');
    if path.is_empty() {
        return Response::new(200, "application/text", "computeMetadata/\n");
    }
    // Both keep a browser or a proxy from being used to read the token.
    if request.header("metadata-flavor") != Some("Google") {
        return Response::new(
            403,
            "text/html; charset=UTF-8",
            "Missing Metadata-Flavor:Google header.",
        );
    }
    if request.header("x-forwarded-for").is_some() {
        return Response::new(
            403,
            "text/html; charset=UTF-8",
            "X-Forwarded-For is not allowed.",
        );
    }
    let missing = || Response::new(404, "text/html; charset=UTF-8", "Not Found");
    let Some(email) = world.metadata_account.clone() else {
        return missing();
    };
    let Some(account) = world.account(&email) else {
        return missing();
    };
    let project = account.project.clone();
    let plain = |text: &str| Response::new(200, "application/text", text);
    let of_account = path
        .strip_prefix("/computeMetadata/v1/instance/service-accounts/")
        .and_then(|rest| rest.split_once('/'))
        .filter(|(name, _)| *name == "default" || *name == email)
        .map(|(_, rest)| rest);
    match (path, of_account) {
        (_, Some("email")) => plain(&email),
        (_, Some("scopes")) => plain(&format!("{CLOUD_PLATFORM}\n")),
        (_, Some("token")) => token(world, request, &email),
        ("/computeMetadata/v1/project/project-id", _) => plain(&project),
        ("/computeMetadata/v1/project/numeric-project-id", _) => {
            plain(&world.number(&project).to_string())
        }
        ("/computeMetadata/v1/universe/universe-domain", _) => plain("googleapis.com"),
        _ => missing(),
    }
}

fn token(world: &mut World, request: &Request, email: &str) -> Response {
    let pairs = request.query_pairs();
    let asked = value(&pairs, "scopes");
    let scopes: Vec<&str> = if asked.is_empty() {
        vec![CLOUD_PLATFORM]
    } else {
        asked.split(',').collect()
    };
    let token = world.mint(&format!("serviceAccount:{email}"), &scopes);
    let body = json!({
        "access_token": token,
        "expires_in": clock::LIFETIME,
        "token_type": "Bearer",
    });
    Response::json(200, &body)
}
