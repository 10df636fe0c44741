//! The smallest policy that mends what is missing, and how to attach it.

use crate::aws::arn::{Arn, Caller};
use crate::manifest::Policy;
use crate::permission::Subject;
use crate::report::{Finding, FindingKind, Report};
use crate::text::matches_pattern;
use crate::verdict::{Cause, Verdict};

/// A policy that mends what more permissions can mend, and what a person does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Just the missing permissions on their scopes; `None` where none would help.
    pub policy: Option<Policy>,
    /// How to attach it, and what it does not mend: sentences for people.
    pub advice: Vec<String>,
}

/// IAM's size limits for all inline policies of a user, role or group together, in characters
/// without white space
/// ([quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)).
const fn inline_limit(caller: &Caller) -> usize {
    match caller {
        Caller::User => 2048,
        Caller::Group => 5120,
        _ => 10_240,
    }
}

/// The fix for one subject of a report on AWS.
#[must_use]
pub fn of(report: &Report, subject: Subject) -> Fix {
    let findings: Vec<&Finding> = report
        .audits
        .iter()
        .flat_map(|audit| audit.of_subject(subject))
        .collect();
    let mut grants: Vec<(&str, Vec<String>)> = Vec::new();
    let mut advice = Vec::new();
    for finding in &findings {
        let Verdict::Fail(cause) = &finding.verdict else {
            continue;
        };
        if finding.kind == FindingKind::Permission && cause.is_mended_by_allowing() {
            grants.push((&finding.permission, resource(finding)));
        } else {
            let line = unmended(finding, cause);
            if !advice.contains(&line) {
                advice.push(line);
            }
        }
    }
    let unknown = findings
        .iter()
        .filter(|finding| matches!(finding.verdict, Verdict::Unknown(_)))
        .count();
    if unknown > 0 {
        advice.push(format!(
            "{unknown} permissions could not be determined: the policy leaves them out"
        ));
    }
    let Some(policy) = Policy::granting("RemotionMissing", grants) else {
        return Fix {
            policy: None,
            advice,
        };
    };
    let principal = report
        .audits
        .iter()
        .flat_map(|audit| &audit.tested.principals)
        .find(|(of, _)| *of == subject)
        .and_then(|(_, name)| Arn::parse(name));
    if let Some(arn) = principal {
        advice.extend(attach(&policy, &arn));
    }
    Fix {
        policy: Some(policy),
        advice,
    }
}

/// Remotion's scope, or the resources that were named in its place and lie outside of it.
fn resource(finding: &Finding) -> Vec<String> {
    let outside = |resource: &String| !matches_pattern(&finding.scope, resource);
    if finding.exact.iter().any(outside) {
        finding.exact.clone()
    } else {
        vec![finding.scope.clone()]
    }
}

fn unmended(finding: &Finding, cause: &Cause) -> String {
    match cause {
        Cause::NoSuchPrincipal { principal } => format!("{principal} does not exist: create it"),
        _ => format!(
            "{} is not mended by allowing it ({cause}): {}",
            finding.permission,
            cause.remedy()
        ),
    }
}

/// How the policy gets to its principal, without overwriting one that is there.
fn attach(policy: &Policy, arn: &Arn) -> Vec<String> {
    let caller = Caller::of(arn);
    let name = arn.name();
    let text = serde_json::to_string(policy).unwrap_or_default();
    // The same additions have the same name, and any others another one.
    let policy_name = format!("remotion-additions-{:08x}", checksum(&text));
    let command = |verb: &str, flag: &str| {
        format!(
            "attach it: aws iam {verb} --{flag} {name} --policy-name {policy_name} --policy-document file://FILE"
        )
    };
    let mut advice = match caller {
        Caller::User => vec![command("put-user-policy", "user-name")],
        Caller::Group => vec![command("put-group-policy", "group-name")],
        Caller::Role => match sso_permission_set(name) {
            Some(set) => vec![format!(
                "the role belongs to IAM Identity Center: add the policy to the inline policy of the permission set {set} there"
            )],
            None => vec![command("put-role-policy", "role-name")],
        },
        _ => Vec::new(),
    };
    let size = text.chars().filter(|one| !one.is_whitespace()).count();
    let limit = inline_limit(&caller);
    if size.saturating_mul(4) > limit {
        advice.push(format!(
            "it has {size} characters, and all inline policies of {name} together may have {limit}: if IAM refuses it, make it a managed policy and attach that"
        ));
    }
    advice
}

/// The permission set in the name of a role of IAM Identity Center: the part between the prefix
/// and the last underscore.
fn sso_permission_set(role: &str) -> Option<&str> {
    let rest = role.strip_prefix("AWSReservedSSO_")?;
    Some(rest.rsplit_once('_').map_or(rest, |(set, _)| set))
}

/// FNV-1a, 32 bits: names must differ where contents do, nothing more
/// ([description](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv)).
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
