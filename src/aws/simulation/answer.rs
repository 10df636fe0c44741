//! Reads one action's answer out of the simulator's results, whatever their shape.

use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType, Statement};

use crate::verdict::{Answer, Cause, Unknown, Why};

/// An answer, and what it says of the layers around the identity's own policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) answer: Answer,
    /// It says that the organization's policies do not allow it.
    pub(super) organization_refuses: bool,
    /// It says that the permissions boundary does not allow it.
    pub(super) boundary_refuses: bool,
    /// It is an explicit deny, or it names the statements that it rests on.
    pub(super) firm: bool,
}

/// One decision with what came along.
struct Decision<'a> {
    decision: &'a PolicyEvaluationDecisionType,
    matched: &'a [Statement],
    missing: &'a [String],
    allowed_by_organization: Option<bool>,
    allowed_by_boundary: Option<bool>,
}

/// The answer for an action on the one resource that was asked about; `None` where the results
/// hold none.
///
/// Decisions that disagree, a decision that is not known, and details that contradict the
/// decision are no answer but an `unknown`.
pub(super) fn read(results: &[EvaluationResult], action: &str, resource: &str) -> Option<Reading> {
    let mut decisions: Vec<Decision<'_>> = Vec::new();
    for result in results
        .iter()
        .filter(|result| result.eval_action_name().eq_ignore_ascii_case(action))
    {
        if !concerns(result, resource) {
            return Some(garbled(format!(
                "the answer is about {} instead of {resource}",
                crate::text::one_line(result.eval_resource_name().unwrap_or_default())
            )));
        }
        let allowed_by_organization = result
            .organizations_decision_detail()
            .map(|detail| detail.allowed_by_organizations());
        decisions.push(Decision {
            decision: result.eval_decision(),
            matched: result.matched_statements(),
            missing: result.missing_context_values(),
            allowed_by_organization,
            allowed_by_boundary: result
                .permissions_boundary_decision_detail()
                .map(|detail| detail.allowed_by_permissions_boundary()),
        });
        for specific in result.resource_specific_results() {
            if specific.eval_resource_name() != resource {
                return Some(garbled(format!(
                    "the answer is about {} instead of {resource}",
                    crate::text::one_line(specific.eval_resource_name())
                )));
            }
            decisions.push(Decision {
                decision: specific.eval_resource_decision(),
                matched: specific.matched_statements(),
                missing: specific.missing_context_values(),
                allowed_by_organization,
                allowed_by_boundary: specific
                    .permissions_boundary_decision_detail()
                    .map(|detail| detail.allowed_by_permissions_boundary()),
            });
        }
    }
    let first = decisions.first()?.decision;
    if decisions.iter().any(|other| other.decision != first) {
        return Some(garbled("the answer contradicts itself".to_owned()));
    }
    Some(weigh(first, &decisions))
}

/// Whether a result is about the resource that was asked about. The rebuilt simulator names the
/// resource's template at the top, and the resource itself below.
fn concerns(result: &EvaluationResult, resource: &str) -> bool {
    match result.eval_resource_name() {
        None | Some("" | "*") => true,
        Some(name) => name == resource || name.contains("${"),
    }
}

fn weigh(decision: &PolicyEvaluationDecisionType, decisions: &[Decision<'_>]) -> Reading {
    let mut missing: Vec<String> = Vec::new();
    for key in decisions.iter().flat_map(|decision| decision.missing) {
        if !missing.contains(key) {
            missing.push(key.clone());
        }
    }
    let refused_by = |detail: fn(&Decision<'_>) -> Option<bool>| {
        decisions
            .iter()
            .any(|decision| detail(decision) == Some(false))
    };
    let organization_refuses = refused_by(|decision| decision.allowed_by_organization);
    let boundary_refuses = refused_by(|decision| decision.allowed_by_boundary);
    let matched: Vec<&Statement> = decisions
        .iter()
        .flat_map(|decision| decision.matched)
        .collect();
    let answer = match decision {
        PolicyEvaluationDecisionType::Allowed if organization_refuses || boundary_refuses => {
            return garbled(
                "the answer allows it and says that the organization or the boundary does not"
                    .to_owned(),
            );
        }
        PolicyEvaluationDecisionType::Allowed => Answer::Allowed {
            missing_context: missing,
        },
        PolicyEvaluationDecisionType::ExplicitDeny | PolicyEvaluationDecisionType::ImplicitDeny
            if !missing.is_empty() =>
        {
            Answer::Undetermined(Unknown::new(
                Why::Condition,
                format!(
                    "it depends on condition keys that the question did not carry: {}; give them with --context",
                    missing.join(", ")
                ),
            ))
        }
        PolicyEvaluationDecisionType::ExplicitDeny => Answer::Denied(Cause::ExplicitDeny {
            by: matched.first().map(|statement| name(statement)),
        }),
        PolicyEvaluationDecisionType::ImplicitDeny => Answer::Denied(Cause::NothingAllows),
        other => {
            return garbled(format!(
                "the decision {:?} is not known",
                crate::text::one_line(other.as_str())
            ));
        }
    };
    Reading {
        answer,
        organization_refuses,
        boundary_refuses,
        firm: *decision == PolicyEvaluationDecisionType::ExplicitDeny || !matched.is_empty(),
    }
}

/// A matched statement, as the answer names it: the policy, and the line where it starts.
fn name(statement: &Statement) -> String {
    let policy = statement
        .source_policy_id()
        .map_or_else(|| "a policy".to_owned(), crate::text::one_line);
    match statement.start_position() {
        Some(position) if position.line() > 0 => {
            format!("{policy} (line {})", position.line())
        }
        _ => policy,
    }
}

fn garbled(detail: String) -> Reading {
    Reading {
        answer: Answer::Undetermined(Unknown::new(Why::Garbled, detail)),
        organization_refuses: false,
        boundary_refuses: false,
        firm: false,
    }
}
