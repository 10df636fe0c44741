//! `yarn.lock` as Yarn 1 writes it: a format of its own, of which only entries and their version
//! lines matter here.
//!
//! <https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>. The file says nothing about who asks for
//! what, so the nearest `package.json` has to tell which of several entries is the project's own.

use std::path::Path;

use super::claim::{LockClaims, LockQuestion, Stated};
use super::specifier;
use super::{NotStableReason, ProjectError};

/// An entry whose version has not been read yet.
struct Open<'a> {
    line: usize,
    patterns: Vec<&'a str>,
}

/// What the lock file says about the package.
pub(super) fn read(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
) -> Result<LockClaims, ProjectError> {
    let malformed = |line: usize, reason: &str| ProjectError::Malformed {
        file: file.to_owned(),
        line: Some(line),
        reason: reason.to_owned(),
    };
    let without_version = "the entry has no version; the file may be cut off";
    let mut claims = LockClaims::default();
    let mut inside = false;
    let mut open: Option<Open<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let indent = line
            .len()
            .saturating_sub(line.trim_start_matches(' ').len());
        if indent == 0 {
            if let Some(open) = open {
                return Err(malformed(open.line, without_version));
            }
            let header = line.trim_end().strip_suffix(':');
            let header =
                header.ok_or_else(|| malformed(number, "expected an entry that ends in `:`"))?;
            inside = true;
            open = Some(Open {
                line: number,
                patterns: patterns(header),
            });
        } else if !inside {
            return Err(malformed(number, "expected an entry before its properties"));
        } else if indent == 2
            && let Some(version) = line.trim().strip_prefix("version ")
            && let Some(entry) = open.take()
        {
            let version = version.trim().trim_matches('"');
            if let Some((own, stated)) = stated_by(question, &entry.patterns, version) {
                let rank = own.then_some((0, false));
                claims.add(stated, rank, || Some(number));
            }
        }
    }
    match open {
        Some(open) => Err(malformed(open.line, without_version)),
        None => Ok(claims),
    }
}

/// The patterns of an entry's head: `"@a/b@^1.0.0", "@a/b@^1.1.0"`. A range with a comma or a blank
/// in it is quoted.
fn patterns(header: &str) -> Vec<&str> {
    let mut patterns = Vec::new();
    let mut rest = header.trim();
    while !rest.is_empty() {
        let (pattern, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
        patterns.push(pattern.trim());
        rest = after.trim_start_matches([',', ' ']);
    }
    patterns
}

/// What an entry says about the package and whether the project itself asks for it; `None` when it
/// is about another package.
fn stated_by(
    question: &LockQuestion<'_>,
    patterns: &[&str],
    version: &str,
) -> Option<(bool, Stated)> {
    let relevant: Vec<(&str, &str)> = patterns
        .iter()
        .filter_map(|pattern| specifier::split_descriptor(pattern))
        .filter(|(name, range)| {
            *name == question.package || specifier::is_alias_for(question.package, range)
        })
        .collect();
    let (_, range) = relevant.first()?;
    let own = relevant.iter().any(|(name, range)| {
        let mut requested = question.requested.iter();
        requested.any(|(asked, wanted)| asked == name && wanted == range)
    });
    // Only a range, a tag or a version means the registry; the rest has a version of its own that
    // nobody has published.
    let stated = match specifier::read(question.package, range) {
        Stated::Other(
            reason @ (NotStableReason::Git
            | NotStableReason::Url
            | NotStableReason::Local
            | NotStableReason::Workspace
            | NotStableReason::OtherPackage),
            raw,
        ) => Stated::Other(reason, raw),
        _ => specifier::exact(version)
            .unwrap_or_else(|| specifier::other(NotStableReason::Unreadable, version)),
    };
    Some((own, stated))
}
