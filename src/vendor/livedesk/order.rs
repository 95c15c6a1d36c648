//! Whether a page came in the order that was asked for: nothing settles how the server takes a direction
//! (vendor notes A4), so the rows have to show it.

use std::cmp::Ordering;

use crate::model::fold::fold;
use crate::model::{Contact, Direction, SortField, SortKey, Time};

/// Of this many neighbours one may stand otherwise in an order of texts: a database has its own idea of an alphabet.
const TOLERANCE: usize = 3;

/// A value as far as any alphabet agrees on it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Time(Time),
    Text(String),
}

/// Whether `rows` contradict the order of `key`.
pub fn contradicts(rows: &[Contact], key: SortKey) -> bool {
    let values: Vec<Option<Value>> = rows.iter().map(|contact| value(contact, key.field)).collect();
    let (mut wrong, mut right) = (0, 0);
    for pair in values.windows(2) {
        match ordering(pair[0].as_ref(), pair[1].as_ref(), key.direction) {
            Ordering::Less => right += 1,
            Ordering::Greater => wrong += 1,
            Ordering::Equal => {}
        }
    }
    let exact = values.iter().flatten().any(|value| matches!(value, Value::Time(_)));
    if exact { wrong > 0 } else { wrong * TOLERANCE > wrong + right }
}

/// What is missing comes last in either direction.
fn ordering(left: Option<&Value>, right: Option<&Value>, direction: Direction) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(left), Some(right)) if direction == Direction::Ascending => left.cmp(right),
        (Some(left), Some(right)) => right.cmp(left),
    }
}

fn value(contact: &Contact, field: SortField) -> Option<Value> {
    let text = match field {
        SortField::CreatedAt => return contact.created_at.map(Value::Time),
        SortField::UpdatedAt => return contact.updated_at.map(Value::Time),
        SortField::LastActivityAt => return contact.last_activity_at.map(Value::Time),
        SortField::Id => Some(contact.id.as_str()),
        SortField::Name => contact.name.as_deref(),
        SortField::Email => contact.emails.first().map(|email| email.address.as_str()),
        SortField::Phone => contact.phones.first().map(|phone| phone.number.as_str()),
        SortField::Company => contact.company.as_deref(),
        SortField::City => contact.location.city.as_deref(),
        SortField::Country => contact.location.country.as_deref(),
    };
    text.map(|text| Value::Text(fold(text).chars().filter(|c| c.is_alphanumeric()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Vec<Contact> {
        let contact = |name: &&str| {
            let mut contact = Contact::new("p", "livedesk", *name);
            contact.name = Some((*name).into()).filter(|name: &crate::model::Text| !name.is_empty());
            contact
        };
        names.iter().map(contact).collect()
    }

    fn active(seconds: &[i64]) -> Vec<Contact> {
        let contact = |at: &i64| {
            let mut contact = Contact::new("p", "livedesk", "1");
            contact.last_activity_at = Some(*at).filter(|at| *at > 0).and_then(Time::from_unix_seconds);
            contact
        };
        seconds.iter().map(contact).collect()
    }

    fn key(text: &str) -> SortKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_direction_that_was_ignored_shows() {
        let (up, down) = (key("last_activity_at"), key("last_activity_at:desc"));
        assert!(contradicts(&active(&[1, 2, 3]), down));
        assert!(!contradicts(&active(&[1, 2, 3]), up));
        assert!(!contradicts(&active(&[3, 3, 1, 0]), down));
        assert!(contradicts(&active(&[3, 3, 1, 2]), down));
        assert!(contradicts(&active(&[0, 3]), down));
        assert!(!contradicts(&active(&[]), down) && !contradicts(&active(&[1]), down));
    }

    #[test]
    fn alphabets_may_differ_a_little() {
        let names = ["Ann", "ben", "Élodie", "_eve", "Zoë", "Øyvind"];
        assert!(!contradicts(&named(&names), key("name")));
        assert!(contradicts(&named(&names), key("name:desc")));
        assert!(contradicts(&named(&["b", "a", "d", "c"]), key("name")));
        assert!(!contradicts(&named(&["a", "a", "", ""]), key("name:desc")));
    }
}
