//! The keys of the inverted index: what is noted of a contact, and what a contact must have noted to match a filter.
//!
//! A key is 48 bits: three characters, or the first three of a field or word, or a hash of a word's first four or of the whole
//! field, or four digits
//! of a phone number, or the hash of a label, a kind of channel or an inbox, or the span of time in which it was last active.
//! The index only narrows; [`Filter::matches`] decides.

use std::hash::{BuildHasherDefault, Hasher};

use crate::model::fold::fold;
use crate::model::phone::PhoneQuery;
use crate::model::{Contact, Filter, UnknownFilter, Word};

use super::recency::{Span, span_of};
use super::text::{Field, fields};

/// A key of the index.
pub type Key = u64;

const FIELD_START: u64 = 0x01 << 32;
const WORD_START: u64 = 0x02 << 32;
const WHOLE: u64 = 0x03 << 32;
const DIGITS: u64 = 0xe001 << 32;
const FIRST_DIGITS: u64 = 0xe002 << 32;
const LABEL: u64 = 0xe010 << 32;
const CHANNEL: u64 = 0xe011 << 32;
const INBOX: u64 = 0xe012 << 32;
const UNKNOWN: Key = 0xe013 << 32;
const BLOCKED: Key = 0xe014 << 32;
const ACTIVE: u64 = 0xe015 << 32;
const LONG_WORD: u64 = 0xe016 << 32;
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
    /// All of these keys: mostly the first are rarest, whose lists take so many bytes in a block; the others serve where it is
    /// otherwise.
    Keys { rarest: Vec<Key>, bytes: usize, spare: Vec<Key> },
    /// All of these.
    All(Vec<Need>),
    /// One of these.
    Any(Vec<Need>),
    /// This, which many have, most of them by one of these keys: where few rows are left without it, or it would leave most of
    /// them, they are sooner looked at.
    Common { need: Box<Need>, often: Vec<Key>, bytes: i64 },
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

fn gram(a: u64, b: u64, c: u64) -> Key {
    (a & 0xffff) << 32 | (b & 0xffff) << 16 | (c & 0xffff)
}

/// The beginning of a field or word: its first three characters, an order-preserving part of each.
fn start_key(mark: u64, [a, b, c, _]: Window) -> Key {
    let [a, b, c] = [a, b, c].map(|c| c.map_or(0, code));
    mark | (a & 0x7ff) << 21 | (b & 0x7ff) << 10 | (c & 0x3ff)
}

/// A whole field. Few bits, since every key costs more room than an entry: one of many fields shares it.
fn whole_key(text: &str) -> Key {
    let hash = hash(text.as_bytes());
    WHOLE | ((hash ^ hash >> 32) & 0xffff)
}

fn hashed(plane: u64, text: &str) -> Key {
    plane | (hash(text.as_bytes()) & 0xffff_ffff)
}

/// A hash of this program's own, since what is stored must mean the same to every later version.
pub fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * 0x9e37_79b9_7f4a_7c15_u128;
        // Both halves, so that every bit of the word reaches every bit of the hash.
        let [low, high] = [product & u128::from(u64::MAX), product >> 64].map(|half| u64::try_from(half).unwrap_or(0));
        low ^ high.wrapping_add(word.rotate_left(23))
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = 0x5851_f42d_4c95_7f2d ^ bytes.len() as u64;
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(mix(hash, u64::from_le_bytes(last)), 0xd6e8_feb8_6659_fd93)
}

/// Calls `note` with every key of a contact; keys may come twice.
pub fn keys_of(contact: &Contact, text: &str, mut note: impl FnMut(Key)) {
    keys_of_text(text, &mut note);
    contact.labels.iter().for_each(|label| note(hashed(LABEL, &fold(label))));
    for channel in &contact.channels {
        note(hashed(CHANNEL, channel.kind.as_str()));
        channel.inbox_id.iter().for_each(|inbox| note(hashed(INBOX, inbox)));
    }
    if let Some(time) = contact.last_activity_at {
        note(active_key(span_of(Some(time.unix_millis()))));
    }
    if contact.unknown == Some(true) {
        note(UNKNOWN);
    }
    if contact.blocked == Some(true) || contact.channels.iter().any(|channel| channel.blocked == Some(true)) {
        note(BLOCKED);
    }
}

/// The key of having last been active in a span.
pub fn active_key(span: Span) -> Key {
    ACTIVE | Key::from(span)
}

/// The span of an [`active_key`].
pub fn span_in(key: Key) -> Span {
    Span::try_from(key & 0xffff).unwrap_or(Span::MAX)
}

/// The keys of a searched text.
pub fn keys_of_text(text: &str, mut note: impl FnMut(Key)) {
    for (field, body) in fields(text) {
        note(whole_key(body));
        match field {
            Field::Name | Field::Email | Field::Identifier => text_keys(body, &mut note),
            Field::Phone => digit_keys(body, &mut note),
            // Where a custom field or a word of it begins makes no match a closer one.
            Field::Custom => windows(body).for_each(|window| note(gram_of(window))),
        }
    }
}

fn text_keys(body: &str, note: &mut impl FnMut(Key)) {
    let (mut first, mut in_word) = (true, false);
    for window in windows(body) {
        note(gram_of(window));
        let alphanumeric = window[0].is_some_and(char::is_alphanumeric);
        if std::mem::take(&mut first) {
            note(start_key(FIELD_START, window));
        }
        if alphanumeric && !in_word {
            note(start_key(WORD_START, window));
            long_word_key(window).into_iter().for_each(&mut *note);
        }
        in_word = alphanumeric;
    }
}

/// Notes the keys of words of four characters and more of a searched text.
pub fn long_words_of_text(text: &str, mut note: impl FnMut(Key)) {
    for (_, body) in fields(text).filter(|(field, _)| matches!(field, Field::Name | Field::Email | Field::Identifier)) {
        let mut in_word = false;
        for window in windows(body) {
            let alphanumeric = window[0].is_some_and(char::is_alphanumeric);
            if alphanumeric && !in_word {
                long_word_key(window).into_iter().for_each(&mut note);
            }
            in_word = alphanumeric;
        }
    }
}

/// A character and those behind it.
type Window = [Option<char>; 4];

/// Every character with the three behind it.
fn windows(body: &str) -> impl Iterator<Item = Window> {
    let mut chars = body.chars();
    let (mut a, mut b, mut c) = (chars.next(), chars.next(), chars.next());
    std::iter::from_fn(move || {
        let window = [Some(a?), b, c, chars.next()];
        (a, b, c) = (b, c, window[3]);
        Some(window)
    })
}

fn gram_of([a, b, c, _]: Window) -> Key {
    let [a, b, c] = [a, b, c].map(|c| c.map_or(0, code));
    gram(a, b, c)
}

/// The beginning of a word that has four characters, or more.
fn long_word_key(window: Window) -> Option<Key> {
    let [a, b, c, d] = window;
    let chars = [a?, b?, c?, d?].map(|c| code(c) & 0xffff);
    let word = chars.into_iter().fold(0, |word, c| word << 16 | c);
    Some(LONG_WORD | word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32)
}

fn code(c: char) -> u64 {
    u64::from(u32::from(c))
}

fn digit_keys(digits: &str, note: &mut impl FnMut(Key)) {
    let bytes = digits.as_bytes();
    note(digit_key(FIRST_DIGITS, &bytes[..bytes.len().min(DIGIT_WINDOW)], NO_DIGIT));
    for start in 0..bytes.len() {
        note(digit_key(DIGITS, &bytes[start..bytes.len().min(start + DIGIT_WINDOW)], NO_DIGIT));
    }
}

fn digit_key(plane: u64, digits: &[u8], missing: u64) -> Key {
    plane
        | (0..DIGIT_WINDOW).fold(0, |key, at| key << 4 | digits.get(at).map_or(missing, |digit| u64::from(digit & 0xf)))
}

/// Of what is needed, which part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// What a closer rank needs beyond what every match has.
    Beyond,
}

/// What a contact must have noted to match `filter`.
pub fn need(filter: &Filter) -> Need {
    let mut all = texts_need(filter, Rank::Within, Part::Whole);
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

/// What of its texts a match of at most this rank must have noted beyond [`need`].
pub fn need_beyond(filter: &Filter, rank: Rank) -> Need {
    flatten(texts_need(filter, rank, Part::Beyond))
}

fn texts_need(filter: &Filter, rank: Rank, part: Part) -> Vec<Need> {
    let rank = if filter.exact { Rank::Exact } else { rank };
    let mut all = vec![words_need(filter, rank, part)];
    all.extend(filter.name.as_deref().map(|name| text_need(&fold(name), rank, part)));
    all.extend(filter.email.as_deref().map(|email| text_need(&fold(email), rank, part)));
    all.extend(filter.phone.as_deref().map(|phone| match PhoneQuery::new(phone) {
        Some(query) => phone_need(&query, phone_rank(filter, rank), part),
        None => Need::Nothing,
    }));
    all
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

fn words_need(filter: &Filter, rank: Rank, part: Part) -> Need {
    if filter.words.len() > 1 && rank <= Rank::Prefix && !filter.exact {
        return text_need(&phrase(filter), rank, part);
    }
    flatten(filter.words.iter().map(|word| word_need(word, rank, phone_rank(filter, rank), part)).collect())
}

/// The words of a filter as one phrase.
pub fn phrase(filter: &Filter) -> String {
    filter.words.iter().map(Word::folded).collect::<Vec<_>>().join(" ")
}

/// Equality of phone numbers is wider than equality of digits, so that `--exact` is looked up by what every match holds.
fn phone_rank(filter: &Filter, rank: Rank) -> Rank {
    if filter.exact { Rank::Within } else { rank }
}

fn word_need(word: &Word, rank: Rank, phone_rank: Rank, part: Part) -> Need {
    let text = text_need(word.folded(), rank, part);
    match (word.phone(), text) {
        (None, text) => text,
        (Some(_), Need::Anything) => Need::Anything,
        (Some(phone), text) => Need::Any(vec![text, phone_need(phone, phone_rank, part)]),
    }
}

fn text_need(folded: &str, rank: Rank, part: Part) -> Need {
    let chars: Vec<u64> = folded.chars().map(code).collect();
    let Some(&first) = chars.first() else {
        return Need::Anything;
    };
    let within = match chars.get(1) {
        None => Need::Range(gram(first, 0, 0), gram(first, 0xffff, 0xffff)),
        Some(second) if chars.len() == 2 => Need::Range(gram(first, *second, 0), gram(first, *second, 0xffff)),
        Some(_) => {
            let mut windows: Vec<_> = chars.windows(3).map(|w| Need::Key(gram(w[0], w[1], w[2]))).collect();
            if windows.len() > MOST_WINDOWS {
                windows.drain(MOST_WINDOWS / 2..windows.len() - MOST_WINDOWS / 2);
            }
            Need::All(windows)
        }
    };
    let start = |mark: u64| {
        let start = start_need(mark, folded);
        match part {
            // Three characters say all; of more, the rest must occur too.
            Part::Whole if chars.len() > 3 => flatten(vec![start, within.clone()]),
            // Where words meet in a phrase; the words themselves every match has.
            Part::Beyond if chars.len() > 3 => {
                let meeting = chars.windows(3).filter(|window| window.contains(&code(' '))).take(MOST_WINDOWS);
                let meeting = meeting.map(|w| Need::Key(gram(w[0], w[1], w[2])));
                flatten(std::iter::once(start).chain(meeting).collect())
            }
            Part::Whole | Part::Beyond => start,
        }
    };
    match rank {
        Rank::Within if part == Part::Beyond => Need::Anything,
        Rank::Within => within,
        // A word begins with a letter or digit; anything else can only be the beginning of a field.
        Rank::WordStart if folded.starts_with(char::is_alphanumeric) => start(WORD_START),
        Rank::WordStart | Rank::Prefix => start(FIELD_START),
        Rank::Exact => Need::Key(whole_key(folded)),
    }
}

fn start_need(mark: u64, folded: &str) -> Need {
    let mut chars = folded.chars();
    let chars = [chars.next(), chars.next(), chars.next(), chars.next()];
    let first = start_key(mark, chars);
    match chars {
        [_, None, ..] => Need::Range(first, first | 0x1f_ffff),
        [_, _, None, _] => Need::Range(first, first | 0x3ff),
        _ if mark == WORD_START => Need::Key(long_word_key(chars).unwrap_or(first)),
        _ => Need::Key(first),
    }
}

fn phone_need(query: &PhoneQuery, rank: Rank, part: Part) -> Need {
    let tail = query.tail().as_bytes();
    let within = if tail.len() < DIGIT_WINDOW {
        Need::Range(digit_key(DIGITS, tail, 0), digit_key(DIGITS, tail, NO_DIGIT))
    } else {
        Need::All(tail.windows(DIGIT_WINDOW).map(|window| Need::Key(digit_key(DIGITS, window, NO_DIGIT))).collect())
    };
    let within = if part == Part::Beyond { Need::Anything } else { within };
    match rank {
        Rank::Within => within,
        Rank::WordStart => {
            let last = &tail[tail.len().saturating_sub(DIGIT_WINDOW - 1)..];
            let end = flatten(vec![Need::Key(digit_key(DIGITS, last, NO_DIGIT)), within]);
            // A number that begins with what was asked matches even closer.
            Need::Any(vec![end, phone_need(query, Rank::Prefix, part)])
        }
        Rank::Prefix => {
            let digits = query.digits().as_bytes();
            let first = &digits[..digits.len().min(DIGIT_WINDOW)];
            let (least, most) = (digit_key(FIRST_DIGITS, first, 0), digit_key(FIRST_DIGITS, first, NO_DIGIT));
            let start = if least == most { Need::Key(least) } else { Need::Range(least, most) };
            flatten(vec![start, within])
        }
        Rank::Exact => Need::Key(whole_key(query.digits())),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_same_for_ever_and_tells_near_texts_apart() {
        assert_eq!(hash(b""), 9_493_449_228_309_615_441);
        assert_eq!(hash(b"vip"), 6_032_866_617_238_308_724);
        let near: std::collections::HashSet<_> =
            (0..20_000u32).map(|n| hash(format!("{{\"name\":\"Ann {n}\"}}").as_bytes())).collect();
        assert_eq!(near.len(), 20_000);
        assert_ne!(hash(b"a"), hash(b"a\0"));
    }
}
