//! What a walk may claim of its answer.

use serde::{Deserialize, Serialize};

use super::super::SourceError;

/// What an answer may claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every contact that was there all the while came exactly once; proved.
    Exact,
    /// It could not be proved: things changed, or the order proves nothing.
    Changed,
    /// An error cut it short.
    Partial,
    /// The limit ended it.
    Limited,
}

impl Verdict {
    /// The word in reports and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Changed => "changed",
            Self::Partial => "partial",
            Self::Limited => "limited",
        }
    }
}

/// What was counted in a walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Pages read.
    pub pages: u64,
    /// Rows given out.
    pub rows: u64,
    /// Rows the vendor sent, before the residual filter and without those that came twice.
    pub seen: u64,
    /// Rows that came again and were dropped, beyond the overlap of windows.
    pub duplicates: u64,
    /// Those of them that came twice within one list that was read up to a limit: as many may have come not at all.
    #[serde(default)]
    pub repeated: u64,
    /// What the vendor said it had when the walk began, over all lanes.
    pub total_before: Option<u64>,
    /// What the vendor said it had when the walk ended, over all lanes.
    pub total_after: Option<u64>,
}

impl Tally {
    /// Adds a lane's totals as the vendor told them first and last.
    pub(super) fn add_totals(&mut self, first: Option<u64>, last: Option<u64>) {
        let add = |sum: &mut Option<u64>, part: Option<u64>| {
            if let Some(part) = part {
                *sum = Some(sum.unwrap_or(0) + part);
            }
        };
        add(&mut self.total_before, first);
        add(&mut self.total_after, last);
    }

    /// What rows that came twice within a list tell of it: its pages did not fit together.
    pub fn gaps(&self) -> Option<String> {
        match self.repeated {
            0 => None,
            1 => Some("a contact came on two pages, so another may have come on none".to_owned()),
            more => Some(format!("{more} contacts came on two pages, so others may have come on none")),
        }
    }

    /// Claims no totals: not every lane told its own.
    pub(super) fn forget_totals(&mut self) {
        (self.total_before, self.total_after) = (None, None);
    }
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the answer may claim.
    pub verdict: Verdict,
    /// Why, in words.
    pub basis: String,
    /// What was counted.
    pub tally: Tally,
    /// What cut it short.
    pub error: Option<SourceError>,
}

impl Outcome {
    /// Both walks together: the worse verdict, the sums.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |verdict: Verdict| match verdict {
            Verdict::Exact => 0,
            Verdict::Limited => 1,
            Verdict::Changed => 2,
            Verdict::Partial => 3,
        };
        let sum = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a + b).or(a).or(b);
        let (first, second) = (self.tally, other.tally);
        let tally = Tally {
            pages: first.pages + second.pages,
            rows: first.rows + second.rows,
            seen: first.seen + second.seen,
            duplicates: first.duplicates + second.duplicates,
            repeated: first.repeated + second.repeated,
            total_before: sum(first.total_before, second.total_before),
            total_after: sum(first.total_after, second.total_after),
        };
        let worse = rank(other.verdict) > rank(self.verdict);
        let (verdict, basis) = if worse { (other.verdict, other.basis) } else { (self.verdict, self.basis) };
        Self { verdict, basis, tally, error: self.error.or(other.error) }
    }
}
