//! How an answer is shown: which format, which columns, to which place.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::SecretSource;
use crate::render::{
    CardOptions, Columns, EncodeOptions, Encoder, Format, JqError, JqFilter, Record, RecordKind, Table, TableOptions,
    Template, TemplateError, TemplateOptions, XlsxError, XlsxSheet,
};
use crate::term::{ColorChoice, Paint};

use super::context::Context;
use super::destination::stdout_failure;
use super::export::Export;
use super::failure::{Failure, FailureKind};
use super::pager;
use super::place::Place;

pub use super::destination::{Destination, is_gone};

/// How an answer is shown.
pub struct Show {
    /// The format.
    pub format: Format,
    /// The columns that were asked for.
    pub columns: Option<Vec<String>>,
    columns_typed: bool,
    /// Whether the columns are shown as wide as they are.
    wide: bool,
    /// A jq program for the JSON.
    pub jq: Option<JqFilter>,
    /// A template's source.
    pub template: Option<String>,
    /// Words that were searched for, to be highlighted in a table.
    pub highlight: Vec<String>,
    /// Where it goes.
    pub out: Place,
    /// The state of an export that survives, with which it goes to its file.
    pub resume: Option<PathBuf>,
    csv_safe: bool,
}

impl Show {
    /// What the options, the environment and the configuration say.
    pub fn resolve(context: &Context) -> Result<Self, Failure> {
        Self::resolve_to(context, None, None)
    }

    /// [`Self::resolve`] with `--out` and `--resume`.
    pub fn resolve_to(context: &Context, out: Option<&Path>, resume: Option<&Path>) -> Result<Self, Failure> {
        let globals = &context.globals;
        let (ending, resume) =
            (out.and_then(format_of), resume.map(|state| Place::file(state, "--resume")).transpose()?);
        let out = match (out, &resume) {
            (None, _) => Place::Standard,
            (Some(path), None) => Place::of(path, "--out")?,
            (Some(path), Some(_)) => Place::file(path, "--out").map(Place::File).map_err(|failure| {
                failure.hint("--resume goes on with a file; leave it out, or name a file with --out")
            })?,
        };
        check_distinct(context, &out, resume.as_deref())?;
        if let Some(format) = globals.output
            && format != Format::Json
            && (globals.jq.is_some() || globals.template.is_some())
        {
            let option = if globals.jq.is_some() { "--jq" } else { "--template" };
            return Err(Failure::usage(format!("{option} works on JSON, not on `{format}`")).hint("leave --output out"));
        }
        let format = match (globals.output, context.env.text("CONTACTS_OUTPUT"), context.defaults().output) {
            (Some(format), ..) => format,
            _ if globals.jq.is_some() || globals.template.is_some() => Format::Json,
            _ if let Some(format) = ending => format,
            (None, Some(word), _) if !word.is_empty() => {
                word.parse().map_err(|error| Failure::usage(format!("CONTACTS_OUTPUT: {error}")))?
            }
            (None, _, Some(word)) => {
                word.parse().map_err(|error| Failure::usage(format!("[defaults] output: {error}")))?
            }
            _ => Format::Table,
        };
        warn_of_idle_options(context, format);
        let terminal = goes_to_terminal(context, &out);
        let jq = globals.jq.as_deref().map(JqFilter::compile).transpose()?;
        let jq = jq.map(|jq| jq.with_env(variables_of_filters(context)));
        let eyes = terminal || (out == Place::Standard && json_color(context) == Paint::Colored);
        let jq = jq.map(|jq| if eyes { jq.for_terminal(json_color(context)) } else { jq });
        let template = globals.template.clone();
        if let Some(source) = &template {
            Template::compile(source, template_options(context, terminal))?;
        }
        if format == Format::Xlsx && terminal {
            return Err(
                Failure::usage("xlsx is no format for a terminal").hint("add --out FILE.xlsx, or redirect the output")
            );
        }
        let columns = globals.columns.clone().or_else(|| context.defaults().columns.clone());
        let columns_typed = globals.columns.is_some();
        let wide = globals.wide || columns.is_some();
        Ok(Self {
            format,
            columns,
            columns_typed,
            wide,
            jq,
            template,
            highlight: Vec::new(),
            out,
            resume,
            csv_safe: globals.csv_safe,
        })
    }

    /// As [`Self::resolve`] for one of the program's own lists: the configured columns are meant for contacts, and a person's
    /// table has those in `table` unless others are asked for.
    pub fn resolve_own(context: &Context, table: &[&str]) -> Result<Self, Failure> {
        let show = Self::resolve(context)?;
        if show.columns_typed {
            return Ok(show);
        }
        let columns = (show.format == Format::Table && !table.is_empty())
            .then(|| table.iter().copied().map(String::from).collect::<Vec<_>>());
        Ok(Self { columns_typed: columns.is_some(), columns, wide: context.globals.wide, ..show })
    }

    /// Whether labels are asked for by name, where they cost requests of their own.
    pub fn wants_labels(&self) -> bool {
        self.columns.as_ref().is_some_and(|columns| columns.iter().any(|column| column.trim() == "labels"))
    }

    /// Whether rows can be rendered one by one, as they come.
    pub fn is_streaming(&self) -> bool {
        (self.format.is_streaming() || self.format == Format::Xlsx) && self.jq.is_none() && self.template.is_none()
    }

    /// The columns for rows of `kind`.
    pub fn columns(&self, kind: RecordKind, several: bool) -> Result<Columns, Failure> {
        // `[defaults] columns` are meant for contacts.
        let chosen = self.columns.as_deref().filter(|_| self.columns_typed || kind == RecordKind::Contact);
        Columns::resolve(kind, chosen, several).map_err(|error| Failure::usage(error.message).hint(error.hint))
    }

    /// An encoder for the streaming formats.
    pub fn encoder(&self, context: &Context, columns: Columns) -> Encoder {
        let tty = goes_to_terminal(context, &self.out);
        let color = if self.out == Place::Standard { json_color(context) } else { Paint::Plain };
        let options = EncodeOptions { csv_safe: self.csv_safe, tty, color, ..EncodeOptions::default() };
        Encoder::new(self.format, columns, options)
    }

    /// Opens the place the answer goes to.
    pub fn destination(&self, context: &Context) -> Result<Destination, Failure> {
        Destination::open(&self.out, &context.term)
    }

    /// Whether the answer appears whole or not at all; else it is written as it comes.
    pub fn appears_whole(&self) -> bool {
        matches!(self.out, Place::File(_))
    }

    /// The file and the state of an export that survives, if it is to be one.
    pub fn survives(&self) -> Option<(&Path, &Path)> {
        match (&self.out, &self.resume) {
            (Place::File(out), Some(state)) => Some((out, state)),
            _ => None,
        }
    }

    /// Shows rows that are all there.
    pub fn rows<T: Record>(
        &self,
        context: &Context,
        rows: &[T],
        kind: RecordKind,
        several: bool,
    ) -> Result<(), Failure> {
        self.linked_rows(context, rows, kind, several, &|_| None)
    }

    /// Shows rows that are all there; `link` gives a row's page at the vendor, for terminals that take links.
    pub fn linked_rows<T: Record>(
        &self,
        context: &Context,
        rows: &[T],
        kind: RecordKind,
        several: bool,
        link: &dyn Fn(&T) -> Option<String>,
    ) -> Result<(), Failure> {
        let columns = self.columns(kind, several)?;
        let mut out = self.destination(context)?;
        let mut bytes = Vec::new();
        if let Some(source) = &self.template {
            let terminal = goes_to_terminal(context, &self.out);
            let mut template = Template::compile(source, template_options(context, terminal))?;
            for row in rows {
                template.push(row, &mut bytes)?;
            }
            template.finish(&mut bytes)?;
            out.write(&bytes)?;
            return out.finish();
        }
        if self.jq.is_some() {
            return self.filtered(rows, out);
        }
        match self.format {
            Format::Table => {
                let mut table = Table::new(&columns, table_options(context, self));
                for row in rows {
                    table.push_linked(row, link(row).as_deref());
                }
                if !rows.is_empty() {
                    let summary = table.finish(&mut bytes);
                    pager::show(context, &mut out, &bytes)?;
                    out.flush()?;
                    if !summary.hidden.is_empty() && context.term.stdout_is_terminal() {
                        context.say(&format!("not shown for lack of room: {} (--wide)", summary.hidden.join(", ")));
                    }
                }
            }
            Format::Xlsx => {
                let mut sheet = XlsxSheet::new(&columns)?;
                for row in rows {
                    sheet.push(row)?;
                }
                sheet.finish(&mut bytes)?;
                out.write(&bytes)?;
            }
            _ => {
                let encoder = self.encoder(context, columns);
                encoder.head(&mut bytes);
                for (index, row) in rows.iter().enumerate() {
                    if index > 0 {
                        bytes.extend_from_slice(encoder.between());
                    }
                    encoder.row(row, &mut bytes);
                    if bytes.len() > 1 << 16 {
                        out.write(&bytes)?;
                        bytes.clear();
                    }
                }
                encoder.tail(rows.len() as u64, &mut bytes);
                out.write(&bytes)?;
                self.warn_of_formulas(context, &encoder);
            }
        }
        out.finish()
    }

    fn filtered<T: Record>(&self, rows: &[T], mut out: Destination) -> Result<(), Failure> {
        let mut json = vec![b'['];
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            row.write_json(&mut json);
        }
        json.push(b']');
        self.filter(&json, &mut out)?;
        out.finish()
    }

    /// Puts JSON through `--jq` and writes what comes out, a line each.
    pub fn filter(&self, json: &[u8], out: &mut Destination) -> Result<(), Failure> {
        let Some(jq) = &self.jq else { return out.write(json) };
        let mut broken = None;
        let ran = jq.run_while(json, &mut |line| {
            let written = out.write(line).and_then(|()| out.write(b"\n"));
            broken = written.err();
            broken.is_none()
        });
        match (broken, ran) {
            (Some(failure), _) => Err(failure),
            (None, ran) => Ok(ran?),
        }
    }

    /// Warns of cells that a spreadsheet would run.
    pub fn warn_of_formulas(&self, context: &Context, encoder: &Encoder) {
        let cells = encoder.formula_cells();
        if cells > 0 && !self.csv_safe {
            let them = if cells == 1 { "it" } else { "them" };
            context.say(&format!(
                "warning: {cells} {} to a spreadsheet; --csv-safe guards {them}, -o xlsx makes {them} inert",
                if cells == 1 { "cell looks like a formula" } else { "cells look like formulas" }
            ));
        }
    }
}

/// That the answer, its state, the report and the trace are not to be one file.
fn check_distinct(context: &Context, out: &Place, resume: Option<&Path>) -> Result<(), Failure> {
    let beside: Vec<PathBuf> = resume.map(Export::files).into_iter().flatten().collect();
    let mut named: Vec<(&str, &Path)> = beside.iter().map(|path| ("--resume", path.as_path())).collect();
    named.extend(out.as_file().map(|path| ("--out", path)));
    context.check_distinct(&named)
}

/// Whether the answer is read by somebody at a terminal, or drives one at least.
fn goes_to_terminal(context: &Context, out: &Place) -> bool {
    if *out == Place::Standard { context.term.stdout_is_terminal() } else { out.is_terminal() }
}

/// The format that a file's ending tells.
fn format_of(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "jsonl" => Some(Format::Ndjson),
        "yml" => Some(Format::Yaml),
        "table" => None,
        ending => ending.parse().ok(),
    }
}

/// Says which options were typed for nothing.
fn warn_of_idle_options(context: &Context, format: Format) {
    let globals = &context.globals;
    let whole = matches!(format, Format::Json | Format::Ndjson | Format::Yaml) && globals.jq.is_none();
    if whole && globals.template.is_none() && globals.columns.is_some() {
        context.say(&format!(
            "warning: --columns changes nothing in {format}, which has every key; --jq chooses among them"
        ));
    }
    if globals.csv_safe && format != Format::Csv {
        context.say(&format!("warning: --csv-safe changes nothing in {format}; it is for -o csv"));
    }
}

/// The variables that a filter may see: none of this program's own, no proxy, which may name a password, and none from which
/// a profile has a secret.
fn variables_of_filters(context: &Context) -> impl Iterator<Item = (&str, &str)> {
    let mut secret = BTreeSet::new();
    let profiles = context.config().map(|config| config.profiles.as_slice()).unwrap_or_default();
    for profile in profiles.iter().filter_map(|(_, profile)| profile.as_ref().ok()) {
        secret.extend(profile.secrets.values().filter_map(|source| match source {
            SecretSource::Env(name) => Some(name.as_str()),
            _ => None,
        }));
    }
    let texts = context.env.vars().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)));
    texts.filter(move |(name, _)| {
        let upper = name.to_uppercase();
        !upper.starts_with("CONTACTS_") && !upper.ends_with("_PROXY") && !secret.contains(name)
    })
}

/// Whether JSON on stdout is painted. Off a terminal a program reads it, whatever the environment says: only `--color always`,
/// typed for this very run, puts colour into data.
fn json_color(context: &Context) -> Paint {
    let typed = context.globals.color == Some(ColorChoice::Always);
    if context.term.stdout_is_terminal() || typed { context.term.color() } else { Paint::Plain }
}

fn table_options(context: &Context, show: &Show) -> TableOptions {
    let terminal = goes_to_terminal(context, &show.out);
    TableOptions {
        width: context.term.width().filter(|_| terminal),
        color: if show.out == Place::Standard { context.term.color() } else { Paint::Plain },
        wide: show.wide,
        now: context.clock.now(),
        relative_times: terminal,
        highlight: show.highlight.clone(),
        links: terminal && context.term.takes_links(),
    }
}

/// How a card is shown on stdout.
pub fn card_options(context: &Context, web_url: Option<String>) -> CardOptions {
    let terminal = context.term.stdout_is_terminal();
    CardOptions {
        width: context.term.width().filter(|_| terminal),
        color: context.term.color(),
        now: context.clock.now(),
        relative_times: terminal,
        web_url,
    }
}

fn template_options(context: &Context, tty: bool) -> TemplateOptions {
    TemplateOptions { now: context.clock.now(), tty }
}

impl From<JqError> for Failure {
    fn from(error: JqError) -> Self {
        let failure = Self { lines: error.lines, ..Self::usage(error.message) };
        error.hint.into_iter().fold(failure, Self::hint)
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let failure = Self { lines: error.lines, ..Self::usage(error.message) };
        error.hint.into_iter().fold(failure, Self::hint)
    }
}

impl From<XlsxError> for Failure {
    fn from(error: XlsxError) -> Self {
        Self::new(FailureKind::Unexpected, error.to_string())
    }
}

/// Prints text that a command made itself.
pub fn print(context: &Context, text: &[u8]) -> Result<ExitCode, Failure> {
    let mut out = context.term.out();
    out.write_all(text).and_then(|()| out.flush()).map_err(|error| stdout_failure(&error))?;
    Ok(ExitCode::SUCCESS)
}
