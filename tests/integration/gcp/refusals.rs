//! What Google refuses, understood; and what stands in the way before it can.

use super::faults::{PROJECT_TEST, is_told};
use super::{ANN, Cloud, NEEDED, ONLY_PROJECT, PROJECT, audit, of, with_status};
use crate::support::gcp::MissingProject;
use crate::support::gcp::error::Refusal;
use crate::support::http::{ClosedPort, Fault, Matcher, Proxy, Response, Times};

#[test]
fn every_documented_reason_is_understood() {
    let storage = |refusal: Refusal| Fault::Answer(refusal.into_storage_response());
    let rpc = |refusal: Refusal| Fault::Answer(refusal.into());
    let disabled =
        || Refusal::service_disabled("cloudresourcemanager.googleapis.com", "X API", "987654321");
    let cases = [
        (
            rpc(disabled()),
            "is not enabled in projects/987654321",
            "https://console.developers.google.com",
        ),
        (
            rpc(Refusal::user_project_denied("x", "billing-project")),
            "projects/billing-project",
            "serviceusage.services.use",
        ),
        (
            rpc(Refusal::token_expired("x", "y")),
            "expired",
            "sign in again",
        ),
        (
            rpc(Refusal::scope_insufficient("x", "y")),
            "lacks the scope",
            "cloud-platform",
        ),
        (
            rpc(Refusal::account_state_invalid("x", "y", "z@example.com")),
            "disabled or deleted",
            "enable",
        ),
        (
            rpc(Refusal::token_unknown("x", "y")),
            "did not accept",
            "sign in again",
        ),
        (
            rpc(Refusal::failed_precondition("odd")),
            "HTTP 400: odd",
            "check",
        ),
    ];
    for (fault, detail, hint) in cases {
        let cloud = Cloud::with(&NEEDED);
        cloud
            .gcp
            .server()
            .fault(Matcher::path(PROJECT_TEST), fault, Times::All);
        let run = cloud.check().run().expect(3);
        assert!(
            run.stderr.contains(detail) && run.stderr.contains(hint),
            "{detail}: {}",
            run.stderr
        );
        assert_eq!(with_status(&run, "fail"), Vec::<String>::new());
    }
    let cloud = Cloud::with(&ONLY_PROJECT);
    cloud.bucket();
    let off = Refusal::service_disabled("storage.googleapis.com", "Cloud Storage API", "1");
    cloud.gcp.server().fault(
        Matcher::path("/iam/testPermissions"),
        storage(off),
        Times::All,
    );
    let run = cloud.check().run().expect(1);
    assert_eq!(of(&run, "storage.objects.list").why, "api_disabled");
}

#[test]
fn an_api_that_is_off_is_no_missing_permission() {
    let cloud = Cloud::with(&NEEDED);
    cloud
        .gcp
        .world()
        .disable_service(PROJECT, "cloudresourcemanager.googleapis.com");
    let run = cloud.check().run().expect(3);
    assert_eq!(audit(&run)["failure"]["reason"], "api_disabled");
}

#[test]
fn a_project_that_may_not_exist_is_one_finding() {
    for answer in [
        MissingProject::Forbidden,
        MissingProject::NotFound,
        MissingProject::Empty,
    ] {
        let cloud = Cloud::with(&NEEDED);
        cloud.gcp.world().missing_project = answer;
        let run = cloud
            .check()
            .arguments(["--project", "remotion-tset"])
            .run()
            .expect(3);
        let failure = audit(&run)["failure"].clone();
        let detail = failure["detail"].as_str().unwrap();
        assert!(
            detail.contains("or there is no such project"),
            "{answer:?}: {detail}"
        );
        is_told(&run, "a typo");
    }
    // A person who holds nothing at all can't be told from a typo.
    let cloud = Cloud::new();
    let run = cloud.check_as(ANN).run().expect(3);
    assert!(run.stderr.contains("or there is no such project"));
    // An account that lives in the project proves that it is there.
    let run = cloud.check().run().expect(1);
    assert!(with_status(&run, "fail").len() >= ONLY_PROJECT.len());
    // Whoever can see the project holds nothing in it, for sure.
    cloud.gcp.world().bind(&cloud.project, "roles/browser", ANN);
    let run = cloud.check_as(ANN).run().expect(1);
    assert_eq!(
        with_status(&run, "fail").len(),
        ONLY_PROJECT.len()
            + usize::from(
                with_status(&run, "fail").contains(&"iam.serviceAccounts.actAs".to_owned())
            )
    );
    for wrong in ["My-Project", "a", "../x", "project/other", "projects%2Fx"] {
        let run = cloud
            .check()
            .arguments(["--project", wrong])
            .run()
            .expect(2);
        assert!(run.stderr.contains("is not a project id"), "{}", run.stderr);
    }
}

#[test]
fn untestable_permissions_are_isolated() {
    let cloud = Cloud::with(&NEEDED);
    cloud
        .gcp
        .world()
        .not_testable
        .insert("run.operations.get".to_owned());
    let run = cloud.check().run().expect(3);
    assert_eq!(with_status(&run, "unknown"), ["run.operations.get"]);
    assert_eq!(of(&run, "run.operations.get").why, "not_testable");
    assert_eq!(cloud.asked(PROJECT_TEST), 2);
}

#[test]
fn a_refusal_that_names_nothing_is_halved() {
    let cloud = Cloud::with(&NEEDED);
    let culprit = Matcher::path(PROJECT_TEST).and(Matcher::body("run.operations.get"));
    let refusal: Response =
        Refusal::invalid_argument("One of the permissions is not valid.").into();
    cloud
        .gcp
        .server()
        .fault(culprit, Fault::Answer(refusal.clone()), Times::All);
    let run = cloud.check().run().expect(3);
    assert_eq!(with_status(&run, "unknown"), ["run.operations.get"]);
    assert_eq!(of(&run, "run.operations.get").why, "not_testable");
    // Where each single one is refused, it is not the permissions.
    cloud.gcp.server().clear_faults();
    cloud.gcp.server().fault(
        Matcher::path(PROJECT_TEST),
        Fault::Answer(refusal),
        Times::All,
    );
    let run = cloud.check().run().expect(3);
    assert_eq!(of(&run, "run.operations.get").why, "service");
    assert!(cloud.asked(PROJECT_TEST) < 80);
}

#[test]
fn closed_ports_and_dead_proxies_are_told() {
    let cloud = Cloud::with(&NEEDED);
    let closed = ClosedPort::new();
    for (variable, url) in [
        (
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
            closed.url(),
        ),
        ("CLOUDSDK_AUTH_TOKEN_HOST", closed.url()),
    ] {
        let run = cloud
            .check()
            .env(variable, url)
            .arguments(["--timeout", "5s"])
            .run()
            .expect(3);
        assert!(
            run.stderr.contains("can't connect to 127.0.0.1"),
            "{}",
            run.stderr
        );
        is_told(&run, variable);
    }
    let proxy = Proxy::start();
    proxy.refuse(407);
    for url in [closed.url(), proxy.url()] {
        let run = cloud
            .check()
            .env(
                "CLOUDSDK_AUTH_TOKEN_HOST",
                "https://oauth2.googleapis.com/token",
            )
            .env("HTTPS_PROXY", url)
            .arguments(["--timeout", "5s"])
            .run()
            .expect(3);
        is_told(&run, "a proxy");
    }
    for wrong in [
        "http://example.com/",
        "nonsense",
        "https://user:password@example.com/",
    ] {
        cloud
            .check()
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN", wrong)
            .run()
            .expect(2);
    }
}

#[test]
fn more_than_a_hundred_permissions_are_asked_in_pieces() {
    // The installed package's own list settles what a version needs that is not known yet.
    let many: Vec<String> = remperm::gcp::catalogue::permissions()
        .filter(|name| *name != "resourcemanager.projects.get")
        .map(ToOwned::to_owned)
        .chain(NEEDED.map(ToOwned::to_owned))
        .chain((0..100).map(|number| format!("run.inventions.make{number}")))
        .collect();
    let mut many: Vec<String> = many;
    many.sort_unstable();
    many.dedup();
    let list: Vec<serde_json::Value> = many
        .iter()
        .map(|name| serde_json::json!({ "name": name, "reason": "" }))
        .collect();
    let cloud = Cloud::with(&NEEDED);
    let package = "node_modules/@remotion/cloudrun";
    let run = cloud
        .check()
        .file(
            &format!("{package}/package.json"),
            r#"{"name": "@remotion/cloudrun", "version": "4.0.999"}"#,
        )
        .file(
            &format!("{package}/dist/shared/sa-permissions.json"),
            serde_json::json!({ "list": list }).to_string(),
        )
        .run();
    let asked = cloud
        .gcp
        .server()
        .log()
        .matching(&Matcher::path(PROJECT_TEST));
    assert!(asked.len() > 1);
    for request in &asked {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert!(body["permissions"].as_array().unwrap().len() <= 100);
    }
    // The inventions are refused one by one, each once; all others get their answer.
    assert!(asked.len() <= 110, "{}", asked.len());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    for finding in run.findings() {
        let status = if NEEDED.contains(&finding.permission.as_str()) {
            "pass"
        } else if finding.permission.contains("inventions") {
            "unknown"
        } else {
            continue;
        };
        assert_eq!(finding.status, status, "{}", finding.permission);
    }
}
