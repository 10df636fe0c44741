//! Shows a token of another side to Google's security token service
//! ([reference](https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token),
//! [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)).

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::{SCOPES, Token, refused, secret_header};
use crate::gcp::credentials::{ExternalAccount, Format, SubjectSource, read_bounded};
use crate::gcp::failure::{Failed, unreachable};
use crate::gcp::retry::send;
use crate::http::{Http, Request};
use crate::verdict::Why;

#[derive(Deserialize)]
struct Exchanged {
    access_token: String,
}

/// Exchanges the subject token of a federation file.
pub(super) async fn exchange(
    account: &ExternalAccount,
    http: &Http,
    deadline: Instant,
) -> Result<Token, Failed> {
    let subject = subject_token(&account.source, http, deadline).await?;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair(
        "grant_type",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    )
    .append_pair("audience", &account.audience)
    .append_pair("scope", &SCOPES.join(" "))
    .append_pair(
        "requested_token_type",
        "urn:ietf:params:oauth:token-type:access_token",
    )
    .append_pair("subject_token", subject.secret())
    .append_pair("subject_token_type", &account.subject_token_type);
    if let Some(project) = &account.workforce_project {
        let options = serde_json::json!({ "userProject": project });
        form.append_pair("options", &options.to_string());
    }
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if let Some((id, secret)) = &account.client {
        let basic = format!("Basic {}", base64(format!("{id}:{secret}").as_bytes()));
        if let Some(value) = secret_header(&basic) {
            headers.insert(header::AUTHORIZATION, value);
        }
    }
    let uri: Uri = account
        .token_url
        .as_str()
        .parse()
        .map_err(|_| no_subject("the token_url can't be asked"))?;
    let body = Bytes::from(form.finish());
    let request = Request {
        method: Method::POST,
        uri,
        headers,
        body: body.clone(),
    };
    let answer = send(http, request, deadline).await;
    if let Ok(response) = &answer
        && response.status == StatusCode::OK
        && let Ok(exchanged) = serde_json::from_slice::<Exchanged>(&response.body)
        && let Some(token) = Token::new(&exchanged.access_token)
    {
        return Ok(token);
    }
    Err(refused("the security token service", &body, answer))
}

/// Reads the token of the other side.
async fn subject_token(
    source: &SubjectSource,
    http: &Http,
    deadline: Instant,
) -> Result<Token, Failed> {
    let (bytes, format) = match source {
        SubjectSource::File { path, format } => {
            let bytes = read_bounded(path).map_err(|what| Failed {
                wrong_call: true,
                ..no_subject(&format!(
                    "the subject token in {} can't be read: {what}",
                    path.display()
                ))
            })?;
            (Bytes::from(bytes), format)
        }
        SubjectSource::Url {
            url,
            headers,
            format,
        } => {
            let uri: Uri = url
                .as_str()
                .parse()
                .map_err(|_| no_subject("the source of the subject token can't be asked"))?;
            let mut sent = HeaderMap::new();
            for (name, value) in headers {
                let pair = name.parse::<HeaderName>().ok().zip(secret_header(value));
                let Some((name, value)) = pair else {
                    return Err(no_subject(
                        "a header for the source of the subject token can't be sent",
                    ));
                };
                sent.insert(name, value);
            }
            let request = Request {
                method: Method::GET,
                uri,
                headers: sent,
                body: Bytes::new(),
            };
            let response = send(http, request, deadline)
                .await
                .map_err(|error| unreachable(&error))?;
            if response.status != StatusCode::OK {
                return Err(no_subject(&format!(
                    "the source of the subject token, {}, answered with HTTP {}",
                    url.host_str().unwrap_or_default(),
                    response.status.as_u16()
                )));
            }
            (response.body, format)
        }
    };
    let text = match format {
        Format::Text => String::from_utf8(bytes.to_vec()).ok(),
        Format::Json(field) => serde_json::from_slice::<Value>(&bytes)
            .ok()
            .and_then(|json| Some(json.get(field)?.as_str()?.to_owned())),
    };
    text.and_then(|text| Token::new(text.trim())).ok_or_else(|| {
        no_subject(match format {
            Format::Text => "the source of the subject token holds no token on a line of its own",
            Format::Json(_) => {
                "the source of the subject token holds no JSON with the token in the field that the credentials name"
            }
        })
    })
}

fn no_subject(detail: &str) -> Failed {
    Failed::new(
        Why::Credentials,
        detail,
        "look at credential_source in the credential file; in a CI job, check that the job may get an identity token",
    )
}

/// Base64 with padding ([RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let group = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for position in 0..4_usize {
            let shift = 18_u32.saturating_sub(6 * u32::try_from(position).unwrap_or_default());
            let index = usize::try_from((group >> shift) & 0x3f).unwrap_or_default();
            let letter = LETTERS.get(index).copied().unwrap_or(b'=');
            text.push(if position > chunk.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn encodes_as_the_standard_says() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
