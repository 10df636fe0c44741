//! Takes on a role before anything is asked
//! ([`AssumeRole`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)).

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client as Sts;

use super::failure::{Kind, understand};
use super::settings::check_keys;
use crate::error::Error;

/// How the session is called in CloudTrail, and in the caller's ARN.
const SESSION_NAME: &str = "remperm";

/// The same way into AWS, as the role.
///
/// # Errors
///
/// The role can't be assumed (world), or the keys that come with it can't be used (call).
pub(super) async fn role(
    config: SdkConfig,
    role: &str,
    external_id: Option<&str>,
) -> Result<SdkConfig, Error> {
    let answer = Sts::new(&config)
        .assume_role()
        .role_arn(role)
        .role_session_name(SESSION_NAME)
        .set_external_id(external_id.map(ToOwned::to_owned))
        .send()
        .await
        .map_err(|error| {
            let failed = understand("sts:AssumeRole", &error);
            let hint = if failed.kind == Kind::Denied {
                "the caller needs sts:AssumeRole on the role, and the role's trust policy has to name the caller".to_owned()
            } else {
                failed.hint
            };
            Error::world(format!(
                "the role {role} can't be assumed: {}",
                failed.unknown.detail
            ))
            .hint(hint)
        })?;
    let given = answer.credentials().ok_or_else(|| {
        Error::world(format!(
            "the role {role} can't be assumed: the answer of sts:AssumeRole holds no credentials"
        ))
        .hint("something between here and AWS changes the answers: check the proxy and the endpoint variables")
    })?;
    let credentials = Credentials::new(
        given.access_key_id(),
        given.secret_access_key(),
        Some(given.session_token().to_owned()),
        None,
        "AssumeRole",
    );
    check_keys(&credentials, "sts:AssumeRole")?;
    Ok(config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build())
}
