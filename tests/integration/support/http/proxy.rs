//! A forward proxy: tunnels (`CONNECT`, RFC 9110 section 9.3.6) and plain requests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;

use super::background::Background;
use super::lock;

/// A running proxy. It reaches only what it was told to reach, so no test leaves the machine.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    background: Background,
}

#[derive(Default)]
struct Shared {
    routes: Mutex<BTreeMap<String, SocketAddr>>,
    refusal: Mutex<Option<u16>>,
    seen: Mutex<Vec<Passage>>,
}

/// What a client asked the proxy for.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    /// `CONNECT`, or the method of a plain request.
    pub(crate) method: String,
    /// Host and port, such as `accounts.google.com:443`.
    pub(crate) target: String,
    /// The header `Proxy-Authorization`, if sent.
    pub(crate) authorization: Option<String>,
}

impl Proxy {
    /// Starts a proxy that knows no target yet.
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let for_connections = Arc::clone(&shared);
        let background = Background::start(move |stream| {
            let shared = Arc::clone(&for_connections);
            // A client or a target that goes away ends the connection; nobody else cares.
            async move { drop(pass(stream, &shared).await) }
        });
        Self { shared, background }
    }

    /// Leads those who ask for `target` (host and port) to `address`.
    pub(crate) fn route(&self, target: &str, address: SocketAddr) {
        lock(&self.shared.routes).insert(target.to_owned(), address);
    }

    /// Refuses everything from now on with this status, such as 407.
    pub(crate) fn refuse(&self, status: u16) {
        *lock(&self.shared.refusal) = Some(status);
    }

    /// The URL for `HTTPS_PROXY` and `HTTP_PROXY`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.background.address())
    }

    /// What was asked for so far, refused or not.
    pub(crate) fn seen(&self) -> Vec<Passage> {
        lock(&self.shared.seen).clone()
    }
}

/// The longest head of a request that is read.
const LONGEST_HEAD: usize = 64 * 1024;

async fn pass(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut head = Vec::new();
    let early = loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break head.split_off(end + 4);
        }
        if head.len() > LONGEST_HEAD || client.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    };
    let passage = read_head(&String::from_utf8_lossy(&head));
    lock(&shared.seen).push(passage.clone());
    let refusal = *lock(&shared.refusal);
    let address = lock(&shared.routes).get(&passage.target).copied();
    let (Some(address), None) = (address, refusal) else {
        let status = refusal.unwrap_or(502);
        let answer =
            format!("HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return client.write_all(answer.as_bytes()).await;
    };
    let mut server = TcpStream::connect(address).await?;
    if passage.method == "CONNECT" {
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
    } else {
        server.write_all(&head).await?;
    }
    server.write_all(&early).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

fn read_head(head: &str) -> Passage {
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let asked = words.next().unwrap_or_default();
    let target = match asked.strip_prefix("http://") {
        None => asked.to_owned(),
        Some(rest) => {
            let host = rest.split('/').next().unwrap_or_default();
            if host.contains(':') {
                host.to_owned()
            } else {
                format!("{host}:80")
            }
        }
    };
    let authorization = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("proxy-authorization")
            .then(|| value.trim().to_owned())
    });
    Passage {
        method,
        target,
        authorization,
    }
}
