//! What a source can do by itself, as data: for `contacts vendors`, for plans, for the README.

use crate::model::SortField;

use super::Paging;

/// How well a source does something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Just as this program means it.
    Exact,
    /// It narrows what is read; the rest is checked here.
    Superset,
    /// Not at all; it is done here.
    None,
}

/// What a source can do by itself.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// The fields its search looks into, in this program's words; empty if it cannot search.
    pub search_fields: &'static [&'static str],
    /// Filter by label.
    pub labels: Support,
    /// Whether it lists the labels of the account ([`super::Source::account_labels`]).
    pub lists_labels: bool,
    /// Filter by channel kind.
    pub channel: Support,
    /// Filter by inbox.
    pub inboxes: Support,
    /// Filter by the unknown mark.
    pub unknown: Support,
    /// Filter by the blocked mark.
    pub blocked: Support,
    /// Filter by creation time.
    pub created_since: Support,
    /// Filter by activity.
    pub active_since: Support,
    /// Fields it sorts by.
    pub sorts: &'static [SortField],
    /// Whether it takes several sort keys, in their order.
    pub several_sorts: bool,
    /// How its lists are paged, and by how many rows at most.
    pub paging: Paging,
    /// The order in which everything can be walked, in words, as `_id`.
    pub walk_order: &'static str,
    /// Whether one contact can be asked for by its id.
    pub by_id: bool,
    /// Requests a minute that the vendor grants by default, where it is known.
    pub requests_per_minute: Option<u32>,
    /// What a user should know, in a sentence each.
    pub notes: &'static [&'static str],
}
