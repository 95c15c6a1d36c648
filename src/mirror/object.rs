//! A contact as it lies on disk: [packed](super::packed), the vendor's own object included, compressed with a dictionary.
//! Older formats hold its canonical JSON instead.
//!
//! The dictionary was trained on made-up contacts of every vendor. It is fixed and learns from no stored contact, so that
//! forgetting a contact leaves nothing of it behind.

use std::cell::RefCell;

use crate::model::{Contact, Text, Time};

use super::key::{Key, hash, keys_of};
use super::packed::{FORM, pack, unpack};
use super::text::searched_text;

/// The dictionary of format 1; stored objects need it for ever.
const DICTIONARY: &[u8] = include_bytes!("dictionary.1");
/// Twice as fast as level 1, for a tenth more bytes.
const LEVEL: i32 = -1;
/// No contact is larger than this once decompressed.
const MOST_BYTES: usize = 64 << 20;

/// Turns contacts into stored objects.
pub struct Encoder {
    compressor: zstd::bulk::Compressor<'static>,
    packed: Vec<u8>,
    compressed: Vec<u8>,
}

/// A stored object and the fingerprint of what is in it.
pub struct Encoded {
    /// The compressed object.
    pub object: Box<[u8]>,
    /// Equal for equal contacts.
    pub print: i64,
}

impl Encoder {
    /// An encoder with the dictionary loaded.
    pub fn new() -> std::io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY)?;
        compressor.set_parameter(zstd::zstd_safe::CParameter::DictIdFlag(false))?;
        Ok(Self { compressor, packed: Vec::new(), compressed: Vec::new() })
    }

    /// Encodes `contact`.
    pub fn encode(&mut self, contact: &Contact) -> std::io::Result<Encoded> {
        self.packed.clear();
        pack(contact, &mut self.packed);
        self.compressed.clear();
        self.compressed.reserve(zstd::zstd_safe::compress_bound(self.packed.len()));
        self.compressor.compress_to_buffer(&self.packed, &mut self.compressed)?;
        Ok(Encoded { object: self.compressed.as_slice().into(), print: hash(&self.packed).cast_signed() })
    }
}

/// A contact made ready for the mirror: everything that costs time and needs no database.
///
/// The contact itself is gone: it lies in the stored object, from which the few that changed are read again.
pub struct Prepared {
    pub(super) id: Text,
    pub(super) times: Times,
    pub(super) text: String,
    pub(super) keys: Vec<Key>,
    pub(super) encoded: Encoded,
}

/// When a contact was active, created and changed, in milliseconds since the Unix epoch.
#[derive(Clone, Copy)]
pub struct Times {
    pub active: Option<i64>,
    pub created: Option<i64>,
    pub updated: Option<i64>,
}

impl Times {
    fn of(contact: &Contact) -> Self {
        let millis = |time: Option<Time>| time.map(|time| time.timestamp().as_millisecond());
        Self {
            active: millis(contact.last_activity_at),
            created: millis(contact.created_at),
            updated: millis(contact.updated_at),
        }
    }
}

thread_local! {
    static ENCODER: RefCell<Option<Encoder>> = const { RefCell::new(None) };
}

impl Prepared {
    /// Prepares `contact`; meant for the threads that decode pages, so that the one that writes has less to do.
    pub fn new(contact: &Contact) -> Self {
        let text = searched_text(contact);
        let mut keys = Vec::with_capacity(text.len() + 16);
        keys_of(contact, &text, |key| keys.push(key));
        let (id, times) = (contact.id.clone(), Times::of(contact));
        let encoded = ENCODER.with_borrow_mut(|encoder| {
            let encoder = match encoder {
                Some(encoder) => encoder,
                None => encoder.insert(Encoder::new()?),
            };
            encoder.encode(contact)
        });
        let encoded = encoded.expect("compressing in memory fails for want of memory alone");
        Self { id, times, text, keys, encoded }
    }
}

impl From<Contact> for Prepared {
    fn from(contact: Contact) -> Self {
        Self::new(&contact)
    }
}

/// Turns stored objects into contacts.
pub struct Decoder {
    decompressor: zstd::bulk::Decompressor<'static>,
}

impl Decoder {
    /// A decoder with the dictionary loaded.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { decompressor: zstd::bulk::Decompressor::with_dictionary(DICTIONARY)? })
    }

    /// Decodes a stored object, the vendor's own object in it only if `with_raw`; the error is a sentence's fragment.
    pub fn decode(&mut self, object: &[u8], with_raw: bool) -> Result<Contact, String> {
        let size = zstd::bulk::Decompressor::upper_bound(object).filter(|size| *size <= MOST_BYTES);
        let size = size.ok_or("a stored contact has no readable size")?;
        let bytes =
            self.decompressor.decompress(object, size).map_err(|_| "a stored contact cannot be decompressed")?;
        if bytes.first() == Some(&FORM) {
            return unpack(&bytes, with_raw).ok_or_else(|| "a stored contact is no contact".to_owned());
        }
        let contact = serde_json::from_slice::<Contact>(&bytes);
        let contact = contact.map_err(|error| format!("a stored contact is no contact: {error}"))?;
        Ok(Contact { raw: contact.raw.filter(|_| with_raw), ..contact })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Channel, ChannelKind, Email, RawJson, Time, phone};

    #[test]
    fn contacts_come_back_as_they_went() {
        let mut contact = Contact::new("p", "rocketchat", "673be1711e2e6feb77939a7b");
        contact.name = Some("Bo\u{0}ris \u{1f600} Doe".into());
        contact.emails = vec![Email { address: "b@doe.example".into(), verified: Some(true) }];
        contact.phones = vec![phone::phone("(202) 555-0143", Some("US"))];
        contact.channels = vec![Channel::new(ChannelKind::from_vendor("widget"))];
        contact.custom_fields = vec![("n".into(), RawJson::from_text("x\"y")), ("n".into(), RawJson::from_text(""))];
        contact.created_at = Time::parse("2024-11-19T00:53:05.4680Z");
        contact.raw = Some(RawJson::from_text("raw"));
        let encoded = Encoder::new().unwrap().encode(&contact).unwrap();
        let back = Decoder::new().unwrap().decode(&encoded.object, true).unwrap();
        assert_eq!(back, contact);
        assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&contact).unwrap());
        assert!(encoded.object.len() < 250, "{}", encoded.object.len());
    }

    #[test]
    fn damaged_objects_are_told_and_harm_nothing() {
        let mut object = Encoder::new().unwrap().encode(&Contact::new("p", "v", "1")).unwrap().object;
        let mut decoder = Decoder::new().unwrap();
        for at in 0..object.len() {
            object[at] ^= 0x55;
            let _ = decoder.decode(&object, true);
            object[at] ^= 0x55;
            assert!(decoder.decode(&object[..at], true).is_err());
        }
    }
}
