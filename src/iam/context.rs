//! What is known of a request besides its action and its resource.
//!
//! A condition key is in one of three states: known with its values, known to be absent from the
//! request, or not known at all. AWS itself only has the first two, because it sees the request;
//! a proof on files has not seen it yet. Key names are compared without case
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition.html>).

use std::collections::BTreeMap;

/// Condition keys and what is known of them.
///
/// ```
/// use remperm::iam::Context;
///
/// let context = Context::new()
///     .with("aws:username", ["alice"])
///     .without("aws:TokenIssueTime");
/// # let _ = context;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Vec<String>>,
}

/// What is known of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// Nothing: the key may be there or not, with any value.
    Unknown,
    /// The key is not in the request.
    Absent,
    /// The key is in the request with these values, at least one.
    Values(&'a [String]),
}

impl Context {
    /// A context in which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with the key known to have these values. No value at all means that the key is
    /// absent, as AWS's `Null` operator sees it.
    #[must_use]
    pub fn with<I, V>(mut self, key: &str, values: I) -> Self
    where
        I: IntoIterator<Item = V>,
        V: Into<String>,
    {
        self.set(key, values);
        self
    }

    /// The same, with the key known to be absent from the request.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.keys.insert(key.to_lowercase(), Vec::new());
        self
    }

    /// Makes the key known to have these values; replaces what was known of it.
    pub fn set<I, V>(&mut self, key: &str, values: I)
    where
        I: IntoIterator<Item = V>,
        V: Into<String>,
    {
        self.keys.insert(
            key.to_lowercase(),
            values.into_iter().map(Into::into).collect(),
        );
    }

    /// What is known of the key, whose name must be in lower case.
    pub(super) fn get(&self, lower_case_key: &str) -> Known<'_> {
        match self.keys.get(lower_case_key) {
            None => Known::Unknown,
            Some(values) if values.is_empty() => Known::Absent,
            Some(values) => Known::Values(values),
        }
    }
}
