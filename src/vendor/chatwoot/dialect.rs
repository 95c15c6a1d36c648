//! What Chatwoot's replies mean (vendor notes B8, B9).

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::http::{Clock, Dialect, HttpErrorKind, Judgement, Reply, judge_by_status, said};
use crate::vendor::lenient::{List, Scalar};

/// The window of Chatwoot's limits, aligned to the epoch's minute.
const WINDOW_SECONDS: i64 = 60;

/// The longest random part of a wait: enough for clients that were refused together not to come back together.
const JITTER: Duration = Duration::from_millis(800);

/// What a 401 says, what that means, and what to do about it.
const REFUSALS: [(&str, &str, &str); 5] = [
    (
        "invalid access token",
        "the server refused the access token",
        "copy the token anew from Profile Settings → Access Token and put it in place with `contacts login`",
    ),
    (
        "not authorized for bots",
        "the token is a bot's, and bots may not read contacts",
        "use the access token of an agent or administrator (Profile Settings → Access Token)",
    ),
    (
        "not authorized to access this account",
        "the token's owner is not a member of this account",
        "check `account_id`: it is the number after /accounts/ in the address of the dashboard",
    ),
    (
        "account is suspended",
        "the account is suspended",
        "ask an administrator of the account, or the server's operator",
    ),
    (
        "not authorized to do this action",
        "the token's owner lacks the permission for this",
        "an administrator of the account can give the role, or use an administrator's token",
    ),
];

/// What Chatwoot's replies mean.
pub struct ChatwootDialect {
    clock: Arc<dyn Clock>,
}

impl ChatwootDialect {
    /// A dialect that takes the time from `clock` where a reply does not tell it.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// Time until the next minute begins on the server's clock: its limits tell no `Retry-After` (vendor notes B9).
    fn until_next_window(&self, reply: &Reply) -> Duration {
        let now = reply.date().unwrap_or_else(|| self.clock.now());
        let left = WINDOW_SECONDS - now.as_second().rem_euclid(WINDOW_SECONDS);
        Duration::from_secs(u64::try_from(left).unwrap_or(60)) + JITTER.mul_f64(self.clock.chance().clamp(0.0, 1.0))
    }
}

impl Dialect for ChatwootDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        match reply.status {
            401 => unauthorized(reply),
            403 => Judgement::Refuse {
                kind: HttpErrorKind::Auth,
                message: told("access is refused (403)", reply),
                hint: Some(
                    "Chatwoot itself never answers 403: a proxy, a firewall or a block list stands before it".into(),
                ),
            },
            429 if reply.header("retry-after").is_none() => Judgement::RateLimited {
                wait: Some(self.until_next_window(reply)),
                message: told("too many requests (429)", reply),
            },
            _ => judge_by_status(reply),
        }
    }
}

/// `what`, followed by what the body says.
fn told(what: &str, reply: &Reply) -> String {
    said(reply).map_or_else(|| what.to_owned(), |said| format!("{what}: {said}"))
}

/// Whether the body is `{"errors": […]}`, which is sent before the server knows who asks.
fn holds_errors(reply: &Reply) -> bool {
    #[derive(Default, Deserialize)]
    struct Errors<'a> {
        #[serde(borrow, default)]
        errors: List<Scalar<'a>>,
    }
    serde_json::from_slice(&reply.body).is_ok_and(|body: Errors<'_>| !body.errors.0.is_empty())
}

/// Tells the meanings of 401 apart; the body is shown in any case.
fn unauthorized(reply: &Reply) -> Judgement {
    let refuse = |meaning: &str, hint: &str| Judgement::Refuse {
        kind: HttpErrorKind::Auth,
        message: told(&format!("{meaning} (401)"), reply),
        hint: Some(hint.to_owned()),
    };
    if holds_errors(reply) {
        return refuse(
            "the server saw no credentials",
            "a proxy before the server may drop the header `api-access-token`; it must let it pass",
        );
    }
    let said = said(reply).unwrap_or_default().to_lowercase();
    match REFUSALS.iter().find(|(words, ..)| said.contains(words)) {
        Some((_, meaning, hint)) => refuse(meaning, hint),
        None => refuse("the server refused the credentials", "put the access token in place with `contacts login`"),
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use jiff::Timestamp;

    use super::*;
    use crate::http::HeaderMap;

    struct FixedClock;

    #[async_trait]
    impl Clock for FixedClock {
        fn now(&self) -> Timestamp {
            "2026-11-22T10:00:50Z".parse().unwrap()
        }
        async fn sleep(&self, _duration: Duration) {}
        fn chance(&self) -> f64 {
            0.5
        }
    }

    fn judge(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Judgement {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let reply = Reply { status, headers: map, body: body.as_bytes().to_vec().into() };
        ChatwootDialect::new(Arc::new(FixedClock)).judge(&reply)
    }

    fn refused(status: u16, body: &str) -> (HttpErrorKind, String, String) {
        match judge(status, body, &[]) {
            Judgement::Refuse { kind, message, hint } => (kind, message, hint.unwrap_or_default()),
            other => panic!("{status} {body}: {other:?}"),
        }
    }

    #[test]
    fn the_meanings_of_401_are_told_apart() {
        let bodies = [
            (r#"{"errors":["You need to sign in or sign up before continuing."]}"#, "no credentials", "proxy"),
            (r#"{"error":"Invalid Access Token"}"#, "refused the access token", "contacts login"),
            (r#"{"error":"Access to this endpoint is not authorized for bots"}"#, "bot", "agent"),
            (r#"{"error":"You are not authorized to access this account"}"#, "not a member", "account_id"),
            (r#"{"error":"Account is suspended"}"#, "suspended", "administrator"),
            (r#"{"error":"You are not authorized to do this action"}"#, "permission", "administrator"),
            ("", "refused the credentials", "contacts login"),
        ];
        let mut meanings = Vec::new();
        for (body, words, advice) in bodies {
            let (kind, message, hint) = refused(401, body);
            assert_eq!(kind, HttpErrorKind::Auth, "{body}");
            assert!(message.contains(words) && message.contains("401"), "{message}");
            assert!(hint.contains(advice), "{hint}");
            let said = body.split('"').nth(3).unwrap_or_default();
            assert!(message.contains(said), "{message}");
            assert!(!meanings.contains(&message), "{message}");
            meanings.push(message);
        }
    }

    #[test]
    fn other_refusals() {
        assert_eq!(refused(403, "<html>").0, HttpErrorKind::Auth);
        assert_eq!(refused(404, r#"{"error":"Resource could not be found"}"#).0, HttpErrorKind::NotFound);
        let (kind, message, _) = refused(422, r#"{"error":"Specify search string with parameter q"}"#);
        assert_eq!(kind, HttpErrorKind::Server);
        assert!(message.contains("Specify search string"), "{message}");
        assert_eq!(judge(200, r#"{"payload":[]}"#, &[]), Judgement::Accept);
        for body in [r#"{"status":500,"error":"Internal Server Error"}"#, "<html>502</html>", ""] {
            assert!(matches!(judge(500, body, &[]), Judgement::Retry { .. }), "{body}");
        }
    }

    #[test]
    fn a_refusal_for_the_rate_waits_for_the_next_minute_of_the_server() {
        let wait = |headers: &[(&'static str, &'static str)]| match judge(429, "Retry later\n", headers) {
            Judgement::RateLimited { wait, message } => {
                assert!(message.contains("Retry later"), "{message}");
                wait
            }
            other => panic!("{other:?}"),
        };
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(wait(&[("date", "Sun, 22 Nov 2026 16:31:47 GMT")]), millis(13_400));
        assert_eq!(wait(&[("date", "Sun, 22 Nov 2026 16:31:00 GMT")]), millis(60_400));
        assert_eq!(wait(&[("date", "soon")]), millis(10_400));
        assert_eq!(wait(&[]), millis(10_400));
        assert_eq!(wait(&[("retry-after", "3")]), None);
    }
}
