//! A small HTTP/1.1 server for tests, on a port of the loopback interface.
//!
//! A test is synchronous and usually drives a child process, so each server runs in a thread of
//! its own, with its own runtime, and stops when its [`Server`] is dropped. What it answers comes
//! from a handler; what goes wrong on the way (see [`Fault`]) is laid over the handler with
//! [`Server::fault`], so that any server can be broken in any way at any call. Every request is
//! kept in a log that tests can query.
//!
//! A handler that panics fails the test: the panic is raised again when the server is dropped.

mod background;
mod client;
mod fault;
mod log;
mod message;
mod proxy;
mod tls;
mod wire;

use std::future::pending;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpSocket;

use background::Background;
pub(crate) use client::{Received, fetch, send};
pub(crate) use fault::{Fault, Matcher, Times};
pub(crate) use log::Log;
pub(crate) use message::{Body, Request, Response, percent_decode};
pub(crate) use proxy::Proxy;
use tls::Identity;
use wire::{Ending, Wire, WireBody};

/// What answers the requests of a server: the request in, the response out.
///
/// It runs on the server's only thread, so it must not wait for another request to arrive.
type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// A running server. Dropping it closes the port and all connections.
pub(crate) struct Server {
    shared: Arc<Shared>,
    background: Background,
    identity: Option<Identity>,
}

/// What the test's thread and the server's thread both see.
struct Shared {
    handler: Box<Handler>,
    rules: Mutex<Vec<fault::Rule>>,
    latency: Mutex<Duration>,
    log: Log,
    panics: Mutex<Vec<String>>,
}

impl Server {
    /// Starts a plain HTTP server that answers with `handler`.
    pub(crate) fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::launch(None, Box::new(handler))
    }

    /// Starts the same server over TLS, with a certificate for `names` (and for `localhost` and
    /// 127.0.0.1) that is signed by a certificate authority made for this server. A client trusts
    /// it with `SSL_CERT_FILE` set to [`Server::ca_file`].
    pub(crate) fn start_tls(
        names: &[&str],
        handler: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::launch(Some(Identity::new(names)), Box::new(handler))
    }

    fn launch(identity: Option<Identity>, handler: Box<Handler>) -> Self {
        let shared = Arc::new(Shared {
            handler,
            rules: Mutex::default(),
            latency: Mutex::default(),
            log: Log::default(),
            panics: Mutex::default(),
        });
        let acceptor = identity.as_ref().map(Identity::acceptor);
        let for_connections = Arc::clone(&shared);
        let background = Background::start(move |stream| {
            let shared = Arc::clone(&for_connections);
            let acceptor = acceptor.clone();
            async move {
                let ending = Ending::default();
                let wire = Wire::new(stream, ending.clone());
                match acceptor {
                    None => serve(wire, ending, shared).await,
                    // A client that does not trust the certificate ends the handshake: its
                    // affair, and the test sees it there.
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(wire).await {
                            serve(stream, ending, shared).await;
                        }
                    }
                }
            }
        });
        Self {
            shared,
            background,
            identity,
        }
    }

    /// The address that the server listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.background.address()
    }

    /// The base URL, without a slash at the end: `http://127.0.0.1:PORT`, or with `https` and
    /// `localhost` over TLS.
    pub(crate) fn url(&self) -> String {
        match self.identity {
            None => format!("http://{}", self.address()),
            Some(_) => format!("https://localhost:{}", self.address().port()),
        }
    }

    /// The PEM file with the certificate authority of a server that was started with TLS.
    pub(crate) fn ca_file(&self) -> &Path {
        self.identity
            .as_ref()
            .expect("the server was started with TLS")
            .ca_file()
    }

    /// Adds this time to every answer from now on.
    pub(crate) fn set_latency(&self, latency: Duration) {
        *lock(&self.shared.latency) = latency;
    }

    /// Lets `fault` happen to those requests which `matcher` picks, as often as `times` says.
    ///
    /// The rule that was added last is asked first; the first that applies is the only one used.
    pub(crate) fn fault(&self, matcher: Matcher, fault: Fault, times: Times) {
        lock(&self.shared.rules).push(fault::Rule::new(matcher, fault, times));
    }

    /// Takes all faults away.
    pub(crate) fn clear_faults(&self) {
        lock(&self.shared.rules).clear();
    }

    /// The requests that came in so far.
    pub(crate) fn log(&self) -> &Log {
        &self.shared.log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.background.stop();
        let panics = std::mem::take(&mut *lock(&self.shared.panics));
        if !panics.is_empty() && !std::thread::panicking() {
            panic!("the server's handler panicked: {}", panics.join("; "));
        }
    }
}

/// An address at which nothing listens, for as long as this value lives.
pub(crate) struct ClosedPort {
    address: SocketAddr,
    // Bound and never listening: the port is refused, and nobody else can be given it.
    _socket: TcpSocket,
}

impl ClosedPort {
    /// Takes a port and keeps it closed.
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket
            .bind(([127, 0, 0, 1], 0).into())
            .expect("a loopback port is free");
        let address = socket.local_addr().expect("a bound socket has an address");
        Self {
            address,
            _socket: socket,
        }
    }

    /// `http://127.0.0.1:PORT`, where every connection is refused.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Takes a lock; a poisoned one too, since the panic that poisoned it is reported by itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection until either side ends it.
async fn serve<S>(stream: S, ending: Ending, shared: Arc<Shared>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        let ending = ending.clone();
        async move { answer(request, &shared, &ending).await }
    });
    // An error here is a fault that was asked for, or a client that went away.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The error with which a connection is given up without (the rest of) an answer.
#[derive(Debug)]
struct GivenUp;

impl std::fmt::Display for GivenUp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is given up on purpose")
    }
}

impl std::error::Error for GivenUp {}

/// Reads a request, writes it to the log, and answers it by the rules and the handler.
async fn answer(
    request: hyper::Request<hyper::body::Incoming>,
    shared: &Shared,
    ending: &Ending,
) -> Result<hyper::Response<WireBody>, GivenUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| GivenUp)?.to_bytes();
    let request = Request::new(&head, body.to_vec());
    let _open = shared.log.enter(&request);
    let fault = fault::choose(&mut lock(&shared.rules), &request);
    let latency = *lock(&shared.latency);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let response = match fault {
        None => handle(shared, &request),
        Some(Fault::Answer(response)) => response,
        Some(Fault::Alter(alter)) => alter(&request, handle(shared, &request)),
        Some(Fault::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            handle(shared, &request)
        }
        Some(Fault::Close) => return Err(GivenUp),
        Some(Fault::Reset) => {
            ending.reset();
            return Err(GivenUp);
        }
        Some(Fault::ResetInBody) => {
            ending.reset();
            let mut response = handle(shared, &request);
            response.body = Body::truncated(response.body.sent());
            response
        }
        Some(Fault::Hang) => pending().await,
    };
    Ok(wire::encode(response))
}

/// Asks the handler; a panic in it is kept for the test and answered as a 500.
fn handle(shared: &Shared, request: &Request) -> Response {
    catch_unwind(AssertUnwindSafe(|| (shared.handler)(request))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "with something that is not text".to_owned());
        lock(&shared.panics).push(format!("{request:?}: {message}"));
        Response::text(500, "the test server's handler panicked")
    })
}
