//! What can be rendered: contacts, channels with their contact, and rows of the program's own lists.

use serde_json::Value;

use crate::model::{Channel, Contact, Text};

use super::{Cell, contact, json};

/// Something that is one object in JSON and one row in a table.
pub trait Record {
    /// Appends the record as one JSON object on one line.
    fn write_json(&self, out: &mut Vec<u8>);

    /// The value under a column, by the column's path; empty where there is none.
    fn cell(&self, column: &str) -> Cell<'_>;

    /// What a person should notice about the record.
    fn mark(&self) -> Mark {
        Mark::None
    }
}

/// What a person should notice about a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// The contact or channel is blocked.
    Blocked,
    /// The contact is not yet identified.
    Unknown,
}

impl Record for Contact {
    fn write_json(&self, out: &mut Vec<u8>) {
        json::write_contact(self, out);
    }

    fn cell(&self, column: &str) -> Cell<'_> {
        contact::cell(self, column)
    }

    fn mark(&self) -> Mark {
        match (self.blocked, self.unknown) {
            (Some(true), _) => Mark::Blocked,
            (_, Some(true)) => Mark::Unknown,
            _ => Mark::None,
        }
    }
}

/// A channel together with the contact it belongs to, as `channels` lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRow {
    /// The profile it was read with.
    pub profile: Text,
    /// The vendor's name, as `rocketchat`.
    pub vendor: Text,
    /// The contact's id.
    pub contact_id: Text,
    /// The contact's name.
    pub contact_name: Option<Text>,
    /// The channel.
    pub channel: Channel,
}

impl ChannelRow {
    /// A row for every channel of `contact`.
    pub fn of(contact: &Contact) -> impl Iterator<Item = Self> + '_ {
        contact.channels.iter().map(|channel| Self {
            profile: contact.profile.clone(),
            vendor: contact.vendor.clone(),
            contact_id: contact.id.clone(),
            contact_name: contact.name.clone(),
            channel: channel.clone(),
        })
    }
}

impl Record for ChannelRow {
    fn write_json(&self, out: &mut Vec<u8>) {
        json::write_channel_row(self, out);
    }

    fn cell(&self, column: &str) -> Cell<'_> {
        match column {
            "profile" => Cell::text(&self.profile),
            "vendor" => Cell::text(&self.vendor),
            "contact_id" => Cell::text(&self.contact_id),
            "contact_name" => Cell::optional(self.contact_name.as_ref()),
            _ => contact::channel_cell(&self.channel, column),
        }
    }

    fn mark(&self) -> Mark {
        if self.channel.blocked == Some(true) { Mark::Blocked } else { Mark::None }
    }
}

/// A row of one of the program's own lists, as profiles or vendors: keys and values in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyedRow {
    pairs: Vec<(&'static str, Value)>,
}

impl KeyedRow {
    /// An empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key and its value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.pairs.push((key, value.into()));
        self
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.pairs.iter().map(|(key, _)| *key)
    }
}

impl From<Vec<(&'static str, Value)>> for KeyedRow {
    fn from(pairs: Vec<(&'static str, Value)>) -> Self {
        Self { pairs }
    }
}

impl Record for KeyedRow {
    fn write_json(&self, out: &mut Vec<u8>) {
        json::write_pairs(&self.pairs, out);
    }

    fn cell(&self, column: &str) -> Cell<'_> {
        self.pairs.iter().find(|(key, _)| *key == column).map_or(Cell::Empty, |(_, value)| Cell::value(value))
    }
}
