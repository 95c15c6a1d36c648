//! Walking pages by number, of a size that is the vendor's own.
//!
//! Pages are read from the last to the first: a deletion can only move an unread contact further into what is still
//! unread, and newcomers join at the end. What this does not cover (ties in the order, contacts that enter in the middle)
//! shows in the counts that come with every page, and is swept again, within bounds; after ties in another order.

use crate::model::{Text, Time};
use crate::source::{ErrorKind, Lane, Order, Paging, SourceError, Window};

use super::fetch::{Fetcher, Row, StagedPage};
use super::seen::IdSet;
use super::sweep::{Saw, Standing, has_collapsed};
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
    at: Standing,
    /// Every id that came, over all sweeps.
    union: IdSet,
    /// Every id that came in this sweep.
    swept: IdSet,
    /// When the contact of the page before that is next to this page was created, and those of that page created then.
    seam: (Option<Time>, Vec<Text>),
}

impl<'run, 'sink, B: Send + 'static> Lister<'run, 'sink, B> {
    fn new(run: &'run mut Run<'sink, B>, lane: &'run Lane, size: u32) -> Self {
        let fetcher = run.fetcher(lane);
        let at = Standing { size, ..Standing::default() };
        Self { run, lane, fetcher, at, union: IdSet::default(), swept: IdSet::default(), seam: Default::default() }
    }

    async fn walk(mut self) -> Result<(), Stop> {
        let mut held = match self.run.state.counted {
            Some(at) => {
                self.go_on(at);
                None
            }
            None => match self.begin().await? {
                Some(first) => Some(first),
                None => return Ok(()),
            },
        };
        let mut before: Option<IdSet> = None;
        let mut collapse = None;
        while self.at.sweep <= self.most_sweeps() {
            let forward = self.at.forward && self.at.sweep == 1;
            // The first sweep may read several pages at once; only its counts can prove it then.
            let concurrency = if self.at.sweep == 1 && !self.at.forward { self.run.options.concurrency } else { 1 };
            if forward {
                self.sweep_up(held.take()).await?;
            } else {
                self.sweep_down(concurrency, held.take()).await?;
            }
            if let Some(basis) = self.proof(before.as_ref(), concurrency, forward) {
                self.run.proofs.push(basis);
                self.finish();
                return Ok(());
            }
            collapse = self.collapse();
            // Of pages read at once, what was deleted and what it moved can both be missed: no witness for the next sweep.
            let swept = std::mem::take(&mut self.swept);
            before = (concurrency == 1 && self.is_untorn()).then_some(swept);
            self.next_sweep();
        }
        let owed = self.at.last_total.filter(|total| self.lane.counted && *total > self.union.len());
        let doubt = match (collapse, owed) {
            (Some((before, after)), _) => {
                format!("the list shrank from {before} contacts to {after} while it was read")
            }
            (None, Some(total)) => format!("the server counts {total} contacts but gave {}", self.union.len()),
            (None, None) => {
                format!(
                    "the list changed while it was read, or its order has ties; {} sweeps did not agree",
                    self.most_sweeps()
                )
            }
        };
        self.run.state.doubts.push(doubt);
        self.finish();
        Ok(())
    }

    /// Reads the first page, which tells how to go on; `None` if that is all.
    async fn begin(&mut self) -> Result<Option<StagedPage<B>>, Stop> {
        let first = self.page(1, 1, None).await?;
        let rows = first.rows.len() as u64;
        let counted = self.lane.counted;
        self.at.size = u32::try_from(rows).unwrap_or(self.at.size).max(1);
        self.at.sweep = 1;
        let alone = rows == 0
            || match (first.more, first.total) {
                (Some(more), _) => !more,
                // A count that equals a whole page may be the page's own.
                (None, Some(total)) => counted && total <= rows && !self.is_usual_size(),
                (None, None) => false,
            };
        if alone {
            match first.emptiness_denied(self.lane, 0) {
                Some(doubt) => self.run.state.doubts.push(doubt),
                None => self.run.proofs.push("one reply held all".to_owned()),
            }
            self.give(first, Direction::Up)?;
            self.run.checkpoint()?;
            self.finish();
            return Ok(None);
        }
        let total = first.total.filter(|_| counted && first.more.is_none()).filter(|total| *total > rows);
        self.at.forward = total.is_none();
        self.at.last_page = total.map_or(0, |total| total.div_ceil(u64::from(self.at.size)));
        self.at.page = total.map_or(0, |_| self.at.last_page + 1);
        Ok(Some(first))
    }

    /// Goes on where an earlier run stood.
    fn go_on(&mut self, at: Standing) {
        self.at = at;
        self.union = std::mem::take(&mut self.run.lane_ids);
        if at.sweep == 1 {
            // Whether there are ties where the earlier run ended is not known any more.
            self.at.tied |= !self.lane.reordered.is_empty();
            self.swept = self.union.clone();
        } else {
            // What came in that sweep alone is not known any more.
            self.next_sweep();
        }
    }

    fn next_sweep(&mut self) {
        self.at.sweep += 1;
        self.at.page = self.at.last_page.max(1) + 1;
        self.at.saw = Saw::default();
        self.swept = IdSet::default();
        self.seam = Default::default();
        if let Some(params) = self.other_order() {
            let lane = Lane { params: params.to_vec(), order: Order::Unproven, ..self.lane.clone() };
            self.fetcher = self.run.fetcher(&lane);
        }
    }

    /// Sweeps that are made at most: where there are ties, one in each order.
    fn most_sweeps(&self) -> u32 {
        let orders = if self.at.tied { 1 + self.lane.reordered.len() } else { 1 };
        self.run.options.sweeps.max(u32::try_from(orders).unwrap_or(u32::MAX))
    }

    /// Whether the pages of this sweep fitted together, as far as ties are concerned.
    fn is_untorn(&self) -> bool {
        !self.at.tied || self.at.saw.repeats == 0
    }

    /// Whether this sweep had another order than the one before.
    fn differs_from_before(&self) -> bool {
        self.lane.reordered.len() > usize::from(self.at.sweep > 2)
    }

    /// The order of this sweep, if it is not the lane's own.
    fn other_order(&self) -> Option<&[(String, String)]> {
        let others = self.lane.reordered.iter().filter(|_| self.at.tied && self.at.sweep > 1);
        others.cycle().nth(self.at.sweep.saturating_sub(2) as usize).map(Vec::as_slice)
    }

    fn is_usual_size(&self) -> bool {
        matches!(self.lane.paging, Paging::Numbered { size } if size == self.at.size)
    }

    /// How many contacts the list held, and how many it holds, if that is fewer than deletions explain.
    fn collapse(&self) -> Option<(u64, u64)> {
        let counted = self.lane.counted;
        let before = self.union.len().max(self.at.first_total.filter(|_| counted).unwrap_or(0));
        let after = self.at.saw.last_total().filter(|_| counted).unwrap_or(self.swept.len());
        has_collapsed(before, after).then_some((before, after))
    }

    /// What proves the sweep, if anything does.
    fn proof(&self, before: Option<&IdSet>, concurrency: usize, forward: bool) -> Option<String> {
        if self.collapse().is_some() {
            return None;
        }
        let saw = &self.at.saw;
        if let Some(total) = saw.steady_total().filter(|_| self.lane.counted) {
            if self.swept.len() == total && saw.newcomers == 0 {
                return Some(format!("{total} different contacts came while the count stood at {total}"));
            }
            if self.union.len() == total && !self.at.restless && saw.newcomers == 0 {
                return Some(format!(
                    "{total} different contacts came in several sweeps while the count stood at {total}"
                ));
            }
        }
        // A count that asks for more than came is no proof of anything but a loss.
        if self.lane.counted && saw.last_total() > Some(self.swept.len()) {
            return None;
        }
        let ordered = self.lane.order == Order::CreatedAt && self.other_order().is_none() && saw.is_ordered();
        if ordered && concurrency == 1 && !forward && self.lane.counted && saw.is_explained() {
            return Some("last page to first by creation, every seam distinct, counts explained".to_owned());
        }
        // Twice the same loss is no proof: where there are ties, two different orders must agree, and each bring every contact
        // once, for where ties hide one they show another twice.
        let differs = !self.at.tied || self.differs_from_before();
        let seen_twice = before == Some(&self.swept) && differs && self.is_untorn();
        (!saw.hollow && seen_twice && !self.swept.is_empty()).then(|| "two sweeps brought the same contacts".to_owned())
    }

    /// Reads forward to the end of a list that does not say how long it is.
    async fn sweep_up(&mut self, first: Option<StagedPage<B>>) -> Result<(), Stop> {
        let mut idle = 0;
        let mut first = first;
        loop {
            let number = self.at.page + 1;
            let page = match first.take() {
                Some(page) => page,
                None => self.page(number, 1, None).await?,
            };
            let (rows, more) = (page.rows.len(), page.more);
            self.at.last_page = number;
            self.at.saw.hollow |= page.emptiness_denied(self.lane, 0).is_some();
            let fresh = self.take(page, number, Direction::Up)?;
            if rows == 0 {
                self.at.last_page = (number - 1).max(1);
                return Ok(());
            }
            idle = if fresh == 0 { idle + 1 } else { 0 };
            if idle >= IDLE_PAGES {
                return Err(self.unwalkable());
            }
            if more == Some(false) || number >= MOST_PAGES {
                return Ok(());
            }
        }
    }

    /// Reads from behind the end, or from where the sweep stands, down to the first page, then looks behind the end.
    ///
    /// `first` is the first page as it was read to learn the count. Read one at a time, it is read again at the end,
    /// because deletions may have moved contacts into it; of concurrent requests the order proves nothing anyway.
    async fn sweep_down(&mut self, concurrency: usize, first: Option<StagedPage<B>>) -> Result<(), Stop> {
        let lowest = if concurrency > 1 && first.is_some() { 2 } else { 1 };
        if let Some(page) = first.as_ref().filter(|_| lowest == 1) {
            self.at.saw.count(page.total);
        }
        let swept = self.sweep_down_to(lowest, concurrency).await;
        match (&swept, first) {
            (Ok(()), Some(page)) if lowest == 2 => drop(self.take(page, 1, Direction::Down)?),
            // It is good; but who goes on reads it in its turn.
            (Err(Stop::Failed(_)), Some(page)) => drop(self.give(page, Direction::Down)?),
            _ => {}
        }
        swept?;
        let steady = self.at.saw.steady_total().is_some();
        if steady && concurrency == 1 { Ok(()) } else { self.look_behind().await }
    }

    async fn sweep_down_to(&mut self, lowest: u64, concurrency: usize) -> Result<(), Stop> {
        let mut previous: Option<IdSet> = None;
        let (mut idle, mut empty) = (0, 0);
        let mut top = self.at.page > self.at.last_page;
        while self.at.page > lowest {
            let number = self.at.page - 1;
            let page = self.page(number, if top { 1 } else { concurrency }, Some(lowest)).await?;
            if top && page.rows.is_empty() && number > 1 {
                // The last page was deleted, or the count promised more pages than there are.
                self.at.saw.count(page.total);
                empty += 1;
                self.at.last_page = if empty > EMPTY_PAGES { self.last_before(number).await? } else { number - 1 };
                self.at.page = self.at.last_page + 1;
                continue;
            }
            top = false;
            let mut ids = IdSet::default();
            for row in &page.rows {
                ids.insert(&row.id);
            }
            self.at.saw.hollow |= ids.is_empty() && number < self.at.last_page;
            idle = if previous.as_ref() == Some(&ids) && !ids.is_empty() { idle + 1 } else { 0 };
            if idle >= IDLE_PAGES {
                return Err(self.unwalkable());
            }
            previous = Some(ids);
            self.take(page, number, Direction::Down)?;
        }
        Ok(())
    }

    /// The last page below `none`, an empty one, that holds rows: half of the pages in doubt at each step.
    async fn last_before(&mut self, none: u64) -> Result<u64, Stop> {
        let (mut some, mut none) = (1, none);
        while none - some > 1 {
            let middle = some + (none - some) / 2;
            let page = self.page(middle, 1, None).await?;
            self.at.saw.count(page.total);
            if page.rows.is_empty() { none = middle } else { some = middle }
        }
        Ok(some)
    }

    /// Looks again at the end for newcomers.
    async fn look_behind(&mut self) -> Result<(), Stop> {
        let mut number = self.at.last_page.max(1);
        loop {
            let page = self.page(number, 1, None).await?;
            let rows = page.rows.len();
            let known = page.rows.iter().filter(|row| self.swept.contains(&row.id)).count();
            self.at.saw.newcomers += (rows - known) as u64;
            self.at.last_page = if rows == 0 { (number - 1).max(1) } else { number };
            self.take(page, self.at.page, Direction::Behind)?;
            if rows < self.at.size as usize {
                return Ok(());
            }
            number += 1;
        }
    }

    async fn page(&mut self, number: u64, concurrency: usize, down_to: Option<u64>) -> Result<StagedPage<B>, Stop> {
        let size = self.at.size;
        let window = |number: u64| Window { start: (number - 1) * u64::from(size), len: size };
        let following = |before: Window| {
            let below = before.page_number() - 1;
            down_to.is_some_and(|lowest| below >= lowest).then(|| window(below.max(1)))
        };
        let page = self.fetcher.take(window(number), concurrency, following).await?;
        self.run.state.tally.pages += 1;
        if self.at.first_total.is_none() {
            self.at.first_total = page.total;
        }
        self.at.restless |= page.total != self.at.first_total;
        self.at.last_total = page.total.or(self.at.last_total);
        Ok(page)
    }

    /// Gives out the rows that are new, and says that the sweep stands behind page `number`; returns how many rows the sweep
    /// had not seen.
    fn take(&mut self, page: StagedPage<B>, number: u64, direction: Direction) -> Result<u64, Stop> {
        let fresh = self.give(page, direction)?;
        self.at.page = number;
        self.run.state.counted = Some(self.at);
        self.run.checkpoint()?;
        let progress = Progress {
            pages: self.run.state.tally.pages,
            seen: self.run.state.tally.seen,
            expected: self.at.last_total.filter(|_| self.lane.counted),
            page_len: self.at.size,
        };
        self.run.sink.progress(progress);
        Ok(fresh)
    }

    /// Gives out the rows that are new, and takes note of everything; returns how many the sweep had not seen.
    fn give(&mut self, page: StagedPage<B>, direction: Direction) -> Result<u64, Stop> {
        self.at.saw.count(page.total);
        if direction == Direction::Down {
            self.at.saw.order(&page.rows);
        }
        let mut rows = page.rows;
        if direction == Direction::Down {
            rows.reverse();
        }
        if direction != Direction::Behind {
            self.join(&rows);
        }
        let mut good = Vec::with_capacity(rows.len());
        let mut fresh = 0;
        for Row { id, place, .. } in rows {
            let new = self.swept.insert(&id);
            fresh += u64::from(new);
            self.at.saw.repeats += u64::from(!new && direction != Direction::Behind);
            if !self.union.insert(&id) {
                self.run.state.tally.duplicates += u64::from(direction != Direction::Behind && self.at.sweep == 1);
                continue;
            }
            self.run.state.tally.seen += 1;
            let new = self.run.is_new(&id)?;
            if new {
                good.extend(place);
            }
        }
        self.run.emit(page.batch, good)?;
        Ok(fresh)
    }

    /// Looks at where `rows`, in the order in which they are taken, join those of the page before.
    fn join(&mut self, rows: &[Row]) {
        let Some(far) = rows.last() else { return };
        if self.at.sweep == 1 && self.lane.order == Order::CreatedAt {
            // One contact alone on both sides is no tie: it moved.
            let (created, before) = &self.seam;
            let mut near = rows.iter().take_while(|row| row.created_at == *created);
            self.at.tied |= match near.next() {
                Some(first) => {
                    before.iter().chain(near.map(|row| &row.id)).any(|id| *id != first.id) && !before.is_empty()
                }
                None => false,
            };
        }
        let run = rows.iter().rev().take_while(|row| row.created_at == far.created_at);
        self.seam = (far.created_at, run.map(|row| row.id.clone()).collect());
    }

    fn finish(&mut self) {
        let counted = self.lane.counted;
        let (first, last) = (self.at.first_total.filter(|_| counted), self.at.last_total.filter(|_| counted));
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
