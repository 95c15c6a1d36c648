//! Walking pages by number, of a size that is the vendor's own.
//!
//! Pages are read from the last to the first: a deletion can only move an unread contact further into what is still
//! unread, and newcomers join at the end. What this does not cover (ties in the order, contacts that enter in the middle)
//! shows in the counts that come with every page, and is swept again, within bounds.

use crate::model::Time;
use crate::source::{ErrorKind, Lane, Order, Paging, SourceError, Window};

use super::fetch::{Fetcher, Row, StagedPage};
use super::seen::IdSet;
use super::{Progress, Run, Stop};

/// Pages in a row without anything new before the server is said to ignore the page number.
const IDLE_PAGES: u32 = 3;
/// Empty pages at the end before the end is searched for instead of stepped back to.
const EMPTY_PAGES: u32 = 2;
/// A list without a count is followed for this many pages at most.
const MOST_PAGES: u64 = 1 << 24;

pub(super) async fn walk<B: Send + 'static>(run: &mut Run<'_, B>, lane: &Lane) -> Result<(), Stop> {
    let Paging::Numbered { size: expected } = lane.paging else {
        let (Paging::Offset { max } | Paging::Sized { max } | Paging::Numbered { size: max }) = lane.paging;
        return Lister::new(run, lane, max).walk().await;
    };
    Lister::new(run, lane, expected).walk().await
}

/// One lane being listed.
struct Lister<'run, 'sink, B> {
    run: &'run mut Run<'sink, B>,
    lane: &'run Lane,
    fetcher: Fetcher<B>,
    /// Rows a page holds, learned from the first one.
    size: u32,
    /// Every id that came, over all sweeps.
    union: IdSet,
    first_total: Option<u64>,
    last_total: Option<u64>,
}

/// What one sweep saw.
#[derive(Default)]
struct Sweep {
    ids: IdSet,
    /// The count of every reply, in the order of the replies.
    totals: Vec<Option<u64>>,
    /// Ties across two pages, or pages not in order.
    unordered: bool,
    /// The first creation time of the page read before, which is the page after.
    above: Option<Time>,
    /// Contacts found behind what was the end.
    newcomers: u64,
}

impl Sweep {
    /// The count, if every reply told the same.
    fn steady_total(&self) -> Option<u64> {
        let first = self.totals.first().copied().flatten()?;
        self.totals.iter().all(|total| *total == Some(first)).then_some(first)
    }

    /// Whether the counts tell of nothing but deletions and newcomers at the end.
    fn explained(&self) -> bool {
        let Some(totals) = self.totals.iter().copied().collect::<Option<Vec<u64>>>() else { return false };
        let risen: u64 = totals.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).sum();
        !totals.is_empty() && risen == self.newcomers
    }
}

impl<'run, 'sink, B: Send + 'static> Lister<'run, 'sink, B> {
    fn new(run: &'run mut Run<'sink, B>, lane: &'run Lane, size: u32) -> Self {
        let fetcher = run.fetcher(lane);
        Self { run, lane, fetcher, size, union: IdSet::default(), first_total: None, last_total: None }
    }

    async fn walk(mut self) -> Result<(), Stop> {
        let first = self.page(1, 1, None).await?;
        let rows = first.rows.len() as u64;
        let counted = self.lane.counted;
        self.size = u32::try_from(rows).unwrap_or(self.size).max(1);
        let alone = rows == 0
            || match (first.more, first.total) {
                (Some(more), _) => !more,
                // A count that equals a whole page may be the page's own.
                (None, Some(total)) => counted && total <= rows && !self.is_usual_size(),
                (None, None) => false,
            };
        if alone {
            let mut sweep = Sweep::default();
            self.take(first, &mut sweep, Direction::Up)?;
            self.run.proofs.push("one reply held all".to_owned());
            self.finish();
            return Ok(());
        }
        let total = first.total.filter(|_| counted && first.more.is_none()).filter(|total| *total > rows);
        let mut before: Option<IdSet> = None;
        let mut held = Some(first);
        let mut last_page = total.map_or(0, |total| total.div_ceil(u64::from(self.size)));
        for attempt in 1..=self.run.options.sweeps.max(1) {
            // The first sweep may read several pages at once; only its counts can prove it then.
            let concurrency = if attempt == 1 && total.is_some() { self.run.options.concurrency } else { 1 };
            let mut sweep = Sweep::default();
            let forward = total.is_none() && attempt == 1;
            if forward {
                last_page = self.sweep_up(held.take(), &mut sweep).await?;
            } else {
                last_page = self.sweep_down(last_page, concurrency, held.take(), &mut sweep).await?;
            }
            if let Some(basis) = self.proof(&sweep, before.as_ref(), concurrency, forward) {
                self.run.proofs.push(basis);
                self.finish();
                return Ok(());
            }
            // Of pages read at once, what was deleted and what it moved can both be missed: no witness for the next sweep.
            before = (concurrency == 1).then_some(sweep.ids);
        }
        self.run.state.doubts.push(format!(
            "the list changed while it was read, or its order has ties; {} sweeps did not agree",
            self.run.options.sweeps.max(1)
        ));
        self.finish();
        Ok(())
    }

    fn is_usual_size(&self) -> bool {
        matches!(self.lane.paging, Paging::Numbered { size } if size == self.size)
    }

    /// What proves the sweep, if anything does.
    fn proof(&self, sweep: &Sweep, before: Option<&IdSet>, concurrency: usize, forward: bool) -> Option<String> {
        if let Some(total) = sweep.steady_total().filter(|_| self.lane.counted) {
            if sweep.ids.len() == total && sweep.newcomers == 0 {
                return Some(format!("{total} different contacts came while the count stood at {total}"));
            }
            if self.union.len() == total && self.first_total == Some(total) && sweep.newcomers == 0 {
                return Some(format!(
                    "{total} different contacts came in several sweeps while the count stood at {total}"
                ));
            }
        }
        // A count that asks for more than came is no proof of anything but a loss.
        if self.lane.counted && sweep.totals.last().copied().flatten() > Some(sweep.ids.len()) {
            return None;
        }
        let ordered = self.lane.order == Order::CreatedAt && !sweep.unordered;
        if ordered && concurrency == 1 && !forward && self.lane.counted && sweep.explained() {
            return Some("last page to first by creation, every seam distinct, counts explained".to_owned());
        }
        (before == Some(&sweep.ids) && !sweep.ids.is_empty()).then(|| "two sweeps brought the same contacts".to_owned())
    }

    /// Reads forward to the end of a list that does not say how long it is; returns its last page.
    async fn sweep_up(&mut self, first: Option<StagedPage<B>>, sweep: &mut Sweep) -> Result<u64, Stop> {
        let mut page = match first {
            Some(page) => page,
            None => self.page(1, 1, None).await?,
        };
        let (mut number, mut idle) = (1, 0);
        loop {
            let (rows, more) = (page.rows.len(), page.more);
            let fresh = self.take(page, sweep, Direction::Up)?;
            if rows == 0 {
                return Ok((number - 1).max(1));
            }
            idle = if fresh == 0 { idle + 1 } else { 0 };
            if idle >= IDLE_PAGES {
                return Err(self.unwalkable());
            }
            if more == Some(false) || number >= MOST_PAGES {
                return Ok(number);
            }
            number += 1;
            page = self.page(number, 1, None).await?;
        }
    }

    /// Reads from `last` down to the first page, then looks behind the end; returns the last page there is.
    ///
    /// `first` is the first page as it was read to learn the count. Read one at a time, it is read again at the end,
    /// because deletions may have moved contacts into it; of concurrent requests the order proves nothing anyway.
    async fn sweep_down(
        &mut self,
        last: u64,
        concurrency: usize,
        first: Option<StagedPage<B>>,
        sweep: &mut Sweep,
    ) -> Result<u64, Stop> {
        let lowest = if concurrency > 1 && first.is_some() { 2 } else { 1 };
        if let Some(page) = first.as_ref().filter(|_| lowest == 1) {
            sweep.totals.push(page.total);
        }
        let swept = self.sweep_down_to(lowest, last.max(1), concurrency, sweep).await;
        let wanted = match &swept {
            Ok(_) => lowest == 2,
            Err(Stop::Failed(_)) => true,
            Err(Stop::Closed | Stop::Limit) => false,
        };
        if let Some(page) = first.filter(|_| wanted) {
            self.take(page, sweep, Direction::Down)?;
        }
        let (last, steady) = (swept?, sweep.steady_total().is_some());
        if steady && concurrency == 1 { Ok(last) } else { self.look_behind(last, sweep).await }
    }

    async fn sweep_down_to(
        &mut self,
        lowest: u64,
        last: u64,
        concurrency: usize,
        sweep: &mut Sweep,
    ) -> Result<u64, Stop> {
        let mut last = last;
        let mut number = last;
        let mut previous: Option<IdSet> = None;
        let (mut idle, mut empty) = (0, 0);
        while number >= lowest {
            let ahead = if number == last { 1 } else { concurrency };
            let page = self.page(number, ahead, Some(lowest)).await?;
            if number == last && page.rows.is_empty() && number > 1 {
                // The last page was deleted, or the count promised more pages than there are.
                sweep.totals.push(page.total);
                empty += 1;
                last = if empty > EMPTY_PAGES { self.last_before(number, sweep).await? } else { number - 1 };
                number = last;
                continue;
            }
            let mut ids = IdSet::default();
            for row in &page.rows {
                ids.insert(&row.id);
            }
            idle = if previous.as_ref() == Some(&ids) && !ids.is_empty() { idle + 1 } else { 0 };
            if idle >= IDLE_PAGES {
                return Err(self.unwalkable());
            }
            previous = Some(ids);
            self.take(page, sweep, Direction::Down)?;
            number -= 1;
        }
        Ok(last)
    }

    /// The last page below `none`, an empty one, that holds rows: half of the pages in doubt at each step.
    async fn last_before(&mut self, none: u64, sweep: &mut Sweep) -> Result<u64, Stop> {
        let (mut some, mut none) = (1, none);
        while none - some > 1 {
            let middle = some + (none - some) / 2;
            let page = self.page(middle, 1, None).await?;
            sweep.totals.push(page.total);
            if page.rows.is_empty() { none = middle } else { some = middle }
        }
        Ok(some)
    }

    /// Looks again at the end for newcomers; returns the last page there is.
    async fn look_behind(&mut self, last: u64, sweep: &mut Sweep) -> Result<u64, Stop> {
        let mut number = last;
        loop {
            let page = self.page(number, 1, None).await?;
            let rows = page.rows.len();
            let known = page.rows.iter().filter(|row| sweep.ids.contains(&row.id)).count();
            sweep.newcomers += (rows - known) as u64;
            self.take(page, sweep, Direction::Behind)?;
            if rows < self.size as usize {
                return Ok(if rows == 0 { (number - 1).max(1) } else { number });
            }
            number += 1;
        }
    }

    async fn page(&mut self, number: u64, concurrency: usize, down_to: Option<u64>) -> Result<StagedPage<B>, Stop> {
        let size = self.size;
        let window = |number: u64| Window { start: (number - 1) * u64::from(size), len: size };
        let following = |before: Window| {
            let below = before.page_number() - 1;
            down_to.is_some_and(|lowest| below >= lowest).then(|| window(below.max(1)))
        };
        let page = self.fetcher.take(window(number), concurrency, following).await?;
        self.run.state.tally.pages += 1;
        if self.first_total.is_none() {
            self.first_total = page.total;
        }
        self.last_total = page.total.or(self.last_total);
        Ok(page)
    }

    /// Gives out the rows that are new, and takes note of everything; returns how many the sweep had not seen.
    fn take(&mut self, page: StagedPage<B>, sweep: &mut Sweep, direction: Direction) -> Result<u64, Stop> {
        sweep.totals.push(page.total);
        let ascending = page.rows.windows(2).all(|pair| pair[0].created_at <= pair[1].created_at);
        let (low, high) = (page.rows.first().map(|r| r.created_at), page.rows.last().map(|r| r.created_at));
        if direction == Direction::Down && !page.rows.is_empty() {
            let distinct = sweep.above.is_none_or(|above| high.flatten().is_some_and(|high| high < above));
            sweep.unordered |= !ascending || !distinct;
            sweep.above = low.flatten().or(sweep.above);
        }
        let mut rows = page.rows;
        if direction == Direction::Down {
            rows.reverse();
        }
        let mut good = Vec::with_capacity(rows.len());
        let mut fresh = 0;
        for Row { id, place, .. } in rows {
            fresh += u64::from(sweep.ids.insert(&id));
            if !self.union.insert(&id) {
                self.run.state.tally.duplicates +=
                    u64::from(direction != Direction::Behind && self.run.state.sweep == 0);
                continue;
            }
            self.run.state.tally.seen += 1;
            let new = self.run.is_new(&id)?;
            if new {
                good.extend(place);
            }
        }
        self.run.emit(page.batch, good)?;
        self.run.checkpoint()?;
        let progress = Progress {
            pages: self.run.state.tally.pages,
            seen: self.run.state.tally.seen,
            expected: self.last_total.filter(|_| self.lane.counted),
            page_len: self.size,
        };
        self.run.sink.progress(progress);
        Ok(fresh)
    }

    fn finish(self) {
        let counted = self.lane.counted;
        let (first, last) = (self.first_total.filter(|_| counted), self.last_total.filter(|_| counted));
        self.run.state.tally.add_totals(first, last);
        self.run.state.lane_rows.push(self.union.len());
    }

    fn unwalkable(&self) -> Stop {
        let message = format!("the list `{}` gives the same page for every page number", self.lane.path);
        Stop::Failed(
            SourceError::new(ErrorKind::Vendor, message).with_hint("what was printed is good, but there is more"),
        )
    }
}

/// From which side a page is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    /// A second look at the end.
    Behind,
}
