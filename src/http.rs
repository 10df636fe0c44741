//! The one HTTP client of the program: TLS, proxies, bounds and timeouts are decided here, for
//! both clouds and for their token endpoints alike.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, Uri};

use crate::error::Error;
use crate::interrupt::Interrupt;

/// No answer that is asked for here comes near this size; whatever is larger is not read.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The client. Cloning it shares its connections.
#[derive(Debug, Clone)]
pub struct Http {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    interrupt: Interrupt,
}

/// A request whose headers and body may hold secrets, so it prints neither.
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute address.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty where there is none.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.uri.host())
            .finish_non_exhaustive()
    }
}

/// A whole answer. Its body may hold a token, so it does not print it.
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection could be made, to the host or to the proxy in front of it.
    #[error("can't connect to {host}: {detail}")]
    Connect {
        /// The host.
        host: String,
        /// The innermost cause.
        detail: String,
    },
    /// The time was up.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// The connection broke, or the answer was not HTTP.
    #[error("the answer of {host} broke off: {detail}")]
    Broken {
        /// The host.
        host: String,
        /// The innermost cause.
        detail: String,
    },
    /// The answer is cut off, although the connection did not say so.
    #[error("the answer of {host} is cut off")]
    Cut {
        /// The host.
        host: String,
    },
    /// The run was interrupted.
    #[error("the run was interrupted before {host} answered")]
    Interrupted {
        /// The host.
        host: String,
    },
    /// The answer does not end.
    #[error("the answer of {host} is larger than {} MiB", LARGEST_BODY / 1024 / 1024)]
    TooLarge {
        /// The host.
        host: String,
    },
    /// The request can't be sent.
    #[error("the address {uri} can't be asked: {detail}")]
    Address {
        /// The address.
        uri: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl Http {
    /// A client that takes its proxy from the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`) and follows no redirect.
    ///
    /// # Errors
    ///
    /// The system's root certificates can't be loaded, or a proxy variable can't be read.
    pub fn new() -> Result<Self, Error> {
        // Where the program that embeds this crate has chosen a provider, that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("remperm/", env!("CARGO_PKG_VERSION")))
        };
        let wrong = |error: reqwest::Error| {
            Error::call(format!(
                "the HTTP client can't be set up: {}",
                innermost(&error)
            ))
            .hint("check the proxy variables and the system's certificates (SSL_CERT_FILE)")
        };
        Ok(Self {
            proxied: builder().build().map_err(wrong)?,
            direct: builder().no_proxy().build().map_err(wrong)?,
            interrupt: Interrupt::default(),
        })
    }

    /// The same client, whose requests all end when the run is interrupted.
    #[must_use]
    pub fn until(self, interrupt: &Interrupt) -> Self {
        Self {
            interrupt: interrupt.clone(),
            ..self
        }
    }

    /// Waits, but not beyond an interruption.
    pub async fn pause(&self, time: Duration) {
        tokio::select! {
            () = self.interrupt.wait() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// See [`HttpError`].
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let client = if link_local(request.uri.host().unwrap_or_default()) {
            &self.direct
        } else {
            &self.proxied
        };
        self.send_by(client, request).await
    }

    /// The same past every proxy, for services that are part of the machine itself.
    ///
    /// # Errors
    ///
    /// See [`HttpError`].
    pub async fn send_direct(&self, request: Request) -> Result<Response, HttpError> {
        self.send_by(&self.direct, request).await
    }

    async fn send_by(
        &self,
        client: &reqwest::Client,
        request: Request,
    ) -> Result<Response, HttpError> {
        let host = request.uri.host().unwrap_or_default().to_owned();
        tokio::select! {
            biased;
            () = self.interrupt.wait() => Err(HttpError::Interrupted { host }),
            answer = exchange(client, request) => answer,
        }
    }
}

/// One request and its whole answer.
async fn exchange(client: &reqwest::Client, request: Request) -> Result<Response, HttpError> {
    let host = request.uri.host().unwrap_or_default().to_owned();
    let uri = request.uri.to_string();
    let url = reqwest::Url::parse(&uri).map_err(|error| HttpError::Address {
        uri: uri.clone(),
        detail: error.to_string(),
    })?;
    tracing::debug!(method = %request.method, host, path = request.uri.path(), "request");
    let failed = |error: reqwest::Error| failure(&host, &uri, &error);
    let mut response = client
        .request(request.method, url)
        .headers(request.headers)
        .body(request.body)
        .send()
        .await
        .map_err(failed)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > LARGEST_BODY {
            return Err(HttpError::TooLarge { host });
        }
        body.extend_from_slice(&chunk);
    }
    tracing::debug!(host, status = status.as_u16(), bytes = body.len(), "answer");
    Ok(Response {
        status,
        headers,
        body: body.freeze(),
    })
}

/// Metadata services of machines and containers are never behind a proxy.
fn link_local(host: &str) -> bool {
    host.starts_with("169.254.")
        || host == "metadata.google.internal"
        || host
            .trim_matches(['[', ']'])
            .eq_ignore_ascii_case("fd00:ec2::254")
        || host
            .trim_matches(['[', ']'])
            .eq_ignore_ascii_case("fd00:ec2::23")
}

fn failure(host: &str, uri: &str, error: &reqwest::Error) -> HttpError {
    let host = host.to_owned();
    let detail = innermost(error);
    if error.is_timeout() {
        HttpError::Timeout { host }
    } else if error.is_connect() {
        HttpError::Connect { host, detail }
    } else if error.is_builder() {
        HttpError::Address {
            uri: uri.to_owned(),
            detail,
        }
    } else {
        HttpError::Broken { host, detail }
    }
}

/// The last error of a chain: the one that says what happened.
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = error.to_string();
        source = error.source();
    }
    text
}
