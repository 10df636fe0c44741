//! The policies that a role carries itself: `inline_policy` and `managed_policy_arns`.
//!
//! Where they are written, they are the only ones
//! ([role](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role)).
//! Where they are not, they are what was observed before the plan: it may be of before a change
//! that another resource makes, and the plan shows them as known only after apply when the role is
//! new.

use serde_json::Value;

use super::View;
use super::entity::{Entity, EntityKind};
use super::grants::{Grant, What};
use super::policies::{self, PolicyId};
use crate::error::Error;
use crate::holder::Attached;
use crate::terraform::resource::{Fate, Field, Mode, Resource, holds_true};

const INLINE: &str = "inline_policy";
const MANAGED: &str = "managed_policy_arns";

impl View<'_> {
    pub(super) fn add_own_of_role(
        &self,
        role: &Entity<'_>,
        grants: &mut Vec<Grant>,
    ) -> Result<(), Error> {
        self.add_inline(role, grants)?;
        self.add_managed(role, grants)
    }

    /// Whether a field shows nothing because the role is new and nobody wrote it.
    fn is_empty_at_first(&self, role: &Resource, field: &str) -> bool {
        role.fate == Fate::Created
            && role.is_unknown(field)
            && self.references.is_written(role, field) == Some(false)
    }

    /// Whether something decides the inline policies that the configuration in the plan does not
    /// show, as it leaves dynamic blocks out: what nobody wrote is known of no new role, and stays
    /// as it was observed for others.
    fn is_written_by_a_dynamic_block(&self, role: &Resource) -> bool {
        let is_there = |values: &Value| values.as_array().is_some_and(|blocks| !blocks.is_empty());
        let after = role.values.get(INLINE).unwrap_or(&Value::Null);
        if role.fate == Fate::Created {
            return is_there(after);
        }
        self.before_of(&role.kind)
            .filter(|before| before.address == role.address)
            .any(|before| before.values.get(INLINE).unwrap_or(&Value::Null) != after)
    }

    fn add_inline(&self, role: &Entity<'_>, grants: &mut Vec<Grant>) -> Result<(), Error> {
        let resource = role.resource;
        if self.is_empty_at_first(resource, INLINE) {
            return Ok(());
        }
        if resource.is_unknown(INLINE) {
            let why = format!("known only after apply: {}.{INLINE}", resource.address);
            grants.push(self.doubt(resource, why));
            return Ok(());
        }
        let is_written = self.references.is_written(resource, INLINE) == Some(true)
            || self.is_written_by_a_dynamic_block(resource);
        if is_written {
            // The blocks are the only ones: what other resources add, they remove.
            for grant in grants.iter_mut() {
                if matches!(grant.what, What::Inline(_)) {
                    Self::put_in_doubt(grant, &resource.address);
                }
            }
        }
        let elsewhere = self.inline_elsewhere(role, grants)?;
        for block in resource.blocks(INLINE)? {
            let name = match block.text("name")? {
                Field::Known(name) => Some(name.to_owned()),
                Field::Absent | Field::Unknown => None,
            };
            // An empty block says that there is none.
            let is_empty = name.is_none()
                && block.text("policy")? == Field::Absent
                && !holds_true(&block.unknown);
            let is_elsewhere =
                !is_written && name.as_ref().is_some_and(|name| elsewhere.contains(name));
            if is_empty || is_elsewhere {
                continue;
            }
            grants.push(Grant {
                what: What::Inline(name),
                source: resource.address.clone(),
                attached: Attached {
                    name: format!("{}: {}.policy", self.file, block.address),
                    content: policies::text(&block, "policy")?,
                },
                is_sensitive: block.is_sensitive("policy"),
            });
        }
        Ok(())
    }

    /// Inline policies that another resource writes, wrote or deletes: that one decides.
    fn inline_elsewhere(&self, role: &Entity<'_>, grants: &[Grant]) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = grants
            .iter()
            .filter_map(|grant| match &grant.what {
                What::Inline(name) => name.clone(),
                What::Managed(_) | What::Other => None,
            })
            .collect();
        for resource in self.before_of("aws_iam_role_policy") {
            let is_own = match resource.text("role")? {
                Field::Known(name) => role.name == Some(name),
                Field::Absent | Field::Unknown => false,
            };
            if let (true, Field::Known(name)) = (is_own, resource.text("name")?) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    fn add_managed(&self, role: &Entity<'_>, grants: &mut Vec<Grant>) -> Result<(), Error> {
        let resource = role.resource;
        if self.is_empty_at_first(resource, MANAGED) {
            return Ok(());
        }
        if self.references.is_written(resource, MANAGED) == Some(true) {
            return self.only_attached(resource, MANAGED, grants);
        }
        let texts = resource.texts(MANAGED)?;
        if !texts.is_complete() {
            let why = format!("known only after apply: {}.{MANAGED}", resource.address);
            grants.push(self.doubt(resource, why));
        }
        let mut elsewhere: Vec<PolicyId> = grants
            .iter()
            .filter_map(|grant| match &grant.what {
                What::Managed(id) => Some(id.clone()),
                What::Inline(_) | What::Other => None,
            })
            .collect();
        elsewhere.extend(self.attached_before(role)?);
        for arn in texts.known {
            let found = self.policies.of_arn(self, arn)?;
            if elsewhere.iter().any(|id| id.is(&found.id)) {
                continue;
            }
            grants.push(Grant {
                what: What::Managed(found.id),
                source: resource.address.clone(),
                attached: Attached {
                    name: found.name,
                    content: found.content,
                },
                is_sensitive: found.is_sensitive,
            });
        }
        Ok(())
    }

    /// Managed policies that another resource attached before the plan: that one decides.
    fn attached_before(&self, role: &Entity<'_>) -> Result<Vec<PolicyId>, Error> {
        let mut ids = Vec::new();
        let id = |resource: &Resource, field: &str| -> Result<Option<PolicyId>, Error> {
            Ok(match resource.text(field)? {
                Field::Known(arn) => Some(PolicyId {
                    arn: Some(arn.to_owned()),
                    address: None,
                }),
                Field::Absent | Field::Unknown => None,
            })
        };
        for resource in self.before_of("aws_iam_role_policy_attachment") {
            if matches!(resource.text("role")?, Field::Known(name) if role.name == Some(name)) {
                ids.extend(id(resource, "policy_arn")?);
            }
        }
        for resource in self.before_of("aws_iam_policy_attachment") {
            let list = format!("{}s", EntityKind::Role.word());
            if resource
                .texts(&list)?
                .known
                .iter()
                .any(|name| role.name == Some(*name))
            {
                ids.extend(id(resource, "policy_arn")?);
            }
        }
        // A policy that is deleted is detached first.
        for resource in self.before_of("aws_iam_policy") {
            let deleted = id(resource, "arn")?;
            ids.extend(deleted.filter(|id| !self.policies.is_managed(id)));
        }
        Ok(ids)
    }

    pub(super) fn before_of<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Resource> {
        self.before
            .iter()
            .filter(move |resource| resource.kind == kind && resource.mode == Mode::Managed)
    }
}
