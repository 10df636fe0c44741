//! The version that a project is upgraded from.

use std::path::{Path, PathBuf};

use semver::Version;

use super::{Chosen, certainty_text, no_list, project_code};
use crate::error::Error;
use crate::input::{self, Input};
use crate::manifest::{Manifest, Product};
use crate::project::{self, Found, LookUp, Outcome};
use crate::report::BaseUsed;
use crate::text::one_line;

/// The version that a project is upgraded from, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// What it needs.
    pub manifest: Manifest,
    /// How it was found.
    pub chosen: Chosen,
}

/// A lock file has at most this size where it is read from the standard input.
const LARGEST: u64 = 64;

/// Finds the version of a package that a base names: a version such as `4.0.300`, or the path of a
/// lock file or `package.json`; `-` is such a file on the standard input.
///
/// # Errors
///
/// A file that can't be read, or names no exact version of the package, or several; a version
/// without a known list.
pub fn base(product: Product, given: &str) -> Result<Base, Error> {
    if let Ok(version) = Version::parse(given.trim()) {
        return Ok(Base {
            manifest: Manifest::of(product, &version).map_err(of_base)?,
            chosen: Chosen::Given,
        });
    }
    let found = found(product, given)?;
    let manifest = Manifest::of(product, &found.version).map_err(of_base)?;
    Ok(Base {
        manifest,
        chosen: Chosen::Project {
            how: found.how,
            file: found.file,
            line: found.line,
        },
    })
}

/// A base without a list: the hint has to name the flag of the base.
fn of_base(error: crate::manifest::ManifestError) -> Error {
    let error = no_list(error);
    Error::call(format!("the base can't be used: {}", error.message)).hint(
        "check the whole list with `remperm aws check` or `remperm gcp check`, or name a known version with --base",
    )
}

fn found(product: Product, given: &str) -> Result<Found, Error> {
    let package = product.package();
    let look_up = look_up(product, given)?;
    let name_it = "name the old version itself, such as --base 4.0.300";
    let name = one_line(given);
    match look_up.outcome {
        Outcome::Found {
            found,
            disagreements,
        } => match disagreements.first() {
            // A part of the project may have come from what could not be read as a version.
            None if !look_up.notes.is_empty() => Err(Error::call(format!(
                "{name} names more of {package} than {}: {}",
                found.version,
                look_up.notes.join("; ")
            ))
            .hint(name_it)),
            None => Ok(found),
            Some(other) => Err(Error::call(format!(
                "{name} names several versions of {package}, such as {} and {}",
                found.version, other.version
            ))
            .hint(name_it)),
        },
        Outcome::NotStable(statement) => Err(Error::call(format!(
            "{name} names {package} {:?}, which is no exact version with a known list",
            statement.raw
        ))
        .hint(format!("give the old lock file, or {name_it}"))),
        Outcome::NotFound => Err(Error::call(format!("{name} names no {package}"))
            .hint(format!("give the old lock file, or {name_it}"))),
    }
}

fn look_up(product: Product, given: &str) -> Result<LookUp, Error> {
    let package = product.package();
    let looked_up = if given == "-" {
        let path = PathBuf::from("standard input");
        let wrong = |what: String| {
            Error::call(format!("can't read the standard input: {what}"))
                .hint("give a lock file or a package.json")
        };
        let bytes = Input::default()
            .read(Path::new(given), LARGEST)
            .map_err(|error| wrong(error.to_string()))?;
        let text = input::text(&bytes).map_err(|error| wrong(error.to_string()))?;
        project::find_in_text(text, &path, package)
    } else {
        project::find_in_file(Path::new(given), package)
    };
    looked_up.map_err(|error| {
        Error::call(error.to_string())
            .hint("give a lock file or a package.json, or a version such as 4.0.300, to --base")
    })
}

impl Base {
    /// The base as a report shows it.
    #[must_use]
    pub fn used(&self) -> BaseUsed {
        let (chosen, chosen_text, file, line) = match &self.chosen {
            Chosen::Project { how, file, line } => {
                let place = file.display().to_string();
                let text = match line {
                    Some(line) => format!("found in {place}:{line}"),
                    None => format!("found in {place}"),
                };
                (project_code(*how), text, Some(place), *line)
            }
            Chosen::Given | Chosen::Newest => ("given", "given with --base".to_owned(), None, None),
        };
        BaseUsed {
            version: self.manifest.version.to_string(),
            chosen,
            chosen_text,
            file,
            line,
            certainty: self.manifest.certainty.code(),
            certainty_text: certainty_text(&self.manifest.certainty),
        }
    }
}
