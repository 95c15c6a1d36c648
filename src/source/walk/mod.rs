//! The walk: everything that spans pages, written once over what each vendor's paging allows.
//!
//! * `interval`: an immutable unique order and windows that overlap by a row. Every window is then known to be a
//!   complete interval of ids at the moment it was read, so that any order and concurrency of requests proves the whole.
//! * `counted`: pages by number, of a size the vendor chooses. Read last to first, so that deletions and newcomers
//!   cannot hide an unread contact; the counts that come along are watched; what stays unproved is swept again.
//! * `top`: the first rows in an asked order, as few requests as the limit allows; proves nothing and says so.

mod counted;
mod fetch;
mod interval;
#[cfg(test)]
mod model_test;
mod seen;
mod sweep;
mod top;
mod verdict;

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Contact, Filter, Text, Time};

use super::{Order, Paging, Plan, Source, SourceError, Wish};

use fetch::{Fetcher, Row, StagedPage};
use seen::{IdSet, Seen};
pub use sweep::Standing;
use sweep::has_collapsed;
pub use verdict::{Outcome, Tally, Verdict};

/// What happens to a page in the task that decoded it: the residual filter, then a conversion of its rows into a batch `B`.
pub struct Stage<B> {
    /// What is left of the query's filter.
    pub residual: Filter,
    /// What rows still need from [`Source::enrich`].
    pub wish: Wish,
    /// An empty batch.
    pub batch: Box<dyn Fn() -> B + Send + Sync>,
    /// Adds a contact to its page's batch, as rendered bytes; each is a row by its place. It may be taken out or left there.
    pub add: Box<dyn Fn(&mut Contact, &mut B) + Send + Sync>,
}

impl<T: 'static> Stage<Vec<T>> {
    /// Converts contacts one by one.
    pub fn of_each(residual: Filter, wish: Wish, map: impl Fn(Contact) -> T + Send + Sync + 'static) -> Self {
        let add = Box::new(move |contact: &mut Contact, batch: &mut Vec<T>| batch.push(map(std::mem::take(contact))));
        Self { residual, wish, batch: Box::new(Vec::new), add }
    }
}

/// The rows of a page that the walk found good.
pub struct Good<B> {
    /// What the whole page became.
    pub batch: B,
    /// The places of the good rows, in the order of the walk; never empty.
    pub places: Vec<u32>,
}

impl<T> Good<Vec<T>> {
    /// The good rows by themselves.
    pub fn into_rows(self) -> impl Iterator<Item = T> {
        let mut batch: Vec<Option<T>> = self.batch.into_iter().map(Some).collect();
        self.places.into_iter().filter_map(move |place| batch.get_mut(place as usize)?.take())
    }
}

/// Takes the rows that the walk found good, in the order of the walk.
pub trait Sink<B> {
    /// Takes rows; `Break` ends the walk quietly (the reader is gone, or has enough).
    fn rows(&mut self, rows: Good<B>) -> ControlFlow<()>;

    /// Is told after the rows of a page where the walk stands, so that it can be resumed from there.
    fn checkpoint(&mut self, _state: &WalkState) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Takes the ids of contacts that came, whether shown or not; only where a resumed walk needs them.
    fn ids(&mut self, _ids: &[Text]) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Is told how far the walk has come.
    fn progress(&mut self, _progress: Progress) {}
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages read.
    pub pages: u64,
    /// Rows of the vendor seen, before the residual filter.
    pub seen: u64,
    /// Rows the vendor says there are in all, as far as it says.
    pub expected: Option<u64>,
    /// Rows a request brings.
    pub page_len: u32,
}

/// How hard the walk may try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkOptions {
    /// Requests in flight at once, at most.
    pub concurrency: usize,
    /// Requests in flight at first; there are more once the vendor's latency is seen to need them.
    pub at_first: usize,
    /// Sweeps over a list whose order proves nothing, before it is called changed.
    pub sweeps: u32,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self { concurrency: 8, at_first: 8, sweeps: 3 }
    }
}

/// Where a walk stands: what it needs to go on after a crash.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WalkState {
    /// The lane being walked; equal to the number of lanes when all are done.
    pub lane: usize,
    /// Of an interval walk: the last id that is proved.
    pub watermark: Option<Text>,
    /// Of an interval walk: the index that is read next.
    pub next: u64,
    /// Of a counted walk: where it stands.
    #[serde(default)]
    pub counted: Option<Standing>,
    /// Contacts seen in each finished lane.
    pub lane_rows: Vec<u64>,
    /// Of an interval walk: contacts seen in the lane being walked.
    pub lane_seen: u64,
    /// When a contact changed last before the walk began, by the vendor's clock, where that is needed.
    #[serde(default)]
    pub changed_before: Option<Time>,
    /// What could not be proved so far, in words.
    pub doubts: Vec<String>,
    /// What was counted so far.
    pub tally: Tally,
}

/// A walk that goes on where an earlier one stood.
pub struct Resume {
    /// Where it stood.
    pub state: WalkState,
    /// The ids that [`Sink::ids`] took until then, in their order; `None` where a lane ended.
    pub ids: Box<dyn Iterator<Item = Option<Text>>>,
}

/// Which rows are wanted, once the plan is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All rows, with proof.
    All,
    /// The first `count` rows after `skip`.
    First {
        /// Matches passed over.
        skip: u64,
        /// Matches wanted.
        count: u64,
    },
}

/// Walks the lanes of `plan` and gives every row to `sink` once.
///
/// The outcome's verdict is never better than what was proved. `resume` continues a walk whose rows up to that state
/// are safe already.
pub async fn walk<B: Send + 'static>(
    source: &Arc<dyn Source>,
    plan: &Plan,
    extent: Extent,
    options: WalkOptions,
    stage: Stage<B>,
    sink: &mut dyn Sink<B>,
    resume: Option<Resume>,
) -> Outcome {
    let stage = Arc::new(stage);
    let mut run = Run {
        source: Arc::clone(source),
        stage,
        options,
        sink,
        state: WalkState::default(),
        seen: Seen::for_lanes(&plan.lanes),
        proofs: Vec::new(),
        unsaved: Vec::new(),
        lane_ids: IdSet::default(),
        again: false,
    };
    if let Some(resume) = resume
        && let Err(error) = run.resume(resume)
    {
        return run.outcome(Err(error));
    }
    let result = match extent {
        Extent::First { skip, count } => top::walk(&mut run, plan, skip, count).await,
        Extent::All => run.all_lanes(plan).await,
    };
    run.outcome(result)
}

/// Contacts of a lane that are looked at afterwards, those that changed last first.
const PROBE_LEN: u32 = 100;
/// Contacts of a lane up to which it is read a second time where more of them changed than are looked at.
const MOST_AGAIN: u64 = 1_000;

/// Why a walk ended before its end.
enum Stop {
    /// The sink wants no more.
    Closed,
    /// The limit is reached.
    Limit,
    /// A request failed for good, or the server cannot be walked.
    Failed(SourceError),
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        Self::Failed(error)
    }
}

/// One walk under way.
struct Run<'a, B> {
    source: Arc<dyn Source>,
    stage: Arc<Stage<B>>,
    options: WalkOptions,
    sink: &'a mut dyn Sink<B>,
    state: WalkState,
    seen: Seen,
    /// What proved the lanes, in words.
    proofs: Vec<String>,
    /// Ids that came since the last checkpoint, where a resumed walk needs them.
    unsaved: Vec<Text>,
    /// Of a resumed counted walk: the ids that came of the lane before.
    lane_ids: IdSet,
    /// A lane is read a second time, which a resumed walk begins anew: no checkpoint lies within it.
    again: bool,
}

impl<B: Send + 'static> Run<'_, B> {
    fn fetcher(&self, lane: &super::Lane) -> Fetcher<B> {
        Fetcher::new(Arc::clone(&self.source), Arc::clone(&self.stage), lane.clone(), self.options)
    }

    fn resume(&mut self, resume: Resume) -> Result<(), Stop> {
        let counted = resume.state.counted.is_some();
        if counted {
            self.seen.forget_order();
        }
        for id in resume.ids {
            match id {
                Some(id) => {
                    self.seen.insert(&id)?;
                    if counted {
                        self.lane_ids.insert(&id);
                    }
                }
                None => {
                    self.seen.next_lane()?;
                    self.lane_ids = IdSet::default();
                }
            }
        }
        self.state = resume.state;
        Ok(())
    }

    /// Whether `id` is new; it is remembered.
    fn is_new(&mut self, id: &Text) -> Result<bool, Stop> {
        let new = self.seen.insert(id)?;
        if new && !matches!(self.seen, Seen::Nothing) {
            self.unsaved.push(id.clone());
        }
        Ok(new)
    }

    async fn all_lanes(&mut self, plan: &Plan) -> Result<(), Stop> {
        if plan.lanes.len() > 1 && self.state.changed_before.is_none() && self.state.lane == 0 {
            self.state.changed_before = self.last_change(plan).await?;
        }
        while let Some(lane) = plan.lanes.get(self.state.lane) {
            let unique = matches!(lane.order, Order::IdBytes | Order::IdNumber);
            let numbered = matches!(lane.paging, Paging::Numbered { .. }) || self.state.counted.is_some();
            if unique && !numbered {
                interval::walk(self, lane).await?;
            } else {
                counted::walk(self, lane).await?;
            }
            self.state.lane += 1;
            self.state.watermark = None;
            self.state.lane_seen = 0;
            self.state.next = 0;
            self.state.counted = None;
            self.seen.next_lane()?;
            self.checkpoint()?;
        }
        if plan.lanes.len() > 1 {
            if self.state.changed_before.is_some() && self.state.tally.seen == 0 {
                self.state.doubts.push("the lists had a contact before they were read, and none then".to_owned());
            }
            self.check_moves(plan).await?;
        }
        Ok(())
    }

    /// A contact may move between lanes while they are walked (an unknown contact becomes known) and be in none of them
    /// when it is read. Afterwards the contacts of each lane that changed last are looked at: one that was not seen and
    /// is no newcomer is such a one, and is given out. Where that cannot be told, the lane is read a second time.
    async fn check_moves(&mut self, plan: &Plan) -> Result<(), Stop> {
        let mut suspects = Vec::new();
        for (index, lane) in plan.lanes.iter().enumerate() {
            let Some(probe) = self.source.newest_lane(lane) else { continue };
            let mut fetcher = self.fetcher(&probe);
            // A vendor that gives fewer rows than asked for would look as if it had no more.
            let (Paging::Offset { max } | Paging::Sized { max } | Paging::Numbered { size: max }) = probe.paging;
            let window = super::Window { start: 0, len: PROBE_LEN.min(max) };
            let page = fetcher.take(window, 1, |_| None).await?;
            self.state.tally.pages += 1;
            let rows = page.rows.len() as u64;
            let whole = page.total.is_none_or(|total| total <= rows) && rows < u64::from(window.len);
            let reaches_back = self.state.changed_before.is_some_and(|before| reaches_back(&page.rows, before));
            let seen = self.state.lane_rows.get(index).copied().unwrap_or(0);
            let now = page.total.filter(|_| lane.counted).or((rows == 0).then_some(0));
            if now.is_some_and(|now| has_collapsed(seen, now)) {
                self.state.doubts.push(format!("the list `{}` shrank while the others were read", lane.name));
            }
            let worth_reading = seen <= MOST_AGAIN || !is_newest_first(&page.rows);
            if !(whole || reaches_back) && worth_reading && matches!(self.seen, Seen::Sorted(_)) {
                // Before the next lane is looked at: what leaves this one unread must be there by then.
                self.read_again(lane).await?;
                continue;
            } else if !(whole || reaches_back) {
                let doubt = format!(
                    "more contacts changed than can be looked at while `{}` and the others were read",
                    lane.name
                );
                self.state.doubts.push(doubt);
            } else if !whole && page.total.is_some_and(|total| lane.counted && total > seen + rows) {
                self.state.doubts.push(format!("the list `{}` grew while the others were read", lane.name));
            }
            suspects.push(page);
        }
        let ids = suspects.iter().flat_map(|page| page.rows.iter().map(|row| row.id.clone())).collect();
        let lost = self.seen.unseen(ids)?;
        let mut given = std::collections::HashSet::new();
        for StagedPage { rows, batch, .. } in suspects {
            let mut good = Vec::new();
            for row in rows {
                if lost.contains(&row.id) && given.insert(row.id) {
                    self.state.tally.seen += 1;
                    good.extend(row.place);
                }
            }
            self.emit(batch, good)?;
        }
        Ok(())
    }

    /// Reads a lane a second time and gives out what did not come before.
    async fn read_again(&mut self, lane: &super::Lane) -> Result<(), Stop> {
        let before = self.state.tally;
        let rows = self.state.lane_rows.len();
        (self.state.watermark, self.state.next, self.state.lane_seen) = (None, 0, 0);
        self.again = true;
        let walked = interval::walk(self, lane).await;
        self.again = false;
        // It counts as what it is: a look back, not another list.
        let Tally { pages, rows: given, .. } = self.state.tally;
        self.state.tally = Tally { pages, rows: given, seen: before.seen + given - before.rows, ..before };
        self.state.lane_rows.truncate(rows);
        walked?;
        self.seen.next_lane()?;
        self.proofs.push(format!("`{}` read twice", lane.name));
        Ok(())
    }

    /// When a contact changed last before the walk began, by the vendor's own clock: of the first lane that has any.
    async fn last_change(&mut self, plan: &Plan) -> Result<Option<Time>, Stop> {
        for probe in plan.lanes.iter().filter_map(|lane| self.source.newest_lane(lane)) {
            let page = self.fetcher(&probe).take(super::Window { start: 0, len: 1 }, 1, |_| None).await?;
            self.state.tally.pages += 1;
            if let Some(row) = page.rows.first() {
                return Ok(row.updated_at);
            }
        }
        Ok(None)
    }

    /// Gives out the rows of a page's `batch` at `places`.
    fn emit(&mut self, batch: B, places: Vec<u32>) -> Result<(), Stop> {
        self.state.tally.rows += places.len() as u64;
        if places.is_empty() || self.sink.rows(Good { batch, places }).is_continue() {
            Ok(())
        } else {
            Err(Stop::Closed)
        }
    }

    fn checkpoint(&mut self) -> Result<(), Stop> {
        if self.again {
            return Ok(());
        }
        let ids = std::mem::take(&mut self.unsaved);
        if !ids.is_empty() && self.sink.ids(&ids).is_break() {
            return Err(Stop::Closed);
        }
        if self.sink.checkpoint(&self.state).is_continue() { Ok(()) } else { Err(Stop::Closed) }
    }

    fn outcome(self, result: Result<(), Stop>) -> Outcome {
        let (verdict, basis, error) = match result {
            Ok(()) if self.state.doubts.is_empty() => {
                let basis = join(&self.proofs);
                let basis = if basis.is_empty() { "nothing here can match".to_owned() } else { basis };
                (Verdict::Exact, basis, None)
            }
            Ok(()) => (Verdict::Changed, join(&self.state.doubts), None),
            Err(Stop::Limit | Stop::Closed) => {
                let basis = self.state.tally.gaps().map_or_else(String::new, |gaps| format!("; {gaps}"));
                (Verdict::Limited, format!("the limit ended it{basis}"), None)
            }
            Err(Stop::Failed(error)) => (Verdict::Partial, "an error cut it short".to_owned(), Some(error)),
        };
        Outcome { verdict, basis, tally: self.state.tally, error }
    }
}

/// Whether those that changed last come first, as was asked.
fn is_newest_first(rows: &[Row]) -> bool {
    rows.iter().all(|row| row.updated_at.is_some()) && rows.is_sorted_by(|a, b| a.updated_at >= b.updated_at)
}

/// Whether `rows`, those that changed last first, hold every row that changed since `before`.
fn reaches_back(rows: &[Row], before: Time) -> bool {
    // Where nothing is newer nothing changed, however many share the time of the last change.
    let nothing_newer = rows.first().and_then(|row| row.updated_at).is_some_and(|newest| newest <= before);
    let older = rows.last().and_then(|row| row.updated_at).is_some_and(|oldest| oldest < before);
    is_newest_first(rows) && (nothing_newer || older)
}

fn join(parts: &[String]) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for part in parts {
        if !unique.contains(&part.as_str()) {
            unique.push(part);
        }
    }
    unique.join("; ")
}
