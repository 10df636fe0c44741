//! Which permissions exist, which roles hold them, and where each can be tested.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::policy::Resource;

/// The predefined roles, as the repository carries them.
const PREDEFINED: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/policies/gcp/predefined_roles.json"
));

/// Permissions of predefined roles that the file leaves out and a method of this server asks for.
const BESIDE: [(&str, &[&str]); 4] = [
    ("roles/owner", ROLE_ADMINISTRATION),
    ("roles/editor", &["iam.roles.get", "iam.roles.list"]),
    ("roles/iam.roleAdmin", ROLE_ADMINISTRATION),
    (
        "roles/iam.denyAdmin",
        &[
            "iam.denypolicies.create",
            "iam.denypolicies.get",
            "iam.denypolicies.list",
        ],
    ),
];

const ROLE_ADMINISTRATION: &[&str] = &[
    "iam.roles.create",
    "iam.roles.delete",
    "iam.roles.get",
    "iam.roles.list",
    "iam.roles.update",
];

/// Permissions that exist and are asked of an organization, never of a project.
const ABOVE_PROJECTS: [&str; 2] = [
    "resourcemanager.projects.create",
    "resourcemanager.projects.list",
];

struct Catalogue {
    roles: BTreeMap<String, BTreeSet<String>>,
    known: BTreeSet<String>,
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let file: serde_json::Value = serde_json::from_str(PREDEFINED).expect("the file is JSON");
        let listed = file.get("roles").cloned().expect("the file has roles");
        let mut roles: BTreeMap<String, BTreeSet<String>> =
            serde_json::from_value(listed).expect("roles are lists of permissions");
        for (role, permissions) in BESIDE {
            let held = roles.entry(role.to_owned()).or_default();
            held.extend(permissions.iter().map(ToString::to_string));
        }
        let known = roles.values().flatten().cloned().collect();
        Catalogue { roles, known }
    })
}

/// The permissions of a predefined role; none for an unknown one.
pub(super) fn predefined(role: &str) -> Option<&'static BTreeSet<String>> {
    catalogue().roles.get(role)
}

/// Whether a custom role may hold it.
pub(super) fn exists(permission: &str) -> bool {
    catalogue().known.contains(permission) || ABOVE_PROJECTS.contains(&permission)
}

/// All permissions that can be tested on this kind of resource.
pub(super) fn all_testable(resource: &Resource) -> impl Iterator<Item = &'static String> {
    catalogue()
        .known
        .iter()
        .filter(|permission| testable(permission, resource))
}

/// Whether it can be tested on this kind of resource.
///
/// For buckets the list is in the reference of `TestIamPermissionsResponse` of the storage API:
/// <https://cloud.google.com/storage/docs/json_api/v1/buckets/testIamPermissions>.
pub(super) fn testable(permission: &str, resource: &Resource) -> bool {
    if !catalogue().known.contains(permission) {
        return false;
    }
    let (family, verb) = permission.rsplit_once('.').unwrap_or((permission, ""));
    match resource {
        Resource::Project(_) => true,
        Resource::ServiceAccount { .. } => {
            family == "iam.serviceAccounts" && !matches!(verb, "create" | "list")
        }
        Resource::Service { .. } => {
            permission == "run.routes.invoke"
                || family == "run.services" && !matches!(verb, "create" | "list")
        }
        Resource::Bucket { .. } => {
            matches!(
                family,
                "storage.buckets" | "storage.objects" | "storage.managedFolders"
            )
        }
    }
}
