//! Allow policies ([reference](https://cloud.google.com/iam/docs/reference/rest/v1/Policy)).

use super::{Fields, Source, condition};
use crate::bindings::{Binding, Seen};
use crate::error::Error;
use crate::iam::json::Node;
use crate::text::one_line;

/// Reads the bindings of an allow policy, and whose policy it is, where it says so itself: those of
/// Cloud Storage do.
///
/// # Errors
///
/// Whatever is no allow policy, with its place.
pub(in crate::bindings) fn allow_policy(
    source: &Source<'_>,
    bytes: &[u8],
) -> Result<(Vec<Binding>, Option<String>), Error> {
    let tree = source.tree(bytes)?;
    let fields = source.document(&tree)?;
    fields.only(&[
        "version",
        "etag",
        "bindings",
        "auditConfigs",
        "kind",
        "resourceId",
    ])?;
    // Policies have the versions 0, 1 and 3 (https://cloud.google.com/iam/docs/allow-policies#versions).
    if let Some(version) = fields.number("version")?
        && !["0", "1", "3"].contains(&version)
    {
        return Err(fields.wrong(format!("policies of version {version} are not known here")));
    }
    let owner = fields.text("resourceId")?.map(ToOwned::to_owned);
    let Some(bindings) = fields.list("bindings")? else {
        // A resource without any binding has a policy with an etag alone.
        return if fields.has("etag") || fields.has("bindings") {
            Ok((Vec::new(), owner))
        } else {
            Err(fields.wrong("it has neither bindings nor an etag"))
        };
    };
    let bindings = bindings
        .into_iter()
        .map(|(path, node)| binding(source, node, path))
        .collect::<Result<Vec<Binding>, Error>>()?;
    Ok((bindings, owner))
}

fn binding(source: &Source<'_>, node: &Node, path: String) -> Result<Binding, Error> {
    let fields = Fields::of(source, node, path)?;
    // A new kind of restriction must not be read over, and must not make the file unreadable.
    let unknown = fields
        .unknown(&["role", "members", "condition", "bindingId"])
        .map(|key| {
            Seen::Unseen(format!(
                "the binding has a field {:?}, whose meaning is not known here",
                one_line(key)
            ))
        });
    let role = fields.required_text("role")?;
    let members = fields.texts("members")?.unwrap_or_default();
    let condition = fields
        .object("condition")
        .map(|node| condition(source, node, fields.path("condition")))
        .transpose()?;
    Ok(Binding {
        role: Seen::Known(role.to_owned()),
        members: members.into_iter().map(Seen::Known).collect(),
        condition: unknown.or(condition),
    })
}
