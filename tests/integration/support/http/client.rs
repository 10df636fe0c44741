//! Clients for the tests of the servers: the plainest one, and one for TLS and proxies.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::Server;

/// What came back.
#[derive(Debug)]
pub(crate) struct Received {
    /// The status code.
    pub(crate) status: u16,
    /// The head as sent.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Received {
    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends a request to `http://HOST:PORT` and reads the whole answer.
pub(crate) fn send(
    base: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Received {
    let authority = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).expect("the server listens");
    let listed: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n{listed}\r\n{body}"
    );
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the answer is text and ends in good order");
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .expect("the answer has a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Received {
        status: status.expect("the answer has a status"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Sends a GET, over TLS with trust in the authority of `server` only, through `proxy` if given.
pub(crate) fn fetch(
    server: Option<&Server>,
    proxy: Option<&str>,
    url: &str,
) -> reqwest::Result<(u16, String)> {
    // Another test may have set it already: it is the same provider.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(server) = server {
        let pem = std::fs::read(server.ca_file()).expect("the file is there");
        let authority = reqwest::Certificate::from_pem(&pem).expect("the file is a certificate");
        builder = builder.tls_certs_only([authority]);
    }
    if let Some(proxy) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy).expect("the proxy has a URL"));
    }
    let client = builder.build().expect("the client can be built");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime can be made").block_on(async {
        let response = client.get(url).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    })
}
