//! Lists in replies, handed on element by element: no page of anything is held.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::de::Read;

use super::lenient::Scalar;

/// Reads a reply in one pass: the elements of its list called `list` go to `each` one by one, what else it holds becomes
/// `T`. Also says whether the list was there.
///
/// An element that `each` refuses, in words, ends it as broken JSON does.
pub fn parse_list<'b, E: Deserialize<'b>, T: Deserialize<'b>>(
    body: &'b [u8],
    list: &'static str,
    each: &mut dyn FnMut(E) -> Result<(), &'static str>,
) -> Result<(T, bool), serde_json::Error> {
    fn read<'b, R: Read<'b>, E: Deserialize<'b>, T: Deserialize<'b>>(
        mut reader: serde_json::Deserializer<R>,
        mut apart: Apart<'_, E>,
    ) -> Result<(T, bool), serde_json::Error> {
        let rest = reader.deserialize_map(Envelope { apart: &mut apart, rest: PhantomData })?;
        reader.end()?;
        Ok((rest, apart.there))
    }
    let apart = Apart { list, each, there: false };
    match std::str::from_utf8(body) {
        Ok(text) => read(serde_json::Deserializer::from_str(text), apart),
        Err(_) => read(serde_json::Deserializer::from_slice(body), apart),
    }
}

/// A list that is taken apart from the object around it.
struct Apart<'e, E> {
    list: &'static str,
    each: &'e mut dyn FnMut(E) -> Result<(), &'static str>,
    there: bool,
}

/// Reads an object but for one list.
struct Envelope<'e, 'a, E, T> {
    apart: &'e mut Apart<'a, E>,
    rest: PhantomData<T>,
}

impl<'de, E: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for Envelope<'_, '_, E, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(Rest { map, apart: self.apart }))
    }
}

/// The entries of an object but for one list.
struct Rest<'e, 'a, A, E> {
    map: A,
    apart: &'e mut Apart<'a, E>,
}

impl<'de, A: MapAccess<'de>, E: Deserialize<'de>> MapAccess<'de> for Rest<'_, '_, A, E> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Scalar(key)) = self.map.next_key()? {
            let key = key.unwrap_or_default();
            if key != self.apart.list {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            if self.apart.there {
                return Err(serde::de::Error::custom("there are two lists"));
            }
            self.apart.there = self.map.next_value_seed(Elements(self.apart))?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// The list's elements; says whether there is a list.
struct Elements<'e, 'a, E>(&'e mut Apart<'a, E>);

impl<'de, E: Deserialize<'de>> DeserializeSeed<'de> for Elements<'_, '_, E> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Deserialize<'de>> Visitor<'de> for Elements<'_, '_, E> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<D>(self) -> Result<bool, D> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.0.each)(element).map_err(serde::de::Error::custom)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    struct Envelope {
        total: Option<u64>,
        success: Option<bool>,
    }

    #[test]
    fn a_list_is_taken_apart_from_what_is_around_it() {
        let read = |body: &str| {
            let mut taken = Vec::new();
            let result = parse_list::<_, Envelope>(body.as_bytes(), "rows", &mut |row: u64| {
                taken.push(row);
                if row == 13 { Err("thirteen is refused") } else { Ok(()) }
            });
            (result.map_err(|error| error.to_string()), taken)
        };
        let whole = Envelope { total: Some(2), success: Some(true) };
        for body in [
            r#"{"total":2,"rows":[7,8],"other":[{"rows":[1]}],"success":true}"#,
            r#"{"r\u006fws":[7,8],"success":true,"total":2}"#,
        ] {
            let (result, taken) = read(body);
            assert_eq!((result, taken), (Ok((Envelope { ..whole }, true)), vec![7, 8]), "{body}");
        }
        for body in [r#"{"total":2,"success":true}"#, r#"{"rows":null,"total":2,"success":true}"#] {
            assert_eq!(read(body), (Ok((Envelope { ..whole }, false)), vec![]), "{body}");
        }
        for (body, part) in [
            (r#"{"rows":[7,13,8]}"#, "thirteen is refused"),
            (r#"{"rows":[7],"rows":[8]}"#, "two lists"),
            (r#"{"rows":{"a":1}}"#, "expected a list"),
            (r#"{"rows":[7,"x"]}"#, "expected u64"),
            (r#"{"rows":[7]} x"#, "trailing characters"),
            ("[]", "an object"),
        ] {
            let message = read(body).0.unwrap_err();
            assert!(message.contains(part), "{body}: {message}");
        }
    }
}
