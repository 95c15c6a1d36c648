//! Writing contacts: what is stored of each, what of it changed, and where it stands in the index.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::model::Contact;

use super::super::activity;
use super::super::history::{differences, record};
use super::super::index::amend;
use super::super::key::{Key, keys_of};
use super::super::object::{Prepared, PreparedPage, Times};
use super::super::profile::{Block, join, split};
use super::super::recency;
use super::super::rows::Bits;
use super::super::segments::{merge, next_block};
use super::{Batch, Pass, SeenState, Trouble};

impl Batch<'_> {
    /// Writes what waits.
    pub(super) fn flush(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.iter().flat_map(PreparedPage::iter).try_for_each(|prepared| self.upsert(prepared, now))?;
        recency::write(&self.store.connection, &std::mem::take(&mut self.actives))?;
        Ok(())
    }

    fn upsert(&mut self, prepared: Prepared<'_>, now: Timestamp) -> Result<(), Trouble> {
        self.report.rows += 1;
        // In a mirror that is filled for the first time there is nothing to compare with.
        let new = if self.was_empty { self.insert(prepared)? } else { None };
        let row = match new {
            Some(row) => {
                self.report.added += 1;
                row
            }
            None => self.compare(prepared, now)?,
        };
        if self.pass == Pass::Full {
            let (block, place) = split(row);
            let (bits, state) = self.seen.entry(block).or_insert_with(|| (Bits::default(), SeenState::Changed));
            bits.insert(place);
            *state = SeenState::Changed;
        }
        Ok(())
    }

    /// Writes what differs from what is stored; the contact's row.
    fn compare(&mut self, prepared: Prepared<'_>, now: Timestamp) -> Result<i64, Trouble> {
        let connection = &self.store.connection;
        let stored = connection
            .prepare_cached("SELECT row, print, gone IS NOT NULL FROM contact WHERE profile = ?1 AND id = ?2")?
            .query_row(params![self.profile, prepared.id.as_str()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))
            })
            .optional()?;
        Ok(match stored {
            Some((row, print, gone)) if print == prepared.print => {
                self.report.same += 1;
                if gone {
                    connection.prepare_cached("UPDATE contact SET gone = NULL WHERE row = ?1")?.execute([row])?;
                }
                row
            }
            // What was read for a repair may be older than what a sync brought meanwhile.
            Some((row, ..)) if self.pass == Pass::Repair && self.is_newer(row, prepared.times)? => {
                self.report.same += 1;
                row
            }
            Some((row, ..)) => {
                if self.update(row, prepared, now)? {
                    self.report.changed += 1;
                } else {
                    self.report.same += 1;
                }
                row
            }
            None => {
                self.report.added += 1;
                if self.was_whole {
                    let contact = self.decoder.decode(prepared.object, false).map_err(Trouble::Object)?;
                    let came = ("contact", None, Some(contact.name.unwrap_or_default().into()));
                    record(connection, self.profile, prepared.id, now, &[came])?;
                }
                self.insert(prepared)?.ok_or_else(|| Trouble::Object("a contact is there and is not".to_owned()))?
            }
        })
    }

    /// Whether what is stored in `row` changed later than `read`.
    fn is_newer(&self, row: i64, read: Times) -> rusqlite::Result<bool> {
        let stored: Option<i64> = self
            .store
            .connection
            .prepare_cached("SELECT updated FROM contact WHERE row = ?1")?
            .query_row([row], |row| row.get(0))?;
        Ok(stored.zip(read.updated).is_some_and(|(stored, read)| stored > read))
    }

    /// Writes what changed in a stored contact, and what that was into the history; `false` if it is the same after all,
    /// written by an older version.
    fn update(&mut self, row: i64, prepared: Prepared<'_>, now: Timestamp) -> Result<bool, Trouble> {
        let Prepared { id, times: Times { active, created, updated }, text, keys, object, print } = prepared;
        let connection = &self.store.connection;
        let (old_text, old, was_active): (String, Vec<u8>, Option<i64>) = connection
            .prepare_cached("SELECT text, object, active FROM contact WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let old = self.decoder.decode(&old, true).map_err(Trouble::Object)?;
        let new = self.decoder.decode(object, true).map_err(Trouble::Object)?;
        connection
            .prepare_cached(
                "UPDATE contact SET active = ?2, created = ?3, updated = ?4, print = ?5, gone = NULL, text = ?6,
                 object = ?7 WHERE row = ?1",
            )?
            .execute(params![row, active, created, updated, print, text, object])?;
        self.actives.push((row, active));
        let mut differences = differences(&old, &new);
        differences.retain(|(field, ..)| *field != "label" || !self.labels_are_new());
        record(connection, self.profile, id, now, &differences)?;
        let (before, after) = (sorted_keys(&old, &old_text), sorted(keys.to_vec()));
        let minus = |a: &[Key], b: &[Key]| -> Vec<Key> {
            a.iter().filter(|key| b.binary_search(key).is_err()).copied().collect()
        };
        let (block, place) = split(row);
        let (plus, minus) = (minus(&after, &before), minus(&before, &after));
        match self.block {
            Some(current) if current.id == block && u32::from(place) >= current.indexed => {
                self.amendments.push((place, plus, minus));
                self.unlisted.insert(place, active);
            }
            _ => {
                amend(connection, block, place, &plus, &minus)?;
                activity::change(connection, row, was_active, active)?;
            }
        }
        Ok(old != new)
    }

    /// Writes a new contact; its row, or `None` if it is no new one.
    fn insert(&mut self, prepared: Prepared<'_>) -> rusqlite::Result<Option<i64>> {
        let Prepared { id, times: Times { active, created, updated }, text, keys, object, print } = prepared;
        let block = self.room()?;
        let row = join(block.id, block.used);
        let written = self
            .store
            .connection
            .prepare_cached(
                "INSERT INTO contact (row, profile, id, active, created, updated, print, text, object)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (profile, id) DO NOTHING",
            )?
            .execute(params![row, self.profile, id.as_str(), active, created, updated, print, text, object])?;
        if written == 0 {
            return Ok(None);
        }
        self.actives.push((row, active));
        let (_, place) = split(row);
        self.unlisted.insert(place, active);
        self.noting.note(keys, place);
        self.block = Some(Block { used: block.used + 1, ..block });
        if self.block.is_some_and(|block| block.is_full()) {
            self.index_block()?;
        }
        Ok(Some(row))
    }

    /// The block that takes the next new contact.
    fn room(&mut self) -> rusqlite::Result<Block> {
        if let Some(block) = self.block.filter(|block| !block.is_full()) {
            return Ok(block);
        }
        let connection = &self.store.connection;
        let last: Option<i64> =
            connection.query_row("SELECT max(id) FROM block WHERE profile = ?1", [self.profile], |row| row.get(0))?;
        let id = next_block(connection, last)?;
        merge(connection, self.profile)?;
        connection
            .execute("INSERT INTO block (id, profile, used, indexed) VALUES (?1, ?2, 0, 0)", [id, self.profile])?;
        let block = Block { id, used: 0, indexed: 0, merged: false };
        self.block = Some(block);
        Ok(block)
    }

    /// Puts the rows of the current block that are not indexed yet into the index.
    pub(super) fn index_block(&mut self) -> rusqlite::Result<()> {
        let Some(block) = &mut self.block else { return Ok(()) };
        if block.indexed == block.used {
            return Ok(());
        }
        let mut postings = self.noting.take();
        postings.write(&self.store.connection, block.id)?;
        self.noting.give_back(postings);
        for (place, plus, minus) in self.amendments.drain(..) {
            amend(&self.store.connection, block.id, place, &plus, &minus)?;
        }
        let unlisted: Vec<_> = std::mem::take(&mut self.unlisted).into_iter().collect();
        activity::list(&self.store.connection, block.id, &unlisted)?;
        block.indexed = block.used;
        self.store
            .connection
            .prepare_cached("UPDATE block SET used = ?2, indexed = ?2 WHERE id = ?1")?
            .execute(params![block.id, block.used])
            .map(drop)
    }
}

pub(super) fn sorted_keys(contact: &Contact, text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    keys_of(contact, text, |key| keys.push(key));
    sorted(keys)
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
