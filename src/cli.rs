//! The command line: exactly what was typed. The doc comments here are the help text.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Checks that the identity that runs Remotion in your cloud holds the permissions that your
/// Remotion version needs.
#[derive(Debug, Parser)]
#[command(
    name = "remperm",
    version,
    propagate_version = true,
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to talk.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  remperm policies show                     what the version here needs, and why
  remperm policies user > policy.json       the policy for the AWS user
  remperm aws check                         the AWS user and the execution role
  remperm gcp check --project my-project    the Cloud Run service account

Exit codes:
  0  nothing is missing and nothing is unknown
  1  at least one permission is missing
  2  the call is wrong: a flag, a variable, a file, a version, another identity or account
  3  nothing is known to be missing, but something could not be determined";

/// How to talk.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// When to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
    /// Tell more on stderr: -v requests, -vv answers, -vvv everything (never a secret)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check permissions on AWS
    #[command(subcommand)]
    Aws(AwsCommand),
    /// Check permissions on Google Cloud
    #[command(subcommand)]
    Gcp(GcpCommand),
    /// Print what a Remotion version needs
    #[command(subcommand)]
    Policies(PoliciesCommand),
    /// Print a completion script for a shell
    ///
    /// Example: remperm completions bash > /etc/bash_completion.d/remperm
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    ///
    /// Example: remperm man > remperm.1
    Man,
}

/// Commands for AWS.
#[derive(Debug, Subcommand)]
pub(crate) enum AwsCommand {
    /// Check the deploying user and the execution role with the policy simulator
    ///
    /// Finds out who is calling, asks iam:SimulatePrincipalPolicy for everything that the Remotion
    /// version needs, and prints one row per permission. The caller needs
    /// iam:SimulatePrincipalPolicy, which Remotion's own user policy contains.
    #[command(after_help = AWS_EXAMPLES)]
    Check(Box<AwsCheckArgs>),
}

const AWS_EXAMPLES: &str = "\
Examples:
  remperm aws check
  remperm aws check --profile production --region eu-central-1 --expect-account 123456789012
  remperm aws check --subject role --role-name my-remotion-role
  remperm aws check --principal arn:aws:iam::123456789012:user/deployer --format json

Credentials, the first that is there: --profile, REMOTION_AWS_PROFILE, REMOTION_AWS_ACCESS_KEY_ID
and its secret, AWS_PROFILE, AWS_ACCESS_KEY_ID and its secret, the SDK's default chain. A .env file
of the working directory is read; the environment wins over it.

The simulator compares the resources that are asked about literally, and sees identity policies,
the permissions boundary and service control policies. It does not see resource control policies,
session policies, VPC endpoint policies and bucket policies.";

/// Flags of `aws check`.
#[derive(Debug, Args)]
pub(crate) struct AwsCheckArgs {
    /// A profile of the AWS configuration
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) profile: Option<String>,
    /// The region; else REMOTION_AWS_REGION, AWS_REGION, us-east-1. Several can be given
    #[arg(long, value_name = "REGION", help_heading = "Who and where")]
    pub(crate) region: Vec<String>,
    /// The user, group or role to test in place of the caller
    #[arg(long, value_name = "ARN", help_heading = "Who and where")]
    pub(crate) principal: Option<String>,
    /// The execution role
    #[arg(long, value_name = "NAME", default_value = remperm::aws::DEFAULT_ROLE_NAME, help_heading = "Who and where")]
    pub(crate) role_name: String,
    /// Whose permissions to check; both by default
    #[arg(long, value_name = "SUBJECT", help_heading = "Who and where")]
    pub(crate) subject: Vec<AwsSubject>,
    /// End with code 2 if the credentials belong to another account
    #[arg(long, value_name = "ID", help_heading = "Who and where")]
    pub(crate) expect_account: Option<String>,
    /// A render bucket to ask about in place of a sample; several can be given
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) bucket: Vec<String>,
    /// A render function to ask about in place of a sample; several can be given
    #[arg(long, value_name = "NAME", help_heading = "Who and where")]
    pub(crate) function: Vec<String>,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// Whom to check on AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AwsSubject {
    /// The identity that deploys and starts renders
    User,
    /// The execution role of the render functions
    Role,
}

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

/// Which Remotion version applies.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Remotion version")]
pub(crate) struct VersionArgs {
    /// The version; else the one that the project has installed or locked, else the newest known
    #[arg(long, value_name = "VERSION")]
    pub(crate) remotion_version: Option<String>,
    /// The directory of the project; else the working directory
    #[arg(long, value_name = "DIR")]
    pub(crate) project_dir: Option<PathBuf>,
}

/// What becomes of the result of a check.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct ReportArgs {
    /// Accept a version that is newer than the newest known, checked against the newest known list
    #[arg(long)]
    pub(crate) accept_newer: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ReportFormat,
    /// Show only the rows of these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) only: Vec<Only>,
    /// The time for everything, such as 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Table,
    /// For machines
    Json,
}

/// Kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Permissions that are not held
    Missing,
    /// Permissions that could not be determined
    Unknown,
    /// Permissions that are held
    Passed,
}

/// Commands that print what a version needs.
#[derive(Debug, Subcommand)]
pub(crate) enum PoliciesCommand {
    /// Print the policy for the AWS user, as Remotion prints it
    ///
    /// Example: remperm policies user --remotion-version 4.0.300 > policy.json
    User(AwsPolicyArgs),
    /// Print the policy for the AWS execution role, as Remotion prints it
    ///
    /// Example: remperm policies role > policy.json
    Role(AwsPolicyArgs),
    /// Print the custom role for the Google Cloud service account
    ///
    /// Example: remperm policies service-account > role.yaml,
    /// then gcloud iam roles create RemotionSA --project my-project --file role.yaml
    ServiceAccount(RoleArgs),
    /// List the known versions, and which one applies here
    List(ListArgs),
    /// Show a version's permissions with their reasons
    Show(ShowArgs),
}

/// Flags of `policies user` and `policies role`.
#[derive(Debug, Args)]
pub(crate) struct AwsPolicyArgs {
    /// The partition; else that of the region
    #[arg(long, value_name = "PARTITION")]
    pub(crate) partition: Option<AwsPartition>,
    /// A region of the partition
    #[arg(long, value_name = "REGION", conflicts_with = "partition")]
    pub(crate) region: Option<String>,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
}

/// Partitions that Remotion runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AwsPartition {
    /// The commercial regions
    Aws,
    /// The regions in China
    AwsCn,
}

/// Flags of `policies service-account`.
#[derive(Debug, Args)]
pub(crate) struct RoleArgs {
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) format: RoleFormat,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
}

/// Formats of a custom role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleFormat {
    /// What gcloud reads with --file
    Yaml,
    /// The same as JSON
    Json,
}

/// Flags of `policies list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ReportFormat,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
}

/// Flags of `policies show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The package; both by default
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) product: Option<ProductName>,
    /// The partition
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub(crate) partition: AwsPartition,
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ReportFormat,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
}

/// Remotion packages with permissions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProductName {
    /// @remotion/lambda, for AWS
    Lambda,
    /// @remotion/cloudrun, for Google Cloud
    Cloudrun,
}

/// Reads a time such as `30s`, `2m`, `500ms` or `30` (seconds).
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| "give a whole number with a unit, such as 30s or 2m".to_owned())?;
    let duration = match unit.trim() {
        "ms" => Duration::from_millis(number),
        "s" | "" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3600)),
        other => return Err(format!("{other:?} is no unit of time: use ms, s, m or h")),
    };
    if duration.is_zero() {
        return Err("the time must be longer than nothing".to_owned());
    }
    Ok(duration)
}
