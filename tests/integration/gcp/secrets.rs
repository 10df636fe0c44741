//! No secret is told: not at -vvv, not in errors, and not when an answer throws it back.

use serde_json::{Value, json};

use super::{ANN, Cloud, NEEDED, PROJECT};
use crate::support::http::{Fault, Matcher, Response, Times};
use crate::support::program::{Program, Run};

/// Whether none of the secrets stands in the output, nor the start of one.
#[track_caller]
fn tells_nothing(run: &Run, secrets: &[String]) {
    for secret in secrets {
        let start: String = secret.chars().take(30).collect();
        for output in [&run.stdout, &run.stderr] {
            assert!(!output.contains(&start), "{start} in {output}");
        }
    }
    for output in [&run.stdout, &run.stderr] {
        for start in ["ya29.", "PRIVATE KEY-----\n", "eyJ"] {
            assert!(!output.contains(start), "{start} in {output}");
        }
    }
}

/// Every text in a credential file that is secret.
fn secrets(file: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match file {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_str()) {
                    ("refresh_token" | "client_secret" | "Authorization", Some(text)) => {
                        found.push(text.trim_start_matches("Bearer ").to_owned());
                    }
                    ("private_key", Some(text)) => {
                        found.extend(text.lines().nth(1).map(ToOwned::to_owned));
                    }
                    _ => found.extend(secrets(value)),
                }
            }
        }
        Value::Array(values) => found.extend(values.iter().flat_map(secrets)),
        _ => {}
    }
    found
}

/// A cloud, and a credential file of every kind that leads to its service account.
fn files(cloud: &Cloud) -> Vec<Value> {
    let identity = cloud
        .gcp
        .world()
        .add_federated_identity(PROJECT, "repo:remotion:ref:main");
    let account = cloud.account(&cloud.email);
    let creator = "roles/iam.serviceAccountTokenCreator";
    cloud
        .gcp
        .world()
        .bind(&account, creator, &identity.principal);
    cloud.gcp.world().bind(&account, creator, ANN);
    let source = cloud.gcp.url_source(&identity);
    let login = cloud.gcp.authorized_user_file(ANN);
    vec![
        cloud.gcp.service_account_file(&cloud.email),
        cloud.gcp.impersonated_file(&cloud.email, &[], &login),
        login,
        cloud
            .gcp
            .external_account_file(&identity, &source, Some(&cloud.email)),
    ]
}

fn loud(cloud: &Cloud, file: &Value) -> Program {
    cloud
        .bare()
        .file("credential.json", file.to_string())
        .arguments([
            "--credentials",
            "credential.json",
            "-vvv",
            "--timeout",
            "5s",
        ])
}

#[test]
fn good_runs_tell_no_secret() {
    let cloud = Cloud::with(&NEEDED);
    for file in files(&cloud) {
        let mut hidden = secrets(&file);
        hidden.push("secret-subject-token".to_owned());
        let run = loud(&cloud, &file).run();
        assert!(run.stderr.contains("DEBUG"), "it is loud: {}", run.stderr);
        tells_nothing(&run, &hidden);
    }
    let token = cloud.gcp.world().mint(
        &cloud.member(),
        &["https://www.googleapis.com/auth/cloud-platform"],
    );
    let run = cloud
        .bare()
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN", &token)
        .arguments(["-vvv"])
        .run();
    tells_nothing(&run, &[token]);
}

#[test]
fn answers_that_throw_a_secret_back_are_not_repeated() {
    // Whoever stands in between, such as a proxy, may quote the request in its error.
    let oauth = Fault::alter(|request, _| {
        let form: Vec<String> = request.form().into_iter().map(|(_, value)| value).collect();
        let said = format!(
            "your request was {} {}",
            form.join(" "),
            request.header("authorization").unwrap_or_default()
        );
        Response::json(
            400,
            &json!({ "error": "invalid_request", "error_description": said }),
        )
    });
    let rpc = Fault::alter(|request, _| {
        let said = format!(
            "your header was {}",
            request.header("authorization").unwrap_or_default()
        );
        Response::json(
            403,
            &json!({ "error": { "code": 403, "status": "PERMISSION_DENIED", "message": said } }),
        )
    });
    for (path, fault) in [
        ("/token", oauth.clone()),
        ("/v1/token", oauth),
        (":generateAccessToken", rpc.clone()),
        (":testIamPermissions", rpc.clone()),
        ("/storage", rpc.clone()),
        ("/services", rpc),
    ] {
        let cloud = Cloud::with(&NEEDED);
        for file in files(&cloud) {
            cloud.gcp.server().clear_faults();
            cloud
                .gcp
                .server()
                .fault(Matcher::path(path), fault.clone(), Times::All);
            let mut hidden = secrets(&file);
            hidden.push("secret-subject-token".to_owned());
            tells_nothing(&loud(&cloud, &file).run(), &hidden);
        }
    }
}

#[test]
fn broken_files_are_not_quoted() {
    let cloud = Cloud::new();
    let key = cloud.gcp.service_account_file(&cloud.email);
    let hidden = secrets(&key);
    let text = key.to_string();
    let mut wrong_type = key.clone();
    wrong_type["private_key"] = json!([key["private_key"]]);
    let mut swapped = key.clone();
    swapped["client_email"] = key["private_key"].clone();
    swapped["token_uri"] = key["private_key"].clone();
    for broken in [
        text.get(..text.len() - 40).unwrap().to_owned(),
        text.replace("\\n", "\n"),
        wrong_type.to_string(),
        swapped.to_string(),
        key["private_key"].as_str().unwrap().to_owned(),
        format!("[{text}]"),
    ] {
        let run = cloud
            .bare()
            .file("credential.json", broken)
            .arguments(["--credentials", "credential.json", "-vvv"])
            .run();
        assert_eq!(run.code, Some(2), "{run:?}");
        tells_nothing(&run, &hidden);
    }
}
