//! sts.googleapis.com: tokens of other clouds for tokens of this one
//! (<https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token>, RFC 8693), and a
//! source of such tokens as GitHub offers it to its workflows.

use serde_json::{Map, Value, json};

use super::super::http::{Request, Response};
use super::assertion::{Problem, read_scopes};
use super::clock;
use super::token::{read_form, refuse, value};
use super::world::World;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Answers `POST /v1/token`.
pub(super) fn exchange(world: &mut World, request: &Request) -> Response {
    match token(world, request) {
        Ok(value) => Response::json(200, &value),
        Err(problem) => refuse(&problem),
    }
}

fn token(world: &mut World, request: &Request) -> Result<Value, Problem> {
    let form = read_fields(request)?;
    let field = |name: &str| value(&form, name);
    let wrong = |name: &str| {
        (
            400,
            "invalid_request",
            format!("Invalid value for \"{name}\"."),
        )
    };
    if field("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange" {
        let problem = "Invalid value for \"grant_type\".".to_owned();
        return Err((400, "unsupported_grant_type", problem));
    }
    if field("requested_token_type") != ACCESS_TOKEN {
        return Err(wrong("requested_token_type"));
    }
    if field("subject_token").is_empty() {
        return Err(wrong("subject_token"));
    }
    let audience = field("audience");
    if !world
        .federated
        .values()
        .any(|known| known.audience == audience)
    {
        let problem = "Invalid value for \"audience\". This value should be the full resource \
                       name of the Identity Provider.";
        return Err((400, "invalid_request", problem.to_owned()));
    }
    let scopes = read_scopes(field("scope"))?;
    let known = world
        .federated
        .get(field("subject_token"))
        .filter(|it| it.audience == audience);
    let Some(known) = known.cloned() else {
        let problem = "The subject token is not one that the provider accepts.";
        return Err((400, "invalid_grant", problem.to_owned()));
    };
    if field("subject_token_type") != known.token_type {
        return Err(wrong("subject_token_type"));
    }
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let token = world.mint(&known.principal, &scopes);
    Ok(json!({
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": clock::LIFETIME,
    }))
}

/// The fields of the request, which may come as a form or as JSON.
fn read_fields(request: &Request) -> Result<Vec<(String, String)>, Problem> {
    let media_type = request.header("content-type").unwrap_or_default();
    if !media_type.starts_with("application/json") {
        return read_form(request);
    }
    let body: Map<String, Value> = serde_json::from_slice(&request.body)
        .map_err(|_| (400, "invalid_request", "The body is not JSON.".to_owned()))?;
    // The reference's JSON names are in camel case; the form's names are taken there too.
    Ok(body
        .iter()
        .map(|(name, value)| {
            (
                snake_case(name),
                value.as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect())
}

fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
        text
    })
}

/// Answers `GET /subject-token`, for whoever brings the right header.
pub(super) fn subject_token(world: &World, request: &Request) -> Response {
    let sent = request.header("authorization").unwrap_or_default();
    let sent = sent
        .strip_prefix("Bearer ")
        .or_else(|| sent.strip_prefix("bearer "));
    match &world.subject_bearer {
        Some((expected, token)) if sent == Some(expected) && request.query == "format=text" => {
            Response::text(200, token)
        }
        Some((expected, token)) if sent == Some(expected) => {
            Response::json(200, &json!({ "count": token.len(), "value": token }))
        }
        _ => Response::json(401, &json!({ "message": "Unauthorized" })),
    }
}
