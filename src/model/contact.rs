//! The contact, as every output shows it. The order of the fields is the order in JSON.

use serde::{Deserialize, Serialize};

use super::{Channel, RawJson, Text, Time};

/// A person or a visitor as one vendor knows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The profile it was read with.
    pub profile: Text,
    /// The vendor's name, as `rocketchat`.
    pub vendor: Text,
    /// The vendor's id, opaque.
    pub id: Text,
    /// The full name.
    pub name: Option<Text>,
    /// Every e-mail address, in the vendor's order.
    pub emails: Vec<Email>,
    /// Every phone number, in the vendor's order.
    pub phones: Vec<Phone>,
    /// Every channel, in the vendor's order; empty as well when channels were not asked for.
    pub channels: Vec<Channel>,
    /// The company's name.
    pub company: Option<Text>,
    /// Where the contact is.
    pub location: Location,
    /// The language or locale, as the vendor writes it.
    pub language: Option<Text>,
    /// The time zone, as the vendor writes it.
    pub timezone: Option<Text>,
    /// The customer's own key for the contact.
    pub identifier: Option<Text>,
    /// Labels or tags, by name.
    pub labels: Vec<Text>,
    /// Custom fields or attributes, by name, in the vendor's order.
    #[serde(with = "custom_fields")]
    pub custom_fields: Vec<(Text, RawJson)>,
    /// Whether the contact is blocked; `None` where the vendor does not say.
    pub blocked: Option<bool>,
    /// Whether the contact is unknown (not yet identified); `None` where the vendor does not say.
    pub unknown: Option<bool>,
    /// The person who looks after the contact.
    pub manager: Option<Manager>,
    /// A picture.
    pub avatar_url: Option<Text>,
    /// When the contact was created.
    pub created_at: Option<Time>,
    /// When the contact's data last changed.
    pub updated_at: Option<Time>,
    /// When the contact was last active.
    pub last_activity_at: Option<Time>,
    /// The vendor's own object, only under `--raw`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<RawJson>,
}

impl Contact {
    /// A contact of which only profile, vendor and id are known.
    pub fn new(profile: &str, vendor: &str, id: impl Into<Text>) -> Self {
        Self { profile: profile.into(), vendor: vendor.into(), id: id.into(), ..Self::default() }
    }
}

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Email {
    /// The address as stored.
    pub address: Text,
    /// Whether the vendor verified it; `None` where it does not say.
    pub verified: Option<bool>,
}

/// A phone number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phone {
    /// The number as stored, free text on some vendors.
    pub number: Text,
    /// The number in E.164, where it can be told ([`super::phone::e164`]).
    pub e164: Option<Text>,
}

/// Where a contact is, as far as the vendor says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// The city's name.
    pub city: Option<Text>,
    /// The state's or region's name.
    pub state: Option<Text>,
    /// The country's name.
    pub country: Option<Text>,
    /// The country's ISO 3166-1 alpha-2 code.
    pub country_code: Option<Text>,
}

/// The person who looks after a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manager {
    /// The user's id.
    pub id: Option<Text>,
    /// The full name.
    pub name: Option<Text>,
    /// The user name.
    pub username: Option<Text>,
}

/// Custom fields are a map in JSON and keep their order here.
mod custom_fields {
    use std::fmt;

    use serde::de::{Deserializer, MapAccess, Visitor};
    use serde::ser::Serializer;

    use super::{RawJson, Text};

    pub fn serialize<S: Serializer>(fields: &[(Text, RawJson)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(Text, RawJson)>, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(Text, RawJson)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
