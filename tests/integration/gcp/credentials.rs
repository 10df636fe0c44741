//! Every kind of credential, in its order, and where its secrets may go.

mod speaking;
mod trust;

use serde_json::{Value, json};

use super::{ANN, Cloud, NEEDED, PROJECT, audit, with_status};
use crate::support::http::{Fault, Matcher, Response, Server, Times};
use crate::support::program::Program;

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
    silent.fault(Matcher::any(), Fault::Hang, Times::All);
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
