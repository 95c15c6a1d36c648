//! Runs a query from the open profiles to the exit code: rows to stdout, everything said to stderr.

use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

use crate::http::Clock;
use crate::model::{Contact, Query, Text};
use crate::render::{Encoder, Format, Record, RecordKind, XlsxSheet};
use crate::source::walk::{Verdict, WalkState};

use super::ask::{Answer, Manner, RowOut, can_stream, stream};
use super::context::{Context, Opened};
use super::export::{Checkpoint, Export, Finished, Whole};
use super::failure::{Failure, FailureKind, combined};
use super::local::say_age;
use super::output::{Destination, Show, is_gone};
use super::progress::{self, Line};
use super::refresh::gather;
use super::rendered::Rendered;
use super::{ask, interrupt, labels, refresh, report};

/// What a query brought.
pub struct Brought {
    /// Rows shown.
    pub rows: u64,
    /// How each profile answered; `None` if it was interrupted.
    pub answers: Option<Vec<Answer>>,
    /// Why the output could not be written to its end.
    pub broken: Option<Failure>,
}

/// Asks and shows. `if_empty` is the failure when nothing was found.
pub fn run_query(
    context: &Context,
    query: &Query,
    show: &Show,
    if_empty: Option<FailureKind>,
) -> Result<ExitCode, Failure> {
    show.columns(RecordKind::Contact, false)?;
    refresh::check(context, query)?;
    let opened = context.open_for(&query.filter.labels)?;
    let line = progress::Line::new(context, &opened.sources, query.limit.is_none());
    let manner = manner(context, &opened, &line);
    let streams = show.is_streaming() && !context.globals.refresh && can_stream(&opened.sources, query);
    if show.resume.is_some() && (!streams || opened.wanted() > 1 || show.format == Format::Xlsx) {
        let failure = Failure::usage("--resume needs one profile and rows that are written as they come");
        return Err(failure.hint("choose one profile with -p, a format as ndjson or csv, and no --sort"));
    }
    let brought = if streams {
        streamed(context, query, show, &opened, &manner)?
    } else {
        collected(context, query, show, &opened, &manner, &line)
    };
    line.clear();
    conclude(context, query, show, &opened, brought, if_empty)
}

/// How hard to try, and who is told of the progress.
pub fn manner(context: &Context, opened: &Opened, line: &Rc<Line>) -> Manner {
    Manner {
        clock: Arc::clone(&context.clock),
        walk: context.walk_options(),
        page_sizes: Rc::new(opened.page_sizes.clone()),
        progress: line.teller(),
    }
}

/// Writes rendered rows as they come.
struct Writer<'a> {
    out: Destination,
    encoder: &'a Encoder,
    rows: u64,
    /// Whether somebody may be reading along.
    eager: bool,
    clock: Arc<dyn Clock>,
    /// A workbook, whose rows come as JSON.
    sheet: Option<XlsxSheet>,
    /// How far an export was safe last.
    good: Option<Checkpoint>,
    broken: Option<Failure>,
}

impl Writer<'_> {
    /// Writes `count` rows that are one behind the other.
    fn block(&mut self, rows: &[u8], count: u64) -> ControlFlow<()> {
        let written = self.out.write(rows);
        self.rows += count;
        if let Destination::Export(export) = &mut self.out {
            export.count_rows(count);
        }
        self.keep(written)
    }

    fn keep(&mut self, written: Result<(), Failure>) -> ControlFlow<()> {
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                self.broken = Some(failure);
                ControlFlow::Break(())
            }
        }
    }
}

impl RowOut for Writer<'_> {
    fn rows(&mut self, rows: &Rendered, range: Range<usize>) -> ControlFlow<()> {
        if self.sheet.is_none() && self.encoder.between().is_empty() {
            return self.block(rows.rows(range.clone()), range.len() as u64);
        }
        for at in range {
            let row = rows.rows(at..at + 1);
            if let Some(sheet) = &mut self.sheet {
                let pushed = push_json(sheet, row);
                self.rows += 1;
                self.keep(pushed)?;
                continue;
            }
            let between = if self.rows > 0 { self.encoder.between() } else { &[][..] };
            let written = self.out.write(between);
            self.keep(written)?;
            self.block(row, 1)?;
        }
        ControlFlow::Continue(())
    }

    fn page(&mut self) -> ControlFlow<()> {
        let flushed = if self.eager { self.out.flush() } else { Ok(()) };
        self.keep(flushed)
    }

    fn ids(&mut self, ids: &[Text]) -> ControlFlow<()> {
        let kept = if let Destination::Export(export) = &mut self.out { export.keep_ids(ids) } else { Ok(()) };
        self.keep(kept)
    }

    fn checkpoint(&mut self, state: &WalkState) -> ControlFlow<()> {
        let Destination::Export(export) = &mut self.out else { return ControlFlow::Continue(()) };
        let kept = export.checkpoint(state, self.clock.now());
        self.good = Some(export.good());
        self.keep(kept)
    }
}

/// Puts a row into a workbook.
fn push_json(sheet: &mut XlsxSheet, row: &[u8]) -> Result<(), Failure> {
    let contact: Contact = serde_json::from_slice(row).map_err(|error| {
        Failure::new(FailureKind::Unexpected, format!("cannot put a row into the workbook: {error}"))
    })?;
    Ok(sheet.push(&contact)?)
}

fn streamed(
    context: &Context,
    query: &Query,
    show: &Show,
    opened: &Opened,
    manner: &Manner,
) -> Result<Brought, Failure> {
    let columns = show.columns(RecordKind::Contact, opened.wanted() > 1)?;
    let sheet = if show.format == Format::Xlsx { Some(XlsxSheet::new(&columns)?) } else { None };
    let encoder = Arc::new(show.encoder(context, columns));
    let eager = !show.appears_whole() && (show.format == Format::Ndjson || context.term.stdout_is_terminal());
    let out = match show.survives() {
        Some((file, state)) => {
            let query = fingerprint(query, show, opened);
            if let Some(whole) = Whole::of(file, state, &query)? {
                context.say("every contact was there already; the file has its name now");
                return Ok(was_whole(context, opened, &whole));
            }
            Destination::Export(Box::new(Export::open(file, state, query)?))
        }
        None => show.destination(context)?,
    };
    let mut bytes = Vec::new();
    let (mut rows, mut resume) = (0, None);
    if let Destination::Export(export) = &out
        && export.goes_on()
    {
        (rows, resume) = (export.rows(), export.resume()?);
        context.say(&format!("going on after {} contacts", progress::grouped(rows)));
    } else if sheet.is_none() {
        encoder.head(&mut bytes);
    }
    let clock = Arc::clone(&context.clock);
    let mut writer = Writer { out, encoder: &encoder, rows, eager, clock, sheet, good: None, broken: None };
    if let Err(failure) = writer.out.write(&bytes) {
        return if is_gone(&failure) { Ok(gone(0)) } else { Err(failure) };
    }
    let answers = {
        let encoder = Arc::clone(&encoder);
        let as_json = writer.sheet.is_some();
        let write = move |contact: &Contact, row: &mut Vec<u8>| {
            if as_json { contact.write_json(row) } else { encoder.row(contact, row) }
        };
        let asked = stream(&opened.sources, query, manner, Arc::new(write), &mut writer, resume);
        context.block_on(interrupt::unless_interrupted(asked))
    };
    let Writer { mut out, rows, broken, good, sheet, .. } = writer;
    let whole = answers.as_ref().is_some_and(|answers| answers.iter().all(|answer| answer.outcome.error.is_none()));
    if let Destination::Export(export) = out {
        let ended = match broken {
            Some(failure) => Err(failure),
            None if whole => finish_export(*export, &encoder, rows, answers.as_deref().unwrap_or_default()),
            None => export.suspend(&good.unwrap_or_default()),
        };
        return Ok(Brought { rows, answers, broken: ended.err() });
    }
    if let Some(failure) = broken {
        return if is_gone(&failure) { Ok(gone(rows)) } else { Ok(Brought { rows, answers, broken: Some(failure) }) };
    }
    bytes.clear();
    match sheet {
        Some(sheet) => drop(sheet.finish(&mut bytes)?),
        None => encoder.tail(rows, &mut bytes),
    }
    let finished = out.write(&bytes).and_then(|()| if whole || !show.appears_whole() { out.finish() } else { Ok(()) });
    show.warn_of_formulas(context, &encoder);
    match finished {
        Err(failure) if is_gone(&failure) => Ok(gone(rows)),
        finished => Ok(Brought { rows, answers, broken: finished.err() }),
    }
}

fn finish_export(mut export: Export, encoder: &Encoder, rows: u64, answers: &[Answer]) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    encoder.tail(rows, &mut bytes);
    export.write(&bytes)?;
    let outcome = answers.first().map(|answer| &answer.outcome);
    export.finish(Finished {
        verdict: outcome.map_or(Verdict::Exact, |outcome| outcome.verdict),
        basis: outcome.map(|outcome| outcome.basis.clone()).unwrap_or_default(),
    })
}

/// What a query brought whose rows an earlier run had written to the last.
fn was_whole(context: &Context, opened: &Opened, whole: &Whole) -> Brought {
    let mut answers = abandoned(context, opened, &whole.finished.basis, whole.tally.rows);
    for answer in &mut answers {
        (answer.outcome.verdict, answer.outcome.tally) = (whole.finished.verdict, whole.tally);
    }
    Brought { rows: whole.tally.rows, answers: Some(answers), broken: None }
}

/// Everything that fixes the bytes of an export.
fn fingerprint(query: &Query, show: &Show, opened: &Opened) -> String {
    let profiles: Vec<String> =
        opened.sources.iter().map(|source| format!("{} ({})", source.profile(), source.vendor())).collect();
    let columns = show.columns.as_ref().map(|columns| columns.join(",")).unwrap_or_default();
    format!("{} as {} [{columns}]: {query:?}", profiles.join(", "), show.format)
}

/// Nobody reads any more: a good end.
fn gone(rows: u64) -> Brought {
    Brought { rows, answers: Some(Vec::new()), broken: None }
}

fn collected(context: &Context, query: &Query, show: &Show, opened: &Opened, manner: &Manner, line: &Line) -> Brought {
    let Some((contacts, answers)) = gather(context, query, opened, manner) else {
        return Brought { rows: 0, answers: None, broken: None };
    };
    // Nothing may move below a table, and least of all below a pager.
    line.clear();
    let whole = answers.iter().all(|answer| answer.outcome.error.is_none());
    let nothing_to_show = contacts.is_empty() && !whole && answers.iter().all(|answer| answer.outcome.error.is_some());
    let shown = if (whole || !show.appears_whole()) && !(nothing_to_show && show.format == Format::Table) {
        let link = |contact: &Contact| opened.web_url(contact);
        show.linked_rows(context, &contacts, RecordKind::Contact, opened.wanted() > 1, &link)
    } else {
        Ok(())
    };
    labels::remember(context, &contacts);
    let broken = shown.err().filter(|failure| !is_gone(failure));
    Brought { rows: contacts.len() as u64, answers: Some(answers), broken }
}

/// Tells the failures, the verdicts and the report, and fixes the exit code.
pub fn conclude(
    context: &Context,
    query: &Query,
    show: &Show,
    opened: &Opened,
    brought: Brought,
    if_empty: Option<FailureKind>,
) -> Result<ExitCode, Failure> {
    let Brought { rows, answers, broken } = brought;
    let interrupted = answers.is_none();
    let mut answers = answers.unwrap_or_default();
    let mut failures: Vec<Failure> = opened.failures.clone();
    failures.extend(answers.iter().filter_map(|answer| {
        let error = answer.outcome.error.as_ref()?;
        Some(Failure::from_source(error, &answer.profile, &answer.vendor))
    }));
    for failure in failures.iter().chain(&broken) {
        context.tell(failure);
    }
    let all_failed = failures.len() == opened.wanted();
    let unproved = query.limit.is_none() && answers.iter().any(|answer| answer.outcome.verdict != Verdict::Exact);
    let kind = if interrupted {
        Some(FailureKind::Interrupted)
    } else if let Some(failure) = &broken {
        Some(failure.kind)
    } else if !failures.is_empty() && all_failed && rows == 0 {
        combined(failures.iter().map(|failure| failure.kind))
    } else if !failures.is_empty() || unproved {
        Some(FailureKind::Incomplete)
    } else if rows == 0 {
        if_empty
    } else {
        None
    };
    if interrupted {
        context.say("interrupted; what was printed is good");
    }
    if let Some(failure) = &broken {
        answers.iter_mut().for_each(|answer| spoil(answer, failure));
    }
    summarize(context, query, show, &answers, rows);
    labels::remember_asked(context, query, &answers);
    let code = kind.map_or(0, FailureKind::code);
    if context.report().is_some() {
        let answers = match answers.as_slice() {
            [] if interrupted => abandoned(context, opened, "it was interrupted", rows),
            [] => gone_answers(context, opened, rows),
            _ => answers,
        };
        report::write(context, code, &answers, &opened.failures)?;
    }
    if kind == if_empty && kind.is_some() && failures.is_empty() && broken.is_none() && rows == 0 && !unproved {
        context.tell(&Failure::new(FailureKind::NotFound, "nothing matched"));
    }
    Ok(ExitCode::from(code))
}

/// An answer that could not be written down is not whole, whatever the vendor gave.
fn spoil(answer: &mut Answer, failure: &Failure) {
    if answer.outcome.error.is_none() {
        answer.outcome.verdict = Verdict::Partial;
        "it could not be written".clone_into(&mut answer.outcome.basis);
        answer.failure = Some(failure.clone());
    }
}

/// What a report says of the profiles when nobody read on.
fn gone_answers(context: &Context, opened: &Opened, rows: u64) -> Vec<Answer> {
    let mut answers = abandoned(context, opened, "nobody read on", rows);
    answers.iter_mut().for_each(|answer| answer.outcome.verdict = Verdict::Limited);
    answers
}

/// What a report says of the profiles when the person did not wait for them.
fn abandoned(context: &Context, opened: &Opened, basis: &str, rows: u64) -> Vec<Answer> {
    let now = context.clock.now();
    let mut answers: Vec<Answer> =
        opened.sources.iter().map(|source| ask::abandoned(source.as_ref(), basis, opened.at, now)).collect();
    if let [only] = answers.as_mut_slice() {
        only.outcome.tally.rows = rows;
    }
    answers
}

/// Says what the answer may claim: a line per profile under `--all`, else a short summary of a table.
fn summarize(context: &Context, query: &Query, show: &Show, answers: &[Answer], rows: u64) {
    for answer in answers {
        let outcome = &answer.outcome;
        for warning in &answer.warnings {
            context.say(&format!("warning: {}: {warning}", answer.profile));
        }
        say_age(context, answer);
        if query.limit.is_none() {
            let tally = &outcome.tally;
            let counted = if tally.rows == 1 { "contact" } else { "contacts" };
            let requests = if answer.usage.requests == 1 { "request" } else { "requests" };
            let mut line = format!(
                "{}: {} {counted}, {} ({}), {} {requests}",
                answer.profile,
                progress::grouped(tally.rows),
                outcome.verdict.as_str(),
                outcome.basis,
                progress::grouped(answer.usage.requests)
            );
            if answer.usage.retries > 0 {
                let _ = write!(line, ", {} repeated", answer.usage.retries);
            }
            context.say(&line);
        } else if let Some(gaps) = outcome.tally.gaps() {
            context.say(&format!("note: {}: {gaps}; --all reads until it is sure", answer.profile));
        }
    }
    say_what_may_be_missed(context, query, answers);
    let answered = rows > 0 || answers.iter().any(|answer| answer.outcome.error.is_none());
    if query.limit.is_some() && show.format == Format::Table && answered && show.jq.is_none() {
        context.say(&summary_line(query, answers, rows));
    }
}

/// One line for what the vendors' own search may have missed, where the answer seems whole.
fn say_what_may_be_missed(context: &Context, query: &Query, answers: &[Answer]) {
    let whole = |answer: &&Answer| answer.outcome.verdict != Verdict::Limited && answer.outcome.error.is_none();
    let missed: Vec<&Answer> = answers.iter().filter(|answer| answer.gap.is_some()).filter(whole).collect();
    match missed.as_slice() {
        [] => {}
        [answer] => {
            let gap = answer.gap.as_deref().unwrap_or_default();
            context.say(&format!("note: {}: {gap}; --scan reads everything and matches here", answer.profile));
        }
        several => {
            let count = several.len();
            let what = if query.filter.words.is_empty() {
                "accents and spellings"
            } else {
                "accents, spellings and custom fields"
            };
            context.say(&format!("note: {count} vendors' own search may miss {what}; --scan finds all"));
        }
    }
}

fn summary_line(query: &Query, answers: &[Answer], rows: u64) -> String {
    let started = answers.iter().map(|answer| answer.started_at).min();
    let finished = answers.iter().map(|answer| answer.finished_at).max();
    let millis = started.zip(finished).map_or(0, |(from, to)| to.as_millisecond() - from.as_millisecond());
    let contacts = match rows {
        0 => "no contact".to_owned(),
        1 => "1 contact".to_owned(),
        more => format!("{} contacts", progress::grouped(more)),
    };
    let place = if answers.len() == 1 { answers[0].profile.clone() } else { format!("{} profiles", answers.len()) };
    let limited = answers.iter().any(|answer| answer.outcome.verdict == Verdict::Limited);
    let totals: Option<u64> = answers.iter().map(|answer| answer.outcome.tally.total_after).sum();
    let rest = match (limited, totals.filter(|total| *total > rows && !query.filter.has_text())) {
        (true, Some(total)) => format!(" of {}; --all for the rest", progress::grouped(total)),
        (true, None) => "; there are more (--limit N, --all)".to_owned(),
        (false, _) => String::new(),
    };
    format!("{contacts} in {place}{rest}, {millis} ms")
}
