//! Reading vendors' JSON, with errors that say where a reply went wrong.
//!
//! Knows JSON and nothing of any vendor. Values that vary are read through [`super::lenient`]; what cannot be done without
//! (the list, an id) is asked for by the vendor with [`Place::broken`].

use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::de::Read;
use serde_json::value::RawValue;

use crate::http::{REDACTED, secret_values};
use crate::source::{ErrorKind, SourceError};

use super::lenient::Scalar;

/// Characters of a reply that are shown when it cannot be read.
const EXCERPT: usize = 80;

/// Where a reply came from, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// The vendor's name for people, as `Rocket.Chat`.
    pub vendor: &'static str,
    /// The endpoint, as `contacts.search`.
    pub endpoint: &'p str,
}

impl Place<'_> {
    /// Reads a whole reply.
    pub fn read<'b, T: Deserialize<'b>>(&self, body: &'b [u8]) -> Result<T, SourceError> {
        parse(body).map_err(|error| self.unreadable(body, &error))
    }

    /// As [`parse_list`].
    pub fn read_list<'b, E: Deserialize<'b>, T: Deserialize<'b>>(
        &self,
        body: &'b [u8],
        list: &'static str,
        each: &mut dyn FnMut(E) -> Result<(), &'static str>,
    ) -> Result<(T, bool), SourceError> {
        parse_list(body, list, each).map_err(|error| self.unreadable(body, &error))
    }

    /// Converts the rows of the list called `list` one by one; `convert` reads one row's JSON.
    ///
    /// Characters that were cut in half (lone surrogates) are replaced, as browsers do.
    pub fn rows<T>(
        &self,
        list: &str,
        rows: &[&RawValue],
        mut convert: impl FnMut(&RawValue) -> Result<T, serde_json::Error>,
    ) -> Result<Vec<T>, SourceError> {
        let mut out = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let converted = convert(row).or_else(|error| {
                let repaired = repair_surrogates(row.get()).and_then(|json| RawValue::from_string(json).ok());
                repaired.map_or(Err(error), |row| convert(&row))
            });
            out.push(converted.map_err(|error| {
                let offset = offset_of(row.get().as_bytes(), &error);
                let path = format!("{list}[{index}]{}", path_at(row.get().as_bytes(), offset));
                self.broken(&path, &reason(&error), row.get().as_bytes())
            })?);
        }
        Ok(out)
    }

    /// The failure for a reply that is JSON but not what is due at `path`.
    pub fn broken(&self, path: &str, what: &str, body: &[u8]) -> SourceError {
        let path = path.trim_start_matches('.');
        let at = if path.is_empty() { String::new() } else { format!(" at `{path}`") };
        let excerpt = excerpt(body, 0);
        SourceError::new(
            ErrorKind::Vendor,
            format!(
                "{} sent a reply to `{}` that cannot be read{at}: {what}; it starts {excerpt}",
                self.vendor, self.endpoint
            ),
        )
    }

    fn unreadable(&self, body: &[u8], error: &serde_json::Error) -> SourceError {
        if body.iter().all(u8::is_ascii_whitespace) {
            let message = format!("{} sent an empty reply to `{}`", self.vendor, self.endpoint);
            return SourceError::new(ErrorKind::Vendor, message);
        }
        let offset = offset_of(body, error);
        let path = path_at(body, offset);
        let at = if path.is_empty() { String::new() } else { format!(" at `{}`", path.trim_start_matches('.')) };
        let near = excerpt(body, offset.saturating_sub(EXCERPT / 2));
        let why = if error.is_eof() { "it ends too early".to_owned() } else { reason(error) };
        SourceError::new(
            ErrorKind::Vendor,
            format!("{} sent a reply to `{}` that cannot be read{at}: {why}, near {near}", self.vendor, self.endpoint),
        )
    }
}

/// Reads a reply in one pass: the elements of its list called `list` go to `each` one by one, what else it holds becomes
/// `T`. Also says whether the list was there.
///
/// An element that `each` refuses, in words, ends it as broken JSON does.
pub fn parse_list<'b, E: Deserialize<'b>, T: Deserialize<'b>>(
    body: &'b [u8],
    list: &'static str,
    each: &mut dyn FnMut(E) -> Result<(), &'static str>,
) -> Result<(T, bool), serde_json::Error> {
    fn read<'b, R: Read<'b>, E: Deserialize<'b>, T: Deserialize<'b>>(
        mut reader: serde_json::Deserializer<R>,
        mut apart: Apart<'_, E>,
    ) -> Result<(T, bool), serde_json::Error> {
        let rest = reader.deserialize_map(Envelope { apart: &mut apart, rest: PhantomData })?;
        reader.end()?;
        Ok((rest, apart.there))
    }
    let apart = Apart { list, each, there: false };
    match std::str::from_utf8(body) {
        Ok(text) => read(serde_json::Deserializer::from_str(text), apart),
        Err(_) => read(serde_json::Deserializer::from_slice(body), apart),
    }
}

/// A list that is taken apart from the object around it.
struct Apart<'e, E> {
    list: &'static str,
    each: &'e mut dyn FnMut(E) -> Result<(), &'static str>,
    there: bool,
}

/// Reads an object but for one list.
struct Envelope<'e, 'a, E, T> {
    apart: &'e mut Apart<'a, E>,
    rest: PhantomData<T>,
}

impl<'de, E: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for Envelope<'_, '_, E, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(Rest { map, apart: self.apart }))
    }
}

/// The entries of an object but for one list.
struct Rest<'e, 'a, A, E> {
    map: A,
    apart: &'e mut Apart<'a, E>,
}

impl<'de, A: MapAccess<'de>, E: Deserialize<'de>> MapAccess<'de> for Rest<'_, '_, A, E> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Scalar(key)) = self.map.next_key()? {
            let key = key.unwrap_or_default();
            if key != self.apart.list {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            if self.apart.there {
                return Err(serde::de::Error::custom("there are two lists"));
            }
            self.apart.there = self.map.next_value_seed(Elements(self.apart))?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// The list's elements; says whether there is a list.
struct Elements<'e, 'a, E>(&'e mut Apart<'a, E>);

impl<'de, E: Deserialize<'de>> DeserializeSeed<'de> for Elements<'_, '_, E> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Deserialize<'de>> Visitor<'de> for Elements<'_, '_, E> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<D>(self) -> Result<bool, D> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.0.each)(element).map_err(serde::de::Error::custom)?;
        }
        Ok(true)
    }
}

/// Reads JSON; that it is UTF-8 is checked once for all, which is a good deal faster than text by text.
fn parse<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// The message without serde's own position, which counts lines nobody sees.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

fn offset_of(body: &[u8], error: &serde_json::Error) -> usize {
    let before: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    (before + error.column().saturating_sub(1)).min(body.len())
}

/// A piece of a reply in quotes. What its keys call secret is not shown, and long words and long numbers are cut out of it:
/// they may be tokens.
fn excerpt(body: &[u8], start: usize) -> String {
    let piece = piece(body, start.min(body.len()), body.len().min(start + 4 * EXCERPT));
    let mut out = String::new();
    for word in piece.split_inclusive(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'))) {
        let bare = word.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+')));
        if bare.chars().count() >= 20 {
            out.push('…');
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
    }
    let cut: String = out.chars().take(EXCERPT).collect();
    if cut.len() < out.len() || start + 4 * EXCERPT < body.len() { format!("`{cut}…`") } else { format!("`{cut}`") }
}

/// The reply between two offsets, without what its keys call secret.
fn piece(body: &[u8], start: usize, end: usize) -> String {
    let mut out = Vec::new();
    let mut at = start;
    for secret in secret_values(body).into_iter().filter(|secret| secret.end > start && secret.start < end) {
        out.extend_from_slice(&body[at..secret.start.max(at)]);
        out.extend_from_slice(REDACTED.as_bytes());
        at = secret.end.min(end);
    }
    out.extend_from_slice(&body[at..end]);
    String::from_utf8_lossy(&out).into_owned()
}

/// The path of the value at `offset` of a JSON text, as `.contacts[3].name`; as far as the text can be followed.
fn path_at(json: &[u8], offset: usize) -> String {
    enum Step {
        Key(String),
        Index(usize),
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < offset.min(json.len()) {
        match json[at] {
            b'{' => steps.push(Step::Key(String::new())),
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' => {
                steps.pop();
            }
            b',' => match steps.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(key)) => key.clear(),
                None => {}
            },
            b'"' => {
                let start = at + 1;
                at = start;
                while at < json.len() && json[at] != b'"' {
                    at += if json[at] == b'\\' { 2 } else { 1 };
                }
                let next = json.get(at + 1..).and_then(|rest| rest.iter().find(|b| !b.is_ascii_whitespace()));
                if let (Some(Step::Key(key)), Some(b':')) = (steps.last_mut(), next) {
                    *key = String::from_utf8_lossy(&json[start..at.min(json.len())]).into_owned();
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut path = String::new();
    for step in steps.iter().take(16) {
        match step {
            Step::Key(key) if key.is_empty() => {}
            Step::Key(key) => path.extend([".", key.get(..key.len().min(40)).unwrap_or("…")]),
            Step::Index(index) => write!(path, "[{index}]").expect("writing to a string cannot fail"),
        }
    }
    path
}

/// The JSON with `\ud83d` and the like, where they stand alone, replaced by U+FFFD; `None` if there is none.
fn repair_surrogates(json: &str) -> Option<String> {
    let unit = |at: usize| {
        let hex = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match unit(at) {
            None => at += 2,
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                out.extend([&json[done..at], "\\ufffd"]);
                at += 6;
                done = at;
            }
            Some(_) => at += 6,
        }
    }
    (done > 0).then(|| out + &json[done..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { vendor: "Rocket.Chat", endpoint: "contacts.search" };

    #[derive(Debug, Deserialize)]
    struct Reply<'a> {
        #[serde(borrow)]
        contacts: Vec<&'a RawValue>,
    }

    fn message(body: &str) -> String {
        PLACE.read::<Reply<'_>>(body.as_bytes()).unwrap_err().message
    }

    #[test]
    fn errors_name_vendor_endpoint_path_and_excerpt() {
        let text = message(r#"{"contacts":[{"_id":"1"},{"_id":"2","name":"Ann"#);
        assert!(text.contains("Rocket.Chat") && text.contains("`contacts.search`"), "{text}");
        assert!(text.contains("`contacts[1].name`") && text.contains("ends too early"), "{text}");
        assert!(text.contains("Ann"), "{text}");
        assert!(message(r#"{"contacts":null}"#).contains("at `contacts`"), "{}", message(r#"{"contacts":null}"#));
        assert!(message("{}").contains("missing field `contacts`"), "{}", message("{}"));
        assert!(message(" \n").contains("empty reply"));
    }

    #[test]
    fn excerpts_hold_no_long_words() {
        let text = message(r#"{"token":"abcdefghijklmnopqrstuvwxyz0123456789","contacts":7}"#);
        assert!(!text.contains("abcdefghij"), "{text}");
    }

    #[test]
    fn excerpts_hold_no_value_that_its_key_calls_secret() {
        let text = message(r#"{"api_key":"hunter2","contacts":7}"#);
        assert!(!text.contains("hunter2") && text.contains("`contacts`"), "{text}");
        // The excerpt begins within the secret.
        let text = message(&format!(r#"{{"password":"{}","contacts":7}}"#, "ab ".repeat(60)));
        assert!(!text.contains("ab ab"), "{text}");
        let text = PLACE.broken("", "an object is due", br#"["x",{"smtp_password":"hunter2"}]"#).message;
        assert!(!text.contains("hunter2") && text.contains("[redacted]"), "{text}");
    }

    #[derive(Deserialize)]
    struct Row {
        name: String,
    }

    #[test]
    fn rows_tell_their_place() {
        let body = br#"{"contacts":["a",{"name":5}]}"#;
        let reply: Reply<'_> = PLACE.read(body).unwrap();
        let rows =
            PLACE.rows("contacts", &reply.contacts[1..], |row| serde_json::from_str::<Row>(row.get()).map(|r| r.name));
        let text = rows.unwrap_err().message;
        assert!(text.contains("`contacts[0].name`"), "{text}");
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    struct Envelope {
        total: Option<u64>,
        success: Option<bool>,
    }

    #[test]
    fn a_list_is_taken_apart_from_what_is_around_it() {
        let read = |body: &str| {
            let mut taken = Vec::new();
            let result = PLACE.read_list(body.as_bytes(), "rows", &mut |row: u64| {
                taken.push(row);
                if row == 13 { Err("thirteen is refused") } else { Ok(()) }
            });
            (result.map_err(|error| error.message), taken)
        };
        let whole = Envelope { total: Some(2), success: Some(true) };
        for body in [
            r#"{"total":2,"rows":[7,8],"other":[{"rows":[1]}],"success":true}"#,
            r#"{"r\u006fws":[7,8],"success":true,"total":2}"#,
        ] {
            let (result, taken) = read(body);
            assert_eq!((result, taken), (Ok((Envelope { ..whole }, true)), vec![7, 8]), "{body}");
        }
        for body in [r#"{"total":2,"success":true}"#, r#"{"rows":null,"total":2,"success":true}"#] {
            assert_eq!(read(body), (Ok((Envelope { ..whole }, false)), vec![]), "{body}");
        }
        for (body, part) in [
            (r#"{"rows":[7,13,8]}"#, "thirteen is refused"),
            (r#"{"rows":[7],"rows":[8]}"#, "two lists"),
            (r#"{"rows":{"a":1}}"#, "expected a list"),
            (r#"{"rows":[7,"x"]}"#, "`rows[1]`"),
            (r#"{"rows":[7]} x"#, "trailing characters"),
            ("[]", "an object"),
        ] {
            let message = read(body).0.unwrap_err();
            assert!(message.contains(part), "{body}: {message}");
        }
    }

    #[test]
    fn halves_of_characters_are_replaced() {
        let raw = RawValue::from_string(r#""a\ud83d b\ud83d\ude00 \\ud83d \udc00""#.to_owned()).unwrap();
        let rows = PLACE.rows("x", &[&raw], |row| serde_json::from_str::<String>(row.get())).unwrap();
        assert_eq!(rows, ["a\u{fffd} b😀 \\ud83d \u{fffd}"]);
        assert_eq!(repair_surrogates("\"plain \\u0041\""), None);
    }
}
