//! JSON as vendors mostly write it, read several times as fast as serde reads it: what an export of a million contacts spends its
//! time on.
//!
//! Objects, lists, plain strings and the words `true`, `false` and `null` are read by hand, by the rules of [`super::lenient`]. Of
//! any other value serde is asked, so that it means the same. `None` is no failure: serde reads the reply then, and says what is
//! wrong with it.

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::{RawJson, Text, Time};

use super::lenient::{Count, CustomFields, Either, Flag, Made, Moment, Object, Scalar};

/// Where a reply has been read to.
pub struct Scanner<'b> {
    text: &'b str,
    at: usize,
}

/// What can be read by hand, where it stands: a channel that is handed up through four calls is copied four times.
pub trait Scan<'b>: Default {
    /// Reads the value that comes next into a default.
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()>;
}

/// An object whose entries are read by hand. `seen` has a bit for each key that came: one that comes twice is left to serde.
pub trait Entries<'b>: Default {
    /// Reads the entries that come next, as far as they come in the order of the declaration; some may be missing. Says whether
    /// more follow.
    fn in_order(&mut self, seen: &mut u32, scanner: &mut Scanner<'b>) -> Option<bool>;

    /// Reads the value of `key` if it is of this object, and says whether it is.
    fn entry(&mut self, key: &str, seen: &mut u32, scanner: &mut Scanner<'b>) -> Option<bool>;
}

/// Takes the elements of a list one after the other.
pub trait Elements<'b> {
    /// An element.
    type Element: Scan<'b>;

    /// What the next element is read into, as empty as a default; memory that is done with may serve again.
    fn fresh(&mut self) -> Self::Element;

    /// Takes the element that was read, and the JSON that it was read from.
    fn take(&mut self, element: Self::Element, json: &'b str) -> Option<()>;
}

/// As [`parse_list`](super::listed::parse_list), of a reply that is UTF-8.
pub fn scan_list<'b, T: Entries<'b>>(text: &'b str, list: &str, elements: &mut impl Elements<'b>) -> Option<(T, bool)> {
    let scanner = &mut Scanner { text, at: 0 };
    let (mut rest, mut seen, mut there) = (T::default(), 0, None);
    scanner.object(|scanner, key| {
        if key != list {
            return if rest.entry(key, &mut seen, scanner)? { Some(()) } else { scanner.skip() };
        }
        if there.is_some() {
            return None;
        }
        there = Some(!scanner.word("null"));
        if there == Some(false) {
            return Some(());
        }
        scanner.list(|scanner| {
            let mut element = elements.fresh();
            let json = scanner.spanned(|scanner| element.scan(scanner))?;
            elements.take(element, json)
        })
    })?;
    scanner.peek().is_none().then_some((rest, there.unwrap_or(false)))
}

impl<'b> Scanner<'b> {
    /// The first byte of what comes next.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let b' ' | b'\n' | b'\r' | b'\t' = bytes.get(self.at)? {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Reads `byte`, if it comes next.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Reads `word`, if it comes next.
    #[inline]
    fn word(&mut self, word: &str) -> bool {
        _ = self.peek();
        self.exactly(word)
    }

    /// Reads a string that stands as it is; any other, and what is no string, is not touched.
    #[inline]
    fn plain(&mut self) -> Option<&'b str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = start + plain_length(self.text.as_bytes().get(start..)?)?;
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Reads a string that is a time as JavaScript writes it, if it is one.
    #[inline]
    fn time(&mut self) -> Option<Time> {
        let string = self.text.as_bytes().get(self.at..)?.first_chunk::<26>()?;
        let [b'"', text @ .., b'"'] = string else { return None };
        let time = Time::from_javascript(text)?;
        self.at += string.len();
        Some(time)
    }

    /// Reads an object; `entry` reads the value of each key.
    fn object(&mut self, mut entry: impl FnMut(&mut Self, &'b str) -> Option<()>) -> Option<()> {
        if !self.take(b'{') {
            return None;
        }
        if self.take(b'}') {
            return Some(());
        }
        loop {
            let key = self.key()?;
            entry(self, key)?;
            if !self.goes_on()? {
                return Some(());
            }
        }
    }

    /// Reads any key.
    fn key(&mut self) -> Option<&'b str> {
        let key = self.plain()?;
        self.take(b':').then_some(key)
    }

    /// Reads a key in quotes with its colon, if just that comes next.
    #[inline]
    pub fn exactly(&mut self, key: &str) -> bool {
        let there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(key.as_bytes()));
        self.at += if there { key.len() } else { 0 };
        there
    }

    /// Reads what stands behind an entry of an object, and says whether another follows.
    #[inline]
    pub fn goes_on(&mut self) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            b'}' => Some(false),
            _ => None,
        }
    }

    /// Reads a list; `element` reads each of its elements.
    fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if !self.take(b'[') {
            return None;
        }
        if self.take(b']') {
            return Some(());
        }
        loop {
            element(self)?;
            if !self.take(b',') {
                return self.take(b']').then_some(());
            }
        }
    }

    /// The JSON of the value that `read` reads.
    fn spanned(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'b str> {
        self.peek()?;
        let start = self.at;
        read(self)?;
        self.text.get(start..self.at)
    }

    /// Reads past any value.
    fn skip(&mut self) -> Option<()> {
        if self.plain().is_some() { Some(()) } else { self.general::<serde::de::IgnoredAny>().map(drop) }
    }

    /// Reads any value as serde does.
    fn general<T: Deserialize<'b>>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.text.get(self.at..)?).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }
}

/// How long the string is whose inside `bytes` begins with, if it stands as it is: neither escape nor control character.
#[inline]
fn plain_length(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*eight);
        // A byte's high bit is set where it is the byte looked for; above the first such it may be set wrongly.
        let equal = |byte: u8| {
            let differing = word ^ (ONES * u64::from(byte));
            differing.wrapping_sub(ONES) & !differing
        };
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let ends = (equal(b'"') | equal(b'\\') | control) & HIGH;
        if ends != 0 {
            at += (ends.trailing_zeros() / 8) as usize;
            return (bytes[at] == b'"').then_some(at);
        }
        at += 8;
    }
    let end = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    (bytes[at + end] == b'"').then_some(at + end)
}

/// Reads an object; entries of other keys are passed over.
pub fn scan_entries<'b>(made: &mut impl Entries<'b>, scanner: &mut Scanner<'b>) -> Option<()> {
    if !scanner.take(b'{') {
        return None;
    }
    if scanner.take(b'}') {
        return Some(());
    }
    let mut seen = 0;
    while made.in_order(&mut seen, scanner)? {
        let key = scanner.key()?;
        if !made.entry(key, &mut seen, scanner)? {
            scanner.skip()?;
        }
        if !scanner.goes_on()? {
            break;
        }
    }
    Some(())
}

/// Takes note that a key came, by its bit; it must not have come before.
pub fn once(seen: &mut u32, bit: u32) -> Option<()> {
    let first = *seen & (1 << bit) == 0;
    *seen |= 1 << bit;
    first.then_some(())
}

impl<'b> Scan<'b> for Scalar<'b> {
    #[inline]
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        match scanner.plain() {
            Some(text) => self.0 = Some(Cow::Borrowed(text)),
            None => *self = scanner.general()?,
        }
        Some(())
    }
}

impl<'b> Scan<'b> for Flag {
    #[inline]
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if scanner.word("true") {
            self.0 = Some(true);
        } else if scanner.word("false") {
            self.0 = Some(false);
        } else {
            *self = scanner.general()?;
        }
        Some(())
    }
}

impl<'b> Scan<'b> for Count {
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        *self = scanner.general()?;
        Some(())
    }
}

impl<'b> Scan<'b> for Moment {
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if let Some(time) = scanner.time() {
            self.0 = Some(time);
        } else if let Some(text) = scanner.plain() {
            *self = Self::of_text(text);
        } else {
            *self = scanner.general()?;
        }
        Some(())
    }
}

impl<'b, T: Scan<'b> + Deserialize<'b>> Scan<'b> for Object<T> {
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if scanner.peek() == Some(b'{') {
            return self.0.insert(T::default()).scan(scanner);
        }
        *self = scanner.general()?;
        Some(())
    }
}

impl<'b, T: Scan<'b> + Deserialize<'b>> Scan<'b> for Either<'b, T> {
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if scanner.peek() == Some(b'{') {
            let mut object = T::default();
            object.scan(scanner)?;
            *self = Self::Object(object);
        } else if let Some(text) = scanner.plain() {
            *self = Self::Plain(Cow::Borrowed(text));
        } else {
            *self = scanner.general()?;
        }
        Some(())
    }
}

impl<'b, W: Scan<'b> + Deserialize<'b>, M> Scan<'b> for Made<W, M>
where
    Option<M>: From<W>,
{
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if scanner.peek() != Some(b'[') {
            *self = scanner.general()?;
            return Some(());
        }
        scanner.list(|scanner| {
            let mut element = W::default();
            element.scan(scanner)?;
            self.make(element);
            Some(())
        })
    }
}

impl<'b> Scan<'b> for CustomFields {
    fn scan(&mut self, scanner: &mut Scanner<'b>) -> Option<()> {
        if scanner.peek() != Some(b'{') {
            *self = scanner.general()?;
            return Some(());
        }
        let fields = &mut self.0;
        scanner.object(|scanner, name| {
            let value = RawJson::of_read(scanner.spanned(Scanner::skip)?);
            if fields.capacity() == 0 {
                fields.reserve_exact(1);
            }
            fields.push((Text::from(name), value));
            Some(())
        })
    }
}

/// Declares objects of a vendor's JSON, once for serde and once to be read by hand: `"key" => field: Type`, each of a type that
/// forgives. The lifetime in front is that of the reply. An object is read fastest whose entries come in the order of its fields.
macro_rules! wire {
    ($life:lifetime: $($(#[$doc:meta])* $visible:vis struct $name:ident $(<$own:lifetime>)? {
        $($(#[$note:meta])* $key:literal => $field:ident: $kind:ty,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Default, serde::Deserialize)]
            #[serde(default)]
            $visible struct $name $(<$own>)? {
                $($(#[$note])* #[serde(rename = $key)] pub $field: $kind,)*
            }

            const _: () = {
            #[expect(non_camel_case_types, reason = "named as the fields are")]
            enum Bit { $($field,)* }

            impl<$life> crate::vendor::scan::Entries<$life> for $name $(<$own>)? {
                fn in_order(
                    &mut self,
                    seen: &mut u32,
                    scanner: &mut crate::vendor::scan::Scanner<$life>,
                ) -> Option<bool> {
                    $(if scanner.exactly(concat!("\"", $key, "\":")) {
                        crate::vendor::scan::once(seen, Bit::$field as u32)?;
                        crate::vendor::scan::Scan::scan(&mut self.$field, scanner)?;
                        if !scanner.goes_on()? {
                            return Some(false);
                        }
                    })*
                    Some(true)
                }

                fn entry(
                    &mut self,
                    key: &str,
                    seen: &mut u32,
                    scanner: &mut crate::vendor::scan::Scanner<$life>,
                ) -> Option<bool> {
                    match key {
                        $($key => {
                            crate::vendor::scan::once(seen, Bit::$field as u32)?;
                            crate::vendor::scan::Scan::scan(&mut self.$field, scanner)?;
                        })*
                        _ => return Some(false),
                    }
                    Some(true)
                }
            }

            impl<$life> crate::vendor::scan::Scan<$life> for $name $(<$own>)? {
                fn scan(&mut self, scanner: &mut crate::vendor::scan::Scanner<$life>) -> Option<()> {
                    crate::vendor::scan::scan_entries(self, scanner)
                }
            }
            };
        )*
    };
}

pub(super) use wire;
