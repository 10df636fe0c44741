//! iam.googleapis.com, version 2: deny policies of a project
//! (<https://cloud.google.com/iam/docs/reference/rest/v2/policies>). They are kept and given back;
//! whether they show in an answer of `testIamPermissions` is documented nowhere, and here they
//! don't.

use serde_json::{Value, json};

use super::super::http::Request;
use super::caller::{CLOUD_PLATFORM, Call, json_body};
use super::clock;
use super::error::{Answer, Refusal};
use super::policy::Resource;
use super::world::World;

const SERVICE: &str = "iam.googleapis.com";

/// When every policy was made: what is printed stays the same.
const CREATED: u64 = 1_767_225_600;

/// The fields that a caller may write.
const WRITABLE: [&str; 5] = ["name", "displayName", "annotations", "etag", "rules"];

fn call(method: &'static str) -> Call {
    Call {
        service: SERVICE,
        title: "Identity and Access Management (IAM) API",
        method,
        scopes: &[CLOUD_PLATFORM],
    }
}

/// Answers a request about `policies/ATTACHMENT_POINT/denypolicies[/ID]`; the attachment point is
/// one segment, with its slashes encoded.
pub(super) fn answer(
    world: &mut World,
    request: &Request,
    attachment: &str,
    rest: &[&str],
) -> Answer {
    // gcloud encodes the slashes, and then the percent signs of that.
    let attachment = attachment.replace("%25", "%").replace("%2f", "%2F");
    match (request.method.as_str(), rest) {
        ("POST", []) => create(world, request, &attachment),
        ("GET", []) => list(world, request, &attachment),
        ("GET", [id]) => get(world, request, &attachment, id),
        _ => Err(Refusal::no_such_method(request)),
    }
}

/// The project of an attachment point, if the caller may do this to its deny policies.
fn allowed(
    world: &World,
    request: &Request,
    attachment: &str,
    call: Call,
    permission: &str,
) -> Result<u64, Refusal> {
    let project = attachment
        .strip_prefix("cloudresourcemanager.googleapis.com%2Fprojects%2F")
        .ok_or_else(|| Refusal::invalid_argument("The attachment point is no project."))?;
    let caller = world.caller(request, call, Some(project))?;
    let refused = || Refusal::permission_denied(SERVICE, permission, attachment);
    let known = world.project(project).ok_or_else(refused)?;
    let place = Resource::Project(known.id.clone());
    world.require(&caller, &place, permission, call, attachment)?;
    Ok(known.number)
}

fn name(number: u64, id: &str) -> String {
    format!("policies/cloudresourcemanager.googleapis.com%2Fprojects%2F{number}/denypolicies/{id}")
}

fn get(world: &World, request: &Request, attachment: &str, id: &str) -> Answer {
    let call = call("google.iam.v2.Policies.GetPolicy");
    let number = allowed(world, request, attachment, call, "iam.denypolicies.get")?;
    let name = name(number, id);
    let known = world.deny_policies.get(&name).cloned();
    known.ok_or_else(|| Refusal::not_found(format!("Policy {name} was not found.")))
}

/// The list leaves the rules out, as the reference says.
fn list(world: &World, request: &Request, attachment: &str) -> Answer {
    let call = call("google.iam.v2.Policies.ListPolicies");
    let number = allowed(world, request, attachment, call, "iam.denypolicies.list")?;
    let of_project = name(number, "");
    let policies: Vec<Value> = world
        .deny_policies
        .iter()
        .filter(|(name, _)| name.starts_with(&of_project))
        .map(|(_, policy)| {
            let mut policy = policy.clone();
            if let Some(fields) = policy.as_object_mut() {
                fields.remove("rules");
            }
            policy
        })
        .collect();
    Ok(json!({ "policies": policies }))
}

fn create(world: &mut World, request: &Request, attachment: &str) -> Answer {
    let call = call("google.iam.v2.Policies.CreatePolicy");
    let number = allowed(world, request, attachment, call, "iam.denypolicies.create")?;
    let pairs = request.query_pairs();
    let id = pairs.iter().find(|(key, _)| key == "policyId");
    let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
    let letters =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    if !(3..=63).contains(&id.len())
        || !id.starts_with(|first: char| first.is_ascii_lowercase())
        || !id.bytes().all(letters)
    {
        return Err(Refusal::invalid_argument(format!(
            "The policy id {id} is invalid."
        )));
    }
    let mut policy = json_body(request)?;
    if let Some(field) = policy
        .keys()
        .find(|field| !WRITABLE.contains(&field.as_str()))
    {
        return Err(Refusal::unknown_field(field, ""));
    }
    check_rules(policy.get("rules"))?;
    let name = name(number, &id);
    if world.deny_policies.contains_key(&name) {
        return Err(Refusal::already_exists(format!(
            "Policy {name} already exists."
        )));
    }
    let added = [
        ("name", json!(name)),
        ("kind", json!("DenyPolicy")),
        ("uid", json!("5f0b9f0e-2b36-4c1c-8f6a-6f2f5b1c0d3e")),
        ("etag", json!("MTgxNTIxNDM4MTg5MzI4Mjg0MTY=")),
        ("createTime", json!(clock::rfc3339(CREATED))),
        ("updateTime", json!(clock::rfc3339(CREATED))),
    ];
    policy.extend(added.map(|(field, value)| (field.to_owned(), value)));
    let policy = Value::Object(policy);
    world.deny_policies.insert(name.clone(), policy.clone());
    // The real service answers before it is done, and so does this one.
    Ok(json!({
        "name": format!("{name}/operations/7c7c1d6a"),
        "metadata": {
            "@type": "type.googleapis.com/google.iam.v2.PolicyOperationMetadata",
            "createTime": clock::rfc3339(CREATED),
        },
    }))
}

/// Identifiers of principals and names of permissions are those of the second version:
/// <https://cloud.google.com/iam/docs/principal-identifiers#v2>,
/// <https://cloud.google.com/iam/docs/deny-permissions-support>.
fn check_rules(rules: Option<&Value>) -> Result<(), Refusal> {
    let empty = Vec::new();
    let rules = match rules {
        None => &empty,
        Some(Value::Array(rules)) => rules,
        Some(_) => return Err(Refusal::invalid_argument("Invalid value at 'policy.rules'")),
    };
    for rule in rules {
        let rule = &rule["denyRule"];
        for (field, is_right) in [
            ("deniedPrincipals", is_principal as fn(&str) -> bool),
            ("exceptionPrincipals", is_principal),
            ("deniedPermissions", is_permission),
            ("exceptionPermissions", is_permission),
        ] {
            let listed = rule[field]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            for one in listed {
                if !one.as_str().is_some_and(is_right) {
                    return Err(Refusal::invalid_argument(format!(
                        "Invalid value {one} in {field}."
                    )));
                }
            }
        }
    }
    Ok(())
}

fn is_principal(text: &str) -> bool {
    text.starts_with("principal://") || text.starts_with("principalSet://")
}

fn is_permission(text: &str) -> bool {
    let host = text.split_once('/').map(|(host, _)| host);
    host.is_some_and(|host| host.ends_with(".googleapis.com")) && text.contains('.')
}
