//! Which Google Cloud credentials are used: what was typed, Remotion's own variables, then what
//! gcloud and Google's libraries look for
//! ([their order](https://cloud.google.com/docs/authentication/application-default-credentials)).

mod external;
mod file;

use std::fmt;
use std::path::{Path, PathBuf};

use yup_oauth2::ServiceAccountKey;
use yup_oauth2::authorized_user::AuthorizedUserSecret;

use super::Options;
use super::endpoints::Endpoints;
use super::token::Token;
use crate::environment::Environment;
use crate::error::Error;

pub(super) use external::{ExternalAccount, Format, SubjectSource};
pub(super) use file::read_bounded;

/// Credentials that were found. They print no secret.
pub(super) struct Found {
    pub(super) credential: Credential,
    /// How they were found, never their content.
    pub(super) source: String,
    pub(super) notes: Vec<String>,
}

/// The kinds of credentials.
pub(super) enum Credential {
    /// An access token that somebody else made.
    Token(Token),
    /// The private key of a service account.
    ServiceAccount(Box<ServiceAccountKey>),
    /// The login of a person.
    AuthorizedUser(AuthorizedUserSecret),
    /// An identity of another cloud or of a CI service.
    External(Box<ExternalAccount>),
    /// A service account, by way of another identity.
    Impersonated(Box<Credential>, Impersonation),
    /// The machine's own service account.
    Metadata,
}

/// A service account that another identity speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Impersonation {
    /// The account.
    pub(super) email: String,
    /// The accounts in between, each of which may make tokens for the next.
    pub(super) delegates: Vec<String>,
    /// The method's full address.
    pub(super) url: url::Url,
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind())
    }
}

impl Credential {
    /// The kind, for people.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Token(_) => "access token",
            Self::ServiceAccount(_) => "service account key",
            Self::AuthorizedUser(_) => "user login",
            Self::External(_) => "workload identity federation",
            Self::Impersonated(..) => "impersonated service account",
            Self::Metadata => "metadata server",
        }
    }

    /// The identity that the credential claims to be.
    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(key) => Some(&key.client_email),
            Self::Impersonated(_, impersonation) => Some(&impersonation.email),
            Self::Token(_) | Self::AuthorizedUser(_) | Self::External(_) | Self::Metadata => None,
        }
    }

    /// The project that the credential belongs to.
    pub(super) fn project(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(key) => key.project_id.as_deref(),
            Self::Impersonated(source, impersonation) => {
                project_of(&impersonation.email).or_else(|| source.project())
            }
            Self::Token(_) | Self::AuthorizedUser(_) | Self::External(_) | Self::Metadata => None,
        }
    }
}

/// The project that a service account lives in, by its email.
pub(super) fn project_of(email: &str) -> Option<&str> {
    let (_, domain) = email.split_once('@')?;
    domain.strip_suffix(".iam.gserviceaccount.com")
}

/// Whether an email is one of a service account.
pub(super) fn is_service_account(email: &str) -> bool {
    email.to_ascii_lowercase().ends_with(".gserviceaccount.com")
}

/// The name of the file that gcloud writes.
const WELL_KNOWN: &str = "application_default_credentials.json";

/// Finds credentials; the first that is there.
///
/// # Errors
///
/// A file or variable that can't be read or holds no credentials (call), or no credentials at
/// all (world).
pub(super) fn find(
    options: &Options,
    environment: &Environment,
    endpoints: &Endpoints,
) -> Result<Found, Error> {
    let mut found = first(options, environment, endpoints)?;
    if let Some((target, delegates)) = options.impersonate.split_last() {
        for email in &options.impersonate {
            if !is_service_account(email) || email.contains(['/', '?', '#', '%', ':', ' ']) {
                return Err(Error::call(format!(
                    "{:?} for --impersonate-service-account is no service account's email",
                    crate::text::one_line(email)
                ))
                .hint("it ends with .gserviceaccount.com"));
            }
        }
        let impersonation = Impersonation {
            email: target.clone(),
            delegates: delegates
                .iter()
                .map(|email| format!("projects/-/serviceAccounts/{email}"))
                .collect(),
            url: file::impersonation_address(&endpoints.credentials, target)?,
        };
        found.source = format!("{target}, impersonated by {}", found.source);
        found.credential = Credential::Impersonated(Box::new(found.credential), impersonation);
    }
    Ok(found)
}

fn first(
    options: &Options,
    environment: &Environment,
    endpoints: &Endpoints,
) -> Result<Found, Error> {
    if let Some(path) = &options.access_token_file {
        let place = format!("{} (--access-token-file)", path.display());
        let bytes = read_bounded(path).map_err(|what| {
            Error::call(format!("can't read the access token in {place}: {what}"))
                .hint("give a file that holds an access token and nothing else")
        })?;
        return token(&String::from_utf8_lossy(&bytes), &place);
    }
    if let Some(path) = &options.credentials {
        return file::from_file(path, "--credentials", endpoints);
    }
    if let Some(found) = remotion(environment, endpoints)? {
        return Ok(found);
    }
    // gcloud's own variable, and the one that Terraform made known.
    for name in ["CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"] {
        if let Some((text, origin)) = environment.find(name) {
            return token(text, &format!("{name} ({origin})"));
        }
    }
    if let Some(path) = environment.get("GOOGLE_APPLICATION_CREDENTIALS") {
        return file::from_file(Path::new(path), "GOOGLE_APPLICATION_CREDENTIALS", endpoints);
    }
    if let Some(path) = well_known(environment).filter(|path| path.is_file()) {
        return file::from_file(&path, "gcloud's application default credentials", endpoints);
    }
    if let Some(url) = &endpoints.metadata {
        return Ok(Found {
            credential: Credential::Metadata,
            source: format!("the metadata server {}", url.host_str().unwrap_or_default()),
            notes: Vec::new(),
        });
    }
    Err(none_found())
}

/// Nothing is there to sign in with.
pub(super) fn none_found() -> Error {
    Error::world("no Google Cloud credentials were found").hint(
        "set REMOTION_GCP_CLIENT_EMAIL and REMOTION_GCP_PRIVATE_KEY, give a key with --credentials, or run `gcloud auth application-default login`",
    )
}

fn token(text: &str, place: &str) -> Result<Found, Error> {
    let token = Token::new(text.trim()).ok_or_else(|| {
        Error::call(format!("{place} holds no access token"))
            .hint("an access token is one line, as `gcloud auth print-access-token` prints it")
    })?;
    Ok(Found {
        credential: Credential::Token(token),
        source: place.to_owned(),
        notes: Vec::new(),
    })
}

/// Where gcloud keeps the file on each platform.
fn well_known(environment: &Environment) -> Option<PathBuf> {
    let folder = match environment.get("CLOUDSDK_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(windows) => Path::new(environment.get("APPDATA")?).join("gcloud"),
        None => environment.home()?.join(".config/gcloud"),
    };
    Some(folder.join(WELL_KNOWN))
}

/// Remotion's own variables, where the email and the key are both set.
fn remotion(environment: &Environment, endpoints: &Endpoints) -> Result<Option<Found>, Error> {
    const EMAIL: &str = "REMOTION_GCP_CLIENT_EMAIL";
    const KEY: &str = "REMOTION_GCP_PRIVATE_KEY";
    let (Some((email, _)), Some((key, origin))) = (environment.find(EMAIL), environment.find(KEY))
    else {
        return Ok(None);
    };
    let mut notes = Vec::new();
    let private_key = if key.contains("\\n") {
        notes.push(format!(
            "{KEY} holds \\n as two characters: it was repaired here, but Remotion itself will fail; in .env put the key in double quotes"
        ));
        key.replace("\\r", "").replace("\\n", "\n")
    } else {
        key.to_owned()
    };
    let key = file::service_account_key(
        file::ServiceAccountFile {
            client_email: email.to_owned(),
            private_key,
            private_key_id: None,
            project_id: environment
                .get("REMOTION_GCP_PROJECT_ID")
                .map(ToOwned::to_owned),
            token_uri: None,
        },
        KEY,
        endpoints,
    )?;
    Ok(Some(Found {
        credential: key,
        source: format!("{EMAIL} and {KEY} ({origin})"),
        notes,
    }))
}
