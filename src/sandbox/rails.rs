//! What Chatwoot and its descendant LiveDesk have in common: scope, sorts, labels, the contact's JSON (vendor notes A5, B3, B6).

use std::cmp::Ordering;

use super::exchange::{ilike, last};
use super::json::Out;
use super::person::{Kind, Person};
use super::store::{Handle, Key, Store, View, page, view_name};
use super::{Ties, Vendor};

/// Rows on a page, whatever is asked.
pub const PAGE: u64 = 15;
/// Rows that the database returns together when it was told no order.
pub const BLOCK: usize = 32;

/// Which contacts are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those with an e-mail address, a phone number or an identifier.
    Resolved,
    /// Visitors too.
    All,
}

/// A search, and whether it looks at the company's name.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// The text, trimmed, not empty.
    pub text: &'a str,
    /// Whether company names are searched.
    pub company: bool,
}

/// What was asked for.
pub struct Selection<'a> {
    /// The scope.
    pub scope: Scope,
    /// The search.
    pub sought: Option<Sought<'a>>,
    /// Labels, any of them; empty: all.
    pub labels: Vec<String>,
    /// Fields and whether ascending, in the order that counts; empty: no order at all.
    pub sort: Vec<(&'static str, bool)>,
}

/// The name that a contact has for the customer; known people without any address have one, so that they are resolved.
fn identifier(id: &str, person: &Person) -> Option<String> {
    match &person.identifier {
        Some(identifier) => Some(identifier.to_string()),
        None if !person.unknown && person.emails.is_empty() && person.phones.is_empty() => {
            Some(format!("visitor-{id}"))
        }
        None => None,
    }
}

/// The phone number: this product stores E.164 alone.
fn phone(person: &Person) -> Option<String> {
    let plain: String = person.phone()?.chars().filter(|&c| c == '+' || c.is_ascii_digit()).collect();
    Some(plain).filter(|plain| plain.starts_with('+') && (8..=16).contains(&plain.len()))
}

/// The labels that are asked for, as `labels=a,b` or `labels[]=a&labels[]=b`.
pub fn labels(query: &[(String, String)]) -> Vec<String> {
    let bracketed: Vec<&str> =
        query.iter().filter(|(key, _)| key == "labels[]").map(|(_, value)| value.as_str()).collect();
    let given = if bracketed.is_empty() { last(query, "labels").into_iter().collect() } else { bracketed };
    let split = given.iter().flat_map(|value| value.split(','));
    split.map(|label| label.trim().to_lowercase()).filter(|label| !label.is_empty()).collect()
}

/// The sorts that are asked for, in the order in which the server declares them; `fields` are those it knows.
pub fn sorts(query: &[(String, String)], fields: &[&'static str]) -> Vec<(&'static str, bool)> {
    let asked = last(query, "sort").unwrap_or_default();
    let find = |field: &'static str| {
        let one = |word: &str| match word.strip_prefix('-') {
            Some(rest) => (rest == field).then_some(false),
            None => (word == field).then_some(true),
        };
        asked.split(',').find_map(|word| one(word.trim())).map(|up| (field, up))
    };
    fields.iter().copied().filter_map(find).collect()
}

/// The contacts of a selection, in its order.
pub fn selected(store: &Store, vendor: Vendor, selection: &Selection<'_>) -> View {
    let scope = if selection.scope == Scope::All { "all" } else { "resolved" };
    let by_id = store.view(scope, || {
        let everybody = store.everybody();
        let wanted = |handle: &Handle| selection.scope == Scope::All || !store.unknown(*handle);
        everybody.iter().copied().filter(wanted).collect()
    });
    let sort: Vec<String> = selection.sort.iter().map(|(field, up)| format!("{field}:{up}")).collect();
    let (text, company) = selection.sought.map_or(("", false), |sought| (sought.text, sought.company));
    let plain = text.is_empty() && selection.labels.is_empty();
    // Ids and creation ascend together.
    if plain && matches!(selection.sort.first(), None | Some(("created_at", true))) {
        return by_id;
    }
    let name = view_name(&[scope, text, &company.to_string(), &selection.labels.join(","), &sort.join(",")]);
    store.view(&name, || {
        let matches = |person: &Person, id: &str| {
            let finds = |field: &str| ilike(field, text);
            let labelled = selection.labels.is_empty()
                || person.labels.iter().any(|label| selection.labels.iter().any(|wanted| wanted == label));
            labelled
                && (text.is_empty()
                    || finds(&person.name)
                    || person.email().is_some_and(finds)
                    || phone(person).is_some_and(|phone| finds(&phone))
                    || identifier(id, person).is_some_and(|identifier| ilike_exact(vendor, &identifier, text))
                    || (company && person.company.is_some_and(|(company, _)| finds(company))))
        };
        let mut rows: Vec<Handle> = if plain {
            by_id.to_vec()
        } else {
            by_id.iter().copied().filter(|&handle| matches(&store.person(handle), &store.id(handle))).collect()
        };
        match selection.sort.first() {
            None | Some(("created_at", true)) => {}
            Some(("created_at", false)) => rows.reverse(),
            Some(_) => {
                let keys = |person: &Person| selection.sort.iter().map(|(field, _)| sort_key(person, field)).collect();
                store.sort(&mut rows, keys, |a, b| compare(a, b, &selection.sort));
            }
        }
        rows
    })
}

/// Chatwoot compares identifiers with their case.
fn ilike_exact(vendor: Vendor, identifier: &str, text: &str) -> bool {
    match vendor {
        Vendor::Chatwoot => identifier.contains(text),
        _ => ilike(identifier, text),
    }
}

fn sort_key(person: &Person, field: &str) -> Key {
    let text = |text: Option<&str>| text.map_or(Key::Null, |text| Key::Text(text.to_lowercase().into()));
    match field {
        "email" => text(person.email()),
        "name" => text(Some(&person.name)),
        "phone_number" => text(phone(person).as_deref()),
        "last_activity_at" => person.active.map_or(Key::Null, |active| Key::Number(active / 1000)),
        "created_at" => Key::Number(person.created),
        "company" | "company_name" => text(person.company.map(|(company, _)| company)),
        "city" => text((!person.unknown).then_some(person.town.city)),
        _ => text((!person.unknown).then_some(person.town.country)),
    }
}

/// Nulls come last, but first for a descending e-mail or phone number.
fn compare(a: &[Key], b: &[Key], sort: &[(&str, bool)]) -> Ordering {
    let one = |((a, b), (field, up)): ((&Key, &Key), &(&str, bool))| {
        let nulls_first = !up && matches!(*field, "email" | "phone_number");
        match (*a == Key::Null, *b == Key::Null) {
            (true, true) => Ordering::Equal,
            (a_null, b_null) if a_null != b_null => {
                if a_null == nulls_first {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            _ if *up => a.cmp(b),
            _ => b.cmp(a),
        }
    };
    a.iter().zip(b).zip(sort).map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Page `number` (from 1) of a selection. Without a sort the rows of a block change places from page to page; with one,
/// those that are equal by it, where ties wander.
pub fn cut(store: &Store, view: &[Handle], number: u64, selection: &Selection<'_>, ties: Ties) -> Vec<Handle> {
    let start = (number - 1).saturating_mul(PAGE);
    let keys = |at: usize| {
        let person = store.person(view[at]);
        selection.sort.iter().map(|(field, _)| sort_key(&person, field)).collect::<Vec<_>>()
    };
    let same_keys = |a: usize, b: usize| keys(a) == keys(b);
    let same_block = |a: usize, b: usize| a / BLOCK == b / BLOCK;
    match (selection.sort.is_empty(), ties) {
        (true, _) => page(view, start, PAGE, Some(&same_block)),
        (false, Ties::Wandering) => page(view, start, PAGE, Some(&same_keys)),
        (false, Ties::Stable) => page(view, start, PAGE, None),
    }
}

/// Whether contacts are shown with their inboxes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Inboxes {
    /// They are.
    Shown,
    /// Not even the key is there.
    Left,
}

impl Inboxes {
    /// As asked: left out, or blank, means shown; otherwise only `true` does.
    pub fn asked(query: &[(String, String)]) -> Self {
        match last(query, "include_contact_inboxes") {
            None | Some("" | "true") => Self::Shown,
            Some(_) => Self::Left,
        }
    }
}

/// The `channel_type` of a kind.
pub fn channel_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Web => "Channel::WebWidget",
        Kind::Email => "Channel::Email",
        Kind::Sms => "Channel::TwilioSms",
        Kind::Whatsapp => "Channel::Whatsapp",
        Kind::Messenger => "Channel::FacebookPage",
        Kind::Instagram => "Channel::Instagram",
        Kind::Telegram => "Channel::Telegram",
        Kind::Line => "Channel::Line",
        Kind::Zalo | Kind::Api => "Channel::Api",
    }
}

/// The name of the inbox of a kind.
pub fn inbox_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Web => "Website",
        Kind::Email => "Support mail",
        Kind::Sms => "Text messages",
        Kind::Whatsapp => "WhatsApp main",
        Kind::Messenger => "Facebook page",
        Kind::Instagram => "Instagram",
        Kind::Telegram => "Telegram bot",
        Kind::Line => "LINE",
        Kind::Zalo | Kind::Api => "API",
    }
}

/// The number of the inbox of a kind.
pub fn inbox_id(vendor: Vendor, kind: Kind) -> u64 {
    let at = vendor.kinds().iter().position(|&other| other == kind).unwrap_or_default();
    10 + at as u64
}

/// An inbox: three keys on LiveDesk, six on Chatwoot.
pub fn inbox(out: &mut Out, vendor: Vendor, kind: Kind) {
    let id = inbox_id(vendor, kind);
    out.raw(r#"{"id":"#).digits(id, 1);
    if vendor == Vendor::Chatwoot {
        out.raw(r#","avatar_url":"","channel_id":"#).digits(id + 100, 1);
    }
    out.raw(r#","name":"#).text(inbox_name(kind)).raw(r#","channel_type":"#).text(channel_type(kind));
    if vendor == Vendor::Chatwoot {
        let provider = if kind == Kind::Whatsapp { r#""whatsapp_cloud""# } else { "null" };
        out.raw(r#","provider":"#).raw(provider);
    }
    out.raw("}");
}

/// What a channel calls the contact.
pub fn source_id(out: &mut Out, person: &Person, kind: Kind) {
    match (kind, person.email(), person.phone()) {
        (Kind::Email, Some(email), _) => out.text(email),
        (Kind::Whatsapp, _, Some(phone)) => {
            let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
            out.text(&digits)
        }
        (Kind::Sms, _, Some(phone)) => out.text(phone),
        _ => out
            .raw("\"")
            .hex(person.hash >> 32, 8)
            .raw("-")
            .hex(person.hash, 4)
            .raw("-4")
            .hex(person.hash >> 16, 3)
            .raw("-a")
            .hex(person.hash >> 20, 3)
            .raw("-")
            .hex(person.hash ^ kind as u64, 12)
            .raw("\""),
    };
}

/// The contact.
pub fn contact(out: &mut Out, vendor: Vendor, id: &str, person: &Person, inboxes: Inboxes) {
    let known = !person.unknown;
    let town = person.town;
    out.raw(r#"{"additional_attributes":{"#);
    if known {
        out.raw(r#""city":"#).text(town.city).raw(r#","country":"#).text(town.country);
        out.raw(r#","country_code":"#).text(town.code).raw(r#","description":"","company_name":"#);
        out.text(person.company.map_or("", |(company, _)| company));
        out.raw(r#","social_profiles":{"github":"","twitter":"","facebook":"","linkedin":"","instagram":""}"#);
    }
    let online = person.active.is_some() && person.one_in(16);
    out.raw(r#"},"availability_status":"#).text(if online { "online" } else { "offline" });
    out.raw(r#","email":"#).text_or_null(person.email().filter(|_| known));
    out.raw(r#","id":"#).raw(id).raw(r#","name":"#).text(&person.name);
    out.raw(r#","phone_number":"#).text_or_null(phone(person).filter(|_| known).as_deref());
    out.raw(r#","blocked":"#).flag(person.blocked);
    out.raw(r#","identifier":"#).text_or_null(identifier(id, person).filter(|_| known).as_deref());
    out.raw(r#","thumbnail":"","custom_attributes":{"#);
    if let Some(plan) = person.plan {
        out.raw(r#""plan":"#).text(plan);
    }
    out.raw("}");
    if let Some(active) = person.active {
        out.raw(r#","last_activity_at":"#).number(active / 1000);
    }
    out.raw(r#","created_at":"#).number(person.created / 1000);
    if inboxes == Inboxes::Shown {
        out.raw(r#","contact_inboxes":["#);
        for (at, reach) in person.channels.iter().enumerate() {
            out.raw(if at == 0 { r#"{"source_id":"# } else { r#",{"source_id":"# });
            source_id(out, person, reach.kind);
            out.raw(r#","inbox":"#);
            inbox(out, vendor, reach.kind);
            out.raw("}");
        }
        out.raw("]");
    }
    out.raw("}");
}

/// Writes rows as a JSON list.
pub fn contacts(out: &mut Out, store: &Store, vendor: Vendor, rows: &[Handle], inboxes: Inboxes) {
    out.raw("[");
    for (at, &handle) in rows.iter().enumerate() {
        out.raw(if at == 0 { "" } else { "," });
        contact(out, vendor, &store.id(handle), &store.person(handle), inboxes);
    }
    out.raw("]");
}

/// `current_page` as it is echoed: what the query said, as text, or the number 1.
pub fn echo(query: &[(String, String)]) -> serde_json::Value {
    last(query, "page").map_or(serde_json::Value::from(1), serde_json::Value::from)
}

/// The page that is asked for, 1 if it makes no sense.
pub fn page_number(query: &[(String, String)]) -> u64 {
    leading_integer(last(query, "page").unwrap_or("1")).max(1).unsigned_abs()
}

/// The integer that a text begins with, or 0, as Ruby reads it.
pub fn leading_integer(text: &str) -> i64 {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let number: i64 = digits[..end].parse().unwrap_or(0);
    if text.starts_with('-') { -number } else { number }
}
