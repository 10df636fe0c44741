//! Resources that list the only policies somebody has: what others attach, they remove.
//!
//! Which of two that contradict each other wins, the plan does not tell: such a policy counts as
//! one that was not seen.

use super::View;
use super::entity::{Belongs, Entity};
use super::grants::{Grant, What};
use super::policies::Found;
use crate::error::Error;
use crate::holder::{Attached, Content};
use crate::terraform::resource::{Fate, Field, Mode, Resource};

impl View<'_> {
    /// Puts those in doubt that a resource may remove, and adds those that it lists beside.
    pub(super) fn withdraw(
        &self,
        entity: &Entity<'_>,
        grants: &mut Vec<Grant>,
    ) -> Result<(), Error> {
        let word = entity.kind.word();
        let inline = format!("aws_iam_{word}_policies_exclusive");
        let attached = format!("aws_iam_{word}_policy_attachments_exclusive");
        for resource in self.resources {
            if resource.mode != Mode::Managed {
                continue;
            }
            if resource.kind == inline || resource.kind == attached {
                match self.belongs(entity, resource, &format!("{word}_name"))? {
                    Belongs::No => {}
                    Belongs::Maybe(why) => grants.push(self.doubt(resource, why)),
                    Belongs::Yes if resource.kind == inline => {
                        self.only_inline(resource, grants)?;
                    }
                    Belongs::Yes => self.only_attached(resource, "policy_arns", grants)?,
                }
            } else if resource.kind == "aws_iam_policy_attachment" {
                self.only_holders(entity, resource, grants)?;
            }
        }
        Ok(())
    }

    /// Puts those in doubt that the deletion of another resource takes away: Terraform does not
    /// order it before the making of what replaces it.
    pub(super) fn withdraw_deleted(
        &self,
        entity: &Entity<'_>,
        grants: &mut [Grant],
    ) -> Result<(), Error> {
        let Some(own) = entity.name else {
            return Ok(());
        };
        let word = entity.kind.word();
        let policy = format!("aws_iam_{word}_policy");
        let attachment = format!("aws_iam_{word}_policy_attachment");
        let list = format!("{word}s");
        for resource in self.before {
            let is_inline = resource.kind == policy;
            let is_list = resource.kind == "aws_iam_policy_attachment";
            let concerns = if is_list {
                resource.texts(&list)?.known.contains(&own)
                    && !self.still_lists(own, resource, &list)?
            } else {
                (is_inline || resource.kind == attachment)
                    && resource.fate == Fate::Deleted
                    && resource.text(word)? == Field::Known(own)
            };
            if resource.mode != Mode::Managed || !concerns {
                continue;
            }
            let field = if is_inline { "name" } else { "policy_arn" };
            let Field::Known(taken) = resource.text(field)? else {
                continue;
            };
            for grant in grants.iter_mut() {
                let is_same = match &grant.what {
                    What::Inline(name) => is_inline && name.as_deref() == Some(taken),
                    What::Managed(id) => !is_inline && id.arn.as_deref() == Some(taken),
                    What::Other => false,
                };
                if is_same {
                    let by = format!("the deletion of {}", resource.address);
                    Self::put_in_doubt(grant, &by);
                }
            }
        }
        Ok(())
    }

    /// Whether the resource goes on listing the name after the plan.
    fn still_lists(&self, name: &str, before: &Resource, list: &str) -> Result<bool, Error> {
        match self.after(before) {
            Some(after) => Ok(after.texts(list)?.known.contains(&name)),
            None => Ok(false),
        }
    }

    /// What a resource of before the plan will be, where that is not deleted after it was made.
    pub(super) fn after(&self, before: &Resource) -> Option<&Resource> {
        let mut all = self.resources.iter();
        let after = all.find(|one| one.address == before.address && one.mode == before.mode)?;
        (before.fate != Fate::Deleted).then_some(after)
    }

    /// These are the only inline policies.
    fn only_inline(&self, resource: &Resource, grants: &mut Vec<Grant>) -> Result<(), Error> {
        let names = resource.texts("policy_names")?;
        if !names.is_complete() {
            let why = format!(
                "which inline policies stay, is known only after apply: {}.policy_names",
                resource.address
            );
            grants.push(self.doubt(resource, why));
            return Ok(());
        }
        let mut missing = names.known.clone();
        for grant in grants.iter_mut() {
            if let What::Inline(name) = &grant.what {
                match name {
                    Some(name) if names.known.contains(&name.as_str()) => {
                        missing.retain(|one| one != name);
                    }
                    _ => Self::put_in_doubt(grant, &resource.address),
                }
            }
        }
        grants.extend(missing.into_iter().map(|name| Grant {
            what: What::Other,
            source: resource.address.clone(),
            attached: Attached {
                name: format!("{}: inline policy {name:?}", self.file),
                content: Content::Unseen(format!(
                    "{} lists it, and its text is not in the file",
                    resource.address
                )),
            },
            is_sensitive: false,
        }));
        Ok(())
    }

    /// The argument lists the only managed policies.
    pub(super) fn only_attached(
        &self,
        resource: &Resource,
        argument: &str,
        grants: &mut Vec<Grant>,
    ) -> Result<(), Error> {
        let (listed, is_complete) = self.policies.listed_by(self, resource, argument)?;
        if !is_complete {
            let why = format!(
                "which managed policies stay, is known only after apply: {}.{argument}",
                resource.address
            );
            grants.push(self.doubt(resource, why));
        }
        let is_listed = |what: &What| match what {
            What::Managed(id) => listed.iter().any(|one| one.id.is(id)),
            What::Inline(_) | What::Other => true,
        };
        for grant in grants.iter_mut() {
            if !is_listed(&grant.what) {
                Self::put_in_doubt(grant, &resource.address);
            }
        }
        self.add_listed(resource, listed, grants);
        Ok(())
    }

    /// Adds the listed policies that are not there yet.
    fn add_listed(&self, resource: &Resource, listed: Vec<Found>, grants: &mut Vec<Grant>) {
        for found in listed {
            let is_there = grants
                .iter()
                .any(|grant| matches!(&grant.what, What::Managed(id) if id.is(&found.id)));
            if !is_there {
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
        }
    }

    /// The only ones to whom a policy is attached.
    fn only_holders(
        &self,
        entity: &Entity<'_>,
        resource: &Resource,
        grants: &mut [Grant],
    ) -> Result<(), Error> {
        let Some(found) = self.policies.named_by(self, resource, "policy_arn")? else {
            return Ok(());
        };
        if self.is_among(entity, resource, &format!("{}s", entity.kind.word()))? == Belongs::Yes {
            return Ok(());
        }
        for grant in grants {
            if let What::Managed(id) = &grant.what
                && grant.source != resource.address
                && (id.is(&found.id) || !found.id.is_known() || !id.is_known())
            {
                Self::put_in_doubt(grant, &resource.address);
            }
        }
        Ok(())
    }
}
