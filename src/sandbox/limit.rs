//! Fixed windows of requests, as the vendors' rate limiters count them.

use std::collections::HashMap;

/// How many requests were made in the window of each bucket.
#[derive(Default)]
pub struct Windows {
    buckets: HashMap<String, (i64, u32)>,
}

/// Where a window begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With its first request.
    FirstRequest,
    /// At a multiple of its length since the Unix epoch.
    Epoch,
}

/// A window after one more request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Requests that are left; `None`: this one was too many.
    pub remaining: Option<u32>,
    /// When the window ends, in milliseconds since the Unix epoch.
    pub reset: i64,
}

impl Windows {
    /// Counts a request at `now` in `bucket`, of which `limit` are allowed in `length` milliseconds.
    pub fn count(&mut self, bucket: &str, limit: u32, length: i64, start: Start, now: i64) -> Window {
        let begin = if start == Start::Epoch { now - now.rem_euclid(length) } else { now };
        let entry = self.buckets.entry(bucket.to_owned()).or_insert((begin, 0));
        if now >= entry.0 + length {
            *entry = (begin, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        Window { remaining: limit.checked_sub(entry.1), reset: entry.0 + length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends() {
        let mut windows = Windows::default();
        let mut at = |now| windows.count("a", 2, 1000, Start::FirstRequest, now);
        assert_eq!(at(500), Window { remaining: Some(1), reset: 1500 });
        assert_eq!(at(600).remaining, Some(0));
        assert_eq!(at(1499).remaining, None);
        assert_eq!(at(1500), Window { remaining: Some(1), reset: 2500 });
    }

    #[test]
    fn a_window_may_be_aligned() {
        let window = Windows::default().count("a", 1, 1000, Start::Epoch, 1234);
        assert_eq!(window, Window { remaining: Some(0), reset: 2000 });
    }
}
