//! The first contacts in an order that no index has, without keeping all of them in mind.

use rusqlite::Row;

use crate::model::sort::{PreparedKey, compare_prepared};
use crate::model::{Contact, Email, SortField, SortKey, Time};

use super::profile::Profile;
use super::text::{Field, fields};

/// Rows beyond those wanted that are gathered before the worst are dropped.
const SPARE: usize = 1024;

/// The best rows so far.
pub struct Best<'k> {
    pub keys: &'k [SortKey],
    /// How many are wanted.
    pub keep: usize,
    pub rows: Vec<(PreparedKey, i64)>,
    /// The worst that was still wanted when the rows were last sorted.
    pub bound: Option<PreparedKey>,
}

impl Best<'_> {
    /// Takes a row if it may be one of the best.
    pub fn offer(&mut self, key: PreparedKey, row: i64) {
        if self.bound.as_ref().is_some_and(|bound| compare_prepared(&key, bound, self.keys).is_gt()) {
            return;
        }
        self.rows.push((key, row));
        if self.rows.len() >= self.keep.saturating_add(SPARE) {
            self.trim();
            self.bound = self.rows.last().map(|(key, _)| key.clone());
        }
    }

    fn trim(&mut self) {
        self.rows.sort_by(|(a, _), (b, _)| compare_prepared(a, b, self.keys));
        self.rows.truncate(self.keep);
    }

    /// The best rows, in order.
    pub fn into_rows(mut self) -> impl Iterator<Item = i64> {
        self.trim();
        self.rows.into_iter().map(|(_, row)| row)
    }
}

/// Whether a field lies beside the stored object, so that nothing must be decoded to sort by it.
pub fn is_beside(field: SortField) -> bool {
    match field {
        SortField::Id
        | SortField::Name
        | SortField::Email
        | SortField::CreatedAt
        | SortField::UpdatedAt
        | SortField::LastActivityAt => true,
        SortField::Phone | SortField::Company | SortField::City | SortField::Country => false,
    }
}

/// Every contact of a profile, without its object.
pub const BESIDE: &str = "SELECT row, id, text, created, updated, active FROM contact WHERE profile = ?1";

/// As much of a contact as lies beside its object; texts are folded, which their order does not see.
pub fn contact_beside(columns: &Row<'_>, profile: &Profile) -> rusqlite::Result<Contact> {
    let mut contact = Contact::new(&profile.name, &profile.vendor, columns.get_ref(1)?.as_str()?);
    let text = columns.get_ref(2)?.as_str()?;
    contact.name = fields(text).find(|(field, _)| *field == Field::Name).map(|(_, name)| name.into());
    let email = fields(text).find(|(field, _)| *field == Field::Email);
    contact.emails = email.into_iter().map(|(_, text)| Email { address: text.into(), verified: None }).collect();
    let time = |millis: Option<i64>| millis.and_then(Time::from_unix_millis);
    contact.created_at = time(columns.get(3)?);
    contact.updated_at = time(columns.get(4)?);
    contact.last_activity_at = time(columns.get(5)?);
    Ok(contact)
}
