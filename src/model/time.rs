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
#[derive(Clone, Copy, Debug)]
pub struct Time(Form);

/// What is known of a point in time.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// A date as JavaScript's servers write it, which most are printed as again; such dates sort as they are.
    Written([u8; 24]),
    /// A timestamp and its fractional digits.
    At(Timestamp, u8),
}

impl Time {
    /// Parses RFC 3339 (`2024-11-19T00:53:05.468Z`, any offset).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) = text.as_bytes().try_into().ok().and_then(Self::from_javascript) {
            return Some(time);
        }
        let at: Timestamp = text.parse().ok()?;
        let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
        Some(Self(Form::At(at, u8::try_from(fraction.min(9)).unwrap_or(9))))
    }

    /// From `2024-11-19T00:53:05.468Z`, the form that JavaScript's servers write; exports read millions of them. `None` for what is
    /// no such date.
    pub fn from_javascript(text: &[u8; 24]) -> Option<Self> {
        let date = Date::read(text)?;
        // The last days that can be written have no timestamp.
        if date.year == 9_999 { Self::from_unix_millis(date.millis()) } else { Some(Self(Form::Written(*text))) }
    }

    /// The form that JavaScript's servers write, if the time came in it.
    pub fn as_javascript(&self) -> Option<&[u8; 24]> {
        match &self.0 {
            Form::Written(text) => Some(text),
            Form::At(..) => None,
        }
    }

    /// From seconds since the Unix epoch, as Chatwoot and LiveDesk count.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(|at| Self(Form::At(at, 0)))
    }

    /// From milliseconds since the Unix epoch.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        Timestamp::from_millisecond(millis).ok().map(|at| Self(Form::At(at, 3)))
    }

    /// From a timestamp, shown with milliseconds.
    pub fn from_timestamp(at: Timestamp) -> Self {
        Self(Form::At(at, 3))
    }

    /// From a timestamp and with how many fractional digits of a second it is shown; `None` for more than nine.
    pub fn with_digits(at: Timestamp, digits: u8) -> Option<Self> {
        (digits <= 9).then_some(Self(Form::At(at, digits)))
    }

    /// The point in time itself.
    pub fn timestamp(&self) -> Timestamp {
        match &self.0 {
            Form::Written(_) => {
                Timestamp::from_millisecond(self.unix_millis()).expect("a date before the year 9999 has a timestamp")
            }
            Form::At(at, _) => *at,
        }
    }

    /// Milliseconds since the Unix epoch; what is finer is cut off.
    pub fn unix_millis(&self) -> i64 {
        match &self.0 {
            Form::Written(text) => Date::read(text).map_or(0, Date::millis),
            Form::At(at, _) => at.as_millisecond(),
        }
    }

    /// With how many fractional digits of a second it is shown, 0 to 9.
    pub fn digits(&self) -> u8 {
        match self.0 {
            Form::Written(_) => 3,
            Form::At(_, digits) => digits,
        }
    }

    /// Appends the RFC 3339 form to `out`.
    pub fn write_to(&self, out: &mut String) {
        if let Form::Written(text) = &self.0 {
            return out.extend(text.iter().map(|byte| char::from(*byte)));
        }
        let printer = DateTimePrinter::new().precision(Some(self.digits()));
        printer.print_timestamp(&self.timestamp(), out).expect("writing to a string cannot fail");
    }
}

/// A date of the years 1 to 9999.
#[derive(Clone, Copy)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
}

impl Date {
    /// Reads `2024-11-19T00:53:05.468Z`.
    fn read(text: &[u8; 24]) -> Option<Self> {
        let [date, time, rest] = text.as_chunks().0 else { return None };
        let (date, time, rest) =
            (pairs(*date, *b"0000-00-")?, pairs(*time, *b"00T00:00")?, pairs(*rest, *b":00.000Z")?);
        let (year, month, day) = (date[0] * 100 + date[2], date[5], time[0]);
        let (hour, minute, second, milli) = (time[3], time[6], rest[1], rest[4] * 10 + i64::from(text[22] - b'0'));
        let length = match month {
            2 => 28 + i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let is_date = year > 0 && (1..=12).contains(&month) && (1..=length).contains(&day);
        (is_date && hour <= 23 && minute <= 59 && second <= 59).then_some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            milli,
        })
    }

    /// Milliseconds since the Unix epoch.
    fn millis(self) -> i64 {
        let Self { year, month, day, hour, minute, second, milli } = self;
        // Years that begin in March have the odd day at their end; 719,468 days lie between that calendar's zero and 1970.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
        (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli
    }
}

/// Of each two neighbours among eight characters the number that they are as digits; `None` unless there are digits where
/// `form` has zeros, and all other characters are those of `form`. The eight are looked at together.
fn pairs(eight: [u8; 8], form: [u8; 8]) -> Option<[i64; 8]> {
    // A digit differs from a zero by its value. Added to that, none of its bytes reaches 128 that is as it should be.
    let differing = u64::from_le_bytes(eight) ^ u64::from_le_bytes(form);
    let room = u64::from_le_bytes(form.map(|byte| if byte == b'0' { 0x76 } else { 0x7f }));
    if (differing | differing.wrapping_add(room)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    Some((differing * 10 + (differing >> 8)).to_le_bytes().map(i64::from))
}

impl Eq for Time {}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Form::Written(text), Form::Written(other)) => text.cmp(other),
            _ => self.timestamp().cmp(&other.timestamp()),
        }
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
    use proptest::prelude::*;

    #[test]
    fn keeps_the_vendors_digits() {
        for text in ["2024-11-19T00:53:05.468Z", "2026-07-01T10:00:00.000Z", "2024-11-19T00:53:05Z"] {
            assert_eq!(Time::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Time::from_unix_seconds(1_765_441_908).unwrap().to_string(), "2025-12-11T08:31:48Z");
        assert_eq!(Time::parse("2024-11-19T02:53:05+02:00").unwrap().to_string(), "2024-11-19T00:53:05Z");
    }

    #[test]
    fn the_last_days_of_all_are_times_as_far_as_there_are_timestamps() {
        let last = Time::parse("9999-12-30T21:59:59.999Z").unwrap();
        assert_eq!((last.timestamp().as_millisecond(), last.as_javascript()), (253_402_207_199_999, None));
        assert_eq!(Time::parse("9999-12-31T23:59:59.999Z"), None);
        let before = Time::parse("9998-12-31T23:59:59.999Z").unwrap();
        assert!(before < last && before.as_javascript().is_some());
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "2024-13-01T00:00:00Z", "2024-11-19"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_agrees(millis in -62_000_000_000_000_i64..250_000_000_000_000) {
            let text = Timestamp::from_millisecond(millis).unwrap();
            let text = format!("{text:.3}");
            prop_assert_eq!(Date::read(text.as_bytes().try_into().unwrap()).map(Date::millis), Some(millis), "{}", text);
            prop_assert_eq!(Time::parse(&text).unwrap().timestamp().as_millisecond(), millis);
            prop_assert_eq!(Time::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn the_order_is_that_of_time(a in -62_000_000_000_000_i64..250_000_000_000_000, b in -2_000_i64..2_000) {
            let text = |millis| format!("{:.3}", Timestamp::from_millisecond(millis).unwrap());
            let (written, other) = (Time::parse(&text(a)).unwrap(), Time::parse(&text(a + b)).unwrap());
            let at = Time::from_unix_millis(a + b).unwrap();
            prop_assert_eq!(written.cmp(&other), 0.cmp(&b));
            prop_assert_eq!(written.cmp(&at), 0.cmp(&b));
            prop_assert_eq!((at == other, at.digits(), other.digits()), (true, 3, 3));
        }

        #[test]
        fn what_is_no_date_is_none_either_way(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z") {
            if let Some(millis) = Date::read(text.as_bytes().try_into().unwrap()).map(Date::millis) {
                prop_assert_eq!(text.parse::<Timestamp>().unwrap().as_millisecond(), millis);
            } else if !text.contains(":60.") && !text.starts_with("0000") {
                prop_assert!(text.parse::<Timestamp>().is_err(), "{}", text);
            }
        }
    }
}
