//! Where an answer goes: standard output, or a file that appears whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::term::is_closed_pipe;

use super::export::Export;
use super::failure::{Failure, FailureKind};

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
    /// A file that grows over several runs.
    Export(Box<Export>),
}

impl Destination {
    /// A file that appears whole, or not at all.
    pub fn file(path: &Path) -> Result<Self, Failure> {
        let cannot = |error: &io::Error| file_failure(path, error);
        let folder = folder_for(path)?;
        let mut builder = tempfile::Builder::new();
        let temporary =
            builder.prefix(".contacts-").suffix(".part").tempfile_in(folder).map_err(|error| cannot(&error))?;
        Ok(Self::File { temporary: BufWriter::with_capacity(1 << 16, temporary), path: path.to_owned() })
    }

    /// Writes; a reader that is gone is [`is_gone`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout(out) => out.write_all(bytes).map_err(|error| stdout_failure(&error)),
            Self::File { temporary, path } => temporary.write_all(bytes).map_err(|error| file_failure(path, &error)),
            Self::Export(export) => export.write(bytes),
        }
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stdout(out) => out.flush().map_err(|error| stdout_failure(&error)),
            Self::File { temporary, path } => temporary.flush().map_err(|error| file_failure(path, &error)),
            Self::Export(_) => Ok(()),
        }
    }

    /// Completes the answer: flushes stdout, or gives the file its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Stdout(mut out) => out.flush().map_err(|error| stdout_failure(&error)),
            Self::File { temporary, path } => {
                let file = temporary.into_inner().map_err(|error| file_failure(&path, error.error()))?;
                keep_mode(&file, &path);
                file.as_file().sync_all().map_err(|error| file_failure(&path, &error))?;
                file.persist(&path).map(drop).map_err(|error| file_failure(&path, &error.error))
            }
            // Its walk ends it, which knows the verdict.
            Self::Export(_) => Ok(()),
        }
    }
}

/// The folder in which a file can appear; told before anything is asked for.
pub fn folder_for(path: &Path) -> Result<&Path, Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!("`{}` is a folder (--out)", path.display())));
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() {
        return Ok(folder);
    }
    let message = format!("`{}` cannot be written: there is no folder `{}`", path.display(), folder.display());
    Err(Failure::new(FailureKind::Unexpected, message).hint("make the folder first, or name another file with --out"))
}

/// The file keeps the mode of the one it replaces.
fn keep_mode(file: &tempfile::NamedTempFile, path: &Path) {
    let mode = File::open(path).and_then(|old| old.metadata()).map(|meta| meta.permissions());
    if let Ok(mode) = mode {
        let _ = file.as_file().set_permissions(mode);
    }
}

fn file_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureKind::Unexpected, format!("cannot write `{}`: {error}", path.display()))
        .hint("the file that was there before is untouched")
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
