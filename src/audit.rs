//! Puts it together: a version's requirements, the questions, a source's answers, the report.
//!
//! This is the only module that knows both the plan and the sources.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::{self, Stop};
use crate::environment::Environment;
use crate::error::Error;
use crate::gcp;
use crate::http::Http;
use crate::judge::judge;
use crate::manifest::{Certainty, Partition};
use crate::permission::{Cloud, Requirement, Subject};
use crate::plan::{self, AwsTarget, Question};
use crate::report::{Audit, Failure, Finding, Report, Tested, unknown_list};
use crate::verdict::{Answer, Source, Unknown, Verdict, Why};
use crate::version::{Applied, no_list};

/// What every check is told beside its cloud's own options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// A version that is newer than the newest known one is accepted.
    pub accept_newer: bool,
    /// A permission that is held only as long as a condition key is absent does not pass.
    pub strict_context: bool,
}

/// Checks the permissions of the AWS user and of the execution role.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2). What the world does not answer is in the report,
/// as `unknown`.
pub async fn aws(
    options: &aws::Options,
    applied: &Applied,
    terms: Terms,
    environment: &Environment,
) -> Result<Report, Error> {
    let deadline = deadline(options.timeout);
    let place = aws::place(options, environment)?;
    let requirements = requirements(applied, &options.subjects, place.partition)?;
    let http = Http::new()?;
    let mut audit = audit(Cloud::Aws, applied, terms);
    audit.tested.regions.clone_from(&place.regions);
    audit.tested.region_source = Some(place.source.clone());
    let identified =
        tokio::time::timeout_at(deadline, aws::identify(options, &place, environment, &http))
            .await
            .unwrap_or_else(|_| {
                Err(Stop::World {
                    reason: Unknown::new(Why::Unreachable, "AWS did not answer in time"),
                    hint: Some("try again, or allow more time with --timeout".to_owned()),
                })
            });
    let mut who = match identified {
        Ok(who) => who,
        Err(Stop::Call(error)) => return Err(error),
        Err(Stop::World { reason, hint }) => {
            fail(
                &mut audit,
                &requirements,
                Source::AwsSimulator,
                reason,
                hint,
            );
            finish(&mut audit, applied, terms, options.subjects.first());
            return Ok(Report {
                audits: vec![audit],
            });
        }
    };
    let target = AwsTarget {
        partition: place.partition,
        account: who.account.clone(),
        regions: place.regions.clone(),
        role_arn: who.role_arn.clone(),
        buckets: options.buckets.clone(),
        functions: options.functions.clone(),
        remotion_version: applied.manifest.version.to_string(),
    };
    let questions = plan::aws_questions(&requirements, &target);
    let (answers, hint) = who.ask(&questions, deadline).await;
    audit.findings = findings(
        &requirements,
        &questions,
        &answers,
        Source::AwsSimulator,
        terms.strict_context,
    );
    audit.tested.caller.clone_from(&who.caller);
    audit.tested.credentials = Some(who.source.clone());
    audit.tested.account = Some(who.account.clone());
    audit.tested.principals = options
        .subjects
        .iter()
        .map(|subject| (*subject, who.name(*subject)))
        .collect();
    audit.notes.append(&mut who.notes);
    settle_failure(&mut audit, hint);
    finish(&mut audit, applied, terms, options.subjects.first());
    Ok(Report {
        audits: vec![audit],
    })
}

/// Checks the permissions of the Google Cloud service account on its project.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2). What the world does not answer is in the report,
/// as `unknown`.
pub async fn gcp(
    options: &gcp::Options,
    applied: &Applied,
    terms: Terms,
    environment: &Environment,
) -> Result<Report, Error> {
    let deadline = deadline(options.timeout);
    let requirements = requirements(applied, &[Subject::ServiceAccount], Partition::Aws)?;
    let http = Http::new()?;
    let mut audit = audit(Cloud::Gcp, applied, terms);
    let checked = gcp::check(options, &requirements, environment, &http, deadline).await?;
    audit.tested = checked.tested;
    audit.notes.extend(checked.notes);
    match checked.outcome {
        Ok(answers) => {
            let project = audit.tested.project.clone().unwrap_or_default();
            audit.findings = findings(
                &requirements,
                &plan::gcp_questions(&requirements, &project),
                &answers,
                Source::GcpTestIamPermissions,
                terms.strict_context,
            );
            audit.findings.extend(checked.identity);
            settle_failure(&mut audit, checked.hint);
        }
        Err(reason) => fail(
            &mut audit,
            &requirements,
            Source::GcpTestIamPermissions,
            reason,
            checked.hint,
        ),
    }
    finish(&mut audit, applied, terms, Some(&Subject::ServiceAccount));
    Ok(Report {
        audits: vec![audit],
    })
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
) -> Result<Vec<Requirement>, Error> {
    let mut all = Vec::new();
    for subject in subjects {
        all.extend(
            applied
                .manifest
                .requirements(*subject, partition)
                .map_err(no_list)?,
        );
    }
    if all.is_empty() {
        // An empty check would be green.
        return Err(Error::call("there is nothing to check").hint("name a subject"));
    }
    Ok(all)
}

fn audit(cloud: Cloud, applied: &Applied, terms: Terms) -> Audit {
    Audit {
        cloud,
        tested: Tested::default(),
        version: applied.used(terms.accept_newer),
        findings: Vec::new(),
        notes: applied.warnings.clone(),
        failure: None,
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
            Finding::of(
                requirement,
                source,
                judge(requirement, &answered, strict_context),
            )
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
fn finish(audit: &mut Audit, applied: &Applied, terms: Terms, subject: Option<&Subject>) {
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
