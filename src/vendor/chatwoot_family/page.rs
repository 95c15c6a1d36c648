//! Replies that hold a list or one contact.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::excerpt;
use crate::model::Contact;
use crate::source::{Page, SourceError, Wish};
use crate::vendor::decode::Place;

use super::wire::{ExcuseWire, ListWire, PayloadWire};
use super::{Owner, contact_from};

/// Reads a page of contacts.
///
/// Since 4.11 a search counts the rows of the page, not of the list, and says `has_more` (vendor notes B4): where that
/// key is there, the count is no total.
pub fn page_from(body: &[u8], place: Place<'_>, owner: Owner<'_>, wish: Wish) -> Result<Page, SourceError> {
    let list: ListWire<'_> = read(body, place)?;
    let items = list_of(list.payload, body, place)?;
    let rows = place.rows("payload", &items, |item| contact_from(item, owner, wish))?;
    let meta = list.meta.0.unwrap_or_default();
    let more = meta.has_more.0;
    let total = if more.is_some() { None } else { meta.count.0 };
    Ok(Page { rows, total, more, ..Page::default() })
}

/// Reads `{"payload": contact}`.
pub fn one_from(body: &[u8], place: Place<'_>, owner: Owner<'_>, wish: Wish) -> Result<Contact, SourceError> {
    let one: PayloadWire<'_> = read(body, place)?;
    let Some(payload) = one.payload.filter(|payload| payload.get().starts_with('{')) else {
        return Err(missing(body, place, "a contact is due"));
    };
    let mut rows = place.rows("payload", &[payload], |item| contact_from(item, owner, wish))?;
    rows.pop().ok_or_else(|| missing(body, place, "a contact is due"))
}

/// Reads `{"payload": […]}` of anything.
pub fn list_from<'a>(body: &'a [u8], place: Place<'_>) -> Result<Vec<&'a RawValue>, SourceError> {
    let list: PayloadWire<'a> = read(body, place)?;
    list_of(list.payload, body, place)
}

/// Reads a reply, which has to be an object.
fn read<'a, T: Deserialize<'a>>(body: &'a [u8], place: Place<'_>) -> Result<T, SourceError> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None | Some(b'{') => place.read(body),
        Some(_) => Err(place.broken("", "an object is due", body)),
    }
}

fn list_of<'a>(payload: Option<&'a RawValue>, body: &[u8], place: Place<'_>) -> Result<Vec<&'a RawValue>, SourceError> {
    let items = payload.filter(|payload| payload.get().starts_with('['));
    items.and_then(|items| serde_json::from_str(items.get()).ok()).ok_or_else(|| missing(body, place, "a list is due"))
}

/// The failure of a reply that says 200 and lacks its payload; some say why.
fn missing(body: &[u8], place: Place<'_>, due: &str) -> SourceError {
    let error = place.broken("payload", due, body);
    let excuse: ExcuseWire<'_> = serde_json::from_slice(body).unwrap_or_default();
    match excuse.message.text().or_else(|| excuse.error.text()) {
        Some(said) => error.with_hint(format!("the server says `{}`", excerpt(said.as_bytes()))),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ErrorKind;

    const PLACE: Place<'static> = Place { vendor: "Chatwoot", endpoint: "contacts" };
    const OWNER: Owner<'static> = Owner { profile: "desk", vendor: "chatwoot" };

    fn page(body: &str) -> Result<Page, SourceError> {
        page_from(body.as_bytes(), PLACE, OWNER, Wish::default())
    }

    #[test]
    fn both_generations_of_meta() {
        let counted = page(r#"{"meta":{"count":31,"current_page":"2"},"payload":[{"id":1},{"id":"2"}]}"#).unwrap();
        assert_eq!((counted.rows.len(), counted.total, counted.more), (2, Some(31), None));
        let newer = page(r#"{"meta":{"count":1,"current_page":1,"has_more":true},"payload":[{"id":1}]}"#).unwrap();
        assert_eq!((newer.total, newer.more), (None, Some(true)));
        let blank = page(r#"{"meta":{"count":null,"current_page":1,"has_more":null},"payload":[]}"#).unwrap();
        assert_eq!((blank.rows.len(), blank.total, blank.more), (0, None, None));
        assert_eq!(page(r#"{"payload":[]}"#).unwrap().total, None);
        assert_eq!(page(r#"{"meta":[],"payload":[],"more":{}}"#).unwrap().total, None);
        assert_eq!(page(r#"{"meta":{"count":"31"},"payload":[]}"#).unwrap().total, Some(31));
    }

    #[test]
    fn what_is_no_list_is_no_empty_list() {
        for body in [r#"{"payload":null}"#, r#"{"payload":{}}"#, "{}", r#"{"payload":"x"}"#] {
            let error = page(body).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Vendor, "{body}");
            assert!(error.message.contains("`payload`") && error.message.contains("`contacts`"), "{}", error.message);
        }
        for body in ["null", "[]", "\"x\"", "7", r#"{"payload":[{"id":1}"#, "", "not JSON"] {
            assert_eq!(page(body).unwrap_err().kind, ErrorKind::Vendor, "{body}");
        }
        let told = page(r#"{"code":4001,"message":"key expired"}"#).unwrap_err();
        assert!(told.hint.unwrap().contains("key expired"));
    }

    #[test]
    fn a_contact_without_an_id_is_told_with_its_place() {
        for body in [r#"{"payload":[{"id":1},{"name":"Ann"}]}"#, r#"{"payload":[{"id":1},null]}"#] {
            let error = page(body).unwrap_err();
            assert!(error.message.contains("`payload[1]"), "{}", error.message);
        }
    }

    #[test]
    fn one_contact() {
        let one = |body: &str| one_from(body.as_bytes(), PLACE, OWNER, Wish::default());
        assert_eq!(one(r#"{"payload":{"id":7}}"#).unwrap().id, "7");
        for body in [r#"{"payload":null}"#, r#"{"payload":[]}"#, "{}", "null"] {
            assert_eq!(one(body).unwrap_err().kind, ErrorKind::Vendor, "{body}");
        }
    }
}
