//! The strings of JSON, and comparing and finding in short texts eight bytes at a time.

/// What is in front of the first string of `json`, what is in the string as it is written, and what is behind it.
pub(super) fn next_string(json: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (gap, behind) = json.split_at(find(json, |bytes| zeros(bytes ^ (ONES * u64::from(b'"'))))?);
    let (string, behind) = string_of(&behind[1..])?;
    Some((gap, string, behind))
}

/// The string that `json` begins in, as it is written, and what is behind it.
pub(super) fn string_of(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let marks = |bytes| zeros(bytes ^ (ONES * u64::from(b'"'))) | zeros(bytes ^ (ONES * u64::from(b'\\')));
    let mut end = 0;
    loop {
        end += find(json.get(end..)?, marks)?;
        if json[end] == b'"' {
            return Some((&json[..end], &json[end + 1..]));
        }
        end += 2;
    }
}

const ONES: u64 = u64::MAX / 255;

/// A mark in the highest bit of the lowest byte that is zero; higher ones may be marked that are not.
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(ONES) & !bytes & ONES << 7
}

/// The first byte that is marked among eight at a time. Strings in JSON are so short that a search made for long texts takes
/// longer to begin than to end.
fn find(text: &[u8], marks: impl Fn(u64) -> u64) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let found = marks(eight(rest));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        if rest.len() <= 8 {
            return None;
        }
        at += 8;
    }
}

/// A quick hash: of the first and the last eight bytes, and of the length.
pub(super) fn hash(text: &[u8]) -> u64 {
    let ends = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(23),
        _ => eight(text),
    };
    ends ^ (text.len() as u64) << 56
}

/// Whether two texts are the same, most of which are short.
pub(super) fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && eight(a) == eight(b) && (a.len() <= 8 || a[8..] == b[8..])
}

/// The first eight bytes, zeros if there are fewer.
pub(super) fn eight(text: &[u8]) -> u64 {
    match (text.first_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>(), text) {
        (Some(eight), ..) => u64::from_le_bytes(*eight),
        // Four bytes from the front and four from the back overlap as they should.
        (None, Some(front), Some(back), _) => {
            let [front, back] = [front, back].map(|four| u64::from(u32::from_le_bytes(*four)));
            front | back << ((text.len() - 4) * 8)
        }
        (.., few) => few.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}
