//! Whether one side covers another.

use super::role::Role;
use super::side::{Side, known_actions, manifest};
use super::{Options, warning};
use crate::audit;
use crate::error::Error;
use crate::iam::{self, Document, PolicyKind};
use crate::manifest::{Certainty, List, Manifest, Partition, Product};
use crate::permission::{Requirement, Subject};
use crate::report::Report;
use crate::verdict::Verdict;
use crate::version::{Applied, Chosen, no_list};

/// Whether one side holds all that another one grants or needs.
///
/// It covers where both lists are empty, does not where something is lacking, and is not known
/// where something is open alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// What has to be covered.
    pub of: String,
    /// What should cover it.
    pub by: String,
    /// What is lacking for sure.
    pub lacks: Vec<Lack>,
    /// What could not be decided.
    pub open: Vec<Lack>,
}

/// Permissions that are lacking, or may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The permissions. Of actions that both documents treat alike, one stands for all; none
    /// stands here where it is not about single permissions.
    pub permissions: Vec<String>,
    /// A resource that is not covered, or the scope that is needed.
    pub resource: Option<String>,
    /// Why: a lower-case fragment.
    pub detail: Option<String>,
}

impl Coverage {
    /// `Some` where it is known.
    #[must_use]
    pub fn covers(&self) -> Option<bool> {
        match (self.lacks.is_empty(), self.open.is_empty()) {
            (true, true) => Some(true),
            (true, false) => None,
            (false, _) => Some(false),
        }
    }

    fn new(of: &Side, by: &Side) -> Self {
        Self {
            of: of.name(),
            by: by.name(),
            lacks: Vec::new(),
            open: Vec::new(),
        }
    }
}

/// Whether the second side covers the first, and the first the second.
pub(super) fn both(
    one: &Side,
    other: &Side,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<[Coverage; 2], Error> {
    Ok([
        of(one, other, options, warnings)?,
        of(other, one, options, warnings)?,
    ])
}

fn of(
    of: &Side,
    by: &Side,
    options: &Options,
    warnings: &mut Vec<String>,
) -> Result<Coverage, Error> {
    let mut coverage = Coverage::new(of, by);
    match (of, by) {
        (Side::Policy(of), Side::Policy(by)) => documents(&mut coverage, of, by),
        (Side::Role(of), Side::Role(by)) => {
            let lacking = of.permissions.difference(&by.permissions);
            coverage.lacks.extend(lacking.map(|one| lack(one, None)));
        }
        (Side::Version(version), Side::Policy(document)) => {
            let report = needed(document, version, options)?;
            warnings.extend(warning(&manifest(version, Product::Lambda)?));
            for audit in &report.audits {
                for finding in &audit.findings {
                    let into = match finding.verdict {
                        Verdict::Pass(_) => continue,
                        Verdict::Fail(_) => &mut coverage.lacks,
                        Verdict::Unknown(_) => &mut coverage.open,
                    };
                    into.push(Lack {
                        permissions: vec![finding.permission.clone()],
                        resource: Some(finding.scope.clone()),
                        detail: finding.explanation(),
                    });
                }
            }
        }
        (Side::Policy(document), Side::Version(version)) => {
            let manifest = of_product(version, Product::Lambda, options)?;
            warnings.extend(warning(&manifest));
            by_version(&mut coverage, document, &manifest, options)?;
        }
        (Side::Version(version), Side::Role(role)) => {
            let manifest = of_product(version, Product::CloudRun, options)?;
            warnings.extend(warning(&manifest));
            for one in requirements(&manifest)? {
                if role.permissions.contains(&one.permission) {
                    continue;
                }
                if one.doubtful {
                    let why = "it is doubtful whether this version needs it";
                    coverage.open.push(lack(&one.permission, Some(why)));
                } else {
                    coverage.lacks.push(lack(&one.permission, None));
                }
            }
            coverage.open.extend(unknown_list(&manifest));
        }
        (Side::Role(role), Side::Version(version)) => {
            let manifest = of_product(version, Product::CloudRun, options)?;
            warnings.extend(warning(&manifest));
            let needs = requirements(&manifest)?;
            for permission in &role.permissions {
                match needs.iter().find(|one| one.permission == *permission) {
                    Some(one) if one.doubtful => {
                        let why = "it is doubtful whether this version needs it";
                        coverage.open.push(lack(permission, Some(why)));
                    }
                    Some(_) => {}
                    None => coverage.lacks.push(lack(permission, None)),
                }
            }
            coverage.open.extend(unknown_list(&manifest));
        }
        (Side::Policy(_), Side::Role(_)) | (Side::Role(_), Side::Policy(_)) => {
            return Err(Error::call(format!(
                "{} and {} belong to different clouds",
                of.name(),
                by.name()
            ))
            .hint(
                "compare an AWS policy with an AWS policy, and a Google Cloud role with a role",
            ));
        }
        (Side::Version(_), Side::Version(_)) => {}
    }
    Ok(coverage)
}

fn lack(permission: &str, detail: Option<&str>) -> Lack {
    Lack {
        permissions: vec![permission.to_owned()],
        resource: None,
        detail: detail.map(str::to_owned),
    }
}

/// The list of a version, held to what was said of package and subject.
fn of_product(
    version: &semver::Version,
    product: Product,
    options: &Options,
) -> Result<Manifest, Error> {
    let fits = match product {
        Product::Lambda => !matches!(options.subject, Some(Subject::ServiceAccount)),
        Product::CloudRun => !matches!(options.subject, Some(Subject::User | Subject::Role)),
    };
    if options.product.is_some_and(|wanted| wanted != product) || !fits {
        return Err(Error::call(format!(
            "the file belongs to {}, and something else was asked for",
            product.package()
        ))
        .hint("leave --product and --subject out, or give a file of their kind"));
    }
    manifest(version, product)
}

fn requirements(manifest: &Manifest) -> Result<Vec<Requirement>, Error> {
    manifest
        .requirements(Subject::ServiceAccount, Partition::Aws)
        .map_err(no_list)
}

/// The permissions of a version that a role does not grant, those that are doubtful too.
pub(super) fn lacking(role: &Role, manifest: &Manifest) -> Result<Vec<String>, Error> {
    Ok(requirements(manifest)?
        .into_iter()
        .map(|one| one.permission)
        .filter(|permission| !role.permissions.contains(permission))
        .collect())
}

/// A version whose list is not known is covered by nothing, and covers nothing, for sure.
fn unknown_list(manifest: &Manifest) -> Option<Lack> {
    let Certainty::Newer { newest } = &manifest.certainty else {
        return None;
    };
    Some(Lack {
        permissions: Vec::new(),
        resource: None,
        detail: Some(format!(
            "the list of {} is not known, the newest known is {newest}",
            manifest.version
        )),
    })
}

fn documents(coverage: &mut Coverage, of: &Document, by: &Document) {
    let (gaps, open) = match iam::covers(of, by, &known_actions()) {
        iam::Coverage::Covers => return,
        iam::Coverage::Lacks { gaps, open } => (gaps, open),
        iam::Coverage::Unknown { open } => (Vec::new(), open),
    };
    coverage.lacks.extend(gaps.into_iter().map(|gap| Lack {
        permissions: gap.actions,
        resource: Some(gap.resource),
        detail: None,
    }));
    coverage.open.extend(open.into_iter().map(|doubt| {
        let reasons: Vec<String> = doubt.reasons.iter().map(ToString::to_string).collect();
        Lack {
            permissions: doubt.actions,
            resource: doubt.resource,
            detail: Some(reasons.join("; ")),
        }
    }));
}

/// Whether the policy that a version asks for covers a document. Between two different lists both
/// have to.
fn by_version(
    coverage: &mut Coverage,
    document: &Document,
    manifest: &Manifest,
    options: &Options,
) -> Result<(), Error> {
    let subject = subject(options)?;
    let policy = |list: &List| -> Result<Document, Error> {
        let missing = || {
            Error::call(format!(
                "{} {} has no policies for the partition {}",
                manifest.product.package(),
                manifest.version,
                options.partition.name()
            ))
            .hint("`remperm policies list` shows which versions have")
        };
        let policy = list
            .policy(subject, options.partition)
            .ok_or_else(missing)?;
        let text = serde_json::to_vec(policy)
            .map_err(|error| Error::world(format!("a policy could not be written: {error}")))?;
        let name = format!("the {subject}'s policy of {}", manifest.version);
        Document::parse(&name, PolicyKind::Identity, &text, &[])
            .map(|(document, _)| document)
            .map_err(|error| Error::world(error.to_string()))
    };
    documents(coverage, document, &policy(&manifest.list)?);
    if let Some(earlier) = &manifest.earlier {
        let mut by_earlier = coverage.clone();
        by_earlier.lacks.clear();
        by_earlier.open.clear();
        documents(&mut by_earlier, document, &policy(earlier)?);
        // What only one of the lists lacks is open.
        let (common, only): (Vec<Lack>, Vec<Lack>) = coverage
            .lacks
            .drain(..)
            .partition(|one| by_earlier.lacks.contains(one));
        let more = by_earlier
            .lacks
            .into_iter()
            .filter(|one| !common.contains(one));
        coverage
            .open
            .extend(only.into_iter().chain(more).map(|one| Lack {
                detail: Some(
                    "only one of the two lists between which the version lies has it".to_owned(),
                ),
                ..one
            }));
        coverage.open.extend(by_earlier.open);
        coverage.lacks = common;
    }
    coverage.open.extend(unknown_list(manifest));
    Ok(())
}

fn subject(options: &Options) -> Result<Subject, Error> {
    options.subject.ok_or_else(|| {
        Error::call("a version has a policy for the user and one for the role, and which one to compare with is not said")
            .hint("add --subject user or --subject role")
    })
}

/// The check of a document against what a version needs: one requirement after the other, for any
/// account and region.
pub(super) fn needed(
    document: &Document,
    version: &semver::Version,
    options: &Options,
) -> Result<Report, Error> {
    let manifest = of_product(version, Product::Lambda, options)?;
    let applied = Applied {
        manifest,
        chosen: Chosen::Given,
        warnings: Vec::new(),
    };
    audit::aws_document(
        document.clone(),
        subject(options)?,
        options.partition,
        &applied,
    )
}
