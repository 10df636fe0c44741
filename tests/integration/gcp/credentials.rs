//! Every kind of credential, in its order, and where its secrets may go.

use serde_json::{Value, json};

use super::{ANN, BUCKET, Cloud, NEEDED, PROJECT, audit, with_status};
use crate::support::gcp::{Gcp, Resource};
use crate::support::http::{Matcher, Response, Server};
use crate::support::program::Program;

const CREATOR: &str = "roles/iam.serviceAccountTokenCreator";

/// The check with a credential file.
fn with_file(cloud: &Cloud, file: &Value) -> Program {
    cloud
        .bare()
        .file("credential.json", file.to_string())
        .arguments(["--credentials", "credential.json"])
}

/// The number of requests that carried something to a token endpoint.
fn exchanges(cloud: &Cloud) -> usize {
    cloud.asked("/token") + cloud.asked(":generateAccessToken")
}

#[test]
fn a_service_account_key_signs_for_exactly_its_account() {
    let cloud = Cloud::with(&NEEDED);
    let file = cloud.gcp.service_account_file(&cloud.email);
    let run = with_file(&cloud, &file).run().expect(0);
    let tested = audit(&run)["tested"].clone();
    assert_eq!(tested["caller"], cloud.email.as_str());
    let source = tested["credentials"].as_str().unwrap();
    assert!(source.contains("service account key") && source.contains("--credentials"));

    let forged = cloud.gcp.forged_service_account_file(&cloud.email);
    let run = with_file(&cloud, &forged).run().expect(3);
    assert!(
        run.stderr.contains("no token was granted (invalid_grant"),
        "{}",
        run.stderr
    );
    cloud.gcp.world().delete_key(&cloud.email);
    with_file(&cloud, &file).run().expect(3);
}

#[test]
fn keys_in_every_form_that_people_have() {
    let cloud = Cloud::with(&NEEDED);
    let pem = cloud.gcp.service_account_file(&cloud.email)["private_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let with_key = |key: &str| {
        cloud
            .bare()
            .env("REMOTION_GCP_CLIENT_EMAIL", &cloud.email)
            .env("REMOTION_GCP_PRIVATE_KEY", key)
    };
    with_key(&pem.replace('\n', "\r\n")).run().expect(0);
    let repaired = with_key(&pem.replace('\n', "\\n")).run().expect(0);
    assert!(
        audit(&repaired)["notes"]
            .to_string()
            .contains("Remotion itself will fail")
    );
    let dotenv = format!(
        "REMOTION_GCP_CLIENT_EMAIL={}\nREMOTION_GCP_PRIVATE_KEY=\"{}\"\n",
        cloud.email,
        pem.replace('\n', "\\n")
    );
    let run = cloud.bare().file(".env", dotenv).run().expect(0);
    assert!(
        audit(&run)["tested"]["credentials"]
            .as_str()
            .unwrap()
            .contains("(.env)")
    );
    assert_eq!(audit(&run)["notes"], json!([]));
    for broken in [
        "nonsense".to_owned(),
        pem.replace('\n', " "),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned(),
    ] {
        let run = with_key(&broken).run().expect(2);
        assert!(run.stderr.contains("private key"), "{}", run.stderr);
        assert!(run.stdout.is_empty() && run.stderr.lines().count() <= 4);
    }
}

#[test]
fn a_login_of_a_person() {
    let cloud = Cloud::new();
    cloud.gcp.world().bind(&cloud.project, "roles/owner", ANN);
    cloud.bucket();
    cloud.service();
    let file = cloud.gcp.authorized_user_file(ANN);
    let run = with_file(&cloud, &file).run().expect(0);
    assert_eq!(audit(&run)["tested"]["caller"], "ann@example.com");
    // gcloud's own place is found without being named.
    let run = cloud
        .bare()
        .home_file(
            ".config/gcloud/application_default_credentials.json",
            file.to_string(),
        )
        .run()
        .expect(0);
    assert!(
        audit(&run)["tested"]["credentials"]
            .as_str()
            .unwrap()
            .contains("user login")
    );
    let elsewhere = cloud.bare().file(
        "gcloud/application_default_credentials.json",
        file.to_string(),
    );
    elsewhere.env("CLOUDSDK_CONFIG", "gcloud").run().expect(0);
    cloud.gcp.world().revoke_logins();
    let run = with_file(&cloud, &file).run().expect(3);
    assert!(run.stderr.contains("expired or revoked"), "{}", run.stderr);
}

#[test]
fn another_identity_than_the_expected_one_is_a_wrong_call() {
    let cloud = Cloud::new();
    cloud.gcp.world().bind(&cloud.project, "roles/owner", ANN);
    let login = cloud.gcp.authorized_user_file(ANN);
    // The token tells who it is, whatever the environment claims.
    let run = with_file(&cloud, &login)
        .env("REMOTION_GCP_CLIENT_EMAIL", &cloud.email)
        .run()
        .expect(2);
    assert!(run.stderr.contains("ann@example.com") && run.stderr.contains(&cloud.email));
    let run = cloud
        .check()
        .arguments(["--expect-identity", "bob@example.com"])
        .run()
        .expect(2);
    assert!(run.stderr.contains("--expect-identity"));
    let asked = exchanges(&cloud);
    cloud
        .check()
        .arguments(["--expect-identity", "bob@example.com"])
        .run()
        .expect(2);
    assert_eq!(
        exchanges(&cloud),
        asked,
        "a key that names another account is not even used"
    );
}

#[test]
fn access_tokens_that_somebody_else_made() {
    let cloud = Cloud::with(&NEEDED);
    let scopes = ["https://www.googleapis.com/auth/cloud-platform"];
    let token = cloud.gcp.world().mint(&cloud.member(), &scopes);
    for variable in ["CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"] {
        let run = cloud.bare().env(variable, &token).run();
        // Without the scope for it the token does not tell its email; the default account is asked
        // no more than the caller's own.
        assert!(
            audit(&run)["tested"]["credentials"]
                .as_str()
                .unwrap()
                .contains(variable)
        );
        assert_eq!(with_status(&run, "fail"), Vec::<String>::new());
        assert!(
            audit(&run)["tested"]["caller"]
                .as_str()
                .unwrap()
                .contains("number")
        );
    }
    let file = cloud.bare().file("token", format!("{token}\n"));
    // The file wins over Remotion's own variables.
    let run = file
        .env("REMOTION_GCP_PRIVATE_KEY", "nonsense")
        .env("REMOTION_GCP_CLIENT_EMAIL", &cloud.email)
        .arguments(["--access-token-file", "token"])
        .run()
        .expect(3);
    let findings = run.findings();
    let identity = findings
        .iter()
        .find(|one| one.permission == "expected-identity")
        .unwrap();
    assert_eq!(identity.why, "unknown_identity");

    cloud.gcp.world().expire_tokens();
    let run = cloud
        .bare()
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN", &token)
        .run()
        .expect(3);
    assert!(run.stderr.contains("expired"), "{}", run.stderr);
    let weak = cloud.gcp.world().mint(
        &cloud.member(),
        &["https://www.googleapis.com/auth/userinfo.email"],
    );
    let run = cloud
        .bare()
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN", &weak)
        .run()
        .expect(3);
    assert!(run.stderr.contains("lacks the scope"), "{}", run.stderr);
    let run = cloud
        .bare()
        .file("token", "two words")
        .arguments(["--access-token-file", "token"])
        .run()
        .expect(2);
    assert!(run.stderr.contains("holds no access token"));
}

#[test]
fn the_order_of_the_sources() {
    let cloud = Cloud::with(&NEEDED);
    let key = cloud.gcp.service_account_file(&cloud.email).to_string();
    let source = |program: Program| {
        audit(&program.run())["tested"]["credentials"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let token = cloud.gcp.world().mint(
        &cloud.member(),
        &["https://www.googleapis.com/auth/cloud-platform"],
    );
    let home = ".config/gcloud/application_default_credentials.json";
    let all = || {
        cloud
            .check()
            .file("key.json", &key)
            .file("adc.json", &key)
            .file("token", &token)
            .home_file(home, &key)
            .env("CLOUDSDK_AUTH_ACCESS_TOKEN", &token)
            .env("GOOGLE_OAUTH_ACCESS_TOKEN", &token)
            .env("GOOGLE_APPLICATION_CREDENTIALS", "adc.json")
    };
    assert!(
        source(all().arguments(["--access-token-file", "token"])).contains("--access-token-file")
    );
    assert!(source(all().arguments(["--credentials", "key.json"])).contains("--credentials"));
    assert!(source(all()).contains("REMOTION_GCP_PRIVATE_KEY"));
    let without_remotion = || all().env("REMOTION_GCP_PRIVATE_KEY", "");
    assert!(source(without_remotion()).contains("CLOUDSDK_AUTH_ACCESS_TOKEN"));
    let next = || without_remotion().env("CLOUDSDK_AUTH_ACCESS_TOKEN", "");
    assert!(source(next()).contains("GOOGLE_OAUTH_ACCESS_TOKEN"));
    let next = || next().env("GOOGLE_OAUTH_ACCESS_TOKEN", "");
    assert!(source(next()).contains("GOOGLE_APPLICATION_CREDENTIALS"));
    let next = || next().env("GOOGLE_APPLICATION_CREDENTIALS", "");
    assert!(source(next()).contains("application default credentials"));
}

#[test]
fn federated_identities_with_every_source() {
    let cloud = Cloud::new();
    let identity = cloud
        .gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    cloud
        .gcp
        .world()
        .bind(&cloud.project, "roles/owner", &identity.principal);
    cloud.gcp.world().bind(
        &cloud.project,
        "roles/storage.objectAdmin",
        &identity.principal,
    );
    cloud.gcp.world().bind(
        &cloud.project,
        "roles/storage.bucketViewer",
        &identity.principal,
    );
    let json_token = json!({ "token": identity.subject_token }).to_string();
    let json_format = json!({ "type": "json", "subject_token_field_name": "token" });
    let mut no_format = cloud.gcp.text_url_source(&identity);
    no_format.as_object_mut().unwrap().remove("format");
    let sources = [
        cloud.gcp.url_source(&identity),
        cloud.gcp.text_url_source(&identity),
        no_format,
        json!({ "file": "subject.txt" }),
        json!({ "file": "subject.txt", "format": { "type": "text" } }),
        json!({ "file": "subject.json", "format": json_format }),
    ];
    for source in sources {
        let file = cloud.gcp.external_account_file(&identity, &source, None);
        let run = with_file(&cloud, &file)
            .file("subject.txt", format!("{}\n", identity.subject_token))
            .file("subject.json", &json_token)
            .run()
            .expect(0);
        let caller = audit(&run)["tested"]["caller"].clone();
        assert!(caller.as_str().unwrap().contains("test-pool"), "{caller}");
    }
    // The source gets the headers of the file, and no token of Google's.
    let seen = cloud
        .gcp
        .server()
        .log()
        .matching(&Matcher::path("/subject-token"));
    assert!(!seen.is_empty());
    for request in seen {
        assert_eq!(
            request.header("authorization"),
            Some("Bearer secret-request-token")
        );
    }
}

#[test]
fn a_federated_identity_that_speaks_for_the_account() {
    let cloud = Cloud::with(&NEEDED);
    let identity = cloud
        .gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let source = cloud.gcp.url_source(&identity);
    let file = cloud
        .gcp
        .external_account_file(&identity, &source, Some(&cloud.email));
    let refused = with_file(&cloud, &file).run().expect(3);
    assert!(
        refused
            .stderr
            .contains("iam.serviceAccounts.getAccessToken"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains(CREATOR));
    let account = cloud.account(&cloud.email);
    cloud
        .gcp
        .world()
        .bind(&account, CREATOR, &identity.principal);
    let run = with_file(&cloud, &file).run().expect(0);
    assert_eq!(audit(&run)["tested"]["caller"], cloud.email.as_str());
}

#[test]
fn broken_federation_is_told_and_never_sent_on() {
    let cloud = Cloud::new();
    let identity = cloud
        .gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let cases = [
        (
            json!({ "executable": { "command": "/bin/true" } }),
            2,
            "an executable",
        ),
        (json!({ "certificate": {} }), 2, "a certificate"),
        (
            json!({ "environment_id": "aws1", "url": "http://169.254.169.254" }),
            2,
            "AWS",
        ),
        (json!({}), 2, "neither a file nor a url"),
        (json!({ "file": "missing.txt" }), 2, "missing.txt"),
        (
            json!({ "file": "subject.json", "format": { "type": "json" } }),
            2,
            "subject_token_field_name",
        ),
        (
            json!({ "file": "subject.json", "format": { "type": "xml" } }),
            2,
            "neither text nor json",
        ),
        (
            json!({ "file": "subject.json", "format": { "type": "json", "subject_token_field_name": "other" } }),
            3,
            "no JSON with the token",
        ),
        // The whole document is no token.
        (json!({ "file": "pretty.json" }), 3, "no token on a line"),
        (
            json!({ "url": "ftp://example.com/token" }),
            2,
            "no http address",
        ),
        (
            json!({ "url": format!("{}/nowhere", cloud.gcp.url()) }),
            3,
            "HTTP 404",
        ),
    ];
    for (source, code, text) in cases {
        let file = cloud.gcp.external_account_file(&identity, &source, None);
        let run = with_file(&cloud, &file)
            .file(
                "subject.json",
                json!({ "token": identity.subject_token }).to_string(),
            )
            .file(
                "pretty.json",
                format!("{{\n \"token\": \"{}\"\n}}", identity.subject_token),
            )
            .run()
            .expect(code);
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
        assert!(!run.stderr.contains(&identity.subject_token));
    }
    assert_eq!(cloud.asked("/v1/token"), 0);
}

#[test]
fn impersonation_by_file_and_by_flag() {
    let cloud = Cloud::with(&NEEDED);
    let middle = cloud.gcp.world().add_service_account(PROJECT, "middle");
    let login = cloud.gcp.authorized_user_file(ANN);
    cloud
        .gcp
        .world()
        .bind(&cloud.account(&middle), CREATOR, ANN);
    cloud.gcp.world().bind(
        &cloud.account(&cloud.email),
        CREATOR,
        &format!("serviceAccount:{middle}"),
    );
    let delegate = format!("projects/-/serviceAccounts/{middle}");

    let file = cloud
        .gcp
        .impersonated_file(&cloud.email, &[&delegate], &login);
    let run = with_file(&cloud, &file).run().expect(0);
    assert_eq!(audit(&run)["tested"]["caller"], cloud.email.as_str());
    // Without the delegate the chain is broken.
    let short = cloud.gcp.impersonated_file(&cloud.email, &[], &login);
    with_file(&cloud, &short).run().expect(3);
    // A service account's key can be the source too.
    let key = cloud.gcp.service_account_file(&middle);
    with_file(
        &cloud,
        &cloud.gcp.impersonated_file(&cloud.email, &[], &key),
    )
    .run()
    .expect(0);

    let chain = [
        "--impersonate-service-account",
        &middle,
        "--impersonate-service-account",
        &cloud.email,
    ];
    let run = with_file(&cloud, &login).arguments(chain).run().expect(0);
    let tested = audit(&run)["tested"].clone();
    assert_eq!(tested["caller"], cloud.email.as_str());
    assert!(
        tested["credentials"]
            .as_str()
            .unwrap()
            .contains("impersonated by")
    );
    let run = with_file(&cloud, &login)
        .arguments(["--impersonate-service-account", &cloud.email])
        .run()
        .expect(3);
    assert!(run.stderr.contains(CREATOR), "{}", run.stderr);
    with_file(&cloud, &login)
        .arguments(["--impersonate-service-account", "../x"])
        .run()
        .expect(2);
}

#[test]
fn the_metadata_server_of_a_machine() {
    let cloud = Cloud::with(&NEEDED);
    cloud.gcp.world().run_as(&cloud.email);
    let host = cloud.gcp.url().trim_start_matches("http://").to_owned();
    let on_machine = || {
        cloud
            .bare()
            .env("NO_GCE_CHECK", "")
            .env("GCE_METADATA_HOST", &host)
            // A proxy is never asked for it.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("NO_PROXY", "")
    };
    // The other services are reached past the proxy, since they are local.
    let run = on_machine().env("HTTP_PROXY", "").run().expect(0);
    let tested = audit(&run)["tested"].clone();
    assert_eq!(tested["caller"], cloud.email.as_str());
    assert!(
        tested["credentials"]
            .as_str()
            .unwrap()
            .contains("metadata server")
    );
    let run = on_machine()
        .env("HTTP_PROXY", "")
        .env("REMOTION_GCP_PROJECT_ID", "")
        .run()
        .expect(0);
    assert_eq!(audit(&run)["tested"]["project"], PROJECT);

    // Somebody else at that address is no metadata server.
    let stranger = Server::start(|_| Response::text(200, "hello"));
    let run = cloud
        .bare()
        .env("NO_GCE_CHECK", "")
        .env(
            "GCE_METADATA_HOST",
            stranger.url().trim_start_matches("http://"),
        )
        .run()
        .expect(3);
    assert!(
        run.stderr
            .contains("no Google Cloud credentials were found")
    );
}

#[test]
fn a_machine_without_a_metadata_server_does_not_wait_for_one() {
    let cloud = Cloud::new();
    let silent = Server::start(|_| Response::text(200, "late"));
    silent.fault(
        Matcher::any(),
        crate::support::http::Fault::Hang,
        crate::support::http::Times::All,
    );
    let start = std::time::Instant::now();
    let run = cloud
        .bare()
        .env("NO_GCE_CHECK", "")
        .env(
            "GCE_METADATA_HOST",
            silent.url().trim_start_matches("http://"),
        )
        .run()
        .expect(3);
    assert!(
        run.stderr
            .contains("no Google Cloud credentials were found")
    );
    assert!(
        start.elapsed().as_secs() < 10,
        "it waited for the whole timeout"
    );
}

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
    let redirect = crate::support::http::Fault::alter(move |_, _| {
        Response::text(307, "").with_header("location", &target)
    });
    for path in ["/token", ":testIamPermissions", "/storage"] {
        cloud.gcp.server().clear_faults();
        cloud.gcp.server().fault(
            Matcher::path(path),
            redirect.clone(),
            crate::support::http::Times::All,
        );
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
