//! Asks one query of several profiles at the same time.
//!
//! Rows are either rendered where their page was decoded and written as they come (in the order of the profiles, so that
//! the same query gives the same bytes), or collected, sorted and cut here. Knows nothing of formats.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::buffers::Buffers;
use crate::http::Clock;
use crate::model::sort::sort_contacts;
use crate::model::{Contact, Direction, Query, SortField, SortKey, Text};
use crate::source::walk::{
    Extent, Good, Outcome, Progress, Resume, Sink, Stage, Tally, Verdict, WalkOptions, WalkState, walk,
};
use crate::source::{Plan, Source, SourceError, Traversal, Usage};

use super::failure::Failure;
use super::refresh::Refreshed;
use super::rendered::{Rendered, Spool, runs};

/// How one profile answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The profile's name.
    pub profile: String,
    /// Its vendor's name.
    pub vendor: String,
    /// How its walk ended.
    pub outcome: Outcome,
    /// What it cost.
    pub usage: Usage,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// What the vendor's search may have missed.
    pub gap: Option<String>,
    /// As of when the answer is, if it is not from the vendor itself.
    pub as_of: Option<Timestamp>,
    /// What else a person should know of it.
    pub warnings: Vec<String>,
    /// What came of reading its contacts again, if they were.
    pub refreshed: Option<Refreshed>,
    /// What went wrong here, not with the source.
    pub failure: Option<Failure>,
}

/// How a query is carried out on one source.
struct Prepared {
    plan: Plan,
    extent: Extent,
    collect: bool,
}

fn prepare(source: &dyn Source, query: &Query, several: bool) -> Result<Prepared, SourceError> {
    let Some(limit) = query.limit else {
        let plan = source.plan(query, Traversal::Everything)?;
        return Ok(Prepared { plan, extent: Extent::All, collect: !query.sort.is_empty() || query.skip > 0 });
    };
    let plan = source.plan(query, Traversal::Top)?;
    if !query.sort.is_empty() && !plan.sorted {
        let plan = source.plan(query, Traversal::Everything)?;
        return Ok(Prepared { plan, extent: Extent::All, collect: true });
    }
    let merge = plan.merge && plan.lanes.len() > 1;
    let (skip, count) = if several || merge { (0, query.skip.saturating_add(limit)) } else { (query.skip, limit) };
    Ok(Prepared { plan, extent: Extent::First { skip, count }, collect: merge || several })
}

/// Whether rows can be written as they come, or must be collected to be sorted and cut.
pub fn can_stream(sources: &[Arc<dyn Source>], query: &Query) -> bool {
    let several = sources.len() > 1;
    sources.iter().all(|source| prepare(source.as_ref(), query, several).map_or(true, |prepared| !prepared.collect))
}

/// Takes rendered rows.
pub trait RowOut {
    /// Takes some rows of a page; `Break` when nobody wants more.
    fn rows(&mut self, rows: &Rendered, range: Range<usize>) -> ControlFlow<()>;

    /// A page's rows are through.
    fn page(&mut self) -> ControlFlow<()>;

    /// Keeps ids that a resumed walk needs; asked of a single profile's walk only.
    fn ids(&mut self, _ids: &[Text]) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Every row so far belongs to this state; told of a single profile's walk only.
    fn checkpoint(&mut self, _state: &WalkState) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// How a query is carried out, whatever it asks.
#[derive(Clone)]
pub struct Manner {
    /// Time, for the report.
    pub clock: Arc<dyn Clock>,
    /// How hard to try.
    pub walk: WalkOptions,
    /// Rows a request asks for where the query does not say, by profile.
    pub page_sizes: Rc<BTreeMap<String, u32>>,
    /// Is told how far each profile has come.
    pub progress: Rc<dyn Fn(usize, Progress)>,
}

/// Asks all `sources` at once; `write` renders a row where its page was decoded, `out` takes the rows.
///
/// Rows come in the order of `sources`: those of later ones wait in a temporary file until their turn.
pub async fn stream(
    sources: &[Arc<dyn Source>],
    query: &Query,
    manner: &Manner,
    write: Arc<dyn Fn(&Contact, &mut Vec<u8>) + Send + Sync>,
    out: &mut dyn RowOut,
    resume: Option<Resume>,
) -> Vec<Answer> {
    let resume = RefCell::new(resume);
    let turns =
        Rc::new(RefCell::new(Turns { out, turn: 0, waiting: sources.iter().map(|_| Waiting::default()).collect() }));
    let buffers = Buffers::default();
    let asked = sources.iter().enumerate().map(|(index, source)| {
        let turns = Rc::clone(&turns);
        let (write, buffers) = (Arc::clone(&write), buffers.clone());
        let resume = resume.borrow_mut().take();
        async move {
            let single = sources.len() == 1;
            let mut sink = InTurn { index, single, turns: Rc::clone(&turns), progress: Rc::clone(&manner.progress) };
            let stage = move |plan: &Plan| {
                let (write, buffers) = (Arc::clone(&write), buffers.clone());
                Stage {
                    residual: plan.residual.clone(),
                    wish: plan.wish,
                    batch: Box::new(move || Rendered::new(&buffers)),
                    add: Box::new(move |contact: &mut Contact, page: &mut Rendered| {
                        page.push(|row| write(contact, row));
                    }),
                }
            };
            let answer = ask(source, query, manner, sources.len() > 1, &stage, &mut sink, resume).await;
            turns.borrow_mut().finished(index);
            answer
        }
    });
    join_all(asked).await
}

/// Asks all `sources` at once and returns the rows sorted and cut.
pub async fn collect(sources: &[Arc<dyn Source>], query: &Query, manner: &Manner) -> (Vec<Contact>, Vec<Answer>) {
    let several = sources.len() > 1;
    let asked = sources.iter().enumerate().map(|(index, source)| async move {
        let mut sink = Collected { index, rows: Vec::new(), progress: Rc::clone(&manner.progress) };
        let stage = |plan: &Plan| Stage::of_each(plan.residual.clone(), plan.wish, |contact| contact);
        let answer = ask(source, query, manner, several, &stage, &mut sink, None).await;
        (sink.rows, answer)
    });
    let (rows, mut answers): (Vec<_>, Vec<_>) = join_all(asked).await.into_iter().unzip();
    let must_sort = several || !query.sort.is_empty();
    let mut contacts: Vec<Contact> = rows.into_iter().flatten().collect();
    let cut_here = several
        || query.limit.is_none()
        || sources.iter().any(|source| prepare(source.as_ref(), query, false).is_ok_and(|prepared| prepared.collect));
    // Under `--all` without a sort the order is the walk's, profile after profile.
    if must_sort && !(query.sort.is_empty() && query.limit.is_none()) {
        sort_contacts(&mut contacts, &sort_keys(query));
    }
    if cut_here {
        let skip = usize::try_from(query.skip).unwrap_or(usize::MAX).min(contacts.len());
        contacts.drain(..skip);
        let limit = query.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        if contacts.len() > limit {
            contacts.truncate(limit);
            for answer in answers.iter_mut().filter(|answer| answer.outcome.verdict != Verdict::Partial) {
                answer.outcome.verdict = Verdict::Limited;
                "the limit ended it".clone_into(&mut answer.outcome.basis);
            }
        }
        for answer in &mut answers {
            answer.outcome.tally.rows =
                contacts.iter().filter(|contact| contact.profile.as_str() == answer.profile).count() as u64;
        }
    }
    (contacts, answers)
}

fn sort_keys(query: &Query) -> Vec<SortKey> {
    if query.sort.is_empty() {
        vec![
            SortKey { field: SortField::LastActivityAt, direction: Direction::Descending },
            SortKey { field: SortField::Name, direction: Direction::Ascending },
        ]
    } else {
        query.sort.clone()
    }
}

async fn ask<B: Send + 'static>(
    source: &Arc<dyn Source>,
    query: &Query,
    manner: &Manner,
    several: bool,
    stage: &dyn Fn(&Plan) -> Stage<B>,
    sink: &mut dyn Sink<B>,
    resume: Option<Resume>,
) -> Answer {
    let started_at = manner.clock.now();
    let page_size = query.page_size.or_else(|| manner.page_sizes.get(source.profile()).copied());
    let query = &Query { page_size, ..query.clone() };
    let (outcome, gap) = match prepare(source.as_ref(), query, several) {
        Ok(prepared) => {
            let gap = prepared.plan.gap.clone();
            let mut outcome = walk_prepared(source, &prepared, manner, stage, sink, resume).await;
            if gap.is_some() && outcome.verdict == Verdict::Exact {
                outcome.basis.push_str("; of what the vendor's own search finds");
            }
            if let (Verdict::Exact, Some((most, why))) = (outcome.verdict, source.unproved()) {
                (outcome.verdict, outcome.basis) = (most, why);
            }
            (outcome, gap)
        }
        Err(error) => (failed(error), None),
    };
    Answer { gap, ..answered(source.as_ref(), outcome, started_at, manner.clock.now()) }
}

/// What can be said of a source whose walk was not waited for, because nobody wants its end.
pub fn abandoned(source: &dyn Source, basis: &str, started_at: Timestamp, now: Timestamp) -> Answer {
    let outcome = Outcome { verdict: Verdict::Partial, basis: basis.into(), tally: Tally::default(), error: None };
    answered(source, outcome, started_at, now)
}

/// How a source answered, with what it says of itself.
pub fn answered(source: &dyn Source, outcome: Outcome, started_at: Timestamp, finished_at: Timestamp) -> Answer {
    Answer {
        profile: source.profile().to_owned(),
        vendor: source.vendor().to_owned(),
        outcome,
        usage: source.usage(),
        started_at,
        finished_at,
        gap: None,
        as_of: source.as_of(),
        warnings: source.warnings(),
        refreshed: None,
        failure: None,
    }
}

/// The outcome of a walk that never began.
pub fn failed(error: SourceError) -> Outcome {
    Outcome {
        verdict: Verdict::Partial,
        basis: "an error cut it short".into(),
        tally: Tally::default(),
        error: Some(error),
    }
}

async fn walk_prepared<B: Send + 'static>(
    source: &Arc<dyn Source>,
    prepared: &Prepared,
    manner: &Manner,
    stage: &dyn Fn(&Plan) -> Stage<B>,
    sink: &mut dyn Sink<B>,
    resume: Option<Resume>,
) -> Outcome {
    let plan = &prepared.plan;
    let first = matches!(prepared.extent, Extent::First { .. });
    if !(first && plan.merge && plan.lanes.len() > 1) {
        return walk(source, plan, prepared.extent, manner.walk, stage(plan), sink, resume).await;
    }
    // Each lane gives its first rows; together they hold the first of all.
    let mut whole: Option<Outcome> = None;
    for lane in &plan.lanes {
        let part = Plan { lanes: vec![lane.clone()], ..plan.clone() };
        let outcome = walk(source, &part, prepared.extent, manner.walk, stage(plan), sink, None).await;
        let stop = outcome.error.is_some();
        whole = Some(match whole {
            None => outcome,
            Some(before) => before.and(outcome),
        });
        if stop {
            break;
        }
    }
    whole.unwrap_or_else(|| Outcome {
        verdict: Verdict::Exact,
        basis: String::new(),
        tally: Tally::default(),
        error: None,
    })
}

/// Rows are collected.
struct Collected {
    index: usize,
    rows: Vec<Contact>,
    progress: Rc<dyn Fn(usize, Progress)>,
}

impl Sink<Vec<Contact>> for Collected {
    fn rows(&mut self, rows: Good<Vec<Contact>>) -> ControlFlow<()> {
        self.rows.extend(rows.into_rows());
        ControlFlow::Continue(())
    }

    fn progress(&mut self, progress: Progress) {
        (self.progress)(self.index, progress);
    }
}

/// Whose turn it is to write, and what the others have ready.
struct Turns<'a> {
    out: &'a mut dyn RowOut,
    turn: usize,
    waiting: Vec<Waiting>,
}

/// What a profile has ready before its turn.
#[derive(Default)]
struct Waiting {
    rows: Spool,
    /// It has no more.
    closed: bool,
}

impl Turns<'_> {
    fn finished(&mut self, index: usize) {
        self.waiting[index].closed = true;
        while self.turn < self.waiting.len() && self.waiting[self.turn].closed {
            self.turn += 1;
            if let Some(waiting) = self.waiting.get_mut(self.turn) {
                waiting.rows.drain(self.out);
            }
        }
    }
}

struct InTurn<'a> {
    index: usize,
    single: bool,
    turns: Rc<RefCell<Turns<'a>>>,
    progress: Rc<dyn Fn(usize, Progress)>,
}

impl Sink<Rendered> for InTurn<'_> {
    fn rows(&mut self, good: Good<Rendered>) -> ControlFlow<()> {
        let turns = &mut *self.turns.borrow_mut();
        let page = &good.batch;
        for mut run in runs(&good.places) {
            if turns.turn == self.index {
                turns.out.rows(page, run)?;
            } else {
                let spool = &mut turns.waiting[self.index].rows;
                if run.any(|at| spool.push(page.rows(at..at + 1)).is_err()) {
                    return ControlFlow::Break(());
                }
            }
        }
        if turns.turn == self.index { turns.out.page() } else { ControlFlow::Continue(()) }
    }

    fn ids(&mut self, ids: &[Text]) -> ControlFlow<()> {
        if self.single { self.turns.borrow_mut().out.ids(ids) } else { ControlFlow::Continue(()) }
    }

    fn checkpoint(&mut self, state: &WalkState) -> ControlFlow<()> {
        if self.single { self.turns.borrow_mut().out.checkpoint(state) } else { ControlFlow::Continue(()) }
    }

    fn progress(&mut self, progress: Progress) {
        (self.progress)(self.index, progress);
    }
}
