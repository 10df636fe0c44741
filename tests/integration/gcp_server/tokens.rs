//! The token endpoint: what is checked of an assertion, of a refresh token, and of a form.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use serde_json::{Value, json};

use super::{ANN, CLOUD, PROJECT, call, cloud};
use crate::support::gcp::Gcp;
use crate::support::http::{Received, send};

/// Seconds since 1970.
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("the clock is past 1970").as_secs()
}

/// The claims that a client makes from a key file.
fn claims(file: &Value) -> Value {
    json!({
        "iss": file["client_email"],
        "aud": file["token_uri"],
        "iat": now(),
        "exp": now() + 3595,
        "sub": null,
        "scope": CLOUD,
    })
}

/// An assertion signed with the file's key.
fn sign(file: &Value, header: &Value, claims: &Value) -> String {
    let pem = file["private_key"].as_str().expect("the file has a key");
    let key = SigningKey::<Sha256>::new(RsaPrivateKey::from_pkcs8_pem(pem).expect("a PEM key"));
    let [header, claims] =
        [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string().as_bytes()));
    let signed = format!("{header}.{claims}");
    let signature = key.sign(signed.as_bytes()).to_vec();
    // Some clients pad, and the service takes it.
    format!("{signed}.{}", URL_SAFE.encode(signature))
}

fn post(gcp: &Gcp, form: &[(&str, &str)]) -> Received {
    let body: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace('+', "%2B").replace('=', "%3D")))
        .collect();
    let media_type = ("Content-Type", "application/x-www-form-urlencoded");
    send(&gcp.url(), "POST", "/token", &[media_type], &body.join("&"))
}

fn present(gcp: &Gcp, assertion: &str) -> Received {
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    post(gcp, &[("grant_type", grant), ("assertion", assertion)])
}

fn rs256() -> Value {
    json!({ "alg": "RS256", "typ": "JWT" })
}

fn error(received: &Received) -> (u16, String) {
    (
        received.status,
        received.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

#[test]
fn a_good_assertion_gives_a_token_of_the_account() {
    let (gcp, project) = cloud();
    let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
    gcp.world().bind(
        &project,
        "roles/run.viewer",
        &format!("serviceAccount:{email}"),
    );
    let file = gcp.service_account_file(&email);
    let with_id = json!({ "alg": "RS256", "typ": "JWT", "kid": file["private_key_id"] });
    for header in [rs256(), with_id] {
        let answer = present(&gcp, &sign(&file, &header, &claims(&file)));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer = answer.json();
        assert_eq!(
            (&answer["token_type"], &answer["expires_in"]),
            (&json!("Bearer"), &json!(3599))
        );
        let token = answer["access_token"].as_str().expect("there is a token");
        let body = json!({ "permissions": ["run.services.list"] });
        let target = "/v3/projects/remotion-test:testIamPermissions";
        assert_eq!(call(&gcp, token, target, Some(&body)).json(), body);
        let info = send(
            &gcp.url(),
            "GET",
            &format!("/tokeninfo?access_token={token}"),
            &[],
            "",
        );
        assert_eq!((info.status, &info.json()["scope"]), (200, &json!(CLOUD)));
    }
}

#[test]
fn a_bad_assertion_is_refused() {
    let (gcp, _) = cloud();
    let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
    let file = gcp.service_account_file(&email);
    let with = |field: &str, value: Value| {
        let mut claims = claims(&file);
        claims[field] = value;
        present(&gcp, &sign(&file, &rs256(), &claims))
    };
    let grant = (400, "invalid_grant".to_owned());
    assert_eq!(
        error(&with("aud", json!("https://example.com/token"))),
        grant
    );
    assert_eq!(error(&with("iss", json!("nobody@example.com"))), grant);
    assert_eq!(error(&with("exp", json!(now() + 3700))), grant);
    assert_eq!(error(&with("exp", json!(now() - 400))), grant);
    assert_eq!(error(&with("iat", json!(now() - 7200))), grant);
    assert_eq!(error(&with("iat", json!(now() + 1000))), grant);
    assert_eq!(error(&with("iat", json!("today"))), grant);
    let scope = (400, "invalid_scope".to_owned());
    assert_eq!(error(&with("scope", json!(""))), scope);
    assert_eq!(
        error(&with("scope", json!("https://example.com/all"))),
        scope
    );
    let other = with("sub", json!("ann@example.com"));
    assert_eq!(error(&other), (401, "unauthorized_client".to_owned()));

    let unsigned = json!({ "alg": "none" });
    assert_eq!(
        error(&present(&gcp, &sign(&file, &unsigned, &claims(&file)))),
        grant
    );
    let stranger = json!({ "alg": "RS256", "kid": "another" });
    assert_eq!(
        error(&present(&gcp, &sign(&file, &stranger, &claims(&file)))),
        grant
    );
    let good = sign(&file, &rs256(), &claims(&file));
    let (start, _) = good.rsplit_once('.').expect("there is a signature");
    for assertion in ["", "a.b", "a.b.c", start, &format!("{start}.AAAA")] {
        assert_eq!(error(&present(&gcp, assertion)), grant, "{assertion}");
    }
    let forged = gcp.forged_service_account_file(&email);
    let answer = present(&gcp, &sign(&forged, &rs256(), &claims(&forged)));
    assert_eq!(answer.json()["error_description"], "Invalid JWT Signature.");

    gcp.world().delete_key(&email);
    assert_eq!(error(&present(&gcp, &good)), grant);
    let disabled = gcp.world().add_service_account(PROJECT, "asleep");
    gcp.world().disable_account(&disabled);
    let file = gcp.service_account_file(&disabled);
    assert_eq!(
        error(&present(&gcp, &sign(&file, &rs256(), &claims(&file)))),
        grant
    );
}

#[test]
fn a_token_ends_with_its_account() {
    let (gcp, _) = cloud();
    let email = gcp.world().add_service_account(PROJECT, "remotion-sa");
    let token = gcp
        .world()
        .mint(&format!("serviceAccount:{email}"), &[CLOUD]);
    gcp.world().disable_account(&email);
    let answer = call(&gcp, &token, "/v3/projects/remotion-test", None);
    assert_eq!(
        (answer.status, super::reason(&answer).as_str()),
        (401, "ACCOUNT_STATE_INVALID")
    );
}

#[test]
fn a_refresh_token_gives_a_token_of_the_person() {
    let (gcp, _) = cloud();
    let file = gcp.authorized_user_file(ANN);
    let text = |name: &str| file[name].as_str().expect("the file has it").to_owned();
    let ask = |client: &str, secret: &str, token: &str| {
        let grant = ("grant_type", "refresh_token");
        post(
            &gcp,
            &[
                grant,
                ("client_id", client),
                ("client_secret", secret),
                ("refresh_token", token),
            ],
        )
    };
    let [client, secret, token] = ["client_id", "client_secret", "refresh_token"].map(text);
    let answer = ask(&client, &secret, &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let fresh = answer.json()["access_token"]
        .as_str()
        .expect("there is a token")
        .to_owned();
    let info = call(&gcp, &fresh, "/v1/userinfo", None).json();
    assert_eq!(
        (&info["email"], &info["email_verified"]),
        (&json!("ann@example.com"), &json!(true))
    );

    let unknown_client = (401, "invalid_client".to_owned());
    assert_eq!(error(&ask("nobody", &secret, &token)), unknown_client);
    assert_eq!(error(&ask(&client, "wrong", &token)), unknown_client);
    assert_eq!(
        error(&ask(&client, &secret, "1//other")),
        (400, "invalid_grant".to_owned())
    );
    gcp.world().revoke_logins();
    assert_eq!(
        error(&ask(&client, &secret, &token)),
        (400, "invalid_grant".to_owned())
    );
}

#[test]
fn a_form_must_be_a_form() {
    let (gcp, _) = cloud();
    let json = ("Content-Type", "application/json");
    let answer = send(&gcp.url(), "POST", "/token", &[json], "{}");
    assert_eq!(error(&answer), (400, "invalid_request".to_owned()));
    assert_eq!(error(&post(&gcp, &[])), (400, "invalid_request".to_owned()));
    let twice = [
        ("grant_type", "refresh_token"),
        ("grant_type", "refresh_token"),
    ];
    assert_eq!(
        error(&post(&gcp, &twice)),
        (400, "invalid_request".to_owned())
    );
    let other = [("grant_type", "password")];
    assert_eq!(
        error(&post(&gcp, &other)),
        (400, "unsupported_grant_type".to_owned())
    );
}
