//! The elements of a statement that hold lists: actions, resources, principals, conditions.

use std::collections::BTreeSet;

use super::Reader;
use crate::iam::action::ActionPattern;
use crate::iam::condition::Condition;
use crate::iam::condition::operator::Operator;
use crate::iam::document::{PolicyKind, Principal, PrincipalKind, Principals};
use crate::iam::error::{DocumentError, WarningKind};
use crate::iam::json::{Key, Node, Value};
use crate::iam::resource::ResourcePattern;
use crate::iam::slips;

impl Reader<'_> {
    pub(super) fn actions(
        &mut self,
        key: &Key,
        node: &Node,
    ) -> Result<Vec<ActionPattern>, DocumentError> {
        let mut patterns = Vec::new();
        for (position, text) in self.strings(node, &key.name)? {
            let pattern = ActionPattern::parse(text)
                .map_err(|problem| self.error(position, &key.name, problem))?;
            if let Some(meant) = slips::meant(text, self.known_actions) {
                let kind = WarningKind::ActionSlip {
                    written: text.to_owned(),
                    meant: meant.to_owned(),
                };
                self.warn(position, &key.name, kind);
            }
            patterns.push(pattern);
        }
        Ok(patterns)
    }

    pub(super) fn resources(
        &mut self,
        key: &Key,
        node: &Node,
    ) -> Result<Vec<ResourcePattern>, DocumentError> {
        let strict = matches!(
            self.kind,
            PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session
        );
        let mut patterns = Vec::new();
        for (position, text) in self.strings(node, &key.name)? {
            let (pattern, oddities) = ResourcePattern::parse(text, self.variables, strict)
                .map_err(|problem| self.error(position, &key.name, problem))?;
            let text = || text.to_owned();
            if oddities.short {
                self.warn(position, &key.name, WarningKind::ShortArn { text: text() });
            }
            if !self.variables && text().contains("${") {
                self.warn(
                    position,
                    &key.name,
                    WarningKind::LiteralVariable { text: text() },
                );
            }
            patterns.push(pattern);
        }
        Ok(patterns)
    }

    pub(super) fn principals(&self, key: &Key, node: &Node) -> Result<Principals, DocumentError> {
        let field = &key.name;
        let members = match &node.value {
            Value::String(text) if text == "*" => return Ok(Principals::Everyone),
            Value::Object(members) if !members.is_empty() => members,
            _ => return Err(self.wrong_type(node, field, "`*` or an object that is not empty")),
        };
        let mut principals = Vec::new();
        for (key, node) in members {
            let field = format!("{field}.{}", key.name);
            let kind = match key.name.as_str() {
                "AWS" => PrincipalKind::Aws,
                "Federated" => PrincipalKind::Federated,
                "Service" => PrincipalKind::Service,
                "CanonicalUser" => PrincipalKind::CanonicalUser,
                other => {
                    let problem = format!(
                        "`{other}` is no sort of principal: write AWS, Federated, Service or CanonicalUser"
                    );
                    return Err(self.error(key.position, &field, problem));
                }
            };
            for (position, name) in self.strings(node, &field)? {
                if name.is_empty() {
                    return Err(self.error(position, &field, "a principal without a name"));
                }
                principals.push(Principal {
                    kind,
                    name: name.to_owned(),
                });
            }
        }
        Ok(Principals::Named(principals))
    }

    pub(super) fn conditions(&mut self, node: &Node) -> Result<Vec<Condition>, DocumentError> {
        let mut conditions = Vec::new();
        for (key, node) in self.object(node, "Condition")? {
            let field = format!("Condition.{}", key.name);
            let operator = Operator::parse(&key.name)
                .map_err(|problem| self.error(key.position, &field, problem))?;
            let mut seen = BTreeSet::new();
            for (key, node) in self.object(node, &field)? {
                let field = format!("{field}.{}", key.name);
                if !seen.insert(key.name.to_lowercase()) {
                    let problem = "the same key in another case stands beside it";
                    return Err(self.error(key.position, &field, problem));
                }
                check_condition_key(&key.name)
                    .map_err(|problem| self.error(key.position, &field, problem))?;
                let values = self.condition_values(node, &field)?;
                let variables = !self.variables && values.iter().any(|text| text.contains("${"));
                let condition = Condition::new(operator, &key.name, &values, self.variables)
                    .map_err(|problem| self.error(node.position, &field, problem))?;
                if variables {
                    let text = values.join(", ");
                    self.warn(node.position, &field, WarningKind::LiteralVariable { text });
                }
                conditions.push(condition);
            }
        }
        Ok(conditions)
    }

    /// Strings, numbers or booleans, one or an array of at least one, as text.
    fn condition_values<'n>(
        &self,
        node: &'n Node,
        field: &str,
    ) -> Result<Vec<&'n str>, DocumentError> {
        let nodes = match &node.value {
            Value::Array(items) if items.is_empty() => {
                let problem = "an empty array: name at least one value, or take the key out";
                return Err(self.error(node.position, field, problem));
            }
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        nodes
            .iter()
            .map(|node| match &node.value {
                Value::String(text) | Value::Number(text) => Ok(text.as_str()),
                Value::Bool(true) => Ok("true"),
                Value::Bool(false) => Ok("false"),
                _ => Err(self.wrong_type(node, field, "a string, a number or a boolean")),
            })
            .collect()
    }
}

fn check_condition_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key
        .split_once(':')
        .ok_or_else(|| format!("`{key}` is no condition key: write `service:name`"))?;
    if prefix.is_empty() || name.is_empty() || prefix.contains(char::is_whitespace) {
        return Err(format!("`{key}` is no condition key: write `service:name`"));
    }
    if key.contains("${") {
        return Err(format!(
            "`{key}` has a variable: variables stand in values only"
        ));
    }
    Ok(())
}
