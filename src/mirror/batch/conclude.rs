//! How a sync ends: what a proof removes, what stays and is marked, and what is remembered of the walk.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::super::activity;
use super::super::history::record;
use super::super::index::{amend, drop_block, remove_rows};
use super::super::key::Key;
use super::super::profile::{self, Block, join, split};
use super::super::rows::Bits;
use super::super::segments::merge;
use super::begin::forget_seen;
use super::write::sorted_keys;
use super::{Batch, Pass, Proof, Trouble};

/// Fewer contacts than this are removed by any proof, more only if they are no more than half of all, or missed again.
const MANY: u64 = 50;
/// So few removed contacts of a block are taken out of the index key by key; for more, all of the block's lists are read.
const FEW: u32 = 100;
/// How long after a walk did not bring them contacts are missed again.
const MISSED_AGAIN: SignedDuration = SignedDuration::from_hours(1);

impl Batch<'_> {
    pub(super) fn conclude(&mut self, proof: Proof, now: Timestamp) -> Result<(), Trouble> {
        self.transact(|batch| {
            batch.flush(now)?;
            batch.index_block()?;
            let mut proof = proof;
            if batch.pass == Pass::Full && proof != Proof::Partial {
                let unseen = batch.unseen()?;
                if proof == Proof::Exact {
                    batch.report.doubted = batch.doubted(&unseen, now)?;
                }
                if batch.report.doubted > 0 {
                    proof = Proof::Changed;
                }
                match proof {
                    Proof::Exact => batch.report.removed = batch.remove_unseen(unseen, now)?,
                    _ => batch.mark_unseen(unseen, now)?,
                }
            }
            if batch.pass == Pass::Full {
                batch.report.stored = batch.stored()?;
            }
            batch.remember(proof)
        })?;
        // What older versions left unmerged; each segment in a transaction of its own, since all would take long.
        let mut more = self.pass != Pass::Repair;
        while more {
            self.transact(|batch| {
                more = merge(&batch.store.connection, batch.profile)?;
                Ok(())
            })?;
        }
        self.moving.end();
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
        if let Some(labels) = self.labels.as_ref().filter(|_| proof != Proof::Partial) {
            profile::set_labels(connection, self.profile, labels)?;
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

    /// The rows that hold contacts which this pass did not see, by block; blocks without any are left out.
    fn unseen(&self) -> rusqlite::Result<Vec<(Block, Bits)>> {
        let connection = &self.store.connection;
        let mut unseen = BTreeMap::new();
        for block in profile::blocks(connection, self.profile)? {
            let seen = self.seen.get(&block.id).map_or(0, |(seen, _)| seen.count());
            // Every row that was ever given out was seen, as after a mirror is filled for the first time.
            if seen < block.used {
                unseen.insert(block.id, (block, Bits::default()));
            }
        }
        if unseen.is_empty() {
            return Ok(Vec::new());
        }
        // From the index of ids, which is a tenth as large as the rows.
        let mut statement = connection.prepare_cached("SELECT row FROM contact WHERE profile = ?1")?;
        let mut rows = statement.query([self.profile])?;
        while let Some(row) = rows.next()? {
            let (block, place) = split(row.get(0)?);
            if let Some((_, bits)) = unseen.get_mut(&block) {
                bits.insert(place);
            }
        }
        for (block, bits) in unseen.values_mut() {
            if let Some((seen, _)) = self.seen.get(&block.id) {
                bits.without(seen);
            }
        }
        unseen.retain(|_, (_, bits)| !bits.is_empty());
        Ok(unseen.into_values().collect())
    }

    /// How many contacts are `unseen`, if they are too many to be removed because one walk did not bring them: a vendor may have
    /// stopped listing what it has, or rights may have been narrowed. What was missed a while ago already is believed.
    fn doubted(&self, unseen: &[(Block, Bits)], now: Timestamp) -> rusqlite::Result<u64> {
        let gone: u64 = unseen.iter().map(|(_, bits)| u64::from(bits.count())).sum();
        if gone < MANY {
            return Ok(0);
        }
        let before = (now - MISSED_AGAIN).as_millisecond();
        let connection = &self.store.connection;
        let missed_before: u64 = connection.query_row(
            "SELECT count(*) FROM contact WHERE profile = ?1 AND gone IS NOT NULL AND gone <= ?2",
            params![self.profile, before],
            |row| row.get(0),
        )?;
        let newly = gone.saturating_sub(missed_before);
        Ok(if newly >= MANY && newly * 2 > self.stored()? { gone } else { 0 })
    }

    fn remove_unseen(&mut self, unseen: Vec<(Block, Bits)>, now: Timestamp) -> Result<u64, Trouble> {
        let mut removed = 0;
        for (block, gone) in unseen {
            let few = gone.count() <= FEW;
            for place in gone.iter() {
                let row = join(block.id, u32::from(place));
                if few {
                    let keys = self.keys_of_row(row)?;
                    amend(&self.store.connection, block.id, place, &[], &keys)?;
                }
                self.remove_row(row, now)?;
                removed += 1;
            }
            if gone.count() == block.used {
                drop_block(&self.store.connection, block.id)?;
            } else if !few {
                remove_rows(&self.store.connection, block.id, &gone)?;
            }
        }
        Ok(removed)
    }

    /// What the contact of a row is noted with.
    fn keys_of_row(&mut self, row: i64) -> Result<Vec<Key>, Trouble> {
        let (text, object): (String, Vec<u8>) = self
            .store
            .connection
            .prepare_cached("SELECT text, object FROM contact WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // One that cannot be read leaves notes behind that lead nowhere.
        Ok(self.decoder.decode(&object, false).map_or_else(|_| Vec::new(), |contact| sorted_keys(&contact, &text)))
    }

    /// Deletes a row and notes in the history that its contact is gone.
    pub(super) fn remove_row(&mut self, row: i64, now: Timestamp) -> Result<(), Trouble> {
        let connection = &self.store.connection;
        let (id, object, active): (String, Vec<u8>, Option<i64>) = connection
            .prepare_cached("SELECT id, object, active FROM contact WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (block, place) = split(row);
        if self.block.is_some_and(|current| current.id == block) {
            self.unlisted.remove(&place);
        }
        activity::remove(connection, row, active)?;
        let name = self.decoder.decode(&object, false).ok().and_then(|contact| contact.name).unwrap_or_default();
        record(connection, self.profile, &id, now, &[("contact", Some(name.into()), None)])?;
        connection.prepare_cached("DELETE FROM contact WHERE row = ?1")?.execute([row])?;
        Ok(())
    }

    fn mark_unseen(&mut self, unseen: Vec<(Block, Bits)>, now: Timestamp) -> Result<(), Trouble> {
        let connection = &self.store.connection;
        for (block, unseen) in unseen {
            for place in unseen.iter() {
                connection
                    .prepare_cached("UPDATE contact SET gone = ?2 WHERE row = ?1 AND gone IS NULL")?
                    .execute(params![join(block.id, u32::from(place)), now.as_millisecond()])?;
            }
        }
        Ok(())
    }
}
