//! The check of an AWS user and execution role.

use super::{Terms, audit, deadline, fail, findings, finish, requirements, settle_failure};
use crate::aws::{self, Stop};
use crate::environment::Environment;
use crate::error::Error;
use crate::http::Http;
use crate::permission::Cloud;
use crate::plan::{self, AwsTarget};
use crate::report::Report;
use crate::verdict::{Source, Unknown, Why};
use crate::version::Applied;

/// Checks the permissions of the AWS user and of the execution role.
///
/// # Errors
///
/// Only what makes the call wrong (exit code 2). What the world does not answer is in the report,
/// as `unknown`.
pub async fn check(
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
