//! npm's `package-lock.json` and `npm-shrinkwrap.json`, lock file versions 1 to 3.
//!
//! <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>: version 1 nests `dependencies`,
//! version 3 lists `packages` by their place on disk, version 2 has both.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::claim::{LockClaims, LockQuestion, Stated};
use super::specifier::{self, shown};
use super::{NotStableReason, ProjectError, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct PackageLock<'a> {
    #[serde(borrow)]
    lockfile_version: Option<&'a RawValue>,
    #[serde(borrow)]
    packages: Option<BTreeMap<String, &'a RawValue>>,
    #[serde(borrow)]
    dependencies: Option<BTreeMap<String, Dependency<'a>>>,
}

/// An entry of `packages`.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Package<'a> {
    name: Option<String>,
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    resolved: Option<String>,
    #[serde(default)]
    link: bool,
}

/// An entry of `dependencies` in lock file version 1.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Dependency<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    dependencies: Option<BTreeMap<String, Dependency<'a>>>,
}

/// What the lock file says about the package.
pub(super) fn read(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
) -> Result<LockClaims, ProjectError> {
    let lock: PackageLock<'_> = json::parse(text, file)?;
    // Before npm 5 npm-shrinkwrap.json had no version and the shape of version 1.
    if let Some(version) = lock.lockfile_version
        && !matches!(version.get(), "1" | "2" | "3")
    {
        return Err(ProjectError::UnknownFormat {
            file: file.to_owned(),
            line: json::line_of(text, version),
            version: shown(version.get()),
        });
    }
    match (lock.packages, lock.dependencies) {
        (Some(packages), _) => from_packages(text, file, question, &packages),
        (None, dependencies) => {
            let mut claims = LockClaims::default();
            let dependencies = dependencies.unwrap_or_default();
            from_dependencies(text, question, &dependencies, true, &mut claims);
            Ok(claims)
        }
    }
}

/// Versions 2 and 3: each key is the place of a package, such as `node_modules/a/node_modules/b`.
fn from_packages(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
    packages: &BTreeMap<String, &RawValue>,
) -> Result<LockClaims, ProjectError> {
    let mut claims = LockClaims::default();
    for (place, raw) in packages {
        let Some((parent, folder)) = split_place(place) else {
            continue;
        };
        if folder != question.package && !raw.get().contains(question.package) {
            continue;
        }
        let entry: Package<'_> = json::parse_part(text, raw, file)?;
        let name = entry.name.as_deref().unwrap_or(folder);
        if name != question.package && folder != question.package {
            continue;
        }
        // Node.js looks in the start directory's node_modules first, then in its parents'.
        let rank = question.rank(parent, folder != question.package);
        let stated = stated_by(question.package, name, &entry);
        claims.add(stated, rank, || {
            json::line_of(text, entry.version.unwrap_or(raw))
        });
    }
    Ok(claims)
}

/// Splits `apps/a/node_modules/b` into the directory `apps/a` and the folder `b`.
fn split_place(place: &str) -> Option<(&str, &str)> {
    match place.strip_prefix("node_modules/") {
        Some(folder) if !folder.contains("node_modules/") => Some(("", folder)),
        _ => place.rsplit_once("/node_modules/"),
    }
}

fn stated_by(package: &str, name: &str, entry: &Package<'_>) -> Stated {
    let version = entry.version.and_then(json::string_of).unwrap_or_default();
    let resolved = entry.resolved.as_deref().unwrap_or_default();
    if entry.link {
        return specifier::other(NotStableReason::Workspace, resolved);
    }
    if name != package {
        return specifier::other(NotStableReason::OtherPackage, &format!("{name}@{version}"));
    }
    // The version that a repository or a local archive claims to be is nobody's published one. An
    // archive from an address is what every registry gives, so that alone says nothing.
    match specifier::read(package, resolved) {
        Stated::Other(NotStableReason::Git, raw) => Stated::Other(NotStableReason::Git, raw),
        Stated::Other(NotStableReason::Local, raw) => Stated::Other(NotStableReason::Local, raw),
        _ => specifier::read(package, &version),
    }
}

/// Version 1: the packages in the root's `node_modules`, and below each those in its own.
fn from_dependencies(
    text: &str,
    question: &LockQuestion<'_>,
    dependencies: &BTreeMap<String, Dependency<'_>>,
    root: bool,
    claims: &mut LockClaims,
) {
    for (folder, entry) in dependencies {
        if let Some(raw) = entry.version {
            let version = json::string_of(raw).unwrap_or_default();
            let direct = folder == question.package;
            if direct || specifier::is_alias_for(question.package, &version) {
                let rank = root.then_some((0, !direct));
                let stated = specifier::read(question.package, &version);
                claims.add(stated, rank, || json::line_of(text, raw));
            }
        }
        if let Some(nested) = &entry.dependencies {
            // As deep as the JSON parser has allowed, which is 128 levels.
            from_dependencies(text, question, nested, false, claims);
        }
    }
}
