//! What replies that bring no answer say. Knows the shapes of their bodies, not what a status means on one vendor.

use serde_json::Value;

use crate::http::{HttpErrorKind, Judgement, Reply};

/// Characters of a body in plain text that are quoted.
const LONGEST_QUOTE: usize = 200;

/// The body of an error, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `{"error": …}`, `{"message": …}`, `{"code": …, "message": …}` or plain text.
    Said(String),
    /// `{"errors": […]}`, which the family writes before it knows who asks.
    Errors(String),
    /// A web page, which only something in front of the vendor sends.
    Html,
    /// Nothing that can be quoted.
    Silent,
}

impl Body {
    /// Reads a body of any shape.
    pub fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('<') {
            return Self::Html;
        }
        if !text.starts_with(['{', '[', '"']) {
            return quote(text).map_or(Self::Silent, Self::Said);
        }
        let Ok(json) = serde_json::from_str::<Value>(text) else {
            return quote(text).map_or(Self::Silent, Self::Said);
        };
        if let Some(errors) = json.get("errors").and_then(sentence) {
            return Self::Errors(errors);
        }
        let Some(said) = ["error", "message", "msg", "description"].iter().find_map(|key| json.get(*key)?.sentence())
        else {
            return json.as_str().and_then(quote).map_or(Self::Silent, Self::Said);
        };
        match json.get("code") {
            Some(code @ (Value::Number(_) | Value::String(_))) => {
                Self::Said(format!("{said} (code {})", code.as_str().map_or_else(|| code.to_string(), str::to_owned)))
            }
            _ => Self::Said(said),
        }
    }

    /// What was said, if anything was.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Said(said) | Self::Errors(said) => Some(said),
            Self::Html | Self::Silent => None,
        }
    }

    /// `what`, followed by what the body says.
    pub fn after(&self, what: &str) -> String {
        match self {
            Self::Said(said) | Self::Errors(said) => format!("{what}: `{said}`"),
            Self::Html => format!("{what}: a web page instead of JSON"),
            Self::Silent => what.to_owned(),
        }
    }
}

trait Sentence {
    fn sentence(&self) -> Option<String>;
}

impl Sentence for Value {
    fn sentence(&self) -> Option<String> {
        sentence(self)
    }
}

/// The text in a value: a string, an object's `message`, or a list of either.
fn sentence(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => quote(text),
        Value::Object(object) => {
            let said = object.get("message").or_else(|| object.get("error")).and_then(Value::as_str);
            said.and_then(quote).or_else(|| quote(&value.to_string()).filter(|_| !object.is_empty()))
        }
        Value::Array(items) => {
            let said: Vec<String> = items.iter().filter_map(sentence).collect();
            (!said.is_empty()).then(|| said.join("; "))
        }
        _ => None,
    }
}

fn quote(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let cut = line.char_indices().nth(LONGEST_QUOTE);
    Some(cut.map_or_else(|| line.to_owned(), |(at, _)| format!("{}…", &line[..at])))
}

/// Judges what no vendor of the family gives a meaning of its own: success, passing failures, and the rest.
pub fn judge_others(reply: &Reply) -> Judgement {
    let status = reply.status;
    let body = || Body::read(&reply.body);
    match status {
        200..=299 if reply.body.is_empty() => refuse(HttpErrorKind::BadReply, "the server sent an empty answer"),
        200..=299 if starts_like_html(&reply.body) => Judgement::Refuse {
            kind: HttpErrorKind::BadReply,
            message: "the server sent a web page instead of JSON".into(),
            hint: Some("is `base_url` the address of the API, without a login page in front?".into()),
        },
        200..=299 => Judgement::Accept,
        429 => Judgement::RateLimited { wait: None, message: body().after("too many requests (429)") },
        408 | 425 | 500 | 502 | 503 | 504 | 520..=524 => {
            Judgement::Retry { message: body().after(&format!("the server failed ({status})")) }
        }
        404 => refuse(HttpErrorKind::NotFound, body().after("not found (404)")),
        _ => refuse(HttpErrorKind::Server, body().after(&format!("the server refused the request ({status})"))),
    }
}

fn refuse(kind: HttpErrorKind, message: impl Into<String>) -> Judgement {
    Judgement::Refuse { kind, message: message.into(), hint: None }
}

fn starts_like_html(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF)) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    #[test]
    fn every_shape_is_read() {
        let said = |body: &str| Body::read(body.as_bytes()).said().map(str::to_owned);
        for (body, expected) in [
            (r#"{"error":"Resource could not be found"}"#, Some("Resource could not be found")),
            (r#"{"errors":["You need to sign in.", "Now."]}"#, Some("You need to sign in.; Now.")),
            (r#"{"errors":[{"field":"q","message":"is blank","code":"x"}]}"#, Some("is blank")),
            (r#"{"message":"Name is too long","attributes":["name"]}"#, Some("Name is too long")),
            (r#"{"code":40001,"message":"bad key"}"#, Some("bad key (code 40001)")),
            (r#"{"error":{"code":1,"message":"no"}}"#, Some("no")),
            (r#"{"status":500,"error":"Internal Server Error"}"#, Some("Internal Server Error")),
            ("Retry later\n", Some("Retry later")),
            ("{\"error\": tru", Some("{\"error\": tru")),
            ("<html><body>502</body></html>", None),
            ("", None),
            ("{}", None),
            ("null", Some("null")),
        ] {
            assert_eq!(said(body).as_deref(), expected, "{body}");
        }
        assert_eq!(Body::read(b" <!DOCTYPE html>"), Body::Html);
        assert!(matches!(Body::read(br#"{"errors":["a"]}"#), Body::Errors(_)));
        assert_eq!(said(&"x".repeat(1000)).unwrap().chars().count(), 201);
    }

    #[test]
    fn statuses_without_a_meaning_of_their_own() {
        let judge = |status: u16, body: &str| {
            judge_others(&Reply { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() })
        };
        assert_eq!(judge(200, "{}"), Judgement::Accept);
        assert!(matches!(judge(200, ""), Judgement::Refuse { kind: HttpErrorKind::BadReply, .. }));
        assert!(matches!(judge(200, "\u{feff}<html>"), Judgement::Refuse { kind: HttpErrorKind::BadReply, .. }));
        for status in [408, 425, 500, 502, 503, 504] {
            assert!(matches!(judge(status, ""), Judgement::Retry { .. }), "{status}");
        }
        assert!(matches!(judge(404, ""), Judgement::Refuse { kind: HttpErrorKind::NotFound, .. }));
        let Judgement::Refuse { kind: HttpErrorKind::Server, message, .. } = judge(422, r#"{"error":"Invalid value"}"#)
        else {
            panic!("422 is a refusal");
        };
        assert!(message.contains("422") && message.contains("Invalid value"), "{message}");
        assert!(matches!(judge(429, "slow down"), Judgement::RateLimited { wait: None, .. }));
    }
}
