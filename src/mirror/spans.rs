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
use super::segments::units;

/// The second batch looks at this part of the spans of the first, and every further one at twice as many as the one before:
/// no block tells for sure how many rows the others have there.
const NARROWER: Span = 4;
const WIDER: Span = 2;

/// Hands out candidates in batches, each of whole spans.
pub struct Spans<'c> {
    reader: Reader<'c>,
    direction: Direction,
    blocks: Vec<Block>,
    /// How many candidates the first batch probably has.
    expected: u64,
    /// The span up to which the first batch looks, until it has.
    first: Option<Span>,
    /// How many spans the next batch after that looks at.
    width: Span,
    /// What was not handed out yet.
    left: BTreeMap<i64, Bits>,
    /// Of that, what the index does not know.
    unindexed: Vec<(Span, i64)>,
    /// The spans that were not looked at yet.
    ahead: Option<RangeInclusive<Span>>,
    ended: bool,
}

fn indexed(unit: &[Block]) -> u64 {
    unit.iter().map(|block| u64::from(block.indexed)).sum()
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
        let mut reader = Reader::new(connection);
        // One unit tells how many spans are needed.
        let sample = units(&scope.blocks).max_by_key(|unit| indexed(unit)).unwrap_or_default();
        let (candidates, rows) = (counted(&left), indexed(sample));
        let among = limit.saturating_mul(rows).saturating_mul(2) / candidates.max(1) + 1;
        let (spans, counted) = spans_with(&mut reader, sample, direction, among)?;
        let expected = counted.saturating_mul(candidates) / rows.max(1);
        let (first, last) = spans.unwrap_or(match direction {
            Direction::Ascending => (FIRST, FIRST),
            Direction::Descending => (Span::MAX, Span::MAX),
        });
        let mut unindexed = Vec::new();
        for block in scope.blocks.iter().filter(|block| block.indexed < block.used) {
            let Some(bits) = left.get_mut(&block.id) else { continue };
            let mut unknown = Bits::range(block.indexed, block.used);
            unknown.and(bits);
            bits.without(&unknown);
            recency::read(connection, block.id, &unknown, |span, row| unindexed.push((span, row)))?;
        }
        Ok(Self {
            reader,
            direction,
            blocks: scope.blocks.iter().filter(|block| left.contains_key(&block.id)).copied().collect(),
            expected,
            first: Some(last),
            width: first.abs_diff(last) / NARROWER + 1,
            left,
            unindexed,
            ahead: Some(FIRST..=Span::MAX),
            ended: false,
        })
    }

    /// How many candidates the first batch probably has.
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// The candidates of the next spans in order, spans that have none passed over; those that were never active last, in
    /// the end `None`.
    pub fn next(&mut self) -> rusqlite::Result<Option<Vec<(Span, i64)>>> {
        while let Some(spans) = self.take_spans() {
            let mut found = Vec::new();
            let [first, last] = [*spans.start(), *spans.end()].map(active_key);
            for unit in units(&self.blocks) {
                self.reader.until(unit, first..=last, Direction::Ascending, |block, key, list| {
                    let (span, bits) = (span_in(key), &self.left[&block]);
                    list.each_in(bits, |place| found.push((span, join(block, u32::from(place)))));
                    false
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
    fn take_spans(&mut self) -> Option<RangeInclusive<Span>> {
        let ahead = self.ahead.take()?;
        let (from, to) = match self.direction {
            Direction::Descending => (*ahead.end(), *ahead.start()),
            Direction::Ascending => (*ahead.start(), *ahead.end()),
        };
        let last = match self.first.take() {
            Some(first) => first,
            None => {
                let width = self.width;
                self.width = width.saturating_mul(WIDER);
                match self.direction {
                    Direction::Descending => from.saturating_sub(width).max(to),
                    Direction::Ascending => from.saturating_add(width).min(to),
                }
            }
        };
        let (now, later) = match self.direction {
            Direction::Descending => (last..=from, to..=last.saturating_sub(1)),
            Direction::Ascending => (from..=last, last.saturating_add(1)..=to),
        };
        // At either end there is nothing beyond.
        self.ahead = Some(later).filter(|later| last != to && !later.is_empty());
        Some(now)
    }
}

/// The first span of a unit and the one up to which it has so many rows (or else its last), and how many it has up to there.
fn spans_with(
    reader: &mut Reader<'_>,
    unit: &[Block],
    direction: Direction,
    enough: u64,
) -> rusqlite::Result<(Option<(Span, Span)>, u64)> {
    let (mut rows, mut found) = (0, None);
    reader.until(unit, active_key(FIRST)..=active_key(Span::MAX), direction, |_, key, list| {
        let span = span_in(key);
        // The last span counts with all of its lists.
        if rows >= enough && found.is_some_and(|(_, last)| last != span) {
            return true;
        }
        rows += list.count();
        found = Some((found.map_or(span, |(first, _)| first), span));
        false
    })?;
    Ok((found, rows))
}
