//! The promises of the whole mirror: its answers are those of a full scan, whatever was written in whatever order.

mod crash;
mod encryption;
mod files;
mod segments;
mod source;
mod sync;

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::rank::Looker;
use super::text::searched_text;
use super::*;
use crate::model::{
    Channel, ChannelKind, Contact, Email, Filter, Query, RawJson, SortKey, Time, UnknownFilter, Word, phone, sort,
};

pub(super) fn now(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(super) const TARGET: SyncTarget<'_> =
    SyncTarget { profile: "p", vendor: "rocketchat", account: Some("me"), server: Some("one.example") };

/// A store in a folder of its own.
pub(super) fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("data").join(FILE_NAME), Mode::Write).unwrap();
    (folder, store)
}

pub(super) fn contact(id: usize, name: &str) -> Contact {
    let mut contact = Contact::new("p", "rocketchat", id.to_string());
    contact.name = Some(name.into());
    contact
}

/// Hands a page to a sync.
pub(super) fn page(
    batch: &mut Batch<'_>,
    rows: Vec<Contact>,
    cursor: Option<&str>,
    at: Timestamp,
) -> Result<(), MirrorError> {
    batch.page(rows, cursor, at)
}

/// One full, exact sync of `contacts`, in pages of `size`.
pub(super) fn sync(store: &mut Store, contacts: &[Contact], size: usize, second: i64) -> SyncReport {
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(second)).unwrap();
    for (index, rows) in contacts.chunks(size.max(1)).enumerate() {
        page(&mut batch, rows.to_vec(), Some(&index.to_string()), now(second)).unwrap();
    }
    batch.finish(Proof::Exact, now(second)).unwrap()
}

/// Little alphabets, so that things meet by chance.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[abA ]{0,6}",
        "[anáÅñ@.]{1,8}",
        "[aß-]{1,4}",
        "[陈ア한ก्ा]{1,4}",
        "[бБйЙ ]{1,5}",
        "[😀a\u{200d}\u{10041}]{1,3}",
        "[0-2+() -]{1,12}",
        "\\PC{0,6}",
        "a{40,80}b?",
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "[12]{1,4}",
        "\\+?1?20255501[0-4]{2}",
        "0?2025550[0-2]{3}",
        "00[12]{7,9}",
        "\\(?[12]{3}\\)? [12]{3}-[12]{4}"
    ]
}

/// What a custom field may hold: texts with and without escapes, numbers, and whatever else, nested.
fn custom_value() -> impl Strategy<Value = String> {
    let escaped = |text: String| {
        let units: Vec<_> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{}\"", units.concat())
    };
    let leaf = prop_oneof![
        3 => text().prop_map(|text| serde_json::to_string(&text).unwrap()),
        1 => text().prop_map(escaped),
        1 => number().prop_map(|text| serde_json::to_string(&text).unwrap()),
        1 => "-?[12][0-2]{0,3}(\\.[0-2]{1,2})?(e[12])?",
        1 => "(true|false|null)",
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let names = text().prop_map(|text| serde_json::to_string(&text).unwrap());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|values| format!("[{}]", values.join(", "))),
            proptest::collection::vec((names, inner), 0..3).prop_map(|fields| {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name} : {value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

/// Some fall into one span of recency, some into others.
fn time(step: i64) -> Option<Time> {
    Time::from_unix_seconds((step - 1) * 30_000)
}

prop_compose! {
    fn any_contact()(
        id in 0usize..40,
        name in proptest::option::of(text()),
        emails in proptest::collection::vec(prop_oneof![text(), "[ab]{1,2}@[ab]\\.x"], 0..2),
        numbers in proptest::collection::vec(number(), 0..2),
        identifier in proptest::option::of(text()),
        custom in proptest::collection::vec(custom_value(), 0..3),
        labels in proptest::collection::vec("[aAbá]{1,2}", 0..2),
        kinds in proptest::collection::vec("(widget|sms|email)", 0..2),
        marks in (proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>()), proptest::option::of(any::<bool>())),
        times in (proptest::option::of(0i64..8), proptest::option::of(0i64..8)),
    ) -> Contact {
        let mut contact = Contact::new("p", "rocketchat", id.to_string());
        contact.name = name.map(Into::into);
        contact.emails = emails.into_iter().map(|address| Email { address: address.into(), verified: None }).collect();
        contact.phones = numbers.into_iter().map(|number| phone::phone(number, Some("US"))).collect();
        contact.identifier = identifier.map(Into::into);
        contact.custom_fields =
            custom.iter().map(|json| ("aab".into(), serde_json::from_str::<RawJson>(json).unwrap())).collect();
        contact.labels = labels.into_iter().map(Into::into).collect();
        contact.channels = kinds.iter().map(|kind| {
            let mut channel = Channel::new(ChannelKind::from_vendor(kind));
            channel.blocked = marks.0;
            channel.inbox_id = Some(kind.as_str().into());
            channel
        }).collect();
        (contact.blocked, contact.unknown) = (marks.1, marks.2);
        contact.created_at = times.0.and_then(time);
        contact.last_activity_at = times.1.and_then(time);
        contact
    }
}

prop_compose! {
    fn any_filter()(
        words in prop_oneof![
            3 => proptest::collection::vec(prop_oneof![text(), number()], 1..3)
                .prop_map(|words| words.iter().map(|word| Word::new(word)).collect::<Vec<_>>()),
            1 => Just(Vec::new()),
            1 => text().prop_map(|text| Word::split(&text)),
        ],
        exact in prop::bool::weighted(0.2),
        name in proptest::option::weighted(0.2, text()),
        email in proptest::option::weighted(0.2, text()),
        phone in proptest::option::weighted(0.2, prop_oneof![number(), text()]),
        label in proptest::option::weighted(0.1, "[aAbá]{1,2}"),
        kind in proptest::option::weighted(0.1, "(web|sms)"),
        inbox in proptest::option::weighted(0.1, "(widget|sms)"),
        marks in (0u8..10, prop::bool::weighted(0.1)),
        since in (proptest::option::weighted(0.1, 0i64..8), proptest::option::weighted(0.1, 0i64..8)),
    ) -> Filter {
        Filter {
            words,
            exact,
            name,
            email,
            phone,
            labels: label.into_iter().map(Into::into).collect(),
            channel: kind.map(|kind| ChannelKind::from_vendor(&kind)),
            inboxes: inbox.into_iter().map(Into::into).collect(),
            unknown: match marks.0 {
                0 => UnknownFilter::Only,
                1 => UnknownFilter::Exclude,
                _ => UnknownFilter::Include,
            },
            blocked: marks.1,
            created_since: since.0.and_then(time),
            active_since: since.1.and_then(time),
        }
    }
}

/// What a full scan says, best first; ties in no particular order.
fn scan(contacts: &BTreeMap<String, Contact>, query: &Query) -> Vec<Contact> {
    let looker = Looker::new(&query.filter);
    let mut found: Vec<Contact> = contacts.values().filter(|contact| query.filter.matches(contact)).cloned().collect();
    if query.sort.is_empty() {
        found.sort_by_cached_key(|contact| place(&looker, query, contact));
    } else {
        sort::sort_contacts(&mut found, &query.sort);
    }
    found
}

type Place = (Option<key::Rank>, std::cmp::Reverse<Option<i64>>);

fn place(looker: &Looker<'_>, query: &Query, contact: &Contact) -> Place {
    let rank = query.filter.has_text().then(|| looker.rank(&searched_text(contact)).expect("it matches"));
    (rank, std::cmp::Reverse(contact.last_activity_at.map(|at| at.timestamp().as_millisecond())))
}

fn ids(contacts: &[Contact]) -> Vec<&str> {
    let mut ids: Vec<_> = contacts.iter().map(|contact| contact.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

fn check(store: &mut Store, truth: &BTreeMap<String, Contact>, query: &Query) -> Result<(), TestCaseError> {
    let expected = scan(truth, query);
    let looker = Looker::new(&query.filter);
    let most = u64::MAX;
    for (look, chunk, list) in [(0, 0, most), (most, 0, most), (most, most, most), (most, most, 0)] {
        store.costs = hunt::Costs { look, chunk, list, apart: 0 };
        let found = store.search(&["p"], query).unwrap();
        prop_assert_eq!(ids(&found), ids(&expected), "costs {:?} {:?}", (look, chunk, list), query);
        for contact in &found {
            prop_assert_eq!(contact, &truth[contact.id.as_str()]);
        }
        if query.sort.is_empty() {
            let places = |contacts: &[Contact]| contacts.iter().map(|c| place(&looker, query, c)).collect::<Vec<_>>();
            prop_assert_eq!(places(&found), places(&expected));
        } else {
            prop_assert_eq!(&found, &expected);
        }
        let part = Query { skip: 1, limit: Some(2), ..query.clone() };
        let part = store.search(&["p"], &part).unwrap();
        prop_assert_eq!(part.as_slice(), &found[found.len().min(1)..found.len().min(3)]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_a_full_scan(
        first in proptest::collection::vec(any_contact(), 0..40),
        second in proptest::collection::vec(any_contact(), 1..40),
        filters in proptest::collection::vec((any_filter(), 0usize..12), 24),
        increment in any::<bool>(),
        ended in any::<bool>(),
        size in 1usize..9,
    ) {
        let (_folder, mut store) = store();
        let mut truth = BTreeMap::new();
        if !first.is_empty() {
            sync(&mut store, &first, size, 0);
            truth.extend(first.iter().map(|contact| (contact.id.to_string(), contact.clone())));
        }
        let mut batch = store.begin_sync(&TARGET, if increment { Pass::Increment } else { Pass::Full }, now(9)).unwrap();
        for rows in second.chunks(size) {
            page(&mut batch, rows.to_vec(), None, now(9)).unwrap();
        }
        if ended {
            batch.finish(Proof::Exact, now(9)).unwrap();
        } else {
            // The index does not know the newest contacts yet.
            batch.contacts(now(9)).unwrap();
            drop(batch);
        }
        if ended && !increment {
            truth.clear();
        }
        truth.extend(second.iter().map(|contact| (contact.id.to_string(), contact.clone())));
        for (filter, order) in filters {
            let sort = sort::SortField::ALL.get(order).map(|(word, _)| format!("{word}:desc").parse().unwrap());
            let recency = |keys: &Vec<SortKey>| keys.iter().all(|key| key.field == sort::SortField::LastActivityAt);
            let sort = Some(sort.into_iter().collect()).filter(|keys| !recency(keys)).unwrap_or_default();
            check(&mut store, &truth, &Query { filter, sort, limit: None, ..Query::default() })?;
        }
    }
}
