//! The fields of one object, each known by its path.

use super::Source;
use crate::error::Error;
use crate::iam::json::{Node, Value};
use crate::text::one_line;

/// An object and where it stands.
pub(super) struct Fields<'s, 'n> {
    source: &'s Source<'s>,
    node: &'n Node,
    path: String,
}

impl<'s, 'n> Fields<'s, 'n> {
    pub(super) fn of(source: &'s Source<'s>, node: &'n Node, path: String) -> Result<Self, Error> {
        match node.value {
            Value::Object(_) => Ok(Self { source, node, path }),
            _ => Err(source.wrong(
                node,
                &path,
                format!("{} where an object should stand", node.value.kind()),
            )),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&'n str, &'n Node)> {
        let members = match &self.node.value {
            Value::Object(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(|(key, node)| (key.name.as_str(), node))
    }

    /// A field that has a value: null is as good as none.
    fn get(&self, name: &str) -> Option<&'n Node> {
        self.all()
            .find(|(key, _)| *key == name)
            .map(|(_, node)| node)
            .filter(|node| !matches!(node.value, Value::Null))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all().any(|(key, _)| key == name)
    }

    /// The path of a field.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The first field that is none of these.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&'n str> {
        self.all()
            .map(|(key, _)| key)
            .find(|key| !known.contains(key))
    }

    /// Refuses fields that are none of these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Error> {
        match self.unknown(known) {
            None => Ok(()),
            Some(key) => Err(self.wrong(format!(
                "the field {:?} is not known here, and could change what this means",
                one_line(key)
            ))),
        }
    }

    /// An error about the object.
    pub(super) fn wrong(&self, problem: impl std::fmt::Display) -> Error {
        self.source.wrong(self.node, &self.path, problem)
    }

    /// An error about a field.
    fn wrong_field(&self, name: &str, node: &Node, wanted: &str) -> Error {
        let problem = format!("{} where {wanted} should stand", node.value.kind());
        self.source.wrong(node, &self.path(name), problem)
    }

    pub(super) fn object(&self, name: &str) -> Option<&'n Node> {
        self.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&'n str>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(node) => match &node.value {
                Value::String(text) => Ok(Some(text)),
                _ => Err(self.wrong_field(name, node, "a string")),
            },
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<&'n str, Error> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(format!("{name} is missing"))),
        }
    }

    pub(super) fn boolean(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(node) => match node.value {
                Value::Bool(so) => Ok(so),
                _ => Err(self.wrong_field(name, node, "a boolean")),
            },
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<&'n str>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(node) => match &node.value {
                Value::Number(digits) => Ok(Some(digits)),
                _ => Err(self.wrong_field(name, node, "a number")),
            },
        }
    }

    /// The items of a list, with their paths; `None` where there is no such field.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<(String, &'n Node)>>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(node) => match &node.value {
                Value::Array(items) => Ok(Some(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| (format!("{}[{index}]", self.path(name)), item))
                        .collect(),
                )),
                _ => Err(self.wrong_field(name, node, "a list")),
            },
        }
    }

    /// The texts of a list.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(items) = self.list(name)? else {
            return Ok(None);
        };
        items
            .into_iter()
            .map(|(path, item)| match &item.value {
                Value::String(text) if !text.is_empty() => Ok(text.clone()),
                Value::String(_) => Err(self.source.wrong(item, &path, "an empty string")),
                other => Err(self.source.wrong(
                    item,
                    &path,
                    format!("{} where a string should stand", other.kind()),
                )),
            })
            .collect::<Result<Vec<String>, Error>>()
            .map(Some)
    }
}
