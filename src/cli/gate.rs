//! The flags of `remperm gate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{AwsSourceArgs, ReportArgs, VersionArgs};

/// Commands that end a pipeline where something is missing.
#[derive(Debug, Subcommand)]
pub(crate) enum GateCommand {
    /// Check what this project's Remotion version needs beyond the one that it is upgraded from
    ///
    /// The old version comes from --base, the new one from the project. What only the new one needs
    /// is checked against the source that is named, as `remperm aws check` and `remperm gcp check`
    /// do; that the rest is held is taken for granted. Where nothing new is needed, nothing is
    /// asked. It ends with code 1 where the upgrade needs what is not held.
    #[command(after_help = UPGRADE_EXAMPLES)]
    Upgrade(Box<UpgradeArgs>),
}

const UPGRADE_EXAMPLES: &str = "\
Examples:
  git show main:package-lock.json > old-lock.json; remperm gate upgrade --base old-lock.json
  git show main:package-lock.json | remperm gate upgrade --base -
  remperm gate upgrade --base 4.0.400 --subject user --identity-policy policy.json
  remperm gate upgrade --base 4.0.400 --remotion-version 4.0.527 --profile production
  remperm gate upgrade --base old-lock.json --cloud gcp --project my-project";

/// Flags of `gate upgrade`.
#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    /// The version that was there before: an exact version, or the old lock file or package.json
    /// under any name; - is such a file on the standard input. Only the lock file's own root counts
    #[arg(long, value_name = "FILE|VERSION", help_heading = "Remotion version")]
    pub(crate) base: String,
    /// The cloud; else that of the flags given, else that of the package that the project has. With
    /// a remperm.toml it has to be said for Google Cloud
    #[arg(long, value_name = "CLOUD", help_heading = "Who and where")]
    pub(crate) cloud: Option<CloudName>,
    /// Whose permissions on AWS, and by which evidence; region and bucket are for both clouds.
    #[command(flatten)]
    pub(crate) aws: AwsSourceArgs,
    /// Whose permissions on Google Cloud.
    #[command(flatten)]
    pub(crate) gcp: GateGcpArgs,
    /// Which Remotion version applies.
    #[command(flatten)]
    pub(crate) version: VersionArgs,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// Clouds that Remotion runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CloudName {
    /// @remotion/lambda
    Aws,
    /// @remotion/cloudrun
    Gcp,
}

/// Whose permissions on Google Cloud: the flags of `gcp check` that AWS has no use for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Google Cloud")]
pub(crate) struct GateGcpArgs {
    /// The project, as for `gcp check`
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// A credential file
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// A file that holds an access token
    #[arg(long, value_name = "FILE", conflicts_with = "credentials")]
    pub(crate) access_token_file: Option<PathBuf>,
    /// Test this service account with the credentials of somebody who may create tokens for it
    #[arg(long, value_name = "EMAIL", value_delimiter = ',')]
    pub(crate) impersonate_service_account: Vec<String>,
    /// End with code 2 if the credentials belong to another identity
    #[arg(long, value_name = "EMAIL")]
    pub(crate) expect_identity: Option<String>,
    /// The account that deployed services run as
    #[arg(long, value_name = "EMAIL")]
    pub(crate) service_account: Option<String>,
    /// A Cloud Run service to ask, in place of those that are found; several can be given
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
}

impl UpgradeArgs {
    /// For which clouds flags were typed: AWS, Google Cloud. Regions and buckets are for both.
    pub(crate) fn clouds(&self) -> (bool, bool) {
        let is_typed = |command: clap::Command| {
            command.get_arguments().any(|arg| {
                let id = arg.get_id().as_str();
                !matches!(id, "region" | "bucket")
                    && self.report.config.typed.iter().any(|one| one == id)
            })
        };
        let bare = || clap::Command::new("remperm");
        (
            is_typed(AwsSourceArgs::augment_args(bare())),
            is_typed(GateGcpArgs::augment_args(bare())),
        )
    }
}
