//! The role, the members and the condition that a resource writes.

use super::View;
use super::entry::Form;
use super::roles::role_name;
use super::who::email;
use crate::bindings::{self, Binding, Condition, Seen};
use crate::error::Error;
use crate::terraform::configuration::{Target, instance};
use crate::terraform::resource::{Field, Resource, holds_true};

impl View<'_> {
    /// The bindings of a resource.
    pub(super) fn bindings(&self, resource: &Resource, form: Form) -> Result<Vec<Binding>, Error> {
        let unseen =
            |field: &str, why: &str| Seen::Unseen(format!("{why}: {}.{field}", resource.address));
        if form == Form::Policy {
            let field = "policy_data";
            let why = match resource.text(field)? {
                _ if resource.is_sensitive(field) => "sensitive",
                // What `google_iam_policy` makes of no binding.
                Field::Known("{}") => return Ok(Vec::new()),
                Field::Known(text) => {
                    let name = format!("{}: {}.{field}", self.file, resource.address);
                    return bindings::bindings_of(&name, text);
                }
                Field::Absent => "not in the file",
                Field::Unknown => "known only after apply",
            };
            return Ok(vec![Binding {
                role: unseen(field, why),
                members: vec![unseen(field, why)],
                condition: None,
            }]);
        }
        Ok(vec![Binding {
            role: self.role(resource)?,
            members: self.members(resource, form)?,
            condition: condition(resource)?,
        }])
    }

    fn role(&self, resource: &Resource) -> Result<Seen<String>, Error> {
        if resource.is_sensitive("role") {
            return Ok(Seen::Unseen(format!(
                "sensitive: {}.role",
                resource.address
            )));
        }
        if let Field::Known(role) = resource.text("role")? {
            return Ok(Seen::Known(role.to_owned()));
        }
        let target = self.references.target(resource, "role");
        let role = target
            .filter(|target| {
                let attribute = target.attribute.as_deref().unwrap_or("name");
                !target.is_data && matches!(attribute, "name" | "id")
            })
            .and_then(|target| {
                let of_kind = self.resources.iter().filter(|one| one.kind == target.kind);
                instance(of_kind, |one| one, &target)
            });
        let name = role.map(role_name).transpose()?.flatten();
        Ok(name.map_or_else(
            || Seen::Unseen(format!("known only after apply: {}.role", resource.address)),
            Seen::Known,
        ))
    }

    fn members(&self, resource: &Resource, form: Form) -> Result<Vec<Seen<String>>, Error> {
        let field = if form == Form::Member {
            "member"
        } else {
            "members"
        };
        let unseen = |why: &str| Seen::Unseen(format!("{why}: {}.{field}", resource.address));
        if resource.is_sensitive(field) {
            return Ok(vec![unseen("sensitive")]);
        }
        let (mut members, unknown): (Vec<Seen<String>>, Option<usize>) = if form == Form::Member {
            match resource.text(field)? {
                Field::Known(member) => return Ok(vec![Seen::Known(member.to_owned())]),
                Field::Absent => return Ok(vec![unseen("not in the file")]),
                Field::Unknown => (Vec::new(), Some(1)),
            }
        } else {
            let texts = resource.texts(field)?;
            let known = texts.known.iter();
            let known = known.map(|one| Seen::Known((*one).to_owned())).collect();
            (known, texts.unknown)
        };
        if unknown == Some(0) {
            return Ok(members);
        }
        let targets = self.references.targets(resource, field).unwrap_or_default();
        let mut found = Vec::new();
        for target in &targets {
            found.push(self.account_behind(target)?);
        }
        if !targets.is_empty()
            && Some(targets.len()) == unknown
            && found.iter().all(Option::is_some)
        {
            members.extend(found.into_iter().flatten().map(Seen::Known));
        } else {
            members.push(unseen("known only after apply"));
        }
        Ok(members)
    }

    /// The service account that a reference leads to, as a member.
    fn account_behind(&self, target: &Target) -> Result<Option<String>, Error> {
        let attribute = target.attribute.as_deref().unwrap_or("email");
        if target.is_data
            || target.kind != "google_service_account"
            || !matches!(attribute, "email" | "member")
        {
            return Ok(None);
        }
        let all = self.resources.iter();
        let of_kind = all.filter(|one| one.kind == "google_service_account");
        let Some(found) = instance(of_kind, |one| one, target) else {
            return Ok(None);
        };
        if Some(found.address.as_str()) == self.account {
            return Ok(Some(self.member.clone()));
        }
        Ok(email(found)?.map(|email| format!("serviceAccount:{email}")))
    }
}

/// The condition of a binding, or of a deny rule.
pub(super) fn condition_of(
    resource: &Resource,
    field: &str,
) -> Result<Option<Seen<Condition>>, Error> {
    let unseen = || {
        Ok(Some(Seen::Unseen(format!(
            "known only after apply: {}.{field}",
            resource.address
        ))))
    };
    if resource.is_unknown(field) {
        return unseen();
    }
    let blocks = resource.blocks(field)?;
    let Some(block) = blocks.first() else {
        return Ok(None);
    };
    let Field::Known(expression) = block.text("expression")? else {
        return unseen();
    };
    if holds_true(&block.sensitive) {
        return Ok(Some(Seen::Unseen(format!(
            "sensitive: {}.{field}",
            resource.address
        ))));
    }
    let title = match block.text("title")? {
        Field::Known(title) => title.to_owned(),
        Field::Absent | Field::Unknown => String::new(),
    };
    Ok(Some(Seen::Known(Condition {
        title,
        expression: expression.to_owned(),
    })))
}

fn condition(resource: &Resource) -> Result<Option<Seen<Condition>>, Error> {
    condition_of(resource, "condition")
}
