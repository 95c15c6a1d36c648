//! One writer at a time for each profile, also between processes. The system drops the lock when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::MirrorError;
use super::key::hash;
use super::store::file_error;

/// Held while a profile is synced.
#[derive(Debug)]
pub struct SyncLock {
    file: File,
}

impl Drop for SyncLock {
    fn drop(&mut self) {
        // To close the file would not do while a process that was just started has it too.
        let _ = self.file.unlock();
    }
}

/// Takes the lock of `profile` beside the database, or says that another process has it.
pub fn lock(database: &Path, profile: &str) -> Result<SyncLock, MirrorError> {
    let mut path = database.as_os_str().to_owned();
    path.push(format!("-{:016x}.lock", hash(profile.as_bytes())));
    let path = Path::new(&path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| file_error(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(SyncLock { file }),
        Err(TryLockError::WouldBlock) => Err(MirrorError::Busy { profile: profile.to_owned() }),
        Err(TryLockError::Error(error)) => Err(file_error(path, &error)),
    }
}
