//! A user or role with the policies that it holds, as text, wherever they were found: in an
//! account's details, in a Terraform plan, or read from IAM itself.
//!
//! Plain data between those who find policies and [`crate::offline`], which judges them.

use crate::aws::arn::{Arn, Caller};
use crate::permission::Subject;
use crate::plan::{ContextEntry, ContextKind};

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
    /// absent. See [`known_of`].
    pub context: Vec<ContextEntry>,
}

/// The condition keys whose values follow from the ARN of a user or role
/// ([what AWS sets](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html),
/// [by principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse)).
///
/// `aws:userid` and tags are not among them: those of a role depend on its session.
#[must_use]
pub fn known_of(arn: &Arn) -> Vec<ContextEntry> {
    let entry = |key: &str, values: &[&str]| ContextEntry {
        key: key.to_owned(),
        kind: ContextKind::String,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let mut known = vec![
        entry("aws:PrincipalArn", &[&arn.to_string()]),
        entry("aws:PrincipalAccount", &[&arn.account]),
    ];
    match Caller::of(arn) {
        Caller::User => {
            known.push(entry("aws:username", &[arn.name()]));
            known.push(entry("aws:PrincipalType", &["User"]));
        }
        Caller::Role => {
            known.push(entry("aws:username", &[]));
            known.push(entry("aws:PrincipalType", &["AssumedRole"]));
        }
        _ => {}
    }
    known
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
