//! Reading a project's files: bounded, as UTF-8 text, and never from anything but a regular file.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::ProjectError;

/// The largest file that is read. The largest lock files in public repositories have a few MiB.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// Whether something stands at the path, whatever it is.
pub(super) fn exists(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// The file's text without a byte order mark; `None` when there is no such file.
pub(super) fn read(file: &Path) -> Result<Option<String>, ProjectError> {
    let fail = |source| ProjectError::Read {
        file: file.to_owned(),
        source,
    };
    let metadata = match file.metadata() {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(fail(error)),
    };
    // Opening a pipe would wait for its writer, and a device may never end.
    if !metadata.is_file() {
        return Err(ProjectError::NotAFile {
            file: file.to_owned(),
        });
    }
    let too_large = || ProjectError::TooLarge {
        file: file.to_owned(),
        limit: LARGEST,
    };
    if metadata.len() > LARGEST {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // The size told above may be wrong, or change meanwhile.
    let read = File::open(file)
        .and_then(|opened| {
            opened
                .take(LARGEST.saturating_add(1))
                .read_to_end(&mut bytes)
        })
        .map_err(fail)?;
    if read as u64 > LARGEST {
        return Err(too_large());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let lines = error.as_bytes().iter().take(valid);
        ProjectError::NotUtf8 {
            file: file.to_owned(),
            line: lines
                .filter(|byte| **byte == b'\n')
                .count()
                .saturating_add(1),
        }
    })?;
    Ok(Some(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }))
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
