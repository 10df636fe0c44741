//! The flags of `remperm gcp`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ReportArgs, VersionArgs};

/// The flags that mean something only where Google is asked.
const ASKS_GOOGLE: [&str; 12] = [
    "credentials",
    "access_token_file",
    "impersonate_service_account",
    "expect_identity",
    "service_account",
    "region",
    "service",
    "bucket",
    "no_readiness",
    "allow_token_host",
    "universe_domain",
    "wait",
];

/// Commands for Google Cloud.
#[derive(Debug, Subcommand)]
pub(crate) enum GcpCommand {
    /// Check the service account on its project with testIamPermissions, or by policy files
    ///
    /// Gets a token for the credentials, asks the project for everything that the Remotion version
    /// needs, then asks for what is not held there on the service account, the services and the
    /// buckets that it can be granted on, and prints one row per permission. Google tests whoever
    /// calls, so use the credentials of the service account that Remotion runs with, or speak for
    /// it with --impersonate-service-account.
    ///
    /// With --iam-policy and --member, files are judged in its place, as gcloud prints them, and
    /// nothing of Google is asked.
    #[command(after_help = GCP_EXAMPLES)]
    Check(Box<GcpCheckArgs>),
}

const GCP_EXAMPLES: &str = "\
Examples:
  remperm gcp check
  remperm gcp check --project my-project --credentials key.json
  remperm gcp check --impersonate-service-account remotion-sa@my-project.iam.gserviceaccount.com
  remperm gcp check --region us-east1 --bucket remotioncloudrun-abc123 --wait 10m
  remperm gcp check --excess
  remperm gcp check --terraform plan.json --address google_service_account.remotion
  remperm gcp check --iam-policy policy.yaml --member serviceAccount:remotion-sa@my-project.iam.gserviceaccount.com \\
      --role-definition role.yaml --resource-policy bucket=bucket.yaml

Credentials, the first that is there: --access-token-file, --credentials, REMOTION_GCP_CLIENT_EMAIL
and REMOTION_GCP_PRIVATE_KEY, CLOUDSDK_AUTH_ACCESS_TOKEN, GOOGLE_OAUTH_ACCESS_TOKEN,
GOOGLE_APPLICATION_CREDENTIALS, the login that `gcloud auth application-default login` left, the
metadata server. A .env file of the working directory is read; the environment wins over it.

Deployed services run as the account of REMOTION_GCP_CLIENT_EMAIL, or the tested one, from Remotion
4.0.221 on; up to 4.0.215, and where a person is tested, as the project's Compute Engine default
account. --service-account names another one.";

/// Flags of `gcp check`.
#[derive(Debug, Args)]
pub(crate) struct GcpCheckArgs {
    /// The project; else REMOTION_GCP_PROJECT_ID, GOOGLE_CLOUD_PROJECT, CLOUDSDK_CORE_PROJECT, the
    /// credentials' own
    #[arg(long, value_name = "ID", help_heading = "Who and where")]
    pub(crate) project: Option<String>,
    /// A credential file: a service account's key, a user's login, workload identity federation, or
    /// an impersonated service account
    #[arg(long, value_name = "FILE", help_heading = "Who and where")]
    pub(crate) credentials: Option<PathBuf>,
    /// A file that holds an access token
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Who and where",
        conflicts_with = "credentials"
    )]
    pub(crate) access_token_file: Option<PathBuf>,
    /// Test this service account with the credentials of somebody who may create tokens for it.
    /// Given several times, the last one is tested and the others lead there
    #[arg(
        long,
        value_name = "EMAIL",
        value_delimiter = ',',
        help_heading = "Who and where"
    )]
    pub(crate) impersonate_service_account: Vec<String>,
    /// End with code 2 if the credentials belong to another identity; by default
    /// REMOTION_GCP_CLIENT_EMAIL, where that is set
    #[arg(long, value_name = "EMAIL", help_heading = "Who and where")]
    pub(crate) expect_identity: Option<String>,
    /// The account that deployed services run as, on which iam.serviceAccounts.actAs is tested
    #[arg(
        long,
        value_name = "EMAIL",
        help_heading = "Where to look below the project"
    )]
    pub(crate) service_account: Option<String>,
    /// The region of the services; else REMOTION_GCP_REGION, or all of Remotion's. Several can be
    /// given
    #[arg(
        long,
        value_name = "REGION",
        help_heading = "Where to look below the project"
    )]
    pub(crate) region: Vec<String>,
    /// A Cloud Run service to ask, in place of those that are found; several can be given
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Where to look below the project"
    )]
    pub(crate) service: Vec<String>,
    /// A bucket to ask, in place of those that are found; several can be given
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Where to look below the project"
    )]
    pub(crate) bucket: Vec<String>,
    /// Allow policies that are checked in place of a project, for one --member: the output of
    /// `gcloud projects get-iam-policy`, and of folders and the organization above, which the
    /// project inherits; JSON or YAML, - is the standard input. Nothing of Google is asked
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Policy files", requires = "member", group = "offline",
          conflicts_with_all = ASKS_GOOGLE)]
    pub(crate) iam_policy: Vec<PathBuf>,
    /// A Terraform plan or state that is checked in place of a project: the JSON that `terraform
    /// show -json` prints, or OpenTofu's `tofu show -json`; - is the standard input. Nothing of
    /// Google is asked
    #[arg(long, value_name = "FILE", help_heading = "Policy files", group = "offline",
          conflicts_with_all = ASKS_GOOGLE)]
    pub(crate) terraform: Option<PathBuf>,
    /// The service account of the Terraform file to check, such as google_service_account.remotion;
    /// without it and without --member, its only one
    #[arg(
        long,
        value_name = "ADDRESS",
        help_heading = "Policy files",
        requires = "terraform"
    )]
    pub(crate) address: Option<String>,
    /// Whose permissions the policy files should grant: serviceAccount:EMAIL, user:EMAIL, or the
    /// principal:// identifier of a federated identity
    #[arg(
        long,
        value_name = "MEMBER",
        help_heading = "Policy files",
        requires = "offline"
    )]
    pub(crate) member: Option<String>,
    /// A role, as `gcloud iam roles describe` or `remperm policies service-account` prints it; with
    /// its name in front where the file does not say it, such as
    /// projects/my-project/roles/RemotionSA=role.yaml. Predefined roles are known without
    #[arg(long, value_name = "[ROLE=]FILE", num_args = 1.., help_heading = "Policy files", requires = "offline")]
    pub(crate) role_definition: Vec<String>,
    /// Deny policies of the project, its folders and its organization, as
    /// `gcloud iam policies get --kind=denypolicies` prints them
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Policy files", requires = "offline")]
    pub(crate) deny_policy: Vec<PathBuf>,
    /// The allow policy of a resource below the project, where nine of the permissions can be
    /// granted too: service-account=FILE, run-service=FILE or bucket=FILE. Of several of a kind,
    /// each has to grant them
    #[arg(long, value_name = "KIND=FILE", num_args = 1.., help_heading = "Policy files", requires = "offline")]
    pub(crate) resource_policy: Vec<String>,
    /// Leave out what beside permissions has to be right: APIs, buckets, the services' account
    #[arg(long, help_heading = "What to ask")]
    pub(crate) no_readiness: bool,
    /// List what is held on the project beyond the need, out of all permissions of Cloud Run
    #[arg(long, help_heading = "What to ask")]
    pub(crate) excess: bool,
    /// The same, and end with code 1 if there is any
    #[arg(long, help_heading = "What to ask")]
    pub(crate) fail_on_excess: bool,
    /// Let a credential file exchange tokens at this host too; several can be given
    #[arg(long, value_name = "HOST", help_heading = "Trust")]
    pub(crate) allow_token_host: Vec<String>,
    /// The domain of the cloud, where it is not the public one; else GOOGLE_CLOUD_UNIVERSE_DOMAIN
    #[arg(long, value_name = "DOMAIN", help_heading = "Trust")]
    pub(crate) universe_domain: Option<String>,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}
