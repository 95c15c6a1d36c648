//! Reading vendors' JSON, with errors that say where a reply went wrong.
//!
//! Knows JSON and nothing of any vendor. Values that vary are read through [`super::lenient`]; what cannot be done without
//! (the list, an id) is asked for by the vendor with [`Place::broken`].

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::{REDACTED, secret_values};
use crate::source::{ErrorKind, SourceError};

use super::listed::parse_list;

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

    #[test]
    fn halves_of_characters_are_replaced() {
        let raw = RawValue::from_string(r#""a\ud83d b\ud83d\ude00 \\ud83d \udc00""#.to_owned()).unwrap();
        let rows = PLACE.rows("x", &[&raw], |row| serde_json::from_str::<String>(row.get())).unwrap();
        assert_eq!(rows, ["a\u{fffd} b😀 \\ud83d \u{fffd}"]);
        assert_eq!(repair_surrogates("\"plain \\u0041\""), None);
    }
}
