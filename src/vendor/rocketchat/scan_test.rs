//! Reading by hand against reading by serde: whatever a server sends, the first means what the second does, or leaves it to it.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::convert::{OneByOne, contact_from};
use super::wire::{SearchReply, WireContact};
use crate::model::{Contact, RawJson};
use crate::source::{Rows, Wish};
use crate::vendor::lenient::{Count, Flag};
use crate::vendor::listed::parse_list;
use crate::vendor::scan::scan_list;

const LIST: &str = "contacts";

/// Every key that means something somewhere, and some that mean nothing.
const KEYS: &[&str] = &[
    "_id",
    "createdAt",
    "_updatedAt",
    "name",
    "emails",
    "phones",
    "channels",
    "contactManager",
    "unknown",
    "customFields",
    "lastChat",
    "address",
    "phoneNumber",
    "username",
    "visitor",
    "visitorId",
    "blocked",
    "verified",
    "details",
    "field",
    "value",
    "verifiedAt",
    "source",
    "type",
    "label",
    "destination",
    "ts",
    "success",
    "count",
    "total",
    "contacts",
    "conflictingFields",
    "",
    "é",
    "n\\u0061me",
];

type Page = (Vec<Contact>, Flag, Count, Count, bool);

/// Looks at contacts and leaves them where they are.
struct Seen(Vec<Contact>);

impl Rows for Seen {
    fn push(&mut self, contact: &mut Contact) {
        self.0.push(contact.clone());
    }

    fn restart(&mut self) {
        self.0.clear();
    }
}

fn scanned(text: &str) -> Option<Page> {
    let (mut rows, mut seen) = (Vec::new(), Seen(Vec::new()));
    let mut one = OneByOne { profile: "p", wish: Wish::default(), rows: &mut rows, contact: Contact::default() };
    let (reply, there): (SearchReply, _) = scan_list(text, LIST, &mut one)?;
    let wish = Wish { raw: true, ..Wish::default() };
    let mut one = OneByOne { profile: "p", wish, rows: &mut seen, contact: Contact::default() };
    let _: (SearchReply, _) = scan_list(text, LIST, &mut one)?;
    let raw: Vec<RawJson> = seen.0.iter_mut().filter_map(|contact| contact.raw.take()).collect();
    assert_eq!(raw, vendors_own(text));
    assert_eq!(rows, seen.0, "nothing of a contact stays in the next");
    Some((rows, reply.success, reply.count, reply.total, there))
}

/// The vendor's own objects, as serde finds them.
fn vendors_own(text: &str) -> Vec<RawJson> {
    let mut raw = Vec::new();
    let mut take = |row: &RawValue| {
        raw.push(RawJson::new(row));
        Ok(())
    };
    let _: (SearchReply, bool) = parse_list(text.as_bytes(), LIST, &mut take).unwrap();
    raw
}

fn parsed(text: &str) -> Option<Page> {
    let mut rows = Vec::new();
    let mut take = |wire: WireContact<'_>| {
        rows.push(contact_from("p", wire).ok_or("no id")?);
        Ok(())
    };
    let (reply, there): (SearchReply, _) = parse_list(text.as_bytes(), LIST, &mut take).ok()?;
    Some((rows, reply.success, reply.count, reply.total, there))
}

fn text() -> impl Strategy<Value = String> {
    let escape = prop::sample::select(vec![
        "\\n",
        "\\\"",
        "\\\\",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\q",
        "\\u12",
        "\u{1}",
    ]);
    prop_oneof![
        "[ -!#-\\[\\]-~]{0,20}",
        "[a-zé太郎😀]{0,12}",
        ("[a-z]{0,9}", escape, "[a-z]{0,9}").prop_map(|(a, b, c)| a + b + &c),
        Just("2024-11-19T00:53:05.468Z".to_owned()),
        Just("2024-11-19T02:53:05+02:00".to_owned()),
        prop::sample::select(vec!["true", "1", "+1 202 555 0143", "1765441908", "widget", " "]).prop_map(str::to_owned),
    ]
    .prop_map(|text| format!("\"{text}\""))
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n\t", "\r "])
}

fn joined(open: char, parts: &[(&'static str, String)], close: char) -> String {
    let parts: Vec<String> = parts.iter().map(|(space, part)| format!("{space}{part}{space}")).collect();
    format!("{open}{}{close}", parts.join(","))
}

fn object(value: impl Strategy<Value = String>, keys: &'static [&'static str]) -> impl Strategy<Value = String> {
    let entry = (space(), prop::sample::select(keys), space(), value);
    let entry = entry.prop_map(|(before, key, behind, value)| (before, format!("\"{key}\"{behind}:{behind}{value}")));
    prop::collection::vec(entry, 0..6).prop_map(|entries| joined('{', &entries, '}'))
}

fn list(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec((space(), value), 0..4).prop_map(|elements| joined('[', &elements, ']'))
}

fn any_value() -> BoxedStrategy<String> {
    let words =
        vec!["null", "true", "false", "0", "-1", "7", "1765441908123", "1.50", "1e400", "-", "01", "tru", "nul", "NaN"];
    let leaf = prop_oneof![text(), prop::sample::select(words).prop_map(str::to_owned)];
    leaf.prop_recursive(4, 32, 5, |inner| prop_oneof![list(inner.clone()), object(inner, KEYS)]).boxed()
}

/// An object of the shape that is due, but for a value here and there.
fn contact() -> BoxedStrategy<String> {
    let chat = || object(text(), &["_id", "ts"]);
    let source = object(text(), &["type"]);
    let visitor = object(prop_oneof![text(), source], &["visitorId", "source"]);
    let details = object(text(), &["type", "label", "destination", "id"]);
    let channel = object(
        prop_oneof![3 => text(), 1 => visitor, 1 => details, 1 => chat(), 1 => Just("true".to_owned()), 1 => any_value()],
        &["name", "visitor", "visitorId", "blocked", "verified", "details", "lastChat", "field", "value", "verifiedAt"],
    );
    let manager = object(text(), &["_id", "name", "username"]);
    let fields = object(any_value(), KEYS);
    let value = prop_oneof![
        4 => text(),
        2 => list(object(text(), &["address", "phoneNumber"])),
        2 => list(channel),
        1 => manager,
        1 => fields,
        1 => chat(),
        2 => any_value(),
    ];
    (text(), object(value, &KEYS[1..11]))
        .prop_map(|(id, rest)| match rest.strip_prefix('{') {
            Some(rest) if rest != "}" => format!("{{\"_id\":{id},{rest}"),
            _ => format!("{{\"_id\":{id}}}"),
        })
        .boxed()
}

fn page() -> BoxedStrategy<String> {
    let contacts = prop_oneof![9 => list(prop_oneof![9 => contact(), 1 => any_value()]), 1 => any_value()];
    let rest = object(any_value(), KEYS);
    (contacts, rest, space())
        .prop_map(|(contacts, rest, end)| {
            let rest = rest.trim_end_matches('}');
            let comma = if rest == "{" { "" } else { "," };
            format!("{rest}{comma}\"contacts\":{contacts},\"success\":true}}{end}")
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_read_by_hand_is_what_serde_reads(page in page()) {
        if let Some(scanned) = scanned(&page) {
            prop_assert_eq!(Some(scanned), parsed(&page), "{}", page);
        }
    }

    #[test]
    fn what_is_broken_is_left_to_serde(page in page(), at in any::<prop::sample::Index>(), byte in "[ -~]?") {
        let at = at.index(page.len());
        let at = (0..=at).rev().find(|at| page.is_char_boundary(*at)).unwrap_or(0);
        let next = page[at..].chars().next().map_or(0, char::len_utf8);
        for broken in [page[..at].to_owned(), format!("{}{byte}{}", &page[..at], &page[at + next..])] {
            if let Some(scanned) = scanned(&broken) {
                prop_assert_eq!(Some(scanned), parsed(&broken), "{}", broken);
            }
        }
    }

    #[test]
    fn ordinary_contacts_are_read_by_hand(contacts in list(contact())) {
        let page = format!("{{\"contacts\":{contacts},\"count\":100,\"success\":true}}");
        let unusual = page.contains("n\\u0061me");
        prop_assert!(unusual || scanned(&page).is_some() == parsed(&page).is_some(), "{}", page);
    }
}

#[test]
fn replies_of_real_servers_are_read_by_hand() {
    let page = include_str!("../../../tests/fixtures/rocketchat/search.json");
    assert!(scanned(page).is_some());
    assert_eq!(scanned(page), parsed(page));
}

#[test]
fn a_string_is_read_to_its_end_wherever_that_is() {
    for (length, at) in (0..26).flat_map(|length| (0..=length).map(move |at| (length, at))) {
        for byte in 0..=0x7f_u8 {
            let mut id = vec![b'a'; length];
            id.insert(at, byte);
            let id = String::from_utf8(id).unwrap();
            for end in ["\"}]}", "\"", ""] {
                let page = format!("{{\"contacts\":[{{\"_id\":\"{id}{end}");
                assert_eq!(scanned(&page), parsed(&page), "{page}");
            }
        }
    }
}
