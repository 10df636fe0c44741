//! Identities from elsewhere: federation, impersonation, the metadata server.

use serde_json::{Value, json};

use super::{ANN, CLOUD, PROJECT, call, cloud};
use crate::support::gcp::{FederatedIdentity, Gcp, Resource};
use crate::support::http::{Matcher, Received, fetch, send};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn exchange(gcp: &Gcp, fields: &Value) -> Received {
    let json = ("Content-Type", "application/json");
    send(
        &gcp.url(),
        "POST",
        "/v1/token",
        &[json],
        &fields.to_string(),
    )
}

fn fields(identity: &FederatedIdentity) -> Value {
    json!({
        "grantType": EXCHANGE,
        "audience": identity.audience,
        "scope": CLOUD,
        "requestedTokenType": ACCESS_TOKEN,
        "subjectToken": identity.subject_token,
        "subjectTokenType": identity.token_type,
    })
}

#[test]
fn the_exact_subject_token_gives_a_token_of_the_federated_principal() {
    let (gcp, project) = cloud();
    let identity = gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let set = identity
        .principal
        .replace("principal://", "principalSet://");
    let (pool, _) = set
        .split_once("/subject/")
        .expect("a principal has a subject");
    gcp.world()
        .bind(&project, "roles/run.viewer", &format!("{pool}/*"));
    let answer = exchange(&gcp, &fields(&identity)).json();
    assert_eq!(answer["issued_token_type"], ACCESS_TOKEN);
    let token = answer["access_token"].as_str().expect("there is a token");
    let body = json!({ "permissions": ["run.services.list"] });
    let target = "/v3/projects/remotion-test:testIamPermissions";
    assert_eq!(call(&gcp, token, target, Some(&body)).json(), body);

    let form = format!(
        "grant_type={EXCHANGE}&audience={}&scope={CLOUD}&requested_token_type={ACCESS_TOKEN}\
         &subject_token={}&subject_token_type={}",
        identity.audience, identity.subject_token, identity.token_type
    );
    let media_type = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(
        send(&gcp.url(), "POST", "/v1/token", &[media_type], &form).status,
        200
    );

    let mut whole_document = fields(&identity);
    whole_document["subjectToken"] = json!(format!("{{\"value\":\"{}\"}}", identity.subject_token));
    let refused = exchange(&gcp, &whole_document);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    gcp.world().add_project("other-project", 42);
    let other = gcp
        .world()
        .add_federated_identity("other-project", "repo:other:ref:main");
    let mut crossed = fields(&identity);
    crossed["audience"] = json!(other.audience);
    assert_eq!(exchange(&gcp, &crossed).json()["error"], "invalid_grant");
    for (field, value) in [
        ("audience", "//iam.googleapis.com/other"),
        ("subjectTokenType", "urn:ietf:params:oauth:token-type:saml2"),
        ("grantType", "refresh_token"),
        ("requestedTokenType", "x"),
        ("scope", ""),
        ("subjectToken", ""),
    ] {
        let mut wrong = fields(&identity);
        wrong[field] = json!(value);
        assert_eq!(exchange(&gcp, &wrong).status, 400, "{field}");
    }
}

#[test]
fn the_files_of_federated_identities_lead_here() {
    let (gcp, _) = cloud();
    let identity = gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let source = gcp.url_source(&identity);
    let file = gcp.external_account_file(&identity, &source, Some("robot@example.com"));
    let local = |url: &Value| {
        let url = url.as_str().expect("the file has the URL");
        url.strip_prefix(&gcp.url())
            .expect("the URL leads here")
            .to_owned()
    };
    assert_eq!(local(&file["token_url"]), "/v1/token");
    assert_eq!(
        local(&file["service_account_impersonation_url"]),
        "/v1/projects/-/serviceAccounts/robot@example.com:generateAccessToken"
    );
    let target = local(&file["credential_source"]["url"]);
    let header = file["credential_source"]["headers"]["Authorization"].as_str();
    let header = ("Authorization", header.expect("the source has a header"));
    let answer = send(&gcp.url(), "GET", &target, &[header], "").json();
    assert_eq!(answer["value"], json!(identity.subject_token));
    assert_eq!(send(&gcp.url(), "GET", &target, &[], "").status, 401);
    let target = local(&gcp.text_url_source(&identity)["url"]);
    let answer = send(&gcp.url(), "GET", &target, &[header], "");
    assert_eq!(answer.body, identity.subject_token);
}

fn generate(gcp: &Gcp, principal: &str, file: &Value, body: &Value) -> Received {
    let url = file["service_account_impersonation_url"]
        .as_str()
        .expect("the file has the URL");
    let target = url
        .strip_prefix(&gcp.url())
        .expect("the URL leads here")
        .to_owned();
    let token = gcp.world().mint(principal, &[CLOUD]);
    call(gcp, &token, &target, Some(body))
}

fn account(email: &str) -> Resource {
    Resource::ServiceAccount {
        project: PROJECT.to_owned(),
        email: email.to_owned(),
    }
}

#[test]
fn impersonation_needs_the_token_creator_role_on_the_account() {
    let (gcp, project) = cloud();
    let robot = gcp.world().add_service_account(PROJECT, "robot");
    gcp.world().bind(
        &project,
        "roles/run.viewer",
        &format!("serviceAccount:{robot}"),
    );
    let file = gcp.impersonated_file(&robot, &[], &gcp.authorized_user_file(ANN));
    let body = json!({ "scope": [CLOUD], "lifetime": "600s" });
    let denied = generate(&gcp, ANN, &file, &body);
    assert_eq!(
        (denied.status, super::reason(&denied).as_str()),
        (403, "IAM_PERMISSION_DENIED")
    );
    let metadata = &denied.json()["error"]["details"][0]["metadata"];
    assert_eq!(metadata["permission"], "iam.serviceAccounts.getAccessToken");

    gcp.world().bind(
        &account(&robot),
        "roles/iam.serviceAccountTokenCreator",
        ANN,
    );
    let answer = generate(&gcp, ANN, &file, &body).json();
    assert!(
        answer["expireTime"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z')),
        "{answer}"
    );
    let token = answer["accessToken"].as_str().expect("there is a token");
    let body = json!({ "permissions": ["run.services.list"] });
    let target = "/v3/projects/remotion-test:testIamPermissions";
    assert_eq!(call(&gcp, token, target, Some(&body)).json(), body);

    for wrong in [
        json!({ "scope": [] }),
        json!({ "scope": [CLOUD], "lifetime": "3601s" }),
        json!({ "scope": [CLOUD], "lifetime": 600 }),
        json!({ "scope": [CLOUD], "life": "600s" }),
    ] {
        assert_eq!(generate(&gcp, ANN, &file, &wrong).status, 400, "{wrong}");
    }
    let defaults = json!({ "scope": [CLOUD], "delegates": null, "lifetime": null });
    assert_eq!(generate(&gcp, ANN, &file, &defaults).status, 200);
    let missing = gcp.impersonated_file("nobody@example.com", &[], &json!({}));
    assert_eq!(
        generate(&gcp, ANN, &missing, &json!({ "scope": [CLOUD] })).status,
        404
    );
    gcp.world().disable_account(&robot);
    assert_eq!(
        generate(&gcp, ANN, &file, &json!({ "scope": [CLOUD] })).status,
        400
    );
}

#[test]
fn a_chain_of_delegates_needs_each_of_its_links() {
    let (gcp, _) = cloud();
    let middle = gcp.world().add_service_account(PROJECT, "middle");
    let robot = gcp.world().add_service_account(PROJECT, "robot");
    let delegate = format!("projects/-/serviceAccounts/{middle}");
    let file = gcp.impersonated_file(&robot, &[&delegate], &json!({}));
    let body = json!({ "scope": [CLOUD], "delegates": file["delegates"] });
    let creator = "roles/iam.serviceAccountTokenCreator";
    gcp.world().bind(&account(&middle), creator, ANN);
    assert_eq!(generate(&gcp, ANN, &file, &body).status, 403);
    gcp.world().bind(
        &account(&robot),
        creator,
        &format!("serviceAccount:{middle}"),
    );
    assert_eq!(generate(&gcp, ANN, &file, &body).status, 200);
    assert_eq!(
        generate(&gcp, ANN, &file, &json!({ "scope": [CLOUD] })).status,
        403
    );
    gcp.world().unbind(&account(&middle), creator, ANN);
    assert_eq!(generate(&gcp, ANN, &file, &body).status, 403);
}

#[test]
fn the_metadata_server_wants_its_header() {
    let (gcp, _) = cloud();
    let flavor = ("Metadata-Flavor", "Google");
    let get = |target: &str, headers: &[(&str, &str)]| {
        send(
            &gcp.url(),
            "GET",
            &format!("/computeMetadata/v1/{target}"),
            headers,
            "",
        )
    };
    let account = "instance/service-accounts/default";
    assert_eq!(get(&format!("{account}/email"), &[flavor]).status, 404);
    let email = gcp.world().add_default_account(PROJECT);
    gcp.world().run_as(&email);
    assert_eq!(get(&format!("{account}/token"), &[]).status, 403);
    let forwarded = ("X-Forwarded-For", "10.0.0.1");
    assert_eq!(
        get(&format!("{account}/token"), &[flavor, forwarded]).status,
        403
    );
    let answer = get(&format!("{account}/email"), &[flavor]);
    assert_eq!(answer.body, email);
    assert!(
        answer.head.contains("metadata-flavor: Google"),
        "{}",
        answer.head
    );
    assert_eq!(get("project/project-id", &[flavor]).body, PROJECT);
    assert_eq!(
        get("project/numeric-project-id", &[flavor]).body,
        "123456789012"
    );
    assert_eq!(
        get("universe/universe-domain", &[flavor]).body,
        "googleapis.com"
    );
    assert_eq!(
        get(&format!("{account}/scopes"), &[flavor]).body.trim(),
        CLOUD
    );
    let token = get(&format!("{account}/token"), &[flavor]).json();
    let token = token["access_token"].as_str().expect("there is a token");
    assert_eq!(
        call(&gcp, token, "/v3/projects/remotion-test", None).status,
        403
    );
    let weak = get(
        &format!(
            "{account}/token?scopes={}",
            "https://www.googleapis.com/auth/userinfo.email"
        ),
        &[flavor],
    )
    .json();
    let weak = weak["access_token"].as_str().expect("there is a token");
    assert_eq!(
        call(&gcp, weak, "/oauth2/v3/userinfo", None).json()["email"],
        json!(email)
    );
    assert_eq!(
        send(&gcp.url(), "GET", "/", &[], "").body,
        "computeMetadata/\n"
    );
}

#[test]
fn a_token_tells_whose_it_is_only_with_the_scope_for_it() {
    let (gcp, _) = cloud();
    let plain = gcp.world().mint(ANN, &[CLOUD]);
    let info = |token: &str| {
        send(
            &gcp.url(),
            "GET",
            &format!("/oauth2/v3/tokeninfo?access_token={token}"),
            &[],
            "",
        )
    };
    assert!(info(&plain).json().get("email").is_none());
    let telling = gcp.world().mint(ANN, &[CLOUD, "email"]);
    assert_eq!(info(&telling).json()["email"], "ann@example.com");
    gcp.world().expire_tokens();
    assert_eq!(
        (info(&telling).status, &info(&telling).json()["error"]),
        (400, &json!("invalid_token"))
    );
    assert_eq!(call(&gcp, &telling, "/v1/userinfo", None).status, 401);
}

#[test]
fn googles_own_hosts_lead_here_through_the_proxy() {
    let (gcp, proxy) = Gcp::start_as_google();
    assert!(gcp.url().starts_with("https://localhost:"));
    gcp.world().add_project(PROJECT, 1);
    let token = gcp.world().mint(ANN, &["email"]);
    for host in ["https://oauth2.googleapis.com", gcp.url().as_str()] {
        let url = format!("{host}/tokeninfo?access_token={token}");
        let (status, body) = fetch(Some(gcp.server()), Some(&proxy.url()), &url)
            .expect("the way leads to the server");
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("ann@example.com"), "{body}");
    }
    assert_eq!(gcp.server().log().count(&Matcher::path("/tokeninfo")), 2);
    let email = gcp.world().add_service_account(PROJECT, "robot");
    let file = gcp.service_account_file(&email);
    assert_eq!(file["token_uri"], json!(format!("{}/token", gcp.url())));
}

#[test]
fn the_endpoint_variables_are_those_of_gcloud() {
    let (gcp, _) = cloud();
    let variables = gcp.endpoint_variables();
    let expected = [("STS", "/"), ("STORAGE", "/storage/v1/")].map(|(service, path)| {
        let name = format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{service}");
        (name, format!("{}{path}", gcp.url()))
    });
    assert!(variables.ends_with(&expected), "{variables:?}");
}
