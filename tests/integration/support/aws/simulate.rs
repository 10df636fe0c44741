//! `SimulatePrincipalPolicy`: what it takes, and the questions that come of it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use super::condition::Context;
use super::decide::{Outcome, Peculiarities, decide};
use super::entity::{Entity, Kind};
use super::exclude::Exclusion;
use super::policy::{Document, Purpose};
use super::read::missing;
use super::settings::{Exclusions, Shape};
use super::state::{Caller, State};
use super::wire::{Element, Parameters, ServiceError, validation};

/// The organization that an account is in, if any.
pub(super) const ORGANIZATION_ID: &str = "o-exampleorgid";

/// The decisions about one action, in the order of the resources.
pub(super) struct Simulated {
    pub(super) action: String,
    pub(super) resources: Vec<(String, Outcome)>,
}

/// Answers the action.
pub(super) fn simulate_principal_policy(
    state: &State,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Vec<Element>, ServiceError> {
    let source = parameters.required("PolicySourceArn")?;
    check_length("policySourceArn", source, 20, 2_048)?;
    let actions = parameters.texts("ActionNames");
    if actions.is_empty() {
        parameters.required("ActionNames")?;
    }
    for action in &actions {
        check_length("actionNames", action, 3, 128)?;
        if !action.contains(':') {
            return Err(invalid(&format!("Invalid Action Name: {action}")));
        }
    }
    let given = parameters.texts("ResourceArns");
    for resource in &given {
        check_length("resourceArns", resource, 1, 2_048)?;
        if resource != "*" && (!resource.starts_with("arn:") || resource.split(':').count() < 6) {
            return Err(invalid(&format!("Invalid Resource Arn: {resource}")));
        }
    }
    let mut context = Context::default();
    let given_context = context_entries(parameters)?;
    let exclusions = exclusions(state, parameters)?;
    let boundaries = parameters
        .texts("PermissionsBoundaryPolicyInputList")
        .iter()
        .chain(&parameters.texts("PolicyInputList"))
        .map(|text| {
            Document::parse(text, Purpose::Permissions)
                .map_err(|problem| invalid(&format!("Syntax errors in policy: {problem}.")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let replaced = parameters.texts("PermissionsBoundaryPolicyInputList").len();
    if replaced > 1 {
        return Err(invalid("Only one permissions boundary can be given."));
    }
    let (boundaries, further) = boundaries.split_at(replaced);

    let entity = principal(state, caller, source)?;
    fill_in(state, entity, &mut context);
    for (key, values) in given_context {
        context.set(&key, values);
    }
    let mut layers = state.layers(entity);
    for exclusion in &exclusions {
        exclusion.apply(state, entity, &mut layers);
    }
    if let Some(boundary) = boundaries.first() {
        layers.boundary = Some(boundary);
    }
    for (number, document) in further.iter().enumerate() {
        layers.identity.push(super::decide::Attached {
            document,
            id: format!("PolicyInputList.{}", number + 1),
            source: "none",
        });
    }
    let settings = &state.settings;
    let peculiarities = Peculiarities {
        conditional_scp_denies: settings.conditional_scp_denies,
        missing_keys_of_all: settings.missing_keys_of_all,
        names_ineffective: settings.shape != Shape::Rebuilt,
    };
    let everything = vec!["*".to_owned()];
    let resources = if given.is_empty() {
        &everything
    } else {
        &given
    };
    let simulated = actions
        .into_iter()
        .map(|action| Simulated {
            resources: resources
                .iter()
                .map(|resource| {
                    let outcome = decide(&layers, &action, resource, &context, peculiarities);
                    (resource.clone(), outcome)
                })
                .collect(),
            action,
        })
        .collect();
    super::results::render(settings, parameters, simulated)
}

/// The user, group or role in question, once the caller may ask about it.
fn principal<'state>(
    state: &'state State,
    caller: &Caller,
    arn: &str,
) -> Result<&'state Entity, ServiceError> {
    let not_simulated = || invalid(&format!("Invalid Entity Arn: {arn}"));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", _, resource] = *parts else {
        return Err(not_simulated());
    };
    let kind = [Kind::User, Kind::Role, Kind::Group]
        .into_iter()
        .find(|kind| resource.starts_with(&format!("{}/", kind.word())));
    let kind = kind
        .filter(|_| partition == state.partition)
        .ok_or_else(not_simulated)?;
    state.authorize(caller, "iam:SimulatePrincipalPolicy", arn, None)?;
    state.by_arn(arn).ok_or_else(|| {
        let name = resource.rsplit('/').next().unwrap_or_default();
        missing(&format!(
            "The {} with name {name} cannot be found.",
            kind.word()
        ))
    })
}

/// The few keys that the simulator knows by itself.
fn fill_in(state: &State, entity: &Entity, context: &mut Context) {
    let one = |value: &str| vec![value.to_owned()];
    context.set("aws:PrincipalAccount", one(&state.account));
    match entity.kind {
        Kind::User => {
            context.set("aws:PrincipalType", one("User"));
            context.set("aws:userid", one(&entity.id()));
            context.set("aws:username", one(&entity.name));
        }
        Kind::Role => {
            context.set("aws:PrincipalType", one("AssumedRole"));
            context.set("aws:userid", one(&entity.id()));
        }
        Kind::Group => {}
    }
    if state.organization.is_some() {
        context.set("aws:PrincipalOrgID", one(ORGANIZATION_ID));
    }
}

const CONTEXT_TYPES: [&str; 12] = [
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
];

fn context_entries(parameters: &Parameters) -> Result<Vec<(String, Vec<String>)>, ServiceError> {
    let mut entries: Vec<(String, Vec<String>)> = Vec::new();
    for entry in parameters.members("ContextEntries") {
        let (Some(key), Some(kind)) = (entry.get("ContextKeyName"), entry.get("ContextKeyType"))
        else {
            return Err(invalid("A context entry has a name and a type."));
        };
        check_length("contextKeyName", key, 5, 256)?;
        if !CONTEXT_TYPES.contains(&kind) {
            return Err(validation(&format!(
                "Value '{kind}' at 'contextEntries.1.member.contextKeyType' failed to satisfy \
                 constraint: Member must satisfy enum value set: [{}]",
                CONTEXT_TYPES.join(", ")
            )));
        }
        let values = entry.texts("ContextKeyValues");
        if values.is_empty() || (values.len() > 1 && !kind.ends_with("List")) {
            return Err(invalid(&format!(
                "The values of {key} do not fit the type {kind}."
            )));
        }
        let boolean = |value: &String| value == "true" || value == "false";
        if kind.starts_with("boolean") && !values.iter().all(boolean) {
            return Err(invalid(&format!("The values of {key} are not boolean.")));
        }
        if entries
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(key))
        {
            return Err(invalid(&format!("Duplicate Context Key: {key}")));
        }
        entries.push((key.to_owned(), values));
    }
    Ok(entries)
}

fn exclusions(state: &State, parameters: &Parameters) -> Result<Vec<Exclusion>, ServiceError> {
    let given = parameters
        .names()
        .any(|name| name.starts_with("PolicyExclusionList"));
    match state.settings.exclusions {
        Exclusions::Taken => Exclusion::read(parameters),
        Exclusions::Refused if given => Err(invalid("PolicyExclusionList is not supported.")),
        Exclusions::Ignored | Exclusions::Refused => Ok(Vec::new()),
    }
}

pub(super) fn invalid(message: &str) -> ServiceError {
    ServiceError::new(400, "InvalidInput", message)
}

fn check_length(name: &str, value: &str, least: usize, most: usize) -> Result<(), ServiceError> {
    if (least..=most).contains(&value.chars().count()) {
        return Ok(());
    }
    Err(validation(&format!(
        "Value '{value}' at '{name}' failed to satisfy constraint: Member must have length between \
         {least} and {most}, inclusive"
    )))
}
