//! Which Remotion version applies, how that is known, and how sure its permission list is.

mod base;

use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;

use crate::error::Error;
use crate::input;
use crate::manifest::{Certainty, Manifest, ManifestError, Product};
use crate::project::{self, Found, How, NotStable, NotStableReason, Outcome};
use crate::report::VersionUsed;

pub use base::{Base, base};

/// How the version was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// It was given.
    Given,
    /// A file of the project names it.
    Project {
        /// What kind of file.
        how: How,
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: Option<usize>,
    },
    /// Nothing names one: it is the newest that this program knows.
    Newest,
}

/// The version that applies, with its permissions.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The permissions of the version.
    pub manifest: Manifest,
    /// How the version was chosen.
    pub chosen: Chosen,
    /// What a person should know about the choice.
    pub warnings: Vec<String>,
}

/// Where to look for the version.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A version that was given, such as `4.0.300`.
    pub version: Option<String>,
    /// The directory of the project.
    pub directory: PathBuf,
    /// The user's home directory, above which the search does not go.
    pub home: Option<PathBuf>,
}

/// Finds the version of a package that applies.
///
/// # Errors
///
/// A given version that is none, a project file that can't be read, a version without a known
/// list: all of them wrong calls (exit code 2).
pub fn find(product: Product, search: &Search) -> Result<Applied, Error> {
    if let Some(text) = &search.version {
        let version = exact(text)?;
        return Ok(Applied {
            manifest: Manifest::of(product, &version).map_err(no_list)?,
            chosen: Chosen::Given,
            warnings: Vec::new(),
        });
    }
    let looked_up =
        project::find_package_within(&search.directory, product.package(), search.home.as_deref())
            .map_err(|error| {
                Error::call(error.to_string()).hint(format!(
                    "{}, or name the version with --remotion-version",
                    error.hint()
                ))
            })?;
    let mut warnings = looked_up.notes;
    match looked_up.outcome {
        Outcome::Found {
            found,
            disagreements,
        } => {
            warnings.extend(disagreement(product, &found, &disagreements));
            in_project(product, found, warnings)
        }
        Outcome::NotStable(statement) => {
            warnings.push(not_stable(product, &statement)?);
            newest(product, warnings)
        }
        Outcome::NotFound => newest(product, warnings),
    }
}

/// Reads an exact version such as `4.0.300`.
///
/// # Errors
///
/// Anything else: a tag, a range, a reference.
pub fn exact(text: &str) -> Result<Version, Error> {
    Version::parse(text.trim()).map_err(|_| {
        Error::call(format!("{text:?} is not an exact Remotion version")).hint(
            "give three numbers such as 4.0.300; `remperm policies list` shows the known ones",
        )
    })
}

/// The same error for a version without a list, wherever it was found.
pub(crate) fn no_list(error: ManifestError) -> Error {
    let hint = match &error {
        ManifestError::NoPartition { .. } => {
            "name a region of another partition, or a newer version with --remotion-version"
        }
        ManifestError::TooOld { .. } | ManifestError::Prerelease { .. } => {
            "name a known version with --remotion-version; `remperm policies list` shows them"
        }
    };
    Error::call(error.to_string()).hint(hint)
}

fn newest(product: Product, warnings: Vec<String>) -> Result<Applied, Error> {
    Ok(Applied {
        manifest: Manifest::of(product, &Manifest::newest(product)).map_err(no_list)?,
        chosen: Chosen::Newest,
        warnings,
    })
}

fn in_project(product: Product, found: Found, mut warnings: Vec<String>) -> Result<Applied, Error> {
    let mut manifest = Manifest::of(product, &found.version).map_err(|error| {
        let place = found.file.display();
        let error = no_list(error);
        Error {
            message: format!("{} (found in {place})", error.message),
            ..error
        }
    })?;
    if product == Product::CloudRun
        && found.how == How::InstalledPackage
        && manifest.certainty != Certainty::Verified
    {
        match installed_permissions(&found.file) {
            Ok(permissions) => manifest = Manifest::installed(found.version.clone(), permissions),
            Err(why) => warnings.push(why),
        }
    }
    Ok(Applied {
        manifest,
        chosen: Chosen::Project {
            how: found.how,
            file: found.file,
            line: found.line,
        },
        warnings,
    })
}

fn disagreement(product: Product, found: &Found, others: &[Found]) -> Option<String> {
    let other = others.first()?;
    let more = match others.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    Some(format!(
        "{} is {} in {}, but {} in {}{more}: the first one is used",
        product.package(),
        found.version,
        found.file.display(),
        other.version,
        other.file.display(),
    ))
}

/// What to say of a statement that names no stable version, or the error where a guess would be
/// wrong.
fn not_stable(product: Product, statement: &NotStable) -> Result<String, Error> {
    let place = statement.file.display();
    let package = product.package();
    let raw = &statement.raw;
    match statement.reason {
        NotStableReason::Range | NotStableReason::Tag => Ok(format!(
            "{place} asks for {package} {raw:?} and nothing is installed or locked: the newest known version is used"
        )),
        _ => Err(Error::call(format!(
            "{place} names {package} {raw:?}, whose permission list is not known"
        ))
        .hint("name the nearest released version with --remotion-version")),
    }
}

#[derive(Deserialize)]
struct PermissionsJson {
    list: Vec<PermissionEntry>,
}

#[derive(Deserialize)]
struct PermissionEntry {
    name: String,
}

/// In MiB; a package's list has a few kilobytes.
const LARGEST_LIST: u64 = 1;

/// The list inside the installed package, next to its `package.json`.
fn installed_permissions(package_json: &Path) -> Result<Vec<String>, String> {
    let path = package_json
        .with_file_name("dist")
        .join("shared/sa-permissions.json");
    let unreadable = |why: String| format!("can't read {}: {why}", path.display());
    let bytes =
        input::regular_file(&path, LARGEST_LIST).map_err(|error| unreadable(error.to_string()))?;
    let file: PermissionsJson =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let mut names: Vec<String> = Vec::new();
    for entry in file.list {
        let valid = entry.name.contains('.')
            && entry
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if !valid {
            return Err(unreadable(
                "it holds a name that is no permission".to_owned(),
            ));
        }
        if !names.contains(&entry.name) {
            names.push(entry.name);
        }
    }
    if names.is_empty() {
        return Err(unreadable("it is empty".to_owned()));
    }
    Ok(names)
}

impl Applied {
    /// The version as a report shows it.
    #[must_use]
    pub fn used(&self, accept_newer: bool) -> VersionUsed {
        let (chosen, chosen_text, file, line) = match &self.chosen {
            Chosen::Given => (
                "given",
                "given with --remotion-version".to_owned(),
                None,
                None,
            ),
            Chosen::Newest => (
                "newest_known",
                "default: no project here names one, so the newest known".to_owned(),
                None,
                None,
            ),
            Chosen::Project { how, file, line } => {
                let place = file.display().to_string();
                let text = match how {
                    How::InstalledPackage => format!("installed, {place}"),
                    How::ExactInPackageJson => format!("named in {place}"),
                    How::PackageLock | How::PnpmLock | How::YarnLock | How::BunLock => {
                        format!("locked in {place}")
                    }
                };
                (project_code(*how), text, Some(place), *line)
            }
        };
        let newer = matches!(self.manifest.certainty, Certainty::Newer { .. });
        VersionUsed {
            package: self.manifest.product.package(),
            version: self.manifest.version.to_string(),
            chosen,
            chosen_text,
            file,
            line,
            certainty: self.manifest.certainty.code(),
            certainty_text: certainty_text(&self.manifest.certainty),
            accepted_newer: newer && accept_newer,
            base: None,
        }
    }
}

const fn project_code(how: How) -> &'static str {
    match how {
        How::InstalledPackage => "installed",
        How::PackageLock => "package_lock",
        How::PnpmLock => "pnpm_lock",
        How::YarnLock => "yarn_lock",
        How::BunLock => "bun_lock",
        How::ExactInPackageJson => "package_json",
    }
}

/// How sure a list is, for people.
#[must_use]
pub fn certainty_text(certainty: &Certainty) -> String {
    match certainty {
        Certainty::Verified => "verified: read from that version's package".to_owned(),
        Certainty::BetweenEqual { below, above } => {
            format!("between {below} and {above}, whose lists are equal")
        }
        Certainty::BetweenDifferent { below, above } => {
            format!("between {below} and {above}, whose lists differ: both are checked")
        }
        Certainty::Newer { newest } => {
            format!("newer than {newest}, the newest known: its list is not known")
        }
        Certainty::Installed => "read from the installed package".to_owned(),
    }
}
