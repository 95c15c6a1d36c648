//! Addresses: paths as people type them, ids in web pages' paths, and the bare address of a server.

use std::borrow::Cow;

use url::Url;

use crate::http::Http;
use crate::source::{ErrorKind, SourceError};

use super::source_error;

/// GETs `path` as somebody typed it below the base URL, with or without a slash in front or a query behind.
///
/// The reply comes as it is but for the profile's own secrets: some pages repeat them (vendor notes B1).
pub async fn get_as_typed(http: &Http, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
    let path = path.split('#').next().unwrap_or_default();
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (&**name, &**value)).collect();
    let body = http.get(path, &params).await.map_err(source_error)?.body.into_bytes();
    Ok(match http.redactor().redact_bytes(&body) {
        Cow::Borrowed(_) => body,
        Cow::Owned(redacted) => redacted,
    })
}

/// Reads a reply. What is wrong with it is told without the profile's secrets: a hostile server might send them back, and
/// one that an excerpt cuts in two would be recognised no more.
pub fn reading<T>(
    http: &Http,
    body: &[u8],
    mut read: impl FnMut(&[u8]) -> Result<T, SourceError>,
) -> Result<T, SourceError> {
    read(body).map_err(|error| match http.redactor().redact_bytes(body) {
        Cow::Borrowed(_) => error,
        Cow::Owned(clean) => {
            let again = read(&clean).err();
            again.unwrap_or_else(|| SourceError::new(error.kind, "the server sent a reply that cannot be read"))
        }
    })
}

/// A list that is not there, or a user's own data: the address is wrong, or the server too old. No contact is missing.
pub fn no_list(error: SourceError, hint: &str) -> SourceError {
    if error.kind == ErrorKind::NotFound {
        return SourceError { kind: ErrorKind::Vendor, ..error }.with_hint(hint);
    }
    error
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
    use crate::http::path_segment;

    #[test]
    fn segments_go_round() {
        for text in ["id:12", "email:a+b@c.d", "../%2e", "ü/?#", "100%"] {
            assert_eq!(percent_decoded(&path_segment(text)).as_deref(), Some(text));
        }
        assert_eq!(percent_decoded("a%2"), Some("a%2".to_owned()));
        assert_eq!(percent_decoded("%ff"), None);
    }

    #[test]
    fn bare_addresses_hold_no_credentials() {
        let url = Url::parse("https://u:p@chat.example.com:8443/x/?q=1#f").unwrap();
        assert_eq!(bare(url), "https://chat.example.com:8443/x");
    }
}
