//! How text is written into URLs, and the little Base64 that redaction needs.

use std::fmt::Write as _;

use url::Url;

/// Writes `text` as one segment of a path, so that it cannot end the segment, the path or the URL.
///
/// `.` and `..` mean a way through a path even when encoded; they come back doubly encoded and so name nothing.
pub fn path_segment(text: &str) -> String {
    match text {
        "." => "%252E".to_owned(),
        ".." => "%252E%252E".to_owned(),
        text => percent_encoded(text),
    }
}

/// The URL of `path` below `base`, whose own path prefix is kept. What follows a `?` in `path` is its query.
pub(super) fn join(base: &Url, path: &str, params: &[(&str, &str)]) -> Url {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut url = base.clone();
    url.set_path(&format!("{}/{}", base.path().trim_end_matches('/'), path.trim_start_matches('/')));
    url.set_fragment(None);
    let mut pairs = query.unwrap_or_default().to_owned();
    for (name, value) in params {
        if !pairs.is_empty() {
            pairs.push('&');
        }
        pairs.push_str(&percent_encoded(name));
        pairs.push('=');
        pairs.push_str(&percent_encoded(value));
    }
    url.set_query((!pairs.is_empty()).then_some(&pairs));
    url
}

/// `text` with everything but letters, digits and `-._~` as `%XX`.
pub(super) fn percent_encoded(text: &str) -> String {
    encoded(text, |out, byte| write!(out, "%{byte:02X}"))
}

/// The same with small hexadecimal digits.
pub(super) fn percent_encoded_lower(text: &str) -> String {
    encoded(text, |out, byte| write!(out, "%{byte:02x}"))
}

fn encoded(text: &str, escape: impl Fn(&mut String, u8) -> std::fmt::Result) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            escape(&mut out, byte).expect("a string takes everything");
        }
    }
    out
}

/// Base64 with padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn everything_odd_in_a_parameter_is_encoded() {
        let url = join(&base("https://h/"), "/a/b", &[("q", "a +%?&=é#'"), ("f[0][x]", "1")]);
        assert_eq!(url.as_str(), "https://h/a/b?q=a%20%2B%25%3F%26%3D%C3%A9%23%27&f%5B0%5D%5Bx%5D=1");
    }

    #[test]
    fn the_prefix_of_the_base_is_kept() {
        for text in ["https://h:8443/chat", "https://h:8443/chat/", "https://h:8443/chat/?x=1#y"] {
            assert_eq!(join(&base(text), "/api/v1/me", &[]).as_str(), "https://h:8443/chat/api/v1/me");
        }
        assert_eq!(join(&base("https://h"), "me?x=%20y", &[("z", "1")]).as_str(), "https://h/me?x=%20y&z=1");
    }

    #[test]
    fn a_segment_stays_one() {
        for id in ["a/b", "..", ".", "a?b", "a#b", "a b", "%2e%2e", "\0", "../../etc"] {
            let url = join(&base("https://h/api"), &format!("contacts/{}/labels", path_segment(id)), &[]);
            assert_eq!(url.path_segments().unwrap().count(), 4, "{url}");
            assert!(url.query().is_none() && url.path().starts_with("/api/contacts/"), "{url}");
        }
        assert_eq!(path_segment("id:1"), "id%3A1");
    }

    #[test]
    fn base64_as_in_the_standard() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
