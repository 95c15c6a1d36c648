//! The contacts in the order in which they were last active, for going through all by recency.
//!
//! A list for each block, written when the block is indexed, and one for a merged segment: a list of all would be written to
//! all over with every page that a sync brings. Contacts that the index does not know yet are not listed. A list is stored in
//! chunks of some hundred entries, so that one step along it costs next to nothing, and a change a chunk.

use rusqlite::{CachedStatement, Connection, params};

use crate::model::Direction;

use super::profile::{Block, join, split};
use super::segments::{PART_BITS, is_merged, part_of, segment_of};

/// The bits of a place in a block.
const PLACE_BITS: u32 = 16;
/// Entries of a new chunk; one that has grown to twice as many is split. Tests, which have few contacts, split early.
const CHUNK: usize = if cfg!(test) { 3 } else { 256 };

/// A listed row: how late it comes, then its place. Entries sort as the list does.
type Entry = (i64, u32);

/// Puts the recent first, and what was never active last.
fn late(active: Option<i64>) -> i64 {
    active.map_or(i64::MAX, |active| !active.max(i64::MIN + 1))
}

/// When an entry was active; `None` for never.
fn active(late: i64) -> Option<i64> {
    (late != i64::MAX).then_some(!late)
}

/// A list: its number, and what the places of one of its blocks have there beyond their own.
#[derive(Clone, Copy)]
struct Shelf {
    number: i64,
    part: u32,
}

impl Shelf {
    fn of(block: i64, merged: bool) -> Self {
        let part = u32::try_from(part_of(block)).unwrap_or(0) << PLACE_BITS;
        if merged { Self { number: -1 - segment_of(block), part } } else { Self { number: block, part: 0 } }
    }

    fn find(connection: &Connection, block: i64) -> rusqlite::Result<Self> {
        Ok(Self::of(block, is_merged(connection, block)?))
    }

    /// That of all blocks of a unit.
    fn of_unit(unit: &[Block]) -> Self {
        unit.first().map_or(Self::of(0, false), |block| Self::of(block.id, block.merged))
    }

    fn entry(self, (place, active): (u16, Option<i64>)) -> Entry {
        (late(active), self.part | u32::from(place))
    }

    /// The row of a listed place.
    fn row(self, place: u32) -> i64 {
        let first = if self.number < 0 { (-1 - self.number) << PART_BITS } else { self.number };
        (first << PLACE_BITS) + i64::from(place)
    }

    /// Whether a place is one of the block that this was made of.
    fn has(self, place: u32) -> bool {
        self.number >= 0 || place >> PLACE_BITS == self.part >> PLACE_BITS
    }
}

fn push_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn varint(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
    None
}

/// Every entry as what it comes later than the one before, and its place.
fn encoded(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut last) = (Vec::with_capacity(entries.len() * 6), 0);
    for (late, place) in entries {
        push_varint(late.wrapping_sub(last).cast_unsigned(), &mut out);
        push_varint(u64::from(*place), &mut out);
        last = *late;
    }
    out
}

/// Appends the entries of a chunk; damaged bytes end it.
fn decode(bytes: &[u8], out: &mut Vec<Entry>) {
    let (mut bytes, mut last) = (bytes.iter(), 0i64);
    while let Some((more, place)) = varint(&mut bytes).zip(varint(&mut bytes)) {
        last = last.wrapping_add(more.cast_signed());
        out.push((last, u32::try_from(place).unwrap_or(u32::MAX)));
    }
}

/// A chunk and where it is stored.
struct Chunk {
    first: Entry,
    entries: Vec<Entry>,
}

/// Reads and writes the chunks of one list.
struct Chunks<'c> {
    shelf: i64,
    put: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    before: CachedStatement<'c>,
    after: CachedStatement<'c>,
}

impl<'c> Chunks<'c> {
    fn new(connection: &'c Connection, shelf: Shelf) -> rusqlite::Result<Self> {
        Ok(Self {
            shelf: shelf.number,
            put: connection.prepare_cached(
                "INSERT OR REPLACE INTO active_list (shelf, late, place, entries) VALUES (?1, ?2, ?3, ?4)",
            )?,
            delete: connection
                .prepare_cached("DELETE FROM active_list WHERE shelf = ?1 AND late = ?2 AND place = ?3")?,
            before: connection.prepare_cached(BEFORE)?,
            after: connection.prepare_cached(AFTER)?,
        })
    }

    /// The chunk in which an entry is, or would be.
    fn of(&mut self, entry: Entry) -> rusqlite::Result<Option<Chunk>> {
        Ok(match load(&mut self.before, self.shelf, entry)? {
            None => load(&mut self.after, self.shelf, (i64::MIN, 0))?,
            found => found,
        })
    }

    /// Stores entries, as many chunks as they need.
    fn put(&mut self, entries: &[Entry]) -> rusqlite::Result<()> {
        for entries in entries.chunks(CHUNK) {
            let (late, place) = entries[0];
            self.put.execute(params![self.shelf, late, place, encoded(entries)])?;
        }
        Ok(())
    }

    /// Stores a chunk that was changed.
    fn change(&mut self, chunk: &Chunk) -> rusqlite::Result<()> {
        let (late, place) = chunk.first;
        self.delete.execute(params![self.shelf, late, place])?;
        if chunk.entries.len() >= CHUNK * 2 {
            return self.put(&chunk.entries);
        }
        let Some((late, place)) = chunk.entries.first() else { return Ok(()) };
        self.put.execute(params![self.shelf, late, place, encoded(&chunk.entries)]).map(drop)
    }

    fn insert(&mut self, entry: Entry) -> rusqlite::Result<()> {
        let Some(mut chunk) = self.of(entry)? else { return self.put(&[entry]) };
        if let Err(at) = chunk.entries.binary_search(&entry) {
            chunk.entries.insert(at, entry);
            self.change(&chunk)?;
        }
        Ok(())
    }

    fn remove(&mut self, entry: Entry) -> rusqlite::Result<()> {
        let Some(mut chunk) = self.of(entry)? else { return Ok(()) };
        if let Ok(at) = chunk.entries.binary_search(&entry) {
            chunk.entries.remove(at);
            self.change(&chunk)?;
        }
        Ok(())
    }
}

/// The last chunk that begins with an entry or before it, and the first that begins with it or behind it.
const BEFORE: &str = "SELECT late, place, entries FROM active_list WHERE shelf = ?1 AND (late, place) <= (?2, ?3)
    ORDER BY late DESC, place DESC LIMIT 1";
const AFTER: &str = "SELECT late, place, entries FROM active_list WHERE shelf = ?1 AND (late, place) >= (?2, ?3)
    ORDER BY late, place LIMIT 1";

fn load(statement: &mut CachedStatement<'_>, shelf: i64, (late, place): Entry) -> rusqlite::Result<Option<Chunk>> {
    let mut rows = statement.query(params![shelf, late, place])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut entries = Vec::with_capacity(CHUNK);
    decode(row.get_ref(2)?.as_blob()?, &mut entries);
    Ok(Some(Chunk { first: (row.get(0)?, row.get(1)?), entries }))
}

/// All entries of a list.
fn all(connection: &Connection, shelf: Shelf) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut statement =
        connection.prepare_cached("SELECT entries FROM active_list WHERE shelf = ?1 ORDER BY late, place")?;
    let mut rows = statement.query([shelf.number])?;
    while let Some(row) = rows.next()? {
        decode(row.get_ref(0)?.as_blob()?, &mut entries);
    }
    Ok(entries)
}

/// Stores a list anew.
fn replace(connection: &Connection, shelf: Shelf, mut entries: Vec<Entry>) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM active_list WHERE shelf = ?1")?.execute([shelf.number])?;
    entries.sort_unstable();
    entries.dedup();
    Chunks::new(connection, shelf)?.put(&entries)
}

/// Lists rows of a block that are not listed yet.
pub fn list(connection: &Connection, block: i64, rows: &[(u16, Option<i64>)]) -> rusqlite::Result<()> {
    list_at(connection, Shelf::find(connection, block)?, rows)
}

/// Like [`list`], before there were merged blocks.
pub fn list_unmerged(connection: &Connection, block: i64, rows: &[(u16, Option<i64>)]) -> rusqlite::Result<()> {
    list_at(connection, Shelf::of(block, false), rows)
}

fn list_at(connection: &Connection, shelf: Shelf, rows: &[(u16, Option<i64>)]) -> rusqlite::Result<()> {
    let entries = rows.iter().map(|row| shelf.entry(*row));
    if rows.len() < CHUNK {
        let mut chunks = Chunks::new(connection, shelf)?;
        return entries.into_iter().try_for_each(|entry| chunks.insert(entry));
    }
    let mut together = all(connection, shelf)?;
    together.extend(entries);
    replace(connection, shelf, together)
}

/// Moves a listed row.
pub fn change(connection: &Connection, row: i64, from: Option<i64>, to: Option<i64>) -> rusqlite::Result<()> {
    if from == to {
        return Ok(());
    }
    let (block, place) = split(row);
    let shelf = Shelf::find(connection, block)?;
    let mut chunks = Chunks::new(connection, shelf)?;
    chunks.remove(shelf.entry((place, from)))?;
    chunks.insert(shelf.entry((place, to)))
}

/// Takes a row off its list.
pub fn remove(connection: &Connection, row: i64, active: Option<i64>) -> rusqlite::Result<()> {
    let (block, place) = split(row);
    let shelf = Shelf::find(connection, block)?;
    Chunks::new(connection, shelf)?.remove(shelf.entry((place, active)))
}

/// Takes all rows of a block off their list.
pub fn drop_block(connection: &Connection, block: i64) -> rusqlite::Result<()> {
    let shelf = Shelf::find(connection, block)?;
    let mut entries = all(connection, shelf)?;
    entries.retain(|(_, place)| !shelf.has(*place));
    replace(connection, shelf, entries)
}

/// Which rows of a block are listed with which times, in no particular order.
pub fn listed(connection: &Connection, block: i64) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    let shelf = Shelf::find(connection, block)?;
    let entries = all(connection, shelf)?.into_iter().filter(|(_, place)| shelf.has(*place));
    Ok(entries.map(|(late, place)| (shelf.row(place), active(late))).collect())
}

/// Merges the lists of the blocks of a segment, none of which was merged yet.
pub fn merge(connection: &Connection, unit: &[Block]) -> rusqlite::Result<()> {
    let mut entries = Vec::new();
    let mut delete = connection.prepare_cached("DELETE FROM active_list WHERE shelf = ?1")?;
    for block in unit {
        let part = Shelf::of(block.id, true).part;
        let own = all(connection, Shelf::of(block.id, false))?;
        entries.extend(own.into_iter().map(|(late, place)| (late, part | place)));
        delete.execute([block.id])?;
    }
    replace(connection, Shelf { part: 0, ..Shelf::of(unit[0].id, true) }, entries)
}

/// What was ever active in the blocks of a unit, read as far as it is asked for.
pub struct List<'c> {
    connection: &'c Connection,
    shelf: Shelf,
    direction: Direction,
    /// The entries of the chunk that is being gone through, the next one last.
    entries: Vec<Entry>,
    /// Where the next chunk begins or ends; `None` if there is none.
    ahead: Option<Entry>,
}

impl<'c> List<'c> {
    /// Begins to read a list.
    pub fn new(connection: &'c Connection, unit: &[Block], direction: Direction) -> Self {
        let ahead = match direction {
            Direction::Descending => (i64::MIN, 0),
            Direction::Ascending => (i64::MAX, u32::MAX),
        };
        Self { connection, shelf: Shelf::of_unit(unit), direction, entries: Vec::new(), ahead: Some(ahead) }
    }

    /// The next row, with its time.
    pub fn next(&mut self) -> rusqlite::Result<Option<(i64, i64)>> {
        loop {
            if let Some((late, place)) = self.entries.pop() {
                match active(late) {
                    Some(active) => return Ok(Some((active, self.shelf.row(place)))),
                    // Behind it there are none that were active.
                    None if self.direction == Direction::Descending => return Ok(None),
                    None => continue,
                }
            }
            let Some(ahead) = self.ahead.take() else { return Ok(None) };
            let sql = match self.direction {
                Direction::Descending => AFTER,
                Direction::Ascending => BEFORE,
            };
            let mut statement = self.connection.prepare_cached(sql)?;
            let Some(chunk) = load(&mut statement, self.shelf.number, ahead)? else { return Ok(None) };
            let next = behind(&chunk);
            let Chunk { first, mut entries } = chunk;
            match self.direction {
                Direction::Descending => {
                    self.ahead = next;
                    entries.reverse();
                }
                Direction::Ascending => {
                    let mut begin = first;
                    // Those of one time come by their rows in either direction, so that all of them are needed at once.
                    while let Some(end) = just_before(begin)
                        && let Some(before) = load(&mut statement, self.shelf.number, end)?
                    {
                        if before.entries.last().map(|(late, _)| late) != entries.first().map(|(late, _)| late) {
                            break;
                        }
                        begin = before.first;
                        entries.splice(..0, before.entries);
                    }
                    self.ahead = just_before(begin);
                    entries.sort_unstable_by_key(|(late, place)| (*late, std::cmp::Reverse(*place)));
                }
            }
            self.entries = entries;
        }
    }
}

fn just_before((late, place): Entry) -> Option<Entry> {
    match place.checked_sub(1) {
        Some(place) => Some((late, place)),
        None => late.checked_sub(1).map(|late| (late, u32::MAX)),
    }
}

/// Where the chunk behind this one begins at the earliest; always behind its own beginning, even if it is damaged.
fn behind(chunk: &Chunk) -> Option<Entry> {
    let (late, place) = chunk.entries.last().copied().unwrap_or(chunk.first).max(chunk.first);
    match place.checked_add(1) {
        Some(place) => Some((late, place)),
        None => late.checked_add(1).map(|late| (late, 0)),
    }
}

/// The rows of a unit's blocks that were never active, ascending.
pub fn never_active(connection: &Connection, unit: &[Block]) -> rusqlite::Result<Vec<i64>> {
    let shelf = Shelf::of_unit(unit);
    let mut chunks = Chunks::new(connection, shelf)?;
    let mut rows = Vec::new();
    let mut next = chunks.of((i64::MAX, 0))?;
    while let Some(chunk) = next {
        rows.extend(chunk.entries.iter().filter(|(late, _)| *late == i64::MAX).map(|(_, place)| shelf.row(*place)));
        next = match behind(&chunk) {
            Some(entry) => load(&mut chunks.after, shelf.number, entry)?,
            None => None,
        };
    }
    Ok(rows)
}

/// Rows of a block that are not listed, with their times; ascending.
pub fn unlisted(connection: &Connection, block: Block) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    if block.indexed >= block.used {
        return Ok(Vec::new());
    }
    connection
        .prepare_cached("SELECT row, active FROM contact WHERE row BETWEEN ?1 AND ?2 ORDER BY row")?
        .query_map([join(block.id, block.indexed), join(block.id, block.used - 1)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::schema::ACTIVE_LIST).unwrap();
        connection
            .execute_batch("CREATE TABLE block (id, merged); INSERT INTO block VALUES (32, 0), (33, 0), (34, 0)")
            .unwrap();
        connection
    }

    fn unit(ids: &[i64], merged: bool) -> Vec<Block> {
        ids.iter().map(|id| Block { id: *id, used: 60, indexed: 60, merged }).collect()
    }

    fn read(connection: &Connection, unit: &[Block], direction: Direction) -> Vec<(i64, i64)> {
        let mut list = List::new(connection, unit, direction);
        std::iter::from_fn(|| list.next().unwrap()).collect()
    }

    /// Few times, so that many are alike, and the extremes.
    fn time() -> impl Strategy<Value = Option<i64>> {
        prop_oneof![
            2 => Just(None),
            8 => (0i64..6).prop_map(Some),
            4 => (1_700_000_000_000i64..1_700_000_000_050).prop_map(Some),
            1 => Just(Some(i64::MIN)),
            1 => Just(Some(i64::MAX)),
        ]
    }

    proptest! {
        #[test]
        fn lists_are_those_of_a_sorted_map(
            first in proptest::collection::btree_map((32i64..35, 0u16..30), time(), 0..60),
            changes in proptest::collection::vec(((32i64..35, 0u16..30), proptest::option::of(time())), 0..30),
            merged_after in 0usize..30,
            dropped in proptest::option::of(32i64..35),
        ) {
            let connection = connection();
            // What is before all times is told from "never", and not from the time beside it.
            let kept = |active: Option<i64>| active.map(|active| active.max(i64::MIN + 1));
            let mut truth: BTreeMap<i64, Option<i64>> = BTreeMap::new();
            for block in 32..35 {
                let rows: Vec<_> =
                    first.iter().filter(|((of, _), _)| *of == block).map(|((_, place), at)| (*place, *at)).collect();
                list(&connection, block, &rows).unwrap();
                truth.extend(rows.iter().map(|(place, at)| (join(block, u32::from(*place)), kept(*at))));
            }
            let mut is_merged = false;
            for (step, ((block, place), to)) in changes.into_iter().enumerate() {
                if step == merged_after {
                    merge(&connection, &unit(&[32, 33, 34], false)).unwrap();
                    connection.execute("UPDATE block SET merged = 1", []).unwrap();
                    is_merged = true;
                }
                let row = join(block, u32::from(place));
                match (truth.get(&row).copied(), to) {
                    (Some(from), Some(to)) => change(&connection, row, from, to).unwrap(),
                    (Some(from), None) => remove(&connection, row, from).unwrap(),
                    (None, Some(to)) => list(&connection, block, &[(place, to)]).unwrap(),
                    (None, None) => {}
                }
                match to {
                    Some(to) => drop(truth.insert(row, kept(to))),
                    None => drop(truth.remove(&row)),
                }
            }
            if let Some(block) = dropped {
                drop_block(&connection, block).unwrap();
                truth.retain(|row, _| split(*row).0 != block);
            }
            let units = if is_merged { vec![unit(&[32, 33, 34], true)] } else { [32, 33, 34].map(|id| unit(&[id], false)).into() };
            let mut never: Vec<_> = Vec::new();
            for unit in units {
                let mut expected: Vec<_> = truth
                    .iter()
                    .filter(|(row, _)| unit.iter().any(|block| block.id == split(**row).0))
                    .filter_map(|(row, at)| at.map(|at| (at, *row)))
                    .collect();
                expected.sort_unstable_by_key(|(at, row)| (std::cmp::Reverse(*at), *row));
                prop_assert_eq!(read(&connection, &unit, Direction::Descending), expected.clone());
                expected.sort_unstable();
                prop_assert_eq!(read(&connection, &unit, Direction::Ascending), expected);
                never.extend(never_active(&connection, &unit).unwrap());
            }
            let expected: Vec<_> = truth.iter().filter(|(_, at)| at.is_none()).map(|(row, _)| *row).collect();
            prop_assert_eq!(never, expected);
            for block in 32..35 {
                let mut found = listed(&connection, block).unwrap();
                found.sort_unstable();
                let expected: Vec<_> =
                    truth.iter().filter(|(row, _)| split(**row).0 == block).map(|(row, at)| (*row, *at)).collect();
                prop_assert_eq!(found, expected);
            }
        }

        #[test]
        fn hostile_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            decode(&bytes, &mut Vec::new());
        }
    }
}
