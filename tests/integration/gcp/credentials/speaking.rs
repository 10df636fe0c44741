//! Identities from elsewhere, and those that speak for another.

use serde_json::json;

use super::super::{ANN, Cloud, NEEDED, PROJECT, audit};
use super::with_file;
use crate::support::http::Matcher;

const CREATOR: &str = "roles/iam.serviceAccountTokenCreator";

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
