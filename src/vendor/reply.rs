//! What several vendors' dialects need to tell of a reply: what it is instead of JSON, its messages, numbers in them.

use crate::http::{Reply, excerpt, is_web_page};

/// What the reply is instead of JSON, for messages.
pub fn describe(reply: &Reply) -> String {
    let kind = reply.header("content-type").unwrap_or("no content type");
    match excerpt(&reply.body) {
        _ if is_web_page(reply) => format!("a web page ({kind})"),
        text if text.is_empty() => "an empty reply".to_owned(),
        text => format!("`{text}` ({kind})"),
    }
}

/// The first whole number after `words` in `text`.
pub fn number_after(text: &str, words: &str) -> Option<u64> {
    let rest = text.split_once(words)?.1.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    #[test]
    fn what_is_no_json_is_described() {
        let reply = |kind: &str, body: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", kind.parse().unwrap());
            describe(&Reply { status: 200, headers, body: body.as_bytes().to_vec().into() })
        };
        assert_eq!(reply("text/html; charset=utf-8", "<!DOCTYPE html>"), "a web page (text/html; charset=utf-8)");
        assert_eq!(reply("text/plain", "Not \n found"), "`Not found` (text/plain)");
        assert_eq!(reply("text/plain", " "), "an empty reply");
    }

    #[test]
    fn numbers_in_sentences() {
        assert_eq!(number_after("You must wait 17 seconds", "wait"), Some(17));
        assert_eq!(number_after("Retry after 3s.", "Retry after"), Some(3));
        assert_eq!(number_after("wait a minute", "wait"), None);
    }
}
