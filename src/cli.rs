//! The command line: exactly what was typed. The doc comments here are the help text.

mod aws;
mod check;
mod explain;
mod gate;
mod gcp;
mod policies;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use aws::{AwsActivity, AwsCheckArgs, AwsCommand, AwsSourceArgs, AwsSubject};
pub(crate) use check::{CheckArgs, ConfigArgs, ConfigCommand};
pub(crate) use explain::ExplainArgs;
pub(crate) use gate::{CloudName, GateCommand, UpgradeArgs};
pub(crate) use gcp::{GcpCheckArgs, GcpCommand};
pub(crate) use policies::{
    AuditorArgs, AwsPartition, AwsPolicyArgs, DiffArgs, DiffFormat, DiffSubject, ListArgs,
    PoliciesCommand, ProductName, RoleArgs, RoleFormat, ShowArgs,
};

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
  0  nothing is missing and nothing is unknown, but what was waived or accepted
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
    /// Check the targets of the configuration, all in one report
    ///
    /// Reads remperm.toml of the working directory or a directory above it, checks every [[target]]
    /// of it, several at a time, and prints one report. A target that can't be checked does not stop
    /// the others.
    Check(Box<CheckArgs>),
    /// About the configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check what changes, for pipelines
    #[command(subcommand)]
    Gate(GateCommand),
    /// Print what a Remotion version needs
    #[command(subcommand)]
    Policies(PoliciesCommand),
    /// Explain one permission: what it allows, why Remotion needs it, where it can be granted
    ///
    /// Example: remperm explain run.services.get
    Explain(ExplainArgs),
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
    /// Write a report in another format, too, into a file; several can be given. The file is
    /// replaced once the report is complete
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file)]
    pub(crate) report: Vec<ReportFile>,
    /// Show only the rows of these kinds, in the table, in Markdown and in HTML
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) only: Vec<Only>,
    /// The time for everything, such as 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// Ask again, with growing pauses, until nothing is missing or this time is up: grants take
    /// minutes to spread
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// What becomes of the exit code if something could not be determined: with `warn` it is 0 where
    /// nothing is missing, unless nothing at all could be determined
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub(crate) on_unknown: OnUnknown,
    /// The configuration file.
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// What becomes of the exit code if something could not be determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnUnknown {
    /// It is 3
    Fail,
    /// It is as if these were held; they are counted and shown all the same
    Warn,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Table,
    /// For programs; it has a schema
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for test reports
    Junit,
    /// Annotations of GitHub Actions; the Markdown is appended to GITHUB_STEP_SUMMARY
    Github,
    /// Code quality of GitLab
    Gitlab,
    /// For a comment in a pull request
    Markdown,
    /// One page for a browser, or to print
    Html,
}

/// A report that goes into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    /// Its format.
    pub(crate) format: ReportFormat,
    /// The file.
    pub(crate) file: PathBuf,
}

/// Reads a `FORMAT=FILE`.
fn report_file(text: &str) -> Result<ReportFile, String> {
    let (format, file) = text
        .split_once('=')
        .ok_or_else(|| "write it as FORMAT=FILE, such as sarif=remperm.sarif".to_owned())?;
    let format = ReportFormat::from_str(format, false).map_err(|_| {
        let names: Vec<String> = ReportFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        format!("{format:?} is no format: use one of {}", names.join(", "))
    })?;
    if file.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    Ok(ReportFile {
        format,
        file: file.into(),
    })
}

/// Formats of what is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people
    Table,
    /// For programs
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
    /// Permissions whose lack a waiver accepts
    Waived,
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
