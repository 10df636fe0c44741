//! Google Cloud roles as files: what `remperm policies service-account` prints and what
//! [`gcloud iam roles describe`](https://cloud.google.com/sdk/gcloud/reference/iam/roles/describe)
//! prints, as YAML or JSON.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::Error;
use crate::input;
use crate::text::one_line;

/// A role of a file.
pub(super) struct Role {
    /// What messages call it.
    pub(super) name: String,
    /// What it grants; nothing where it is deleted or disabled.
    pub(super) permissions: BTreeSet<String>,
    /// Why it grants nothing, where that is so.
    grants_nothing: Option<&'static str>,
}

/// The fields that matter
/// ([REST resource `Role`](https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles#Role)).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    included_permissions: Vec<String>,
    stage: Option<String>,
    deleted: Option<bool>,
}

impl Role {
    /// Whether a file is a role rather than a policy: the word stands in no policy's grammar.
    pub(super) fn recognises(bytes: &[u8]) -> bool {
        const FIELD: &[u8] = b"includedPermissions";
        let is_role = bytes.windows(FIELD.len()).any(|window| window == FIELD);
        is_role && !bytes.windows(11).any(|window| window == b"\"Statement\"")
    }

    pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |what: String| {
            Error::call(format!("{name} is no role: {what}")).hint(
                "give what `gcloud iam roles describe` or `remperm policies service-account` prints",
            )
        };
        let text = input::text(bytes).map_err(|error| wrong(error.to_string()))?;
        let budget = serde_saphyr::budget! {
            max_depth: 16,
            max_nodes: 100_000,
            max_events: 200_000,
            max_total_scalar_bytes: text.len(),
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 1,
        };
        let options = serde_saphyr::options! {
            budget: budget,
            with_snippet: false,
        };
        // What is JSON is read as such: its errors tell the place in its own terms.
        let file: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| wrong(one_line(&error.to_string())))?
        } else {
            serde_saphyr::from_str_with_options(text, options)
                .map_err(|error| wrong(one_line(&error.without_snippet().to_string())))?
        };
        let mut permissions = BTreeSet::new();
        for (index, permission) in file.included_permissions.into_iter().enumerate() {
            let valid = permission.contains('.')
                && permission
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
            if !valid {
                return Err(wrong(format!(
                    "includedPermissions[{index}], {:?}, is no permission such as run.services.get",
                    one_line(&permission)
                )));
            }
            permissions.insert(permission);
        }
        let grants_nothing = match (file.deleted, file.stage.as_deref()) {
            (Some(true), _) => Some("it is deleted"),
            (_, Some("DISABLED")) => Some("its stage is DISABLED"),
            _ => None,
        };
        if grants_nothing.is_some() {
            permissions.clear();
        }
        Ok(Self {
            name: name.to_owned(),
            permissions,
            grants_nothing,
        })
    }

    pub(super) fn warning(&self) -> Option<String> {
        let why = self.grants_nothing?;
        Some(format!("the role {} grants nothing: {why}", self.name))
    }
}
