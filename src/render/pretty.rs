//! JSON for a person at a terminal: the same data, indented and coloured.

use crate::term::{Paint, Style};

/// Below this depth values stay on one line, so that no nesting makes a line of white space alone.
const DEEPEST: usize = 24;

/// Appends `json`, which must be valid and without anything that drives a terminal, indented by `depth` steps of two cells.
pub(super) fn write(json: &str, depth: usize, color: Paint, out: &mut String) {
    let mut pretty = Pretty { out, color, depth, is_key: Vec::new() };
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => string_end(bytes, at),
            b'{' | b'[' | b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => at + 1,
            _ => at + bytes[at..].iter().position(|byte| b",:]} \t\r\n".contains(byte)).unwrap_or(bytes.len() - at),
        };
        let next = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        pretty.token(&json[at..end], next);
        if matches!((byte, next), (b'{', Some(b'}')) | (b'[', Some(b']'))) {
            pretty.out.push(if *byte == b'{' { '}' } else { ']' });
            at = end + bytes[end..].iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0) + 1;
        } else {
            at = end;
        }
    }
}

/// The index after the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

struct Pretty<'a> {
    out: &'a mut String,
    color: Paint,
    depth: usize,
    /// For each open bracket, whether it is an object's whose next string is a key.
    is_key: Vec<Option<bool>>,
}

impl Pretty<'_> {
    fn token(&mut self, token: &str, next: Option<u8>) {
        match token.as_bytes()[0] {
            open @ (b'{' | b'[') => {
                self.out.push_str(token);
                let empty = next == Some(if open == b'{' { b'}' } else { b']' });
                if !empty {
                    self.is_key.push((open == b'{').then_some(true));
                    self.new_line();
                }
            }
            b'}' | b']' => {
                self.is_key.pop();
                self.new_line();
                self.out.push_str(token);
            }
            b',' => {
                self.out.push(',');
                self.set_key(true);
                self.new_line();
            }
            b':' => {
                self.out.push_str(": ");
                self.set_key(false);
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            first => {
                let style = match first {
                    b'"' if self.is_key.last() == Some(&Some(true)) => Style::Bold,
                    b'"' => Style::Good,
                    b'n' => Style::Dim,
                    _ => Style::Warning,
                };
                self.color.write(style, token, self.out);
            }
        }
    }

    fn set_key(&mut self, key: bool) {
        if let Some(Some(is_key)) = self.is_key.last_mut() {
            *is_key = key;
        }
    }

    fn new_line(&mut self) {
        let depth = self.depth + self.is_key.len();
        // A bracket that closes stands where the last line within the deepest level began.
        if depth <= DEEPEST {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(json: &str, color: Paint) -> String {
        let mut out = String::new();
        write(json, 0, color, &mut out);
        out
    }

    #[test]
    fn the_same_data_over_several_lines() {
        let json = r#"{"a":[1,{"b":null}],"c":{},"d":[ ],"e\"{":"x:,y"}"#;
        let expected = "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": [],\n  \"e\\\"{\": \"x:,y\"\n}";
        assert_eq!(pretty(json, Paint::Plain), expected);
        let colored = pretty(r#"{"a":["b",1,null]}"#, Paint::Colored).replace('\u{1b}', "^");
        assert_eq!(colored, "{\n  ^[1m\"a\"^[0m: [\n    ^[32m\"b\"^[0m,\n    ^[33m1^[0m,\n    ^[2mnull^[0m\n  ]\n}");
    }

    #[test]
    fn deep_nesting_stays_small() {
        let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let pretty = pretty(&json, Paint::Plain);
        assert!(pretty.len() < 210_000);
        assert_eq!(pretty.replace([' ', '\n'], ""), json);
    }
}
