//! The two sides of a comparison: what was given, and what it is.

use std::path::Path;

use semver::Version;

use super::role::Role;
use crate::error::Error;
use crate::iam::{Document, PolicyKind};
use crate::input::{Input, name_of};
use crate::manifest::{Manifest, Product, explained};
use crate::text::one_line;
use crate::version::no_list;

/// One side of a comparison.
pub(super) enum Side {
    /// A Remotion version.
    Version(Version),
    /// An AWS policy document.
    Policy(Document),
    /// A Google Cloud role.
    Role(Role),
}

/// In MiB; neither policies nor roles come near this size.
const LARGEST: u64 = 10;

impl Side {
    /// Reads a version or a file. A text that is a version is never taken for a file's name.
    pub(super) fn read(
        given: &str,
        input: &mut Input,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Error> {
        if let Ok(version) = Version::parse(given.trim()) {
            return Ok(Self::Version(version));
        }
        let path = Path::new(given);
        let name = one_line(&name_of(path));
        let bytes = input.read(path, LARGEST).map_err(|error| {
            Error::call(format!("can't read {name}: {error}")).hint(
                "give a version such as 4.0.300, an AWS policy or a Google Cloud role as a file",
            )
        })?;
        if Role::recognises(&bytes) {
            let role = Role::read(&name, &bytes)?;
            warnings.extend(role.warning());
            return Ok(Self::Role(role));
        }
        let known = known_actions();
        let (document, found) = Document::parse(&name, PolicyKind::Identity, &bytes, &known)
            .map_err(|error| {
                Error::call(error.to_string()).hint(
                    "mend the policy; a Google Cloud role needs a list of includedPermissions",
                )
            })?;
        warnings.extend(found.iter().map(ToString::to_string));
        Ok(Self::Policy(document))
    }

    /// What messages call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Version(version) => version.to_string(),
            Self::Policy(document) => document.name().to_owned(),
            Self::Role(role) => role.name.clone(),
        }
    }
}

/// The actions of the catalogue, in AWS's spelling.
pub(super) fn known_actions() -> Vec<&'static str> {
    explained(Product::Lambda)
        .into_iter()
        .map(|(_, action)| action)
        .collect()
}

/// What a version of a package needs.
pub(super) fn manifest(version: &Version, product: Product) -> Result<Manifest, Error> {
    Manifest::of(product, version).map_err(no_list)
}
