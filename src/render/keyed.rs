//! Tables of the program's own lists, as vendors and profiles: long sentences wrap, which comfy-table does.

use comfy_table::{Cell, ContentArrangement, Table, presets};

use crate::term::Style;

use super::layout::GAP;
use super::table::{INDENT, TableOptions};

/// Appends the table; the cells were made visible before.
pub(super) fn write<'a>(
    titles: impl Iterator<Item = &'a str>,
    rows: impl Iterator<Item = &'a [Box<str>]>,
    options: &TableOptions,
    out: &mut Vec<u8>,
) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match options.width.filter(|_| !options.wide).and_then(|width| u16::try_from(width).ok()) {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(titles);
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(cell.as_ref())));
    }
    let indent = if options.width.is_some() { INDENT } else { 0 };
    for (index, column) in table.column_iter_mut().enumerate() {
        let left = if index == 0 { indent } else { 0 };
        column.set_padding((u16::try_from(left).unwrap_or(0), u16::try_from(GAP).unwrap_or(2)));
    }
    for (index, line) in table.lines().enumerate() {
        let style = if index == 0 { Style::Dim } else { Style::Normal };
        out.extend_from_slice(options.color.text(style, line.trim_end()).as_bytes());
        out.push(b'\n');
    }
}
