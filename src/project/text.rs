//! Reading a project's files: bounded, as UTF-8 text, and never from anything but a regular file.

use std::path::Path;

use super::ProjectError;
use crate::input::{self, NotText, Unreadable};

/// The largest file that is read, in MiB. The largest lock files in public repositories have a few.
pub(super) const LARGEST: u64 = 64;

/// Whether something stands at the path, whatever it is.
pub(super) fn exists(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// The file's text without a byte order mark; `None` when there is no such file.
pub(super) fn read(file: &Path) -> Result<Option<String>, ProjectError> {
    let file_name = || file.to_owned();
    let bytes = match input::regular_file(file, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.is_absent() => return Ok(None),
        Err(Unreadable::System(source)) => {
            return Err(ProjectError::Read {
                file: file_name(),
                source,
            });
        }
        Err(Unreadable::TooLarge { mebibytes }) => {
            return Err(ProjectError::TooLarge {
                file: file_name(),
                mebibytes,
            });
        }
        Err(Unreadable::NotRegular | Unreadable::Folder | Unreadable::ReadTwice) => {
            return Err(ProjectError::NotAFile { file: file_name() });
        }
    };
    let text = input::text(&bytes).map_err(|error| ProjectError::NotUtf8 {
        file: file_name(),
        line: match error {
            NotText::Utf16 => 1,
            NotText::NotUtf8 { line } => line,
        },
    })?;
    Ok(Some(text.to_owned()))
}

/// Refuses a text in which version control has left the marks of a conflict: some parsers would
/// see one half of it, or complain about something else.
pub(super) fn refuse_merge_conflict(text: &str, file: &Path) -> Result<(), ProjectError> {
    let mark = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    match text.lines().position(mark) {
        Some(index) => Err(ProjectError::MergeConflict {
            file: file.to_owned(),
            line: index.saturating_add(1),
        }),
        None => Ok(()),
    }
}
