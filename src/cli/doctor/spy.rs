//! Listens on the wire for what a source does not hand on: the server's time, its words on the rate limit, the last body.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::http::{Clock, Event, Trace, http_date};

/// What was heard so far.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// How far the server's clock is ahead of this machine's, by the last reply with a `Date`.
    pub skew: Option<SignedDuration>,
    /// From sending to the last byte, of the last reply.
    pub elapsed: Option<Duration>,
    /// The last reply's body.
    pub body: Vec<u8>,
    /// The last reply's status.
    pub status: Option<u16>,
    /// Requests left and requests in a window, as the last reply with both told.
    pub rate: Option<(String, String)>,
}

/// Listens, and passes all on.
pub struct Spy {
    inner: Arc<dyn Trace>,
    clock: Arc<dyn Clock>,
    heard: Mutex<Heard>,
}

impl Spy {
    /// Passes all on to `inner`.
    pub fn new(inner: Arc<dyn Trace>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, heard: Mutex::default() }
    }

    /// What was heard so far.
    pub fn heard(&self) -> Heard {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trace for Spy {
    fn event(&self, event: &Event) {
        if let Event::Reply { status, headers, body, elapsed, .. } = event {
            let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let mut heard = self.lock();
            if let Some(date) = header("date").and_then(http_date) {
                heard.skew = Some(ahead(date, self.clock.now(), *elapsed));
            }
            if let Some((left, all)) = header("x-ratelimit-remaining").zip(header("x-ratelimit-limit")) {
                heard.rate = Some((left.to_owned(), all.to_owned()));
            }
            heard.elapsed = Some(*elapsed);
            heard.status = Some(*status);
            heard.body.clone_from(body);
        }
        self.inner.event(event);
    }

    fn wants_replies(&self) -> bool {
        true
    }
}

/// How far a clock that showed `date`, a whole second, some time within `elapsed` before `now` is ahead.
fn ahead(date: Timestamp, now: Timestamp, elapsed: Duration) -> SignedDuration {
    let sent = now.checked_sub(elapsed).unwrap_or(now);
    let last = date.checked_add(Duration::from_secs(1)).unwrap_or(date);
    if date > now {
        date.duration_since(now)
    } else if last < sent {
        last.duration_since(sent)
    } else {
        SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_and_the_time_under_way_are_no_skew() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let skew = |date: &str| ahead(at(date), at("2026-11-22T12:00:10.5Z"), Duration::from_secs(2)).as_secs();
        assert_eq!(skew("2026-11-22T12:00:10Z"), 0);
        assert_eq!(skew("2026-11-22T12:00:08Z"), 0);
        assert_eq!(skew("2026-11-22T12:05:10Z"), 299);
        assert_eq!(skew("2026-11-22T11:00:07Z"), -3600);
    }
}
