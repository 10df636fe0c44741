//! A user or role with the policies that it holds, as text, wherever they were found: in an
//! account's details, in a Terraform plan, or read from IAM itself.
//!
//! Plain data between those who find policies and [`crate::offline`], which judges them.

use crate::permission::Subject;
use crate::plan::ContextEntry;

/// A user or role and everything that decides what it may do and that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What it is.
    pub kind: HolderKind,
    /// What people call it: an ARN where that is known, else a name or an address.
    pub name: String,
    /// The account that it belongs to, where that is known.
    pub account: Option<String>,
    /// Its identity policies: inline, attached, and those of its groups.
    pub policies: Vec<Attached>,
    /// Its permissions boundary.
    pub boundary: Option<Attached>,
    /// Who may assume it, for a role.
    pub trust: Option<Attached>,
    /// What is known for sure of every request that it makes; a key without values is known to be
    /// absent. What follows from an ARN is in [`known_of`](crate::aws::arn::known_of).
    pub context: Vec<ContextEntry>,
}

/// What a holder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolderKind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
}

impl HolderKind {
    /// Whose list it is measured by where nothing else is said.
    #[must_use]
    pub const fn subject(self) -> Subject {
        match self {
            Self::User => Subject::User,
            Self::Role => Subject::Role,
        }
    }
}

/// A policy that a holder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// What reports and errors call it, such as `details.json: user alice, inline policy "deploy"`.
    pub name: String,
    /// Its text, or why that is not there.
    pub content: Content,
}

/// The text of a policy, or why it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The policy document, as JSON.
    Seen(String),
    /// It is attached and was not seen: whatever hangs on it is unknown, for this reason.
    Unseen(String),
}
