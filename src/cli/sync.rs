//! `contacts sync`: fills and refreshes the local mirror.
//!
//! The first time everything is walked, resumably; later what changed lately, where the vendor can sort so and the last
//! full walk was proved. Rows vanish only after a walk with the verdict exact.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::config::duration;
use crate::mirror::{Batch, FILE_NAME, MirrorError, Mode, Pass, Prepared, Proof, Store, SyncTarget};
use crate::model::{Query, Time};
use crate::source::walk::{Extent, Outcome, Progress, Resume, Sink, Stage, Verdict, WalkOptions, WalkState, walk};
use crate::source::{Source, SourceError, Traversal, Window};

use super::context::{Context, Opened};
use super::failure::{Failure, FailureKind, combined};
use super::interrupt;
use super::progress::{Line, grouped};

/// Pages that an increment reads at most before a full walk is cheaper to trust.
const MOST_INCREMENT_PAGES: u64 = 200;
/// How far back before the last sync changes are read again, for clocks that differ.
const OVERLAP: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);

/// Options of `contacts sync`.
#[derive(Args, Clone, Debug)]
pub struct SyncArgs {
    /// Walk everything again, not only what changed
    #[arg(long)]
    full: bool,
    /// Stay, and refresh again and again after this long
    #[arg(long, value_name = "INTERVAL", value_parser = duration::parse_positive)]
    watch: Option<Duration>,
}

/// Runs `contacts sync`.
pub fn run(context: &Context, args: &SyncArgs) -> Result<ExitCode, Failure> {
    let path = path(context)?;
    loop {
        let opened = context.open_vendors()?;
        let code = once(context, &opened, &path, args.full);
        let Some(interval) = args.watch else { return Ok(ExitCode::from(code)) };
        if code == FailureKind::Interrupted.code() {
            return Ok(ExitCode::from(code));
        }
        if context.block_on(interrupt::unless_interrupted(context.clock.sleep(interval))).is_none() {
            return Ok(ExitCode::from(FailureKind::Interrupted.code()));
        }
    }
}

/// Where the mirror lies.
pub fn path(context: &Context) -> Result<PathBuf, Failure> {
    let folder = context.env.data_dir().ok_or_else(|| {
        Failure::new(FailureKind::Config, "there is no place for the mirror").hint("set HOME or XDG_DATA_HOME")
    })?;
    Ok(folder.join(FILE_NAME))
}

fn once(context: &Context, opened: &Opened, path: &std::path::Path, full: bool) -> u8 {
    let mut kinds = Vec::new();
    for failure in &opened.failures {
        context.tell(failure);
        kinds.push(failure.kind);
    }
    let mut done = 0;
    for source in &opened.sources {
        let line = Line::new(context, std::slice::from_ref(source), true);
        let synced = context.block_on(interrupt::unless_interrupted(sync(context, source, path, full, &line)));
        line.clear();
        match synced {
            None => {
                context.say("interrupted; what was stored is kept, and the next sync goes on");
                return FailureKind::Interrupted.code();
            }
            Some(Ok(verdict)) => {
                done += 1;
                if verdict != Verdict::Exact {
                    kinds.push(FailureKind::Incomplete);
                }
            }
            Some(Err(failure)) => {
                context.tell(&failure);
                kinds.push(failure.kind);
            }
        }
    }
    let kind = if done > 0 && !kinds.is_empty() { Some(FailureKind::Incomplete) } else { combined(kinds) };
    kind.map_or(0, FailureKind::code)
}

async fn sync(
    context: &Context,
    source: &Arc<dyn Source>,
    path: &std::path::Path,
    full: bool,
    line: &std::rc::Rc<Line>,
) -> Result<Verdict, Failure> {
    let (profile, vendor) = (source.profile(), source.vendor());
    let of_source = |error: SourceError| Failure::from_source(&error, profile, vendor);
    let of_mirror = |error: MirrorError| Failure::from_source(&error.into(), profile, vendor);
    let account = source.identity().await.map_err(of_source)?.account;
    let mut store = Store::open(path, Mode::Write).map_err(of_mirror)?;
    let target = SyncTarget { profile, vendor, account: account.as_deref() };
    let query = Query { limit: None, raw: true, labels: false, ..Query::default() };
    let plan = source.plan(&query, Traversal::Everything).map_err(of_source)?;
    let known = store.freshness(profile).map_err(of_mirror)?;
    let since = known.as_ref().filter(|status| !full && status.exact_at.is_some() && !status.unfinished);
    let since = since.and_then(|status| status.bookmark.as_deref()).and_then(Time::parse);
    let probes: Option<Vec<_>> = plan.lanes.iter().map(|lane| source.newest_lane(lane)).collect();
    let now = context.clock.now();
    if let (Some(since), Some(lanes)) = (since, probes) {
        let mut batch = store.begin_sync(&target, Pass::Increment, now).map_err(of_mirror)?;
        let found = increment(context, source.as_ref(), &lanes, since, &mut batch).await;
        match found {
            Ok(true) => {
                batch.set_bookmark(Time::from_timestamp(now).to_string());
                let report = batch.finish(Proof::Exact, context.clock.now()).map_err(of_mirror)?;
                context.say(&format!(
                    "{profile}: {} changed, {} new since {since}; {} requests",
                    report.changed,
                    report.added,
                    source.usage().requests
                ));
                return Ok(Verdict::Exact);
            }
            Ok(false) => drop(batch),
            Err(failure) => {
                batch.finish(Proof::Partial, context.clock.now()).map_err(of_mirror)?;
                return Err(failure.of(profile, vendor));
            }
        }
    }
    let batch = store.begin_sync(&target, Pass::Full, now).map_err(of_mirror)?;
    let resume = batch.resume().and_then(|cursor| serde_json::from_str::<WalkState>(cursor).ok());
    let started = batch.started_at();
    let resume = resume.map(|state| Resume { state, ids: Box::new(std::iter::empty()) });
    let mut sink = Stored { batch, waiting: Vec::new(), clock: context, failure: None, line: line.teller() };
    let stage = Stage { residual: plan.residual.clone(), wish: plan.wish, map: Box::new(Prepared::new) };
    let options = WalkOptions { started_at: Some(started), ..WalkOptions::default() };
    let outcome = walk(source, &plan, Extent::All, options, stage, &mut sink, resume).await;
    let Stored { mut batch, failure, waiting, .. } = sink;
    if let Some(error) = failure {
        return Err(of_mirror(error));
    }
    let proof = match outcome.verdict {
        Verdict::Exact => Proof::Exact,
        Verdict::Changed => Proof::Changed,
        Verdict::Partial | Verdict::Limited => Proof::Partial,
    };
    if !waiting.is_empty() {
        batch.page(waiting, None, context.clock.now()).map_err(of_mirror)?;
    }
    if proof != Proof::Partial {
        batch.set_bookmark(Time::from_timestamp(started).to_string());
    }
    let report = batch.finish(proof, context.clock.now()).map_err(of_mirror)?;
    tell(context, source.as_ref(), &outcome, report);
    match outcome.error {
        Some(error) => Err(Failure::from_source(&error, profile, vendor).hint("the next sync goes on from here")),
        None => Ok(outcome.verdict),
    }
}

fn tell(context: &Context, source: &dyn Source, outcome: &Outcome, report: crate::mirror::SyncReport) {
    context.say(&format!(
        "{}: {} contacts, {} ({}); {} new, {} changed, {} removed; {} requests",
        source.profile(),
        grouped(report.rows),
        outcome.verdict.as_str(),
        outcome.basis,
        report.added,
        report.changed,
        report.removed,
        source.usage().requests
    ));
}

/// Reads what changed since `since`, newest first; `false` if that is more than an increment should read.
async fn increment(
    context: &Context,
    source: &dyn Source,
    lanes: &[crate::source::Lane],
    since: Time,
    batch: &mut Batch<'_>,
) -> Result<bool, Failure> {
    let back_to = since.timestamp().checked_sub(OVERLAP).unwrap_or(Timestamp::MIN);
    let of_source = |error: SourceError| Failure::from_source(&error, source.profile(), source.vendor());
    for lane in lanes {
        let (crate::source::Paging::Offset { max: len }
        | crate::source::Paging::Sized { max: len }
        | crate::source::Paging::Numbered { size: len }) = lane.paging;
        let mut start = 0;
        loop {
            let page = source.page(lane, Window { start, len }).await.map_err(of_source)?;
            let rows = page.rows.len() as u64;
            let done = rows < u64::from(len)
                || page.rows.last().and_then(|row| row.updated_at).is_none_or(|oldest| oldest.timestamp() < back_to);
            batch
                .page(page.rows, None, context.clock.now())
                .map_err(|error| Failure::from_source(&error.into(), source.profile(), source.vendor()))?;
            if done {
                break;
            }
            start += rows;
            if start / u64::from(len) >= MOST_INCREMENT_PAGES {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Puts the rows of a walk into the mirror, page by page with the walk's state.
struct Stored<'a> {
    batch: Batch<'a>,
    waiting: Vec<Prepared>,
    clock: &'a Context,
    failure: Option<MirrorError>,
    line: std::rc::Rc<dyn Fn(usize, Progress)>,
}

impl Sink<Prepared> for Stored<'_> {
    fn rows(&mut self, rows: Vec<Prepared>) -> ControlFlow<()> {
        self.waiting.extend(rows);
        ControlFlow::Continue(())
    }

    fn checkpoint(&mut self, state: &WalkState) -> ControlFlow<()> {
        let cursor = serde_json::to_string(state).ok();
        let rows = std::mem::take(&mut self.waiting);
        match self.batch.page(rows, cursor.as_deref(), self.clock.clock.now()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn progress(&mut self, progress: Progress) {
        (self.line)(0, progress);
    }
}
