//! One value of a record under one column, before it is written in a format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{Channel, Text, Time};

use super::times;

/// What stands between the values of a list.
const LIST_SEPARATOR: &str = "; ";

/// One value of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// The vendor does not say.
    Empty,
    /// Text, or a number as it came.
    Text(Cow<'a, str>),
    /// Yes or no.
    Bool(bool),
    /// A point in time.
    Time(Time),
    /// Several values.
    List(Vec<Cell<'a>>),
    /// A contact's channels; their kinds, where only text fits.
    Channels(&'a [Channel]),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(super) fn optional(text: Option<&'a Text>) -> Self {
        text.map_or(Self::Empty, |text| Self::text(text))
    }

    pub(super) fn flag(flag: Option<bool>) -> Self {
        flag.map_or(Self::Empty, Self::Bool)
    }

    pub(super) fn time(time: Option<Time>) -> Self {
        time.map_or(Self::Empty, Self::Time)
    }

    /// A list; one value stands for itself, and a list that says nothing is empty.
    pub(super) fn list(mut cells: impl Iterator<Item = Self>) -> Self {
        let Some(first) = cells.next() else { return Self::Empty };
        let Some(second) = cells.next() else { return first };
        let cells: Vec<Self> = [first, second].into_iter().chain(cells).collect();
        if cells.iter().all(|cell| *cell == Self::Empty) { Self::Empty } else { Self::List(cells) }
    }

    /// Part `rest` (a path, empty for all of it) of a JSON text.
    pub(super) fn json(json: &'a str, rest: &str) -> Self {
        if rest.is_empty() {
            return Self::whole_json(json);
        }
        match json.as_bytes().first() {
            Some(b'{') => {
                let Ok(object) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(json) else {
                    return Self::Empty;
                };
                if let Some(value) = object.get(rest) {
                    return Self::json(value.get(), "");
                }
                let Some((key, rest)) = rest.split_once('.') else { return Self::Empty };
                object.get(key).map_or(Self::Empty, |value| Self::json(value.get(), rest))
            }
            Some(b'[') => {
                let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(json) else { return Self::Empty };
                let (index, tail) = rest.split_once('.').unwrap_or((rest, ""));
                match index.parse::<usize>() {
                    Ok(index) => values.get(index).map_or(Self::Empty, |value| Self::json(value.get(), tail)),
                    Err(_) => Self::list(values.iter().map(|value| Self::json(value.get(), rest))),
                }
            }
            _ => Self::Empty,
        }
    }

    fn whole_json(json: &'a str) -> Self {
        match json.as_bytes().first() {
            Some(b'n') => Self::Empty,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => Self::Text(plain_string(json)),
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(json) {
                Ok(values) if values.iter().all(|value| !value.get().starts_with(['{', '['])) => {
                    Self::list(values.iter().map(|value| Self::whole_json(value.get())))
                }
                _ => Self::text(json),
            },
            _ => Self::text(json),
        }
    }

    /// The cell of a JSON value of this program's own.
    pub(super) fn value(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::String(text) => Self::text(text),
            Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
                Self::list(values.iter().map(Self::value))
            }
            other => Self::Text(Cow::Owned(other.to_string())),
        }
    }

    /// Appends the cell as programs read it: times in RFC 3339, `true` and `false`, lists joined, nothing where it is empty.
    pub(super) fn write_plain(&self, out: &mut String) {
        match self {
            Self::Empty => {}
            Self::Text(text) => out.push_str(text),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Time(time) => times::write_rfc3339(*time, out),
            Self::List(cells) => {
                for (index, cell) in cells.iter().enumerate() {
                    if index > 0 {
                        out.push_str(LIST_SEPARATOR);
                    }
                    cell.write_plain(out);
                }
            }
            Self::Channels(channels) => {
                for (index, channel) in channels.iter().enumerate() {
                    if index > 0 {
                        out.push_str(LIST_SEPARATOR);
                    }
                    out.push_str(channel.kind.as_str());
                }
            }
        }
    }

    /// The cell as programs read it.
    pub fn to_plain(&self) -> String {
        // Room for most cells at once.
        let mut out = String::with_capacity(64);
        self.write_plain(&mut out);
        out
    }
}

/// The text of a JSON string; escapes that name no character become `�`.
pub(super) fn plain_string(json: &str) -> Cow<'_, str> {
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(json);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Owned(lenient_string(inner)),
    }
}

/// Decodes the inside of a JSON string in which a surrogate stands alone.
fn lenient_string(inner: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        let c = match c {
            '\\' => match characters.next() {
                Some('u') => {
                    let digits = characters.as_str().get(..4).unwrap_or("");
                    units.push(u16::from_str_radix(digits, 16).unwrap_or(0xfffd));
                    characters = characters.as_str().get(4..).unwrap_or("").chars();
                    continue;
                }
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(other) => other,
                None => break,
            },
            other => other,
        };
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_by_path() {
        let json = r#"{"a":{"b":[1,"x"],"c.d":true},"e":null,"f":[{"g":1},{"g":2}],"long":12345678901234567890123}"#;
        for (path, expected) in [
            ("a.b", "1; x"),
            ("a.b.1", "x"),
            ("a.c.d", "true"),
            ("e", ""),
            ("f.g", "1; 2"),
            ("f", r#"[{"g":1},{"g":2}]"#),
            ("long", "12345678901234567890123"),
            ("none", ""),
            ("a.none.x", ""),
        ] {
            assert_eq!(Cell::json(json, path).to_plain(), expected, "{path}");
        }
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        assert_eq!(plain_string(r#""a\ud800b\n\u0041\ud83d\ude00""#), "a\u{fffd}b\nA😀");
        assert_eq!(plain_string(r#""\ud800\ud800""#), "\u{fffd}\u{fffd}");
        assert_eq!(plain_string(r#""\ud800\\n""#), "\u{fffd}\\n");
    }
}
