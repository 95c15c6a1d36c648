//! What a reply means by its status alone, and what its body says for people: what every vendor falls back on.

use super::{Dialect, HttpErrorKind, Judgement, Reply, without_secret_values};

/// How much of a body an excerpt shows, in characters.
const EXCERPT: usize = 200;

/// A web page's title lies within this many bytes, or it is not looked for.
const HEAD: usize = 8 << 10;

/// A body above this many bytes is not an error's text.
const LONGEST_ERROR: usize = 1 << 20;

const CHECK_BASE_URL: &str = "check `base_url`: the address may be the web page's, or lack a path";

/// Judges a reply by its status; a vendor with codes of its own looks at those first.
///
/// A web page is never the answer, whatever the status. 2xx is accepted; 401 and 403 are [`HttpErrorKind::Auth`]; 404 is
/// [`HttpErrorKind::NotFound`] if the body is JSON, else the address is wrong; 408, 425 and most of 5xx are worth another try.
pub fn judge_by_status(reply: &Reply) -> Judgement {
    let with = |what: &str| said(reply).map_or_else(|| what.to_owned(), |said| format!("{what}: {said}"));
    let refuse =
        |kind, message: String, hint: Option<&str>| Judgement::Refuse { kind, message, hint: hint.map(str::to_owned) };
    match reply.status {
        200..=299 if is_web_page(reply) => {
            refuse(HttpErrorKind::BadReply, with("answered with a web page, not with JSON"), Some(CHECK_BASE_URL))
        }
        200..=299 if reply.body.trim_ascii().is_empty() => {
            refuse(HttpErrorKind::BadReply, "answered with an empty body".to_owned(), Some(CHECK_BASE_URL))
        }
        200..=299 => Judgement::Accept,
        401 => refuse(HttpErrorKind::Auth, with("the server refused the credentials"), None),
        403 => refuse(HttpErrorKind::Auth, with("the server denied the permission"), None),
        404 | 410 if is_json(reply) => refuse(HttpErrorKind::NotFound, with("not found"), None),
        404 | 405 | 410 => {
            refuse(HttpErrorKind::BadReply, with("there is no such API at this address"), Some(CHECK_BASE_URL))
        }
        407 => refuse(HttpErrorKind::Network, with("the proxy wants credentials"), Some("put them into `HTTPS_PROXY`")),
        429 => Judgement::RateLimited { wait: None, message: with("the rate limit is used up") },
        408 | 425 => Judgement::Retry { message: with("the server gave up waiting") },
        501 | 505..=511 => refuse(HttpErrorKind::Server, with("the server cannot do this"), None),
        500..=599 => Judgement::Retry { message: with("the server failed") },
        _ => refuse(HttpErrorKind::Server, with("the server did not accept the request"), None),
    }
}

/// Goes by the status alone: what stands in until a vendor brings its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainDialect;

impl Dialect for PlainDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        judge_by_status(reply)
    }
}

/// Whether the body is a web page rather than data.
pub fn is_web_page(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html")) && !is_json(reply)
        || start(reply) == Some(&b'<')
}

fn is_json(reply: &Reply) -> bool {
    matches!(start(reply), Some(b'{' | b'['))
}

/// The first byte that counts.
fn start(reply: &Reply) -> Option<&u8> {
    reply.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&reply.body).trim_ascii_start().first()
}

/// What the body says for people: an error's text in JSON of the usual shapes, a web page's title, else how the text begins.
pub fn said(reply: &Reply) -> Option<String> {
    if is_json(reply) {
        if reply.body.len() > LONGEST_ERROR {
            return None;
        }
        let value: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
        return spoken(&value, 0).map(|text| shortened(&text));
    }
    if is_web_page(reply) {
        let text = String::from_utf8_lossy(&reply.body[..reply.body.len().min(HEAD)]);
        let lower = text.to_ascii_lowercase();
        let title =
            lower.find("<title>").map(|at| at + 7).and_then(|from| Some(from..from + lower[from..].find("</title>")?));
        return title.map(|range| shortened(&text[range])).filter(|title| !title.is_empty());
    }
    let text = excerpt(&reply.body);
    (!text.is_empty()).then_some(text)
}

/// The text of an error in JSON: a text, or what lies under the keys that errors are told by.
fn spoken(value: &serde_json::Value, depth: u8) -> Option<String> {
    const KEYS: [&str; 6] = ["message", "error", "errors", "msg", "detail", "description"];
    if depth > 3 {
        return None;
    }
    match value {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        serde_json::Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().take(5).filter_map(|part| spoken(part, depth + 1)).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
        serde_json::Value::Object(fields) => KEYS.iter().find_map(|key| spoken(fields.get(*key)?, depth + 1)),
        _ => None,
    }
}

/// How a body begins, as one line of at most 200 characters, without what its keys call secret.
pub fn excerpt(body: &[u8]) -> String {
    shortened(&String::from_utf8_lossy(&without_secret_values(&body[..body.len().min(EXCERPT * 8)])))
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec().into() }
    }

    fn kind(status: u16, body: &str) -> Option<HttpErrorKind> {
        match judge_by_status(&reply(status, body)) {
            Judgement::Refuse { kind, .. } => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn each_status_has_its_class() {
        assert_eq!(judge_by_status(&reply(200, "[]")), Judgement::Accept);
        assert_eq!(kind(401, "{}"), Some(HttpErrorKind::Auth));
        assert_eq!(kind(403, "<html>"), Some(HttpErrorKind::Auth));
        assert_eq!(kind(404, r#"{"error":"Resource not found"}"#), Some(HttpErrorKind::NotFound));
        assert_eq!(kind(404, "Not found"), Some(HttpErrorKind::BadReply));
        assert_eq!(kind(422, "{}"), Some(HttpErrorKind::Server));
        assert_eq!(kind(501, "{}"), Some(HttpErrorKind::Server));
        assert_eq!(kind(200, " \n"), Some(HttpErrorKind::BadReply));
        for status in [408, 425, 500, 502, 503, 504, 522] {
            assert!(matches!(judge_by_status(&reply(status, "")), Judgement::Retry { .. }), "{status}");
        }
        assert!(matches!(judge_by_status(&reply(429, "")), Judgement::RateLimited { wait: None, .. }));
    }

    #[test]
    fn a_web_page_is_not_the_answer() {
        let page = "\u{feff}\n<!DOCTYPE html><html><head><title> Sign in </title></head></html>";
        let Judgement::Refuse { kind, message, hint } = judge_by_status(&reply(200, page)) else { panic!("accepted") };
        assert_eq!(kind, HttpErrorKind::BadReply);
        assert_eq!(message, "answered with a web page, not with JSON: Sign in");
        assert!(hint.unwrap().contains("base_url"));
    }

    #[test]
    fn json_under_a_wrong_content_type_is_json() {
        let mut reply = reply(200, "{}");
        reply.headers.insert("content-type", "text/html".parse().unwrap());
        assert_eq!(judge_by_status(&reply), Judgement::Accept);
    }

    #[test]
    fn what_errors_say_is_found_in_every_shape() {
        let shapes = [
            (r#"{"error":"a"}"#, Some("a")),
            (r#"{"errors":["a","b"]}"#, Some("a; b")),
            (r#"{"code":1,"message":"a"}"#, Some("a")),
            (r#"{"status":500,"error":"a"}"#, Some("a")),
            (r#"{"error":{"message":"a\n b"}}"#, Some("a b")),
            (r#"{"errors":[{"field":"x","message":"a"}]}"#, Some("a")),
            (r#"{"error":403}"#, None),
            ("Retry later\n", Some("Retry later")),
            ("{", None),
            ("", None),
        ];
        for (body, want) in shapes {
            assert_eq!(said(&reply(400, body)).as_deref(), want, "{body}");
        }
        assert_eq!(excerpt("é".repeat(5000).as_bytes()).chars().count(), 201);
    }
}
