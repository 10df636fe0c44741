//! What the configuration says, as flags: each key is the long name of one, so that a setting means
//! what the flag means, is checked as it is, and loses to it where it is typed.

mod schema;
mod vocabulary;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};
use remperm::config::{Config, FILE, Setting, Target, Value};
use remperm::error::Error;
use remperm::permission::Cloud;

use super::working_directory;
use crate::cli::{Cli, CloudName, Command, GateCommand};
use vocabulary::{arguments_of, check_all, flag};

pub(super) use schema::print as print_schema;

/// Why the command line can't be followed.
pub(crate) enum Stop {
    /// What was typed is wrong, or is a request for help.
    Typed(clap::Error),
    /// The configuration is wrong.
    Configured(Error),
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        Self::Typed(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Configured(error)
    }
}

/// Reads the command line, with the defaults of the configuration behind it where a check is
/// called.
///
/// # Errors
///
/// What was typed is wrong, or the configuration.
pub(crate) fn parse(typed: Vec<OsString>) -> Result<Cli, Stop> {
    let matches = Cli::command().try_get_matches_from(&typed)?;
    let (path, command, of_command) = deepest(&matches);
    if !command
        .get_arguments()
        .any(|one| one.get_id() == "no_config")
    {
        return Ok(Cli::from_arg_matches(&matches)?);
    }
    let names: Vec<String> = ids(of_command);
    let found = find(&command, of_command)?;
    let mut cli = match &found {
        None => Cli::from_arg_matches(&matches)?,
        Some(config) => {
            check_all(config)?;
            let settings = match path.first().map(String::as_str) {
                Some("gate") if is_on_google_cloud(of_command) => config.defaults(Cloud::Gcp),
                Some("aws" | "gate") => config.defaults(Cloud::Aws),
                Some("gcp") => config.defaults(Cloud::Gcp),
                _ => config.check.iter().collect(),
            };
            let mut all = typed;
            let added = flags(&command, &settings, &names, config.directory());
            all.extend(added.into_iter().map(OsString::from));
            let matches = Cli::command()
                .try_get_matches_from(all)
                .map_err(|error| contradiction(&config.file, "its defaults", &error))?;
            Cli::from_arg_matches(&matches)?
        }
    };
    if let Some(report) = report_of(&mut cli.command) {
        report.config.found = found;
        report.config.typed = names;
    }
    Ok(cli)
}

/// All settings of a target as the arguments of its cloud's check, where `typed` were typed for
/// the run as a whole.
pub(super) fn of_target(
    config: &Config,
    target: &Target,
    typed: &[String],
) -> Result<ArgMatches, Error> {
    let command = arguments_of(target.cloud);
    let mut settings = config.settings(target);
    settings.retain(|setting| {
        flag(&command, &setting.key)
            .is_some_and(|arg| !typed.iter().any(|id| arg.get_id() == id.as_str()))
    });
    let own: Vec<&Setting> = target.settings.iter().collect();
    let named: Vec<String> = own
        .iter()
        .filter_map(|setting| Some(flag(&command, &setting.key)?.get_id().to_string()))
        .collect();
    let mut all = vec!["remperm".to_owned()];
    let own = settings.iter().copied().filter(|one| own.contains(one));
    all.extend(flags(
        &command,
        &own.collect::<Vec<_>>(),
        &[],
        config.directory(),
    ));
    all.extend(flags(&command, &settings, &named, config.directory()));
    command.clone().try_get_matches_from(all).map_err(|error| {
        let name = format!("the target {:?} in line {}", target.name, target.line);
        contradiction(&config.file, &name, &error)
    })
}

/// Settings whose values are right one by one, and wrong together.
fn contradiction(file: &Path, what: &str, error: &clap::Error) -> Error {
    Error::call(format!("{}: {what}: {}", file.display(), sentence(error)))
        .hint("each key is a flag: see `remperm aws check --help` and `remperm gcp check --help`")
}

/// What clap says, on one line and without the usage.
fn sentence(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let text = first.join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

/// The command that was called: the names that lead to it, what it takes, and what was typed.
fn deepest(matches: &ArgMatches) -> (Vec<String>, clap::Command, &ArgMatches) {
    let mut path = Vec::new();
    let mut command = Cli::command();
    let mut of_command = matches;
    while let Some((name, below)) = of_command.subcommand() {
        if let Some(found) = command.find_subcommand(name) {
            command = found.clone();
        }
        path.push(name.to_owned());
        of_command = below;
    }
    (path, command, of_command)
}

/// Whether a gate was told to look at Google Cloud.
fn is_on_google_cloud(matches: &ArgMatches) -> bool {
    let cloud = matches.try_get_one::<CloudName>("cloud");
    matches!(cloud, Ok(Some(CloudName::Gcp)))
}

/// The ids of what was typed, and not taken by default.
fn ids(matches: &ArgMatches) -> Vec<String> {
    matches
        .ids()
        .filter(|id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine))
        .map(ToString::to_string)
        .collect()
}

/// The configuration that applies.
fn find(command: &clap::Command, matches: &ArgMatches) -> Result<Option<Config>, Error> {
    if matches.get_flag("no_config") {
        return Ok(None);
    }
    if let Some(file) = matches.get_one::<PathBuf>("config") {
        let directory = working_directory()?;
        return Config::read(&directory.join(file)).map(Some);
    }
    let has_project = command
        .get_arguments()
        .any(|one| one.get_id() == "project_dir");
    let directory = match has_project
        .then(|| matches.get_one::<PathBuf>("project_dir"))
        .flatten()
    {
        Some(directory) if directory.is_dir() => directory.clone(),
        // What is wrong with it is said where the version is looked for.
        Some(_) => return Ok(None),
        None => working_directory()?,
    };
    Config::find(&directory, std::env::home_dir().as_deref())
}

/// Settings as arguments of a command; those of other commands are left out, and those that were
/// typed or can't stand beside what was typed.
fn flags(
    command: &clap::Command,
    settings: &[&Setting],
    typed: &[String],
    directory: &Path,
) -> Vec<String> {
    let mut built = command.clone();
    built.build();
    let mut flags = Vec::new();
    for setting in settings {
        let Some(arg) = flag(&built, &setting.key) else {
            continue;
        };
        let is_typed = typed.iter().any(|id| {
            arg.get_id() == id.as_str()
                || built
                    .get_arguments()
                    .find(|one| one.get_id() == id.as_str())
                    .is_some_and(|other| conflict(&built, arg, other))
        });
        if is_typed {
            continue;
        }
        match &setting.value {
            Value::Switch(true) => flags.push(format!("--{}", setting.key)),
            Value::Switch(false) => {}
            Value::Texts(texts) => flags.extend(
                texts
                    .iter()
                    .map(|text| format!("--{}={}", setting.key, placed(arg, text, directory))),
            ),
        }
    }
    flags
}

fn conflict(command: &clap::Command, one: &Arg, other: &Arg) -> bool {
    let says = |one: &Arg, other: &Arg| {
        command
            .get_arg_conflicts_with(one)
            .iter()
            .any(|conflict| conflict.get_id() == other.get_id())
    };
    says(one, other) || says(other, one)
}

/// A value, where paths start from the configuration's directory. Which values are paths, their
/// names in the help say: `FILE`, `DIR`, `KIND=FILE`.
fn placed(arg: &Arg, text: &str, directory: &Path) -> String {
    let name = arg
        .get_value_names()
        .and_then(|names| names.first())
        .map(ToString::to_string)
        .unwrap_or_default();
    if !name.ends_with("FILE") && !name.ends_with("DIR") || text == "-" {
        return text.to_owned();
    }
    let place = |path: &str| directory.join(path).display().to_string();
    match text.split_once('=').filter(|_| name.contains('=')) {
        Some((before, path)) => format!("{before}={}", place(path)),
        None => place(text),
    }
}

/// What a command has that ends in a report.
fn report_of(command: &mut Command) -> Option<&mut crate::cli::ReportArgs> {
    match command {
        Command::Aws(crate::cli::AwsCommand::Check(arguments)) => Some(&mut arguments.report),
        Command::Gcp(crate::cli::GcpCommand::Check(arguments)) => Some(&mut arguments.report),
        Command::Check(arguments) => Some(&mut arguments.report),
        Command::Gate(GateCommand::Upgrade(arguments)) => Some(&mut arguments.report),
        _ => None,
    }
}

/// The hint for a run that needs a configuration and has none.
pub(super) fn needed() -> Error {
    Error::call(format!("there is no {FILE} here or in a directory above"))
        .hint("write one with a [[target]], or name one with --config")
}
