//! Reading every contact of a profile into the mirror, resumably.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::mirror::{Labels, PreparedPage, Proof, Store, SyncReport};
use crate::model::Contact;
use crate::source::Window;
use crate::source::walk::{Extent, Good, Outcome, Progress, Resume, Sink, Stage, Verdict, WalkState, walk};

use super::super::context::Context;
use super::super::failure::Failure;
use super::super::progress::{counted, grouped};
use super::Job;
use super::increment::newest_of;
use super::labels::{self, Beside};
use super::writer::{Order, Writer};

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
pub async fn read(job: &Job<'_>, store: Store) -> Result<Outcome, Failure> {
    let mut writer = Writer::begin(job, store).await.map_err(|error| job.of_mirror(error))?;
    let goes_on = writer.resume().is_some();
    let read = walk_all(job, &mut writer).await;
    // Whoever syncs next finds it ended.
    let written = writer.end().await.map_err(|error| job.of_mirror(error));
    let (mut outcome, cost) = read?;
    let report = written?;
    if report.doubted > 0 {
        outcome.verdict = Verdict::Changed;
        "most of what is stored is not listed any more".clone_into(&mut outcome.basis);
    }
    tell(job, &outcome, report, goes_on, &cost);
    Ok(outcome)
}

/// Reads everything for the writer; also says what the labels cost.
async fn walk_all(job: &Job<'_>, writer: &mut Writer) -> Result<(Outcome, String), Failure> {
    let cursor = writer.resume().and_then(|cursor| serde_json::from_str::<Cursor>(cursor).ok());
    let (resume, bookmark, resumed) = match cursor {
        Some(Cursor { state, bookmark, labels }) => {
            // Where the order proves nothing, the walk needs to know who came.
            let met = match state.counted {
                Some(_) => writer.met().await.map_err(|error| job.of_mirror(error))?,
                None => Vec::new(),
            };
            let resume = Resume { state, ids: Box::new(met.into_iter().map(Some)) };
            (Some(resume), bookmark, Some(labels.unwrap_or_default()))
        }
        None => (None, newest(job).await?, None),
    };
    let beside = labels::read(job, writer, resumed.as_ref()).await?;
    let labels = beside.as_ref().map(|beside| beside.labels.clone());
    if let Some(labels) = &labels {
        let _ = writer.tell(Order::Labels(labels.clone()));
    }
    let cost = beside.as_ref().map_or_else(String::new, cost);
    let borne = beside.map(|beside| Arc::new(beside.borne));
    let line = job.line.teller();
    let mut sink = Stored { writer, bookmark, labels, waiting: None, clock: job.context, line };
    let (residual, wish) = (job.plan.residual.clone(), job.plan.wish);
    let add = move |contact: &mut Contact, page: &mut PreparedPage| {
        borne.iter().for_each(|borne| borne.fill(contact));
        page.push(contact);
    };
    let stage = Stage { residual, wish, batch: Box::new(PreparedPage::default), add: Box::new(add) };
    let options = job.context.walk_options();
    let outcome = walk(job.source, &job.plan, Extent::All, options, stage, &mut sink, resume).await;
    let proof = match outcome.verdict {
        Verdict::Exact => Proof::Exact,
        Verdict::Changed => Proof::Changed,
        Verdict::Partial | Verdict::Limited => Proof::Partial,
    };
    let Stored { writer, bookmark, waiting, .. } = sink;
    if let Some(rows) = waiting {
        let _ = writer.tell(Order::Page { rows, cursor: None, now: job.now() });
    }
    let _ = writer.tell(Order::Finish { bookmark, proof, now: job.now() });
    Ok((outcome, cost))
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

fn tell(job: &Job<'_>, outcome: &Outcome, report: SyncReport, goes_on: bool, cost: &str) {
    let since = if goes_on { " since it went on" } else { "" };
    job.say(&format!(
        "{} contacts, {} ({}); {} new, {} changed, {} removed{since}; {} requests{cost}",
        grouped(if goes_on { report.stored } else { report.rows }),
        outcome.verdict.as_str(),
        outcome.basis,
        grouped(report.added),
        grouped(report.changed),
        grouped(report.removed),
        grouped(job.source.usage().requests)
    ));
    if report.doubted > 0 {
        let profile = job.target.profile;
        job.context.say(&format!(
            "warning: {profile}: {} that the vendor does not list any more stay until a sync an hour from now or later does not meet \
             them either; contacts mirror forget -p {profile} removes everything at once",
            counted(report.doubted, "contact")
        ));
    }
}

/// Hands the rows of a walk to the mirror's writer, page by page with the walk's state.
struct Stored<'a> {
    writer: &'a mut Writer,
    bookmark: Option<String>,
    labels: Option<Labels>,
    /// A page whose state is not told yet.
    waiting: Option<PreparedPage>,
    clock: &'a Context,
    line: Rc<dyn Fn(usize, Progress)>,
}

impl Sink<PreparedPage> for Stored<'_> {
    fn rows(&mut self, Good { mut batch, places }: Good<PreparedPage>) -> ControlFlow<()> {
        batch.keep(&places);
        match self.waiting.replace(batch) {
            Some(rows) => self.writer.tell(Order::Page { rows, cursor: None, now: self.clock.clock.now() }),
            None => ControlFlow::Continue(()),
        }
    }

    fn checkpoint(&mut self, state: &WalkState) -> ControlFlow<()> {
        let (bookmark, labels) = (self.bookmark.clone(), self.labels.clone());
        let cursor = Cursor { state: state.clone(), bookmark, labels };
        let cursor = serde_json::to_string(&cursor).ok();
        let rows = self.waiting.take().unwrap_or_default();
        self.writer.tell(Order::Page { rows, cursor, now: self.clock.clock.now() })
    }

    fn progress(&mut self, progress: Progress) {
        (self.line)(0, progress);
    }
}
