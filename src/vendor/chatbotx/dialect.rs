//! What ChatbotX's replies mean: by `code` before status, for a bad token comes with 500 (vendor notes 3).

use std::time::Duration;

use crate::http::{Dialect, HttpErrorKind, Judgement, Reply, excerpt, is_web_page, judge_by_status};
use crate::vendor::reply::{describe, number_after};

use super::wire::{Issue, Refusal};

/// The wait when a refusal tells none: one window of the limit.
const WINDOW: Duration = Duration::from_secs(10);
/// Refusals are short; longer bodies with status 200 are left to the decoder.
const SHORT: usize = 4096;

const BASE_URL_HINT: &str = "check `base_url`: it is the address under which ChatbotX itself opens";
const TOKEN_HINT: &str = "a workspace token is made under Settings → Integrations or Settings → Developer → API Keys";
const SCOPE_HINT: &str = "the token needs the scope `contacts`; read-only is enough";

/// ChatbotX's replies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ChatbotxDialect;

impl Dialect for ChatbotxDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        let success = (200..300).contains(&reply.status);
        if success && is_web_page(reply) {
            return not_the_api(reply);
        }
        let said = Said::read(reply);
        if success && said.is_none() {
            return judge_by_status(reply);
        }
        let code = said.as_ref().map_or("", |said| said.code.as_str());
        match (code, reply.status) {
            ("INVALID_CHATBOT_TOKEN" | "UNAUTHORIZED", _) | (_, 401) => {
                refuse(HttpErrorKind::Auth, told("the server refused the token", reply, said.as_ref()), TOKEN_HINT)
            }
            ("FORBIDDEN", _) | (_, 403) => {
                refuse(HttpErrorKind::Auth, told("the token may not do this", reply, said.as_ref()), SCOPE_HINT)
            }
            ("tooManyRequests" | "TOO_MANY_REQUESTS", _) | (_, 429) => Judgement::RateLimited {
                wait: wait(reply, said.as_ref()),
                message: told("the rate limit is used up", reply, said.as_ref()),
            },
            ("notFound" | "NOT_FOUND", _) => {
                final_refusal(HttpErrorKind::NotFound, told("there is no such thing", reply, said.as_ref()))
            }
            (_, 404) if said.is_some() => {
                final_refusal(HttpErrorKind::NotFound, told("there is no such thing", reply, said.as_ref()))
            }
            (_, 404 | 405 | 410) => not_the_api(reply),
            // The server's own answer does not pass its own check; it will not the next time either.
            (_, 500) if said.as_ref().is_some_and(|said| said.message.contains("validation failed")) => {
                final_refusal(HttpErrorKind::Server, told("the server failed", reply, said.as_ref()))
            }
            (_, 408 | 425 | 500..) => judge_by_status(reply),
            _ => final_refusal(HttpErrorKind::Server, told("the server refused the request", reply, said.as_ref())),
        }
    }
}

/// What a refusal says.
struct Said {
    code: String,
    message: String,
}

impl Said {
    /// `None` if the body is no refusal.
    fn read(reply: &Reply) -> Option<Self> {
        let success = (200..300).contains(&reply.status);
        if success && reply.body.len() > SHORT {
            return None;
        }
        let refusal: Refusal<'_> = serde_json::from_slice(&reply.body).ok()?;
        let code = refusal.code.as_str().unwrap_or_default().to_owned();
        if code.is_empty() || (success && refusal.defined.0.is_none()) {
            return None;
        }
        let mut message = refusal.message.as_str().unwrap_or(&code).to_owned();
        let issues = refusal.data.0.map(|data| data.issues.0).unwrap_or_default();
        let issues: Vec<String> = issues.iter().filter_map(|issue| issue.0.as_ref()).map(issue_text).collect();
        if !issues.is_empty() {
            message.push_str(": ");
            message.push_str(&issues.join("; "));
        }
        Some(Self { code, message: excerpt(message.as_bytes()) })
    }
}

fn issue_text(issue: &Issue<'_>) -> String {
    let path: Vec<&str> = issue.path.0.iter().filter_map(|step| step.as_str()).collect();
    let message = issue.message.as_str().unwrap_or("is not valid");
    if path.is_empty() { message.to_owned() } else { format!("`{}` {message}", path.join(".")) }
}

fn told(what: &str, reply: &Reply, said: Option<&Said>) -> String {
    match said {
        Some(said) => format!("{what}: {}", said.message),
        None if reply.body.trim_ascii().is_empty() => what.to_owned(),
        None => format!("{what}, with {}", describe(reply)),
    }
}

fn refuse(kind: HttpErrorKind, message: String, hint: &str) -> Judgement {
    Judgement::Refuse { kind, message, hint: Some(hint.to_owned()) }
}

fn final_refusal(kind: HttpErrorKind, message: String) -> Judgement {
    Judgement::Refuse { kind, message, hint: None }
}

fn not_the_api(reply: &Reply) -> Judgement {
    let message = format!("this is not a reply of the ChatbotX API but {}", describe(reply));
    refuse(HttpErrorKind::BadReply, message, BASE_URL_HINT)
}

/// The seconds stand in the text alone; a proxy's `Retry-After` is left to the client.
fn wait(reply: &Reply, said: Option<&Said>) -> Option<Duration> {
    let told = said.and_then(|said| number_after(&said.message, "Retry after"));
    match told {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None if reply.header("retry-after").is_some() => None,
        None => Some(WINDOW),
    }
}

#[cfg(test)]
mod tests {
    use super::super::recorded;
    use super::*;
    use crate::http::HeaderMap;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec().into() }
    }

    fn refused(reply: &Reply) -> (HttpErrorKind, String) {
        match ChatbotxDialect.judge(reply) {
            Judgement::Refuse { kind, message, hint } => (kind, message + " / " + &hint.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn recorded_refusals() {
        use HttpErrorKind::{Auth, BadReply, NotFound, Server};
        for (recorded, kind, part) in [
            (include_str!("../../../tests/fixtures/chatbotx/auth_bad.http"), Auth, "the token: INVALID_CHATBOT_TOKEN"),
            (include_str!("../../../tests/fixtures/chatbotx/get_missing.http"), NotFound, "Contact not found"),
            (include_str!("../../../tests/fixtures/chatbotx/get_bare.http"), NotFound, "Invalid identifier format"),
            (include_str!("../../../tests/fixtures/chatbotx/notfound_route.http"), BadReply, "`Not found`"),
            (
                include_str!("../../../tests/fixtures/chatbotx/perPage_0.http"),
                Server,
                "request: Input validation failed: `perPage` Too small: expected number to be >=1",
            ),
            (
                include_str!("../../../tests/fixtures/chatbotx/channels_plain.http"),
                Server,
                "`channels` Invalid input: expected array, received string",
            ),
        ] {
            let (judged, text) = refused(&recorded::reply(recorded));
            assert_eq!(judged, kind, "{text}");
            assert!(text.contains(part), "{text}");
        }
        let page = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/list_first.http"));
        assert_eq!(ChatbotxDialect.judge(&page), Judgement::Accept);
    }

    #[test]
    fn refusals_of_newer_servers() {
        use HttpErrorKind::{Auth, BadReply, NotFound, Server};
        for (status, body, kind, part) in [
            (
                401,
                r#"{"defined":true,"code":"INVALID_CHATBOT_TOKEN","status":401,"message":"INVALID_CHATBOT_TOKEN"}"#,
                Auth,
                "token: INVALID",
            ),
            (
                422,
                r#"{"defined":true,"code":"invalidRequestData","status":422,"message":"Invalid","data":{"issues":[{"path":["contactFilter","conditions",0],"message":"no"}]}}"#,
                Server,
                "`contactFilter.conditions.0` no",
            ),
            (
                403,
                r#"{"defined":true,"code":"FORBIDDEN","status":403,"message":"Token is not authorized for the 'contacts' scope"}"#,
                Auth,
                "scope",
            ),
            (
                403,
                r#"{"defined":true,"code":"trialExpired","status":403,"message":"Trial expired"}"#,
                Auth,
                "Trial expired",
            ),
            (
                400,
                r#"{"defined":true,"code":"systemError","status":400,"message":"User is not associated with this workspace"}"#,
                Server,
                "not associated",
            ),
            (
                404,
                r#"{"defined":true,"code":"notFound","status":404,"message":"Tag not found"}"#,
                NotFound,
                "Tag not found",
            ),
            (
                500,
                r#"{"defined":false,"code":"INTERNAL_SERVER_ERROR","status":500,"message":"Output validation failed"}"#,
                Server,
                "Output validation failed",
            ),
            (200, "<!doctype html>", BadReply, "base_url"),
            (200, r#"{"defined":false,"code":"INVALID_CHATBOT_TOKEN","message":"x"}"#, Auth, "token: x"),
            (404, "<html>", BadReply, "a web page"),
            (401, "", Auth, "refused the token"),
        ] {
            let (judged, text) = refused(&reply(status, body));
            assert_eq!(judged, kind, "{body}: {text}");
            assert!(text.contains(part), "{body}: {text}");
        }
    }

    #[test]
    fn crashes_are_tried_again_and_waits_are_read_from_the_text() {
        let crash =
            r#"{"defined":false,"code":"INTERNAL_SERVER_ERROR","status":500,"message":"Internal server error"}"#;
        assert!(matches!(ChatbotxDialect.judge(&reply(500, crash)), Judgement::Retry { .. }));
        assert!(matches!(ChatbotxDialect.judge(&reply(502, "<html>")), Judgement::Retry { .. }));
        let wait = |body: &str| match ChatbotxDialect.judge(&reply(429, body)) {
            Judgement::RateLimited { wait, .. } => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            wait(
                r#"{"defined":true,"code":"tooManyRequests","status":429,"message":"Too many requests. Retry after 3s."}"#
            ),
            Some(3)
        );
        assert_eq!(wait("slow down"), Some(10));
        let mut proxied = reply(429, "slow down");
        proxied.headers.insert("retry-after", "5".parse().unwrap());
        assert!(matches!(ChatbotxDialect.judge(&proxied), Judgement::RateLimited { wait: None, .. }));
    }

    #[test]
    fn an_answer_that_has_a_code_is_an_answer() {
        assert_eq!(ChatbotxDialect.judge(&reply(200, r#"{"code":"x","data":[]}"#)), Judgement::Accept);
        assert_eq!(ChatbotxDialect.judge(&reply(200, "plain")), Judgement::Accept);
    }
}
