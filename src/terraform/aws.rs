//! Users and roles of AWS with their policies, as a Terraform plan or state has them
//! ([resources](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role)).
//!
//! A policy that may belong to somebody, without it being certain, is there as one that was not
//! seen: it may allow, and it may deny.

mod entity;
mod grants;
mod policies;
mod removals;
mod role;

use super::configuration::References;
use super::resource::{Field, Mode, Resource};
use super::{Found, Principal, Terraform};
use crate::aws::arn::{Arn, known_of};
use crate::error::Error;
use crate::holder::{Attached, Content, Holder};
use crate::plan::{ContextEntry, ContextKind};

use entity::{Entities, Entity, EntityKind};
use grants::Grant;
use policies::ManagedPolicies;

/// Everything that a question about one user or role needs.
struct View<'t> {
    file: &'t str,
    references: References<'t>,
    resources: &'t [Resource],
    /// What the plan changes or deletes, as it is before.
    before: &'t [Resource],
    entities: Entities<'t>,
    policies: ManagedPolicies<'t>,
}

/// Where a role's trust policy stands.
const TRUST: &str = "assume_role_policy";

/// Types of resources that write policies or memberships, all of which are read here.
const READ: &[&str] = &[
    "aws_iam_policy",
    "aws_iam_policy_attachment",
    "aws_iam_policy_document",
    "aws_iam_group_membership",
    "aws_iam_user_group_membership",
    "aws_iam_user_policy",
    "aws_iam_user_policy_attachment",
    "aws_iam_user_policies_exclusive",
    "aws_iam_user_policy_attachments_exclusive",
    "aws_iam_group_policy",
    "aws_iam_group_policy_attachment",
    "aws_iam_group_policies_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_iam_role_policies_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    // It is about passwords.
    "aws_iam_account_password_policy",
];

/// The users and roles of a file, without their policies.
pub(super) fn principals(terraform: &Terraform) -> Result<Vec<Principal>, Error> {
    let entities = Entities::of(&terraform.inventory.resources, &terraform.inventory.before)?;
    let principal = |entity: &Entity<'_>| {
        Some(Principal {
            address: entity.resource.address.clone(),
            kind: entity.kind.holder()?,
            name: entity.name.map(str::to_owned),
        })
    };
    Ok(entities.all.iter().filter_map(principal).collect())
}

/// The user or role at an address, with its policies.
///
/// # Errors
///
/// There is none, or a resource that matters is malformed.
pub(super) fn holder(terraform: &Terraform, address: &str) -> Result<Found, Error> {
    let resources = &terraform.inventory.resources;
    let view = View {
        file: &terraform.name,
        references: References::new(terraform.configuration.as_ref()),
        resources,
        before: &terraform.inventory.before,
        entities: Entities::of(resources, &terraform.inventory.before)?,
        policies: ManagedPolicies::of(resources)?,
    };
    let entity = view
        .entities
        .all
        .iter()
        .find(|entity| entity.resource.address == address);
    let Some((entity, kind)) = entity.and_then(|entity| Some((entity, entity.kind.holder()?)))
    else {
        return Err(
            Error::call(format!("{}: {address} is no user or role", terraform.name))
                .hint("give the address of an aws_iam_user or aws_iam_role"),
        );
    };
    let grants = view.grants(entity)?;
    let boundary = view.boundary(entity)?;
    let is_sensitive = grants.iter().any(|grant| grant.is_sensitive)
        || boundary
            .as_ref()
            .is_some_and(|boundary| boundary.is_sensitive);
    let mut policies: Vec<Attached> = grants.into_iter().map(|grant| grant.attached).collect();
    policies.extend(view.unread());
    policies.extend(terraform.inventory.incomplete.iter().map(|why| Attached {
        name: why.clone(),
        content: Content::Unseen("what it leaves out may grant and deny".to_owned()),
    }));
    let arn = arn(entity)?;
    let holder = Holder {
        kind,
        name: arn
            .as_ref()
            .map_or_else(|| entity.resource.address.clone(), ToString::to_string),
        account: arn.as_ref().map(|arn| arn.account.clone()),
        policies,
        boundary: boundary.map(|found| Attached {
            name: format!("{}, permissions boundary", found.name),
            content: found.content,
        }),
        trust: view.trust(entity)?,
        context: match (&arn, entity.name) {
            (Some(arn), _) => known_of(arn),
            (None, name) => known_of_name(entity.kind, name),
        },
    };
    Ok(Found {
        holder,
        is_sensitive,
        is_trust_sensitive: entity.resource.is_sensitive(TRUST),
    })
}

/// The ARN, unless it is of before a change of name or path.
fn arn(entity: &Entity<'_>) -> Result<Option<Arn>, Error> {
    let Field::Known(text) = entity.resource.text("arn")? else {
        return Ok(None);
    };
    let path = match entity.resource.text("path")? {
        Field::Known(path) => path,
        Field::Absent => "/",
        Field::Unknown => return Ok(None),
    };
    let expected = entity
        .name
        .map(|name| format!("{}{path}{name}", entity.kind.word()));
    Ok(Arn::parse(text).filter(|arn| Some(&arn.resource) == expected.as_ref()))
}

/// The condition keys that follow from what somebody is and is called, as in [`known_of`].
fn known_of_name(kind: EntityKind, name: Option<&str>) -> Vec<ContextEntry> {
    let entry = |key: &str, values: Vec<String>| ContextEntry {
        key: key.to_owned(),
        kind: ContextKind::String,
        values,
    };
    let mut known = Vec::new();
    match (kind, name) {
        (EntityKind::User, name) => {
            known.extend(name.map(|name| entry("aws:username", vec![name.to_owned()])));
            known.push(entry("aws:PrincipalType", vec!["User".to_owned()]));
        }
        (EntityKind::Role, _) => {
            known.push(entry("aws:username", Vec::new()));
            known.push(entry("aws:PrincipalType", vec!["AssumedRole".to_owned()]));
        }
        (EntityKind::Group, _) => {}
    }
    known
}

impl View<'_> {
    fn boundary(&self, entity: &Entity<'_>) -> Result<Option<policies::Found>, Error> {
        self.policies
            .named_by(self, entity.resource, "permissions_boundary")
    }

    fn trust(&self, entity: &Entity<'_>) -> Result<Option<Attached>, Error> {
        if entity.kind != EntityKind::Role {
            return Ok(None);
        }
        Ok(Some(Attached {
            name: format!("{}: {}.{TRUST}", self.file, entity.resource.address),
            content: policies::text(entity.resource, TRUST)?,
        }))
    }

    /// Resources that may grant or deny and that are not known here.
    fn unread(&self) -> Vec<Attached> {
        let is_unread = |resource: &&Resource| {
            let kind = resource.kind.as_str();
            let is_about_policies = kind.starts_with("aws_iam_")
                && ["polic", "membership"]
                    .iter()
                    .any(|word| kind.contains(word));
            resource.mode == Mode::Managed
                && (kind.starts_with("awscc_iam_") || (is_about_policies && !READ.contains(&kind)))
        };
        self.resources
            .iter()
            .filter(is_unread)
            .map(|resource| Attached {
                name: format!("{}: {}", self.file, resource.address),
                content: Content::Unseen("resources of this type are not read".to_owned()),
            })
            .collect()
    }

    /// A policy that may count and is not seen.
    fn doubt(&self, resource: &Resource, why: String) -> Grant {
        Grant {
            what: grants::What::Other,
            source: resource.address.clone(),
            attached: Attached {
                name: format!("{}: {}", self.file, resource.address),
                content: Content::Unseen(why),
            },
            is_sensitive: false,
        }
    }
}
