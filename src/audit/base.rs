//! A check of only what goes beyond a base: the version that a project is upgraded from.
//!
//! What the base needs for sure is left out. Whatever is not sure of it stays in: what only one of
//! the lists has between which it lies, and everything where its list is not known.

use std::cmp::Ordering;

use super::{Terms, audit, finish};
use crate::manifest::{Certainty, ManifestError, Partition, Way, changes};
use crate::permission::{Cloud, Requirement, Subject};
use crate::report::{Audit, nothing_new};
use crate::version::{Applied, Base};

/// What a subject has to hold, or what of it the base does not need for sure.
pub(super) fn needed(
    applied: &Applied,
    subject: Subject,
    partition: Partition,
    terms: &Terms,
) -> Result<Vec<Requirement>, ManifestError> {
    let all = applied.manifest.requirements(subject, partition)?;
    let Some(base) = terms.beyond.as_ref().filter(|base| is_known(base, terms)) else {
        return Ok(all);
    };
    match changes(&base.manifest, &applied.manifest, subject, partition) {
        Ok(changes) => Ok(changes
            .into_iter()
            .filter(|change| change.way == Way::Came)
            .map(|change| change.requirement)
            .collect()),
        // The base can't run in this partition, so nobody holds anything for it there.
        Err(_) => Ok(all),
    }
}

/// Whether it is known what a base needs.
fn is_known(base: &Base, terms: &Terms) -> bool {
    terms.accept_newer || !matches!(base.manifest.certainty, Certainty::Newer { .. })
}

/// The audit where a version needs nothing beyond its base: nothing has to be asked.
pub(super) fn nothing_to_ask(
    cloud: Cloud,
    applied: &Applied,
    terms: &Terms,
    subjects: &[Subject],
) -> Audit {
    let mut audit = audit(cloud, applied, terms);
    add_nothing_new(&mut audit, applied, terms, subjects);
    finish(&mut audit, applied, terms, subjects.first());
    audit
}

/// Says of each subject without a finding that the version needs nothing of it beyond the base.
/// Of a version whose list is not known nobody can say that.
pub(super) fn add_nothing_new(
    audit: &mut Audit,
    applied: &Applied,
    terms: &Terms,
    subjects: &[Subject],
) {
    let Some(base) = &terms.beyond else {
        return;
    };
    if matches!(applied.manifest.certainty, Certainty::Newer { .. }) && !terms.accept_newer {
        return;
    }
    for subject in subjects {
        if audit.of_subject(*subject).next().is_none() {
            audit.findings.push(nothing_new(
                *subject,
                &applied.manifest.version.to_string(),
                &base.manifest.version.to_string(),
            ));
        }
    }
}

/// What a person should know of the base.
pub(super) fn notes(base: &Base, applied: &Applied, terms: &Terms) -> Vec<String> {
    let (old, new) = (&base.manifest.version, &applied.manifest.version);
    let mut notes = Vec::new();
    if is_known(base, terms) {
        notes.push(format!(
            "only what {new} needs beyond {old} is checked; that what {old} needs is held is taken for granted"
        ));
    } else {
        notes.push(format!(
            "the list of {old} is not known, so everything that {new} needs is checked"
        ));
    }
    match new.cmp_precedence(old) {
        Ordering::Less => notes.push(format!("{new} is older than {old}: this is no upgrade")),
        Ordering::Equal => notes.push(format!("the base is the same version, {new}")),
        Ordering::Greater => {}
    }
    if let Certainty::BetweenDifferent { below, above } = &base.manifest.certainty {
        notes.push(format!(
            "{old} lies between {below} and {above}, whose lists differ: what only one of them has is checked"
        ));
    }
    notes
}
