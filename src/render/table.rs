//! The table: quiet columns that fit the terminal; off a terminal everything, aligned.
//!
//! Contacts and channels are laid out here, because their text needs to be measured as terminals advance. The program's own
//! lists have long sentences, which comfy-table wraps.

use std::borrow::Cow;
use std::fmt::Write as _;

use comfy_table::ContentArrangement;
use jiff::Timestamp;

use crate::model::Channel;
use crate::term::{Paint, Style, cells, cut, visible};

use super::highlight::Highlight;
use super::layout::{GAP, Wish, fit};
use super::{Cell, Columns, Mark, Record, RecordKind, times};

/// What stands in a cell without a value.
const NOTHING: &str = "–";

/// Cells before the first column on a terminal.
const INDENT: usize = 2;

/// How a table is drawn.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// The terminal's width in cells; `None` off a terminal: nothing is cut or left out.
    pub width: Option<usize>,
    /// Whether it is painted.
    pub color: Paint,
    /// Whether every column is shown in full on a terminal too.
    pub wide: bool,
    /// The present, for relative times.
    pub now: Timestamp,
    /// Whether times are told as `3 h ago`.
    pub relative_times: bool,
    /// Words that were searched for.
    pub highlight: Vec<String>,
    /// Whether links given to [`Table::push_linked`] are written.
    pub links: bool,
}

/// What a table could not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSummary {
    /// Paths of the columns that were left out.
    pub hidden: Vec<String>,
    /// How many cells were cut.
    pub cut: usize,
}

/// A table in the making; it holds its rows until the end, since widths depend on all of them.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Drawn>,
    kind: RecordKind,
    options: TableOptions,
    highlight: Highlight,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Drawn {
    path: String,
    title: String,
    natural: usize,
    need: Option<u8>,
}

#[derive(Debug)]
struct Row {
    cells: Vec<Box<str>>,
    mark: Mark,
    link: Option<Box<str>>,
}

impl Table {
    /// An empty table. On a terminal the default columns come in the order in which a person looks for them.
    pub fn new(columns: &Columns, options: TableOptions) -> Self {
        let mut drawn: Vec<Drawn> = columns
            .iter()
            .map(|column| {
                let path = column.path().to_owned();
                let title = if options.width.is_some() { column.title() } else { path.to_uppercase() };
                let need = (!columns.are_chosen()).then(|| need(&path));
                Drawn { natural: cells(&visible(&title)), title: visible(&title).into_owned(), path, need }
            })
            .collect();
        if options.width.is_some() && !columns.are_chosen() && columns.kind() == RecordKind::Contact {
            drawn.sort_by_key(|column| std::cmp::Reverse(place(&column.path)));
        }
        let highlight = Highlight::new(if options.color == Paint::Colored { &options.highlight } else { &[] });
        Self { columns: drawn, kind: columns.kind(), options, highlight, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, record: &dyn Record) {
        self.push_linked(record, None);
    }

    /// Adds a row whose name leads to `url`, which must be of the profile's own host; only plain `https` and `http` URLs become links.
    pub fn push_linked(&mut self, record: &dyn Record, url: Option<&str>) {
        let link = url.filter(|url| self.options.links && is_plain_url(url)).map(Into::into);
        let mark = if self.options.width.is_some() { record.mark() } else { Mark::None };
        let mut row = Row { cells: Vec::with_capacity(self.columns.len()), mark, link };
        let marked = self.marked_column();
        for (index, column) in self.columns.iter_mut().enumerate() {
            let text = self.options.draw(&record.cell(&column.path));
            let suffix = if index == marked { cells(suffix(mark)) } else { 0 };
            column.natural = column.natural.max(cells(&text) + suffix);
            row.cells.push(text.into());
        }
        self.rows.push(row);
    }

    /// Appends the table, header first; nothing at all if there are no rows.
    pub fn finish(self, out: &mut Vec<u8>) -> TableSummary {
        if self.rows.is_empty() {
            return TableSummary::default();
        }
        if let RecordKind::Keyed(_) = self.kind {
            self.finish_keyed(out);
            return TableSummary::default();
        }
        let indent = if self.options.width.is_some() { INDENT } else { 0 };
        let (indent, widths) = match self.options.width {
            Some(width) if !self.options.wide => {
                let wishes: Vec<Wish> = self
                    .columns
                    .iter()
                    .map(|column| Wish { natural: column.natural, least: least(&column.path), need: column.need })
                    .collect();
                let indent = if width > 8 * INDENT { indent } else { 0 };
                (indent, fit(&wishes, width.saturating_sub(indent)))
            }
            _ => (indent, self.columns.iter().map(|column| Some(column.natural)).collect()),
        };
        let mut cut_cells = 0;
        let mut text = String::new();
        let titles: Vec<&str> = self.columns.iter().map(|column| column.title.as_str()).collect();
        self.line(&titles, &widths, indent, None, &mut text);
        for row in &self.rows {
            let cells: Vec<&str> = row.cells.iter().map(AsRef::as_ref).collect();
            cut_cells += self.line(&cells, &widths, indent, Some(row), &mut text);
            if text.len() > 1 << 16 {
                out.extend_from_slice(text.as_bytes());
                text.clear();
            }
        }
        out.extend_from_slice(text.as_bytes());
        let hidden = self.columns.iter().zip(&widths).filter(|(_, width)| width.is_none());
        TableSummary { hidden: hidden.map(|(column, _)| column.path.clone()).collect(), cut: cut_cells }
    }

    /// Appends a line; the number of cells that were cut.
    fn line(
        &self,
        texts: &[&str],
        widths: &[Option<usize>],
        indent: usize,
        row: Option<&Row>,
        out: &mut String,
    ) -> usize {
        let marked = self.marked_column();
        let last = widths.iter().rposition(Option::is_some).unwrap_or(0);
        let mut cut_cells = 0;
        let mut due = indent;
        for (index, (text, width)) in texts.iter().zip(widths).enumerate() {
            let Some(width) = *width else { continue };
            out.extend(std::iter::repeat_n(' ', due));
            let suffix = row.filter(|_| index == marked).map_or("", |row| suffix(row.mark));
            let suffix = if cells(suffix) + 4 <= width { suffix } else { "" };
            let shown = cut(text, width - cells(suffix));
            cut_cells += usize::from(matches!(shown, Cow::Owned(_)));
            let used = cells(&shown) + cells(suffix);
            match row {
                None => self.options.color.write(Style::Dim, &shown, out),
                Some(row) => {
                    let link = row.link.as_deref().filter(|_| index == marked);
                    if let Some(link) = link {
                        write!(out, "\u{1b}]8;;{link}\u{1b}\\").expect("writing to a string cannot fail");
                    }
                    let style = match row.mark {
                        Mark::Blocked if index == marked => Style::Struck,
                        Mark::None if index == marked => Style::Bold,
                        _ if *shown == *NOTHING => Style::Dim,
                        _ => Style::Normal,
                    };
                    self.paint(&shown, style, out);
                    if link.is_some() {
                        out.push_str("\u{1b}]8;;\u{1b}\\");
                    }
                    let style = if row.mark == Mark::Blocked { Style::Error } else { Style::Dim };
                    self.options.color.write(style, suffix, out);
                }
            }
            due = GAP + width.saturating_sub(used);
            if index == last {
                break;
            }
        }
        out.push('\n');
        cut_cells
    }

    fn paint(&self, text: &str, style: Style, out: &mut String) {
        let color = self.options.color;
        if color == Paint::Plain {
            out.push_str(text);
            return;
        }
        let mut done = 0;
        for range in self.highlight.find(text) {
            paint_ticks(color, &text[done..range.start], style, out);
            color.write(Style::Match, &text[range.clone()], out);
            done = range.end;
        }
        paint_ticks(color, &text[done..], style, out);
    }

    /// The column that carries a row's mark and link: the name, else the first.
    fn marked_column(&self) -> usize {
        let wanted: &[&str] = if self.kind == RecordKind::Channel { &["kind"] } else { &["name"] };
        self.columns.iter().position(|column| wanted.contains(&column.path.as_str())).unwrap_or(0)
    }

    /// Draws one of the program's own lists; long sentences wrap.
    fn finish_keyed(self, out: &mut Vec<u8>) {
        let width = self.options.width.filter(|_| !self.options.wide);
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        match width.and_then(|width| u16::try_from(width).ok()) {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        table.set_header(self.columns.iter().map(|column| column.title.as_str()));
        for row in &self.rows {
            table.add_row(row.cells.iter().map(AsRef::as_ref).map(|cell: &str| comfy_table::Cell::new(cell)));
        }
        let indent = if self.options.width.is_some() { INDENT } else { 0 };
        for (index, column) in table.column_iter_mut().enumerate() {
            let left = if index == 0 { u16::try_from(indent).unwrap_or(0) } else { 0 };
            column.set_padding((left, u16::try_from(GAP).unwrap_or(2)));
        }
        for (index, line) in table.lines().enumerate() {
            let style = if index == 0 { Style::Dim } else { Style::Normal };
            let line = line.trim_end();
            out.extend_from_slice(self.options.color.text(style, line).as_bytes());
            out.push(b'\n');
        }
    }
}

impl TableOptions {
    /// The text of a cell, made visible.
    fn draw(&self, cell: &Cell<'_>) -> String {
        let text = match cell {
            Cell::Empty => NOTHING.into(),
            Cell::Time(time) if self.relative_times => times::relative(*time, self.now),
            Cell::Bool(flag) if self.width.is_some() => if *flag { "yes" } else { "no" }.into(),
            Cell::Channels(channels) => channel_words(channels),
            Cell::List(cells) if cells.iter().any(|cell| matches!(cell, Cell::Empty)) => {
                let present = cells.iter().filter(|cell| **cell != Cell::Empty).cloned().collect();
                Cell::List(present).to_plain()
            }
            other => other.to_plain(),
        };
        match visible(&text) {
            Cow::Borrowed("") => NOTHING.to_owned(),
            Cow::Borrowed(_) => text,
            Cow::Owned(shown) => shown,
        }
    }
}

/// `web ✓ · email ×2 · sms ⊘`: each kind once, `✓` where the contact was verified on it, `⊘` where it is blocked.
fn channel_words(channels: &[Channel]) -> String {
    let mut kinds: Vec<(&str, usize, &str)> = Vec::new();
    for channel in channels {
        let sign = match (channel.blocked, channel.verified) {
            (Some(true), _) => " ⊘",
            (_, Some(true)) => " ✓",
            _ => "",
        };
        match kinds.iter_mut().find(|(kind, _, known)| *kind == channel.kind.as_str() && *known == sign) {
            Some((_, count, _)) => *count += 1,
            None => kinds.push((channel.kind.as_str(), 1, sign)),
        }
    }
    let words = kinds.into_iter().map(|(kind, count, sign)| match count {
        1 => format!("{kind}{sign}"),
        _ => format!("{kind}{sign} ×{count}"),
    });
    words.collect::<Vec<_>>().join(" · ")
}

fn paint_ticks(color: Paint, text: &str, style: Style, out: &mut String) {
    for part in text.split_inclusive('✓') {
        match part.strip_suffix('✓') {
            Some(before) => {
                color.write(style, before, out);
                color.write(Style::Good, "✓", out);
            }
            None => color.write(style, part, out),
        }
    }
}

fn suffix(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Blocked => " (blocked)",
        Mark::Unknown => " (unknown)",
    }
}

/// How much a default column is needed when room is short.
fn need(path: &str) -> u8 {
    match path {
        "name" | "kind" => 100,
        "emails" | "contact_name" => 90,
        "phones" | "destination" => 80,
        "channels" | "value" => 70,
        "profile" => 60,
        "last_activity_at" | "last_chat.at" => 50,
        "verified" => 45,
        "blocked" => 40,
        _ => 30,
    }
}

/// Where a default column stands on a terminal: the higher, the further left.
fn place(path: &str) -> u8 {
    match path {
        "last_activity_at" => 65,
        _ => need(path),
    }
}

/// Cells below which a column is better left out.
fn least(path: &str) -> usize {
    match path {
        "emails" | "destination" | "value" | "id" | "contact_id" => 24,
        "phones" => 17,
        "channels" => 14,
        "last_activity_at" | "created_at" | "updated_at" | "last_chat.at" => 20,
        _ => 12,
    }
}

/// Whether `url` can stand in an escape sequence: an ASCII web address without control characters or white space.
fn is_plain_url(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() < 2_000
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}
