//! The tables of the database, and how one format becomes the next.
//!
//! Every format that was ever released can be read: a migration is added to [`MIGRATIONS`], none is changed.

use rusqlite::{Connection, Transaction};

/// Marks the file as a mirror (`CTMR`), so that no other database is ever touched.
pub const APPLICATION_ID: i64 = 0x4354_4d52;

/// The steps from an empty database to the newest format; the number of steps taken is the format's number.
const MIGRATIONS: &[fn(&Transaction<'_>) -> rusqlite::Result<()>] = &[first];

/// The newest format.
pub const FORMAT: i64 = 1;

/// Brings the database to the newest format, all steps or none.
pub fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = usize::try_from(format(&transaction)?).unwrap_or(0);
    for step in MIGRATIONS.iter().skip(found) {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// The database's format; 0 for an empty one.
pub fn format(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A contact's row number is its block times 65,536 plus its place in the block; a block belongs to one profile.
///
/// `posting` is the inverted index: block and key to the rows that have it. Rows of a block from `indexed` up to `used`
/// are not in it yet and are read one by one. `recency` repeats `active`, packed; `seen` is what a full pass has met.
fn first(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "CREATE TABLE profile (
           id INTEGER PRIMARY KEY,
           name TEXT NOT NULL UNIQUE,
           vendor TEXT NOT NULL,
           account TEXT,
           cursor TEXT,
           pass TEXT,
           started_at INTEGER,
           synced_at INTEGER,
           exact_at INTEGER,
           verdict TEXT,
           bookmark TEXT
         );
         CREATE TABLE block (
           id INTEGER PRIMARY KEY,
           profile INTEGER NOT NULL,
           used INTEGER NOT NULL,
           indexed INTEGER NOT NULL
         );
         CREATE TABLE contact (
           row INTEGER PRIMARY KEY,
           profile INTEGER NOT NULL,
           id TEXT NOT NULL,
           active INTEGER,
           created INTEGER,
           updated INTEGER,
           print INTEGER NOT NULL,
           gone INTEGER,
           text TEXT NOT NULL,
           object BLOB NOT NULL
         );
         CREATE UNIQUE INDEX contact_id ON contact (profile, id);
         CREATE INDEX contact_active ON contact (profile, active DESC);
         CREATE TABLE posting (
           key INTEGER PRIMARY KEY,
           rows BLOB NOT NULL
         );
         CREATE TABLE recency (
           chunk INTEGER PRIMARY KEY,
           active BLOB NOT NULL
         );
         CREATE TABLE seen (
           block INTEGER PRIMARY KEY,
           rows BLOB NOT NULL
         );
         CREATE TABLE change (
           seq INTEGER PRIMARY KEY,
           profile INTEGER NOT NULL,
           contact TEXT NOT NULL,
           seen_at INTEGER NOT NULL,
           field TEXT NOT NULL,
           old TEXT,
           new TEXT
         );
         CREATE INDEX change_contact ON change (profile, contact);
         CREATE INDEX change_seen ON change (seen_at);",
    )
}
