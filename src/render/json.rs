//! JSON by hand: what a million contacts pass through. The bytes are those of `serde_json`, which a property checks.

use serde_json::Value;

use crate::model::{Channel, Contact, Email, Manager, Phone, Text, Time};
use crate::term::is_inert;

use super::record::ChannelRow;
use super::times;

/// Appends a contact as one object.
pub(super) fn write_contact(contact: &Contact, out: &mut Vec<u8>) {
    // Room for most contacts at once.
    out.reserve(1_024);
    out.extend_from_slice(b"{\"profile\":");
    string(&contact.profile, out);
    text(b",\"vendor\":", &contact.vendor, out);
    text(b",\"id\":", &contact.id, out);
    optional(b",\"name\":", contact.name.as_ref(), out);
    list(b",\"emails\":", &contact.emails, email, out);
    list(b",\"phones\":", &contact.phones, phone, out);
    list(b",\"channels\":", &contact.channels, channel, out);
    optional(b",\"company\":", contact.company.as_ref(), out);
    let location = &contact.location;
    optional(b",\"location\":{\"city\":", location.city.as_ref(), out);
    optional(b",\"state\":", location.state.as_ref(), out);
    optional(b",\"country\":", location.country.as_ref(), out);
    optional(b",\"country_code\":", location.country_code.as_ref(), out);
    optional(b"},\"language\":", contact.language.as_ref(), out);
    optional(b",\"timezone\":", contact.timezone.as_ref(), out);
    optional(b",\"identifier\":", contact.identifier.as_ref(), out);
    list(b",\"labels\":", &contact.labels, |label, out| string(label, out), out);
    out.extend_from_slice(b",\"custom_fields\":{");
    for (index, (name, value)) in contact.custom_fields.iter().enumerate() {
        comma(index, out);
        string(name, out);
        out.push(b':');
        out.extend_from_slice(value.get().as_bytes());
    }
    flag(b"},\"blocked\":", contact.blocked, out);
    flag(b",\"unknown\":", contact.unknown, out);
    out.extend_from_slice(b",\"manager\":");
    match &contact.manager {
        Some(person) => manager(person, out),
        None => out.extend_from_slice(b"null"),
    }
    optional(b",\"avatar_url\":", contact.avatar_url.as_ref(), out);
    time(b",\"created_at\":", contact.created_at, out);
    time(b",\"updated_at\":", contact.updated_at, out);
    time(b",\"last_activity_at\":", contact.last_activity_at, out);
    if let Some(raw) = &contact.raw {
        out.extend_from_slice(b",\"raw\":");
        out.extend_from_slice(raw.get().as_bytes());
    }
    out.push(b'}');
}

/// Appends a channel as one object, its contact's keys in front.
pub(super) fn write_channel_row(row: &ChannelRow, out: &mut Vec<u8>) {
    text(b"{\"profile\":", &row.profile, out);
    text(b",\"vendor\":", &row.vendor, out);
    text(b",\"contact_id\":", &row.contact_id, out);
    optional(b",\"contact_name\":", row.contact_name.as_ref(), out);
    out.push(b',');
    channel_fields(&row.channel, out);
    out.push(b'}');
}

/// Appends texts by name as one object.
pub(super) fn write_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, (name, value)) in texts.into_iter().enumerate() {
        comma(index, out);
        string(name, out);
        out.push(b':');
        string(value, out);
    }
    out.push(b'}');
}

/// Appends keys and values as one object.
pub(super) fn write_pairs(pairs: &[(&'static str, Value)], out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, (key, value)) in pairs.iter().enumerate() {
        comma(index, out);
        string(key, out);
        out.push(b':');
        out.extend_from_slice(value.to_string().as_bytes());
    }
    out.push(b'}');
}

fn email(email: &Email, out: &mut Vec<u8>) {
    text(b"{\"address\":", &email.address, out);
    flag(b",\"verified\":", email.verified, out);
    out.push(b'}');
}

fn phone(phone: &Phone, out: &mut Vec<u8>) {
    text(b"{\"number\":", &phone.number, out);
    optional(b",\"e164\":", phone.e164.as_ref(), out);
    out.push(b'}');
}

fn channel(channel: &Channel, out: &mut Vec<u8>) {
    out.push(b'{');
    channel_fields(channel, out);
    out.push(b'}');
}

fn channel_fields(channel: &Channel, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"kind\":");
    string(channel.kind.as_str(), out);
    optional(b",\"vendor_kind\":", channel.vendor_kind.as_ref(), out);
    optional(b",\"name\":", channel.name.as_ref(), out);
    optional(b",\"id\":", channel.id.as_ref(), out);
    optional(b",\"inbox_id\":", channel.inbox_id.as_ref(), out);
    optional(b",\"destination\":", channel.destination.as_ref(), out);
    optional(b",\"field\":", channel.field.as_ref(), out);
    optional(b",\"value\":", channel.value.as_ref(), out);
    flag(b",\"verified\":", channel.verified, out);
    time(b",\"verified_at\":", channel.verified_at, out);
    flag(b",\"blocked\":", channel.blocked, out);
    match &channel.last_chat {
        Some(chat) => {
            optional(b",\"last_chat\":{\"id\":", chat.id.as_ref(), out);
            time(b",\"at\":", chat.at, out);
            out.push(b'}');
        }
        None => out.extend_from_slice(b",\"last_chat\":null"),
    }
}

fn manager(manager: &Manager, out: &mut Vec<u8>) {
    optional(b"{\"id\":", manager.id.as_ref(), out);
    optional(b",\"name\":", manager.name.as_ref(), out);
    optional(b",\"username\":", manager.username.as_ref(), out);
    out.push(b'}');
}

fn comma(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

#[inline]
fn text<const N: usize>(key: &[u8; N], text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    string(text, out);
}

#[inline]
fn optional<const N: usize>(key: &[u8; N], text: Option<&Text>, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

#[inline]
fn flag<const N: usize>(key: &[u8; N], flag: Option<bool>, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.extend_from_slice(match flag {
        Some(true) => b"true",
        Some(false) => b"false",
        None => b"null",
    });
}

#[inline]
fn time<const N: usize>(key: &[u8; N], time: Option<Time>, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    match time {
        Some(time) => {
            out.push(b'"');
            times::write_rfc3339_bytes(time, out);
            out.push(b'"');
        }
        None => out.extend_from_slice(b"null"),
    }
}

#[inline]
fn list<T, const N: usize>(key: &[u8; N], list: &[T], element: impl Fn(&T, &mut Vec<u8>), out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.push(b'[');
    for (index, value) in list.iter().enumerate() {
        comma(index, out);
        element(value, out);
    }
    out.push(b']');
}

/// Appends `text` as a JSON string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= b' ' && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            control => unicode_escape(u16::from(*control), out),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Whether a string of these bytes needs no escape. Eight are looked at together, the last eight perhaps a second time.
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let marks = |eight: &[u8; 8]| {
        let word = u64::from_le_bytes(*eight);
        let equal = |byte: u8| {
            let differing = word ^ (ONES * u64::from(byte));
            differing.wrapping_sub(ONES) & !differing
        };
        (equal(b'"') | equal(b'\\') | word.wrapping_sub(ONES * 0x20) & !word) & (ONES << 7)
    };
    match bytes.last_chunk() {
        Some(last) => bytes.as_chunks().0.iter().fold(marks(last), |all, eight| all | marks(eight)) == 0,
        None => !bytes.iter().any(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')),
    }
}

fn unicode_escape(unit: u16, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from(unit >> shift & 15)]);
    }
}

/// Escapes in the JSON text `out[from..]` what could drive a terminal, as `\u`: still the same data.
pub(super) fn make_inert(out: &mut Vec<u8>, from: usize) {
    if out[from..].iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return;
    }
    let Ok(text) = String::from_utf8(out.split_off(from)) else { return };
    for c in text.chars() {
        if is_inert(c) {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else if c.is_ascii_control() && c != '\u{7f}' {
            // Valid JSON has these between its tokens only.
            out.push(b' ');
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| unicode_escape(*unit, out));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;
    use crate::model::{ChannelKind, LastChat, Location, RawJson};

    /// The contact of the interface's example, and more.
    pub fn boris() -> Contact {
        let mut contact = Contact::new("support", "rocketchat", "673be1711e2e6feb77939a7b");
        contact.name = Some("Boris Doe".into());
        contact.emails = vec![
            Email { address: "boris@doe.com".into(), verified: Some(true) },
            Email { address: "b@d.org".into(), verified: None },
        ];
        contact.phones = vec![Phone { number: "(555) 010-1234".into(), e164: Some("+15550101234".into()) }];
        let mut web = Channel::new(ChannelKind::from_vendor("widget"));
        web.vendor_kind = Some("widget".into());
        web.destination = Some("example.com".into());
        web.verified = Some(true);
        web.blocked = Some(false);
        web.last_chat =
            Some(LastChat { id: Some("NMee5zFPv62N7RAhh".into()), at: Time::parse("2024-11-19T00:55:46.723Z") });
        contact.channels = vec![web];
        contact.location.city = Some("Berlin".into());
        contact.location.country_code = Some("DE".into());
        contact.labels = vec!["vip".into(), "new".into()];
        contact.custom_fields =
            vec![("social-number".into(), RawJson::from_text("45600-00")), ("nested".into(), raw("{\"a\":1}"))];
        contact.unknown = Some(false);
        contact.manager =
            Some(Manager { id: Some("mAw".into()), name: Some("Jane".into()), username: Some("jane".into()) });
        contact.created_at = Time::parse("2024-11-19T00:53:05.468Z");
        contact.last_activity_at = Time::parse("2024-11-19T00:55:46.723Z");
        contact
    }

    pub fn raw(json: &str) -> RawJson {
        serde_json::from_str(json).unwrap()
    }

    pub fn any_text() -> BoxedStrategy<Text> {
        prop_oneof![
            4 => "[a-z@. +0-9-]{0,30}".prop_map(Text::from),
            2 => any::<String>().prop_map(Text::from),
            1 => prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
            1 => "[\\x00-\\x1f\"\\\\|;,=+@'\t\u{202e}\u{9b}\u{2028}-]{0,8}".prop_map(Text::from),
        ]
        .boxed()
    }

    fn any_time() -> BoxedStrategy<Option<Time>> {
        prop::option::of(
            (0..4_000_000_000_i64).prop_filter_map("a time", |millis| Time::from_unix_millis(millis * 937)),
        )
        .boxed()
    }

    fn any_channel() -> BoxedStrategy<Channel> {
        let texts = prop::collection::vec(prop::option::of(any_text()), 7);
        (any_text(), texts, any::<Option<bool>>(), any_time(), any::<Option<bool>>())
            .prop_map(|(kind, texts, verified, at, blocked)| {
                let mut channel = Channel::new(ChannelKind::from_vendor(&kind));
                let [vendor_kind, name, id, inbox_id, destination, field, value] = texts.try_into().unwrap();
                channel.last_chat = verified.map(|_| LastChat { id: id.clone(), at });
                Channel {
                    vendor_kind,
                    name,
                    id,
                    inbox_id,
                    destination,
                    field,
                    value,
                    verified,
                    verified_at: at,
                    blocked,
                    ..channel
                }
            })
            .boxed()
    }

    pub fn any_contact() -> BoxedStrategy<Contact> {
        let texts = prop::collection::vec(prop::option::of(any_text()), 13);
        let lists = (
            prop::collection::vec((any_text(), any::<Option<bool>>()), 0..3),
            prop::collection::vec((any_text(), prop::option::of(any_text())), 0..3),
            prop::collection::vec(any_channel(), 0..3),
            prop::collection::vec(any_text(), 0..3),
            prop::collection::vec((any_text(), any_text()), 0..3),
        );
        (any_text(), texts, lists, any::<[Option<bool>; 2]>(), [any_time(), any_time(), any_time()])
            .prop_map(
                |(
                    id,
                    texts,
                    (emails, phones, channels, labels, fields),
                    [blocked, unknown],
                    [created_at, updated_at, last_activity_at],
                )| {
                    let [
                        name,
                        company,
                        city,
                        state,
                        country,
                        country_code,
                        language,
                        timezone,
                        identifier,
                        avatar_url,
                        m1,
                        m2,
                        m3,
                    ] = texts.try_into().unwrap();
                    Contact {
                        name,
                        emails: emails.into_iter().map(|(address, verified)| Email { address, verified }).collect(),
                        phones: phones.into_iter().map(|(number, e164)| Phone { number, e164 }).collect(),
                        channels,
                        company,
                        location: Location { city, state, country, country_code },
                        language,
                        timezone,
                        identifier,
                        labels,
                        custom_fields: fields
                            .into_iter()
                            .map(|(name, value)| (name, RawJson::from_text(&value)))
                            .collect(),
                        manager: blocked.map(|_| Manager { id: m1, name: m2, username: m3 }),
                        raw: unknown.map(|_| raw("{\"a\":[1,2.50,\"\u{202e}\"]}")),
                        blocked,
                        unknown,
                        avatar_url,
                        created_at,
                        updated_at,
                        last_activity_at,
                        ..Contact::new("p", "v", id)
                    }
                },
            )
            .boxed()
    }

    #[derive(Serialize)]
    struct FlatRow<'a> {
        profile: &'a str,
        vendor: &'a str,
        contact_id: &'a str,
        contact_name: Option<&'a str>,
        #[serde(flatten)]
        channel: &'a Channel,
    }

    proptest! {
        #[test]
        fn contacts_are_what_serde_writes(contact in any_contact()) {
            let mut out = Vec::new();
            write_contact(&contact, &mut out);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&contact).unwrap());
        }

        #[test]
        fn channel_rows_are_what_serde_writes(contact in any_contact()) {
            for row in ChannelRow::of(&contact) {
                let mut out = Vec::new();
                write_channel_row(&row, &mut out);
                let flat = FlatRow {
                    profile: &row.profile,
                    vendor: &row.vendor,
                    contact_id: &row.contact_id,
                    contact_name: row.contact_name.as_deref(),
                    channel: &row.channel,
                };
                prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&flat).unwrap());
            }
        }

        #[test]
        fn inert_json_is_the_same_data(contact in any_contact()) {
            let mut out = Vec::new();
            write_contact(&contact, &mut out);
            make_inert(&mut out, 0);
            let text = String::from_utf8(out).unwrap();
            prop_assert!(text.chars().all(is_inert), "{}", text);
            let expected: Value = serde_json::to_value(&contact).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
        }
    }

    #[test]
    fn a_character_is_escaped_wherever_it_stands() {
        for (length, at) in (0..26).flat_map(|length| (0..length).map(move |at| (length, at))) {
            for byte in 0..=0x7f_u8 {
                let mut text = "é".repeat(length).into_bytes();
                text.splice(2 * at..2 * at + 2, [byte]);
                let text = String::from_utf8(text).unwrap();
                let mut out = Vec::new();
                string(&text, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
            }
        }
    }

    #[test]
    fn the_example_of_the_interface() {
        let mut out = Vec::new();
        write_contact(&boris(), &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("{\"profile\":\"support\",\"vendor\":\"rocketchat\",\"id\":\"673be1711e2e6feb77939a7b\",")
        );
        assert!(text.contains("\"blocked\":null,\"unknown\":false,\"manager\":{\"id\":\"mAw\",\"name\":\"Jane\""));
        assert!(text.ends_with("\"last_activity_at\":\"2024-11-19T00:55:46.723Z\"}"));
    }
}
