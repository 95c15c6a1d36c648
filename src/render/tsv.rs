//! Tab-separated values: tab, newline, return and backslash are written `\t`, `\n`, `\r`, `\\`.

/// Appends one cell.
pub(super) fn write_cell(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(cell: &str) -> String {
        let mut out = String::new();
        let mut rest = cell.chars();
        while let Some(c) = rest.next() {
            out.push(match c {
                '\\' => match rest.next().unwrap() {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    other => other,
                },
                other => other,
            });
        }
        out
    }

    proptest! {
        #[test]
        fn cells_come_back(text in prop_oneof![any::<String>(), "[a\\\\tnr\t\n\r]{0,12}"]) {
            let mut out = Vec::new();
            write_cell(&text, &mut out);
            let cell = String::from_utf8(out).unwrap();
            prop_assert!(!cell.contains(['\t', '\n', '\r']));
            prop_assert_eq!(read(&cell), text);
        }
    }
}
