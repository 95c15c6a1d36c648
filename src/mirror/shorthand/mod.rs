//! The vendor's own object in shorthand: names and values that objects share are one byte, dates are their milliseconds, and a
//! string that stands in front already is pointed at.
//!
//! A fifth as long as the JSON for less than half the time that a general compression with a dictionary takes: most of what
//! a contact's object says was said in the contact's own fields. Any JSON comes back as it went, to the byte; what is not
//! known is spelt out.
//!
//! JSON is read as strings and the gaps between them. A string is a code, then what that code needs; a gap that is as
//! expected is left out. The tables are part of the format and fixed.

mod strings;

use crate::model::Time;

use super::bytes::{Bytes, number};
use strings::{eight, hash, is_same, next_string, string_of};

/// Gaps between strings; codes from 0.
const GAPS: &[&str] = &[
    ":", ",", "{", "}", ":{", "},", ":[{", "},{", "}],", "}]}", ":[", "]", "],", "]}", ":[],", ":[]}", ":{},", ":{}}",
    ":false,", ":true,", ":null,", ":null}", "}},", "}}", "}},{", "}}],", "}}]}", ":null}},",
];

const GAP: u8 = 28;
const LITERAL: u8 = 29;
const EARLIER: u8 = 30;
const DATE: u8 = 31;
const FIRST_WORD: u8 = 32;
const END: u8 = 255;

/// Strings of vendors' objects; codes from [`FIRST_WORD`].
#[rustfmt::skip]
const WORDS: &[&str] = &[
    // Of several vendors.
    "", "id", "_id", "name", "email", "phone", "type", "value", "channel", "source", "inbox", "contact", "unknown", "blocked",
    "address", "status", "username", "location", "city", "state", "country", "timezone", "locale", "language", "avatar",
    "description", "createdAt", "updatedAt", "created_at", "updated_at", "_updatedAt", "lastActivityAt", "last_activity_at",
    "workspaceId", "sourceId", "source_id", "api", "sms", "app", "widget", "whatsapp", "telegram", "instagram", "facebook",
    "messenger", "line", "web", "1", "labels", "identifier", "phone_number", "phoneNumber", "avatar_url", "offline", "online",
    // Rocket.Chat.
    "emails", "phones", "channels", "visitor", "visitorId", "details", "destination", "label", "alias", "lastChat", "ts",
    "verified", "verifiedAt", "field", "customFields", "conflictingFields", "contactManager", "hasUnknownContact",
    "lastMessage", "department", "token", "importIds", "shouldValidate", "preRegistration", "livechat", "bot",
    // Chatwoot and LiveDesk.
    "additional_attributes", "custom_attributes", "availability_status", "thumbnail", "contact_inboxes", "company_name",
    "country_code", "social_profiles", "linkedin", "twitter", "github", "tiktok", "channel_id", "channel_type", "provider",
    "created_at_ip", "updated_at_ip", "browser", "referer", "initiated_at", "browser_name", "browser_version",
    "platform_name", "platform_version", "device_name", "browser_language", "timestamp", "hmac_verified", "pubsub_token",
    "account_id", "company_id", "contact_type", "middle_name", "last_name", "bio", "Channel::WebWidget", "Channel::Email",
    "Channel::Api", "Channel::Whatsapp", "Channel::FacebookPage", "Channel::TwilioSms", "Channel::Telegram", "Channel::Line",
    "Channel::Instagram", "Channel::Sms", "whatsapp_cloud", "default", "twilio", "gmail", "screen_name", "user_name",
    "social_telegram_user_id", "social_telegram_user_name", "social_instagram_user_name",
    // ChatbotX.
    "emailVerified", "emailOptIn", "firstName", "lastName", "fullName", "gender", "male", "female", "lastReadAt", "ref",
    "subscribedAt", "broadcastSubscribedAt", "blockedAt", "contactCustomFields", "contactId", "customFieldId", "tags",
    "deletedAt", "folderId", "contactInboxes", "inboxId", "lastIncomingMessageAt", "contactLastReadAt", "connected",
    "disconnected", "conversation", "botEnabled", "botResumeAt", "archivedAt", "additionalAttributes", "agentLastReadAt",
    "aiContextLastMessageId", "followed", "assignedUserId", "assignedInboxTeamId", "adminRepliedAt", "contactRepliedAt",
    "assignedUser", "assignedInboxTeam", "webchat", "zalo", "smtp", "image", "isAnonymous", "mustChangePassword", "tenantId",
];

/// What a text that is pointed at has at least; a shorter one is as quickly spelt out.
const LEAST: usize = 3;
/// No JSON is longer than this.
const MOST_BYTES: usize = 64 << 20;

/// Writes shorthand, and knows what of an object can be pointed at.
pub struct Shorthand {
    /// The places of [`GAPS`] by their [`eight`] bytes, and one; 0 where there is none.
    gaps: [u8; 128],
    /// The places of [`WORDS`] by their [`hash`], and one; 0 where there is none.
    words: [u8; 1024],
    /// Where a text with this hash lies in the object, its length in front; 0 if none does.
    known: [u16; 256],
    /// What stood between the values of objects before, where its beginning says: objects of a vendor are alike.
    runs: Vec<[Run; WAYS]>,
}

/// All from behind a value up to the next: gaps and names, none of them spelt out.
#[derive(Clone, Default)]
struct Run {
    /// The gap that was expected at its beginning.
    expected: u8,
    json: Vec<u8>,
    /// The same in shorthand.
    short: Vec<u8>,
}

/// Where a [`Run`] begins that may be worth keeping.
struct Begun<'j> {
    json: &'j [u8],
    expected: u8,
    /// Where its shorthand begins.
    at: usize,
}

impl Shorthand {
    /// Begins with an object of which nothing is written yet.
    pub fn new() -> Self {
        let runs = vec![<[Run; WAYS]>::default(); RUNS];
        let mut new = Self { gaps: [0; 128], words: [0; 1024], known: [0; 256], runs };
        for (place, gap) in (1..).zip(GAPS) {
            let free = slots(&new.gaps, eight(gap.as_bytes())).find(|slot| new.gaps[*slot] == 0);
            free.into_iter().for_each(|slot| new.gaps[slot] = place);
        }
        for (place, word) in (1..).zip(WORDS) {
            let free = slots(&new.words, hash(word.as_bytes())).find(|slot| new.words[*slot] == 0);
            free.into_iter().for_each(|slot| new.words[slot] = place);
        }
        new
    }

    /// Begins another object.
    pub fn begin(&mut self) {
        self.known.fill(0);
    }

    /// Writes a text into the object, to be pointed at from now on.
    pub fn spell(&mut self, text: &str, object: &mut Vec<u8>) {
        self.spell_hashed(text.as_bytes(), hash(text.as_bytes()), object);
    }

    fn spell_hashed(&mut self, text: &[u8], hash: u64, object: &mut Vec<u8>) {
        if let (LEAST.., Ok(at)) = (text.len(), u16::try_from(object.len())) {
            self.known[slot(&self.known, hash)] = at;
        }
        number(text.len() as u64, object);
        object.extend_from_slice(text);
    }

    /// Writes `json` as the end of the object.
    pub fn write(&mut self, json: &str, object: &mut Vec<u8>) {
        let (mut rest, mut expected) = (json.as_bytes(), FIRST_GAP);
        let mut begun = None;
        loop {
            if begun.is_none() {
                if let Some(run) = self.run(rest, expected)
                    && let Some((value, behind)) = string_of(&rest[run.json.len()..])
                {
                    object.extend_from_slice(&run.short);
                    self.write_string(value, object);
                    (rest, expected) = (behind, b',');
                    continue;
                }
                begun = Some(Begun { json: rest, expected, at: object.len() });
            }
            let Some((gap, string, behind)) = next_string(rest) else { break };
            let is_known = self.write_gap(gap, expected, object);
            expected = gap_behind(gap);
            let is_value = expected == b',';
            match begun.take_if(|_| is_value || !is_known) {
                Some(begun) if is_known => self.learn(&begun, rest.len() - gap.len() - 1, object),
                _ => {}
            }
            let is_word = self.write_string(string, object);
            if !is_word && !is_value {
                begun = None;
            }
            rest = behind;
        }
        self.write_gap(rest, expected, object);
        object.push(END);
    }

    /// What is known to begin `rest` up to the next value.
    fn run(&mut self, rest: &[u8], expected: u8) -> Option<&Run> {
        let known = &mut self.runs[run_slot(rest)?];
        let fits = |run: &Run| run.expected == expected && !run.json.is_empty() && rest.starts_with(&run.json);
        let place = known.iter().position(fits)?;
        // What is met often comes to stand in front.
        let nearer = place.saturating_sub(1);
        known.swap(place, nearer);
        Some(&known[nearer])
    }

    /// Keeps a run that ends where `left` bytes of the JSON are left, behind the quotation mark of a value.
    fn learn(&mut self, begun: &Begun<'_>, left: usize, object: &[u8]) {
        let json = &begun.json[..begun.json.len() - left];
        let Some(slot) = run_slot(begun.json).filter(|_| json.len() <= LONGEST_RUN) else { return };
        let known = &mut self.runs[slot];
        known.rotate_right(1);
        known[0] = Run { expected: begun.expected, json: json.to_vec(), short: object[begun.at..].to_vec() };
    }

    /// Writes a gap; `false` if it had to be spelt out.
    fn write_gap(&self, gap: &[u8], expected: u8, object: &mut Vec<u8>) -> bool {
        if matches!(gap, [only] if *only == expected) {
            return true;
        }
        if let Some(place) = place(&self.gaps, GAPS, eight(gap), gap) {
            object.push(place);
            return true;
        }
        object.push(GAP);
        number(gap.len() as u64, object);
        object.extend_from_slice(gap);
        false
    }

    /// Writes a string; `false` if it is none of [`WORDS`].
    fn write_string(&mut self, string: &[u8], object: &mut Vec<u8>) -> bool {
        let hash = hash(string);
        if let Some(place) = place(&self.words, WORDS, hash, string) {
            object.push(FIRST_WORD + place);
            return true;
        }
        if let Some(millis) = millis_of(string) {
            object.push(DATE);
            number((millis << 1 ^ millis >> 63).cast_unsigned(), object);
            return false;
        }
        let earlier = self.known[slot(&self.known, hash)];
        if earlier != 0 && text_at(object, earlier) == Some(string) {
            object.push(EARLIER);
            object.extend_from_slice(&earlier.to_le_bytes());
            return false;
        }
        object.push(LITERAL);
        self.spell_hashed(string, hash, object);
        false
    }
}

/// Sets of runs, by how they begin.
const RUNS: usize = 64;
/// Runs that begin alike, as behind a value that is sometimes the last of a list.
const WAYS: usize = 8;
/// No longer run is worth keeping.
const LONGEST_RUN: usize = 256;

/// Where runs that begin as `rest` are kept.
fn run_slot(rest: &[u8]) -> Option<usize> {
    let (first, second) = rest.first_chunk::<16>()?.split_at(8);
    let mixed = eight(first) ^ eight(second).rotate_left(29);
    Some((mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % RUNS)
}

/// Where a hash belongs in a table; its length is a power of two.
fn slot<T>(table: &[T], hash: u64) -> usize {
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (table.len() - 1)
}

/// Where it may be: there, or behind what took its place.
fn slots<T>(table: &[T], hash: u64) -> impl Iterator<Item = usize> + use<T> {
    let (first, len) = (slot(table, hash), table.len());
    (first..len).chain(0..first)
}

/// The place of `text` among `texts`.
fn place(table: &[u8], texts: &[&str], hash: u64, text: &[u8]) -> Option<u8> {
    for slot in slots(table, hash) {
        let place = table[slot].checked_sub(1)?;
        if is_same(texts[usize::from(place)].as_bytes(), text) {
            return Some(place);
        }
    }
    None
}

/// The gap in front of an object's first name.
const FIRST_GAP: u8 = b'{';

/// The gap that is expected behind the string behind `gap`.
fn gap_behind(gap: &[u8]) -> u8 {
    if gap.ends_with(b":") { b',' } else { b':' }
}

/// The milliseconds of a date that is written as it is written back.
fn millis_of(string: &[u8]) -> Option<i64> {
    let time = Time::from_javascript(string.try_into().ok()?)?;
    time.as_javascript().map(|_| time.unix_millis())
}

/// The text at a place of the object, its length in front.
fn text_at(object: &[u8], at: u16) -> Option<&[u8]> {
    Bytes(object.get(usize::from(at)..)?).bytes()
}

/// The JSON in shorthand from `at` to the end of the object; `None` if it is damaged.
pub fn read(object: &[u8], at: usize) -> Option<String> {
    let mut from = Bytes(object.get(at..)?);
    let (mut json, mut expected) = (String::with_capacity(4 * from.0.len()), FIRST_GAP);
    loop {
        let mut code = from.byte()?;
        if code <= GAP {
            let gap = if code == GAP { from.str()? } else { GAPS[usize::from(code)] };
            json.push_str(gap);
            expected = gap_behind(gap.as_bytes());
            code = from.byte()?;
        } else {
            json.push(char::from(expected));
            expected = gap_behind(&[expected]);
        }
        if code == END {
            return from.0.is_empty().then_some(json);
        }
        json.push('"');
        match code {
            LITERAL => json.push_str(from.str()?),
            EARLIER => {
                let at = u16::from_le_bytes([from.byte()?, from.byte()?]);
                json.push_str(std::str::from_utf8(text_at(object, at)?).ok()?);
            }
            DATE => {
                let millis = from.number()?;
                Time::from_unix_millis((millis >> 1).cast_signed() ^ -(millis & 1).cast_signed())?.write_to(&mut json);
            }
            code => json.push_str(WORDS.get(usize::from(code.checked_sub(FIRST_WORD)?))?),
        }
        json.push('"');
        if json.len() > MOST_BYTES {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An object that begins with some texts, and then says `json` in shorthand; and where that begins.
    fn written(texts: &[String], json: &str) -> (Vec<u8>, usize) {
        let mut shorthand = Shorthand::new();
        shorthand.spell("of another object", &mut vec![1]);
        written_by(&mut shorthand, texts, json)
    }

    fn written_by(shorthand: &mut Shorthand, texts: &[String], json: &str) -> (Vec<u8>, usize) {
        shorthand.begin();
        let mut object = vec![1];
        texts.iter().for_each(|text| shorthand.spell(text, &mut object));
        let at = object.len();
        shorthand.write(json, &mut object);
        (object, at)
    }

    fn any_string() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => proptest::sample::select(WORDS).prop_map(str::to_owned),
            2 => "\\PC{0,9}",
            1 => "[a-z\"\\\\\n]{3,200}",
            2 => (1..=9_999_i64, 0..=99_u8, 0..=40_u8, 0..1_000_u16).prop_map(|(year, month, day, milli)| {
                format!("{year:04}-{month:02}-{day:02}T23:59:59.{milli:03}Z")
            }),
            1 => Just("1969-12-31T23:59:59.999Z".to_owned()),
        ]
    }

    /// Some JSON, its strings often those of `texts`.
    fn any_json(texts: Vec<String>) -> impl Strategy<Value = serde_json::Value> {
        let string = prop_oneof![any_string(), proptest::sample::select(texts)];
        let leaf = prop_oneof![
            string.clone().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            any::<Option<bool>>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 8, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                proptest::collection::vec((string.clone(), inner), 0..8)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn texts_and_json() -> impl Strategy<Value = (Vec<String>, serde_json::Value)> {
        proptest::collection::vec(any_string(), 1..6).prop_flat_map(|texts| (Just(texts.clone()), any_json(texts)))
    }

    proptest! {
        #[test]
        fn json_comes_back_to_the_byte((texts, json) in texts_and_json(), pretty: bool) {
            let json = if pretty { format!("{json:#}") } else { json.to_string() };
            let (object, at) = written(&texts, &json);
            prop_assert_eq!(read(&object, at).unwrap(), json);
        }

        #[test]
        fn what_is_no_json_comes_back_too(text in "[\"\\\\a:,{}é]{0,40}") {
            let (object, at) = written(&[], &text);
            prop_assert_eq!(read(&object, at).unwrap(), text);
        }

        /// Or contacts would look changed whenever they came behind others.
        #[test]
        fn it_is_the_same_whatever_was_written_before(
            (texts, json) in texts_and_json(),
            others in proptest::collection::vec((texts_and_json(), 0..3_u8), 0..6),
        ) {
            let (json, mut shorthand) = (json.to_string(), Shorthand::new());
            let alone = written(&texts, &json);
            for ((texts, other), change) in others {
                // Some are nearly the same.
                let other = match change {
                    0 => other.to_string(),
                    1 => json.replacen("\":\"", "\":\"x", 1),
                    _ => json.replace("null", "[]"),
                };
                written_by(&mut shorthand, &texts, &other);
                prop_assert_eq!(&written_by(&mut shorthand, &texts, &json), &written(&texts, &json));
            }
            prop_assert_eq!(written_by(&mut shorthand, &texts, &json), alone);
        }

        #[test]
        fn damage_does_no_harm((texts, json) in texts_and_json(), at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
            let (mut object, start) = written(&texts, &json.to_string());
            let at = at.index(object.len());
            object[at] = byte;
            if cut {
                object.truncate(at);
            }
            let _ = read(&object, start);
        }
    }

    #[test]
    fn it_is_short_where_the_words_are_known_and_the_values_stand_in_front() {
        let json = r#"{"_id":"673be1711e2e6feb77939a7b","createdAt":"2024-11-19T00:53:05.468Z","name":"Boris Doe",
            "emails":[{"address":"boris@doe.example"}],"unknown":false,"conflictingFields":[]}"#;
        let json = json.replace("\n            ", "");
        let texts = ["673be1711e2e6feb77939a7b", "Boris Doe", "boris@doe.example"].map(str::to_owned);
        let (object, at) = written(&texts, &json);
        assert_eq!(read(&object, at).unwrap(), json);
        // Seven names, four gaps, three strings pointed at, a date, and the end.
        assert_eq!((json.len(), object.len() - at), (174, 7 + 4 + 3 * 3 + 7 + 1), "{object:?}");
    }

    #[test]
    fn the_tables_have_a_code_for_everything_once() {
        assert_eq!(GAPS.len(), usize::from(GAP));
        assert!(WORDS.len() <= usize::from(END - FIRST_WORD));
        let shorthand = Shorthand::new();
        for (at, gap) in GAPS.iter().enumerate() {
            let found = place(&shorthand.gaps, GAPS, eight(gap.as_bytes()), gap.as_bytes());
            assert_eq!(found.map(usize::from), Some(at), "{gap:?}");
        }
        for (at, word) in WORDS.iter().enumerate() {
            let found = place(&shorthand.words, WORDS, hash(word.as_bytes()), word.as_bytes());
            assert_eq!(found.map(usize::from), Some(at), "{word:?}");
        }
        // What is stored must mean the same to every later version: tables may grow at their ends, with a new format.
        let all = [GAPS, WORDS].concat().join("\n");
        assert_eq!(crate::mirror::key::hash(all.as_bytes()), 3_998_598_233_872_745_464);
    }
}
