//! A person as one vendor knows them, in nobody's JSON.

use compact_str::CompactString;

use super::names::Town;

/// A kind of channel that people are reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Web,
    Email,
    Sms,
    Whatsapp,
    Messenger,
    Instagram,
    Telegram,
    Line,
    Zalo,
    Api,
}

/// One channel of a person.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// What it is.
    pub kind: Kind,
    /// Whether the person was verified on it.
    pub verified: bool,
    /// When they last wrote, in milliseconds since the Unix epoch.
    pub last: Option<i64>,
}

/// A person as one vendor knows them.
#[derive(Clone, Debug)]
pub struct Person {
    /// A number of one's own, for further details.
    pub hash: u64,
    /// Ascends with the id.
    pub serial: i64,
    /// The full name.
    pub name: CompactString,
    /// The given name.
    pub given: CompactString,
    /// The family name.
    pub family: CompactString,
    /// E-mail addresses.
    pub emails: Vec<CompactString>,
    /// Phone numbers as typed.
    pub phones: Vec<CompactString>,
    /// Where they live.
    pub town: &'static Town,
    /// Whom they work for: name and domain.
    pub company: Option<(&'static str, &'static str)>,
    /// The customer's own key.
    pub identifier: Option<CompactString>,
    /// The custom field `plan`.
    pub plan: Option<&'static str>,
    /// Labels.
    pub labels: Vec<&'static str>,
    /// Channels.
    pub channels: Vec<Reach>,
    /// Who looks after them: id, name, user name.
    pub manager: Option<(&'static str, &'static str, &'static str)>,
    /// Nobody knows who they are.
    pub unknown: bool,
    /// They are blocked.
    pub blocked: bool,
    /// In milliseconds since the Unix epoch.
    pub created: i64,
    /// In milliseconds since the Unix epoch.
    pub updated: i64,
    /// In milliseconds since the Unix epoch.
    pub active: Option<i64>,
}

impl Person {
    /// The first e-mail address.
    pub fn email(&self) -> Option<&str> {
        self.emails.first().map(CompactString::as_str)
    }

    /// The first phone number.
    pub fn phone(&self) -> Option<&str> {
        self.phones.first().map(CompactString::as_str)
    }

    /// Whether the person is one of the few, one in `count`, that have something.
    pub fn one_in(&self, count: u64) -> bool {
        self.hash.is_multiple_of(count)
    }
}
