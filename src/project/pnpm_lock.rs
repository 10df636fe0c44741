//! pnpm's `pnpm-lock.yaml`, lock file versions 5, 6 and 9 (pnpm 3 to 12).
//!
//! <https://github.com/pnpm/spec/tree/master/lockfile>. A project alone has its dependencies at the
//! top in versions 5 and 6; a workspace, and everything in version 9, has them under `importers`.

use std::path::Path;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

use super::claim::{LockClaims, LockQuestion, Stated};
use super::specifier::{self, shown};
use super::yaml::{self, Entries};
use super::{NotStableReason, ProjectError};

/// One document; newer versions of pnpm keep its own installation in a document before the project's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    lockfile_version: Option<Spanned<String>>,
    importers: Option<Entries<String, Option<Importer>>>,
    dependencies: Option<Dependencies>,
    dev_dependencies: Option<Dependencies>,
    optional_dependencies: Option<Dependencies>,
    packages: Option<Entries<Spanned<String>, Option<Package>>>,
}

/// A project of the workspace.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importer {
    dependencies: Option<Dependencies>,
    dev_dependencies: Option<Dependencies>,
    optional_dependencies: Option<Dependencies>,
}

type Dependencies = Entries<String, Spanned<Dependency>>;

/// What a dependency was resolved to: a text alone in version 5, a mapping later.
struct Dependency {
    version: String,
    /// The line of the version inside a mapping; a text's own line is known from outside.
    line: Option<usize>,
}

/// An entry of `packages`, which names itself only where its key does not.
#[derive(Deserialize)]
struct Package {
    name: Option<String>,
}

/// What the lock file says about the package.
pub(super) fn read(
    text: &str,
    file: &Path,
    question: &LockQuestion<'_>,
) -> Result<LockClaims, ProjectError> {
    let documents: Vec<Document> = yaml::documents(text, file)?;
    if documents.is_empty() {
        return Err(ProjectError::Malformed {
            file: file.to_owned(),
            line: None,
            reason: "it is empty".to_owned(),
        });
    }
    let mut claims = LockClaims::default();
    for document in documents {
        check_version(&document, file)?;
        read_document(document, question, &mut claims);
    }
    Ok(claims)
}

fn check_version(document: &Document, file: &Path) -> Result<(), ProjectError> {
    let Some(version) = &document.lockfile_version else {
        return Err(ProjectError::Malformed {
            file: file.to_owned(),
            line: None,
            reason: "it has no `lockfileVersion`".to_owned(),
        });
    };
    // Some versions of pnpm 7 wrote `5.4-inlineSpecifiers`, which has the shape of version 6.
    let major = version.value.split('.').next().unwrap_or_default();
    if matches!(major, "5" | "6" | "9") {
        return Ok(());
    }
    Err(ProjectError::UnknownFormat {
        file: file.to_owned(),
        line: yaml::line_of(version),
        version: shown(&version.value),
    })
}

fn read_document(document: Document, question: &LockQuestion<'_>, claims: &mut LockClaims) {
    let mut importers = document
        .importers
        .map_or_else(Vec::new, |importers| importers.0);
    importers.push((
        ".".to_owned(),
        Some(Importer {
            dependencies: document.dependencies,
            dev_dependencies: document.dev_dependencies,
            optional_dependencies: document.optional_dependencies,
        }),
    ));
    for (path, importer) in importers {
        let Some(importer) = importer else { continue };
        let path = if path == "." { "" } else { path.as_str() };
        let lists = [
            importer.dependencies,
            importer.dev_dependencies,
            importer.optional_dependencies,
        ];
        for (name, dependency) in lists.into_iter().flatten().flat_map(|list| list.0) {
            let Some(stated) = from_reference(question.package, &name, &dependency.value.version)
            else {
                continue;
            };
            let rank = question.rank(path, name != question.package);
            claims.add(stated, rank, || {
                dependency.value.line.or_else(|| yaml::line_of(&dependency))
            });
        }
    }
    for (key, package) in document
        .packages
        .map_or_else(Vec::new, |packages| packages.0)
    {
        let name = package.and_then(|package| package.name);
        if let Some(stated) = from_key(question.package, &key.value, name.as_deref()) {
            claims.add(stated, None, || yaml::line_of(&key));
        }
    }
}

/// What the dependency `name` says about the package, `None` when it is about another one.
fn from_reference(package: &str, name: &str, reference: &str) -> Option<Stated> {
    if let Some(stated) = specifier::exact(without_peers(reference)) {
        return (name == package).then_some(stated);
    }
    match split_key(reference) {
        Some((target, version)) if target == package => {
            Some(specifier::read(package, without_peers(version)))
        }
        Some(_) if name == package => {
            Some(specifier::other(NotStableReason::OtherPackage, reference))
        }
        Some(_) => None,
        None => (name == package).then(|| specifier::read(package, reference)),
    }
}

/// What an entry of `packages` says about the package, `None` when it is another one.
fn from_key(package: &str, key: &str, name: Option<&str>) -> Option<Stated> {
    if let Some((target, version)) = split_key(key)
        && target == package
    {
        return Some(specifier::read(package, without_peers(version)));
    }
    // Version 5 puts the host before packages from a registry other than the default one.
    let hosted = key
        .split_once(&format!("/{package}/"))
        .filter(|(host, _)| !host.is_empty() && !host.contains(['/', ':', '@']))
        .and_then(|(_, version)| specifier::exact(without_peers(version)));
    // A repository, archive or directory has its address as key and its name inside.
    hosted.or_else(|| (name == Some(package)).then(|| specifier::read(package, key)))
}

/// Splits `/name/4.0.0`, `/name@4.0.0` and `name@4.0.0`; `None` for addresses and paths.
fn split_key(key: &str) -> Option<(&str, &str)> {
    let (bare, slash) = match key.strip_prefix('/') {
        Some(bare) => (bare, true),
        None => (key, false),
    };
    let scope = if bare.starts_with('@') {
        bare.find('/')?.checked_add(1)?
    } else {
        0
    };
    let separators: &[char] = if slash { &['@', '/'] } else { &['@'] };
    let end = bare.get(scope..)?.find(separators)?.checked_add(scope)?;
    let name = bare.get(..end)?;
    let rest = bare.get(end.checked_add(1)?..)?;
    specifier::is_package_name(name).then_some((name, rest))
}

/// A version without the peers that were found for it: `4.0.0(react@18.0.0)`, or in version 5
/// `4.0.0_react@18.0.0`.
fn without_peers(version: &str) -> &str {
    match version.find(['(', '_']) {
        // In an address both letters mean nothing special.
        Some(end)
            if !version.contains(':')
                || version.starts_with(|first: char| first.is_ascii_digit()) =>
        {
            version.get(..end).unwrap_or(version)
        }
        _ => version,
    }
}

impl<'de> Deserialize<'de> for Dependency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrMapping;

        impl<'de> Visitor<'de> for TextOrMapping {
            type Value = Dependency;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a version, or a mapping with a version")
            }

            fn visit_str<E: de::Error>(self, version: &str) -> Result<Dependency, E> {
                Ok(Dependency {
                    version: version.to_owned(),
                    line: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dependency, A::Error> {
                let mut version: Option<Spanned<String>> = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "version" {
                        version = Some(map.next_value()?);
                    } else {
                        map.next_value::<de::IgnoredAny>()?;
                    }
                }
                let version = version.ok_or_else(|| de::Error::missing_field("version"))?;
                Ok(Dependency {
                    line: yaml::line_of(&version),
                    version: version.value,
                })
            }
        }

        deserializer.deserialize_any(TextOrMapping)
    }
}
