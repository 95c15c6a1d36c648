//! Cells of a Markdown table: what could be markup is escaped, what could drive a terminal is shown.

use crate::term::visible;

/// Appends one cell.
pub(super) fn write_cell(text: &str, out: &mut Vec<u8>) {
    let text = visible(text);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let inside_word = || {
            let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
            letter(at.checked_sub(1)) && letter(at.checked_add(1))
        };
        match byte {
            b'\\' | b'|' | b'`' | b'*' | b'[' | b']' | b'<' | b'~' => out.extend_from_slice(&[b'\\', *byte]),
            b'_' if !inside_word() => out.extend_from_slice(b"\\_"),
            b'&' => out.extend_from_slice(b"&amp;"),
            other => out.push(*other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        for (text, expected) in [
            ("a|b", r"a\|b"),
            ("x\ny\u{1b}[1m", r"x\\ny\\u{1b}\[1m"),
            ("<b>[x](y)*", r"\<b>\[x\](y)\*"),
            ("b_petrov@mail.example", "b_petrov@mail.example"),
            ("_x_", r"\_x\_"),
            ("A&amp;B", "A&amp;amp;B"),
        ] {
            let mut out = Vec::new();
            write_cell(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
