//! A few stored contacts, chosen by chance, to be compared with what their vendor says of them.

use crate::model::{Contact, Query};

use super::error::MirrorError;
use super::history::differences;
use super::profile;
use super::store::Store;

impl Store {
    /// At most `count` contacts of a profile, each once; `chance` gives numbers from 0 up to, but not including, 1.
    pub fn sample(
        &self,
        profile: &str,
        count: usize,
        mut chance: impl FnMut() -> f64,
    ) -> Result<Vec<Contact>, MirrorError> {
        let mut rows = self.rows_by_id(profile, &Query::default())?;
        let count = count.min(rows.len());
        for taken in 0..count {
            let left = rows.len() - taken;
            rows.swap(taken, taken + below(chance(), left));
        }
        rows.truncate(count);
        match profile::find(&self.connection, profile).map_err(self.explain())? {
            Some(found) => self.contacts_of(&rows, &found, true),
            None => Ok(Vec::new()),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rough choice"
)]
fn below(chance: f64, bound: usize) -> usize {
    ((chance * bound as f64) as usize).min(bound.saturating_sub(1))
}

/// The fields in which a stored contact is unlike the vendor's, of those that every reply carries.
pub fn unlike(stored: &Contact, found: &Contact) -> Vec<&'static str> {
    let mut fields: Vec<&str> = differences(stored, found).into_iter().map(|(field, ..)| field).collect();
    fields.retain(|field| ["name", "email", "phone"].contains(field));
    if stored.identifier != found.identifier {
        fields.push("identifier");
    }
    if stored.created_at != found.created_at {
        fields.push("created_at");
    }
    fields.dedup();
    fields
}
