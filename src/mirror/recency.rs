//! When every contact was last active, packed by row: the recency of thousands of candidates costs a few page reads.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::Bits;

/// Rows in a chunk: as many as fit into a page of the database.
const CHUNK_ROWS: u16 = 1350;
const SLOT_BYTES: usize = 6;
/// Added to milliseconds since 1970, so that every time is positive; 0 stands for "never".
const OFFSET: i64 = 1 << 46;

/// What reading one chunk costs, in steps along the index by recency.
pub const CHUNK_COST: u64 = 8;

fn chunk_of(block: i64, place: u16) -> i64 {
    block << 6 | i64::from(place / CHUNK_ROWS)
}

fn pack(active: Option<i64>) -> [u8; SLOT_BYTES] {
    let value = active.map_or(0, |millis| (millis.clamp(1 - OFFSET, OFFSET) + OFFSET).cast_unsigned());
    let mut slot = [0; SLOT_BYTES];
    slot.copy_from_slice(&value.to_le_bytes()[..SLOT_BYTES]);
    slot
}

fn unpack(slot: &[u8]) -> Option<i64> {
    let mut bytes = [0; 8];
    bytes[..slot.len()].copy_from_slice(slot);
    match i64::from_le_bytes(bytes) {
        0 => None,
        value => Some(value - OFFSET),
    }
}

/// Notes when the contacts of rows were last active.
pub fn write(connection: &Connection, noted: &[(i64, Option<i64>)]) -> rusqlite::Result<()> {
    let mut chunks: BTreeMap<i64, Vec<(usize, Option<i64>)>> = BTreeMap::new();
    for (row, active) in noted {
        let (block, place) = super::profile::split(*row);
        chunks.entry(chunk_of(block, place)).or_default().push((usize::from(place % CHUNK_ROWS), *active));
    }
    let mut get = connection.prepare_cached("SELECT active FROM recency WHERE chunk = ?1")?;
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO recency (chunk, active) VALUES (?1, ?2)")?;
    for (chunk, slots) in chunks {
        let mut bytes: Vec<u8> = get.query_row([chunk], |row| row.get(0)).optional()?.unwrap_or_default();
        for (slot, active) in slots {
            let (start, end) = (slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[start..end].copy_from_slice(&pack(active));
        }
        put.execute(params![chunk, bytes])?;
    }
    Ok(())
}

/// Calls `visit` with every row in `rows` of a block and when its contact was last active.
pub fn read(
    connection: &Connection,
    block: i64,
    rows: &Bits,
    mut visit: impl FnMut(Option<i64>, i64),
) -> rusqlite::Result<()> {
    let mut get = connection.prepare_cached("SELECT active FROM recency WHERE chunk = ?1")?;
    let mut places = rows.iter().peekable();
    while let Some(first) = places.peek().copied() {
        let number = first / CHUNK_ROWS;
        let mut found = get.query([chunk_of(block, first)])?;
        let chunk = found.next()?;
        let bytes = match &chunk {
            Some(chunk) => chunk.get_ref(0)?.as_blob()?,
            None => &[],
        };
        while let Some(place) = places.next_if(|place| place / CHUNK_ROWS == number) {
            let start = usize::from(place % CHUNK_ROWS) * SLOT_BYTES;
            let active = bytes.get(start..start + SLOT_BYTES).and_then(unpack);
            visit(active, block << 16 | i64::from(place));
        }
    }
    Ok(())
}

/// How many chunks hold so many candidates among so many rows, at most.
pub fn chunks(candidates: u64, rows: u64) -> u64 {
    candidates.min(rows / u64::from(CHUNK_ROWS) + 1)
}

/// Drops what is noted of a block.
pub fn drop_block(connection: &Connection, block: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM recency WHERE chunk BETWEEN ?1 AND ?2")?
        .execute([block << 6, block << 6 | 0x3f])
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_and_never_stays_never() {
        for active in [None, Some(0), Some(-5), Some(1_790_000_000_123), Some(-OFFSET + 1), Some(OFFSET)] {
            assert_eq!(unpack(&pack(active)), active);
        }
        assert_eq!(unpack(&pack(Some(i64::MAX))), Some(OFFSET));
    }
}
