//! The simulator's answer: its shapes, and what can be wrong with it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>

use std::collections::BTreeSet;

use super::decide::{Decision, Matched, Outcome};
use super::paging::page;
use super::position::Position;
use super::settings::{ResultFault, Settings, Shape, SourceTypes};
use super::simulate::Simulated;
use super::wire::{Element, Parameters, ServiceError};

/// One `EvaluationResult` before it is written.
#[derive(Clone)]
struct Evaluation {
    action: String,
    resource: String,
    decision: Option<String>,
    matched: Vec<Matched>,
    missing: BTreeSet<String>,
    boundary_allows: Option<bool>,
    organization_allows: Option<bool>,
    /// Whether resources were given: then there is an (empty) element of details.
    details: bool,
    specific: Vec<Specific>,
}

/// One `ResourceSpecificResult`.
#[derive(Clone)]
struct Specific {
    resource: String,
    decision: Option<String>,
    matched: Vec<Matched>,
    missing: BTreeSet<String>,
    boundary_allows: Option<bool>,
}

/// Writes one page of the results.
pub(super) fn render(
    settings: &Settings,
    parameters: &Parameters,
    simulated: Vec<Simulated>,
) -> Result<Vec<Element>, ServiceError> {
    let mut evaluations: Vec<Evaluation> = simulated
        .into_iter()
        .flat_map(|one| shaped(settings.shape, one))
        .collect();
    for fault in &settings.results {
        spoil(&mut evaluations, fault);
    }
    let (evaluations, paging) = page(settings, parameters, evaluations)?;
    let members = evaluations
        .iter()
        .map(|evaluation| evaluation.elements(settings.source_types))
        .collect();
    let mut result = vec![Element::list("EvaluationResults", members)];
    result.extend(paging);
    Ok(result)
}

fn shaped(shape: Shape, simulated: Simulated) -> Vec<Evaluation> {
    let Simulated { action, resources } = simulated;
    let details = resources.iter().any(|(resource, _)| resource != "*");
    if shape == Shape::Old {
        return resources
            .into_iter()
            .map(|(resource, outcome)| Evaluation {
                action: action.clone(),
                details: resource != "*",
                resource,
                decision: Some(outcome.decision.name().to_owned()),
                matched: outcome.matched,
                missing: outcome.missing,
                boundary_allows: outcome.boundary_allows,
                organization_allows: outcome.organization_allows,
                specific: Vec::new(),
            })
            .collect();
    }
    let decision = resources.iter().map(|(_, outcome)| outcome.decision).max();
    let decision = decision.unwrap_or(Decision::Implicit);
    let deciding = |outcome: &&Outcome| outcome.decision == decision;
    let outcomes = || resources.iter().map(|(_, outcome)| outcome);
    let matched: BTreeSet<Matched> = outcomes()
        .filter(deciding)
        .flat_map(|outcome| outcome.matched.clone())
        .collect();
    let aggregate = Evaluation {
        resource: template(&action).to_owned(),
        action,
        decision: Some(decision.name().to_owned()),
        matched: matched.into_iter().collect(),
        missing: if details {
            BTreeSet::new()
        } else {
            outcomes().flat_map(|one| one.missing.clone()).collect()
        },
        boundary_allows: all(outcomes().map(|one| one.boundary_allows)),
        organization_allows: all(outcomes().map(|one| one.organization_allows)),
        details,
        specific: if details {
            resources.iter().map(Specific::of).collect()
        } else {
            Vec::new()
        },
    };
    if shape == Shape::Rebuilt {
        return vec![aggregate];
    }
    resources
        .iter()
        .map(|(resource, _)| Evaluation {
            resource: resource.clone(),
            ..aggregate.clone()
        })
        .collect()
}

/// Whether all say yes, where anybody says anything.
fn all(words: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    words.flatten().reduce(|one, other| one && other)
}

/// The template of an action's resource: what the rebuilt simulator calls the resource.
fn template(action: &str) -> &'static str {
    let (service, name) = action.split_once(':').unwrap_or_default();
    match (service.to_ascii_lowercase().as_str(), name) {
        ("s3", "ListAllMyBuckets") => "*",
        ("s3", name) if name.contains("Object") => "arn:${Partition}:s3:::${BucketName}/${KeyName}",
        ("s3", _) => "arn:${Partition}:s3:::${BucketName}",
        ("lambda", "ListFunctions") => "*",
        ("lambda", name) if name.contains("Layer") => {
            "arn:${Partition}:lambda:${Region}:${Account}:layer:${LayerName}:${LayerVersion}"
        }
        ("lambda", _) => "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
        ("logs", _) => "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}",
        ("iam", "GetRole" | "PassRole") => {
            "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"
        }
        ("iam", "GetUser" | "SimulatePrincipalPolicy") => {
            "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"
        }
        _ => "*",
    }
}

impl Specific {
    fn of((resource, outcome): &(String, Outcome)) -> Self {
        Self {
            resource: resource.clone(),
            decision: Some(outcome.decision.name().to_owned()),
            matched: outcome.matched.clone(),
            missing: outcome.missing.clone(),
            boundary_allows: outcome.boundary_allows,
        }
    }

    fn elements(&self, types: SourceTypes) -> Vec<Element> {
        let mut elements = vec![Element::text("EvalResourceName", &self.resource)];
        if let Some(decision) = &self.decision {
            elements.push(Element::text("EvalResourceDecision", decision));
        }
        elements.push(matched(&self.matched, types));
        elements.push(Element::texts("MissingContextValues", &self.missing));
        elements.push(Element::of("EvalDecisionDetails", Vec::new()));
        elements.extend(self.boundary_allows.map(boundary));
        elements
    }
}

impl Evaluation {
    fn elements(&self, types: SourceTypes) -> Vec<Element> {
        let mut elements = vec![
            Element::text("EvalActionName", &self.action),
            Element::text("EvalResourceName", &self.resource),
        ];
        if let Some(decision) = &self.decision {
            elements.push(Element::text("EvalDecision", decision));
        }
        elements.push(matched(&self.matched, types));
        elements.push(Element::texts("MissingContextValues", &self.missing));
        if let Some(allows) = self.organization_allows {
            elements.push(Element::of(
                "OrganizationsDecisionDetail",
                vec![Element::text("AllowedByOrganizations", allows)],
            ));
        }
        elements.extend(self.boundary_allows.map(boundary));
        if self.details && self.organization_allows != Some(false) {
            elements.push(Element::of("EvalDecisionDetails", Vec::new()));
        }
        if !self.specific.is_empty() {
            let specific = self.specific.iter().map(|one| one.elements(types));
            elements.push(Element::list("ResourceSpecificResults", specific.collect()));
        }
        elements
    }
}

fn boundary(allows: bool) -> Element {
    Element::of(
        "PermissionsBoundaryDecisionDetail",
        vec![Element::text("AllowedByPermissionsBoundary", allows)],
    )
}

fn matched(statements: &[Matched], types: SourceTypes) -> Element {
    let position = |name: &str, position: Position| {
        let children = vec![
            Element::text("Line", position.line),
            Element::text("Column", position.column),
        ];
        Element::of(name, children)
    };
    let members = statements
        .iter()
        .map(|one| {
            let source = match types {
                SourceTypes::Enumeration => one.source,
                SourceTypes::IamPolicy => "IAM Policy",
            };
            vec![
                Element::text("SourcePolicyId", &one.id),
                Element::text("SourcePolicyType", source),
                position("StartPosition", one.start),
                position("EndPosition", one.end),
            ]
        })
        .collect();
    Element::list("MatchedStatements", members)
}

fn spoil(evaluations: &mut Vec<Evaluation>, fault: &ResultFault) {
    let decide = |evaluations: &mut Vec<Evaluation>, action: &str, word: Option<&str>| {
        for one in evaluations.iter_mut().filter(|one| one.action == action) {
            one.decision = word.map(str::to_owned);
            for specific in &mut one.specific {
                specific.decision = word.map(str::to_owned);
            }
        }
    };
    match fault {
        ResultFault::LeaveOut(action) => evaluations.retain(|one| one.action != *action),
        ResultFault::Contradict(action) => {
            let mut second: Vec<Evaluation> = evaluations.clone();
            second.retain(|one| one.action == *action);
            for one in &mut second {
                let allowed = one.decision.as_deref() == Some("allowed");
                let opposite = if allowed { "implicitDeny" } else { "allowed" };
                one.decision = Some(opposite.to_owned());
                for specific in &mut one.specific {
                    specific.decision = Some(opposite.to_owned());
                }
            }
            evaluations.append(&mut second);
        }
        ResultFault::UnknownDecision(action) => decide(evaluations, action, Some("perhaps")),
        ResultFault::MissingDecision(action) => decide(evaluations, action, None),
        ResultFault::OtherResource(action) => {
            for one in evaluations.iter_mut().filter(|one| one.action == *action) {
                "arn:aws:s3:::somebody-elses".clone_into(&mut one.resource);
                for specific in &mut one.specific {
                    specific.resource.clone_from(&one.resource);
                }
            }
        }
        ResultFault::Unasked(action) => {
            if let Some(first) = evaluations.first().cloned() {
                let mut unasked = first;
                unasked.action.clone_from(action);
                evaluations.push(unasked);
                decide(evaluations, action, Some("allowed"));
            }
        }
    }
}
