//! storage.googleapis.com: buckets (<https://cloud.google.com/storage/docs/json_api/v1/buckets>).

use serde_json::{Map, Value, json};

use super::super::http::{Request, Response, percent_decode};
use super::caller::{CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY, Call};
use super::error::{Answer, Refusal};
use super::policy::{Resource, requested_version};
use super::token::value;
use super::world::{Bucket, World};

fn call(method: &'static str) -> Call {
    Call {
        service: "storage.googleapis.com",
        title: "Cloud Storage API",
        method,
        scopes: &[
            CLOUD_PLATFORM,
            CLOUD_PLATFORM_READ_ONLY,
            "https://www.googleapis.com/auth/devstorage.full_control",
            "https://www.googleapis.com/auth/devstorage.read_write",
            "https://www.googleapis.com/auth/devstorage.read_only",
        ],
    }
}

/// Answers a request about `/storage/v1/b[/BUCKET[/iam[/testPermissions]]]`.
pub(super) fn answer(world: &World, request: &Request, rest: &[&str]) -> Response {
    let answer = match rest {
        [] => list(world, request),
        [name] => get(world, request, &percent_decode(name)),
        [name, "iam"] => get_policy(world, request, &percent_decode(name)),
        [name, "iam", "testPermissions"] => test(world, request, &percent_decode(name)),
        _ => Err(Refusal::no_such_method(request)),
    };
    match answer {
        Ok(value) => Response::json(200, &value),
        Err(refusal) => refusal.into_storage_response(),
    }
}

fn list(world: &World, request: &Request) -> Answer {
    let pairs = request.query_pairs();
    let project = value(&pairs, "project");
    let caller = world.caller(request, call("storage.buckets.list"), Some(project))?;
    if project.is_empty() {
        return Err(Refusal::invalid_argument("Required parameter: project"));
    }
    let id = world
        .project(project)
        .map_or(project, |known| known.id.as_str());
    let place = Resource::Project(id.to_owned());
    if !world.holds(&caller, &place, "storage.buckets.list") {
        let place = "the Google Cloud project";
        return Err(denied(&caller, "storage.buckets.list", place));
    }
    let prefix = value(&pairs, "prefix");
    let mut buckets: Vec<&Bucket> = world
        .buckets
        .iter()
        .filter(|bucket| bucket.project == id && bucket.name.starts_with(prefix))
        .collect();
    buckets.sort_by_key(|bucket| &bucket.name);
    let items: Vec<Value> = buckets
        .into_iter()
        .map(|bucket| to_json(world, bucket))
        .collect();
    let (size, token) = (value(&pairs, "maxResults"), value(&pairs, "pageToken"));
    let (page, next) = world.page(&items, Some(size), Some(token))?;
    let mut answer = Map::new();
    answer.insert("kind".to_owned(), json!("storage#buckets"));
    if let Some(next) = next {
        answer.insert("nextPageToken".to_owned(), json!(next));
    }
    if !page.is_empty() {
        answer.insert("items".to_owned(), json!(page));
    }
    Ok(Value::Object(answer))
}

fn get(world: &World, request: &Request, name: &str) -> Answer {
    let (caller, bucket) = find(world, request, call("storage.buckets.get"), name)?;
    if !world.holds(&caller, &place(bucket), "storage.buckets.get") {
        return Err(denied(
            &caller,
            "storage.buckets.get",
            "the Google Cloud Storage bucket",
        ));
    }
    Ok(to_json(world, bucket))
}

fn get_policy(world: &World, request: &Request, name: &str) -> Answer {
    let permission = "storage.buckets.getIamPolicy";
    let (caller, bucket) = find(world, request, call(permission), name)?;
    if !world.holds(&caller, &place(bucket), permission) {
        let place = "the Google Cloud Storage bucket";
        return Err(denied(&caller, permission, place));
    }
    let version = requested_version(request, "optionsRequestedPolicyVersion");
    let mut policy = world.policy(&place(bucket), version);
    if let Some(fields) = policy.as_object_mut() {
        fields.insert("kind".to_owned(), json!("storage#policy"));
        let resource = format!("projects/_/buckets/{name}");
        fields.insert("resourceId".to_owned(), json!(resource));
    }
    Ok(policy)
}

fn test(world: &World, request: &Request, name: &str) -> Answer {
    let call = call("storage.buckets.testIamPermissions");
    let (caller, bucket) = find(world, request, call, name)?;
    let asked: Vec<String> = request
        .query_pairs()
        .into_iter()
        .filter_map(|(name, value)| (name == "permissions").then_some(value))
        .collect();
    if asked.is_empty() {
        return Err(Refusal::invalid_argument("Required parameter: permissions"));
    }
    let held = world.held(&caller, &place(bucket), &asked)?;
    let mut answer = Map::new();
    answer.insert(
        "kind".to_owned(),
        json!("storage#testIamPermissionsResponse"),
    );
    if !held.is_empty() {
        answer.insert("permissions".to_owned(), json!(held));
    }
    Ok(Value::Object(answer))
}

/// The caller and the bucket. Whether a bucket exists is no secret: names are global.
fn find<'world>(
    world: &'world World,
    request: &Request,
    call: Call,
    name: &str,
) -> Result<(String, &'world Bucket), Refusal> {
    let bucket = world.buckets.iter().find(|bucket| bucket.name == name);
    let owner = bucket.map(|bucket| bucket.project.as_str());
    let caller = world.caller(request, call, owner)?;
    let missing = || Refusal::not_found("The specified bucket does not exist.");
    Ok((caller, bucket.ok_or_else(missing)?))
}

fn place(bucket: &Bucket) -> Resource {
    Resource::Bucket {
        project: bucket.project.clone(),
        name: bucket.name.clone(),
    }
}

fn denied(caller: &str, permission: &str, place: &str) -> Refusal {
    let (_, name) = caller.split_once(':').unwrap_or(("", caller));
    Refusal::forbidden(format!(
        "{name} does not have {permission} access to {place}. Permission '{permission}' denied on \
         resource (or it may not exist)."
    ))
}

fn to_json(world: &World, bucket: &Bucket) -> Value {
    let prevention = if bucket.public_access_prevention {
        "enforced"
    } else {
        "inherited"
    };
    json!({
        "kind": "storage#bucket",
        "selfLink": format!("https://www.googleapis.com/storage/v1/b/{}", bucket.name),
        "id": bucket.name,
        "name": bucket.name,
        "projectNumber": world.number(&bucket.project).to_string(),
        "generation": "1767225600000000000",
        "metageneration": "1",
        "location": "US-EAST1",
        "storageClass": "STANDARD",
        "etag": "CAE=",
        "timeCreated": "2026-01-01T00:00:00.000Z",
        "updated": "2026-01-01T00:00:00.000Z",
        "iamConfiguration": {
            "bucketPolicyOnly": { "enabled": bucket.uniform_access },
            "uniformBucketLevelAccess": { "enabled": bucket.uniform_access },
            "publicAccessPrevention": prevention,
        },
        "locationType": "region",
    })
}
