//! The questions that the mirror answers.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, params};

use crate::model::{Contact, Direction, Query, SortField, SortKey};

use super::candidates::Scope;
use super::error::MirrorError;
use super::hunt::{Emit, Hunt, Trouble};
use super::object::Decoder;
use super::profile::{self, Profile};
use super::rank::Looker;
use super::store::{Store, database_error};

/// What a search may say of a contact: go on, or enough.
pub type Flow = ControlFlow<()>;

impl Store {
    /// The contacts of `profiles` that match, as many as the query's limit, in its order: as asked; else a text query's
    /// closest matches first; else the most recently active first.
    pub fn search(&self, profiles: &[&str], query: &Query) -> Result<Vec<Contact>, MirrorError> {
        let mut contacts = Vec::new();
        self.visit(profiles, query, |contact| {
            contacts.push(contact);
            Flow::Continue(())
        })?;
        Ok(contacts)
    }

    /// Like [`Store::search`], handing each contact over as it is found, so that memory stays flat.
    pub fn visit(
        &self,
        profiles: &[&str],
        query: &Query,
        mut visit: impl FnMut(Contact) -> Flow,
    ) -> Result<(), MirrorError> {
        self.visit_rows(profiles, query, |_, contact| visit(contact))
    }

    /// The contact `id` of a profile, with the vendor's own object.
    pub fn contact(&self, profile: &str, id: &str) -> Result<Contact, MirrorError> {
        let explain = self.explain();
        let Some(found) = profile::find(&self.connection, profile).map_err(explain)? else {
            return Err(MirrorError::NoProfile { profile: profile.to_owned() });
        };
        let row: Option<i64> = self
            .connection
            .prepare_cached("SELECT row FROM contact WHERE profile = ?1 AND id = ?2")
            .and_then(|mut statement| statement.query_row(params![found.id, id], |row| row.get(0)).optional())
            .map_err(explain)?;
        let contact = match row {
            Some(row) => self.contacts_of(&[row], &found, true)?.pop(),
            None => None,
        };
        contact.ok_or_else(|| MirrorError::NoContact { profile: profile.to_owned(), id: id.to_owned() })
    }

    /// The rows of the contacts of one profile that match, in the order of their ids as bytes.
    pub(super) fn rows_by_id(&self, profile: &str, query: &Query) -> Result<Vec<i64>, MirrorError> {
        let explain = self.explain();
        let Some(found) = profile::find(&self.connection, profile).map_err(explain)? else {
            return Err(MirrorError::NoProfile { profile: profile.to_owned() });
        };
        if query.filter.is_empty() {
            let sql = "SELECT row FROM contact INDEXED BY contact_id WHERE profile = ?1 ORDER BY id";
            let mut statement = self.connection.prepare_cached(sql).map_err(explain)?;
            let rows = statement.query_map([found.id], |row| row.get(0));
            return rows.and_then(Iterator::collect).map_err(explain);
        }
        let mut rows = Vec::new();
        let all = Query { limit: None, skip: 0, sort: Vec::new(), ..query.clone() };
        self.visit_rows(&[profile], &all, |row, contact| {
            rows.push((contact.id, row));
            Flow::Continue(())
        })?;
        rows.sort_unstable();
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// The contacts of rows of one profile, those that are still there; the vendors' own objects only if `with_raw`.
    pub(super) fn contacts_of(
        &self,
        rows: &[i64],
        profile: &Profile,
        with_raw: bool,
    ) -> Result<Vec<Contact>, MirrorError> {
        let explain = self.explain();
        let damaged = |detail: String| MirrorError::Damaged { path: self.path.clone(), detail };
        let mut decoder = Decoder::new().map_err(|error| damaged(error.to_string()))?;
        let mut get = self.connection.prepare_cached("SELECT object FROM contact WHERE row = ?1").map_err(explain)?;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let mut found = get.query([row]).map_err(explain)?;
            let Some(columns) = found.next().map_err(explain)? else { continue };
            let object = columns.get_ref(0).map_err(explain)?.as_blob().map_err(|error| explain(error.into()))?;
            out.push(own(decoder.decode(object, with_raw).map_err(damaged)?, profile));
        }
        Ok(out)
    }

    fn visit_rows(
        &self,
        profiles: &[&str],
        query: &Query,
        visit: impl FnMut(i64, Contact) -> Flow,
    ) -> Result<(), MirrorError> {
        let explain = |trouble| match trouble {
            Trouble::Database(error) => database_error(&self.path, &error),
            Trouble::Damaged(detail) => MirrorError::Damaged { path: self.path.clone(), detail },
        };
        // One snapshot for the whole answer, however long it takes and whoever writes meanwhile.
        let transaction =
            self.connection.unchecked_transaction().map_err(|error| database_error(&self.path, &error))?;
        let scope = match Scope::open(&self.connection, profiles).map_err(|error| explain(error.into()))? {
            Ok(scope) => scope,
            Err(profile) => return Err(MirrorError::NoProfile { profile }),
        };
        let limit = query.limit.map(|limit| limit.saturating_add(query.skip));
        let mut hunt = Hunt {
            connection: &self.connection,
            scope,
            filter: &query.filter,
            looker: Looker::new(&query.filter),
            decoder: Decoder::new().map_err(|error| explain(Trouble::Damaged(error.to_string())))?,
            costs: self.costs,
            emit: Emit { skip: query.skip, left: query.limit, raw: query.raw, visit },
            row: self
                .connection
                .prepare_cached("SELECT text, object, profile FROM contact WHERE row = ?1")
                .map_err(|error| explain(error.into()))?,
        };
        let result = match query.sort.as_slice() {
            _ if query.limit == Some(0) => Ok(Flow::Continue(())),
            [] if query.filter.has_text() => hunt.ranked(limit),
            [] => hunt.recent(Direction::Descending, limit),
            [SortKey { field: SortField::LastActivityAt, direction }] => hunt.recent(*direction, limit),
            keys => hunt.sorted(keys, limit),
        };
        drop(hunt);
        drop(transaction);
        result.map(drop).map_err(explain)
    }
}

/// Names the profile as it is called today.
pub(super) fn own(mut contact: Contact, profile: &Profile) -> Contact {
    contact.profile = profile.name.as_str().into();
    contact.vendor = profile.vendor.as_str().into();
    contact
}
