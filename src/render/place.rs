//! Where in the repository a finding is shown: code scanning, annotations and code quality want a
//! file and a line, though permissions live in a cloud.

use std::path::{Component, Path, PathBuf};

use crate::report::Audit;
use crate::text::flat;

/// Where the repository is, and where in it the run took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The repository's root: an absolute path.
    pub repository: PathBuf,
    /// The working directory, from which relative paths begin: an absolute path.
    pub directory: PathBuf,
}

/// A file of the repository, and a line in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The path from the repository's root, with `/` between its parts.
    pub(super) path: String,
    /// The line, counted from 1.
    pub(super) line: usize,
}

/// Where a project says which Remotion version it wants; the place of findings that have no other,
/// because the version was given, is the newest known, or stands outside of the repository.
const FALLBACK: &str = "package.json";

/// The place of an audit's findings: the file and line that the version was found in, since that is
/// what asks for the permissions; else the first file that was judged; else `package.json`.
pub(super) fn of(audit: Option<&Audit>, root: Option<&Root>) -> Place {
    let version = audit.and_then(|audit| {
        let file = audit.version.file.as_deref()?;
        Some((inside(file, root)?, audit.version.line.unwrap_or(1)))
    });
    let judged = || {
        let files = &audit?.tested.files;
        files
            .iter()
            .find_map(|file| inside(file, root))
            .map(|path| (path, 1))
    };
    let (path, line) = version
        .or_else(judged)
        .unwrap_or_else(|| (FALLBACK.to_owned(), 1));
    Place {
        path,
        line: line.max(1),
    }
}

/// The path from the root, where it lies inside of it. Without a root, relative paths are taken as
/// they are.
fn inside(file: &str, root: Option<&Root>) -> Option<String> {
    // The standard input.
    if file == "-" {
        return None;
    }
    let nowhere = Path::new("");
    let (base, directory) = root.map_or((nowhere, nowhere), |root| {
        (root.repository.as_path(), root.directory.as_path())
    });
    let whole = plain(&directory.join(file))?;
    let path = whole.strip_prefix(plain(base)?).ok()?;
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(flat(part.to_str()?)),
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The path without `.` and `..`, where that leads nowhere above its start.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !plain.pop() {
                    return None;
                }
            }
            other => plain.push(other),
        }
    }
    Some(plain)
}
