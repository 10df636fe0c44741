//! Condition blocks, and the context that they are held against.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::policy::{LITERAL_ASTERISK, LITERAL_QUESTION_MARK, arn_matches, texts, wildcard};

/// The context keys of a request with their values. Names of keys know no case.
#[derive(Clone, Debug, Default)]
pub(super) struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    pub(super) fn set(&mut self, key: &str, values: Vec<String>) {
        self.0.insert(key.to_ascii_lowercase(), values);
    }

    pub(super) fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// Puts the values of `${…}` into a pattern; nothing when one of them is not known.
    pub(super) fn resolve(&self, pattern: &str) -> Option<String> {
        let mut resolved = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            resolved.push_str(before);
            let (name, tail) = after.split_once('}')?;
            match name {
                "*" => resolved.push(LITERAL_ASTERISK),
                "?" => resolved.push(LITERAL_QUESTION_MARK),
                "$" => resolved.push('$'),
                key => {
                    let (key, default) = match key.split_once(',') {
                        Some((key, default)) => {
                            (key.trim(), Some(default.trim().trim_matches('\'')))
                        }
                        None => (key, None),
                    };
                    let value = match self.get(key) {
                        Some([value]) => Some(value.as_str()),
                        _ => default,
                    }?;
                    for character in value.chars() {
                        resolved.push(match character {
                            '*' => LITERAL_ASTERISK,
                            '?' => LITERAL_QUESTION_MARK,
                            other => other,
                        });
                    }
                }
            }
            rest = tail;
        }
        resolved.push_str(rest);
        Some(resolved)
    }
}

/// One key of one operator, with the values to hold it against.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    quantifier: Option<Quantifier>,
    operator: String,
    if_exists: bool,
    pub(super) key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Quantifier {
    All,
    Any,
}

/// The operators of this server, without the negated forms of them.
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "ArnEquals",
    "ArnLike",
    "NumericEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "Bool",
    "Null",
];

impl Condition {
    pub(super) fn parse_all(block: Option<&Value>) -> Result<Vec<Self>, String> {
        let Some(block) = block else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for (operator, keys) in block.as_object().ok_or("a condition is an object")? {
            let (quantifier, rest) = match operator.split_once(':') {
                Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
                Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
                Some(_) => return Err(format!("the operator {operator} does not exist")),
                None => (None, operator.as_str()),
            };
            let (name, if_exists) = match rest.strip_suffix("IfExists") {
                Some(name) => (name, true),
                None => (rest, false),
            };
            if !OPERATORS.contains(&plain(name).0.as_str()) {
                return Err(format!("the operator {operator} is not known here"));
            }
            for (key, values) in keys.as_object().ok_or("an operator holds keys")? {
                found.push(Self {
                    quantifier,
                    operator: name.to_owned(),
                    if_exists,
                    key: key.clone(),
                    values: texts(values)?,
                });
            }
        }
        Ok(found)
    }

    pub(super) fn holds(&self, context: &Context) -> bool {
        let values = context.get(&self.key);
        if self.operator == "Null" {
            return self
                .values
                .iter()
                .any(|wanted| (wanted == "true") == values.is_none());
        }
        let (operator, negated) = plain(&self.operator);
        let Some(values) = values else {
            return match self.quantifier {
                Some(Quantifier::All) => true,
                Some(Quantifier::Any) => self.if_exists,
                None => negated || self.if_exists,
            };
        };
        let matches = |value: &String| {
            self.values
                .iter()
                .filter_map(|wanted| context.resolve(wanted))
                .any(|wanted| compare(&operator, &wanted, value))
        };
        match self.quantifier {
            Some(Quantifier::All) => values.iter().all(|value| matches(value) != negated),
            Some(Quantifier::Any) => values.iter().any(|value| matches(value) != negated),
            None => values.iter().any(matches) != negated,
        }
    }
}

/// The operator without `Not`, and whether it had one.
fn plain(operator: &str) -> (String, bool) {
    match operator.split_once("Not") {
        Some((kind, rest)) => (format!("{kind}{rest}"), true),
        None => (operator.to_owned(), false),
    }
}

fn compare(operator: &str, wanted: &str, value: &str) -> bool {
    let unescaped = || {
        wanted
            .replace(LITERAL_ASTERISK, "*")
            .replace(LITERAL_QUESTION_MARK, "?")
    };
    let number = |holds: fn(&f64, &f64) -> bool| {
        let numbers = (value.parse(), wanted.parse());
        if let (Ok(value), Ok(wanted)) = numbers {
            holds(&value, &wanted)
        } else {
            false
        }
    };
    match operator {
        "StringEquals" => unescaped() == value,
        "StringEqualsIgnoreCase" | "Bool" => unescaped().eq_ignore_ascii_case(value),
        "StringLike" => wildcard(wanted, value),
        "ArnEquals" | "ArnLike" => arn_matches(wanted, value),
        "NumericEquals" => number(|value, wanted| value == wanted),
        "NumericLessThan" => number(f64::lt),
        "NumericLessThanEquals" => number(f64::le),
        "NumericGreaterThan" => number(f64::gt),
        "NumericGreaterThanEquals" => number(f64::ge),
        _ => false,
    }
}
