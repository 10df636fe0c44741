//! What is to be tested, from flags, environment and credentials.

use crate::environment::Environment;
use crate::error::Error;
use crate::text::one_line;

use super::Options;
use super::credentials::is_service_account;

/// The identity that it has to be, and where that is said.
pub(super) fn expected(
    options: &Options,
    environment: &Environment,
) -> Option<(String, &'static str)> {
    const EMAIL: &str = "REMOTION_GCP_CLIENT_EMAIL";
    match &options.expect_identity {
        Some(email) => Some((email.clone(), "--expect-identity")),
        None => Some((environment.get(EMAIL)?.to_owned(), EMAIL)),
    }
}

/// The project to test, and how it was chosen.
pub(super) fn project(
    options: &Options,
    environment: &Environment,
    credential: Option<&str>,
) -> Result<(String, String), Error> {
    const VARIABLES: [&str; 3] = [
        "REMOTION_GCP_PROJECT_ID",
        "GOOGLE_CLOUD_PROJECT",
        "CLOUDSDK_CORE_PROJECT",
    ];
    let (project, source) = if let Some(project) = &options.project {
        (project.clone(), "--project".to_owned())
    } else if let Some((name, (value, _))) = VARIABLES
        .iter()
        .find_map(|name| Some((name, environment.find(name)?)))
    {
        (value.to_owned(), (*name).to_owned())
    } else if let Some(project) = credential {
        (
            project.to_owned(),
            "default: the project of the credentials".to_owned(),
        )
    } else {
        return Err(Error::call("no Google Cloud project is named")
            .hint("name it with --project, or set REMOTION_GCP_PROJECT_ID"));
    };
    if !is_project(&project) {
        return Err(Error::call(format!(
            "{:?} from {source} is not a project id",
            one_line(&project)
        ))
        .hint("a project id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter"));
    }
    Ok((project, source))
}

/// Whether a text is a [project id](https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin)
/// (of the older kind with a domain too) or a project number.
pub(crate) fn is_project(text: &str) -> bool {
    let number =
        !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = match text.split_once(':') {
        Some((domain, id)) => {
            let valid = domain.contains('.')
                && domain.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
                });
            if !valid {
                return false;
            }
            id
        }
        None => text,
    };
    let named = (6..=30).contains(&id.len())
        && id
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_lowercase())
        && !id.ends_with('-')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    number || named
}

/// The regions of the services; none means that none is named.
///
/// # Errors
///
/// A name that is none.
pub(super) fn regions(options: &Options, environment: &Environment) -> Result<Vec<String>, Error> {
    const REGION: &str = "REMOTION_GCP_REGION";
    let (regions, source) = if options.regions.is_empty() {
        let region = environment.get(REGION).map(ToOwned::to_owned);
        (region.into_iter().collect(), REGION)
    } else {
        (options.regions.clone(), "--region")
    };
    for region in &regions {
        name(
            region,
            source,
            "-",
            3..=40,
            "a region is named like us-east1",
        )?;
    }
    Ok(regions)
}

/// Checks the names that end up in addresses.
///
/// # Errors
///
/// A name that is none.
pub(super) fn names(options: &Options) -> Result<(), Error> {
    for bucket in &options.buckets {
        name(
            bucket,
            "--bucket",
            "-_.",
            3..=222,
            "a bucket is named without gs:// and without a path",
        )?;
    }
    for service in &options.services {
        name(
            service,
            "--service",
            "-",
            1..=63,
            "a service is named like remotion-4-0-461-mem2gi-cpu1-0-t300",
        )?;
    }
    if let Some(email) = &options.service_account
        && (!is_service_account(email)
            || !email
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte)))
    {
        return Err(Error::call(format!(
            "{:?} for --service-account is no service account's email",
            one_line(email)
        ))
        .hint("it ends with .gserviceaccount.com"));
    }
    Ok(())
}

fn name(
    text: &str,
    source: &str,
    besides: &str,
    length: std::ops::RangeInclusive<usize>,
    hint: &str,
) -> Result<(), Error> {
    let fits = length.contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || besides.as_bytes().contains(&byte)
        })
        // Two dots alone would climb up in an address.
        && !text.starts_with('.');
    if fits {
        return Ok(());
    }
    Err(Error::call(format!("{:?} from {source} can't be right", one_line(text))).hint(hint))
}
