//! When to try again: what a reply's headers ask for, and the client's own growing patience.

use std::time::Duration;

use jiff::Timestamp;

use super::Reply;

/// The first step of the client's own backoff.
const BASE: Duration = Duration::from_millis(250);
/// Its longest step.
const LONGEST: Duration = Duration::from_secs(20);

/// A time as HTTP writes it (`Sun, 06 Nov 1994 08:49:37 GMT`).
pub fn http_date(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(zoned.timestamp())
}

impl Reply {
    /// The server's own time of day, from `Date`; to tell waits from times despite a clock that is wrong.
    pub fn date(&self) -> Option<Timestamp> {
        http_date(self.header("date")?)
    }

    /// What `Retry-After` asks for, in seconds or as a date seen from the server's own time (`now` if it tells none).
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let left = http_date(text)?.duration_since(self.date().unwrap_or(now));
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }
}

/// How long to wait before trying again for the `attempt`th time (from 0): anything up to a bound that doubles.
pub(super) fn backoff(attempt: u32, chance: f64) -> Duration {
    bound(attempt).mul_f64(chance)
}

/// How long to wait after a refusal by a rate limit that does not say how long: never short, always growing.
pub(super) fn patience(refusals: u32, chance: f64) -> Duration {
    bound(refusals.saturating_add(2)).mul_f64(0.5 + chance / 2.0)
}

fn bound(attempt: u32) -> Duration {
    BASE.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    fn reply(headers: &[(&'static str, &str)]) -> Reply {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Reply { status: 429, headers: headers.collect::<HeaderMap>(), body: Vec::new().into() }
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let wait = |headers: &[(&'static str, &str)]| reply(headers).retry_after(now);
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let date = ("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT");
        assert_eq!(wait(&[date]), Some(Duration::from_secs(30)));
        // The server's clock is an hour ahead: the wait is what counts.
        assert_eq!(
            wait(&[("retry-after", "Sun, 22 Nov 2026 13:00:30 GMT"), ("date", "Sun, 22 Nov 2026 13:00:00 GMT")]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(wait(&[("retry-after", "Sun, 22 Nov 2020 12:00:30 GMT")]), Some(Duration::ZERO));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-5")]), None);
        assert_eq!(wait(&[("retry-after", "99999999999999999999999")]), None);
    }

    #[test]
    fn backoff_grows_up_to_a_bound() {
        assert_eq!(backoff(0, 1.0), Duration::from_millis(250));
        assert_eq!(backoff(3, 0.5), Duration::from_secs(1));
        assert_eq!(backoff(40, 1.0), LONGEST);
        assert_eq!(backoff(2, 0.0), Duration::ZERO);
        assert!(patience(0, 0.0) >= Duration::from_millis(500));
    }
}
