//! `contacts show` and `contacts channels`: single contacts by their ids.

use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use futures_util::future::join_all;

use crate::model::{Contact, Query};
use crate::render::{ChannelRow, Format, RecordKind};
use crate::source::walk::Verdict;
use crate::source::{ErrorKind, Source, SourceError, Wish};

use super::args::SelectArgs;
use super::ask::Answer;
use super::context::{Context, Opened};
use super::failure::{Failure, FailureKind, combined};
use super::find::{SearchArgs, resolve, shown, text_filter};
use super::local::say_age;
use super::output::{Show, is_gone};
use super::progress::Line;
use super::refresh::{Refreshes, gather};
use super::run::{Brought, conclude, manner};
use super::{interrupt, labels, refresh, report};

/// Most ids read from standard input.
const MOST_IDS: usize = 100_000;

/// Options of `contacts show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// The contact's id, or the address of its page at the vendor; `-` reads ids from standard input
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

/// Options of `contacts channels`.
#[derive(Args, Clone, Debug)]
pub struct ChannelsArgs {
    /// The contact's id, or the address of its page at the vendor; `-` reads ids from standard input
    #[arg(value_name = "ID", required_unless_present = "search", conflicts_with = "search")]
    ids: Vec<String>,
    /// Channels of the contacts that this finds, instead of ids
    #[arg(long, value_name = "QUERY", help_heading = "What to find")]
    search: Option<String>,
    #[command(flatten)]
    select: SelectArgs,
}

/// Runs `contacts show`.
pub fn show(context: &Context, args: &ShowArgs) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context)?;
    show.columns(RecordKind::Contact, false)?;
    let ids = ids(context, &args.ids)?;
    let opened = context.open()?;
    let wish = Wish { labels: true, channels: true, raw: context.globals.raw };
    let Some(found) = fetch(context, &opened, &ids, wish) else { return Ok(interrupted(context)) };
    let Some(found) = found.again(context, &opened, wish) else { return Ok(interrupted(context)) };
    labels::remember(context, &found.contacts);
    let several = opened.wanted() > 1;
    let shown =
        if show.format == Format::Table && show.columns.is_none() && show.jq.is_none() && show.template.is_none() {
            cards(context, &opened, &found.contacts)
        } else {
            show.rows(context, &found.contacts, RecordKind::Contact, several)
        };
    finish(context, &opened, &found, shown)
}

/// Runs `contacts channels`.
pub fn channels(context: &Context, args: &ChannelsArgs) -> Result<ExitCode, Failure> {
    let show = shown(context, &args.select)?;
    show.columns(RecordKind::Channel, false)?;
    if let Some(text) = &args.search {
        let search = SearchArgs { query: vec![text.clone()], ..SearchArgs::default() };
        let query = Query { channels: true, ..resolve(context, &args.select, text_filter(&search)?, &show)? };
        return channels_of_search(context, &query, &show);
    }
    let ids = ids(context, &args.ids)?;
    let opened = context.open()?;
    let wish = Wish { labels: false, channels: true, raw: context.globals.raw };
    let Some(found) = fetch(context, &opened, &ids, wish) else { return Ok(interrupted(context)) };
    let Some(found) = found.again(context, &opened, wish) else { return Ok(interrupted(context)) };
    let rows = rows(&found.contacts, args.select.channel.as_ref());
    if rows.is_empty() && !found.contacts.is_empty() {
        context.say("no channel");
    }
    let shown = show.rows(context, &rows, RecordKind::Channel, opened.wanted() > 1);
    finish(context, &opened, &found, shown)
}

fn channels_of_search(context: &Context, query: &Query, show: &Show) -> Result<ExitCode, Failure> {
    refresh::check(context, query)?;
    let opened = context.open_for(&query.filter.labels)?;
    let line = Line::new(context, &opened.sources, query.limit.is_none());
    let manner = manner(context, &opened, &line);
    let Some((contacts, answers)) = gather(context, query, &opened, &manner) else {
        return Ok(interrupted(context));
    };
    line.clear();
    let rows = rows(&contacts, query.filter.channel.as_ref());
    let shown = show.rows(context, &rows, RecordKind::Channel, opened.wanted() > 1);
    let broken = shown.err().filter(|failure| !is_gone(failure));
    let brought = Brought { rows: contacts.len() as u64, answers: Some(answers), broken };
    conclude(context, query, show, &opened, brought, None)
}

fn rows(contacts: &[Contact], kind: Option<&crate::model::ChannelKind>) -> Vec<ChannelRow> {
    let of = |contact: &Contact| {
        let channels = ChannelRow::of(contact).filter(|row| kind.is_none_or(|kind| row.channel.kind == *kind));
        channels.collect::<Vec<_>>()
    };
    contacts.iter().flat_map(of).collect()
}

fn cards(context: &Context, opened: &Opened, contacts: &[Contact]) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    for (index, contact) in contacts.iter().enumerate() {
        let options = super::output::card_options(context, opened.web_url(contact));
        if index > 0 {
            bytes.push(b'\n');
        }
        crate::render::card(contact, &options, &mut bytes);
    }
    super::pager::print(context, &bytes)
}

/// The ids that were given, `-` replaced by the lines of standard input, each once.
fn ids(context: &Context, given: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids: Vec<String> = Vec::new();
    for id in given {
        if id != "-" {
            ids.push(id.clone());
            continue;
        }
        if context.term.stdin_is_terminal() {
            context.say("reading ids from standard input, one a line; end with Ctrl-D");
        }
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|error| {
                Failure::usage(format!("standard input cannot be read as ids: {error}")).hint("one id a line, in UTF-8")
            })?;
            ids.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
            if ids.len() > MOST_IDS {
                return Err(Failure::usage(format!("more than {MOST_IDS} ids on standard input")));
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    match ids.iter().find(|id| id.trim().is_empty()) {
        Some(_) => Err(Failure::usage("an id is empty").hint("contacts search ann   shows ids in its first column")),
        None => Ok(ids),
    }
}

struct Found {
    contacts: Vec<Contact>,
    missing: Vec<String>,
    /// Failures other than "no such contact", each with its profile.
    failures: Vec<(usize, SourceError)>,
    started: jiff::Timestamp,
    /// What came of reading again what mirrors knew.
    refreshes: Refreshes,
}

impl Found {
    /// Reads again what mirrors knew, if that is wanted. `None` if interrupted.
    fn again(mut self, context: &Context, opened: &Opened, wish: Wish) -> Option<Self> {
        self.refreshes = refresh::contacts_again(context, opened, &mut self.contacts, &mut self.missing, wish)?;
        for (index, source) in opened.sources.iter().enumerate() {
            let error = self.refreshes.get(source.profile()).and_then(|refreshed| refreshed.error.clone());
            self.failures.extend(error.map(|error| (index, error)));
        }
        Some(self)
    }
}

/// Asks every profile for every id; an id may be known to several profiles. `None` if interrupted.
fn fetch(context: &Context, opened: &Opened, ids: &[String], wish: Wish) -> Option<Found> {
    let started = context.clock.now();
    let asked = async {
        let mut found = Found {
            contacts: Vec::new(),
            missing: Vec::new(),
            failures: Vec::new(),
            started,
            refreshes: Refreshes::new(),
        };
        let mut broken = vec![false; opened.sources.len()];
        for id in ids {
            let targets = targets(&opened.sources, id);
            let asked = targets.into_iter().filter(|(index, _)| !broken[*index]).map(|(index, id)| {
                let source = Arc::clone(&opened.sources[index]);
                async move { (index, source.contact(&id, wish).await) }
            });
            let mut known = false;
            let mut failed = false;
            for (index, answer) in join_all(asked).await {
                match answer {
                    Ok(contact) => {
                        known = true;
                        found.contacts.push(contact);
                    }
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => {
                        failed = true;
                        // Another id would fail alike; the failure is told once.
                        broken[index] = !matches!(error.kind, ErrorKind::Usage);
                        found.failures.push((index, error));
                    }
                }
            }
            if !known && !failed && !broken.iter().all(|broken| *broken) {
                found.missing.push(id.clone());
            }
        }
        found
    };
    context.block_on(interrupt::unless_interrupted(asked))
}

/// Which sources may know `id`, and by which id. The address of a page at a vendor belongs to the profile of that account.
fn targets(sources: &[Arc<dyn Source>], id: &str) -> Vec<(usize, String)> {
    let everyone = || sources.iter().enumerate().map(|(index, _)| (index, id.to_owned())).collect::<Vec<_>>();
    if !(id.starts_with("https://") || id.starts_with("http://")) {
        return everyone();
    }
    let Ok(url) = url::Url::parse(id) else { return everyone() };
    let mut found = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Some(spec) = crate::vendor::vendor(source.vendor()) else { continue };
        if let Some(contact) = (spec.parse_web_url)(&url).and_then(|address| address.contact)
            && source.owns_url(&url)
        {
            found.push((index, contact));
        }
    }
    if found.is_empty() { everyone() } else { found }
}

fn finish(context: &Context, opened: &Opened, found: &Found, shown: Result<(), Failure>) -> Result<ExitCode, Failure> {
    if let Err(failure) = shown
        && !is_gone(&failure)
    {
        return Err(failure);
    }
    let mut failures = opened.failures.clone();
    failures.extend(found.failures.iter().map(|(index, error)| {
        let source = &opened.sources[*index];
        Failure::from_source(error, source.profile(), source.vendor())
    }));
    for failure in &failures {
        context.tell(failure);
    }
    for id in &found.missing {
        context.tell(&missing(opened, id));
    }
    let kind = if !failures.is_empty() && found.contacts.is_empty() && found.missing.is_empty() {
        combined(failures.iter().map(|failure| failure.kind))
    } else if !failures.is_empty() {
        Some(FailureKind::Incomplete)
    } else if found.missing.is_empty() {
        None
    } else {
        Some(FailureKind::NotFound)
    };
    let code = kind.map_or(0, FailureKind::code);
    let answers: Vec<Answer> =
        opened.sources.iter().enumerate().map(|(index, source)| answer(context, found, index, source)).collect();
    for answer in &answers {
        for warning in &answer.warnings {
            context.say(&format!("warning: {}: {warning}", answer.profile));
        }
        say_age(context, answer);
    }
    report::write(context, code, &answers, &opened.failures)?;
    Ok(ExitCode::from(code))
}

/// Single contacts as the report tells of them.
fn answer(context: &Context, found: &Found, index: usize, source: &Arc<dyn Source>) -> Answer {
    let error = found.failures.iter().find(|(failed, _)| *failed == index).map(|(_, error)| error.clone());
    let rows = found.contacts.iter().filter(|contact| contact.profile.as_str() == source.profile()).count() as u64;
    let refreshed = found.refreshes.get(source.profile()).cloned();
    let mut outcome = super::ask::failed(SourceError::new(ErrorKind::Unexpected, ""));
    outcome.error = error;
    outcome.tally.rows = rows;
    if outcome.error.is_none() {
        outcome.verdict = Verdict::Exact;
        "asked by id".clone_into(&mut outcome.basis);
    }
    Answer {
        profile: source.profile().to_owned(),
        vendor: source.vendor().to_owned(),
        outcome,
        usage: refreshed.as_ref().map_or_else(|| source.usage(), |refreshed| refreshed.usage),
        started_at: found.started,
        finished_at: context.clock.now(),
        gap: None,
        as_of: source.as_of(),
        warnings: source.warnings(),
        refreshed,
        failure: None,
    }
}

fn missing(opened: &Opened, id: &str) -> Failure {
    let shown: String = id.chars().take(100).collect();
    let failure = Failure::new(FailureKind::NotFound, format!("no contact has the id `{shown}`"));
    match opened.sources.as_slice() {
        [source] => failure.of(source.profile(), source.vendor()),
        sources => {
            let names: Vec<&str> = sources.iter().map(|source| source.profile()).collect();
            failure.hint(format!("asked {}", names.join(", ")))
        }
    }
    .hint("contacts search finds ids by name, e-mail or phone")
}

/// Says that the person interrupted.
pub fn interrupted(context: &Context) -> ExitCode {
    context.say("interrupted");
    ExitCode::from(FailureKind::Interrupted.code())
}
