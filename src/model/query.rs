//! One question, the same for every vendor.

use super::{Filter, SortKey};

/// What is asked of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Which contacts.
    pub filter: Filter,
    /// In which order; empty: most recently active first where the vendor can, else by name.
    pub sort: Vec<SortKey>,
    /// How many; `None` is `--all`.
    pub limit: Option<u64>,
    /// How many of the matches are passed over first.
    pub skip: u64,
    /// Rows a request asks for, where the vendor lets one choose.
    pub page_size: Option<u32>,
    /// Whether channels are wanted (`--no-channels` makes it false where that is cheaper).
    pub channels: bool,
    /// Whether labels are wanted even where they cost a request a contact (Chatwoot).
    pub labels: bool,
    /// Whether to walk everything and match here, instead of using the vendor's search.
    pub scan: bool,
    /// Whether each contact carries the vendor's own object.
    pub raw: bool,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            sort: Vec::new(),
            limit: Some(50),
            skip: 0,
            page_size: None,
            channels: true,
            labels: false,
            scan: false,
            raw: false,
        }
    }
}
