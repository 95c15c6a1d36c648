//! ChatbotX's contacts API in its three eras (vendor notes 0 to 3, recorded exchanges).

mod filter;
mod input;
mod json;
mod list;

use serde_json::{Value, json};

use super::exchange::{Answer, Ask, decode_path, last, pairs};
use super::json::Out;
use super::limit::Start;
use super::person::Person;
use super::store::{Handle, Store};
use super::{Era, Limits, Settings, secrets};
use json::{FIELD_ID, TAG_ID, WORKSPACE};

/// An error in the shape of oRPC.
struct Orpc {
    code: &'static str,
    status: u16,
    message: String,
    defined: bool,
    data: Option<Value>,
}

impl Orpc {
    fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into(), defined: false, data: None }
    }

    fn crash() -> Self {
        Self::new("INTERNAL_SERVER_ERROR", 500, "Internal server error")
    }

    fn not_found(message: &str) -> Self {
        Self::new("notFound", 404, message)
    }

    /// Input that failed its validation, with the validator's issues.
    fn input(era: Era, issues: &[Value]) -> Self {
        let (code, status) = if era == Era::C { ("invalidRequestData", 422) } else { ("BAD_REQUEST", 400) };
        Self { data: Some(json!({ "issues": issues })), ..Self::new(code, status, "Input validation failed") }
    }

    fn answer(self) -> Answer {
        let mut body =
            json!({"defined": self.defined, "code": self.code, "status": self.status, "message": self.message});
        if let Some(data) = self.data {
            body["data"] = data;
        }
        dressed(Answer::value(self.status, &body))
    }
}

fn dressed(answer: Answer) -> Answer {
    answer.with("vary", "rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch")
}

/// The refusal of a wrong or missing token: not what its status says, before era C.
pub fn unauthorized(settings: Settings) -> Answer {
    let status = if settings.era == Era::C { 401 } else { 500 };
    let mut error = Orpc::new("INVALID_CHATBOT_TOKEN", status, "INVALID_CHATBOT_TOKEN");
    error.defined = settings.era == Era::C;
    error.answer()
}

/// The refusal of one request too many; the wait stands in the message alone.
pub fn too_many(wait_ms: i64) -> Answer {
    let seconds = wait_ms.max(0).unsigned_abs().div_ceil(1000);
    let mut error = Orpc::new("tooManyRequests", 429, format!("Too many requests. Retry after {seconds}s."));
    error.defined = true;
    error.answer()
}

/// Answers one request.
pub fn answer(store: &Store, settings: Settings, limits: &Limits<'_>, ask: &Ask<'_>, prefix: &str) -> Answer {
    if let Some(slashless) = ask.path.strip_suffix('/') {
        let to = format!("{prefix}{slashless}{}{}", if ask.query.is_empty() { "" } else { "?" }, ask.query);
        let refresh = format!("0;url={to}");
        let redirect = Answer { status: 308, headers: Vec::new(), body: to.clone().into_bytes() };
        return redirect.with("location", to).with("refresh", refresh);
    }
    match ask.path {
        "/api/health" => return Answer::value(200, &json!({"status": "healthy"})),
        "/api/public-spec.json" => {
            let spec = json!({"openapi": "3.1.1", "info": {"title": "Sandbox", "version": "1.0.0"}, "paths": {}});
            return Answer::value(200, &spec);
        }
        _ => {}
    }
    let Some(route) = ask.path.strip_prefix("/api/v1/").filter(|_| ask.method == "GET") else {
        return dressed(Answer::plain(404, "Not found"));
    };
    let query = pairs(ask.query);
    let token = match ask.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) => Some(token),
        None => last(&query, "token"),
    };
    if token != Some(secrets::CHATBOTX_TOKEN) {
        return unauthorized(settings);
    }
    if settings.era == Era::C
        && let Some(window) = limits.count("workspace", 120, 10_000, Start::FirstRequest)
        && window.remaining.is_none()
    {
        return too_many(window.reset - ask.now);
    }
    let routed = match route.split('/').collect::<Vec<_>>()[..] {
        ["contacts"] => list::answer(store, settings.era, &query, ask),
        ["contacts", "find-by-custom-field"] => Ok(find_by_custom_field(store, settings.era, &query)),
        ["contacts", "count"] if settings.era == Era::C => {
            Ok(json!({"total": ask.total(store.everybody().len())}).to_string().into_bytes())
        }
        ["contacts", identifier] => identified(store, identifier).map(|handle| {
            let mut out = Out::with_capacity(3000);
            json::contact(&mut out, settings.era, &store.id(handle), &store.person(handle), json::Relations::ALL);
            out.into_bytes()
        }),
        ["contacts", identifier, part] => identified(store, identifier)
            .and_then(|handle| part_of(settings.era, part, &store.id(handle), &store.person(handle))),
        ["tags"] => Ok(listed(&json::tags(&super::names::LABELS))),
        ["custom-fields"] => Ok(listed(&[custom_field()])),
        ["inboxes" | "channels"] if settings.era == Era::C => Ok(listed(&json::inboxes())),
        ["channels" | "conversations" | "members"] if settings.era != Era::C => {
            Err(Orpc::new("systemError", 400, "User is not associated with this workspace"))
        }
        ["token"] if settings.era == Era::C => Ok(json!({
            "workspaceId": WORKSPACE, "permission": "read_only", "scopes": ["contacts", "inbox"],
        })
        .to_string()
        .into_bytes()),
        _ => return dressed(Answer::plain(404, "Not found")),
    };
    match routed {
        Ok(body) => dressed(Answer::json(200, body)),
        Err(error) => error.answer(),
    }
}

fn listed(rows: &[Value]) -> Vec<u8> {
    json!({ "data": rows }).to_string().into_bytes()
}

fn custom_field() -> Value {
    json!({"id": FIELD_ID, "name": "plan", "type": "shortText", "description": null})
}

fn part_of(era: Era, part: &str, id: &str, person: &Person) -> Result<Vec<u8>, Orpc> {
    match part {
        "tags" => Ok(listed(&json::tags(&person.labels))),
        "custom-fields" => {
            let with_value = |plan: &str| {
                let mut field = custom_field();
                field["value"] = plan.into();
                field
            };
            Ok(listed(person.plan.map(with_value).as_slice()))
        }
        "inboxes" if era == Era::C => {
            let mut out = Out::default();
            json::contact(&mut out, era, id, person, json::Relations::ALL);
            let contact: Value = serde_json::from_slice(out.bytes()).map_err(|_| Orpc::crash())?;
            Ok(json!({"data": contact["contactInboxes"]}).to_string().into_bytes())
        }
        _ => Err(Orpc::not_found("Not found")),
    }
}

/// The contact that `id:N`, `email:x` or `phone:x` names.
fn identified(store: &Store, identifier: &str) -> Result<Handle, Orpc> {
    let identifier = decode_path(identifier);
    let (prefix, value) = identifier.split_once(':').ok_or_else(|| Orpc::not_found("Invalid identifier format"))?;
    let first = |matches: &dyn Fn(&Person) -> bool| {
        store.everybody().iter().copied().find(|&handle| matches(&store.person(handle)))
    };
    let found = match prefix {
        "id" if value.parse::<u128>().is_ok_and(|id| id > i64::MAX as u128) => return Err(Orpc::crash()),
        "id" => store.find(value),
        "email" => first(&|person| person.email() == Some(value)),
        "phone" => first(&|person| person.phone() == Some(value)),
        _ => return Err(Orpc::not_found("Invalid identifier format. Use id:, email:, or phone: prefix")),
    };
    found.ok_or_else(|| Orpc::not_found("Contact not found"))
}

fn find_by_custom_field(store: &Store, era: Era, query: &[(String, String)]) -> Vec<u8> {
    let value = last(query, "value").unwrap_or_default();
    let matches = |person: &Person| match last(query, "customFieldId").unwrap_or_default() {
        "email" => person.email() == Some(value),
        "phone" => person.phone() == Some(value),
        // Before era C the wrong column was compared.
        FIELD_ID => era == Era::C && person.plan == Some(value),
        _ => false,
    };
    let everybody = store.everybody();
    let mut found: Vec<(Handle, Person)> =
        everybody.iter().map(|&handle| (handle, store.person(handle))).filter(|(_, person)| matches(person)).collect();
    found.sort_by_key(|(_, person)| std::cmp::Reverse(person.updated));
    found.truncate(100);
    let mut out = Out::default();
    out.raw(r#"{"data":["#);
    for (at, (handle, person)) in found.iter().enumerate() {
        out.raw(if at == 0 { "" } else { "," });
        json::contact(&mut out, era, &store.id(*handle), person, json::Relations::ALL);
    }
    out.raw("]}");
    out.into_bytes()
}

/// The id of a tag.
fn tag_id(name: &str) -> String {
    let at = super::names::LABELS.iter().position(|&label| label == name).unwrap_or_default();
    (TAG_ID + at as u64).to_string()
}
