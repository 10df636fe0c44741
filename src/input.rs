//! Files and the standard input: read whole and with a bound, so that nothing endless is waited
//! for and nothing huge is held, and as text with the place of what is none.

use std::io::{self, Read};
use std::path::Path;

/// The bytes of a mebibyte.
const MEBIBYTE: u64 = 1024 * 1024;

/// Why there are no bytes, said of an `it` that the message names before.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("it is a folder")]
    Folder,
    #[error("it is no regular file")]
    NotRegular,
    #[error("it is larger than {mebibytes} MiB")]
    TooLarge { mebibytes: u64 },
    #[error("it can be read only once")]
    ReadTwice,
}

impl Unreadable {
    /// Whether there is nothing at the path.
    pub(crate) fn is_absent(&self) -> bool {
        use io::ErrorKind::{NotADirectory, NotFound};
        matches!(self, Self::System(error) if matches!(error.kind(), NotFound | NotADirectory))
    }
}

/// Why bytes are no text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotText {
    #[error("it is UTF-16, as PowerShell's `>` writes it: save it as UTF-8")]
    Utf16,
    /// The line of the first byte that is wrong, from 1 on.
    #[error("line {line} is not UTF-8")]
    NotUtf8 { line: usize },
}

/// The text of bytes, without a byte order mark.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, NotText> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(NotText::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let breaks = before.filter(|byte| **byte == b'\n').count();
        NotText::NotUtf8 {
            line: breaks.saturating_add(1),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The bytes of a file that somebody named: a pipe is as good as a file.
pub(crate) fn file(path: &Path, mebibytes: u64) -> Result<Vec<u8>, Unreadable> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Unreadable::Folder);
    }
    bounded(file, mebibytes)
}

/// The bytes of a file that was found, or that stays: opening a pipe would wait for its writer,
/// and a device may never end.
pub(crate) fn regular_file(path: &Path, mebibytes: u64) -> Result<Vec<u8>, Unreadable> {
    if !path.metadata()?.is_file() {
        return Err(Unreadable::NotRegular);
    }
    file(path, mebibytes)
}

fn bounded(reader: impl Read, mebibytes: u64) -> Result<Vec<u8>, Unreadable> {
    let largest = mebibytes.saturating_mul(MEBIBYTE);
    let mut bytes = Vec::new();
    let read = reader
        .take(largest.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if read as u64 > largest {
        return Err(Unreadable::TooLarge { mebibytes });
    }
    Ok(bytes)
}

/// What is given by flags: files, and the standard input, which is `-`, once.
#[derive(Default)]
pub(crate) struct Input {
    standard_input_is_read: bool,
}

/// What messages call a path that was given.
pub(crate) fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

impl Input {
    /// The bytes of what was given, if they are no more than `mebibytes`.
    pub(crate) fn read(&mut self, path: &Path, mebibytes: u64) -> Result<Vec<u8>, Unreadable> {
        if path != Path::new("-") {
            return file(path, mebibytes);
        }
        if std::mem::replace(&mut self.standard_input_is_read, true) {
            return Err(Unreadable::ReadTwice);
        }
        bounded(io::stdin().lock(), mebibytes)
    }
}
