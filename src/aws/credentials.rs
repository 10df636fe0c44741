//! Which AWS credentials and region are used, in Remotion's order of precedence.
//!
//! Credentials: `--profile`, `REMOTION_AWS_PROFILE`, Remotion's pair of keys, `AWS_PROFILE`, AWS's
//! pair of keys, then the SDK's default chain. Half a pair falls through, and a session token is
//! never combined with the keys of another level. Region: `--region`, `REMOTION_AWS_REGION`,
//! `AWS_REGION`, `us-east-1`.

use std::borrow::Cow;
use std::time::Duration;

use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::os_shim_internal::{Env, Fs};

use super::Options;
use super::assume;
use super::failure::chain;
use super::settings;
use super::transport::Transport;
use crate::environment::{Environment, Origin};
use crate::error::Error;
use crate::http::Http;
use crate::manifest::Partition;

/// A way into AWS: credentials that were found, and how.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) config: SdkConfig,
    /// How the credentials were found, never their content.
    pub(super) source: String,
    pub(super) notes: Vec<String>,
}

/// The regions to check, how they were chosen, and their partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Regions {
    pub(super) names: Vec<String>,
    pub(super) source: String,
    pub(super) partition: Partition,
}

/// The region that Remotion takes where none is set.
const DEFAULT_REGION: &str = "us-east-1";

/// Chooses the regions.
///
/// # Errors
///
/// A name that is no region, a partition that Remotion does not run in, or two partitions.
pub(super) fn regions(given: &[String], environment: &Environment) -> Result<Regions, Error> {
    let (names, source) = if given.is_empty() {
        let found = ["REMOTION_AWS_REGION", "AWS_REGION"]
            .iter()
            .find_map(|name| Some((name, environment.find(name)?)));
        match found {
            Some((name, (region, origin))) => (vec![region.to_owned()], variable(name, &origin)),
            None => (
                vec![DEFAULT_REGION.to_owned()],
                "default of Remotion".to_owned(),
            ),
        }
    } else {
        (given.to_vec(), "--region".to_owned())
    };
    let mut partition = None;
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        let of_region = region_partition(&name, &source)?;
        if *partition.get_or_insert(of_region) != of_region {
            return Err(Error::call(format!(
                "the regions {} and {name} belong to different partitions",
                distinct.join(", ")
            ))
            .hint("check each partition in a run of its own"));
        }
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    Ok(Regions {
        names: distinct,
        source,
        partition: partition.unwrap_or_default(),
    })
}

/// The partition that a region belongs to.
///
/// # Errors
///
/// The name is no region, or Remotion does not run in its partition.
pub(super) fn region_partition(name: &str, source: &str) -> Result<Partition, Error> {
    let mut parts = name.split('-');
    let country = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let well_formed = country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_lowercase())
        && matches!(words.split_last(), Some((number, places))
        if !places.is_empty()
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && places.iter().all(|place| {
                !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_lowercase())
            }));
    if !well_formed {
        return Err(
            Error::call(format!("{name:?} from {source} is not an AWS region"))
                .hint("name a region such as us-east-1 or eu-central-1"),
        );
    }
    match (country, words.first()) {
        ("cn", _) => Ok(Partition::AwsCn),
        ("us", Some(&("gov" | "iso" | "isob" | "isof"))) | ("eu", Some(&"isoe")) => {
            Err(Error::call(format!(
                "Remotion has no permission list for the region {name}"
            ))
            .hint("Remotion runs in the partitions aws and aws-cn"))
        }
        _ => Ok(Partition::Aws),
    }
}

pub(super) fn variable(name: &str, origin: &Origin) -> String {
    match origin {
        Origin::Process => name.to_owned(),
        Origin::DotEnv => format!("{name} in .env"),
    }
}

/// Finds credentials and makes a session of them. Nothing of AWS is asked but what the kind of
/// credentials itself needs (SSO, a role of a profile, a metadata service).
///
/// # Errors
///
/// A profile or a retry setting that is wrong (call), or no usable credentials (world).
pub(super) async fn open(
    options: &Options,
    environment: &Environment,
    http: &Http,
    region: &str,
) -> Result<Session, Error> {
    let found = find(options, environment);
    let profiles = profiles(found.profile()).await?;
    if let Found::Profile { name, source } = &found
        && profiles.get_profile(name).is_none()
    {
        return Err(no_such_profile(name, source, &profiles));
    }
    let retry = settings::retry(environment, &profiles)?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .no_credentials()
        .region(Region::new(region.to_owned()))
        .http_client(Transport::of_services(http.clone()))
        .retry_config(retry.clone())
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(attempt_time(options.timeout))
                .build(),
        );
    if let Some(name) = found.profile() {
        loader = loader.profile_name(name);
    }
    if let Some((url, Origin::DotEnv)) = environment.find("AWS_ENDPOINT_URL") {
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    settings::check_endpoints(&config)?;
    let provider_config = ProviderConfig::without_region()
        .with_region(Some(Region::new(region.to_owned())))
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(Transport::of_credentials(http.clone()))
        .with_sleep_impl(TokioSleep::new())
        .with_retry_config(retry);
    let (credentials, mut source) = match &found {
        Found::Profile { name, source } => (
            ProfileFileCredentialsProvider::builder()
                .configure(&provider_config)
                .profile_name(name.clone())
                .build()
                .provide_credentials()
                .await
                .map_err(|error| unusable(&error))?,
            format!("profile {name} ({source})"),
        ),
        Found::Keys {
            credentials,
            source,
        } => (credentials.clone(), source.clone()),
        Found::Chain => {
            let credentials =
                aws_config::default_provider::credentials::DefaultCredentialsChain::builder()
                    .configure(provider_config)
                    .profile_name("default")
                    .build()
                    .await
                    .provide_credentials()
                    .await
                    .map_err(|error| unusable(&error))?;
            let source = "the SDK's default chain".to_owned();
            (credentials, source)
        }
    };
    settings::check_keys(&credentials, &source)?;
    let mut config = config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    if let Some(role) = &options.assume_role {
        config = assume::role(config, role, options.external_id.as_deref()).await?;
        source = format!("{source}, then {role} (--assume-role)");
    }
    Ok(Session {
        config,
        source,
        notes: disagreement(environment).into_iter().collect(),
    })
}

/// One attempt may take a good part of the whole time, but leaves room for another.
fn attempt_time(whole: Duration) -> Duration {
    // A share of a time that no clock can hold would overflow.
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    whole.min(DAY).mul_f64(0.45)
}

/// Where credentials were found, before they were used.
enum Found {
    Profile {
        name: String,
        source: String,
    },
    Keys {
        credentials: Credentials,
        source: String,
    },
    Chain,
}

impl Found {
    fn profile(&self) -> Option<String> {
        match self {
            Self::Profile { name, .. } => Some(name.clone()),
            // Said, because the SDK takes an empty AWS_PROFILE for a profile without a name.
            Self::Chain => Some("default".to_owned()),
            Self::Keys { .. } => None,
        }
    }
}

fn find(options: &Options, environment: &Environment) -> Found {
    if let Some(profile) = &options.profile {
        return Found::Profile {
            name: profile.clone(),
            source: "--profile".to_owned(),
        };
    }
    for prefix in ["REMOTION_AWS_", "AWS_"] {
        let name = format!("{prefix}PROFILE");
        if let Some((profile, origin)) = environment.find(&name) {
            return Found::Profile {
                name: profile.to_owned(),
                source: variable(&name, &origin),
            };
        }
        let key = format!("{prefix}ACCESS_KEY_ID");
        if let Some((id, origin)) = environment.find(&key)
            && let Some(secret) = environment.get(&format!("{prefix}SECRET_ACCESS_KEY"))
        {
            return Found::Keys {
                credentials: Credentials::new(
                    id,
                    secret,
                    environment
                        .get(&format!("{prefix}SESSION_TOKEN"))
                        .map(ToOwned::to_owned),
                    None,
                    "Environment",
                ),
                source: variable(&key, &origin),
            };
        }
    }
    Found::Chain
}

/// Remotion's keys and AWS's keys are both set, to different values.
fn disagreement(environment: &Environment) -> Option<String> {
    let ours = environment.get("REMOTION_AWS_ACCESS_KEY_ID")?;
    let theirs = environment.get("AWS_ACCESS_KEY_ID")?;
    (ours != theirs).then(|| {
        "REMOTION_AWS_ACCESS_KEY_ID and AWS_ACCESS_KEY_ID are both set, to different keys: Remotion uses its own, the AWS CLI the other".to_owned()
    })
}

async fn profiles(selected: Option<String>) -> Result<ProfileSet, Error> {
    let files = EnvConfigFiles::default();
    aws_config::profile::load(&Fs::real(), &Env::real(), &files, selected.map(Cow::Owned))
        .await
        .map_err(|error| {
            Error::call(format!("the AWS configuration can't be read: {}", chain(&error)))
                .hint("mend the file, or name another with AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE")
        })
}

fn no_such_profile(name: &str, source: &str, profiles: &ProfileSet) -> Error {
    let mut known: Vec<&str> = profiles.profiles().collect();
    known.sort_unstable();
    let hint = if known.is_empty() {
        "the AWS configuration has no profiles: run `aws configure sso` or `aws configure`"
            .to_owned()
    } else {
        format!("the profiles are: {}", known.join(", "))
    };
    Error::call(format!(
        "the AWS profile {name:?} from {source} does not exist"
    ))
    .hint(hint)
}

fn unusable(error: &CredentialsError) -> Error {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => Error::world("no AWS credentials were found")
            .hint("set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY, or name a profile with --profile"),
        CredentialsError::ProviderTimedOut(_) => {
            Error::world("the source of the AWS credentials did not answer in time")
                .hint("name the credentials with --profile, or try again")
        }
        CredentialsError::InvalidConfiguration(_) => Error::call(format!(
            "the AWS configuration of the credentials is wrong: {}",
            chain(error)
        ))
        .hint("mend the profile, or choose another with --profile"),
        _ => {
            // What a credential process says of itself may hold what it was asked for.
            let text = chain(error);
            let told = text.split("Stderr:").next().unwrap_or_default();
            let told = told.split("could not parse response:").next().unwrap_or_default();
            Error::world(format!(
                "the AWS credentials can't be used: {}",
                told.trim_end_matches([' ', '.', ','])
            ))
            .hint("sign in again, for example with `aws sso login`, or run the profile's credential process by hand")
        }
    }
}
