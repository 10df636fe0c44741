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
