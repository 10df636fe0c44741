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
}

impl Transport {
    pub(super) const fn new(http: Http) -> Self {
        Self { http, time: None }
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
            http: self.http.clone(),
            time,
        })
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.http.clone();
        let time = self.time;
        HttpConnectorFuture::new(async move {
            let send = send(&http, request);
            match time {
                None => send.await,
                Some(time) => tokio::time::timeout(time, send)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
            }
        })
    }
}

async fn send(http: &Http, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    // All requests that are made here have their body in memory.
    let body = body
        .bytes()
        .map(bytes::Bytes::copy_from_slice)
        .unwrap_or_default();
    let response = http
        .send(Request {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        })
        .await
        .map_err(|error| match error {
            HttpError::Timeout { .. } => ConnectorError::timeout(error.into()),
            HttpError::Connect { .. } | HttpError::Broken { .. } => {
                ConnectorError::io(error.into())
            }
            HttpError::TooLarge { .. } | HttpError::Address { .. } => {
                ConnectorError::user(error.into())
            }
        })?;
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
