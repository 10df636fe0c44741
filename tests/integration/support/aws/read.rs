//! IAM's reading actions, and the two writing ones that a repair needs.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>

use super::entity::{Entity, Kind};
use super::paging::page;
use super::policy::{Document, Purpose};
use super::state::{Caller, ManagedPolicy, State};
use super::wire::{Element, Parameters, ServiceError, validation};

/// When everything in the account was made.
const CREATED: &str = "2024-01-01T00:00:00Z";

type Answer = Result<Vec<Element>, ServiceError>;

/// The entity that a request names, once the caller may do the action to it.
fn named<'state>(
    state: &'state State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Result<&'state Entity, ServiceError> {
    let parameter = format!("{}Name", kind.title());
    // GetUser without a name is about the caller.
    let own = match caller {
        Caller::User(name) if action == "GetUser" => Some(name.as_str()),
        _ => None,
    };
    let name = match parameters.get(&parameter).or(own) {
        None if action == "GetUser" => Err(validation(
            "Must specify userName when calling with non-User credentials",
        )),
        None => parameters.required(&parameter),
        Some(name) => Ok(name),
    }?;
    let entity = state.entity(kind, name);
    let arn = entity.map_or_else(
        || state.arn(&Entity::new(kind, "/", name)),
        |entity| state.arn(entity),
    );
    let shown = format!("{} {name}", kind.word());
    state.authorize(caller, &format!("iam:{action}"), &arn, Some(&shown))?;
    entity.ok_or_else(|| {
        missing(&format!(
            "The {} with name {name} cannot be found.",
            kind.word()
        ))
    })
}

pub(super) fn missing(message: &str) -> ServiceError {
    ServiceError::new(404, "NoSuchEntity", message)
}

/// `GetUser`, `GetRole`.
pub(super) fn get_entity(
    state: &State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Answer {
    let entity = named(state, caller, action, kind, parameters)?;
    Ok(vec![Element::of(kind.title(), describe(state, entity))])
}

fn describe(state: &State, entity: &Entity) -> Vec<Element> {
    let title = entity.kind.title();
    let mut elements = vec![
        Element::text("Path", &entity.path),
        Element::text(&format!("{title}Name"), &entity.name),
        Element::text(&format!("{title}Id"), entity.id()),
        Element::text("Arn", state.arn(entity)),
        Element::text("CreateDate", CREATED),
    ];
    if entity.kind == Kind::Role {
        elements.push(document("AssumeRolePolicyDocument", &entity.trust));
        elements.push(Element::text("MaxSessionDuration", 3_600));
        elements.push(Element::of("RoleLastUsed", Vec::new()));
    }
    if let Some((arn, _)) = entity.boundary.as_ref().and_then(|one| state.policy(one)) {
        let children = vec![
            Element::text("PermissionsBoundaryType", "Policy"),
            Element::text("PermissionsBoundaryArn", arn),
        ];
        elements.push(Element::of("PermissionsBoundary", children));
    }
    elements
}

/// A document, percent-encoded by RFC 3986 as the service does it.
fn document(name: &str, document: &Document) -> Element {
    let encoded = document
        .text
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect::<String>();
    Element::text(name, encoded)
}

/// `GetGroup`: the group and who is in it.
pub(super) fn get_group(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let group = named(state, caller, "GetGroup", Kind::Group, parameters)?;
    let users = state
        .entities
        .values()
        .filter(|user| user.groups.contains(&group.name))
        .map(|user| describe(state, user))
        .collect();
    let (users, paging) = page(&state.settings, parameters, users)?;
    let mut result = vec![
        Element::of("Group", describe(state, group)),
        Element::list("Users", users),
    ];
    result.extend(paging);
    Ok(result)
}

/// `ListGroupsForUser`.
pub(super) fn list_groups_for_user(
    state: &State,
    caller: &Caller,
    parameters: &Parameters,
) -> Answer {
    let user = named(state, caller, "ListGroupsForUser", Kind::User, parameters)?;
    let groups = user
        .groups
        .iter()
        .filter_map(|name| state.entity(Kind::Group, name))
        .map(|group| describe(state, group))
        .collect();
    let (groups, paging) = page(&state.settings, parameters, groups)?;
    let mut result = vec![Element::list("Groups", groups)];
    result.extend(paging);
    Ok(result)
}

/// `ListAttachedUserPolicies`, `ListAttachedRolePolicies`, `ListAttachedGroupPolicies`.
pub(super) fn list_attached(
    state: &State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Answer {
    let entity = named(state, caller, action, kind, parameters)?;
    let policies = entity
        .attached
        .iter()
        .filter_map(|wanted| state.policy(wanted))
        .map(|(arn, policy)| {
            vec![
                Element::text("PolicyName", &policy.name),
                Element::text("PolicyArn", arn),
            ]
        })
        .collect();
    let (policies, paging) = page(&state.settings, parameters, policies)?;
    let mut result = vec![Element::list("AttachedPolicies", policies)];
    result.extend(paging);
    Ok(result)
}

/// `ListUserPolicies`, `ListRolePolicies`, `ListGroupPolicies`.
pub(super) fn list_inline(
    state: &State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Answer {
    let entity = named(state, caller, action, kind, parameters)?;
    let names = entity.inline.keys().collect();
    let (names, paging) = page(&state.settings, parameters, names)?;
    let mut result = vec![Element::texts("PolicyNames", names)];
    result.extend(paging);
    Ok(result)
}

/// `GetUserPolicy`, `GetRolePolicy`, `GetGroupPolicy`.
pub(super) fn get_inline(
    state: &State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Answer {
    let entity = named(state, caller, action, kind, parameters)?;
    let name = parameters.required("PolicyName")?;
    let policy = entity.inline.get(name).ok_or_else(|| {
        let word = kind.word();
        missing(&format!(
            "The {word} policy with name {name} cannot be found."
        ))
    })?;
    Ok(vec![
        Element::text(&format!("{}Name", kind.title()), &entity.name),
        Element::text("PolicyName", name),
        document("PolicyDocument", policy),
    ])
}

fn managed<'state>(
    state: &'state State,
    caller: &Caller,
    action: &str,
    parameters: &'state Parameters,
) -> Result<(&'state str, &'state ManagedPolicy), ServiceError> {
    let arn = parameters.required("PolicyArn")?;
    let shown = format!("policy {arn}");
    state.authorize(caller, &format!("iam:{action}"), arn, Some(&shown))?;
    let policy = state.policies.get(arn);
    let policy = policy.ok_or_else(|| missing(&format!("Policy {arn} was not found.")))?;
    Ok((arn, policy))
}

/// `GetPolicy`.
pub(super) fn get_policy(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let (arn, policy) = managed(state, caller, "GetPolicy", parameters)?;
    let attachments = state
        .entities
        .values()
        .flat_map(|entity| &entity.attached)
        .filter(|wanted| *wanted == arn || **wanted == policy.name)
        .count();
    Ok(vec![Element::of(
        "Policy",
        vec![
            Element::text("PolicyName", &policy.name),
            Element::text("PolicyId", super::state::identifier("ANPA", 17, arn)),
            Element::text("Arn", arn),
            Element::text("Path", &policy.path),
            Element::text("DefaultVersionId", format!("v{}", policy.default)),
            Element::text("AttachmentCount", attachments),
            Element::text("PermissionsBoundaryUsageCount", 0),
            Element::text("IsAttachable", true),
            Element::text("CreateDate", CREATED),
            Element::text("UpdateDate", CREATED),
        ],
    )])
}

/// `GetPolicyVersion`.
pub(super) fn get_policy_version(
    state: &State,
    caller: &Caller,
    parameters: &Parameters,
) -> Answer {
    let (arn, policy) = managed(state, caller, "GetPolicyVersion", parameters)?;
    let wanted = parameters.required("VersionId")?;
    let (number, version) = wanted
        .strip_prefix('v')
        .and_then(|number| number.parse().ok())
        .and_then(|number| Some((number, policy.versions.get(&number)?)))
        .ok_or_else(|| missing(&format!("Policy {arn} version {wanted} does not exist.")))?;
    Ok(vec![Element::of(
        "PolicyVersion",
        vec![
            document("Document", version),
            Element::text("VersionId", wanted),
            Element::text("IsDefaultVersion", number == policy.default),
            Element::text("CreateDate", CREATED),
        ],
    )])
}

/// `PutUserPolicy`, `PutRolePolicy`.
pub(super) fn put_inline(
    state: &mut State,
    caller: &Caller,
    action: &str,
    kind: Kind,
    parameters: &Parameters,
) -> Result<(), ServiceError> {
    let mut entity = named(state, caller, action, kind, parameters)?.clone();
    let name = parameters.required("PolicyName")?;
    let policy = Document::parse(parameters.required("PolicyDocument")?, Purpose::Permissions)
        .map_err(|problem| {
            let message = format!("Syntax errors in policy: {problem}.");
            ServiceError::new(400, "MalformedPolicyDocument", message)
        })?;
    if entity.path.starts_with("/aws-reserved/") || entity.path.starts_with("/aws-service-role/") {
        return Err(ServiceError::new(
            400,
            "UnmodifiableEntity",
            format!(
                "Cannot perform the operation on the protected role '{}' - this role is only \
                 modifiable by AWS",
                entity.name
            ),
        ));
    }
    entity.inline.insert(name.to_owned(), policy);
    let size: usize = entity.inline.values().map(Document::size).sum();
    let quota = kind.inline_quota();
    if size > quota {
        return Err(ServiceError::new(
            409,
            "LimitExceeded",
            format!(
                "Maximum policy size of {quota} bytes exceeded for {} {}",
                kind.word(),
                entity.name
            ),
        ));
    }
    state.put(entity);
    Ok(())
}
