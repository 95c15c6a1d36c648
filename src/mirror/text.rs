//! The searched text of a contact: its fields folded, each behind a mark that tells which field it is.
//!
//! Folded text holds no control characters, so the marks cannot be mistaken for text.

use crate::model::fold::fold;
use crate::model::{Contact, phone};

/// Which field a piece of the searched text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The name.
    Name,
    /// An e-mail address.
    Email,
    /// The customer's own key.
    Identifier,
    /// The digits of a phone number, as stored or of its E.164 form.
    Phone,
    /// A string or number in a custom field.
    Custom,
}

const MARKS: [(char, Field); 5] = [
    ('\u{1}', Field::Name),
    ('\u{2}', Field::Email),
    ('\u{3}', Field::Identifier),
    ('\u{4}', Field::Phone),
    ('\u{5}', Field::Custom),
];

/// The searched text of `contact`.
pub fn searched_text(contact: &Contact) -> String {
    let mut out = String::with_capacity(96);
    push_searched_text(contact, &mut out);
    out
}

/// Appends the searched text of `contact`.
pub fn push_searched_text(contact: &Contact, out: &mut String) {
    if let Some(name) = &contact.name {
        push(out, Field::Name, &fold(name));
    }
    for email in &contact.emails {
        push(out, Field::Email, &fold(&email.address));
    }
    if let Some(identifier) = &contact.identifier {
        push(out, Field::Identifier, &fold(identifier));
    }
    for phone in &contact.phones {
        let stored = phone::digits(&phone.number);
        let e164 = phone.e164.as_deref().and_then(|number| number.get(1..)).filter(|number| *number != stored);
        push(out, Field::Phone, &stored);
        if let Some(number) = e164 {
            push(out, Field::Phone, number);
        }
    }
    for (_, value) in &contact.custom_fields {
        value.leaves().for_each(|leaf| push(out, Field::Custom, &fold(&leaf)));
    }
}

fn push(out: &mut String, field: Field, text: &str) {
    let mark = MARKS.iter().find(|(_, of)| *of == field).map_or('\u{4}', |(mark, _)| *mark);
    out.push(mark);
    out.push_str(text);
}

/// The fields of a searched text, in order.
pub fn fields(text: &str) -> impl Iterator<Item = (Field, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mark = rest.chars().next()?;
        let field = MARKS.iter().find(|(of, _)| *of == mark).map_or(Field::Identifier, |(_, field)| *field);
        let body = &rest[mark.len_utf8()..];
        let end = body.bytes().position(|byte| (1..=5).contains(&byte)).unwrap_or(body.len());
        rest = &body[end..];
        Some((field, &body[..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Email;

    #[test]
    fn every_searched_field_is_there_and_folded() {
        let mut contact = Contact::new("p", "v", "1");
        contact.name = Some("Bóris  Doe".into());
        contact.emails = vec![Email { address: "B@X.example".into(), verified: None }];
        contact.identifier = Some("".into());
        contact.phones = vec![phone::phone("(202) 555-0143", Some("US")), phone::phone("+12025550143", None)];
        contact.custom_fields =
            vec![("Plan".into(), serde_json::from_str(r#"["Go\u006cd",{"Seats":12.50,"paid":true}]"#).unwrap())];
        let text = searched_text(&contact);
        assert_eq!(
            fields(&text).collect::<Vec<_>>(),
            [
                (Field::Name, "boris doe"),
                (Field::Email, "b@x.example"),
                (Field::Identifier, ""),
                (Field::Phone, "2025550143"),
                (Field::Phone, "12025550143"),
                (Field::Phone, "12025550143"),
                (Field::Custom, "gold"),
                (Field::Custom, "12.50"),
            ]
        );
    }
}
