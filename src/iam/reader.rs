//! From JSON to a document, with nothing ignored.

mod elements;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document::{
    Document, Effect, Element, PolicyKind, PrincipalElement, Statement, Version,
};
use super::error::{DocumentError, Location, Position, Warning, WarningKind};
use super::json::{self, Key, Node, Value};
use super::slips;

/// No policy that AWS takes comes near this size, white space included.
const LARGEST_FILE: usize = 1 << 20;

/// Reads a document; see [`Document::parse`].
pub(super) fn read(
    name: &str,
    kind: PolicyKind,
    bytes: &[u8],
    known_actions: &[&str],
) -> Result<(Document, Vec<Warning>), DocumentError> {
    if bytes.len() > LARGEST_FILE {
        return Err(DocumentError::TooLarge {
            file: name.to_owned(),
            bytes: bytes.len(),
            limit: LARGEST_FILE,
        });
    }
    let mut reader = Reader {
        file: name.into(),
        kind,
        known_actions,
        variables: false,
        statement: None,
        sid: None,
        warnings: Vec::new(),
    };
    let root = json::parse(bytes).map_err(|error| DocumentError::Syntax {
        location: Box::new(reader.location(error.position, "")),
        problem: error.problem,
    })?;
    reader.check_size(bytes, root.position);
    let document = reader.document(&root)?;
    Ok((document, reader.warnings))
}

struct Reader<'a> {
    file: Arc<str>,
    kind: PolicyKind,
    known_actions: &'a [&'a str],
    variables: bool,
    statement: Option<usize>,
    sid: Option<String>,
    warnings: Vec<Warning>,
}

/// A key and its value in an object.
type Member = (Key, Node);

impl Reader<'_> {
    fn location(&self, position: Position, field: &str) -> Location {
        Location {
            file: self.file.to_string(),
            position,
            statement: self.statement,
            sid: self.sid.clone(),
            field: field.to_owned(),
        }
    }

    fn error(&self, position: Position, field: &str, problem: impl Into<String>) -> DocumentError {
        DocumentError::Grammar {
            location: Box::new(self.location(position, field)),
            problem: problem.into(),
        }
    }

    fn wrong_type(&self, node: &Node, field: &str, wanted: &str) -> DocumentError {
        let found = node.value.kind();
        self.error(
            node.position,
            field,
            format!("{found} where {wanted} should stand"),
        )
    }

    fn warn(&mut self, position: Position, field: &str, kind: WarningKind) {
        let location = self.location(position, field);
        self.warnings.push(Warning { location, kind });
    }

    /// Compares the size with the quotas of
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> and
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>; of
    /// an identity policy the managed one's is taken, as inline ones differ by what they are in.
    fn check_size(&mut self, bytes: &[u8], position: Position) {
        let limit = match self.kind {
            PolicyKind::Identity | PolicyKind::Boundary => 6_144,
            PolicyKind::ServiceControl => 5_120,
            PolicyKind::Session | PolicyKind::Trust => 2_048,
            PolicyKind::Resource => 20_480,
        };
        let text = String::from_utf8_lossy(bytes);
        let characters = text.chars().filter(|character| !character.is_whitespace());
        let characters = characters.count();
        if characters > limit {
            self.warn(position, "", WarningKind::Size { characters, limit });
        }
    }

    fn object<'n>(&self, node: &'n Node, field: &str) -> Result<&'n [Member], DocumentError> {
        match &node.value {
            Value::Object(members) => Ok(members),
            _ => Err(self.wrong_type(node, field, "an object")),
        }
    }

    fn string<'n>(&self, node: &'n Node, field: &str) -> Result<&'n str, DocumentError> {
        match &node.value {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong_type(node, field, "a string")),
        }
    }

    /// A string, or an array of at least one string.
    fn strings<'n>(
        &self,
        node: &'n Node,
        field: &str,
    ) -> Result<Vec<(Position, &'n str)>, DocumentError> {
        match &node.value {
            Value::String(text) => Ok(vec![(node.position, text)]),
            Value::Array(items) if items.is_empty() => Err(self.error(
                node.position,
                field,
                "an empty array: name at least one, or take the statement out",
            )),
            Value::Array(items) => items
                .iter()
                .map(|item| Ok((item.position, self.string(item, field)?)))
                .collect(),
            _ => Err(self.wrong_type(node, field, "a string or an array of strings")),
        }
    }

    fn document(&mut self, root: &Node) -> Result<Document, DocumentError> {
        let members = self.object(root, "")?;
        let mut version = Version::V2008;
        let mut id = None;
        let mut statements = None;
        for (key, node) in members {
            match key.name.as_str() {
                "Version" => {
                    version = match self.string(node, "Version")? {
                        "2012-10-17" => Version::V2012,
                        "2008-10-17" => Version::V2008,
                        other => {
                            let problem = format!(
                                "`{other}` is no version of the policy language: write 2012-10-17"
                            );
                            return Err(self.error(node.position, "Version", problem));
                        }
                    };
                }
                "Id" => id = Some(self.string(node, "Id")?.to_owned()),
                "Statement" => statements = Some(node),
                other => {
                    return Err(self.unknown_element(key, other, &["Version", "Id", "Statement"]));
                }
            }
        }
        // The version decides how the statements are read, wherever it stands.
        self.variables = version == Version::V2012;
        let Some(statements) = statements else {
            return Err(self.error(
                root.position,
                "Statement",
                "the document has no `Statement`",
            ));
        };
        let nodes = match &statements.value {
            Value::Array(items) if items.is_empty() => {
                return Err(self.error(statements.position, "Statement", "no statement at all"));
            }
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(statements),
        };
        let mut read = Vec::with_capacity(nodes.len());
        let mut sids = BTreeSet::new();
        for (index, node) in nodes.iter().enumerate() {
            self.statement = Some(index);
            self.sid = None;
            let statement = self.statement(index, node)?;
            if let Some(sid) = statement.sid.clone().filter(|sid| !sid.is_empty())
                && !sids.insert(sid.clone())
            {
                self.warn(node.position, "Sid", WarningKind::RepeatedSid { sid });
            }
            read.push(statement);
        }
        Ok(Document {
            name: Arc::clone(&self.file),
            kind: self.kind,
            version,
            id,
            statements: read,
        })
    }

    fn unknown_element(&self, key: &Key, name: &str, known: &[&str]) -> DocumentError {
        let meant = known.iter().find(|known| slips::within_one(known, name));
        let problem = match meant {
            Some(meant) => format!("`{name}` is no element of a policy; `{meant}` may be meant"),
            None => format!("`{name}` is no element of a policy here"),
        };
        self.error(key.position, name, problem)
    }

    fn statement(&mut self, index: usize, node: &Node) -> Result<Statement, DocumentError> {
        const ELEMENTS: &[&str] = &[
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        let members = self.object(node, "Statement")?;
        let get = |name: &str| members.iter().find(|(key, _)| key.name == name);
        if let Some((_, node)) = get("Sid") {
            let sid = self.string(node, "Sid")?.to_owned();
            self.sid = Some(sid.clone());
            let plain = sid
                .chars()
                .all(|character| character.is_ascii_alphanumeric());
            if !plain && !self.kind.has_principals() {
                self.warn(node.position, "Sid", WarningKind::UnusualSid { sid });
            }
        }
        for (key, _) in members {
            if !ELEMENTS.contains(&key.name.as_str()) {
                return Err(self.unknown_element(key, &key.name, ELEMENTS));
            }
        }
        let effect = match get("Effect") {
            None => {
                return Err(self.error(node.position, "Effect", "the statement has no `Effect`"));
            }
            Some((_, node)) => match self.string(node, "Effect")? {
                "Allow" => Effect::Allow,
                "Deny" => Effect::Deny,
                other => {
                    let problem = format!("`{other}` is no effect: write Allow or Deny");
                    return Err(self.error(node.position, "Effect", problem));
                }
            },
        };
        let pair = |positive: &str, negative: &str| match (get(positive), get(negative)) {
            (Some((key, _)), Some(_)) => Err(self.error(
                key.position,
                positive,
                format!("both `{positive}` and `{negative}`: a statement has one of them"),
            )),
            (Some((key, node)), None) | (None, Some((key, node))) => {
                Ok(Some((key.name == negative, key, node)))
            }
            (None, None) => Ok(None),
        };
        let action = pair("Action", "NotAction")?;
        let resource = pair("Resource", "NotResource")?;
        let principal = pair("Principal", "NotPrincipal")?;
        let Some((negated, key, actions)) = action else {
            let problem = "the statement has neither `Action` nor `NotAction`";
            return Err(self.error(node.position, "Action", problem));
        };
        let actions = Element {
            negated,
            entries: self.actions(key, actions)?,
        };
        let resources = match (resource, self.kind) {
            (Some((_, key, _)), PolicyKind::Trust) => {
                let problem = "a trust policy names no resource: it belongs to its role";
                return Err(self.error(key.position, &key.name, problem));
            }
            (None, PolicyKind::Trust | PolicyKind::Resource) => None,
            (None, _) => {
                let problem = "the statement has neither `Resource` nor `NotResource`";
                return Err(self.error(node.position, "Resource", problem));
            }
            (Some((negated, key, node)), _) => Some(Element {
                negated,
                entries: self.resources(key, node)?,
            }),
        };
        let principals = match (principal, self.kind.has_principals()) {
            (None, false) => None,
            (None, true) => {
                let problem = "the statement has neither `Principal` nor `NotPrincipal`";
                return Err(self.error(node.position, "Principal", problem));
            }
            (Some((_, key, _)), false) => {
                let problem = format!("`{}` has no place in a policy of this kind", key.name);
                return Err(self.error(key.position, &key.name, problem));
            }
            (Some((negated, key, node)), true) => Some(PrincipalElement {
                negated,
                principals: self.principals(key, node)?,
            }),
        };
        let conditions = match get("Condition") {
            None => Vec::new(),
            Some((_, node)) => self.conditions(node)?,
        };
        Ok(Statement {
            file: Arc::clone(&self.file),
            index,
            sid: self.sid.clone(),
            effect,
            principals,
            actions,
            resources,
            conditions,
        })
    }
}
