//! The keys of the inverted index: what is noted of a contact, and what a contact must have noted to match a filter.
//!
//! A key is 48 bits: three characters, or the beginning of a field or word, or four digits of a phone number, or the
//! hash of a label, a kind of channel or an inbox. The index only narrows; [`Filter::matches`] decides.

use std::hash::{BuildHasherDefault, Hasher};

use crate::model::fold::fold;
use crate::model::phone::PhoneQuery;
use crate::model::{Contact, Filter, UnknownFilter, Word};

use super::text::{Field, fields};

/// A key of the index.
pub type Key = u64;

const FIELD_START: u64 = 0x01;
const WORD_START: u64 = 0x02;
const DIGITS: u64 = 0xe001 << 32;
const LABEL: u64 = 0xe010 << 32;
const CHANNEL: u64 = 0xe011 << 32;
const INBOX: u64 = 0xe012 << 32;
const UNKNOWN: Key = 0xe013 << 32;
const BLOCKED: Key = 0xe014 << 32;
/// Digits in a key of a phone number.
const DIGIT_WINDOW: usize = 4;
/// Stands for "no digit" behind the last digit.
const NO_DIGIT: u64 = 0xf;
/// Longer words are looked up by their beginning and end alone.
const MOST_WINDOWS: usize = 48;

/// What a contact must have noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: every contact may match.
    Anything,
    /// Cannot be had: no contact matches.
    Nothing,
    /// This key.
    Key(Key),
    /// Some key from the first up to and including the second.
    Range(Key, Key),
    /// All of these.
    All(Vec<Need>),
    /// One of these.
    Any(Vec<Need>),
}

/// How closely a contact matches, best first; the order of answers to a text query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A whole field is what was asked for.
    Exact,
    /// A field begins with it.
    Prefix,
    /// Every word of it begins a word.
    WordStart,
    /// Every word occurs somewhere.
    Within,
}

impl Rank {
    /// Every rank, best first.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Prefix, Self::WordStart, Self::Within];
}

fn gram(a: u64, b: u64, c: u64) -> Key {
    (a & 0xffff) << 32 | (b & 0xffff) << 16 | (c & 0xffff)
}

fn hashed(plane: u64, text: &str) -> Key {
    plane | (hash(text.as_bytes()) & 0xffff_ffff)
}

/// FNV-1a: stable between versions of the program, unlike the standard hasher.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Calls `note` with every key of a contact; keys may come twice.
pub fn keys_of(contact: &Contact, text: &str, mut note: impl FnMut(Key)) {
    for (field, body) in fields(text) {
        if field == Field::Phone {
            digit_keys(body, &mut note);
        } else {
            text_keys(body, &mut note);
        }
    }
    contact.labels.iter().for_each(|label| note(hashed(LABEL, &fold(label))));
    for channel in &contact.channels {
        note(hashed(CHANNEL, channel.kind.as_str()));
        channel.inbox_id.iter().for_each(|inbox| note(hashed(INBOX, inbox)));
    }
    if contact.unknown == Some(true) {
        note(UNKNOWN);
    }
    if contact.blocked == Some(true) || contact.channels.iter().any(|channel| channel.blocked == Some(true)) {
        note(BLOCKED);
    }
}

fn text_keys(body: &str, note: &mut impl FnMut(Key)) {
    let mut chars = body.chars();
    let (mut a, mut b) = (chars.next(), chars.next());
    let Some(first) = a else { return };
    note(gram(FIELD_START, code(first), b.map_or(0, code)));
    let mut in_word = false;
    while let Some(current) = a {
        let c = chars.next();
        note(gram(code(current), b.map_or(0, code), c.map_or(0, code)));
        let alphanumeric = current.is_alphanumeric();
        if alphanumeric && !in_word {
            note(gram(WORD_START, code(current), b.map_or(0, code)));
        }
        in_word = alphanumeric;
        (a, b) = (b, c);
    }
}

fn code(c: char) -> u64 {
    u64::from(u32::from(c))
}

fn digit_keys(digits: &str, note: &mut impl FnMut(Key)) {
    let bytes = digits.as_bytes();
    for start in 0..bytes.len() {
        note(digit_key(&bytes[start..bytes.len().min(start + DIGIT_WINDOW)], NO_DIGIT));
    }
}

fn digit_key(digits: &[u8], missing: u64) -> Key {
    DIGITS
        | (0..DIGIT_WINDOW).fold(0, |key, at| key << 4 | digits.get(at).map_or(missing, |digit| u64::from(digit & 0xf)))
}

/// What a contact of at most this rank must have noted to match `filter`.
pub fn need(filter: &Filter, rank: Rank) -> Need {
    let rank = if filter.exact { Rank::Exact } else { rank };
    let mut all = vec![words_need(filter, rank)];
    all.extend(filter.name.as_deref().map(|name| text_need(&fold(name), rank)));
    all.extend(filter.email.as_deref().map(|email| text_need(&fold(email), rank)));
    all.extend(filter.phone.as_deref().map(|phone| PhoneQuery::new(phone).map_or(Need::Nothing, |q| phone_need(&q))));
    all.push(any(filter.labels.iter().map(|label| Need::Key(hashed(LABEL, &fold(label))))));
    all.extend(filter.channel.as_ref().map(|kind| Need::Key(hashed(CHANNEL, kind.as_str()))));
    all.push(any(filter.inboxes.iter().map(|inbox| Need::Key(hashed(INBOX, inbox)))));
    if filter.unknown == UnknownFilter::Only {
        all.push(Need::Key(UNKNOWN));
    }
    if filter.blocked {
        all.push(Need::Key(BLOCKED));
    }
    flatten(all)
}

fn any(needs: impl Iterator<Item = Need>) -> Need {
    let needs: Vec<_> = needs.collect();
    if needs.is_empty() { Need::Anything } else { Need::Any(needs) }
}

fn flatten(needs: Vec<Need>) -> Need {
    let mut all = Vec::new();
    for need in needs {
        match need {
            Need::Anything => {}
            Need::Nothing => return Need::Nothing,
            Need::All(inner) => all.extend(inner),
            other => all.push(other),
        }
    }
    all.dedup();
    match all.len() {
        0 => Need::Anything,
        1 => all.swap_remove(0),
        _ => Need::All(all),
    }
}

fn words_need(filter: &Filter, rank: Rank) -> Need {
    if filter.words.len() > 1 && rank <= Rank::Prefix && !filter.exact {
        return text_need(&phrase(filter), rank);
    }
    flatten(filter.words.iter().map(|word| word_need(word, rank)).collect())
}

/// The words of a filter as one phrase.
pub fn phrase(filter: &Filter) -> String {
    filter.words.iter().map(Word::folded).collect::<Vec<_>>().join(" ")
}

fn word_need(word: &Word, rank: Rank) -> Need {
    let text = text_need(word.folded(), rank);
    match (word.phone(), text) {
        (None, text) => text,
        (Some(_), Need::Anything) => Need::Anything,
        (Some(phone), Need::Nothing) => phone_need(phone),
        (Some(phone), text) => Need::Any(vec![text, phone_need(phone)]),
    }
}

fn text_need(folded: &str, rank: Rank) -> Need {
    let chars: Vec<u64> = folded.chars().map(code).collect();
    let Some(&first) = chars.first() else {
        return Need::Anything;
    };
    let second = chars.get(1).copied();
    let start = |mark: u64| match second {
        Some(second) => Need::Key(gram(mark, first, second)),
        None => Need::Range(gram(mark, first, 0), gram(mark, first, 0xffff)),
    };
    let within = match (second, chars.len()) {
        (None, _) => Need::Range(gram(first, 0, 0), gram(first, 0xffff, 0xffff)),
        (Some(second), 2) => Need::Range(gram(first, second, 0), gram(first, second, 0xffff)),
        _ => {
            let mut windows: Vec<_> = chars.windows(3).map(|w| Need::Key(gram(w[0], w[1], w[2]))).collect();
            if windows.len() > MOST_WINDOWS {
                windows.drain(MOST_WINDOWS / 2..windows.len() - MOST_WINDOWS / 2);
            }
            Need::All(windows)
        }
    };
    match rank {
        Rank::Within => within,
        Rank::WordStart => {
            let alphanumeric = folded.chars().next().is_some_and(char::is_alphanumeric);
            let mark = if alphanumeric { WORD_START } else { FIELD_START };
            if chars.len() > 2 { flatten(vec![start(mark), within]) } else { start(mark) }
        }
        Rank::Prefix => {
            if chars.len() > 2 {
                flatten(vec![start(FIELD_START), within])
            } else {
                start(FIELD_START)
            }
        }
        Rank::Exact => {
            let end = match chars.as_slice() {
                [.., a, b] => Need::Key(gram(*a, *b, 0)),
                _ => Need::Key(gram(first, 0, 0)),
            };
            let whole = if second.is_none() { Need::Key(gram(FIELD_START, first, 0)) } else { start(FIELD_START) };
            if chars.len() > 2 { flatten(vec![whole, end, within]) } else { flatten(vec![whole, end]) }
        }
    }
}

fn phone_need(query: &PhoneQuery) -> Need {
    let tail = query.tail().as_bytes();
    if tail.len() < DIGIT_WINDOW {
        return Need::Range(digit_key(tail, 0), digit_key(tail, NO_DIGIT));
    }
    Need::All(tail.windows(DIGIT_WINDOW).map(|window| Need::Key(digit_key(window, NO_DIGIT))).collect())
}

/// A hasher for keys: one multiplication, since keys are short numbers of this program's own making.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = (key ^ (key >> 23)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// A map by key.
pub type KeyMap<T> = std::collections::HashMap<Key, T, BuildHasherDefault<KeyHasher>>;
