//! Rocket.Chat's replies as pages and contacts.

use serde_json::value::RawValue;

use crate::model::phone::phone;
use crate::model::{Channel, ChannelKind, Contact, Email, LastChat, Manager, Phone, RawJson, Text};
use crate::source::{Identity, Page, Rows, SourceError, Wish};
use crate::vendor::decode::Place;
use crate::vendor::lenient::{CustomFields, Either, Flag, Made, Object, Scalar, is_blank};
use crate::vendor::listed::parse_list;
use crate::vendor::scan::{Elements, scan_list};

use super::wire::{Address, GetReply, MeReply, Number, SearchReply, WireChannel, WireChat, WireContact, WireManager};

/// The list in the reply to `contacts.search`.
const LIST: &str = "contacts";

const NO_ID: &str = "a contact without `_id`";

/// Reads the reply to `contacts.search`; its contacts go to `rows`.
///
/// They are read in one pass, by hand where they are as they mostly are; only if that fails each is read by itself.
pub(super) fn page_from(
    place: Place<'_>,
    profile: &str,
    body: &[u8],
    wish: Wish,
    rows: &mut dyn Rows,
) -> Result<Page, SourceError> {
    rows.restart();
    let mut one = OneByOne { profile, wish, rows, contact: Contact::default() };
    let scanned = simdutf8::basic::from_utf8(body).ok().and_then(|text| scan_list(text, LIST, &mut one));
    if let Some((reply, there)) = scanned {
        return envelope(place, &reply, there, body);
    }
    rows.restart();
    if !wish.raw {
        let mut convert = |wire: WireContact<'_>| {
            rows.push(&mut contact_from(profile, wire).ok_or(NO_ID)?);
            Ok(())
        };
        if let Ok((reply, there)) = parse_list(body, LIST, &mut convert) {
            return envelope(place, &reply, there, body);
        }
        rows.restart();
    }
    let mut raw: Vec<&RawValue> = Vec::new();
    let (reply, there) = place.read_list(body, LIST, &mut |row| {
        raw.push(row);
        Ok(())
    })?;
    let page = envelope(place, &reply, there, body)?;
    place.rows(LIST, &raw, |row| row_from(profile, row, wish))?.iter_mut().for_each(|contact| rows.push(contact));
    Ok(page)
}

/// Hands contacts on one by one, each in the memory of the one before if that was left.
pub(super) struct OneByOne<'r> {
    pub profile: &'r str,
    pub wish: Wish,
    pub rows: &'r mut dyn Rows,
    pub contact: Contact,
}

impl<'b> Elements<'b> for OneByOne<'_> {
    type Element = WireContact<'b>;

    fn fresh(&mut self) -> WireContact<'b> {
        let Contact { emails, phones, channels, custom_fields, .. } = &mut self.contact;
        WireContact {
            emails: Made::within(std::mem::take(emails)),
            phones: Made::within(std::mem::take(phones)),
            channels: Made::within(std::mem::take(channels)),
            custom_fields: CustomFields::within(std::mem::take(custom_fields)),
            ..WireContact::default()
        }
    }

    fn take(&mut self, wire: WireContact<'b>, json: &'b str) -> Option<()> {
        self.contact = contact_from(self.profile, wire)?;
        self.contact.raw = self.wish.raw.then(|| RawJson::of_read(json));
        self.rows.push(&mut self.contact);
        Some(())
    }
}

/// What a reply says beside its list; it must be a success, and have one.
fn envelope(place: Place<'_>, reply: &SearchReply, there: bool, body: &[u8]) -> Result<Page, SourceError> {
    check_success(place, reply.success, body)?;
    if !there {
        return Err(place.broken(LIST, "a list is due here", body));
    }
    let limit = reply.count.0.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
    Ok(Page { total: reply.total.0, limit, ..Page::default() })
}

fn check_success(place: Place<'_>, success: Flag, body: &[u8]) -> Result<(), SourceError> {
    if success == Flag(Some(true)) {
        return Ok(());
    }
    let hint = "check `base_url`: it is the address under which Rocket.Chat itself opens";
    Err(place.broken("success", "it is no success of the Rocket.Chat API", body).with_hint(hint))
}

fn row_from(profile: &str, row: &RawValue, wish: Wish) -> Result<Contact, serde_json::Error> {
    use serde::de::Error as _;
    let wire: WireContact<'_> = serde_json::from_str(row.get())?;
    let mut contact = contact_from(profile, wire).ok_or_else(|| serde_json::Error::custom(NO_ID))?;
    contact.raw = wish.raw.then(|| RawJson::new(row));
    Ok(contact)
}

/// Reads the reply to `contacts.get`; `None` if it holds no contact.
pub(super) fn contact_in(
    place: Place<'_>,
    profile: &str,
    body: &[u8],
    wish: Wish,
) -> Result<Option<Contact>, SourceError> {
    let reply: GetReply<'_> = place.read(body)?;
    check_success(place, reply.success, body)?;
    let Some(raw) = reply.contact.filter(|raw| raw.get() != "null") else { return Ok(None) };
    place.rows("contact", &[raw], |row| row_from(profile, row, wish)).map(|mut rows| rows.pop())
}

/// Reads the reply to `me`.
pub(super) fn identity_from(place: Place<'_>, body: &[u8]) -> Result<Identity, SourceError> {
    let reply: MeReply<'_> = place.read(body)?;
    check_success(place, reply.success, body)?;
    let email = reply.emails.0.iter().find_map(|email| address(email).map(|address| address.to_string()));
    Ok(Identity {
        account: reply.id.as_str().map(str::to_owned),
        name: reply.name.as_str().or(reply.username.as_str()).map(str::to_owned),
        email,
        roles: reply.roles.0.iter().filter_map(Scalar::as_str).map(str::to_owned).collect(),
        version: None,
        note: None,
    })
}

/// A contact as this program knows it; `None` without an id.
pub(super) fn contact_from(profile: &str, wire: WireContact<'_>) -> Option<Contact> {
    let mut contact = Contact::new(profile, super::SPEC.name, wire.id.text()?);
    contact.name = wire.name.text();
    contact.emails = wire.emails.0;
    contact.phones = wire.phones.0;
    contact.channels = wire.channels.0;
    contact.custom_fields = wire.custom_fields.0;
    contact.unknown = wire.unknown.0;
    contact.manager = manager_from(&wire.manager);
    contact.created_at = wire.created_at.0;
    contact.updated_at = wire.updated_at.0;
    contact.last_activity_at = wire.last_chat.0.and_then(|chat| chat.ts.0);
    Some(contact)
}

fn address(email: &Either<'_, Address<'_>>) -> Option<Text> {
    match email {
        Either::Plain(address) => plain(address),
        Either::Object(Address { address }) => address.text(),
        Either::Absent => None,
    }
}

impl From<Either<'_, Address<'_>>> for Option<Email> {
    fn from(wire: Either<'_, Address<'_>>) -> Self {
        address(&wire).map(|address| Email { address, verified: None })
    }
}

impl From<Either<'_, Number<'_>>> for Option<Phone> {
    fn from(wire: Either<'_, Number<'_>>) -> Self {
        let number = match &wire {
            Either::Plain(number) => plain(number)?,
            Either::Object(Number { number }) => number.text()?,
            Either::Absent => return None,
        };
        Some(phone(number, None))
    }
}

impl From<Object<WireChannel<'_>>> for Option<Channel> {
    fn from(Object(wire): Object<WireChannel<'_>>) -> Self {
        wire.as_ref().map(channel_from)
    }
}

fn plain(text: &str) -> Option<Text> {
    (!is_blank(text)).then(|| text.into())
}

fn manager_from(wire: &Either<'_, WireManager<'_>>) -> Option<Manager> {
    let manager = match wire {
        Either::Plain(id) => Manager { id: plain(id), name: None, username: None },
        Either::Object(WireManager { id, name, username }) => {
            Manager { id: id.text(), name: name.text(), username: username.text() }
        }
        Either::Absent => return None,
    };
    (manager.id.is_some() || manager.name.is_some() || manager.username.is_some()).then_some(manager)
}

fn channel_from(wire: &WireChannel<'_>) -> Channel {
    let details = wire.details.0.as_ref();
    let visitor = wire.visitor.0.as_ref();
    let kind = details
        .and_then(|details| details.kind.as_str())
        .or_else(|| visitor.and_then(|visitor| visitor.source.0.as_ref()).and_then(|source| source.kind.as_str()));
    let word = kind.or(wire.name.as_str()).unwrap_or_default();
    Channel {
        kind: ChannelKind::from_vendor(word),
        vendor_kind: plain(word),
        name: wire.name.text().or_else(|| details.and_then(|details| details.label.text())),
        id: visitor.and_then(|visitor| visitor.visitor_id.text()).or_else(|| wire.visitor_id.text()),
        inbox_id: None,
        destination: details.and_then(|details| details.destination.text()),
        field: wire.field.text(),
        value: wire.value.text(),
        verified: wire.verified.0,
        verified_at: wire.verified_at.0,
        blocked: wire.blocked.0,
        last_chat: wire.last_chat.0.as_ref().and_then(last_chat_from),
    }
}

fn last_chat_from(wire: &WireChat<'_>) -> Option<LastChat> {
    let chat = LastChat { id: wire.id.text(), at: wire.ts.0 };
    (chat.id.is_some() || chat.at.is_some()).then_some(chat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ErrorKind;

    const PLACE: Place<'static> = Place { vendor: "Rocket.Chat", endpoint: "contacts.search" };
    const SEARCH: &str = include_str!("../../../tests/fixtures/rocketchat/search.json");
    const RAW: Wish = Wish { labels: false, channels: false, raw: true };

    fn page(body: &str) -> Result<Page, SourceError> {
        read(body, Wish::default())
    }

    fn read(body: &str, wish: Wish) -> Result<Page, SourceError> {
        let mut rows = Vec::new();
        let page = page_from(PLACE, "support", body.as_bytes(), wish, &mut rows)?;
        Ok(Page { rows, ..page })
    }

    fn rows(contacts: &str) -> Vec<Contact> {
        page(&format!(r#"{{"contacts":[{contacts}],"success":true}}"#)).unwrap().rows
    }

    #[test]
    fn the_documented_contact_becomes_the_documented_output() {
        let page = page(SEARCH).unwrap();
        let json = serde_json::to_string(&page.rows[0]).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"profile":"support","vendor":"rocketchat","id":"673be1711e2e6feb77939a7b","name":"Boris Doe","#,
                r#""emails":[{"address":"boris@doe.com","verified":null}],"phones":[{"number":"(555) 010-1234","e164":null}],"#,
                r#""channels":[{"kind":"web","vendor_kind":"widget","name":"widget","id":"673be2101e2e6feb77939a7f","inbox_id":null,"#,
                r#""destination":"example.com","field":null,"value":null,"verified":false,"verified_at":null,"blocked":false,"#,
                r#""last_chat":{"id":"NMee5zFPv62N7RAhh","at":"2024-11-19T00:55:46.723Z"}}],"company":null,"#,
                r#""location":{"city":null,"state":null,"country":null,"country_code":null},"language":null,"timezone":null,"#,
                r#""identifier":null,"labels":[],"custom_fields":{"social-number":"45600-00"},"blocked":null,"unknown":false,"#,
                r#""manager":{"id":"mAwAgmNndK7SHnQ89","name":"Jane","username":"Jane"},"avatar_url":null,"#,
                r#""created_at":"2024-11-19T00:53:05.468Z","updated_at":"2024-11-19T00:56:43.140Z","#,
                r#""last_activity_at":"2024-11-19T00:55:46.723Z"}"#
            )
        );
        assert_eq!((page.total, page.limit, page.rows.len()), (Some(2), Some(100), 2));
    }

    #[test]
    fn the_verified_channel_says_what_was_verified() {
        let contact = &page(SEARCH).unwrap().rows[1];
        let channel = &contact.channels[0];
        assert_eq!(channel.kind.as_str(), "sms");
        assert_eq!(channel.verified, Some(true));
        assert_eq!(channel.field.as_deref(), Some("email"));
        assert_eq!(channel.value.as_deref(), Some("ann@lee.example"));
        assert_eq!(channel.verified_at.unwrap().to_string(), "2024-11-22T14:55:21.354Z");
        assert_eq!(contact.phones[0].e164.as_deref(), Some("+12025550143"));
        assert_eq!(contact.last_activity_at, None);
    }

    #[test]
    fn both_ways_of_reading_agree_but_for_the_raw_object() {
        let plain = page(SEARCH).unwrap();
        let mut raw = read(SEARCH, RAW).unwrap();
        assert!(raw.rows[0].raw.as_ref().unwrap().get().contains(r#""conflictingFields":[]"#));
        for row in &mut raw.rows {
            row.raw = None;
        }
        assert_eq!(plain.rows, raw.rows);
        assert_eq!((plain.total, plain.limit), (raw.total, raw.limit));
    }

    #[test]
    fn older_and_odder_shapes_are_read() {
        let rows = rows(concat!(
            r#"{"_id":"1","emails":["a@b.c",{"address":"d@e.f"},null,{}],"phones":["123",{"phoneNumber":456}],"contactManager":"u1","#,
            r#""channels":[{"name":"api","visitorId":"v1","verified":true},null,7],"customFields":null,"lastChat":null,"new":{"x":[]}},"#,
            r#"{"_id":2,"name":null,"channels":null,"contactManager":{},"unknown":"true","createdAt":"soon","customFields":{"n":1.50,"l":[1, 2]}},"#,
            r#"{"_id":"3","channels":[{"visitor":{"visitorId":"v3","source":{"type":"widget"}},"lastChat":{}},{"details":{"type":"app","label":"My WhatsApp"}}]}"#,
        ));
        let addresses: Vec<_> = rows[0].emails.iter().map(|email| email.address.as_str()).collect();
        assert_eq!(addresses, ["a@b.c", "d@e.f"]);
        assert_eq!(rows[0].phones.iter().map(|phone| phone.number.as_str()).collect::<Vec<_>>(), ["123", "456"]);
        assert_eq!(rows[0].manager, Some(Manager { id: Some("u1".into()), name: None, username: None }));
        assert_eq!(rows[0].channels.len(), 1);
        assert_eq!((rows[0].channels[0].kind.as_str(), rows[0].channels[0].id.as_deref()), ("api", Some("v1")));
        assert_eq!((rows[1].id.as_str(), rows[1].unknown, rows[1].manager.clone()), ("2", Some(true), None));
        assert_eq!(rows[1].custom_fields[0].1.get(), "1.50");
        assert_eq!(rows[2].channels[0].vendor_kind.as_deref(), Some("widget"));
        assert_eq!(rows[2].channels[0].last_chat, None);
        assert_eq!(rows[2].channels[1].name.as_deref(), Some("My WhatsApp"));
    }

    #[test]
    fn halves_of_characters_do_not_lose_the_page() {
        let rows = rows(r#"{"_id":"1","name":"Ann \ud83d"},{"_id":"2","name":"Bob"}"#);
        assert_eq!(rows[0].name.as_deref(), Some("Ann \u{fffd}"));
        assert_eq!(rows[1].name.as_deref(), Some("Bob"));
    }

    #[test]
    fn replies_that_cannot_be_read_say_where() {
        for (body, part) in [
            ("", "empty reply"),
            ("[]", "contacts.search"),
            (r#"{"contacts":null,"success":true}"#, "at `contacts`"),
            (r#"{"contacts":{},"success":true}"#, "at `contacts`"),
            (r#"{"contacts":[{"_id":"1"},{"name":"x"}],"success":true}"#, "`contacts[1]`"),
            (r#"{"contacts":[{"_id":"1"},[]],"success":true}"#, "`contacts[1]`"),
            (r#"{"contacts":[{"_id":"1"},{"_id":"2""#, "`contacts[1]._id`"),
            (r#"{"contacts":[]}"#, "at `success`"),
            (r#"{"contacts":[],"success":false}"#, "at `success`"),
        ] {
            let error = page(body).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Vendor);
            assert!(error.message.contains(part) && error.message.contains("Rocket.Chat"), "{body}: {error}");
        }
    }

    #[test]
    fn a_contact_by_id_has_a_plain_manager_and_may_be_missing() {
        let get = |body: &str| contact_in(PLACE, "support", body.as_bytes(), RAW);
        let body = r#"{"contact":{"_id":"1","name":"Ann","contactManager":"u7","channels":[]},"success":true}"#;
        let contact = get(body).unwrap().unwrap();
        assert_eq!(contact.manager.unwrap().id.as_deref(), Some("u7"));
        assert!(contact.raw.is_some());
        assert_eq!(get(r#"{"contact":null,"success":true}"#).unwrap(), None);
        assert_eq!(get(r#"{"success":true}"#).unwrap(), None);
        assert!(get(r#"{"contact":{},"success":true}"#).unwrap_err().message.contains("_id"));
    }

    #[test]
    fn me_says_who_one_is() {
        let body = concat!(
            r#"{"_id":"u1","name":"Jane","username":"jane","emails":[{"address":"jane@x.example","verified":true}],"#,
            r#""roles":["livechat-agent","user"],"services":{"password":{}},"success":true}"#
        );
        let identity = identity_from(PLACE, body.as_bytes()).unwrap();
        assert_eq!(identity.account.as_deref(), Some("u1"));
        assert_eq!(identity.name.as_deref(), Some("Jane"));
        assert_eq!(identity.email.as_deref(), Some("jane@x.example"));
        assert_eq!(identity.roles, ["livechat-agent", "user"]);
        assert!(identity_from(PLACE, b"{}").is_err());
    }
}
