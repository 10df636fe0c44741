//! Where the services are: Google's own addresses, or those of gcloud's variables
//! ([private endpoints](https://cloud.google.com/sdk/gcloud/reference/topic/configurations#api_endpoint_overrides)).
//!
//! Tokens are sent there, so an address is https, or http to this machine alone. A credential
//! file chooses where tokens are exchanged, so that has to be Google's own host, or one that the
//! user names.

use url::{Host, Url};

use super::Options;
use crate::environment::Environment;
use crate::error::Error;

/// The addresses of the services that a check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) resource_manager: Url,
    pub(super) iam: Url,
    pub(super) run: Url,
    /// The JSON API of Cloud Storage, with its path.
    pub(super) storage: Url,
    pub(super) service_usage: Url,
    /// Where service accounts are impersonated.
    pub(super) credentials: Url,
    /// The same, where the user says so: it wins over what a credential file names.
    pub(super) credentials_override: Option<Url>,
    /// Where tokens of other clouds are exchanged, where the user says so.
    pub(super) federation_override: Option<Url>,
    /// Where tokens are exchanged; `None` for what the credential itself says.
    pub(super) token: Option<Url>,
    /// The metadata server, and whether it is asked at all.
    pub(super) metadata: Option<Url>,
    universe: String,
    trusted: Vec<String>,
}

/// Google's own token endpoint.
pub(super) const TOKEN: &str = "https://oauth2.googleapis.com/token";

/// The public cloud's domain; others are called
/// [universes](https://cloud.google.com/docs/overview#universe-domain).
const GOOGLE: &str = "googleapis.com";

impl Endpoints {
    /// Reads gcloud's variables.
    ///
    /// # Errors
    ///
    /// A variable that holds no address, or one to which a token must not be sent.
    pub(super) fn read(options: &Options, environment: &Environment) -> Result<Self, Error> {
        const UNIVERSE: &str = "GOOGLE_CLOUD_UNIVERSE_DOMAIN";
        let universe = match &options.universe_domain {
            Some(domain) => host_name(domain, "--universe-domain")?,
            None => match environment.get(UNIVERSE) {
                Some(domain) => host_name(domain, UNIVERSE)?,
                None => GOOGLE.to_owned(),
            },
        };
        let trusted = options
            .allow_token_hosts
            .iter()
            .map(|host| host_name(host, "--allow-token-host"))
            .collect::<Result<_, _>>()?;
        let service = |variable: &str, name: &str, path: &str| {
            let default = format!("https://{name}.{universe}/{path}");
            service(environment, variable, &default, path)
        };
        let overridden = |variable: &str| -> Result<Option<Url>, Error> {
            let name = format!("{OVERRIDES}{variable}");
            environment
                .get(&name)
                .map(|text| folder(safe(text, &name)?, ""))
                .transpose()
        };
        Ok(Self {
            resource_manager: service("CLOUDRESOURCEMANAGER", "cloudresourcemanager", "")?,
            iam: service("IAM", "iam", "")?,
            run: service("RUN", "run", "")?,
            storage: service("STORAGE", "storage", "storage/v1/")?,
            service_usage: service("SERVICEUSAGE", "serviceusage", "")?,
            credentials: service("IAMCREDENTIALS", "iamcredentials", "")?,
            credentials_override: overridden("IAMCREDENTIALS")?,
            federation_override: overridden("STS")?,
            token: environment
                .get("CLOUDSDK_AUTH_TOKEN_HOST")
                .map(|text| safe(text, "CLOUDSDK_AUTH_TOKEN_HOST"))
                .transpose()?,
            metadata: metadata(environment)?,
            universe,
            trusted,
        })
    }

    /// Reads an address that a credential file names, to which a key's assertion or a token goes.
    ///
    /// # Errors
    ///
    /// It is no address, is not encrypted, or belongs to a host that is neither Google's nor
    /// named by the user.
    pub(super) fn token_address(&self, text: &str, source: &str) -> Result<Url, Error> {
        let url = safe(text, source)?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let below = |domain: &str| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        if is_loopback(&url)
            || host == "accounts.google.com"
            || below(GOOGLE)
            || below(&self.universe)
            || self.trusted.contains(&host)
        {
            return Ok(url);
        }
        Err(Error::call(format!(
            "{source} leads to {host}, which is not Google's: nothing was sent there"
        ))
        .hint("do not use credentials from a source that you do not trust; if you trust this host, say so with --allow-token-host"))
    }

    /// Holds the universe that a credential file names to the one that the user means.
    ///
    /// # Errors
    ///
    /// They differ.
    pub(super) fn expect_universe(&self, named: Option<&str>, source: &str) -> Result<(), Error> {
        match named.map(str::trim).filter(|named| !named.is_empty()) {
            Some(named) if !named.eq_ignore_ascii_case(&self.universe) => Err(Error::call(format!(
                "the credentials in {source} belong to the universe domain {:?}, and the check asks {}",
                crate::text::one_line(named),
                self.universe
            ))
            .hint("if that is meant, say so with --universe-domain or GOOGLE_CLOUD_UNIVERSE_DOMAIN")),
            _ => Ok(()),
        }
    }
}

const OVERRIDES: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";

fn service(
    environment: &Environment,
    variable: &str,
    default: &str,
    path: &str,
) -> Result<Url, Error> {
    let name = format!("{OVERRIDES}{variable}");
    match environment.get(&name) {
        Some(text) => folder(safe(text, &name)?, path),
        None => safe(default, &name),
    }
}

/// Paths are joined behind an address, and a join replaces what stands behind the last slash.
fn folder(mut url: Url, path: &str) -> Result<Url, Error> {
    if url.path() == "/" && !path.is_empty() {
        url.set_path(path);
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// The metadata server, in the variables of Google's own libraries
/// ([reference](https://cloud.google.com/docs/authentication/application-default-credentials#attached-sa)).
fn metadata(environment: &Environment) -> Result<Option<Url>, Error> {
    const HOST: &str = "GCE_METADATA_HOST";
    let off = environment
        .get("NO_GCE_CHECK")
        .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
    if off {
        return Ok(None);
    }
    let host = environment.get(HOST).unwrap_or("metadata.google.internal");
    let url = Url::parse(&format!("http://{host}/"))
        .ok()
        .filter(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
    url.map(Some).ok_or_else(|| {
        Error::call(format!("{HOST} is no host"))
            .hint("give a host name or address, with or without a port")
    })
}

fn host_name(text: &str, source: &str) -> Result<String, Error> {
    let host = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let parsed = Url::parse(&format!("https://{host}/")).ok();
    let plain = parsed.is_some_and(|url| {
        url.host_str() == Some(host.as_str()) && url.port().is_none() && host.contains('.')
    });
    if plain {
        return Ok(host);
    }
    Err(Error::call(format!("{source} is no host name"))
        .hint("give a bare name such as sts.example.com, without https:// and without a port"))
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
