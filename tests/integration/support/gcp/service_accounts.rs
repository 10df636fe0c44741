//! iam.googleapis.com: service accounts
//! (<https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts>).

use serde_json::{Map, Value, json};

use super::super::http::{Request, percent_decode};
use super::caller::{CLOUD_PLATFORM, Call, asked_permissions};
use super::error::{Answer, Refusal};
use super::policy::{Resource, requested_version};
use super::resource_manager::held_to_json;
use super::world::{ServiceAccount, World};

fn call(method: &'static str) -> Call {
    Call {
        service: "iam.googleapis.com",
        title: "Identity and Access Management (IAM) API",
        method,
        scopes: &[CLOUD_PLATFORM, "https://www.googleapis.com/auth/iam"],
    }
}

/// Answers a request about `projects/PROJECT/serviceAccounts/ACCOUNT[:METHOD]`; the project may
/// be `-`, the account an address or a unique id.
pub(super) fn answer(world: &World, request: &Request, project: &str, account: &str) -> Answer {
    let account = percent_decode(account);
    let (name, method) = account.split_once(':').unwrap_or((&account, ""));
    let call = match (request.method.as_str(), method) {
        ("GET", "") => call("google.iam.admin.v1.IAM.GetServiceAccount"),
        ("POST", "getIamPolicy") => call("google.iam.admin.v1.IAM.GetIamPolicy"),
        ("POST", "testIamPermissions") => call("google.iam.admin.v1.IAM.TestIamPermissions"),
        _ => return Err(Refusal::no_such_method(request)),
    };
    let known = find(world, project, name);
    let owner = known.map_or(project, |known| known.project.as_str());
    let caller = world.caller(request, call, Some(owner))?;
    if method == "testIamPermissions" {
        let permissions = asked_permissions(request)?;
        // What does not exist is answered with an empty set, as the reference says.
        let held = match known {
            None => Vec::new(),
            Some(known) => world.held(&caller, &place(known), &permissions)?,
        };
        return Ok(held_to_json(held));
    }
    let full = format!("projects/{project}/serviceAccounts/{name}");
    let Some(known) = known else {
        let permission = "iam.serviceAccounts.get";
        let visible = world
            .project(project)
            .is_some_and(|it| world.holds(&caller, &Resource::Project(it.id.clone()), permission));
        return Err(if visible {
            Refusal::not_found(format!("Unknown service account: {name}"))
        } else {
            Refusal::permission_denied(call.service, permission, &full)
        });
    };
    let permission = if method.is_empty() {
        "iam.serviceAccounts.get"
    } else {
        "iam.serviceAccounts.getIamPolicy"
    };
    world.require(&caller, &place(known), permission, call, &full)?;
    if method.is_empty() {
        return Ok(to_json(known));
    }
    let version = requested_version(request, "options.requestedPolicyVersion");
    Ok(world.policy(&place(known), version))
}

fn find<'world>(world: &'world World, project: &str, name: &str) -> Option<&'world ServiceAccount> {
    let account = world.account(name)?;
    let asked = world.project(project).map(|project| project.id.as_str());
    (project == "-" || asked == Some(account.project.as_str())).then_some(account)
}

pub(super) fn place(account: &ServiceAccount) -> Resource {
    Resource::ServiceAccount {
        project: account.project.clone(),
        email: account.email.clone(),
    }
}

fn to_json(account: &ServiceAccount) -> Value {
    let mut answer = Map::new();
    let name = format!(
        "projects/{}/serviceAccounts/{}",
        account.project, account.email
    );
    for (field, text) in [
        ("name", name.as_str()),
        ("projectId", &account.project),
        ("uniqueId", &account.unique_id),
        ("email", &account.email),
        ("etag", "MDEwMjE5MjA="),
        ("oauth2ClientId", &account.unique_id),
    ] {
        answer.insert(field.to_owned(), json!(text));
    }
    // A field that is false is left out.
    if account.disabled {
        answer.insert("disabled".to_owned(), json!(true));
    }
    Value::Object(answer)
}
