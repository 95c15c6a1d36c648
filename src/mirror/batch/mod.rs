//! Writing what a sync brings: rows and cursor in one transaction, deletions only after a proof.

mod begin;
mod conclude;
mod labels;
mod moving;
mod noting;
mod write;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::error::MirrorError;
use super::index::remove_rows;
use super::key::Key;
use super::labels::Labels;
use super::lock::SyncLock;
use super::object::{Decoder, PreparedPage};
use super::profile::{Block, split};
use super::rows::Bits;
use super::store::{Store, database_error};
use crate::model::Text;
use moving::Moving;
use noting::Noting;

/// Pages that come faster than this share a transaction.
const COMMIT_AFTER: Duration = Duration::from_millis(250);
/// Rows a transaction holds at most, give or take a page.
const COMMIT_ROWS: usize = 2048;

/// Whose contacts are about to be written.
#[derive(Clone, Copy, Debug)]
pub struct SyncTarget<'a> {
    /// The profile's name.
    pub profile: &'a str,
    /// The vendor's name.
    pub vendor: &'a str,
    /// The account, where the vendor tells; another one than stored is refused.
    pub account: Option<&'a str>,
    /// The server, if its name tells it from others; another one than stored is refused.
    pub server: Option<&'a str>,
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
    /// Contacts that a proved walk did not bring and that stay for now: too many to be believed at once.
    pub doubted: u64,
    /// Contacts stored after a full pass, whatever part of it this was.
    pub stored: u64,
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
    /// Nothing was stored of the profile when this began.
    was_empty: bool,
    /// A sync had reached its end before this began, so that a contact that is new has come since.
    was_whole: bool,
    /// What was known of labels that are read beside the contacts, and what will be.
    labels_before: Option<Labels>,
    labels: Option<Labels>,
    block: Option<Block>,
    noting: Noting,
    /// What changed in contacts of the current block that the index does not know yet: to be noted, to be taken out.
    amendments: Vec<(u16, Vec<Key>, Vec<Key>)>,
    /// When the contacts of the current block that are not indexed yet were last active, by their places.
    unlisted: BTreeMap<u16, Option<i64>>,
    seen: BTreeMap<i64, (Bits, SeenState)>,
    waiting: Vec<PreparedPage>,
    actives: Vec<(i64, Option<i64>)>,
    committed: Option<Instant>,
    report: SyncReport,
    moving: Moving,
    _lock: SyncLock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SeenState {
    Stored,
    Changed,
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
    /// wait in memory until then, so that no other writer waits for a vendor. Rows may come as contacts, or made ready by
    /// the threads that decoded them.
    pub fn page(
        &mut self,
        rows: impl Into<PreparedPage>,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<(), MirrorError> {
        self.waiting.push(rows.into());
        if let Some(cursor) = cursor {
            self.cursor = Some(cursor.to_owned());
        }
        let late = self.committed.is_none_or(|at| at.elapsed() >= COMMIT_AFTER);
        let rows = self.waiting.iter().map(PreparedPage::len).sum::<usize>();
        if late || rows >= COMMIT_ROWS {
            let result = self.transact(|batch| batch.flush(now));
            self.explained(result)?;
            // Who moves an encrypted log needs the key.
            if !self.store.encrypted {
                self.moving.wrote(rows, &self.store.path);
            }
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

    /// How many contacts the profile has with what was brought so far.
    pub fn contacts(&mut self, now: Timestamp) -> Result<u64, MirrorError> {
        let counted = self.transact(|batch| batch.flush(now)).and_then(|()| Ok(self.stored()?));
        self.explained(counted)
    }

    /// How many contacts a full pass that proved nothing did not meet, of those that no later pass met either.
    pub fn missing(&self) -> Result<u64, MirrorError> {
        let missing = self.store.connection.query_row(
            "SELECT count(*) FROM contact WHERE profile = ?1 AND gone IS NOT NULL",
            [self.profile],
            |row| row.get(0),
        );
        self.explained(missing.map_err(Trouble::from))
    }

    /// The ids of the contacts that a continued full pass met before.
    pub fn met(&self) -> Result<Vec<Text>, MirrorError> {
        let met = || -> rusqlite::Result<Vec<Text>> {
            let mut met = Vec::new();
            let mut statement = self.store.connection.prepare("SELECT row, id FROM contact WHERE profile = ?1")?;
            let mut rows = statement.query([self.profile])?;
            while let Some(row) = rows.next()? {
                let (block, place) = split(row.get(0)?);
                if self.seen.get(&block).is_some_and(|(seen, _)| seen.contains(place)) {
                    met.push(Text::from(row.get_ref(1)?.as_str()?));
                }
            }
            Ok(met)
        };
        self.explained(met().map_err(Trouble::from))
    }

    /// Stores what waits: nothing more comes for now, and the next pass goes on from here.
    pub fn suspend(mut self, now: Timestamp) -> Result<SyncReport, MirrorError> {
        let flushed = self.transact(|batch| batch.flush(now));
        self.explained(flushed)?;
        Ok(self.report)
    }

    /// Keeps a word for the next increment, as the time up to which changes were read; stored when the sync ends well.
    pub fn set_bookmark(&mut self, bookmark: impl Into<String>) {
        self.bookmark = Some(bookmark.into());
    }

    /// Ends the sync with what the walk proved, and indexes what is not yet.
    pub fn finish(mut self, proof: Proof, now: Timestamp) -> Result<SyncReport, MirrorError> {
        if proof == Proof::Exact && self.pass == Pass::Full {
            let none_seen =
                self.waiting.iter().all(PreparedPage::is_empty) && self.seen.values().all(|(bits, _)| bits.is_empty());
            if none_seen {
                let stored = self.stored();
                let stored = self.explained(stored.map_err(Trouble::from))?;
                if stored > 0 {
                    return Err(MirrorError::Vanished { profile: self.name.clone(), stored });
                }
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

    fn has_any(&self) -> rusqlite::Result<bool> {
        self.store.connection.prepare("SELECT 1 FROM contact WHERE profile = ?1")?.exists([self.profile])
    }

    fn stored(&self) -> rusqlite::Result<u64> {
        self.store
            .connection
            .query_row("SELECT count(*) FROM contact WHERE profile = ?1", [self.profile], |row| row.get(0))
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
