//! JSON kept as it came: numbers keep their digits, objects their order.

use std::fmt;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value as the vendor wrote it, on one line (white space between tokens is dropped).
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Keeps `raw`; copies it without the white space between tokens if it spans lines.
    pub fn new(raw: &RawValue) -> Self {
        if memchr::memchr2(b'\n', b'\r', raw.get().as_bytes()).is_some() {
            Self(RawValue::from_string(compact(raw.get())).unwrap_or_else(|_| raw.to_owned()))
        } else {
            Self(raw.to_owned())
        }
    }

    /// The JSON string literal for `text`.
    pub fn from_text(text: &str) -> Self {
        let json = serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned());
        Self(RawValue::from_string(json).expect("a serialised string is JSON"))
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
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
        self.0.serialize(serializer)
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

    #[test]
    fn white_space_goes_and_strings_stay() {
        let raw = RawValue::from_string("{ \"a b\" :\n [1.0, \"x \\\" \\n y\"] }".to_owned()).unwrap();
        assert_eq!(RawJson::new(&raw).get(), "{\"a b\":[1.0,\"x \\\" \\n y\"]}");
    }

    #[test]
    fn plain_text_of_values() {
        let plain = |json: &str| RawJson::new(&RawValue::from_string(json.to_owned()).unwrap()).to_plain();
        assert_eq!(plain("\"a\\u0041\"").as_deref(), Some("aA"));
        assert_eq!(plain("12345678901234567890123").as_deref(), Some("12345678901234567890123"));
        assert_eq!(plain("null"), None);
    }
}
