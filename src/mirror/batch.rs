//! Writing what a sync brings: rows and cursor in one transaction, deletions only after a proof.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Contact, Time};

use super::error::MirrorError;
use super::history::{differences, record};
use super::index::{Postings, amend, drop_block, remove_rows};
use super::key::{Key, keys_of};
use super::lock::{SyncLock, lock};
use super::object::{Decoder, Prepared};
use super::profile::{self, Block, join, split};
use super::recency;
use super::rows::{BLOCK_ROWS, Bits};
use super::store::{Store, database_error, file_error};

/// Pages that come faster than this share a transaction.
const COMMIT_AFTER: Duration = Duration::from_millis(250);
/// Rows a transaction holds at most, give or take a page.
const COMMIT_ROWS: usize = 2048;
/// Pages of the write-ahead log that a long sync lets grow before they are moved into the database.
const LOG_PAGES: i64 = 4096;

/// Whose contacts are about to be written.
#[derive(Clone, Copy, Debug)]
pub struct SyncTarget<'a> {
    /// The profile's name.
    pub profile: &'a str,
    /// The vendor's name.
    pub vendor: &'a str,
    /// The account, where the vendor tells; another one than stored is refused.
    pub account: Option<&'a str>,
}

/// What a sync walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Every contact; continues an unfinished full pass.
    Full,
    /// What changed lately.
    Increment,
    /// A few contacts that were read anyway; says nothing of the age of the others.
    Repair,
}

/// What the walk proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Every contact was seen: those of a full pass that were not are removed.
    Exact,
    /// The walk reached its end without a proof: nothing is removed, what was not seen is marked.
    Changed,
    /// The walk was cut short: nothing is concluded, and a full pass is continued by the next.
    Partial,
}

/// What pages did to the mirror.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Rows brought, duplicates included.
    pub rows: u64,
    /// Contacts that were new.
    pub added: u64,
    /// Contacts that differed from what was stored.
    pub changed: u64,
    /// Contacts that were as stored.
    pub same: u64,
    /// Contacts removed at the end.
    pub removed: u64,
}

/// A sync in progress; dropped without [`Batch::finish`], it keeps what was committed and can be resumed.
pub struct Batch<'s> {
    store: &'s mut Store,
    profile: i64,
    name: String,
    pass: Pass,
    resume: Option<String>,
    started_at: Timestamp,
    cursor: Option<String>,
    bookmark: Option<String>,
    decoder: Decoder,
    block: Option<Block>,
    postings: Postings,
    seen: BTreeMap<i64, (Bits, SeenState)>,
    waiting: Vec<Prepared>,
    actives: Vec<(i64, Option<i64>)>,
    committed: Option<Instant>,
    report: SyncReport,
    _lock: SyncLock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SeenState {
    Stored,
    Changed,
}

impl Store {
    /// Begins a sync at `now`, alone for its profile. A full pass that was not finished is continued.
    pub fn begin_sync(
        &mut self,
        target: &SyncTarget<'_>,
        pass: Pass,
        now: Timestamp,
    ) -> Result<Batch<'_>, MirrorError> {
        let lock = lock(&self.path, target.profile)?;
        let path = self.path.clone();
        let explain = |error| database_error(&path, &error);
        let begun = begin(&self.connection, target, pass, now).map_err(explain)?;
        let (profile, resume, started_at) = match begun {
            Begun::Ready(profile, resume, started_at) => (profile, resume, started_at),
            Begun::OtherAccount(stored, found) => {
                return Err(MirrorError::AccountChanged { profile: target.profile.to_owned(), stored, found });
            }
        };
        self.connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).map_err(explain)?;
        let codec = |error: std::io::Error| file_error(&path, &error);
        let mut batch = Batch {
            profile,
            name: target.profile.to_owned(),
            pass,
            cursor: resume.clone(),
            resume,
            bookmark: None,
            started_at,
            decoder: Decoder::new().map_err(codec)?,
            block: None,
            postings: Postings::default(),
            seen: BTreeMap::new(),
            waiting: Vec::new(),
            actives: Vec::new(),
            committed: None,
            report: SyncReport::default(),
            store: self,
            _lock: lock,
        };
        batch.load().map_err(explain)?;
        Ok(batch)
    }
}

enum Begun {
    Ready(i64, Option<String>, Timestamp),
    OtherAccount(String, String),
}

fn begin(connection: &Connection, target: &SyncTarget<'_>, pass: Pass, now: Timestamp) -> rusqlite::Result<Begun> {
    let stored = connection
        .query_row(
            "SELECT id, vendor, account, cursor, pass, started_at FROM profile WHERE name = ?1",
            [target.profile],
            |row| {
                let state: (Option<String>, Option<String>, Option<i64>) = (row.get(3)?, row.get(4)?, row.get(5)?);
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?, state))
            },
        )
        .optional()?;
    let Some((id, vendor, account, (cursor, stored_pass, started))) = stored else {
        connection.execute(
            "INSERT INTO profile (name, vendor, account, pass, started_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![target.profile, target.vendor, target.account, pass.word(), now.as_millisecond()],
        )?;
        return Ok(Begun::Ready(connection.last_insert_rowid(), None, now));
    };
    if vendor != target.vendor {
        return Ok(Begun::OtherAccount(vendor, target.vendor.to_owned()));
    }
    match (account, target.account) {
        (Some(stored), Some(found)) if stored != found => return Ok(Begun::OtherAccount(stored, found.to_owned())),
        (None, Some(found)) => {
            connection.execute("UPDATE profile SET account = ?2 WHERE id = ?1", params![id, found])?;
        }
        _ => {}
    }
    let unfinished = stored_pass.as_deref() == Some(Pass::Full.word()) && cursor.is_some();
    let started = started.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    if let (Pass::Full, true, Some(started)) = (pass, unfinished, started) {
        return Ok(Begun::Ready(id, cursor, started));
    }
    if pass == Pass::Full {
        forget_seen(connection, id)?;
        connection.execute(
            "UPDATE profile SET pass = ?2, cursor = NULL, started_at = ?3 WHERE id = ?1",
            params![id, pass.word(), now.as_millisecond()],
        )?;
    }
    Ok(Begun::Ready(id, None, now))
}

fn forget_seen(connection: &Connection, profile: i64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM seen WHERE block IN (SELECT id FROM block WHERE profile = ?1)", [profile]).map(drop)
}

impl Pass {
    fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Increment => "increment",
            Self::Repair => "repair",
        }
    }
}

impl Proof {
    fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Changed => "changed",
            Self::Partial => "partial",
        }
    }
}

impl Batch<'_> {
    /// Where an unfinished full pass is to go on: the cursor last given.
    pub fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    /// When this pass began; an earlier time than now if it is continued.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// What happened so far.
    pub fn report(&self) -> SyncReport {
        self.report
    }

    /// Stores the rows of a page and the cursor behind it, in one transaction. Pages that come quickly share one: they
    /// wait in memory until then, so that no other writer waits for a vendor. Rows may come as contacts, or as
    /// [`Prepared`] by the threads that decoded them.
    pub fn page<R: Into<Prepared>>(
        &mut self,
        rows: Vec<R>,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<(), MirrorError> {
        self.waiting.extend(rows.into_iter().map(Into::into));
        if let Some(cursor) = cursor {
            self.cursor = Some(cursor.to_owned());
        }
        let late = self.committed.is_none_or(|at| at.elapsed() >= COMMIT_AFTER);
        if late || self.waiting.len() >= COMMIT_ROWS {
            let result = self.transact(|batch| batch.flush(now));
            return self.explained(result);
        }
        Ok(())
    }

    /// Removes a contact of which the vendor said that there is none.
    pub fn remove(&mut self, id: &str, now: Timestamp) -> Result<(), MirrorError> {
        let result = self.transact(|batch| {
            batch.flush(now)?;
            let connection = &batch.store.connection;
            let row: Option<i64> = connection
                .prepare_cached("SELECT row FROM contact WHERE profile = ?1 AND id = ?2")?
                .query_row(params![batch.profile, id], |row| row.get(0))
                .optional()?;
            if let Some(row) = row {
                let (block, place) = split(row);
                let mut gone = Bits::default();
                gone.insert(place);
                remove_rows(connection, block, &gone)?;
                batch.remove_row(row, now)?;
                batch.report.removed += 1;
            }
            Ok(())
        });
        self.explained(result)
    }

    /// Keeps a word for the next increment, as the time up to which changes were read; stored when the sync ends well.
    pub fn set_bookmark(&mut self, bookmark: impl Into<String>) {
        self.bookmark = Some(bookmark.into());
    }

    /// Ends the sync with what the walk proved, and indexes what is not yet.
    pub fn finish(mut self, proof: Proof, now: Timestamp) -> Result<SyncReport, MirrorError> {
        if proof == Proof::Exact && self.pass == Pass::Full {
            let stored = self.stored();
            let stored = self.explained(stored.map_err(Trouble::from))?;
            let none_seen = self.waiting.is_empty() && self.seen.values().all(|(bits, _)| bits.is_empty());
            if none_seen && stored > 0 {
                return Err(MirrorError::Vanished { profile: self.name.clone(), stored });
            }
        }
        let result = self.conclude(proof, now);
        self.explained(result)?;
        Ok(self.report)
    }

    fn explained<T>(&self, result: Result<T, Trouble>) -> Result<T, MirrorError> {
        result.map_err(|trouble| match trouble {
            Trouble::Database(error) => database_error(&self.store.path, &error),
            Trouble::Object(detail) => MirrorError::Damaged { path: self.store.path.clone(), detail },
        })
    }

    fn stored(&self) -> rusqlite::Result<u64> {
        self.store
            .connection
            .query_row("SELECT count(*) FROM contact WHERE profile = ?1", [self.profile], |row| row.get(0))
    }

    /// Reads what an interrupted sync left: the block that is being filled, and what was seen.
    fn load(&mut self) -> rusqlite::Result<()> {
        let connection = &self.store.connection;
        let blocks = profile::blocks(connection, self.profile)?;
        if self.pass == Pass::Full && self.resume.is_some() {
            for block in &blocks {
                let stored: Option<Vec<u8>> = connection
                    .query_row("SELECT rows FROM seen WHERE block = ?1", [block.id], |row| row.get(0))
                    .optional()?;
                let mut bits = Bits::default();
                bits.or_stored(&stored.unwrap_or_default());
                self.seen.insert(block.id, (bits, SeenState::Stored));
            }
        }
        self.block = blocks.last().copied().filter(|block| !block.is_full());
        if let Some(block) = self.block {
            gather(connection, block, &mut self.decoder, &mut self.postings)?;
        }
        Ok(())
    }

    /// Runs `work` in a transaction, together with what the sync must remember of it.
    fn transact(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Trouble>) -> Result<(), Trouble> {
        self.store.connection.execute_batch("BEGIN IMMEDIATE")?;
        let result = work(self).and_then(|()| Ok(self.commit()?));
        if result.is_err() {
            // What was not committed comes again with the resumed walk.
            let _ = self.store.connection.execute_batch("ROLLBACK");
        }
        self.committed = Some(Instant::now());
        result
    }

    fn flush(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.iter().try_for_each(|prepared| self.upsert(prepared, now))?;
        recency::write(&self.store.connection, &std::mem::take(&mut self.actives))?;
        Ok(())
    }

    fn upsert(&mut self, prepared: &Prepared, now: Timestamp) -> Result<(), Trouble> {
        let Prepared { contact, text, keys, encoded } = prepared;
        self.report.rows += 1;
        let connection = &self.store.connection;
        let stored = connection
            .prepare_cached("SELECT row, print, gone IS NOT NULL FROM contact WHERE profile = ?1 AND id = ?2")?
            .query_row(params![self.profile, contact.id.as_str()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))
            })
            .optional()?;
        let millis = |time: Option<Time>| time.map(|time| time.timestamp().as_millisecond());
        let (active, created, updated) =
            (millis(contact.last_activity_at), millis(contact.created_at), millis(contact.updated_at));
        let row = match stored {
            Some((row, print, gone)) if print == encoded.print => {
                self.report.same += 1;
                if gone {
                    connection.prepare_cached("UPDATE contact SET gone = NULL WHERE row = ?1")?.execute([row])?;
                }
                row
            }
            Some((row, ..)) => {
                self.report.changed += 1;
                let (old_text, object): (String, Vec<u8>) = connection
                    .prepare_cached("SELECT text, object FROM contact WHERE row = ?1")?
                    .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let old = self.decoder.decode(&object).map_err(Trouble::Object)?;
                connection
                    .prepare_cached(
                        "UPDATE contact SET active = ?2, created = ?3, updated = ?4, print = ?5, gone = NULL, text = ?6,
                         object = ?7 WHERE row = ?1",
                    )?
                    .execute(params![row, active, created, updated, encoded.print, text, encoded.object])?;
                self.actives.push((row, active));
                record(connection, self.profile, &contact.id, now, &differences(&old, contact))?;
                let (before, after) = (sorted_keys(&old, &old_text), sorted(keys.clone()));
                let minus = |a: &[Key], b: &[Key]| -> Vec<Key> {
                    a.iter().filter(|key| b.binary_search(key).is_err()).copied().collect()
                };
                let (block, place) = split(row);
                amend(connection, block, place, &minus(&after, &before), &minus(&before, &after))?;
                row
            }
            None => {
                self.report.added += 1;
                let block = self.room()?;
                let row = join(block.id, block.used);
                self.store
                    .connection
                    .prepare_cached(
                        "INSERT INTO contact (row, profile, id, active, created, updated, print, text, object)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                    )?
                    .execute(params![
                        row,
                        self.profile,
                        contact.id.as_str(),
                        active,
                        created,
                        updated,
                        encoded.print,
                        text,
                        encoded.object
                    ])?;
                self.actives.push((row, active));
                let (_, place) = split(row);
                keys.iter().for_each(|key| self.postings.note(*key, place));
                self.block = Some(Block { used: block.used + 1, ..block });
                if block.used + 1 == BLOCK_ROWS {
                    self.index_block()?;
                }
                row
            }
        };
        if self.pass == Pass::Full {
            let (block, place) = split(row);
            let (bits, state) = self.seen.entry(block).or_insert_with(|| (Bits::default(), SeenState::Changed));
            bits.insert(place);
            *state = SeenState::Changed;
        }
        Ok(())
    }

    /// The block that takes the next new contact.
    fn room(&mut self) -> rusqlite::Result<Block> {
        if let Some(block) = self.block.filter(|block| !block.is_full()) {
            return Ok(block);
        }
        let connection = &self.store.connection;
        connection.execute("INSERT INTO block (profile, used, indexed) VALUES (?1, 0, 0)", [self.profile])?;
        let block = Block { id: connection.last_insert_rowid(), used: 0, indexed: 0 };
        self.block = Some(block);
        Ok(block)
    }

    /// Puts the rows of the current block that are not indexed yet into the index.
    fn index_block(&mut self) -> rusqlite::Result<()> {
        let Some(block) = &mut self.block else { return Ok(()) };
        if block.indexed == block.used {
            return Ok(());
        }
        self.postings.write(&self.store.connection, block.id)?;
        block.indexed = block.used;
        self.store
            .connection
            .prepare_cached("UPDATE block SET used = ?2, indexed = ?2 WHERE id = ?1")?
            .execute(params![block.id, block.used])
            .map(drop)
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        let connection = &self.store.connection;
        if let Some(block) = self.block {
            connection
                .prepare_cached("UPDATE block SET used = ?2 WHERE id = ?1")?
                .execute(params![block.id, block.used])?;
        }
        for (block, (bits, state)) in &mut self.seen {
            if *state == SeenState::Changed {
                connection
                    .prepare_cached("INSERT OR REPLACE INTO seen (block, rows) VALUES (?1, ?2)")?
                    .execute(params![block, bits.to_stored()])?;
                *state = SeenState::Stored;
            }
        }
        if self.pass == Pass::Full {
            connection
                .prepare_cached("UPDATE profile SET cursor = ?2 WHERE id = ?1")?
                .execute(params![self.profile, self.cursor])?;
        }
        connection.execute_batch("COMMIT")
    }

    fn conclude(&mut self, proof: Proof, now: Timestamp) -> Result<(), Trouble> {
        self.transact(|batch| {
            batch.flush(now)?;
            batch.index_block()?;
            if batch.pass == Pass::Full {
                match proof {
                    Proof::Exact => batch.report.removed = batch.remove_unseen(now)?,
                    Proof::Changed => batch.mark_unseen(now)?,
                    Proof::Partial => {}
                }
            }
            batch.remember(proof)
        })?;
        // Best effort: a reader may hold the log; it is then moved at the next occasion.
        let _ = self.store.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(())
    }

    /// Notes how the sync ended.
    fn remember(&mut self, proof: Proof) -> Result<(), Trouble> {
        let connection = &self.store.connection;
        let (verdict, started) = (proof.word(), self.started_at.as_millisecond());
        if self.pass == Pass::Repair {
            return Ok(());
        }
        connection.execute("UPDATE profile SET verdict = ?2 WHERE id = ?1", params![self.profile, verdict])?;
        if let Some(bookmark) = self.bookmark.as_deref().filter(|_| proof != Proof::Partial) {
            connection.execute("UPDATE profile SET bookmark = ?2 WHERE id = ?1", params![self.profile, bookmark])?;
        }
        match (self.pass, proof) {
            (_, Proof::Partial) => {}
            (Pass::Full, _) => {
                self.cursor = None;
                self.seen.clear();
                forget_seen(connection, self.profile)?;
                connection.execute(
                    "UPDATE profile SET pass = NULL, synced_at = ?3,
                     exact_at = CASE WHEN ?2 = 'exact' THEN ?3 ELSE exact_at END WHERE id = ?1",
                    params![self.profile, verdict, started],
                )?;
            }
            // Increments to a copy that was never whole leave it without an age.
            (Pass::Increment | Pass::Repair, _) => {
                connection.execute(
                    "UPDATE profile SET synced_at = ?2 WHERE id = ?1 AND synced_at IS NOT NULL",
                    params![self.profile, started],
                )?;
            }
        }
        Ok(())
    }

    /// The rows of a block that hold contacts which this pass did not see.
    fn unseen(&self, block: Block) -> rusqlite::Result<Bits> {
        let mut bits = Bits::default();
        let mut statement =
            self.store.connection.prepare_cached("SELECT row FROM contact WHERE row BETWEEN ?1 AND ?2")?;
        let mut rows = statement.query([join(block.id, 0), join(block.id, BLOCK_ROWS - 1)])?;
        while let Some(row) = rows.next()? {
            bits.insert(split(row.get(0)?).1);
        }
        if let Some((seen, _)) = self.seen.get(&block.id) {
            bits.without(seen);
        }
        Ok(bits)
    }

    fn remove_unseen(&mut self, now: Timestamp) -> Result<u64, Trouble> {
        let mut removed = 0;
        for block in profile::blocks(&self.store.connection, self.profile)? {
            let gone = self.unseen(block)?;
            if gone.is_empty() {
                continue;
            }
            for place in gone.iter() {
                self.remove_row(join(block.id, u32::from(place)), now)?;
                removed += 1;
            }
            if u64::from(gone.count()) == u64::from(block.used) {
                drop_block(&self.store.connection, block.id)?;
            } else {
                remove_rows(&self.store.connection, block.id, &gone)?;
            }
        }
        Ok(removed)
    }

    /// Deletes a row and notes in the history that its contact is gone.
    fn remove_row(&mut self, row: i64, now: Timestamp) -> Result<(), Trouble> {
        let connection = &self.store.connection;
        let (id, object): (String, Vec<u8>) = connection
            .prepare_cached("SELECT id, object FROM contact WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let name = self.decoder.decode(&object).ok().and_then(|contact| contact.name).unwrap_or_default();
        record(connection, self.profile, &id, now, &[("contact", Some(name.into()), None)])?;
        connection.prepare_cached("DELETE FROM contact WHERE row = ?1")?.execute([row])?;
        Ok(())
    }

    fn mark_unseen(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let connection = &self.store.connection;
        for block in profile::blocks(connection, self.profile)? {
            for place in self.unseen(block)?.iter() {
                connection
                    .prepare_cached("UPDATE contact SET gone = ?2 WHERE row = ?1 AND gone IS NULL")?
                    .execute(params![join(block.id, u32::from(place)), now.as_millisecond()])?;
            }
        }
        Ok(())
    }
}

fn sorted_keys(contact: &Contact, text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    keys_of(contact, text, |key| keys.push(key));
    sorted(keys)
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Notes the rows of a block that are not indexed yet.
fn gather(
    connection: &Connection,
    block: Block,
    decoder: &mut Decoder,
    postings: &mut Postings,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT row, text, object FROM contact WHERE row >= ?1 AND row < ?2 ORDER BY row")?;
    let mut rows = statement.query([join(block.id, block.indexed), join(block.id, block.used)])?;
    while let Some(row) = rows.next()? {
        let (_, place) = split(row.get(0)?);
        if let Ok(contact) = decoder.decode(row.get_ref(2)?.as_blob()?) {
            keys_of(&contact, row.get_ref(1)?.as_str()?, |key| postings.note(key, place));
        }
    }
    Ok(())
}

/// What can go wrong within a page.
enum Trouble {
    Database(rusqlite::Error),
    Object(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
