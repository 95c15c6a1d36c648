//! What every vendor's dialect needs to tell of a reply: web pages in place of JSON, the server's clock, short messages.

use jiff::Timestamp;

use crate::http::Reply;

/// The most characters of a vendor's message that are repeated.
const MESSAGE: usize = 300;

/// Whether the reply is a web page: a proxy's, a portal's, or the vendor's own application.
pub fn is_web_page(reply: &Reply) -> bool {
    let start = reply.body.trim_ascii_start();
    let begins = |tag: &str| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag.as_bytes()));
    let html = reply.header("content-type").is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    begins("<!doctype html") || begins("<html") || (html && !matches!(start.first(), Some(b'{' | b'[')))
}

/// What the reply is instead of JSON, for messages.
pub fn describe(reply: &Reply) -> String {
    let kind = reply.header("content-type").unwrap_or("no content type");
    if is_web_page(reply) {
        return format!("a web page ({kind})");
    }
    match String::from_utf8_lossy(&reply.body[..reply.body.len().min(4 * MESSAGE)]).trim() {
        "" => "an empty reply".to_owned(),
        text => format!("`{}` ({kind})", shorten(text).chars().take(80).collect::<String>()),
    }
}

/// A vendor's message on one line and of bearable length.
pub fn shorten(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The server's clock when it replied.
pub fn server_time(reply: &Reply) -> Option<Timestamp> {
    let date = reply.header("date")?;
    jiff::fmt::rfc2822::parse(date).ok().map(|zoned| zoned.timestamp())
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

    fn reply(kind: &'static str, body: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().unwrap());
        headers.insert("date", "Sun, 22 Nov 2026 13:42:05 GMT".parse().unwrap());
        Reply { status: 200, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn web_pages_are_told_from_json() {
        assert!(is_web_page(&reply("text/html; charset=utf-8", "<p>")));
        assert!(is_web_page(&reply("application/json", " <!DOCTYPE HTML><html>")));
        assert!(!is_web_page(&reply("text/html", "{}")));
        assert!(!is_web_page(&reply("text/plain", "Not found")));
        assert_eq!(describe(&reply("text/plain", "Not \n found")), "`Not found` (text/plain)");
        assert_eq!(describe(&reply("text/plain", " ")), "an empty reply");
    }

    #[test]
    fn clocks_and_numbers() {
        assert_eq!(server_time(&reply("a/b", "")).unwrap().to_string(), "2026-11-22T13:42:05Z");
        assert_eq!(number_after("You must wait 17 seconds", "wait"), Some(17));
        assert_eq!(number_after("Retry after 3s.", "Retry after"), Some(3));
        assert_eq!(number_after("wait a minute", "wait"), None);
    }
}
