//! The connection and the body as they go over the wire, with their faults.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::GivenUp;
use super::message::{Body, Response};

/// How a connection ends: in good order, or by a reset.
#[derive(Clone, Default)]
pub(super) struct Ending(Arc<AtomicBool>);

impl Ending {
    /// Lets the connection end by a reset.
    pub(super) fn reset(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A TCP connection that can end by a reset.
pub(super) struct Wire {
    stream: TcpStream,
    ending: Ending,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, ending: Ending) -> Self {
        Self { stream, ending }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.ending.is_reset() {
            // Closing a socket that may not linger sends RST instead of FIN.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ending.is_reset() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Makes the response that hyper sends.
pub(super) fn encode(response: Response) -> hyper::Response<WireBody> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(name, value);
    }
    if let Body::Truncated { declared, .. } = &response.body {
        builder = builder.header("content-length", declared.to_string());
    }
    builder
        .body(WireBody::new(response.body))
        .expect("the handler's status and headers are valid")
}

/// A body that is sent with its faults.
pub(super) struct WireBody {
    body: Body,
    position: usize,
    pause: Option<Pin<Box<Sleep>>>,
    flushed: bool,
}

impl WireBody {
    fn new(body: Body) -> Self {
        Self {
            body,
            position: 0,
            pause: None,
            flushed: false,
        }
    }

    /// The next bytes, at most so many.
    fn piece(&mut self, most: usize) -> Option<Bytes> {
        let piece: Bytes = self
            .body
            .sent()
            .iter()
            .skip(self.position)
            .take(most)
            .copied()
            .collect();
        self.position += piece.len();
        (!piece.is_empty()).then_some(piece)
    }

    /// The next piece, after its pause.
    fn drip(
        &mut self,
        chunk: usize,
        every: Duration,
        context: &mut Context<'_>,
    ) -> Poll<Option<Bytes>> {
        let pause = self
            .pause
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
        if pause.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.pause = None;
        Poll::Ready(self.piece(chunk.max(1)))
    }
}

impl HttpBody for WireBody {
    type Data = Bytes;
    type Error = GivenUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, GivenUp>>> {
        let this = &mut *self;
        let next = match this.body {
            Body::Bytes(_) => this.piece(usize::MAX),
            Body::SlowDrip { chunk, every, .. } => match this.drip(chunk, every, context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(next) => next,
            },
            Body::Endless(ref bytes) => Some(Bytes::copy_from_slice(bytes)),
            Body::Truncated { .. } => match this.piece(usize::MAX) {
                Some(rest) => Some(rest),
                // One turn of pause lets hyper send what it has before the connection ends.
                None if !this.flushed => {
                    this.flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                None => return Poll::Ready(Some(Err(GivenUp))),
            },
        };
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Body::Bytes(bytes) => SizeHint::with_exact((bytes.len() - self.position) as u64),
            Body::SlowDrip { .. } | Body::Endless(_) | Body::Truncated { .. } => {
                SizeHint::default()
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.body, Body::Bytes(bytes) if self.position >= bytes.len())
    }
}
