//! iam.googleapis.com: custom roles of a project
//! (<https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create>), and the
//! permissions that they may hold.

use serde_json::{Map, Value, json};

use super::super::http::Request;
use super::caller::{CLOUD_PLATFORM, Call, json_body};
use super::catalogue;
use super::error::{Answer, Refusal};
use super::policy::Resource;
use super::world::{Role, World};

const STAGES: [&str; 6] = ["ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP"];

/// The longest title, in bytes.
const LONGEST_TITLE: usize = 100;

/// The most permissions of a role.
const MOST_PERMISSIONS: usize = 3000;

fn call(method: &'static str) -> Call {
    Call {
        service: "iam.googleapis.com",
        title: "Identity and Access Management (IAM) API",
        method,
        scopes: &[CLOUD_PLATFORM, "https://www.googleapis.com/auth/iam"],
    }
}

/// Answers a request about `projects/PROJECT/roles[/ROLE]`.
pub(super) fn answer(world: &mut World, request: &Request, project: &str, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("POST", []) => create(world, request, project),
        ("GET", [id]) => get(world, request, project, id),
        _ => Err(Refusal::no_such_method(request)),
    }
}

fn get(world: &World, request: &Request, project: &str, id: &str) -> Answer {
    let call = call("google.iam.admin.v1.IAM.GetRole");
    let caller = world.caller(request, call, Some(project))?;
    let (place, name) = place(world, project)?;
    world.require(&caller, &place, "iam.roles.get", call, &name)?;
    let name = format!("{name}/roles/{id}");
    let role = world.custom_role(&name);
    let missing = || Refusal::not_found(format!("The role named {name} was not found."));
    role.map(to_json).ok_or_else(missing)
}

fn create(world: &mut World, request: &Request, project: &str) -> Answer {
    let call = call("google.iam.admin.v1.IAM.CreateRole");
    let caller = world.caller(request, call, Some(project))?;
    let (place, name) = place(world, project)?;
    world.require(&caller, &place, "iam.roles.create", call, &name)?;
    let (id, role) = read_request(request)?;
    let name = format!("{name}/roles/{id}");
    let role = validate(name.clone(), &role)?;
    if world.custom_role(&name).is_some() {
        let parent = place.project();
        let problem = format!("A role named {id} in projects/{parent} already exists.");
        return Err(Refusal::already_exists(problem));
    }
    let answer = to_json(&role);
    world.push_role(role);
    Ok(answer)
}

/// Answers `POST permissions:queryTestablePermissions`, which `gcloud` asks before it makes a role
/// (<https://cloud.google.com/iam/docs/reference/rest/v1/permissions/queryTestablePermissions>).
pub(super) fn query_testable(world: &World, request: &Request) -> Answer {
    let caller = call("google.iam.admin.v1.IAM.QueryTestablePermissions");
    world.caller(request, caller, None)?;
    let body = json_body(request)?;
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    // gcloud makes the name from the endpoint that it was told to use.
    let own = world.base.replace("http:", "").replace("https:", "");
    let name = text("fullResourceName").replace(&own, "//cloudresourcemanager.googleapis.com");
    let project = name
        .strip_prefix("//cloudresourcemanager.googleapis.com/projects/")
        .and_then(|name| world.project(name));
    let Some(project) = project else {
        let problem = "The full resource name is not that of a project.";
        return Err(Refusal::invalid_argument(problem));
    };
    let place = Resource::Project(project.id.clone());
    let permissions: Vec<Value> = catalogue::all_testable(&place)
        .map(|permission| json!({ "name": permission, "stage": "GA" }))
        .collect();
    let size = body.get("pageSize").map(ToString::to_string);
    let (page, next) = world.page(&permissions, size.as_deref(), Some(text("pageToken")))?;
    let mut answer = Map::new();
    answer.insert("permissions".to_owned(), json!(page));
    if let Some(next) = next {
        answer.insert("nextPageToken".to_owned(), json!(next));
    }
    Ok(Value::Object(answer))
}

fn place(world: &World, project: &str) -> Result<(Resource, String), Refusal> {
    let known = world.project(project).ok_or_else(|| {
        let name = format!("projects/{project}");
        Refusal::permission_denied("iam.googleapis.com", "iam.roles.create", &name)
    })?;
    Ok((
        Resource::Project(known.id.clone()),
        format!("projects/{}", known.id),
    ))
}

/// The id and the role of a `CreateRoleRequest`.
fn read_request(request: &Request) -> Result<(String, Map<String, Value>), Refusal> {
    let mut body = json_body(request)?;
    let id = body.remove("roleId").or_else(|| body.remove("role_id"));
    let role = body.remove("role");
    if let Some((field, _)) = body.iter().next() {
        return Err(Refusal::unknown_field(field, ""));
    }
    let id = match id {
        Some(Value::String(id)) => id,
        _ => String::new(),
    };
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
    if !(3..=64).contains(&id.len()) || !id.chars().all(allowed) {
        let problem = format!(
            "The role_id ({id}) is invalid: it must match the regular expression \
             [a-zA-Z0-9_\\.]{{3,64}}."
        );
        return Err(Refusal::invalid_argument(problem));
    }
    match role {
        None => Ok((id, Map::new())),
        Some(Value::Object(role)) => Ok((id, role)),
        Some(_) => Err(Refusal::invalid_argument("Invalid value at 'role'")),
    }
}

/// The role, if the service would take it.
fn validate(name: String, role: &Map<String, Value>) -> Result<Role, Refusal> {
    let known = [
        "title",
        "description",
        "includedPermissions",
        "stage",
        "etag",
        "deleted",
        "name",
    ];
    if let Some(field) = role.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(Refusal::unknown_field(field, " at 'role'"));
    }
    let text = |field: &str| match role.get(field) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Refusal::invalid_argument(format!(
            "Invalid value at 'role.{field}' (TYPE_STRING)"
        ))),
    };
    if !text("name")?.is_empty() {
        return Err(Refusal::invalid_argument("The role name must be empty."));
    }
    let title = text("title")?;
    if title.len() > LONGEST_TITLE {
        let problem = format!("The role title must not be longer than {LONGEST_TITLE} bytes.");
        return Err(Refusal::invalid_argument(problem));
    }
    let description = text("description")?;
    // The reference sets no limit; gcloud's documentation says 300 characters.
    if description.chars().count() > 300 {
        let problem = "The role description must not be longer than 300 characters.";
        return Err(Refusal::invalid_argument(problem));
    }
    let stage = Some(text("stage")?).filter(|stage| !stage.is_empty());
    let stage = stage.unwrap_or_else(|| "ALPHA".to_owned());
    if !STAGES.contains(&stage.as_str()) {
        let problem = format!(
            "Invalid value at 'role.stage' \
             (type.googleapis.com/google.iam.admin.v1.Role.RoleLaunchStage), \"{stage}\""
        );
        return Err(Refusal::invalid_argument(problem));
    }
    let permissions = read_permissions(role.get("includedPermissions"))?;
    Ok(Role {
        name,
        title,
        description,
        stage,
        permissions,
        deleted: false,
    })
}

fn read_permissions(listed: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let permissions: Vec<String> = match listed {
        None | Some(Value::Null) => Vec::new(),
        Some(listed) => serde_json::from_value(listed.clone()).map_err(|_| {
            Refusal::invalid_argument("Invalid value at 'role.included_permissions' (TYPE_STRING)")
        })?,
    };
    if permissions.len() > MOST_PERMISSIONS {
        let problem = format!("The role has more than {MOST_PERMISSIONS} permissions.");
        return Err(Refusal::invalid_argument(problem));
    }
    if let Some(unknown) = permissions
        .iter()
        .find(|permission| !catalogue::exists(permission))
    {
        return Err(Refusal::invalid_argument(format!(
            "Permission {unknown} is not valid."
        )));
    }
    Ok(permissions)
}

/// A role as `roles.get` answers it.
pub(crate) fn to_json(role: &Role) -> Value {
    let mut answer = Map::new();
    answer.insert("name".to_owned(), json!(role.name));
    for (field, text) in [("title", &role.title), ("description", &role.description)] {
        if !text.is_empty() {
            answer.insert(field.to_owned(), json!(text));
        }
    }
    if !role.permissions.is_empty() {
        answer.insert("includedPermissions".to_owned(), json!(role.permissions));
    }
    // The first value of the enumeration is left out, as the reference says.
    if role.stage != "ALPHA" {
        answer.insert("stage".to_owned(), json!(role.stage));
    }
    if role.deleted {
        answer.insert("deleted".to_owned(), json!(true));
    }
    answer.insert("etag".to_owned(), json!("BwYAAAAAAAA="));
    Value::Object(answer)
}
