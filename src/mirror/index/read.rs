//! Reading which rows may match.

use std::ops::RangeInclusive;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::model::Direction;

use super::super::key::{Key, Need};
use super::super::profile::Block;
use super::super::rows::{BLOCK_ROWS, Bits, Stored};
use super::super::segments::{PART_BITS, part_of};
use super::{KEY_BITS, Place};

/// Keys read of one word; the rarest serve, further ones hardly narrow.
const ENOUGH_KEYS: usize = 5;
/// Lists of a range of keys that are longer than this together, in bytes of one block, are of what many have. Tests, whose
/// lists are short, go both ways with less.
const COMMON_BYTES: i64 = if cfg!(test) { 12 } else { 2048 };
/// So few rows of a block are sooner looked at than narrowed by what many have.
const FEW: u32 = if cfg!(test) { 2 } else { 32 };
/// A key that takes away less than this part of the rows of a sample is not worth its list; of so few rows it cannot be told.
const HARDLY_NARROWS: u32 = 16;
const FEW_TOLD: u32 = if cfg!(test) { 1 } else { 64 };
/// So few rows of a segment are sooner looked at than another list is read.
const HARDLY_ANY: u32 = 3;
/// What this part of the rows has is not worth the lists of a whole range.
const NOT_NARROWED: u32 = 2;
/// So many keys of a range are tried for that, those of the longest lists.
const OFTEN: usize = 4;
/// The lists of so few blocks of a segment are read one by one.
const SCATTERED: usize = 3;
/// Where lists are so many times as long as elsewhere, other keys may be rarer there.
const UNUSUAL: usize = if cfg!(test) { 1 } else { 4 };

/// The rows of every block of a unit; `None` if all may match.
type Sets = Option<Vec<Bits>>;

fn counted(sets: &Sets) -> u32 {
    sets.as_deref().map_or(0, in_all)
}

fn in_all(sets: &[Bits]) -> u32 {
    sets.iter().map(Bits::count).sum()
}

/// A statement, once it was needed.
struct Lazy<'c> {
    sql: String,
    statement: Option<CachedStatement<'c>>,
}

impl<'c> Lazy<'c> {
    fn ready(&mut self, connection: &'c Connection) -> rusqlite::Result<&mut CachedStatement<'c>> {
        Ok(match &mut self.statement {
            Some(statement) => statement,
            none => none.insert(connection.prepare_cached(&self.sql)?),
        })
    }
}

/// The statements that read one of the two tables.
struct Statements<'c> {
    get: Lazy<'c>,
    length: Lazy<'c>,
    range: Lazy<'c>,
    lengths: Lazy<'c>,
    descending: Lazy<'c>,
    longest: Lazy<'c>,
}

impl Statements<'_> {
    fn of(table: &str) -> Self {
        let lazy = |what: &str, which: &str| Lazy {
            sql: format!("SELECT {what} FROM {table} WHERE key {which}"),
            statement: None,
        };
        Self {
            get: lazy("key, rows", "= ?1"),
            length: lazy("length(rows)", "= ?1"),
            range: lazy("key, rows", "BETWEEN ?1 AND ?2 ORDER BY key"),
            lengths: lazy("sum(length(rows))", "BETWEEN ?1 AND ?2"),
            descending: lazy("key, rows", "BETWEEN ?1 AND ?2 ORDER BY key DESC"),
            longest: lazy("key", "BETWEEN ?1 AND ?2 ORDER BY length(rows) DESC LIMIT ?3"),
        }
    }
}

/// Reads the index.
pub struct Reader<'c> {
    connection: &'c Connection,
    own: Statements<'c>,
    merged: Statements<'c>,
}

/// The place of a unit's lists, part 0 if they are merged.
fn place_of(unit: &[Block]) -> Option<Place> {
    let first = unit.first()?;
    Some(match Place::of(first.id, first.merged) {
        Place::Merged { segment, .. } => Place::Merged { segment, part: 0 },
        own @ Place::Own(_) => own,
    })
}

/// Which block of a unit the list stored under a number belongs to.
fn block_of(unit: &[Block], stored: i64) -> Option<usize> {
    let first = unit.first()?;
    if !first.merged {
        return Some(0);
    }
    let part = part_of(stored);
    let at = usize::try_from(part - part_of(first.id)).ok()?;
    // Without gaps in their numbers, as they mostly are.
    let is_part = |block: &Block| part_of(block.id) == part;
    if unit.get(at).is_some_and(is_part) { Some(at) } else { unit.iter().position(is_part) }
}

fn key_of(unit: &[Block], stored: i64) -> Key {
    let key = if unit.first().is_some_and(|block| block.merged) { stored >> PART_BITS } else { stored };
    key.cast_unsigned() & ((1 << KEY_BITS) - 1)
}

fn ends(place: Place, first: Key, last: Key) -> [i64; 2] {
    match place {
        Place::Own(_) => [place.stored(first), place.stored(last)],
        Place::Merged { segment, .. } => {
            [place.stored(first), Place::Merged { segment, part: (1 << PART_BITS) - 1 }.stored(last)]
        }
    }
}

impl<'c> Reader<'c> {
    /// Begins to read.
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection, own: Statements::of("posting"), merged: Statements::of("merged_posting") }
    }

    fn at(&mut self, place: Place) -> &mut Statements<'c> {
        match place {
            Place::Own(_) => &mut self.own,
            Place::Merged { .. } => &mut self.merged,
        }
    }

    /// How long the list of a key is in a block.
    fn length(&mut self, block: Block, key: Key) -> rusqlite::Result<usize> {
        let connection = self.connection;
        let place = Place::of(block.id, block.merged);
        let length: Option<i64> =
            self.at(place).length.ready(connection)?.query_row([place.stored(key)], |row| row.get(0)).optional()?;
        Ok(length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0))
    }

    /// Puts the keys first that are rarest in `sample`, and finds out what is common.
    pub fn order(&mut self, sample: Block, need: Need) -> rusqlite::Result<Need> {
        Ok(match need {
            Need::All(needs) => {
                let mut keyed = Vec::with_capacity(needs.len());
                let (mut others, mut common) = (Vec::new(), Vec::new());
                for need in needs {
                    if let Need::Key(key) = need {
                        keyed.push((self.length(sample, key)?, key));
                    } else {
                        match self.order(sample, need)? {
                            need @ Need::Common { .. } => common.push(need),
                            need => others.push(need),
                        }
                    }
                }
                common.sort_by_key(|need| if let Need::Common { bytes, .. } = need { *bytes } else { 0 });
                keyed.sort_unstable();
                keyed.dedup();
                let keys = self.choose(sample, &keyed)?;
                Need::All(std::iter::once(keys).chain(others).chain(common).collect())
            }
            Need::Any(needs) => {
                let needs: Vec<_> = needs.into_iter().map(|need| self.order(sample, need)).collect::<Result<_, _>>()?;
                let (mut often, mut longest) = (Vec::new(), None);
                for need in &needs {
                    if let Need::Common { often: of_one, bytes, .. } = need {
                        often.extend(of_one);
                        longest = longest.max(Some(*bytes));
                    }
                }
                match longest {
                    Some(bytes) => Need::Common { need: Box::new(Need::Any(needs)), often, bytes },
                    None => Need::Any(needs),
                }
            }
            Need::Range(first, last) => {
                // Of a merged block, those of the whole segment are as good a sample.
                let blocks = if sample.merged { 1 << PART_BITS } else { 1 };
                let bytes = self.lengths(&[sample], first, last)? / blocks;
                let range = Need::Range(first, last);
                if bytes > COMMON_BYTES {
                    Need::Common { need: Box::new(range), often: self.longest(sample, first, last)?, bytes }
                } else {
                    range
                }
            }
            need => need,
        })
    }

    /// Chooses among keys, the rarest first, those that tell rows of `sample` apart.
    fn choose(&mut self, sample: Block, keys: &[(usize, Key)]) -> rusqlite::Result<Need> {
        let (mut rarest, mut bytes, mut spare) = (Vec::new(), 0, Vec::new());
        let (mut kept, mut left) = (None, BLOCK_ROWS);
        for (length, key) in keys {
            let mut narrows = rarest.len() < ENOUGH_KEYS;
            // Of few rows it cannot be told.
            if narrows && left > FEW_TOLD {
                (kept, _) = self.with_key(&[sample], *key, kept)?;
                let now = counted(&kept);
                narrows = rarest.is_empty() || now < left - left / HARDLY_NARROWS;
                left = now;
            }
            if narrows {
                rarest.push(*key);
                bytes += length;
            } else {
                spare.push(*key);
            }
        }
        Ok(Need::Keys { rarest, bytes, spare })
    }

    /// The keys of a range that have the longest lists in the unit of a block.
    fn longest(&mut self, sample: Block, first: Key, last: Key) -> rusqlite::Result<Vec<Key>> {
        let connection = self.connection;
        let (unit, lists) = ([sample], if sample.merged { OFTEN << PART_BITS } else { OFTEN });
        let Some(place) = place_of(&unit) else { return Ok(Vec::new()) };
        let [first, last] = ends(place, first, last);
        let mut found = self.at(place).longest.ready(connection)?.query(params![first, last, lists])?;
        let mut keys = Vec::new();
        while let Some(row) = found.next()? {
            let key = key_of(&unit, row.get(0)?);
            if keys.len() < OFTEN && !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// How long the lists of keys are together.
    fn lengths(&mut self, unit: &[Block], first: Key, last: Key) -> rusqlite::Result<i64> {
        let connection = self.connection;
        let Some(place) = place_of(unit) else { return Ok(0) };
        let bytes: Option<i64> =
            self.at(place).lengths.ready(connection)?.query_row(ends(place, first, last), |row| row.get(0))?;
        Ok(bytes.unwrap_or(0))
    }

    /// Calls `visit` with every key among `keys` and the rows of a block that have it, in the order of the keys, until it says
    /// enough.
    pub fn until(
        &mut self,
        unit: &[Block],
        keys: RangeInclusive<Key>,
        direction: Direction,
        mut visit: impl FnMut(i64, Key, Stored<'_>) -> bool,
    ) -> rusqlite::Result<()> {
        let Some(place) = place_of(unit) else { return Ok(()) };
        let connection = self.connection;
        let statements = self.at(place);
        let ordered = match direction {
            Direction::Ascending => &mut statements.range,
            Direction::Descending => &mut statements.descending,
        };
        let mut found = ordered.ready(connection)?.query(ends(place, *keys.start(), *keys.end()))?;
        while let Some(row) = found.next()? {
            let stored = row.get(0)?;
            let Some(block) = block_of(unit, stored).and_then(|at| unit.get(at)) else { continue };
            if visit(block.id, key_of(unit, stored), Stored(row.get_ref(1)?.as_blob()?)) {
                break;
            }
        }
        Ok(())
    }

    /// The rows of a unit's blocks that may match, of those in `among` if it is given; `None` if any may.
    pub fn rows(&mut self, unit: &[Block], need: &Need, among: Sets) -> rusqlite::Result<Sets> {
        Ok(match need {
            Need::Anything => among,
            Need::Nothing => Some(vec![Bits::default(); unit.len()]),
            Need::Key(key) => self.with_key(unit, *key, among)?.0,
            Need::Range(first, last) => {
                let mut sets = vec![Bits::default(); unit.len()];
                let Some(place) = place_of(unit) else { return Ok(among) };
                let connection = self.connection;
                let mut found = self.at(place).range.ready(connection)?.query(ends(place, *first, *last))?;
                while let Some(row) = found.next()? {
                    let Some(at) = block_of(unit, row.get(0)?) else { continue };
                    let list = Stored(row.get_ref(1)?.as_blob()?);
                    match &among {
                        Some(among) => list.each_in(&among[at], |row| sets[at].insert(row)),
                        None => sets[at].or_stored(list),
                    }
                }
                Some(sets)
            }
            Need::Common { need, often, .. } => {
                let Some(left) = &among else { return self.rows(unit, need, among) };
                let all = in_all(left);
                if all <= FEW {
                    return Ok(among);
                }
                let mut sets = vec![Bits::default(); unit.len()];
                for key in often {
                    let (found, _) = self.with_key(unit, *key, among.clone())?;
                    found.into_iter().flatten().zip(&mut sets).for_each(|(found, bits)| bits.or(&found));
                    if in_all(&sets) >= all / NOT_NARROWED {
                        return Ok(among);
                    }
                }
                self.rows(unit, need, among)?
            }
            Need::Keys { rarest, bytes, spare } => {
                let (mut all, mut read) = (among, 0);
                for key in rarest {
                    let length;
                    (all, length) = self.with_key(unit, *key, all)?;
                    read += length;
                    if counted(&all) <= HARDLY_ANY {
                        return Ok(all);
                    }
                }
                if counted(&all) > FEW && read > bytes * unit.len() * UNUSUAL {
                    let mut others = Vec::with_capacity(spare.len());
                    for key in spare {
                        others.push((self.lengths(unit, *key, *key)?, *key));
                    }
                    others.sort_unstable();
                    for (_, key) in others.into_iter().take(ENOUGH_KEYS) {
                        if counted(&all) <= FEW {
                            break;
                        }
                        (all, _) = self.with_key(unit, key, all)?;
                    }
                }
                all
            }
            Need::All(needs) => {
                let mut all = among;
                for need in needs {
                    if all.is_some() && counted(&all) <= HARDLY_ANY {
                        break;
                    }
                    all = self.rows(unit, need, all)?;
                }
                all
            }
            Need::Any(needs) => {
                let mut any = vec![Bits::default(); unit.len()];
                for need in needs {
                    match self.rows(unit, need, among.clone())? {
                        None => return Ok(None),
                        Some(sets) => any.iter_mut().zip(&sets).for_each(|(any, bits)| any.or(bits)),
                    }
                }
                Some(any)
            }
        })
    }

    /// The rows among those given that have a key, and how many bytes were read.
    fn with_key(&mut self, unit: &[Block], key: Key, among: Sets) -> rusqlite::Result<(Sets, usize)> {
        let Some(place) = place_of(unit) else { return Ok((among, 0)) };
        let connection = self.connection;
        let narrowed = among.is_some();
        let mut sets = among.unwrap_or_else(|| vec![Bits::default(); unit.len()]);
        let (mut read, mut met) = (0, vec![false; unit.len()]);
        // Where hardly a block has rows left, the lists of the others stay unread.
        let few: Vec<i64> = unit
            .iter()
            .zip(&sets)
            .filter(|(_, bits)| !narrowed || !bits.is_empty())
            .map(|(block, _)| block.id)
            .take(SCATTERED + 1)
            .collect();
        if few.is_empty() {
            return Ok((Some(sets), 0));
        }
        let mut take = |stored: i64, list: Stored<'_>| {
            let Some(at) = block_of(unit, stored) else { return };
            read += list.0.len();
            met[at] = true;
            if narrowed {
                sets[at].and_stored(list);
            } else {
                sets[at].or_stored(list);
            }
        };
        let statements = self.at(place);
        match place {
            Place::Own(_) => {
                let mut found = statements.get.ready(connection)?.query([place.stored(key)])?;
                if let Some(row) = found.next()? {
                    take(row.get(0)?, Stored(row.get_ref(1)?.as_blob()?));
                }
            }
            Place::Merged { segment, .. } if few.len() <= SCATTERED => {
                for block in few {
                    let place = Place::Merged { segment, part: part_of(block) };
                    let mut found = statements.get.ready(connection)?.query([place.stored(key)])?;
                    if let Some(row) = found.next()? {
                        take(row.get(0)?, Stored(row.get_ref(1)?.as_blob()?));
                    }
                }
            }
            Place::Merged { .. } => {
                let mut found = statements.range.ready(connection)?.query(ends(place, key, key))?;
                while let Some(row) = found.next()? {
                    take(row.get(0)?, Stored(row.get_ref(1)?.as_blob()?));
                }
            }
        }
        if narrowed {
            sets.iter_mut().zip(met).filter(|(_, met)| !met).for_each(|(bits, _)| *bits = Bits::default());
        }
        Ok((Some(sets), read))
    }
}
