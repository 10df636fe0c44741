//! Policies as plain data: the generator makes them, the reference evaluates them, and the engine
//! gets them as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The layers, outermost data of a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModelLayers {
    pub(crate) identity: Vec<ModelPolicy>,
    pub(crate) boundary: Option<ModelPolicy>,
    pub(crate) session: Vec<ModelPolicy>,
    pub(crate) service_control: Vec<Vec<ModelPolicy>>,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelPolicy {
    /// Whether the version is the one with variables.
    pub(crate) variables: bool,
    pub(crate) statements: Vec<ModelStatement>,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelStatement {
    pub(crate) allow: bool,
    pub(crate) not_action: bool,
    pub(crate) actions: Vec<&'static str>,
    pub(crate) not_resource: bool,
    pub(crate) resources: Vec<Text>,
    pub(crate) conditions: Vec<ModelCondition>,
}

/// Text with variables.
#[derive(Debug, Clone)]
pub(crate) struct Text(pub(crate) Vec<Piece>);

#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Written(String),
    Escape(char),
    Variable {
        key: &'static str,
        default: Option<&'static str>,
    },
}

impl Text {
    pub(crate) fn plain(text: &str) -> Self {
        Self(vec![Piece::Written(text.to_owned())])
    }

    /// As it is written in a policy.
    pub(crate) fn written(&self) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Written(written) => text.push_str(written),
                Piece::Escape(character) => text.push_str(&format!("${{{character}}}")),
                Piece::Variable { key, default: None } => text.push_str(&format!("${{{key}}}")),
                Piece::Variable {
                    key,
                    default: Some(default),
                } => text.push_str(&format!("${{{key}, '{default}'}}")),
            }
        }
        text
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    None,
    All,
    Any,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelCondition {
    pub(crate) set: Set,
    /// The bare name, such as `StringNotLike`.
    pub(crate) operator: &'static str,
    pub(crate) if_exists: bool,
    pub(crate) key: &'static str,
    pub(crate) values: Vec<ModelValue>,
}

/// A value and what it is worth, so that the reference need not read it.
#[derive(Debug, Clone)]
pub(crate) struct ModelValue {
    pub(crate) text: Text,
    pub(crate) worth: Worth,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Worth {
    Text,
    /// A number in hundredths, or a moment in hundredths of a second.
    Hundredths(i64),
    Bool(bool),
    Bytes(Vec<u8>),
    /// First and last address.
    Addresses(u32, u32),
}

/// What is known of each key; a key that is not there is unknown, an empty list is absent.
pub(crate) type ModelContext = BTreeMap<&'static str, Vec<ModelValue>>;

impl ModelPolicy {
    pub(crate) fn to_json(&self) -> Value {
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(ModelStatement::to_json)
            .collect();
        if self.variables {
            json!({"Version": "2012-10-17", "Statement": statements})
        } else {
            json!({"Statement": statements})
        }
    }
}

impl ModelStatement {
    fn to_json(&self) -> Value {
        let mut statement = serde_json::Map::new();
        statement.insert(
            "Effect".into(),
            json!(if self.allow { "Allow" } else { "Deny" }),
        );
        let action = if self.not_action {
            "NotAction"
        } else {
            "Action"
        };
        statement.insert(action.into(), json!(self.actions));
        let resource = if self.not_resource {
            "NotResource"
        } else {
            "Resource"
        };
        let resources: Vec<String> = self.resources.iter().map(Text::written).collect();
        statement.insert(resource.into(), json!(resources));
        if !self.conditions.is_empty() {
            let mut block = serde_json::Map::new();
            for condition in &self.conditions {
                let set = match condition.set {
                    Set::None => "",
                    Set::All => "ForAllValues:",
                    Set::Any => "ForAnyValue:",
                };
                let suffix = if condition.if_exists { "IfExists" } else { "" };
                let name = format!("{set}{}{suffix}", condition.operator);
                let values: Vec<String> = condition
                    .values
                    .iter()
                    .map(|value| value.text.written())
                    .collect();
                let keys = block.entry(name).or_insert_with(|| json!({}));
                keys.as_object_mut()
                    .expect("an object was put there")
                    .insert(condition.key.into(), json!(values));
            }
            statement.insert("Condition".into(), Value::Object(block));
        }
        Value::Object(statement)
    }
}
