//! The inverted index on disk: for every key the rows that have it.
//!
//! The lists of a block lie one behind the other, or, once its [segment](super::segments) is complete, those of one key of all
//! its blocks side by side.

mod merge;
mod read;
mod write;

pub use merge::merge;
pub use read::Reader;
pub use write::{Postings, amend, drop_block, has_rows, remove_rows};

use rusqlite::Connection;

use super::key::Key;
use super::segments::{PART_BITS, is_merged, part_of, segment_of};

/// The bits of a key below the block's number, or that of its segment and above that of its part.
const KEY_BITS: u32 = 48;

/// Where the lists of a block lie.
#[derive(Clone, Copy)]
enum Place {
    Own(i64),
    Merged { segment: i64, part: i64 },
}

impl Place {
    fn of(block: i64, merged: bool) -> Self {
        if merged { Self::Merged { segment: segment_of(block), part: part_of(block) } } else { Self::Own(block) }
    }

    fn find(connection: &Connection, block: i64) -> rusqlite::Result<Self> {
        Ok(Self::of(block, is_merged(connection, block)?))
    }

    fn table(self) -> &'static str {
        match self {
            Self::Own(_) => "posting",
            Self::Merged { .. } => "merged_posting",
        }
    }

    /// What the list of a key is stored under.
    fn stored(self, key: Key) -> i64 {
        let key = (key & ((1 << KEY_BITS) - 1)).cast_signed();
        match self {
            Self::Own(block) => (block << KEY_BITS) | key,
            Self::Merged { segment, part } => (segment << KEY_BITS | key) << PART_BITS | part,
        }
    }

    /// The first and the last number under which lists of the block may be stored, and a mask and what its own numbers have
    /// there.
    fn bounds(self) -> [i64; 4] {
        let (mask, part) = match self {
            Self::Own(_) => (0, 0),
            Self::Merged { part, .. } => ((1 << PART_BITS) - 1, part),
        };
        [self.stored(0), self.stored(u64::MAX), mask, part]
    }
}
