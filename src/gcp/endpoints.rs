//! Where the services are: Google's own addresses, or those of gcloud's variables
//! ([private endpoints](https://cloud.google.com/sdk/gcloud/reference/topic/configurations#api_endpoint_overrides)).
//!
//! Tokens are sent there, so an address is https, or http to this machine alone.

use url::{Host, Url};

use crate::environment::Environment;
use crate::error::Error;

/// The addresses of the services that a check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) resource_manager: Url,
    /// Where tokens are exchanged; `None` for what the credential itself says.
    pub(super) token: Option<Url>,
}

/// Google's own token endpoint.
pub(super) const TOKEN: &str = "https://oauth2.googleapis.com/token";

impl Endpoints {
    /// Reads gcloud's variables.
    ///
    /// # Errors
    ///
    /// A variable that holds no address, or one to which a token must not be sent.
    pub(super) fn read(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            resource_manager: service(
                environment,
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
                "https://cloudresourcemanager.googleapis.com/",
            )?,
            token: environment
                .get("CLOUDSDK_AUTH_TOKEN_HOST")
                .map(|text| safe(text, "CLOUDSDK_AUTH_TOKEN_HOST"))
                .transpose()?,
        })
    }
}

fn service(environment: &Environment, name: &str, default: &str) -> Result<Url, Error> {
    let mut url = safe(environment.get(name).unwrap_or(default), name)?;
    // Paths are joined behind it, and a join replaces what stands behind the last slash.
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Reads an address to which a token may be sent. `source` names where it stands.
///
/// # Errors
///
/// It is no address, or neither https nor http to this machine.
pub(super) fn safe(text: &str, source: &str) -> Result<Url, Error> {
    let url = Url::parse(text.trim()).map_err(|error| {
        Error::call(format!("{source} is no address: {error}"))
            .hint("give an address such as https://cloudresourcemanager.googleapis.com/")
    })?;
    let secure = url.scheme() == "https" && url.host().is_some();
    if !(secure || (url.scheme() == "http" && is_loopback(&url))) {
        return Err(Error::call(format!(
            "{source} is neither an https address nor one of this machine"
        ))
        .hint("a token would be sent there in the clear: use https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            Error::call(format!("{source} holds a user name or password"))
                .hint("remove it from the address"),
        );
    }
    Ok(url)
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
