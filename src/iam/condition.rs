//! Conditions, in three values.
//!
//! A condition is true, false, or undecided by what is known of the request. The rules, each from
//! AWS's pages on
//! [operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html),
//! [several keys or values](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html)
//! and [set operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html):
//!
//! - Operators and keys of one statement must all hold; of several values of one key, one must
//!   match, and for a negated operator none may.
//! - A key that is absent makes a condition false, a negated one true, one with `IfExists` true,
//!   one with `ForAllValues` true, one with `ForAnyValue` false.
//! - `ArnLike` and `ArnEquals` are the same, and compare the six parts one by one.
//!
//! Undecided, because nothing is known or nothing documented: a key that is not in the context; a
//! key of several values under an operator without `ForAllValues` or `ForAnyValue`; a value in the
//! request that is not of the operator's type; a set operator on values that are all empty text,
//! where AWS says both "empty data set" and "empty string"; letters beyond ASCII that differ in
//! case only.

mod address;
mod decimal;
mod moment;
mod operand;
pub(super) mod operator;
mod value;

use super::context::{Context, Known};
use super::truth::Truth;
use operand::Operand;
use operator::{Operator, Quantifier, Test};

/// One operator on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    /// As it stands in the policy.
    key: String,
    lower_case_key: String,
    values: Vec<Operand>,
}

impl Condition {
    /// Prepares a condition; the error says which value is wrong.
    pub(super) fn new(
        operator: Operator,
        key: &str,
        values: &[&str],
        variables: bool,
    ) -> Result<Self, String> {
        let values = values
            .iter()
            .map(|value| Operand::new(operator, value, variables))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            operator,
            key: key.to_owned(),
            lower_case_key: key.to_lowercase(),
            values,
        })
    }

    /// The key as it stands in the policy.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the condition holds for every request that agrees with the context, for none, or
    /// whether that is open.
    pub(super) fn truth(&self, context: &Context) -> Truth {
        let known = context.get(&self.lower_case_key);
        if self.operator.test == Test::Null {
            let absent = match known {
                Known::Unknown => return Truth::Undecided,
                Known::Absent => true,
                Known::Values(_) => false,
            };
            let wanted = |operand: &Operand| *operand == Operand::Bool(absent);
            return self.values.iter().any(wanted).into();
        }
        let Operator {
            quantifier,
            negated,
            if_exists,
            ..
        } = self.operator;
        match (known, quantifier) {
            (Known::Unknown, _) => Truth::Undecided,
            (Known::Absent, Quantifier::Single) => (if_exists || negated).into(),
            (Known::Absent, Quantifier::All) => Truth::True,
            (Known::Absent, Quantifier::Any) => if_exists.into(),
            (Known::Values([value]), Quantifier::Single) => self.one(value, context),
            (Known::Values(_), Quantifier::Single) => Truth::Undecided,
            (Known::Values(values), Quantifier::All) => {
                let all = values
                    .iter()
                    .map(|value| self.one(value, context))
                    .fold(Truth::True, Truth::and);
                unless_empty(values, all, Truth::True)
            }
            (Known::Values(values), Quantifier::Any) => {
                let any = values
                    .iter()
                    .map(|value| self.one(value, context))
                    .fold(Truth::False, Truth::or);
                unless_empty(values, any, Truth::False)
            }
        }
    }

    /// The operator on one value of the request.
    fn one(&self, value: &str, context: &Context) -> Truth {
        let matched = self
            .values
            .iter()
            .map(|operand| operand.matches(self.operator.test, value, context))
            .fold(Truth::False, Truth::or);
        if self.operator.negated {
            !matched
        } else {
            matched
        }
    }

    /// Whether all variables have a value. A condition with `IfExists` on a key that is absent
    /// does not look at its values; where nothing is known of the key, it may not.
    pub(super) fn resolvable(&self, context: &Context) -> Truth {
        let mut resolvable = Truth::True;
        for operand in &self.values {
            if let Operand::Open(template) = operand {
                resolvable = resolvable.and(template.resolve(context).resolvable);
            }
        }
        if !self.operator.if_exists {
            return resolvable;
        }
        match context.get(&self.lower_case_key) {
            Known::Absent => Truth::True,
            Known::Unknown => resolvable.or(Truth::Undecided),
            Known::Values(_) => resolvable,
        }
    }

    /// The keys that could decide the condition: its own, as written, and those of variables.
    pub(super) fn open_keys<'a>(&'a self, context: &Context) -> Vec<&'a str> {
        let mut keys = Vec::new();
        for operand in &self.values {
            if let Operand::Open(template) = operand {
                keys.extend(template.open_keys(context));
            }
        }
        if keys.is_empty() || context.get(&self.lower_case_key) == Known::Unknown {
            keys.push(&self.key);
        }
        keys
    }
}

/// For values that are all empty text, the two documented readings must agree.
fn unless_empty(values: &[String], computed: Truth, of_nothing: Truth) -> Truth {
    if values.iter().all(String::is_empty) && computed != of_nothing {
        Truth::Undecided
    } else {
        computed
    }
}
