//! Grants that another resource may remove: bindings and policies list the only members, and a
//! deletion is not ordered before the making of what replaces it.

use super::View;
use super::entry::{Entry, Form, form};
use crate::bindings::{Binding, Seen};
use crate::error::Error;
use crate::terraform::resource::{Fate, Field, Mode, Resource};

/// A grant of one role to one member, where both are known.
fn grants(bindings: &[Binding]) -> impl Iterator<Item = (&Binding, &Seen<String>)> {
    bindings
        .iter()
        .flat_map(|binding| binding.members.iter().map(move |member| (binding, member)))
}

fn holds(bindings: &[Binding], role: &Seen<String>, member: &Seen<String>) -> bool {
    matches!((role, member), (Seen::Known(_), Seen::Known(_)))
        && grants(bindings).any(|(binding, one)| binding.role == *role && one == member)
}

impl View<'_> {
    /// Puts grants in doubt that may be removed again.
    pub(super) fn withdraw(&self, entries: &mut [Entry<'_>]) -> Result<(), Error> {
        let originals = entries.to_vec();
        let deleted = self.deleted()?;
        for entry in entries {
            for other in &originals {
                let is_same = other.resource.address == entry.resource.address;
                if is_same || other.place != entry.place || other.form == Form::Member {
                    continue;
                }
                for binding in &mut entry.bindings {
                    // A binding is about the members of its role under its condition.
                    let concerns = other.form == Form::Policy
                        || other.bindings.iter().any(|one| {
                            let may_be = matches!(one.role, Seen::Unseen(_))
                                || matches!(binding.role, Seen::Unseen(_))
                                || one.role == binding.role;
                            may_be && one.condition == binding.condition
                        });
                    if concerns {
                        doubt(binding, &other.resource.address, |binding, member| {
                            !holds(&other.bindings, &binding.role, member)
                        });
                    }
                }
            }
            for (address, gone) in &deleted {
                for binding in &mut entry.bindings {
                    let by = format!("the deletion of {address}");
                    doubt(binding, &by, |binding, member| {
                        holds(gone, &binding.role, member)
                    });
                }
            }
        }
        Ok(())
    }

    /// What is deleted while the plan is applied, or is there to remove a grant.
    fn deleted(&self) -> Result<Vec<(String, Vec<Binding>)>, Error> {
        let mut deleted = Vec::new();
        let gone = self.before.iter().filter(|one| one.fate == Fate::Deleted);
        for resource in gone {
            if let (Some((_, form)), Mode::Managed) = (form(&resource.kind), resource.mode) {
                deleted.push((resource.address.clone(), self.bindings(resource, form)?));
            }
        }
        for resource in self.resources {
            if resource.kind == "google_project_iam_member_remove" {
                deleted.push((resource.address.clone(), vec![removed(resource)?]));
            }
        }
        Ok(deleted)
    }
}

fn removed(resource: &Resource) -> Result<Binding, Error> {
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
        condition: None,
    })
}

/// Stands in for members that may be removed.
fn doubt(binding: &mut Binding, by: &str, is_removed: impl Fn(&Binding, &Seen<String>) -> bool) {
    let members: Vec<Seen<String>> = binding
        .members
        .iter()
        .map(|member| match member {
            Seen::Known(name) if is_removed(binding, member) => {
                Seen::Unseen(format!("{by} may take it from {name} again"))
            }
            other => other.clone(),
        })
        .collect();
    binding.members = members;
}
