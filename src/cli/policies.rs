//! The flags of `remperm policies`.

use clap::{Args, Subcommand, ValueEnum};

use super::{PlainFormat, VersionArgs};

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
    /// Print the smallest AWS policy for running the checks themselves
    ///
    /// Example: remperm policies auditor > auditor.json
    Auditor(AuditorArgs),
    /// Print the custom role for the Google Cloud service account
    ///
    /// Example: remperm policies service-account > role.yaml,
    /// then gcloud iam roles create RemotionSA --project my-project --file role.yaml
    ServiceAccount(RoleArgs),
    /// List the known versions, and which one applies here
    List(ListArgs),
    /// Show a version's permissions with their reasons
    Show(ShowArgs),
    /// Tell what changes from A to B, or whether one covers the other
    ///
    /// Of two versions it lists what came and what went, with the reasons. Where A or B is a file
    /// (an AWS policy document, or a Google Cloud role as YAML or JSON), it tells for both
    /// directions whether the one covers the other, and if not, what is lacking. Each file counts
    /// by itself, for every request; what depends on conditions is unknown, never covered.
    /// It ends with code 0 whether or not there is a difference.
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
}

const DIFF_EXAMPLES: &str = "\
Examples:
  remperm policies diff 4.0.400 4.0.527
  remperm policies diff 4.0.400 4.0.527 --subject user --add > addition.json
  remperm policies diff 4.0.400 4.0.527 --format markdown > comment.md
  remperm policies diff old-policy.json new-policy.json
  remperm policies diff policy.json 4.0.527 --subject user
  remperm policies diff role.yaml 4.0.461 --add";

/// Flags of `policies diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// A version such as 4.0.300, or a file; - is the standard input. A file that is called like a
    /// version is written as ./4.0.300
    #[arg(value_name = "A")]
    pub(crate) from: String,
    /// The same
    #[arg(value_name = "B")]
    pub(crate) to: String,
    /// The package; both by default
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) product: Option<ProductName>,
    /// Whose permissions; everybody's by default. An AWS policy and a version need it
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Option<DiffSubject>,
    /// The partition
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub(crate) partition: AwsPartition,
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: DiffFormat,
    /// Print what to add to A for the version B, alone: for the AWS user or role a policy, for the
    /// service account a role with the additions alone, and on stderr the gcloud command that adds
    /// them to a role that is there. What is doubtful is added too
    #[arg(long, conflicts_with = "format")]
    pub(crate) add: bool,
}

/// Whose permissions to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffSubject {
    /// The AWS identity that deploys and starts renders
    User,
    /// The AWS execution role of the render functions
    Role,
    /// The Google Cloud service account
    ServiceAccount,
}

/// Formats of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Table,
    /// For machines
    Json,
    /// For the comment of a pull request
    Markdown,
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

/// Flags of `policies auditor`.
#[derive(Debug, Args)]
pub(crate) struct AuditorArgs {
    /// The partition
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub(crate) partition: AwsPartition,
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
    pub(crate) format: PlainFormat,
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
    pub(crate) format: PlainFormat,
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
