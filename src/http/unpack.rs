//! A reply's body as it arrives: decompressed, and never larger than may be.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use hyper::header::{CONTENT_ENCODING, HeaderMap};

use crate::buffers::Buffer;

use super::MAX_BODY;

/// How bodies may be packed, as `Accept-Encoding` says it.
pub(super) const ACCEPTED: &str = "gzip";

/// Takes a body in pieces.
pub(super) enum Unpacker {
    /// It comes as it is.
    Plain(Bounded),
    /// It comes as gzip; an empty one is no gzip, and means an empty body.
    Gzip { decoder: Box<MultiGzDecoder<Bounded>>, begun: bool },
}

/// Why a body cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadBody {
    /// It is larger than [`MAX_BODY`].
    #[error("too large")]
    TooLarge,
    /// It is packed in a way that nobody asked for.
    #[error("packed as `{0}`")]
    Unknown(String),
    /// It cannot be unpacked.
    #[error(transparent)]
    Damaged(io::Error),
}

impl Unpacker {
    /// For a reply with `headers`, into the buffer that `room` makes; its argument says whether the body is packed.
    pub fn new(headers: &HeaderMap, room: impl FnOnce(bool) -> Buffer) -> Result<Self, BadBody> {
        let coding =
            headers.get(CONTENT_ENCODING).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
        match coding.as_deref().map(str::trim) {
            None | Some("" | "identity") => Ok(Self::Plain(Bounded(room(false)))),
            Some("gzip" | "x-gzip") => {
                Ok(Self::Gzip { decoder: Box::new(MultiGzDecoder::new(Bounded(room(true)))), begun: false })
            }
            Some(other) => Err(BadBody::Unknown(other.to_owned())),
        }
    }

    /// The next piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BadBody> {
        match self {
            Self::Plain(body) => body.write_all(piece),
            Self::Gzip { decoder, begun } => {
                *begun |= !piece.is_empty();
                decoder.write_all(piece)
            }
        }
        .map_err(bad)
    }

    /// The whole body, after the last piece.
    pub fn finish(self) -> Result<Buffer, BadBody> {
        match self {
            Self::Plain(body) => Ok(body.0),
            Self::Gzip { begun: false, .. } => Ok(Buffer::default()),
            Self::Gzip { decoder, .. } => decoder.finish().map(|body| body.0).map_err(bad),
        }
    }
}

fn bad(error: io::Error) -> BadBody {
    if error.kind() == io::ErrorKind::FileTooLarge { BadBody::TooLarge } else { BadBody::Damaged(error) }
}

/// A body that stops at [`MAX_BODY`] bytes.
pub(super) struct Bounded(Buffer);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BODY {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
