//! Where secrets may go.

use serde_json::json;

use super::super::{ANN, BUCKET, Cloud, NEEDED, PROJECT};
use super::{exchanges, with_file};
use crate::support::gcp::{Gcp, Resource};
use crate::support::http::{Fault, Matcher, Response, Server, Times};
use crate::support::program::Program;

#[test]
fn secrets_go_to_google_alone() {
    let cloud = Cloud::with(&NEEDED);
    let foreign = Server::start(|_| Response::text(200, "thanks"));
    let port = foreign.address().port();
    let identity = cloud
        .gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let source = cloud.gcp.url_source(&identity);
    let login = cloud.gcp.authorized_user_file(ANN);
    // This name leads to this machine too, but it is none of those that mean this machine.
    let evil = format!("https://evil.example:{port}/token");
    let mut key = cloud.gcp.service_account_file(&cloud.email);
    key["token_uri"] = json!(evil);
    let mut exchange = cloud.gcp.external_account_file(&identity, &source, None);
    exchange["token_url"] = json!(evil);
    let mut impersonation = cloud
        .gcp
        .external_account_file(&identity, &source, Some(&cloud.email));
    impersonation["service_account_impersonation_url"] = json!(format!(
        "https://evil.example/v1/projects/-/serviceAccounts/{}:generateAccessToken",
        cloud.email
    ));
    let mut outer = cloud.gcp.impersonated_file(&cloud.email, &[], &login);
    outer["service_account_impersonation_url"] =
        impersonation["service_account_impersonation_url"].clone();
    let inner = cloud.gcp.impersonated_file(&cloud.email, &[], &key);
    let files = [key, exchange, impersonation, outer, inner];
    for file in &files {
        let run = with_file(&cloud, file).run().expect(2);
        assert!(run.stderr.contains("evil.example"), "{}", run.stderr);
        assert!(run.stderr.contains("--allow-token-host"));
    }
    for near in [
        "https://googleapis.com.evil.example/token",
        "https://evilgoogleapis.com/token",
        "http://oauth2.googleapis.com/token",
        "https://user:password@oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com@evil.example/token",
        "nonsense",
    ] {
        let mut key = cloud.gcp.service_account_file(&cloud.email);
        key["token_uri"] = json!(near);
        with_file(&cloud, &key).run().expect(2);
    }
    assert_eq!(exchanges(&cloud) + cloud.asked("/subject-token"), 0);
    assert_eq!(foreign.log().all().len(), 0);
    // Allowed by name it is asked; that it is not there is another matter.
    let run = with_file(&cloud, files.first().unwrap())
        .env("CLOUDSDK_AUTH_TOKEN_HOST", "")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .arguments(["--allow-token-host", "evil.example", "--timeout", "5s"])
        .run()
        .expect(3);
    assert!(run.stderr.contains("evil.example"), "{}", run.stderr);
}

#[test]
fn the_universe_is_the_users_choice_and_never_the_files() {
    let cloud = Cloud::with(&NEEDED);
    let mut key = cloud.gcp.service_account_file(&cloud.email);
    key["universe_domain"] = json!("cloud.example");
    let run = with_file(&cloud, &key).run().expect(2);
    assert!(run.stderr.contains("--universe-domain"), "{}", run.stderr);
    with_file(&cloud, &key)
        .arguments(["--universe-domain", "cloud.example"])
        .run()
        .expect(0);
    with_file(&cloud, &key)
        .env("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "cloud.example")
        .run()
        .expect(0);
    with_file(&cloud, &key)
        .arguments(["--universe-domain", "https://x"])
        .run()
        .expect(2);
}

#[test]
fn no_redirect_is_followed_with_a_secret() {
    let cloud = Cloud::with(&NEEDED);
    let elsewhere = Server::start(|_| Response::text(200, "thanks"));
    let target = elsewhere.url();
    let redirect =
        Fault::alter(move |_, _| Response::text(307, "").with_header("location", &target));
    for path in ["/token", ":testIamPermissions", "/storage"] {
        cloud.gcp.server().clear_faults();
        cloud
            .gcp
            .server()
            .fault(Matcher::path(path), redirect.clone(), Times::All);
        let run = cloud.check().run();
        assert!(run.code == Some(3) || path == "/storage", "{path}: {run:?}");
    }
    assert_eq!(elsewhere.log().all().len(), 0);
}

#[test]
fn tokens_pass_a_proxy_as_everything_else() {
    let (gcp, proxy) = Gcp::start_as_google();
    let project = gcp.world().add_project(PROJECT, 1);
    gcp.world().bind(&project, "roles/owner", ANN);
    let bucket: Resource = gcp.world().add_bucket(PROJECT, BUCKET);
    gcp.world().bind(&bucket, "roles/storage.admin", ANN);
    gcp.world().add_service(PROJECT, "us-east1", "remotion-x");
    let login = gcp.authorized_user_file(ANN);
    Program::new([
        "gcp",
        "check",
        "--project",
        PROJECT,
        "--credentials",
        "login.json",
    ])
    .file("login.json", login.to_string())
    .env("HTTPS_PROXY", proxy.url())
    .env("SSL_CERT_FILE", gcp.server().ca_file())
    .env("NO_GCE_CHECK", "true")
    .run()
    .expect(0);
    let seen: Vec<String> = proxy.seen().into_iter().map(|one| one.target).collect();
    for host in [
        "cloudresourcemanager.googleapis.com:443",
        "storage.googleapis.com:443",
    ] {
        assert!(seen.iter().any(|target| target == host), "{seen:?}");
    }
    assert!(
        seen.iter().any(
            |target| target.starts_with("accounts.google.com") || target.starts_with("oauth2.")
        )
    );
}
