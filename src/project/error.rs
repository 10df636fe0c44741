//! What can go wrong when a project's files are read.

use std::path::PathBuf;

use super::claim::place;

/// A project whose files could not be read or understood.
///
/// Each message names the file, and the line where it is known; [`ProjectError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The directory to start from can't be used.
    #[error("cannot look for a project in {}: {source}", path.display())]
    Start {
        /// The directory as it was given.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The name asked for is no name of an npm package.
    #[error("`{name}` is not the name of an npm package")]
    PackageName {
        /// The name, made printable.
        name: String,
    },
    /// The operating system refused to give the file.
    #[error("cannot read {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A directory, a pipe or a device stands where a file should.
    #[error("{} is not a regular file", file.display())]
    NotAFile {
        /// The path.
        file: PathBuf,
    },
    /// The file is larger than any real one.
    #[error("{} is larger than {mebibytes} MiB and was not read", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The largest size that is read, in MiB.
        mebibytes: u64,
    },
    /// The file is not text in UTF-8.
    #[error("{} is not valid UTF-8", place(file, Some(*line)))]
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// The line of the first invalid byte.
        line: usize,
    },
    /// The file holds the marks of a merge that was not finished.
    #[error("{} holds an unresolved merge conflict", place(file, Some(*line)))]
    MergeConflict {
        /// The file.
        file: PathBuf,
        /// The line of the first mark.
        line: usize,
    },
    /// The file does not have the shape that its name promises.
    #[error("{} could not be understood: {reason}", place(file, *line))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, where it is known.
        line: Option<usize>,
        /// What was wrong.
        reason: String,
    },
    /// The file says that it has a format that is not known here.
    #[error("{} has the lock file version `{version}`, which is not known here", place(file, *line))]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// The line, where it is known.
        line: Option<usize>,
        /// What the file says, made printable.
        version: String,
    },
}

impl ProjectError {
    /// What to do about it, as a lower-case fragment.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Start { .. } => "give a directory that exists and may be read",
            Self::PackageName { .. } => "write it as in package.json, such as `@remotion/lambda`",
            Self::Read { .. } => "make the file readable, or state the version instead",
            Self::NotAFile { .. } => "put a regular file there, or state the version instead",
            Self::TooLarge { .. } => "state the version instead",
            Self::NotUtf8 { .. } => {
                "save the file as UTF-8, or let the package manager write it anew"
            }
            Self::MergeConflict { .. } => "resolve the conflict and install again",
            Self::Malformed { .. } => {
                "let the package manager write the file anew, or state the version instead"
            }
            Self::UnknownFormat { .. } => {
                "install the dependencies, so that the installed package can be asked, or state the version instead"
            }
        }
    }
}
