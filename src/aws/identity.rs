//! Who is asked about: the caller, resolved to the principal whose policies count, and the
//! execution role.

use std::time::Duration;

use aws_sdk_iam::Client as Iam;
use aws_sdk_sts::Client as Sts;

use super::arn::{Arn, Caller};
use super::failure::{Failed, Kind, understand};
use super::trust::Trust;
use crate::verdict::{Cause, Unknown, Why};

/// A principal that can be asked about, or why it can't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principal {
    /// ARNs to try in this order: the first that exists is the one. Never empty.
    Known(Vec<Arn>),
    /// It is certain that there is none.
    Missing(Cause),
    /// It can't be simulated.
    NotSimulable(Unknown),
}

/// What a look-up of a role found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RoleLookup {
    /// The role, under its full ARN, and what its trust policy says of Lambda.
    Found(Arn, Trust),
    /// There is no role of this name.
    Missing,
    /// The look-up failed; the reason never decides a verdict.
    Unseen(Failed),
}

/// Asks STS who is calling.
pub(super) async fn caller(sts: &Sts) -> Result<Arn, Failed> {
    let answer = sts
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| understand("sts:GetCallerIdentity", &error))?;
    answer
        .arn()
        .and_then(Arn::parse)
        .ok_or_else(|| Failed {
            kind: Kind::Other,
            unknown: Unknown::new(
                Why::Garbled,
                "sts:GetCallerIdentity gave an answer without a caller",
            ),
            hint: "something between here and AWS answers in its place: check the proxy and the endpoint variables".to_owned(),
        })
}

/// Looks up a role by its name, within `limit`: the look-up stands beside the check, and must not
/// take the time that the check itself needs.
pub(super) async fn role(iam: &Iam, name: &str, limit: Duration) -> RoleLookup {
    let request = iam.get_role().role_name(name).send();
    let Ok(answer) = tokio::time::timeout(limit, request).await else {
        return RoleLookup::Unseen(Failed {
            kind: Kind::Other,
            unknown: Unknown::new(Why::Unreachable, "iam:GetRole did not answer in time"),
            hint: String::new(),
        });
    };
    match answer {
        Ok(answer) => match answer
            .role()
            .and_then(|role| Some((role, Arn::parse(role.arn())?)))
        {
            Some((role, arn)) if Caller::of(&arn) == Caller::Role => RoleLookup::Found(
                arn,
                Trust::of_encoded(role.role_name(), role.assume_role_policy_document()),
            ),
            _ => RoleLookup::Unseen(Failed {
                kind: Kind::Other,
                unknown: Unknown::new(Why::Garbled, "iam:GetRole gave an answer without a role"),
                hint: String::new(),
            }),
        },
        Err(error) => {
            let failed = understand("iam:GetRole", &error);
            match failed.kind {
                Kind::NoSuchEntity => RoleLookup::Missing,
                Kind::Denied | Kind::Throttled | Kind::Other => RoleLookup::Unseen(failed),
            }
        }
    }
}

/// The principal behind a caller, and a note where something could not be looked up.
///
/// The session of a role is resolved to the role: the simulator takes no session, and the
/// session's ARN lacks the role's path
/// ([ARNs of IAM](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html)).
pub(super) async fn principal(
    iam: &Iam,
    arn: &Arn,
    region: &str,
    limit: Duration,
) -> (Principal, Option<String>) {
    match Caller::of(arn) {
        Caller::User | Caller::Group => (Principal::Known(vec![arn.clone()]), None),
        Caller::Role if arn.resource.starts_with(SERVICE_LINKED) => (
            not_simulable(
                "a service-linked role can't be simulated: its permissions are fixed by its service; name another identity with --principal",
            ),
            None,
        ),
        Caller::Role => (Principal::Known(vec![arn.clone()]), None),
        Caller::AssumedRole { role: name, .. } => match role(iam, &name, limit).await {
            RoleLookup::Found(found, _) => (Principal::Known(vec![found]), None),
            RoleLookup::Missing | RoleLookup::Unseen(_) => (
                Principal::Known(guesses(arn, &name, region)),
                Some(format!(
                    "the path of the role {name} could not be looked up (iam:GetRole): it was asked about without one"
                )),
            ),
        },
        Caller::Root => (
            not_simulable(
                "the root user of the account can't be simulated: its own policies do not limit it; name the identity that Remotion runs with, with --principal",
            ),
            None,
        ),
        Caller::Federated => (
            not_simulable(
                "a federated user can't be simulated: its session's policy is not visible; name the IAM user behind it with --principal",
            ),
            None,
        ),
        Caller::Other => (
            not_simulable(&format!(
                "{arn} is no user, group or role; name one with --principal"
            )),
            None,
        ),
    }
}

const SERVICE_LINKED: &str = "role/aws-service-role/";

/// Roles that IAM Identity Center makes are named so, and live under a path of their own
/// ([reserved roles](https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html)).
const SSO_NAME: &str = "AWSReservedSSO_";

/// The ARNs that a role of this name may have, the likeliest first.
fn guesses(arn: &Arn, name: &str, region: &str) -> Vec<Arn> {
    if name.starts_with(SSO_NAME) {
        vec![
            arn.sibling(format!("role/aws-reserved/sso.amazonaws.com/{name}")),
            arn.sibling(format!(
                "role/aws-reserved/sso.amazonaws.com/{region}/{name}"
            )),
        ]
    } else {
        vec![arn.sibling(format!("role/{name}"))]
    }
}

fn not_simulable(detail: &str) -> Principal {
    Principal::NotSimulable(Unknown::new(Why::NotSimulable, detail))
}
