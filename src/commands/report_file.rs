//! A report in a file: complete, or not there. It is written to a temporary file beside it, which
//! then takes its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use remperm::error::Error;

/// A file that can be written, as far as that can be told before there is something to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// As it was typed.
    typed: PathBuf,
    /// Without links: what is replaced is the file itself, never a link to it.
    path: PathBuf,
}

impl Destination {
    /// Tries whether the file can be written, and leaves no trace of that.
    pub(super) fn find(typed: &Path) -> Result<Self, Error> {
        let shown = typed.display();
        let wrong = |what: &str| {
            Error::call(format!("the report can't be written to {shown}: {what}"))
                .hint("give --report a file in a directory that exists and can be written")
        };
        let path = match fs::metadata(typed) {
            Ok(found) if found.is_dir() => return Err(wrong("it is a directory")),
            // A pipe or device can't be replaced by a file.
            Ok(found) if !found.is_file() => return Err(wrong("it is no regular file")),
            Ok(_) => typed
                .canonicalize()
                .and_then(|path| OpenOptions::new().append(true).open(&path).map(|_| path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => new_file(typed),
            Err(error) => Err(error),
        }
        .map_err(|error| wrong(&reason(&error)))?;
        let destination = Self {
            typed: typed.to_owned(),
            path,
        };
        let (temporary, _) = destination
            .temporary()
            .map_err(|error| wrong(&reason(&error)))?;
        fs::remove_file(temporary).map_err(|error| wrong(&reason(&error)))?;
        Ok(destination)
    }

    /// Whether both are one file.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// Writes the whole report, or nothing.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let (temporary, file) = self.temporary().map_err(|error| self.failed(&error))?;
        let written =
            fill(file, bytes, &self.path).and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // What it could not become is of no use to anybody.
            let _ = fs::remove_file(&temporary);
            self.failed(&error)
        })
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::world(format!(
            "the report could not be written to {}: {}",
            self.typed.display(),
            reason(error)
        ))
    }

    /// A new file in the same directory, so that it can take the other's name at once.
    fn temporary(&self) -> io::Result<(PathBuf, File)> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let name = format!(
            ".remperm-{}-{:08x}.tmp",
            std::process::id(),
            fastrand::u32(..)
        );
        let path = directory.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok((path, file))
    }
}

/// The path of a file that is not there yet.
fn new_file(typed: &Path) -> io::Result<PathBuf> {
    let name = typed
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    let parent = match typed.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(parent.canonicalize()?.join(name))
}

/// Fills the file and makes sure that it is on the disk, with the rights of the one it replaces.
fn fill(mut file: File, bytes: &[u8], replaced: &Path) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(replaced) {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "its directory does not exist".to_owned(),
        _ => error.to_string(),
    }
}
