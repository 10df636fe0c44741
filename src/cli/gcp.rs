//! The flags of `remperm gcp`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ReportArgs, VersionArgs};

/// Commands for Google Cloud.
#[derive(Debug, Subcommand)]
pub(crate) enum GcpCommand {
    /// Check the service account on its project with testIamPermissions
    ///
    /// Gets a token for the credentials, asks the project for everything that the Remotion version
    /// needs, and prints one row per permission. Google tests whoever calls, so use the
    /// credentials of the service account that Remotion runs with.
    #[command(after_help = GCP_EXAMPLES)]
    Check(GcpCheckArgs),
}

const GCP_EXAMPLES: &str = "\
Examples:
  remperm gcp check
  remperm gcp check --project my-project --credentials key.json
  remperm gcp check --expect-identity remotion-sa@my-project.iam.gserviceaccount.com

Credentials, the first that is there: --credentials, REMOTION_GCP_CLIENT_EMAIL and
REMOTION_GCP_PRIVATE_KEY, GOOGLE_APPLICATION_CREDENTIALS, the login that
`gcloud auth application-default login` left. A .env file of the working directory is read; the
environment wins over it.

Nine of the permissions can also be granted below the project, on a service account, a Cloud Run
service or a bucket. Where one of them is not held on the project, it is unknown.";

/// Flags of `gcp check`.
#[derive(Debug, Args)]
pub(crate) struct GcpCheckArgs {
    /// The project; else REMOTION_GCP_PROJECT_ID, GOOGLE_CLOUD_PROJECT, CLOUDSDK_CORE_PROJECT, the
    /// credentials' own
    #[arg(long, value_name = "ID", help_heading = "Who and where")]
    pub(crate) project: Option<String>,
    /// A credential file
    #[arg(long, value_name = "FILE", help_heading = "Who and where")]
    pub(crate) credentials: Option<PathBuf>,
    /// End with code 2 if the credentials belong to another identity; by default
    /// REMOTION_GCP_CLIENT_EMAIL, where that is set
    #[arg(long, value_name = "EMAIL", help_heading = "Who and where")]
    pub(crate) expect_identity: Option<String>,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
