//! Records become bytes: tables and cards for people, JSON and its kin for programs.
//!
//! Knows records, columns and formats; nothing of vendors, of where the bytes go, or of the command line.

mod card;
mod cell;
mod columns;
mod contact;
mod csv;
mod drawing;
mod encoder;
mod format;
mod highlight;
mod jq;
mod json;
mod keyed;
mod layout;
mod markdown;
mod pretty;
mod record;
#[cfg(test)]
pub(crate) mod safety;
mod table;
mod template;
mod times;
mod tsv;
mod xlsx;
mod yaml;

pub use card::{CardOptions, card};
pub use cell::Cell;
pub use columns::{Column, ColumnError, Columns, RecordKind};
pub use csv::csv_unsafe;
pub use encoder::{EncodeOptions, Encoder};
pub use format::Format;
pub use jq::{JqError, JqFilter};
pub use record::{ChannelRow, KeyedRow, Mark, Record};
pub use table::{Table, TableOptions, TableSummary};
pub use template::{Template, TemplateError, TemplateOptions};
pub use xlsx::{XlsxError, XlsxSheet, XlsxSummary};
