//! What a running sandbox holds: the stores, its clock, what was asked, and the levers that tests pull.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::exchange::{Answer, Ask};
use super::limit::{Start, Window, Windows};
use super::population::Population;
use super::store::{Handle, Store};
use super::{SandboxOptions, Settings, Vendor, chatbotx, chatwoot, livedesk, rocketchat};

/// Requests that are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 1 << 16;

/// Called before a request is answered.
pub type Hook = Arc<dyn Fn(&World, &RequestNote) + Send + Sync>;

/// A request that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestNote {
    /// Counts the requests of this vendor from 1.
    pub number: u64,
    /// Who was asked.
    pub vendor: Vendor,
    /// As `GET`.
    pub method: String,
    /// Without the vendor's prefix, still encoded.
    pub path: String,
    /// Still encoded.
    pub query: String,
}

/// Something that was changed since the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub vendor: Vendor,
    /// What.
    pub kind: ChangeKind,
    /// Of which contact.
    pub id: String,
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum ChangeKind {
    Deleted,
    Appended,
    Inserted,
    Renamed,
    Flipped,
    Labelled,
}

/// The state of a sandbox; clones share it.
#[derive(Clone)]
pub struct World {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    rate_limit: bool,
    hook: Option<Hook>,
    stores: Mutex<[Store; 4]>,
    windows: Mutex<Windows>,
    log: Mutex<VecDeque<RequestNote>>,
    changes: Mutex<Vec<Change>>,
    counts: [AtomicU64; 4],
    began: Instant,
    now: i64,
    advanced: AtomicI64,
}

/// The rate limits of one vendor, if they apply.
pub struct Limits<'a> {
    windows: Option<&'a Mutex<Windows>>,
    vendor: Vendor,
    now: i64,
}

impl Limits<'_> {
    /// Counts a request in `bucket`; `None` when limits do not apply.
    pub fn count(&self, bucket: &str, limit: u32, length: i64, start: Start) -> Option<Window> {
        let mut windows = lock(self.windows?);
        Some(windows.count(&format!("{}/{bucket}", self.vendor), limit, length, start, self.now))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// The world that `options` describe; nothing is computed yet.
    pub fn new(options: &SandboxOptions) -> Self {
        let people = Population::new(options.contacts, options.seed, options.now.as_second(), options.settings.ties);
        Self {
            shared: Arc::new(Shared {
                settings: options.settings,
                rate_limit: options.rate_limit,
                hook: options.hook.clone(),
                stores: Mutex::new(Vendor::ALL.map(|vendor| Store::new(people, vendor))),
                windows: Mutex::default(),
                log: Mutex::default(),
                changes: Mutex::default(),
                counts: Default::default(),
                began: Instant::now(),
                now: options.now.as_millisecond(),
                advanced: AtomicI64::new(0),
            }),
        }
    }

    /// Milliseconds since the Unix epoch by the sandbox's clock.
    pub fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.shared.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.shared.now.saturating_add(elapsed).saturating_add(self.shared.advanced.load(Ordering::Relaxed))
    }

    /// Lets the sandbox's clock jump ahead, for rate limits.
    pub fn advance(&self, by: std::time::Duration) {
        self.shared.advanced.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Notes a request down.
    pub(super) fn note(&self, vendor: Vendor, method: &str, path: &str, query: &str) -> RequestNote {
        let number = self.shared.counts[vendor as usize].fetch_add(1, Ordering::Relaxed) + 1;
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        let note = RequestNote { number, vendor, method, path, query };
        {
            let mut log = lock(&self.shared.log);
            if log.len() == REMEMBERED {
                log.pop_front();
            }
            log.push_back(note.clone());
        }
        note
    }

    /// Lets the hook act.
    pub(super) fn hook(&self, note: &RequestNote) {
        if let Some(hook) = &self.shared.hook {
            hook(self, note);
        }
    }

    /// The vendor's answer.
    pub(super) fn answer(&self, vendor: Vendor, ask: &Ask<'_>) -> Answer {
        let store = self.store(vendor);
        let limits = Limits { windows: self.shared.rate_limit.then_some(&self.shared.windows), vendor, now: ask.now };
        let settings = self.shared.settings;
        match vendor {
            Vendor::Rocketchat => rocketchat::answer(&store, settings, &limits, ask),
            Vendor::Livedesk => livedesk::answer(&store, settings, ask),
            Vendor::Chatbotx => chatbotx::answer(&store, settings, &limits, ask, "/chatbotx"),
            Vendor::Chatwoot => chatwoot::answer(&store, settings, &limits, ask),
        }
    }

    fn store(&self, vendor: Vendor) -> Store {
        lock(&self.shared.stores)[vendor as usize].clone()
    }

    /// Changes the store, and notes what was changed of whom, if anything was.
    fn change(
        &self,
        vendor: Vendor,
        kind: ChangeKind,
        change: impl FnOnce(&mut Store) -> Option<Handle>,
    ) -> Option<String> {
        let id = {
            let mut stores = lock(&self.shared.stores);
            let store = &mut stores[vendor as usize];
            let handle = change(store)?;
            String::from(store.id(handle))
        };
        lock(&self.shared.changes).push(Change { vendor, kind, id: id.clone() });
        Some(id)
    }

    /// What was changed since the start.
    pub fn changes(&self) -> Vec<Change> {
        lock(&self.shared.changes).clone()
    }

    /// The requests so far, the latest 65,536 of them.
    pub fn log(&self) -> Vec<RequestNote> {
        lock(&self.shared.log).iter().cloned().collect()
    }

    /// How often `vendor` was asked.
    pub fn requests(&self, vendor: Vendor) -> u64 {
        self.shared.counts[vendor as usize].load(Ordering::Relaxed)
    }

    /// The ids of all contacts there are now, unknown visitors included, in the order of creation.
    pub fn ids(&self, vendor: Vendor) -> Vec<String> {
        let store = self.store(vendor);
        store.everybody().iter().map(|&handle| store.id(handle).into()).collect()
    }

    /// Whether the contact is an unknown visitor (Chatwoot, LiveDesk: without any address, so not listed).
    pub fn unknown(&self, vendor: Vendor, id: &str) -> Option<bool> {
        let store = self.store(vendor);
        store.find(id).map(|handle| store.unknown(handle))
    }

    /// The name of a contact.
    pub fn name(&self, vendor: Vendor, id: &str) -> Option<String> {
        let store = self.store(vendor);
        store.find(id).map(|handle| store.person(handle).name.into())
    }

    /// Deletes a contact; says whether it was there.
    pub fn delete(&self, vendor: Vendor, id: &str) -> bool {
        let deleted = self.change(vendor, ChangeKind::Deleted, |store| {
            let handle = store.find(id)?;
            store.delete(handle);
            Some(handle)
        });
        deleted.is_some()
    }

    /// Adds a contact at the end; its id.
    pub fn append(&self, vendor: Vendor) -> String {
        let now = self.now();
        self.change(vendor, ChangeKind::Appended, |store| Some(store.append(now)))
            .expect("there is always room at the end")
    }

    /// Inserts a contact right behind another; its id, unless the other is not there or there is no room for more.
    pub fn insert(&self, vendor: Vendor, behind: &str) -> Option<String> {
        self.change(vendor, ChangeKind::Inserted, |store| {
            let handle = store.find(behind)?;
            store.insert(handle)
        })
    }

    /// Renames a contact; says whether it was there.
    pub fn rename(&self, vendor: Vendor, id: &str, name: &str) -> bool {
        let now = self.now();
        let renamed = self.change(vendor, ChangeKind::Renamed, |store| {
            let handle = store.find(id)?;
            store.rename(handle, name, now);
            Some(handle)
        });
        renamed.is_some()
    }

    /// Makes an unknown contact known or a known one unknown; says whether it was there.
    pub fn flip(&self, vendor: Vendor, id: &str) -> bool {
        let now = self.now();
        let flipped = self.change(vendor, ChangeKind::Flipped, |store| {
            let handle = store.find(id)?;
            store.flip(handle, now);
            Some(handle)
        });
        flipped.is_some()
    }

    /// Gives a contact these labels and no others; says whether it was there.
    pub fn label(&self, vendor: Vendor, id: &str, labels: &[&'static str]) -> bool {
        let labelled = self.change(vendor, ChangeKind::Labelled, |store| {
            let handle = store.find(id)?;
            store.label(handle, labels);
            Some(handle)
        });
        labelled.is_some()
    }

    /// Takes a label off the account's list, or all of them; whoever bears it keeps it.
    pub fn unlist(&self, vendor: Vendor, label: Option<&'static str>) {
        lock(&self.shared.stores)[vendor as usize].unlist(label);
    }
}
