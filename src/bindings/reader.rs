//! Policies and roles as gcloud prints them, JSON or YAML. What is not understood is an error that
//! names the place, for a policy that is read by halves would be judged wrongly.

mod allow;
mod deny;
mod fields;
mod role;

use super::{Condition, Seen, yaml};
use crate::error::Error;
use crate::iam::json;
use crate::iam::json::Node;
use crate::text::one_line;

pub(super) use allow::allow_policy;
pub(super) use deny::deny_policy;
use fields::Fields;
pub(super) use role::{is_role, role_definition};

/// A file whose text is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The file, as reports call it.
    pub(super) name: &'a str,
    /// What it should be, such as `an allow policy`.
    pub(super) what: &'static str,
    /// What to give in its place.
    pub(super) hint: &'static str,
}

impl Source<'_> {
    /// Reads the text as a tree. JSON is read as such: it is no YAML where it escapes rare
    /// characters.
    fn tree(&self, bytes: &[u8]) -> Result<Node, Error> {
        let plain = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let first = plain.iter().find(|byte| !byte.is_ascii_whitespace());
        let parsed = match first {
            None => {
                return Err(Error::call(format!("{} is empty", self.name)).hint(self.hint));
            }
            Some(b'{' | b'[') => json::parse(bytes),
            Some(_) => match std::str::from_utf8(plain) {
                Ok(text) => yaml::parse(text),
                // It knows how to tell where the text ends to be one.
                Err(_) => json::parse(bytes),
            },
        };
        parsed.map_err(|error| {
            Error::call(format!(
                "{}:{}: {}",
                self.name,
                error.position,
                one_line(&error.problem)
            ))
            .hint(self.hint)
        })
    }

    /// An error at a place of the file.
    fn wrong(&self, node: &Node, path: &str, problem: impl std::fmt::Display) -> Error {
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("{}: ", one_line(path))
        };
        Error::call(format!("{}:{}: {path}{problem}", self.name, node.position)).hint(self.hint)
    }

    /// The fields of the whole document.
    fn document<'n>(&self, node: &'n Node) -> Result<Fields<'_, 'n>, Error> {
        let fields = Fields::of(self, node, String::new())?;
        // What people mix up, told as such.
        let foreign = [
            (
                "Statement",
                "it is a policy of AWS",
                "give it to `remperm aws check --identity-policy`",
            ),
            ("rules", "it is a deny policy", "give it to --deny-policy"),
            (
                "bindings",
                "it is an allow policy",
                "give it to --iam-policy, or to --resource-policy KIND=FILE if it is that of a service account, service or bucket",
            ),
            (
                "includedPermissions",
                "it is a role",
                "give it to --role-definition",
            ),
        ];
        for (key, is, hint) in foreign {
            if !is.ends_with(self.what) && fields.has(key) {
                return Err(Error::call(format!(
                    "{}: {is}, where {} is expected",
                    self.name, self.what
                ))
                .hint(hint));
            }
        }
        Ok(fields)
    }
}

/// A condition ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/Expr)).
fn condition(source: &Source<'_>, node: &Node, path: String) -> Result<Seen<Condition>, Error> {
    let fields = Fields::of(source, node, path)?;
    fields.only(&["title", "expression", "description", "location"])?;
    Ok(Seen::Known(Condition {
        title: fields.text("title")?.unwrap_or_default().to_owned(),
        expression: fields.required_text("expression")?.to_owned(),
    }))
}
