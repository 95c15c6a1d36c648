//! Merging the lists of a segment's blocks.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::key::Key;
use super::super::profile::Block;
use super::{KEY_BITS, Place};

/// Keys of the first block that are merged at once, with those of the others between them.
const AT_ONCE: usize = if cfg!(test) { 10 } else { 1024 };

/// Merges the lists of the blocks of a segment, none of which was merged yet.
pub fn merge(connection: &Connection, unit: &[Block]) -> rusqlite::Result<()> {
    let mut bound = connection
        .prepare_cached("SELECT key FROM posting WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT 1 OFFSET ?3")?;
    let mut lists = connection.prepare_cached("SELECT key, rows FROM posting WHERE key BETWEEN ?1 AND ?2")?;
    let mut put = connection.prepare_cached("INSERT INTO merged_posting (key, rows) VALUES (?1, ?2)")?;
    let key_of = |stored: i64| stored.cast_unsigned() & ((1 << KEY_BITS) - 1);
    let own = |block: &Block, key: Key| Place::Own(block.id).stored(key);
    let end: Key = (1 << KEY_BITS) - 1;
    let mut first: Key = 0;
    let mut found: Vec<(i64, Vec<u8>)> = Vec::new();
    while first <= end {
        let range = params![own(&unit[0], first), own(&unit[0], end), AT_ONCE];
        let next: Option<i64> = bound.query_row(range, |row| row.get(0)).optional()?;
        let last = next.map_or(end, |next| key_of(next) - 1);
        for block in unit {
            let mut rows = lists.query([own(block, first), own(block, last)])?;
            while let Some(row) = rows.next()? {
                found.push((Place::of(block.id, true).stored(key_of(row.get(0)?)), row.get(1)?));
            }
        }
        found.sort_unstable_by_key(|(key, _)| *key);
        for (key, rows) in found.drain(..) {
            put.execute(params![key, rows])?;
        }
        first = last + 1;
    }
    let mut delete = connection.prepare_cached("DELETE FROM posting WHERE key BETWEEN ?1 AND ?2")?;
    unit.iter().try_for_each(|block| delete.execute([own(block, 0), own(block, end)]).map(drop))
}
