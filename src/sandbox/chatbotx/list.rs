//! The list of contacts: order, search, filter, pages.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::Era;
use super::super::exchange::{Ask, decode, ilike};
use super::super::json::Out;
use super::super::person::Person;
use super::super::rails::BLOCK;
use super::super::store::{Handle, Key, Store, View, page, view_name};
use super::input::{Input, read};
use super::json::{Relations, channel, contact, full_name, inbox_id};
use super::{Orpc, filter};

/// Beyond this nothing is counted (era C).
const COUNTED: usize = 10_000;

/// The columns that can be sorted by.
const COLUMNS: [&str; 18] = [
    "id",
    "createdAt",
    "updatedAt",
    "avatar",
    "phoneNumber",
    "email",
    "emailVerified",
    "firstName",
    "lastName",
    "fullName",
    "gender",
    "lastReadAt",
    "country",
    "state",
    "city",
    "locale",
    "timezone",
    "blockedAt",
];

/// Columns, and whether descending.
type Sort = Vec<(&'static str, bool)>;

/// Answers `GET /contacts`.
pub fn answer(store: &Store, era: Era, query: &[(String, String)], ask: &Ask<'_>) -> Result<Vec<u8>, Orpc> {
    let input = read(era, query)?;
    let sort = sort(era, input.sort.as_ref())?;
    let view = selected(store, era, &input, &sort)?;
    let start = (input.page - 1).saturating_mul(input.per_page);
    let unique = sort.iter().any(|(column, _)| *column == "id");
    let same_keys = |a: usize, b: usize| {
        let keys = |at: usize| keys(&store.person(view[at]), &sort);
        keys(a) == keys(b)
    };
    let same_moment = |a: usize, b: usize| store.created(view[a]) == store.created(view[b]);
    let same_block = |a: usize, b: usize| a / BLOCK == b / BLOCK;
    let ties: Option<&dyn Fn(usize, usize) -> bool> = match (sort.is_empty(), era) {
        (true, Era::A) => Some(&same_block),
        (true, _) => Some(&same_moment),
        (false, _) if unique => None,
        (false, _) => Some(&same_keys),
    };
    let rows = page(&view, start, input.per_page, ties);
    let relations = relations(input.include.as_deref());
    let mut out = Out::with_capacity(rows.len() * 2200 + 100);
    out.raw(r#"{"data":["#);
    for (at, &handle) in rows.iter().enumerate() {
        out.raw(if at == 0 { "" } else { "," });
        contact(&mut out, era, &store.id(handle), &store.person(handle), relations);
    }
    let total = ask.total(view.len());
    let counted = match era {
        Era::C if !input.with_count => 0,
        Era::C => total.min(COUNTED),
        _ => total,
    };
    out.raw(r#"],"pageCount":"#).digits((counted as u64).div_ceil(input.per_page), 1);
    if era == Era::C {
        out.raw(r#","totalCount":"#).digits(counted as u64, 1);
        out.raw(r#","totalCountCapped":"#).flag(input.with_count && total > COUNTED);
    }
    out.raw("}");
    Ok(out.into_bytes())
}

fn relations(include: Option<&[String]>) -> Relations {
    let Some(include) = include else { return Relations::ALL };
    let has = |word: &str| include.iter().any(|included| included == word);
    Relations {
        tags: has("tags"),
        custom_fields: has("customFields"),
        inboxes: has("inboxes"),
        conversation: has("conversation"),
    }
}

/// The sort that is asked for; empty: the default, also when what was sent makes no sense.
fn sort(era: Era, given: Option<&Value>) -> Result<Sort, Orpc> {
    let parsed = match given {
        Some(Value::String(text)) => {
            serde_json::from_str(text).or_else(|_| serde_json::from_str(&decode(text))).unwrap_or_default()
        }
        // Brackets are what the specification says; they have no effect before era C.
        Some(list) if era == Era::C => list.clone(),
        _ => return Ok(Vec::new()),
    };
    let entries = parsed.as_array().cloned().unwrap_or_default();
    let mut sort = Vec::new();
    for entry in &entries {
        let desc = match &entry["desc"] {
            Value::Bool(desc) => *desc,
            Value::String(word) if era == Era::C => word == "true",
            _ => return Ok(Vec::new()),
        };
        let name = entry["id"].as_str().unwrap_or_default();
        if matches!(name, "constructor" | "toString" | "__proto__" | "hasOwnProperty") {
            return Err(Orpc::crash());
        }
        match COLUMNS.iter().find(|&&column| column == name) {
            Some(&column) => sort.push((column, desc)),
            None => return Ok(Vec::new()),
        }
    }
    Ok(sort)
}

fn selected(store: &Store, era: Era, input: &Input, sort: &Sort) -> Result<View, Orpc> {
    let filter = match &input.filter {
        Some(given) => filter::compile(era, given)?,
        None => None,
    };
    let any = input.filter.as_ref().is_some_and(|filter| filter["operator"] == "or");
    // A keyword beside `or` was dropped before era C.
    let keyword = input.keyword.as_deref().filter(|_| era == Era::C || !any);
    let applied = era == Era::C;
    let channels: &[String] = if applied { &input.channels } else { &[] };
    let inbox_ids: &[String] = if applied { &input.inbox_ids } else { &[] };
    let plain = filter.is_none() && keyword.is_none() && channels.is_empty() && inbox_ids.is_empty();
    if plain && (matches!(sort.first(), Some(("id", false))) || (sort.is_empty() && era == Era::A)) {
        return Ok(store.everybody());
    }
    let order: Vec<String> = sort.iter().map(|(column, desc)| format!("{column}:{desc}")).collect();
    let filtered = filter.as_ref().map(|_| input.filter.as_ref().map(Value::to_string).unwrap_or_default());
    let name = view_name(&[
        &format!("{era:?}"),
        &filtered.unwrap_or_default(),
        keyword.unwrap_or_default(),
        &channels.join(","),
        &inbox_ids.join(","),
        &order.join(","),
    ]);
    Ok(store.view(&name, || {
        let everybody = store.everybody();
        let matches = |person: &Person| {
            filter.as_ref().is_none_or(|test| test(person))
                && keyword.is_none_or(|keyword| found(era, person, keyword))
                && (channels.is_empty()
                    || person.channels.iter().any(|reach| channels.iter().any(|word| word == channel(reach.kind))))
                && (inbox_ids.is_empty()
                    || person.channels.iter().any(|reach| inbox_ids.contains(&inbox_id(reach.kind))))
        };
        let mut rows: Vec<Handle> = if plain {
            everybody.to_vec()
        } else {
            everybody.iter().copied().filter(|&handle| matches(&store.person(handle))).collect()
        };
        match sort.first() {
            Some(("id", false)) => {}
            None if era == Era::A => {}
            // Creation and id ascend together.
            Some(("id", true)) | None => rows.reverse(),
            Some(_) => store.sort(&mut rows, |person| keys(person, sort), |a, b| compare(a, b, sort)),
        }
        rows
    }))
}

/// Whether the keyword is found: a substring before era C, a guess at what is meant from then on.
fn found(era: Era, person: &Person, keyword: &str) -> bool {
    let email = person.email().unwrap_or_default();
    let phone = person.phone().unwrap_or_default();
    let names = [person.given.as_str(), person.family.as_str()];
    if era != Era::C {
        return names.iter().chain(&[email, phone]).any(|text| !text.is_empty() && ilike(text, keyword));
    }
    let wanted = keyword.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let digits = wanted.bytes().filter(u8::is_ascii_digit).count();
    let phonelike = wanted.bytes().all(|byte| byte.is_ascii_digit() || b"+-() .".contains(&byte));
    if wanted.contains('@') {
        has(email)
    } else if !wanted.is_empty() && digits == wanted.len() {
        names.iter().any(|name| has(name)) || has(email) || has(phone)
    } else if phonelike && digits >= 6 {
        let strip = |text: &str| text.replace([' ', '-', '(', ')'], "");
        strip(phone).contains(&strip(&wanted))
    } else {
        names.iter().any(|name| has(name))
    }
}

fn keys(person: &Person, sort: &Sort) -> Vec<Key> {
    let text =
        |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Key::Null, |text| Key::Text(text.into()));
    let known = |word: &'static str| text(Some(word).filter(|_| !person.unknown));
    let key = |&(column, _): &(&str, bool)| match column {
        "id" => Key::Number(person.serial),
        "createdAt" => Key::Number(person.created),
        "updatedAt" => Key::Number(person.updated),
        "phoneNumber" => text(person.phone()),
        "email" => text(person.email()),
        "emailVerified" => Key::Number(person.channels.iter().any(|reach| reach.verified).into()),
        "firstName" => text(Some(&person.given)),
        "lastName" => text(Some(&person.family)),
        "fullName" => text(full_name(person).as_deref()),
        "lastReadAt" => person.active.map_or(Key::Null, Key::Number),
        "country" => known(person.town.code),
        "state" => known(person.town.state),
        "city" => known(person.town.city),
        "locale" => known(person.town.locale),
        "timezone" => known(person.town.timezone),
        "blockedAt" if person.blocked => Key::Number(person.updated),
        _ => Key::Null,
    };
    sort.iter().map(key).collect()
}

/// Nulls come last, and first when descending.
fn compare(a: &[Key], b: &[Key], sort: &Sort) -> Ordering {
    let one = |((a, b), (_, desc)): ((&Key, &Key), &(&str, bool))| {
        let order = match (*a == Key::Null, *b == Key::Null) {
            (false, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
            _ => a.cmp(b),
        };
        if *desc { order.reverse() } else { order }
    };
    a.iter().zip(b).zip(sort).map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
