//! A contact's JSON as the model's contact.

use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::model::phone::{digits, is_phone_like, phone};
use crate::model::{Channel, ChannelKind, Contact, Email, Location, RawJson, Text};
use crate::source::Wish;
use crate::vendor::lenient::{Object, Scalar};

use super::inbox::without_secrets;
use super::wire::{ContactInboxWire, ContactInboxes, ContactWire};

/// The fewest digits of an address that is a phone number.
const SHORTEST_NUMBER: usize = 7;

/// Whose contacts are read.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'o> {
    /// The profile's name.
    pub profile: &'o str,
    /// The vendor's name, as `chatwoot`.
    pub vendor: &'static str,
}

/// Converts one contact; what cannot be done without is its id.
pub fn contact_from(json: &RawValue, owner: Owner<'_>, wish: Wish) -> Result<Contact, serde_json::Error> {
    let wire: ContactWire<'_> = serde_json::from_str(json.get())?;
    let id = wire.id.text().ok_or_else(|| serde_json::Error::custom("missing field `id`"))?;
    let mut contact = Contact::new(owner.profile, owner.vendor, id);
    let attributes = wire.additional_attributes.0.unwrap_or_default();
    contact.name = wire.name.text();
    contact.emails = wire.email.text().map(|address| Email { address, verified: None }).into_iter().collect();
    let country = attributes.country_code.as_str();
    contact.phones = wire.phone_number.text().map(|number| phone(number, country)).into_iter().collect();
    if let Some(inboxes) = wire.contact_inboxes {
        contact.channels = channels_from(inboxes)?;
    }
    contact.company = attributes.company_name.text();
    contact.location = Location {
        city: attributes.city.text(),
        state: attributes.state.text(),
        country: attributes.country.text(),
        country_code: attributes.country_code.text(),
    };
    let browser = attributes.browser.0.unwrap_or_default();
    contact.language = attributes.language_code.text().or_else(|| browser.browser_language.text());
    contact.timezone = attributes.timezone.text();
    contact.identifier = wire.identifier.text();
    contact.custom_fields = wire.custom_attributes.0;
    contact.blocked = wire.blocked.0;
    contact.avatar_url = wire.thumbnail.text();
    contact.created_at = wire.created_at.0;
    contact.last_activity_at = wire.last_activity_at.0;
    if wish.raw {
        contact.raw = Some(raw_from(json, wire.contact_inboxes)?);
    }
    Ok(contact)
}

fn raw_from(json: &RawValue, inboxes: Option<&RawValue>) -> Result<RawJson, serde_json::Error> {
    match inboxes.and_then(|inboxes| without_secrets(json.get(), inboxes)) {
        None => Ok(RawJson::new(json)),
        Some(public) => RawValue::from_string(public).map(|public| RawJson::new(&public)),
    }
}

fn channels_from(inboxes: &RawValue) -> Result<Vec<Channel>, serde_json::Error> {
    let list: ContactInboxes<'_> = serde_json::from_str(inboxes.get())?;
    Ok(list.0.iter().filter_map(|Object(item)| item.as_ref()).map(channel_from).collect())
}

fn channel_from(wire: &ContactInboxWire<'_>) -> Channel {
    let inbox = wire.inbox.0.as_ref();
    let text = |field: Option<&Scalar<'_>>| field.and_then(Scalar::text);
    let vendor_kind = text(inbox.map(|inbox| &inbox.channel_type));
    let mut channel = Channel::new(ChannelKind::from_vendor(vendor_kind.as_deref().unwrap_or_default()));
    channel.vendor_kind = vendor_kind;
    channel.name = text(inbox.map(|inbox| &inbox.name));
    channel.inbox_id = text(inbox.map(|inbox| &inbox.id));
    channel.id = wire.source_id.text();
    channel.destination = wire.source_id.as_str().and_then(|source| address(channel.kind.as_str(), source));
    channel
}

/// The address in a source id, on the kinds of channel whose source ids are addresses.
fn address(kind: &str, source_id: &str) -> Option<Text> {
    let source_id = source_id.trim();
    match kind {
        "email" => {
            let (local, domain) = source_id.split_once('@')?;
            let plain = |part: &str| !part.is_empty() && !part.contains(['@', ':', ' ']);
            (plain(local) && plain(domain)).then(|| source_id.into())
        }
        "sms" | "whatsapp" | "voice" => {
            let number = source_id.strip_prefix("whatsapp:").unwrap_or(source_id);
            (is_phone_like(number) && digits(number).len() >= SHORTEST_NUMBER).then(|| number.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner<'static> = Owner { profile: "desk", vendor: "chatwoot" };

    fn read(json: &str, wish: Wish) -> Contact {
        contact_from(&RawValue::from_string(json.to_owned()).unwrap(), OWNER, wish).unwrap()
    }

    fn contact(json: &str) -> Contact {
        read(json, Wish::default())
    }

    const FULL: &str = r#"{
        "additional_attributes": {"city": "Hanoi", "country": "Vietnam", "country_code": "VN", "company_name": "Acme",
            "browser": {"browser_language": "vi"}, "social_profiles": {"github": "ann"}},
        "availability_status": "offline", "email": "ann@doe.example", "id": 42, "name": "Ann Đỗ",
        "phone_number": "+84912345678", "blocked": true, "identifier": "crm-7", "thumbnail": "https://x.example/a.png",
        "custom_attributes": {"plan": "pro", "seats": 12345678901234567890123},
        "last_activity_at": 1765441908, "created_at": 1765441895,
        "contact_inboxes": [
            {"source_id": "9f3c", "inbox": {"id": 3, "avatar_url": "", "channel_id": 1, "name": "Site",
                "channel_type": "Channel::WebWidget", "provider": null}},
            {"source_id": "84912345678", "inbox": {"id": 4, "name": "WA", "channel_type": "Channel::Whatsapp"}},
            {"source_id": "ann@doe.example", "inbox": {"id": 5, "name": "Mail", "channel_type": "Channel::Email"}}]}"#;

    #[test]
    fn everything_finds_its_place() {
        let contact = contact(FULL);
        assert_eq!((contact.id.as_str(), contact.name.as_deref()), ("42", Some("Ann Đỗ")));
        assert_eq!(contact.emails[0].address, "ann@doe.example");
        assert_eq!(contact.phones[0].e164.as_deref(), Some("+84912345678"));
        assert_eq!(contact.company.as_deref(), Some("Acme"));
        assert_eq!(contact.location.city.as_deref(), Some("Hanoi"));
        assert_eq!(contact.location.country_code.as_deref(), Some("VN"));
        assert_eq!((contact.language.as_deref(), contact.timezone.as_deref()), (Some("vi"), None));
        assert_eq!(
            (contact.identifier.as_deref(), contact.blocked, contact.unknown),
            (Some("crm-7"), Some(true), None)
        );
        assert_eq!(contact.custom_fields[1].1.get(), "12345678901234567890123");
        assert_eq!(contact.created_at.unwrap().to_string(), "2025-12-11T08:31:35Z");
        assert_eq!(contact.last_activity_at.unwrap().to_string(), "2025-12-11T08:31:48Z");
        assert_eq!((contact.updated_at, contact.raw), (None, None));
        let channels: Vec<_> = contact
            .channels
            .iter()
            .map(|c| {
                (c.kind.as_str(), c.id.as_deref().unwrap(), c.inbox_id.as_deref().unwrap(), c.destination.as_deref())
            })
            .collect();
        assert_eq!(
            channels,
            [
                ("web", "9f3c", "3", None),
                ("whatsapp", "84912345678", "4", Some("84912345678")),
                ("email", "ann@doe.example", "5", Some("ann@doe.example")),
            ]
        );
        assert_eq!(contact.channels[0].vendor_kind.as_deref(), Some("Channel::WebWidget"));
        assert_eq!(contact.channels[0].name.as_deref(), Some("Site"));
    }

    #[test]
    fn types_that_vary() {
        let contact = contact(
            r#"{"id":"17629000001207","name":"","email":null,"phone_number":"","blocked":"false","identifier":4444,
                "thumbnail":"","custom_attributes":null,"additional_attributes":{"city":"","country":7,"company_name":{},
                "browser":"x","source_id":"email:0b.ann@doe.example"},"created_at":"1765441895",
                "last_activity_at":"2025-12-11T08:31:48Z","contact_inboxes":null}"#,
        );
        assert_eq!(contact.id, "17629000001207");
        assert_eq!((contact.name, contact.avatar_url, contact.company), (None, None, None));
        assert!(contact.emails.is_empty() && contact.phones.is_empty() && contact.channels.is_empty());
        assert_eq!((contact.identifier.as_deref(), contact.blocked), (Some("4444"), Some(false)));
        assert_eq!((contact.location.city, contact.location.country.as_deref()), (None, Some("7")));
        assert_eq!(contact.created_at.unwrap().to_string(), "2025-12-11T08:31:35Z");
        assert_eq!(contact.last_activity_at.unwrap().to_string(), "2025-12-11T08:31:48Z");
    }

    #[test]
    fn an_id_alone_is_enough_and_needed() {
        assert_eq!(contact(r#"{"id":1}"#), Contact::new("desk", "chatwoot", "1"));
        for json in ["{}", r#"{"id":null}"#, r#"{"id":""}"#, r#"{"id":[1]}"#, "null", "7"] {
            let raw = RawValue::from_string(json.to_owned()).unwrap();
            assert!(contact_from(&raw, OWNER, Wish::default()).is_err(), "{json}");
        }
    }

    #[test]
    fn channels_of_any_shape() {
        let contact = contact(
            r#"{"id":1,"contact_inboxes":[null,7,{},{"source_id":5,"inbox":null},{"inbox":{"id":"9","channel_type":null}},
                {"source_id":"whatsapp:+12025550143","inbox":{"channel_type":"Channel::TwilioSms"}},
                {"source_id":"123456789","inbox":{"channel_type":"Channel::Telegram"}},
                {"source_id":"email:0b.ann@doe.example","inbox":{"channel_type":"Channel::Email"}}]}"#,
        );
        let channels: Vec<_> = contact.channels.iter().map(|c| (c.kind.as_str(), c.destination.as_deref())).collect();
        assert_eq!(
            channels,
            [
                ("other", None),
                ("other", None),
                ("other", None),
                ("sms", Some("+12025550143")),
                ("telegram", None),
                ("email", None)
            ]
        );
        assert_eq!(contact.channels[2].inbox_id.as_deref(), Some("9"));
    }

    #[test]
    fn the_raw_object_comes_without_inboxes_secrets() {
        let wish = Wish { raw: true, ..Wish::default() };
        assert_eq!(read(r#"{"id":1,"odd":1.0}"#, wish).raw.unwrap().get(), r#"{"id":1,"odd":1.0}"#);
        let json = r#"{"id":1,"contact_inboxes":[{"source_id":"a","inbox":{"id":2,"smtp_password":"hunter2"}}]}"#;
        let raw = read(json, wish).raw.unwrap();
        assert_eq!(raw.get(), r#"{"id":1,"contact_inboxes":[{"source_id":"a","inbox":{"id":2}}]}"#);
    }
}
