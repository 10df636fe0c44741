//! The environment as data: the process's variables over those of a `.env` file.
//!
//! Remotion's command line reads `.env` of the working directory, and the process environment
//! wins over it. An empty variable counts as unset.

mod dotenv;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where a variable was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The process environment.
    Process,
    /// The `.env` file.
    DotEnv,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Process => "environment",
            Self::DotEnv => ".env",
        })
    }
}

/// The variables that a check may read. Their values can be secrets, so it prints none.
#[derive(Clone, Default)]
pub struct Environment {
    process: BTreeMap<String, String>,
    dotenv: BTreeMap<String, String>,
    /// The working directory.
    pub directory: PathBuf,
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

/// The prefixes of the variables that matter here.
const PREFIXES: [&str; 5] = ["AWS_", "REMOTION_", "GOOGLE_", "CLOUDSDK_", "HOME"];

impl Environment {
    /// Reads the process environment, and the `.env` file of `directory` if there is one.
    ///
    /// # Errors
    ///
    /// A variable of AWS, Google or Remotion that is not Unicode, and a `.env` file that can't be
    /// read.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let mut process = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            match value.to_str() {
                Some(value) => {
                    process.insert(name.to_owned(), value.to_owned());
                }
                None if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) => {
                    return Err(Error::call(format!(
                        "the environment variable {name} is not valid Unicode"
                    ))
                    .hint("set it again, as text in UTF-8, or unset it"));
                }
                None => {}
            }
        }
        Self::with_process(process, directory)
    }

    /// The same with given variables in place of the process's.
    ///
    /// # Errors
    ///
    /// A `.env` file that can't be read.
    pub fn with_process(
        process: BTreeMap<String, String>,
        directory: &Path,
    ) -> Result<Self, Error> {
        Ok(Self {
            process,
            dotenv: dotenv::read(&directory.join(".env"))?,
            directory: directory.to_owned(),
        })
    }

    /// The value of a variable; an empty one counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(value, _)| value)
    }

    /// The value of a variable, with its origin; an empty one counts as unset.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(&str, Origin)> {
        // A variable that is set but empty in the process still hides the one of the file, as it
        // does for Remotion.
        match self.process.get(name) {
            Some(value) => Some((value, Origin::Process)),
            None => self.dotenv.get(name).map(|value| (value, Origin::DotEnv)),
        }
        .map(|(value, origin)| (value.as_str(), origin))
        .filter(|(value, _)| !value.is_empty())
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME")
            .or_else(|| self.get("USERPROFILE"))
            .map(PathBuf::from)
    }
}
