//! When every contact was last active, roughly and packed by row: that of thousands of candidates costs a few page reads.
//!
//! Two bytes tell the span of about 19 hours. Those of one span are told apart by what is stored beside the contacts.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::Bits;

/// Rows in a chunk: as many as fit into a page of the database, which is a little smaller if it is encrypted.
const CHUNK_ROWS: u16 = 4032;
const SLOT_BYTES: usize = 2;
/// A span is so many milliseconds long, as a power of two.
const SPAN_BITS: u32 = 26;

/// A stretch of time, later ones greater; [`NEVER`] is none.
pub type Span = u16;

/// The span of contacts that were never active.
pub const NEVER: Span = 0;
/// The first span of those that were.
pub const FIRST: Span = 1;

fn chunk_of(block: i64, place: u16) -> i64 {
    block << 6 | i64::from(place / CHUNK_ROWS)
}

/// The span in which a time lies, given in milliseconds since 1970. The first and the last span, of 2109, have no end.
pub fn span_of(active: Option<i64>) -> Span {
    let span = |millis: i64| Span::try_from((millis >> SPAN_BITS).clamp(0, i64::from(Span::MAX) - 1) + 1);
    active.map_or(NEVER, |millis| span(millis).unwrap_or(Span::MAX))
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
            bytes[start..end].copy_from_slice(&span_of(active).to_le_bytes());
        }
        put.execute(params![chunk, bytes])?;
    }
    Ok(())
}

/// Calls `visit` with every row in `rows` of a block and the span in which its contact was last active.
pub fn read(
    connection: &Connection,
    block: i64,
    rows: &Bits,
    mut visit: impl FnMut(Span, i64),
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
            let slot = bytes.get(start..).and_then(|slots| slots.first_chunk());
            visit(slot.map_or(NEVER, |slot| Span::from_le_bytes(*slot)), block << 16 | i64::from(place));
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
    fn spans_follow_the_order_of_times() {
        let times = [i64::MIN, -5, 0, 67_108_864, 1_790_000_000_123, 1_790_090_000_000, 4_000_000_000_000, i64::MAX];
        let spans = times.map(|millis| span_of(Some(millis)));
        assert!(spans.is_sorted() && spans[0] > NEVER, "{spans:?}");
        assert!(spans[2] < spans[3] && spans[4] < spans[5] && spans[5] < spans[6], "{spans:?}");
        assert_eq!((span_of(None), spans[7]), (NEVER, Span::MAX));
    }
}
