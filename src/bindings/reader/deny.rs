//! Deny policies ([reference](https://cloud.google.com/iam/docs/reference/rest/v2/policies)).

use super::{Fields, Source, condition};
use crate::bindings::{DenyRule, Seen};
use crate::error::Error;
use crate::iam::json::Node;
use crate::text::one_line;

/// Reads the rules of a deny policy.
///
/// # Errors
///
/// Whatever is no deny policy, with its place.
pub(in crate::bindings) fn deny_policy(
    source: &Source<'_>,
    bytes: &[u8],
) -> Result<Vec<DenyRule>, Error> {
    let tree = source.tree(bytes)?;
    let fields = source.document(&tree)?;
    fields.only(&[
        "name",
        "uid",
        "kind",
        "displayName",
        "annotations",
        "etag",
        "createTime",
        "updateTime",
        "deleteTime",
        "rules",
        "managingAuthority",
    ])?;
    // gcloud sorts the fields, and Google gives each policy both.
    if fields.has("createTime") && !fields.has("updateTime") {
        return Err(fields.wrong("it has a createTime and no updateTime: the file may be cut off"));
    }
    let Some(rules) = fields.list("rules")? else {
        // That is how `gcloud iam policies list` shows a policy, whatever its rules are.
        return Err(fields.wrong("it shows no rules"));
    };
    rules
        .into_iter()
        .map(|(path, node)| rule(source, node, path))
        .collect()
}

fn rule(source: &Source<'_>, node: &Node, path: String) -> Result<DenyRule, Error> {
    let outer = Fields::of(source, node, path)?;
    outer.only(&["description", "denyRule"])?;
    let Some(node) = outer.object("denyRule") else {
        return Err(outer.wrong("denyRule is missing"));
    };
    let fields = Fields::of(source, node, outer.path("denyRule"))?;
    let unknown = fields
        .unknown(&[
            "deniedPrincipals",
            "exceptionPrincipals",
            "deniedPermissions",
            "exceptionPermissions",
            "denialCondition",
        ])
        .map(|key| {
            Seen::Unseen(format!(
                "the rule has a field {:?}, whose meaning is not known here",
                one_line(key)
            ))
        });
    let texts = |name: &str| -> Result<Vec<Seen<String>>, Error> {
        let texts = fields.texts(name)?.unwrap_or_default();
        Ok(texts.into_iter().map(Seen::Known).collect())
    };
    let required = |name: &str| -> Result<Vec<Seen<String>>, Error> {
        // A rule that lacks it is most likely cut off, and would deny nobody anything.
        if !fields.has(name) {
            return Err(fields.wrong(format!(
                "{name} is missing; if the rule names none, write an empty list"
            )));
        }
        texts(name)
    };
    let condition = fields
        .object("denialCondition")
        .map(|node| condition(source, node, fields.path("denialCondition")))
        .transpose()?;
    Ok(DenyRule {
        denied_principals: required("deniedPrincipals")?,
        exception_principals: texts("exceptionPrincipals")?,
        denied_permissions: required("deniedPermissions")?,
        exception_permissions: texts("exceptionPermissions")?,
        condition: unknown.or(condition),
    })
}
