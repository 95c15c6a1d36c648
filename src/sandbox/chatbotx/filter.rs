//! What conditions of a `contactFilter` mean: some work, some are ignored, some make the server fail (vendor notes 1.8).

use serde_json::Value;

use super::super::Era;
use super::super::exchange::ilike;
use super::super::person::Person;
use super::json::{FIELD_ID, channel, full_name};
use super::{Orpc, tag_id};

/// The operators that a field takes; none: there is no such field.
pub fn operators(era: Era, field: &str) -> &'static [&'static str] {
    match field {
        "locale" | "country" | "continent" | "source" | "currentChannel" | "tags" | "customFields" => {
            &["in", "notIn", "isEmpty"]
        }
        "fullName" | "email" | "phone" => {
            &["eq", "ne", "isNotEmpty", "isEmpty", "contains", "notContains", "startsWith", "endsWith"]
        }
        "gender" | "executedFlow" => &["eq", "ne", "isEmpty"],
        "subscribedToBroadcast"
        | "conversationTransferredToHuman"
        | "interactedInLast24h"
        | "archived"
        | "blocked"
        | "existingContact" => &["eq", "isEmpty"],
        "contactCreatedAt" | "contactCreatedDateMinutesAgo" => {
            &["eq", "ne", "isEmpty", "lt", "lte", "gt", "gte", "isBetween", "notBetween"]
        }
        "inbox" | "language" | "timezone" if era == Era::C => &["in", "notIn", "isEmpty"],
        _ => &[],
    }
}

/// A condition as a test of one person.
type Test = Box<dyn Fn(&Person) -> bool>;

/// The whole filter as a test; `None` when nothing of it has an effect.
pub fn compile(era: Era, filter: &Value) -> Result<Option<Test>, Orpc> {
    let any = filter["operator"] == "or";
    let mut tests: Vec<(String, Test)> = Vec::new();
    for condition in filter["conditions"].as_array().into_iter().flatten() {
        let field = condition["field"].as_str().unwrap_or_default().to_owned();
        if let Some(test) = test(era, &field, condition["operator"].as_str().unwrap_or_default(), &condition["value"])?
        {
            if era != Era::C && !any {
                // Conditions were merged into one object: the last on a field wins.
                tests.retain(|(other, _)| *other != field);
            }
            tests.push((field, test));
        }
    }
    if tests.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |person| {
        if any { tests.iter().any(|(_, test)| test(person)) } else { tests.iter().all(|(_, test)| test(person)) }
    })))
}

fn test(era: Era, field: &str, operator: &str, value: &Value) -> Result<Option<Test>, Orpc> {
    let fails = era != Era::C
        && (matches!(operator, "startsWith" | "endsWith" | "isBetween" | "notBetween")
            || field == "interactedInLast24h"
            || (field == "tags" && operator == "isEmpty"));
    if fails {
        return Err(Orpc::crash());
    }
    let words: Vec<String> = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(|word| word.trim().to_owned()).collect(),
        value => value.as_str().map(|word| word.trim().to_owned()).into_iter().collect(),
    };
    let word = words.first().cloned().unwrap_or_default();
    let flag = word == "true";
    let operator = operator.to_owned();
    Ok(Some(match field {
        "email" => text(era, operator, word, |person| person.email().map(str::to_owned)),
        "phone" => text(era, operator, word, |person| person.phone().map(str::to_owned)),
        "fullName" => text(era, operator, word, full_name),
        "gender" if !["male", "female", "unknown"].contains(&word.as_str()) && operator != "isEmpty" => {
            return Err(Orpc::crash());
        }
        "gender" => text(era, operator, word, |person| {
            let genders = ["male", "female", "unknown"];
            genders.get((person.hash >> 8 & 3) as usize).filter(|_| !person.unknown).map(|&gender| gender.to_owned())
        }),
        // By name, and from era C on by id.
        "tags" => several(operator, words, move |person| {
            let named = |label: &&str| if era == Era::C { tag_id(label) } else { (*label).to_owned() };
            person.labels.iter().map(named).collect()
        }),
        "currentChannel" => several(operator, words, |person| {
            person.channels.iter().map(|reach| channel(reach.kind).to_owned()).collect()
        }),
        "inbox" => several(operator, words, |person| {
            person.channels.iter().map(|reach| super::json::inbox_id(reach.kind)).collect()
        }),
        "customFields" => {
            several(operator, words, |person| person.plan.map(|_| FIELD_ID.to_owned()).into_iter().collect())
        }
        "locale" | "language" => several(operator, words, |person| of_town(person, person.town.locale)),
        "country" => several(operator, words, |person| of_town(person, person.town.code)),
        "timezone" => several(operator, words, |person| of_town(person, person.town.timezone)),
        "blocked" => Box::new(move |person| person.blocked == flag),
        "subscribedToBroadcast" => Box::new(move |_| !flag),
        "archived" => Box::new(move |person| !flag && person.active.is_some()),
        "conversationTransferredToHuman" => Box::new(move |person| person.active.is_some() && person.one_in(2) != flag),
        "contactCreatedAt" => created(operator, &words)?,
        _ => return Ok(None),
    }))
}

fn of_town(person: &Person, word: &str) -> Vec<String> {
    if person.unknown { Vec::new() } else { vec![word.to_owned()] }
}

fn text(era: Era, operator: String, word: String, read: impl Fn(&Person) -> Option<String> + 'static) -> Test {
    let same = move |text: &str, word: &str| {
        if era == Era::C { text.to_lowercase() == word.to_lowercase() } else { text == word }
    };
    Box::new(move |person| {
        let value = read(person);
        let text = value.as_deref();
        match operator.as_str() {
            "eq" => text.is_some_and(|text| same(text, &word)),
            "ne" => text.is_some_and(|text| !same(text, &word)),
            "isEmpty" => text.is_none(),
            "isNotEmpty" => text.is_some(),
            "contains" => text.is_some_and(|text| ilike(text, &word)),
            "notContains" => text.is_some_and(|text| !ilike(text, &word)),
            "startsWith" => text.is_some_and(|text| text.to_lowercase().starts_with(&word.to_lowercase())),
            _ => text.is_some_and(|text| text.to_lowercase().ends_with(&word.to_lowercase())),
        }
    })
}

/// `notIn` means: has another one beside those.
fn several(operator: String, words: Vec<String>, read: impl Fn(&Person) -> Vec<String> + 'static) -> Test {
    Box::new(move |person| {
        let values = read(person);
        match operator.as_str() {
            "in" => values.iter().any(|value| words.contains(value)),
            "notIn" => values.iter().any(|value| !words.contains(value)),
            _ => values.is_empty(),
        }
    })
}

fn created(operator: String, words: &[String]) -> Result<Test, Orpc> {
    let moment = |word: &String| {
        let full = if word.len() == 10 { format!("{word}T00:00:00Z") } else { word.clone() };
        full.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(|_| Orpc::crash())
    };
    let moments = words.iter().map(moment).collect::<Result<Vec<_>, _>>()?;
    let first = moments.first().copied().unwrap_or_default();
    let last = moments.last().copied().unwrap_or_default();
    Ok(Box::new(move |person| match operator.as_str() {
        "eq" => person.created == first,
        "ne" => person.created != first,
        "lt" => person.created < first,
        "lte" => person.created <= first,
        "gt" => person.created > first,
        "gte" => person.created >= first,
        "isBetween" => (first..=last).contains(&person.created),
        "notBetween" => !(first..=last).contains(&person.created),
        _ => false,
    }))
}
