//! Grants that another resource may remove: bindings and policies list the only members, and a
//! deletion is not ordered before the making of what stands at another address.

use super::entry::{Entry, Form, Where};
use super::{Here, View};
use crate::bindings::{Binding, Place, Seen};
use crate::error::Error;
use crate::terraform::resource::{Fate, Field, Resource};

impl<'t> View<'t> {
    /// Puts grants in doubt that may be removed again.
    pub(super) fn withdraw(&self, entries: &mut [Entry<'t>]) -> Result<(), Error> {
        let originals = entries.to_vec();
        let mut gone = Vec::new();
        for resource in self.before {
            if matches!(resource.fate, Fate::Deleted | Fate::Replaced) {
                gone.extend(self.entry(resource)?);
            }
        }
        let mut removed = Vec::new();
        for resource in self.resources {
            if resource.kind == "google_project_iam_member_remove"
                && !matches!(self.is_here(resource)?, Here::No)
            {
                removed.push((resource, removal(resource)?));
            }
        }
        for entry in entries {
            let address = entry.resource.address.as_str();
            for other in &originals {
                if other.resource.address != address && other.may_meet(entry) {
                    self.exclude(entry, other);
                }
            }
            for other in &gone {
                // What is replaced is deleted before it is made again.
                let is_own =
                    other.resource.address == address && other.resource.fate == Fate::Replaced;
                if !is_own && other.may_meet(entry) {
                    self.delete(entry, other.form, &other.bindings, &other.resource.address);
                }
            }
            if entry.on == "google_project" && entry.place == Where::At(Place::Project) {
                for (resource, removal) in &removed {
                    let removal = std::slice::from_ref(removal);
                    self.delete(entry, Form::Member, removal, &resource.address);
                }
            }
        }
        Ok(())
    }

    /// A resource that lists the only members takes a grant from whom it does not list.
    fn exclude(&self, entry: &mut Entry<'_>, other: &Entry<'_>) {
        for binding in &mut entry.bindings {
            let concerns = match other.form {
                Form::Member => false,
                Form::Binding => other.bindings.iter().any(|one| is_same(one, binding)),
                Form::Policy => true,
            };
            if !concerns {
                continue;
            }
            let listed: Vec<Seen<String>> = other
                .bindings
                .iter()
                .filter(|one| one.role == binding.role && one.condition == binding.condition)
                .flat_map(|one| one.members.clone())
                .collect();
            let by = &other.resource.address;
            self.take(binding, by, |member| !listed.contains(member));
        }
    }

    /// A deletion takes the grant of one member, of all members of a role, or all there are.
    fn delete(&self, entry: &mut Entry<'_>, form: Form, gone: &[Binding], address: &str) {
        let by = format!("the deletion of {address}");
        for binding in &mut entry.bindings {
            let of_role: Vec<&Binding> = gone.iter().filter(|one| is_same(one, binding)).collect();
            match form {
                Form::Policy => self.take(binding, &by, |_| true),
                Form::Binding if of_role.is_empty() => {}
                Form::Binding => self.take(binding, &by, |_| true),
                Form::Member => self.take(binding, &by, |member| {
                    of_role
                        .iter()
                        .flat_map(|one| &one.members)
                        .any(|one| may_equal(one, member))
                }),
            }
        }
    }

    /// Stands in for members from whom a grant may be taken.
    fn take(&self, binding: &mut Binding, by: &str, is_taken: impl Fn(&Seen<String>) -> bool) {
        for member in &mut binding.members {
            if let Seen::Known(name) = &*member
                && is_taken(member)
                && self.may_be(member)
            {
                *member = Seen::Unseen(format!("{by} may take it from {name} again"));
            }
        }
    }
}

/// Whether two bindings may be one: of one role under one condition.
fn is_same(one: &Binding, other: &Binding) -> bool {
    let role = match (&one.role, &other.role) {
        (Seen::Known(one), Seen::Known(other)) => one == other,
        _ => true,
    };
    let condition = match (&one.condition, &other.condition) {
        (Some(Seen::Unseen(_)), _) | (_, Some(Seen::Unseen(_))) => true,
        (one, other) => one == other,
    };
    role && condition
}

fn may_equal(one: &Seen<String>, other: &Seen<String>) -> bool {
    match (one, other) {
        (Seen::Known(one), Seen::Known(other)) => one.eq_ignore_ascii_case(other),
        _ => true,
    }
}

fn removal(resource: &Resource) -> Result<Binding, Error> {
    let seen = |field: &str| -> Result<Seen<String>, Error> {
        Ok(match resource.text(field)? {
            Field::Known(text) => Seen::Known(text.to_owned()),
            Field::Absent | Field::Unknown => Seen::Unseen(format!(
                "known only after apply: {}.{field}",
                resource.address
            )),
        })
    };
    Ok(Binding {
        role: seen("role")?,
        members: vec![seen("member")?],
        // It is taken under whatever condition it was granted.
        condition: Some(Seen::Unseen(String::new())),
    })
}
