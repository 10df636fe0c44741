//! Users, groups and roles, and whether something belongs to one of them.

use std::collections::BTreeMap;

use super::View;
use crate::error::Error;
use crate::holder::HolderKind;
use crate::terraform::configuration::{Target, instance};
use crate::terraform::resource::{Fate, Field, Mode, Resource};

/// What policies can be attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EntityKind {
    User,
    Group,
    Role,
}

impl EntityKind {
    pub(super) const ALL: [Self; 3] = [Self::User, Self::Group, Self::Role];

    /// As in types and arguments: `aws_iam_role_policy`, `role`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    pub(super) const fn holder(self) -> Option<HolderKind> {
        match self {
            Self::User => Some(HolderKind::User),
            Self::Role => Some(HolderKind::Role),
            Self::Group => None,
        }
    }
}

/// A user, group or role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity<'t> {
    pub(super) kind: EntityKind,
    pub(super) resource: &'t Resource,
    /// `None` where it is known only after apply.
    pub(super) name: Option<&'t str>,
    /// The name before the plan changes it: users and groups keep their policies when they are
    /// renamed.
    pub(super) old_name: Option<&'t str>,
}

/// All of them.
pub(super) struct Entities<'t> {
    pub(super) all: Vec<Entity<'t>>,
    /// Where those of a name are in `all`.
    by_name: BTreeMap<(EntityKind, &'t str), Vec<usize>>,
}

/// Whether something belongs to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Belongs {
    Yes,
    No,
    /// It may, for this reason.
    Maybe(String),
}

impl<'t> Entities<'t> {
    /// Those among the resources, which some of were other before.
    pub(super) fn of(resources: &'t [Resource], before: &'t [Resource]) -> Result<Self, Error> {
        let before: BTreeMap<&str, &Resource> = before
            .iter()
            .filter(|one| one.fate == Fate::Stays)
            .map(|one| (one.address.as_str(), one))
            .collect();
        let mut all: Vec<Entity<'t>> = Vec::new();
        let mut by_name: BTreeMap<(EntityKind, &str), Vec<usize>> = BTreeMap::new();
        for resource in resources {
            let kind = EntityKind::ALL
                .into_iter()
                .find(|kind| resource.kind.strip_prefix("aws_iam_") == Some(kind.word()));
            let (Some(kind), Mode::Managed) = (kind, resource.mode) else {
                continue;
            };
            let name = match resource.text("name")? {
                Field::Known(name) => Some(name),
                Field::Absent | Field::Unknown => None,
            };
            if let Some(name) = name {
                by_name.entry((kind, name)).or_default().push(all.len());
            }
            let old_name = match before.get(resource.address.as_str()) {
                Some(before) if resource.fate == Fate::Stays => match before.text("name")? {
                    Field::Known(old) if Some(old) != name => Some(old),
                    _ => None,
                },
                _ => None,
            };
            all.push(Entity {
                kind,
                resource,
                name,
                old_name,
            });
        }
        Ok(Self { all, by_name })
    }

    /// Those of this kind and name.
    pub(super) fn named(&self, kind: EntityKind, name: &str) -> Vec<Entity<'t>> {
        let indexes = self.by_name.get(&(kind, name)).into_iter().flatten();
        indexes
            .filter_map(|index| self.all.get(*index).copied())
            .collect()
    }

    /// The one that a reference leads to.
    pub(super) fn at(&self, kind: EntityKind, target: &Target) -> Option<Entity<'t>> {
        let attribute = target.attribute.as_deref().unwrap_or("name");
        let is_name = matches!(attribute, "name" | "id");
        let is_kind = target.kind.strip_prefix("aws_iam_") == Some(kind.word());
        if !is_name || !is_kind || target.is_data {
            return None;
        }
        let of_kind = self.all.iter().filter(|one| one.kind == kind);
        instance(of_kind.copied(), |entity| entity.resource, target)
    }
}

impl<'t> View<'t> {
    /// Whether a resource belongs to somebody by an argument that holds a name.
    pub(super) fn belongs(
        &self,
        entity: &Entity<'_>,
        resource: &Resource,
        argument: &str,
    ) -> Result<Belongs, Error> {
        Ok(match resource.text(argument)? {
            Field::Known(name) => self.is_named(entity, name, resource, argument),
            Field::Unknown => match self.entity_behind(entity.kind, resource, argument) {
                Some(found) => self.is_same(entity, &found, resource),
                None => Belongs::Maybe(format!(
                    "whose it is, is known only after apply: {}.{argument}",
                    resource.address
                )),
            },
            Field::Absent => Belongs::Maybe(format!(
                "whose it is, does not stand there: {}.{argument}",
                resource.address
            )),
        })
    }

    /// The same for an argument that holds several names.
    pub(super) fn is_among(
        &self,
        entity: &Entity<'_>,
        resource: &Resource,
        argument: &str,
    ) -> Result<Belongs, Error> {
        let texts = resource.texts(argument)?;
        let mut belongs = Belongs::No;
        for name in &texts.known {
            match self.is_named(entity, name, resource, argument) {
                Belongs::Yes => return Ok(Belongs::Yes),
                Belongs::Maybe(why) => belongs = Belongs::Maybe(why),
                Belongs::No => {}
            }
        }
        if texts.is_complete() {
            return Ok(belongs);
        }
        let unknown = Belongs::Maybe(format!(
            "whose it is, is known only after apply: {}.{argument}",
            resource.address
        ));
        let Some(targets) = self.references.targets(resource, argument) else {
            return Ok(unknown);
        };
        let mut is_target = false;
        for target in &targets {
            match self.entities.at(entity.kind, target) {
                Some(found) => is_target |= found.resource.address == entity.resource.address,
                None => return Ok(unknown),
            }
        }
        Ok(if !is_target {
            belongs
        } else if texts.known.len() + texts.unknown.unwrap_or(0) == targets.len() {
            Belongs::Yes
        } else {
            unknown
        })
    }

    /// The user, group or role that an argument refers to.
    pub(super) fn entity_behind(
        &self,
        kind: EntityKind,
        resource: &Resource,
        argument: &str,
    ) -> Option<Entity<'t>> {
        let target = self.references.target(resource, argument)?;
        self.entities.at(kind, &target)
    }

    fn is_same(&self, entity: &Entity<'_>, found: &Entity<'_>, resource: &Resource) -> Belongs {
        if found.resource.address == entity.resource.address {
            self.yes(entity, resource)
        } else {
            Belongs::No
        }
    }

    /// Names are unique in an account only, and another provider configuration may be another
    /// account.
    fn yes(&self, entity: &Entity<'_>, resource: &Resource) -> Belongs {
        let providers = (
            self.references.provider(entity.resource),
            self.references.provider(resource),
        );
        match providers {
            (Some(one), Some(other)) if one != other => Belongs::Maybe(format!(
                "{} and {} are made with different provider configurations, which may be different accounts",
                entity.resource.address, resource.address
            )),
            _ => Belongs::Yes,
        }
    }

    fn is_named(
        &self,
        entity: &Entity<'_>,
        name: &str,
        resource: &Resource,
        argument: &str,
    ) -> Belongs {
        let homonyms = self.entities.named(entity.kind, name);
        match entity.name {
            Some(own) if own == name && homonyms.len() < 2 => self.yes(entity, resource),
            Some(own) if own == name => self.which(entity, &homonyms, resource, argument),
            Some(_) if entity.old_name == Some(name) => Belongs::Maybe(format!(
                "{} is renamed, and {}.{argument} is its old name",
                entity.resource.address, resource.address
            )),
            // Names differ by more than case, but whether a call may write it otherwise is open.
            Some(own) if own.eq_ignore_ascii_case(name) => Belongs::Maybe(format!(
                "{}.{argument} is the name of {} in other letters",
                resource.address, entity.resource.address
            )),
            Some(_) => Belongs::No,
            None if !homonyms.is_empty() => Belongs::No,
            None => Belongs::Maybe(format!(
                "the name of {} is known only after apply, and may be that of {}.{argument}",
                entity.resource.address, resource.address
            )),
        }
    }

    /// Several are called the same, as in several accounts.
    fn which(
        &self,
        entity: &Entity<'_>,
        homonyms: &[Entity<'_>],
        resource: &Resource,
        argument: &str,
    ) -> Belongs {
        if let Some(found) = self.entity_behind(entity.kind, resource, argument) {
            return self.is_same(entity, &found, resource);
        }
        let provider = self.references.provider(resource);
        let mut of_provider = homonyms
            .iter()
            .filter(|one| provider.is_some() && self.references.provider(one.resource) == provider);
        match (of_provider.next(), of_provider.next()) {
            (Some(only), None) => self.is_same(entity, only, resource),
            _ => Belongs::Maybe(format!(
                "{} of the name in {}.{argument} stand in the file",
                homonyms.len(),
                resource.address
            )),
        }
    }
}
