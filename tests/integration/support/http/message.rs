//! A request as a handler reads it, and a response as a handler writes it.

use std::time::Duration;

/// A request with its whole body.
#[derive(Clone, Default)]
pub(crate) struct Request {
    /// The method, in capitals.
    pub(crate) method: String,
    /// The path as sent, still percent-encoded, without the query.
    pub(crate) path: String,
    /// The query as sent, without the question mark; empty when there is none.
    pub(crate) query: String,
    /// The headers in the order in which they came, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(head: &hyper::http::request::Parts, body: Vec<u8>) -> Self {
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
            body,
        }
    }

    /// The first header of this name, which is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The names of the headers, in the order in which they came.
    pub(crate) fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The pairs of the query, decoded.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        form_pairs(&self.query)
    }

    /// The pairs of a body of the type `application/x-www-form-urlencoded`, decoded.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        form_pairs(&self.text())
    }
}

/// Shows no header value and no body: they hold credentials, and this ends up in panic messages.
impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} {} with {:?} and {} bytes",
            self.method,
            self.path,
            self.header_names(),
            self.body.len()
        )
    }
}

fn form_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                percent_decode(&name.replace('+', " ")),
                percent_decode(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// Decodes `%XX`; what is no such sequence stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let sequence = (first == b'%').then(|| tail.split_at_checked(2)).flatten();
        let byte = sequence.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = byte.unwrap_or((first, tail));
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The headers; the length of the body is added by the server.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, or what goes wrong in it.
    pub(crate) body: Body,
}

impl Response {
    /// A response of this content type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: Body::Bytes(body.into()),
        }
    }

    /// Plain text.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text)
    }

    /// A JSON value.
    pub(crate) fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=UTF-8", value.to_string())
    }

    /// The same with another header.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another body.
    pub(crate) fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

/// The body of a response, or what goes wrong in it.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The whole body at once.
    Bytes(Vec<u8>),
    /// The body in pieces of so many bytes, with a pause before each.
    SlowDrip {
        /// The whole body.
        bytes: Vec<u8>,
        /// The size of a piece.
        chunk: usize,
        /// The pause.
        every: Duration,
    },
    /// These bytes again and again, for as long as the client reads.
    Endless(Vec<u8>),
    /// A length is declared and less is sent; then the connection is closed.
    Truncated {
        /// What is sent.
        bytes: Vec<u8>,
        /// What `Content-Length` says.
        declared: usize,
    },
}

impl Body {
    /// Half of these bytes, under the length of the whole.
    pub(crate) fn truncated(bytes: &[u8]) -> Self {
        let half = bytes.iter().take(bytes.len() / 2).copied().collect();
        Self::Truncated {
            bytes: half,
            declared: bytes.len().max(2),
        }
    }

    /// The bytes that the body is made of.
    pub(crate) fn sent(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes)
            | Self::SlowDrip { bytes, .. }
            | Self::Endless(bytes)
            | Self::Truncated { bytes, .. } => bytes,
        }
    }
}
