//! Asks `SimulatePrincipalPolicy`
//! ([reference](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html)).
//!
//! One call holds one resource with all its actions: then both shapes of answers that are known
//! of the service, one result per action and resource, and one per action with the resources
//! inside, say the same. What an answer leaves open stays unanswered.

mod answer;
mod layers;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::Client as Iam;
use aws_sdk_iam::types::{ContextEntry as SdkContextEntry, ContextKeyTypeEnum, EvaluationResult};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::arn::Arn;
use super::failure::{Failed, Kind, understand};
use crate::plan::{ContextEntry, ContextKind, Question};
use crate::verdict::{Answer, Unknown, Why};

use answer::{Reading, read};
use layers::{Layer, Settled, settle, to_leave_out};

/// Calls in flight at once: enough for every call of a plain check, few enough to be polite. A
/// plain check has 27.
const PARALLEL: usize = 32;

/// No answer is spread over more pages than this.
const MOST_PAGES: usize = 50;

const OPERATION: &str = "iam:SimulatePrincipalPolicy";

/// Questions that go into one call: the same principal, resource, context and layers left out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    principals: Vec<Arn>,
    resource: String,
    context: Vec<ContextEntry>,
    left_out: Vec<Layer>,
    /// Positions of the questions, with their actions.
    questions: Vec<(usize, String)>,
}

/// One question to ask: its position, and the layers to leave out.
type Asked<'a> = (usize, &'a Question, &'a [Arn], &'a [Layer]);

/// The answers to questions, in their order.
pub(super) struct Simulated {
    pub(super) answers: Vec<Answer>,
    /// What to do about the first failure, if there was one.
    pub(super) hint: Option<String>,
    /// What a person should know about the answers.
    pub(super) notes: Vec<String>,
    /// The principals that are there: where several ARNs were tried, the true ones.
    pub(super) found: Vec<Arn>,
}

/// What one wave of calls brought.
#[derive(Default)]
struct Wave {
    /// A reading per position, or why there is none.
    outcomes: BTreeMap<usize, Result<Reading, Failed>>,
    /// The principals that are there.
    found: Vec<Arn>,
}

/// Asks about every question; each comes with the ARNs of its principal, to be tried in order.
///
/// A second wave, for denials only, finds out which layer stands in the way; a third one looks
/// at those that two layers may refuse.
pub(super) async fn ask(
    iam: &Iam,
    questions: &[(&Question, &[Arn])],
    deadline: Instant,
) -> Simulated {
    let asked: Vec<Asked<'_>> = questions
        .iter()
        .enumerate()
        .map(|(position, (question, principals))| (position, *question, *principals, &[][..]))
        .collect();
    let Wave {
        outcomes: first,
        found,
    } = wave(iam, &asked, deadline).await;
    let hint = first
        .values()
        .find_map(|outcome| outcome.as_ref().err())
        .map(|failed| failed.hint.clone());
    let mut notes = Vec::new();
    let mut settled: BTreeMap<usize, Answer> = BTreeMap::new();
    let mut open: Vec<Asked<'_>> = asked
        .iter()
        .filter_map(|(position, question, principals, _)| {
            let reading = first.get(position)?.as_ref().ok()?;
            let left_out = to_leave_out(reading);
            (!left_out.is_empty()).then_some((*position, *question, *principals, left_out))
        })
        .collect();
    while !open.is_empty() {
        let again = wave(iam, &open, deadline).await.outcomes;
        let mut without_both: Vec<Asked<'_>> = Vec::new();
        for (position, question, principals, left_out) in open {
            let Some(Ok(reading)) = first.get(&position) else {
                continue;
            };
            let second = match again.get(&position) {
                Some(Ok(second)) => Some(second),
                Some(Err(failed)) => {
                    let note = format!(
                        "which layer refuses could not be confirmed ({}): the details of the first answers had to do",
                        failed.unknown.detail
                    );
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                    None
                }
                None => None,
            };
            match settle(reading, left_out, second) {
                Settled::As(answer) => {
                    settled.insert(position, answer);
                }
                Settled::AskWithoutBoth => without_both.push((
                    position,
                    question,
                    principals,
                    &[Layer::Organization, Layer::Boundary],
                )),
            }
        }
        open = without_both;
    }
    let answers = (0..questions.len())
        .map(
            |position| match (settled.remove(&position), first.get(&position)) {
                (Some(answer), _) => answer,
                (None, Some(Ok(reading))) => reading.answer.clone(),
                (None, Some(Err(failed))) => Answer::Undetermined(failed.unknown.clone()),
                (None, None) => Answer::Undetermined(Unknown::new(
                    Why::Unanswered,
                    format!("{OPERATION} did not answer this question"),
                )),
            },
        )
        .collect();
    Simulated {
        answers,
        hint,
        notes,
        found,
    }
}

/// Makes all calls for these questions, in parallel.
async fn wave(iam: &Iam, asked: &[Asked<'_>], deadline: Instant) -> Wave {
    let permits = Arc::new(Semaphore::new(PARALLEL));
    let mut running = JoinSet::new();
    for call in calls(asked) {
        let iam = iam.clone();
        let permits = Arc::clone(&permits);
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let outcome = simulate(&iam, &call, deadline).await;
            (call, outcome)
        });
    }
    let mut wave = Wave::default();
    while let Some(finished) = running.join_next().await {
        // A call that ended otherwise leaves its questions unanswered, which they are already.
        let Ok((call, (results, failed, principal))) = finished else {
            continue;
        };
        wave.found
            .extend(principal.filter(|one| !wave.found.contains(one)));
        for (position, action) in call.questions {
            match (read(&results, &action, &call.resource), &failed) {
                (Some(reading), _) => {
                    wave.outcomes.insert(position, Ok(reading));
                }
                (None, Some(failed)) => {
                    wave.outcomes.insert(position, Err(failed.clone()));
                }
                (None, None) => {}
            }
        }
    }
    wave
}

/// One call per principal, resource, context and layers, in the order of the questions.
fn calls(asked: &[Asked<'_>]) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for (position, question, principals, left_out) in asked {
        let same = calls.iter_mut().find(|call| {
            call.resource == question.resource
                && call.context == question.context
                && call.principals == *principals
                && call.left_out == *left_out
        });
        let one = (*position, question.permission.clone());
        match same {
            Some(call) => call.questions.push(one),
            None => calls.push(Call {
                principals: principals.to_vec(),
                resource: question.resource.clone(),
                context: question.context.clone(),
                left_out: left_out.to_vec(),
                questions: vec![one],
            }),
        }
    }
    calls
}

/// All results of a call that could be had, why there are no more, and which principal answered.
async fn simulate(
    iam: &Iam,
    call: &Call,
    deadline: Instant,
) -> (Vec<EvaluationResult>, Option<Failed>, Option<Arn>) {
    let mut last = None;
    for principal in &call.principals {
        let (results, failed) = pages(iam, call, principal, deadline).await;
        let missing = matches!(&failed, Some(failed) if failed.kind == Kind::NoSuchEntity);
        if !missing {
            let found = (!results.is_empty()).then(|| principal.clone());
            return (results, failed, found);
        }
        last = failed;
    }
    (Vec::new(), last, None)
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
            .customize()
            .mutate_request(leave_out(&call.left_out))
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

/// Adds `PolicyExclusionList` to a request. The SDK writes it in a form that the service does not
/// take, so it is added to the body, before the body is signed.
fn leave_out(layers: &[Layer]) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let mut list = String::new();
    for (index, layer) in layers.iter().enumerate() {
        list.push_str(&format!(
            "&PolicyExclusionList.member.{}.PolicyType={}",
            index + 1,
            layer.policy_type()
        ));
    }
    move |request| {
        if list.is_empty() {
            return;
        }
        let mut body = request.body().bytes().unwrap_or_default().to_vec();
        body.extend_from_slice(list.as_bytes());
        request
            .headers_mut()
            .insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
    }
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
