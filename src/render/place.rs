//! Where in the repository a finding is shown: code scanning, annotations and code quality want a
//! file and a line, though permissions live in a cloud.

use std::path::{Component, Path};

use crate::report::Audit;
use crate::text::flat;

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
pub(super) fn of(audit: Option<&Audit>, root: Option<&Path>) -> Place {
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

/// The path from the root, where it lies inside of it.
fn inside(file: &str, root: Option<&Path>) -> Option<String> {
    let path = Path::new(file);
    let path = match root {
        Some(root) if path.is_absolute() => path.strip_prefix(root).ok()?,
        _ => path,
    };
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(flat(part.to_str()?)),
            Component::CurDir => {}
            // Above the root, or an absolute path where no root is known.
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    // `-` is the standard input.
    (!parts.is_empty() && parts != ["-"]).then(|| parts.join("/"))
}
