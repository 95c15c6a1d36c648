//! Addresses: paths as people type them, ids inside of paths, and the bare address of a server.

use std::fmt::Write as _;

use url::Url;

use crate::http::Http;
use crate::source::SourceError;

use super::source_error;

/// GETs `path` as somebody typed it below the base URL, with or without a slash in front or a query behind.
pub async fn get_as_typed(http: &Http, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let typed: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let all: Vec<(&str, &str)> = typed.iter().chain(params).map(|(name, value)| (&**name, &**value)).collect();
    let reply = http.get(path.trim_start_matches('/'), &all).await.map_err(source_error)?;
    Ok(reply.body)
}

/// `text` as one segment of a path: everything but letters, digits, `-`, `_`, `.` and `~` becomes `%XX`.
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    out
}

/// A segment of a path as text; `None` if it is no UTF-8.
pub fn percent_decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

/// The address without credentials, query, fragment and final slash.
pub fn bare(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for addresses that have no host, which no web page has.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_go_round() {
        for text in ["id:12", "email:a+b@c.d", "../%2e", "ü/?#", "100%"] {
            assert_eq!(percent_decoded(&percent_encoded(text)).as_deref(), Some(text));
        }
        assert_eq!(percent_encoded("phone:+84 9"), "phone%3A%2B84%209");
        assert_eq!(percent_decoded("a%2"), Some("a%2".to_owned()));
        assert_eq!(percent_decoded("%ff"), None);
    }

    #[test]
    fn bare_addresses_hold_no_credentials() {
        let url = Url::parse("https://u:p@chat.example.com:8443/x/?q=1#f").unwrap();
        assert_eq!(bare(url), "https://chat.example.com:8443/x");
    }
}
