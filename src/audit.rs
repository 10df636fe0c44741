//! Puts it together: a version's requirements, the questions, a source's answers, the report.
//!
//! This is the only module that knows both the plan and the sources.

mod aws;
mod base;
mod bindings;
mod gcp;
mod offline;
mod principals;
mod terraform;

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::judge::judge;
use crate::manifest::{Certainty, Partition};
use crate::permission::{Activity, Cloud, Requirement, Subject};
use crate::plan::{Form, Question};
use crate::report::{Audit, Failure, Finding, Tested, unknown_list};
use crate::verdict::{Answer, Source, Unknown, Verdict};
use crate::version::{Applied, Base, no_list};

pub use aws::check as aws;
pub use bindings::check as gcp_offline;
pub use gcp::check as gcp;
pub use offline::check as aws_offline;
pub(crate) use offline::document as aws_document;
pub use principals::list as aws_principals;

/// What every check is told beside its cloud's own options.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// A version that is newer than the newest known one is accepted.
    pub accept_newer: bool,
    /// A permission that is held only as long as a condition key is absent does not pass.
    pub strict_context: bool,
    /// What can't be determined does not fail the check.
    pub accept_unknown: bool,
    /// Only what these activities need is checked; empty means everything.
    pub only_for: Vec<Activity>,
    /// Only what this version does not need for sure is checked.
    pub beyond: Option<Base>,
}

/// When everything has to be over. A time that no clock can hold means a day.
fn deadline(timeout: Duration) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Instant::now() + timeout.min(DAY)
}

fn requirements(
    applied: &Applied,
    subjects: &[Subject],
    partition: Partition,
    terms: &Terms,
) -> Result<Vec<Requirement>, Error> {
    let only_for = &terms.only_for;
    let mut all = Vec::new();
    for subject in subjects {
        all.extend(base::needed(applied, *subject, partition, terms).map_err(no_list)?);
    }
    if !only_for.is_empty() {
        // What no catalogue knows may be needed for anything.
        all.retain(|one: &Requirement| {
            one.activities.is_empty()
                || one
                    .activities
                    .iter()
                    .any(|activity| only_for.contains(activity))
        });
    }
    if all.is_empty() && terms.beyond.is_none() {
        // An empty check would be green.
        return Err(Error::call("there is nothing to check")
            .hint("this subject needs nothing for the activities that --for names"));
    }
    Ok(all)
}

fn audit(cloud: Cloud, applied: &Applied, terms: &Terms) -> Audit {
    let mut version = applied.used(terms.accept_newer);
    let mut notes = applied.warnings.clone();
    if let Some(base) = &terms.beyond {
        version.base = Some(base.used());
        notes.extend(base::notes(base, applied, terms));
    }
    Audit {
        target: None,
        cloud,
        tested: Tested::default(),
        version,
        findings: Vec::new(),
        notes,
        readiness: Vec::new(),
        excess: None,
        blind_spots: Vec::new(),
        failure: None,
        accept_unknown: terms.accept_unknown,
        only_for: terms.only_for.clone(),
    }
}

/// One finding per requirement, by the answers to its questions.
fn findings(
    requirements: &[Requirement],
    questions: &[Question],
    answers: &[Answer],
    source: Source,
    strict_context: bool,
) -> Vec<Finding> {
    let mut of_requirement: Vec<Vec<(&Question, &Answer)>> = vec![Vec::new(); requirements.len()];
    for (question, answer) in questions.iter().zip(answers) {
        if let Some(list) = of_requirement.get_mut(question.requirement) {
            list.push((question, answer));
        }
    }
    requirements
        .iter()
        .zip(of_requirement)
        .map(|(requirement, answered)| {
            let verdict = judge(requirement, &answered, strict_context);
            let mut finding = Finding::of(requirement, source, verdict);
            if answered
                .iter()
                .all(|(question, _)| question.form == Form::Exact)
            {
                finding.exact = answered
                    .iter()
                    .map(|(question, _)| question.resource.clone())
                    .collect();
                finding.exact.dedup();
            }
            finding
        })
        .collect()
}

/// Everything is unknown for one reason.
fn fail(
    audit: &mut Audit,
    requirements: &[Requirement],
    source: Source,
    reason: Unknown,
    hint: Option<String>,
) {
    audit.findings = requirements
        .iter()
        .map(|requirement| Finding::of(requirement, source, Verdict::Unknown(reason.clone())))
        .collect();
    audit.failure = Some(Failure { reason, hint });
}

/// The report of a check that could not be made: nothing was asked, so everything is unknown.
///
/// # Errors
///
/// The version has no list for the subjects.
pub fn not_checked(
    cloud: Cloud,
    applied: &Applied,
    terms: &Terms,
    subjects: &[Subject],
    reason: Unknown,
    hint: Option<String>,
) -> Result<Audit, Error> {
    // Of a partition whose list is not known here the other one's names are near enough: no row
    // of it passes.
    let requirements = requirements(applied, subjects, Partition::Aws, terms)?;
    let source = match cloud {
        Cloud::Aws => Source::AwsSimulator,
        Cloud::Gcp => Source::GcpTestIamPermissions,
    };
    let mut audit = audit(cloud, applied, terms);
    fail(&mut audit, &requirements, source, reason, hint);
    finish(&mut audit, applied, terms, subjects.first());
    Ok(audit)
}

/// Where every permission is unknown for the same reason, that reason is the news, not the rows.
fn settle_failure(audit: &mut Audit, hint: Option<String>) {
    let mut reasons = audit.findings.iter().map(|finding| match &finding.verdict {
        Verdict::Unknown(unknown) => Some(unknown),
        Verdict::Pass(_) | Verdict::Fail(_) => None,
    });
    let Some(Some(first)) = reasons.next() else {
        audit.notes.extend(hint);
        return;
    };
    if reasons.all(|reason| reason == Some(first)) {
        audit.failure = Some(Failure {
            reason: first.clone(),
            hint,
        });
    } else {
        audit.notes.extend(hint);
    }
}

/// Adds what is not about a single permission.
fn finish(audit: &mut Audit, applied: &Applied, terms: &Terms, subject: Option<&Subject>) {
    if let Certainty::Newer { newest } = &applied.manifest.certainty
        && !terms.accept_newer
        && let Some(subject) = subject
    {
        audit.findings.push(unknown_list(
            *subject,
            &applied.manifest.version.to_string(),
            &newest.to_string(),
        ));
    }
}
