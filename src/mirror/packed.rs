//! A contact as bytes: tagged fields, those that are not there left out, the vendor's own object last.
//!
//! A third as long as the canonical JSON, the vendor's object in [`shorthand`](super::shorthand), which a query that does not show
//! it need not read. A checksum ends it all: a database does not notice when a disk changes bytes within a row. A later
//! version may add tags; a tag that is not known is an error, since what it means would be lost when the contact is written
//! again.

use jiff::Timestamp;

use super::bytes::{Bytes, number};
use super::key::hash;
use super::shorthand::{self, Shorthand};
use crate::model::{Channel, ChannelKind, Contact, Email, LastChat, Manager, Phone, RawJson, Text, Time};

/// The first byte; JSON, as the oldest formats have it, begins with another, and so does what is compressed.
pub const FORM: u8 = 2;
/// The first byte in formats before 7, which have no checksum.
const FORM_WITHOUT_SUM: u8 = 1;

/// Ends what is nested.
const END: u8 = 0;

mod tag {
    pub const PROFILE: u8 = 1;
    pub const VENDOR: u8 = 2;
    pub const ID: u8 = 3;
    pub const NAME: u8 = 4;
    pub const EMAIL: u8 = 5;
    pub const PHONE: u8 = 6;
    pub const CHANNEL: u8 = 7;
    pub const COMPANY: u8 = 8;
    pub const CITY: u8 = 9;
    pub const STATE: u8 = 10;
    pub const COUNTRY: u8 = 11;
    pub const COUNTRY_CODE: u8 = 12;
    pub const LANGUAGE: u8 = 13;
    pub const TIMEZONE: u8 = 14;
    pub const IDENTIFIER: u8 = 15;
    pub const LABEL: u8 = 16;
    pub const CUSTOM_FIELD: u8 = 17;
    pub const BLOCKED: u8 = 18;
    pub const UNKNOWN: u8 = 19;
    pub const MANAGER: u8 = 20;
    pub const AVATAR: u8 = 21;
    pub const CREATED: u8 = 22;
    pub const UPDATED: u8 = 23;
    pub const ACTIVE: u8 = 24;
    /// As it came, in formats before 7.
    pub const RAW: u8 = 25;
    /// In shorthand.
    pub const SHORT: u8 = 26;
    // Of a channel, a manager and a last conversation.
    pub const VENDOR_KIND: u8 = 32;
    pub const INBOX: u8 = 33;
    pub const DESTINATION: u8 = 34;
    pub const FIELD: u8 = 35;
    pub const VALUE: u8 = 36;
    pub const VERIFIED: u8 = 37;
    pub const VERIFIED_AT: u8 = 38;
    pub const CHAT: u8 = 39;
    pub const CHAT_ID: u8 = 40;
    pub const CHAT_AT: u8 = 41;
    pub const USERNAME: u8 = 42;
}

/// Writes `contact` into `out`, which is empty; returns its fingerprint, equal for equal contacts.
pub fn pack(contact: &Contact, shorthand: &mut Shorthand, out: &mut Vec<u8>) -> u64 {
    let Contact {
        profile,
        vendor,
        id,
        name,
        emails,
        phones,
        channels,
        company,
        location,
        language,
        timezone,
        identifier,
        labels,
        custom_fields,
        blocked,
        unknown,
        manager,
        avatar_url,
        created_at,
        updated_at,
        last_activity_at,
        raw,
    } = contact;
    out.push(FORM);
    shorthand.begin();
    let mut out = Packer { out, shorthand };
    out.text(tag::PROFILE, profile);
    out.text(tag::VENDOR, vendor);
    out.text(tag::ID, id);
    out.texts(tag::NAME, name);
    for Email { address, verified } in emails {
        out.text(tag::EMAIL, address);
        out.out.push(packed_flag(*verified));
    }
    for Phone { number, e164 } in phones {
        out.text(tag::PHONE, number);
        out.out.push(u8::from(e164.is_some()));
        e164.iter().for_each(|e164| out.bytes(e164));
    }
    channels.iter().for_each(|channel| out.channel(channel));
    out.texts(tag::COMPANY, company);
    out.texts(tag::CITY, &location.city);
    out.texts(tag::STATE, &location.state);
    out.texts(tag::COUNTRY, &location.country);
    out.texts(tag::COUNTRY_CODE, &location.country_code);
    out.texts(tag::LANGUAGE, language);
    out.texts(tag::TIMEZONE, timezone);
    out.texts(tag::IDENTIFIER, identifier);
    out.texts(tag::LABEL, labels);
    for (name, value) in custom_fields {
        out.text(tag::CUSTOM_FIELD, name);
        out.bytes(value.get());
    }
    out.flag(tag::BLOCKED, *blocked);
    out.flag(tag::UNKNOWN, *unknown);
    if let Some(Manager { id, name, username }) = manager {
        out.out.push(tag::MANAGER);
        out.texts(tag::ID, id);
        out.texts(tag::NAME, name);
        out.texts(tag::USERNAME, username);
        out.out.push(END);
    }
    out.texts(tag::AVATAR, avatar_url);
    out.time(tag::CREATED, *created_at);
    out.time(tag::UPDATED, *updated_at);
    out.time(tag::ACTIVE, *last_activity_at);
    if let Some(raw) = raw {
        out.out.push(tag::SHORT);
        out.shorthand.write(raw.get(), out.out);
    }
    let print = hash(out.out);
    out.out.extend(sum_of(print));
    print
}

fn sum_of(print: u64) -> [u8; 4] {
    let [sum @ .., _, _, _, _] = print.to_le_bytes();
    sum
}

/// Writes fields.
struct Packer<'o> {
    out: &'o mut Vec<u8>,
    shorthand: &'o mut Shorthand,
}

impl Packer<'_> {
    /// A text without a tag.
    fn bytes(&mut self, text: &str) {
        self.shorthand.spell(text, self.out);
    }

    fn text(&mut self, tag: u8, text: &str) {
        self.out.push(tag);
        self.bytes(text);
    }

    fn texts<'t>(&mut self, tag: u8, texts: impl IntoIterator<Item = &'t Text>) {
        texts.into_iter().for_each(|text| self.text(tag, text));
    }

    fn flag(&mut self, tag: u8, flag: Option<bool>) {
        if flag.is_some() {
            self.out.extend([tag, packed_flag(flag)]);
        }
    }

    /// Digits, seconds, and what is left of them: twice the milliseconds, or twice the nanoseconds and one.
    fn time(&mut self, tag: u8, time: Option<Time>) {
        let Some(time) = time else { return };
        let (second, nanos) = match time.as_javascript() {
            Some(_) => {
                let millis = time.unix_millis();
                (millis.div_euclid(1_000), millis.rem_euclid(1_000) * NANOS_A_MILLI)
            }
            None => {
                let at = time.timestamp();
                let (second, nanos) = (at.as_second(), i64::from(at.subsec_nanosecond()));
                // Before the epoch both are negative; what is stored counts up from the second.
                if nanos < 0 { (second - 1, nanos + NANOS) } else { (second, nanos) }
            }
        };
        let rest = nanos.cast_unsigned();
        self.out.extend([tag, time.digits()]);
        number((second << 1 ^ second >> 63).cast_unsigned(), self.out);
        let a_milli = NANOS_A_MILLI.cast_unsigned();
        number(if rest % a_milli == 0 { rest / a_milli * 2 } else { rest * 2 + 1 }, self.out);
    }

    fn channel(&mut self, channel: &Channel) {
        let Channel {
            kind,
            vendor_kind,
            name,
            id,
            inbox_id,
            destination,
            field,
            value,
            verified,
            verified_at,
            blocked,
            last_chat,
        } = channel;
        self.text(tag::CHANNEL, kind.as_str());
        self.texts(tag::VENDOR_KIND, vendor_kind);
        self.texts(tag::NAME, name);
        self.texts(tag::ID, id);
        self.texts(tag::INBOX, inbox_id);
        self.texts(tag::DESTINATION, destination);
        self.texts(tag::FIELD, field);
        self.texts(tag::VALUE, value);
        self.flag(tag::VERIFIED, *verified);
        self.time(tag::VERIFIED_AT, *verified_at);
        self.flag(tag::BLOCKED, *blocked);
        if let Some(LastChat { id, at }) = last_chat {
            self.out.push(tag::CHAT);
            self.texts(tag::CHAT_ID, id);
            self.time(tag::CHAT_AT, *at);
        }
        self.out.push(END);
    }
}

const NANOS: i64 = 1_000_000_000;
const NANOS_A_MILLI: i64 = 1_000_000;

fn packed_flag(flag: Option<bool>) -> u8 {
    flag.map_or(0, |flag| 1 + u8::from(flag))
}

/// Reads what [`pack`] wrote, the vendor's object only if `with_raw`; `None` if it is damaged.
pub fn unpack(bytes: &[u8], with_raw: bool) -> Option<Contact> {
    let (form, _) = bytes.split_first()?;
    let bytes = match *form {
        FORM => {
            let (bytes, sum) = bytes.split_last_chunk()?;
            (*sum == sum_of(hash(bytes))).then_some(bytes)?
        }
        FORM_WITHOUT_SUM => bytes,
        _ => return None,
    };
    let mut from = Unpacker(Bytes(bytes.get(1..)?));
    let mut contact = Contact::new("", "", "");
    while !from.0.0.is_empty() {
        match from.0.byte()? {
            tag::PROFILE => contact.profile = from.text()?,
            tag::VENDOR => contact.vendor = from.text()?,
            tag::ID => contact.id = from.text()?,
            tag::NAME => contact.name = Some(from.text()?),
            tag::EMAIL => contact.emails.push(from.email()?),
            tag::PHONE => contact.phones.push(Phone {
                number: from.text()?,
                e164: match from.0.byte()? {
                    0 => None,
                    _ => Some(from.text()?),
                },
            }),
            tag::CHANNEL => contact.channels.push(from.channel()?),
            tag::COMPANY => contact.company = Some(from.text()?),
            tag::CITY => contact.location.city = Some(from.text()?),
            tag::STATE => contact.location.state = Some(from.text()?),
            tag::COUNTRY => contact.location.country = Some(from.text()?),
            tag::COUNTRY_CODE => contact.location.country_code = Some(from.text()?),
            tag::LANGUAGE => contact.language = Some(from.text()?),
            tag::TIMEZONE => contact.timezone = Some(from.text()?),
            tag::IDENTIFIER => contact.identifier = Some(from.text()?),
            tag::LABEL => contact.labels.push(from.text()?),
            tag::CUSTOM_FIELD => contact.custom_fields.push((from.text()?, from.json()?)),
            tag::BLOCKED => from.flag(&mut contact.blocked)?,
            tag::UNKNOWN => from.flag(&mut contact.unknown)?,
            tag::MANAGER => contact.manager = Some(from.manager()?),
            tag::AVATAR => contact.avatar_url = Some(from.text()?),
            tag::CREATED => contact.created_at = Some(from.time()?),
            tag::UPDATED => contact.updated_at = Some(from.time()?),
            tag::ACTIVE => contact.last_activity_at = Some(from.time()?),
            tag::RAW if with_raw => contact.raw = Some(from.json()?),
            tag::RAW => drop(from.0.str()?),
            tag::SHORT if with_raw => {
                let json = shorthand::read(bytes, bytes.len() - from.0.0.len())?;
                contact.raw = Some(serde_json::from_str(&json).ok()?);
                break;
            }
            tag::SHORT => break,
            _ => return None,
        }
    }
    Some(contact)
}

/// Reads fields.
struct Unpacker<'b>(Bytes<'b>);

impl Unpacker<'_> {
    fn text(&mut self) -> Option<Text> {
        self.0.str().map(Text::new)
    }

    fn json(&mut self) -> Option<RawJson> {
        serde_json::from_str(self.0.str()?).ok()
    }

    fn flag(&mut self, flag: &mut Option<bool>) -> Option<()> {
        *flag = match self.0.byte()? {
            0 => None,
            1 => Some(false),
            2 => Some(true),
            _ => return None,
        };
        Some(())
    }

    fn email(&mut self) -> Option<Email> {
        let mut email = Email { address: self.text()?, verified: None };
        self.flag(&mut email.verified)?;
        Some(email)
    }

    fn time(&mut self) -> Option<Time> {
        let digits = self.0.byte()?;
        let (second, rest) = (self.0.number()?, self.0.number()?);
        let second = (second >> 1).cast_signed() ^ -(second & 1).cast_signed();
        let rest = if rest & 1 == 0 { rest.checked_mul(NANOS_A_MILLI.cast_unsigned())? / 2 } else { rest / 2 };
        let nanos = i128::from(second) * i128::from(NANOS) + i128::from(rest);
        Time::with_digits(Timestamp::from_nanosecond(nanos).ok()?, digits)
    }

    fn manager(&mut self) -> Option<Manager> {
        let mut manager = Manager { id: None, name: None, username: None };
        loop {
            match self.0.byte()? {
                tag::ID => manager.id = Some(self.text()?),
                tag::NAME => manager.name = Some(self.text()?),
                tag::USERNAME => manager.username = Some(self.text()?),
                END => return Some(manager),
                _ => return None,
            }
        }
    }

    fn channel(&mut self) -> Option<Channel> {
        let mut channel = Channel::new(ChannelKind::stored(self.text()?));
        loop {
            match self.0.byte()? {
                tag::VENDOR_KIND => channel.vendor_kind = Some(self.text()?),
                tag::NAME => channel.name = Some(self.text()?),
                tag::ID => channel.id = Some(self.text()?),
                tag::INBOX => channel.inbox_id = Some(self.text()?),
                tag::DESTINATION => channel.destination = Some(self.text()?),
                tag::FIELD => channel.field = Some(self.text()?),
                tag::VALUE => channel.value = Some(self.text()?),
                tag::VERIFIED => self.flag(&mut channel.verified)?,
                tag::VERIFIED_AT => channel.verified_at = Some(self.time()?),
                tag::BLOCKED => self.flag(&mut channel.blocked)?,
                tag::CHAT => channel.last_chat = Some(LastChat { id: None, at: None }),
                tag::CHAT_ID => channel.last_chat.as_mut()?.id = Some(self.text()?),
                tag::CHAT_AT => channel.last_chat.as_mut()?.at = Some(self.time()?),
                END => return Some(channel),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, phone};
    use proptest::prelude::*;

    fn any_text() -> impl Strategy<Value = Text> {
        prop_oneof!["\\PC{0,12}", "[a-z\u{0}\n\"\\\\]{0,40}", "[a-z]{120,140}"].prop_map(Text::from)
    }

    fn maybe() -> impl Strategy<Value = Option<Text>> {
        proptest::option::of(any_text())
    }

    fn any_time() -> impl Strategy<Value = Option<Time>> {
        let edges = [i128::MIN, -1, 0, 1, 999_999_999, 1_700_000_000_123_000_000, 1_700_000_000_123_000_001, i128::MAX];
        let nanos = prop_oneof![proptest::sample::select(edges.to_vec()), any::<i64>().prop_map(i128::from)];
        proptest::option::of((nanos, 0..10_u8).prop_map(|(nanos, digits)| {
            let nanos = nanos.clamp(Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
            Time::with_digits(Timestamp::from_nanosecond(nanos).unwrap(), digits).unwrap()
        }))
    }

    fn any_json() -> impl Strategy<Value = RawJson> {
        prop_oneof![
            any_text().prop_map(|text| RawJson::from_text(&text)),
            Just(r#"{"a":[1.50,null,"é"]}"#).prop_map(|json| { serde_json::from_str(json).unwrap() })
        ]
    }

    prop_compose! {
        fn any_channel()(
            kind in "[a-z_]{1,8}",
            texts in proptest::collection::vec(maybe(), 8),
            flags in any::<[Option<bool>; 2]>(),
            times in (any_time(), any_time()),
            chat in any::<bool>(),
        ) -> Channel {
            let mut texts = texts.into_iter();
            let mut text = || texts.next().flatten();
            Channel {
                kind: ChannelKind::from_vendor(&kind),
                vendor_kind: text(),
                name: text(),
                id: text(),
                inbox_id: text(),
                destination: text(),
                field: text(),
                value: text(),
                verified: flags[0],
                verified_at: times.0,
                blocked: flags[1],
                last_chat: chat.then(|| LastChat { id: text(), at: times.1 }),
            }
        }
    }

    prop_compose! {
        fn any_contact()(
            must in proptest::collection::vec(any_text(), 3),
            texts in proptest::collection::vec(maybe(), 13),
            emails in proptest::collection::vec((any_text(), any::<Option<bool>>()), 0..3),
            phones in proptest::collection::vec((any_text(), maybe()), 0..3),
            channels in proptest::collection::vec(any_channel(), 0..3),
            labels in proptest::collection::vec(any_text(), 0..3),
            custom_fields in proptest::collection::vec((any_text(), any_json()), 0..3),
            flags in any::<[Option<bool>; 2]>(),
            manager in any::<bool>(),
            times in (any_time(), any_time(), any_time()),
            raw in proptest::option::of(any_json()),
        ) -> Contact {
            let mut texts = texts.into_iter();
            let mut text = || texts.next().flatten();
            Contact {
                profile: must[0].clone(),
                vendor: must[1].clone(),
                id: must[2].clone(),
                name: text(),
                emails: emails.into_iter().map(|(address, verified)| Email { address, verified }).collect(),
                phones: phones.into_iter().map(|(number, e164)| Phone { number, e164 }).collect(),
                channels,
                company: text(),
                location: Location { city: text(), state: text(), country: text(), country_code: text() },
                language: text(),
                timezone: text(),
                identifier: text(),
                labels,
                custom_fields,
                blocked: flags[0],
                unknown: flags[1],
                manager: manager.then(|| Manager { id: text(), name: text(), username: text() }),
                avatar_url: text(),
                created_at: times.0,
                updated_at: times.1,
                last_activity_at: times.2,
                raw,
            }
        }
    }

    /// The same with the checksum that it should have.
    fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.extend(sum_of(hash(&bytes)));
        bytes
    }

    proptest! {
        #[test]
        fn every_contact_comes_back_as_it_went(mut contact in any_contact()) {
            let mut bytes = Vec::new();
            pack(&contact, &mut Shorthand::new(), &mut bytes);
            let json = |contact: &Contact| serde_json::to_string(contact).unwrap();
            let back = unpack(&bytes, true).unwrap();
            prop_assert_eq!(&back, &contact);
            prop_assert_eq!(json(&back), json(&contact));
            contact.raw = None;
            prop_assert_eq!(&unpack(&bytes, false).unwrap(), &contact);
        }

        #[test]
        fn hostile_bytes_are_read_without_harm(contact in any_contact(), at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
            let mut bytes = Vec::new();
            pack(&contact, &mut Shorthand::new(), &mut bytes);
            let at = at.index(bytes.len());
            let changed = cut || bytes[at] != byte;
            bytes[at] = byte;
            if cut {
                bytes.truncate(at);
            }
            prop_assert_eq!(unpack(&bytes, true), (!changed).then_some(contact));
            // Whoever writes a right checksum behind it may make a contact of it, or none.
            let _ = unpack(&summed(bytes), true);
        }

        #[test]
        fn any_bytes_are_read_without_harm(mut bytes in proptest::collection::vec(0..48_u8, 0..64)) {
            bytes.insert(0, FORM);
            let _ = unpack(&bytes, true);
            let _ = unpack(&summed(bytes), true);
        }
    }

    #[test]
    fn it_is_short() {
        let mut contact = Contact::new("support", "rocketchat", "673be1711e2e6feb77939a7b");
        contact.name = Some("Boris Doe".into());
        contact.phones = vec![phone::phone("(202) 555-0143", Some("US"))];
        contact.created_at = Time::parse("2024-11-19T00:53:05.468Z");
        let mut bytes = Vec::new();
        pack(&contact, &mut Shorthand::new(), &mut bytes);
        assert!(bytes.len() < 110, "{}", bytes.len());
    }
}
