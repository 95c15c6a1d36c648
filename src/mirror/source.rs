//! The mirror of one profile as a source: the same questions as a vendor, answered from the database.
//!
//! SQLite blocks, so every answer is worked out on a thread for blocking work.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{Contact, Filter, Query, SortField, Time};
use crate::source::walk::Verdict;
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Order, Page, Paging, Plan, Source, SourceError, Support, Traversal,
    Window, Wish,
};

use super::cipher::DatabaseKey;
use super::error::MirrorError;
use super::labels::Labels;
use super::profile::{self, ProfileStatus};
use super::store::{Mode, Store};

/// Rows a page holds at most.
const PAGE: u32 = 1000;
const PATH: &str = "mirror/";

/// What the mirror can do by itself: everything.
pub static CAPABILITIES: Capabilities = Capabilities {
    search_fields: &["name", "email", "phone", "identifier", "custom_fields"],
    labels: Support::Exact,
    lists_labels: false,
    channel: Support::Exact,
    inboxes: Support::Exact,
    unknown: Support::Exact,
    blocked: Support::Exact,
    created_since: Support::Exact,
    active_since: Support::Exact,
    sorts: &[
        SortField::Id,
        SortField::Name,
        SortField::Email,
        SortField::Phone,
        SortField::CreatedAt,
        SortField::UpdatedAt,
        SortField::LastActivityAt,
        SortField::Company,
        SortField::City,
        SortField::Country,
    ],
    several_sorts: true,
    paging: Paging::Offset { max: PAGE },
    walk_order: "id",
    by_id: true,
    requests_per_minute: None,
    notes: &[],
};

/// The mirror of one profile.
pub struct MirrorSource {
    shared: Arc<Shared>,
    vendor: &'static str,
    account: Option<String>,
    as_of: Option<Timestamp>,
    /// What the syncs could not prove, and what can be claimed nevertheless.
    doubt: Option<(Verdict, String)>,
    labels: Option<Labels>,
}

struct Shared {
    profile: String,
    store: Mutex<Store>,
    asked: Mutex<Vec<Arc<Asked>>>,
}

/// A question that was planned, and the rows that answer it once somebody wants them all.
struct Asked {
    query: Query,
    traversal: Traversal,
    rows: OnceLock<Vec<i64>>,
}

impl MirrorSource {
    /// Opens the mirror of `profile` in the database at `path`; `key` if that is encrypted.
    pub fn open(
        path: &Path,
        profile: &str,
        vendor: &'static str,
        key: Option<&DatabaseKey>,
    ) -> Result<Self, MirrorError> {
        Self::new(Store::open_with(path, Mode::Read, key)?, profile, vendor, None)
    }

    /// The mirror of `profile` in an open database; an error if its contacts are of another server than `server`.
    pub fn new(store: Store, profile: &str, vendor: &'static str, server: Option<&str>) -> Result<Self, MirrorError> {
        let status = store.freshness(profile)?.filter(|status| status.vendor == vendor);
        let status = status.ok_or_else(|| MirrorError::NoProfile { profile: profile.to_owned() })?;
        status.check_owner(vendor, None, server)?;
        let shared = Shared { profile: profile.to_owned(), store: Mutex::new(store), asked: Mutex::new(Vec::new()) };
        let doubt = doubt(&status);
        let ProfileStatus { account, as_of, labels, .. } = status;
        Ok(Self { shared: Arc::new(shared), vendor, account, as_of, doubt, labels })
    }

    /// What is known of labels that contacts do not carry; `None` if they were never read.
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_ref()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, MirrorError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let shared = Arc::clone(&self.shared);
        let work = move || {
            gather_room();
            work(&shared)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result.map_err(SourceError::from),
            Err(_) => Err(SourceError::new(ErrorKind::Unexpected, "the mirror's thread ended unexpectedly")),
        }
    }
}

/// Has the allocator take room for this thread in one piece: what a search gathers would otherwise make it ask the system for
/// every few kilobytes, a tenth of the time that a question to a large mirror takes. Nothing of it is memory before it is used.
fn gather_room() {
    // What is freed once in so large a piece is afterwards kept, and given out in smaller ones.
    for bytes in [16 << 20, 8 << 20] {
        drop(std::hint::black_box(Vec::<u8>::with_capacity(bytes)));
    }
}

/// What is to be said of a copy that was never filled to its end, or whose last sync was no proof.
fn doubt(status: &ProfileStatus) -> Option<(Verdict, String)> {
    if status.as_of.is_none() {
        let why = format!("the mirror is not complete yet: contacts sync -p {} goes on", status.name);
        return Some((Verdict::Partial, why));
    }
    let unproved = status.exact_at < status.as_of && status.verdict.as_deref() != Some("exact");
    unproved.then(|| match status.exact_at {
        Some(at) => {
            let at = Time::from_timestamp(at);
            (Verdict::Changed, format!("contacts deleted since {at} may still be among them"))
        }
        None => (Verdict::Changed, "no sync was proved complete yet".to_owned()),
    })
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn page(&self, asked: &Asked, window: Window) -> Result<Page, MirrorError> {
        let store = held(&self.store);
        match asked.traversal {
            Traversal::Top => {
                // One row more tells whether more follow.
                let (skip, limit) = (window.start, Some(u64::from(window.len) + 1));
                let query = Query { limit, skip, ..asked.query.clone() };
                let mut rows = store.search(&[&self.profile], &query)?;
                let more = rows.len() > window.len as usize;
                rows.truncate(window.len as usize);
                Ok(Page { rows, more: Some(more), ..Page::default() })
            }
            Traversal::Everything => {
                let all = if let Some(rows) = asked.rows.get() {
                    rows
                } else {
                    let rows = store.rows_by_id(&self.profile, &asked.query)?;
                    asked.rows.get_or_init(|| rows)
                };
                let Some(found) = profile::find(&store.connection, &self.profile).map_err(store.explain())? else {
                    return Err(MirrorError::NoProfile { profile: self.profile.clone() });
                };
                let start = usize::try_from(window.start).unwrap_or(usize::MAX).min(all.len());
                let end = start.saturating_add(window.len as usize).min(all.len());
                let rows = store.contacts_of(&all[start..end], &found, asked.query.raw)?;
                Ok(Page { rows, total: Some(all.len() as u64), more: Some(end < all.len()), ..Page::default() })
            }
        }
    }
}

fn trim(contacts: &mut [Contact], wish: Wish) {
    if !wish.raw {
        for contact in contacts {
            contact.raw = None;
        }
    }
}

#[async_trait]
impl Source for MirrorSource {
    fn profile(&self) -> &str {
        &self.shared.profile
    }

    fn vendor(&self) -> &'static str {
        self.vendor
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn plan(&self, query: &Query, traversal: Traversal) -> Result<Plan, SourceError> {
        let mut asked = held(&self.shared.asked);
        let path = format!("{PATH}{}", asked.len());
        asked.push(Arc::new(Asked { query: query.clone(), traversal, rows: OnceLock::new() }));
        let everything = traversal == Traversal::Everything;
        let wish = Wish { labels: query.labels, channels: query.channels, raw: query.raw };
        Ok(Plan {
            lanes: vec![Lane {
                name: "mirror",
                path,
                params: Vec::new(),
                order: if everything { Order::IdBytes } else { Order::Unproven },
                reordered: Vec::new(),
                paging: Paging::Offset { max: PAGE },
                counted: everything,
                wish,
            }],
            residual: Filter::default(),
            sorted: !everything,
            merge: false,
            gap: None,
            wish: Wish::default(),
        })
    }

    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let index = lane.path.strip_prefix(PATH).and_then(|index| index.parse::<usize>().ok());
        let asked = index.and_then(|index| held(&self.shared.asked).get(index).cloned());
        let Some(asked) = asked else {
            return Err(SourceError::new(ErrorKind::Unexpected, format!("the mirror has no list `{}`", lane.path)));
        };
        let mut page = self.blocking(move |shared| shared.page(&asked, window)).await?;
        trim(&mut page.rows, lane.wish);
        Ok(page)
    }

    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError> {
        let id = id.to_owned();
        let mut contact = self.blocking(move |shared| held(&shared.store).contact(&shared.profile, &id)).await?;
        trim(std::slice::from_mut(&mut contact), wish);
        Ok(contact)
    }

    async fn identity(&self) -> Result<Identity, SourceError> {
        let note = Some("this is the account that the mirror was filled from".to_owned());
        Ok(Identity { account: self.account.clone(), note, ..Identity::default() })
    }

    async fn get(&self, path: &str, _params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
        let message = format!("the mirror cannot answer `{path}`: it holds contacts only");
        Err(SourceError::new(ErrorKind::Usage, message).with_hint("ask the vendor: leave `--local` out"))
    }

    fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    fn unproved(&self) -> Option<(Verdict, String)> {
        self.doubt.clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.doubt.iter().map(|(_, why)| why.clone()).collect()
    }
}
