//! `yarn.lock` as Yarn 2 and later write it: YAML, one entry for each resolved package.
//!
//! <https://yarnpkg.com/protocols>. The members of the workspace are entries too, with what they
//! ask for, so that the lock file itself tells what the start directory gets.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::claim::{LockClaims, LockQuestion, Stated};
use super::specifier;
use super::yaml::{self, Entries};
use super::{NotStableReason, ProjectError};

#[derive(Deserialize)]
struct Entry {
    version: Option<Spanned<String>>,
    resolution: Option<String>,
    dependencies: Option<Entries<String, String>>,
}

/// Whether the text is of this kind; Yarn 1 never writes this entry.
pub(super) fn recognises(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "__metadata:")
}

/// What the lock file says about the package.
pub(super) fn read(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
) -> Result<LockClaims, ProjectError> {
    let documents: Vec<Entries<Spanned<String>, Entry>> = yaml::documents(text, file)?;
    let entries: Vec<_> = documents
        .into_iter()
        .flat_map(|document| document.0)
        .collect();
    let wanted = wanted_by_members(&entries, question);
    let mut claims = LockClaims::default();
    for (key, entry) in &entries {
        if key.value == "__metadata" {
            continue;
        }
        let descriptors: Vec<&str> = key.value.split(", ").collect();
        let Some(resolution) = &entry.resolution else {
            return Err(ProjectError::Malformed {
                file: file.to_owned(),
                line: yaml::line_of(key),
                reason: "the entry has no `resolution`".to_owned(),
            });
        };
        let Some(stated) = stated_by(question.package, &descriptors, resolution, entry) else {
            continue;
        };
        let asked = |wanted: &String| descriptors.contains(&wanted.as_str());
        let rank = wanted.iter().position(asked).map(|rank| (rank, false));
        claims.add(stated, rank, || match &entry.version {
            Some(version) => yaml::line_of(version),
            None => yaml::line_of(key),
        });
    }
    Ok(claims)
}

/// The descriptors by which the start directory, or else its nearest parent in the workspace, asks
/// for the package; the best first.
fn wanted_by_members(
    entries: &[(Spanned<String>, Entry)],
    question: &LockQuestion<'_>,
) -> Vec<String> {
    let mut wanted = Vec::new();
    for member in question.members {
        let path = if member.is_empty() { "." } else { member };
        let suffix = format!("@workspace:{path}");
        let here = entries.iter().filter(|(_, entry)| {
            let resolution = entry.resolution.as_deref();
            resolution.is_some_and(|resolution| resolution.ends_with(&suffix))
        });
        let mut asked: Vec<(bool, String)> = here
            .filter_map(|(_, entry)| entry.dependencies.as_ref())
            .flat_map(|dependencies| &dependencies.0)
            .filter(|(name, range)| {
                name == question.package || specifier::is_alias_for(question.package, range)
            })
            // Before Yarn 4 the protocol was left out here.
            .flat_map(|(name, range)| {
                let alias = name != question.package;
                [
                    (alias, format!("{name}@{range}")),
                    (alias, format!("{name}@npm:{range}")),
                ]
            })
            .collect();
        asked.sort_by_key(|(alias, _)| *alias);
        wanted.extend(asked.into_iter().map(|(_, descriptor)| descriptor));
    }
    wanted
}

/// What an entry says about the package, `None` when it is about another one.
fn stated_by(
    package: &str,
    descriptors: &[&str],
    resolution: &str,
    entry: &Entry,
) -> Option<Stated> {
    let (name, reference) = specifier::split_descriptor(resolution)?;
    let asked_for = descriptors
        .iter()
        .filter_map(|descriptor| specifier::split_descriptor(descriptor))
        .any(|(name, _)| name == package);
    if name != package {
        return asked_for.then(|| specifier::other(NotStableReason::OtherPackage, resolution));
    }
    // A patched package keeps its version, and Yarn states it beside the patch.
    if reference.starts_with("npm:") || reference.starts_with("patch:") {
        let version = entry
            .version
            .as_ref()
            .map_or("", |version| version.value.as_str());
        return Some(match specifier::exact(version) {
            Some(stated) => stated,
            None => specifier::other(NotStableReason::Unreadable, version),
        });
    }
    Some(specifier::read(package, reference))
}
