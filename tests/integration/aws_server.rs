//! The in-process AWS, driven by the official Rust client: what it answers and what it refuses.

mod access;
mod account;
mod decisions;
mod faults;
mod layers;

use std::future::Future;

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::config::{BehaviorVersion, Credentials as Keys, Region};
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::operation::simulate_principal_policy::SimulatePrincipalPolicyOutput;
use aws_sdk_iam::types::EvaluationResult;

use crate::support::aws::{Aws, Caller, Credentials, RunningAws};

const ACCOUNT: &str = "123456789012";
const USER: &str = "arn:aws:iam::123456789012:user/team/deployer";
const BUCKET: &str = "arn:aws:s3:::remotionlambda-x";
const OTHER: &str = "arn:aws:s3:::other";

/// A policy of one statement.
fn allow(actions: &str, resource: &str) -> String {
    statement("Allow", actions, resource, "{}")
}

fn deny(actions: &str, resource: &str) -> String {
    statement("Deny", actions, resource, "{}")
}

fn statement(effect: &str, actions: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":["{actions}"],"Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

/// An account with a user that may simulate itself and holds `policy`.
fn account(policy: &str) -> Aws {
    Aws::new(ACCOUNT).user("/team/", "deployer", |user| {
        user.inline("simulate", allow("iam:SimulatePrincipalPolicy", "*"))
            .inline("tested", policy)
    })
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(future)
}

fn keys(credentials: &Credentials) -> Keys {
    Keys::new(
        &credentials.access_key_id,
        &credentials.secret_access_key,
        credentials.session_token.clone(),
        None,
        "tests",
    )
}

fn iam_with(aws: &RunningAws, credentials: &Credentials) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(aws.url())
        .credentials_provider(keys(credentials))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_iam::Client::from_conf(config)
}

fn iam(aws: &RunningAws, caller: &Caller) -> aws_sdk_iam::Client {
    iam_with(aws, &aws.credentials(caller))
}

fn sts_with(aws: &RunningAws, credentials: &Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
        .region(aws_sdk_sts::config::Region::new("eu-west-1"))
        .endpoint_url(aws.url())
        .credentials_provider(keys(credentials))
        .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

fn sts(aws: &RunningAws, caller: &Caller) -> aws_sdk_sts::Client {
    sts_with(aws, &aws.credentials(caller))
}

/// The answer, or the code and the status of the refusal.
fn answered<T, E: ProvideErrorMetadata>(
    result: Result<T, SdkError<E, aws_sdk_iam::config::http::HttpResponse>>,
) -> Result<T, (String, u16)> {
    result.map_err(|error| {
        let status = error.raw_response().expect("it has an answer").status();
        let code = error.code().unwrap_or_default().to_owned();
        (code, status.as_u16())
    })
}

/// The code and the status of a refusal.
fn refusal<T, E: ProvideErrorMetadata>(
    result: Result<T, SdkError<E, aws_sdk_iam::config::http::HttpResponse>>,
) -> (String, u16) {
    answered(result).err().expect("the call is refused")
}

/// Simulates the user of [`account`].
fn simulate(
    aws: &RunningAws,
    actions: &[&str],
    resources: &[&str],
) -> SimulatePrincipalPolicyOutput {
    let client = iam(aws, &Caller::user("deployer"));
    let mut call = client.simulate_principal_policy().policy_source_arn(USER);
    for action in actions {
        call = call.action_names(*action);
    }
    for resource in resources {
        call = call.resource_arns(*resource);
    }
    block(call.send()).expect("the simulation is answered")
}

/// The results as lines: action, resource, decision.
fn lines(output: &SimulatePrincipalPolicyOutput) -> Vec<String> {
    let line = |one: &EvaluationResult| {
        let resource = one.eval_resource_name().unwrap_or_default();
        format!(
            "{} {resource} {}",
            one.eval_action_name(),
            one.eval_decision()
        )
    };
    output.evaluation_results().iter().map(line).collect()
}

/// The decision about one action on one resource.
fn decision(aws: &RunningAws, action: &str, resource: &str) -> String {
    let output = simulate(aws, &[action], &[resource]);
    let [result] = output.evaluation_results() else {
        panic!("one result is expected");
    };
    result.eval_decision().to_string()
}
