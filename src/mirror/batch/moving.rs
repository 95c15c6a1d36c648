//! Moving what a long sync wrote from the write-ahead log into the database, on a thread of its own: it is mostly waiting for
//! the disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, OpenFlags};

/// Rows after which the log is worth moving.
const ROWS: usize = 1 << 14;

/// Has the log moved while the sync goes on. What it does not get done, whoever writes does by and by.
#[derive(Default)]
pub struct Moving {
    written: usize,
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl Moving {
    /// So many rows were written to the database at `path`.
    pub fn wrote(&mut self, rows: usize, path: &Path) {
        self.written += rows;
        if self.written < ROWS {
            return;
        }
        self.written = 0;
        if self.thread.is_none() {
            let (orders, given) = sync_channel(1);
            let path = path.to_owned();
            let thread = thread::Builder::new().name("moving".to_owned()).spawn(move || work(&path, &given));
            self.thread = thread.ok().map(|thread| (orders, thread));
        }
        if let Some((orders, _)) = &self.thread {
            // One that is still to be begun moves this too.
            let _ = orders.try_send(());
        }
    }

    /// Waits until nothing is being moved any more.
    pub fn end(&mut self) {
        if let Some((orders, thread)) = self.thread.take() {
            drop(orders);
            let _ = thread.join();
        }
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.end();
    }
}

fn work(path: &Path, given: &Receiver<()>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return };
    if connection.pragma_update(None, "synchronous", 1).is_err() {
        return;
    }
    for () in given {
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    }
}
