//! What `terraform show -json` says of a plan or a state, and OpenTofu's `tofu show -json`: who holds
//! which policies once it is applied
//! ([format](https://developer.hashicorp.com/terraform/internals/json-format)).
//!
//! ```text
//! file ──► format ──► inventory ──► aws, google
//! text     JSON       resources     holders, bindings
//! ```
//!
//! What will be counts: the planned values, what the plan leaves alone, and what it forgets without
//! deleting it. What is known only after apply is there as something that was not seen, unless the
//! configuration in the plan says which resource it is made of. No value is told in an error:
//! Terraform writes sensitive ones in plain text.

mod address;
mod aws;
mod configuration;
mod file;
mod format;
mod google;
mod inventory;
mod resource;

use crate::error::Error;
use crate::holder::{Holder, HolderKind};
use crate::text::one_line;

pub use google::{GoogleFound, GoogleWanted};

pub(crate) use file::{HOW, LARGEST_MEBIBYTES};
use inventory::Inventory;

/// A plan or a state.
#[derive(Debug)]
pub struct Terraform {
    /// What messages call the file.
    name: String,
    inventory: Inventory,
    configuration: Option<format::Configuration>,
}

/// A user or role that stands in a plan or state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Where it stands, such as `module.render.aws_iam_role.remotion`.
    pub address: String,
    /// What it is.
    pub kind: HolderKind,
    /// Its name in AWS; `None` where it is known only after apply.
    pub name: Option<String>,
}

/// How many addresses a message lists.
const MOST_LISTED: usize = 20;

impl Terraform {
    /// Reads the bytes of a file; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// It is something else than a plan or state in JSON, is cut off, or contradicts itself.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let file = file::decode(name, bytes)?;
        let mut document = format::parse(&file)?;
        let inventory = inventory::of(&file.name, &document)?;
        let configuration = document.configuration.take();
        Ok(Self {
            name: file.name,
            inventory,
            configuration,
        })
    }

    /// What messages call the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people should know of it.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let incomplete = self.inventory.incomplete.iter().map(|why| {
            format!(
                "{why}: what it leaves out may grant and deny, so that only denials are certain"
            )
        });
        self.inventory
            .notes
            .iter()
            .cloned()
            .chain(incomplete)
            .collect()
    }

    /// The users and roles of AWS.
    ///
    /// # Errors
    ///
    /// One of them is malformed.
    pub fn principals(&self) -> Result<Vec<Principal>, Error> {
        aws::principals(self)
    }

    /// The user or role at an address.
    ///
    /// # Errors
    ///
    /// There is none; the error names those that are there.
    pub fn at(&self, address: &str) -> Result<Principal, Error> {
        let all = self.principals()?;
        if let Some(found) = all.iter().find(|one| one.address == address) {
            return Ok(found.clone());
        }
        Err(Error::call(format!(
            "{} holds no user or role at {}",
            self.name,
            one_line(address)
        ))
        .hint(choices(&all.iter().collect::<Vec<_>>())))
    }

    /// The only user.
    ///
    /// # Errors
    ///
    /// There is none, or there are several; the error names them.
    pub fn only_user(&self) -> Result<Principal, Error> {
        let all = self.principals()?;
        let users: Vec<&Principal> = all
            .iter()
            .filter(|one| one.kind == HolderKind::User)
            .collect();
        match users.as_slice() {
            [user] => Ok((*user).clone()),
            [] => Err(Error::call(format!("{} holds no user (aws_iam_user)", self.name)).hint(
                format!(
                    "add --subject role to check the execution role alone, or measure a role by the \
                     user's list with --subject user --address; {}",
                    choices(&all.iter().collect::<Vec<_>>())
                ),
            )),
            several => Err(Error::call(format!(
                "{} holds {} users, and which one deploys is not said",
                self.name,
                several.len()
            ))
            .hint(choices(several))),
        }
    }

    /// The role of this name.
    ///
    /// # Errors
    ///
    /// There is none, or there are several; the error names the roles that are there.
    pub fn role_named(&self, name: &str) -> Result<Principal, Error> {
        let all = self.principals()?;
        let roles: Vec<&Principal> = all
            .iter()
            .filter(|one| one.kind == HolderKind::Role)
            .collect();
        let named: Vec<&Principal> = roles
            .iter()
            .copied()
            .filter(|one| one.name.as_deref() == Some(name))
            .collect();
        match named.as_slice() {
            [role] => Ok((*role).clone()),
            [] => Err(Error::call(format!(
                "{} holds no role (aws_iam_role) of the name {name}",
                self.name
            ))
            .hint(format!(
                "name another one with --role-name, check the user alone with --subject user, or: {}",
                choices(&roles)
            ))),
            several => Err(Error::call(format!(
                "{} holds {} roles of the name {name}",
                self.name,
                several.len()
            ))
            .hint(choices(several))),
        }
    }

    /// A user or role with its policies.
    ///
    /// # Errors
    ///
    /// A resource that matters is malformed.
    pub fn holder(&self, principal: &Principal) -> Result<Found, Error> {
        aws::holder(self, &principal.address)
    }

    /// What it grants to and denies a member of Google Cloud.
    ///
    /// # Errors
    ///
    /// Who or where is not clear, or a resource that matters is malformed.
    pub fn google(&self, wanted: &GoogleWanted<'_>) -> Result<GoogleFound, Error> {
        google::find(self, wanted)
    }
}

/// A user or role with its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// It and its policies.
    pub holder: Holder,
    /// Terraform marks one of its policies as sensitive: nothing of their text may be told.
    pub is_sensitive: bool,
    /// The same of its trust policy.
    pub is_trust_sensitive: bool,
}

/// The addresses to choose from, as a hint.
fn choices(principals: &[&Principal]) -> String {
    if principals.is_empty() {
        return "the file holds no user or role: is it the right one?".to_owned();
    }
    let mut shown: Vec<String> = principals
        .iter()
        .take(MOST_LISTED)
        .map(|one| one_line(&one.address))
        .collect();
    if principals.len() > MOST_LISTED {
        shown.push(format!("and {} more", principals.len() - MOST_LISTED));
    }
    format!("pick one with --address: {}", shown.join(", "))
}
