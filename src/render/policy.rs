//! Policies and roles to paste.

use std::io::{self, Write};

use serde::Serialize;

use crate::manifest::Policy;

/// Writes an AWS policy as Remotion prints it: JSON, indented by two spaces.
///
/// # Errors
///
/// What the writer says.
pub fn write_policy(policy: &Policy, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, policy)?;
    writeln!(out)
}

/// A custom role as [`gcloud iam roles create --file`](https://cloud.google.com/iam/docs/creating-custom-roles#creating)
/// reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomRole<'a> {
    title: &'static str,
    description: String,
    stage: &'static str,
    included_permissions: &'a [String],
}

impl<'a> CustomRole<'a> {
    /// The role for the service account of a Remotion version, under the title that Remotion's
    /// own instructions give it.
    #[must_use]
    pub fn new(permissions: &'a [String], version: &str) -> Self {
        Self {
            title: "Remotion API Service Account",
            description: format!(
                "What Remotion {version} needs to deploy to and render on Cloud Run"
            ),
            stage: "GA",
            included_permissions: permissions,
        }
    }

    /// The same with only what a role at hand lacks.
    #[must_use]
    pub fn additions(permissions: &'a [String], version: &str) -> Self {
        Self {
            description: format!("What Remotion {version} needs beyond the role at hand"),
            ..Self::new(permissions, version)
        }
    }

    /// Writes the role as YAML.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write_yaml(&self, out: &mut impl Write) -> io::Result<()> {
        // Every text is quoted as in JSON, which YAML 1.2 reads the same way.
        let quoted = |text: &str| serde_json::to_string(text).map_err(io::Error::other);
        writeln!(out, "title: {}", quoted(self.title)?)?;
        writeln!(out, "description: {}", quoted(&self.description)?)?;
        writeln!(out, "stage: {}", self.stage)?;
        writeln!(out, "includedPermissions:")?;
        for permission in self.included_permissions {
            writeln!(out, "  - {permission}")?;
        }
        Ok(())
    }

    /// Writes the role as JSON.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }
}
