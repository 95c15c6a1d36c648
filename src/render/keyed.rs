//! Tables of the program's own lists, as vendors and profiles: long sentences wrap, which comfy-table does.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, presets};

use crate::term::Style;

use super::layout::GAP;
use super::table::{INDENT, TableOptions};

/// On a terminal narrower than this every row is a block of its own, a line each value.
const NARROW: usize = 60;

/// Appends the table; the cells were made visible before.
pub(super) fn write<'a>(
    titles: impl Iterator<Item = &'a str>,
    rows: impl Iterator<Item = &'a [Box<str>]>,
    options: &TableOptions,
    out: &mut Vec<u8>,
) {
    let width = options.width.filter(|_| !options.wide);
    if let Some(width) = width.filter(|width| *width < NARROW) {
        let titles: Vec<&str> = titles.collect();
        for (index, row) in rows.enumerate() {
            if index > 0 {
                out.push(b'\n');
            }
            let mut block = table(Some(width));
            for (title, cell) in titles.iter().zip(row) {
                block.add_row([Cell::new(title), Cell::new(cell.as_ref())]);
            }
            push(block, options, None, out);
        }
        return;
    }
    let mut table = table(width);
    table.set_header(titles);
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(cell.as_ref())));
    }
    push(table, options, Some(0), out);
}

fn table(width: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match width.and_then(|width| u16::try_from(width).ok()) {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

/// Appends the lines; the one at `header` is dim.
fn push(mut table: Table, options: &TableOptions, header: Option<usize>, out: &mut Vec<u8>) {
    let indent = if options.width.is_some() { INDENT } else { 0 };
    for (index, column) in table.column_iter_mut().enumerate() {
        let left = if index == 0 { indent } else { 0 };
        // What a row is about is not torn.
        if index == 0 && options.width.is_none_or(|width| width > NARROW / 2) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        column.set_padding((u16::try_from(left).unwrap_or(0), u16::try_from(GAP).unwrap_or(2)));
    }
    for (index, line) in table.lines().enumerate() {
        let style = if header == Some(index) { Style::Dim } else { Style::Normal };
        out.extend_from_slice(options.color.text(style, line.trim_end()).as_bytes());
        out.push(b'\n');
    }
}
