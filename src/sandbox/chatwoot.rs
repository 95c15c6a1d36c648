//! Chatwoot's contacts API (vendor notes B1 to B9).

use serde_json::{Value, json};

use super::exchange::{Answer, Ask, last, pairs};
use super::json::Out;
use super::limit::Start;
use super::person::Person;
use super::rails::{self, Inboxes, PAGE, Scope, Selection, Sought};
use super::store::Store;
use super::{Limits, SearchMeta, Settings, Vendor, secrets};

/// The fields that can be sorted by, in the order in which the server declares them; the old and the new name of one.
const FIELDS: [&str; 9] =
    ["email", "name", "phone_number", "last_activity_at", "created_at", "company_name", "company", "city", "country"];

/// Answers one request.
pub fn answer(store: &Store, settings: Settings, limits: &Limits<'_>, ask: &Ask<'_>) -> Answer {
    if limits.count("all", 3000, 60_000, Start::Epoch).is_some_and(|window| window.remaining.is_none()) {
        return too_many();
    }
    // A header with underscores never arrives: the proxy in front drops it.
    let refused = match ask.header("api-access-token") {
        None => Some(unauthorized()),
        Some(secrets::CHATWOOT_TOKEN) => None,
        Some(secrets::CHATWOOT_BOT_TOKEN) => Some(refusal(401, "Access to this endpoint is not authorized for bots")),
        Some(_) => Some(wrong_token()),
    };
    if let Some(refused) = refused {
        return refused;
    }
    if ask.path == "/api/v1/profile" && ask.method == "GET" {
        return profile();
    }
    let Some(rest) = ask.path.strip_prefix("/api/v1/accounts/") else {
        return missing();
    };
    let (account, route) = rest.split_once('/').unwrap_or((rest, ""));
    match account {
        "1" if ask.method == "GET" => routed(store, settings, limits, ask, route),
        "2" => refusal(401, "You are not authorized to access this account"),
        "3" => refusal(401, "Account is suspended"),
        _ => missing(),
    }
}

/// The refusal of a request without credentials.
pub fn unauthorized() -> Answer {
    Answer::value(401, &json!({"errors": ["You need to sign in or sign up before continuing."]}))
}

/// The refusal of a token that is none, or no longer.
pub fn wrong_token() -> Answer {
    refusal(401, "Invalid Access Token")
}

/// The refusal of one request too many: no word of how long.
pub fn too_many() -> Answer {
    Answer::plain(429, "Retry later\n")
}

fn refusal(status: u16, error: &str) -> Answer {
    Answer::value(status, &json!({ "error": error }))
}

fn missing() -> Answer {
    refusal(404, "Resource could not be found")
}

fn profile() -> Answer {
    let account = json!({
        "id": 1, "name": "Sandbox", "status": "active", "role": "agent", "permissions": ["agent"],
        "availability": "online", "auto_offline": true,
    });
    Answer::value(
        200,
        &json!({
            "access_token": secrets::CHATWOOT_TOKEN, "account_id": 1, "available_name": "Sandbox Agent",
            "avatar_url": "", "confirmed": true, "display_name": null, "email": "agent@sandbox.example", "id": 1,
            "message_signature": null, "name": "Sandbox Agent", "provider": "email",
            "pubsub_token": "sandbox-pubsub-token", "role": "agent", "uid": "agent@sandbox.example",
            "ui_settings": {}, "type": "User", "accounts": [account],
        }),
    )
}

fn routed(store: &Store, settings: Settings, limits: &Limits<'_>, ask: &Ask<'_>, route: &str) -> Answer {
    let query = pairs(ask.query);
    match route {
        "contacts" => list(store, settings, ask, &query),
        "contacts/search" => {
            let limit = limits.count("search", 100, 60_000, Start::Epoch);
            if limit.is_some_and(|window| window.remaining.is_none()) {
                return too_many();
            }
            search(store, settings, ask, &query)
        }
        "labels" => {
            let label = |(at, title): (usize, &str)| json!({"id": at + 1, "title": title, "description": null, "color": "#1f93ff", "show_on_sidebar": true});
            let labels: Vec<Value> = store.labels().into_iter().enumerate().map(label).collect();
            Answer::value(200, &json!({ "payload": labels }))
        }
        "inboxes" => {
            let mut out = Out::default();
            out.raw(r#"{"payload":["#);
            for (at, &kind) in Vendor::Chatwoot.kinds().iter().enumerate() {
                out.raw(if at == 0 { "" } else { "," });
                rails::inbox(&mut out, Vendor::Chatwoot, kind);
            }
            out.raw("]}");
            Answer::json(200, out.into_bytes())
        }
        _ => match route.strip_prefix("contacts/") {
            Some(rest) => one(store, rest, &query),
            None => missing(),
        },
    }
}

fn list(store: &Store, settings: Settings, ask: &Ask<'_>, query: &[(String, String)]) -> Answer {
    let selection = Selection {
        scope: Scope::Resolved,
        sought: None,
        labels: rails::labels(query),
        sort: rails::sorts(query, &FIELDS),
    };
    let view = rails::selected(store, Vendor::Chatwoot, &selection);
    let rows = rails::cut(store, &view, rails::page_number(query), &selection, settings.ties);
    let mut out = Out::with_capacity(rows.len() * 1000 + 100);
    out.raw(r#"{"meta":{"count":"#).digits(ask.total(view.len()) as u64, 1);
    out.raw(r#","current_page":"#).raw(&rails::echo(query).to_string()).raw(r#"},"payload":"#);
    rails::contacts(&mut out, store, Vendor::Chatwoot, &rows, Inboxes::asked(query));
    out.raw("}");
    Answer::json(200, out.into_bytes())
}

fn search(store: &Store, settings: Settings, ask: &Ask<'_>, query: &[(String, String)]) -> Answer {
    let text = last(query, "q").unwrap_or_default().trim();
    if text.is_empty() {
        let meta = match settings.search_meta {
            SearchMeta::HasMore => json!({"count": null, "current_page": 1, "has_more": null}),
            SearchMeta::Total => json!({"count": null, "current_page": 1}),
        };
        return Answer::value(200, &json!({"meta": meta, "payload": []}));
    }
    // The offset is computed before anything is checked.
    let number = rails::leading_integer(last(query, "page").unwrap_or("1"));
    let Some(number) = u64::try_from(number).ok().filter(|&number| number > 0) else {
        return Answer::value(500, &json!({"status": 500, "error": "Internal Server Error"}));
    };
    let old = settings.search_meta == SearchMeta::Total;
    let selection = Selection {
        scope: if old { Scope::Resolved } else { Scope::All },
        sought: Some(Sought { text, company: old }),
        labels: if old { rails::labels(query) } else { Vec::new() },
        sort: rails::sorts(query, &FIELDS),
    };
    let view = rails::selected(store, Vendor::Chatwoot, &selection);
    let rows = rails::cut(store, &view, number, &selection, settings.ties);
    let mut out = Out::with_capacity(rows.len() * 1000 + 100);
    let count = if old { ask.total(view.len()) } else { rows.len() };
    out.raw(r#"{"meta":{"count":"#).digits(count as u64, 1);
    out.raw(r#","current_page":"#).raw(&rails::echo(query).to_string());
    if !old {
        out.raw(r#","has_more":"#).flag((view.len() as u64) > number.saturating_mul(PAGE));
    }
    out.raw(r#"},"payload":"#);
    rails::contacts(&mut out, store, Vendor::Chatwoot, &rows, Inboxes::asked(query));
    out.raw("}");
    Answer::json(200, out.into_bytes())
}

fn one(store: &Store, rest: &str, query: &[(String, String)]) -> Answer {
    let (id, part) = rest.split_once('/').unwrap_or((rest, ""));
    let number = rails::leading_integer(id);
    let Some(handle) = i32::try_from(number).ok().and_then(|number| store.find(&number.to_string())) else {
        return missing();
    };
    let person = store.person(handle);
    let mut out = Out::with_capacity(1500);
    out.raw(r#"{"payload":"#);
    match part {
        "" => rails::contact(&mut out, Vendor::Chatwoot, &store.id(handle), &person, Inboxes::asked(query)),
        "labels" => _ = out.raw(&json!(person.labels).to_string()),
        "contactable_inboxes" => {
            out.raw("[");
            for (at, reach) in person.channels.iter().enumerate() {
                out.raw(if at == 0 { r#"{"inbox":"# } else { r#",{"inbox":"# });
                rails::inbox(&mut out, Vendor::Chatwoot, reach.kind);
                out.raw(r#","source_id":"#);
                rails::source_id(&mut out, &person, reach.kind);
                out.raw("}");
            }
            out.raw("]");
        }
        "conversations" => _ = out.raw(&conversations(number, &person).to_string()),
        _ => return missing(),
    }
    out.raw("}");
    Answer::json(200, out.into_bytes())
}

fn conversations(contact: i64, person: &Person) -> Value {
    let conversation = |(at, reach): (i64, &super::person::Reach)| {
        json!({
            "id": contact * 10 + at, "account_id": 1, "status": "open", "unread_count": 0, "messages": [],
            "inbox_id": rails::inbox_id(Vendor::Chatwoot, reach.kind), "labels": person.labels,
            "last_activity_at": reach.last.unwrap_or(person.created) / 1000, "created_at": person.created / 1000,
            "meta": {"channel": rails::channel_type(reach.kind), "sender": {"id": contact, "name": person.name.as_str()}},
        })
    };
    (0..).zip(&person.channels).map(conversation).collect()
}
