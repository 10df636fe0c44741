//! YAML as gcloud prints it, read into the same tree as JSON: every value knows its line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{DuplicateKeyPolicy, Error, MergeKeyPolicy, Options, Spanned};

use crate::iam::Position;
use crate::iam::json::{Key, Node, SyntaxError, Value};

/// The most values that are read. An allow policy has at most 1,500 members
/// ([quotas](https://cloud.google.com/iam/quotas)).
const MOST_NODES: usize = 200_000;

/// Reads the one document of a YAML text. gcloud writes neither anchors nor aliases, and merge keys
/// would hide what a policy says.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let budget = serde_saphyr::budget! {
        max_depth: 32,
        max_nodes: MOST_NODES,
        max_events: MOST_NODES.saturating_mul(2),
        max_total_scalar_bytes: text.len(),
        max_aliases: 0,
        max_anchors: 0,
        max_documents: 1,
    };
    let options: Options = serde_saphyr::options! {
        budget: budget,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
    };
    let tree = serde_saphyr::from_str_with_options::<Tree>(text, options)
        .map_err(|error| malformed(&error))?
        .0;
    hollow(&tree).map_or(Ok(tree), Err)
}

/// The first key or dash behind which nothing stands. gcloud leaves out what has no value, so the
/// file may be cut off there, and what is missing may be a condition, or whom a rule denies.
fn hollow(tree: &Node) -> Option<SyntaxError> {
    let missing = |position: Position, what: String| SyntaxError {
        position,
        problem: format!(
            "nothing stands behind {what}: the file may be cut off there; leave out what has no value"
        ),
    };
    match &tree.value {
        Value::Array(items) => items.iter().find_map(|item| match item.value {
            Value::Null => Some(missing(item.position, "a dash".to_owned())),
            _ => hollow(item),
        }),
        Value::Object(members) => members.iter().find_map(|(key, node)| match node.value {
            Value::Null => Some(missing(key.position, format!("{:?}", key.name))),
            _ => hollow(node),
        }),
        _ => None,
    }
}

fn position(location: serde_saphyr::Location) -> Position {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).max(1);
    Position {
        line: small(location.line()),
        column: small(location.column()),
    }
}

fn malformed(error: &Error) -> SyntaxError {
    let message = match error.without_snippet() {
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Documents { .. } => {
                "a second document begins here: give each policy in a file of its own".to_owned()
            }
            BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
                "an anchor or alias: write the value out".to_owned()
            }
            _ => "more values or nesting than a policy has".to_owned(),
        },
        other => other.to_string(),
    };
    let first = message.lines().next().unwrap_or_default();
    // The parser's own mention of the place, which is told in front, and of its settings.
    let first = [" at line ", ", set "].iter().fold(first, |text, end| {
        text.split_once(end).map_or(text, |(reason, _)| reason)
    });
    SyntaxError {
        position: error
            .location()
            .map_or(Position { line: 1, column: 1 }, position),
        problem: crate::text::one_line(first),
    }
}

struct Tree(Node);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned {
            value: Branch(value),
            referenced,
            ..
        } = Spanned::<Branch>::deserialize(deserializer)?;
        Ok(Self(Node {
            position: position(referenced),
            value,
        }))
    }
}

struct Branch(Value);

impl<'de> Deserialize<'de> for Branch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grow).map(Self)
    }
}

struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON knows too")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Tree(node)) = sequence.next_element()? {
            items.push(node);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(Key, Node)> = Vec::new();
        while let Some((key, Tree(node))) = map.next_entry::<Spanned<String>, Tree>()? {
            if members.iter().any(|(other, _)| other.name == key.value) {
                return Err(A::Error::custom(format!(
                    "the key {:?} stands twice in one mapping",
                    key.value
                )));
            }
            let key = Key {
                position: position(key.referenced),
                name: key.value,
            };
            members.push((key, node));
        }
        Ok(Value::Object(members))
    }
}
