//! The contacts of every block in the order in which they were last active, for going through all by recency.
//!
//! A list for each block, written when the block is indexed: a list of all would be written to all over with every page that
//! a sync brings. Contacts that the index does not know yet are not listed.

use rusqlite::{Connection, Rows, Statement, params};

use crate::model::Direction;

use super::profile::{Block, join, split};

/// Stands for "never", which is listed last.
const NEVER: i64 = i64::MIN;

fn listed(active: Option<i64>) -> i64 {
    active.map_or(NEVER, |active| active.max(NEVER + 1))
}

/// Lists rows of a block that are not listed yet.
pub fn list(connection: &Connection, block: i64, rows: &[(u16, Option<i64>)]) -> rusqlite::Result<()> {
    let mut rows: Vec<(i64, u16)> = rows.iter().map(|(place, active)| (listed(*active), *place)).collect();
    rows.sort_unstable_by(|(a, place), (b, other)| b.cmp(a).then(place.cmp(other)));
    let mut put =
        connection.prepare_cached("INSERT OR REPLACE INTO activity (block, active, place) VALUES (?1, ?2, ?3)")?;
    rows.into_iter().try_for_each(|(active, place)| put.execute(params![block, active, place]).map(drop))
}

/// Moves a listed row.
pub fn change(connection: &Connection, row: i64, from: Option<i64>, to: Option<i64>) -> rusqlite::Result<()> {
    if from == to {
        return Ok(());
    }
    remove(connection, row, from)?;
    let (block, place) = split(row);
    list(connection, block, &[(place, to)])
}

/// Takes a row off its list.
pub fn remove(connection: &Connection, row: i64, active: Option<i64>) -> rusqlite::Result<()> {
    let (block, place) = split(row);
    connection
        .prepare_cached("DELETE FROM activity WHERE block = ?1 AND active = ?2 AND place = ?3")?
        .execute(params![block, listed(active), place])
        .map(drop)
}

/// Drops the list of a block.
pub fn drop_block(connection: &Connection, block: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM activity WHERE block = ?1")?.execute([block]).map(drop)
}

/// How many rows of a block are listed.
pub fn count(connection: &Connection, block: i64) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT count(*) FROM activity WHERE block = ?1")?.query_row([block], |row| row.get(0))
}

/// Whether a row is listed with this time.
pub fn has(connection: &Connection, row: i64, active: Option<i64>) -> rusqlite::Result<bool> {
    let (block, place) = split(row);
    connection
        .prepare_cached("SELECT 1 FROM activity WHERE block = ?1 AND active = ?2 AND place = ?3")?
        .exists(params![block, listed(active), place])
}

/// So many of a list are read at once; most questions need no more.
const FIRST: u8 = 8;

/// What was ever active in a block, read as far as it is asked for.
pub struct List<'s, 'c> {
    connection: &'c Connection,
    block: i64,
    sql: &'static str,
    first: std::vec::IntoIter<(i64, u32)>,
    /// Where the statement is to lie that reads the rest; `None` once it does, or if there is no rest.
    slot: Option<&'s mut Option<Statement<'c>>>,
    rest: Option<Rows<'s>>,
}

impl<'s, 'c> List<'s, 'c> {
    /// Begins to read the list of a block. Lists share the statement that reads their beginning: to prepare one for each takes
    /// longer than to read what is mostly needed.
    pub fn new(
        connection: &'c Connection,
        block: i64,
        direction: Direction,
        slot: &'s mut Option<Statement<'c>>,
    ) -> rusqlite::Result<Self> {
        let sql = match direction {
            Direction::Ascending => {
                "SELECT active, place FROM activity WHERE block = ?1 AND active > ?2 ORDER BY active, place
                 LIMIT ?3 OFFSET ?4"
            }
            Direction::Descending => {
                "SELECT active, place FROM activity WHERE block = ?1 AND active > ?2 ORDER BY active DESC, place
                 LIMIT ?3 OFFSET ?4"
            }
        };
        let first: Vec<(i64, u32)> = connection
            .prepare_cached(sql)?
            .query_map([block, NEVER, i64::from(FIRST), 0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let slot = (first.len() == usize::from(FIRST)).then_some(slot);
        Ok(Self { connection, block, sql, first: first.into_iter(), slot, rest: None })
    }

    /// The next row, with its time.
    pub fn next(&mut self) -> rusqlite::Result<Option<(i64, i64)>> {
        let at = |(active, place): (i64, u32)| (active, join(self.block, place));
        if let Some(first) = self.first.next() {
            return Ok(Some(at(first)));
        }
        if let Some(slot) = self.slot.take() {
            let statement = slot.insert(self.connection.prepare(self.sql)?);
            self.rest = Some(statement.query([self.block, NEVER, -1, i64::from(FIRST)])?);
        }
        let Some(rest) = &mut self.rest else { return Ok(None) };
        Ok(match rest.next()? {
            Some(row) => Some(at((row.get(0)?, row.get(1)?))),
            None => None,
        })
    }
}

/// The rows of a block that were never active, ascending.
pub fn never_active(connection: &Connection, block: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached("SELECT place FROM activity WHERE block = ?1 AND active = ?2 ORDER BY place")?
        .query_map([block, NEVER], |row| Ok(join(block, row.get(0)?)))?
        .collect()
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

    #[test]
    fn lists_are_read_in_both_directions_and_changed() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::schema::ACTIVITY).unwrap();
        let rows = [(3, Some(5)), (0, None), (1, Some(7)), (2, Some(5)), (4, Some(i64::MIN)), (5, None)];
        list(&connection, 9, &rows).unwrap();
        list(&connection, 8, &[(0, Some(6))]).unwrap();
        let read = |direction| -> Vec<(i64, u16)> {
            let mut slot = None;
            let mut list = List::new(&connection, 9, direction, &mut slot).unwrap();
            std::iter::from_fn(|| list.next().unwrap()).map(|(active, row)| (active, split(row).1)).collect()
        };
        assert_eq!(read(Direction::Descending), [(7, 1), (5, 2), (5, 3), (i64::MIN + 1, 4)]);
        assert_eq!(read(Direction::Ascending), [(i64::MIN + 1, 4), (5, 2), (5, 3), (7, 1)]);
        assert_eq!(never_active(&connection, 9).unwrap(), [join(9, 0), join(9, 5)]);
        change(&connection, join(9, 1), Some(7), None).unwrap();
        remove(&connection, join(9, 2), Some(5)).unwrap();
        assert_eq!(read(Direction::Descending), [(5, 3), (i64::MIN + 1, 4)]);
        assert_eq!(never_active(&connection, 9).unwrap(), [0, 1, 5].map(|place| join(9, place)));
        assert!(has(&connection, join(9, 3), Some(5)).unwrap() && !has(&connection, join(9, 3), None).unwrap());
        let many: Vec<(u16, Option<i64>)> = (10..60).map(|place| (place, Some(1_000 - i64::from(place) / 3))).collect();
        list(&connection, 9, &many).unwrap();
        let newest: Vec<u16> = read(Direction::Descending).into_iter().map(|(_, place)| place).collect();
        assert_eq!(newest, (10..60).chain([3, 4]).collect::<Vec<u16>>());
        drop_block(&connection, 9).unwrap();
        assert_eq!((count(&connection, 9).unwrap(), count(&connection, 8).unwrap()), (0, 1));
    }
}
