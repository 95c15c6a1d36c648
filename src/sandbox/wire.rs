//! Bodies that misbehave, and a socket that can be reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Bytes of one drip.
const DRIP: usize = 64;
/// Bytes of one chunk of an endless body.
const CHUNK: usize = 1 << 16;

/// A body on its way out.
pub enum ReplyBody {
    /// All at once.
    Whole(Bytes),
    /// These bytes, then the connection breaks.
    Cut(Bytes),
    /// Broken off already, or about to.
    Broken {
        /// Whether what came before was handed on.
        flushed: bool,
    },
    /// A little at a time.
    Drip(Bytes, Duration, Pin<Box<Sleep>>),
    /// These bytes, and so many more of filling.
    Endless(Bytes, usize),
}

impl ReplyBody {
    /// A body that comes a little every `pause`.
    pub fn drip(bytes: Bytes, pause: Duration) -> Self {
        Self::Drip(bytes, pause, Box::pin(tokio::time::sleep(pause)))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = |bytes: Bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => frame(std::mem::take(bytes)),
            Self::Cut(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Broken { flushed: false };
                frame(bytes)
            }
            Self::Broken { flushed } if !*flushed => {
                // Once round, so that the bytes before are sent.
                *flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken { .. } => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            Self::Drip(bytes, pause, sleep) => {
                if bytes.is_empty() {
                    return Poll::Ready(None);
                }
                ready!(sleep.as_mut().poll(context));
                *sleep = Box::pin(tokio::time::sleep(*pause));
                frame(bytes.split_to(DRIP.min(bytes.len())))
            }
            Self::Endless(bytes, _) if !bytes.is_empty() => frame(std::mem::take(bytes)),
            Self::Endless(_, 0) => Poll::Ready(None),
            Self::Endless(_, left) => {
                let some = CHUNK.min(*left);
                *left -= some;
                frame(Bytes::from(vec![b'x'; some]))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) | Self::Drip(bytes, ..) => SizeHint::with_exact(bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

/// A connection that is reset rather than closed, once it is doomed.
pub struct Socket {
    stream: TcpStream,
    doomed: Arc<AtomicBool>,
}

impl Socket {
    /// Wraps a stream; setting `doomed` makes its end a reset.
    pub fn new(stream: TcpStream, doomed: Arc<AtomicBool>) -> Self {
        Self { stream, doomed }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.doomed.load(Ordering::Relaxed) {
            // Without it the connection is closed, which serves nearly as well.
            _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
