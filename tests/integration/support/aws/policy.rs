//! Policy documents: reading them as strictly as the service does, and matching their patterns.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::{Map, Value};

use super::condition::{Condition, Context};
use super::position::{Position, statements};

/// A policy document that was accepted.
#[derive(Clone)]
pub(crate) struct Document {
    pub(super) text: String,
    pub(super) statements: Vec<Statement>,
}

/// What a document is for: who may do it, or what may be done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Permissions,
    Trust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Clone)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    actions: Selector,
    resources: Selector,
    pub(super) principals: Vec<(String, String)>,
    pub(super) conditions: Vec<Condition>,
    pub(super) start: Position,
    pub(super) end: Position,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone)]
struct Selector {
    negated: bool,
    patterns: Vec<String>,
}

impl Document {
    /// Reads a document; the error is what is wrong with it.
    pub(super) fn parse(text: &str, purpose: Purpose) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let object = value.as_object().ok_or("a policy is a JSON object")?;
        only(object, &["Version", "Id", "Statement"])?;
        if let Some(version) = object.get("Version")
            && version != "2012-10-17"
            && version != "2008-10-17"
        {
            return Err(format!("the version {version} does not exist"));
        }
        let found = match object.get("Statement") {
            Some(Value::Array(found)) if !found.is_empty() => found.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Err("a policy has statements".to_owned()),
        };
        let places = statements(text);
        if places.len() != found.len() {
            return Err("the statements can't be located".to_owned());
        }
        let statements = found
            .into_iter()
            .zip(places)
            .map(|(statement, (start, end))| Statement::parse(statement, purpose, start, end))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            statements,
        })
    }

    /// The size that counts against the quotas: everything but white space.
    pub(super) fn size(&self) -> usize {
        self.text.chars().filter(|c| !c.is_whitespace()).count()
    }
}

impl Statement {
    fn parse(
        value: &Value,
        purpose: Purpose,
        start: Position,
        end: Position,
    ) -> Result<Self, String> {
        let object = value.as_object().ok_or("a statement is an object")?;
        let mut known = vec!["Sid", "Effect", "Action", "NotAction", "Condition"];
        match purpose {
            Purpose::Permissions => known.extend(["Resource", "NotResource"]),
            Purpose::Trust => known.push("Principal"),
        }
        only(object, &known)?;
        let effect = match object.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err("the effect is Allow or Deny".to_owned()),
        };
        let actions = Selector::parse(object, "Action", "NotAction")?;
        if let Some(bad) = actions
            .patterns
            .iter()
            .find(|action| *action != "*" && !action.contains(':'))
        {
            return Err(format!("the action {bad} has no service"));
        }
        let (resources, principals) = match purpose {
            Purpose::Trust => (Selector::everything(), principals(object.get("Principal"))?),
            Purpose::Permissions => {
                let resources = Selector::parse(object, "Resource", "NotResource")?;
                if let Some(bad) = resources.patterns.iter().find(|pattern| {
                    *pattern != "*" && (!pattern.starts_with("arn:") || segments(pattern).len() < 6)
                }) {
                    return Err(format!("the resource {bad} is no ARN"));
                }
                (resources, Vec::new())
            }
        };
        Ok(Self {
            effect,
            actions,
            resources,
            principals,
            conditions: Condition::parse_all(object.get("Condition"))?,
            start,
            end,
        })
    }

    /// Whether the statement speaks about this action on this resource, conditions aside.
    pub(super) fn concerns(&self, action: &str, resource: &str, context: &Context) -> bool {
        self.actions
            .picks(|pattern| wildcard(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase()))
            && self.resources.picks(|pattern| {
                context
                    .resolve(pattern)
                    .is_some_and(|pattern| arn_matches(&pattern, resource))
            })
    }

    /// Whether all of its conditions hold.
    pub(super) fn applies(&self, context: &Context) -> bool {
        self.conditions.iter().all(|one| one.holds(context))
    }
}

impl Selector {
    fn everything() -> Self {
        Self {
            negated: false,
            patterns: vec!["*".to_owned()],
        }
    }

    fn parse(object: &Map<String, Value>, plain: &str, negated: &str) -> Result<Self, String> {
        match (object.get(plain), object.get(negated)) {
            (Some(value), None) => Ok(Self {
                negated: false,
                patterns: texts(value)?,
            }),
            (None, Some(value)) => Ok(Self {
                negated: true,
                patterns: texts(value)?,
            }),
            _ => Err(format!("a statement has either {plain} or {negated}")),
        }
    }

    fn picks(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern)) != self.negated
    }
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("the element {key} is not known here")),
        None => Ok(()),
    }
}

/// One text or a list of them.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("{value} is no text")),
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn principals(value: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    match value {
        Some(Value::String(all)) if all == "*" => Ok(vec![("AWS".to_owned(), "*".to_owned())]),
        Some(Value::Object(kinds)) => {
            let mut found = Vec::new();
            for (kind, names) in kinds {
                let names = texts(names)?;
                found.extend(names.into_iter().map(|name| (kind.clone(), name)));
            }
            Ok(found)
        }
        _ => Err("a trust policy names its principals".to_owned()),
    }
}

/// The six parts of an ARN; the last holds all further colons.
fn segments(arn: &str) -> Vec<&str> {
    arn.splitn(6, ':').collect()
}

/// Whether the pattern covers the ARN, part by part. What stands in the ARN is taken as it is:
/// an asterisk there is a character like any other.
pub(super) fn arn_matches(pattern: &str, arn: &str) -> bool {
    let (patterns, parts) = (segments(pattern), segments(arn));
    if pattern == "*" {
        return true;
    }
    patterns.len() == parts.len()
        && patterns
            .iter()
            .zip(parts)
            .all(|(pattern, part)| wildcard(pattern, part))
}

/// A character that a resolved variable put into a pattern: it stands for the asterisk or the
/// question mark itself.
pub(super) const LITERAL_ASTERISK: char = '\u{1}';
/// See [`LITERAL_ASTERISK`].
pub(super) const LITERAL_QUESTION_MARK: char = '\u{2}';

/// Whether `*` (any characters) and `?` (one character) make the pattern cover the text.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = characters.as_str().trim_start_matches('*');
            rest.is_empty()
                || text
                    .char_indices()
                    .any(|(at, _)| text.get(at..).is_some_and(|tail| wildcard(rest, tail)))
        }
        Some(wanted) => {
            let mut rest = text.chars();
            rest.next().is_some_and(|found| {
                let same = match wanted {
                    '?' => true,
                    LITERAL_ASTERISK => found == '*',
                    LITERAL_QUESTION_MARK => found == '?',
                    other => other == found,
                };
                same && wildcard(characters.as_str(), rest.as_str())
            })
        }
    }
}
