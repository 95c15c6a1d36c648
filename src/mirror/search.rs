//! Answering queries: the index narrows, the searched text ranks, the decoded contact decides.
//!
//! Two ways lead to the best rows first: looking at every candidate (few candidates), or going through the contacts by
//! recency and asking of each whether it is a candidate (many). Whichever is cheaper is taken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::model::sort::{PreparedKey, compare_prepared, prepare};
use crate::model::{Contact, Direction, Filter, Query, SortField, SortKey};

use super::error::MirrorError;
use super::index::Reader;
use super::key::{Need, Rank, need};
use super::object::Decoder;
use super::profile::{self, Block, Profile};
use super::rank::Looker;
use super::rows::Bits;
use super::store::{Store, database_error};

/// Steps along the index by recency that do not matter.
const FEW_STEPS: u64 = 2000;

/// What a search may say of a contact: go on, or enough.
pub type Flow = ControlFlow<()>;

impl Store {
    /// The contacts of `profiles` that match, as many as the query's limit, in its order: as asked; else a text query's
    /// closest matches first; else the most recently active first.
    pub fn search(&self, profiles: &[&str], query: &Query) -> Result<Vec<Contact>, MirrorError> {
        let mut contacts = Vec::new();
        self.visit(profiles, query, |contact| {
            contacts.push(contact);
            Flow::Continue(())
        })?;
        Ok(contacts)
    }

    /// Like [`Store::search`], handing each contact over as it is found, so that memory stays flat.
    pub fn visit(
        &self,
        profiles: &[&str],
        query: &Query,
        mut visit: impl FnMut(Contact) -> Flow,
    ) -> Result<(), MirrorError> {
        self.visit_rows(profiles, query, |_, contact| visit(contact))
    }

    /// The contact `id` of a profile, with the vendor's own object.
    pub fn contact(&self, profile: &str, id: &str) -> Result<Contact, MirrorError> {
        let explain = self.explain();
        let Some(found) = profile::find(&self.connection, profile).map_err(explain)? else {
            return Err(MirrorError::NoProfile { profile: profile.to_owned() });
        };
        let row: Option<i64> = self
            .connection
            .prepare_cached("SELECT row FROM contact WHERE profile = ?1 AND id = ?2")
            .and_then(|mut statement| statement.query_row(params![found.id, id], |row| row.get(0)).optional())
            .map_err(explain)?;
        let contact = match row {
            Some(row) => self.contacts_of(&[row], &found)?.pop(),
            None => None,
        };
        contact.ok_or_else(|| MirrorError::NoContact { profile: profile.to_owned(), id: id.to_owned() })
    }

    /// The rows of the contacts of one profile that match, in the order of their ids as bytes.
    pub(super) fn rows_by_id(&self, profile: &str, query: &Query) -> Result<Vec<i64>, MirrorError> {
        let explain = self.explain();
        let Some(found) = profile::find(&self.connection, profile).map_err(explain)? else {
            return Err(MirrorError::NoProfile { profile: profile.to_owned() });
        };
        if query.filter.is_empty() {
            let sql = "SELECT row FROM contact INDEXED BY contact_id WHERE profile = ?1 ORDER BY id";
            let mut statement = self.connection.prepare_cached(sql).map_err(explain)?;
            let rows = statement.query_map([found.id], |row| row.get(0));
            return rows.and_then(Iterator::collect).map_err(explain);
        }
        let mut rows = Vec::new();
        let all = Query { limit: None, skip: 0, sort: Vec::new(), ..query.clone() };
        self.visit_rows(&[profile], &all, |row, contact| {
            rows.push((contact.id, row));
            Flow::Continue(())
        })?;
        rows.sort_unstable();
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// The contacts of rows of one profile, those that are still there.
    pub(super) fn contacts_of(&self, rows: &[i64], profile: &Profile) -> Result<Vec<Contact>, MirrorError> {
        let explain = self.explain();
        let damaged = |detail: String| MirrorError::Damaged { path: self.path.clone(), detail };
        let mut decoder = Decoder::new().map_err(|error| damaged(error.to_string()))?;
        let mut get = self.connection.prepare_cached("SELECT object FROM contact WHERE row = ?1").map_err(explain)?;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let mut found = get.query([row]).map_err(explain)?;
            let Some(columns) = found.next().map_err(explain)? else { continue };
            let object = columns.get_ref(0).map_err(explain)?.as_blob().map_err(|error| explain(error.into()))?;
            out.push(own(decoder.decode(object).map_err(damaged)?, profile));
        }
        Ok(out)
    }

    fn visit_rows(
        &self,
        profiles: &[&str],
        query: &Query,
        visit: impl FnMut(i64, Contact) -> Flow,
    ) -> Result<(), MirrorError> {
        let explain = |trouble| match trouble {
            Trouble::Database(error) => database_error(&self.path, &error),
            Trouble::Damaged(detail) => MirrorError::Damaged { path: self.path.clone(), detail },
        };
        // One snapshot for the whole answer, however long it takes and whoever writes meanwhile.
        let transaction =
            self.connection.unchecked_transaction().map_err(|error| database_error(&self.path, &error))?;
        let scope = match Scope::open(&self.connection, profiles).map_err(|error| explain(error.into()))? {
            Ok(scope) => scope,
            Err(profile) => return Err(MirrorError::NoProfile { profile }),
        };
        let limit = query.limit.map(|limit| limit.saturating_add(query.skip));
        let mut hunt = Hunt {
            connection: &self.connection,
            scope,
            filter: &query.filter,
            looker: Looker::new(&query.filter),
            decoder: Decoder::new().map_err(|error| explain(Trouble::Damaged(error.to_string())))?,
            look_cost: self.look_cost,
            emit: Emit { skip: query.skip, left: query.limit, raw: query.raw, visit },
            row: self
                .connection
                .prepare_cached("SELECT text, object, profile FROM contact WHERE row = ?1")
                .map_err(|error| explain(error.into()))?,
        };
        let result = match query.sort.as_slice() {
            _ if query.limit == Some(0) => Ok(Flow::Continue(())),
            [] if query.filter.has_text() => hunt.ranked(limit),
            [] => hunt.recent(Direction::Descending, limit),
            [SortKey { field: SortField::LastActivityAt, direction }] => hunt.recent(*direction, limit),
            keys => hunt.sorted(keys, limit),
        };
        drop(hunt);
        drop(transaction);
        result.map(drop).map_err(explain)
    }
}

/// The profiles asked for and their blocks.
struct Scope {
    profiles: Vec<Profile>,
    blocks: Vec<Block>,
}

impl Scope {
    /// The scope, or the name of a profile that is not there.
    fn open(connection: &Connection, names: &[&str]) -> rusqlite::Result<Result<Self, String>> {
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

    fn rows(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.used)).sum()
    }

    fn profile(&self, id: i64) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }
}

/// The rows that may match, by block; without it every row may.
type Candidates = Option<BTreeMap<i64, Bits>>;

/// Counts what is passed over and handed over.
struct Emit<V> {
    skip: u64,
    left: Option<u64>,
    raw: bool,
    visit: V,
}

impl<V: FnMut(i64, Contact) -> Flow> Emit<V> {
    fn emit(&mut self, row: i64, mut contact: Contact) -> Flow {
        if self.skip > 0 {
            self.skip -= 1;
            return Flow::Continue(());
        }
        if !self.raw {
            contact.raw = None;
        }
        (self.visit)(row, contact)?;
        if let Some(left) = &mut self.left {
            *left -= 1;
            if *left == 0 {
                return Flow::Break(());
            }
        }
        Flow::Continue(())
    }
}

/// One search under way.
struct Hunt<'c, V> {
    connection: &'c Connection,
    scope: Scope,
    filter: &'c Filter,
    looker: Looker<'c>,
    decoder: Decoder,
    look_cost: u64,
    emit: Emit<V>,
    row: CachedStatement<'c>,
}

impl<V: FnMut(i64, Contact) -> Flow> Hunt<'_, V> {
    fn candidates(&self, rank: Rank) -> rusqlite::Result<Candidates> {
        let need = need(self.filter, rank);
        if need == Need::Anything {
            return Ok(None);
        }
        let mut reader = Reader::new(self.connection)?;
        let fullest = self.scope.blocks.iter().max_by_key(|block| block.indexed);
        let need = match fullest {
            Some(block) => reader.order(block.id, need)?,
            None => need,
        };
        let mut found = BTreeMap::new();
        for block in &self.scope.blocks {
            let Some(mut bits) = reader.rows(block.id, &need)? else { return Ok(None) };
            if block.indexed < block.used {
                bits.or(&Bits::range(block.indexed, block.used));
            }
            if !bits.is_empty() {
                found.insert(block.id, bits);
            }
        }
        Ok(Some(found))
    }

    /// By how closely contacts match, then by recency.
    fn ranked(&mut self, limit: Option<u64>) -> Result<Flow, Trouble> {
        let all = self.candidates(Rank::Within)?;
        if self.should_look(&all, limit) {
            return self.look_at_all(&all);
        }
        for rank in Rank::ALL {
            let candidates = if rank == Rank::Within { all.clone() } else { self.candidates(rank)? };
            if self.by_recency(&candidates, Direction::Descending, limit, Some(rank))?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }

    fn recent(&mut self, direction: Direction, limit: Option<u64>) -> Result<Flow, Trouble> {
        let candidates = self.candidates(Rank::Within)?;
        self.by_recency(&candidates, direction, limit, None)
    }

    fn should_look(&self, candidates: &Candidates, limit: Option<u64>) -> bool {
        let Some(candidates) = candidates else { return false };
        let count: u64 = candidates.values().map(|bits| u64::from(bits.count())).sum();
        let rows = self.scope.rows();
        let steps = limit.map_or(rows, |limit| (limit * rows / count.max(1)).min(rows));
        count.saturating_mul(self.look_cost) <= steps.saturating_add(self.look_cost.saturating_mul(64).min(FEW_STEPS))
    }

    /// Looks at every candidate, then shows them by rank and recency.
    fn look_at_all(&mut self, candidates: &Candidates) -> Result<Flow, Trouble> {
        let mut found: Vec<(Rank, Reverse<Option<i64>>, i64)> = Vec::new();
        let mut look = self.connection.prepare_cached("SELECT text, active FROM contact WHERE row = ?1")?;
        for row in rows_of(candidates) {
            let mut rows = look.query([row])?;
            if let Some(columns) = rows.next()?
                && let Some(rank) = self.looker.rank(columns.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)
            {
                found.push((rank, Reverse(columns.get(1)?), row));
            }
        }
        found.sort_unstable();
        for (_, _, row) in found {
            if let Some(contact) = self.matching(row, None)?
                && self.emit.emit(row, contact).is_break()
            {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }

    /// Shows the candidates of a rank (any rank if `None`) by recency, those without any last.
    fn by_recency(
        &mut self,
        candidates: &Candidates,
        direction: Direction,
        limit: Option<u64>,
        rank: Option<Rank>,
    ) -> Result<Flow, Trouble> {
        if candidates.as_ref().is_some_and(BTreeMap::is_empty) {
            return Ok(Flow::Continue(()));
        }
        if self.should_look(candidates, limit) {
            let mut look = self.connection.prepare_cached("SELECT active FROM contact WHERE row = ?1")?;
            let mut found = Vec::new();
            for row in rows_of(candidates) {
                let active: Option<Option<i64>> = look.query_row([row], |row| row.get(0)).optional()?;
                found.extend(active.map(|active| (recency(active, direction), row)));
            }
            found.sort_unstable();
            for (_, row) in found {
                if self.show(row, rank)?.is_break() {
                    return Ok(Flow::Break(()));
                }
            }
            return Ok(Flow::Continue(()));
        }
        let order = match direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        let mut statements = Vec::new();
        for (condition, order) in [("IS NOT NULL", order), ("IS NULL", "")] {
            let sql = format!(
                "SELECT active, row FROM contact INDEXED BY contact_active
                 WHERE profile = ?1 AND active {condition} ORDER BY active {order}, row"
            );
            statements.push(sql);
        }
        for sql in statements {
            let mut prepared = Vec::new();
            for _ in &self.scope.profiles {
                prepared.push(self.connection.prepare(&sql)?);
            }
            let mut streams = Vec::new();
            for (statement, profile) in prepared.iter_mut().zip(&self.scope.profiles) {
                streams.push(statement.query([profile.id])?);
            }
            let mut heads = BinaryHeap::new();
            for (index, stream) in streams.iter_mut().enumerate() {
                if let Some(row) = stream.next()? {
                    heads.push(Reverse((recency(row.get(0)?, direction), row.get::<_, i64>(1)?, index)));
                }
            }
            while let Some(Reverse((_, row, index))) = heads.pop() {
                if let Some(next) = streams[index].next()? {
                    heads.push(Reverse((recency(next.get(0)?, direction), next.get::<_, i64>(1)?, index)));
                }
                if is_candidate(candidates, row) && self.show(row, rank)?.is_break() {
                    return Ok(Flow::Break(()));
                }
            }
        }
        Ok(Flow::Continue(()))
    }

    fn show(&mut self, row: i64, rank: Option<Rank>) -> Result<Flow, Trouble> {
        match self.matching(row, rank)? {
            Some(contact) => Ok(self.emit.emit(row, contact)),
            None => Ok(Flow::Continue(())),
        }
    }

    /// The contact of a row, if it matches and has the rank.
    fn matching(&mut self, row: i64, rank: Option<Rank>) -> Result<Option<Contact>, Trouble> {
        let mut rows = self.row.query([row])?;
        let Some(columns) = rows.next()? else { return Ok(None) };
        let text = columns.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let Some(found) = self.looker.rank(text) else { return Ok(None) };
        if rank.is_some_and(|rank| rank != found) {
            return Ok(None);
        }
        let object = columns.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let mut contact = self.decoder.decode(object).map_err(Trouble::Damaged)?;
        if let Some(profile) = self.scope.profile(columns.get(2)?) {
            contact = own(contact, profile);
        }
        Ok(self.filter.matches(&contact).then_some(contact))
    }

    /// In the order of `keys`; keeps the best `limit` in mind, not every contact.
    fn sorted(&mut self, keys: &[SortKey], limit: Option<u64>) -> Result<Flow, Trouble> {
        let keep = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut best: Vec<(PreparedKey, i64)> = Vec::new();
        let trim = |best: &mut Vec<(PreparedKey, i64)>| {
            best.sort_by(|(a, _), (b, _)| compare_prepared(a, b, keys));
            best.truncate(keep);
        };
        let candidates = self.candidates(Rank::Within)?;
        let everything: Candidates = match candidates {
            Some(_) => candidates,
            None => Some(self.scope.blocks.iter().map(|block| (block.id, Bits::range(0, block.used))).collect()),
        };
        for row in rows_of(&everything) {
            if let Some(contact) = self.matching(row, None)? {
                best.push((prepare(&contact, keys), row));
                if best.len() >= keep.saturating_mul(2).saturating_add(1024) {
                    trim(&mut best);
                }
            }
        }
        trim(&mut best);
        for (_, row) in best {
            if self.show(row, None)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }
}

/// Names the profile as it is called today.
fn own(mut contact: Contact, profile: &Profile) -> Contact {
    contact.profile = profile.name.as_str().into();
    contact.vendor = profile.vendor.as_str().into();
    contact
}

/// A value that puts the recent first (or last), and what was never active last in any case.
fn recency(active: Option<i64>, direction: Direction) -> (bool, i64) {
    let signed = match direction {
        Direction::Ascending => active,
        Direction::Descending => active.map(|active| -active),
    };
    (active.is_none(), signed.unwrap_or(0))
}

fn rows_of(candidates: &Candidates) -> impl Iterator<Item = i64> + '_ {
    candidates.iter().flatten().flat_map(|(block, bits)| bits.iter().map(move |place| block << 16 | i64::from(place)))
}

fn is_candidate(candidates: &Candidates, row: i64) -> bool {
    let place = u16::try_from(row & 0xffff).unwrap_or(0);
    candidates.as_ref().is_none_or(|found| found.get(&(row >> 16)).is_some_and(|bits| bits.contains(place)))
}

/// What can go wrong in a search.
enum Trouble {
    Database(rusqlite::Error),
    Damaged(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
