//! Roles ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles)).

use super::Source;
use crate::bindings::{RoleDefinition, RoleState, Seen};
use crate::error::Error;
use crate::text::one_line;

/// The stages of a role that grants
/// ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/RoleLaunchStage)).
const GRANTING: [&str; 5] = ["ALPHA", "BETA", "GA", "DEPRECATED", "EAP"];

/// Reads a role; `name` is the one that was given with the file.
///
/// # Errors
///
/// Whatever is no role, with its place; a role without a name, or with two.
pub(in crate::bindings) fn role_definition(
    source: &Source<'_>,
    bytes: &[u8],
    name: Option<&str>,
) -> Result<RoleDefinition, Error> {
    let tree = source.tree(bytes)?;
    let fields = source.document(&tree)?;
    fields.only(&[
        "name",
        "title",
        "description",
        "includedPermissions",
        "stage",
        "etag",
        "deleted",
    ])?;
    let name = match (name, fields.text("name")?) {
        (Some(given), Some(own)) if given != own => {
            return Err(fields.wrong(format!(
                "it is the role {:?}, and is given as {given:?}",
                one_line(own)
            )));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return Err(Error::call(format!(
                "{} does not say which role it is",
                source.name
            ))
            .hint("name the role as the bindings do: --role-definition projects/PROJECT/roles/ROLE=FILE"));
        }
    };
    if !is_role(name) {
        return Err(fields.wrong(format!(
            "{:?} is not the full name of a role",
            one_line(name)
        )));
    }
    let stage = fields.text("stage")?;
    let state = if fields.boolean("deleted")? {
        RoleState::Deleted
    } else if stage == Some("DISABLED") {
        RoleState::Disabled
    } else {
        RoleState::Active
    };
    let mut permissions: Vec<Seen<String>> = match fields.texts("includedPermissions")? {
        Some(permissions) => permissions.into_iter().map(Seen::Known).collect(),
        // Lists of roles leave them out, whatever the role holds.
        None => vec![Seen::Unseen(
            "its file shows no includedPermissions; gcloud iam roles describe does".to_owned(),
        )],
    };
    for permission in &permissions {
        if let Seen::Known(name) = permission
            && name.contains(['*', '/'])
        {
            return Err(fields.wrong(format!(
                "{:?} is not the name of a permission: a role lists each one by its name, such as run.services.get",
                one_line(name)
            )));
        }
    }
    if let Some(stage) = stage
        && state == RoleState::Active
        && !GRANTING.contains(&stage)
    {
        let why = format!("its stage {:?} is not known here", one_line(stage));
        permissions = vec![Seen::Unseen(why)];
    }
    Ok(RoleDefinition {
        name: name.to_owned(),
        permissions,
        state,
    })
}

/// Whether it is a name as bindings have it: `roles/ID`, `projects/P/roles/ID`,
/// `organizations/N/roles/ID`.
pub(in crate::bindings) fn is_role(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let is_full = matches!(
        parts.as_slice(),
        ["roles", _] | ["projects" | "organizations", _, "roles", _]
    );
    is_full && parts.iter().all(|part| !part.is_empty()) && !name.contains(char::is_whitespace)
}
