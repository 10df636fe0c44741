//! serviceusage.googleapis.com: which APIs a project has enabled
//! (<https://cloud.google.com/service-usage/docs/reference/rest/v1/services>).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::http::Request;
use super::caller::{CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY, Call};
use super::error::{Answer, Refusal};
use super::policy::Resource;
use super::token::value;
use super::world::{Project, World};

const SERVICE: &str = "serviceusage.googleapis.com";

/// The most services that one `batchGet` may ask for.
const LARGEST_BATCH: usize = 30;

fn call(method: &'static str) -> Call {
    Call {
        service: SERVICE,
        title: "Service Usage API",
        method,
        scopes: &[CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY],
    }
}

/// Answers `GET projects/PROJECT/services`, `…/services/NAME` and `…/services:batchGet`.
pub(super) fn answer(world: &World, request: &Request, project: &str) -> Answer {
    let tail = request.path.rsplit('/').next().unwrap_or_default();
    let (call, permission) = match tail {
        "services" => (
            call("google.api.serviceusage.v1.ServiceUsage.ListServices"),
            "serviceusage.services.list",
        ),
        "services:batchGet" => (
            call("google.api.serviceusage.v1.ServiceUsage.BatchGetServices"),
            "serviceusage.services.get",
        ),
        _ => (
            call("google.api.serviceusage.v1.ServiceUsage.GetService"),
            "serviceusage.services.get",
        ),
    };
    let caller = world.caller(request, call, Some(project))?;
    let known = world
        .project(project)
        .filter(|known| world.holds(&caller, &Resource::Project(known.id.clone()), permission));
    let full = format!("projects/{project}");
    let denied = || Refusal::permission_denied(SERVICE, permission, &full);
    let known = known.ok_or_else(denied)?;
    match tail {
        "services" => list(world, request, known),
        "services:batchGet" => batch_get(world, request, known, &full),
        name => one(world, known, name),
    }
}

fn list(world: &World, request: &Request, project: &Project) -> Answer {
    let pairs = request.query_pairs();
    let wanted: &[bool] = match value(&pairs, "filter") {
        "" => &[true, false],
        "state:ENABLED" => &[true],
        "state:DISABLED" => &[false],
        _ => return Err(Refusal::invalid_argument("The filter is not supported.")),
    };
    let services: Vec<Value> = offered(world)
        .into_iter()
        .filter(|name| wanted.contains(&project.services.contains(name)))
        .map(|name| to_json(project, &name))
        .collect();
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

fn batch_get(world: &World, request: &Request, project: &Project, parent: &str) -> Answer {
    let names: Vec<String> = request
        .query_pairs()
        .into_iter()
        .filter_map(|(name, value)| (name == "names").then_some(value))
        .collect();
    if names.is_empty() || names.len() > LARGEST_BATCH {
        let problem = format!("between 1 and {LARGEST_BATCH} names must be given");
        return Err(Refusal::invalid_argument(problem));
    }
    let start = format!("{parent}/services/");
    let services = names.iter().map(|name| {
        let problem = "a name does not begin with the parent";
        let name = name
            .strip_prefix(&start)
            .ok_or_else(|| Refusal::invalid_argument(problem))?;
        one(world, project, name)
    });
    let services: Result<Vec<Value>, Refusal> = services.collect();
    Ok(json!({ "services": services? }))
}

fn one(world: &World, project: &Project, name: &str) -> Answer {
    if offered(world).contains(name) {
        return Ok(to_json(project, name));
    }
    Err(Refusal::forbidden(format!(
        "Not found or permission denied for service(s): {name}."
    )))
}

/// All the services that there are: those that any project of this world has, and a few more.
fn offered(world: &World) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "compute.googleapis.com",
        "logging.googleapis.com",
        "run.googleapis.com",
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    names.extend(super::world::USUAL_SERVICES.iter().map(ToString::to_string));
    names.extend(
        world
            .projects
            .iter()
            .flat_map(|project| project.services.iter().cloned()),
    );
    names
}

fn to_json(project: &Project, name: &str) -> Value {
    let parent = format!("projects/{}", project.number);
    let state = if project.services.contains(name) {
        "ENABLED"
    } else {
        "DISABLED"
    };
    json!({
        "name": format!("{parent}/services/{name}"),
        "config": { "name": name },
        "state": state,
        "parent": parent,
    })
}
