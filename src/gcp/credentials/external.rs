//! Workload identity federation: the files of identities that live outside of Google Cloud
//! ([AIP-4117](https://google.aip.dev/auth/4117)).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::file::{impersonation, wrong};
use super::{Credential, Impersonation};
use crate::error::Error;
use crate::gcp::endpoints::Endpoints;

/// An identity from outside, and how to show it to Google.
pub(in crate::gcp) struct ExternalAccount {
    /// The provider.
    pub(in crate::gcp) audience: String,
    pub(in crate::gcp) subject_token_type: String,
    pub(in crate::gcp) token_url: Url,
    pub(in crate::gcp) source: SubjectSource,
    /// The project that workforce logins are counted for.
    pub(in crate::gcp) workforce_project: Option<String>,
    /// Identity and secret of an OAuth client, where the exchange wants one.
    pub(in crate::gcp) client: Option<(String, String)>,
}

/// Where the token of the other side comes from.
pub(in crate::gcp) enum SubjectSource {
    /// A file that somebody keeps up to date.
    File {
        /// Its path.
        path: PathBuf,
        /// What it holds.
        format: Format,
    },
    /// An address, as GitHub offers it to its workflows.
    Url {
        /// The address: foreign by nature.
        url: Url,
        /// The headers that the file gives for it, and no others. They are secrets.
        headers: BTreeMap<String, String>,
        /// What it answers.
        format: Format,
    },
}

impl fmt::Debug for SubjectSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SubjectSource(..)")
    }
}

/// What a source of subject tokens holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gcp) enum Format {
    /// The token alone.
    Text,
    /// A JSON object with the token in this field.
    Json(String),
}

#[derive(Deserialize)]
pub(super) struct ExternalFile {
    audience: String,
    subject_token_type: String,
    token_url: String,
    credential_source: Value,
    service_account_impersonation_url: Option<String>,
    workforce_pool_user_project: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Checks a federation file, and every address in it, before anything is sent.
pub(super) fn external_account(
    file: ExternalFile,
    place: &str,
    endpoints: &Endpoints,
) -> Result<Credential, Error> {
    let source = source(&file.credential_source, place)?;
    let named = endpoints.token_address(&file.token_url, &format!("token_url in {place}"))?;
    let token_url = match &endpoints.federation_override {
        Some(base) => base
            .join("v1/token")
            .map_err(|error| wrong(place, &error.to_string()))?,
        None => named,
    };
    let target: Option<Impersonation> = file
        .service_account_impersonation_url
        .filter(|url| !url.is_empty())
        .map(|url| impersonation(&url, Vec::new(), place, endpoints))
        .transpose()?;
    let account = Credential::External(Box::new(ExternalAccount {
        audience: file.audience,
        subject_token_type: file.subject_token_type,
        token_url,
        source,
        workforce_project: file.workforce_pool_user_project,
        client: file.client_id.zip(file.client_secret),
    }));
    Ok(match target {
        Some(target) => Credential::Impersonated(Box::new(account), target),
        None => account,
    })
}

fn source(source: &Value, place: &str) -> Result<SubjectSource, Error> {
    let text = |field: &str| source.get(field).and_then(Value::as_str);
    let unsupported = |kind: &str| {
        Error::call(format!(
            "the credentials in {place} get their subject token from {kind}, which is not supported"
        ))
        .hint("get an access token with `gcloud auth print-access-token` and give it to --access-token-file")
    };
    if source.get("executable").is_some() {
        return Err(unsupported("an executable"));
    }
    if source.get("certificate").is_some() {
        return Err(unsupported("a certificate"));
    }
    if text("environment_id").is_some_and(|id| id.starts_with("aws")) {
        return Err(unsupported("AWS"));
    }
    let format = format(source.get("format"), place)?;
    if let Some(path) = text("file") {
        return Ok(SubjectSource::File {
            path: PathBuf::from(path),
            format,
        });
    }
    let Some(address) = text("url") else {
        return Err(wrong(
            place,
            "credential_source names neither a file nor a url",
        ));
    };
    // The address can hold a secret, so it is not quoted.
    let url = Url::parse(address.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .ok_or_else(|| wrong(place, "the url of credential_source is no http address"))?;
    let headers = match source.get("headers") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(headers) => serde_json::from_value(headers.clone())
            .map_err(|_| wrong(place, "the headers of credential_source are not texts"))?,
    };
    Ok(SubjectSource::Url {
        url,
        headers,
        format,
    })
}

fn format(format: Option<&Value>, place: &str) -> Result<Format, Error> {
    let Some(format) = format.filter(|format| !format.is_null()) else {
        return Ok(Format::Text);
    };
    let text = |field: &str| format.get(field).and_then(Value::as_str);
    match text("type") {
        None | Some("text" | "") => Ok(Format::Text),
        Some("json") => text("subject_token_field_name")
            .filter(|field| !field.is_empty())
            .map(|field| Format::Json(field.to_owned()))
            .ok_or_else(|| {
                wrong(
                    place,
                    "the format of credential_source lacks subject_token_field_name",
                )
            }),
        Some(_) => Err(wrong(
            place,
            "the format of credential_source is neither text nor json",
        )),
    }
}
