//! Workbooks: every text is a text cell, so that phones keep their `+` and zeros and a formula stays what it was, text.
//!
//! Rows go to a temporary file as they come; memory does not grow with them. A sheet that is full is followed by another.

use std::io::{self, Seek, Write};

use rust_xlsxwriter::{Format as Look, Workbook, Worksheet, XlsxError as LibraryError};

use super::{Cell, Columns, Record};

/// Rows a sheet may have, the header among them.
const SHEET_ROWS: u32 = 1_048_576;

/// UTF-16 units a cell may have.
const CELL_UNITS: usize = 32_767;

/// A workbook in the making.
pub struct XlsxSheet {
    workbook: Workbook,
    paths: Vec<String>,
    text: Look,
    header: Look,
    sheets: usize,
    next_row: u32,
    last_row: u32,
    cut: u64,
}

/// What a workbook could not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct XlsxSummary {
    /// How many sheets were needed.
    pub sheets: usize,
    /// How many cells were cut, because a cell holds 32,767 characters at most.
    pub cut: u64,
}

/// A workbook that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    /// The temporary file or the output failed.
    #[error("cannot write the workbook: {0}")]
    Io(#[from] io::Error),
    /// The library refused it.
    #[error("cannot make the workbook: {0}")]
    Library(String),
}

impl From<LibraryError> for XlsxError {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::IoError(error) => Self::Io(error),
            other => Self::Library(other.to_string()),
        }
    }
}

impl XlsxSheet {
    /// A workbook with a header row.
    pub fn new(columns: &Columns) -> Result<Self, XlsxError> {
        Self::with_rows(columns, SHEET_ROWS)
    }

    fn with_rows(columns: &Columns, last_row: u32) -> Result<Self, XlsxError> {
        let mut sheet = Self {
            workbook: Workbook::new(),
            paths: columns.iter().map(|column| column.path().to_owned()).collect(),
            text: Look::new().set_num_format("@"),
            header: Look::new().set_num_format("@").set_bold(),
            sheets: 0,
            next_row: 0,
            last_row,
            cut: 0,
        };
        sheet.begin_sheet()?;
        Ok(sheet)
    }

    /// Adds a row.
    pub fn push(&mut self, record: &dyn Record) -> Result<(), XlsxError> {
        if self.next_row == self.last_row {
            self.begin_sheet()?;
        }
        let row = self.next_row;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        let mut text = String::new();
        for (column, path) in self.paths.iter().enumerate() {
            let column = column_number(column)?;
            match record.cell(path) {
                Cell::Empty => {}
                Cell::Bool(flag) => {
                    sheet.write_boolean(row, column, flag)?;
                }
                cell => {
                    text.clear();
                    cell.write_plain(&mut text);
                    self.cut += u64::from(write_text(sheet, (row, column), &text, &self.text)?);
                }
            }
        }
        self.next_row += 1;
        Ok(())
    }

    /// Writes the workbook to `out`, which need not be seekable.
    pub fn finish(mut self, out: &mut dyn Write) -> Result<XlsxSummary, XlsxError> {
        let mut file = tempfile::tempfile()?;
        self.workbook.save_to_writer(&mut file)?;
        file.rewind()?;
        io::copy(&mut file, out)?;
        out.flush()?;
        Ok(XlsxSummary { sheets: self.sheets, cut: self.cut })
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        let name = if self.sheets == 1 { "contacts".to_owned() } else { format!("contacts {}", self.sheets) };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, path) in self.paths.iter().enumerate() {
            let column = column_number(column)?;
            sheet.set_column_width(column, width_of(path))?;
        }
        for (column, path) in self.paths.iter().enumerate() {
            write_text(sheet, (0, column_number(column)?), path, &self.header)?;
        }
        self.next_row = 1;
        Ok(())
    }
}

impl std::fmt::Debug for XlsxSheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxSheet")
            .field("sheets", &self.sheets)
            .field("next_row", &self.next_row)
            .finish_non_exhaustive()
    }
}

/// Writes text, cut to what a cell holds; whether it was cut.
fn write_text(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str, look: &Look) -> Result<bool, XlsxError> {
    // XML cannot hold these two.
    let text = if text.contains(['\u{fffe}', '\u{ffff}']) {
        text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").into()
    } else {
        std::borrow::Cow::Borrowed(text)
    };
    if text.is_empty() {
        return Ok(false);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > CELL_UNITS
    });
    let (kept, cut) = end.map_or((text.as_ref(), false), |(at, _)| (&text[..at], true));
    sheet.write_string_with_format(row, column, kept, look)?;
    Ok(cut)
}

fn column_number(column: usize) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::Library("a sheet has no more than 16,384 columns".to_owned()))
}

fn width_of(path: &str) -> f64 {
    match path {
        "id" | "name" | "emails" | "contact_id" | "contact_name" => 26.0,
        path if path.ends_with("_at") => 24.0,
        _ => 18.0,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::model::{Contact, Phone};
    use crate::render::RecordKind;

    fn columns(paths: &[&str]) -> Columns {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        Columns::resolve(RecordKind::Contact, Some(&paths), false).unwrap()
    }

    /// The parts of the archive, by the names and sizes in its central directory.
    fn part(archive: &[u8], wanted: &str) -> String {
        let number = |at: usize, length: usize| {
            archive[at..at + length].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let mut at = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        while &archive[at..at + 4] == b"PK\x01\x02" {
            let (packed, name, extra, comment) =
                (number(at + 20, 4), number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
            let local = number(at + 42, 4);
            if &archive[at + 46..at + 46 + name] == wanted.as_bytes() {
                let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
                let mut text = String::new();
                flate2::read::DeflateDecoder::new(&archive[start..start + packed]).read_to_string(&mut text).unwrap();
                return text;
            }
            at += 46 + name + extra + comment;
        }
        panic!("no part {wanted}");
    }

    #[test]
    fn phones_and_formulas_are_text() {
        let mut contact = Contact::new("p", "v", "007");
        contact.name = Some("=HYPERLINK(\"x\")\u{1}\u{ffff}".into());
        contact.phones = vec![Phone { number: "+004930".into(), e164: None }];
        contact.blocked = Some(true);
        contact.company = Some("x".repeat(40_000).into());
        let mut sheet = XlsxSheet::new(&columns(&["id", "name", "phones", "blocked", "company"])).unwrap();
        sheet.push(&contact).unwrap();
        let mut out = Vec::new();
        assert_eq!(sheet.finish(&mut out).unwrap(), XlsxSummary { sheets: 1, cut: 1 });
        let xml = part(&out, "xl/worksheets/sheet1.xml");
        for expected in
            ["<t>id</t>", "<t>007</t>", "<t>=HYPERLINK(\"x\")_x0001_\u{fffd}</t>", "<t>+004930</t>", "t=\"b\"><v>1</v>"]
        {
            assert!(xml.contains(expected), "{expected} in {}", &xml[..3_000.min(xml.len())]);
        }
        assert!(!xml.contains("<f>"));
    }

    #[test]
    fn a_full_sheet_is_followed_by_another() {
        let mut sheet = XlsxSheet::with_rows(&columns(&["id"]), 3).unwrap();
        for id in 0..5 {
            sheet.push(&Contact::new("p", "v", id.to_string())).unwrap();
        }
        let mut out = Vec::new();
        assert_eq!(sheet.finish(&mut out).unwrap().sheets, 3);
        assert!(part(&out, "xl/worksheets/sheet1.xml").contains("<t>1</t>"));
        assert!(part(&out, "xl/worksheets/sheet3.xml").contains("<t>4</t>"));
    }
}
