//! The formats that are written row by row.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::term::{Paint, visible};

use super::csv::{self, Guard};
use super::yaml::{self, Reader};
use super::{Cell, Column, Columns, Format, Record, json, markdown, pretty, times, tsv};

/// What changes how rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Whether CSV cells that look like formulas are guarded.
    pub csv_safe: bool,
    /// Whether CSV begins with a byte order mark, which some spreadsheets need to read UTF-8.
    pub bom: bool,
    /// Whether a terminal reads it; then nothing is sent that could drive it, and a JSON array is laid out for the eye.
    pub tty: bool,
    /// Whether JSON is painted; then eyes read it, and it is laid out as on a terminal.
    pub color: Paint,
}

/// Writes records in one format; cheap per row, and shared between threads.
#[derive(Debug)]
pub struct Encoder {
    format: Format,
    columns: Columns,
    options: EncodeOptions,
    formulas: AtomicU64,
}

impl Encoder {
    /// An encoder; [`Format::Table`] and [`Format::Xlsx`], which are not written row by row, come out as TSV.
    pub fn new(format: Format, columns: Columns, options: EncodeOptions) -> Self {
        Self { format, columns, options, formulas: AtomicU64::new(0) }
    }

    /// Appends what stands before the first row.
    pub fn head(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => out.push(b'['),
            Format::Ndjson | Format::Yaml => {}
            Format::Csv => {
                if self.options.bom {
                    out.extend_from_slice("\u{feff}".as_bytes());
                }
                self.cells(self.columns.iter().map(|column| Cell::text(column.path())), out);
            }
            Format::Tsv | Format::Table | Format::Xlsx => {
                self.cells(self.columns.iter().map(|column| Cell::text(column.path())), out);
            }
            Format::Md => {
                self.cells(self.columns.iter().map(|column| Cell::text(column.path())), out);
                self.columns.iter().for_each(|_| out.extend_from_slice(b"| --- "));
                out.extend_from_slice(b"|\n");
            }
        }
    }

    /// Appends one row.
    pub fn row(&self, record: &dyn Record, out: &mut Vec<u8>) {
        let start = out.len();
        match self.format {
            Format::Json | Format::Ndjson => {
                record.write_json(out);
                if self.is_for_eyes() {
                    json::make_inert(out, start);
                    self.lay_out(out, start);
                }
                if self.format == Format::Ndjson {
                    out.push(b'\n');
                }
            }
            Format::Yaml => {
                record.write_json(out);
                let json = String::from_utf8(out.split_off(start)).expect("JSON is made of strings");
                let reader = if self.options.tty { Reader::Terminal } else { Reader::Program };
                yaml::write_element(&json, reader, out);
            }
            _ => self.cells(self.columns.iter().map(|column: &Column| record.cell(column.path())), out),
        }
    }

    /// What stands between two rows.
    pub fn between(&self) -> &'static [u8] {
        match self.format {
            Format::Json if self.is_for_eyes() => b",",
            Format::Json => b",\n",
            _ => b"",
        }
    }

    /// Appends what stands after the last of `rows` rows.
    pub fn tail(&self, rows: u64, out: &mut Vec<u8>) {
        match self.format {
            Format::Json if self.is_for_eyes() && rows > 0 => out.extend_from_slice(b"\n]\n"),
            Format::Json => out.extend_from_slice(b"]\n"),
            Format::Yaml if rows == 0 => out.extend_from_slice(b"[]\n"),
            _ => {}
        }
    }

    /// How many CSV cells looked like formulas so far.
    pub fn formula_cells(&self) -> u64 {
        self.formulas.load(Ordering::Relaxed)
    }

    /// Whether a person reads the JSON.
    fn is_for_eyes(&self) -> bool {
        self.options.tty || self.options.color == Paint::Colored
    }

    /// Lays the JSON object in `out[start..]` out as an element of an array.
    fn lay_out(&self, out: &mut Vec<u8>, start: usize) {
        if self.format == Format::Json {
            let json = String::from_utf8(out.split_off(start)).expect("JSON is made of strings");
            let mut text = String::from("\n  ");
            pretty::write(&json, 1, self.options.color, &mut text);
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// Writes one line of cells.
    fn cells<'a>(&self, cells: impl Iterator<Item = Cell<'a>>, out: &mut Vec<u8>) {
        let mut formulas = 0;
        let mut alone = 0;
        let start = out.len();
        for (index, cell) in cells.enumerate() {
            alone = index;
            match self.format {
                Format::Md => out.extend_from_slice(b"| "),
                Format::Csv if index > 0 => out.push(b','),
                _ if index > 0 => out.push(b'\t'),
                _ => {}
            }
            match &cell {
                Cell::Empty => {}
                Cell::Text(text) => formulas += self.text(text, out),
                Cell::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
                Cell::Time(time) => times::write_rfc3339_bytes(*time, out),
                other => formulas += self.text(&other.to_plain(), out),
            }
            if self.format == Format::Md {
                out.push(b' ');
            }
        }
        if formulas > 0 {
            self.formulas.fetch_add(formulas, Ordering::Relaxed);
        }
        match self.format {
            // An empty line would be no row at all.
            Format::Csv if alone == 0 && out.len() == start => out.extend_from_slice(b"\"\"\r\n"),
            Format::Csv => out.extend_from_slice(b"\r\n"),
            Format::Md => out.extend_from_slice(b"|\n"),
            _ => out.push(b'\n'),
        }
    }

    /// Writes one text; 1 if it looks like a formula to a spreadsheet.
    fn text(&self, text: &str, out: &mut Vec<u8>) -> u64 {
        let shown = if self.options.tty { visible(text) } else { text.into() };
        match self.format {
            Format::Csv => {
                let guard = if self.options.csv_safe { Guard::Guarded } else { Guard::Exact };
                csv::write_cell(&shown, guard, out);
                u64::from(csv::is_formula(text))
            }
            Format::Md => {
                markdown::write_cell(text, out);
                0
            }
            _ => {
                // What was made visible has its backslashes already.
                if self.options.tty {
                    out.extend_from_slice(shown.as_bytes());
                } else {
                    tsv::write_cell(text, out);
                }
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Contact;
    use crate::render::json::tests::boris;
    use crate::render::{KeyedRow, RecordKind};

    fn encoded(format: Format, columns: &[&str], options: EncodeOptions, records: &[&dyn Record]) -> String {
        let columns: Vec<String> = columns.iter().map(|path| (*path).to_owned()).collect();
        let columns = Columns::resolve(RecordKind::Contact, Some(&columns), false).unwrap();
        let encoder = Encoder::new(format, columns, options);
        let mut out = Vec::new();
        encoder.head(&mut out);
        for (index, record) in records.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(encoder.between());
            }
            encoder.row(*record, &mut out);
        }
        encoder.tail(records.len() as u64, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn hostile() -> Contact {
        let mut contact = Contact::new("p", "v", "7");
        contact.name = Some("=HYPERLINK(\"x\",\u{1b}|\\\n".into());
        contact
    }

    #[test]
    fn nothing_is_still_well_formed() {
        let options = EncodeOptions::default();
        for (format, expected) in [
            (Format::Json, "[]\n"),
            (Format::Ndjson, ""),
            (Format::Csv, "id,name\r\n"),
            (Format::Tsv, "id\tname\n"),
            (Format::Yaml, "[]\n"),
            (Format::Md, "| id | name |\n| --- | --- |\n"),
        ] {
            assert_eq!(encoded(format, &["id", "name"], options, &[]), expected, "{format}");
        }
    }

    #[test]
    fn rows_in_every_format() {
        let (boris, hostile) = (boris(), hostile());
        let rows: [&dyn Record; 2] = [&boris, &hostile];
        let columns = ["id", "name", "emails", "channels", "created_at", "unknown"];
        let show = |format| encoded(format, &columns, EncodeOptions::default(), &rows);
        assert_eq!(
            show(Format::Csv),
            "id,name,emails,channels,created_at,unknown\r\n\
             673be1711e2e6feb77939a7b,Boris Doe,boris@doe.com; b@d.org,web,2024-11-19T00:53:05.468Z,false\r\n\
             7,\"=HYPERLINK(\"\"x\"\",\u{1b}|\\\n\",,,,\r\n"
        );
        assert_eq!(
            show(Format::Tsv),
            "id\tname\temails\tchannels\tcreated_at\tunknown\n\
             673be1711e2e6feb77939a7b\tBoris Doe\tboris@doe.com; b@d.org\tweb\t2024-11-19T00:53:05.468Z\tfalse\n\
             7\t=HYPERLINK(\"x\",\u{1b}|\\\\\\n\t\t\t\t\n"
        );
        assert!(show(Format::Md).ends_with("| 7 | =HYPERLINK(\"x\",\\\\u{1b}\\|\\\\\\\\n |  |  |  |  |\n"));
        let json: Vec<Contact> = serde_json::from_str(&show(Format::Json)).unwrap();
        assert_eq!(json, [boris.clone(), hostile.clone()]);
        assert_eq!(show(Format::Ndjson).lines().count(), 2);
        assert!(show(Format::Yaml).contains("\n- profile: p\n  vendor: v\n  id: \"7\"\n"));
    }

    #[test]
    fn a_terminal_is_sent_nothing_that_drives_it() {
        let mut contact = hostile();
        contact.company = Some("\u{9b}\u{202e}é".into());
        for (_, format) in Format::ALL {
            let options = EncodeOptions { tty: true, ..EncodeOptions::default() };
            let text = encoded(format, &["name", "company"], options, &[&contact]);
            let line_ends = text.replace("\r\n", "").replace(['\n', '\t'], "");
            assert!(line_ends.chars().all(crate::term::is_inert), "{format}: {text:?}");
        }
    }

    #[test]
    fn json_on_a_terminal_is_the_same_data() {
        let (boris, hostile) = (boris(), hostile());
        for rows in [&[][..], &[&boris as &dyn Record], &[&boris, &hostile]] {
            let options = EncodeOptions { tty: true, ..EncodeOptions::default() };
            let pretty = encoded(Format::Json, &["id"], options, rows);
            let plain = encoded(Format::Json, &["id"], EncodeOptions::default(), rows);
            let read = |text: &str| serde_json::from_str::<Vec<Contact>>(text).unwrap();
            assert_eq!(read(&pretty), read(&plain));
            assert!(rows.is_empty() || pretty.starts_with("[\n  {\n    \"profile\": \"support\",\n"), "{pretty}");
            assert!(pretty.ends_with("]\n"));
        }
    }

    #[test]
    fn formulas_are_counted_and_guarded() {
        let mut phone = Contact::new("p", "v", "8");
        phone.name = Some("+1 (202) 555-0143".into());
        let columns = Columns::resolve(RecordKind::Contact, Some(&["name".to_owned()]), false).unwrap();
        let encoder = Encoder::new(Format::Csv, columns, EncodeOptions { csv_safe: true, ..EncodeOptions::default() });
        let mut out = Vec::new();
        encoder.row(&hostile(), &mut out);
        encoder.row(&phone, &mut out);
        encoder.row(&Contact::new("p", "v", "9"), &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"'=HYPERLINK(\"\"x\"\",\u{1b}|\\\n\"\r\n+1 (202) 555-0143\r\n\"\"\r\n"
        );
        assert_eq!(encoder.formula_cells(), 1);
    }

    #[test]
    fn the_programs_own_lists() {
        let row = KeyedRow::new().with("name", "support").with("default", true).with("keys", vec!["a", "b"]);
        let encoder = Encoder::new(Format::Tsv, Columns::keyed(&["name", "default", "keys"]), EncodeOptions::default());
        let mut out = Vec::new();
        encoder.row(&row, &mut out);
        assert_eq!(out, b"support\ttrue\ta; b\n");
        out.clear();
        row.write_json(&mut out);
        assert_eq!(out, br#"{"name":"support","default":true,"keys":["a","b"]}"#);
    }
}
