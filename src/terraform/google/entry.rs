//! Resources that grant: one member, the members of one role, or a whole policy.

use super::{Here, View, email, role_name};
use crate::bindings::{self, AllowPolicy, Binding, Condition, Place, Seen};
use crate::error::Error;
use crate::permission::Level;
use crate::terraform::configuration::{Target, instance};
use crate::terraform::resource::{Field, Mode, Resource, holds_true};

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
