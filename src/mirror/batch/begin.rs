//! How a sync begins: whose contacts they are, and where an unfinished pass goes on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::activity;
use super::super::error::MirrorError;
use super::super::key::keys_of;
use super::super::lock::lock;
use super::super::object::Decoder;
use super::super::profile::{self, Block, join, split};
use super::super::rows::{Bits, Stored};
use super::super::store::{Store, database_error, file_error};
use super::moving::Moving;
use super::noting::Noting;
use super::{Batch, Pass, SeenState, SyncReport, SyncTarget};

/// Pages of the write-ahead log that a long sync lets grow before it waits until they are moved into the database.
const LOG_PAGES: i64 = 32_768;

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
        let known = self.freshness(target.profile)?;
        if let Some(status) = &known {
            status.check_owner(target.vendor, target.account, target.server)?;
        }
        let (profile, resume, started_at) = begin(&self.connection, target, pass, now).map_err(explain)?;
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
            was_empty: false,
            was_whole: known.is_some_and(|status| status.as_of.is_some()),
            labels_before: None,
            labels: None,
            block: None,
            noting: Noting::default(),
            amendments: Vec::new(),
            seen: BTreeMap::new(),
            unlisted: BTreeMap::new(),
            waiting: Vec::new(),
            actives: Vec::new(),
            committed: None,
            report: SyncReport::default(),
            moving: Moving::default(),
            store: self,
            _lock: lock,
        };
        batch.load().map_err(explain)?;
        batch.was_empty = !batch.has_any().map_err(explain)?;
        Ok(batch)
    }
}

/// The profile's number, where an unfinished full pass goes on, and when the pass began.
fn begin(
    connection: &Connection,
    target: &SyncTarget<'_>,
    pass: Pass,
    now: Timestamp,
) -> rusqlite::Result<(i64, Option<String>, Timestamp)> {
    let SyncTarget { profile, vendor, account, server } = target;
    let stored = connection
        .query_row("SELECT id, cursor, pass, started_at FROM profile WHERE name = ?1", [profile], |row| {
            let state: (Option<String>, Option<String>, Option<i64>) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<_, i64>(0)?, state))
        })
        .optional()?;
    let Some((id, (cursor, stored_pass, started))) = stored else {
        connection.execute(
            "INSERT INTO profile (name, vendor, account, server, pass, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![profile, vendor, account, server, pass.word(), now.as_millisecond()],
        )?;
        return Ok((connection.last_insert_rowid(), None, now));
    };
    connection.execute(
        "UPDATE profile SET account = coalesce(account, ?2), server = coalesce(server, ?3)
         WHERE id = ?1 AND (account IS NULL AND ?2 IS NOT NULL OR server IS NULL AND ?3 IS NOT NULL)",
        params![id, account, server],
    )?;
    let unfinished = stored_pass.as_deref() == Some(Pass::Full.word()) && cursor.is_some();
    let started = started.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    if let (Pass::Full, true, Some(started)) = (pass, unfinished, started) {
        return Ok((id, cursor, started));
    }
    if pass == Pass::Full {
        forget_seen(connection, id)?;
        connection.execute(
            "UPDATE profile SET pass = ?2, cursor = NULL, started_at = ?3 WHERE id = ?1",
            params![id, pass.word(), now.as_millisecond()],
        )?;
    }
    Ok((id, None, now))
}

/// Forgets what a full pass has met.
pub(super) fn forget_seen(connection: &Connection, profile: i64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM seen WHERE block IN (SELECT id FROM block WHERE profile = ?1)", [profile]).map(drop)
}

impl Batch<'_> {
    /// Reads what an interrupted sync left: the block that is being filled, and what was seen.
    fn load(&mut self) -> rusqlite::Result<()> {
        let connection = &self.store.connection;
        self.labels_before = profile::labels(connection, self.profile)?;
        let blocks = profile::blocks(connection, self.profile)?;
        if self.pass == Pass::Full && self.resume.is_some() {
            for block in &blocks {
                let stored: Option<Vec<u8>> = connection
                    .query_row("SELECT rows FROM seen WHERE block = ?1", [block.id], |row| row.get(0))
                    .optional()?;
                let mut bits = Bits::default();
                bits.or_stored(Stored(&stored.unwrap_or_default()));
                self.seen.insert(block.id, (bits, SeenState::Stored));
            }
        }
        self.block = blocks.last().copied().filter(|block| !block.is_full());
        if let Some(block) = self.block {
            gather(connection, block, &mut self.decoder, &mut self.noting)?;
            let unlisted = activity::unlisted(connection, block)?;
            self.unlisted = unlisted.into_iter().map(|(row, active)| (split(row).1, active)).collect();
        }
        Ok(())
    }
}

/// Notes the rows of a block that are not indexed yet.
fn gather(connection: &Connection, block: Block, decoder: &mut Decoder, noting: &mut Noting) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT row, text, object FROM contact WHERE row >= ?1 AND row < ?2 ORDER BY row")?;
    let mut rows = statement.query([join(block.id, block.indexed), join(block.id, block.used)])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let (_, place) = split(row.get(0)?);
        if let Ok(contact) = decoder.decode(row.get_ref(2)?.as_blob()?, false) {
            keys.clear();
            keys_of(&contact, row.get_ref(1)?.as_str()?, |key| keys.push(key));
            noting.note(&keys, place);
        }
    }
    Ok(())
}
