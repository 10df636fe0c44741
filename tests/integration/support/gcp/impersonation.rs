//! iamcredentials.googleapis.com: a token of a service account for somebody else
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>).

use serde_json::{Map, Value, json};

use super::super::http::{Request, percent_decode};
use super::assertion::read_scopes;
use super::caller::{CLOUD_PLATFORM, Call, json_body};
use super::clock;
use super::error::{Answer, Refusal};
use super::service_accounts::place;
use super::world::World;

const CALL: Call = Call {
    service: "iamcredentials.googleapis.com",
    title: "IAM Service Account Credentials API",
    method: "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken",
    scopes: &[CLOUD_PLATFORM, "https://www.googleapis.com/auth/iam"],
};

/// The longest lifetime without an organization policy, in seconds.
const LONGEST: u64 = 3600;

/// Answers `POST …/serviceAccounts/ACCOUNT:generateAccessToken`.
pub(super) fn generate(world: &mut World, request: &Request, account: &str) -> Answer {
    let account = percent_decode(account);
    let target = account.trim_end_matches(":generateAccessToken");
    let owner = world.account(target).map(|known| known.project.clone());
    let caller = world.caller(request, CALL, owner.as_deref())?;
    let body = json_body(request)?;
    let known = ["scope", "delegates", "lifetime"];
    if let Some(field) = body.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(Refusal::unknown_field(field, ""));
    }
    let scopes = read_scopes(&texts(&body, "scope")?.join(" "))
        .map_err(|(_, _, problem)| Refusal::invalid_argument(problem))?;
    let lifetime = read_lifetime(body.get("lifetime"))?;
    let target = walk(world, &caller, &texts(&body, "delegates")?, target)?;
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let token = world.mint(&format!("serviceAccount:{target}"), &scopes);
    let expires = clock::now() + lifetime;
    if let Some(minted) = world.tokens.get_mut(&token) {
        minted.expires = expires;
    }
    Ok(json!({ "accessToken": token, "expireTime": clock::rfc3339(expires) }))
}

/// Follows the chain from the caller over the delegates to the target, and gives its address.
///
/// Each must be allowed to delegate by the next one, and the last one to make tokens.
fn walk(
    world: &World,
    caller: &str,
    delegates: &[String],
    target: &str,
) -> Result<String, Refusal> {
    let mut holder = caller.to_owned();
    let chain = delegates
        .iter()
        .map(|name| (name.as_str(), "iam.serviceAccounts.implicitDelegation"))
        .chain([(target, "iam.serviceAccounts.getAccessToken")]);
    let mut email = String::new();
    for (name, permission) in chain {
        let name = name
            .strip_prefix("projects/-/serviceAccounts/")
            .unwrap_or(name);
        let full = format!("projects/-/serviceAccounts/{name}");
        let account = world.account(name).ok_or_else(|| {
            Refusal::not_found(format!("Not found; Gaia id not found for email {name}"))
        })?;
        world.require(&holder, &place(account), permission, CALL, &full)?;
        if account.disabled {
            let problem = format!("Service account {name} is disabled.");
            return Err(Refusal::failed_precondition(problem));
        }
        account.email.clone_into(&mut email);
        holder = format!("serviceAccount:{email}");
    }
    Ok(email)
}

fn read_lifetime(value: Option<&Value>) -> Result<u64, Refusal> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(LONGEST);
    };
    let seconds = value
        .as_str()
        .and_then(|text| text.strip_suffix('s')?.parse().ok());
    seconds
        .filter(|seconds| (1..=LONGEST).contains(seconds))
        .ok_or_else(|| {
            Refusal::invalid_argument("The token lifetime must be a value between 1s and 3600s.")
        })
}

fn texts(body: &Map<String, Value>, field: &str) -> Result<Vec<String>, Refusal> {
    // Null stands for the default in the JSON form of every protocol buffer.
    let listed = body.get(field).filter(|value| !value.is_null()).cloned();
    let listed = listed.unwrap_or_else(|| json!([]));
    let problem = format!("Invalid value at '{field}' (TYPE_STRING)");
    serde_json::from_value(listed).map_err(|_| Refusal::invalid_argument(problem))
}
