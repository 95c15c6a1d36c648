//! Candidates by recency without looking at each: the index lists who was last active in every span, so that the newest (or
//! oldest) of very many are found among few.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rusqlite::Connection;

use crate::model::Direction;

use super::candidates::{Scope, counted};
use super::index::Reader;
use super::key::{active_key, span_in};
use super::profile::{Block, join, split};
use super::recency::{self, FIRST, NEVER, Span};
use super::rows::Bits;

/// The second batch looks at this part of the spans of the first, and every further one at twice as many as the one before:
/// no block tells for sure how many rows the others have there.
const NARROWER: Span = 4;
const WIDER: Span = 2;

/// Hands out candidates in batches, each of whole spans.
pub struct Spans<'c> {
    reader: Reader<'c>,
    direction: Direction,
    blocks: Vec<Block>,
    /// The block by which it is told how many spans the first batch needs, and how many of its rows those are to hold.
    sample: Option<Block>,
    among: u64,
    /// How many spans the next batch looks at, if it is not the first.
    width: Option<Span>,
    /// What was not handed out yet.
    left: BTreeMap<i64, Bits>,
    /// Of that, what the index does not know.
    unindexed: Vec<(Span, i64)>,
    /// The spans that were not looked at yet.
    ahead: Option<RangeInclusive<Span>>,
    ended: bool,
}

impl<'c> Spans<'c> {
    /// Begins with a batch that probably has the first `limit` candidates.
    pub fn new(
        connection: &'c Connection,
        scope: &Scope,
        mut left: BTreeMap<i64, Bits>,
        direction: Direction,
        limit: u64,
    ) -> rusqlite::Result<Self> {
        let sample = scope.blocks.iter().max_by_key(|block| block.indexed).copied();
        let candidates = counted(&left);
        let rows = sample.map_or(0, |block| u64::from(block.indexed));
        let among = limit.saturating_mul(rows).saturating_mul(2) / candidates.max(1) + 1;
        let mut unindexed = Vec::new();
        for block in scope.blocks.iter().filter(|block| block.indexed < block.used) {
            let Some(bits) = left.get_mut(&block.id) else { continue };
            let mut unknown = Bits::range(block.indexed, block.used);
            unknown.and(bits);
            bits.without(&unknown);
            recency::read(connection, block.id, &unknown, |span, row| unindexed.push((span, row)))?;
        }
        Ok(Self {
            reader: Reader::new(connection)?,
            direction,
            blocks: scope.blocks.iter().filter(|block| left.contains_key(&block.id)).copied().collect(),
            sample,
            among,
            width: None,
            left,
            unindexed,
            ahead: Some(FIRST..=Span::MAX),
            ended: false,
        })
    }

    /// The candidates of the next spans in order, spans that have none passed over; those that were never active last, in
    /// the end `None`.
    pub fn next(&mut self) -> rusqlite::Result<Option<Vec<(Span, i64)>>> {
        while let Some(spans) = self.take_spans()? {
            let mut found = Vec::new();
            for block in &self.blocks {
                let Some(bits) = self.left.get_mut(&block.id) else { continue };
                let [first, last] = [*spans.start(), *spans.end()].map(active_key);
                self.reader.each(block.id, first..=last, |key, list| {
                    let span = span_in(key);
                    list.each_in(bits, |place| found.push((span, join(block.id, u32::from(place)))));
                })?;
            }
            found.iter().for_each(|(_, row)| {
                let (block, place) = split(*row);
                self.left.get_mut(&block).into_iter().for_each(|bits| bits.remove(place));
            });
            let (now, later) = self.unindexed.drain(..).partition(|(span, _)| spans.contains(span));
            self.unindexed = later;
            found.extend::<Vec<_>>(now);
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        if std::mem::replace(&mut self.ended, true) {
            return Ok(None);
        }
        let never = std::mem::take(&mut self.left);
        let mut found = std::mem::take(&mut self.unindexed);
        found.extend(
            never.iter().flat_map(|(block, bits)| bits.iter().map(|place| (NEVER, join(*block, place.into())))),
        );
        Ok(Some(found))
    }

    /// The spans to look at next: first as many as hold enough rows of the sample.
    fn take_spans(&mut self) -> rusqlite::Result<Option<RangeInclusive<Span>>> {
        let Some(ahead) = self.ahead.take() else { return Ok(None) };
        let (from, to) = match self.direction {
            Direction::Descending => (*ahead.end(), *ahead.start()),
            Direction::Ascending => (*ahead.start(), *ahead.end()),
        };
        let last = match self.width {
            Some(width) => {
                self.width = Some(width.saturating_mul(WIDER));
                match self.direction {
                    Direction::Descending => from.saturating_sub(width).max(to),
                    Direction::Ascending => from.saturating_add(width).min(to),
                }
            }
            None => {
                let (first, last) = self.spans_of_sample(ahead)?.unwrap_or((from, from));
                self.width = Some(first.abs_diff(last) / NARROWER + 1);
                last
            }
        };
        let (now, later) = match self.direction {
            Direction::Descending => (last..=from, to..=last.saturating_sub(1)),
            Direction::Ascending => (from..=last, last.saturating_add(1)..=to),
        };
        // At either end there is nothing beyond.
        self.ahead = Some(later).filter(|later| last != to && !later.is_empty());
        Ok(Some(now))
    }

    /// The first span of the sample, and the one up to which it has enough rows, or its last.
    fn spans_of_sample(&mut self, ahead: RangeInclusive<Span>) -> rusqlite::Result<Option<(Span, Span)>> {
        let Some(sample) = self.sample else { return Ok(None) };
        let (mut rows, mut found) = (0, None);
        let [first, last] = [*ahead.start(), *ahead.end()].map(active_key);
        self.reader.until(sample.id, first..=last, self.direction, |key, list| {
            rows += list.count();
            let span = span_in(key);
            found = Some((found.map_or(span, |(first, _)| first), span));
            rows >= self.among
        })?;
        Ok(found)
    }
}
