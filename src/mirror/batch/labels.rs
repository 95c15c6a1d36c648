//! The labels that a sync reads beside the contacts: which of them were known before, and which will be when it ends.

use super::super::error::MirrorError;
use super::super::labels::Labels;
use super::super::search::Flow;
use super::Batch;
use crate::model::{Filter, Query, Text};

impl Batch<'_> {
    /// The labels that were read beside the contacts by the last sync that reached its end; `None` if none ever did.
    pub fn labels_before(&self) -> Option<&Labels> {
        self.labels_before.as_ref()
    }

    /// Keeps what this sync knows of labels; stored when it reaches its end. If no sync did so before, the labels of contacts
    /// that are stored already are no changes.
    pub fn set_labels(&mut self, labels: Labels) {
        self.labels = Some(labels);
    }

    /// The ids of the stored contacts that bear this very label.
    pub fn bearers(&self, label: &Text) -> Result<Vec<Text>, MirrorError> {
        let filter = Filter { labels: vec![label.clone()], ..Filter::default() };
        let mut ids = Vec::new();
        self.store.visit(&[&self.name], &Query { filter, limit: None, ..Query::default() }, |contact| {
            if contact.labels.contains(label) {
                ids.push(contact.id);
            }
            Flow::Continue(())
        })?;
        Ok(ids)
    }

    /// Whether this sync sees labels for the first time.
    pub(super) fn labels_are_new(&self) -> bool {
        self.labels.is_some() && self.labels_before.is_none()
    }
}
