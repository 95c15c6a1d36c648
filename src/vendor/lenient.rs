//! Types that forgive what varies in vendors' JSON: a value of the wrong type is an absent value, never a failure.
//!
//! They borrow from the reply where they can. Use them with `#[serde(default, borrow)]`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{RawJson, Text, Time};

/// Numbers from here on are milliseconds, below it seconds since the Unix epoch (in seconds it is the year 5138).
const MILLISECONDS: i64 = 100_000_000_000;

/// The visitor's methods for types of value that mean nothing to it: read past them, give the default.
macro_rules! otherwise_absent {
    ($($kind:ident)*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        $(otherwise_absent!(@ $kind);)*
    };
    (@ bool) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@ number) => {
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@ text) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@ list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@ map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

/// Text that may come as a string, a number or a boolean; anything else is no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scalar<'a>(pub Option<Cow<'a, str>>);

impl Scalar<'_> {
    /// The text as it came, unless it is blank.
    pub fn text(&self) -> Option<Text> {
        self.as_str().map(Text::from)
    }

    /// The text as it came, unless it is blank.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !is_blank(text))
    }
}

/// Whether there is nothing but white space; most texts tell by their first character.
pub fn is_blank(text: &str) -> bool {
    text.bytes().next().is_none_or(|first| !first.is_ascii_graphic() && text.trim().is_empty())
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Self)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Option<Cow<'de, str>>;

    otherwise_absent!(list map);

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(if flag { "true" } else { "false" })))
    }
}

/// A whole number that may come as text; anything else is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count(pub Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(ScalarVisitor)?;
        Ok(Self(text.and_then(|text| text.trim().parse().ok())))
    }
}

/// A yes or no that may come as a boolean, as `"true"`, or as 1 and 0; anything else is neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(ScalarVisitor)?;
        Ok(Self(match text.as_deref() {
            Some("true" | "1" | "True") => Some(true),
            Some("false" | "0" | "False") => Some(false),
            _ => None,
        }))
    }
}

/// A point in time that may come as RFC 3339, or as seconds or milliseconds since the Unix epoch, as number or text;
/// zero and anything else is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Time>);

impl Moment {
    /// What `text` means.
    pub fn of_text(text: &str) -> Self {
        Self(Time::parse(text).or_else(|| unix(text.trim().parse().ok()?)))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MomentVisitor;
        impl<'de> Visitor<'de> for MomentVisitor {
            type Value = Option<Time>;

            otherwise_absent!(bool list map);

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Moment::of_text(text).0)
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(i64::try_from(number).ok().and_then(unix))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(unix(number))
            }

            #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is dropped; `as` saturates")]
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(unix(number as i64))
            }
        }
        deserializer.deserialize_any(MomentVisitor).map(Self)
    }
}

fn unix(number: i64) -> Option<Time> {
    match number {
        0 => None,
        n if n.unsigned_abs() >= MILLISECONDS.unsigned_abs() => Time::from_unix_millis(n),
        n => Time::from_unix_seconds(n),
    }
}

/// An object; anything else is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<T>(pub Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Option<T>;

            otherwise_absent!(bool number text list);

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Some)
            }
        }
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

/// What a vendor writes now as an object, now as a mere text (`{"address": "a@b.c"}` or `"a@b.c"`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Either<'a, T> {
    /// A text or a number.
    Plain(Cow<'a, str>),
    /// An object.
    Object(T),
    /// Anything else.
    #[default]
    Absent,
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Either<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherVisitor<'a, T>(PhantomData<(&'a str, T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for EitherVisitor<'a, T> {
            type Value = Either<'a, T>;

            otherwise_absent!(bool list);

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Either::Plain(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Either::Plain(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Either::Plain(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Either::Plain(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Either::Plain(Cow::Owned(number.to_string())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Either::Object)
            }
        }
        deserializer.deserialize_any(EitherVisitor(PhantomData))
    }
}

/// A list; anything else is an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = Vec<T>;

            otherwise_absent!(bool number text map);

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element()? {
                    list.push(element);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_any(ListVisitor(PhantomData)).map(Self)
    }
}

/// A list whose elements are read as `W` and kept as what becomes of them, each as soon as it is read; those of which nothing
/// becomes are left out. Anything but a list is an empty one.
pub struct Made<W, M>(pub Vec<M>, PhantomData<W>);

impl<W, M> Default for Made<W, M> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<W, M> Made<W, M> {
    /// An empty list in the memory of another.
    pub fn within(mut memory: Vec<M>) -> Self {
        memory.clear();
        Self(memory, PhantomData)
    }
}

impl<W, M> Made<W, M>
where
    Option<M>: From<W>,
{
    /// Keeps what becomes of `element`.
    pub fn make(&mut self, element: W) {
        if let Some(made) = Option::<M>::from(element) {
            // Most lists are short: room for four is what exports would spend their time on.
            if self.0.capacity() == 0 {
                self.0.reserve_exact(2);
            }
            self.0.push(made);
        }
    }
}

impl<'de, W: Deserialize<'de>, M> Deserialize<'de> for Made<W, M>
where
    Option<M>: From<W>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MadeVisitor<W, M>(PhantomData<(W, M)>);
        impl<'de, W: Deserialize<'de>, M> Visitor<'de> for MadeVisitor<W, M>
        where
            Option<M>: From<W>,
        {
            type Value = Made<W, M>;

            otherwise_absent!(bool number text map);

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Made::default();
                while let Some(element) = seq.next_element()? {
                    list.make(element);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_any(MadeVisitor(PhantomData))
    }
}

/// An object of arbitrary values in its order, as the model keeps custom fields; anything else is an empty one.
#[derive(Debug, Default)]
pub struct CustomFields(pub Vec<(Text, RawJson)>);

impl CustomFields {
    /// No fields yet, in the memory of others.
    pub fn within(mut memory: Vec<(Text, RawJson)>) -> Self {
        memory.clear();
        Self(memory)
    }
}

impl<'de> Deserialize<'de> for CustomFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Vec<(Text, RawJson)>;

            otherwise_absent!(bool number text list);

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Scalar(name)) = map.next_key()? {
                    let value: &RawValue = map.next_value()?;
                    fields.reserve_exact(usize::from(fields.is_empty()));
                    fields.push((Text::from(name.unwrap_or_default()), RawJson::new(value)));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_any(FieldsVisitor).map(Self)
    }
}

/// An object of arbitrary values in its order; anything else is an empty one.
#[derive(Debug, Default)]
pub struct Fields<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            otherwise_absent!(bool number text list);

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Scalar(name)) = map.next_key()? {
                    fields.push((name.unwrap_or_default(), map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_any(FieldsVisitor).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Option<String> {
        serde_json::from_str::<Scalar<'_>>(json).unwrap().0.map(Cow::into_owned)
    }

    #[test]
    fn scalars_of_any_type() {
        for (json, text) in [
            ("\"a\"", Some("a")),
            ("\"a\\n\"", Some("a\n")),
            ("12100000000000001", Some("12100000000000001")),
            ("-1", Some("-1")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            ("null", None),
            ("[1,[2]]", None),
            ("{\"a\":{}}", None),
        ] {
            assert_eq!(scalar(json).as_deref(), text, "{json}");
        }
        assert_eq!(serde_json::from_str::<Scalar<'_>>("\"  \"").unwrap().text(), None);
    }

    #[test]
    fn flags_and_moments_of_any_type() {
        let flag = |json: &str| serde_json::from_str::<Flag>(json).unwrap().0;
        assert_eq!(["true", "\"true\"", "1"].map(flag), [Some(true); 3]);
        assert_eq!(["false", "\"false\"", "0"].map(flag), [Some(false); 3]);
        assert_eq!(["null", "\"yes\"", "[]", "{}"].map(flag), [None; 4]);
        let moment = |json: &str| serde_json::from_str::<Moment>(json).unwrap().0.map(|time| time.to_string());
        assert_eq!(moment("\"2024-11-19T00:53:05.468Z\"").as_deref(), Some("2024-11-19T00:53:05.468Z"));
        for json in ["1765441908", "\"1765441908\"", "1765441908.9"] {
            assert_eq!(moment(json).as_deref(), Some("2025-12-11T08:31:48Z"), "{json}");
        }
        assert_eq!(moment("1765441908123").as_deref(), Some("2025-12-11T08:31:48.123Z"));
        for json in ["null", "0", "\"\"", "\"soon\"", "{\"$date\":1}", "[1]", "true"] {
            assert_eq!(moment(json), None, "{json}");
        }
    }

    #[test]
    fn lists_and_objects_of_the_wrong_type_are_empty() {
        let count = |json: &str| serde_json::from_str::<Count>(json).unwrap().0;
        assert_eq!(["7", "\"7\"", "-1", "null", "[]"].map(count), [Some(7), Some(7), None, None, None]);
        for json in ["null", "1", "\"x\"", "{}", "true"] {
            assert_eq!(serde_json::from_str::<List<Scalar<'_>>>(json).unwrap(), List::default(), "{json}");
        }
        for json in ["null", "1", "\"x\"", "[]", "true"] {
            assert_eq!(serde_json::from_str::<Object<Vec<u8>>>(json).unwrap(), Object(None), "{json}");
            assert!(serde_json::from_str::<Fields<'_>>(json).unwrap().0.is_empty(), "{json}");
            assert!(serde_json::from_str::<CustomFields>(json).unwrap().0.is_empty(), "{json}");
        }
        let fields: Fields<'_> = serde_json::from_str("{\"b\\u0041\":{\"x\":[1.0]},\"a\":null}").unwrap();
        let fields: Vec<_> = fields.0.into_iter().map(|(name, value)| (name.into_owned(), value.get())).collect();
        assert_eq!(fields, [("bA".to_owned(), "{\"x\":[1.0]}"), ("a".to_owned(), "null")]);
    }
}
