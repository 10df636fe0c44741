//! cloudresourcemanager.googleapis.com, versions 1 and 3: a project, its policy, and what the
//! caller holds on it
//! (<https://cloud.google.com/resource-manager/reference/rest/v3/projects>).

use serde_json::{Value, json};

use super::super::http::Request;
use super::caller::{CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY, Call, asked_permissions, json_body};
use super::error::{Answer, Refusal};
use super::policy::Resource;
use super::world::{MissingProject, Project, World};

const SERVICE: &str = "cloudresourcemanager.googleapis.com";

fn call(method: &'static str) -> Call {
    Call {
        service: SERVICE,
        title: "Cloud Resource Manager API",
        method,
        scopes: &[CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY],
    }
}

/// Answers a request about `projects/ID` or `projects/ID:METHOD`.
pub(super) fn answer(world: &World, request: &Request, project: &str) -> Answer {
    let (name, method) = project.split_once(':').unwrap_or((project, ""));
    match (request.method.as_str(), method) {
        ("GET", "") => get(world, request, name),
        ("POST", "testIamPermissions") => test_permissions(world, request, name),
        ("POST", "getIamPolicy") => get_policy(world, request, name),
        _ => Err(Refusal::no_such_method(request)),
    }
}

fn get(world: &World, request: &Request, name: &str) -> Answer {
    let call = call("google.cloud.resourcemanager.v3.Projects.GetProject");
    let caller = world.caller(request, call, Some(name))?;
    let project = readable(world, &caller, name, "resourcemanager.projects.get")?;
    if request.path.starts_with("/v1/") {
        return Ok(json!({
            "projectNumber": project.number.to_string(),
            "projectId": project.id,
            "lifecycleState": "ACTIVE",
            "name": project.id,
            "createTime": "2026-01-01T00:00:00.000Z",
        }));
    }
    Ok(json!({
        "name": format!("projects/{}", project.number),
        "parent": "organizations/123456789",
        "projectId": project.id,
        "state": "ACTIVE",
        "displayName": project.id,
        "createTime": "2026-01-01T00:00:00.000Z",
        "updateTime": "2026-01-01T00:00:00.000Z",
        "etag": "W/\"0123456789abcdef\"",
    }))
}

fn test_permissions(world: &World, request: &Request, name: &str) -> Answer {
    let call = call("google.cloud.resourcemanager.v3.Projects.TestIamPermissions");
    let caller = world.caller(request, call, Some(name))?;
    let permissions = asked_permissions(request)?;
    let Some(project) = world.project(name) else {
        return match world.missing_project {
            MissingProject::Forbidden => Err(invisible("resourcemanager.projects.get", name)),
            MissingProject::NotFound => Err(Refusal::not_found(format!(
                "Project '{name}' not found or deleted."
            ))),
            MissingProject::Empty => Ok(json!({})),
        };
    };
    let held = world.held(
        &caller,
        &Resource::Project(project.id.clone()),
        &permissions,
    )?;
    Ok(held_to_json(held))
}

fn get_policy(world: &World, request: &Request, name: &str) -> Answer {
    let call = call("google.cloud.resourcemanager.v3.Projects.GetIamPolicy");
    let caller = world.caller(request, call, Some(name))?;
    let project = readable(
        world,
        &caller,
        name,
        "resourcemanager.projects.getIamPolicy",
    )?;
    let body = json_body(request)?;
    let version = body
        .get("options")
        .and_then(|options| options.get("requestedPolicyVersion"))
        .and_then(Value::as_u64);
    Ok(world.policy(&Resource::Project(project.id.clone()), version.unwrap_or(1)))
}

/// The project, if the caller holds the permission on it. Whoever does not cannot tell whether
/// there is such a project.
fn readable<'world>(
    world: &'world World,
    caller: &str,
    name: &str,
    permission: &str,
) -> Result<&'world Project, Refusal> {
    world
        .project(name)
        .filter(|it| world.holds(caller, &Resource::Project(it.id.clone()), permission))
        .ok_or_else(|| invisible(permission, name))
}

fn invisible(permission: &str, name: &str) -> Refusal {
    Refusal::permission_denied(SERVICE, permission, &format!("projects/{name}"))
}

/// The answer of `testIamPermissions`: an empty list is left out, as all empty fields are.
pub(super) fn held_to_json(held: Vec<String>) -> Value {
    if held.is_empty() {
        json!({})
    } else {
        json!({ "permissions": held })
    }
}
