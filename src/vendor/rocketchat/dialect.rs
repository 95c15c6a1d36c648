//! What Rocket.Chat's replies mean: by status, because texts, codes and shapes differ between its versions (vendor notes 5, 6).

use std::time::Duration;

use jiff::Timestamp;

use crate::http::{Budget, Dialect, HttpErrorKind, Judgement, Reply, excerpt, is_web_page, judge_by_status};
use crate::vendor::reply::{describe, number_after};

use super::wire::Refusal;

/// The longest wait that a reply is believed.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// The wait when the reply tells none: one window of the default limit.
const WINDOW: Duration = Duration::from_mins(1);
/// Requests a window, unless the administrator changed it; `X-RateLimit-Limit` may be empty.
const DEFAULT_LIMIT: u32 = 10;
/// A refusal with status 200 is short; longer bodies are left to the decoder.
const SHORT: usize = 4096;

const BASE_URL_HINT: &str = "check `base_url`: it is the address under which Rocket.Chat itself opens, without `/api`";
const TOKEN_HINT: &str =
    "`user_id` is the id shown beside the personal access token (not the user name), and the token must be that user's";

/// Rocket.Chat's replies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RocketChatDialect;

impl Dialect for RocketChatDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        let said = Said::read(reply);
        match reply.status {
            200..=299 if is_web_page(reply) => not_the_api(reply),
            200..=299 if said.as_ref().is_some_and(|said| said.success == Some(false)) => {
                refuse_400(&said.unwrap_or_default())
            }
            401 => {
                refuse(HttpErrorKind::Auth, refused("the server refused user id and token", reply, said), TOKEN_HINT)
            }
            403 => {
                let message = refused("the user may not do this", reply, said);
                refuse(
                    HttpErrorKind::Auth,
                    message,
                    "contacts need the permission `view-livechat-contact`, which agents, managers and monitors of Omnichannel have",
                )
            }
            404 if said.as_ref().is_some_and(|said| said.success == Some(false)) => {
                let message = refused("there is no such thing", reply, said);
                Judgement::Refuse { kind: HttpErrorKind::NotFound, message, hint: None }
            }
            404 | 405 | 410 => not_the_api(reply),
            429 => Judgement::RateLimited {
                wait: wait(reply, said.as_ref()),
                message: refused("the rate limit is used up", reply, said),
            },
            400 => refuse_400(&said.unwrap_or_default()),
            _ => judge_by_status(reply),
        }
    }

    fn budget(&self, reply: &Reply, now: Timestamp) -> Option<Budget> {
        let number = |name: &str| reply.header(name).and_then(|value| value.trim().parse::<u64>().ok());
        let remaining = u32::try_from(number("x-ratelimit-remaining")?).ok()?;
        let limit = number("x-ratelimit-limit").and_then(|limit| u32::try_from(limit).ok());
        let reset_in = reset_in(reply, reply.date().unwrap_or(now)).unwrap_or(WINDOW);
        Some(Budget { limit: limit.unwrap_or(DEFAULT_LIMIT).max(remaining), remaining, reset_in })
    }
}

/// What a JSON reply that is no success says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    success: Option<bool>,
    message: String,
    code: Option<String>,
}

impl Said {
    /// `None` if the body is no JSON object, or too long for a refusal.
    fn read(reply: &Reply) -> Option<Self> {
        if (200..300).contains(&reply.status) && reply.body.len() > SHORT {
            return None;
        }
        let refusal: Refusal<'_> = serde_json::from_slice(&reply.body).ok()?;
        let error = refusal.error.map(|raw| match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => text,
            Err(_) => raw.get().to_owned(),
        });
        let error = error.filter(|error| error != "null").unwrap_or_default();
        let (text, bracket) = split_code(&error);
        // Log-ins put the code into `error` and the sentence into `message`.
        let message = refusal.message.as_str().unwrap_or(text);
        let code = refusal.error_type.as_str().map(str::to_owned).or_else(|| bracket.map(str::to_owned));
        Some(Self { success: refusal.success.0, message: excerpt(message.as_bytes()), code })
    }
}

/// Splits `must be number [invalid-params]` into the sentence and the code.
fn split_code(error: &str) -> (&str, Option<&str>) {
    let split = error.trim_end().strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
    match split {
        Some((text, code)) if !code.is_empty() && !code.contains(char::is_whitespace) => (text, Some(code)),
        _ => (error, None),
    }
}

fn refused(what: &str, reply: &Reply, said: Option<Said>) -> String {
    match said.map(|said| said.message).filter(|message| !message.is_empty()) {
        Some(message) => format!("{what}: {message}"),
        None if reply.body.trim_ascii().is_empty() => what.to_owned(),
        None => format!("{what}, with {}", describe(reply)),
    }
}

fn refuse(kind: HttpErrorKind, message: String, hint: &str) -> Judgement {
    Judgement::Refuse { kind, message, hint: Some(hint.to_owned()) }
}

fn not_the_api(reply: &Reply) -> Judgement {
    let message = format!("this is not a reply of the Rocket.Chat API but {}", describe(reply));
    refuse(HttpErrorKind::BadReply, message, BASE_URL_HINT)
}

/// A refusal with 400, or with `success: false` and 200. It need not be the client's fault: every exception comes so.
fn refuse_400(said: &Said) -> Judgement {
    let code = said.code.as_deref().unwrap_or(said.message.as_str());
    let plain = |what: &str| match said.message.as_str() {
        "" => what.to_owned(),
        message => format!("{what}: {message}"),
    };
    match code {
        "error-contact-not-found" | "error-resource-not-found" => {
            Judgement::Refuse { kind: HttpErrorKind::NotFound, message: plain("there is no such thing"), hint: None }
        }
        "totp-required" | "totp-invalid" => refuse(
            HttpErrorKind::Auth,
            plain("the server asks for a second factor"),
            "use a personal access token made with `Ignore Two Factor Authentication`",
        ),
        "error-unauthorized" | "unauthorized" | "forbidden" => refuse(
            HttpErrorKind::Auth,
            plain("the user may not do this"),
            "contacts need the permission `view-livechat-contact`",
        ),
        "error-not-allowed" => refuse(
            HttpErrorKind::Server,
            plain("the server does not offer this"),
            "contacts need Rocket.Chat 7.1.0 or newer",
        ),
        _ => Judgement::Refuse {
            kind: HttpErrorKind::Server,
            message: plain("the server refused the request"),
            hint: None,
        },
    }
}

/// The seconds in the text do not depend on clocks; else the reset by the server's clock, which its `Date` tells; a proxy's
/// `Retry-After` is left to the client.
fn wait(reply: &Reply, said: Option<&Said>) -> Option<Duration> {
    let told = said.and_then(|said| number_after(&said.message, "wait")).map(Duration::from_secs);
    match told.or_else(|| reset_in(reply, reply.date()?)) {
        None if reply.header("retry-after").is_some() => None,
        told => Some(told.unwrap_or(WINDOW).min(LONGEST_WAIT)),
    }
}

/// Time until `X-RateLimit-Reset`, which is in milliseconds since the Unix epoch by the server's clock.
fn reset_in(reply: &Reply, now: Timestamp) -> Option<Duration> {
    let reset: i64 = reply.header("x-ratelimit-reset")?.trim().parse().ok()?;
    let left = reset.saturating_sub(now.as_millisecond());
    Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderMap;

    fn reply(status: u16, body: &str, headers: &[(&'static str, &str)]) -> Reply {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Reply { status, headers: map, body: body.as_bytes().to_vec().into() }
    }

    fn judged(status: u16, body: &str) -> (Option<HttpErrorKind>, String) {
        match RocketChatDialect.judge(&reply(status, body, &[])) {
            Judgement::Accept => (None, "accept".to_owned()),
            Judgement::RateLimited { message, .. } => (Some(HttpErrorKind::RateLimited), message),
            Judgement::Retry { message } => (None, message),
            Judgement::Refuse { kind, message, hint } => (Some(kind), message + " / " + &hint.unwrap_or_default()),
        }
    }

    #[test]
    fn every_shape_of_refusal() {
        use HttpErrorKind::{Auth, BadReply, NotFound, RateLimited, Server};
        let logged_in = "You must be logged in to do this.";
        for (status, body, kind, part) in [
            (401, format!(r#"{{"status":"error","message":"{logged_in}"}}"#), Auth, logged_in),
            (401, format!(r#"{{"success":false,"error":"{logged_in}","status":"error","message":"{logged_in}"}}"#), Auth, logged_in),
            (401, format!(r#"{{"success":false,"error":"{logged_in}"}}"#), Auth, "user_id"),
            (401, r#"{"status":"error","error":403,"message":"Incorrect password"}"#.into(), Auth, "Incorrect password"),
            (401, r#"{"success":false,"error":"totp-required"}"#.into(), Auth, "totp-required"),
            (401, String::new(), Auth, "the server refused user id and token"),
            (403, r#"{"success":false,"error":"User does not have the permissions required for this action [error-unauthorized]"}"#.into(), Auth, "for this action / contacts need the permission `view-livechat-contact`"),
            (403, r#"{"success":false,"error":"unauthorized"}"#.into(), Auth, "view-livechat-contact"),
            (400, r#"{"success":false,"error":"must be number [invalid-params]","errorType":"invalid-params"}"#.into(), Server, "request: must be number"),
            (400, "{\"success\":false,\"error\":\"a\\n b [invalid-params]\"}".into(), Server, "request: a b"),
            (400, r#"{"success":false,"errorType":"error-invalid-params","error":"must be string"}"#.into(), Server, "must be string"),
            (400, r#"{"success":false,"error":{"code":7,"errmsg":"mongo"}}"#.into(), Server, r#"{"code":7,"errmsg":"mongo"}"#),
            (400, r#"{"success":false,"error":"error-contact-not-found"}"#.into(), NotFound, "error-contact-not-found"),
            (400, r#"{"success":false,"error":"TOTP Required [totp-required]","errorType":"totp-required","details":{}}"#.into(), Auth, "second factor"),
            (400, r#"{"success":false,"error":"This endpoint is only allowed in test mode [error-not-allowed]","errorType":"error-not-allowed"}"#.into(), Server, "7.1.0"),
            (404, r#"{"success":false,"error":"Resource not found"}"#.into(), NotFound, "Resource not found"),
            (404, "404 Not Found".into(), BadReply, "base_url"),
            (404, r#"{"detail":"Not Found"}"#.into(), BadReply, "base_url"),
            (404, "<!DOCTYPE html><html>".into(), BadReply, "a web page"),
            (200, "<!DOCTYPE html><html>".into(), BadReply, "a web page"),
            (200, r#"{"success":false,"error":"oops"}"#.into(), Server, "oops"),
            (429, r#"{"success":false,"error":"slow down [error-too-many-requests]"}"#.into(), RateLimited, "slow down"),
            (418, "teapot".into(), Server, "teapot"),
        ] {
            let (judged_kind, text) = judged(status, &body);
            assert_eq!(judged_kind, Some(kind), "{status} {body}: {text}");
            assert!(text.contains(part), "{status} {body}: {text}");
        }
        for status in [408, 500, 502, 503, 504] {
            let judgement = RocketChatDialect.judge(&reply(status, "<html>bad gateway</html>", &[]));
            assert!(matches!(judgement, Judgement::Retry { .. }), "{status}");
        }
        assert_eq!(judged(200, r#"{"contacts":[],"success":true}"#).1, "accept");
        assert_eq!(judged(200, r#"{"version":"8.8"}"#).1, "accept");
    }

    #[test]
    fn the_wait_is_in_the_text_then_in_the_header_then_a_window() {
        let text = r#"{"success":false,"error":"Error, too many requests. Please slow down. You must wait 17 seconds before trying this endpoint again. [error-too-many-requests]"}"#;
        let date = ("date", "Sun, 22 Nov 2026 13:42:05 GMT");
        let wait = |body: &str, headers: &[_]| match RocketChatDialect.judge(&reply(429, body, headers)) {
            Judgement::RateLimited { wait, .. } => wait.unwrap().as_millis(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(text, &[date, ("x-ratelimit-reset", "1")]), 17_000);
        assert_eq!(wait("{}", &[date, ("x-ratelimit-reset", "1795354931500")]), 6_500);
        assert_eq!(wait("{}", &[date, ("x-ratelimit-reset", "1895354931500")]), 120_000);
        assert_eq!(wait("slow down", &[]), 60_000);
        // A proxy's own refusal is the client's to read.
        let proxied = RocketChatDialect.judge(&reply(429, "slow down", &[("retry-after", "2")]));
        assert!(matches!(proxied, Judgement::RateLimited { wait: None, .. }), "{proxied:?}");
    }

    #[test]
    fn the_budget_is_read_by_the_servers_clock() {
        let now = Timestamp::from_second(0).unwrap();
        let headers = [
            ("date", "Sun, 22 Nov 2026 13:42:05 GMT"),
            ("x-ratelimit-limit", ""),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "1795354931500"),
        ];
        let budget = RocketChatDialect.budget(&reply(200, "{}", &headers), now).unwrap();
        assert_eq!(budget, Budget { limit: 10, remaining: 3, reset_in: Duration::from_millis(6_500) });
        assert_eq!(RocketChatDialect.budget(&reply(200, "{}", &[]), now), None);
    }
}
