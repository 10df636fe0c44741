//! Who a token stands for: the token's own description, and OpenID Connect's user info
//! (<https://developers.google.com/identity/openid-connect/openid-connect>).

use serde_json::{Map, Value, json};

use super::super::http::{Request, Response};
use super::clock;
use super::token::{refuse, value};
use super::world::{Token, World};

/// The scope with which an address is shown.
pub(super) const EMAIL_SCOPE: &str = "https://www.googleapis.com/auth/userinfo.email";

/// Answers `/tokeninfo?access_token=…`, whose parameter may also come in a form.
pub(super) fn token_info(world: &World, request: &Request) -> Response {
    let mut pairs = request.query_pairs();
    pairs.extend(request.form());
    let now = clock::now();
    let token = world
        .tokens
        .get(value(&pairs, "access_token"))
        .filter(|it| it.expires > now);
    let Some(token) = token else {
        return refuse(&(400, "invalid_token", "Invalid Value".to_owned()));
    };
    let subject = subject(world, token);
    let mut answer = Map::new();
    answer.insert("azp".to_owned(), json!(subject));
    answer.insert("aud".to_owned(), json!(subject));
    answer.insert("scope".to_owned(), json!(token.scopes.join(" ")));
    answer.insert("exp".to_owned(), json!(token.expires.to_string()));
    answer.insert(
        "expires_in".to_owned(),
        json!((token.expires - now).to_string()),
    );
    add_email(&mut answer, token, "true".into());
    answer.insert("access_type".to_owned(), json!("online"));
    Response::json(200, &Value::Object(answer))
}

/// Answers `/v1/userinfo`.
pub(super) fn user_info(world: &World, request: &Request) -> Response {
    let header = request.header("authorization").unwrap_or_default();
    let token = header
        .strip_prefix("Bearer ")
        .and_then(|token| world.tokens.get(token));
    let Some(token) = token.filter(|token| token.expires > clock::now()) else {
        return refuse(&(401, "invalid_request", "Invalid Credentials".to_owned()));
    };
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), json!(subject(world, token)));
    add_email(&mut answer, token, true.into());
    Response::json(200, &Value::Object(answer))
}

fn add_email(answer: &mut Map<String, Value>, token: &Token, verified: Value) {
    let shown = token
        .scopes
        .iter()
        .any(|scope| [EMAIL_SCOPE, "email"].contains(&scope.as_str()));
    if let (true, Some(email)) = (shown, email(token)) {
        answer.insert("email".to_owned(), json!(email));
        answer.insert("email_verified".to_owned(), verified);
    }
}

/// The address of a person or a service account; federated identities have none.
fn email(token: &Token) -> Option<&str> {
    let (kind, email) = token.principal.split_once(':')?;
    ["user", "serviceAccount"].contains(&kind).then_some(email)
}

fn subject(world: &World, token: &Token) -> String {
    let account = email(token).and_then(|email| world.account(email));
    account.map_or_else(
        || "110000000000000000000".to_owned(),
        |it| it.unique_id.clone(),
    )
}
