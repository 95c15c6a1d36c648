//! Noting what new contacts have, on a thread of its own: it takes as long as writing them.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::super::index::Postings;
use super::super::key::Key;

/// Notes that are handed over at once; fewer are no work for a thread.
const AT_ONCE: usize = 1 << 15;
/// How often that many may wait for the thread.
const WAITING: usize = 8;

/// What the rows of the current block have that are not indexed yet.
#[derive(Default)]
pub struct Noting {
    /// Notes that were not handed over yet: a key's 48 bits, then a row's 16.
    notes: Vec<u64>,
    /// What was noted already, as long as there is no thread; empty once there is one.
    postings: Postings,
    orders: Option<SyncSender<Order>>,
}

/// What the thread is told.
enum Order {
    Note(Vec<u64>),
    /// To give back what it noted, and to go on with this.
    Exchange(Postings, Sender<Postings>),
}

impl Noting {
    /// Notes that `row` has `keys`; rows come in ascending order.
    pub fn note(&mut self, keys: &[Key], row: u16) {
        self.notes.extend(keys.iter().map(|key| key << 16 | u64::from(row)));
        if self.notes.len() >= AT_ONCE {
            self.hand_over();
        }
    }

    /// What was noted since the last time.
    pub fn take(&mut self) -> Postings {
        if self.orders.is_none() {
            self.note_here();
            return std::mem::take(&mut self.postings);
        }
        self.hand_over();
        let (give, taken) = channel();
        let next = std::mem::take(&mut self.postings);
        self.tell(Order::Exchange(next, give));
        taken.recv().expect("noting ends with who is noted for")
    }

    /// Takes back what is empty, so that its memory is used again.
    pub fn give_back(&mut self, postings: Postings) {
        self.postings = postings;
    }

    fn note_here(&mut self) {
        note_all(&mut self.postings, &self.notes);
        self.notes.clear();
    }

    fn hand_over(&mut self) {
        if self.orders.is_none() {
            let (orders, given) = sync_channel(WAITING);
            let thread = thread::Builder::new().name("noting".to_owned()).spawn(move || work(&given));
            // Where there may be no further thread, this one does the work.
            if thread.is_err() {
                return self.note_here();
            }
            self.orders = Some(orders);
            let (postings, (before, _)) = (std::mem::take(&mut self.postings), channel());
            self.tell(Order::Exchange(postings, before));
        }
        let notes = std::mem::replace(&mut self.notes, Vec::with_capacity(AT_ONCE));
        self.tell(Order::Note(notes));
    }

    fn tell(&self, order: Order) {
        let told = self.orders.as_ref().is_some_and(|orders| orders.send(order).is_ok());
        assert!(told, "noting ends with who is noted for");
    }
}

fn work(given: &Receiver<Order>) {
    let mut postings = Postings::default();
    for order in given {
        match order {
            Order::Note(notes) => note_all(&mut postings, &notes),
            // Nobody may wait for it.
            Order::Exchange(next, give) => drop(give.send(std::mem::replace(&mut postings, next))),
        }
    }
}

fn note_all(postings: &mut Postings, notes: &[u64]) {
    notes.iter().for_each(|note| postings.note(note >> 16, (note & 0xffff) as u16));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_on_a_thread_is_what_is_noted_here() {
        let sorted = |postings: Postings| {
            let mut lists: Vec<_> = postings.into_lists().collect();
            lists.sort();
            lists
        };
        // A block without a thread, one with which it begins, and one with a thread from the beginning.
        let mut noting = Noting::default();
        for rows in [5_u16, 2_000, 3_000, 7] {
            let mut expected = Postings::default();
            for row in 0..rows {
                let keys: Vec<Key> =
                    (0..40).map(|key| (u64::from(row) * 31 + key * key) % 997 + (key << 40)).chain([7]).collect();
                keys.iter().for_each(|key| expected.note(*key, row));
                noting.note(&keys, row);
            }
            let expected = sorted(expected);
            assert!(expected.len() > 40);
            assert_eq!(sorted(noting.take()), expected, "{rows} rows");
            noting.give_back(Postings::default());
        }
        assert!(noting.orders.is_some());
    }
}
