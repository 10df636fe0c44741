//! The flags of `remperm check` and of the configuration file.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use remperm::config::Config;

use super::ReportArgs;

/// Flags of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Check only this target; several can be given
    #[arg(long, value_name = "NAME", help_heading = "Targets")]
    pub(crate) target: Vec<String>,
    /// How many targets are checked at the same time
    #[arg(long, value_name = "NUMBER", default_value = "8", help_heading = "Targets",
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallel: u16,
    /// What becomes of the result.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  remperm check
  remperm check --target production --target staging
  remperm check --format json --timeout 1m";

/// The configuration file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigArgs {
    /// The configuration; else remperm.toml of the working directory or a directory above it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
    /// The configuration that was found.
    #[arg(skip)]
    pub(crate) found: Option<Config>,
    /// The flags that were typed, by their ids: nothing of the configuration replaces them.
    #[arg(skip)]
    pub(crate) typed: Vec<String>,
}

/// About the configuration file.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the JSON Schema of remperm.toml, for editors
    ///
    /// Example: remperm config schema > remperm.schema.json
    Schema,
}
