//! One resource as it will be, and its fields: known, absent, or known only after apply.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::address::{Key, Step};
use crate::error::Error;

/// A value that a resource may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<T> {
    /// It has it.
    Known(T),
    /// It has none.
    Absent,
    /// It will have one, or may, which is not known before the plan is applied.
    Unknown,
}

/// Several texts, of which some may not be known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Texts<'a> {
    pub(super) known: Vec<&'a str>,
    /// How many more there are; `None` where that is not known either.
    pub(super) unknown: Option<usize>,
}

impl Texts<'_> {
    pub(super) fn is_complete(&self) -> bool {
        self.unknown == Some(0)
    }
}

/// Whether Terraform manages it or only reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Managed,
    Data,
}

/// What a plan does with it, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is made anew: what it was before says nothing of what it will be.
    Created,
    /// It stays, changed or not; or this is a state.
    Stays,
    /// It is deleted, and maybe after others were made, be it one that takes its place.
    Deleted,
    /// It is deleted before another one is made in its place, and maybe after others were made.
    Replaced,
}

/// One instance of a resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resource {
    /// What messages call the file.
    pub(super) file: Arc<str>,
    pub(super) address: String,
    /// The modules that it stands in.
    pub(super) modules: Vec<Step>,
    pub(super) mode: Mode,
    /// Such as `aws_iam_role`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) key: Option<Key>,
    pub(super) fate: Fate,
    pub(super) values: Map<String, Value>,
    /// Of the same form as the values, with `true` for what is known only after apply.
    pub(super) unknown: Value,
    /// Of the same form, with `true` for what must not be shown.
    pub(super) sensitive: Value,
}

impl Resource {
    /// What is wrong with a field. The value itself is never told.
    fn wrong(&self, field: &str, found: &Value, wanted: &str) -> Error {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        Error::call(format!(
            "{}: {}: {field} is {found} where {wanted} should stand",
            self.file, self.address
        ))
        .hint("give the output of `terraform show -json` as it is")
    }

    fn unknown_of(&self, field: &str) -> &Value {
        match &self.unknown {
            Value::Object(fields) => fields.get(field).unwrap_or(&Value::Null),
            whole => whole,
        }
    }

    /// Whether nothing of the field is known.
    pub(super) fn is_unknown(&self, field: &str) -> bool {
        self.unknown_of(field) == &Value::Bool(true)
            && self.values.get(field).is_none_or(Value::is_null)
    }

    /// Whether Terraform marks anything of the field as sensitive.
    pub(super) fn is_sensitive(&self, field: &str) -> bool {
        match &self.sensitive {
            Value::Object(fields) => fields.get(field).is_some_and(holds_true),
            whole => holds_true(whole),
        }
    }

    /// A field that is one text. An empty text is none, as providers see it.
    ///
    /// # Errors
    ///
    /// It is something else than a text.
    pub(super) fn text(&self, field: &str) -> Result<Field<&str>, Error> {
        match self.values.get(field) {
            None | Some(Value::Null) if holds_true(self.unknown_of(field)) => Ok(Field::Unknown),
            None | Some(Value::Null) => Ok(Field::Absent),
            Some(Value::String(text)) if text.is_empty() => Ok(Field::Absent),
            Some(Value::String(text)) => Ok(Field::Known(text)),
            Some(other) => Err(self.wrong(field, other, "a text")),
        }
    }

    /// A field that is a list or set of texts.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub(super) fn texts(&self, field: &str) -> Result<Texts<'_>, Error> {
        let none = Texts {
            known: Vec::new(),
            unknown: Some(0),
        };
        let items = match self.values.get(field) {
            None | Some(Value::Null) if holds_true(self.unknown_of(field)) => {
                return Ok(Texts {
                    unknown: None,
                    ..none
                });
            }
            None | Some(Value::Null) => return Ok(none),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(self.wrong(field, other, "an array of texts")),
        };
        let mut texts = none;
        let mut unknown = 0;
        for item in items {
            match item {
                Value::String(text) => texts.known.push(text),
                // Unknown elements stand as null.
                Value::Null => unknown += 1,
                other => return Err(self.wrong(field, other, "a text")),
            }
        }
        // A set may say that something of it is unknown without saying which element.
        texts.unknown = if unknown == 0 && holds_true(self.unknown_of(field)) {
            None
        } else {
            Some(unknown)
        };
        Ok(texts)
    }

    /// A field that is a list of blocks.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub(super) fn blocks(&self, field: &str) -> Result<Vec<Self>, Error> {
        let items = match self.values.get(field) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(self.wrong(field, other, "an array of blocks")),
        };
        let of = |tree: &Value, index: usize| match tree {
            Value::Array(items) => items.get(index).cloned().unwrap_or(Value::Null),
            other => other.clone(),
        };
        let unknown = self.unknown_of(field);
        let sensitive = match &self.sensitive {
            Value::Object(fields) => fields.get(field).cloned().unwrap_or(Value::Null),
            whole => whole.clone(),
        };
        let is_sensitive = holds_true(&sensitive);
        let mut blocks = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let values = match item {
                Value::Object(values) => values.clone(),
                Value::Null => Map::new(),
                other => return Err(self.wrong(field, other, "a block")),
            };
            let unknown = if item.is_null() {
                Value::Bool(true)
            } else {
                of(unknown, index)
            };
            blocks.push(Self {
                address: format!("{}.{field}[{index}]", self.address),
                values,
                unknown,
                sensitive: Value::Bool(is_sensitive),
                ..self.clone_without_values()
            });
        }
        Ok(blocks)
    }

    fn clone_without_values(&self) -> Self {
        Self {
            file: Arc::clone(&self.file),
            address: String::new(),
            modules: self.modules.clone(),
            mode: self.mode,
            kind: self.kind.clone(),
            name: self.name.clone(),
            key: self.key.clone(),
            fate: self.fate,
            values: Map::new(),
            unknown: Value::Null,
            sensitive: Value::Null,
        }
    }
}

/// Whether `true` stands anywhere in such a tree.
pub(super) fn holds_true(tree: &Value) -> bool {
    match tree {
        Value::Bool(is) => *is,
        Value::Array(items) => items.iter().any(holds_true),
        Value::Object(fields) => fields.values().any(holds_true),
        _ => false,
    }
}
