//! The table: quiet columns that fit the terminal; off a terminal everything, aligned.
//!
//! Contacts and channels are laid out here, because their text needs to be measured as terminals advance; the program's own
//! lists in [`super::keyed`]. Right-to-left names are not put between isolates: those are bidi controls, none of which is ever
//! sent, and a terminal that reorders does so within a line, so that names stand first and suffer least.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::term::{Paint, Style, cells, cut, visible};

use super::drawing::{NOTHING, draw, least, need, place};
use super::highlight::Highlight;
use super::keyed;
use super::layout::{GAP, Wish, fit};
use super::{Columns, Mark, Record, RecordKind};

/// Cells before the first column on a terminal.
pub(super) const INDENT: usize = 2;

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
            let text = draw(&record.cell(&column.path), &self.options);
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
            let titles = self.columns.iter().map(|column| column.title.as_str());
            keyed::write(titles, self.rows.iter().map(|row| row.cells.as_slice()), &self.options, out);
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

/// Whether `url` can stand in an escape sequence: an ASCII web address without control characters or white space.
fn is_plain_url(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() < 2_000
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[expect(clippy::unicode_not_nfc, reason = "decomposed names are what is tested")]
mod tests {
    use super::*;
    use crate::model::{Channel, ChannelKind, Contact, Email, Phone, Time};
    use crate::render::KeyedRow;

    fn contact(id: &str, name: &str, email: &str, phone: &str, active: &str) -> Contact {
        let mut contact = Contact::new("demo", "rocketchat", id);
        contact.name = (!name.is_empty()).then(|| name.into());
        contact.emails = vec![Email { address: email.into(), verified: None }];
        contact.phones =
            [phone].iter().filter(|p| !p.is_empty()).map(|p| Phone { number: (*p).into(), e164: None }).collect();
        contact.last_activity_at = Time::parse(active);
        contact
    }

    fn people() -> Vec<Contact> {
        let mut boris = contact(
            "673be1711e2e6feb77939a7b",
            "Boris Doe",
            "boris@doe.example",
            "+1 202 555 0143",
            "2026-11-22T09:00:00Z",
        );
        boris.channels =
            vec![Channel::new(ChannelKind::from_vendor("web")), Channel::new(ChannelKind::from_vendor("whatsapp"))];
        boris.channels[0].verified = Some(true);
        let mut han = contact("17", "田中 太郎", "tanaka@mail.example", "", "2026-11-20T09:00:00Z");
        han.blocked = Some(true);
        let mut alaa = contact("18", "علاء الدين", "alaa@mail.example", "+20 2 27948576", "2026-11-12T09:00:00Z");
        alaa.unknown = Some(true);
        let family = contact("19", "👨‍👩‍👧 Zoe\u{308}", "z@mail.example", "", "2024-11-12T09:00:00Z");
        let hostile =
            contact("20", "\u{1b}]0;pwned\u{7}\u{202e}x", "a-very-long-address-of-a-customer@mail.example", "", "");
        let nobody = contact("21", "", "", "", "");
        vec![boris, han, alaa, family, hostile, nobody]
    }

    fn options(width: Option<usize>) -> TableOptions {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        TableOptions { width, now, relative_times: width.is_some(), ..TableOptions::default() }
    }

    fn drawn(width: Option<usize>) -> (String, TableSummary) {
        let columns = Columns::resolve(RecordKind::Contact, None, true).unwrap();
        let mut table = Table::new(&columns, options(width));
        for contact in &people() {
            table.push(contact);
        }
        let mut out = Vec::new();
        let summary = table.finish(&mut out);
        (String::from_utf8(out).unwrap(), summary)
    }

    #[test]
    fn eighty_columns() {
        let (text, summary) = drawn(Some(80));
        insta::assert_snapshot!(text, @r#"
NAME             EMAIL                       PHONE            CHANNELS
Boris Doe        boris@doe.example           +1 202 555 0143  web ✓ · whatsapp
田中… (blocked)  tanaka@mail.example         –                –
علاء… (unknown)  alaa@mail.example           +20 2 27948576   –
👨‍👩‍👧 Zoë           z@mail.example              –                –
\u{1b}]0;pwned…  a-very-long-address-of-a-…  –                –
–                –                           –                –
"#);
        assert_eq!(summary.hidden, ["last_activity_at", "profile", "id"]);
        assert_eq!(summary.cut, 4);
    }

    #[test]
    fn twenty_columns() {
        let (text, _) = drawn(Some(20));
        insta::assert_snapshot!(text, @r#"
NAME
Boris Doe
田中 太… (blocked)
علاء ال… (unknown)
👨‍👩‍👧 Zoë
\u{1b}]0;pwned\u{…
–
"#);
    }

    #[test]
    fn two_hundred_columns() {
        let (text, _) = drawn(Some(200));
        insta::assert_snapshot!(text, @r#"
NAME                          EMAIL                                           PHONE            CHANNELS          LAST ACTIVE  PROFILE  ID
Boris Doe                     boris@doe.example                               +1 202 555 0143  web ✓ · whatsapp  3 h ago      demo     673be1711e2e6feb77939a7b
田中 太郎 (blocked)           tanaka@mail.example                             –                –                 2 d ago      demo     17
علاء الدين (unknown)          alaa@mail.example                               +20 2 27948576   –                 12 Nov       demo     18
👨‍👩‍👧 Zoë                        z@mail.example                                  –                –                 12 Nov 2024  demo     19
\u{1b}]0;pwned\u{7}\u{202e}x  a-very-long-address-of-a-customer@mail.example  –                –                 –            demo     20
–                             –                                               –                –                 –            demo     21
"#);
    }

    #[test]
    fn off_a_terminal() {
        let (text, _) = drawn(None);
        insta::assert_snapshot!(text, @r#"
PROFILE  ID                        NAME                          EMAILS                                          PHONES           CHANNELS          LAST_ACTIVITY_AT
demo     673be1711e2e6feb77939a7b  Boris Doe                     boris@doe.example                               +1 202 555 0143  web ✓ · whatsapp  2026-11-22T09:00:00Z
demo     17                        田中 太郎                     tanaka@mail.example                             –                –                 2026-11-20T09:00:00Z
demo     18                        علاء الدين                    alaa@mail.example                               +20 2 27948576   –                 2026-11-12T09:00:00Z
demo     19                        👨‍👩‍👧 Zoë                        z@mail.example                                  –                –                 2024-11-12T09:00:00Z
demo     20                        \u{1b}]0;pwned\u{7}\u{202e}x  a-very-long-address-of-a-customer@mail.example  –                –                 –
demo     21                        –                             –                                               –                –                 –
"#);
    }

    #[test]
    fn colour_marks_what_matters() {
        let paths = ["name", "emails", "channels"].map(str::to_owned);
        let columns = Columns::resolve(RecordKind::Contact, Some(&paths), false).unwrap();
        let highlight = vec!["doe".to_owned()];
        let mut table =
            Table::new(&columns, TableOptions { color: Paint::Colored, highlight, links: true, ..options(Some(100)) });
        let people = people();
        table.push_linked(&people[0], Some("https://chat.example.com/live/1"));
        table.push_linked(&people[1], Some("https://chat.example.com/\u{1b}]0;x"));
        let mut out = Vec::new();
        table.finish(&mut out);
        let text = String::from_utf8(out).unwrap().replace('\u{1b}', "^");
        insta::assert_snapshot!(text, @r#"
^[2mNAME^[0m                 ^[2mEMAIL^[0m                ^[2mCHANNELS^[0m
^]8;;https://chat.example.com/live/1^\^[1mBoris ^[0m^[1m^[35mDoe^[0m^]8;;^\            boris@^[1m^[35mdoe^[0m.example    web ^[32m✓^[0m · whatsapp
^[2m^[9m田中 太郎^[0m^[1m^[31m (blocked)^[0m  tanaka@mail.example  ^[2m–^[0m
"#);
    }

    #[test]
    fn chosen_columns_stay_and_wide_shows_all() {
        let (_, summary) = drawn(Some(30));
        assert!(summary.hidden.contains(&"emails".to_owned()));
        let columns = Columns::resolve(RecordKind::Contact, None, true).unwrap();
        let mut table = Table::new(&columns, TableOptions { wide: true, ..options(Some(40)) });
        for contact in &people() {
            table.push(contact);
        }
        assert_eq!(table.finish(&mut Vec::new()), TableSummary::default());
        let paths = ["id", "name", "emails"].map(str::to_owned);
        let columns = Columns::resolve(RecordKind::Contact, Some(&paths), true).unwrap();
        let mut table = Table::new(&columns, options(Some(40)));
        for contact in &people() {
            table.push(contact);
        }
        assert_eq!(table.finish(&mut Vec::new()).hidden, Vec::<String>::new());
    }

    #[test]
    fn columns_are_straight_and_fit_at_any_width() {
        for width in 1..=220 {
            let (text, _) = drawn(Some(width));
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines.iter().all(|line| cells(line) <= width), "{width}:\n{text}");
            let Some(at) = lines[0].find("EMAIL") else { continue };
            for line in &lines {
                let before = cells(&cut_at(line, at));
                assert_eq!(before, at, "{width}:\n{text}");
            }
        }
    }

    /// The beginning of `line` up to the column that begins at cell `at`.
    fn cut_at(line: &str, at: usize) -> String {
        let mut before = String::new();
        for c in line.chars() {
            if cells(&before) >= at {
                break;
            }
            before.push(c);
        }
        before
    }

    #[test]
    fn the_programs_own_lists_wrap() {
        let row =
            KeyedRow::new().with("name", "rocketchat").with("notes", "rows come in no order that can be relied on");
        for (width, lines) in [(Some(40), 3), (None, 2), (Some(1), 0)] {
            let mut table = Table::new(&Columns::keyed(&["name", "notes"]), options(width));
            table.push(&row);
            let mut out = Vec::new();
            table.finish(&mut out);
            let text = String::from_utf8(out).unwrap();
            assert!(lines == 0 || text.lines().count() == lines, "{text}");
        }
    }
}
