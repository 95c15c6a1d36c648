//! Fetching pages ahead: each page is fetched, decoded, filtered and converted in a task of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::model::{Contact, Text, Time};
use crate::room::Room;

use super::super::{ErrorKind, Lane, Rows, Source, SourceError, Window};
use super::{Stage, WalkOptions};

/// Pages that may wait to be taken while as many requests as allowed are under way.
const MOST_READY: usize = 8;

/// Pages that may be in memory at once: the first of those under way.
const MOST_HELD: usize = 16;

/// Rows for which room is made before a page comes.
const MOST_ROOM: u32 = 128;

/// A row as the walk sees it.
pub(super) struct Row {
    pub id: Text,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    /// Its place in the batch; `None` if the residual filter dropped it.
    pub place: Option<u32>,
}

impl Row {
    fn of(contact: &Contact) -> Self {
        let (id, created_at, updated_at) = (contact.id.clone(), contact.created_at, contact.updated_at);
        Self { id, created_at, updated_at, place: None }
    }
}

/// A page as the walk sees it.
pub(super) struct StagedPage<B> {
    pub rows: Vec<Row>,
    /// What the sink takes of it.
    pub batch: B,
    pub total: Option<u64>,
    pub more: Option<bool>,
    pub limit: Option<u32>,
}

impl<B> StagedPage<B> {
    /// Why a page without rows, asked for from row `start` on, does not show that none are there; `None` if it does.
    pub(super) fn emptiness_denied(&self, lane: &Lane, start: u64) -> Option<String> {
        let counted = self.total.filter(|total| lane.counted && self.more.is_none() && *total > start);
        match counted {
            _ if !self.rows.is_empty() => None,
            Some(total) => Some(format!("the server counts {total} contacts but gives none behind {start}")),
            None if self.more == Some(true) => Some("the server says that there are more but gives none".to_owned()),
            None => None,
        }
    }
}

/// Fetches the pages of one lane.
pub(super) struct Fetcher<B> {
    inner: Arc<Inner<B>>,
    ahead: VecDeque<(Window, Room, Task<B>)>,
    reach: Reach,
}

/// A vendor whose reply takes this long is waited for, not worked for: all requests allowed are worth having.
const FAR: Duration = Duration::from_millis(20);

/// Pages over which the pace is measured at least: more than can lie ready and be taken at once.
const MEASURED: u32 = 64;

/// How many requests are worth having under way: no more than the vendor's latency needs, for each holds memory.
struct Reach {
    now: usize,
    most: usize,
    /// As many turns as requests may be under way, taken in order.
    turns: Arc<Semaphore>,
    /// The shortest time from asking for a page to having it.
    fastest: Option<Duration>,
    /// When pages were counted from, and how many were taken since.
    since: Instant,
    taken: u32,
}

impl Reach {
    fn new(options: WalkOptions) -> Self {
        let now = options.concurrency.min(options.at_first);
        let turns = Arc::new(Semaphore::new(now));
        Self { now, most: options.concurrency, turns, fastest: None, since: Instant::now(), taken: 0 }
    }

    /// A page that was asked for alone had needed so long.
    fn first(&mut self, needed: Duration) {
        if needed >= FAR {
            self.widen(self.most);
        }
    }

    fn widen(&mut self, wanted: usize) {
        let wanted = wanted.clamp(self.now, self.most);
        self.turns.add_permits(wanted - self.now);
        self.now = wanted;
    }

    /// A page was taken that had needed so long.
    fn taken(&mut self, needed: Duration) {
        let fastest = self.fastest.map_or(needed, |fastest| fastest.min(needed));
        self.fastest = Some(fastest);
        self.taken += 1;
        if self.now >= self.most || self.taken < MEASURED.max(4 * u32::try_from(self.now).unwrap_or(u32::MAX)) {
            return;
        }
        // While one page was on its way, so many were taken: as many, and once more, keep the line full.
        let interval = self.since.elapsed().as_nanos() / u128::from(self.taken);
        let wanted = usize::try_from(2 * fastest.as_nanos() / interval.max(1)).unwrap_or(usize::MAX);
        self.widen(wanted);
        (self.since, self.taken) = (Instant::now(), 0);
    }
}

struct Inner<B> {
    source: Arc<dyn Source>,
    stage: Arc<Stage<B>>,
    lane: Lane,
}

/// A task that ends when nobody waits for it any more.
struct Task<B>(JoinHandle<(Result<StagedPage<B>, SourceError>, Duration)>);

impl<B> Drop for Task<B> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<B: Send + 'static> Fetcher<B> {
    pub(super) fn new(source: Arc<dyn Source>, stage: Arc<Stage<B>>, lane: Lane, options: WalkOptions) -> Self {
        let inner = Arc::new(Inner { source, stage, lane });
        Self { inner, ahead: VecDeque::new(), reach: Reach::new(options) }
    }

    /// The page of `window`, and starts those that `following` foretells: as many are under way as the latency needs, at
    /// most `concurrency`, and a few more wait for their turn.
    ///
    /// Pages fetched ahead for other windows are given up: the foretelling was wrong.
    pub(super) async fn take(
        &mut self,
        window: Window,
        concurrency: usize,
        following: impl Fn(Window) -> Option<Window>,
    ) -> Result<StagedPage<B>, SourceError> {
        if self.ahead.front().is_none_or(|(front, ..)| *front != window) {
            self.ahead.clear();
            if concurrency <= 1 {
                let begun = Instant::now();
                let page = self.inner.fetch(window).await;
                self.reach.first(begun.elapsed());
                return page;
            }
            self.start(window);
        }
        let mut last = self.ahead.back().map_or(window, |(last, ..)| *last);
        // Tasks beyond those whose turn it is wait for theirs: none idles because the first page is late. Who does not know
        // where the end is asks for fewer than are allowed, and for no more than that.
        let beyond = if concurrency < self.reach.most { 0 } else { MOST_READY.min(concurrency) };
        let wanted = self.reach.now.min(concurrency) + beyond;
        while self.ahead.len() < wanted {
            let Some(next) = following(last) else { break };
            self.start(next);
            last = next;
        }
        let (_, _, mut task) = self.ahead.pop_front().expect("the window asked for is under way");
        let fetched = (&mut task.0).await;
        if let Some((_, room, _)) = self.ahead.get(MOST_HELD - 1) {
            room.give();
        }
        match fetched {
            Ok((page, needed)) => {
                self.reach.taken(needed);
                page
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(SourceError::new(ErrorKind::Unexpected, "a request was given up")),
        }
    }

    fn start(&mut self, window: Window) {
        let inner = Arc::clone(&self.inner);
        let turns = Arc::clone(&self.reach.turns);
        let fetched = async move {
            let _turn = turns.acquire().await;
            let begun = Instant::now();
            let page = inner.fetch(window).await;
            (page, begun.elapsed())
        };
        let room = Room::default();
        if self.ahead.len() < MOST_HELD {
            room.give();
        }
        self.ahead.push_back((window, room.clone(), Task(tokio::spawn(room.with(fetched)))));
    }
}

impl<B: Send> Inner<B> {
    async fn fetch(&self, window: Window) -> Result<StagedPage<B>, SourceError> {
        let stage = &*self.stage;
        let everything = stage.residual.is_empty();
        let room = window.len.min(MOST_ROOM) as usize;
        // As long as no row came, nothing is held for it.
        let mut staged = Staged { stage, everything, room, rows: Vec::new(), batch: None, added: 0, kept: Vec::new() };
        let page = self.source.page_into(&self.lane, window, &mut staged).await?;
        let (indices, mut kept): (Vec<usize>, Vec<Contact>) = std::mem::take(&mut staged.kept).into_iter().unzip();
        if !kept.is_empty() {
            self.source.enrich(&mut kept, stage.wish).await?;
        }
        for (index, mut contact) in indices.into_iter().zip(kept) {
            staged.rows[index].place = Some(staged.add(&mut contact));
        }
        let Staged { rows, batch, .. } = staged;
        let batch = batch.unwrap_or_else(|| (stage.batch)());
        Ok(StagedPage { rows, batch, total: page.total, more: page.more, limit: page.limit })
    }
}

/// Filters and converts the rows of a page as they are read.
struct Staged<'s, B> {
    stage: &'s Stage<B>,
    /// Nothing is left to be filtered.
    everything: bool,
    /// Rows for which there is to be room.
    room: usize,
    rows: Vec<Row>,
    batch: Option<B>,
    /// Contacts in the batch.
    added: u32,
    /// Rows, by their index, that need more before they can be converted.
    kept: Vec<(usize, Contact)>,
}

impl<B> Staged<'_, B> {
    /// Adds a contact to the batch and returns its place.
    fn add(&mut self, contact: &mut Contact) -> u32 {
        (self.stage.add)(contact, self.batch.get_or_insert_with(|| (self.stage.batch)()));
        self.added += 1;
        self.added - 1
    }
}

impl<B: Send> Rows for Staged<'_, B> {
    fn push(&mut self, contact: &mut Contact) {
        let mut row = Row::of(contact);
        if self.everything || self.stage.residual.matches(contact) {
            if self.stage.wish == super::Wish::default() {
                row.place = Some(self.add(contact));
            } else {
                self.kept.push((self.rows.len(), std::mem::take(contact)));
            }
        }
        if self.rows.is_empty() {
            self.rows.reserve_exact(self.room);
        }
        self.rows.push(row);
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.kept.clear();
        (self.batch, self.added) = (None, 0);
    }
}
