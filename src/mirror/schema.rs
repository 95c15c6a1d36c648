//! The tables of the database, and how one format becomes the next.
//!
//! Every format that was ever released can be read: a migration is added to [`MIGRATIONS`], none is changed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, params};

use super::activity;
use super::index::Postings;
use super::key::{active_key, keys_of_text, long_words_of_text};
use super::object::Decoder;
use super::profile::{Block, join, split};
use super::recency;
use super::rows::{BLOCK_ROWS, Bits};
use super::text::searched_text;

/// Marks the file as a mirror (`CTMR`), so that no other database is ever touched.
pub const APPLICATION_ID: i64 = 0x4354_4d52;

/// The steps from an empty database to the newest format; the number of steps taken is the format's number.
const MIGRATIONS: &[fn(&Transaction<'_>, &mut Watch<'_>) -> rusqlite::Result<()>] =
    &[first, second, third, fourth, fifth, sixth, seventh, eighth];

/// The newest format.
pub const FORMAT: i64 = 8;

/// Tells once when a migration takes long.
pub struct Watch<'a> {
    began: Instant,
    patience: Duration,
    told: Option<&'a dyn Fn()>,
}

impl<'a> Watch<'a> {
    /// A watch that begins now, and calls `told` if there is still work to do after `patience`.
    pub fn new(patience: Duration, told: &'a dyn Fn()) -> Self {
        Self { began: Instant::now(), patience, told: Some(told) }
    }

    fn look(&mut self) {
        if let Some(told) = self.told.take_if(|_| self.began.elapsed() >= self.patience) {
            told();
        }
    }
}

/// Brings the database to the newest format, all steps or none.
pub fn migrate(connection: &mut Connection, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = usize::try_from(format(&transaction)?).unwrap_or(0);
    for step in MIGRATIONS.iter().skip(found) {
        step(&transaction, watch)?;
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
fn first(transaction: &Transaction<'_>, _watch: &mut Watch<'_>) -> rusqlite::Result<()> {
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

fn all_blocks(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Block>> {
    transaction
        .prepare("SELECT id, used, indexed FROM block")?
        .query_map([], |row| Ok(Block { id: row.get(0)?, used: row.get(1)?, indexed: row.get(2)?, merged: false }))?
        .collect()
}

/// The values of custom fields come into the searched text and into the index; both are made of the stored objects.
fn second(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    let mut decoder = Decoder::new().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut update = transaction.prepare("UPDATE contact SET text = ?2 WHERE row = ?1")?;
    for block in all_blocks(transaction)? {
        let mut postings = Postings::default();
        for (row, old, new) in with_custom_fields(transaction, block, &mut decoder, watch)? {
            watch.look();
            let (_, place) = split(row);
            if u32::from(place) < block.indexed {
                keys_of_text(new.strip_prefix(old.as_str()).unwrap_or(&new), |key| postings.note(key, place));
            }
            update.execute(params![row, new])?;
        }
        postings.write_unmerged(transaction, block.id)?;
    }
    Ok(())
}

/// The rows of a block whose searched text lacks custom fields, with that text and what it is to be, in ascending order.
/// A contact that cannot be read stays as it is: the verification tells of it.
fn with_custom_fields(
    transaction: &Transaction<'_>,
    block: Block,
    decoder: &mut Decoder,
    watch: &mut Watch<'_>,
) -> rusqlite::Result<Vec<(i64, String, String)>> {
    let mut found = Vec::new();
    let mut statement =
        transaction.prepare_cached("SELECT row, text, object FROM contact WHERE row BETWEEN ?1 AND ?2 ORDER BY row")?;
    let mut rows = statement.query([join(block.id, 0), join(block.id, BLOCK_ROWS - 1)])?;
    while let Some(row) = rows.next()? {
        watch.look();
        let Ok(contact) = decoder.decode(row.get_ref(2)?.as_blob()?, false) else { continue };
        let (old, new) = (row.get_ref(1)?.as_str()?, searched_text(&contact));
        if !contact.custom_fields.is_empty() && old != new {
            found.push((row.get(0)?, old.to_owned(), new));
        }
    }
    Ok(found)
}

/// Recency is kept roughly, in a third of the room: less is read to find the latest of many.
fn third(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM recency", [])?;
    let mut statement = transaction.prepare("SELECT row, active FROM contact WHERE row BETWEEN ?1 AND ?2")?;
    for block in all_blocks(transaction)? {
        watch.look();
        let range = [join(block.id, 0), join(block.id, BLOCK_ROWS - 1)];
        let rows = statement.query_map(range, |row| Ok((row.get(0)?, row.get(1)?)))?;
        recency::write(transaction, &rows.collect::<rusqlite::Result<Vec<_>>>()?)?;
    }
    Ok(())
}

/// The labels that are read beside the contacts: each with whether all who bear it are known.
fn fourth(transaction: &Transaction<'_>, _watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("ALTER TABLE profile ADD COLUMN labels TEXT")
}

/// The index lists who was last active in every span. From here on contacts may be stored packed, too, which older versions
/// cannot read; those that are there stay as they are.
fn fifth(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    for block in all_blocks(transaction)? {
        watch.look();
        let mut postings = Postings::default();
        recency::read(transaction, block.id, &Bits::range(0, block.indexed), |span, row| {
            if span != recency::NEVER {
                postings.note(active_key(span), split(row).1);
            }
        })?;
        postings.write_unmerged(transaction, block.id)?;
    }
    Ok(())
}

/// The lists of [`activity`](super::activity) as they were up to format 7.
const ACTIVITY: &str = "CREATE TABLE activity (
    block INTEGER NOT NULL,
    active INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (block, active DESC, place)
  ) WITHOUT ROWID";

/// The order of activity is kept block by block instead of in one index, which a sync had to write to all over.
fn sixth(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(ACTIVITY)?;
    let mut lists: BTreeMap<i64, (u32, Vec<(u16, Option<i64>)>)> =
        all_blocks(transaction)?.into_iter().map(|block| (block.id, (block.indexed, Vec::new()))).collect();
    let mut statement =
        transaction.prepare("SELECT row, active FROM contact INDEXED BY contact_active ORDER BY profile")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (block, place) = split(row.get(0)?);
        if let Some((indexed, list)) = lists.get_mut(&block)
            && u32::from(place) < *indexed
        {
            list.push((place, row.get(1)?));
        }
    }
    drop(rows);
    drop(statement);
    let mut put = transaction.prepare("INSERT INTO activity (block, active, place) VALUES (?1, ?2, ?3)")?;
    for (block, (_, list)) in lists {
        watch.look();
        for (place, active) in list {
            let active = active.map_or(i64::MIN, |active| active.max(i64::MIN + 1));
            put.execute(params![block, active, place])?;
        }
    }
    drop(put);
    transaction.execute_batch("DROP INDEX contact_active")
}

/// Contacts are written otherwise from here on, which no older version could read; those that are stored stay as they are.
/// An index of the few that a full pass did not meet, so that nobody reads all rows to count them. Accounts may be numbered
/// alike on two servers, so that whose contacts they are takes the server's name too.
fn seventh(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    watch.look();
    transaction.execute_batch(
        "ALTER TABLE profile ADD COLUMN server TEXT;
         CREATE INDEX contact_gone ON contact (profile) WHERE gone IS NOT NULL",
    )
}

/// The lists of [`activity`](super::activity), of a block or, with a number below zero, of a merged segment.
pub const ACTIVE_LIST: &str = "CREATE TABLE active_list (
    shelf INTEGER NOT NULL,
    late INTEGER NOT NULL,
    place INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (shelf, late, place)
  ) WITHOUT ROWID";

/// The index has longer beginnings of words, and lists by recency lie in chunks. The lists of a segment may be merged, which those that are there are by the next
/// sync.
fn eighth(transaction: &Transaction<'_>, watch: &mut Watch<'_>) -> rusqlite::Result<()> {
    let mut texts = transaction.prepare("SELECT row, text FROM contact WHERE row BETWEEN ?1 AND ?2 ORDER BY row")?;
    for block in all_blocks(transaction)? {
        let mut postings = Postings::default();
        let mut rows = texts.query([join(block.id, 0), join(block.id, block.indexed) - 1])?;
        while let Some(row) = rows.next()? {
            watch.look();
            let (_, place) = split(row.get(0)?);
            long_words_of_text(row.get_ref(1)?.as_str()?, |key| postings.note(key, place));
        }
        postings.write_unmerged(transaction, block.id)?;
    }
    transaction.execute_batch(
        "ALTER TABLE block ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE merged_posting (
           key INTEGER PRIMARY KEY,
           rows BLOB NOT NULL
         );",
    )?;
    transaction.execute_batch(ACTIVE_LIST)?;
    let mut listed =
        transaction.prepare("SELECT place, nullif(active, -9223372036854775808) FROM activity WHERE block = ?1")?;
    for block in all_blocks(transaction)? {
        watch.look();
        let rows = listed.query_map([block.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        activity::list_unmerged(transaction, block.id, &rows.collect::<rusqlite::Result<Vec<_>>>()?)?;
    }
    drop(listed);
    transaction.execute_batch("DROP TABLE activity")
}
