//! Which keys the tables of the configuration may have, and which values.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Args, Command};
use remperm::config::{Config, Setting, Value};
use remperm::error::Error;
use remperm::permission::Cloud;

use super::sentence;
use crate::cli::{AwsCheckArgs, CheckArgs, GcpCheckArgs, VersionArgs};

/// What is about the run as a whole: it stands in `[check]` only.
const WHOLE_RUN: [&str; 5] = ["format", "only", "parallel", "report", "wait"];

/// What no configuration may say. The two that decide to whom credentials are sent have to be
/// typed: a file that comes with a change to be checked must not decide that.
const NEVER: [&str; 8] = [
    "all-principals",
    "allow-token-host",
    "config",
    "fix",
    "help",
    "no-config",
    "target",
    "universe-domain",
];

/// A table of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// `[check]`
    Check,
    /// `[aws]`, `[gcp]`, or a target of that cloud.
    Of(Cloud),
}

/// What the check of a cloud takes.
pub(super) fn arguments_of(cloud: Cloud) -> Command {
    let command = Command::new("remperm").no_binary_name(false);
    match cloud {
        Cloud::Aws => AwsCheckArgs::augment_args(command),
        Cloud::Gcp => GcpCheckArgs::augment_args(command),
    }
}

impl Table {
    /// A command that takes what this table may say, and maybe more.
    fn command(self) -> Command {
        match self {
            Self::Of(cloud) => arguments_of(cloud),
            // `check` itself does not look for a version; its targets do.
            Self::Check => {
                VersionArgs::augment_args(CheckArgs::augment_args(Command::new("check")))
            }
        }
    }

    /// The flags that it may set, sorted by name.
    pub(super) fn flags(self) -> Vec<Arg> {
        let mut flags: Vec<Arg> = self
            .command()
            .get_arguments()
            .filter(|arg| {
                arg.get_long().is_some_and(|long| {
                    !NEVER.contains(&long) && (self == Self::Check || !WHOLE_RUN.contains(&long))
                })
            })
            .cloned()
            .collect();
        flags.sort_by_key(|arg| arg.get_long().unwrap_or_default().to_owned());
        flags
    }
}

/// The flag with a name.
pub(super) fn flag<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(key))
}

/// Whether a flag takes a value, and how many times.
pub(super) fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

/// Whether a flag can be given several times.
pub(super) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// Holds every setting to the flags.
///
/// # Errors
///
/// The first key that is none, or value that its flag does not take, with its line.
pub(super) fn check_all(config: &Config) -> Result<(), Error> {
    let tables = [
        (Table::Check, &config.check),
        (Table::Of(Cloud::Aws), &config.aws),
        (Table::Of(Cloud::Gcp), &config.gcp),
    ];
    let targets = config
        .targets
        .iter()
        .map(|target| (Table::Of(target.cloud), &target.settings));
    for (table, settings) in tables.into_iter().chain(targets) {
        for setting in settings {
            check(config, table, setting)?;
        }
    }
    Ok(())
}

fn check(config: &Config, table: Table, setting: &Setting) -> Result<(), Error> {
    let key = &setting.key;
    let wrong = |what: String| {
        Error::call(format!(
            "{}, line {}: {what}",
            config.file.display(),
            setting.line
        ))
    };
    let allowed = table.flags();
    let Some(arg) = allowed.iter().find(|arg| arg.get_long() == Some(key)) else {
        let hint = if WHOLE_RUN.contains(&key.as_str()) {
            "this is about the whole run: put it into [check]".to_owned()
        } else if NEVER.contains(&key.as_str()) && key != "help" {
            format!("this can't be configured: give --{key} on the command line")
        } else {
            let names: Vec<&str> = allowed.iter().filter_map(Arg::get_long).collect();
            format!("the keys that can stand here are {}", names.join(", "))
        };
        return Err(wrong(format!("the key {key:?} is not known here")).hint(hint));
    };
    let texts = match &setting.value {
        Value::Switch(_) if is_switch(arg) => return Ok(()),
        Value::Texts(texts) if !is_switch(arg) => texts,
        Value::Switch(_) => {
            return Err(wrong(format!("{key:?} takes a text")).hint("put the value into quotes"));
        }
        Value::Texts(_) => {
            return Err(wrong(format!("{key:?} is on or off")).hint("write true or false"));
        }
    };
    if texts.is_empty() {
        return Err(wrong(format!("{key:?} is empty")).hint("leave it out, or name something"));
    }
    if texts.len() > 1 && !is_list(arg) {
        return Err(wrong(format!("{key:?} takes one value")).hint("give one, not a list"));
    }
    for text in texts {
        let given = ["remperm".to_owned(), format!("--{key}={text}")];
        if let Err(error) = table.command().try_get_matches_from(given)
            // What it needs beside it is seen when all settings come together.
            && error.kind() != ErrorKind::MissingRequiredArgument
        {
            return Err(wrong(sentence(&error)).hint(format!("see what --{key} takes")));
        }
    }
    Ok(())
}
