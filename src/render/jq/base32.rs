//! Base32 (RFC 4648), which jq has and jaq has not.

use jaq_core::native::{Fun, bome, v};
use jaq_core::{Error, Native};
use jaq_json::Val;
use jaq_std::ValT as _;

use super::Data;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `encode_base32` and `decode_base32`.
pub(super) fn functions() -> [Fun<Data>; 2] {
    [
        ("encode_base32", v(0), Native::new(|(_, value)| bome(encoded(&value)))),
        ("decode_base32", v(0), Native::new(|(_, value)| bome(decoded(&value)))),
    ]
}

fn encoded(value: &Val) -> Result<Val, Error<Val>> {
    value.try_as_utf8_bytes_owned().map(|bytes| Val::from_utf8_bytes(encode(&bytes)))
}

fn decoded(value: &Val) -> Result<Val, Error<Val>> {
    let bytes = value.try_as_utf8_bytes_owned()?;
    decode(&bytes).map(Val::from_utf8_bytes).ok_or_else(|| Error::str("it is not valid base32 data"))
}

fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(five);
        let letters = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            let index = (bits >> (35 - 5 * place)) & 31;
            out.push(if place < letters { ALPHABET[usize::try_from(index).unwrap_or(0)] } else { b'=' });
        }
    }
    out
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.iter().filter(|letter| **letter != b'=') {
        let index = ALPHABET.iter().position(|known| known == letter)?;
        bits = bits << 5 | u32::try_from(index).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}
