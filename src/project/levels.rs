//! The directories in which a project's files are looked for.

use std::path::Path;
use std::path::PathBuf;

use super::ProjectError;

/// The start directory and its parents, absolute, up to the repository's root or the home directory.
///
/// The start is resolved first: the parents of a path with `..` or a symbolic link in it are not
/// those that its text suggests, and Node.js resolves from the real directory too.
pub(crate) fn from(start: &Path, home: Option<&Path>) -> Result<Vec<PathBuf>, ProjectError> {
    let fail = |source| ProjectError::Start {
        path: start.to_owned(),
        source,
    };
    let first = start.canonicalize().map_err(fail)?;
    if !first.is_dir() {
        return Err(fail(std::io::ErrorKind::NotADirectory.into()));
    }
    let home = home.and_then(|home| home.canonicalize().ok());
    let mut levels = Vec::new();
    for directory in first.ancestors() {
        levels.push(directory.to_owned());
        // In a worktree or a submodule `.git` is a file; both count.
        let repository = directory.join(".git").symlink_metadata().is_ok();
        if repository || home.as_deref() == Some(directory) {
            break;
        }
    }
    Ok(levels)
}

/// The start directory and its parents up to `directory`, relative to that, nearest first, with `/`
/// between the names as lock files write them. The last is `directory` itself, an empty text.
pub(super) fn members(start: &Path, directory: &Path) -> Vec<String> {
    let Ok(below) = start.strip_prefix(directory) else {
        return vec![String::new()];
    };
    below
        .ancestors()
        .map(|member| {
            let names: Vec<_> = member.iter().map(|name| name.to_string_lossy()).collect();
            names.join("/")
        })
        .collect()
}
