//! What the SDK is handed, checked before it sees it: it panics on a retry setting or an address
//! that is none, and on keys that no header can carry.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::profile::ProfileSet;
use aws_config::retry::{RetryConfig, RetryMode};
use aws_credential_types::Credentials;
use aws_types::service_config::ServiceConfigKey;
use http::Uri;

use super::credentials::variable;
use crate::environment::Environment;
use crate::error::Error;

/// Tries in all, where nothing else is set: throttling of the simulator is account-wide, so a few
/// short pauses are worth more than the SDK's two long ones.
const ATTEMPTS: u32 = 6;

/// The pause after the first try; each further one is twice as long, and shortened by chance.
const FIRST_PAUSE: Duration = Duration::from_millis(150);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The retry settings.
///
/// # Errors
///
/// A mode or a number that is none.
pub(super) fn retry(
    environment: &Environment,
    profiles: &ProfileSet,
) -> Result<RetryConfig, Error> {
    let setting = |variable_name: &str, property: &str| {
        environment
            .find(variable_name)
            .map(|(value, origin)| (value.to_owned(), variable(variable_name, &origin)))
            .or_else(|| {
                let value = profiles.get(property)?;
                let profile = profiles.selected_profile();
                Some((
                    value.to_owned(),
                    format!("{property} of the AWS profile {profile}"),
                ))
            })
    };
    let mode = match setting("AWS_RETRY_MODE", "retry_mode") {
        None => RetryMode::Standard,
        Some((value, source)) => match value.trim().to_ascii_lowercase().as_str() {
            // The older SDKs' mode has no counterpart; the standard one retries the same errors.
            "standard" | "legacy" => RetryMode::Standard,
            "adaptive" => RetryMode::Adaptive,
            _ => {
                return Err(Error::call(format!("{source} is {value:?}"))
                    .hint("set it to standard or adaptive"));
            }
        },
    };
    let attempts = match setting("AWS_MAX_ATTEMPTS", "max_attempts") {
        None => ATTEMPTS,
        Some((value, source)) => match value.trim().parse::<u32>() {
            Ok(attempts) if attempts > 0 => attempts,
            _ => {
                return Err(Error::call(format!("{source} is {value:?}"))
                    .hint("set it to a whole number from 1"));
            }
        },
    };
    let config = match mode {
        RetryMode::Adaptive => RetryConfig::adaptive(),
        _ => RetryConfig::standard(),
    };
    Ok(config
        .with_max_attempts(attempts)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE))
}

/// The services that are asked for evidence or credentials.
const SERVICES: [&str; 5] = ["STS", "IAM", "SSO", "SSO OIDC", "Signin"];

/// Checks the addresses that the environment or a profile gives for the services. Their text is not
/// told: it may hold a password.
///
/// # Errors
///
/// An address that is none. An empty one is no exception: the SDK takes it for an address.
pub(super) fn check_endpoints(config: &SdkConfig) -> Result<(), Error> {
    if let Some(url) = config.endpoint_url()
        && !is_address(url)
    {
        return Err(no_address("AWS_ENDPOINT_URL", url));
    }
    for service in SERVICES {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let given = key
            .ok()
            .and_then(|key| config.service_config()?.load_config(key));
        if let Some(url) = given.filter(|url| !is_address(url)) {
            let variable = service.to_ascii_uppercase().replace(' ', "_");
            return Err(no_address(
                &format!(
                    "AWS_ENDPOINT_URL_{variable}, AWS_ENDPOINT_URL or endpoint_url of the AWS profile"
                ),
                &url,
            ));
        }
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}

fn no_address(source: &str, url: &str) -> Error {
    let what = if url.is_empty() {
        "is set, but empty"
    } else {
        "is no address of a service"
    };
    Error::call(format!("{source} {what}"))
        .hint("unset it, or set it to an address such as https://iam.amazonaws.com")
}

/// Checks that requests can be signed with the keys.
///
/// # Errors
///
/// A line break, a space or another character that no key has.
pub(super) fn check_keys(credentials: &Credentials, source: &str) -> Result<(), Error> {
    let parts = [
        ("access key id", Some(credentials.access_key_id())),
        ("secret access key", Some(credentials.secret_access_key())),
        ("session token", credentials.session_token()),
    ];
    for (name, value) in parts {
        if value.is_some_and(|value| !value.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Error::call(format!(
                "the {name} holds a line break, a space or another character that no key has (credentials: {source})"
            ))
            .hint("set it again; a line break at its end comes from how it was copied or read from a file"));
        }
    }
    Ok(())
}
