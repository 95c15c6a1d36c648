//! Where an answer goes: standard output, a file that appears whole or not at all, or what is no file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::term::{Term, is_closed_pipe};

use super::export::Export;
use super::failure::{Failure, FailureKind};
use super::place::{self, Place};

/// Where an answer goes.
pub enum Destination {
    /// Standard output.
    Stdout(crate::term::Out),
    /// A file that appears whole, or not at all.
    File {
        /// The temporary file beside it.
        temporary: BufWriter<tempfile::NamedTempFile>,
        /// Its name at the end.
        path: PathBuf,
    },
    /// What is no file, as a pipe.
    Stream {
        /// What it is written to.
        stream: BufWriter<File>,
        /// What the person called it.
        path: PathBuf,
    },
    /// A file that grows over several runs.
    Export(Box<Export>),
}

impl Destination {
    /// Opens `place`.
    pub fn open(place: &Place, term: &Term) -> Result<Self, Failure> {
        match place {
            Place::Standard => Ok(Self::Stdout(term.out())),
            Place::File(path) => {
                let temporary = place::temporary(path).map_err(|error| file_failure(path, &error))?;
                Ok(Self::File { temporary: BufWriter::with_capacity(1 << 16, temporary), path: path.clone() })
            }
            Place::Stream(path) => {
                let stream = place::open_stream(path).map_err(|error| stream_failure(path, &error))?;
                Ok(Self::Stream { stream, path: path.clone() })
            }
        }
    }

    /// Writes; a reader that is gone is [`is_gone`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout(out) => out.write_all(bytes).map_err(|error| stdout_failure(&error)),
            Self::File { temporary, path } => temporary.write_all(bytes).map_err(|error| file_failure(path, &error)),
            Self::Stream { stream, path } => stream.write_all(bytes).map_err(|error| stream_failure(path, &error)),
            Self::Export(export) => export.write(bytes),
        }
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stdout(out) => out.flush().map_err(|error| stdout_failure(&error)),
            Self::File { temporary, path } => temporary.flush().map_err(|error| file_failure(path, &error)),
            Self::Stream { stream, path } => stream.flush().map_err(|error| stream_failure(path, &error)),
            Self::Export(_) => Ok(()),
        }
    }

    /// Completes the answer: hands on the last of it, or gives the file its name.
    pub fn finish(mut self) -> Result<(), Failure> {
        match self {
            Self::Stdout(_) | Self::Stream { .. } => self.flush(),
            Self::File { temporary, path } => {
                let file = temporary.into_inner().map_err(|error| file_failure(&path, error.error()))?;
                place::persist(file, &path).map_err(|error| file_failure(&path, &error))
            }
            // Its walk ends it, which knows the verdict.
            Self::Export(_) => Ok(()),
        }
    }
}

fn file_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureKind::Unexpected, format!("cannot write `{}`: {error}", path.display()))
        .hint("the file that was there before is untouched")
}

fn stream_failure(path: &Path, error: &io::Error) -> Failure {
    if is_closed_pipe(error) {
        return Failure::new(FailureKind::Unexpected, GONE);
    }
    Failure::new(FailureKind::Unexpected, format!("cannot write `{}`: {error}", path.display()))
}

const GONE: &str = "the reader of the output is gone";

pub fn stdout_failure(error: &io::Error) -> Failure {
    if is_closed_pipe(error) {
        return Failure::new(FailureKind::Unexpected, GONE);
    }
    Failure::new(FailureKind::Unexpected, format!("cannot write the output: {error}"))
}

/// Whether the failure only says that nobody reads any more, which is a good end.
pub fn is_gone(failure: &Failure) -> bool {
    failure.message == GONE
}
