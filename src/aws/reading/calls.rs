//! The single calls, all of their pages, each within the time that there is.

use std::fmt;
use std::future::Future;

use aws_sdk_iam::Client as Iam;
use aws_sdk_iam::types::AttachedPolicy;
use tokio::time::Instant;

use crate::aws::arn::Arn;
use crate::aws::failure::{Failed, Kind, understand};
use crate::aws::patience;
use crate::plan::{ContextEntry, ContextKind};
use crate::verdict::{Unknown, Why};

/// No list is spread over more pages than this.
const MOST_PAGES: usize = 50;

/// Who has policies, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    User(String),
    Role(String),
    Group(String),
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(formatter, "user {name}"),
            Self::Role(name) => write!(formatter, "role {name}"),
            Self::Group(name) => write!(formatter, "group {name}"),
        }
    }
}

/// A user or role, as IAM describes it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) arn: Arn,
    /// The ARN of its permissions boundary.
    pub(super) boundary: Option<String>,
    /// What is known of the requests of a user beside what follows from its ARN.
    pub(super) context: Vec<ContextEntry>,
}

/// One page of a list.
struct Page<T> {
    items: Vec<T>,
    is_truncated: bool,
    marker: Option<String>,
}

/// One call, repeated while it is throttled, within the time that there is.
async fn call<T, F>(
    iam: &Iam,
    operation: &str,
    deadline: Instant,
    send: impl Fn() -> F,
) -> Result<T, Failed>
where
    F: Future<Output = Result<T, Failed>>,
{
    let patient = patience::with(patience::is_wanted(iam), deadline, send);
    tokio::time::timeout_at(deadline, patient)
        .await
        .unwrap_or_else(|_| {
            Err(failed(
                Why::Unreachable,
                format!("{operation} did not answer in time"),
            ))
        })
}

fn failed(why: Why, detail: String) -> Failed {
    Failed {
        kind: Kind::Other,
        unknown: Unknown::new(why, detail),
        hint: "try again, or allow more time with --timeout".to_owned(),
    }
}

fn garbled(operation: &str, what: &str) -> Failed {
    failed(
        Why::Garbled,
        format!("the answer of {operation} is cut: {what}"),
    )
}

/// All pages of a list. Half a list is none: a policy of the other half may deny.
async fn pages<T, F>(
    iam: &Iam,
    operation: &str,
    deadline: Instant,
    send: impl Fn(Option<String>) -> F,
) -> Result<Vec<T>, Failed>
where
    F: Future<Output = Result<Page<T>, Failed>>,
{
    let mut all = Vec::new();
    let mut marker: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..MOST_PAGES {
        let page = call(iam, operation, deadline, || send(marker.clone())).await?;
        all.extend(page.items);
        if !page.is_truncated {
            return Ok(all);
        }
        match page.marker {
            Some(next) if !next.is_empty() && !seen.contains(&next) => {
                seen.push(next.clone());
                marker = Some(next);
            }
            _ => return Err(garbled(operation, "it has no way to the next page")),
        }
    }
    Err(garbled(operation, "its pages do not end"))
}

/// `GetUser`, `GetRole`.
pub(super) async fn describe(
    iam: &Iam,
    owner: &Owner,
    deadline: Instant,
) -> Result<Described, Failed> {
    let (operation, found) = match owner {
        Owner::User(name) => {
            let operation = "iam:GetUser";
            let send = || async {
                let answer = iam.get_user().user_name(name).send().await;
                answer.map_err(|error| understand(operation, &error))
            };
            let answer = call(iam, operation, deadline, send).await?;
            let described = answer.user().and_then(|user| {
                let text = |key: String, value: &str| ContextEntry {
                    key,
                    kind: ContextKind::String,
                    values: vec![value.to_owned()],
                };
                let mut context = vec![text("aws:userid".to_owned(), user.user_id())];
                for tag in user.tags() {
                    context.push(text(format!("aws:PrincipalTag/{}", tag.key()), tag.value()));
                }
                Some(Described {
                    arn: Arn::parse(user.arn())?,
                    boundary: boundary(user.permissions_boundary())?,
                    context,
                })
            });
            (operation, described)
        }
        Owner::Role(name) | Owner::Group(name) => {
            let operation = "iam:GetRole";
            let send = || async {
                let answer = iam.get_role().role_name(name).send().await;
                answer.map_err(|error| understand(operation, &error))
            };
            let answer = call(iam, operation, deadline, send).await?;
            let described = answer.role().and_then(|role| {
                Some(Described {
                    arn: Arn::parse(role.arn())?,
                    boundary: boundary(role.permissions_boundary())?,
                    context: Vec::new(),
                })
            });
            (operation, described)
        }
    };
    found.ok_or_else(|| garbled(operation, "what was asked for is not in it"))
}

/// The boundary's ARN, where there is a boundary; `None` for one without.
fn boundary(
    attached: Option<&aws_sdk_iam::types::AttachedPermissionsBoundary>,
) -> Option<Option<String>> {
    match attached {
        None => Some(None),
        Some(attached) => Some(Some(attached.permissions_boundary_arn()?.to_owned())),
    }
}

/// Sends the request for one page and reads it: the SDK's answers have no type in common.
macro_rules! page {
    ($operation:expr, $call:expr, |$answer:ident| $items:expr) => {{
        let answer = $call.send().await;
        let $answer = answer.map_err(|error| understand($operation, &error))?;
        Ok(Page {
            items: $items,
            is_truncated: $answer.is_truncated(),
            marker: $answer.marker().map(str::to_owned),
        })
    }};
}

/// The names of the groups that a user is in.
pub(super) async fn groups(
    iam: &Iam,
    user: &str,
    deadline: Instant,
) -> Result<Vec<String>, Failed> {
    let operation = "iam:ListGroupsForUser";
    pages(iam, operation, deadline, |at| async move {
        let call = iam.list_groups_for_user().user_name(user).set_marker(at);
        page!(operation, call, |answer| answer
            .groups()
            .iter()
            .map(|group| group.group_name().to_owned())
            .collect())
    })
    .await
}

/// The names of inline policies.
pub(super) async fn inline_names(
    iam: &Iam,
    owner: &Owner,
    deadline: Instant,
) -> Result<Vec<String>, Failed> {
    let operation = match owner {
        Owner::User(_) => "iam:ListUserPolicies",
        Owner::Role(_) => "iam:ListRolePolicies",
        Owner::Group(_) => "iam:ListGroupPolicies",
    };
    pages(iam, operation, deadline, |at| async move {
        match owner {
            Owner::User(name) => {
                let call = iam.list_user_policies().user_name(name).set_marker(at);
                page!(operation, call, |answer| answer.policy_names().to_vec())
            }
            Owner::Role(name) => {
                let call = iam.list_role_policies().role_name(name).set_marker(at);
                page!(operation, call, |answer| answer.policy_names().to_vec())
            }
            Owner::Group(name) => {
                let call = iam.list_group_policies().group_name(name).set_marker(at);
                page!(operation, call, |answer| answer.policy_names().to_vec())
            }
        }
    })
    .await
}

/// The ARNs of attached managed policies.
pub(super) async fn attached(
    iam: &Iam,
    owner: &Owner,
    deadline: Instant,
) -> Result<Vec<String>, Failed> {
    let operation = match owner {
        Owner::User(_) => "iam:ListAttachedUserPolicies",
        Owner::Role(_) => "iam:ListAttachedRolePolicies",
        Owner::Group(_) => "iam:ListAttachedGroupPolicies",
    };
    let arns = |policies: &[AttachedPolicy]| -> Result<Vec<String>, Failed> {
        let arns = policies
            .iter()
            .map(|policy| policy.policy_arn().map(str::to_owned));
        arns.collect::<Option<_>>()
            .ok_or_else(|| garbled(operation, "a policy in it has no ARN"))
    };
    pages(iam, operation, deadline, |at| async move {
        match owner {
            Owner::User(name) => {
                let call = iam.list_attached_user_policies().user_name(name);
                let call = call.set_marker(at);
                page!(operation, call, |answer| arns(answer.attached_policies())?)
            }
            Owner::Role(name) => {
                let call = iam.list_attached_role_policies().role_name(name);
                let call = call.set_marker(at);
                page!(operation, call, |answer| arns(answer.attached_policies())?)
            }
            Owner::Group(name) => {
                let call = iam.list_attached_group_policies().group_name(name);
                let call = call.set_marker(at);
                page!(operation, call, |answer| arns(answer.attached_policies())?)
            }
        }
    })
    .await
}

/// The text of an inline policy, as the service sends it.
pub(super) async fn inline(
    iam: &Iam,
    owner: &Owner,
    policy: &str,
    deadline: Instant,
) -> Result<String, Failed> {
    let operation = match owner {
        Owner::User(_) => "iam:GetUserPolicy",
        Owner::Role(_) => "iam:GetRolePolicy",
        Owner::Group(_) => "iam:GetGroupPolicy",
    };
    let send = || async {
        Ok(match owner {
            Owner::User(name) => {
                let call = iam.get_user_policy().user_name(name).policy_name(policy);
                let answer = call.send().await;
                let answer = answer.map_err(|error| understand(operation, &error))?;
                answer.policy_document().to_owned()
            }
            Owner::Role(name) => {
                let call = iam.get_role_policy().role_name(name).policy_name(policy);
                let answer = call.send().await;
                let answer = answer.map_err(|error| understand(operation, &error))?;
                answer.policy_document().to_owned()
            }
            Owner::Group(name) => {
                let call = iam.get_group_policy().group_name(name).policy_name(policy);
                let answer = call.send().await;
                let answer = answer.map_err(|error| understand(operation, &error))?;
                answer.policy_document().to_owned()
            }
        })
    };
    call(iam, operation, deadline, send).await
}

/// The text of the default version of a managed policy, as the service sends it.
pub(super) async fn managed(iam: &Iam, arn: &str, deadline: Instant) -> Result<String, Failed> {
    let operation = "iam:GetPolicy";
    let send = || async {
        let answer = iam.get_policy().policy_arn(arn).send().await;
        answer.map_err(|error| understand(operation, &error))
    };
    let answer = call(iam, operation, deadline, send).await?;
    let version = answer
        .policy()
        .and_then(|policy| policy.default_version_id());
    let version = version.ok_or_else(|| garbled(operation, "its default version is not in it"))?;
    let operation = "iam:GetPolicyVersion";
    let send = || async {
        let call = iam.get_policy_version().policy_arn(arn);
        let answer = call.version_id(version).send().await;
        answer.map_err(|error| understand(operation, &error))
    };
    let answer = call(iam, operation, deadline, send).await?;
    let version = answer.policy_version();
    version
        .and_then(|version| version.document())
        .map(str::to_owned)
        .ok_or_else(|| garbled(operation, "the document is not in it"))
}
