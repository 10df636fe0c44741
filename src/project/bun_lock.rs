//! Bun's `bun.lock`, lock file versions 0 to 2: JSON with trailing commas.
//!
//! <https://bun.com/docs/pm/lockfile>. `packages` maps a place to an array whose first element names
//! the package: `"a": ["a@1.0.0", …]` in the root's `node_modules`, `"b/a"` in those of `b`, where
//! `b` is a package or a member of the workspace.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::claim::{LockClaims, LockQuestion, Stated};
use super::specifier::{self, shown};
use super::{NotStableReason, ProjectError, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct BunLock<'a> {
    #[serde(borrow)]
    lockfile_version: &'a RawValue,
    #[serde(default)]
    workspaces: BTreeMap<String, Workspace>,
    #[serde(borrow)]
    packages: BTreeMap<String, &'a RawValue>,
}

/// A member of the workspace; the root has the empty path.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, expecting = "a JSON object")]
struct Workspace {
    name: String,
    dependencies: BTreeMap<String, String>,
    dev_dependencies: BTreeMap<String, String>,
    optional_dependencies: BTreeMap<String, String>,
    peer_dependencies: BTreeMap<String, String>,
}

/// What the lock file says about the package.
pub(super) fn read(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
) -> Result<LockClaims, ProjectError> {
    let plain = String::from_utf8(json::without_comments(text));
    let plain = plain.map_err(|_| ProjectError::Malformed {
        file: file.to_owned(),
        line: None,
        reason: "it is not valid UTF-8 without its comments".to_owned(),
    })?;
    let lock: BunLock<'_> = json::parse(&plain, file)?;
    if !matches!(lock.lockfile_version.get(), "0" | "1" | "2") {
        return Err(ProjectError::UnknownFormat {
            file: file.to_owned(),
            line: json::line_of(&plain, lock.lockfile_version),
            version: shown(lock.lockfile_version.get()),
        });
    }
    let places = own_places(&lock.workspaces, question);
    let mut claims = LockClaims::default();
    for (place, raw) in &lock.packages {
        let here = place == question.package
            || place
                .strip_suffix(question.package)
                .is_some_and(|above| above.ends_with('/'));
        if !here && !raw.get().contains(question.package) {
            continue;
        }
        let entry: Vec<&RawValue> = json::parse_part(&plain, raw, file)?;
        let resolved = entry.first().and_then(|first| json::string_of(first));
        let Some((name, version)) = resolved.as_deref().and_then(specifier::split_descriptor)
        else {
            return Err(ProjectError::Malformed {
                file: file.to_owned(),
                line: json::line_of(&plain, raw),
                reason: "the package does not begin with its name and version".to_owned(),
            });
        };
        let stated = if name == question.package {
            version_of(question.package, version)
        } else if here {
            specifier::other(NotStableReason::OtherPackage, &format!("{name}@{version}"))
        } else {
            continue;
        };
        let rank = places.iter().position(|own| own == place);
        claims.add(stated, rank.map(|rank| (rank, false)), || {
            json::line_of(&plain, raw)
        });
    }
    Ok(claims)
}

/// A member of the workspace has its path after the `@`, with or without the protocol.
fn version_of(package: &str, version: &str) -> Stated {
    specifier::exact(version).unwrap_or_else(|| specifier::read(package, version))
}

/// The places in which the start directory would find the package, the best first.
fn own_places(
    workspaces: &BTreeMap<String, Workspace>,
    question: &LockQuestion<'_>,
) -> Vec<String> {
    let mut places = Vec::new();
    for member in question.members {
        let workspace = workspaces.get(member);
        let aliases = workspace.into_iter().flat_map(|workspace| {
            [
                &workspace.dependencies,
                &workspace.dev_dependencies,
                &workspace.optional_dependencies,
                &workspace.peer_dependencies,
            ]
            .into_iter()
            .flatten()
            .filter(|(_, wanted)| specifier::is_alias_for(question.package, wanted))
            .map(|(alias, _)| alias.as_str())
        });
        let names: Vec<&str> = std::iter::once(question.package).chain(aliases).collect();
        if let Some(workspace) = workspace
            && !member.is_empty()
        {
            places.extend(
                names
                    .iter()
                    .map(|name| format!("{}/{name}", workspace.name)),
            );
        }
        // What a member asks for lies at the top unless something else lies there already.
        if member.is_empty() || names.len() > 1 {
            places.extend(
                names
                    .iter()
                    .skip(usize::from(!member.is_empty()))
                    .map(ToString::to_string),
            );
        }
    }
    places
}
