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
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "kept")]
    _kept: String,
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
