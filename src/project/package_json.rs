//! `package.json`: that of an installed package, and that of a project.
//!
//! <https://docs.npmjs.com/cli/configuring-npm/package-json>

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::claim::{Claim, MOST_STATEMENTS, Stated};
use super::specifier;
use super::text;
use super::{How, NotStableReason, ProjectError, json};

/// The parts of a `package.json` that matter. Values stay raw, because npm tolerates odd ones in
/// fields that it does not need at the moment, and because their place is wanted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct PackageJson<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    dev_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    optional_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    peer_dependencies: Option<&'a RawValue>,
}

/// What a project's `package.json` says about the package.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    /// The statements, exact versions first.
    pub(super) claims: Vec<Claim>,
    /// Under which name and with which words the package is asked for.
    pub(super) requested: Vec<(String, String)>,
}

/// The package as it is installed in the directory's own `node_modules`.
pub(super) fn installed(directory: &Path, package: &str) -> Result<Vec<Claim>, ProjectError> {
    let file = directory
        .join("node_modules")
        .join(package)
        .join("package.json");
    let Some(text) = text::read(&file)? else {
        return Ok(Vec::new());
    };
    text::refuse_merge_conflict(&text, &file)?;
    let installed: PackageJson<'_> = json::parse(&text, &file)?;
    let version = installed
        .version
        .and_then(|raw| Some((raw, json::string_of(raw)?)));
    let Some((raw, version)) = version else {
        return Err(ProjectError::Malformed {
            file,
            line: installed.version.and_then(|raw| json::line_of(&text, raw)),
            reason: "it has no `version` that is a text".to_owned(),
        });
    };
    let line = json::line_of(&text, raw);
    // An alias or a fork lies in the directory of the package, with versions of its own.
    let other_name = installed
        .name
        .and_then(json::string_of)
        .filter(|name| name != package);
    let stated = match other_name {
        Some(name) => specifier::other(NotStableReason::OtherPackage, &format!("{name}@{version}")),
        // npm itself tolerates blanks, `=` and `v` before a package's version.
        None => match specifier::read(package, &version) {
            Stated::Other(reason, raw) if reason != NotStableReason::Prerelease => {
                Stated::Other(NotStableReason::Unreadable, raw)
            }
            stated => stated,
        },
    };
    Ok(vec![Claim::new(stated, file, line, How::InstalledPackage)])
}

/// What the directory's own `package.json` asks for.
pub(super) fn dependencies(directory: &Path, package: &str) -> Result<Dependencies, ProjectError> {
    let file = directory.join("package.json");
    match text::read(&file)? {
        Some(text) => asked_for(&text, &file, package),
        None => Ok(Dependencies::default()),
    }
}

/// What the text of a project's `package.json` asks for.
pub(super) fn asked_for(
    text: &str,
    file: &Path,
    package: &str,
) -> Result<Dependencies, ProjectError> {
    text::refuse_merge_conflict(text, file)?;
    let project: PackageJson<'_> = json::parse(text, file)?;
    let mut all = Dependencies::default();
    for list in [
        project.dependencies,
        project.dev_dependencies,
        project.optional_dependencies,
        project.peer_dependencies,
    ] {
        let Some(list) = list else { continue };
        // Lists that are no objects (`null`, `[]`) stand in published packages, and npm skips them.
        let Ok(list) = serde_json::from_str::<BTreeMap<String, &RawValue>>(list.get()) else {
            continue;
        };
        for (name, raw) in list {
            let Some(wanted) = json::string_of(raw) else {
                continue;
            };
            if name == package || specifier::is_alias_for(package, &wanted) {
                if all.claims.len() == MOST_STATEMENTS {
                    return Err(ProjectError::Malformed {
                        file: file.to_owned(),
                        line: json::line_of(text, raw),
                        reason: format!("it names `{package}` more than {MOST_STATEMENTS} times"),
                    });
                }
                all.claims.push(Claim::new(
                    specifier::read(package, &wanted),
                    file.to_owned(),
                    json::line_of(text, raw),
                    How::ExactInPackageJson,
                ));
                all.requested.push((name, wanted.into_owned()));
            }
        }
    }
    // Where one list has a range and another an exact version, both can only be met by the latter.
    all.claims.sort_by_key(|claim| !claim.is_version());
    Ok(all)
}
