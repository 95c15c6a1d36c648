//! Fetching pages ahead: each page is fetched, decoded, filtered and converted in a task of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::model::{Contact, Text, Time};

use super::super::{ErrorKind, Lane, Source, SourceError, Window};
use super::Stage;

/// A row as the walk sees it.
pub(super) struct Row<R> {
    pub id: Text,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
    /// What the sink takes; `None` if the residual filter dropped it.
    pub value: Option<R>,
}

/// A page as the walk sees it.
pub(super) struct StagedPage<R> {
    pub rows: Vec<Row<R>>,
    pub total: Option<u64>,
    pub more: Option<bool>,
    pub limit: Option<u32>,
}

/// Fetches the pages of one lane.
pub(super) struct Fetcher<R> {
    inner: Arc<Inner<R>>,
    ahead: VecDeque<(Window, Task<R>)>,
}

struct Inner<R> {
    source: Arc<dyn Source>,
    stage: Arc<Stage<R>>,
    lane: Lane,
}

/// A task that ends when nobody waits for it any more.
struct Task<R>(JoinHandle<Result<StagedPage<R>, SourceError>>);

impl<R> Drop for Task<R> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<R: Send + 'static> Fetcher<R> {
    pub(super) fn new(source: Arc<dyn Source>, stage: Arc<Stage<R>>, lane: Lane) -> Self {
        Self { inner: Arc::new(Inner { source, stage, lane }), ahead: VecDeque::new() }
    }

    /// The page of `window`, and starts those that `following` foretells until `concurrency` are under way.
    ///
    /// Pages fetched ahead for other windows are given up: the foretelling was wrong.
    pub(super) async fn take(
        &mut self,
        window: Window,
        concurrency: usize,
        following: impl Fn(Window) -> Option<Window>,
    ) -> Result<StagedPage<R>, SourceError> {
        if self.ahead.front().is_none_or(|(front, _)| *front != window) {
            self.ahead.clear();
            if concurrency <= 1 {
                return self.inner.fetch(window).await;
            }
            self.start(window);
        }
        let mut last = self.ahead.back().map_or(window, |(last, _)| *last);
        while self.ahead.len() < concurrency {
            let Some(next) = following(last) else { break };
            self.start(next);
            last = next;
        }
        let (_, mut task) = self.ahead.pop_front().expect("the window asked for is under way");
        match (&mut task.0).await {
            Ok(page) => page,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(SourceError::new(ErrorKind::Unexpected, "a request was given up")),
        }
    }

    fn start(&mut self, window: Window) {
        let inner = Arc::clone(&self.inner);
        self.ahead.push_back((window, Task(tokio::spawn(async move { inner.fetch(window).await }))));
    }
}

impl<R> Inner<R> {
    async fn fetch(&self, window: Window) -> Result<StagedPage<R>, SourceError> {
        let page = self.source.page(&self.lane, window).await?;
        let (total, more, limit) = (page.total, page.more, page.limit);
        let mut rows = Vec::with_capacity(page.rows.len());
        let mut kept: Vec<Contact> = Vec::with_capacity(page.rows.len());
        let mut places = Vec::with_capacity(page.rows.len());
        let stage = &self.stage;
        let everything = stage.residual.is_empty();
        for contact in page.rows {
            let (created_at, updated_at) = (contact.created_at, contact.updated_at);
            let id = contact.id.clone();
            if everything || stage.residual.matches(&contact) {
                places.push(rows.len());
                kept.push(contact);
            }
            rows.push(Row { id, created_at, updated_at, value: None });
        }
        if stage.wish != super::Wish::default() && !kept.is_empty() {
            self.source.enrich(&mut kept, stage.wish).await?;
        }
        for (place, contact) in places.into_iter().zip(kept) {
            rows[place].value = Some((stage.map)(contact));
        }
        Ok(StagedPage { rows, total, more, limit })
    }
}
