//! What Chatwoot and the products that descend from it share: the JSON of a contact, and how its lists are asked for.
//!
//! Knows no vendor by name: paths, credentials, and what only one of them does belong to the vendor's own folder.

mod convert;
mod inbox;
mod page;
mod query;
mod wire;

pub use convert::{Owner, contact_from};
pub use page::{list_from, one_from, page_from};
pub use query::{nulls_come_last, search_texts, sort_word, text_gap, wants_channels};
