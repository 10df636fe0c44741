//! The check of an AWS user and execution role.

use tokio::time::Instant;

use super::{Terms, audit, base, deadline, fail, findings, finish, requirements, settle_failure};
use crate::aws::{self, Stop, Trust, Who};
use crate::environment::Environment;
use crate::error::Error;
use crate::holder::Holder;
use crate::http::Http;
use crate::offline::Policies;
use crate::permission::{Cloud, Requirement, Subject};
use crate::plan::{self, AwsTarget, Question};
use crate::report::{Audit, Finding, FindingKind, Report};
use crate::verdict::{Answer, Cause, Held, Source, Unknown, Verdict, Why};
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
    terms: &Terms,
    environment: &Environment,
    http: &Http,
) -> Result<Report, Error> {
    let deadline = deadline(options.timeout);
    let place = aws::place(options, environment)?;
    let requirements = requirements(applied, &options.subjects, place.partition, terms)?;
    if requirements.is_empty() {
        let audit = base::nothing_to_ask(Cloud::Aws, applied, terms, &options.subjects);
        return Ok(Report::of(audit));
    }
    let mut audit = audit(Cloud::Aws, applied, terms);
    audit.blind_spots = BLIND_SPOTS.to_vec();
    audit.tested.regions.clone_from(&place.regions);
    audit.tested.region_source = Some(place.source.clone());
    let identified =
        tokio::time::timeout_at(deadline, aws::identify(options, &place, environment, http))
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
            return Ok(Report::of(audit));
        }
    };
    let target = AwsTarget {
        partition: place.partition,
        account: Some(who.account.clone()),
        samples: true,
        regions: place.regions.clone(),
        role_arn: who.role_arn.clone(),
        buckets: options.buckets.clone(),
        functions: options.functions.clone(),
        user_arn: who.user_arn(),
        context: options.context.clone(),
        remotion_version: applied.manifest.version.to_string(),
    };
    let questions = plan::aws_questions(&requirements, &target);
    let (mut answers, mut hint) = who.ask(&questions, deadline).await;
    let read = read_where_refused(&who, &requirements, &questions, &mut answers, deadline).await;
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
    match read {
        Read::NotNeeded => {}
        Read::Refused => {
            hint = hint.map(|hint| {
                format!(
                    "{hint}, or allow it to read policies: {}",
                    aws::READING_CALLS
                )
            });
        }
        Read::Judged(holders) => {
            if let Some(hint) = &mut hint {
                hint.push_str(" for stronger evidence");
            }
            weaken(&mut audit, &holders);
        }
    }
    // An upgrade changes nothing about who may assume the role.
    if let Some(trusted) = who.trust.take().filter(|_| terms.beyond.is_none()) {
        audit.findings.push(trust(&who.role_arn, trusted));
    }
    audit.notes.extend(swapped(&audit.findings));
    settle_failure(&mut audit, hint);
    base::add_nothing_new(&mut audit, applied, terms, &options.subjects);
    finish(&mut audit, applied, terms, options.subjects.first());
    Ok(Report::of(audit))
}

/// What was done where the simulator was refused.
enum Read {
    /// It was not.
    NotNeeded,
    /// No policy could be read either.
    Refused,
    /// The policies of these were read, and answer in its place.
    Judged(Vec<(Subject, Holder)>),
}

/// Reads policies where the simulator was refused, and answers its questions by them.
async fn read_where_refused(
    who: &Who,
    requirements: &[Requirement],
    questions: &[Question],
    answers: &mut [Answer],
    deadline: Instant,
) -> Read {
    let is_refused = |answer: &Answer| matches!(answer, Answer::Undetermined(unknown) if unknown.why == Why::Refused);
    let mut subjects: Vec<Subject> = Vec::new();
    for (question, answer) in questions.iter().zip(answers.iter()) {
        if is_refused(answer) && !subjects.contains(&question.subject) {
            subjects.push(question.subject);
        }
    }
    if subjects.is_empty() {
        return Read::NotNeeded;
    }
    let holders = who.read_policies(&subjects, deadline).await;
    if holders.is_empty() {
        return Read::Refused;
    }
    for (subject, holder) in &holders {
        let policies = Policies::default().with_readable(holder);
        for (question, answer) in questions.iter().zip(answers.iter_mut()) {
            if question.subject == *subject && is_refused(answer) {
                let acts_on = requirements
                    .get(question.requirement)
                    .and_then(|one| one.acts_on);
                *answer = policies.answer(question, acts_on);
            }
        }
    }
    Read::Judged(holders)
}

/// Says what the evidence is where policies were read in place of simulating.
fn weaken(audit: &mut Audit, holders: &[(Subject, Holder)]) {
    for (subject, holder) in holders {
        for finding in &mut audit.findings {
            if finding.subject == *subject {
                finding.source = Source::AwsReadPolicies;
            }
        }
        for tested in &mut audit.tested.principals {
            if tested.0 == *subject {
                tested.1.clone_from(&holder.name);
            }
        }
        audit.notes.push(format!(
            "iam:SimulatePrincipalPolicy was refused for the {subject}, so the policies of {} were read and judged here: weaker evidence, which does not see service control policies and session policies",
            holder.name
        ));
    }
    audit.blind_spots.extend(READ_BLIND_SPOTS);
}

/// What is not seen where policies are read in place of simulating.
const READ_BLIND_SPOTS: &[&str] = &[
    "where policies were read in place of simulating, service control policies and session policies were not seen: a pass holds only as far as they allow it",
];

/// What the policy simulator does not see
/// ([its page](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html)).
const BLIND_SPOTS: &[&str] = &[
    "resource control policies, session policies, VPC endpoint policies and bucket policies are not simulated",
    "a deny on a part of a scope that neither the pattern nor the sample hits is not seen: name the bucket or function to have it asked about",
    "what a service checks by itself beside the policies is not known",
];

/// Whether Lambda may assume the execution role, as far as its trust policy tells.
pub(super) fn trust(role: &str, trusted: Trust) -> Finding {
    Finding {
        kind: FindingKind::TrustPolicy,
        subject: Subject::Role,
        group: "trust".to_owned(),
        permission: "sts:AssumeRole".to_owned(),
        scope: role.to_owned(),
        reason: "Lambda takes on the role when a render starts; without its trust no function can be created with it.".to_owned(),
        doubtful: false,
        exact: Vec::new(),
        source: Source::AwsTrustPolicy,
        verdict: match trusted {
            Trust::Given => Verdict::Pass(Held {
                asked: vec![role.to_owned()],
                taken_as_absent: Vec::new(),
                level: None,
            }),
            Trust::Refused => Verdict::Fail(Cause::NotTrusted),
            Trust::Unclear(unknown) => Verdict::Unknown(unknown),
        },
        waiver: None,
    }
}

/// Says so where a subject holds what both lists have in common and nothing that only its own
/// has: the mistake that Remotion's own troubleshooting page lists first.
pub(super) fn swapped(findings: &[Finding]) -> Vec<String> {
    let of = |subject: Subject| {
        findings
            .iter()
            .filter(move |one| one.kind == FindingKind::Permission && one.subject == subject)
    };
    let mut notes = Vec::new();
    for (subject, other) in [
        (Subject::User, Subject::Role),
        (Subject::Role, Subject::User),
    ] {
        let (common, own): (Vec<&Finding>, Vec<&Finding>) = of(subject).partition(|one| {
            of(other).any(|two| two.permission == one.permission && two.scope == one.scope)
        });
        let holds_common = !common.is_empty()
            && common
                .iter()
                .all(|one| matches!(one.verdict, Verdict::Pass(_)));
        let lacks_own = !own.is_empty()
            && own
                .iter()
                .all(|one| matches!(one.verdict, Verdict::Fail(_)));
        if holds_common && lacks_own {
            notes.push(format!(
                "it looks as if the {other}'s policy were on the {subject}: it holds what both policies have, and nothing that only its own has"
            ));
        }
    }
    notes
}
