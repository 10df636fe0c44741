//! Which policies a user or role has: its own, its groups', and those that may be.

use super::View;
use super::entity::{Belongs, Entity, EntityKind};
use super::policies::{self, PolicyId};
use crate::error::Error;
use crate::holder::{Attached, Content};
use crate::terraform::resource::{Fate, Field, Mode, Resource};

/// A policy and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) what: What,
    /// The address of the resource that says so.
    pub(super) source: String,
    pub(super) attached: Attached,
    /// Terraform marks its text as sensitive.
    pub(super) is_sensitive: bool,
}

/// What tells a policy of somebody from its others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// An inline policy, with its name where that is known.
    Inline(Option<String>),
    /// A managed policy.
    Managed(PolicyId),
    /// Something that stands for policies that were not seen.
    Other,
}

impl View<'_> {
    /// The policies of a user, group or role, and of a user's groups.
    ///
    /// # Errors
    ///
    /// A resource that matters is malformed.
    pub(super) fn grants(&self, entity: &Entity<'_>) -> Result<Vec<Grant>, Error> {
        let mut grants = Vec::new();
        for resource in self.resources {
            if resource.mode != Mode::Managed {
                continue;
            }
            if let Some(mut grant) = self.grant(entity, resource)? {
                // It goes with the old one, and the plan does not renew it.
                if entity.resource.fate == Fate::Created && resource.fate != Fate::Created {
                    let by = format!("the replacement of {}", entity.resource.address);
                    Self::put_in_doubt(&mut grant, &by);
                }
                grants.push(grant);
            }
        }
        self.withdraw_deleted(entity, &mut grants)?;
        if entity.kind == EntityKind::Role {
            self.add_own_of_role(entity, &mut grants)?;
        }
        self.withdraw(entity, &mut grants)?;
        if entity.kind == EntityKind::User {
            grants.extend(self.of_groups(entity)?);
        }
        Ok(grants)
    }

    /// What one resource gives somebody.
    fn grant(&self, entity: &Entity<'_>, resource: &Resource) -> Result<Option<Grant>, Error> {
        let Some(kind) = resource.kind.strip_prefix("aws_iam_") else {
            return Ok(None);
        };
        let word = entity.kind.word();
        let (belongs, is_inline) = if kind == "policy_attachment" {
            let list = format!("{word}s");
            (self.is_among(entity, resource, &list)?, false)
        } else {
            match kind.strip_prefix(word) {
                Some("_policy") => (self.belongs(entity, resource, word)?, true),
                Some("_policy_attachment") => (self.belongs(entity, resource, word)?, false),
                _ => return Ok(None),
            }
        };
        Ok(match belongs {
            Belongs::No => None,
            Belongs::Maybe(why) => Some(self.doubt(resource, why)),
            Belongs::Yes if is_inline => Some(Grant {
                what: What::Inline(match resource.text("name")? {
                    Field::Known(name) => Some(name.to_owned()),
                    Field::Absent | Field::Unknown => None,
                }),
                source: resource.address.clone(),
                attached: Attached {
                    name: format!("{}: {}.policy", self.file, resource.address),
                    content: policies::text(resource, "policy")?,
                },
                is_sensitive: resource.is_sensitive("policy"),
            }),
            Belongs::Yes => Some(self.attachment(entity, resource)?),
        })
    }

    fn attachment(&self, entity: &Entity<'_>, resource: &Resource) -> Result<Grant, Error> {
        let Some(found) = self.policies.named_by(self, resource, "policy_arn")? else {
            let why = format!(
                "which policy it is, does not stand there: {}",
                resource.address
            );
            return Ok(self.doubt(resource, why));
        };
        // A policy is attached within its account: such a name is that of somebody else.
        let account = found
            .id
            .arn
            .as_deref()
            .and_then(|arn| arn.split(':').nth(4));
        let own = super::arn(entity)?.map(|arn| arn.account);
        if let (Some(account), Some(own)) = (account, own)
            && !account.is_empty()
            && account != "aws"
            && account != own
        {
            let why = format!(
                "its policy belongs to the account {account}, and {} to {own}",
                entity.resource.address
            );
            return Ok(self.doubt(resource, why));
        }
        Ok(Grant {
            what: What::Managed(found.id),
            source: resource.address.clone(),
            attached: Attached {
                name: found.name,
                content: found.content,
            },
            is_sensitive: found.is_sensitive,
        })
    }

    /// The policies of a user's groups.
    fn of_groups(&self, user: &Entity<'_>) -> Result<Vec<Grant>, Error> {
        let mut grants = Vec::new();
        let mut counted: Vec<&str> = Vec::new();
        for resource in self.resources {
            let (belongs, is_list) = match (resource.mode, resource.kind.as_str()) {
                (Mode::Managed, "aws_iam_user_group_membership") => {
                    (self.belongs(user, resource, "user")?, true)
                }
                (Mode::Managed, "aws_iam_group_membership") => {
                    (self.is_among(user, resource, "users")?, false)
                }
                _ => continue,
            };
            match belongs {
                Belongs::No => continue,
                Belongs::Maybe(why) => {
                    grants.push(self.doubt(resource, why));
                    continue;
                }
                Belongs::Yes => {}
            }
            let (groups, doubts) = self.groups_of(user, resource, is_list)?;
            grants.extend(doubts.into_iter().map(|why| self.doubt(resource, why)));
            for group in groups {
                if !counted.contains(&group.resource.address.as_str()) {
                    counted.push(&group.resource.address);
                    grants.extend(self.grants(&group)?);
                }
            }
        }
        Ok(grants)
    }

    /// The groups that a membership names, and why there may be more.
    fn groups_of(
        &self,
        user: &Entity<'_>,
        resource: &Resource,
        is_list: bool,
    ) -> Result<(Vec<Entity<'_>>, Vec<String>), Error> {
        let argument = if is_list { "groups" } else { "group" };
        let mut groups = Vec::new();
        let mut doubts = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        let mut is_complete = true;
        if is_list {
            let texts = resource.texts(argument)?;
            is_complete = texts.is_complete();
            if !is_complete && texts.known.is_empty() {
                let targets = self
                    .references
                    .targets(resource, argument)
                    .unwrap_or_default();
                let found: Vec<Entity<'_>> = targets
                    .iter()
                    .filter_map(|target| self.entities.at(EntityKind::Group, target))
                    .collect();
                is_complete = found.len() == targets.len() && texts.unknown == Some(targets.len());
                groups.extend(found);
            }
            names.extend(texts.known);
        } else {
            match resource.text(argument)? {
                Field::Known(name) => names.push(name),
                Field::Absent | Field::Unknown => {
                    let found = self.entity_behind(EntityKind::Group, resource, argument);
                    is_complete = found.is_some();
                    groups.extend(found);
                }
            }
        }
        if !is_complete {
            doubts.push(format!(
                "which groups these are, is known only after apply: {}.{argument}",
                resource.address
            ));
        }
        for name in names {
            let named = self.entities.named(EntityKind::Group, name);
            match named.as_slice() {
                [group] => groups.push(*group),
                [] => doubts.push(format!(
                    "{} is a member of the group {name}, which is not in the file",
                    user.resource.address
                )),
                _ => doubts.push(format!("several groups are called {name}")),
            }
        }
        for group in &groups {
            doubts.extend(Self::replacement_of([user, group], resource));
            // What a group's list leaves out, it removes.
            doubts.extend(self.removal_from(user, group, resource)?);
        }
        Ok((groups, doubts))
    }

    /// Why a membership may go with the old user or group: the plan does not renew it.
    fn replacement_of(sides: [&Entity<'_>; 2], membership: &Resource) -> Option<String> {
        let is_new = |entity: &&&Entity<'_>| entity.resource.fate == Fate::Created;
        let replaced = sides.iter().find(is_new)?;
        (membership.fate != Fate::Created).then(|| {
            format!(
                "the replacement of {} may remove it",
                replaced.resource.address
            )
        })
    }

    /// Why a membership may not last: another resource lists the group's only members, or one that
    /// held the same holds it no more.
    fn removal_from(
        &self,
        user: &Entity<'_>,
        group: &Entity<'_>,
        source: &Resource,
    ) -> Result<Option<String>, Error> {
        for resource in self.resources {
            if resource.mode != Mode::Managed
                || resource.kind != "aws_iam_group_membership"
                || resource.address == source.address
                || self.belongs(group, resource, "group")? == Belongs::No
            {
                continue;
            }
            if self.is_among(user, resource, "users")? != Belongs::Yes {
                return Ok(Some(format!(
                    "{} lists the only members of {}, and may remove this one",
                    resource.address, group.resource.address
                )));
            }
        }
        let (Some(user), Some(group)) = (user.name, group.name) else {
            return Ok(None);
        };
        let of_kinds = [
            (
                "aws_iam_user_group_membership",
                ("user", user),
                ("groups", group),
            ),
            (
                "aws_iam_group_membership",
                ("group", group),
                ("users", user),
            ),
        ];
        for (kind, (argument, name), (list, listed)) in of_kinds {
            let holds = |resource: &Resource| -> Result<bool, Error> {
                Ok(resource.text(argument)? == Field::Known(name)
                    && resource.texts(list)?.known.contains(&listed))
            };
            for before in self.before_of(kind) {
                let after = self.after(before);
                let is_kept = after.map(holds).transpose()? == Some(true);
                if holds(before)? && !is_kept {
                    return Ok(Some(format!(
                        "the deletion of {} or its change may remove it",
                        before.address
                    )));
                }
            }
        }
        Ok(None)
    }

    /// Stands in for the text of a policy that may be removed again.
    pub(super) fn put_in_doubt(grant: &mut Grant, by: &str) {
        grant.attached.content = Content::Unseen(format!("{by} may remove it"));
    }
}
