//! What changed in contacts, and when the mirror saw it: names, e-mails, phones, channels, labels.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::model::{Contact, Time};

use super::error::MirrorError;
use super::store::Store;

/// One change of one field of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The profile.
    pub profile: String,
    /// The contact's id.
    pub contact: String,
    /// When the mirror saw it.
    pub seen_at: Time,
    /// Which field: `name`, `email`, `phone`, `channel`, `label`, or `contact` when it came or went.
    pub field: String,
    /// What was there; `None` if it is new.
    pub old: Option<String>,
    /// What is there now; `None` if it is gone.
    pub new: Option<String>,
}

/// A change before it is stored: field, old, new.
pub(super) type Difference = (&'static str, Option<String>, Option<String>);

/// A field that holds several values.
type List = fn(&Contact) -> Vec<String>;

/// What differs between two states of a contact.
pub(super) fn differences(old: &Contact, new: &Contact) -> Vec<Difference> {
    let mut out = Vec::new();
    if old.name != new.name {
        let text = |contact: &Contact| contact.name.as_deref().map(str::to_owned);
        out.push(("name", text(old), text(new)));
    }
    let lists: [(&'static str, List); 4] = [
        ("email", |contact| contact.emails.iter().map(|email| email.address.to_string()).collect()),
        ("phone", |contact| contact.phones.iter().map(|phone| phone.number.to_string()).collect()),
        ("channel", |contact| contact.channels.iter().map(channel_words).collect()),
        ("label", |contact| contact.labels.iter().map(ToString::to_string).collect()),
    ];
    for (field, list) in lists {
        let (before, after) = (list(old), list(new));
        let mut gone: Vec<_> = before.iter().filter(|item| !after.contains(item)).cloned().collect();
        let mut came: Vec<_> = after.into_iter().filter(|item| !before.contains(item)).collect();
        let pairs = gone.len().max(came.len());
        gone.reverse();
        came.reverse();
        out.extend((0..pairs).map(|_| (field, gone.pop(), came.pop())));
    }
    out
}

fn channel_words(channel: &crate::model::Channel) -> String {
    let mut words = channel.kind.to_string();
    for part in [&channel.name, &channel.id].into_iter().flatten() {
        words.push(' ');
        words.push_str(part);
    }
    match (channel.verified, channel.blocked) {
        (Some(true), _) => words.push_str(" verified"),
        (_, Some(true)) => words.push_str(" blocked"),
        _ => {}
    }
    words
}

pub(super) fn record(
    connection: &Connection,
    profile: i64,
    contact: &str,
    seen_at: Timestamp,
    differences: &[Difference],
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO change (profile, contact, seen_at, field, old, new) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (field, old, new) in differences {
        insert.execute(params![profile, contact, seen_at.as_millisecond(), field, old, new])?;
    }
    Ok(())
}

const SELECT: &str = "SELECT profile.name, change.contact, change.seen_at, change.field, change.old, change.new
                      FROM change JOIN profile ON profile.id = change.profile";

impl Store {
    /// Everything that changed in `profiles` (all if empty) at `since` or later, oldest first.
    pub fn diff(&self, profiles: &[&str], since: Timestamp) -> Result<Vec<Change>, MirrorError> {
        let sql = format!("{SELECT} WHERE change.seen_at >= ?1 ORDER BY change.seq");
        let mut changes = self.changes(&sql, params![since.as_millisecond()])?;
        changes.retain(|change| profiles.is_empty() || profiles.contains(&change.profile.as_str()));
        Ok(changes)
    }

    /// Everything that is known to have changed in one contact, oldest first.
    pub fn log(&self, profile: &str, contact: &str) -> Result<Vec<Change>, MirrorError> {
        let sql = format!("{SELECT} WHERE profile.name = ?1 AND change.contact = ?2 ORDER BY change.seq");
        self.changes(&sql, params![profile, contact])
    }

    /// Drops changes seen before `before`; how many there were.
    pub fn prune_history(&mut self, before: Timestamp) -> Result<usize, MirrorError> {
        let explain = self.explain();
        self.connection.execute("DELETE FROM change WHERE seen_at < ?1", [before.as_millisecond()]).map_err(explain)
    }

    fn changes(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Change>, MirrorError> {
        let explain = self.explain();
        let mut statement = self.connection.prepare(sql).map_err(explain)?;
        let rows = statement.query_map(params, |row| {
            Ok(Change {
                profile: row.get(0)?,
                contact: row.get(1)?,
                seen_at: Time::from_unix_millis(row.get(2)?).unwrap_or(Time::from_timestamp(Timestamp::UNIX_EPOCH)),
                field: row.get(3)?,
                old: row.get(4)?,
                new: row.get(5)?,
            })
        });
        rows.and_then(Iterator::collect).map_err(explain)
    }
}
