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
    let condition = fields
        .object("denialCondition")
        .map(|node| condition(source, node, fields.path("denialCondition")))
        .transpose()?;
    Ok(DenyRule {
        denied_principals: texts("deniedPrincipals")?,
        exception_principals: texts("exceptionPrincipals")?,
        denied_permissions: texts("deniedPermissions")?,
        exception_permissions: texts("exceptionPermissions")?,
        condition: unknown.or(condition),
    })
}
