//! A request as the made-up vendors see it, and their answer; reading of queries. Knows no sockets.

use hyper::HeaderMap;

/// A request to one vendor, its path without the vendor's prefix.
pub struct Ask<'a> {
    /// `GET` or another.
    pub method: &'a str,
    /// As `/api/v1/me`, still encoded.
    pub path: &'a str,
    /// What follows the first `?`, still encoded.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// Milliseconds since the Unix epoch.
    pub now: i64,
    /// Whether totals are told as they are.
    pub totals: Totals,
}

/// Whether totals are told as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Totals {
    /// They are.
    True,
    /// They are half of it.
    Halved,
}

impl Ask<'_> {
    /// A header, as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The total that is told.
    pub fn total(&self, total: usize) -> usize {
        match self.totals {
            Totals::True => total,
            Totals::Halved => total / 2,
        }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, `content-type` among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", "application/json".to_owned())], body: body.into() }
    }

    /// A value as JSON.
    pub fn value(status: u16, value: &serde_json::Value) -> Self {
        Self::json(status, value.to_string())
    }

    /// Plain text.
    pub fn plain(status: u16, body: &str) -> Self {
        Self { status, headers: vec![("content-type", "text/plain;charset=UTF-8".to_owned())], body: body.into() }
    }

    /// The same with one header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Decodes one part of a query: `+` is a space; what is no escape, or no UTF-8, stays as it is.
pub fn decode(text: &str) -> String {
    decode_path(&text.replace('+', " "))
}

/// Decodes one part of a path: `+` is itself.
pub fn decode_path(text: &str) -> String {
    let hex = |byte: u8| char::from(byte).to_digit(16);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = match bytes[at..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok()),
            _ => None,
        };
        decoded.push(escape.unwrap_or(bytes[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// The parameters of a query, decoded, in order.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let split = |pair: &str| match pair.split_once('=') {
        Some((key, value)) => (decode(key), decode(value)),
        None => (decode(pair), String::new()),
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(split).collect()
}

/// The last value given for `key`.
pub fn last<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// Whether `text` matches the SQL pattern `%pattern%`, case ignored: `%` and `_` are wildcards, `\` escapes.
pub fn ilike(text: &str, pattern: &str) -> bool {
    let lower = text.to_lowercase();
    let pattern = pattern.to_lowercase();
    if !pattern.contains(['%', '_', '\\']) {
        return lower.contains(&pattern);
    }
    let wanted: Vec<char> = format!("%{pattern}%").chars().collect();
    like(&lower.chars().collect::<Vec<_>>(), &wanted)
}

fn like(text: &[char], pattern: &[char]) -> bool {
    // Two pointers with one place to fall back to: linear in practice, whatever is asked.
    let (mut t, mut p, mut back) = (0, 0, None);
    loop {
        let step = match pattern.get(p) {
            Some('%') => {
                back = Some((t, p));
                p += 1;
                continue;
            }
            Some('\\') => (pattern.get(p + 1).is_some() && text.get(t) == pattern.get(p + 1)).then_some(2),
            Some('_') => text.get(t).map(|_| 1),
            Some(wanted) => (text.get(t) == Some(wanted)).then_some(1),
            None if t == text.len() => return true,
            None => None,
        };
        match (step, back) {
            (Some(width), _) => (t, p) = (t + 1, p + width),
            (None, Some((from, star))) if from < text.len() => {
                back = Some((from + 1, star));
                (t, p) = (from + 1, star + 1);
            }
            (None, _) => return false,
        }
    }
}

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let value = (group >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_decode_as_forms_do() {
        let read = pairs("a=+1%2B2&b=100%&c=%ff&d&e=x=y");
        let read: Vec<_> = read.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(read, [("a", " 1+2"), ("b", "100%"), ("c", "%ff"), ("d", ""), ("e", "x=y")]);
    }

    #[test]
    fn patterns_are_those_of_sql() {
        assert!(ilike("Ann Lee", "ann"));
        assert!(ilike("annXlee", "ann_lee"));
        assert!(ilike("anything", "%"));
        assert!(!ilike("annXlee", "ann\\_lee"));
        assert!(ilike("ann_lee", "ann\\_lee"));
        assert!(!ilike("ann", "ann\\"));
        assert!(!ilike("José", "jose"));
        assert!(ilike("abcabd", "a%bd"));
    }

    #[test]
    fn base64_is_padded() {
        let encoded: Vec<_> = ["", "f", "fo", "foo", "foobar"].iter().map(|text| base64(text.as_bytes())).collect();
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }
}
