//! Managed policies, by ARN and by reference, and the texts of policies.

use std::collections::BTreeMap;

use super::View;
use crate::error::Error;
use crate::holder::Content;
use crate::terraform::configuration::{Target, instance};
use crate::terraform::resource::{Field, Mode, Resource};

/// A policy that somebody names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// What reports call it.
    pub(super) name: String,
    pub(super) id: PolicyId,
    pub(super) content: Content,
    /// Terraform marks its text as sensitive.
    pub(super) is_sensitive: bool,
}

/// What tells a managed policy from others, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PolicyId {
    pub(super) arn: Option<String>,
    pub(super) address: Option<String>,
}

impl PolicyId {
    /// Whether both are the same policy, for sure.
    pub(super) fn is(&self, other: &Self) -> bool {
        (self.arn.is_some() && self.arn == other.arn)
            || (self.address.is_some() && self.address == other.address)
    }

    /// Whether anything is known of which it is.
    pub(super) fn is_known(&self) -> bool {
        self.arn.is_some() || self.address.is_some()
    }
}

/// All managed policies of a file.
pub(super) struct ManagedPolicies<'t> {
    all: Vec<&'t Resource>,
    by_arn: BTreeMap<&'t str, Vec<&'t Resource>>,
}

/// The text of a policy in a field.
///
/// # Errors
///
/// The field is no text.
pub(super) fn text(resource: &Resource, field: &str) -> Result<Content, Error> {
    let address = &resource.address;
    Ok(match resource.text(field)? {
        Field::Known(text) => Content::Seen(text.to_owned()),
        Field::Unknown => Content::Unseen(format!("known only after apply: {address}.{field}")),
        Field::Absent if resource.is_sensitive(field) => {
            Content::Unseen(format!("sensitive, and left out: {address}.{field}"))
        }
        Field::Absent => Content::Unseen(format!("not in the file: {address}.{field}")),
    })
}

impl<'t> ManagedPolicies<'t> {
    pub(super) fn of(resources: &'t [Resource]) -> Result<Self, Error> {
        let all: Vec<&Resource> = resources
            .iter()
            .filter(|resource| resource.kind == "aws_iam_policy")
            .collect();
        let mut by_arn: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for resource in &all {
            if let Field::Known(arn) = resource.text("arn")? {
                by_arn.entry(arn).or_default().push(resource);
            }
        }
        Ok(Self { all, by_arn })
    }

    /// Whether Terraform manages a policy with this ARN.
    pub(super) fn is_managed(&self, id: &PolicyId) -> bool {
        let arn = id.arn.as_deref().unwrap_or_default();
        let policies = self.by_arn.get(arn).into_iter().flatten();
        policies.into_iter().any(|one| one.mode == Mode::Managed)
    }

    /// The policy whose ARN stands in an argument; `None` where the argument is not there.
    ///
    /// # Errors
    ///
    /// The argument is no text.
    pub(super) fn named_by(
        &self,
        view: &View<'_>,
        resource: &Resource,
        argument: &str,
    ) -> Result<Option<Found>, Error> {
        Ok(match resource.text(argument)? {
            Field::Known(arn) => Some(self.of_arn(view, arn)?),
            Field::Absent => None,
            Field::Unknown => {
                let target = view.references.target(resource, argument);
                let policy = target.and_then(|target| self.at(&target));
                Some(match policy {
                    Some(policy) => found(view, policy)?,
                    None => Found {
                        name: format!("{}: {}.{argument}", view.file, resource.address),
                        id: PolicyId::default(),
                        content: Content::Unseen(
                            "which policy this is, is known only after apply".to_owned(),
                        ),
                        is_sensitive: false,
                    },
                })
            }
        })
    }

    /// The policy with this ARN.
    pub(super) fn of_arn(&self, view: &View<'_>, arn: &str) -> Result<Found, Error> {
        let candidates = self.by_arn.get(arn).map(Vec::as_slice).unwrap_or_default();
        // What a data source read may be of before the change.
        let managed: Vec<&Resource> = candidates
            .iter()
            .copied()
            .filter(|one| one.mode == Mode::Managed)
            .collect();
        let candidates = if managed.is_empty() {
            candidates.to_vec()
        } else {
            managed
        };
        let mut all = Vec::new();
        for policy in candidates {
            all.push(found(view, policy)?);
        }
        let Some(first) = all.first().cloned() else {
            return Ok(Found {
                name: format!("{}: {arn}", view.file),
                id: PolicyId {
                    arn: Some(arn.to_owned()),
                    address: None,
                },
                content: Content::Unseen(
                    "its text is not in the file; a data source aws_iam_policy would bring it"
                        .to_owned(),
                ),
                is_sensitive: false,
            });
        };
        if all.iter().any(|one| one.content != first.content) {
            return Ok(Found {
                content: Content::Unseen(format!("it stands in the file with {} texts", all.len())),
                ..first
            });
        }
        Ok(first)
    }

    /// The policy that a reference leads to.
    pub(super) fn at(&self, target: &Target) -> Option<&'t Resource> {
        let attribute = target.attribute.as_deref().unwrap_or("arn");
        if target.kind != "aws_iam_policy" || !matches!(attribute, "arn" | "id") {
            return None;
        }
        let mode = if target.is_data {
            Mode::Data
        } else {
            Mode::Managed
        };
        let of_mode = self.all.iter().copied().filter(|one| one.mode == mode);
        instance(of_mode, |policy| policy, target)
    }

    /// The policies whose ARNs stand in an argument, and whether these are all.
    ///
    /// # Errors
    ///
    /// The argument is no list of texts.
    pub(super) fn listed_by(
        &self,
        view: &View<'_>,
        resource: &Resource,
        argument: &str,
    ) -> Result<(Vec<Found>, bool), Error> {
        let texts = resource.texts(argument)?;
        if !texts.is_complete() {
            let targets = view
                .references
                .targets(resource, argument)
                .unwrap_or_default();
            let policies: Vec<&Resource> = targets.iter().filter_map(|one| self.at(one)).collect();
            let is_all = policies.len() == targets.len()
                && texts.known.is_empty()
                && texts.unknown == Some(targets.len());
            if is_all {
                let mut all = Vec::new();
                for policy in policies {
                    all.push(found(view, policy)?);
                }
                return Ok((all, true));
            }
        }
        let mut all = Vec::new();
        for arn in &texts.known {
            all.push(self.of_arn(view, arn)?);
        }
        Ok((all, texts.is_complete()))
    }
}

fn found(view: &View<'_>, policy: &Resource) -> Result<Found, Error> {
    let arn = match policy.text("arn")? {
        Field::Known(arn) => Some(arn.to_owned()),
        Field::Absent | Field::Unknown => None,
    };
    Ok(Found {
        name: format!("{}: {}.policy", view.file, policy.address),
        id: PolicyId {
            arn,
            address: Some(policy.address.clone()),
        },
        content: text(policy, "policy")?,
        is_sensitive: policy.is_sensitive("policy"),
    })
}
