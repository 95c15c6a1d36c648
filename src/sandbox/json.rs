//! Writes JSON straight into bytes: a page of a hundred contacts takes some fifty microseconds this way.

use std::io::Write;

/// Bytes of JSON in the making. Keys and commas are written by the caller as they stand in the reply.
#[derive(Default)]
pub struct Out {
    bytes: Vec<u8>,
    /// The day written last and its text: most times of a contact fall on one day.
    day: Option<(i64, [u8; 10])>,
}

impl Out {
    /// An empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), day: None }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was written so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes `text` as it is.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// Writes `text` as a JSON string, escaping what `JSON.stringify` escapes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes.push(b'"');
        // Every byte is looked at, which the compiler makes faster than stopping early.
        let harmful = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'"') | u8::from(*byte == b'\\');
        if text.as_bytes().iter().map(harmful).fold(0, |any, one| any | one) == 0 {
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.escaped(text);
        }
        self.bytes.push(b'"');
        self
    }

    fn escaped(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            match byte {
                b'"' => self.bytes.extend_from_slice(b"\\\""),
                b'\\' => self.bytes.extend_from_slice(b"\\\\"),
                b'\n' => self.bytes.extend_from_slice(b"\\n"),
                b'\r' => self.bytes.extend_from_slice(b"\\r"),
                b'\t' => self.bytes.extend_from_slice(b"\\t"),
                byte if byte < 0x20 => {
                    self.raw("\\u00").hex(u64::from(byte), 2);
                }
                byte => self.bytes.push(byte),
            }
        }
    }

    /// A string, or `null`.
    pub fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A whole number.
    pub fn number(&mut self, number: impl Into<i128>) -> &mut Self {
        let number: i128 = number.into();
        write!(self.bytes, "{number}").expect("a vector takes what is written");
        self
    }

    /// A whole number of at least `width` digits, zeros in front.
    pub fn digits(&mut self, number: u64, width: usize) -> &mut Self {
        let (buffer, from) = decimal(number, width);
        self.bytes.extend_from_slice(&buffer[from..]);
        self
    }

    /// `width` lower-case hexadecimal digits.
    pub fn hex(&mut self, number: u64, width: u32) -> &mut Self {
        for shift in (0..width).rev() {
            let digit = usize::try_from((number >> (4 * shift)) & 0xf).expect("four bits");
            self.bytes.push(b"0123456789abcdef"[digit]);
        }
        self
    }

    /// `true` or `false`.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.raw(if flag { "true" } else { "false" })
    }

    /// Milliseconds since the Unix epoch as a string like `"2024-11-19T00:53:05.468Z"`.
    pub fn time(&mut self, millis: i64) -> &mut Self {
        let (days, in_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000).unsigned_abs());
        let date = match self.day {
            Some((day, text)) if day == days => text,
            _ => date(days),
        };
        self.day = Some((days, date));
        let (seconds, millis) = (in_day / 1000, in_day % 1000);
        let mut text = *b"\"0000-00-00T00:00:00.000Z\"";
        text[1..11].copy_from_slice(&date);
        text[12..14].copy_from_slice(&two(seconds / 3600));
        text[15..17].copy_from_slice(&two(seconds / 60 % 60));
        text[18..20].copy_from_slice(&two(seconds % 60));
        text[21..23].copy_from_slice(&two(millis / 10));
        text[23] = b'0' + (millis % 10).to_le_bytes()[0];
        self.bytes.extend_from_slice(&text);
        self
    }

    /// [`Self::time`], or `null`.
    pub fn time_or_null(&mut self, millis: Option<i64>) -> &mut Self {
        match millis {
            Some(millis) => self.time(millis),
            None => self.raw("null"),
        }
    }
}

/// The decimal digits of a number, and where they begin; at least `width` of them.
pub fn decimal(number: u64, width: usize) -> ([u8; 20], usize) {
    let mut buffer = [b'0'; 20];
    let (mut rest, mut at) = (number, buffer.len());
    while rest > 0 {
        at -= 1;
        buffer[at] = b'0' + (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    (buffer, at.min(20 - width.min(20)))
}

/// Two digits of a number below a hundred.
fn two(number: u64) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + digit.to_le_bytes()[0])
}

/// A day counted from 1970-01-01, as `2024-11-19`.
fn date(days: i64) -> [u8; 10] {
    let (year, month, day) = civil(days);
    let mut text = *b"0000-00-00";
    text[..2].copy_from_slice(&two(year / 100));
    text[2..4].copy_from_slice(&two(year % 100));
    text[5..7].copy_from_slice(&two(month));
    text[8..].copy_from_slice(&two(day));
    text
}

/// Year, month and day of a day counted from 1970-01-01, after 0000-03-01.
fn civil(days: i64) -> (u64, u64, u64) {
    let days = (days + 719_468).unsigned_abs();
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Out)) -> String {
        let mut out = Out::default();
        write(&mut out);
        String::from_utf8(out.into_bytes()).unwrap()
    }

    #[test]
    fn times_agree_with_jiff() {
        for millis in [0, 951_782_400_000, 1_709_164_800_123, 1_732_000_385_468, 1_795_000_000_999, 4_102_444_799_999] {
            let ours = written(|out| _ = out.time(millis));
            let theirs: jiff::Timestamp = ours.trim_matches('"').parse().unwrap();
            assert_eq!(theirs.as_millisecond(), millis, "{ours}");
        }
    }

    #[test]
    fn hostile_text_stays_json() {
        let hostile = "a\u{1b}[31m\"\\\r\n\t\u{0}\u{202e}é";
        let json = written(|out| _ = out.text(hostile));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }

    #[test]
    fn digits_keep_their_width() {
        assert_eq!(written(|out| _ = out.digits(7, 3).digits(1234, 2).digits(0, 1).hex(0xab, 4)), "0071234000ab");
    }
}
