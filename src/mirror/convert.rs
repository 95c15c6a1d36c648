//! Encrypts the database, or undoes that: a copy is written beside it, checked, and takes its place in one step.
//!
//! A kill leaves the old database or the new one, whole. While the copy is written, nobody else can open the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use super::cipher::{CAN_ENCRYPT, DatabaseKey};
use super::error::MirrorError;
use super::lock::{SyncLock, lock};
use super::schema::{self, APPLICATION_ID};
use super::store::{Mode, PAGE_BYTES, Store, create_private_file, database_error, file_error, prepared};

/// Whoever looks something up is gone by then; a sync or a picker may not be.
const PATIENCE: Duration = Duration::from_secs(5);

/// Encrypts a database that is not encrypted.
pub fn encrypt(path: &Path, key: &DatabaseKey) -> Result<(), MirrorError> {
    convert(path, None, Some(key))
}

/// Takes the encryption off a database.
pub fn decrypt(path: &Path, key: &DatabaseKey) -> Result<(), MirrorError> {
    convert(path, Some(key), None)
}

/// Takes away what an interrupted conversion left: it may be all contacts, readable.
pub(super) fn remove_leftover(path: &Path) -> Result<(), MirrorError> {
    let copy = copy_of(path);
    match fs::remove_file(&copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(&copy, &error)),
        _ => Ok(()),
    }
}

fn copy_of(path: &Path) -> PathBuf {
    let mut copy = path.as_os_str().to_owned();
    copy.push("-copy");
    PathBuf::from(copy)
}

fn convert(path: &Path, from: Option<&DatabaseKey>, to: Option<&DatabaseKey>) -> Result<(), MirrorError> {
    if !CAN_ENCRYPT {
        return Err(MirrorError::CannotEncrypt);
    }
    let store = Store::open_with(path, Mode::Write, from)?;
    let _locks = store.status()?.iter().map(|of| lock(path, &of.name)).collect::<Result<Vec<SyncLock>, _>>()?;
    let connection = store.connection;
    take_alone(&connection, path)?;
    let copy = copy_of(path);
    let written = write_copy(&connection, path, &copy, to).and_then(|()| check_copy(&connection, &copy, to));
    if let Err(error) = written {
        // The error tells more than a second one would.
        let _ = fs::remove_file(&copy);
        return Err(error);
    }
    put_in_place(connection, path, &copy)
}

/// Has the database to ourselves until the connection is closed, all of it in one file.
fn take_alone(connection: &Connection, path: &Path) -> Result<(), MirrorError> {
    let explain = |error| database_error(path, &error);
    connection.pragma_update(None, "locking_mode", "exclusive").map_err(explain)?;
    let begun = Instant::now();
    loop {
        let journal = connection.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get::<_, String>(0));
        match journal.and_then(|journal| connection.execute_batch("BEGIN EXCLUSIVE; COMMIT").map(|()| journal)) {
            Ok(journal) if journal == "delete" => return Ok(()),
            Ok(_) => {}
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            Err(error) => return Err(explain(error)),
        }
        if begun.elapsed() >= PATIENCE {
            return Err(MirrorError::InUse { path: path.to_owned() });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn write_copy(connection: &Connection, path: &Path, copy: &Path, key: Option<&DatabaseKey>) -> Result<(), MirrorError> {
    let explain = |error| database_error(path, &error);
    let Some(name) = copy.to_str() else {
        return Err(MirrorError::File { path: copy.to_owned(), detail: "its name is no Unicode".to_owned() });
    };
    create_private_file(copy)?;
    let raw = key.map(DatabaseKey::raw);
    let raw = raw.as_ref().map_or("", |raw| raw.as_str());
    connection.execute("ATTACH ?1 AS copy KEY ?2", params![name, raw]).map_err(explain)?;
    let page_size = if key.is_some() {
        connection.pragma_update(Some("copy"), "cipher_compatibility", 4).map_err(explain)?;
        "cipher_page_size"
    } else {
        "page_size"
    };
    connection.pragma_update(Some("copy"), page_size, PAGE_BYTES).map_err(explain)?;
    // Nobody reads it before it is whole and on the disk.
    for (name, value) in [("journal_mode", "off"), ("synchronous", "off")] {
        connection.pragma_update(Some("copy"), name, value).map_err(explain)?;
    }
    connection.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(())).map_err(explain)?;
    let format = schema::format(connection).map_err(explain)?;
    connection.pragma_update(Some("copy"), "application_id", APPLICATION_ID).map_err(explain)?;
    connection.pragma_update(Some("copy"), "user_version", format).map_err(explain)?;
    connection.execute("DETACH copy", []).map_err(explain)?;
    let synced = OpenOptions::new().write(true).open(copy).and_then(|file| file.sync_all());
    synced.map_err(|error| file_error(copy, &error))
}

/// Opens the copy with its key, reads every page of it, and counts the rows.
fn check_copy(connection: &Connection, copy: &Path, key: Option<&DatabaseKey>) -> Result<(), MirrorError> {
    let explain = |error| database_error(copy, &error);
    let damaged = |detail: String| MirrorError::Damaged { path: copy.to_owned(), detail };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copied = Connection::open_with_flags(copy, flags).map_err(explain)?;
    prepared(&copied, copy, key)?;
    let found: String = copied.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(explain)?;
    if found != "ok" {
        return Err(damaged(found));
    }
    let tables = |of: &Connection| -> rusqlite::Result<Vec<(String, i64)>> {
        let mut statement = of.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let count = |name: String| {
            let rows = of.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))?;
            Ok((name, rows))
        };
        names.into_iter().map(count).collect()
    };
    if tables(connection).map_err(explain)? == tables(&copied).map_err(explain)? {
        Ok(())
    } else {
        Err(damaged("the copy does not hold what the mirror holds".to_owned()))
    }
}

/// The copy takes the database's place; what the old file held is overwritten.
fn put_in_place(connection: Connection, path: &Path, copy: &Path) -> Result<(), MirrorError> {
    // Opened now, for it has no name afterwards. Closing it drops the database's lock; nothing is left to lock by then.
    let old = OpenOptions::new().write(true).open(path).map_err(|error| file_error(path, &error))?;
    // Windows renames over no file that is open.
    let held = (!cfg!(windows)).then_some((connection, old));
    fs::rename(copy, path).map_err(|error| file_error(path, &error))?;
    if let Some((connection, old)) = held {
        // Whoever opened it before and waits finds no database in it, and looks again.
        let wiped = wipe(old);
        drop(connection);
        wiped.map_err(|error| file_error(path, &error))?;
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file_error(folder, &error))?;
    }
    Ok(())
}

/// Overwrites a file with zeros.
fn wipe(mut file: File) -> io::Result<()> {
    let zeros = [0; 1 << 13];
    let mut left = file.metadata()?.len();
    while left > 0 {
        let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        file.write_all(&zeros[..bytes])?;
        left -= bytes as u64;
    }
    file.sync_data()
}
