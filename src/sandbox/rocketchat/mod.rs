//! Rocket.Chat's contacts API, as its source and its own tests describe it (vendor notes 1 to 6).

mod json;

use std::cmp::Ordering;

use compact_str::CompactString;
use serde_json::{Value, json};

use super::exchange::{Answer, Ask, last, pairs};
use super::json::Out;
use super::limit::Start;
use super::person::{Person, Reach};
use super::store::{Handle, Key, Store, View, page, view_name};
use super::{Limits, Refusals, Settings, secrets};
use json::{Shape, channel, channel_name, contact};

/// The most rows a page may have, and how many it has when nothing is said.
const COUNT_LIMIT: i64 = 100;
const COUNT_DEFAULT: i64 = 50;

/// Answers one request.
pub fn answer(store: &Store, settings: Settings, limits: &Limits<'_>, ask: &Ask<'_>) -> Answer {
    if ask.path == "/api/info" {
        return finish(Answer::value(200, &json!({"version": "8.8", "success": true})));
    }
    let Some(route) = ask.path.strip_prefix("/api/v1/") else {
        return Answer::plain(404, "404 Not Found");
    };
    let known = matches!(
        route,
        "me" | "omnichannel/contacts.search"
            | "omnichannel/contacts.get"
            | "omnichannel/contacts.channels"
            | "omnichannel/contacts.checkExistence"
    );
    if !known || ask.method != "GET" {
        return Answer::plain(404, "404 Not Found");
    }
    let authentic = ask.header("x-auth-token") == Some(secrets::ROCKETCHAT_TOKEN)
        && ask.header("x-user-id") == Some(secrets::ROCKETCHAT_USER);
    if !authentic {
        return finish(unauthorized(settings));
    }
    let window = limits.count(route, 10, 60_000, Start::FirstRequest);
    let mut answer = match window {
        Some(window) if window.remaining.is_none() => too_many(window.reset - ask.now),
        _ => {
            // The server takes what stands between the first and the second question mark.
            let query = pairs(ask.query.split('?').next().unwrap_or_default());
            routed(store, route, &query, ask).unwrap_or_else(|refused| refused)
        }
    };
    if let Some(window) = window {
        answer = answer
            .with("x-ratelimit-limit", "10")
            .with("x-ratelimit-remaining", window.remaining.unwrap_or(0).to_string())
            .with("x-ratelimit-reset", window.reset.to_string());
    }
    finish(answer)
}

fn finish(answer: Answer) -> Answer {
    answer.with("cache-control", "no-store").with("pragma", "no-cache")
}

/// The refusal of a request without credentials, in the shape of the server's age.
pub fn unauthorized(settings: Settings) -> Answer {
    let said = "You must be logged in to do this.";
    Answer::value(
        401,
        &match settings.refusals {
            Refusals::Old => json!({"status": "error", "message": said}),
            Refusals::New => json!({"success": false, "error": said, "status": "error", "message": said}),
        },
    )
}

/// The refusal of one request too many.
pub fn too_many(wait_ms: i64) -> Answer {
    let seconds = wait_ms.max(0).unsigned_abs().div_ceil(1000);
    let error = format!(
        "Error, too many requests. Please slow down. You must wait {seconds} seconds before trying this endpoint again. \
         [error-too-many-requests]"
    );
    Answer::value(429, &json!({"success": false, "error": error}))
}

fn invalid(message: &str) -> Answer {
    let error = format!("{message} [invalid-params]");
    Answer::value(400, &json!({"success": false, "error": error, "errorType": "invalid-params"}))
}

fn routed(store: &Store, route: &str, query: &[(String, String)], ask: &Ask<'_>) -> Result<Answer, Answer> {
    match route {
        "me" => Ok(Answer::value(
            200,
            &json!({
                "_id": secrets::ROCKETCHAT_USER, "name": "Sandbox Agent", "username": "sandbox.agent", "active": true,
                "emails": [{"address": "agent@sandbox.example", "verified": true}],
                "roles": ["user", "livechat-agent"], "success": true,
            }),
        )),
        "omnichannel/contacts.search" => search(store, query, ask),
        "omnichannel/contacts.get" => {
            let id = only(query, "contactId")?;
            if id.trim().is_empty() {
                return Err(invalid("must pass \"isNotEmpty\" keyword validation"));
            }
            let Some(handle) = store.find(id) else {
                return Err(Answer::value(404, &json!({"success": false, "error": "Resource not found"})));
            };
            let mut out = Out::with_capacity(1200);
            out.raw(r#"{"contact":"#);
            contact(&mut out, &store.id(handle), &store.person(handle), Shape::Get);
            out.raw(r#","success":true}"#);
            Ok(Answer::json(200, out.into_bytes()))
        }
        "omnichannel/contacts.channels" => {
            let found = store.find(only(query, "contactId")?);
            let mut out = Out::with_capacity(1200);
            out.raw(r#"{"channels":["#);
            if let Some(handle) = found {
                let person = store.person(handle);
                for (at, reach) in grouped(&person.channels).into_iter().enumerate() {
                    out.raw(if at == 0 { "" } else { "," });
                    channel(&mut out, &person, reach);
                }
            }
            out.raw(r#"],"success":true}"#);
            Ok(Answer::json(200, out.into_bytes()))
        }
        _ => exists(store, query),
    }
}

fn only<'a>(query: &'a [(String, String)], key: &str) -> Result<&'a str, Answer> {
    let value = last(query, key).ok_or_else(|| invalid(&format!("must have required property '{key}'")))?;
    if query.iter().any(|(name, _)| name != key) {
        return Err(invalid("must NOT have additional properties"));
    }
    if query.len() > 1 {
        return Err(invalid("must be string"));
    }
    Ok(value)
}

fn exists(store: &Store, query: &[(String, String)]) -> Result<Answer, Answer> {
    let [(key, value)] = query else {
        return Err(invalid("must match exactly one schema in oneOf"));
    };
    let found = match key.as_str() {
        "contactId" => store.find(value).is_some(),
        "email" => {
            store.everybody().iter().any(|&handle| store.person(handle).emails.iter().any(|email| email == value))
        }
        "phone" => {
            store.everybody().iter().any(|&handle| store.person(handle).phones.iter().any(|phone| phone == value))
        }
        _ => return Err(invalid("must match exactly one schema in oneOf")),
    };
    Ok(Answer::value(200, &json!({"exists": found, "success": true})))
}

/// Channels at most once for each name, the newest chat of each.
fn grouped(channels: &[Reach]) -> Vec<&Reach> {
    let mut groups: Vec<&Reach> = Vec::new();
    for reach in channels {
        match groups.iter_mut().find(|group| channel_name(group.kind) == channel_name(reach.kind)) {
            Some(group) if reach.last.unwrap_or(0) > group.last.unwrap_or(0) => *group = reach,
            Some(_) => {}
            None => groups.push(reach),
        }
    }
    groups
}

fn search(store: &Store, query: &[(String, String)], ask: &Ask<'_>) -> Result<Answer, Answer> {
    let allowed = ["count", "offset", "sort", "searchText", "unknown"];
    if query.iter().any(|(key, _)| !allowed.contains(&key.as_str())) {
        return Err(invalid("must NOT have additional properties"));
    }
    let one = |key: &str, kind: &str| {
        let mut values = query.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let value = values.next();
        if values.next().is_some() { Err(invalid(&format!("must be {kind}"))) } else { Ok(value) }
    };
    let number = |key: &str| {
        one(key, "number")?.map(|value| javascript_number(value).ok_or_else(|| invalid("must be number"))).transpose()
    };
    let count = number("count")?;
    let offset = number("offset")?.unwrap_or(0);
    let sort = one("sort", "string")?;
    let text = one("searchText", "string")?.unwrap_or_default();
    let unknown = match one("unknown", "boolean")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(invalid("must be boolean")),
    };
    let sort = sort_keys(sort)?;
    if offset < 0 {
        let error = format!("BSON field 'skip' value must be >= 0, actual value '{offset}'");
        return Err(Answer::value(400, &json!({"success": false, "error": error})));
    }
    let limit = count.unwrap_or(COUNT_DEFAULT).min(COUNT_LIMIT);
    let view = selected(store, unknown, text, &sort);
    let len = if limit == 0 { u64::MAX } else { limit.unsigned_abs() };
    let rows = page(&view, offset.unsigned_abs(), len, None);
    let mut out = Out::with_capacity(rows.len() * 1000 + 100);
    out.raw(r#"{"contacts":["#);
    for (at, &handle) in rows.iter().enumerate() {
        out.raw(if at == 0 { "" } else { "," });
        contact(&mut out, &store.id(handle), &store.person(handle), Shape::Search);
    }
    out.raw(r#"],"count":"#).number(limit).raw(r#","offset":"#).number(offset);
    out.raw(r#","total":"#).digits(ask.total(view.len()) as u64, 1).raw(r#","success":true}"#);
    Ok(Answer::json(200, out.into_bytes()))
}

/// What JavaScript makes a number of, as the validator allows it; fractions are cut off.
fn javascript_number(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok();
    }
    let plain = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number: f64 = if plain { text.parse().ok()? } else { return None };
    #[expect(clippy::cast_possible_truncation, reason = "that is what the server does")]
    Some(number as i64)
}

fn sort_keys(sort: Option<&str>) -> Result<Vec<(String, bool)>, Answer> {
    let Some(sort) = sort else { return Ok(vec![("name".to_owned(), true)]) };
    let keys = match serde_json::from_str::<Value>(sort) {
        Ok(Value::Object(keys)) => {
            let direction = |value: &Value| {
                value.as_f64().and_then(|value| match value {
                    1.0 => Some(true),
                    -1.0 => Some(false),
                    _ => None,
                })
            };
            keys.iter().map(|(key, value)| Some((key.clone(), direction(value)?))).collect::<Option<Vec<_>>>()
        }
        _ => None,
    };
    keys.ok_or_else(|| {
        let error = format!("Invalid sort parameter provided: \"{sort}\" [error-invalid-sort]");
        let details = json!({"helperMethod": "parseJsonQuery"});
        Answer::value(
            400,
            &json!({"success": false, "error": error, "errorType": "error-invalid-sort", "details": details}),
        )
    })
}

fn selected(store: &Store, unknown: bool, text: &str, sort: &[(String, bool)]) -> View {
    let lane = if unknown { "unknown" } else { "known" };
    let by_id = store
        .view(lane, || store.everybody().iter().copied().filter(|&handle| store.unknown(handle) == unknown).collect());
    if text.is_empty() && matches!(sort.first(), Some((key, true)) if key == "_id") {
        return by_id;
    }
    let order: Vec<String> = sort.iter().map(|(key, up)| format!("{key}:{up}")).collect();
    store.view(&view_name(&[lane, text, &order.join(",")]), || {
        let mut rows = matching(store, &by_id, text);
        match sort.first() {
            None => {}
            Some((key, up)) if key == "_id" && *up => {}
            Some((key, _)) if key == "_id" => rows.reverse(),
            Some(_) => {
                let compare = |a: &[Key], b: &[Key]| {
                    let one = |((a, b), (_, up)): ((&Key, &Key), &(String, bool))| {
                        if *up { a.cmp(b) } else { b.cmp(a) }
                    };
                    a.iter().zip(b).zip(sort).map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
                };
                store.sort(&mut rows, |person| sort.iter().map(|(key, _)| sort_key(person, key)).collect(), compare);
            }
        }
        rows
    })
}

fn matching(store: &Store, view: &[Handle], text: &str) -> Vec<Handle> {
    if text.is_empty() {
        return view.to_vec();
    }
    let wanted = text.to_lowercase();
    let finds = |text: &CompactString| text.to_lowercase().contains(&wanted);
    let matches =
        |person: &Person| finds(&person.name) || person.emails.iter().any(finds) || person.phones.iter().any(finds);
    view.iter().copied().filter(|&handle| matches(&store.person(handle))).collect()
}

/// The value at a dotted path, as the database compares it.
fn sort_key(person: &Person, key: &str) -> Key {
    match key {
        // Contacts that are equal otherwise stand in the order of their ids already.
        "_id" => Key::Null,
        "name" => Key::Text(person.name.clone()),
        "createdAt" => Key::Number(person.created),
        "_updatedAt" => Key::Number(person.updated),
        "lastChat.ts" => person.active.map_or(Key::Null, Key::Number),
        "emails.address" => person.emails.iter().min().map_or(Key::Null, |email| Key::Text(email.clone())),
        "phones.phoneNumber" => person.phones.iter().min().map_or(Key::Null, |phone| Key::Text(phone.clone())),
        _ => {
            let mut out = Out::default();
            contact(&mut out, "", person, Shape::Get);
            let value: Value = serde_json::from_slice(out.bytes()).unwrap_or_default();
            let reached = key.split('.').try_fold(&value, |value, part| match value {
                Value::Array(items) => items.first()?.get(part),
                value => value.get(part),
            });
            match reached {
                Some(Value::String(text)) => Key::Text(text.as_str().into()),
                Some(Value::Bool(flag)) => Key::Number((*flag).into()),
                Some(Value::Number(number)) => Key::Number(number.as_i64().unwrap_or(0)),
                _ => Key::Null,
            }
        }
    }
}
