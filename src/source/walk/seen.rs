//! Which contacts came already, in memory that does not grow with their number where the order allows it.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use roaring::RoaringTreemap;

use crate::model::Text;

use super::super::{ErrorKind, Lane, Order, SourceError};
use super::interval::compare_ids;

/// Remembers ids.
pub(super) enum Seen {
    /// One lane in the order of its ids: the watermark is memory enough.
    Nothing,
    /// Several lanes, each in the order of its ids: a sorted file that is merged while the next lane is walked.
    Sorted(Box<SortedLog>),
    /// Any order.
    Set(IdSet),
}

impl Seen {
    pub(super) fn for_lanes(lanes: &[Lane]) -> Self {
        let order = lanes.first().map_or(Order::Unproven, |lane| lane.order);
        let unique = matches!(order, Order::IdBytes | Order::IdNumber) && lanes.iter().all(|lane| lane.order == order);
        match (unique, lanes.len()) {
            (true, 0 | 1) => Self::Nothing,
            (true, _) => Self::Sorted(Box::new(SortedLog::new(order))),
            (false, _) => Self::Set(IdSet::default()),
        }
    }

    /// Whether `id` is new; it is remembered. Ids of one lane must come in order if the lanes have one.
    pub(super) fn insert(&mut self, id: &Text) -> Result<bool, SourceError> {
        match self {
            Self::Nothing => Ok(true),
            Self::Sorted(log) => log.insert(id).map_err(|error| failed(&error)),
            Self::Set(set) => Ok(set.insert(id)),
        }
    }

    /// Remembers ids in any order from now on; nothing was remembered yet.
    pub(super) fn forget_order(&mut self) {
        *self = Self::Set(IdSet::default());
    }

    /// Those of `ids` that never came. The last lane must be through; asked once.
    pub(super) fn unseen(&mut self, mut ids: HashSet<Text>) -> Result<HashSet<Text>, SourceError> {
        match self {
            Self::Nothing => ids.clear(),
            Self::Set(set) => ids.retain(|id| !set.contains(id)),
            Self::Sorted(log) => {
                if let Some(mut before) = log.before.take() {
                    while let Some(id) = before.next().map_err(|error| failed(&error))? {
                        ids.remove(&id);
                    }
                }
            }
        }
        Ok(ids)
    }

    pub(super) fn next_lane(&mut self) -> Result<(), SourceError> {
        match self {
            Self::Sorted(log) => log.next_lane().map_err(|error| failed(&error)),
            Self::Nothing | Self::Set(_) => Ok(()),
        }
    }
}

fn failed(error: &io::Error) -> SourceError {
    SourceError::new(
        ErrorKind::Unexpected,
        format!("cannot keep the list of contacts seen in a temporary file: {error}"),
    )
}

/// A set of ids: numbers as a bitmap (two bytes each where they are dense), others as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct IdSet {
    numbers: RoaringTreemap,
    texts: HashSet<Text>,
}

impl IdSet {
    pub(super) fn insert(&mut self, id: &Text) -> bool {
        match number(id) {
            Some(number) => self.numbers.insert(number),
            None => self.texts.insert(id.clone()),
        }
    }

    pub(super) fn contains(&self, id: &Text) -> bool {
        match number(id) {
            Some(number) => self.numbers.contains(number),
            None => self.texts.contains(id),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.texts.is_empty()
    }

    pub(super) fn len(&self) -> u64 {
        self.numbers.len() + self.texts.len() as u64
    }
}

fn number(id: &str) -> Option<u64> {
    (id.len() < 20 && !id.starts_with('0')).then(|| id.parse().ok()).flatten()
}

/// Ids of the lanes walked so far, sorted, one a line; while a lane is walked, its ids are merged into a new file.
///
/// A quarter of a million bytes stay in memory.
pub(super) struct SortedLog {
    order: Order,
    before: Option<Reader>,
    pending: Option<Text>,
    merged: Spool,
}

impl SortedLog {
    fn new(order: Order) -> Self {
        Self { order, before: None, pending: None, merged: Spool::default() }
    }

    fn insert(&mut self, id: &Text) -> io::Result<bool> {
        loop {
            if self.pending.is_none() {
                self.pending = self.before.as_mut().map_or(Ok(None), Reader::next)?;
            }
            let Some(pending) = &self.pending else { break };
            match compare_ids(self.order, pending, id) {
                Ordering::Greater => break,
                Ordering::Equal => {
                    // Written once, when the next id passes it.
                    return Ok(false);
                }
                Ordering::Less => {
                    self.merged.push(pending)?;
                    self.pending = None;
                }
            }
        }
        self.merged.push(id)?;
        Ok(true)
    }

    fn next_lane(&mut self) -> io::Result<()> {
        if let Some(pending) = self.pending.take() {
            self.merged.push(&pending)?;
        }
        if let Some(mut before) = self.before.take() {
            while let Some(id) = before.next()? {
                self.merged.push(&id)?;
            }
        }
        self.before = Some(std::mem::take(&mut self.merged).into_reader()?);
        Ok(())
    }
}

const SPOOL_MEMORY: usize = 256 << 10;

#[derive(Default)]
struct Spool {
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
}

impl Spool {
    fn push(&mut self, id: &str) -> io::Result<()> {
        if self.file.is_none() && self.memory.len() + id.len() > SPOOL_MEMORY {
            let mut file = BufWriter::new(tempfile::tempfile()?);
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.file = Some(file);
        }
        let out: &mut dyn Write = match &mut self.file {
            Some(file) => file,
            None => &mut self.memory,
        };
        // An id with a line break in it would tear the file; such an id is nobody's.
        for (index, part) in id.split('\n').enumerate() {
            out.write_all(if index > 0 { b" " } else { b"" })?;
            out.write_all(part.as_bytes())?;
        }
        out.write_all(b"\n")
    }

    fn into_reader(self) -> io::Result<Reader> {
        Ok(match self.file {
            Some(writer) => {
                let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                Reader::new(BufReader::new(file))
            }
            None => Reader::new(io::Cursor::new(self.memory)),
        })
    }
}

struct Reader {
    lines: Box<dyn BufRead + Send>,
    line: String,
}

impl Reader {
    fn new(lines: impl BufRead + Send + 'static) -> Self {
        Self { lines: Box::new(lines), line: String::new() }
    }

    fn next(&mut self) -> io::Result<Option<Text>> {
        self.line.clear();
        let read = self.lines.read_line(&mut self.line)?;
        Ok((read > 0).then(|| self.line.trim_end_matches('\n').into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_merge() {
        let mut log = SortedLog::new(Order::IdBytes);
        let mut lane = |ids: &[&str]| {
            let fresh: Vec<bool> = ids.iter().map(|id| log.insert(&Text::from(*id)).unwrap()).collect();
            log.next_lane().unwrap();
            fresh
        };
        assert_eq!(lane(&["b", "d", "f"]), [true, true, true]);
        assert_eq!(lane(&["a", "d", "e"]), [true, false, true]);
        assert_eq!(lane(&["a", "b", "c", "d", "e", "f", "g"]), [false, false, true, false, false, false, true]);
    }

    #[test]
    fn sets_know_numbers_and_words() {
        let mut set = IdSet::default();
        for id in ["12", "0012", "12100000000000001", "abc"] {
            assert!(set.insert(&id.into()), "{id}");
            assert!(!set.insert(&id.into()), "{id}");
        }
        assert_eq!(set.len(), 4);
    }

    #[test]
    fn a_spool_larger_than_its_memory_comes_back_whole() {
        let mut spool = Spool::default();
        for number in 0..200_000 {
            spool.push(&format!("{number:024}")).unwrap();
        }
        let mut reader = spool.into_reader().unwrap();
        for number in 0..200_000 {
            assert_eq!(reader.next().unwrap().unwrap(), format!("{number:024}"));
        }
        assert_eq!(reader.next().unwrap(), None);
    }
}
