//! Asks `SimulatePrincipalPolicy`
//! ([reference](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html)).
//!
//! One call holds one resource with all its actions: then both shapes of answers that are known
//! of the service, one result per action and resource, and one per action with the resources
//! inside, say the same. What an answer leaves open stays unanswered.

mod answer;

use std::sync::Arc;

use aws_sdk_iam::Client as Iam;
use aws_sdk_iam::types::{ContextEntry as SdkContextEntry, ContextKeyTypeEnum, EvaluationResult};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::arn::Arn;
use super::failure::{Failed, Kind, understand};
use crate::plan::{ContextEntry, ContextKind, Question};
use crate::verdict::{Answer, Unknown, Why};

pub(super) use answer::read;

/// Calls in flight at once: enough for every call of a plain check, few enough to be polite.
const PARALLEL: usize = 16;

/// No answer is spread over more pages than this.
const MOST_PAGES: usize = 50;

const OPERATION: &str = "iam:SimulatePrincipalPolicy";

/// Questions that go into one call: the same principal, resource and context.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    principals: Vec<Arn>,
    resource: String,
    context: Vec<ContextEntry>,
    /// Positions of the questions, with their actions.
    questions: Vec<(usize, String)>,
}

/// The answers to questions, in their order, and the first failure with its hint if there was one.
pub(super) struct Simulated {
    pub(super) answers: Vec<Answer>,
    pub(super) hint: Option<String>,
}

/// Asks about every question; each comes with the ARNs of its principal, to be tried in order.
pub(super) async fn ask(
    iam: &Iam,
    questions: &[(&Question, &[Arn])],
    deadline: Instant,
) -> Simulated {
    let mut answers: Vec<Answer> = questions
        .iter()
        .map(|_| {
            Answer::Undetermined(Unknown::new(
                Why::Unanswered,
                format!("{OPERATION} did not answer this question"),
            ))
        })
        .collect();
    let mut hint = None;
    let permits = Arc::new(Semaphore::new(PARALLEL));
    let mut running = JoinSet::new();
    for call in calls(questions) {
        let iam = iam.clone();
        let permits = Arc::clone(&permits);
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let outcome = simulate(&iam, &call, deadline).await;
            (call, outcome)
        });
    }
    while let Some(finished) = running.join_next().await {
        // A call that ended otherwise leaves its questions unanswered, which they are already.
        let Ok((call, (results, failed))) = finished else {
            continue;
        };
        if let Some(failed) = &failed {
            hint.get_or_insert_with(|| failed.hint.clone());
        }
        for (position, action) in &call.questions {
            let answered = read(&results, action, &call.resource);
            let answer = match (answered, &failed) {
                (Some(answer), _) => answer,
                (None, Some(failed)) => Answer::Undetermined(failed.unknown.clone()),
                (None, None) => continue,
            };
            if let Some(place) = answers.get_mut(*position) {
                *place = answer;
            }
        }
    }
    Simulated { answers, hint }
}

/// One call per principal, resource and context, in the order of the questions.
fn calls(questions: &[(&Question, &[Arn])]) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for (position, (question, principals)) in questions.iter().enumerate() {
        let same = calls.iter_mut().find(|call| {
            call.resource == question.resource
                && call.context == question.context
                && call.principals == *principals
        });
        let asked = (position, question.permission.clone());
        match same {
            Some(call) => call.questions.push(asked),
            None => calls.push(Call {
                principals: principals.to_vec(),
                resource: question.resource.clone(),
                context: question.context.clone(),
                questions: vec![asked],
            }),
        }
    }
    calls
}

/// All results of a call that could be had, and why there are no more.
async fn simulate(
    iam: &Iam,
    call: &Call,
    deadline: Instant,
) -> (Vec<EvaluationResult>, Option<Failed>) {
    let mut last = None;
    for principal in &call.principals {
        let (results, failed) = pages(iam, call, principal, deadline).await;
        let missing = matches!(&failed, Some(failed) if failed.kind == Kind::NoSuchEntity);
        if !missing {
            return (results, failed);
        }
        last = failed;
    }
    (Vec::new(), last)
}

async fn pages(
    iam: &Iam,
    call: &Call,
    principal: &Arn,
    deadline: Instant,
) -> (Vec<EvaluationResult>, Option<Failed>) {
    let mut results: Vec<EvaluationResult> = Vec::new();
    let mut marker: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    let mut actions: Vec<String> = Vec::new();
    for (_, action) in &call.questions {
        if !actions.contains(action) {
            actions.push(action.clone());
        }
    }
    let context = context(&call.context, principal);
    for _ in 0..MOST_PAGES {
        let request = iam
            .simulate_principal_policy()
            .policy_source_arn(principal.to_string())
            .set_action_names(Some(actions.clone()))
            .resource_arns(&call.resource)
            .set_context_entries(Some(context.clone()))
            .max_items(1000)
            .set_marker(marker.take())
            .send();
        let page = match tokio::time::timeout_at(deadline, request).await {
            Err(_) => {
                return (results, Some(out_of_time()));
            }
            Ok(Err(error)) => return (results, Some(understand(OPERATION, &error))),
            Ok(Ok(page)) => page,
        };
        results.extend_from_slice(page.evaluation_results());
        if !page.is_truncated() {
            return (results, None);
        }
        match page.marker() {
            Some(next) if !next.is_empty() && !seen.iter().any(|old| old == next) => {
                seen.push(next.to_owned());
                marker = Some(next.to_owned());
            }
            _ => return (results, Some(cut("it has no way to the next page"))),
        }
    }
    (results, Some(cut("its pages do not end")))
}

fn out_of_time() -> Failed {
    Failed {
        kind: Kind::Other,
        unknown: Unknown::new(
            Why::Unreachable,
            format!("{OPERATION} did not answer in time"),
        ),
        hint: "try again, or allow more time with --timeout".to_owned(),
    }
}

fn cut(how: &str) -> Failed {
    Failed {
        kind: Kind::Other,
        unknown: Unknown::new(
            Why::Garbled,
            format!("the answer of {OPERATION} is cut: {how}"),
        ),
        hint: "try again".to_owned(),
    }
}

/// The context as the SDK takes it, with the principal that is asked about.
fn context(entries: &[ContextEntry], principal: &Arn) -> Vec<SdkContextEntry> {
    let principal = ContextEntry {
        key: "aws:PrincipalArn".to_owned(),
        kind: ContextKind::String,
        values: vec![principal.to_string()],
    };
    let given = entries
        .iter()
        .any(|entry| entry.key.eq_ignore_ascii_case(&principal.key));
    entries
        .iter()
        .chain((!given).then_some(&principal))
        .map(|entry| {
            SdkContextEntry::builder()
                .context_key_name(&entry.key)
                .context_key_type(kind(entry.kind))
                .set_context_key_values(Some(entry.values.clone()))
                .build()
        })
        .collect()
}

const fn kind(kind: ContextKind) -> ContextKeyTypeEnum {
    match kind {
        ContextKind::String => ContextKeyTypeEnum::String,
        ContextKind::StringList => ContextKeyTypeEnum::StringList,
        ContextKind::Numeric => ContextKeyTypeEnum::Numeric,
        ContextKind::NumericList => ContextKeyTypeEnum::NumericList,
        ContextKind::Boolean => ContextKeyTypeEnum::Boolean,
        ContextKind::BooleanList => ContextKeyTypeEnum::BooleanList,
        ContextKind::Ip => ContextKeyTypeEnum::Ip,
        ContextKind::IpList => ContextKeyTypeEnum::IpList,
        ContextKind::Date => ContextKeyTypeEnum::Date,
        ContextKind::DateList => ContextKeyTypeEnum::DateList,
    }
}
