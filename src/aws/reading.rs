//! Reads the policies of a user or role with IAM's own calls, for where the simulator is refused
//! ([the calls](https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html)).
//!
//! First everything that is attached is listed, then each text is fetched, a managed policy once.
//! Whatever is refused or fails on the way is attached and unseen.

mod calls;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use aws_sdk_iam::Client as Iam;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::calls::{Described, Owner};
use super::arn::{Arn, Caller, known_of};
use super::failure::Failed;
use crate::holder::{Attached, Content, Holder, HolderKind};
use crate::text::percent_decoded;

/// What a caller has to be allowed for its own policies, or another's, to be read.
pub(crate) const CALLS: &str = "iam:GetUser, iam:GetRole, iam:ListUserPolicies, iam:GetUserPolicy, iam:ListAttachedUserPolicies, iam:ListGroupsForUser, iam:ListGroupPolicies, iam:GetGroupPolicy, iam:ListAttachedGroupPolicies, iam:ListRolePolicies, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:GetPolicy and iam:GetPolicyVersion";

/// Calls for texts in flight at once.
const PARALLEL: usize = 16;

/// A policy whose text is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    Inline(Owner, String),
    Managed(String),
}

impl Text {
    fn name(&self) -> String {
        match self {
            Self::Inline(owner, policy) => format!("{owner}, inline policy {policy}"),
            Self::Managed(arn) => arn.clone(),
        }
    }
}

/// Something that is attached: its text can be fetched, or it is already known that it can't be.
enum Part {
    Text(Text),
    Unseen(Attached),
}

/// What is attached to somebody.
struct Listed {
    policies: Vec<Part>,
    /// Whether any list could be read.
    is_useful: bool,
}

/// Reads what counts for a user or role; `arns` are those that it may have, and `account` is that
/// of the caller, whose names the calls mean. `None` where nothing could be read: then there is
/// nothing to judge.
pub(super) async fn read(
    iam: &Iam,
    arns: &[Arn],
    account: Option<&str>,
    deadline: Instant,
) -> Option<Holder> {
    let first = arns.first()?;
    let (kind, owner) = match Caller::of(first) {
        Caller::User => (HolderKind::User, Owner::User(first.name().to_owned())),
        Caller::Role => (HolderKind::Role, Owner::Role(first.name().to_owned())),
        _ => return None,
    };
    let (described, listed) = tokio::join!(
        calls::describe(iam, &owner, deadline),
        list(iam, &owner, deadline)
    );
    let arn = match &described {
        // The calls take names: another path or another account would be somebody else.
        Ok(described) => arns.iter().find(|arn| **arn == described.arn)?,
        Err(_) if account == Some(first.account.as_str()) => first,
        Err(_) => return None,
    };
    if !listed.is_useful {
        return None;
    }
    let boundary = boundary(&described);
    let context = context(arn, described.ok());
    let mut texts: Vec<Text> = Vec::new();
    for part in listed.policies.iter().chain(&boundary) {
        if let Part::Text(text) = part
            && !texts.contains(text)
        {
            texts.push(text.clone());
        }
    }
    let contents = fetch(iam, texts, deadline).await;
    let attached = |part: Part| match part {
        Part::Unseen(attached) => attached,
        Part::Text(text) => Attached {
            name: text.name(),
            content: contents
                .get(&text)
                .cloned()
                .unwrap_or_else(|| Content::Unseen("it was not read".to_owned())),
        },
    };
    Some(Holder {
        kind,
        name: arn.to_string(),
        account: Some(arn.account.clone()),
        policies: listed.policies.into_iter().map(attached).collect(),
        boundary: boundary.map(attached),
        trust: None,
        context,
    })
}

fn boundary(described: &Result<Described, Failed>) -> Option<Part> {
    match described {
        Ok(described) => described
            .boundary
            .clone()
            .map(|arn| Part::Text(Text::Managed(arn))),
        // There may be one.
        Err(failed) => Some(unseen("the permissions boundary", failed)),
    }
}

fn context(arn: &Arn, described: Option<Described>) -> Vec<crate::plan::ContextEntry> {
    let mut context = known_of(arn);
    context.extend(
        described
            .into_iter()
            .flat_map(|described| described.context),
    );
    context
}

fn unseen(what: &str, failed: &Failed) -> Part {
    Part::Unseen(Attached {
        name: what.to_owned(),
        content: Content::Unseen(failed.unknown.detail.clone()),
    })
}

/// Lists what is attached to a user with its groups, or to a role.
async fn list(iam: &Iam, owner: &Owner, deadline: Instant) -> Listed {
    let (mut listed, groups) = tokio::join!(own(iam, owner, deadline), async {
        match owner {
            Owner::User(name) => calls::groups(iam, name, deadline).await,
            Owner::Role(_) | Owner::Group(_) => Ok(Vec::new()),
        }
    });
    match groups {
        Err(failed) => listed
            .policies
            .push(unseen(&format!("the groups of the {owner}"), &failed)),
        Ok(groups) => {
            let lists = groups.into_iter().map(|name| {
                let iam = iam.clone();
                async move { own(&iam, &Owner::Group(name), deadline).await }
            });
            for of_group in in_parallel(lists).await {
                match of_group {
                    Some(of_group) => listed.policies.extend(of_group.policies),
                    None => listed.policies.push(Part::Unseen(Attached {
                        name: format!("the policies of a group of the {owner}"),
                        content: Content::Unseen("they were not read".to_owned()),
                    })),
                }
            }
        }
    }
    listed
}

/// Lists what is attached to somebody directly.
async fn own(iam: &Iam, owner: &Owner, deadline: Instant) -> Listed {
    let (inline, managed) = tokio::join!(
        calls::inline_names(iam, owner, deadline),
        calls::attached(iam, owner, deadline)
    );
    let is_useful = inline.is_ok() || managed.is_ok();
    let mut policies = Vec::new();
    match inline {
        Ok(names) => policies.extend(
            names
                .into_iter()
                .map(|name| Part::Text(Text::Inline(owner.clone(), name))),
        ),
        Err(failed) => policies.push(unseen(
            &format!("the inline policies of the {owner}"),
            &failed,
        )),
    }
    match managed {
        Ok(arns) => policies.extend(arns.into_iter().map(|arn| Part::Text(Text::Managed(arn)))),
        Err(failed) => policies.push(unseen(
            &format!("the managed policies of the {owner}"),
            &failed,
        )),
    }
    Listed {
        policies,
        is_useful,
    }
}

/// Fetches texts, in parallel.
async fn fetch(iam: &Iam, texts: Vec<Text>, deadline: Instant) -> BTreeMap<Text, Content> {
    let fetches = texts.into_iter().map(|text| {
        let iam = iam.clone();
        async move {
            let encoded = match &text {
                Text::Inline(owner, policy) => calls::inline(&iam, owner, policy, deadline).await,
                Text::Managed(arn) => calls::managed(&iam, arn, deadline).await,
            };
            let content = match encoded {
                Ok(encoded) => percent_decoded(&encoded).map_or_else(
                    || Content::Unseen("its text could not be decoded".to_owned()),
                    Content::Seen,
                ),
                Err(failed) => Content::Unseen(failed.unknown.detail),
            };
            (text, content)
        }
    });
    in_parallel(fetches).await.into_iter().flatten().collect()
}

/// Runs all of them, so many at once, and gives the results in their order; `None` for one that
/// did not end.
async fn in_parallel<T, F>(all: impl Iterator<Item = F>) -> Vec<Option<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(PARALLEL));
    let mut running = JoinSet::new();
    let mut results: Vec<Option<T>> = Vec::new();
    for (index, one) in all.enumerate() {
        results.push(None);
        let permits = Arc::clone(&permits);
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            (index, one.await)
        });
    }
    while let Some(finished) = running.join_next().await {
        if let Ok((index, result)) = finished
            && let Some(place) = results.get_mut(index)
        {
            *place = Some(result);
        }
    }
    results
}
