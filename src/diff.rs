//! What changes between two versions, and whether one list of permissions covers another.
//!
//! A side of a comparison is a Remotion version, an AWS policy document or a Google Cloud role.
//! Of two versions the changes of their lists are told ([`crate::manifest::changes`]); as soon as
//! one side is a file, it is told for both directions whether the one covers the other. What can't
//! be decided is unknown, never covered.

mod coverage;
mod role;
mod side;

use crate::error::Error;
use crate::fix;
use crate::input::Input;
use crate::manifest::{Certainty, Change, Manifest, Partition, Policy, Product, Way, changes};
use crate::permission::Subject;
use crate::report::VersionUsed;
use crate::version::{Applied, Chosen, no_list};
use side::Side;

pub use coverage::{Coverage, Lack};

/// What to compare, beside the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The package; where nothing is said, both, as far as the versions have lists.
    pub product: Option<Product>,
    /// Whose permissions; where nothing is said, everybody's.
    pub subject: Option<Subject>,
    /// The AWS partition.
    pub partition: Partition,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The first side, as it was given.
    pub from: String,
    /// The second side.
    pub to: String,
    /// What was found.
    pub content: Content,
    /// What a person has to know before acting on it: whole sentences without a full stop.
    pub warnings: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The changes between two versions, per package.
    Versions(Vec<Changes>),
    /// Whether the second side covers the first, and the first the second.
    Coverage([Coverage; 2]),
}

/// The changes between two versions of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The first version.
    pub from: VersionUsed,
    /// The second one.
    pub to: VersionUsed,
    /// The subjects that were compared.
    pub subjects: Vec<Subject>,
    /// What came and went: subject by subject, first what came.
    pub changes: Vec<Change>,
}

/// What has to be added so that the second side is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// A policy for the AWS user or role; `None` where nothing is to be added.
    Aws(Option<Policy>),
    /// Permissions for the custom role of the Google Cloud service account.
    Gcp(Vec<String>),
}

/// Compares two sides: versions such as `4.0.300`, or paths of files (`-` is the standard input).
///
/// # Errors
///
/// A side that is neither, a file that can't be read or is of no known kind, sides that can't be
/// compared with each other, versions without a list.
pub fn compare(from: &str, to: &str, options: &Options) -> Result<Diff, Error> {
    let sides = sides(from, to)?;
    let mut warnings = sides.warnings;
    let content = match (&sides.from, &sides.to) {
        (Side::Version(before), Side::Version(after)) => {
            let (all, more) = of_versions(before, after, options)?;
            warnings.extend(more);
            Content::Versions(all)
        }
        (one, other) => Content::Coverage(coverage::both(one, other, options, &mut warnings)?),
    };
    warnings.dedup();
    Ok(Diff {
        from: sides.from.name(),
        to: sides.to.name(),
        content,
        warnings,
    })
}

/// What has to be added to the first side so that the second one, a version, is covered; with what
/// a person has to know about it.
///
/// # Errors
///
/// As for [`compare`]; a second side that is no version, or no single subject.
pub fn addition(from: &str, to: &str, options: &Options) -> Result<(Addition, Vec<String>), Error> {
    let sides = sides(from, to)?;
    let mut notes = sides.warnings;
    let Side::Version(after) = &sides.to else {
        return Err(Error::call(
            "what to add is known for a version, and the second side is a file",
        )
        .hint("give the version that the permissions are for as the second side"));
    };
    let subject = match (options.subject, &sides.from) {
        (Some(subject), _) => subject,
        (None, Side::Role(_)) => Subject::ServiceAccount,
        (None, _) => {
            return Err(Error::call("whose permissions to print is not said")
                .hint("add --subject user, --subject role or --subject service-account"));
        }
    };
    let options = Options {
        subject: Some(subject),
        ..*options
    };
    let addition = match &sides.from {
        Side::Version(before) => {
            let (all, warnings) = of_versions(before, after, &options)?;
            notes.extend(warnings);
            let came = all
                .iter()
                .flat_map(|one| &one.changes)
                .filter(|change| change.way == Way::Came)
                .map(|change| &change.requirement);
            match subject {
                Subject::ServiceAccount => {
                    Addition::Gcp(came.map(|one| one.permission.clone()).collect())
                }
                Subject::User | Subject::Role => Addition::Aws(Policy::granting(
                    "RemotionAdded",
                    came.map(|one| (one.permission.as_str(), vec![one.scope.clone()])),
                )),
            }
        }
        Side::Policy(document) => {
            let report = coverage::needed(document, after, &options)?;
            let fix = fix::of(&report, subject);
            notes.extend(fix.advice);
            Addition::Aws(fix.policy)
        }
        Side::Role(role) => {
            let manifest = side::manifest(after, Product::CloudRun)?;
            notes.extend(warning(&manifest));
            Addition::Gcp(coverage::lacking(role, &manifest)?)
        }
    };
    notes.dedup();
    Ok((addition, notes))
}

struct Sides {
    from: Side,
    to: Side,
    warnings: Vec<String>,
}

fn sides(from: &str, to: &str) -> Result<Sides, Error> {
    // Before anything is read: at a terminal, the first reading would wait.
    if from == "-" && to == "-" {
        return Err(Error::call("the standard input can be read only once")
            .hint("give one of the two as a file or a version"));
    }
    let mut input = Input::default();
    let mut warnings = Vec::new();
    Ok(Sides {
        from: Side::read(from, &mut input, &mut warnings)?,
        to: Side::read(to, &mut input, &mut warnings)?,
        warnings,
    })
}

/// The changes per package, and what is doubtful about the versions.
fn of_versions(
    before: &semver::Version,
    after: &semver::Version,
    options: &Options,
) -> Result<(Vec<Changes>, Vec<String>), Error> {
    let products = match (options.product, options.subject) {
        (Some(product), _) => vec![product],
        (None, Some(Subject::User | Subject::Role)) => vec![Product::Lambda],
        (None, Some(Subject::ServiceAccount)) => vec![Product::CloudRun],
        (None, None) => vec![Product::Lambda, Product::CloudRun],
    };
    let is_only = products.len() == 1;
    let mut all = Vec::new();
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    for product in products {
        match of_product(product, before, after, options) {
            Ok((one, more)) => {
                all.push(one);
                warnings.extend(more);
            }
            Err(error) => errors.push(error),
        }
    }
    // The two packages have ranges of their own: one of them may have no list for a version.
    match errors.into_iter().next() {
        Some(error) if all.is_empty() || is_only => return Err(error),
        Some(error) => warnings.push(format!("not compared: {}", error.message)),
        None => {}
    }
    Ok((all, warnings))
}

fn of_product(
    product: Product,
    before: &semver::Version,
    after: &semver::Version,
    options: &Options,
) -> Result<(Changes, Vec<String>), Error> {
    let from = side::manifest(before, product)?;
    let to = side::manifest(after, product)?;
    let subjects: Vec<Subject> = match product {
        Product::Lambda => vec![Subject::User, Subject::Role],
        Product::CloudRun => vec![Subject::ServiceAccount],
    };
    let subjects: Vec<Subject> = subjects
        .into_iter()
        .filter(|subject| options.subject.is_none_or(|wanted| wanted == *subject))
        .collect();
    if subjects.is_empty() {
        return Err(
            Error::call(format!("{} has no such subject", product.package()))
                .hint("user and role belong to lambda, service-account to cloudrun"),
        );
    }
    let mut all = Vec::new();
    for subject in &subjects {
        all.extend(changes(&from, &to, *subject, options.partition).map_err(no_list)?);
    }
    let warnings = [&from, &to].into_iter().filter_map(warning).collect();
    Ok((
        Changes {
            from: used(from),
            to: used(to),
            subjects,
            changes: all,
        },
        warnings,
    ))
}

fn used(manifest: Manifest) -> VersionUsed {
    let applied = Applied {
        manifest,
        chosen: Chosen::Given,
        warnings: Vec::new(),
    };
    applied.used(false)
}

/// Why the list of a version is not certain, where it is not.
fn warning(manifest: &Manifest) -> Option<String> {
    let package = manifest.product.package();
    let version = &manifest.version;
    match &manifest.certainty {
        Certainty::Verified | Certainty::BetweenEqual { .. } | Certainty::Installed => None,
        Certainty::BetweenDifferent { below, above } => Some(format!(
            "{package} {version} lies between {below} and {above}, whose lists differ: what only one of them has is marked as doubtful"
        )),
        Certainty::Newer { newest } => Some(format!(
            "the list of {package} {version} is not known: that of {newest}, the newest known, stands in for it"
        )),
    }
}
