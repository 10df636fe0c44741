//! Which version of an npm package the project in a directory has, and which file says so.
//!
//! Three kinds of files know it, and they are asked in this order, each kind on every level before
//! the next kind is asked at all:
//!
//! 1. what is installed: `node_modules/<package>/package.json`, the nearest first, as Node.js itself
//!    resolves packages (<https://nodejs.org/api/modules.html#loading-from-node_modules-folders>);
//! 2. what is locked: `npm-shrinkwrap.json` or `package-lock.json`, `pnpm-lock.yaml`, `yarn.lock`,
//!    `bun.lock`, in this order where a directory has several;
//! 3. what is asked for: an exact version in `package.json`.
//!
//! Installed comes first even when a lock file lies nearer, because the installed code is what runs.
//! What the other files say is still read, so that a stale installation does not go unseen: each
//! other version found is a disagreement. A file that can't be read is an error only as long as
//! nothing better has answered; afterwards it is a note.
//!
//! The levels are the start directory and its parents, up to the root of the repository.

use std::path::{Path, PathBuf};

use semver::Version;

mod bun_lock;
mod claim;
mod error;
mod file;
mod json;
mod levels;
mod package_json;
mod package_lock;
mod pnpm_lock;
mod specifier;
mod text;
mod yaml;
mod yarn_berry;
mod yarn_classic;

pub use error::ProjectError;
pub use file::{find_in_file, find_in_text};
pub(crate) use json::line_of;
pub(crate) use levels::from as levels;

use claim::{Claim, LockClaims, LockQuestion};

/// Which kind of file a version was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The `package.json` of the package itself, under `node_modules`.
    InstalledPackage,
    /// npm's `package-lock.json` or `npm-shrinkwrap.json`.
    PackageLock,
    /// pnpm's `pnpm-lock.yaml`.
    PnpmLock,
    /// Yarn's `yarn.lock`, of Yarn 1 or of a later Yarn.
    YarnLock,
    /// Bun's `bun.lock`.
    BunLock,
    /// A dependency in the project's `package.json` that names one exact version.
    ExactInPackageJson,
}

/// A stable version of the package, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The version, without build metadata, which npm ignores too.
    pub version: Version,
    /// The file that says so, as an absolute path.
    pub file: PathBuf,
    /// The line of the version in that file, counted from 1.
    pub line: Option<usize>,
    /// The kind of that file.
    pub how: How,
}

/// Why something that the project says about the package is no stable version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotStableReason {
    /// A version with a prerelease part, such as `4.1.0-alpha1`.
    Prerelease,
    /// A distribution tag, such as `latest`.
    Tag,
    /// A range of versions, such as `^4.0.0`, with nothing installed or locked.
    Range,
    /// A git repository.
    Git,
    /// An archive at an address.
    Url,
    /// A directory or archive on this machine (`file:`, `link:`, `portal:` or a path).
    Local,
    /// A package of the same workspace.
    Workspace,
    /// An entry of a catalog that is kept elsewhere (`catalog:`).
    Catalog,
    /// The package's name stands for another package (an `npm:` alias, or a fork).
    OtherPackage,
    /// Text that is none of these.
    Unreadable,
}

/// What the project says about the package when it is no stable version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStable {
    /// What kind of statement it is.
    pub reason: NotStableReason,
    /// The statement itself, shortened if it is long and with control characters escaped.
    pub raw: String,
    /// The file that says so, as an absolute path.
    pub file: PathBuf,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
    /// The kind of that file.
    pub how: How,
}

/// The answer to the question which version of a package a project has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A stable version.
    Found {
        /// The version that applies.
        found: Found,
        /// Every other version that the project's files name for the same package, each once and
        /// in the order in which the files were asked: worth a warning.
        disagreements: Vec<Found>,
    },
    /// The project names the package, but not with a stable version.
    NotStable(NotStable),
    /// No file of the project names the package.
    NotFound,
}

/// The outcome, and what the caller should pass on about how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    /// The answer.
    pub outcome: Outcome,
    /// What could not be taken into account and did not decide the answer: lower-case fragments
    /// for people.
    pub notes: Vec<String>,
}

/// Finds the version of `package` that the project around the directory `start` has.
///
/// The levels looked at are `start` and its parents up to the first that holds `.git`. Without a
/// repository they end at the user's home directory when `start` lies in it, because nothing above
/// belongs to the user; otherwise at the root of the file system.
///
/// # Errors
///
/// When `start` is no directory that can be read, `package` is no name of an npm package, or when a
/// file that would decide the answer can't be read or understood.
pub fn find_package(start: &Path, package: &str) -> Result<LookUp, ProjectError> {
    find_package_within(start, package, std::env::home_dir().as_deref())
}

/// The same as [`find_package`], with the home directory given instead of asked from the environment.
///
/// # Errors
///
/// The same as those of [`find_package`].
pub fn find_package_within(
    start: &Path,
    package: &str,
    home: Option<&Path>,
) -> Result<LookUp, ProjectError> {
    if !specifier::is_package_name(package) {
        return Err(ProjectError::PackageName {
            name: specifier::shown(package),
        });
    }
    let levels = levels::from(start, home)?;
    let Some(start) = levels.first() else {
        return Ok(Gathered::default().into_look_up());
    };
    let mut gathered = Gathered::default();
    for level in &levels {
        gathered.take(package_json::installed(level, package))?;
    }
    let manifests: Vec<_> = levels
        .iter()
        .map(|level| package_json::dependencies(level, package))
        .collect();
    let mut requested = Vec::new();
    for (level, manifest) in levels.iter().zip(&manifests) {
        // The nearest package.json that names the package is the one whose wishes a lock file
        // further up was made from.
        if let (true, Ok(manifest)) = (requested.is_empty(), manifest) {
            requested.clone_from(&manifest.requested);
        }
        gathered.take_locks(&LockFiles {
            start,
            directory: level,
            package,
            requested: &requested,
        })?;
    }
    for manifest in manifests {
        gathered.take(manifest.map(|manifest| manifest.claims))?;
    }
    Ok(gathered.into_look_up())
}

/// The lock files of one level, and what is asked of them.
#[derive(Clone, Copy)]
struct LockFiles<'a> {
    start: &'a Path,
    directory: &'a Path,
    package: &'a str,
    requested: &'a [(String, String)],
}

/// What has been read so far: the first statement is the answer.
#[derive(Default)]
struct Gathered {
    claims: Vec<Claim>,
    notes: Vec<String>,
}

impl Gathered {
    /// Adds the statements of one file. A failure ends the search only while there is no answer.
    fn take(&mut self, claims: Result<Vec<Claim>, ProjectError>) -> Result<(), ProjectError> {
        match claims {
            Ok(claims) => self.claims.extend(claims),
            Err(error) if self.claims.is_empty() => return Err(error),
            Err(error) => self.notes.push(error.to_string()),
        }
        Ok(())
    }

    /// Reads the lock files of one level.
    fn take_locks(&mut self, files: &LockFiles<'_>) -> Result<(), ProjectError> {
        let directory = files.directory;
        // npm does not look at package-lock.json where npm-shrinkwrap.json exists.
        let shrinkwrap = directory.join("npm-shrinkwrap.json");
        let npm = if text::exists(&shrinkwrap) {
            shrinkwrap
        } else {
            directory.join("package-lock.json")
        };
        self.take_lock(npm, How::PackageLock, files, package_lock::read)?;
        let pnpm = directory.join("pnpm-lock.yaml");
        self.take_lock(pnpm, How::PnpmLock, files, pnpm_lock::read)?;
        let yarn = directory.join("yarn.lock");
        self.take_lock(yarn, How::YarnLock, files, |text, file, question| {
            if yarn_berry::recognises(text) {
                yarn_berry::read(text, file, question)
            } else {
                yarn_classic::read(text, file, question)
            }
        })?;
        let bun = directory.join("bun.lock");
        let binary = directory.join("bun.lockb");
        if !text::exists(&bun) && text::exists(&binary) {
            self.notes.push(format!(
                "{} is binary and was not read; `bun install --save-text-lockfile` writes a readable bun.lock",
                binary.display()
            ));
        }
        self.take_lock(bun, How::BunLock, files, bun_lock::read)
    }

    /// Reads one lock file, if it exists.
    fn take_lock(
        &mut self,
        file: PathBuf,
        how: How,
        files: &LockFiles<'_>,
        read: impl Fn(&str, &Path, &LockQuestion<'_>) -> Result<LockClaims, ProjectError>,
    ) -> Result<(), ProjectError> {
        let claims = text::read(&file).and_then(|text| {
            let Some(text) = text else {
                return Ok(Vec::new());
            };
            // Once there is an answer, a lock file only matters if it names the package: most of
            // the time for parsing is saved. Without an answer it must prove to be in order.
            if !self.claims.is_empty() && !text.contains(files.package) {
                return Ok(Vec::new());
            }
            text::refuse_merge_conflict(&text, &file)?;
            let question = LockQuestion {
                package: files.package,
                members: &levels::members(files.start, files.directory),
                requested: files.requested,
            };
            let claims = read(&text, &file, &question)?.into_claims();
            let claims = claims.ok_or_else(|| ProjectError::Malformed {
                file: file.clone(),
                line: None,
                reason: format!("it names too many versions of `{}`", files.package),
            })?;
            Ok(claims
                .into_iter()
                .map(|(line, stated)| Claim::new(stated, file.clone(), line, how))
                .collect())
        });
        self.take(claims)
    }

    fn into_look_up(mut self) -> LookUp {
        let mut claims = self.claims.into_iter();
        let Some(first) = claims.next() else {
            return LookUp {
                outcome: Outcome::NotFound,
                notes: self.notes,
            };
        };
        let found = match first.into_found() {
            Ok(found) => found,
            Err(not_stable) => {
                return LookUp {
                    outcome: Outcome::NotStable(not_stable),
                    notes: self.notes,
                };
            }
        };
        let mut disagreements: Vec<Found> = Vec::new();
        for claim in claims {
            match claim.into_found() {
                Ok(other) => {
                    let known = std::iter::once(&found).chain(&disagreements);
                    if !known
                        .into_iter()
                        .any(|known| known.version == other.version)
                    {
                        disagreements.push(other);
                    }
                }
                // A range or a tag in package.json is what one expects beside an installed version.
                Err(other)
                    if other.how == How::ExactInPackageJson
                        && other.reason != NotStableReason::Prerelease => {}
                Err(other) => self.notes.push(format!(
                    "{} names `{}`, which is no stable version",
                    claim::place(&other.file, other.line),
                    other.raw
                )),
            }
        }
        self.notes.dedup();
        LookUp {
            outcome: Outcome::Found {
                found,
                disagreements,
            },
            notes: self.notes,
        }
    }
}
