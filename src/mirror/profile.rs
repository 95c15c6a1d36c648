//! What the mirror knows of a profile: whose account it is, how complete and how old the copy is.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::MirrorError;
use super::labels::Labels;
use super::rows::BLOCK_ROWS;
use super::store::Store;

/// What is stored of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileStatus {
    /// The profile's name.
    pub name: String,
    /// The vendor's name.
    pub vendor: String,
    /// The account that the contacts belong to, where the vendor tells.
    pub account: Option<String>,
    /// The name of the server that they came from, if it tells that from others.
    pub server: Option<String>,
    /// How many contacts are stored.
    pub contacts: u64,
    /// Of these, how many a complete but unproven walk did not bring.
    pub missing: u64,
    /// When the last sync that reached its end began: what the vendor had then is here.
    pub as_of: Option<Timestamp>,
    /// When the last walk that was proved complete began.
    pub exact_at: Option<Timestamp>,
    /// Whether a full walk was begun and has not ended.
    pub unfinished: bool,
    /// How the last sync ended: `exact`, `changed` or `partial`.
    pub verdict: Option<String>,
    /// What the last sync that ended well left for the next increment.
    pub bookmark: Option<String>,
    /// The labels that were read beside the contacts, where these do not carry theirs; `None` if they never were.
    pub labels: Option<Labels>,
}

impl ProfileStatus {
    /// Whether the contacts may be those of `account` on `server`: as far as both are known, they are the same.
    pub fn check_owner(&self, vendor: &str, account: Option<&str>, server: Option<&str>) -> Result<(), MirrorError> {
        let other = |stored: &Option<String>, found: Option<&str>| {
            let (stored, found) = stored.as_deref().zip(found).filter(|(stored, found)| stored != found)?;
            Some((stored.to_owned(), found.to_owned()))
        };
        let profile = self.name.clone();
        let vendors = (self.vendor != vendor).then(|| (self.vendor.clone(), vendor.to_owned()));
        if let Some((stored, found)) = vendors.or_else(|| other(&self.account, account)) {
            return Err(MirrorError::AccountChanged { profile, stored, found });
        }
        if let Some((stored, found)) = other(&self.server, server) {
            return Err(MirrorError::ServerChanged { profile, stored, found });
        }
        Ok(())
    }

    /// How old the copy is at `now`; `None` if no sync ever reached its end. A clock that went back makes no copy
    /// younger than it was: it counts as infinitely old then.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        let as_of = self.as_of?;
        let age = now.duration_since(as_of);
        Some(if age.is_negative() { Duration::MAX } else { age.unsigned_abs() })
    }

    /// Whether the copy is at most `max_age` old at `now`.
    pub fn is_fresh(&self, max_age: Duration, now: Timestamp) -> bool {
        self.age(now).is_some_and(|age| age <= max_age)
    }
}

/// A profile as the search needs it.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub id: i64,
    pub name: String,
    pub vendor: String,
}

/// How many rows are put into a block. Tests, which have few contacts, put few.
const CAPACITY: u32 = if cfg!(test) { 8 } else { BLOCK_ROWS };

/// A block of rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub id: i64,
    pub used: u32,
    pub indexed: u32,
    /// Whether its lists lie among those of its segment.
    pub merged: bool,
}

impl Block {
    pub fn is_full(&self) -> bool {
        self.used >= CAPACITY
    }
}

/// A row's block and its place in it.
pub(super) fn split(row: i64) -> (i64, u16) {
    (row >> 16, u16::try_from(row & 0xffff).unwrap_or(0))
}

/// The row at a place of a block.
pub(super) fn join(block: i64, place: u32) -> i64 {
    block << 16 | i64::from(place)
}

pub(super) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<Profile>> {
    connection
        .prepare_cached("SELECT id, name, vendor FROM profile WHERE name = ?1")?
        .query_row([name], |row| Ok(Profile { id: row.get(0)?, name: row.get(1)?, vendor: row.get(2)? }))
        .optional()
}

/// The names of all profiles.
pub(super) fn names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.prepare("SELECT name FROM profile ORDER BY id")?.query_map([], |row| row.get(0))?.collect()
}

/// The blocks of a profile, oldest first.
pub(super) fn blocks(connection: &Connection, profile: i64) -> rusqlite::Result<Vec<Block>> {
    connection
        .prepare_cached("SELECT id, used, indexed, merged FROM block WHERE profile = ?1 ORDER BY id")?
        .query_map([profile], |row| {
            Ok(Block { id: row.get(0)?, used: row.get(1)?, indexed: row.get(2)?, merged: row.get(3)? })
        })?
        .collect()
}

/// What is known of a profile's labels, where they are read beside the contacts.
pub(super) fn labels(connection: &Connection, profile: i64) -> rusqlite::Result<Option<Labels>> {
    connection.query_row("SELECT labels FROM profile WHERE id = ?1", [profile], |row| Ok(labels_from(row.get(0)?)))
}

pub(super) fn set_labels(connection: &Connection, profile: i64, labels: &Labels) -> rusqlite::Result<()> {
    let json = serde_json::to_string(labels).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection.execute("UPDATE profile SET labels = ?2 WHERE id = ?1", params![profile, json]).map(drop)
}

fn labels_from(json: Option<String>) -> Option<Labels> {
    serde_json::from_str(&json?).ok()
}

const STATUS: &str = "SELECT name, vendor, account, synced_at, exact_at, pass = 'full', verdict, bookmark,
    (SELECT count(*) FROM contact WHERE contact.profile = profile.id),
    (SELECT count(*) FROM contact WHERE contact.profile = profile.id AND gone IS NOT NULL), labels, server
  FROM profile";

/// Without the counts, which read every contact.
const FRESHNESS: &str = "SELECT name, vendor, account, synced_at, exact_at, pass = 'full', verdict, bookmark, 0, 0, labels, server FROM profile";

fn status_from(row: &Row<'_>) -> rusqlite::Result<ProfileStatus> {
    let time = |millis: Option<i64>| millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    Ok(ProfileStatus {
        name: row.get(0)?,
        vendor: row.get(1)?,
        account: row.get(2)?,
        as_of: time(row.get(3)?),
        exact_at: time(row.get(4)?),
        unfinished: row.get::<_, Option<bool>>(5)?.unwrap_or(false),
        verdict: row.get(6)?,
        bookmark: row.get(7)?,
        contacts: row.get(8)?,
        missing: row.get(9)?,
        labels: labels_from(row.get(10)?),
        server: row.get(11)?,
    })
}

impl Store {
    /// What is stored of every profile, by name, counted.
    pub fn status(&self) -> Result<Vec<ProfileStatus>, MirrorError> {
        let explain = self.explain();
        let mut statement = self.connection.prepare(&format!("{STATUS} ORDER BY name")).map_err(explain)?;
        let rows = statement.query_map([], status_from);
        rows.and_then(Iterator::collect).map_err(explain)
    }

    /// How fresh the copy of one profile is; `None` if there is none. Counts nothing, so it is cheap.
    pub fn freshness(&self, profile: &str) -> Result<Option<ProfileStatus>, MirrorError> {
        self.connection
            .prepare_cached(&format!("{FRESHNESS} WHERE name = ?1"))
            .and_then(|mut statement| statement.query_row([profile], status_from).optional())
            .map_err(self.explain())
    }
}
