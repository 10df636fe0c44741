//! What a role holds: by its definition, where one was given, else by the predefined roles that
//! this program carries.

use super::truth::Truth;
use super::{RoleDefinition, RoleState, Seen};
use crate::gcp::catalogue;
use crate::text::one_line;

/// What stands in front of a hash in the name of a role whose condition is not shown
/// ([troubleshooting](https://cloud.google.com/iam/docs/troubleshooting-withcond)).
const HIDDEN_CONDITION: &str = "_withcond_";

/// The role itself, and whether its name tells of a condition that is not shown: allow policies of
/// version 1 leave it out.
pub(super) fn unmasked(name: &str) -> (&str, bool) {
    match name.rsplit_once(HIDDEN_CONDITION) {
        Some((role, hash)) if !role.is_empty() && !hash.is_empty() => (role, true),
        _ => (name, false),
    }
}

/// Whether a role holds a permission. A definition that was given counts before what this program
/// carries, which is of a certain day.
pub(super) fn holds(definitions: &[RoleDefinition], role: &str, permission: &str) -> Truth {
    if let Some(definition) = definitions.iter().find(|one| one.name == role) {
        return by_definition(definition, permission);
    }
    if !role.starts_with("roles/") {
        return Truth::open(format!(
            "what the custom role {} holds was not given: add --role-definition with the output of gcloud iam roles describe",
            one_line(role)
        ));
    }
    match catalogue::role(role) {
        None => Truth::open(format!(
            "the role {} is not among the predefined roles known here: add --role-definition with the output of gcloud iam roles describe",
            one_line(role)
        )),
        // A role can be trusted to hold what is listed, and to lack only what would be listed.
        Some(held) if held.iter().any(|one| one == permission) => Truth::Yes,
        Some(_) if catalogue::is_kept(permission) => Truth::No,
        Some(_) => Truth::open(format!(
            "whether the predefined role {role} holds {permission} is not known here: add --role-definition with the output of gcloud iam roles describe {role}"
        )),
    }
}

fn by_definition(definition: &RoleDefinition, permission: &str) -> Truth {
    match definition.state {
        // Their bindings stay and grant nothing
        // (https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/delete,
        // https://cloud.google.com/iam/docs/reference/rest/v1/RoleLaunchStage).
        RoleState::Deleted | RoleState::Disabled => return Truth::No,
        RoleState::Active => {}
    }
    definition.permissions.iter().fold(Truth::No, |held, one| {
        held.or(match one {
            Seen::Known(name) => Truth::of(name == permission),
            Seen::Unseen(why) => Truth::open(format!(
                "what the role {} holds was not seen: {why}",
                one_line(&definition.name)
            )),
        })
    })
}
