//! JSON kept as it came: numbers keep their digits, objects their order.

use std::borrow::Cow;
use std::fmt;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Text;

/// A JSON value as the vendor wrote it, on one line (white space between tokens is dropped).
#[derive(Clone)]
pub struct RawJson(Text);

impl RawJson {
    /// Keeps `raw`; copies it without the white space between tokens if it spans lines.
    pub fn new(raw: &RawValue) -> Self {
        Self::of_read(raw.get())
    }

    /// As [`Self::new`], of what was read as one JSON value already and is not looked at again.
    pub fn of_read(json: &str) -> Self {
        let spans_lines = memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_some();
        Self(if spans_lines { compact(json).into() } else { json.into() })
    }

    /// The JSON string literal for `text`.
    pub fn from_text(text: &str) -> Self {
        Self(serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned()).into())
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text of every string and number in the value, however deep; a number's digits are those that were written.
    /// Names of fields, `true`, `false` and `null` are no part of it.
    pub fn leaves(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let mut rest = self.get();
        std::iter::from_fn(move || next_leaf(&mut rest))
    }

    /// The value as plain text: a string without its quotes, anything else as JSON; `None` for `null`.
    pub fn to_plain(&self) -> Option<String> {
        match self.get() {
            "null" => None,
            json if json.starts_with('"') => serde_json::from_str(json).ok(),
            json => Some(json.to_owned()),
        }
    }
}

/// The first string or number of `rest`, which begins outside of strings; `rest` goes on behind it.
fn next_leaf<'j>(rest: &mut &'j str) -> Option<Cow<'j, str>> {
    loop {
        let json = *rest;
        let start = json.bytes().position(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'))?;
        let json = json.get(start..)?;
        let Some(string) = json.strip_prefix('"') else {
            let is_of_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
            let (number, behind) = json.split_at(json.bytes().take_while(is_of_number).count());
            *rest = behind;
            return Some(number.into());
        };
        let end = end_of_string(string.as_bytes());
        let (string, behind) = (string.get(..end)?, string.get(end + 1..)?);
        *rest = behind;
        if !behind.trim_start().starts_with(':') {
            return Some(unescaped(string));
        }
    }
}

/// Where the quote is that ends a string.
fn end_of_string(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// The text that a string in JSON means. Half of a surrogate pair, which is no text, becomes U+FFFD.
fn unescaped(string: &str) -> Cow<'_, str> {
    if !string.contains('\\') {
        return string.into();
    }
    let mut out = String::with_capacity(string.len());
    let mut parts = string.split('\\');
    out.push_str(parts.next().unwrap_or_default());
    let mut units: Vec<u16> = Vec::new();
    while let Some(part) = parts.next() {
        let (escape, behind) = part.split_at(part.chars().next().map_or(0, char::len_utf8));
        if escape == "u" {
            let (digits, behind) = behind.split_at_checked(4).unwrap_or((behind, ""));
            units.push(u16::from_str_radix(digits, 16).unwrap_or(0xfffd));
            if !behind.is_empty() {
                push_units(&mut units, &mut out);
                out.push_str(behind);
            }
            continue;
        }
        push_units(&mut units, &mut out);
        match escape {
            "n" => out.push('\n'),
            "r" => out.push('\r'),
            "t" => out.push('\t'),
            "b" => out.push('\u{8}'),
            "f" => out.push('\u{c}'),
            // A backslash that is escaped left nothing between the two.
            "" => {
                out.push('\\');
                out.push_str(parts.next().unwrap_or_default());
            }
            other => out.push_str(other),
        }
        out.push_str(behind);
    }
    push_units(&mut units, &mut out);
    out.into()
}

fn push_units(units: &mut Vec<u16>, out: &mut String) {
    out.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Drops insignificant white space from valid JSON.
fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string {
            out.push(c);
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
        } else if !matches!(c, ' ' | '\n' | '\r' | '\t') {
            in_string = c == '"';
            out.push(c);
        }
    }
    out
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.get()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::new(&raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_goes_and_strings_stay() {
        let raw = RawValue::from_string("{ \"a b\" :\n [1.0, \"x \\\" \\n y\"] }".to_owned()).unwrap();
        assert_eq!(RawJson::new(&raw).get(), "{\"a b\":[1.0,\"x \\\" \\n y\"]}");
    }

    fn leaves(json: &str) -> Vec<String> {
        RawJson::new(&RawValue::from_string(json.to_owned()).unwrap()).leaves().map(Cow::into_owned).collect()
    }

    #[test]
    fn leaves_are_strings_and_numbers_at_any_depth() {
        for (json, texts) in [
            ("\"plain\"", vec!["plain"]),
            ("\"\"", vec![""]),
            ("12345678901234567890123", vec!["12345678901234567890123"]),
            ("-1.50E+3", vec!["-1.50E+3"]),
            ("true", vec![]),
            ("null", vec![]),
            ("[]", vec![]),
            (
                "{ \"key\" : [1.0, \"a\", {\"b\":\"c\", \"d\": null}], \"key2\":\"e: f\" }",
                vec!["1.0", "a", "c", "e: f"],
            ),
            ("{\"a \\\" :\":\"b \\\" \\\\\",\"c\\\\\":\"\\\\\"}", vec!["b \" \\", "\\"]),
            (
                "[\"\\u0411\\u043e\\u0440\", \"\\ud83d\\ude00!\", \"\\ude00x\\ud83d\"]",
                vec!["Бор", "😀!", "\u{fffd}x\u{fffd}"],
            ),
            ("\"\\u0041\\n\\\\n\\/\\b\\f\\t\\r\\\\\\\\u0041é\\u00e9\"", vec!["A\n\\n/\u{8}\u{c}\t\r\\\\u0041éé"]),
        ] {
            assert_eq!(leaves(json), texts, "{json}");
        }
    }

    fn leaves_of(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => out.push(text.clone()),
            serde_json::Value::Number(number) => out.push(number.to_string()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| leaves_of(value, out)),
            serde_json::Value::Object(values) => values.values().for_each(|value| leaves_of(value, out)),
            _ => {}
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            "[a\"\\\\:,{}\\[\\]\n\u{1}é😀 ]{0,6}".prop_map(serde_json::Value::from),
            "\\PC{0,4}".prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
        ];
        leaf.prop_recursive(4, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::vec(("[a\"\\\\:]{0,3}", inner), 0..4)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// Writes every character beyond ASCII, and every quote and backslash, as its numbers.
    fn escaped(json: &str) -> String {
        let mut out = String::new();
        let mut chars = json.chars().peekable();
        while let Some(c) = chars.next() {
            let literal = match c {
                '\\' if matches!(chars.peek(), Some('"' | '\\')) => chars.next(),
                _ if c.is_ascii() => None,
                c => Some(c),
            };
            match literal {
                None => out.push(c),
                Some(c) => out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}"))),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn leaves_are_those_of_the_parsed_value(value in any_json(), pretty in any::<bool>()) {
            let json = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut expected = Vec::new();
            leaves_of(&value, &mut expected);
            prop_assert_eq!(leaves(&json), expected.clone(), "{}", json);
            prop_assert_eq!(leaves(&escaped(&json)), expected, "{}", escaped(&json));
        }
    }

    #[test]
    fn plain_text_of_values() {
        let plain = |json: &str| RawJson::new(&RawValue::from_string(json.to_owned()).unwrap()).to_plain();
        assert_eq!(plain("\"a\\u0041\"").as_deref(), Some("aA"));
        assert_eq!(plain("12345678901234567890123").as_deref(), Some("12345678901234567890123"));
        assert_eq!(plain("null"), None);
    }
}
