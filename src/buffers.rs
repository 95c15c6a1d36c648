//! Byte buffers that are used again.
//!
//! A walk of ten thousand pages reads each into a hundred kilobytes and renders it into as many more, on two threads, and a third
//! takes them. Memory that one thread takes and another gives back costs the system's allocator locks and page faults: a sixth
//! of an export's processor time.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers that are kept at most.
const MOST_KEPT: usize = 4;
/// Bytes that a kept buffer may have room for: one that a single huge reply needed is no use to the others.
const MOST_ROOM: usize = 256 << 10;

/// Where buffers come from and go back to.
#[derive(Clone, Debug, Default)]
pub struct Buffers(Arc<Mutex<Shelf>>);

#[derive(Debug, Default)]
struct Shelf {
    kept: Vec<Vec<u8>>,
    /// How long the content of the last was: the next will be about as long, and one that has to grow leaves holes.
    usual: usize,
}

impl Buffers {
    /// An empty buffer, with room for `room` bytes at least; if that is not known, for a little more than the last one held.
    pub fn take(&self, room: Option<usize>) -> Buffer {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = shelf.kept.pop().unwrap_or_default();
        let room = room.unwrap_or(shelf.usual + shelf.usual / 8);
        drop(shelf);
        bytes.reserve_exact(room);
        Buffer { bytes, home: Some(self.clone()) }
    }

    fn put(&self, mut bytes: Vec<u8>) {
        if (1..=MOST_ROOM).contains(&bytes.capacity()) {
            let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.usual = bytes.len();
            if shelf.kept.len() < MOST_KEPT {
                bytes.clear();
                shelf.kept.push(bytes);
            }
        }
    }
}

/// Bytes; their room goes back to where it is from.
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    home: Option<Buffers>,
}

impl Buffer {
    /// The bytes by themselves.
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            home.put(std::mem::take(&mut self.bytes));
        }
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, home: None }
    }
}

/// A copy is a buffer by itself.
impl Clone for Buffer {
    fn clone(&self) -> Self {
        Self::from(self.bytes.clone())
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_empty_with_their_room() {
        let buffers = Buffers::default();
        let mut first = buffers.take(Some(10));
        first.extend_from_slice(&[7; 1_000]);
        let place = first.as_ptr();
        drop(first);
        let again = buffers.take(Some(10));
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        let next = buffers.take(None).into_bytes();
        assert!((1_000..2_000).contains(&next.capacity()), "a little longer than the last");
        let copy = again.clone();
        assert!(copy.into_bytes().is_empty());
        assert!(again.into_bytes().capacity() >= 1_000);
        assert_eq!(buffers.take(Some(0)).capacity(), 0, "what was taken out does not come back");
    }

    #[test]
    fn neither_many_nor_huge_ones_are_kept() {
        let buffers = Buffers::default();
        drop(buffers.take(Some(MOST_ROOM + 1)));
        assert_eq!(buffers.take(None).capacity(), 0);
        let many: Vec<Buffer> = (0..2 * MOST_KEPT).map(|_| buffers.take(Some(10))).collect();
        drop(many);
        assert_eq!(buffers.0.lock().unwrap().kept.len(), MOST_KEPT);
    }
}
