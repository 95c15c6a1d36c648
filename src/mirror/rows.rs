//! Sets of rows of one block, in memory as bits and on disk as the shorter of a list of gaps and a bitmap.
//!
//! Knows numbers below 65,536 and nothing of contacts.

/// Rows in a block.
pub const BLOCK_ROWS: u32 = 1 << 16;
const WORDS: usize = BLOCK_ROWS as usize / 64;
/// Length of a bitmap on disk; a list of gaps is always shorter, so that the length tells the two apart.
const BITMAP_BYTES: usize = WORDS * 8;

/// A set of rows of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Box<[u64; WORDS]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

impl Bits {
    /// The rows from `start` up to and without `end`.
    pub fn range(start: u32, end: u32) -> Self {
        let mut bits = Self::default();
        (start..end.min(BLOCK_ROWS)).for_each(|row| bits.insert(low(row)));
        bits
    }

    /// Adds a row.
    pub fn insert(&mut self, row: u16) {
        self.0[usize::from(row) / 64] |= 1 << (row % 64);
    }

    /// Whether the row is in.
    pub fn contains(&self, row: u16) -> bool {
        self.0[usize::from(row) / 64] & (1 << (row % 64)) != 0
    }

    /// How many rows are in.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether no row is in.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Keeps what is in `other` too.
    pub fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word &= other);
    }

    /// Adds what is in `other`.
    pub fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word |= other);
    }

    /// Takes out what is in `other`.
    pub fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word &= !other);
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    low(u32::try_from(index).unwrap_or(0) * 64 + bit)
                })
            })
        })
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: u16) {
        self.0[usize::from(row) / 64] &= !(1 << (row % 64));
    }

    /// Adds the rows of a set from disk.
    pub fn or_stored(&mut self, stored: &[u8]) {
        if stored.len() == BITMAP_BYTES {
            for (word, bytes) in self.0.iter_mut().zip(stored.as_chunks::<8>().0) {
                *word |= u64::from_le_bytes(*bytes);
            }
        } else {
            gaps(stored, |row| self.insert(row));
        }
    }

    /// The form on disk.
    pub fn to_stored(&self) -> Vec<u8> {
        let mut list = RowList::default();
        self.iter().for_each(|row| list.push(row));
        list.into_stored()
    }
}

/// A row number within its block; the caller knows it to be one.
fn low(row: u32) -> u16 {
    u16::try_from(row & 0xffff).unwrap_or(0)
}

/// A set as it lies on disk.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'s>(pub &'s [u8]);

impl Stored<'_> {
    /// How many rows are in.
    pub fn count(self) -> u64 {
        if self.0.len() == BITMAP_BYTES {
            return self.0.iter().map(|byte| u64::from(byte.count_ones())).sum();
        }
        // Every row ends with a byte without the mark that more of it follow.
        self.0.iter().filter(|byte| *byte & 0x80 == 0).count() as u64
    }

    /// Calls `visit` with the rows that are in `among` too, ascending.
    pub fn each_in(self, among: &Bits, mut visit: impl FnMut(u16)) {
        if self.0.len() == BITMAP_BYTES {
            let mut both = Bits::default();
            both.or_stored(self.0);
            both.and(among);
            both.iter().for_each(visit);
        } else {
            gaps(self.0, |row| {
                if among.contains(row) {
                    visit(row);
                }
            });
        }
    }
}

fn gaps(stored: &[u8], mut visit: impl FnMut(u16)) {
    let (mut next, mut bytes) = (0u32, stored.iter());
    // Seven bits a byte, the low ones first; no gap needs more than three bytes.
    while let Some(first) = bytes.next() {
        let mut gap = u32::from(first & 0x7f);
        if first & 0x80 != 0 {
            let Some(second) = bytes.next() else { return };
            gap |= u32::from(second & 0x7f) << 7;
            if second & 0x80 != 0 {
                let Some(third) = bytes.next().filter(|third| **third & 0x80 == 0) else { return };
                gap |= u32::from(*third) << 14;
            }
        }
        let row = next + gap;
        if row >= BLOCK_ROWS {
            return;
        }
        visit(low(row));
        next = row + 1;
    }
}

/// A growing list of rows in ascending order, compact from the start.
#[derive(Clone, Debug, Default)]
pub struct RowList {
    bytes: Vec<u8>,
    next: u32,
}

impl RowList {
    /// Appends a row; one that is not greater than the last is left out.
    pub fn push(&mut self, row: u16) {
        let row = u32::from(row);
        if row < self.next {
            return;
        }
        let mut gap = row - self.next;
        while gap >= 0x80 {
            self.bytes.push((gap & 0x7f) as u8 | 0x80);
            gap >>= 7;
        }
        self.bytes.push((gap & 0x7f) as u8);
        self.next = row + 1;
    }

    /// The form on disk.
    pub fn into_stored(self) -> Vec<u8> {
        if self.bytes.len() < BITMAP_BYTES {
            return self.bytes;
        }
        let mut bits = Bits::default();
        gaps(&self.bytes, |row| bits.insert(row));
        bits.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

/// A stored set with one row more or less; `None` if it is as asked already.
pub fn amended(stored: &[u8], row: u16, change: Change) -> Option<Vec<u8>> {
    let put = change == Change::Insert;
    if stored.len() == BITMAP_BYTES {
        let (byte, bit) = (usize::from(row) / 8, 1u8 << (row % 8));
        if (stored[byte] & bit != 0) == put {
            return None;
        }
        let mut bytes = stored.to_vec();
        bytes[byte] ^= bit;
        // May have become short enough for a list.
        let mut bits = Bits::default();
        bits.or_stored(&bytes);
        return Some(bits.to_stored());
    }
    let mut list = RowList { bytes: Vec::with_capacity(stored.len() + 3), next: 0 };
    let mut found = false;
    gaps(stored, |other| {
        found |= other == row;
        if put && other > row {
            list.push(row);
        }
        if put || other != row {
            list.push(other);
        }
    });
    if put {
        list.push(row);
    }
    (found != put).then(|| list.into_stored())
}

/// Whether a row comes into a stored set or leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It comes in.
    Insert,
    /// It leaves.
    Remove,
}

/// A stored set without the rows of `gone`; `None` if it has none of them.
pub fn without(stored: &[u8], gone: &Bits) -> Option<Vec<u8>> {
    if stored.len() == BITMAP_BYTES {
        let mut bits = Bits::default();
        bits.or_stored(stored);
        let before = bits.count();
        bits.without(gone);
        return (bits.count() != before).then(|| bits.to_stored());
    }
    let mut touched = false;
    gaps(stored, |row| touched |= gone.contains(row));
    touched.then(|| {
        let mut list = RowList::default();
        gaps(stored, |row| {
            if !gone.contains(row) {
                list.push(row);
            }
        });
        list.into_stored()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_hold_what_was_put_in() {
        for step in [1u32, 2, 7, 300, 20_000] {
            let mut bits = Bits::default();
            for row in (0..BLOCK_ROWS).step_by(step as usize) {
                bits.insert(low(row));
            }
            let stored = bits.to_stored();
            assert!(stored.len() <= BITMAP_BYTES);
            let mut back = Bits::default();
            back.or_stored(&stored);
            assert!(back == bits, "step {step}");
            assert_eq!(back.count() as usize, back.iter().count());
        }
    }

    proptest! {
        #[test]
        fn any_set_survives(rows in proptest::collection::btree_set(0u16.., 0..300)) {
            let mut list = RowList::default();
            rows.iter().for_each(|row| list.push(*row));
            let mut bits = Bits::default();
            bits.or_stored(&list.into_stored());
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), rows.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn changes_are_those_of_a_set(
            rows in proptest::collection::btree_set(0u16..400, 0..300),
            dense in any::<bool>(),
            changed in 0u16..400,
        ) {
            // A dense set lies on disk as a bitmap.
            let mut set = rows.clone();
            set.extend((1000..=u16::MAX).filter(|row| dense && row % 2 == 0));
            let stored_of = |set: &std::collections::BTreeSet<u16>| {
                let mut list = RowList::default();
                for row in set {
                    list.push(*row);
                }
                list.into_stored()
            };
            let stored = stored_of(&set);
            let mut more = set.clone();
            let inserted = more.insert(changed).then(|| stored_of(&more));
            prop_assert_eq!(amended(&stored, changed, Change::Insert), inserted);
            let mut less = set.clone();
            let removed = less.remove(&changed).then(|| stored_of(&less));
            prop_assert_eq!(amended(&stored, changed, Change::Remove), removed.clone());
            let mut gone = Bits::default();
            gone.insert(changed);
            prop_assert_eq!(without(&stored, &gone), removed);
        }

        #[test]
        fn hostile_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            Bits::default().or_stored(&bytes);
        }
    }
}
