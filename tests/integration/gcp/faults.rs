//! What goes wrong on the way: each call with each fault is told, in time, and never passes.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Cloud, NEEDED, ONLY_PROJECT, PROJECT, of, with_status};
use crate::support::gcp::error::Refusal;
use crate::support::http::{Fault, Matcher, Response, Times};
use crate::support::program::Run;

pub(super) const PROJECT_TEST: &str = "/v3/projects/remotion-test:testIamPermissions";

/// Everything that can happen to an answer.
fn faults() -> Vec<(&'static str, Fault)> {
    let body =
        |text: &'static str| Fault::alter(move |_, _| Response::new(200, "application/json", text));
    vec![
        ("a 500", Fault::status(500, "oops")),
        (
            "a 503 of Google",
            Fault::Answer(Response::json(
                503,
                &json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "later"}}),
            )),
        ),
        ("a 404", Fault::status(404, "nothing")),
        (
            "a 403 of a proxy",
            Fault::status(403, "<html>blocked</html>"),
        ),
        (
            "a 401",
            Fault::Answer(Refusal::token_unknown("x", "y").into()),
        ),
        (
            "a 302",
            Fault::Answer(Response::text(302, "").with_header("location", "http://127.0.0.1:9/")),
        ),
        ("a page", Fault::status(200, "<html>sign in</html>")),
        ("nothing", Fault::status(200, "")),
        ("null", body("null")),
        ("a list", body("[]")),
        ("a list in a list", body("[[\"run.services.get\"]]")),
        (
            "an error with the status 200",
            body("{\"error\": {\"code\": 403}}"),
        ),
        (
            "half an object",
            body("{\"permissions\": [\"iam.serviceAccounts.actAs\""),
        ),
        (
            "a text in place of a list",
            body("{\"permissions\": \"run.services.get\"}"),
        ),
        (
            "a permission that was not asked for",
            body("{\"permissions\": [\"run.jobs.run\"]}"),
        ),
        ("a closed connection", Fault::Close),
        ("a reset", Fault::Reset),
        ("a reset in the body", Fault::ResetInBody),
        ("a hanging answer", Fault::Hang),
        (
            "an endless body",
            Fault::alter(|_, _| {
                Response::text(200, "")
                    .with_body(crate::support::http::Body::Endless(vec![b' '; 65536]))
            }),
        ),
    ]
}

/// Runs a case for each fault, all at once: most of it is waiting.
fn with_each_fault(case: impl Fn(&str, &Fault) + Sync) {
    std::thread::scope(|scope| {
        for (name, fault) in faults() {
            let case = &case;
            scope.spawn(move || case(name, &fault));
        }
    });
}

/// Few lines, and an explanation in them.
#[track_caller]
pub(super) fn is_told(run: &Run, what: &str) {
    let lines = run.stderr.lines().count();
    assert!((1..=4).contains(&lines), "{what}: {}", run.stderr);
    assert!(run.stderr.contains("hint: "), "{what}: {}", run.stderr);
}

#[test]
fn a_faulty_project_test_leaves_everything_open() {
    with_each_fault(|name, fault| {
        let cloud = Cloud::with(&NEEDED);
        cloud
            .gcp
            .server()
            .fault(Matcher::path(PROJECT_TEST), fault.clone(), Times::All);
        let start = Instant::now();
        let run = cloud.check().arguments(["--timeout", "3s"]).run().expect(3);
        assert_eq!(with_status(&run, "unknown").len(), NEEDED.len(), "{name}");
        is_told(&run, name);
        assert!(start.elapsed() < Duration::from_secs(20), "{name}");
    });
}

#[test]
fn a_faulty_token_exchange_leaves_everything_open() {
    with_each_fault(|name, fault| {
        let cloud = Cloud::with(&NEEDED);
        let exchange = Matcher::when(|request| request.path == "/token");
        cloud
            .gcp
            .server()
            .fault(exchange, fault.clone(), Times::All);
        let run = cloud.check().arguments(["--timeout", "3s"]).run().expect(3);
        assert_eq!(with_status(&run, "unknown").len(), NEEDED.len(), "{name}");
        is_told(&run, name);
        assert_eq!(cloud.asked(PROJECT_TEST), 0, "{name}");
    });
}

#[test]
fn other_exchanges_fail_as_openly() {
    with_each_fault(|name, fault| {
        for path in ["/v1/token", ":generateAccessToken", "/subject-token"] {
            let cloud = Cloud::with(&NEEDED);
            let identity = cloud.gcp.world().add_federated_identity(PROJECT, "repo:x");
            let account = cloud.account(&cloud.email);
            cloud.gcp.world().bind(
                &account,
                "roles/iam.serviceAccountTokenCreator",
                &identity.principal,
            );
            let source = cloud.gcp.url_source(&identity);
            let file = cloud
                .gcp
                .external_account_file(&identity, &source, Some(&cloud.email));
            cloud
                .gcp
                .server()
                .fault(Matcher::path(path), fault.clone(), Times::All);
            let run = cloud
                .bare()
                .file("credential.json", file.to_string())
                .arguments(["--credentials", "credential.json", "--timeout", "2s"])
                .run()
                .expect(3);
            is_told(&run, &format!("{path}: {name}"));
            assert_eq!(cloud.asked(PROJECT_TEST), 0, "{path}: {name}");
        }
    });
}

/// Each call below the project, with a cloud in which everything hangs on its answer.
#[test]
fn faulty_calls_below_the_project_never_pass() {
    let calls = [
        (
            "/serviceAccounts/remotion-sa@remotion-test.iam.gserviceaccount.com:testIamPermissions",
            "iam.serviceAccounts.actAs",
        ),
        (
            "/services/remotion-4-0-461-mem2gi-cpu1-0-t300:testIamPermissions",
            "run.routes.invoke",
        ),
        ("/locations/us-east1/services", "run.routes.invoke"),
        ("/iam/testPermissions", "storage.objects.list"),
        ("/storage/v1/b", "storage.objects.list"),
    ];
    with_each_fault(|name, fault| {
        for (path, permission) in calls {
            let cloud = Cloud::with(&ONLY_PROJECT);
            let (bucket, service) = (cloud.bucket(), cloud.service());
            for resource in [bucket, service, cloud.account(&cloud.email)] {
                let role = format!("projects/{PROJECT}/roles/All");
                if cloud.gcp.world().custom_role(&role).is_none() {
                    cloud.gcp.world().add_role(PROJECT, "All", &NEEDED);
                }
                cloud.gcp.world().bind(&resource, &role, &cloud.member());
            }
            let program = || {
                cloud
                    .check()
                    .env("REMOTION_GCP_REGION", "us-east1")
                    .arguments(["--timeout", "2s"])
            };
            cloud
                .gcp
                .server()
                .fault(Matcher::path(path), fault.clone(), Times::All);
            let run = program().run().expect(3);
            assert_eq!(of(&run, permission).status, "unknown", "{path}: {name}");
            assert!(!of(&run, permission).detail.is_empty());
            assert_eq!(
                with_status(&run, "fail"),
                Vec::<String>::new(),
                "{path}: {name}"
            );
        }
    });
}

#[test]
fn side_look_ups_change_nothing() {
    with_each_fault(|name, fault| {
        // Nothing waits for these longer than for the answers that count, but a while all the same.
        if name == "a hanging answer" {
            return;
        }
        for path in ["/tokeninfo", "/services:batchGet", "/storage/v1/b"] {
            let cloud = Cloud::with(&NEEDED);
            cloud
                .gcp
                .server()
                .fault(Matcher::path(path), fault.clone(), Times::All);
            let run = cloud.check().run().expect(0);
            assert_eq!(
                with_status(&run, "pass").len(),
                NEEDED.len(),
                "{path}: {name}"
            );
        }
    });
}

#[test]
fn what_passes_away_is_asked_again() {
    for fault in [
        Fault::status(503, "later"),
        Fault::Reset,
        Fault::Answer(Refusal::rate_limit_exceeded("x", 0).into()),
    ] {
        let cloud = Cloud::with(&NEEDED);
        cloud
            .gcp
            .server()
            .fault(Matcher::path(PROJECT_TEST), fault, Times::First(2));
        cloud.check().run().expect(0);
        assert_eq!(cloud.asked(PROJECT_TEST), 3);
    }
}

#[test]
fn a_pause_that_does_not_fit_is_not_begun() {
    let cloud = Cloud::with(&NEEDED);
    let throttled: Response = Refusal::rate_limit_exceeded("x", 3600).into();
    cloud.gcp.server().fault(
        Matcher::path(PROJECT_TEST),
        Fault::Answer(throttled),
        Times::All,
    );
    let start = Instant::now();
    let run = cloud.check().run().expect(3);
    assert!(run.stderr.contains("throttled"), "{}", run.stderr);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(cloud.asked(PROJECT_TEST), 1);
}

#[test]
fn a_list_that_does_not_end_is_no_answer() {
    let cloud = Cloud::with(&ONLY_PROJECT);
    cloud.bucket();
    let again = json!({ "items": [{ "name": "remotioncloudrun-x" }], "nextPageToken": "again" });
    let list = Matcher::when(|request| request.path == "/storage/v1/b");
    cloud
        .gcp
        .server()
        .fault(list, Fault::Answer(Response::json(200, &again)), Times::All);
    let run = cloud.check().run();
    assert_eq!(of(&run, "storage.objects.list").why, "garbled");
    assert!(cloud.asked("/storage/v1/b") < 50);
}

#[test]
fn wait_asks_until_the_grant_has_spread() {
    let cloud = Cloud::with(&NEEDED);
    let not_yet = Fault::alter(|_, _| Response::json(200, &json!({})));
    cloud
        .gcp
        .server()
        .fault(Matcher::path(PROJECT_TEST), not_yet, Times::Nth(1));
    let run = cloud.check().arguments(["--wait", "1m"]).run().expect(0);
    assert!(run.stderr.contains("asking again"), "{}", run.stderr);
}

#[test]
fn one_resource_without_an_answer_leaves_it_open() {
    let cloud = Cloud::with(&ONLY_PROJECT);
    cloud.gcp.world().add_role(PROJECT, "All", &NEEDED);
    let second = cloud
        .gcp
        .world()
        .add_bucket(PROJECT, "remotioncloudrun-second");
    let elsewhere = cloud
        .gcp
        .world()
        .add_service(PROJECT, "europe-west1", "remotion-elsewhere");
    let account = cloud.account(&cloud.email);
    for resource in [cloud.bucket(), second, cloud.service(), elsewhere, account] {
        let role = format!("projects/{PROJECT}/roles/All");
        cloud.gcp.world().bind(&resource, &role, &cloud.member());
    }
    cloud.check().run().expect(0);
    for (path, permission) in [
        ("/remotioncloudrun-second/iam", "storage.objects.list"),
        (
            "/remotion-elsewhere:testIamPermissions",
            "run.routes.invoke",
        ),
        ("/locations/europe-west1/services", "run.routes.invoke"),
    ] {
        cloud.gcp.server().clear_faults();
        let fault = Fault::status(501, "no");
        cloud
            .gcp
            .server()
            .fault(Matcher::path(path), fault, Times::All);
        let run = cloud.check().run().expect(3);
        assert_eq!(of(&run, permission).status, "unknown", "{path}");
    }
}
