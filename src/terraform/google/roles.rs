//! Custom roles.

use super::View;
use super::who::bare;
use crate::bindings::{RoleDefinition, RoleState, Seen};
use crate::error::Error;
use crate::terraform::resource::{Field, Mode, Resource};

impl View<'_> {
    /// Custom roles of projects and organizations.
    pub(super) fn roles(&self) -> Result<Vec<RoleDefinition>, Error> {
        let mut roles: Vec<RoleDefinition> = Vec::new();
        for resource in self.resources {
            let Some(name) = role_name(resource)? else {
                continue;
            };
            let texts = resource.texts("permissions")?;
            let mut permissions: Vec<Seen<String>> = texts
                .known
                .iter()
                .map(|one| Seen::Known((*one).to_owned()))
                .collect();
            if !texts.is_complete() {
                permissions.push(Seen::Unseen(format!(
                    "known only after apply: {}.permissions",
                    resource.address
                )));
            }
            let is_deleted = resource.values.get("deleted") == Some(&serde_json::Value::Bool(true));
            let state = if is_deleted {
                RoleState::Deleted
            } else {
                match resource.text("stage")? {
                    Field::Known("DISABLED") => RoleState::Disabled,
                    Field::Unknown => {
                        permissions = vec![Seen::Unseen(format!(
                            "known only after apply: {}.stage",
                            resource.address
                        ))];
                        RoleState::Active
                    }
                    Field::Known(_) | Field::Absent => RoleState::Active,
                }
            };
            let definition = RoleDefinition {
                name,
                permissions,
                state,
            };
            match roles.iter_mut().find(|one| one.name == definition.name) {
                None => roles.push(definition),
                Some(other) if *other == definition => {}
                Some(other) => other.permissions.push(Seen::Unseen(format!(
                    "{} defines the role differently",
                    resource.address
                ))),
            }
        }
        Ok(roles)
    }
}

/// The full name of a custom role. Where its project is known only after apply, it is a name that
/// only references lead to.
pub(super) fn role_name(resource: &Resource) -> Result<Option<String>, Error> {
    let (above, argument) = match resource.kind.as_str() {
        "google_project_iam_custom_role" => ("projects", "project"),
        "google_organization_iam_custom_role" => ("organizations", "org_id"),
        _ => return Ok(None),
    };
    if resource.mode != Mode::Managed {
        return Ok(None);
    }
    if let Field::Known(name) = resource.text("name")? {
        return Ok(Some(name.to_owned()));
    }
    let Field::Known(id) = resource.text("role_id")? else {
        return Ok(Some(format!("the role of {}", resource.address)));
    };
    Ok(Some(match resource.text(argument)? {
        Field::Known(of) => format!("{above}/{}/roles/{id}", bare(of)),
        Field::Absent | Field::Unknown => format!("{above}/({})/roles/{id}", resource.address),
    }))
}
