//! What is held on a project, and how a call is refused before it gets there.

use serde_json::json;

use super::{ANN, CLOUD, NUMBER, PROJECT, call, call_with, cloud, reason, test_at, test_project};
use crate::support::gcp::MissingProject;
use crate::support::gcp::error::Refusal;
use crate::support::http::{Fault, Matcher, Times, send};

const ASKED: [&str; 3] = [
    "run.services.create",
    "logging.logEntries.list",
    "run.services.list",
];

#[test]
fn what_is_held_is_answered_in_the_order_of_the_question() {
    let (gcp, project) = cloud();
    gcp.world().bind(&project, "roles/run.viewer", ANN);
    gcp.world().bind(&project, "roles/logging.viewer", ANN);
    let answer = test_project(&gcp, ANN, &ASKED);
    let held = json!({ "permissions": ["logging.logEntries.list", "run.services.list"] });
    assert_eq!((answer.status, answer.json()), (200, held.clone()));
    let by_number = test_at(&gcp, ANN, &format!("/v3/projects/{NUMBER}"), &ASKED);
    assert_eq!(by_number.json(), held);
    let role = gcp.world().add_role(PROJECT, "RemotionSA", &ASKED);
    gcp.world().bind(&project, &role, "user:cleo@example.com");
    let all = json!({ "permissions": ASKED });
    assert_eq!(
        test_project(&gcp, "user:cleo@example.com", &ASKED).json(),
        all
    );
    // Another principal holds nothing, and the empty list is left out.
    let other = test_project(&gcp, "user:bob@example.com", &ASKED);
    assert_eq!((other.status, other.json()), (200, json!({})));
    gcp.world().unbind(&project, "roles/run.viewer", ANN);
    let less = json!({ "permissions": ["logging.logEntries.list"] });
    assert_eq!(test_project(&gcp, ANN, &ASKED).json(), less);
}

#[test]
fn one_invalid_permission_fails_the_whole_batch() {
    let (gcp, project) = cloud();
    gcp.world().bind(&project, "roles/owner", ANN);
    gcp.world()
        .not_testable
        .insert("run.services.create".to_owned());
    for invalid in [
        "run.services.paint",
        "run.*",
        "resourcemanager.projects.list",
        ASKED[0],
    ] {
        let answer = test_project(&gcp, ANN, &["logging.logEntries.list", invalid]);
        let expected = json!({ "error": {
            "code": 400,
            "message": format!("Permission {invalid} is not valid for this resource."),
            "status": "INVALID_ARGUMENT",
        }});
        assert_eq!((answer.status, answer.json()), (400, expected));
    }
}

#[test]
fn members_are_people_groups_and_everybody() {
    let (gcp, project) = cloud();
    let asked = ["run.services.list"];
    let held = json!({ "permissions": asked });
    gcp.world().join("group:team@example.com", ANN);
    gcp.world()
        .bind(&project, "roles/run.viewer", "group:team@example.com");
    assert_eq!(test_project(&gcp, ANN, &asked).json(), held);
    assert_eq!(
        test_project(&gcp, "user:bob@example.com", &asked).json(),
        json!({})
    );
    gcp.world()
        .bind(&project, "roles/run.viewer", "allAuthenticatedUsers");
    assert_eq!(
        test_project(&gcp, "user:bob@example.com", &asked).json(),
        held
    );
}

#[test]
fn conditions_are_evaluated_at_the_resource_that_is_asked() {
    let (gcp, project) = cloud();
    let ours = "resource.name.startsWith(\"projects/_/buckets/remotioncloudrun-\")";
    let typed = "resource.type == 'storage.googleapis.com/Bucket' && \
                 resource.name == 'projects/_/buckets/other'";
    let past = "request.time < timestamp(\"2020-01-01T00:00:00Z\")";
    let future = "request.time < timestamp(\"9020-01-01T00:00:00Z\")";
    {
        let mut world = gcp.world();
        for name in ["remotioncloudrun-a", "other", "third"] {
            world.add_bucket(PROJECT, name);
        }
        world.bind_if(&project, "roles/storage.objectAdmin", ANN, ours);
        world.bind_if(&project, "roles/storage.objectAdmin", ANN, typed);
        let buckets = "resource.type == 'storage.googleapis.com/Bucket'";
        world.bind_if(&project, "roles/storage.bucketViewer", ANN, buckets);
        world.bind_if(&project, "roles/run.viewer", ANN, past);
        world.bind_if(&project, "roles/logging.viewer", ANN, future);
    }
    let asked = [
        "storage.objects.list",
        "storage.buckets.list",
        "run.services.list",
        "logging.logEntries.list",
    ];
    let held = json!({ "permissions": ["logging.logEntries.list"] });
    assert_eq!(test_project(&gcp, ANN, &asked).json(), held);
    let token = gcp.world().mint(ANN, &[CLOUD]);
    for (bucket, expected) in [
        ("remotioncloudrun-a", true),
        ("other", true),
        ("third", false),
    ] {
        let target =
            format!("/storage/v1/b/{bucket}/iam/testPermissions?permissions=storage.objects.list");
        let answer = call(&gcp, &token, &target, None).json();
        assert_eq!(answer.get("permissions").is_some(), expected, "{bucket}");
    }
}

#[test]
fn a_project_that_is_missing_looks_like_one_that_is_closed() {
    let (gcp, _) = cloud();
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let closed = call(&gcp, &token, "/v3/projects/remotion-test", None);
    let missing = call(&gcp, &token, "/v3/projects/remotion-tset", None);
    assert_eq!((closed.status, missing.status), (403, 403));
    assert_eq!(closed.body, missing.body.replace("remotion-tset", PROJECT));
    assert_eq!(reason(&closed), "IAM_PERMISSION_DENIED");

    let ask = || test_at(&gcp, ANN, "/v3/projects/remotion-tset", &ASKED);
    assert_eq!((ask().status, ask().body), (403, missing.body));
    gcp.world().missing_project = MissingProject::Empty;
    assert_eq!((ask().status, ask().json()), (200, json!({})));
    gcp.world().missing_project = MissingProject::NotFound;
    assert_eq!(
        (ask().status, &ask().json()["error"]["status"]),
        (404, &json!("NOT_FOUND"))
    );
}

#[test]
fn a_project_and_its_policy_are_shown_to_those_who_may_see_them() {
    let (gcp, project) = cloud();
    let when = "resource.name == \"projects/123456789012\"";
    gcp.world().bind(&project, "roles/viewer", ANN);
    gcp.world().bind_if(&project, "roles/run.viewer", ANN, when);
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let shown = call(&gcp, &token, "/v3/projects/remotion-test", None).json();
    assert_eq!(shown["name"], "projects/123456789012");
    assert_eq!(shown["projectId"], PROJECT);
    let shown = call(&gcp, &token, "/v1/projects/remotion-test", None).json();
    assert_eq!(shown["projectNumber"], "123456789012");
    let target = "/v1/projects/remotion-test:getIamPolicy";
    let asked = json!({ "options": { "requestedPolicyVersion": 3 } });
    let policy = call(&gcp, &token, target, Some(&asked)).json();
    assert_eq!(policy["version"], 3);
    assert_eq!(policy["bindings"][0]["condition"]["expression"], when);
    assert_eq!(
        policy["bindings"][1],
        json!({ "role": "roles/viewer", "members": [ANN] })
    );
    // Version 1 hides conditions behind the role's name.
    let policy = call(&gcp, &token, target, Some(&json!({}))).json();
    assert_eq!(policy["version"], 1);
    let hidden = &policy["bindings"][0];
    assert!(hidden.get("condition").is_none());
    let role = hidden["role"].as_str().expect("a role");
    assert!(role.starts_with("roles/run.viewer_withcond_"), "{role}");
}

#[test]
fn a_bad_token_is_refused_with_its_reason() {
    let (gcp, _) = cloud();
    let target = "/v3/projects/remotion-test:testIamPermissions";
    let body = json!({ "permissions": ASKED });
    let missing = send(&gcp.url(), "POST", target, &[], "");
    assert_eq!(
        (missing.status, reason(&missing).as_str()),
        (401, "CREDENTIALS_MISSING")
    );
    let unknown = call(&gcp, "ya29.nobody", target, Some(&body));
    assert_eq!(
        (unknown.status, reason(&unknown).as_str()),
        (401, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
    );
    assert!(
        unknown.head.contains("www-authenticate: Bearer "),
        "{}",
        unknown.head
    );

    let weak = gcp
        .world()
        .mint(ANN, &["https://www.googleapis.com/auth/userinfo.email"]);
    let answer = call(&gcp, &weak, target, Some(&body));
    assert_eq!(
        (answer.status, reason(&answer).as_str()),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    );
    let reading = gcp.world().mint(
        ANN,
        &["https://www.googleapis.com/auth/cloud-platform.read-only"],
    );
    assert_eq!(call(&gcp, &reading, target, Some(&body)).status, 200);
    gcp.world().expire_tokens();
    let expired = call(&gcp, &reading, target, Some(&body));
    assert_eq!(
        (expired.status, reason(&expired).as_str()),
        (401, "ACCESS_TOKEN_EXPIRED")
    );
    assert_eq!(expired.json()["error"]["status"], "UNAUTHENTICATED");
}

#[test]
fn an_api_that_is_off_names_the_project_that_the_call_is_counted_for() {
    let (gcp, project) = cloud();
    gcp.world().add_project("robot-home", 42);
    let robot = gcp.world().add_service_account("robot-home", "robot");
    gcp.world()
        .disable_service("robot-home", "cloudresourcemanager.googleapis.com");
    let robot = format!("serviceAccount:{robot}");
    gcp.world().bind(&project, "roles/owner", &robot);
    let refused = test_project(&gcp, &robot, &ASKED);
    assert_eq!(refused.status, 403);
    let metadata = &refused.json()["error"]["details"][0]["metadata"];
    assert_eq!(reason(&refused), "SERVICE_DISABLED");
    assert_eq!(metadata["consumer"], "projects/42");
    let url = "https://console.developers.google.com/apis/api/\
               cloudresourcemanager.googleapis.com/overview?project=42";
    assert_eq!(metadata["activationUrl"], url);
    // A person's call is counted for the project that it is about.
    assert_eq!(test_project(&gcp, ANN, &ASKED).status, 200);
}

#[test]
fn a_project_to_count_for_needs_a_permission() {
    let (gcp, project) = cloud();
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let body = json!({ "permissions": ASKED });
    let ask = || {
        let target = "/v3/projects/remotion-test:testIamPermissions";
        call_with(
            &gcp,
            &token,
            target,
            Some(&body),
            &[("X-Goog-User-Project", PROJECT)],
        )
    };
    assert_eq!(
        (ask().status, reason(&ask()).as_str()),
        (403, "USER_PROJECT_DENIED")
    );
    gcp.world()
        .bind(&project, "roles/serviceusage.serviceUsageConsumer", ANN);
    assert_eq!(ask().status, 200);
}

#[test]
fn a_question_must_be_well_formed() {
    let (gcp, _) = cloud();
    let token = gcp.world().mint(ANN, &[CLOUD]);
    let target = "/v3/projects/remotion-test:testIamPermissions";
    for body in [
        json!({ "permission": [] }),
        json!({ "permissions": [1] }),
        json!("text"),
    ] {
        let answer = call(&gcp, &token, target, Some(&body));
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (400, &json!(400)),
            "{body}"
        );
    }
    assert_eq!(
        call(&gcp, &token, "/v3/projects/remotion-test:fly", None).status,
        404
    );
}

#[test]
fn a_rate_limit_says_when_to_come_back() {
    let (gcp, _) = cloud();
    let limit = Refusal::rate_limit_exceeded("cloudresourcemanager.googleapis.com", 2);
    let fault = Fault::Answer(limit.into());
    gcp.server()
        .fault(Matcher::path("testIamPermissions"), fault, Times::First(1));
    let limited = test_project(&gcp, ANN, &ASKED);
    assert_eq!(
        (limited.status, reason(&limited).as_str()),
        (429, "RATE_LIMIT_EXCEEDED")
    );
    assert!(limited.head.contains("retry-after: 2"), "{}", limited.head);
    assert_eq!(test_project(&gcp, ANN, &ASKED).status, 200);
}
