//! run.googleapis.com, version 2, and of version 1 what gcloud asks of a policy: services
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>).

use serde_json::{Map, Value, json};

use super::super::http::Request;
use super::caller::{CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY, Call, asked_permissions};
use super::error::{Answer, Refusal};
use super::policy::{Resource, requested_version};
use super::resource_manager::held_to_json;
use super::token::value;
use super::world::World;

const GET_POLICY: &str = ":getIamPolicy";

fn call(method: &'static str) -> Call {
    Call {
        service: "run.googleapis.com",
        title: "Cloud Run Admin API",
        method,
        scopes: &[
            CLOUD_PLATFORM,
            CLOUD_PLATFORM_READ_ONLY,
            "https://www.googleapis.com/auth/run",
            "https://www.googleapis.com/auth/run.readonly",
        ],
    }
}

/// Answers a request about `projects/PROJECT/locations/REGION/services[/SERVICE[:METHOD]]`.
pub(super) fn answer(
    world: &World,
    request: &Request,
    project: &str,
    region: &str,
    rest: &[&str],
) -> Answer {
    let (call, service) = match (request.method.as_str(), rest) {
        ("GET", ["services"]) => (call("google.cloud.run.v2.Services.ListServices"), None),
        ("GET", ["services", name]) if name.ends_with(GET_POLICY) => (
            call("google.cloud.run.v2.Services.GetIamPolicy"),
            Some(*name),
        ),
        ("GET", ["services", name]) => {
            (call("google.cloud.run.v2.Services.GetService"), Some(*name))
        }
        ("POST", ["services", name]) => match name.strip_suffix(":testIamPermissions") {
            Some(name) => (
                call("google.cloud.run.v2.Services.TestIamPermissions"),
                Some(name),
            ),
            None => return Err(Refusal::no_such_method(request)),
        },
        _ => return Err(Refusal::no_such_method(request)),
    };
    let caller = world.caller(request, call, Some(project))?;
    if !is_region(region) {
        return Err(Refusal::no_such_location(region));
    }
    let id = world
        .project(project)
        .map_or(project, |known| known.id.as_str());
    match service {
        None => list(world, request, call, &caller, [id, region]),
        Some(name) => one(world, request, call, &caller, [id, region, name]),
    }
}

fn list(
    world: &World,
    request: &Request,
    call: Call,
    caller: &str,
    [project, region]: [&str; 2],
) -> Answer {
    let place = Resource::Project(project.to_owned());
    let parent = format!("projects/{project}/locations/{region}");
    let full = format!("{parent}/services");
    world.require(caller, &place, "run.services.list", call, &full)?;
    let services: Vec<Value> = world
        .services
        .iter()
        .filter_map(|service| match service {
            Resource::Service {
                project: owner,
                region: home,
                name,
            } if owner == project && home == region => {
                Some(to_json(&format!("{parent}/services/{name}")))
            }
            _ => None,
        })
        .collect();
    let pairs = request.query_pairs();
    let (size, token) = (value(&pairs, "pageSize"), value(&pairs, "pageToken"));
    let (page, next) = world.page(&services, Some(size), Some(token))?;
    let mut answer = Map::new();
    if !page.is_empty() {
        answer.insert("services".to_owned(), json!(page));
    }
    if let Some(next) = next {
        answer.insert("nextPageToken".to_owned(), json!(next));
    }
    Ok(Value::Object(answer))
}

fn one(
    world: &World,
    request: &Request,
    call: Call,
    caller: &str,
    [project, region, name]: [&str; 3],
) -> Answer {
    let (name, asks_policy) = match name.strip_suffix(GET_POLICY) {
        Some(name) => (name, true),
        None => (name, false),
    };
    let full = format!("projects/{project}/locations/{region}/services/{name}");
    let service = Resource::Service {
        project: project.to_owned(),
        region: region.to_owned(),
        name: name.to_owned(),
    };
    let exists = world.services.contains(&service);
    if request.method == "POST" {
        let permissions = asked_permissions(request)?;
        // What does not exist is answered with an empty set, as the reference says.
        let held = if exists {
            world.held(caller, &service, &permissions)?
        } else {
            Vec::new()
        };
        return Ok(held_to_json(held));
    }
    let permission = if asks_policy {
        "run.services.getIamPolicy"
    } else {
        "run.services.get"
    };
    world.require(caller, &service, permission, call, &full)?;
    if !exists {
        return Err(Refusal::not_found(format!(
            "Resource '{name}' of kind 'SERVICE' in region \
            '{region}' in project '{project}' does not exist."
        )));
    }
    if asks_policy {
        let version = requested_version(request, "options.requestedPolicyVersion");
        return Ok(world.policy(&service, version));
    }
    Ok(to_json(&full))
}

/// Whether this has the form of a region's name. One that has is taken to exist.
fn is_region(name: &str) -> bool {
    let ends_in_digit = name.ends_with(|letter: char| letter.is_ascii_digit());
    ends_in_digit && name.split('-').count() == 2 && name.is_ascii()
}

/// A service in the form in which Remotion deploys it. It sets no labels; what is Remotion's is
/// seen by the name.
fn to_json(full: &str) -> Value {
    json!({
        "name": full,
        "uid": "00000000-0000-4000-8000-000000000000",
        "generation": "1",
        "createTime": "2026-01-01T00:00:00.000000Z",
        "updateTime": "2026-01-01T00:00:00.000000Z",
        "launchStage": "GA",
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {
            "timeout": "300s",
            "containers": [{ "resources": { "limits": { "memory": "2Gi", "cpu": "1.0" } } }],
        },
        "uri": "https://remotion-test.a.run.app",
        "etag": "\"CJCA\"",
    })
}
