//! Puts the AWS client on top of the program's one HTTP client.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use crate::http::{Http, HttpError, Request};

/// The AWS client's view of [`Http`].
#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: Http,
    time: Option<Duration>,
    answers: Answers,
}

/// What kind of answers a client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// XML documents, as IAM and STS send them.
    Xml,
    /// Whatever a source of credentials sends.
    Any,
}

impl Transport {
    /// For the clients of IAM and STS.
    pub(super) const fn of_services(http: Http) -> Self {
        Self {
            http,
            time: None,
            answers: Answers::Xml,
        }
    }

    /// For sources of credentials, which speak other protocols too.
    pub(super) const fn of_credentials(http: Http) -> Self {
        Self {
            http,
            time: None,
            answers: Answers::Any,
        }
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let time = match (settings.connect_timeout(), settings.read_timeout()) {
            (Some(connect), Some(read)) => Some(connect.saturating_add(read)),
            (connect, read) => read.or(connect),
        };
        SharedHttpConnector::new(Self {
            time,
            ..self.clone()
        })
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self {
            http,
            time,
            answers,
        } = self.clone();
        HttpConnectorFuture::new(async move {
            let send = send(&http, request, answers);
            match time {
                None => send.await,
                Some(time) => tokio::time::timeout(time, send)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
            }
        })
    }
}

async fn send(
    http: &Http,
    request: HttpRequest,
    answers: Answers,
) -> Result<HttpResponse, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    // All requests that are made here have their body in memory.
    let host = parts.uri.host().unwrap_or_default().to_owned();
    let body = body
        .bytes()
        .map(bytes::Bytes::copy_from_slice)
        .unwrap_or_default();
    let response = http
        .send(Request {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: body.clone(),
        })
        .await
        .map_err(|error| match error {
            HttpError::Timeout { .. } => ConnectorError::timeout(error.into()),
            HttpError::Connect { .. } | HttpError::Broken { .. } | HttpError::Cut { .. } => {
                ConnectorError::io(error.into())
            }
            HttpError::TooLarge { .. }
            | HttpError::Address { .. }
            | HttpError::Interrupted { .. } => ConnectorError::user(error.into()),
        })?;
    let is_fit = |root: &[u8]| !is_another_list(&body, root);
    if answers == Answers::Xml
        && response.status.is_success()
        && !root_of_whole(&response.body).is_some_and(is_fit)
    {
        return Err(ConnectorError::io(HttpError::Cut { host }.into()));
    }
    let status = StatusCode::try_from(response.status.as_u16())
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut answer = HttpResponse::new(status, SdkBody::from(response.body));
    for (name, value) in &response.headers {
        // A header that is not text carries nothing that the client reads.
        if let Ok(value) = value.to_str() {
            answer
                .headers_mut()
                .append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(answer)
}

/// Whether a list was asked for and something else came.
///
/// The SDK does not mind: to it, any other document is an empty list, and nobody would know of the
/// policies that should have been in it.
fn is_another_list(asked: &[u8], root: &[u8]) -> bool {
    let action = asked
        .split(|byte| *byte == b'&')
        .find_map(|parameter| parameter.strip_prefix(b"Action="));
    action.is_some_and(|action| {
        action.starts_with(b"List") && root.strip_suffix(b"Response") != Some(action)
    })
}

/// The name of the root element of an XML document that goes to its end.
///
/// The SDK does not mind: what is cut off silently becomes a default, so that a cut list reads as
/// a whole one.
fn root_of_whole(body: &[u8]) -> Option<&[u8]> {
    let body = body.trim_ascii();
    let end = body
        .strip_suffix(b">")
        .and_then(|body| body.get(body.iter().rposition(|byte| *byte == b'<')?..))
        .and_then(|tag| tag.strip_prefix(b"</"))?;
    let mut rest = body;
    // The prologue and comments stand before the root element.
    while let Some(start) = rest.iter().position(|byte| *byte == b'<') {
        let tag = rest.get(start + 1..)?;
        if matches!(tag.first(), Some(b'?' | b'!')) {
            rest = tag;
            continue;
        }
        let name = tag
            .split(|byte| matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace())
            .next()
            .unwrap_or_default();
        return (!name.is_empty() && name == end.trim_ascii()).then_some(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{is_another_list, root_of_whole};

    fn is_whole(document: &[u8]) -> bool {
        root_of_whole(document).is_some()
    }

    #[test]
    fn only_a_document_with_its_last_tag_is_whole() {
        for whole in [
            "<a><b/></a>",
            "<?xml version=\"1.0\"?>\n<a xmlns=\"x\">1</a>\n",
            "<!-- c --><a></a >",
        ] {
            assert!(is_whole(whole.as_bytes()), "{whole}");
        }
        let document = "<?xml version=\"1.0\"?><a><c>1</c><a2></a2></a>";
        assert!(is_whole(document.as_bytes()));
        for end in 0..document.len() {
            let cut = document.get(..end).unwrap_or_default();
            assert!(!is_whole(cut.as_bytes()), "{cut}");
        }
        assert!(!is_whole(b"{}"));
    }

    #[test]
    fn a_list_is_answered_by_that_list() {
        let asked = b"Action=ListUserPolicies&Version=2010-05-08&UserName=x";
        assert!(!is_another_list(asked, b"ListUserPoliciesResponse"));
        for root in [&b"html"[..], b"ListUsersResponse", b"ListUserPolicies", b""] {
            assert!(is_another_list(asked, root));
        }
        // What else is asked for shows by itself when it is not there.
        assert!(!is_another_list(
            b"Action=GetUser&Version=2010-05-08",
            b"html"
        ));
    }
}
