//! Resources that grant: one member, the members of one role, or a whole policy.

use super::who::email;
use super::{Here, View};
use crate::bindings::{AllowPolicy, Binding, Place, Seen};
use crate::error::Error;
use crate::permission::Level;
use crate::terraform::configuration::{Target, instance};
use crate::terraform::resource::{Field, Mode, Resource};

/// Remotion's buckets and services begin with these.
const BUCKETS: &str = "remotioncloudrun-";
const SERVICES: &str = "remotion-";

/// What one resource grants.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub(super) resource: &'t Resource,
    pub(super) form: Form,
    pub(super) place: Place,
    pub(super) bindings: Vec<Binding>,
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
pub(super) fn form(kind: &str) -> Option<(&str, Form)> {
    [
        ("_iam_member", Form::Member),
        ("_iam_binding", Form::Binding),
        ("_iam_policy", Form::Policy),
    ]
    .into_iter()
    .find_map(|(end, form)| Some((kind.strip_suffix(end)?, form)))
}

impl<'t> View<'t> {
    /// What a resource grants on the project, or below it where Remotion looks.
    pub(super) fn entry(&self, resource: &'t Resource) -> Result<Option<Entry<'t>>, Error> {
        let (Some((on, form)), Mode::Managed) = (form(&resource.kind), resource.mode) else {
            return Ok(None);
        };
        let place = match on {
            "google_project" => match self.is_here(resource)? {
                Here::No => return Ok(None),
                Here::Yes => (Place::Project, None),
                Here::Maybe(why) => (Place::Project, Some(why)),
            },
            "google_folder" | "google_organization" => (
                Place::Project,
                Some(format!(
                    "whether the project is below that of {} is not in the file",
                    resource.address
                )),
            ),
            _ => match self.below(on, resource)? {
                Some(place) => (place, None),
                None => return Ok(None),
            },
        };
        let (place, doubt) = place;
        let mut bindings = self.bindings(resource, form)?;
        if let Some(why) = doubt {
            for binding in &mut bindings {
                binding.members = vec![Seen::Unseen(why.clone())];
            }
        }
        Ok(Some(Entry {
            resource,
            form,
            place,
            bindings,
        }))
    }

    /// The place below the project that a resource is about, where it is one that counts.
    fn below(&self, on: &str, resource: &Resource) -> Result<Option<Place>, Error> {
        let (argument, level) = match on {
            "google_service_account" => ("service_account_id", Level::ServiceAccount),
            "google_storage_bucket" => ("bucket", Level::Bucket),
            "google_cloud_run_service" => ("service", Level::RunService),
            "google_cloud_run_v2_service" => ("name", Level::RunService),
            _ => return Ok(None),
        };
        let name = match resource.text(argument)? {
            Field::Known(name) => name.rsplit('/').next().unwrap_or(name).to_owned(),
            Field::Absent | Field::Unknown => {
                let Some(target) = self.references.target(resource, argument) else {
                    return Ok(None);
                };
                match self.place_behind(level, on, &target)? {
                    Some(name) => name,
                    None => return Ok(None),
                }
            }
        };
        Ok(self
            .counts(level, &name)
            .then_some(Place::Below(level, name)))
    }

    /// The name of the resource that a reference leads to.
    fn place_behind(
        &self,
        level: Level,
        kind: &str,
        target: &Target,
    ) -> Result<Option<String>, Error> {
        if target.is_data || target.kind != kind {
            return Ok(None);
        }
        let of_kind = self.resources.iter().filter(|one| one.kind == kind);
        let Some(found) = instance(of_kind, |one| one, target) else {
            return Ok(None);
        };
        if level == Level::ServiceAccount {
            if Some(found.address.as_str()) == self.account {
                return Ok(self.email().map(str::to_owned));
            }
            return email(found);
        }
        Ok(match found.text("name")? {
            Field::Known(name) => Some(name.to_owned()),
            Field::Absent | Field::Unknown => None,
        })
    }

    fn email(&self) -> Option<&str> {
        self.member.strip_prefix("serviceAccount:")
    }

    /// Whether Remotion needs permissions there.
    fn counts(&self, level: Level, name: &str) -> bool {
        match level {
            Level::ServiceAccount => self
                .email()
                .is_some_and(|email| email.eq_ignore_ascii_case(name)),
            Level::Bucket => name.starts_with(BUCKETS),
            Level::RunService => name.starts_with(SERVICES),
            Level::Project => false,
        }
    }

    /// Remotion's buckets and services on which nothing is granted, where others have grants: each
    /// has to have them.
    pub(super) fn without_grants(
        &self,
        granted: &[AllowPolicy],
    ) -> Result<Vec<AllowPolicy>, Error> {
        let mut found = Vec::new();
        for resource in self.resources {
            let level = match resource.kind.as_str() {
                "google_storage_bucket" => Level::Bucket,
                "google_cloud_run_service" | "google_cloud_run_v2_service" => Level::RunService,
                _ => continue,
            };
            let (Mode::Managed, Field::Known(name)) = (resource.mode, resource.text("name")?)
            else {
                continue;
            };
            let place = Place::Below(level, name.to_owned());
            let has_others = granted
                .iter()
                .any(|one| matches!(&one.place, Place::Below(other, _) if *other == level));
            if self.counts(level, name)
                && has_others
                && granted.iter().all(|one| one.place != place)
            {
                found.push(AllowPolicy {
                    name: format!("{}: {}", self.file, resource.address),
                    place,
                    bindings: Vec::new(),
                });
            }
        }
        Ok(found)
    }
}
