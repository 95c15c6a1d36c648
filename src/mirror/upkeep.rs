//! Looking after the database: is everything as it must be, making the index anew, forgetting for good.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Contact, Time};

use super::activity;
use super::cipher::decrypted;
use super::error::MirrorError;
use super::index::{Postings, drop_block, has_rows, remove_rows};
use super::key::keys_of;
use super::lock::lock;
use super::object::{Decoder, Encoder};
use super::profile::{self, Block, Profile};
use super::recency;
use super::rows::Bits;
use super::store::Store;
use super::text::{Field, searched_text};

/// Problems that are told one by one; more are only counted.
const MOST_TOLD: usize = 20;

/// The new copy of a database up to this size is put together in memory, so that no other file ever holds contacts.
const MOST_IN_MEMORY: u64 = 1 << 28;

/// What [`Store::verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Contacts that were decoded and compared with what the index says of them.
    pub contacts: u64,
    /// What is wrong, the first problems in words.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub count: u64,
}

impl Verified {
    fn add(&mut self, problem: impl Into<String>) {
        self.count += 1;
        if self.problems.len() < MOST_TOLD {
            // SQLite tells of many places at once; the first is enough to know what to do.
            let problem = problem.into();
            let mut lines = problem.lines().map(str::trim).filter(|line| !line.is_empty());
            let first = lines.next().unwrap_or_default().to_owned();
            let more = lines.count();
            self.problems.push(if more == 0 { first } else { format!("{first} (and {more} lines more)") });
        }
    }
}

/// What [`Store::rebuild`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Contacts whose derived columns and index are new.
    pub contacts: u64,
    /// Contacts that could not be read any more and were removed; the next full sync brings them back.
    pub lost: u64,
}

/// What [`Store::forget_contact`] and [`Store::forget_profile`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Contacts.
    pub contacts: u64,
    /// Entries of the history.
    pub changes: u64,
    /// Bytes of the database's files that were searched for what was removed, without finding it.
    pub bytes_searched: u64,
}

struct Stored {
    row: i64,
    id: String,
    active: Option<i64>,
    text: String,
    object: Vec<u8>,
}

fn place(row: i64) -> u16 {
    profile::split(row).1
}

/// Calls `visit` with every contact of a block.
fn each(
    connection: &Connection,
    block: Block,
    mut visit: impl FnMut(Stored) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare("SELECT row, id, active, text, object FROM contact WHERE row BETWEEN ?1 AND ?2 ORDER BY row")?;
    let mut rows = statement.query([block.id << 16, block.id << 16 | 0xffff])?;
    while let Some(columns) = rows.next()? {
        let (row, id, active) = (columns.get(0)?, columns.get(1)?, columns.get(2)?);
        visit(Stored { row, id, active, text: columns.get(3)?, object: columns.get(4)? })?;
    }
    Ok(())
}

fn millis(time: Option<Time>) -> Option<i64> {
    time.map(|time| time.timestamp().as_millisecond())
}

fn profiles(connection: &Connection) -> rusqlite::Result<Vec<Profile>> {
    profile::names(connection)?.iter().filter_map(|name| profile::find(connection, name).transpose()).collect()
}

impl Store {
    /// Checks the database's structure, decodes every contact, and compares index and derived columns with it.
    pub fn verify(&self) -> Result<Verified, MirrorError> {
        let mut found = Verified::default();
        let explain = self.explain();
        let mut statement = self.connection.prepare("PRAGMA integrity_check").map_err(explain)?;
        let lines = statement
            .query_map([], |row| row.get::<_, String>(0))
            .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
            .map_err(explain)?;
        lines.into_iter().filter(|line| line != "ok").for_each(|line| found.add(line));
        if found.count == 0 {
            self.verify_contacts(&mut found).map_err(explain)?;
        }
        Ok(found)
    }

    fn verify_contacts(&self, found: &mut Verified) -> rusqlite::Result<()> {
        // One snapshot for all of it, so that a sync that writes meanwhile is no damage.
        let _snapshot = self.connection.unchecked_transaction()?;
        let mut decoder = Decoder::new().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let mut counted = 0;
        for profile in profiles(&self.connection)? {
            for block in profile::blocks(&self.connection, profile.id)? {
                let mut expected = Postings::default();
                let mut listed: HashMap<_, _> = activity::listed(&self.connection, block.id)?.into_iter().collect();
                let mut spans = HashMap::new();
                recency::read(&self.connection, block.id, &Bits::range(0, block.used), |span, row| {
                    spans.insert(row, span);
                })?;
                each(&self.connection, block, |stored| {
                    found.contacts += 1;
                    counted += 1;
                    if u32::from(place(stored.row)) >= block.used {
                        found.add(format!("contact `{}` lies beyond the end of its block", stored.id));
                    }
                    let contact = match decoder.decode(&stored.object, true) {
                        Ok(contact) => contact,
                        Err(detail) => {
                            found.add(format!("contact `{}`: {detail}", stored.id));
                            return Ok(());
                        }
                    };
                    if contact.id != stored.id {
                        found.add(format!("contact `{}` is stored under the id `{}`", contact.id, stored.id));
                    }
                    if searched_text(&contact) != stored.text {
                        found.add(format!("contact `{}` is searched by an outdated text", stored.id));
                    }
                    let active = millis(contact.last_activity_at);
                    if stored.active != active || spans.get(&stored.row) != Some(&recency::span_of(active)) {
                        found.add(format!("contact `{}` is sorted by an outdated time", stored.id));
                    }
                    if u32::from(place(stored.row)) < block.indexed {
                        if listed.remove(&stored.row) != Some(active) {
                            found.add(format!("contact `{}` is listed with an outdated time", stored.id));
                        }
                        keys_of(&contact, &stored.text, |key| expected.note(key, place(stored.row)));
                    }
                    Ok(())
                })?;
                if !listed.is_empty() {
                    found.add(format!("contacts of profile `{}` are listed by time that are not there", profile.name));
                }
                for (key, rows) in expected.into_lists() {
                    if !has_rows(&self.connection, block.id, key, &rows)? {
                        found.add(format!("the index misses contacts of profile `{}`", profile.name));
                    }
                }
            }
        }
        let all: i64 = self.connection.query_row("SELECT count(*) FROM contact", [], |row| row.get(0))?;
        if all != counted {
            found.add(format!("{} contacts belong to no profile", all - counted));
        }
        Ok(())
    }

    /// Makes derived columns and index anew from the stored objects, without the network.
    pub fn rebuild(&mut self) -> Result<Rebuilt, MirrorError> {
        let path = self.path.clone();
        let explain = |error| super::store::database_error(&path, &error);
        self.connection.execute_batch("REINDEX").map_err(explain)?;
        let mut rebuilt = Rebuilt::default();
        for profile in profiles(&self.connection).map_err(explain)? {
            let _lock = lock(&self.path, &profile.name)?;
            for block in profile::blocks(&self.connection, profile.id).map_err(explain)? {
                // A block at a time, so that a kill leaves whole blocks behind.
                let transaction = self.connection.transaction().map_err(explain)?;
                rebuild_block(&transaction, block, &mut rebuilt).map_err(explain)?;
                transaction.commit().map_err(explain)?;
            }
        }
        Ok(rebuilt)
    }

    /// Removes one contact and every trace of it, the history included, and searches the files for what may be left.
    pub fn forget_contact(&mut self, profile: &str, id: &str) -> Result<Forgotten, MirrorError> {
        let _lock = lock(&self.path, profile)?;
        let contact = self.contact(profile, id)?;
        self.move_log()?;
        let path = self.path.clone();
        let explain = |error| super::store::database_error(&path, &error);
        let transaction = self.connection.transaction().map_err(explain)?;
        let changes = forget_row(&transaction, profile, id).map_err(explain)?;
        transaction.commit().map_err(explain)?;
        let bytes_searched = self.scrub(&traces(&contact))?;
        Ok(Forgotten { contacts: 1, changes, bytes_searched })
    }

    /// Removes everything of a profile.
    pub fn forget_profile(&mut self, profile: &str) -> Result<Forgotten, MirrorError> {
        let _lock = lock(&self.path, profile)?;
        let path = self.path.clone();
        let explain = |error| super::store::database_error(&path, &error);
        let Some(found) = profile::find(&self.connection, profile).map_err(explain)? else {
            return Err(MirrorError::NoProfile { profile: profile.to_owned() });
        };
        let sample: Option<i64> = self
            .connection
            .query_row("SELECT row FROM contact WHERE profile = ?1 LIMIT 1", [found.id], |row| row.get(0))
            .optional()
            .map_err(explain)?;
        let sample = sample.map_or(Ok(Vec::new()), |row| self.contacts_of(&[row], &found, true))?;
        self.move_log()?;
        let transaction = self.connection.transaction().map_err(explain)?;
        let (contacts, changes) = forget_blocks(&transaction, found.id).map_err(explain)?;
        transaction.commit().map_err(explain)?;
        let bytes_searched = self.scrub(&sample.iter().flat_map(traces).collect::<Vec<_>>())?;
        Ok(Forgotten { contacts, changes, bytes_searched })
    }

    /// Writes the files anew without what was deleted, then searches them for `traces` that no remaining contact has.
    fn scrub(&mut self, traces: &[String]) -> Result<u64, MirrorError> {
        let path = self.path.clone();
        let explain = |error| super::store::database_error(&path, &error);
        // What SQLCipher sorts on its way would not be encrypted in a file.
        let large = !self.encrypted && std::fs::metadata(&path).is_ok_and(|file| file.len() > MOST_IN_MEMORY);
        if large {
            self.connection.pragma_update(None, "temp_store", 1).map_err(explain)?;
        }
        self.connection.execute_batch("VACUUM").map_err(explain)?;
        self.move_log()?;
        if self.encrypted {
            // In the files nothing could be found, whether it is there or not.
            let pages = decrypted(&mut self.connection).map_err(explain)?;
            return self.search_bytes(&pages, traces);
        }
        let mut searched = 0;
        for suffix in ["", "-wal"] {
            let mut file = self.path.as_os_str().to_owned();
            file.push(suffix);
            let Ok(bytes) = std::fs::read(&file) else { continue };
            searched += self.search_bytes(&bytes, traces)?;
        }
        Ok(searched)
    }

    /// Moves the whole write-ahead log into the database; an error as long as somebody reads what would be overwritten. Tried
    /// before anything is forgotten too: what is gone from the tables and still in the files could not be asked for again.
    fn move_log(&self) -> Result<(), MirrorError> {
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(|error| super::store::database_error(&self.path, &error))?;
        if busy == 0 { Ok(()) } else { Err(MirrorError::InUse { path: self.path.clone() }) }
    }

    /// How many bytes there are, none of them a trace of what only forgotten contacts had.
    fn search_bytes(&self, bytes: &[u8], traces: &[String]) -> Result<u64, MirrorError> {
        for trace in traces {
            if memchr::memmem::find(bytes, trace.as_bytes()).is_some() && !self.is_known(trace)? {
                let detail = "what was to be forgotten is still in the file".to_owned();
                return Err(MirrorError::Damaged { path: self.path.clone(), detail });
            }
        }
        Ok(bytes.len() as u64)
    }

    /// Whether a remaining contact has this in its searched text, or as its id.
    fn is_known(&self, trace: &str) -> Result<bool, MirrorError> {
        self.connection
            .prepare("SELECT 1 FROM contact WHERE instr(text, ?1) OR instr(id, ?1) LIMIT 1")
            .and_then(|mut statement| statement.exists([trace]))
            .map_err(self.explain())
    }
}

/// What would betray a contact: its e-mail addresses and phone numbers as they are searched, and its id if it is long.
/// Not custom fields: what is in them may stand in other contacts where it is not searched.
fn traces(contact: &Contact) -> Vec<String> {
    let text = searched_text(contact);
    let own = super::text::fields(&text).filter(|(field, _)| *field != Field::Custom);
    let fields = own.map(|(_, body)| body.to_owned());
    fields.chain([contact.id.to_string()]).filter(|trace| trace.len() >= 10).collect()
}

fn forget_row(connection: &Connection, profile: &str, id: &str) -> rusqlite::Result<u64> {
    let (row, profile, active): (i64, i64, Option<i64>) = connection.query_row(
        "SELECT row, profile, active FROM contact WHERE id = ?2 AND profile = (SELECT id FROM profile WHERE name = ?1)",
        params![profile, id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut bits = Bits::default();
    bits.insert(place(row));
    remove_rows(connection, row >> 16, &bits)?;
    recency::write(connection, &[(row, None)])?;
    activity::remove(connection, row, active)?;
    connection.execute("DELETE FROM contact WHERE row = ?1", [row])?;
    let changes = connection.execute("DELETE FROM change WHERE profile = ?1 AND contact = ?2", params![profile, id])?;
    Ok(changes as u64)
}

fn forget_blocks(connection: &Connection, profile: i64) -> rusqlite::Result<(u64, u64)> {
    for block in profile::blocks(connection, profile)? {
        drop_block(connection, block.id)?;
        recency::drop_block(connection, block.id)?;
        activity::drop_block(connection, block.id)?;
        connection.execute("DELETE FROM seen WHERE block = ?1", [block.id])?;
    }
    let contacts = connection.execute("DELETE FROM contact WHERE profile = ?1", [profile])?;
    let changes = connection.execute("DELETE FROM change WHERE profile = ?1", [profile])?;
    connection.execute("DELETE FROM block WHERE profile = ?1", [profile])?;
    connection.execute("DELETE FROM profile WHERE id = ?1", [profile])?;
    Ok((contacts as u64, changes as u64))
}

fn rebuild_block(connection: &Connection, block: Block, rebuilt: &mut Rebuilt) -> rusqlite::Result<()> {
    let codec = |error: std::io::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    let (mut decoder, mut encoder) = (Decoder::new().map_err(codec)?, Encoder::new().map_err(codec)?);
    let mut postings = Postings::default();
    let mut actives = Vec::new();
    let mut used = block.used;
    drop_block(connection, block.id)?;
    recency::drop_block(connection, block.id)?;
    activity::drop_block(connection, block.id)?;
    let mut update = connection
        .prepare("UPDATE contact SET active = ?2, created = ?3, updated = ?4, print = ?5, text = ?6 WHERE row = ?1")?;
    each(connection, block, |stored| {
        used = used.max(u32::from(place(stored.row)) + 1);
        let Some(contact) = decoder.decode(&stored.object, true).ok().filter(|contact| contact.id == stored.id) else {
            rebuilt.lost += 1;
            return connection.execute("DELETE FROM contact WHERE row = ?1", [stored.row]).map(drop);
        };
        rebuilt.contacts += 1;
        let text = searched_text(&contact);
        keys_of(&contact, &text, |key| postings.note(key, place(stored.row)));
        actives.push((stored.row, millis(contact.last_activity_at)));
        let print = encoder.encode(&contact, &mut Vec::new()).map_err(codec)?;
        update
            .execute(params![
                stored.row,
                millis(contact.last_activity_at),
                millis(contact.created_at),
                millis(contact.updated_at),
                print,
                text
            ])
            .map(drop)
    })?;
    postings.write(connection, block.id)?;
    recency::write(connection, &actives)?;
    let listed: Vec<_> = actives.iter().map(|(row, active)| (place(*row), *active)).collect();
    activity::list(connection, block.id, &listed)?;
    connection.execute("UPDATE block SET used = ?2, indexed = ?2 WHERE id = ?1", params![block.id, used]).map(drop)
}
