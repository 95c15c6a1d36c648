//! YAML from a record's JSON, in blocks. Strings that could be read as anything else are double-quoted; numbers keep their digits.

use std::fmt::Write as _;

use crate::term::is_inert;

use super::cell::plain_string;

/// Below this depth values stay in JSON, which is YAML as well.
const DEEPEST: usize = 48;

/// YAML readers take a key on one line up to 1,024 characters.
const LONGEST_KEY: usize = 900;

/// Appends one record as an element of a list. `json` must be valid JSON without white space at its ends.
pub(super) fn write_element(json: &str, reader: Reader, out: &mut Vec<u8>) {
    let mut yaml = Yaml { json, at: 0, out: String::with_capacity(json.len() * 2), reader };
    yaml.out.push_str("- ");
    yaml.node(2, Place::AfterDash);
    out.extend_from_slice(yaml.out.as_bytes());
}

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A program, or a file.
    Program,
    /// A terminal, to which nothing is sent that could drive it.
    Terminal,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    AfterKey,
    AfterDash,
}

struct Yaml<'a> {
    json: &'a str,
    at: usize,
    out: String,
    reader: Reader,
}

impl<'a> Yaml<'a> {
    /// Writes the value at the cursor; nested lines are indented by `indent`. Ends with a line feed.
    fn node(&mut self, indent: usize, place: Place) {
        self.skip_space();
        match self.peek() {
            b'{' if indent / 2 < DEEPEST => self.object(indent, place),
            b'[' if indent / 2 < DEEPEST => self.array(indent, place),
            first => {
                if place == Place::AfterKey {
                    self.out.push(' ');
                }
                let token = self.token();
                match first {
                    b'"' => self.string(&plain_string(token)),
                    b'{' | b'[' => self.flow(token),
                    _ => self.out.push_str(token),
                }
                self.out.push('\n');
            }
        }
    }

    fn object(&mut self, indent: usize, place: Place) {
        self.at += 1;
        self.skip_space();
        if self.peek() == b'}' {
            return self.empty("{}", place);
        }
        let mut first_on_line = place == Place::AfterDash;
        if place == Place::AfterKey {
            self.out.push('\n');
        }
        while self.peek() != b'}' && self.at < self.json.len() {
            if !std::mem::take(&mut first_on_line) {
                self.indent(indent);
            }
            let key = plain_string(self.token());
            if key.len() > LONGEST_KEY {
                self.out.push_str("? ");
                self.string(&key);
                self.out.push('\n');
                self.indent(indent);
            } else {
                self.string(&key);
            }
            self.out.push(':');
            self.skip_past(b':');
            self.node(indent + 2, Place::AfterKey);
            self.skip_past(b',');
        }
        self.at += 1;
    }

    fn array(&mut self, indent: usize, place: Place) {
        self.at += 1;
        self.skip_space();
        if self.peek() == b']' {
            return self.empty("[]", place);
        }
        let mut first_on_line = place == Place::AfterDash;
        if place == Place::AfterKey {
            self.out.push('\n');
        }
        while self.peek() != b']' && self.at < self.json.len() {
            if !std::mem::take(&mut first_on_line) {
                self.indent(indent);
            }
            self.out.push_str("- ");
            self.node(indent + 2, Place::AfterDash);
            self.skip_past(b',');
        }
        self.at += 1;
    }

    fn empty(&mut self, text: &str, place: Place) {
        self.at += 1;
        if place == Place::AfterKey {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn string(&mut self, text: &str) {
        if is_plain(text) {
            self.out.push_str(text);
            return;
        }
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if self.must_escape(c) => escape(c, &mut self.out),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// JSON as it is, on one line, in the characters that YAML allows.
    fn flow(&mut self, json: &str) {
        for c in json.chars() {
            if self.must_escape(c) && !c.is_ascii() {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(self.out, "\\u{unit:04x}").expect("writing to a string cannot fail");
                }
            } else {
                self.out.push(if c.is_ascii_control() { ' ' } else { c });
            }
        }
    }

    fn must_escape(&self, c: char) -> bool {
        let unreadable = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        unreadable || (self.reader == Reader::Terminal && !is_inert(c))
    }

    /// The string, number, word or whole nested value at the cursor; steps over it.
    fn token(&mut self) -> &'a str {
        let json = self.json;
        let (start, mut depth, mut quoted, mut escaped) = (self.at, 0_usize, false, false);
        for byte in &json.as_bytes()[start..] {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' | b' ' | b'\n' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 && !quoted && matches!(byte, b'"' | b'}' | b']') {
                break;
            }
        }
        &json[start..self.at]
    }

    fn peek(&self) -> u8 {
        self.json.as_bytes().get(self.at).copied().unwrap_or(b' ')
    }

    fn skip_space(&mut self) {
        while self.at < self.json.len() && self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn skip_past(&mut self, byte: u8) {
        self.skip_space();
        if self.peek() == byte {
            self.at += 1;
        }
        self.skip_space();
    }
}

/// Whether every YAML reader takes `text` without quotes for just this string.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"];
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'@' | b'-');
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.len() < 200
        && text.bytes().all(|byte| safe(byte) || byte == b' ')
        && !text.ends_with(' ')
        && (text.len() > 5 || !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

fn escape(c: char, out: &mut String) {
    let code = u32::from(c);
    match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    }
    .expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::render::json::tests::any_contact;

    fn yaml(json: &str) -> String {
        let mut out = Vec::new();
        write_element(json, Reader::Program, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn objects_lists_and_scalars() {
        let json = r#"{"a":null,"b":[],"c":{},"d":[1.50,{"x":"y","z":[[true]]}],"e f":{"g":"no"},"":"1"}"#;
        let expected = "- a: null\n  b: []\n  c: {}\n  d:\n    - 1.50\n    - x: \"y\"\n      z:\n        - - true\n  e f:\n    g: \"no\"\n  \"\": \"1\"\n";
        assert_eq!(yaml(json), expected);
        assert_eq!(yaml("[ 1, {\"a\" : [ 2 ] } ]"), "- - 1\n  - a:\n      - 2\n");
    }

    #[test]
    fn what_is_ambiguous_is_quoted() {
        for text in [
            "no",
            "Yes",
            "~",
            "1e3",
            "0x1f",
            "12:30",
            "- x",
            "a: b",
            "a #b",
            "",
            " x",
            "x ",
            "+49",
            "2024-11-19",
            "@x",
            "null",
            "é",
            "NaN",
        ] {
            let line = yaml(&format!("{{\"k\":{}}}", serde_json::to_string(text).unwrap()));
            assert_eq!(line, format!("- k: \"{text}\"\n"));
        }
        assert_eq!(yaml(r#"{"k":"Boris Doe"}"#), "- k: Boris Doe\n");
        assert_eq!(yaml("{\"k\":\"\\u0085\\ud83d\\ude00\\u2028\\u001b\"}"), "- k: \"\\x85😀\\u2028\\x1b\"\n");
    }

    #[test]
    fn deep_nesting_stays_on_the_stack() {
        let json = format!("{{\"a\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000));
        assert!(yaml(&json).len() > 1_000_000);
    }

    /// Reads back the subset of YAML that is written here.
    struct Lines<'a>(Vec<(usize, &'a str)>, usize);

    impl<'a> Lines<'a> {
        fn new(text: &'a str) -> Self {
            let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
            Self(text.lines().map(|line| (indent(line), line.trim_start_matches(' '))).collect(), 0)
        }

        /// The value whose first line stands at the cursor, indented by `indent`.
        fn value(&mut self, indent: usize) -> Value {
            let (_, line) = self.0[self.1];
            if line.starts_with("- ") {
                let mut list = Vec::new();
                while let Some((_, line)) =
                    self.0.get(self.1).filter(|(at, line)| *at == indent && line.starts_with("- "))
                {
                    // What follows the dash is a line of its own, further in.
                    self.0[self.1] = (indent + 2, &line[2..]);
                    list.push(self.value(indent + 2));
                }
                return Value::Array(list);
            }
            let Some(end) = key_end(line) else {
                self.1 += 1;
                return scalar(line);
            };
            let mut object = serde_json::Map::new();
            let mut key_and_rest = Some((line, end));
            while let Some((line, end)) = key_and_rest {
                self.1 += 1;
                let key = scalar(&line[..end]).as_str().unwrap().to_owned();
                let rest = line[end + 1..].trim_start();
                let value = if rest.is_empty() { self.value(indent + 2) } else { scalar(rest) };
                assert!(object.insert(key, value).is_none());
                let next = self.0.get(self.1).filter(|(at, _)| *at == indent);
                key_and_rest = next.and_then(|(_, line)| key_end(line).map(|end| (*line, end)));
            }
            Value::Object(object)
        }
    }

    /// Where the colon after a key stands.
    fn key_end(line: &str) -> Option<usize> {
        let (mut from, mut escaped) = (0, false);
        for (at, c) in line.char_indices().skip(1).filter(|_| line.starts_with('"')) {
            if c == '"' && !escaped {
                from = at + 1;
                break;
            }
            escaped = c == '\\' && !escaped;
        }
        let rest = &line[from..];
        let colon = if from > 0 { rest.starts_with(':').then_some(0) } else { rest.find(':') };
        colon.map(|at| from + at)
    }

    fn scalar(text: &str) -> Value {
        // JSON has no `\x1b`.
        let mut json = String::new();
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            json.push(c);
            if c == '\\' {
                let escape = characters.next().unwrap();
                json.push_str(&if escape == 'x' { "u00".to_owned() } else { escape.to_string() });
            }
        }
        serde_json::from_str(&json).unwrap_or_else(|_| Value::String(text.to_owned()))
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(contact in any_contact()) {
            let mut fields = contact.custom_fields.clone();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            fields.dedup_by(|(a, _), (b, _)| a == b);
            let contact = crate::model::Contact { custom_fields: fields, ..contact };
            let json = serde_json::to_string(&contact).unwrap();
            let text = yaml(&json);
            prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
            let expected: Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(Lines::new(&text).value(0), Value::Array(vec![expected]));
        }
    }
}
