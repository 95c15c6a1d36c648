//! What LiveDesk's replies mean; of errors it documents two statuses and no body (vendor notes A6).

use crate::http::{Dialect, HttpErrorKind, Judgement, Reply, judge_by_status, said};

/// What LiveDesk's replies mean.
pub struct LiveDeskDialect;

impl Dialect for LiveDeskDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        let refuse = |what: &str, hint: &str| Judgement::Refuse {
            kind: HttpErrorKind::Auth,
            message: said(reply).map_or_else(|| what.to_owned(), |said| format!("{what}: {said}")),
            hint: Some(hint.to_owned()),
        };
        match reply.status {
            401 => refuse(
                "the server refused the API key (401)",
                "take key and secret anew from Project Settings → API Management → API Key, and put them in place with \
                 `contacts login`",
            ),
            403 => refuse(
                "the API key lacks the permission for this (403)",
                "give the key access to contacts in Project Settings → API Management",
            ),
            _ => judge_by_status(reply),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    fn judge(status: u16, body: &str) -> Judgement {
        LiveDeskDialect.judge(&Reply { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec().into() })
    }

    #[test]
    fn refusals_with_any_body() {
        for (body, said) in [
            (r#"{"error":"invalid key"}"#, "invalid key"),
            (r#"{"errors":["a","b"]}"#, "a; b"),
            (r#"{"message":"denied"}"#, "denied"),
            (r#"{"code":2002,"message":"denied"}"#, "denied"),
            ("Unauthorized", "Unauthorized"),
            ("<html><title>Denied</title></html>", "Denied"),
            ("", ""),
        ] {
            for status in [401, 403] {
                let Judgement::Refuse { kind, message, hint } = judge(status, body) else { panic!("{status} {body}") };
                assert_eq!(kind, HttpErrorKind::Auth);
                assert!(message.contains(said) && message.contains(&status.to_string()), "{message}");
                assert!(hint.is_some());
            }
        }
    }

    #[test]
    fn limits_and_failures() {
        assert!(matches!(judge(429, ""), Judgement::RateLimited { wait: None, .. }));
        assert!(matches!(judge(503, "<html>"), Judgement::Retry { .. }));
        assert!(matches!(judge(404, "{}"), Judgement::Refuse { kind: HttpErrorKind::NotFound, .. }));
        assert!(matches!(judge(422, "{}"), Judgement::Refuse { kind: HttpErrorKind::Server, .. }));
        assert_eq!(judge(200, "{}"), Judgement::Accept);
    }
}
