//! Which version of a package one single file names, wherever the file lies and whatever it is
//! called: the lock file of another branch, for instance. Its kind is told by its content.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::claim::{Claim, LockClaims, LockQuestion};
use super::{
    Gathered, How, LookUp, ProjectError, bun_lock, json, package_json, package_lock, pnpm_lock,
    specifier, text, yarn_berry, yarn_classic,
};

/// Finds the version of `package` that a lock file or a `package.json` names. Of a lock file with
/// several projects in it, the one at its root decides, else the highest version; every other
/// version is a disagreement.
///
/// # Errors
///
/// When there is no such file, it can't be read or understood, is of no known kind, or `package`
/// is no name of an npm package.
pub fn find_in_file(file: &Path, package: &str) -> Result<LookUp, ProjectError> {
    let text = text::read(file)?.ok_or_else(|| ProjectError::Read {
        file: file.to_owned(),
        source: std::io::ErrorKind::NotFound.into(),
    })?;
    find_in_text(&text, file, package)
}

/// The same for a text; messages call it `file`.
///
/// # Errors
///
/// The same as those of [`find_in_file`].
pub fn find_in_text(text: &str, file: &Path, package: &str) -> Result<LookUp, ProjectError> {
    if !specifier::is_package_name(package) {
        return Err(ProjectError::PackageName {
            name: specifier::shown(package),
        });
    }
    text::refuse_merge_conflict(text, file)?;
    let malformed = |reason: String| ProjectError::Malformed {
        file: file.to_owned(),
        line: None,
        reason,
    };
    let how = kind(text).ok_or_else(|| {
        malformed(
            "it is neither a package.json nor a lock file of npm, pnpm, Yarn or Bun".to_owned(),
        )
    })?;
    let root = [String::new()];
    let question = LockQuestion {
        package,
        members: &root,
        requested: &[],
    };
    let locked: LockClaims = match how {
        How::PackageLock => package_lock::read(text, file, &question)?,
        How::PnpmLock => pnpm_lock::read(text, file, &question)?,
        How::YarnLock if yarn_berry::recognises(text) => yarn_berry::read(text, file, &question)?,
        How::YarnLock => yarn_classic::read(text, file, &question)?,
        How::BunLock => bun_lock::read(text, file, &question)?,
        How::ExactInPackageJson | How::InstalledPackage => {
            let claims = package_json::asked_for(text, file, package)?.claims;
            return Ok(look_up(claims));
        }
    };
    let claims = locked
        .into_claims()
        .ok_or_else(|| malformed(format!("it names too many versions of `{package}`")))?;
    Ok(look_up(
        claims
            .into_iter()
            .map(|(line, stated)| Claim::new(stated, file.to_owned(), line, how))
            .collect(),
    ))
}

fn look_up(claims: Vec<Claim>) -> LookUp {
    Gathered {
        claims,
        notes: Vec::new(),
    }
    .into_look_up()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TopLevel {
    lockfile_version: Option<IgnoredAny>,
    workspaces: Option<IgnoredAny>,
}

/// What kind of file a text is; `None` where it is none of them.
fn kind(text: &str) -> Option<How> {
    if text.trim_start().starts_with('{') {
        // What is no JSON is read as package.json, whose reader says what is wrong with it.
        let top: TopLevel =
            serde_json::from_slice(&json::without_comments(text)).unwrap_or(TopLevel {
                lockfile_version: None,
                workspaces: None,
            });
        return Some(match (top.lockfile_version, top.workspaces) {
            (None, _) => How::ExactInPackageJson,
            // npm keeps the workspaces of the root inside of `packages`.
            (Some(_), Some(_)) => How::BunLock,
            (Some(_), None) => How::PackageLock,
        });
    }
    let begins = |start: &str| text.lines().any(|line| line.starts_with(start));
    if yarn_berry::recognises(text) || begins("# yarn lockfile v1") {
        Some(How::YarnLock)
    } else if begins("lockfileVersion:") {
        Some(How::PnpmLock)
    } else {
        None
    }
}
