//! Reading every contact of a profile into the mirror, resumably.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::mirror::{Batch, Labels, MirrorError, Pass, Prepared, Proof, Store, SyncReport};
use crate::model::Contact;
use crate::source::Window;
use crate::source::walk::{Extent, Outcome, Progress, Resume, Sink, Stage, Verdict, WalkOptions, WalkState, walk};

use super::super::context::Context;
use super::super::failure::Failure;
use super::super::progress::{counted, grouped};
use super::Job;
use super::increment::newest_of;
use super::labels::{self, Beside};

/// What a continued pass needs to know of its first part.
#[derive(Serialize, Deserialize)]
struct Cursor {
    state: WalkState,
    /// What the next increment begins with; changes after it may have been missed.
    bookmark: Option<String>,
    /// What was known of labels that contacts do not carry.
    #[serde(default)]
    labels: Option<Labels>,
}

/// Walks everything; continues a pass that did not end.
pub async fn read(job: &Job<'_>, store: &mut Store) -> Result<Verdict, Failure> {
    let mut batch = store.begin_sync(&job.target, Pass::Full, job.now()).map_err(|error| job.of_mirror(error))?;
    let cursor = batch.resume().and_then(|cursor| serde_json::from_str::<Cursor>(cursor).ok());
    let (resume, bookmark, resumed) = match cursor {
        Some(Cursor { state, bookmark, labels }) => {
            let resume = Resume { state, ids: Box::new(std::iter::empty()) };
            (Some(resume), bookmark, Some(labels.unwrap_or_default()))
        }
        None => (None, newest(job).await?, None),
    };
    let beside = labels::read(job, &batch, resumed.as_ref()).await?;
    let labels = beside.as_ref().map(|beside| beside.labels.clone());
    if let Some(labels) = &labels {
        batch.set_labels(labels.clone());
    }
    let cost = beside.as_ref().map_or_else(String::new, cost);
    let borne = beside.map(|beside| Arc::new(beside.borne));
    let line = job.line.teller();
    let mut sink = Stored { batch, bookmark, labels, waiting: Vec::new(), clock: job.context, failure: None, line };
    let (residual, wish) = (job.plan.residual.clone(), job.plan.wish);
    let prepare = move |mut contact: Contact| {
        borne.iter().for_each(|borne| borne.fill(&mut contact));
        Prepared::from(contact)
    };
    let stage = Stage { residual, wish, map: Box::new(prepare) };
    let options = WalkOptions::default();
    let outcome = walk(job.source, &job.plan, Extent::All, options, stage, &mut sink, resume).await;
    let Stored { mut batch, bookmark, failure, waiting, .. } = sink;
    if let Some(error) = failure {
        return Err(job.of_mirror(error));
    }
    let proof = match outcome.verdict {
        Verdict::Exact => Proof::Exact,
        Verdict::Changed => Proof::Changed,
        Verdict::Partial | Verdict::Limited => Proof::Partial,
    };
    if !waiting.is_empty() {
        batch.page(waiting, None, job.now()).map_err(|error| job.of_mirror(error))?;
    }
    if let Some(bookmark) = bookmark {
        batch.set_bookmark(bookmark);
    }
    let report = batch.finish(proof, job.now()).map_err(|error| job.of_mirror(error))?;
    tell(job, &outcome, report, &cost);
    match outcome.error {
        Some(error) => Err(job.of_source(&error).hint("the next sync goes on from here")),
        None => Ok(outcome.verdict),
    }
}

/// When the contact changed that changed last, by the vendor's own clock, before anything is read.
async fn newest(job: &Job<'_>) -> Result<Option<String>, Failure> {
    let mut firsts = Vec::new();
    for lane in job.newest.iter().flatten() {
        let page = job.source.page(lane, Window { start: 0, len: 1 }).await;
        firsts.push(page.map_err(|error| job.of_source(&error))?.rows.first().and_then(|row| row.updated_at));
    }
    Ok(newest_of(firsts).map(|time| time.to_string()))
}

/// What the labels cost, of all requests.
fn cost(beside: &Beside) -> String {
    format!(", {} of them for {}", beside.requests, counted(beside.labels.iter().count() as u64, "label"))
}

fn tell(job: &Job<'_>, outcome: &Outcome, report: SyncReport, cost: &str) {
    job.say(&format!(
        "{} contacts, {} ({}); {} new, {} changed, {} removed; {} requests{cost}",
        grouped(report.rows),
        outcome.verdict.as_str(),
        outcome.basis,
        report.added,
        report.changed,
        report.removed,
        job.source.usage().requests
    ));
}

/// Puts the rows of a walk into the mirror, page by page with the walk's state.
struct Stored<'a> {
    batch: Batch<'a>,
    bookmark: Option<String>,
    labels: Option<Labels>,
    waiting: Vec<Prepared>,
    clock: &'a Context,
    failure: Option<MirrorError>,
    line: Rc<dyn Fn(usize, Progress)>,
}

impl Sink<Prepared> for Stored<'_> {
    fn rows(&mut self, rows: Vec<Prepared>) -> ControlFlow<()> {
        self.waiting.extend(rows);
        ControlFlow::Continue(())
    }

    fn checkpoint(&mut self, state: &WalkState) -> ControlFlow<()> {
        let (bookmark, labels) = (self.bookmark.clone(), self.labels.clone());
        let cursor = Cursor { state: state.clone(), bookmark, labels };
        let cursor = serde_json::to_string(&cursor).ok();
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
