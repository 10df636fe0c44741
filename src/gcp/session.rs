//! Calls with an access token, all of them over before the same moment.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::endpoints::Endpoints;
use super::failure::{Failed, garbled, understand, unreachable};
use super::retry::send;
use super::token::Token;
use crate::http::{Http, HttpError, Request, Response};

/// What every call needs.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) http: Http,
    pub(super) endpoints: Endpoints,
    pub(super) deadline: Instant,
    /// The project, by id or number.
    pub(super) project: String,
    pub(super) token: Token,
}

/// What a call is about, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct What<'a> {
    /// The call, such as `testIamPermissions`.
    pub(super) call: &'a str,
    /// The resource, such as `project my-project`.
    pub(super) place: &'a str,
}

impl Session {
    /// `GET`.
    pub(super) async fn get(&self, url: &Url) -> Result<Response, HttpError> {
        self.send(Method::GET, url, None).await
    }

    /// `POST` with a JSON body.
    pub(super) async fn post(&self, url: &Url, body: &Value) -> Result<Response, HttpError> {
        self.send(Method::POST, url, Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Response, HttpError> {
        let address = |detail: String| HttpError::Address {
            uri: url.to_string(),
            detail,
        };
        let uri: Uri = url
            .as_str()
            .parse()
            .map_err(|error: http::uri::InvalidUri| address(error.to_string()))?;
        let mut headers = HeaderMap::new();
        let bearer = HeaderValue::from_str(&self.token.bearer())
            .map_err(|_| address("the access token can't be sent".to_owned()))?;
        headers.insert(header::AUTHORIZATION, bearer);
        let body = match body {
            None => Bytes::new(),
            Some(body) => {
                headers.insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                );
                Bytes::from(body.to_string())
            }
        };
        let request = Request {
            method,
            uri,
            headers,
            body,
        };
        send(&self.http, request, self.deadline).await
    }

    /// `GET`, and the answer read as what it should be.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        url: &Url,
        what: What<'_>,
    ) -> Result<T, Failed> {
        read(self.get(url).await, what).map_err(|failed| failed.without(self.token.secret()))
    }
}

/// Reads an answer as what it should be.
pub(super) fn read<T: DeserializeOwned>(
    answer: Result<Response, HttpError>,
    what: What<'_>,
) -> Result<T, Failed> {
    let response = answer.map_err(|error| unreachable(&error))?;
    if response.status != StatusCode::OK {
        return Err(understand(what, &response));
    }
    serde_json::from_slice(&response.body).map_err(|_| garbled(what.call, "can't be read"))
}
