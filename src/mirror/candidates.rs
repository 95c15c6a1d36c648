//! Which rows may match a filter: by the inverted index, and by the times that are kept beside it.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::model::{Filter, Time};

use super::index::Reader;
use super::key::{Need, Rank, need, need_beyond};
use super::profile::{self, Block, Profile};
use super::recency;
use super::rows::Bits;
use super::segments::units;

/// The rows that may match, by block; without it every row may.
pub type Candidates = Option<BTreeMap<i64, Bits>>;

/// The profiles asked for and their blocks.
pub struct Scope {
    pub profiles: Vec<Profile>,
    pub blocks: Vec<Block>,
}

impl Scope {
    /// The scope, or the name of a profile that is not there.
    pub fn open(connection: &Connection, names: &[&str]) -> rusqlite::Result<Result<Self, String>> {
        let mut scope = Self { profiles: Vec::new(), blocks: Vec::new() };
        for name in names {
            let Some(profile) = profile::find(connection, name)? else {
                return Ok(Err((*name).to_owned()));
            };
            scope.blocks.extend(profile::blocks(connection, profile.id)?);
            scope.profiles.push(profile);
        }
        Ok(Ok(scope))
    }

    /// How many rows there are, those of removed contacts included.
    pub fn rows(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.used)).sum()
    }

    /// A block that may stand for the others: of the fullest the one in the middle, since the oldest and the newest contacts may
    /// have come in other ways.
    fn sample(&self) -> Option<&Block> {
        let most = self.blocks.iter().map(|block| block.indexed).max()?;
        let fullest: Vec<_> = self.blocks.iter().filter(|block| block.indexed == most).collect();
        fullest.get(fullest.len() / 2).copied()
    }

    /// The profile with this number.
    pub fn profile(&self, id: i64) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }
}

/// Every row of the scope.
pub fn everything(scope: &Scope) -> BTreeMap<i64, Bits> {
    scope.blocks.iter().map(|block| (block.id, Bits::range(0, block.used))).collect()
}

/// The rows that may match `filter`.
pub fn find(connection: &Connection, scope: &Scope, filter: &Filter) -> rusqlite::Result<Candidates> {
    let mut found = indexed(connection, scope, need(filter), None)?;
    if let Some(since) = filter.active_since.map(|since| recency::span_of(millis(since))) {
        let rows = found.get_or_insert_with(|| everything(scope));
        for (block, bits) in rows.iter_mut() {
            let mut active = Bits::default();
            recency::read(connection, *block, bits, |span, row| {
                if span >= since {
                    active.insert(profile::split(row).1);
                }
            })?;
            *bits = active;
        }
    }
    if let Some(since) = filter.created_since.and_then(millis)
        && found.is_none()
    {
        found = Some(created(connection, scope, since)?);
    }
    if let Some(rows) = &mut found {
        rows.retain(|_, bits| !bits.is_empty());
    }
    Ok(found)
}

/// The rows among `all`, which may match `filter`, that may do so with this rank or a better one.
pub fn closer(
    connection: &Connection,
    scope: &Scope,
    filter: &Filter,
    rank: Rank,
    all: &Candidates,
) -> rusqlite::Result<Candidates> {
    match indexed(connection, scope, need_beyond(filter, rank), all.as_ref())? {
        Some(found) => Ok(Some(found)),
        None => Ok(all.clone()),
    }
}

fn millis(time: Time) -> Option<i64> {
    Some(time.timestamp().as_millisecond())
}

/// The rows that have what is needed, of those in `among` if it is given; `None` if nothing is needed.
fn indexed(
    connection: &Connection,
    scope: &Scope,
    need: Need,
    among: Option<&BTreeMap<i64, Bits>>,
) -> rusqlite::Result<Candidates> {
    if need == Need::Anything {
        return Ok(None);
    }
    let mut reader = Reader::new(connection);
    let need = match scope.sample() {
        Some(sample) => reader.order(*sample, need)?,
        None => need,
    };
    let mut found = BTreeMap::new();
    for unit in units(&scope.blocks) {
        let within = among.map(|among| unit.iter().map(|block| among.get(&block.id).cloned().unwrap_or_default()));
        let within: Option<Vec<Bits>> = within.map(Iterator::collect);
        if within.as_ref().is_some_and(|sets| sets.iter().all(Bits::is_empty)) {
            continue;
        }
        // What the index does not know yet may match.
        let unknown = unit.iter().enumerate().filter(|(_, block)| block.indexed < block.used).map(|(at, block)| {
            let mut unknown = Bits::range(block.indexed, block.used);
            within.iter().for_each(|within| unknown.and(&within[at]));
            (at, unknown)
        });
        let unknown: Vec<_> = unknown.collect();
        let Some(mut sets) = reader.rows(unit, &need, within)? else { return Ok(None) };
        unknown.iter().for_each(|(at, unknown)| sets[*at].or(unknown));
        found.extend(unit.iter().map(|block| block.id).zip(sets).filter(|(_, bits)| !bits.is_empty()));
    }
    Ok(Some(found))
}

fn created(connection: &Connection, scope: &Scope, since: i64) -> rusqlite::Result<BTreeMap<i64, Bits>> {
    let mut found: BTreeMap<i64, Bits> = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT row FROM contact WHERE row BETWEEN ?1 AND ?2 AND created >= ?3")?;
    for block in &scope.blocks {
        let mut rows = statement.query([profile::join(block.id, 0), profile::join(block.id, block.used), since])?;
        while let Some(row) = rows.next()? {
            let (block, place) = profile::split(row.get(0)?);
            found.entry(block).or_default().insert(place);
        }
    }
    Ok(found)
}

/// How many candidates there are; `None` if every row is one.
pub fn count(candidates: &Candidates) -> Option<u64> {
    candidates.as_ref().map(counted)
}

/// How many rows there are in all blocks.
pub fn counted(rows: &BTreeMap<i64, Bits>) -> u64 {
    rows.values().map(|bits| u64::from(bits.count())).sum()
}

/// The rows of candidates, ascending.
pub fn rows_of(candidates: &Candidates) -> impl Iterator<Item = i64> + '_ {
    candidates
        .iter()
        .flatten()
        .flat_map(|(block, bits)| bits.iter().map(move |place| profile::join(*block, u32::from(place))))
}

/// Whether a row is a candidate.
pub fn is_candidate(candidates: &Candidates, row: i64) -> bool {
    let (block, place) = profile::split(row);
    candidates.as_ref().is_none_or(|found| found.get(&block).is_some_and(|bits| bits.contains(place)))
}
