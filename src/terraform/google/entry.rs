//! Resources that grant: one member, the members of one role, or a whole policy.

use super::{Here, View};
use crate::bindings::{AllowPolicy, Binding, Place, Seen};
use crate::error::Error;
use crate::permission::Level;
use crate::terraform::resource::{Mode, Resource};

/// What one resource grants.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub(super) resource: &'t Resource,
    /// The type of resources that it grants on, such as `google_project`.
    pub(super) on: &'t str,
    pub(super) form: Form,
    pub(super) place: Where,
    pub(super) bindings: Vec<Binding>,
    /// Why it may be about something else than the place.
    doubt: Option<String>,
}

/// Where a resource grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Where {
    At(Place),
    /// On a resource of this kind, and why it is not known on which.
    Somewhere(Level, String),
}

/// How much of a policy a resource decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One member of a role; others may be there.
    Member,
    /// All members of a role.
    Binding,
    /// The whole policy.
    Policy,
}

/// What a type of resources grants on, and how much it decides about.
fn form(kind: &str) -> Option<(&str, Form)> {
    [
        ("_iam_member", Form::Member),
        ("_iam_binding", Form::Binding),
        ("_iam_policy", Form::Policy),
    ]
    .into_iter()
    .find_map(|(end, form)| Some((kind.strip_suffix(end)?, form)))
}

impl Entry<'_> {
    /// Whether both may write the same policy.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        let is_of =
            |place: &Place, level: Level| matches!(place, Place::Below(own, _) if *own == level);
        match (&self.place, &other.place) {
            // Folders and the organization have policies of their own.
            (Where::At(Place::Project), Where::At(Place::Project)) => self.on == other.on,
            (Where::At(own), Where::At(place)) => own == place,
            (Where::At(place), Where::Somewhere(level, _))
            | (Where::Somewhere(level, _), Where::At(place)) => is_of(place, *level),
            (Where::Somewhere(own, _), Where::Somewhere(level, _)) => own == level,
        }
    }
}

impl<'t> View<'t> {
    /// What a resource grants on the project, or below it where Remotion looks.
    pub(super) fn entry(&self, resource: &'t Resource) -> Result<Option<Entry<'t>>, Error> {
        let (Some((on, form)), Mode::Managed) = (form(&resource.kind), resource.mode) else {
            return Ok(None);
        };
        let project = Where::At(Place::Project);
        let place = match on {
            "google_project" => match self.is_here(resource)? {
                Here::No => None,
                Here::Yes => Some((project, None)),
                Here::Maybe(why) => Some((project, Some(why))),
            },
            "google_folder" | "google_organization" => Some((
                project,
                Some(format!(
                    "whether the project is below that of {} is not in the file",
                    resource.address
                )),
            )),
            _ => self.below(on, resource)?,
        };
        let Some((place, doubt)) = place else {
            return Ok(None);
        };
        Ok(Some(Entry {
            resource,
            on,
            form,
            place,
            bindings: self.bindings(resource, form)?,
            doubt,
        }))
    }

    /// The policies that the entries make together.
    pub(super) fn policies(&self, entries: Vec<Entry<'t>>) -> Result<Vec<AllowPolicy>, Error> {
        let mut policies = Vec::new();
        let mut anywhere = Vec::new();
        for mut entry in entries {
            if let Some(why) = &entry.doubt {
                self.put_in_doubt(&mut entry.bindings, why);
            }
            let name = format!("{}: {}", self.file, entry.resource.address);
            match entry.place {
                Where::At(place) => policies.push(AllowPolicy {
                    name,
                    place,
                    bindings: entry.bindings,
                }),
                Where::Somewhere(level, why) => {
                    self.put_in_doubt(&mut entry.bindings, &why);
                    anywhere.push((level, name, entry.bindings));
                }
            }
        }
        let bare = self.without_grants(&policies)?;
        policies.extend(bare);
        let mut places: Vec<Place> = Vec::new();
        for policy in &policies {
            if !places.contains(&policy.place) {
                places.push(policy.place.clone());
            }
        }
        for (level, name, bindings) in anywhere {
            for place in &places {
                if matches!(place, Place::Below(own, _) if *own == level) {
                    policies.push(AllowPolicy {
                        name: name.clone(),
                        place: place.clone(),
                        bindings: bindings.clone(),
                    });
                }
            }
        }
        Ok(policies)
    }

    /// Nobody who may be the member is granted these for certain.
    fn put_in_doubt(&self, bindings: &mut [Binding], why: &str) {
        for binding in bindings {
            for member in &mut binding.members {
                if self.may_be(member) {
                    *member = Seen::Unseen(why.to_owned());
                }
            }
        }
    }
}
