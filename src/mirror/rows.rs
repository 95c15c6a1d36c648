//! Sets of rows of one block: in memory a list of few or the bits of many, and on disk the shorter of a list of gaps and a
//! bitmap.
//!
//! Knows numbers below 65,536 and nothing of contacts.

/// Rows in a block.
pub const BLOCK_ROWS: u32 = 1 << 16;
const WORDS: usize = BLOCK_ROWS as usize / 64;
/// Length of a bitmap on disk; a list of gaps is always shorter, so that the length tells the two apart.
const BITMAP_BYTES: usize = WORDS * 8;
/// So many rows are kept as a list, in a quarter of the room of bits. Tests meet both forms.
const MOST_LISTED: usize = if cfg!(test) { 40 } else { 1024 };

/// A set of rows of one block.
#[derive(Clone, Debug)]
pub enum Bits {
    /// The rows, ascending.
    Few(Vec<u16>),
    /// A bit for every row.
    Many(Box<[u64; WORDS]>),
}

impl Default for Bits {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
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
        match self {
            Self::Many(words) => words[usize::from(row) / 64] |= 1 << (row % 64),
            Self::Few(rows) => {
                let place = match rows.last() {
                    Some(last) if *last >= row => rows.binary_search(&row),
                    _ => Err(rows.len()),
                };
                let Err(place) = place else { return };
                if rows.len() < MOST_LISTED {
                    rows.insert(place, row);
                } else {
                    self.words()[usize::from(row) / 64] |= 1 << (row % 64);
                }
            }
        }
    }

    /// The bits, which there are from here on.
    fn words(&mut self) -> &mut [u64; WORDS] {
        if let Self::Few(rows) = self {
            let mut words = Box::new([0; WORDS]);
            rows.iter().for_each(|row| words[usize::from(*row) / 64] |= 1 << (row % 64));
            *self = Self::Many(words);
        }
        match self {
            Self::Many(words) => words,
            Self::Few(_) => unreachable!("there are bits now"),
        }
    }

    /// Whether the row is in.
    pub fn contains(&self, row: u16) -> bool {
        match self {
            Self::Few(rows) => rows.binary_search(&row).is_ok(),
            Self::Many(words) => words[usize::from(row) / 64] & (1 << (row % 64)) != 0,
        }
    }

    /// How many rows are in.
    pub fn count(&self) -> u32 {
        match self {
            Self::Few(rows) => u32::try_from(rows.len()).unwrap_or(BLOCK_ROWS),
            Self::Many(words) => words.iter().map(|word| word.count_ones()).sum(),
        }
    }

    /// Whether no row is in.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Few(rows) => rows.is_empty(),
            Self::Many(words) => words.iter().all(|word| *word == 0),
        }
    }

    /// Keeps what is in `other` too.
    pub fn and(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Few(rows), Self::Few(others)) => {
                let mut others = others.iter().copied().peekable();
                rows.retain(|row| {
                    while others.next_if(|other| other < row).is_some() {}
                    others.peek() == Some(row)
                });
            }
            (Self::Few(rows), other) => rows.retain(|row| other.contains(*row)),
            (Self::Many(words), Self::Many(others)) => {
                words.iter_mut().zip(others.iter()).for_each(|(word, other)| *word &= other);
            }
            (Self::Many(words), Self::Few(others)) => {
                let both = others.iter().filter(|row| words[usize::from(**row) / 64] & (1 << (**row % 64)) != 0);
                *self = Self::Few(both.copied().collect());
            }
        }
    }

    /// Adds what is in `other`.
    pub fn or(&mut self, other: &Self) {
        match other {
            Self::Few(others) => others.iter().for_each(|row| self.insert(*row)),
            Self::Many(others) => {
                self.words().iter_mut().zip(others.iter()).for_each(|(word, other)| *word |= other);
            }
        }
    }

    /// Takes out what is in `other`.
    pub fn without(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Few(rows), other) => rows.retain(|row| !other.contains(*row)),
            (Self::Many(words), Self::Many(others)) => {
                words.iter_mut().zip(others.iter()).for_each(|(word, other)| *word &= !other);
            }
            (Self::Many(_), Self::Few(others)) => others.iter().for_each(|row| self.remove(*row)),
        }
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        let (rows, words): (&[u16], &[u64]) = match self {
            Self::Few(rows) => (rows, &[]),
            Self::Many(words) => (&[], &words[..]),
        };
        rows.iter().copied().chain(words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    low(u32::try_from(index).unwrap_or(0) * 64 + bit)
                })
            })
        }))
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: u16) {
        match self {
            Self::Few(rows) => {
                if let Ok(place) = rows.binary_search(&row) {
                    rows.remove(place);
                }
            }
            Self::Many(words) => words[usize::from(row) / 64] &= !(1 << (row % 64)),
        }
    }

    /// Adds the rows of a set from disk.
    pub fn or_stored(&mut self, stored: Stored<'_>) {
        if let Some(bitmap) = stored.bitmap() {
            for (word, bytes) in self.words().iter_mut().zip(bitmap) {
                *word |= u64::from_le_bytes(*bytes);
            }
            return;
        }
        let more = usize::try_from(stored.count()).unwrap_or(usize::MAX);
        match self {
            Self::Few(rows) if rows.is_empty() && more <= MOST_LISTED => {
                rows.reserve(more);
                gaps(stored.0, |row| rows.push(row));
            }
            Self::Few(rows) if rows.len() + more <= MOST_LISTED => gaps(stored.0, |row| self.insert(row)),
            _ => {
                let words = self.words();
                gaps(stored.0, |row| words[usize::from(row) / 64] |= 1 << (row % 64));
            }
        }
    }

    /// Keeps what is in a set from disk too.
    pub fn and_stored(&mut self, stored: Stored<'_>) {
        match (&mut *self, stored.bitmap()) {
            (Self::Few(rows), Some(bitmap)) => rows.retain(|row| has(bitmap, *row)),
            (Self::Many(words), Some(bitmap)) => {
                words.iter_mut().zip(bitmap).for_each(|(word, bytes)| *word &= u64::from_le_bytes(*bytes));
            }
            (Self::Few(rows), None) => {
                let (mut kept, mut at) = (0, 0);
                gaps(stored.0, |other| {
                    while at < rows.len() && rows[at] < other {
                        at += 1;
                    }
                    if at < rows.len() && rows[at] == other {
                        rows[kept] = other;
                        kept += 1;
                        at += 1;
                    }
                });
                rows.truncate(kept);
            }
            (Self::Many(words), None) => {
                let mut both = Self::default();
                gaps(stored.0, |row| {
                    if words[usize::from(row) / 64] & (1 << (row % 64)) != 0 {
                        both.insert(row);
                    }
                });
                *self = both;
            }
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

impl<'s> Stored<'s> {
    fn bitmap(self) -> Option<&'s [[u8; 8]]> {
        (self.0.len() == BITMAP_BYTES).then_some(self.0.as_chunks().0)
    }

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
        match self.bitmap() {
            Some(bitmap) => among.iter().filter(|row| has(bitmap, *row)).for_each(visit),
            None => gaps(self.0, |row| {
                if among.contains(row) {
                    visit(row);
                }
            }),
        }
    }
}

fn has(bitmap: &[[u8; 8]], row: u16) -> bool {
    let word = bitmap.get(usize::from(row) / 64).map_or(0, |bytes| u64::from_le_bytes(*bytes));
    word & (1 << (row % 64)) != 0
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
        bits.words().iter().flat_map(|word| word.to_le_bytes()).collect()
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
        bits.or_stored(Stored(&bytes));
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
        bits.or_stored(Stored(stored));
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
            back.or_stored(Stored(&stored));
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
            bits.or_stored(Stored(&list.into_stored()));
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
            Bits::default().or_stored(Stored(&bytes));
        }
    }
}
