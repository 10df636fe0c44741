//! Requirements made concrete: the questions that a source is asked. Pure functions, no network.
//!
//! Remotion's scopes are patterns over accounts, regions and names. What is known is filled in;
//! where a scope stays open, the pattern and a name as Remotion would make it are both asked, so
//! that a grant that is narrower than the scope shows.

mod aws;
mod gcp;

use crate::permission::Subject;

pub use aws::{AwsTarget, aws_questions, names_the_user};
pub use gcp::gcp_questions;

/// How a resource was chosen for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing is open: the scope itself, or a name that the user gave.
    Exact,
    /// The scope's pattern, with account and region filled in.
    Pattern,
    /// A name as Remotion would make it, for a scope that is open.
    Sample,
}

/// One requirement, made concrete on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who would hold the permission.
    pub subject: Subject,
    /// Which of the requirements it belongs to.
    pub requirement: usize,
    /// The AWS action or the Google Cloud permission.
    pub permission: String,
    /// The concrete resource.
    pub resource: String,
    /// How the resource was chosen.
    pub form: Form,
    /// Condition keys and values that the real call would carry.
    pub context: Vec<ContextEntry>,
}

/// A condition key with its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContextEntry {
    /// The key, such as `aws:RequestedRegion`.
    pub key: String,
    /// The type, as the simulator names it.
    pub kind: ContextKind,
    /// One value, or several where the key takes them.
    pub values: Vec<String>,
}

/// The types of condition keys that [`ContextEntry`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextEntry.html) knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContextKind {
    /// Text.
    String,
    /// Several texts.
    StringList,
    /// A number.
    Numeric,
    /// Several numbers.
    NumericList,
    /// True or false.
    Boolean,
    /// Several of true and false.
    BooleanList,
    /// An IP address.
    Ip,
    /// Several IP addresses.
    IpList,
    /// A date.
    Date,
    /// Several dates.
    DateList,
}
