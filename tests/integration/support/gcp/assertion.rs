//! The signed assertion with which a service account asks for a token
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::world::World;
use super::{clock, key};

/// How far a client's clock may be off, in seconds.
const SKEW: u64 = 300;

/// The longest lifetime of an assertion, in seconds.
const LONGEST: u64 = 3600;

/// The names under which Google's own token endpoint is known.
const OFFICIAL: [&str; 3] = [
    "https://oauth2.googleapis.com/token",
    "https://accounts.google.com/o/oauth2/token",
    "https://www.googleapis.com/oauth2/v4/token",
];

/// What a good assertion says.
pub(super) struct Claims {
    /// The service account.
    pub(super) email: String,
    /// The scopes.
    pub(super) scopes: Vec<String>,
}

/// Why an assertion is refused: status, `error` and `error_description`.
pub(super) type Problem = (u16, &'static str, String);

fn invalid(description: impl Into<String>) -> Problem {
    (400, "invalid_grant", description.into())
}

impl World {
    /// Checks an assertion: form, account, signature, audience, lifetime, scopes.
    pub(super) fn read_assertion(&self, assertion: &str) -> Result<Claims, Problem> {
        let malformed = || invalid("Bad Request");
        let (signed, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
        let header = decode_json(header).ok_or_else(malformed)?;
        let claims = decode_json(claims).ok_or_else(malformed)?;
        let signature = decode(signature).ok_or_else(malformed)?;

        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let account = self
            .account(text("iss"))
            .ok_or_else(|| invalid("Invalid grant: account not found"))?;
        let known_key = header
            .get("kid")
            .is_none_or(|id| id.is_null() || id == key::ID);
        let verified = header.get("alg").is_some_and(|name| name == "RS256")
            && account.has_key
            && known_key
            && key::verifies(signed, &signature);
        if !verified {
            return Err(invalid("Invalid JWT Signature."));
        }
        let right = format!("{}/token", self.base);
        if text("aud") != right && !OFFICIAL.contains(&text("aud")) {
            let problem =
                format!("Invalid JWT: Failed audience check. The right audience is {right}");
            return Err(invalid(problem));
        }
        check_lifetime(&claims)?;
        if account.disabled {
            return Err(invalid("Invalid grant: account disabled"));
        }
        if !["", &account.email].contains(&text("sub")) {
            let problem = "Client is unauthorized to retrieve access tokens using this method, or \
                           client not authorized for any of the scopes requested.";
            return Err((401, "unauthorized_client", problem.to_owned()));
        }
        let scopes = read_scopes(text("scope"))?;
        Ok(Claims {
            email: account.email.clone(),
            scopes,
        })
    }
}

fn check_lifetime(claims: &Value) -> Result<(), Problem> {
    let time = |name: &str| claims.get(name).and_then(Value::as_u64);
    let now = clock::now();
    let good = time("iat")
        .zip(time("exp"))
        .is_some_and(|(issued, expires)| {
            issued <= now + SKEW
                && expires + SKEW > now
                && expires > issued
                && expires - issued <= LONGEST
        });
    if good {
        return Ok(());
    }
    Err(invalid(
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
         timeframe. Check your iat and exp values in the JWT claim.",
    ))
}

/// The scopes of a space-separated list, all of which must be scopes of Google.
pub(super) fn read_scopes(listed: &str) -> Result<Vec<String>, Problem> {
    let scopes: Vec<String> = listed.split_whitespace().map(ToOwned::to_owned).collect();
    if scopes.is_empty() {
        return Err((
            400,
            "invalid_scope",
            "Empty or missing scope not allowed.".to_owned(),
        ));
    }
    let known = |scope: &String| {
        scope.starts_with("https://www.googleapis.com/auth/")
            || ["openid", "email", "profile"].contains(&scope.as_str())
    };
    if !scopes.iter().all(known) {
        let problem = "Invalid OAuth scope or ID token audience provided.";
        return Err((400, "invalid_scope", problem.to_owned()));
    }
    Ok(scopes)
}

fn decode(part: &str) -> Option<Vec<u8>> {
    // Google takes padded parts too, although RFC 7515 has none.
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&URL_SAFE, config).decode(part).ok()
}

fn decode_json(part: &str) -> Option<Value> {
    serde_json::from_slice(&decode(part)?)
        .ok()
        .filter(Value::is_object)
}
