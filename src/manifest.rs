//! What a Remotion version requires, from the lists embedded out of `policies/`.
//!
//! A *list* is what one version's package contains; consecutive versions with equal lists share
//! one file. The registry does not offer every version, so a version can lie between two lists:
//! [`Manifest::of`] says how sure the answer is.

mod change;
mod embedded;
mod list;
mod reasons;

use semver::Version;

use crate::permission::{Requirement, Subject};

pub use change::{Change, Way, changes};
pub use list::{List, Partition, Policy, Statement};
pub use reasons::{Reason, explained, reason};

/// A Remotion package with permission lists of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// `@remotion/lambda`, for AWS.
    Lambda,
    /// `@remotion/cloudrun`, for Google Cloud.
    CloudRun,
}

impl Product {
    /// The name of its npm package.
    #[must_use]
    pub const fn package(self) -> &'static str {
        match self {
            Self::Lambda => "@remotion/lambda",
            Self::CloudRun => "@remotion/cloudrun",
        }
    }

    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lambda => "lambda",
            Self::CloudRun => "cloudrun",
        }
    }
}

/// How sure it is that a version needs just these permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// The list was read from that very version's package.
    Verified,
    /// The version's package was not available, and both neighbours have the same list.
    BetweenEqual {
        /// The nearest known version below.
        below: Version,
        /// The nearest known version above.
        above: Version,
    },
    /// The version's package was not available, and its neighbours' lists differ.
    BetweenDifferent {
        /// The nearest known version below.
        below: Version,
        /// The nearest known version above.
        above: Version,
    },
    /// Newer than the newest version that this program knows.
    Newer {
        /// The newest known version.
        newest: Version,
    },
    /// The list was read from the package that is installed in the project.
    Installed,
}

impl Certainty {
    /// The stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::BetweenEqual { .. } => "between_equal_lists",
            Self::BetweenDifferent { .. } => "between_different_lists",
            Self::Newer { .. } => "newer_than_known",
            Self::Installed => "installed_package",
        }
    }
}

/// A version that no list can be given for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The version is older than the first one with a list.
    #[error("{} {version} is older than {oldest}, the first version whose permission list is known", .product.package())]
    TooOld {
        /// The package.
        product: Product,
        /// The version that was asked for.
        version: Version,
        /// The oldest known version.
        oldest: Version,
    },
    /// A prerelease does not fit into the line of versions: a later one may have an older list.
    #[error("{} {version} is a prerelease: its permission list is not known", .product.package())]
    Prerelease {
        /// The package.
        product: Product,
        /// The version that was asked for.
        version: Version,
    },
    /// The version's list does not know this partition.
    #[error("{} {version} knows no list for the partition {}", .product.package(), .partition.name())]
    NoPartition {
        /// The package.
        product: Product,
        /// The version that was asked for.
        version: Version,
        /// The partition that was asked for.
        partition: Partition,
    },
}

/// The permissions of one Remotion version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The package.
    pub product: Product,
    /// The version that it is for.
    pub version: Version,
    /// How sure that is.
    pub certainty: Certainty,
    /// The list that applies; between two different lists the later one.
    pub list: List,
    /// The earlier list, where the version lies between two different ones.
    pub earlier: Option<List>,
}

impl Manifest {
    /// The permissions that a version of a package needs.
    ///
    /// # Errors
    ///
    /// [`ManifestError::TooOld`] before the first known version, and
    /// [`ManifestError::Prerelease`] for versions such as `4.1.0-alpha1`.
    pub fn of(product: Product, version: &Version) -> Result<Self, ManifestError> {
        if !version.pre.is_empty() {
            return Err(ManifestError::Prerelease {
                product,
                version: version.clone(),
            });
        }
        let mut lists = lists(product);
        // Build metadata does not order versions: https://semver.org/#spec-item-10
        let plain = Version::new(version.major, version.minor, version.patch);
        let later = lists.iter().position(|list| {
            list.seen
                .last()
                .is_some_and(|newest_of_list| *newest_of_list >= plain)
        });
        let Some(later) = later else {
            let list = lists.swap_remove(lists.len().saturating_sub(1));
            let newest = list.newest().clone();
            return Ok(Self {
                product,
                version: version.clone(),
                certainty: Certainty::Newer { newest },
                list,
                earlier: None,
            });
        };
        let list = lists.swap_remove(later);
        let above = list.seen.iter().find(|seen| **seen >= plain);
        if above == Some(&plain) {
            return Ok(Self {
                product,
                version: version.clone(),
                certainty: Certainty::Verified,
                list,
                earlier: None,
            });
        }
        let above = above.unwrap_or(list.newest()).clone();
        if let Some(below) = list.seen.iter().rev().find(|seen| **seen < plain) {
            let below = below.clone();
            return Ok(Self {
                product,
                version: version.clone(),
                certainty: Certainty::BetweenEqual { below, above },
                list,
                earlier: None,
            });
        }
        let Some(earlier) = later.checked_sub(1).and_then(|index| lists.get(index)) else {
            return Err(ManifestError::TooOld {
                product,
                version: version.clone(),
                oldest: list.oldest().clone(),
            });
        };
        Ok(Self {
            product,
            version: version.clone(),
            certainty: Certainty::BetweenDifferent {
                below: earlier.newest().clone(),
                above,
            },
            earlier: Some(earlier.clone()),
            list,
        })
    }

    /// The newest version that is known.
    #[must_use]
    pub fn newest(product: Product) -> Version {
        lists(product)
            .pop()
            .map_or(Version::new(0, 0, 0), |list| list.newest().clone())
    }

    /// A manifest from the `permissions.json` of an installed `@remotion/cloudrun`.
    #[must_use]
    pub fn installed(version: Version, permissions: Vec<String>) -> Self {
        Self {
            product: Product::CloudRun,
            certainty: Certainty::Installed,
            list: List::cloud_run(version.clone(), permissions),
            earlier: None,
            version,
        }
    }

    /// What a subject has to hold, in Remotion's own order: one requirement per permission and
    /// scope.
    ///
    /// Between two different lists it is the union of both; what stands in only one of them is
    /// marked as doubtful.
    ///
    /// # Errors
    ///
    /// [`ManifestError::NoPartition`] where the version has no list for the partition.
    pub fn requirements(
        &self,
        subject: Subject,
        partition: Partition,
    ) -> Result<Vec<Requirement>, ManifestError> {
        let none = || ManifestError::NoPartition {
            product: self.product,
            version: self.version.clone(),
            partition,
        };
        let later = self.list.requirements(subject, partition);
        let Some(earlier) = &self.earlier else {
            return later.ok_or_else(none);
        };
        let earlier = earlier.requirements(subject, partition);
        match (earlier, later) {
            (None, None) => Err(none()),
            (earlier, later) => Ok(union(
                earlier.unwrap_or_default(),
                later.unwrap_or_default(),
            )),
        }
    }
}

/// The later list, then what stands in the earlier one alone.
fn union(earlier: Vec<Requirement>, later: Vec<Requirement>) -> Vec<Requirement> {
    let mut all: Vec<Requirement> = later
        .into_iter()
        .map(|mut requirement| {
            requirement.doubtful = !earlier.iter().any(|other| other.is_same(&requirement));
            requirement
        })
        .collect();
    for mut requirement in earlier {
        if !all.iter().any(|other| other.is_same(&requirement)) {
            requirement.doubtful = true;
            all.push(requirement);
        }
    }
    all
}

/// Every known list of a package, the oldest first.
#[must_use]
pub fn lists(product: Product) -> Vec<List> {
    embedded::files(product)
        .iter()
        .map(|(name, text)| List::read(product, name, text))
        .collect()
}
