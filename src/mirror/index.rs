//! The inverted index on disk: reading which rows of a block may match, and writing what rows have.

use std::ops::RangeInclusive;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::model::Direction;

use super::key::{Key, KeyMap, Need};
use super::rows::{Bits, Change, RowList, Stored, amended, without};

/// The bits of a key below the block's number.
const KEY_BITS: u32 = 48;
/// Keys read of one word in each block; the rarest serve, further ones hardly narrow.
const ENOUGH_KEYS: usize = 5;

fn stored_key(block: i64, key: Key) -> i64 {
    (block << KEY_BITS) | (key & ((1 << KEY_BITS) - 1)).cast_signed()
}

/// Lists of a range of keys that are longer than this together, in bytes of one block, are of what many have. Tests, whose
/// lists are short, go both ways with less.
const COMMON_BYTES: i64 = if cfg!(test) { 12 } else { 2048 };
/// So few rows of a block are sooner looked at than narrowed by what many have.
const FEW: u32 = 32;

/// Reads the index.
pub struct Reader<'c> {
    get: CachedStatement<'c>,
    length: CachedStatement<'c>,
    lengths: CachedStatement<'c>,
    range: CachedStatement<'c>,
    ascending: CachedStatement<'c>,
    descending: CachedStatement<'c>,
}

impl<'c> Reader<'c> {
    /// Prepares to read.
    pub fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            get: connection.prepare_cached("SELECT rows FROM posting WHERE key = ?1")?,
            length: connection.prepare_cached("SELECT length(rows) FROM posting WHERE key = ?1")?,
            lengths: connection.prepare_cached("SELECT sum(length(rows)) FROM posting WHERE key BETWEEN ?1 AND ?2")?,
            range: connection.prepare_cached("SELECT rows FROM posting WHERE key BETWEEN ?1 AND ?2")?,
            ascending: connection
                .prepare_cached("SELECT key, rows FROM posting WHERE key BETWEEN ?1 AND ?2 ORDER BY key")?,
            descending: connection
                .prepare_cached("SELECT key, rows FROM posting WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC")?,
        })
    }

    /// Puts the keys that are rarest in `block` first, drops those beyond what is useful, and finds out what is common.
    pub fn order(&mut self, block: i64, need: Need) -> rusqlite::Result<Need> {
        Ok(match need {
            Need::All(needs) => {
                let mut keyed = Vec::with_capacity(needs.len());
                let (mut others, mut common) = (Vec::new(), Vec::new());
                for need in needs {
                    if let Need::Key(key) = need {
                        let length: Option<i64> =
                            self.length.query_row([stored_key(block, key)], |row| row.get(0)).optional()?;
                        keyed.push((length.unwrap_or(0), key));
                    } else {
                        match self.order(block, need)? {
                            need @ Need::Common(_) => common.push(need),
                            need => others.push(need),
                        }
                    }
                }
                keyed.sort_unstable();
                keyed.dedup();
                keyed.truncate(ENOUGH_KEYS);
                Need::All(keyed.into_iter().map(|(_, key)| Need::Key(key)).chain(others).chain(common).collect())
            }
            Need::Any(needs) => {
                let needs: Vec<_> = needs.into_iter().map(|need| self.order(block, need)).collect::<Result<_, _>>()?;
                let is_common = needs.iter().any(|need| matches!(need, Need::Common(_)));
                if is_common { Need::Common(Box::new(Need::Any(needs))) } else { Need::Any(needs) }
            }
            Need::Range(first, last) => {
                let keys = [stored_key(block, first), stored_key(block, last)];
                let bytes: Option<i64> = self.lengths.query_row(keys, |row| row.get(0))?;
                let range = Need::Range(first, last);
                if bytes > Some(COMMON_BYTES) { Need::Common(Box::new(range)) } else { range }
            }
            need => need,
        })
    }

    /// Calls `visit` with every key of `block` among `keys`, in no particular order, and the rows that have it.
    pub fn each(
        &mut self,
        block: i64,
        keys: RangeInclusive<Key>,
        mut visit: impl FnMut(Key, Stored<'_>),
    ) -> rusqlite::Result<()> {
        self.until(block, keys, Direction::Ascending, |key, rows| {
            visit(key, rows);
            false
        })
    }

    /// Calls `visit` with every key of `block` among `keys`, in order, and the rows that have it, until it says enough.
    pub fn until(
        &mut self,
        block: i64,
        keys: RangeInclusive<Key>,
        direction: Direction,
        mut visit: impl FnMut(Key, Stored<'_>) -> bool,
    ) -> rusqlite::Result<()> {
        let ordered = match direction {
            Direction::Ascending => &mut self.ascending,
            Direction::Descending => &mut self.descending,
        };
        let mut found = ordered.query([stored_key(block, *keys.start()), stored_key(block, *keys.end())])?;
        while let Some(row) = found.next()? {
            let key = row.get::<_, i64>(0)?.cast_unsigned() & ((1 << KEY_BITS) - 1);
            if visit(key, Stored(row.get_ref(1)?.as_blob()?)) {
                break;
            }
        }
        Ok(())
    }

    /// The rows of `block` that may match, of those in `among` if it is given; `None` if any may.
    pub fn rows(&mut self, block: i64, need: &Need, among: Option<&Bits>) -> rusqlite::Result<Option<Bits>> {
        Ok(match need {
            Need::Anything => None,
            Need::Nothing => Some(Bits::default()),
            Need::Key(key) => {
                let mut bits = Bits::default();
                let mut found = self.get.query([stored_key(block, *key)])?;
                if let Some(row) = found.next()? {
                    bits.or_stored(row.get_ref(0)?.as_blob()?);
                }
                Some(bits)
            }
            Need::Range(first, last) => {
                let mut bits = Bits::default();
                let mut found = self.range.query([stored_key(block, *first), stored_key(block, *last)])?;
                while let Some(row) = found.next()? {
                    bits.or_stored(row.get_ref(0)?.as_blob()?);
                }
                Some(bits)
            }
            Need::Common(_) if among.is_some_and(|among| among.count() <= FEW) => among.cloned(),
            Need::Common(need) => self.rows(block, need, among)?,
            Need::All(needs) => {
                let mut all = among.cloned();
                for need in needs {
                    let Some(bits) = self.rows(block, need, all.as_ref())? else { continue };
                    let kept = match all.take() {
                        None => bits,
                        Some(mut kept) => {
                            kept.and(&bits);
                            kept
                        }
                    };
                    // One row is sooner looked at than another list is read.
                    let done = kept.count() <= 1;
                    all = Some(kept);
                    if done {
                        break;
                    }
                }
                all
            }
            Need::Any(needs) => {
                let mut any = Bits::default();
                for need in needs {
                    match self.rows(block, need, among)? {
                        None => return Ok(None),
                        Some(bits) => any.or(&bits),
                    }
                }
                Some(any)
            }
        })
    }
}

/// What rows of one block have, gathered in memory in the order of the rows.
#[derive(Default)]
pub struct Postings {
    lists: KeyMap<RowList>,
}

impl Postings {
    /// Notes that `row` has `key`; rows come in ascending order.
    pub fn note(&mut self, key: Key, row: u16) {
        self.lists.entry(key).or_default().push(row);
    }

    /// Every key with the rows that have it, as a stored set.
    pub fn into_lists(self) -> impl Iterator<Item = (Key, Vec<u8>)> {
        self.lists.into_iter().map(|(key, list)| (key, list.into_stored()))
    }

    /// Writes everything into `block`, adding to what is there, and is empty afterwards.
    pub fn write(&mut self, connection: &Connection, block: i64) -> rusqlite::Result<()> {
        let mut lists: Vec<_> = self.lists.drain().collect();
        lists.sort_unstable_by_key(|(key, _)| *key);
        let mut get = connection.prepare_cached("SELECT rows FROM posting WHERE key = ?1")?;
        let mut put = connection.prepare_cached("INSERT OR REPLACE INTO posting (key, rows) VALUES (?1, ?2)")?;
        let fresh = !connection
            .prepare_cached("SELECT 1 FROM posting WHERE key BETWEEN ?1 AND ?2")?
            .exists([stored_key(block, 0), stored_key(block, u64::MAX)])?;
        for (key, list) in lists {
            let key = stored_key(block, key);
            let mut stored = list.into_stored();
            if !fresh {
                let old: Option<Vec<u8>> = get.query_row([key], |row| row.get(0)).optional()?;
                if let Some(old) = old {
                    let mut bits = Bits::default();
                    bits.or_stored(&old);
                    bits.or_stored(&stored);
                    stored = bits.to_stored();
                }
            }
            put.execute(params![key, stored])?;
        }
        Ok(())
    }
}

/// Changes what one row of a block has: `add` is noted, `remove` is taken out.
pub fn amend(connection: &Connection, block: i64, row: u16, add: &[Key], remove: &[Key]) -> rusqlite::Result<()> {
    let mut get = connection.prepare_cached("SELECT rows FROM posting WHERE key = ?1")?;
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO posting (key, rows) VALUES (?1, ?2)")?;
    let mut delete = connection.prepare_cached("DELETE FROM posting WHERE key = ?1")?;
    for (key, change) in
        add.iter().map(|key| (*key, Change::Insert)).chain(remove.iter().map(|key| (*key, Change::Remove)))
    {
        let key = stored_key(block, key);
        let stored: Option<Vec<u8>> = get.query_row([key], |row| row.get(0)).optional()?;
        match amended(&stored.unwrap_or_default(), row, change) {
            None => {}
            Some(stored) if stored.is_empty() => drop(delete.execute([key])?),
            Some(stored) => drop(put.execute(params![key, stored])?),
        }
    }
    Ok(())
}

/// Whether everything in `rows`, a stored set, is noted to have `key`.
pub fn has_rows(connection: &Connection, block: i64, key: Key, rows: &[u8]) -> rusqlite::Result<bool> {
    let mut get = connection.prepare_cached("SELECT rows FROM posting WHERE key = ?1")?;
    let stored: Option<Vec<u8>> = get.query_row([stored_key(block, key)], |row| row.get(0)).optional()?;
    let stored = stored.unwrap_or_default();
    if stored == rows {
        return Ok(true);
    }
    let (mut bits, mut missing) = (Bits::default(), Bits::default());
    bits.or_stored(&stored);
    missing.or_stored(rows);
    missing.without(&bits);
    Ok(missing.is_empty())
}

/// Takes `gone` out of everything noted in `block`.
pub fn remove_rows(connection: &Connection, block: i64, gone: &Bits) -> rusqlite::Result<()> {
    let mut all = connection.prepare_cached("SELECT key, rows FROM posting WHERE key BETWEEN ?1 AND ?2")?;
    let mut changed = Vec::new();
    let mut found = all.query([stored_key(block, 0), stored_key(block, u64::MAX)])?;
    while let Some(row) = found.next()? {
        if let Some(stored) = without(row.get_ref(1)?.as_blob()?, gone) {
            changed.push((row.get::<_, i64>(0)?, stored));
        }
    }
    drop(found);
    let mut put = connection.prepare_cached("UPDATE posting SET rows = ?2 WHERE key = ?1")?;
    let mut delete = connection.prepare_cached("DELETE FROM posting WHERE key = ?1")?;
    for (key, stored) in changed {
        if stored.is_empty() {
            delete.execute([key])?
        } else {
            put.execute(params![key, stored])?
        };
    }
    Ok(())
}

/// Drops everything noted in `block`.
pub fn drop_block(connection: &Connection, block: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM posting WHERE key BETWEEN ?1 AND ?2")?
        .execute([stored_key(block, 0), stored_key(block, u64::MAX)])
        .map(drop)
}
