//! Files that a person named: where they really lie, and that no two of them are one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::failure::{Failure, FailureKind};

/// Links that are followed before they are called a circle, as the system does.
const MOST_LINKS: usize = 40;

/// Where something goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Standard output, or standard error for what is no answer: `-`.
    Standard,
    /// A file that appears whole, or not at all. Links are followed: they stay, and what they lead to is replaced.
    File(PathBuf),
    /// What is no file, as a pipe or a terminal: it is written as it comes, and never replaced.
    Stream(PathBuf),
}

impl Place {
    /// What `path` is, which was given with `option`. Nothing is opened or made.
    pub fn of(path: &Path, option: &str) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        let mut at = path.to_owned();
        for _ in 0..MOST_LINKS {
            let (folder, name) = split(&at, path, option)?;
            at = folder.join(name);
            let metadata = match fs::symlink_metadata(&at) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::File(at)),
                Err(error) => return Err(cannot_write(path, &error)),
            };
            // What is open already goes by a link that leads nowhere.
            if metadata.is_symlink() && folder.starts_with("/proc") {
                return Ok(Self::Stream(at));
            }
            if metadata.is_symlink() {
                at = folder.join(fs::read_link(&at).map_err(|error| cannot_write(path, &error))?);
            } else if metadata.is_dir() {
                return Err(is_a_folder(path, option));
            } else {
                return Ok(if metadata.is_file() { Self::File(at) } else { Self::Stream(at) });
            }
        }
        Err(Failure::usage(format!("`{}` is a link that leads back to itself ({option})", path.display())))
    }

    /// [`Self::of`] for what only a file can be.
    pub fn file(path: &Path, option: &str) -> Result<PathBuf, Failure> {
        match Self::of(path, option)? {
            Self::File(path) => Ok(path),
            Self::Standard | Self::Stream(_) => {
                Err(Failure::usage(format!("`{}` is no file ({option})", path.display())))
            }
        }
    }

    /// The file, if it is one.
    pub fn as_file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Standard | Self::Stream(_) => None,
        }
    }

    /// Whether what is written here drives a terminal, other than by standard output.
    pub fn is_terminal(&self) -> bool {
        #[cfg(unix)]
        if let Self::Stream(path) = self {
            use std::io::IsTerminal as _;
            use std::os::unix::fs::FileTypeExt as _;
            // To open a pipe would be to take from it, or to wait.
            let device = fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device());
            return device && File::open(path).is_ok_and(|file| file.is_terminal());
        }
        false
    }

    /// Writes `bytes`; a file is readable by its owner alone, unless it replaces one that others may read.
    pub fn write(&self, bytes: &[u8], what: &str, standard: impl FnOnce(&[u8])) -> Result<(), Failure> {
        let failed = |path: &Path, error: &io::Error| {
            Failure::new(FailureKind::Unexpected, format!("cannot write {what} `{}`: {error}", path.display()))
        };
        match self {
            Self::Standard => standard(bytes),
            Self::Stream(path) => {
                let written = open_stream(path).and_then(|mut stream| stream.write_all(bytes));
                written.map_err(|error| failed(path, &error))?;
            }
            Self::File(path) => {
                let mut file = temporary(path).map_err(|error| failed(path, &error))?;
                file.write_all(bytes).map_err(|error| failed(path, &error))?;
                persist(file, path).map_err(|error| failed(path, &error))?;
            }
        }
        Ok(())
    }
}

/// That no two of these files, each with the option that named it, are one.
pub fn check_distinct(files: &[(&str, &Path)]) -> Result<(), Failure> {
    for (index, (option, path)) in files.iter().enumerate() {
        if let Some((other, _)) = files[..index].iter().find(|(_, other)| other == path) {
            let message = format!("{other} and {option} would write the same file, `{}`", path.display());
            return Err(Failure::usage(message).hint("name a file of its own for each"));
        }
    }
    Ok(())
}

/// The folder in which `at` lies, without links, and its name there.
fn split<'p>(at: &'p Path, path: &Path, option: &str) -> Result<(PathBuf, &'p std::ffi::OsStr), Failure> {
    let Some(name) = at.file_name() else { return Err(is_a_folder(path, option)) };
    let folder = at.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = folder.canonicalize().ok().filter(|real| real.is_dir()).ok_or_else(|| {
        let message = format!("`{}` cannot be written: there is no folder `{}`", path.display(), folder.display());
        Failure::new(FailureKind::Unexpected, message)
            .hint(format!("make the folder first, or name another file with {option}"))
    })?;
    Ok((real, name))
}

fn is_a_folder(path: &Path, option: &str) -> Failure {
    Failure::usage(format!("`{}` is a folder ({option})", path.display()))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureKind::Unexpected, format!("cannot write `{}`: {error}", path.display()))
}

/// A file beside `path` that is gone with its end, unless it gets its name.
pub fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".contacts-").suffix(".part").tempfile_in(folder)
}

/// Gives a whole file its name; it keeps the mode of the one it replaces.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    if let Ok(old) = fs::metadata(path) {
        let _ = file.as_file().set_permissions(old.permissions());
    }
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Gives `from`, a whole file, the name `to`, which may lie on another file system.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let mut file = temporary(to)?;
            io::copy(&mut File::open(from)?, &mut file)?;
            file.as_file().set_permissions(fs::metadata(from)?.permissions())?;
            persist(file, to)?;
            fs::remove_file(from)
        }
        renamed => renamed,
    }
}

/// Opens what is no file; a file that it leads to is written at its end.
pub fn open_stream(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 16, OpenOptions::new().append(true).open(path)?))
}
