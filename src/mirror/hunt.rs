//! One search under way: the index narrows, the searched text ranks, the decoded contact decides.
//!
//! Three ways lead to the best rows first: looking at every candidate (few of them); reading of every candidate when it
//! was last active; or going through the contacts by recency and asking of each whether it is a candidate (many).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use rusqlite::{CachedStatement, Connection};

use crate::model::sort::prepare;
use crate::model::{Contact, Direction, Filter, SortKey};

use super::activity;
use super::best::{BESIDE, Best, contact_beside, is_beside};
use super::candidates::{self, Candidates, Scope, count, counted, is_candidate, rows_of};
use super::key::Rank;
use super::object::Decoder;
use super::profile::Block;
use super::rank::Looker;
use super::recency::{self, Span};
use super::rows::Bits;
use super::search::{Flow, own};
use super::segments::units;
use super::spans::Spans;

/// What the ways cost, in steps along the index by recency; tests force each way with them.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Of looking at one candidate.
    pub look: u64,
    /// Of reading one chunk of recency.
    pub chunk: u64,
    /// Of asking the index of one unit for spans.
    pub list: u64,
    /// Of telling one candidate of a span apart from the others.
    pub apart: u64,
}

impl Costs {
    /// As measured with one and with ten million contacts; a step takes a seventh of a microsecond.
    pub const MEASURED: Self = Self { look: 33, chunk: 20, list: 60, apart: 33 };
}

/// Looking at all candidates is never worse while it costs no more than this.
const CHEAP: u64 = 8000;
/// Rows in lists of spans that are passed over in one step.
const LISTED_A_STEP: u64 = 16;
/// Candidates whose recency is told apart in one step.
const SORTED_A_STEP: u64 = 8;

/// Counts what is passed over and handed over.
pub struct Emit<V> {
    pub skip: u64,
    pub left: Option<u64>,
    pub raw: bool,
    pub visit: V,
}

impl<V: FnMut(i64, Contact) -> Flow> Emit<V> {
    fn emit(&mut self, row: i64, contact: Contact) -> Flow {
        if self.skip > 0 {
            self.skip -= 1;
            return Flow::Continue(());
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
pub struct Hunt<'c, V> {
    pub connection: &'c Connection,
    pub scope: Scope,
    pub filter: &'c Filter,
    pub looker: Looker<'c>,
    pub decoder: Decoder,
    pub costs: Costs,
    pub emit: Emit<V>,
    pub row: CachedStatement<'c>,
}

impl<V: FnMut(i64, Contact) -> Flow> Hunt<'_, V> {
    fn candidates(&self) -> rusqlite::Result<Candidates> {
        candidates::find(self.connection, &self.scope, self.filter)
    }

    /// By how closely contacts match, then by recency.
    pub fn ranked(&mut self, limit: Option<u64>) -> Result<Flow, Trouble> {
        let all = self.candidates()?;
        if count(&all).is_some_and(|count| count.saturating_mul(self.costs.look) <= CHEAP) {
            return self.look_at_all(&all);
        }
        for rank in [Rank::Exact, Rank::Prefix, Rank::WordStart] {
            let of_rank = candidates::closer(self.connection, &self.scope, self.filter, rank, &all)?;
            if self.by_recency(of_rank, Direction::Descending, limit, Some(rank))?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        self.by_recency(all, Direction::Descending, limit, Some(Rank::Within))
    }

    /// By recency.
    pub fn recent(&mut self, direction: Direction, limit: Option<u64>) -> Result<Flow, Trouble> {
        let candidates = self.candidates()?;
        self.by_recency(candidates, direction, limit, None)
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

    /// Shows the candidates of a rank (any rank if `None`) by recency, those that were never active last.
    fn by_recency(
        &mut self,
        candidates: Candidates,
        direction: Direction,
        limit: Option<u64>,
        rank: Option<Rank>,
    ) -> Result<Flow, Trouble> {
        let Some(found) = candidates else { return self.walk(&None, direction, rank) };
        let rows = self.scope.rows();
        let count = counted(&found);
        let walked = limit.map_or(rows, |limit| (limit.saturating_mul(rows) / count.max(1)).min(rows));
        let direct =
            recency::chunks(count, rows).saturating_mul(self.costs.chunk).saturating_add(count / SORTED_A_STEP);
        let listed = (units(&self.scope.blocks).count() as u64)
            .saturating_mul(self.costs.list)
            .saturating_add(walked / LISTED_A_STEP);
        match limit {
            _ if walked <= direct.min(listed) => self.walk(&Some(found), direction, rank),
            Some(limit) if listed < direct => self.by_spans(found, direction, limit, walked, rank),
            _ => {
                let mut order = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
                for (block, bits) in &found {
                    recency::read(self.connection, *block, bits, |span, row| {
                        order.push(Reverse(sortable(span, row, direction)));
                    })?;
                }
                if self.apart(&mut order, limit) > walked {
                    return self.walk(&Some(found), direction, rank);
                }
                self.show_spans(BinaryHeap::from(order), direction, rank)
            }
        }
    }

    /// What it costs to tell apart those of the last span that is needed for the first `limit` rows.
    fn apart(&self, order: &mut [Reverse<u64>], limit: Option<u64>) -> u64 {
        let rows = limit.map_or(0, |limit| in_spans_to(order, limit)).saturating_sub(limit.unwrap_or(0));
        rows.saturating_mul(self.costs.apart)
    }

    /// [`Self::by_recency`] by the index of spans; going through all contacts would cost `walked`.
    fn by_spans(
        &mut self,
        found: BTreeMap<i64, Bits>,
        direction: Direction,
        limit: u64,
        walked: u64,
        rank: Option<Rank>,
    ) -> Result<Flow, Trouble> {
        let mut spans = Spans::new(self.connection, &self.scope, found.clone(), direction, limit)?;
        if self.costs.apart.saturating_mul(spans.expected().saturating_sub(limit)) > walked {
            return self.walk(&Some(found), direction, rank);
        }
        let mut first = true;
        while let Some(batch) = spans.next()? {
            let mut order: Vec<_> =
                batch.into_iter().map(|(span, row)| Reverse(sortable(span, row, direction))).collect();
            if std::mem::take(&mut first) && self.apart(&mut order, Some(limit)) > walked {
                return self.walk(&Some(found), direction, rank);
            }
            if self.show_spans(BinaryHeap::from(order), direction, rank)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }

    /// Shows rows span by span; those of one span in the order of what is stored beside the contacts.
    fn show_spans(
        &mut self,
        mut order: BinaryHeap<Reverse<u64>>,
        direction: Direction,
        rank: Option<Rank>,
    ) -> Result<Flow, Trouble> {
        let mut exact = self.connection.prepare_cached("SELECT active FROM contact WHERE row = ?1")?;
        let mut of_span = Vec::new();
        while let Some(Reverse(first)) = order.pop() {
            of_span.push(((false, 0), row_of(first)));
            while let Some(next) = order.peek().filter(|Reverse(next)| is_same_span(*next, first)) {
                of_span.push(((false, 0), row_of(next.0)));
                order.pop();
            }
            // Those of the last span were never active.
            if of_span.len() > 1 && !is_same_span(first, u64::MAX) {
                for (recency, row) in &mut of_span {
                    let mut rows = exact.query([*row])?;
                    if let Some(columns) = rows.next()? {
                        *recency = recency_of(columns.get(0)?, direction);
                    }
                }
                of_span.sort_unstable();
            }
            for (_, row) in of_span.drain(..) {
                if self.show(row, rank)?.is_break() {
                    return Ok(Flow::Break(()));
                }
            }
        }
        Ok(Flow::Continue(()))
    }

    /// Goes through all contacts by recency and shows those that are candidates.
    fn walk(&mut self, candidates: &Candidates, direction: Direction, rank: Option<Rank>) -> Result<Flow, Trouble> {
        let connection = self.connection;
        let mut blocks = self.scope.blocks.clone();
        blocks.retain(|block| candidates.as_ref().is_none_or(|found| found.contains_key(&block.id)));
        blocks.sort_unstable_by_key(|block| block.id);
        let units: Vec<_> = units(&blocks).collect();
        let mut lists: Vec<_> = units.iter().map(|unit| activity::List::new(connection, unit, direction)).collect();
        let mut heads = BinaryHeap::new();
        // The units, with what was never active in them and is not listed.
        let mut never: Vec<(&[Block], Vec<i64>)> = units.into_iter().map(|unit| (unit, Vec::new())).collect();
        for (unit, never) in &mut never {
            for block in *unit {
                for (row, active) in activity::unlisted(connection, *block)? {
                    match active {
                        Some(_) => heads.push(Reverse((recency_of(active, direction), row, None))),
                        None => never.push(row),
                    }
                }
            }
        }
        let next = |list: &mut activity::List<'_>, index| -> rusqlite::Result<_> {
            let next = list.next()?;
            Ok(next.map(|(active, row)| Reverse((recency_of(Some(active), direction), row, Some(index)))))
        };
        for (index, list) in lists.iter_mut().enumerate() {
            heads.extend(next(list, index)?);
        }
        while let Some(Reverse((_, row, list))) = heads.pop() {
            if let Some(index) = list {
                heads.extend(next(&mut lists[index], index)?);
            }
            if is_candidate(candidates, row) && self.show(row, rank)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        for (unit, unlisted) in never {
            for row in activity::never_active(connection, unit)?.into_iter().chain(unlisted) {
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
        let mut contact = self.decoder.decode(object, self.emit.raw).map_err(Trouble::Damaged)?;
        if let Some(profile) = self.scope.profile(columns.get(2)?) {
            contact = own(contact, profile);
        }
        Ok(self.filter.matches(&contact).then_some(contact))
    }

    /// In the order of `keys`; keeps the best `limit` in mind, not every contact.
    pub fn sorted(&mut self, keys: &[SortKey], limit: Option<u64>) -> Result<Flow, Trouble> {
        let keep = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut best = Best { keys, keep, rows: Vec::new(), bound: None };
        let connection = self.connection;
        match self.candidates()? {
            None if self.filter.is_empty() && keys.iter().all(|key| is_beside(key.field)) => {
                for profile in &self.scope.profiles {
                    let mut statement = connection.prepare_cached(BESIDE)?;
                    let mut rows = statement.query([profile.id])?;
                    while let Some(columns) = rows.next()? {
                        let contact = contact_beside(columns, profile)?;
                        best.offer(prepare(&contact, keys), columns.get(0)?);
                    }
                }
            }
            found => {
                let found = Some(found.unwrap_or_else(|| candidates::everything(&self.scope)));
                for row in rows_of(&found) {
                    if let Some(contact) = self.matching(row, None)? {
                        best.offer(prepare(&contact, keys), row);
                    }
                }
            }
        }
        for row in best.into_rows() {
            if self.show(row, None)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }
}

/// A value that puts the recent first (or last), and what was never active last in any case.
fn recency_of(active: Option<i64>, direction: Direction) -> (bool, i64) {
    let signed = match direction {
        Direction::Ascending => active,
        Direction::Descending => active.map(|active| -active),
    };
    (active.is_none(), signed.unwrap_or(0))
}

/// The bits of a row's number.
const ROW_BITS: u32 = 48;

/// A number by which rows sort as [`recency_of`] has it, as far as spans tell; those of one span by their rows.
fn sortable(span: Span, row: i64, direction: Direction) -> u64 {
    // What was never active comes last in any case.
    let place = match direction {
        Direction::Ascending => span.wrapping_sub(1),
        Direction::Descending => Span::MAX - span,
    };
    u64::from(place) << ROW_BITS | row.cast_unsigned()
}

fn row_of(sortable: u64) -> i64 {
    (sortable & ((1 << ROW_BITS) - 1)).cast_signed()
}

fn is_same_span(a: u64, b: u64) -> bool {
    a >> ROW_BITS == b >> ROW_BITS
}

/// How many rows lie in the spans that the first `limit` rows are in, those of contacts that were never active left out.
fn in_spans_to(order: &mut [Reverse<u64>], limit: u64) -> u64 {
    let Some(last) = usize::try_from(limit).ok().and_then(|limit| limit.checked_sub(1)).filter(|at| *at < order.len())
    else {
        return 0;
    };
    let (_, &mut Reverse(last), _) = order.select_nth_unstable_by_key(last, |Reverse(sortable)| *sortable);
    let counted = |sortable: u64| sortable >> ROW_BITS <= last >> ROW_BITS && !is_same_span(sortable, u64::MAX);
    order.iter().filter(|Reverse(sortable)| counted(*sortable)).count() as u64
}

/// What can go wrong in a search.
pub enum Trouble {
    Database(rusqlite::Error),
    Damaged(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
