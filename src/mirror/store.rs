//! Opening the database: where it lies, who may read it, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::cipher::{DatabaseKey, key_for, unlock};
use super::convert;
use super::drive::network_drive;
use super::error::MirrorError;
use super::hunt::Costs;
use super::lock::lock;
use super::private::tighten;
use super::profile;
use super::schema::{self, APPLICATION_ID, FORMAT, Watch};

/// The database's name in the data directory.
pub const FILE_NAME: &str = "mirror.db";
pub(super) const PAGE_BYTES: i64 = 8192;
/// What a reader keeps of the file, in KiB (negative, as SQLite has it). Little: the system holds the file's pages anyway, and
/// to touch fresh memory takes a short-lived process longer than to copy a page again.
const READ_CACHE_KIB: i64 = -512;
/// Prepared statements that are kept; no question and no sync takes more.
const STATEMENTS: usize = 64;
const BUSY: Duration = Duration::from_secs(10);
/// Bringing a mirror up to date that takes longer is told of.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To answer queries; nothing is created or changed.
    Read,
    /// To sync or repair; folder and database are created if they are missing.
    Write,
}

/// The local copy of the contacts of all profiles.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    /// What the ways to search cost; tests force each way with it.
    pub(super) costs: Costs,
    pub(super) encrypted: bool,
}

impl Store {
    /// Opens the mirror at `path` (the file; [`FILE_NAME`] in the data directory), which is not encrypted.
    pub fn open(path: &Path, mode: Mode) -> Result<Self, MirrorError> {
        Self::open_with(path, mode, None)
    }

    /// [`Self::open`] of a mirror that is encrypted with `key`, or that is to be if it is made now.
    pub fn open_with(path: &Path, mode: Mode, key: Option<&DatabaseKey>) -> Result<Self, MirrorError> {
        Self::open_telling(path, mode, key, &|| {})
    }

    /// [`Self::open_with`], calling `told` once if bringing it up to date takes long.
    pub fn open_telling(
        path: &Path,
        mode: Mode,
        key: Option<&DatabaseKey>,
        told: &dyn Fn(),
    ) -> Result<Self, MirrorError> {
        let opened = match mode {
            Mode::Read => match Self::open_read(path, key) {
                Err(MirrorError::Older { .. }) => Self::open_older(path, key, told),
                opened => opened,
            },
            Mode::Write => Self::open_write(path, key, told),
        };
        match opened {
            Err(error @ (MirrorError::Foreign { .. } | MirrorError::WrongKey { .. } | MirrorError::Damaged { .. })) => {
                // It may have become another file while we waited for it.
                key_for(path, key).and(Err(error))
            }
            opened => opened,
        }
    }

    fn open_read(path: &Path, key: Option<&DatabaseKey>) -> Result<Self, MirrorError> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() && found.len() > 0 => {}
            Ok(found) if found.is_file() => return Err(MirrorError::Missing { path: path.to_owned() }),
            Ok(_) => return Err(MirrorError::Foreign { path: path.to_owned() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(MirrorError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(file_error(path, &error)),
        }
        let key = key_for(path, key)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let explain = |error| database_error(path, &error);
        let connection = Connection::open_with_flags(path, flags).map_err(explain)?;
        match Self::checked(connection, path, key) {
            Err(MirrorError::ReadOnly { .. }) if nothing_pending(path) => {
                // A folder that cannot be written to has no room for the shared memory of readers and writers; nobody
                // can be writing there either, so the file can be read as it stands.
                let uri = format!("file:{}?immutable=1", uri_path(path));
                let flags = flags | OpenFlags::SQLITE_OPEN_URI;
                Self::checked(Connection::open_with_flags(uri, flags).map_err(explain)?, path, key)
            }
            result => result,
        }
    }

    /// Brings a mirror of an older format up to date, once, and opens it to read.
    fn open_older(path: &Path, key: Option<&DatabaseKey>, told: &dyn Fn()) -> Result<Self, MirrorError> {
        match Self::open_write(path, key, told) {
            Ok(store) => drop(store),
            Err(MirrorError::ReadOnly { path, detail }) => return Err(MirrorError::Older { path, detail }),
            Err(MirrorError::NetworkDrive { path, kind }) => {
                return Err(MirrorError::Older { path, detail: format!("it lies on a network drive ({kind})") });
            }
            Err(error) => return Err(error),
        }
        Self::open_read(path, key)
    }

    fn checked(connection: Connection, path: &Path, key: Option<&DatabaseKey>) -> Result<Self, MirrorError> {
        let format = prepared(&connection, path, key)?;
        match format {
            0 => Err(MirrorError::Missing { path: path.to_owned() }),
            1..FORMAT => Err(MirrorError::Older { path: path.to_owned(), detail: format!("it has format {format}") }),
            _ => {
                connection.pragma_update(None, "cache_size", READ_CACHE_KIB).map_err(|e| database_error(path, &e))?;
                Ok(Self::of(connection, path, key))
            }
        }
    }

    fn of(connection: Connection, path: &Path, key: Option<&DatabaseKey>) -> Self {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Self { connection, path: path.to_owned(), costs: Costs::MEASURED, encrypted: key.is_some() }
    }

    fn open_write(path: &Path, key: Option<&DatabaseKey>, told: &dyn Fn()) -> Result<Self, MirrorError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_private_folder(folder)?;
            if let Some(kind) = network_drive(folder) {
                return Err(MirrorError::NetworkDrive { path: path.to_owned(), kind });
            }
        }
        let key = key_for(path, key)?;
        create_private_file(path)?;
        // Before SQLite makes its side files: it gives them the rights of the database.
        tighten(path);
        let explain = |error| database_error(path, &error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(explain)?;
        if prepared(&connection, path, key)? == 0 {
            connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(explain)?;
        }
        let journal: String =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(explain)?;
        if journal != "wal" {
            return Err(MirrorError::ReadOnly {
                path: path.to_owned(),
                detail: "its file system cannot hold a database that is shared, as on some network drives".to_owned(),
            });
        }
        for (name, value) in [("synchronous", 1), ("secure_delete", 1), ("cache_size", -16_384), ("temp_store", 2)] {
            connection.pragma_update(None, name, value).map_err(explain)?;
        }
        if check(&connection, path)? < FORMAT {
            bring_up_to_date(&mut connection, path, told)?;
        }
        // Whoever would write a copy holds the database for itself alone, and we have it.
        convert::remove_leftover(path)?;
        Ok(Self::of(connection, path, key))
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    pub(super) fn explain(&self) -> impl Fn(rusqlite::Error) -> MirrorError + Copy + '_ {
        |error| database_error(&self.path, &error)
    }
}

/// Makes a new connection ready to read: its patience, its key; the format of the mirror.
pub(super) fn prepared(connection: &Connection, path: &Path, key: Option<&DatabaseKey>) -> Result<i64, MirrorError> {
    let explain = |error| database_error(path, &error);
    connection.busy_timeout(BUSY).map_err(explain)?;
    let Some(key) = key else { return check(connection, path) };
    unlock(connection, key).map_err(explain)?;
    check(connection, path).map_err(|error| match error {
        // The first page that was read could not be made out.
        MirrorError::Foreign { path } => MirrorError::WrongKey { path },
        error => error,
    })
}

/// Brings the database to the newest format, while nobody syncs: an older version would go on writing as it knows.
fn bring_up_to_date(connection: &mut Connection, path: &Path, told: &dyn Fn()) -> Result<(), MirrorError> {
    let explain = |error| database_error(path, &error);
    let mut locks = Vec::new();
    if schema::format(connection).map_err(explain)? > 0 {
        for name in profile::names(connection).map_err(explain)? {
            locks.push(lock(path, &name)?);
        }
    }
    schema::migrate(connection, &mut Watch::new(PATIENCE, told)).map_err(explain)
}

/// Checks that the database is a mirror that this program knows; its format.
fn check(connection: &Connection, path: &Path) -> Result<i64, MirrorError> {
    let explain = |error| database_error(path, &error);
    let found = schema::format(connection).map_err(explain)?;
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(explain)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(explain)?;
    if id != APPLICATION_ID && (id != 0 || found != 0 || tables != 0) {
        return Err(MirrorError::Foreign { path: path.to_owned() });
    }
    if found > FORMAT {
        return Err(MirrorError::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    Ok(found)
}

/// Whether no transaction lies beside the database, waiting to be written into it.
fn nothing_pending(path: &Path) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    fs::metadata(wal).map_or(true, |found| found.len() == 0)
}

fn uri_path(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn create_private_folder(folder: &Path) -> Result<(), MirrorError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| file_error(folder, &error))
}

/// Creates the file for its owner alone, from its first moment; SQLite gives its side files the same rights.
pub(super) fn create_private_file(path: &Path) -> Result<(), MirrorError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(file_error(path, &error)),
    }
}

pub(super) fn file_error(path: &Path, error: &std::io::Error) -> MirrorError {
    let (path, detail) = (path.to_owned(), error.to_string());
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            MirrorError::ReadOnly { path, detail }
        }
        std::io::ErrorKind::StorageFull => MirrorError::DiskFull { path },
        _ => MirrorError::File { path, detail },
    }
}

/// What an error of the database means for a person.
pub(super) fn database_error(path: &Path, error: &rusqlite::Error) -> MirrorError {
    let (path, detail) = (path.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => MirrorError::Foreign { path },
        Some(ErrorCode::DatabaseCorrupt) => MirrorError::Damaged { path, detail },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            MirrorError::ReadOnly { path, detail }
        }
        Some(ErrorCode::DiskFull) => MirrorError::DiskFull { path },
        Some(ErrorCode::SystemIoFailure) => MirrorError::File { path, detail },
        _ => MirrorError::Database { detail },
    }
}
