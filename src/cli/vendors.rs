//! `contacts vendors`: what each vendor can do by itself.

use std::process::ExitCode;

use serde_json::json;

use crate::render::{Format, KeyedRow, RecordKind};
use crate::source::{Paging, Support};
use crate::vendor::{VENDORS, VendorSpec};

use super::context::Context;
use super::failure::Failure;
use super::output::{Show, is_gone};

/// What a table shows; the other formats show all.
const COLUMNS: &[&str] = &["vendor", "title", "search", "filters", "sorts", "page_size", "walk_order", "by_id"];
/// What fits a terminal narrower than [`BROAD`].
const FEW: &[&str] = &["vendor", "search", "filters", "sorts", "page_size", "by_id"];
const BROAD: usize = 100;
const ALL: &[&str] = &[
    "vendor",
    "title",
    "search",
    "filters",
    "sorts",
    "several_sorts",
    "page_size",
    "page_size_chosen",
    "walk_order",
    "by_id",
    "requests_per_minute",
    "base_url",
    "keys",
    "notes",
];

/// Runs `contacts vendors`.
pub fn run(context: &Context) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context)?;
    let rows: Vec<KeyedRow> = VENDORS.iter().map(|vendor| row(vendor)).collect();
    let columns = match context.term.width() {
        _ if show.format != Format::Table || context.globals.wide => ALL,
        Some(width) if width < BROAD => FEW,
        _ => COLUMNS,
    };
    match show.rows(context, &rows, RecordKind::Keyed(columns), false) {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn row(vendor: &VendorSpec) -> KeyedRow {
    let can = vendor.capabilities;
    let (page_size, chosen) = match can.paging {
        Paging::Offset { max } | Paging::Sized { max } => (max, true),
        Paging::Numbered { size } => (size, false),
    };
    let filters: Vec<String> = [
        ("label", can.labels),
        ("channel", can.channel),
        ("inbox", can.inboxes),
        ("unknown", can.unknown),
        ("blocked", can.blocked),
        ("created-since", can.created_since),
        ("active-since", can.active_since),
    ]
    .into_iter()
    .filter(|(_, support)| *support != Support::None)
    .map(|(name, support)| if support == Support::Exact { name.to_owned() } else { format!("{name} (in part)") })
    .collect();
    let sorts: Vec<&str> = can.sorts.iter().map(|field| field.as_str()).collect();
    KeyedRow::from(vec![
        ("vendor", json!(vendor.name)),
        ("title", json!(vendor.title)),
        ("search", json!(can.search_fields)),
        ("filters", json!(filters)),
        ("sorts", json!(sorts)),
        ("several_sorts", json!(can.several_sorts)),
        ("page_size", json!(page_size)),
        ("page_size_chosen", json!(chosen)),
        ("walk_order", json!(can.walk_order)),
        ("by_id", json!(can.by_id)),
        ("requests_per_minute", json!(can.requests_per_minute)),
        ("base_url", json!(vendor.default_base_url)),
        ("keys", json!(vendor.keys.iter().map(|key| key.name).collect::<Vec<_>>())),
        ("notes", json!(can.notes)),
    ])
}
