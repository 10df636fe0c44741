//! What Google's permissions allow, and which predefined roles contain them, embedded from
//! `policies/gcp/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A permission of the Cloud Run catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it allows.
    pub summary: String,
    /// What else one should know.
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(rename = "source")]
    _source: String,
    permissions: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    source: String,
    kept: String,
    roles: BTreeMap<String, Vec<String>>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../policies/gcp/run_catalogue.json"))
        .unwrap_or_else(|error| unreachable!("policies/gcp/run_catalogue.json: {error}"))
});

static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../policies/gcp/predefined_roles.json"))
        .unwrap_or_else(|error| unreachable!("policies/gcp/predefined_roles.json: {error}"))
});

/// Every permission of the catalogue, sorted.
pub fn permissions() -> impl Iterator<Item = &'static str> {
    CATALOGUE.permissions.keys().map(String::as_str)
}

/// What the catalogue says about a permission.
#[must_use]
pub fn entry(permission: &str) -> Option<&'static Entry> {
    CATALOGUE.permissions.get(permission)
}

/// The predefined roles that contain a permission, those that hold the least of what matters here
/// first. The roles that Google's own agents use are left out: nobody should be given them.
#[must_use]
pub fn roles_with(permission: &str) -> Vec<&'static str> {
    let mut roles: Vec<(&str, usize)> = ROLES
        .roles
        .iter()
        .filter(|(name, held)| {
            !name.to_ascii_lowercase().ends_with("serviceagent")
                && held.iter().any(|one| one == permission)
        })
        .map(|(name, held)| (name.as_str(), held.len()))
        .collect();
    roles.sort_unstable_by_key(|(name, size)| (*size, *name));
    roles.into_iter().map(|(name, _)| name).collect()
}

/// A predefined role, as far as its permissions are kept here.
///
/// `None` for a role that is not known; for the permissions, see [`is_kept`].
#[must_use]
pub fn role(name: &str) -> Option<&'static [String]> {
    ROLES.roles.get(name).map(Vec::as_slice)
}

/// Whether the predefined roles here tell of this permission. Of any other they say nothing.
#[must_use]
pub fn is_kept(permission: &str) -> bool {
    ROLES
        .kept
        .split_once(" begin with ")
        .is_some_and(|(_, prefixes)| {
            prefixes
                .split(", ")
                .any(|prefix| !prefix.is_empty() && permission.starts_with(prefix))
        })
}

/// The day of the predefined roles, such as `2026-08-22`.
#[must_use]
pub fn roles_of_day() -> &'static str {
    ROLES
        .source
        .split_once("snapshot of ")
        .and_then(|(_, rest)| rest.split(',').next())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ROLES, is_kept, role, roles_of_day};

    #[test]
    fn what_is_kept_is_what_the_roles_hold() {
        for permission in ROLES.roles.values().flatten() {
            assert!(is_kept(permission), "{permission}");
        }
        assert!(!is_kept("bigquery.jobs.create"));
        assert!(!is_kept("storage.folders.create"));
    }

    #[test]
    fn the_day_is_a_date() {
        let day = roles_of_day();
        assert!(
            day.len() == 10 && day.starts_with("20") && day.matches('-').count() == 2,
            "{day:?}"
        );
    }

    #[test]
    fn a_role_that_is_not_listed_is_not_known() {
        assert!(role("roles/run.admin").is_some_and(|held| !held.is_empty()));
        assert_eq!(role("roles/run.Admin"), None);
    }
}
