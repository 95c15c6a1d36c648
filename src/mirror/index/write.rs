//! Writing what rows have.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::super::key::{Key, KeyMap};
use super::super::rows::{Bits, Change, RowList, Stored, amended, without};
use super::Place;

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
        self.write_at(connection, Place::find(connection, block)?)
    }

    /// Like [`Self::write`], before there were merged blocks.
    pub fn write_unmerged(&mut self, connection: &Connection, block: i64) -> rusqlite::Result<()> {
        self.write_at(connection, Place::Own(block))
    }

    fn write_at(&mut self, connection: &Connection, place: Place) -> rusqlite::Result<()> {
        let mut lists: Vec<_> = self.lists.drain().collect();
        lists.sort_unstable_by_key(|(key, _)| *key);
        let Statements { mut get, mut put, .. } = Statements::new(connection, place)?;
        let sql = format!("SELECT 1 FROM {} WHERE key BETWEEN ?1 AND ?2 AND key & ?3 = ?4", place.table());
        let fresh = !connection.prepare_cached(&sql)?.exists(place.bounds())?;
        for (key, list) in lists {
            let key = place.stored(key);
            let mut stored = list.into_stored();
            if !fresh {
                let old: Option<Vec<u8>> = get.query_row([key], |row| row.get(0)).optional()?;
                if let Some(old) = old {
                    let mut bits = Bits::default();
                    bits.or_stored(Stored(&old));
                    bits.or_stored(Stored(&stored));
                    stored = bits.to_stored();
                }
            }
            put.execute(params![key, stored])?;
        }
        Ok(())
    }
}

/// The statements that change single lists.
struct Statements<'c> {
    get: CachedStatement<'c>,
    put: CachedStatement<'c>,
    delete: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    fn new(connection: &'c Connection, place: Place) -> rusqlite::Result<Self> {
        let table = place.table();
        Ok(Self {
            get: connection.prepare_cached(&format!("SELECT rows FROM {table} WHERE key = ?1"))?,
            put: connection.prepare_cached(&format!("INSERT OR REPLACE INTO {table} (key, rows) VALUES (?1, ?2)"))?,
            delete: connection.prepare_cached(&format!("DELETE FROM {table} WHERE key = ?1"))?,
        })
    }
}

/// Changes what one row of a block has: `add` is noted, `remove` is taken out.
pub fn amend(connection: &Connection, block: i64, row: u16, add: &[Key], remove: &[Key]) -> rusqlite::Result<()> {
    let place = Place::find(connection, block)?;
    let Statements { mut get, mut put, mut delete } = Statements::new(connection, place)?;
    for (key, change) in
        add.iter().map(|key| (*key, Change::Insert)).chain(remove.iter().map(|key| (*key, Change::Remove)))
    {
        let key = place.stored(key);
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
    let place = Place::find(connection, block)?;
    let mut get = Statements::new(connection, place)?.get;
    let stored: Option<Vec<u8>> = get.query_row([place.stored(key)], |row| row.get(0)).optional()?;
    let stored = stored.unwrap_or_default();
    if stored == rows {
        return Ok(true);
    }
    let (mut bits, mut missing) = (Bits::default(), Bits::default());
    bits.or_stored(Stored(&stored));
    missing.or_stored(Stored(rows));
    missing.without(&bits);
    Ok(missing.is_empty())
}

/// Takes `gone` out of everything noted in `block`.
pub fn remove_rows(connection: &Connection, block: i64, gone: &Bits) -> rusqlite::Result<()> {
    let place = Place::find(connection, block)?;
    let sql = format!("SELECT key, rows FROM {} WHERE key BETWEEN ?1 AND ?2 AND key & ?3 = ?4", place.table());
    let mut all = connection.prepare_cached(&sql)?;
    let mut changed = Vec::new();
    let mut found = all.query(place.bounds())?;
    while let Some(row) = found.next()? {
        if let Some(stored) = without(row.get_ref(1)?.as_blob()?, gone) {
            changed.push((row.get::<_, i64>(0)?, stored));
        }
    }
    drop(found);
    let Statements { mut put, mut delete, .. } = Statements::new(connection, place)?;
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
    let place = Place::find(connection, block)?;
    let sql = format!("DELETE FROM {} WHERE key BETWEEN ?1 AND ?2 AND key & ?3 = ?4", place.table());
    connection.prepare_cached(&sql)?.execute(place.bounds()).map(drop)
}
