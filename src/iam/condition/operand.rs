//! One value of a condition, prepared for its operator, and its comparison with the request's.

use super::address::AddressRange;
use super::decimal::Decimal;
use super::moment::Moment;
use super::operator::{Operator, Test};
use super::value::{base64, boolean};
use crate::iam::context::Context;
use crate::iam::pattern::{Pattern, Reading};
use crate::iam::template::{Part, Template};
use crate::iam::truth::Truth;

/// A value in the policy, prepared for its operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Text(String),
    Pattern(Pattern),
    Number(Decimal),
    Moment(Moment),
    Bool(bool),
    Bytes(Vec<u8>),
    Addresses(AddressRange),
    /// Text with variables, whatever the operator.
    Open(Template),
}

impl Operand {
    pub(super) fn new(operator: Operator, text: &str, variables: bool) -> Result<Self, String> {
        let template = if variables {
            Template::parse(text)?
        } else {
            Template::literal(text)
        };
        if !template.is_plain() && !operator.takes_variables() {
            return Err(format!(
                "`{text}` has a variable, and this operator takes none"
            ));
        }
        if template.has_variables() {
            return Ok(Self::Open(template));
        }
        let nothing = Context::new();
        let parts = template.resolve(&nothing).parts;
        let wanted = |what: &str| format!("`{text}` is no {what}");
        Ok(match operator.test {
            Test::StringEquals | Test::StringEqualsIgnoreCase => Self::Text(plain_text(&parts)),
            Test::StringLike => Self::Pattern(Pattern::free(&parts)),
            Test::Arn => Self::Pattern(Pattern::arn(&parts, Reading::Narrow)),
            Test::Numeric(_) => Self::Number(Decimal::parse(text).ok_or_else(|| wanted("number"))?),
            Test::Date(_) => Self::Moment(Moment::parse(text).ok_or_else(|| {
                wanted("date: write it as in 2026-01-31T12:00:00Z, or in seconds since 1970")
            })?),
            Test::Bool | Test::Null => {
                Self::Bool(boolean(text).ok_or_else(|| wanted("boolean: write true or false"))?)
            }
            Test::Binary => Self::Bytes(base64(text).ok_or_else(|| wanted("base64"))?),
            Test::IpAddress => {
                Self::Addresses(AddressRange::parse(text).ok_or_else(|| {
                    wanted("address or range of addresses, such as 203.0.113.0/24")
                })?)
            }
        })
    }

    /// Whether a value of the request matches this value of the policy.
    pub(super) fn matches(&self, test: Test, value: &str, context: &Context) -> Truth {
        match self {
            Self::Open(template) => matches_open(template, test, value, context),
            Self::Text(own) if test == Test::StringEquals => (own == value).into(),
            Self::Text(own) => equals_ignoring_case(own, value),
            Self::Pattern(pattern) if test == Test::Arn => matches_arn(pattern, value),
            Self::Pattern(pattern) => pattern.matches(&characters(value)).into(),
            Self::Number(own) => match (test, Decimal::parse(value)) {
                (Test::Numeric(comparison), Some(value)) => comparison.holds(value.cmp(own)).into(),
                _ => Truth::Undecided,
            },
            Self::Moment(own) => match (test, Moment::parse(value)) {
                (Test::Date(comparison), Some(value)) => comparison.holds(value.cmp(own)).into(),
                _ => Truth::Undecided,
            },
            Self::Bool(own) => match boolean(value) {
                Some(value) => (value == *own).into(),
                None => Truth::Undecided,
            },
            Self::Bytes(own) => match base64(value) {
                Some(value) => (value == *own).into(),
                None => Truth::Undecided,
            },
            Self::Addresses(own) => match value.parse() {
                Ok(address) => own.contains(address).into(),
                Err(_) => Truth::Undecided,
            },
        }
    }
}

fn matches_open(template: &Template, test: Test, value: &str, context: &Context) -> Truth {
    let resolved = template.resolve(context);
    let open = resolved.open;
    let parts = &resolved.parts;
    // Where a variable is open, its place can hold any text: what does not match even then is
    // false, the rest is undecided.
    match test {
        Test::StringEquals => {
            let pattern = Pattern::literal(parts);
            undecided_if(open, pattern.matches(&characters(value)))
        }
        Test::StringLike => {
            let pattern = Pattern::free(parts);
            undecided_if(open, pattern.matches(&characters(value)))
        }
        _ if open => Truth::Undecided,
        Test::StringEqualsIgnoreCase => equals_ignoring_case(&plain_text(parts), value),
        Test::Arn => matches_arn(&Pattern::arn(parts, Reading::Narrow), value),
        Test::Bool => match (boolean(&plain_text(parts)), boolean(value)) {
            (Some(own), Some(value)) => (own == value).into(),
            _ => Truth::Undecided,
        },
        _ => Truth::Undecided,
    }
}

fn undecided_if(open: bool, matched: bool) -> Truth {
    if open && matched {
        Truth::Undecided
    } else {
        matched.into()
    }
}

fn equals_ignoring_case(own: &str, value: &str) -> Truth {
    if own.eq_ignore_ascii_case(value) {
        Truth::True
    } else if own.to_lowercase() == value.to_lowercase() {
        Truth::Undecided
    } else {
        Truth::False
    }
}

/// Six parts on both sides; what has fewer is no ARN, and AWS does not say what follows.
fn matches_arn(pattern: &Pattern, value: &str) -> Truth {
    if pattern.colons() < 5 || value.matches(':').count() < 5 {
        return Truth::Undecided;
    }
    pattern.matches(&characters(value)).into()
}

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn plain_text(parts: &[Part<'_>]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(own) | Part::Literal(own) => text.push_str(own),
            Part::LiteralCharacter(character) => text.push(*character),
            Part::Anything => {}
        }
    }
    text
}
