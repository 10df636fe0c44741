//! Why each permission is needed: one catalogue per product, embedded from `policies/reasons/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Product;
use crate::permission::{Activity, Level, ResourceKind, Subject};

/// Why a subject needs a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What breaks without it.
    pub reason: String,
    /// The kind of resource that the permission acts on.
    pub acts_on: ResourceKind,
    /// Google Cloud: where it can be granted. Empty on AWS.
    pub grantable_at: Vec<Level>,
    /// What somebody does with Remotion that needs it.
    pub activities: Vec<Activity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LambdaEntry {
    acts_on: ResourceKind,
    user: Option<Why>,
    role: Option<Why>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    reason: String,
    r#for: Vec<Activity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudRunEntry {
    acts_on: ResourceKind,
    grantable_at: Vec<Level>,
    reason: String,
    r#for: Vec<Activity>,
}

static LAMBDA: LazyLock<BTreeMap<String, LambdaEntry>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../policies/reasons/lambda.json"))
        .unwrap_or_else(|error| unreachable!("policies/reasons/lambda.json: {error}"))
});

static CLOUD_RUN: LazyLock<BTreeMap<String, CloudRunEntry>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../policies/reasons/cloudrun.json"))
        .unwrap_or_else(|error| unreachable!("policies/reasons/cloudrun.json: {error}"))
});

/// The reason of a permission, where the catalogue has it. A test holds the catalogues to the
/// lists, so only a permission that no embedded list knows has none.
#[must_use]
pub fn reason(product: Product, subject: Subject, permission: &str) -> Option<Reason> {
    match product {
        Product::Lambda => {
            let entry = LAMBDA.get(permission)?;
            let why = match subject {
                Subject::User => entry.user.as_ref()?,
                Subject::Role => entry.role.as_ref()?,
                Subject::ServiceAccount => return None,
            };
            Some(Reason {
                reason: why.reason.clone(),
                acts_on: entry.acts_on,
                grantable_at: Vec::new(),
                activities: why.r#for.clone(),
            })
        }
        Product::CloudRun => {
            let entry = CLOUD_RUN.get(permission)?;
            Some(Reason {
                reason: entry.reason.clone(),
                acts_on: entry.acts_on,
                grantable_at: entry.grantable_at.clone(),
                activities: entry.r#for.clone(),
            })
        }
    }
}

/// Every permission that a product's catalogue explains for some subject, sorted.
#[must_use]
pub fn explained(product: Product) -> Vec<(Subject, &'static str)> {
    match product {
        Product::Lambda => LAMBDA
            .iter()
            .flat_map(|(name, entry)| {
                let user = entry
                    .user
                    .is_some()
                    .then_some((Subject::User, name.as_str()));
                let role = entry
                    .role
                    .is_some()
                    .then_some((Subject::Role, name.as_str()));
                user.into_iter().chain(role)
            })
            .collect(),
        Product::CloudRun => CLOUD_RUN
            .keys()
            .map(|name| (Subject::ServiceAccount, name.as_str()))
            .collect(),
    }
}
