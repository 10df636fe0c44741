//! One permission explained: what it allows, why Remotion needs it and since when, where it can
//! be granted, and which predefined roles contain it.

use semver::Version;
use serde::Serialize;

use crate::gcp::catalogue;
use crate::manifest::{Manifest, Partition, Product, lists};
use crate::permission::{Activity, Cloud, Level, Requirement, Subject};

/// What is known about a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The permission as its cloud spells it.
    pub permission: String,
    /// The cloud that it belongs to.
    pub cloud: Cloud,
    /// What it allows, where a catalogue says so.
    pub summary: Option<String>,
    /// What else one should know.
    pub note: Option<String>,
    /// Who needs it for Remotion, and why; empty where nobody does.
    pub needs: Vec<Need>,
    /// Google Cloud: where it can be granted, the project first.
    pub grantable_at: Vec<Level>,
    /// Google Cloud: the predefined roles that contain it, the narrowest first.
    pub predefined_roles: Vec<&'static str>,
}

/// That somebody needs a permission for Remotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The npm package.
    pub package: &'static str,
    /// Who needs it.
    pub subject: Subject,
    /// What breaks without it.
    pub reason: String,
    /// What somebody does with Remotion that needs it.
    pub needed_for: Vec<Activity>,
    /// The resource scopes.
    pub scopes: Vec<String>,
    /// The first known version that asks for it.
    pub since: Version,
    /// The last known version that asks for it, where newer ones do not.
    pub until: Option<Version>,
}

/// Explains a permission that a manifest or the catalogue of Cloud Run knows; `None` for others.
///
/// AWS compares the names of actions without regard to case, Google Cloud does not.
#[must_use]
pub fn explain(permission: &str) -> Option<Explanation> {
    let mut needs = Vec::new();
    let mut found: Option<Requirement> = None;
    for (product, subject) in [
        (Product::Lambda, Subject::User),
        (Product::Lambda, Subject::Role),
        (Product::CloudRun, Subject::ServiceAccount),
    ] {
        if let Some((need, requirement)) = need(product, subject, permission) {
            needs.push(need);
            found = Some(requirement);
        }
    }
    let entry = catalogue::entry(permission);
    let cloud = match &found {
        Some(requirement) if requirement.subject != Subject::ServiceAccount => Cloud::Aws,
        Some(_) => Cloud::Gcp,
        None => {
            entry?;
            Cloud::Gcp
        }
    };
    let name = found
        .as_ref()
        .map_or(permission, |requirement| &requirement.permission)
        .to_owned();
    let grantable_at = match &found {
        Some(requirement) => requirement.grantable_at.clone(),
        None => vec![Level::Project],
    };
    Some(Explanation {
        predefined_roles: match cloud {
            Cloud::Aws => Vec::new(),
            Cloud::Gcp => catalogue::roles_with(&name),
        },
        permission: name,
        cloud,
        summary: entry.map(|entry| entry.summary.clone()),
        note: entry.and_then(|entry| entry.note.clone()),
        needs,
        grantable_at,
    })
}

/// Every permission that can be explained, sorted, each once.
#[must_use]
pub fn known() -> Vec<String> {
    let mut names: Vec<String> = catalogue::permissions().map(ToOwned::to_owned).collect();
    for product in [Product::Lambda, Product::CloudRun] {
        names.extend(
            crate::manifest::explained(product)
                .into_iter()
                .map(|(_, name)| name.to_owned()),
        );
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn need(product: Product, subject: Subject, permission: &str) -> Option<(Need, Requirement)> {
    let mut since = None;
    let mut newest: Option<(Version, Vec<Requirement>)> = None;
    let mut until = None;
    for list in lists(product) {
        let requirements = Manifest::of(product, list.newest())
            .ok()
            .and_then(|manifest| manifest.requirements(subject, Partition::Aws).ok())
            .unwrap_or_default();
        let asked: Vec<Requirement> = requirements
            .into_iter()
            .filter(|requirement| match product {
                Product::Lambda => requirement.permission.eq_ignore_ascii_case(permission),
                Product::CloudRun => requirement.permission == permission,
            })
            .collect();
        if asked.is_empty() {
            until = newest.as_ref().map(|(version, _)| version.clone());
        } else {
            since.get_or_insert_with(|| list.oldest().clone());
            until = None;
            newest = Some((list.newest().clone(), asked));
        }
    }
    let (_, asked) = newest?;
    let first = asked.first()?.clone();
    let need = Need {
        package: product.package(),
        subject,
        reason: first.reason.clone(),
        needed_for: first.activities.clone(),
        scopes: asked.into_iter().map(|one| one.scope).collect(),
        since: since?,
        until,
    };
    Some((need, first))
}
