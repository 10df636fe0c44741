//! Carries yup-oauth2's requests to the program's one HTTP client.
//!
//! That library brings a client of its own, without proxies, bounds or a timeout. Here its
//! connections end in this process: each is a pipe to a small server that passes the request on
//! and keeps the answer, because the library loses what an error says.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::Scheme;
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::gcp::retry::send;
use crate::http::{Http, HttpError, Request, Response};

/// The body of the last request, and what came back for it.
pub(super) type LastAnswer = Arc<Mutex<Option<(Bytes, Result<Response, HttpError>)>>>;

/// A client for yup-oauth2, and where the last answer is kept.
pub(super) fn client(
    http: &Http,
    to: Option<Uri>,
    deadline: Instant,
) -> (Client<Bridge, String>, LastAnswer) {
    let last = LastAnswer::default();
    let bridge = Bridge {
        http: http.clone(),
        to,
        deadline,
        last: Arc::clone(&last),
    };
    let client = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build(bridge);
    (client, last)
}

/// A connector whose connections stay in this process.
#[derive(Debug, Clone)]
pub(super) struct Bridge {
    http: Http,
    /// The address to ask in place of the one that the library has built in.
    to: Option<Uri>,
    deadline: Instant,
    last: LastAnswer,
}

impl tower_service::Service<Uri> for Bridge {
    type Response = Pipe;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Pipe, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, origin: Uri) -> Self::Future {
        const BUFFER: usize = 64 * 1024;
        let (near, far) = tokio::io::duplex(BUFFER);
        let bridge = self.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let bridge = bridge.clone();
                let origin = origin.clone();
                async move { Ok::<_, Infallible>(bridge.pass_on(&origin, request).await) }
            });
            // A broken pipe means that the library has lost interest.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(far), service)
                .await;
        });
        std::future::ready(Ok(Pipe(TokioIo::new(near))))
    }
}

impl Bridge {
    async fn pass_on(
        &self,
        origin: &Uri,
        request: hyper::Request<Incoming>,
    ) -> hyper::Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => Bytes::new(),
        };
        let answer = self.ask(origin, parts, body.clone()).await;
        // The library trusts what it reads: a lifetime that no calendar holds makes it panic. So
        // it gets the token alone; whoever asked reads the whole answer.
        let plain = match answer.as_ref().map(token) {
            Ok(Some(token)) => serde_json::json!({
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": 3600,
            }),
            Ok(None) | Err(_) => serde_json::json!({}),
        };
        if let Ok(mut last) = self.last.lock() {
            *last = Some((body, answer));
        }
        hyper::Response::new(Full::new(Bytes::from(plain.to_string())))
    }

    async fn ask(
        &self,
        origin: &Uri,
        parts: http::request::Parts,
        body: Bytes,
    ) -> Result<Response, HttpError> {
        let built = match &self.to {
            Some(to) => Ok(to.clone()),
            None => Uri::builder()
                .scheme(origin.scheme().cloned().unwrap_or(Scheme::HTTPS))
                .authority(
                    origin
                        .authority()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                )
                .path_and_query(parts.uri.path_and_query().map_or("/", |path| path.as_str()))
                .build(),
        };
        let address = |detail: String| HttpError::Address {
            uri: origin.to_string(),
            detail,
        };
        let uri = built.map_err(|error| address(error.to_string()))?;
        let mut headers = parts.headers;
        headers.remove(http::header::HOST);
        headers.remove(http::header::CONTENT_LENGTH);
        send(
            &self.http,
            Request {
                method: parts.method,
                uri,
                headers,
                body,
            },
            self.deadline,
        )
        .await
    }
}

/// The token of a good answer.
fn token(response: &Response) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Granted {
        access_token: String,
    }
    if response.status != StatusCode::OK {
        return None;
    }
    let granted: Granted = serde_json::from_slice(&response.body).ok()?;
    let sendable = !granted.access_token.is_empty()
        && granted
            .access_token
            .bytes()
            .all(|byte| byte.is_ascii_graphic());
    sendable.then_some(granted.access_token)
}

/// The library's end of a connection.
pub(super) struct Pipe(TokioIo<DuplexStream>);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, buffer)
    }
}

impl Write for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}
