//! The Security Token Service: who calls, and taking a role.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html>

use super::clock::{iso, now};
use super::condition::Context;
use super::decide::{Decision, Peculiarities, decide};
use super::entity::{Entity, Kind};
use super::policy::{Effect, arn_matches};
use super::state::{Caller, State};
use super::wire::{Element, Parameters, ServiceError, validation};

/// Says who calls. No policy can forbid that.
pub(super) fn get_caller_identity(state: &State, caller: &Caller) -> Vec<Element> {
    vec![
        Element::text("Arn", state.caller_arn(caller)),
        Element::text("UserId", state.caller_id(caller)),
        Element::text("Account", &state.account),
    ]
}

/// Gives temporary credentials of a role to whom the role's trust policy and the caller's own
/// policies let have them.
pub(super) fn assume_role(
    state: &mut State,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Vec<Element>, ServiceError> {
    let arn = parameters.required("RoleArn")?;
    let session = parameters.required("RoleSessionName")?;
    let duration = duration(parameters)?;
    let role = state
        .by_arn(arn)
        .filter(|entity| entity.kind == Kind::Role && may_assume(state, caller, entity))
        .map(|entity| entity.name.clone())
        .ok_or_else(|| {
            ServiceError::new(
                403,
                "AccessDenied",
                format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                    state.caller_arn(caller)
                ),
            )
        })?;
    Ok(session_of(state, &role, session, duration))
}

/// Gives temporary credentials of a role to whom the role's trust policy lets have them by the
/// token of a provider outside of AWS.
pub(super) fn assume_role_with_web_identity(
    state: &mut State,
    parameters: &Parameters,
) -> Result<Vec<Element>, ServiceError> {
    let arn = parameters.required("RoleArn")?;
    let session = parameters.required("RoleSessionName")?;
    let token = parameters.required("WebIdentityToken")?;
    let duration = duration(parameters)?;
    let identity = state.web_identities.get(token).ok_or_else(|| {
        let message = "No OpenIDConnect provider found in your account for the token's issuer";
        ServiceError::new(400, "InvalidIdentityToken", message.to_owned())
    })?;
    let mut context = Context::default();
    for (claim, value) in [("aud", &identity.audience), ("sub", &identity.subject)] {
        context.set(
            &format!("{}:{claim}", identity.provider),
            vec![value.clone()],
        );
    }
    let provider = (
        "Federated".to_owned(),
        format!(
            "arn:{}:iam::{}:oidc-provider/{}",
            state.partition, state.account, identity.provider
        ),
    );
    let trusts = |role: &&Entity| {
        let mut statements = role.trust.statements.iter().filter(|statement| {
            statement.principals.contains(&provider)
                && statement.concerns("sts:AssumeRoleWithWebIdentity", "*", &context)
                && statement.applies(&context)
        });
        statements.clone().count() > 0 && statements.all(|one| one.effect == Effect::Allow)
    };
    let role = state
        .by_arn(arn)
        .filter(|entity| entity.kind == Kind::Role)
        .filter(trusts)
        .map(|entity| entity.name.clone())
        .ok_or_else(|| {
            let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            ServiceError::new(403, "AccessDenied", message.to_owned())
        })?;
    Ok(session_of(state, &role, session, duration))
}

fn duration(parameters: &Parameters) -> Result<i64, ServiceError> {
    parameters.get("DurationSeconds").map_or(Ok(3_600), |text| {
        text.parse()
            .ok()
            .filter(|seconds| (900..=43_200).contains(seconds))
            .ok_or_else(|| validation("Value at 'durationSeconds' is out of range"))
    })
}

/// A new session of a role.
fn session_of(state: &mut State, role: &str, session: &str, duration: i64) -> Vec<Element> {
    let assumed = Caller::assumed_role(role, session);
    let credentials = state.issue(&assumed, false);
    vec![
        Element::of(
            "Credentials",
            vec![
                Element::text("AccessKeyId", credentials.access_key_id),
                Element::text("SecretAccessKey", credentials.secret_access_key),
                Element::text(
                    "SessionToken",
                    credentials.session_token.unwrap_or_default(),
                ),
                Element::text("Expiration", iso(now() + duration)),
            ],
        ),
        Element::of(
            "AssumedRoleUser",
            vec![
                Element::text("AssumedRoleId", state.caller_id(&assumed)),
                Element::text("Arn", state.caller_arn(&assumed)),
            ],
        ),
    ]
}

/// The role must trust the caller; if it trusts only the account, the caller's own policies must
/// allow it besides. A deny on either side wins. Root can't take roles.
fn may_assume(state: &State, caller: &Caller, role: &Entity) -> bool {
    let Some(principal) = state.principal(caller) else {
        return false;
    };
    let context = state.request_context(caller);
    let own = [
        "*".to_owned(),
        state.arn(principal),
        state.caller_arn(caller),
    ];
    let account = [
        state.account.clone(),
        format!("arn:{}:iam::{}:root", state.partition, state.account),
    ];
    let (mut trusted, mut account_trusted) = (false, false);
    for statement in &role.trust.statements {
        let names = statement
            .principals
            .iter()
            .filter(|(kind, _)| kind == "AWS")
            .map(|(_, name)| name);
        let (mut by_name, mut by_account) = (false, false);
        for name in names {
            by_name |= own.iter().any(|one| name == one);
            by_account |= account.iter().any(|one| arn_matches(name, one));
        }
        if !(by_name || by_account)
            || !statement.concerns("sts:AssumeRole", "*", &context)
            || !statement.applies(&context)
        {
            continue;
        }
        if statement.effect == Effect::Deny {
            return false;
        }
        trusted |= by_name;
        account_trusted |= by_account;
    }
    let outcome = decide(
        &state.layers(principal),
        "sts:AssumeRole",
        &state.arn(role),
        &context,
        Peculiarities::default(),
    );
    match outcome.decision {
        Decision::Allowed => trusted || account_trusted,
        Decision::Implicit => trusted && outcome.organization_allows != Some(false),
        Decision::Explicit => false,
    }
}
