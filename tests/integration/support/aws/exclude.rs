//! `PolicyExclusionList`: which policies the simulator leaves out.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html>

use super::decide::Layers;
use super::entity::Entity;
use super::policy::wildcard;
use super::simulate::invalid;
use super::state::State;
use super::wire::{Parameters, ServiceError, validation};

/// One entry of the list.
pub(super) enum Exclusion {
    Type(String),
    Arn(String),
    Inline {
        name: String,
        kind: String,
        of: String,
    },
}

const TYPES: [&str; 6] = [
    "aws-managed",
    "inline",
    "permission-boundary",
    "rcp",
    "scp",
    "user-managed",
];

impl Exclusion {
    /// Reads the list; it is a union, so each entry has exactly one of its three forms.
    pub(super) fn read(parameters: &Parameters) -> Result<Vec<Self>, ServiceError> {
        let list = "PolicyExclusionList";
        let malformed = |what: &str| {
            let message = format!("{list} can't be read: {what}");
            ServiceError::new(400, "MalformedInput", message)
        };
        if let Some(stray) = parameters
            .names()
            .find(|name| name.starts_with(list) && !name.starts_with("PolicyExclusionList.member."))
        {
            return Err(malformed(stray));
        }
        let mut exclusions = Vec::new();
        for member in parameters.members(list) {
            let inline = |field: &str| member.get(&format!("InlinePolicyIdentifier.{field}"));
            let names: Vec<&str> = member.names().collect();
            exclusions.push(match names.as_slice() {
                ["PolicyType"] => {
                    let kind = member.required("PolicyType")?;
                    if !TYPES.contains(&kind) {
                        return Err(validation(&format!(
                            "Value '{kind}' at 'policyExclusionList.1.member.policyType' failed to \
                             satisfy constraint: Member must satisfy enum value set: [{}]",
                            TYPES.join(", ")
                        )));
                    }
                    Self::Type(kind.to_owned())
                }
                ["PolicyArn"] => {
                    let arn = member.required("PolicyArn")?;
                    let head = arn.split('/').next().unwrap_or_default();
                    if !arn.starts_with("arn:")
                        || head.contains(['*', '?'])
                        || arn.matches('*').count() > 1
                    {
                        return Err(invalid(&format!("Invalid Policy Arn: {arn}")));
                    }
                    Self::Arn(arn.to_owned())
                }
                [_, _, _] => {
                    let parts = (
                        inline("PolicyName"),
                        inline("AttachmentType"),
                        inline("AttachmentName"),
                    );
                    let (Some(name), Some(kind), Some(of)) = parts else {
                        return Err(malformed("an inline policy has a name and its entity"));
                    };
                    Self::Inline {
                        name: name.to_owned(),
                        kind: kind.to_owned(),
                        of: of.to_owned(),
                    }
                }
                other => return Err(malformed(&other.join(", "))),
            });
        }
        Ok(exclusions)
    }

    /// Takes the policies out.
    pub(super) fn apply(&self, state: &State, entity: &Entity, layers: &mut Layers<'_>) {
        match self {
            Self::Type(kind) => match kind.as_str() {
                "scp" => layers.organization = None,
                "permission-boundary" => layers.boundary = None,
                "inline" => layers
                    .identity
                    .retain(|one| one.source.ends_with("-managed")),
                // Resource control policies are not simulated.
                "rcp" => {}
                managed => layers.identity.retain(|one| one.source != managed),
            },
            Self::Arn(pattern) => {
                layers.identity.retain(|one| {
                    !one.source.ends_with("-managed")
                        || !state
                            .policy(&one.id)
                            .is_some_and(|(arn, _)| wildcard(pattern, arn))
                });
                let boundary = entity.boundary.as_ref().and_then(|one| state.policy(one));
                if boundary.is_some_and(|(arn, _)| wildcard(pattern, arn)) {
                    layers.boundary = None;
                }
            }
            Self::Inline { name, kind, of } => {
                let pattern = format!("{kind}_{of}_{name}");
                layers
                    .identity
                    .retain(|one| one.source.ends_with("-managed") || !wildcard(&pattern, &one.id));
            }
        }
    }
}
