//! The configuration file `remperm.toml`: defaults of the flags, named targets, and waivers.
//!
//! Here it is read as it is written. What the settings mean is decided where flags are: each key
//! is the long name of a flag, so that the two can't drift apart.

mod read;
mod waivers;

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::input;
use crate::permission::Cloud;
use crate::project;
use crate::waiver::Rule;
use read::{Entry, Source};

/// The name of the file.
pub const FILE: &str = "remperm.toml";

/// A configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The file.
    pub file: PathBuf,
    /// The table `[check]`: for every check.
    pub check: Vec<Setting>,
    /// The table `[aws]`: for every check on AWS.
    pub aws: Vec<Setting>,
    /// The table `[gcp]`: for every check on Google Cloud.
    pub gcp: Vec<Setting>,
    /// The tables `[[target]]`, in their order.
    pub targets: Vec<Target>,
    /// The tables `[[waiver]]`.
    pub waivers: Vec<Rule>,
}

/// A named thing to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name, which no other target has.
    pub name: String,
    /// On which cloud.
    pub cloud: Cloud,
    /// What differs from the defaults.
    pub settings: Vec<Setting>,
    /// The line of its table.
    pub line: usize,
}

/// One key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key: the long name of a flag.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The line.
    pub line: usize,
}

/// What a key can be set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, a number, or several of them.
    Texts(Vec<String>),
    /// On or off.
    Switch(bool),
}

/// A configuration has a few kilobytes.
const LARGEST: u64 = 1;

impl Config {
    /// Looks for the file in a directory and its parents, as far as the version is looked for: up
    /// to the root of the repository or the home directory.
    ///
    /// # Errors
    ///
    /// The directory can't be read, or the file is wrong.
    pub fn find(directory: &Path, home: Option<&Path>) -> Result<Option<Self>, Error> {
        let levels = project::levels(directory, home)
            .map_err(|error| Error::call(error.to_string()).hint(error.hint()))?;
        levels
            .iter()
            .map(|level| level.join(FILE))
            .find(|file| file.symlink_metadata().is_ok())
            .map(|file| Self::read(&file))
            .transpose()
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It can't be read, is no TOML, or holds what no configuration has; with the line.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let unreadable = |what: String| {
            Error::call(format!("can't read {}: {what}", file.display()))
                .hint("name another file with --config, or go without one by --no-config")
        };
        let bytes =
            input::regular_file(file, LARGEST).map_err(|error| unreadable(error.to_string()))?;
        let text = input::text(&bytes).map_err(|error| unreadable(error.to_string()))?;
        Self::parse(file, text)
    }

    /// Reads the text of a file; its name stands in errors.
    ///
    /// # Errors
    ///
    /// As [`Config::read`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Error> {
        let source = Source { file, text };
        let document = source.parse()?;
        let mut config = Self {
            file: file.to_owned(),
            check: Vec::new(),
            aws: Vec::new(),
            gcp: Vec::new(),
            targets: Vec::new(),
            waivers: Vec::new(),
        };
        for entry in source.entries(document.get_ref()) {
            match entry.key {
                "check" => config.check = settings(&source, source.table(&entry)?)?,
                "aws" => config.aws = settings(&source, source.table(&entry)?)?,
                "gcp" => config.gcp = settings(&source, source.table(&entry)?)?,
                "target" => {
                    for (table, line) in source.tables(&entry)? {
                        let target = target(&source, table, line)?;
                        if let Some(other) =
                            config.targets.iter().find(|one| one.name == target.name)
                        {
                            return Err(source
                                .wrong(
                                    line,
                                    format!(
                                        "the target {:?} is there already, in line {}",
                                        target.name, other.line
                                    ),
                                )
                                .hint("give each target a name of its own"));
                        }
                        config.targets.push(target);
                    }
                }
                "waiver" => {
                    for (table, line) in source.tables(&entry)? {
                        config.waivers.push(waivers::read(&source, table, line)?);
                    }
                }
                other => {
                    return Err(source
                        .wrong(entry.line, format!("the key {other:?} is not known"))
                        .hint(
                            "a configuration has [check], [aws], [gcp], [[target]] and [[waiver]]",
                        ));
                }
            }
        }
        for rule in &config.waivers {
            if let Some(name) = &rule.target
                && !config.targets.iter().any(|target| target.name == *name)
            {
                return Err(
                    Error::call(format!("{}: there is no target {name:?}", rule.place))
                        .hint("name a [[target]] of the same file"),
                );
            }
        }
        Ok(config)
    }

    /// The directory that its relative paths start from.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// The defaults of a cloud: its own table, then what `[check]` says beside it.
    #[must_use]
    pub fn defaults(&self, cloud: Cloud) -> Vec<&Setting> {
        let own = match cloud {
            Cloud::Aws => &self.aws,
            Cloud::Gcp => &self.gcp,
        };
        over(own, &self.check)
    }

    /// All settings of a target: its own, then the defaults beside them.
    #[must_use]
    pub fn settings<'a>(&'a self, target: &'a Target) -> Vec<&'a Setting> {
        let mut settings: Vec<&Setting> = target.settings.iter().collect();
        for default in self.defaults(target.cloud) {
            if !settings.iter().any(|one| one.key == default.key) {
                settings.push(default);
            }
        }
        settings
    }
}

/// The first ones, and those of the others that they do not set.
fn over<'a>(first: &'a [Setting], others: &'a [Setting]) -> Vec<&'a Setting> {
    let beside = others
        .iter()
        .filter(|other| !first.iter().any(|one| one.key == other.key));
    first.iter().chain(beside).collect()
}

fn target(source: &Source<'_>, table: &DeTable<'_>, line: usize) -> Result<Target, Error> {
    let mut name = None;
    let mut cloud = None;
    let mut settings = Vec::new();
    for entry in source.entries(table) {
        match entry.key {
            "name" => name = Some(source.text(&entry)?),
            "cloud" => {
                cloud = Some(match entry.value.as_str() {
                    Some("aws") => Cloud::Aws,
                    Some("gcp") => Cloud::Gcp,
                    _ => {
                        return Err(source
                            .wrong(entry.line, "this is no cloud")
                            .hint("write cloud = \"aws\" or cloud = \"gcp\""));
                    }
                });
            }
            _ => settings.push(setting(source, &entry)?),
        }
    }
    let missing = |what: &str, example: &str| {
        source
            .wrong(line, format!("the target has no {what}"))
            .hint(format!("add {example}"))
    };
    Ok(Target {
        name: name.ok_or_else(|| missing("name", "name = \"production\""))?,
        cloud: cloud.ok_or_else(|| missing("cloud", "cloud = \"aws\" or cloud = \"gcp\""))?,
        settings,
        line,
    })
}

fn settings(source: &Source<'_>, table: &DeTable<'_>) -> Result<Vec<Setting>, Error> {
    source
        .entries(table)
        .iter()
        .map(|entry| setting(source, entry))
        .collect()
}

fn setting(source: &Source<'_>, entry: &Entry<'_, '_>) -> Result<Setting, Error> {
    let wrong = || {
        source
            .wrong(
                entry.line,
                format!(
                    "the value of {:?} is of no kind that a flag takes",
                    entry.key
                ),
            )
            .hint("give a text, a whole number, true or false, or a list of texts")
    };
    let scalar = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    let value = match entry.value {
        DeValue::Boolean(on) => Value::Switch(*on),
        DeValue::Array(list) => Value::Texts(
            list.iter()
                .map(|one| scalar(one.get_ref()))
                .collect::<Option<Vec<String>>>()
                .ok_or_else(wrong)?,
        ),
        other => Value::Texts(vec![scalar(other).ok_or_else(wrong)?]),
    };
    Ok(Setting {
        key: entry.key.to_owned(),
        value,
        line: entry.line,
    })
}
