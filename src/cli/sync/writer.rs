//! The thread that writes a full walk into the mirror, so that pages are read and decoded meanwhile.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::mirror::{Batch, Labels, MirrorError, Pass, PreparedPage, Proof, Store, SyncReport, SyncTarget};
use crate::model::Text;

use super::Job;

/// Pages that wait for the writer at most: as many as come while it waits for the disk, or writes the index of a block.
const PAGES_WAITING: usize = 128;

/// What the writer is told.
pub enum Order {
    /// To say who is stored with a label.
    Bearers(Text, oneshot::Sender<Vec<Text>>),
    /// To say who was met by the pass that this one continues.
    Met(oneshot::Sender<Vec<Text>>),
    /// To keep what this pass knows of labels.
    Labels(Labels),
    /// To store the rows of a page, and where the walk stands behind it.
    Page {
        /// The contacts.
        rows: PreparedPage,
        /// Where the walk stands; `None` if that is not to be kept.
        cursor: Option<String>,
        /// When they came.
        now: Timestamp,
    },
    /// To conclude.
    Finish {
        /// What the next increment begins with.
        bookmark: Option<String>,
        /// What the walk proved.
        proof: Proof,
        /// When it ended.
        now: Timestamp,
    },
}

/// The writer of a full pass. Dropped before it was told to finish, it keeps what was committed, for the next pass to go on
/// from.
pub struct Writer {
    orders: SyncSender<Order>,
    thread: JoinHandle<Result<SyncReport, MirrorError>>,
    found: Found,
}

/// What a pass finds when it begins.
struct Found {
    resume: Option<String>,
    labels: Option<Labels>,
}

impl Writer {
    /// Begins a full pass.
    pub async fn begin(job: &Job<'_>, mut store: Store) -> Result<Self, MirrorError> {
        let (orders, given) = sync_channel(PAGES_WAITING);
        let (tell, found) = oneshot::channel();
        let [profile, vendor] = [job.target.profile, job.target.vendor].map(str::to_owned);
        let [account, server] = [job.target.account, job.target.server].map(|text| text.map(str::to_owned));
        let now = job.now();
        let thread = tokio::task::spawn_blocking(move || {
            let (account, server) = (account.as_deref(), server.as_deref());
            let target = SyncTarget { profile: &profile, vendor: &vendor, account, server };
            let batch = store.begin_sync(&target, Pass::Full, now)?;
            let found = Found { resume: batch.resume().map(str::to_owned), labels: batch.labels_before().cloned() };
            // Nobody waits for it any more if the sync was interrupted.
            let _ = tell.send(found);
            write(batch, &given, now)
        });
        match found.await {
            Ok(found) => Ok(Self { orders, thread, found }),
            Err(_) => Err(thread.await.ok().and_then(Result::err).unwrap_or(MirrorError::Stopped)),
        }
    }

    /// The cursor of the unfinished pass that this one continues, if it does.
    pub fn resume(&self) -> Option<&str> {
        self.found.resume.as_deref()
    }

    /// The labels that were known when it began ([`Batch::labels_before`]).
    pub fn labels_before(&self) -> Option<&Labels> {
        self.found.labels.as_ref()
    }

    /// The ids of the stored contacts that bear this very label.
    pub async fn bearers(&self, label: &Text) -> Result<Vec<Text>, MirrorError> {
        let (answer, bearers) = oneshot::channel();
        let _ = self.tell(Order::Bearers(label.clone(), answer));
        bearers.await.map_err(|_| MirrorError::Stopped)
    }

    /// The ids of the contacts that the continued pass met before.
    pub async fn met(&self) -> Result<Vec<Text>, MirrorError> {
        let (answer, met) = oneshot::channel();
        let _ = self.tell(Order::Met(answer));
        met.await.map_err(|_| MirrorError::Stopped)
    }

    /// Tells the writer; waits while too much waits for it. `Break` if it is there no more, for a reason that
    /// [`Self::end`] gives.
    pub fn tell(&self, order: Order) -> ControlFlow<()> {
        match self.orders.send(order) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Waits until all is written; what became of it.
    pub async fn end(self) -> Result<SyncReport, MirrorError> {
        drop(self.orders);
        self.thread.await.unwrap_or(Err(MirrorError::Stopped))
    }
}

/// Does what it is told until the end, or until nobody tells anything.
fn write(mut batch: Batch<'_>, orders: &Receiver<Order>, begun: Timestamp) -> Result<SyncReport, MirrorError> {
    let mut latest = begun;
    for order in orders {
        match order {
            Order::Bearers(label, answer) => drop(answer.send(batch.bearers(&label)?)),
            Order::Met(answer) => drop(answer.send(batch.met()?)),
            Order::Labels(labels) => batch.set_labels(labels),
            Order::Page { rows, cursor, now } => {
                latest = now;
                batch.page(rows, cursor.as_deref(), now)?;
            }
            Order::Finish { bookmark, proof, now } => {
                bookmark.into_iter().for_each(|bookmark| batch.set_bookmark(bookmark));
                return batch.finish(proof, now);
            }
        }
    }
    batch.suspend(latest)
}
