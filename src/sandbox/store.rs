//! The contacts of one vendor as they stand: the population, and what was changed since.
//!
//! A view is a list of handles, selected and ordered; views are kept until something changes, so that the next page costs nothing.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use compact_str::{CompactString, format_compact};

use super::Vendor;
use super::names::LABELS;
use super::person::Person;
use super::population::{Place, Population, mix};

/// Names a contact within a store, for as long as the sandbox runs.
pub type Handle = u32;
/// Handles in some order.
pub type View = Arc<Vec<Handle>>;

/// Views that are kept.
const KEPT: usize = 8;

/// What was changed of one contact.
#[derive(Clone, Default)]
struct Patch {
    name: Option<CompactString>,
    flipped: bool,
    created: Option<i64>,
    updated: Option<i64>,
    labels: Option<Vec<&'static str>>,
}

/// What was changed since the start.
#[derive(Clone, Default)]
struct Overlay {
    generation: u64,
    later: Vec<Place>,
    deleted: HashSet<Handle>,
    patches: HashMap<Handle, Patch>,
    appended: u32,
    unlisted: Vec<&'static str>,
}

type Views = Mutex<VecDeque<(u64, String, View)>>;

/// The contacts of one vendor at one moment; cheap to clone.
#[derive(Clone)]
pub struct Store {
    people: Population,
    vendor: Vendor,
    overlay: Arc<Overlay>,
    views: Arc<Views>,
}

/// What to sort by, of one contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Nothing there.
    Null,
    /// A number.
    Number(i64),
    /// Text, compared as bytes.
    Text(CompactString),
}

impl Store {
    /// The population as `vendor` knows it, nothing changed yet.
    pub fn new(people: Population, vendor: Vendor) -> Self {
        Self { people, vendor, overlay: Arc::default(), views: Arc::default() }
    }

    fn place(&self, handle: Handle) -> Place {
        match handle.checked_sub(self.people.size()) {
            None => Place { index: handle, after: 0 },
            Some(later) => self.overlay.later[later as usize],
        }
    }

    /// The id of a contact.
    pub fn id(&self, handle: Handle) -> CompactString {
        self.people.id(self.vendor, self.place(handle))
    }

    /// The contact with this id, unless it was deleted.
    pub fn find(&self, id: &str) -> Option<Handle> {
        let place = self.people.place(self.vendor, id)?;
        let handle = if place.after == 0 && place.index < self.people.size() {
            place.index
        } else {
            let later = self.overlay.later.iter().position(|&other| other == place)?;
            self.people.size() + u32::try_from(later).ok()?
        };
        (!self.overlay.deleted.contains(&handle)).then_some(handle)
    }

    /// The contact itself.
    pub fn person(&self, handle: Handle) -> Person {
        let mut person = self.people.person(self.vendor, self.place(handle));
        if let Some(patch) = self.overlay.patches.get(&handle) {
            if let Some(name) = &patch.name {
                person.name.clone_from(name);
                let (given, family) = name.split_once(' ').unwrap_or((name, ""));
                (person.given, person.family) = (given.into(), family.into());
            }
            if let Some(labels) = &patch.labels {
                person.labels.clone_from(labels);
            }
            person.unknown ^= patch.flipped;
            if person.unknown && self.vendor != Vendor::Rocketchat {
                // There, a visitor is whoever has no address.
                (person.emails, person.phones, person.identifier) = (Vec::new(), Vec::new(), None);
            }
            person.created = patch.created.unwrap_or(person.created);
            person.updated = patch.updated.unwrap_or(person.updated).max(person.created);
        }
        person
    }

    /// The labels of the account.
    pub fn labels(&self) -> Vec<&'static str> {
        LABELS.into_iter().filter(|label| !self.overlay.unlisted.contains(label)).collect()
    }

    /// Whether the contact is an unknown visitor; cheaper than the whole person.
    pub fn unknown(&self, handle: Handle) -> bool {
        let flipped = self.overlay.patches.get(&handle).is_some_and(|patch| patch.flipped);
        self.people.unknown(self.vendor, self.place(handle)) ^ flipped
    }

    /// When the contact was created; cheaper than the whole person.
    pub fn created(&self, handle: Handle) -> i64 {
        let patched = self.overlay.patches.get(&handle).and_then(|patch| patch.created);
        patched.unwrap_or_else(|| self.people.created(self.vendor, self.place(handle)))
    }

    /// Everybody, by id ascending.
    pub fn everybody(&self) -> View {
        self.view("", || {
            let first: Vec<Handle> = (0..self.people.size()).collect();
            let mut all: Vec<Handle> =
                first.into_iter().filter(|handle| !self.overlay.deleted.contains(handle)).collect();
            if !self.overlay.later.is_empty() {
                let later =
                    (0..self.overlay.later.len()).map(|at| self.people.size() + u32::try_from(at).expect("few"));
                all.extend(later.filter(|handle| !self.overlay.deleted.contains(handle)));
                all.sort_unstable_by_key(|&handle| self.place(handle));
            }
            all
        })
    }

    /// The view called `name`, built unless it is still at hand.
    pub fn view(&self, name: &str, build: impl FnOnce() -> Vec<Handle>) -> View {
        let generation = self.overlay.generation;
        let kept = |views: &VecDeque<(u64, String, View)>| {
            views.iter().find(|(of, kept, _)| *of == generation && kept == name).map(|(_, _, view)| Arc::clone(view))
        };
        if let Some(view) = kept(&self.views.lock().unwrap_or_else(PoisonError::into_inner)) {
            return view;
        }
        let view = Arc::new(build());
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.retain(|(of, _, _)| *of == generation);
        if views.len() == KEPT {
            views.pop_front();
        }
        views.push_back((generation, name.to_owned(), Arc::clone(&view)));
        view
    }

    /// Sorts `handles` by the keys, each ascending or descending, the id breaking ties.
    pub fn sort(
        &self,
        handles: &mut Vec<Handle>,
        keys: impl Fn(&Person) -> Vec<Key>,
        compare: impl Fn(&[Key], &[Key]) -> Ordering,
    ) {
        let mut keyed: Vec<(Vec<Key>, Handle)> =
            handles.iter().map(|&handle| (keys(&self.person(handle)), handle)).collect();
        keyed.sort_by(|(a, _), (b, _)| compare(a, b));
        handles.clear();
        handles.extend(keyed.into_iter().map(|(_, handle)| handle));
    }

    // What follows changes the store.

    fn change<T>(&mut self, change: impl FnOnce(&mut Overlay) -> T) -> T {
        let overlay = Arc::make_mut(&mut self.overlay);
        overlay.generation += 1;
        change(overlay)
    }

    /// Deletes a contact.
    pub fn delete(&mut self, handle: Handle) {
        self.change(|overlay| overlay.deleted.insert(handle));
    }

    /// Adds a contact at the end, created at `now` (milliseconds).
    pub fn append(&mut self, now: i64) -> Handle {
        let size = self.people.size();
        let later = self.overlay.later.len();
        let handle = size + u32::try_from(later).expect("few");
        self.change(|overlay| {
            overlay.later.push(Place { index: size + overlay.appended, after: 0 });
            overlay.appended += 1;
            overlay.patches.insert(handle, Patch { created: Some(now), updated: Some(now), ..Patch::default() });
        });
        handle
    }

    /// Inserts a contact right behind another, in the order of ids and of creation; `None` if there is no room.
    pub fn insert(&mut self, behind: Handle) -> Option<Handle> {
        let index = self.place(behind).index;
        let taken = self.overlay.later.iter().filter(|place| place.index == index).map(|place| place.after).max();
        let after = taken.unwrap_or(0) + 1;
        if after > Place::GAP {
            return None;
        }
        let handle = self.people.size() + u32::try_from(self.overlay.later.len()).expect("few");
        let created = self.overlay.patches.get(&behind).and_then(|patch| patch.created);
        self.change(|overlay| {
            overlay.later.push(Place { index, after });
            overlay.patches.insert(handle, Patch { created, ..Patch::default() });
        });
        Some(handle)
    }

    /// Renames a contact.
    pub fn rename(&mut self, handle: Handle, name: &str, now: i64) {
        self.change(|overlay| {
            let patch = overlay.patches.entry(handle).or_default();
            (patch.name, patch.updated) = (Some(name.into()), Some(now));
        });
    }

    /// Makes an unknown contact known, or a known one unknown.
    pub fn flip(&mut self, handle: Handle, now: i64) {
        self.change(|overlay| {
            let patch = overlay.patches.entry(handle).or_default();
            (patch.flipped, patch.updated) = (!patch.flipped, Some(now));
        });
    }

    /// Gives a contact these labels and no others, which changes nothing else of it.
    pub fn label(&mut self, handle: Handle, labels: &[&'static str]) {
        self.change(|overlay| overlay.patches.entry(handle).or_default().labels = Some(labels.to_vec()));
    }

    /// Takes a label off the account's list, or all; whoever bears it keeps it.
    pub fn unlist(&mut self, label: Option<&'static str>) {
        self.change(|overlay| match label {
            Some(label) => overlay.unlisted.push(label),
            None => overlay.unlisted = LABELS.to_vec(),
        });
    }
}

/// The rows of `view` from `start`, at most `len`; with `ties`, rows that are equal by it change places from page to page,
/// as they do in a database that was told no order among them.
pub fn page(view: &[Handle], start: u64, len: u64, ties: Option<&dyn Fn(usize, usize) -> bool>) -> Vec<Handle> {
    let at = |value: u64| usize::try_from(value).unwrap_or(usize::MAX).min(view.len());
    let (from, to) = (at(start), at(start.saturating_add(len)));
    let Some(tied) = ties else { return view[from..to].to_vec() };
    if from == to {
        return Vec::new();
    }
    let (mut low, mut high) = (from, to);
    while low > 0 && tied(low - 1, low) {
        low -= 1;
    }
    while high < view.len() && tied(high - 1, high) {
        high += 1;
    }
    let mut rows = view[low..high].to_vec();
    let mut group = 0;
    while group < rows.len() {
        let mut end = group + 1;
        while end < rows.len() && tied(low + end - 1, low + end) {
            end += 1;
        }
        rows[group..end].sort_by_key(|&handle| mix(u64::from(handle) ^ start.wrapping_mul(0x00ab_cdef)));
        group = end;
    }
    rows[from - low..to - low].to_vec()
}

/// A name for a view, of its parts.
pub fn view_name(parts: &[&str]) -> String {
    format_compact!("{}", parts.join("\u{1}")).into()
}

#[cfg(test)]
mod tests {
    use super::super::Ties;
    use super::super::population::EPOCH;
    use super::*;

    fn store(vendor: Vendor) -> Store {
        Store::new(Population::new(40, 1, EPOCH, Ties::Stable), vendor)
    }

    fn ids(store: &Store) -> Vec<CompactString> {
        store.everybody().iter().map(|&handle| store.id(handle)).collect()
    }

    #[test]
    fn changes_keep_the_order_of_ids() {
        for vendor in Vendor::ALL {
            let mut store = store(vendor);
            let before = ids(&store);
            store.delete(3);
            let end = store.append(EPOCH * 1000);
            let inserted = store.insert(10).unwrap();
            let again = store.insert(10).unwrap();
            let after = ids(&store);
            assert_eq!(after.len(), before.len() + 2);
            assert!(!after.contains(&before[3]));
            assert_eq!(store.find(&before[3]), None);
            assert_eq!(after.last(), Some(&store.id(end)));
            assert_eq!(after[10..12], [store.id(inserted), store.id(again)]);
            assert_eq!(store.find(&store.id(again)), Some(again));
        }
    }

    #[test]
    fn a_gap_fills_up() {
        let mut store = store(Vendor::Chatwoot);
        assert_eq!((0..9).filter_map(|_| store.insert(5)).count(), Place::GAP as usize);
    }

    #[test]
    fn renaming_and_flipping_show() {
        let mut store = store(Vendor::Rocketchat);
        store.rename(2, "New Name", EPOCH * 1000);
        store.flip(2, EPOCH * 1000);
        assert_eq!((store.person(2).name.as_str(), store.unknown(2)), ("New Name", true));
        assert!(store.person(2).unknown);
    }

    #[test]
    fn ties_move_between_pages_and_stay_within_the_view() {
        let view: Vec<Handle> = (0..40).collect();
        let tied = |a: usize, b: usize| a / 20 == b / 20;
        let walked: Vec<Handle> = (0..8).flat_map(|at| page(&view, at * 5, 5, Some(&tied))).collect();
        assert_eq!(walked.len(), 40);
        let distinct: HashSet<_> = walked.iter().collect();
        assert!(distinct.len() < 40);
        assert!(walked[..20].iter().all(|&handle| handle < 20));
    }
}
