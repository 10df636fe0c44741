//! Which Google Cloud credentials are used: `--credentials`, Remotion's three variables,
//! `GOOGLE_APPLICATION_CREDENTIALS`, then the file that `gcloud auth application-default login`
//! writes ([order of Google's libraries](https://cloud.google.com/docs/authentication/application-default-credentials)).

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yup_oauth2::ServiceAccountKey;
use yup_oauth2::authorized_user::AuthorizedUserSecret;

use super::Options;
use super::endpoints::{TOKEN, is_loopback, safe};
use crate::environment::Environment;
use crate::error::Error;

/// Credentials that were found. They print no secret.
pub(super) struct Found {
    pub(super) credential: Credential,
    /// How they were found, never their content.
    pub(super) source: String,
    pub(super) notes: Vec<String>,
}

/// The kinds of credentials.
pub(super) enum Credential {
    /// The private key of a service account.
    ServiceAccount(Box<ServiceAccountKey>),
    /// The login of a person.
    AuthorizedUser(AuthorizedUserSecret),
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ServiceAccount(_) => "ServiceAccount(..)",
            Self::AuthorizedUser(_) => "AuthorizedUser(..)",
        })
    }
}

impl Credential {
    /// The identity that the credential claims to be.
    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(key) => Some(&key.client_email),
            Self::AuthorizedUser(_) => None,
        }
    }

    /// The project that the credential belongs to.
    pub(super) fn project(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(key) => key.project_id.as_deref(),
            Self::AuthorizedUser(_) => None,
        }
    }
}

/// A credential file has a few kilobytes.
const LARGEST: u64 = 1024 * 1024;

/// The name of the file that gcloud writes.
const WELL_KNOWN: &str = "application_default_credentials.json";

/// Finds credentials.
///
/// # Errors
///
/// A file that can't be read or holds no credentials (call), or no credentials at all (world).
pub(super) fn find(options: &Options, environment: &Environment) -> Result<Found, Error> {
    if let Some(path) = &options.credentials {
        return from_file(path, "--credentials");
    }
    if let Some(found) = remotion(environment)? {
        return Ok(found);
    }
    if let Some(path) = environment.get("GOOGLE_APPLICATION_CREDENTIALS") {
        return from_file(Path::new(path), "GOOGLE_APPLICATION_CREDENTIALS");
    }
    if let Some(path) = well_known(environment).filter(|path| path.is_file()) {
        return from_file(&path, "gcloud's application default credentials");
    }
    Err(Error::world("no Google Cloud credentials were found").hint(
        "set REMOTION_GCP_CLIENT_EMAIL and REMOTION_GCP_PRIVATE_KEY, give a key with --credentials, or run `gcloud auth application-default login`",
    ))
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
fn remotion(environment: &Environment) -> Result<Option<Found>, Error> {
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
    let key = service_account_key(
        ServiceAccountFile {
            client_email: email.to_owned(),
            private_key,
            private_key_id: None,
            project_id: environment
                .get("REMOTION_GCP_PROJECT_ID")
                .map(ToOwned::to_owned),
            token_uri: None,
        },
        KEY,
    )?;
    Ok(Some(Found {
        credential: key,
        source: format!("{EMAIL} and {KEY} ({origin})"),
        notes,
    }))
}

#[derive(Deserialize)]
struct KindOfFile {
    r#type: String,
}

#[derive(Deserialize)]
struct ServiceAccountFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    project_id: Option<String>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct AuthorizedUserFile {
    client_id: String,
    client_secret: String,
    refresh_token: String,
}

/// Reads a credential file and branches on its type.
fn from_file(path: &Path, how: &str) -> Result<Found, Error> {
    let place = format!("{} ({how})", path.display());
    let wrong = |what: String| {
        Error::call(format!("can't read the credentials in {place}: {what}")).hint(
            "give the JSON file of a service account's key, or the one that `gcloud auth application-default login` writes",
        )
    };
    let metadata = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if metadata.is_dir() {
        return Err(wrong("it is a folder".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(wrong("it is larger than 1 MiB".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    // The parser's own message can quote a value, and every value here can be a secret.
    let unreadable = |error: serde_json::Error| {
        wrong(format!(
            "line {}, column {} is not as it should be",
            error.line(),
            error.column()
        ))
    };
    let kind: KindOfFile = serde_json::from_slice(&bytes).map_err(unreadable)?;
    let credential = match kind.r#type.as_str() {
        "service_account" => {
            let file = serde_json::from_slice(&bytes).map_err(unreadable)?;
            service_account_key(file, &place)?
        }
        "authorized_user" => {
            let file: AuthorizedUserFile = serde_json::from_slice(&bytes).map_err(unreadable)?;
            Credential::AuthorizedUser(AuthorizedUserSecret {
                client_id: file.client_id,
                client_secret: file.client_secret,
                refresh_token: file.refresh_token,
                key_type: kind.r#type,
            })
        }
        "external_account"
        | "impersonated_service_account"
        | "external_account_authorized_user"
        | "gdch_service_account" => {
            return Err(wrong(format!(
                "credentials of the type {} are not supported yet",
                kind.r#type
            )));
        }
        _ => return Err(wrong("its type is no known kind of credentials".to_owned())),
    };
    Ok(Found {
        credential,
        source: place,
        notes: Vec::new(),
    })
}

/// Checks a key and the address that it names before anything is signed or sent.
fn service_account_key(file: ServiceAccountFile, place: &str) -> Result<Credential, Error> {
    if !file.private_key.contains("-----BEGIN") || !file.private_key.trim().contains('\n') {
        return Err(
            Error::call(format!("the private key in {place} is not in PEM form")).hint(
                "take the key as Google's console gives it: with its BEGIN and END lines and its line breaks",
            ),
        );
    }
    if !file.client_email.contains('@') {
        return Err(Error::call(format!(
            "the service account's email in {place} is no email"
        ))
        .hint("it ends with .iam.gserviceaccount.com"));
    }
    let token_uri = file.token_uri.unwrap_or_else(|| TOKEN.to_owned());
    let url = safe(&token_uri, &format!("token_uri in {place}"))?;
    let host = url.host_str().unwrap_or_default();
    let googles = host == "accounts.google.com" || host.ends_with(".googleapis.com");
    if !(googles || is_loopback(&url)) {
        return Err(Error::call(format!(
            "the credentials in {place} want their tokens from {host}, which is not Google's"
        ))
        .hint("do not use credentials from a source that you do not trust"));
    }
    Ok(Credential::ServiceAccount(Box::new(ServiceAccountKey {
        key_type: Some("service_account".to_owned()),
        project_id: file.project_id,
        private_key_id: file.private_key_id,
        private_key: file.private_key,
        client_email: file.client_email,
        client_id: None,
        auth_uri: None,
        token_uri: url.to_string(),
        auth_provider_x509_cert_url: None,
        client_x509_cert_url: None,
    })))
}
