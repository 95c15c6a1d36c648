//! The mirror: a local copy of the contacts of all profiles, searched in the vendors' place.
//!
//! Knows contacts, queries and one SQLite database; nothing of vendors, HTTP, terminals or configuration. Its search is
//! always what [`crate::model::Filter::matches`] says of every stored contact: an inverted index only narrows what is
//! read, and whatever is shown was decoded and matched.

mod activity;
mod batch;
mod best;
mod bytes;
mod candidates;
mod cipher;
mod convert;
mod drive;
mod error;
mod history;
mod hunt;
mod index;
mod key;
mod labels;
mod lock;
mod object;
mod packed;
mod private;
mod profile;
mod rank;
mod recency;
mod rows;
mod sample;
mod schema;
mod search;
mod segments;
mod shorthand;
mod source;
mod spans;
mod store;
mod text;
mod upkeep;

pub use batch::{Batch, Pass, Proof, SyncReport, SyncTarget};
pub use cipher::{CAN_ENCRYPT, DatabaseKey, Header, header};
pub use convert::{decrypt, encrypt};
pub use error::MirrorError;
pub use history::Change;
pub use labels::{Knowledge, Labels};
pub use object::PreparedPage;
pub use private::{Exposed, exposed};
pub use profile::ProfileStatus;
pub use sample::unlike;
pub use search::Flow;
pub use source::{CAPABILITIES, MirrorSource};
pub use store::{FILE_NAME, Mode, Store};
pub use upkeep::{Forgotten, Rebuilt, Verified};

#[cfg(test)]
mod tests;
