//! The check of a Google Cloud service account.

use super::{Terms, audit, base, deadline, fail, findings, finish, requirements, settle_failure};
use crate::environment::Environment;
use crate::error::Error;
use crate::gcp;
use crate::http::Http;
use crate::judge::levels::Answered;
use crate::manifest::Partition;
use crate::permission::{Cloud, Requirement, Subject};
use crate::plan;
use crate::report::{Finding, Report};
use crate::verdict::{Answer, Source, Verdict};
use crate::version::Applied;

/// What `testIamPermissions` may not show: Google documents neither that it does nor that it does
/// not ([deny policies](https://cloud.google.com/iam/docs/deny-overview),
/// [principal access boundaries](https://cloud.google.com/iam/docs/principal-access-boundary-policies)).
const BLIND_SPOTS: [&str; 4] = [
    "deny policies",
    "principal access boundary policies",
    "VPC Service Controls",
    "conditions on single objects",
];

/// Checks the permissions of the Google Cloud service account on its project.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2). What the world does not answer is in the report,
/// as `unknown`.
pub async fn check(
    options: &gcp::Options,
    applied: &Applied,
    terms: &Terms,
    environment: &Environment,
    http: &Http,
) -> Result<Report, Error> {
    let deadline = deadline(options.timeout);
    let requirements = requirements(applied, &[Subject::ServiceAccount], Partition::Aws, terms)?;
    if requirements.is_empty() {
        let subjects = [Subject::ServiceAccount];
        let audit = base::nothing_to_ask(Cloud::Gcp, applied, terms, &subjects);
        return Ok(Report::of(audit));
    }
    let mut audit = audit(Cloud::Gcp, applied, terms);
    audit.blind_spots = BLIND_SPOTS.to_vec();
    let version = &applied.manifest.version;
    let checked = gcp::check(options, &requirements, version, environment, http, deadline).await?;
    audit.tested = checked.tested;
    audit.notes.extend(checked.notes);
    audit.readiness = checked.readiness;
    audit.excess = checked.excess;
    match checked.outcome {
        Ok(answered) => {
            audit.findings = of_levels(
                &requirements,
                &answered,
                Source::GcpTestIamPermissions,
                terms,
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
    Ok(Report::of(audit))
}

/// One finding per requirement, by the answers of the project or of the resources below it.
pub(super) fn of_levels(
    requirements: &[Requirement],
    answered: &[Vec<Answered>],
    source: Source,
    terms: &Terms,
) -> Vec<Finding> {
    let resources: Vec<Vec<String>> = answered
        .iter()
        .map(|of| of.iter().map(|one| one.resource.clone()).collect())
        .collect();
    let answers: Vec<Answer> = answered
        .iter()
        .flatten()
        .map(|one| one.answer.clone())
        .collect();
    let mut findings = findings(
        requirements,
        &plan::gcp_questions(requirements, &resources),
        &answers,
        source,
        terms.strict_context,
    );
    for (finding, of) in findings.iter_mut().zip(answered) {
        if let Verdict::Pass(held) = &mut finding.verdict {
            held.level = of.first().map(|one| one.level);
            held.asked = of.iter().map(|one| one.resource.clone()).collect();
        }
    }
    findings
}
