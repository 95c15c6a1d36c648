//! Plain data and its meaning: what a contact is, what a query asks, when the one matches the other.
//!
//! Knows nothing of vendors, HTTP, terminals or files.

mod channel;
mod contact;
mod filter;
pub mod fold;
pub mod phone;
mod query;
mod raw;
pub mod sort;
mod time;

pub use channel::{Channel, ChannelKind, LastChat};
pub use contact::{Contact, Email, Location, Manager, Phone};
pub use filter::{Filter, UnknownFilter, Word};
pub use query::Query;
pub use raw::RawJson;
pub use sort::{Direction, SortField, SortKey};
pub use time::Time;

/// A short piece of text: up to 24 bytes live inside the value, which spares an export millions of allocations.
pub type Text = compact_str::CompactString;
