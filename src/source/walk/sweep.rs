//! How a list of numbered pages was swept so far: what its counts and its order tell, in a form that a later run goes on with.

use serde::{Deserialize, Serialize};

use crate::model::Time;

use super::fetch::Row;

/// Where a counted walk of a lane stands. What came so far is known from the ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Rows a page holds, learned from the first one.
    pub(super) size: u32,
    /// The sweep, from 1.
    pub(super) sweep: u32,
    /// The page of this sweep that was read last: one behind the end, or 0 forward, if none was.
    pub(super) page: u64,
    /// The last page there is, as far as is known.
    pub(super) last_page: u64,
    /// Nothing tells where the end is: the first sweep reads forward.
    pub(super) forward: bool,
    /// The count of the lane's first reply.
    pub(super) first_total: Option<u64>,
    /// The count told last.
    pub(super) last_total: Option<u64>,
    /// Some reply told another count than the first: who came in several sweeps may have gone in between.
    #[serde(default)]
    pub(super) restless: bool,
    /// What the sweep saw.
    pub(super) saw: Saw,
    /// Contacts of one creation time lay on both sides of where a page ends: a server may give one of them on both pages
    /// and another on none, and do so again every time.
    #[serde(default)]
    pub(super) tied: bool,
}

/// What a sweep saw, apart from the contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Saw {
    /// The count of its first reply, and of its last.
    first: Option<u64>,
    last: Option<u64>,
    replies: u64,
    /// A reply told no count, or another than the first.
    untold: bool,
    moved: bool,
    /// By how much the count rose in all, from one reply to the next.
    risen: u64,
    /// Ties across two pages, or pages not in order.
    unordered: bool,
    /// The first creation time of the page read before, which is the page after.
    above: Option<Time>,
    /// A page held nothing although there are some behind it.
    pub(super) hollow: bool,
    /// Contacts that came again within the sweep.
    #[serde(default)]
    pub(super) repeats: u64,
    /// Contacts found behind what was the end.
    pub(super) newcomers: u64,
}

impl Saw {
    /// Takes note of the count in a reply.
    pub(super) fn count(&mut self, total: Option<u64>) {
        if self.replies == 0 {
            self.first = total;
        } else {
            self.risen += total.unwrap_or(0).saturating_sub(self.last.unwrap_or(0));
        }
        self.replies += 1;
        self.untold |= total.is_none();
        self.moved |= total != self.first;
        self.last = total;
    }

    /// Takes note of the order of a page that was read after the one behind it.
    pub(super) fn order(&mut self, rows: &[Row]) {
        let (Some(low), Some(high)) = (rows.first(), rows.last()) else { return };
        let ascending = rows.windows(2).all(|pair| pair[0].created_at <= pair[1].created_at);
        let distinct = self.above.is_none_or(|above| high.created_at.is_some_and(|high| high < above));
        self.unordered |= !ascending || !distinct;
        self.above = low.created_at.or(self.above);
    }

    /// The count, if every reply told the same.
    pub(super) fn steady_total(&self) -> Option<u64> {
        self.first.filter(|_| !self.moved)
    }

    /// The count of the last reply.
    pub(super) fn last_total(&self) -> Option<u64> {
        self.last
    }

    /// Whether every page was in order, each below the one behind it, and none empty.
    pub(super) fn is_ordered(&self) -> bool {
        !self.unordered && !self.hollow
    }

    /// Whether the counts tell of nothing but deletions and newcomers at the end.
    pub(super) fn is_explained(&self) -> bool {
        self.replies > 0 && !self.untold && self.risen == self.newcomers
    }
}

/// Fewer contacts than this go in the normal course of things.
const FEW: u64 = 20;

/// Whether a list that held `before` contacts and holds `after` shrank by more than deletions explain: its server may have
/// stopped listing what is there.
pub(super) fn has_collapsed(before: u64, after: u64) -> bool {
    let fewer = before.saturating_sub(after);
    fewer > before / 10 && (fewer > FEW || after == 0 && before > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_deletions_are_no_collapse() {
        for (before, after) in [(0, 0), (1, 0), (5, 3), (30, 10), (300, 270), (300, 400), (10_000, 9_000)] {
            assert!(!has_collapsed(before, after), "{before} to {after}");
        }
        for (before, after) in [(2, 0), (30, 9), (300, 269), (300, 0), (10_000, 8_999)] {
            assert!(has_collapsed(before, after), "{before} to {after}");
        }
    }
}
