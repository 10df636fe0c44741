//! Reads a credential file and branches on its type
//! ([kinds](https://cloud.google.com/docs/authentication/client-libraries#json-credentials)).

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;
use yup_oauth2::ServiceAccountKey;
use yup_oauth2::authorized_user::AuthorizedUserSecret;

use super::external::{ExternalFile, external_account};
use super::{Credential, Found, Impersonation};
use crate::error::Error;
use crate::gcp::endpoints::{Endpoints, TOKEN};
use crate::input::{self, Unreadable};

/// A credential file has a few kilobytes.
const LARGEST: u64 = 1;

#[derive(Deserialize)]
struct KindOfFile {
    r#type: String,
    universe_domain: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ServiceAccountFile {
    pub(super) client_email: String,
    pub(super) private_key: String,
    pub(super) private_key_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) token_uri: Option<String>,
}

#[derive(Deserialize)]
struct AuthorizedUserFile {
    client_id: String,
    client_secret: String,
    refresh_token: String,
}

#[derive(Deserialize)]
struct ImpersonatedFile<'a> {
    service_account_impersonation_url: String,
    #[serde(default)]
    delegates: Option<Vec<String>>,
    #[serde(borrow)]
    source_credentials: &'a RawValue,
}

/// Reads a whole small file.
pub(in crate::gcp) fn read_bounded(path: &Path) -> Result<Vec<u8>, Unreadable> {
    input::file(path, LARGEST)
}

pub(super) fn wrong(place: &str, what: &str) -> Error {
    Error::call(format!("can't read the credentials in {place}: {what}")).hint(
        "give the JSON file of a service account's key, of workload identity federation, or the one that `gcloud auth application-default login` writes",
    )
}

/// Reads a credential file.
///
/// # Errors
///
/// It can't be read, holds no credentials of a known kind, or leads somewhere it should not.
pub(super) fn from_file(path: &Path, how: &str, endpoints: &Endpoints) -> Result<Found, Error> {
    let place = format!("{} ({how})", path.display());
    let bytes = read_bounded(path).map_err(|error| wrong(&place, &error.to_string()))?;
    Ok(Found {
        credential: parse(&bytes, &place, endpoints, true)?,
        source: place,
        notes: Vec::new(),
    })
}

fn parse(
    bytes: &[u8],
    place: &str,
    endpoints: &Endpoints,
    may_impersonate: bool,
) -> Result<Credential, Error> {
    // The parser's own message can quote a value, and every value here can be a secret.
    let unreadable = |error: serde_json::Error| {
        wrong(
            place,
            &format!(
                "line {}, column {} is not as it should be",
                error.line(),
                error.column()
            ),
        )
    };
    let kind: KindOfFile = serde_json::from_slice(bytes).map_err(unreadable)?;
    endpoints.expect_universe(kind.universe_domain.as_deref(), place)?;
    match kind.r#type.as_str() {
        "service_account" => {
            let file = serde_json::from_slice(bytes).map_err(unreadable)?;
            service_account_key(file, place, endpoints)
        }
        "authorized_user" => {
            let file: AuthorizedUserFile = serde_json::from_slice(bytes).map_err(unreadable)?;
            Ok(Credential::AuthorizedUser(AuthorizedUserSecret {
                client_id: file.client_id,
                client_secret: file.client_secret,
                refresh_token: file.refresh_token,
                key_type: kind.r#type,
            }))
        }
        "external_account" => {
            let file: ExternalFile = serde_json::from_slice(bytes).map_err(unreadable)?;
            external_account(file, place, endpoints)
        }
        "impersonated_service_account" if may_impersonate => {
            let file: ImpersonatedFile<'_> = serde_json::from_slice(bytes).map_err(unreadable)?;
            let source = parse(
                file.source_credentials.get().as_bytes(),
                &format!("source_credentials of {place}"),
                endpoints,
                false,
            )?;
            let impersonation = impersonation(
                &file.service_account_impersonation_url,
                file.delegates.unwrap_or_default(),
                place,
                endpoints,
            )?;
            Ok(Credential::Impersonated(Box::new(source), impersonation))
        }
        "external_account_authorized_user" | "gdch_service_account" => Err(wrong(
            place,
            &format!("credentials of the type {} are not supported", kind.r#type),
        )),
        _ => Err(wrong(place, "its type is no known kind of credentials")),
    }
}

/// Checks a key and the address that it names before anything is signed or sent.
pub(super) fn service_account_key(
    file: ServiceAccountFile,
    place: &str,
    endpoints: &Endpoints,
) -> Result<Credential, Error> {
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
    let url = endpoints.token_address(&token_uri, &format!("token_uri in {place}"))?;
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

/// An impersonation as a file names it.
pub(super) fn impersonation(
    address: &str,
    delegates: Vec<String>,
    place: &str,
    endpoints: &Endpoints,
) -> Result<Impersonation, Error> {
    let source = format!("service_account_impersonation_url in {place}");
    let url = endpoints.token_address(address, &source)?;
    let email = url
        .path()
        .rsplit('/')
        .next()
        .and_then(|last| last.strip_suffix(":generateAccessToken"))
        .map(|email| email.replace("%40", "@"))
        .filter(|email| super::is_service_account(email))
        .ok_or_else(|| {
            wrong(
                place,
                "service_account_impersonation_url names no service account",
            )
        })?;
    let url = match &endpoints.credentials_override {
        Some(base) => impersonation_address(base, &email)?,
        None => url,
    };
    Ok(Impersonation {
        email,
        delegates,
        url,
    })
}

/// Where a token of a service account is made
/// ([reference](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken)).
pub(super) fn impersonation_address(base: &Url, email: &str) -> Result<Url, Error> {
    base.join(&format!(
        "v1/projects/-/serviceAccounts/{email}:generateAccessToken"
    ))
    .map_err(|error| Error::call(format!("{email:?} can't be impersonated: {error}")))
}
