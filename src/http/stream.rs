//! The bytes of a connection: whoever does not take them is left, whoever does not go on is told so, and as long as they go
//! on it is counted.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_io_timeout::TimeoutStream;

use super::addresses::Counted;

/// What a head that has begun and does not go on is answered with. hyper would close without a word.
const TOO_LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A connection, also after it has become a WebSocket.
pub struct Stream {
    bytes: Pin<Box<TimeoutStream<TcpStream>>>,
    /// Whether something came since the last answer.
    has_begun: bool,
    is_late: Arc<AtomicBool>,
    _counted: Counted,
}

impl Stream {
    /// A connection on which nothing that is written waits longer than `write_timeout` for the client to take some of it.
    /// Let go of when it `is_late`, it says so to whoever has begun a request.
    pub fn new(stream: TcpStream, write_timeout: Duration, is_late: Arc<AtomicBool>, counted: Counted) -> Self {
        let mut bytes = TimeoutStream::new(stream);
        bytes.set_write_timeout(Some(write_timeout));
        Self { bytes: Box::pin(bytes), has_begun: false, is_late, _counted: counted }
    }
}

fn is_any(written: &Poll<io::Result<usize>>) -> bool {
    matches!(written, Poll::Ready(Ok(bytes)) if *bytes > 0)
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.has_begun && self.is_late.load(Ordering::Relaxed) {
            // Whoever has gone does not hear it.
            let _ = self.bytes.get_ref().try_write(TOO_LATE);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let outcome = self.bytes.as_mut().poll_read(cx, into);
        self.has_begun |= into.filled().len() > before;
        outcome
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.bytes.as_mut().poll_write(cx, bytes);
        self.has_begun &= !is_any(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bytes.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bytes.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.bytes.as_mut().poll_write_vectored(cx, parts);
        self.has_begun &= !is_any(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.bytes.is_write_vectored()
    }
}
