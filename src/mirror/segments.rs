//! Segments: sixteen blocks of one profile with neighbouring numbers.
//!
//! A sync writes what it lists of a block, one block behind the other. Once a segment is complete, the lists of its blocks are
//! merged: then one look finds what sixteen took before.

use rusqlite::Connection;

use super::profile::{Block, blocks};
use super::{activity, index};

/// The bits of a block's part in its segment.
pub const PART_BITS: u32 = 4;
/// The blocks of a segment. Tests, which have few contacts, leave numbers out.
const SEGMENT_BLOCKS: i64 = if cfg!(test) { 3 } else { 1 << PART_BITS };

/// The segment of a block.
pub fn segment_of(block: i64) -> i64 {
    block >> PART_BITS
}

/// Which block of its segment a block is.
pub fn part_of(block: i64) -> i64 {
    block & ((1 << PART_BITS) - 1)
}

/// Whether a block's lists are merged with those of its segment.
pub fn is_merged(connection: &Connection, block: i64) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT merged FROM block WHERE id = ?1")?.query_row([block], |row| row.get(0))
}

/// The blocks that are read at once: those of a merged segment, or one.
pub fn units(blocks: &[Block]) -> impl Iterator<Item = &[Block]> {
    blocks.chunk_by(|a, b| a.merged && b.merged && segment_of(a.id) == segment_of(b.id))
}

/// The number of a new block of a profile whose last one is `last`: in the same segment as long as that has room, since a
/// segment belongs to one profile.
pub fn next_block(connection: &Connection, last: Option<i64>) -> rusqlite::Result<i64> {
    if let Some(next) = last.map(|last| last + 1).filter(|next| part_of(*next) != 0 && part_of(*next) < SEGMENT_BLOCKS)
        && !connection.prepare_cached("SELECT 1 FROM block WHERE id = ?1")?.exists([next])?
    {
        return Ok(next);
    }
    let newest: Option<i64> = connection.query_row("SELECT max(id) FROM block", [], |row| row.get(0))?;
    Ok(newest.map_or(0, |newest| segment_of(newest) + 1) << PART_BITS)
}

/// Merges one segment of a profile that is complete and was not merged yet; `false` if there is none.
pub fn merge(connection: &Connection, profile: i64) -> rusqlite::Result<bool> {
    let blocks = blocks(connection, profile)?;
    let Some(last) = blocks.last() else { return Ok(false) };
    for unit in blocks.chunk_by(|a, b| segment_of(a.id) == segment_of(b.id)) {
        let is_complete = segment_of(unit[0].id) != segment_of(last.id) || part_of(last.id) == SEGMENT_BLOCKS - 1;
        let is_ready = unit.iter().all(|block| block.indexed == block.used && block.is_full() && !block.merged);
        if unit.len() > 1 && is_complete && is_ready && is_alone(connection, unit)? {
            index::merge(connection, unit)?;
            activity::merge(connection, unit)?;
            let mut mark = connection.prepare_cached("UPDATE block SET merged = 1 WHERE id = ?1")?;
            unit.iter().try_for_each(|block| mark.execute([block.id]).map(drop))?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether no other profile has a block in the segment; older versions numbered blocks as they came.
fn is_alone(connection: &Connection, unit: &[Block]) -> rusqlite::Result<bool> {
    let first = segment_of(unit[0].id) << PART_BITS;
    let blocks: usize = connection
        .prepare_cached("SELECT count(*) FROM block WHERE id BETWEEN ?1 AND ?2")?
        .query_row([first, first + (1 << PART_BITS) - 1], |row| row.get(0))?;
    Ok(blocks == unit.len())
}
