//! EngageLab LiveDesk's contacts API: one list that is also the search (vendor notes A1 to A7).

use serde_json::json;

use super::exchange::{Answer, Ask, base64, last, pairs};
use super::json::Out;
use super::rails::{self, Inboxes, Scope, Selection, Sought};
use super::store::Store;
use super::{Direction, Settings, Vendor, secrets};

const FIELDS: [&str; 8] =
    ["email", "name", "phone_number", "last_activity_at", "created_at", "company", "city", "country"];

/// Answers one request.
pub fn answer(store: &Store, settings: Settings, ask: &Ask<'_>) -> Answer {
    let wanted = base64(format!("{}:{}", secrets::LIVEDESK_KEY, secrets::LIVEDESK_SECRET).as_bytes());
    if ask.header("authorization").and_then(|value| value.strip_prefix("Basic ")) != Some(wanted.as_str()) {
        return unauthorized();
    }
    if ask.path != "/api/v2/accounts/contacts" {
        return Answer::value(404, &json!({"code": 404, "message": "not found"}));
    }
    if ask.method != "GET" {
        return Answer::value(405, &json!({"code": 405, "message": "method not allowed"}));
    }
    let query = pairs(ask.query);
    let text = last(&query, "q").unwrap_or_default().trim();
    let mut sort = rails::sorts(&query, &FIELDS);
    let prefixed = settings.direction != Direction::Param;
    if !prefixed {
        // A whitelist of plain names: a prefix makes the value unknown.
        sort.retain(|(_, up)| *up);
    }
    if settings.direction != Direction::Prefix && last(&query, "direction").is_some_and(|word| word == "desc") {
        for (_, up) in &mut sort {
            *up = false;
        }
    }
    let selection = Selection {
        scope: Scope::Resolved,
        sought: (!text.is_empty()).then_some(Sought { text, company: true }),
        labels: rails::labels(&query),
        sort,
    };
    let view = rails::selected(store, Vendor::Livedesk, &selection);
    let rows = rails::cut(store, &view, rails::page_number(&query), &selection, settings.ties);
    let mut out = Out::with_capacity(rows.len() * 900 + 100);
    out.raw(r#"{"meta":{"count":"#).digits(ask.total(view.len()) as u64, 1);
    out.raw(r#","current_page":"#).raw(&rails::echo(&query).to_string()).raw(r#"},"payload":"#);
    rails::contacts(&mut out, store, Vendor::Livedesk, &rows, Inboxes::asked(&query));
    out.raw("}");
    Answer::json(200, out.into_bytes())
}

/// The refusal of a request without credentials, or with wrong ones.
pub fn unauthorized() -> Answer {
    Answer::value(401, &json!({"code": 401, "message": "Unauthorized, Token is invalid or missing"}))
}

/// The refusal of one request too many.
pub fn too_many(wait_ms: i64) -> Answer {
    let seconds = wait_ms.max(0).unsigned_abs().div_ceil(1000);
    Answer::value(429, &json!({"code": 429, "message": "too many requests"})).with("retry-after", seconds.to_string())
}
