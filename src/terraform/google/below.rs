//! Resources below the project: which of them a grant is about, and which have none.

use super::entry::Where;
use super::who::email;
use super::{Here, View};
use crate::bindings::{AllowPolicy, Place};
use crate::error::Error;
use crate::permission::Level;
use crate::terraform::configuration::instance;
use crate::terraform::resource::{Field, Mode, Resource};

/// Remotion's buckets and services begin with these.
const BUCKETS: &str = "remotioncloudrun-";
const SERVICES: &str = "remotion-";

/// The kind of resource that a type of grants is on, and the argument that names it.
fn kind_of(on: &str) -> Option<(&'static str, Level)> {
    Some(match on {
        "google_service_account" => ("service_account_id", Level::ServiceAccount),
        "google_storage_bucket" => ("bucket", Level::Bucket),
        "google_cloud_run_service" => ("service", Level::RunService),
        "google_cloud_run_v2_service" => ("name", Level::RunService),
        _ => return None,
    })
}

impl View<'_> {
    /// The place below the project that a grant is about, where it is one that counts, and why it
    /// may be about another one.
    pub(super) fn below(
        &self,
        on: &str,
        resource: &Resource,
    ) -> Result<Option<(Where, Option<String>)>, Error> {
        let Some((argument, level)) = kind_of(on) else {
            return Ok(None);
        };
        let somewhere = |why: &str, field: &str| {
            let why = format!("{why}: {}.{field}", resource.address);
            Ok(Some((Where::Somewhere(level, why), None)))
        };
        if resource.is_sensitive(argument) {
            return somewhere("sensitive", argument);
        }
        if let Field::Known(written) = resource.text(argument)? {
            let name = written.rsplit('/').next().unwrap_or(written);
            if !self.counts(level, name) {
                return Ok(None);
            }
            if level != Level::RunService {
                return self.here(level, name.to_owned(), self.bucket(name));
            }
            return match located(written).map_or(resource.text("location")?, Field::Known) {
                Field::Known(location) => {
                    self.here(level, self.service(name, location), Some(resource))
                }
                Field::Absent | Field::Unknown => match self.behind(on, resource, argument) {
                    Some(found) => self.behind_place(level, found),
                    None => somewhere("known only after apply", "location"),
                },
            };
        }
        match self.behind(on, resource, argument) {
            Some(found) => self.behind_place(level, found),
            None => somewhere("known only after apply", argument),
        }
    }

    /// The resource that an argument refers to.
    fn behind(&self, kind: &str, resource: &Resource, argument: &str) -> Option<&Resource> {
        let target = self.references.target(resource, argument)?;
        if target.is_data || target.kind != kind {
            return None;
        }
        let of_kind = self.resources.iter().filter(|one| one.kind == kind);
        instance(of_kind, |one| one, &target)
    }

    /// The place that a resource of the file is.
    fn behind_place(
        &self,
        level: Level,
        found: &Resource,
    ) -> Result<Option<(Where, Option<String>)>, Error> {
        if level == Level::ServiceAccount {
            let own = if Some(found.address.as_str()) == self.account {
                self.email().map(str::to_owned)
            } else {
                email(found)?
            };
            return Ok(own
                .filter(|name| self.counts(level, name))
                .map(|name| (Where::At(Place::Below(level, name)), None)));
        }
        match self.place(level, found)? {
            Some(name) => self.here(level, name, Some(found)),
            None => Ok(None),
        }
    }

    /// A place, unless what stands for it belongs to another project.
    fn here(
        &self,
        level: Level,
        name: String,
        of: Option<&Resource>,
    ) -> Result<Option<(Where, Option<String>)>, Error> {
        let place = Where::At(Place::Below(level, name));
        Ok(match of.map(|of| self.is_here(of)).transpose()? {
            None | Some(Here::Yes) => Some((place, None)),
            Some(Here::Maybe(why)) => Some((place, Some(why))),
            Some(Here::No) => None,
        })
    }

    /// What reports call a bucket or service of the file, where it is Remotion's. Services of one
    /// name stand in several regions.
    fn place(&self, level: Level, of: &Resource) -> Result<Option<String>, Error> {
        let Field::Known(name) = of.text("name")? else {
            return Ok(None);
        };
        if of.is_sensitive("name") || !self.counts(level, name) {
            return Ok(None);
        }
        if level != Level::RunService {
            return Ok(Some(name.to_owned()));
        }
        Ok(Some(match of.text("location")? {
            Field::Known(location) => self.service(name, location),
            Field::Absent | Field::Unknown => format!("{name} of {}", of.address),
        }))
    }

    fn service(&self, name: &str, location: &str) -> String {
        match &self.project {
            Some(project) => format!("projects/{project}/locations/{location}/services/{name}"),
            None => format!("locations/{location}/services/{name}"),
        }
    }

    /// The bucket of this name, which may belong to another project.
    fn bucket(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|one| {
            one.kind == "google_storage_bucket"
                && one.mode == Mode::Managed
                && matches!(one.text("name"), Ok(Field::Known(own)) if own == name)
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
            if resource.mode != Mode::Managed || matches!(self.is_here(resource)?, Here::No) {
                continue;
            }
            let Some(name) = self.place(level, resource)? else {
                continue;
            };
            let place = Place::Below(level, name);
            let has_others = granted
                .iter()
                .any(|one| matches!(&one.place, Place::Below(other, _) if *other == level));
            if has_others && granted.iter().all(|one| one.place != place) {
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

/// The region in the full name of a service.
fn located(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once("locations/")?;
    rest.split('/').next().filter(|region| !region.is_empty())
}
