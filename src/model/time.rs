//! Points in time as vendors give them and as the output shows them.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::Text;

/// A point in time, UTC, that remembers with how many fractional digits it came, so that what is printed is
/// what the vendor said.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Time {
    at: Timestamp,
    digits: u8,
}

impl Time {
    /// Parses RFC 3339 (`2024-11-19T00:53:05.468Z`, any offset).
    pub fn parse(text: &str) -> Option<Self> {
        let at: Timestamp = text.parse().ok()?;
        let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
        Some(Self { at, digits: u8::try_from(fraction.min(9)).unwrap_or(9) })
    }

    /// From seconds since the Unix epoch, as Chatwoot and LiveDesk count.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(|at| Self { at, digits: 0 })
    }

    /// From milliseconds since the Unix epoch.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        Timestamp::from_millisecond(millis).ok().map(|at| Self { at, digits: 3 })
    }

    /// From a timestamp, shown with milliseconds.
    pub fn from_timestamp(at: Timestamp) -> Self {
        Self { at, digits: 3 }
    }

    /// The point in time itself.
    pub fn timestamp(&self) -> Timestamp {
        self.at
    }

    /// With how many fractional digits of a second it is shown, 0 to 9.
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// Appends the RFC 3339 form to `out`.
    pub fn write_to(&self, out: &mut String) {
        let printer = DateTimePrinter::new().precision(Some(self.digits));
        printer.print_timestamp(&self.at, out).expect("writing to a string cannot fail");
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::with_capacity(30);
        self.write_to(&mut out);
        f.write_str(&out)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = String::with_capacity(30);
        self.write_to(&mut out);
        serializer.serialize_str(&out)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_vendors_digits() {
        for text in ["2024-11-19T00:53:05.468Z", "2026-07-01T10:00:00.000Z", "2024-11-19T00:53:05Z"] {
            assert_eq!(Time::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Time::from_unix_seconds(1_765_441_908).unwrap().to_string(), "2025-12-11T08:31:48Z");
        assert_eq!(Time::parse("2024-11-19T02:53:05+02:00").unwrap().to_string(), "2024-11-19T00:53:05Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "2024-13-01T00:00:00Z", "2024-11-19"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
