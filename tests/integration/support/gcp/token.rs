//! The token endpoint: assertions of service accounts, and refresh tokens of people.

use serde_json::{Value, json};

use super::super::http::{Request, Response};
use super::assertion::Problem;
use super::clock;
use super::world::World;

/// Answers `POST /token`.
pub(super) fn answer(world: &mut World, request: &Request) -> Response {
    match grant(world, request) {
        Ok(value) => Response::json(200, &value),
        Err(problem) => refuse(&problem),
    }
}

/// The shape of RFC 6749 section 5.2.
pub(super) fn refuse((status, error, description): &Problem) -> Response {
    Response::json(
        *status,
        &json!({ "error": error, "error_description": description }),
    )
}

fn grant(world: &mut World, request: &Request) -> Result<Value, Problem> {
    let form = read_form(request)?;
    let field = |name: &str| value(&form, name);
    match field("grant_type") {
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
            let claims = world.read_assertion(field("assertion"))?;
            let scopes: Vec<&str> = claims.scopes.iter().map(String::as_str).collect();
            let token = world.mint(&format!("serviceAccount:{}", claims.email), &scopes);
            Ok(json!({
                "access_token": token,
                "expires_in": clock::LIFETIME,
                "token_type": "Bearer",
            }))
        }
        "refresh_token" => refresh(world, &field),
        "" => {
            let problem = "Required parameter is missing: grant_type";
            Err((400, "invalid_request", problem.to_owned()))
        }
        other => Err((
            400,
            "unsupported_grant_type",
            format!("Invalid grant_type: {other}"),
        )),
    }
}

fn refresh<'a>(world: &mut World, field: &dyn Fn(&str) -> &'a str) -> Result<Value, Problem> {
    let (client, secret) = (field("client_id"), field("client_secret"));
    let clients: Vec<_> = world
        .logins
        .values()
        .filter(|it| it.client_id == client)
        .collect();
    if clients.is_empty() {
        return Err((
            401,
            "invalid_client",
            "The OAuth client was not found.".to_owned(),
        ));
    }
    if clients.iter().any(|known| known.client_secret != secret) {
        return Err((401, "invalid_client", "Unauthorized".to_owned()));
    }
    let login = world.logins.get(field("refresh_token"));
    let login = login.filter(|login| login.client_id == client && !login.revoked);
    let Some(login) = login.cloned() else {
        let problem = "Token has been expired or revoked.";
        return Err((400, "invalid_grant", problem.to_owned()));
    };
    let granted = [
        super::caller::CLOUD_PLATFORM,
        super::identity::EMAIL_SCOPE,
        "openid",
    ];
    let token = world.mint(&login.principal, &granted);
    Ok(json!({
        "access_token": token,
        "expires_in": clock::LIFETIME,
        "scope": granted.join(" "),
        "token_type": "Bearer",
    }))
}

/// The fields of a form, each of which may stand only once.
pub(super) fn read_form(request: &Request) -> Result<Vec<(String, String)>, Problem> {
    let media_type = request.header("content-type").unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        let problem = "Invalid content type, expected application/x-www-form-urlencoded";
        return Err((400, "invalid_request", problem.to_owned()));
    }
    let form = request.form();
    let names: std::collections::BTreeSet<&String> = form.iter().map(|(name, _)| name).collect();
    if names.len() < form.len() {
        return Err((
            400,
            "invalid_request",
            "Parameter stands more than once".to_owned(),
        ));
    }
    Ok(form)
}

/// A field of a form, or nothing.
pub(super) fn value<'form>(form: &'form [(String, String)], name: &str) -> &'form str {
    form.iter()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}
