//! Rows as they are written, a page of them in one piece; and where they wait for their turn.

use std::io::{self, Read as _, Seek as _, Write as _};
use std::ops::{ControlFlow, Range};

use crate::buffers::{Buffer, Buffers};

use super::ask::RowOut;

/// Rows, one behind the other.
#[derive(Default)]
pub struct Rendered {
    bytes: Buffer,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Rendered {
    /// No rows yet, in a buffer of `buffers`.
    pub fn new(buffers: &Buffers) -> Self {
        Self { bytes: buffers.take(None), ends: Vec::new() }
    }

    /// Adds the row that `write` appends.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// The bytes of some rows.
    pub fn rows(&self, range: Range<usize>) -> &[u8] {
        let end = |rows: usize| rows.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.bytes[end(range.start)..end(range.end)]
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// Splits places into runs of neighbours, each as long as it can be.
pub fn runs(places: &[u32]) -> impl Iterator<Item = Range<usize>> + '_ {
    places.chunk_by(|before, after| before + 1 == *after).map(|run| run[0] as usize..run[0] as usize + run.len())
}

/// Rows that wait for their turn: a little in memory, the rest in a temporary file; each behind its length.
#[derive(Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<std::fs::File>,
}

/// Bytes that wait in memory, and that are read at a time.
const SPOOL_MEMORY: usize = 1 << 20;
const SPOOL_READ: usize = 1 << 16;

impl Spool {
    /// Keeps a row.
    pub fn push(&mut self, row: &[u8]) -> io::Result<()> {
        self.memory.extend_from_slice(&(row.len() as u64).to_le_bytes());
        self.memory.extend_from_slice(row);
        if self.memory.len() > SPOOL_MEMORY {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile()?),
            };
            file.write_all(&self.memory)?;
            self.memory.clear();
        }
        Ok(())
    }

    /// Gives out every row, until nobody wants more.
    pub fn drain(&mut self, out: &mut dyn RowOut) {
        let memory = std::mem::take(&mut self.memory);
        let mut reader: Box<dyn io::BufRead> = match self.file.take() {
            Some(mut file) => {
                if file.rewind().is_err() {
                    return;
                }
                Box::new(io::BufReader::new(file.chain(io::Cursor::new(memory))))
            }
            None => Box::new(io::Cursor::new(memory)),
        };
        let mut some = Rendered::default();
        let mut give = |some: &mut Rendered| {
            let taken =
                if some.ends.is_empty() { ControlFlow::Continue(()) } else { out.rows(some, 0..some.ends.len()) };
            some.clear();
            taken
        };
        loop {
            let mut length = [0; 8];
            if reader.read_exact(&mut length).is_err() {
                let _ = give(&mut some);
                return;
            }
            let length = usize::try_from(u64::from_le_bytes(length)).unwrap_or(0);
            let mut read = Ok(());
            some.push(|bytes| {
                let start = bytes.len();
                bytes.resize(start + length, 0);
                read = reader.read_exact(&mut bytes[start..]);
            });
            if read.is_err() || (some.bytes.len() > SPOOL_READ && give(&mut some).is_break()) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Taken(Vec<Vec<u8>>);

    impl RowOut for Taken {
        fn rows(&mut self, rows: &Rendered, range: Range<usize>) -> ControlFlow<()> {
            self.0.extend(range.map(|at| rows.rows(at..at + 1).to_vec()));
            ControlFlow::Continue(())
        }

        fn page(&mut self) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
    }

    #[test]
    fn neighbours_are_one_piece() {
        let runs = |places: &[u32]| runs(places).collect::<Vec<_>>();
        assert!(runs(&[]).is_empty());
        assert_eq!(runs(&[1, 2, 3, 7, 6, 8, 9]), [1..4, 7..8, 6..7, 8..10]);
        let mut rows = Rendered::default();
        for row in ["a", "", "bcd", "e"] {
            rows.push(|bytes| bytes.extend_from_slice(row.as_bytes()));
        }
        assert_eq!(rows.rows(1..4), b"bcde");
        assert_eq!(rows.rows(0..2), b"a");
        assert_eq!(rows.rows(2..2), b"");
    }

    #[test]
    fn rows_that_waited_come_as_they_were() {
        for (count, length) in [(0, 0), (3, 5), (40, 100_000)] {
            let rows: Vec<Vec<u8>> = (0..count).map(|n: u8| vec![n; length + usize::from(n)]).collect();
            let mut spool = Spool::default();
            rows.iter().for_each(|row| spool.push(row).unwrap());
            assert_eq!(spool.file.is_some(), count == 40);
            let mut taken = Taken::default();
            spool.drain(&mut taken);
            assert_eq!(taken.0, rows);
        }
    }
}
