//! CSV as RFC 4180 has it, and cells that a spreadsheet would take for formulas.
//!
//! Guarded, a cell that looks like a formula gets an apostrophe in front, and so does a cell that begins with one, which makes the
//! guard reversible: [`csv_unsafe`] takes exactly one away. Whether a cell is quoted follows from its text and the
//! guarding alone, so what comes back is the same to the byte.

use std::io::{self, BufRead, Write};

/// Bytes read at a time by [`csv_unsafe`].
const CHUNK: usize = 64 * 1024;

/// How cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// As they are.
    Exact,
    /// So that no spreadsheet runs them.
    Guarded,
}

/// Appends one cell.
pub(super) fn write_cell(text: &str, guard: Guard, out: &mut Vec<u8>) {
    match guard {
        Guard::Exact => write_quoted_if(text, needs_quotes(text), "", out),
        Guard::Guarded if text.starts_with('\'') || is_formula(text) => write_quoted_if(text, true, "'", out),
        // Where `;` or a tab separates cells, the part behind it would be a cell of its own.
        Guard::Guarded => write_quoted_if(text, needs_quotes(text) || text.contains([';', '\t', '|']), "", out),
    }
}

fn needs_quotes(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'))
}

fn write_quoted_if(text: &str, quoted: bool, front: &str, out: &mut Vec<u8>) {
    if !quoted {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(front.as_bytes());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Whether a spreadsheet may take `text` for a formula: after white space it begins with `=`, `+`, `-`, `@` or one of their full-width
/// forms, or it begins with a tab, return or line feed.
///
/// A plain number is none, and neither is `+` followed by the digits and punctuation of a phone number.
pub(super) fn is_formula(text: &str) -> bool {
    match text.as_bytes().first() {
        None => return false,
        Some(byte) if byte.is_ascii_alphanumeric() => return false,
        Some(b'\t' | b'\r' | b'\n') => return true,
        Some(_) => {}
    }
    let start =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}');
    let mut rest = start.chars();
    match rest.next() {
        Some('=' | '@' | '＝' | '＠' | '＋' | '－') => true,
        Some('+') => !is_phone(rest.as_str()),
        Some('-') => !is_number(rest.as_str()),
        _ => false,
    }
}

fn is_phone(rest: &str) -> bool {
    rest.bytes().any(|byte| byte.is_ascii_digit())
        && rest.chars().all(|c| matches!(c, '0'..='9' | ' ' | '-' | '(' | ')' | '.' | '\u{a0}'))
}

fn is_number(rest: &str) -> bool {
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// Takes the guards of a CSV file away again: what `Guard::Guarded` wrote becomes what `Guard::Exact` would have written,
/// byte for byte. Memory is bounded by the longest cell.
pub fn csv_unsafe(reader: &mut dyn BufRead, writer: &mut dyn Write) -> io::Result<()> {
    let mut cells = Cells::default();
    let mut out = Vec::with_capacity(CHUNK);
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        for byte in chunk {
            cells.take(*byte, &mut out);
        }
        let length = chunk.len();
        reader.consume(length);
        if out.len() >= CHUNK / 2 {
            writer.write_all(&out)?;
            out.clear();
        }
    }
    cells.end(&mut out);
    writer.write_all(&out)?;
    writer.flush()
}

/// The cell being read.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    /// Nothing of the cell has come.
    #[default]
    Start,
    Bare,
    Quoted,
    /// A quote within quotes: the cell's end, or the first of two.
    Quote,
}

impl Cells {
    fn take(&mut self, byte: u8, out: &mut Vec<u8>) {
        match (self.state, byte) {
            (State::Start, b'"') => self.state = State::Quoted,
            (State::Quoted, b'"') => self.state = State::Quote,
            (State::Quote, b'"') => {
                self.bytes.push(b'"');
                self.state = State::Quoted;
            }
            (State::Start | State::Bare | State::Quote, b',' | b'\r' | b'\n') => {
                self.end(out);
                out.push(byte);
            }
            (State::Quoted, _) => self.bytes.push(byte),
            (State::Start | State::Bare | State::Quote, _) => {
                self.bytes.push(byte);
                self.state = if self.state == State::Quote { State::Quoted } else { State::Bare };
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let bytes = std::mem::take(&mut self.bytes);
        let state = std::mem::take(&mut self.state);
        // Text is written by this program as UTF-8; anything else is none of its files and stays as it is.
        match std::str::from_utf8(&bytes) {
            // Only an empty cell that is alone in its row is written so.
            Ok("") if state == State::Quote => out.extend_from_slice(b"\"\""),
            Ok(text) if state != State::Start => write_cell(unguarded(text, state), Guard::Exact, out),
            _ => out.extend_from_slice(&bytes),
        }
        self.bytes = bytes;
        self.bytes.clear();
    }
}

/// A guarded cell is always quoted; a spreadsheet that saved the file again may have taken the quotes, but not where the
/// apostrophe still guards something.
fn unguarded(text: &str, state: State) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if state != State::Bare || rest.starts_with('\'') || is_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::json::tests::any_text;

    fn file(rows: &[Vec<String>], guard: Guard) -> Vec<u8> {
        let mut out = Vec::new();
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_cell(cell, guard, &mut out);
            }
            out.extend_from_slice(b"\r\n");
        }
        out
    }

    fn restored(file: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        csv_unsafe(&mut io::BufReader::with_capacity(7, file), &mut out).unwrap();
        out
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
        let hostile = "[\\s]{0,2}['=+@＝－\t-]{1,2}[a-z0-9(),;\"'\r\n]{0,6}";
        let cell = prop_oneof![any_text().prop_map(|text| text.to_string()), hostile.prop_map(|text| text)];
        prop::collection::vec(prop::collection::vec(cell, 3), 0..5)
    }

    proptest! {
        #[test]
        fn guards_come_off_byte_for_byte(rows in rows()) {
            prop_assert_eq!(restored(&file(&rows, Guard::Guarded)), file(&rows, Guard::Exact));
        }

        #[test]
        fn other_readers_read_the_same_cells(rows in rows()) {
            let mut file = file(&rows, Guard::Exact);
            file.splice(0..0, *b"a,b,c\r\n");
            let mut reader = ::csv::ReaderBuilder::new().from_reader(file.as_slice());
            let read: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_guarded_cell_begins_like_a_formula(rows in rows()) {
            let file = file(&rows, Guard::Guarded);
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_slice());
            for row in reader.records() {
                for cell in &row.unwrap() {
                    prop_assert!(!is_formula(cell), "{:?}", cell);
                }
            }
        }
    }

    #[test]
    fn formulas_and_what_only_looks_like_them() {
        for (text, formula) in [
            ("=1+1", true),
            ("  =1", true),
            ("\u{a0}@SUM(A1)", true),
            ("＝cmd", true),
            ("\tx", true),
            ("\rx", true),
            ("-2+3", true),
            ("+cmd|' /C calc'!A0", true),
            ("+", true),
            ("-", true),
            ("+1 (202) 555-0143", false),
            ("+12025550143", false),
            ("-12.50", false),
            ("-12.", true),
            ("boris@doe.com", false),
            ("a=b", false),
            ("", false),
            ("'=1", false),
        ] {
            assert_eq!(is_formula(text), formula, "{text:?}");
        }
    }

    #[test]
    fn a_file_saved_by_a_spreadsheet_is_restored_too() {
        assert_eq!(
            restored(b"a,'=1\r\nO'Hara,'tis\r\n\"x \"\"y\"\"\",\"plain\"\r\n"),
            b"a,=1\r\nO'Hara,'tis\r\n\"x \"\"y\"\"\",plain\r\n"
        );
    }
}
