//! A contact as it lies on disk: [packed](super::packed), the vendor's own object included. What is long nevertheless is
//! compressed with a dictionary, and so is everything of formats before 7; the oldest hold the canonical JSON.
//!
//! The dictionary was trained on made-up contacts of every vendor. It is fixed and learns from no stored contact, so that
//! forgetting a contact leaves nothing of it behind.

use std::cell::RefCell;
use std::ops::Range;

use crate::model::{Contact, Text, Time};

use super::key::{Key, keys_of};
use super::packed::{FORM, pack, unpack};
use super::shorthand::Shorthand;
use super::text::push_searched_text;

/// The dictionary of format 1; stored objects need it for ever.
const DICTIONARY: &[u8] = include_bytes!("dictionary.1");
/// Twice as fast as level 1, for a tenth more bytes.
const LEVEL: i32 = -1;
/// What is longer is compressed. Of what is shorter little would be saved, and compressing was a quarter of what a sync cost.
const LONG: usize = 1024;
/// No contact is larger than this once decompressed.
const MOST_BYTES: usize = 64 << 20;

/// Turns contacts into stored objects.
pub struct Encoder {
    shorthand: Shorthand,
    compressor: zstd::bulk::Compressor<'static>,
    packed: Vec<u8>,
    compressed: Vec<u8>,
}

impl Encoder {
    /// An encoder with the dictionary loaded.
    pub fn new() -> std::io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY)?;
        compressor.set_parameter(zstd::zstd_safe::CParameter::DictIdFlag(false))?;
        Ok(Self { shorthand: Shorthand::new(), compressor, packed: Vec::new(), compressed: Vec::new() })
    }

    /// Appends what is stored of `contact`; returns its fingerprint, equal for equal contacts.
    pub fn encode(&mut self, contact: &Contact, out: &mut Vec<u8>) -> std::io::Result<i64> {
        self.packed.clear();
        let print = pack(contact, &mut self.shorthand, &mut self.packed);
        if self.packed.len() > LONG {
            self.compressed.clear();
            self.compressed.reserve(zstd::zstd_safe::compress_bound(self.packed.len()));
            self.compressor.compress_to_buffer(&self.packed, &mut self.compressed)?;
            out.extend_from_slice(&self.compressed);
        } else {
            out.extend_from_slice(&self.packed);
        }
        Ok(print.cast_signed())
    }
}

/// The contacts of a page made ready for the mirror: everything that costs time and needs no database. They share their memory,
/// since it is another thread that writes them.
///
/// The contacts themselves are gone: they lie in the stored objects, from which the few that changed are read again.
#[derive(Default)]
pub struct PreparedPage {
    rows: Vec<PreparedRow>,
    texts: String,
    keys: Vec<Key>,
    objects: Vec<u8>,
}

struct PreparedRow {
    id: Text,
    times: Times,
    print: i64,
    text: Range<usize>,
    keys: Range<usize>,
    object: Range<usize>,
}

/// One contact of a page.
#[derive(Clone, Copy)]
pub struct Prepared<'p> {
    pub id: &'p Text,
    pub times: Times,
    /// The searched text.
    pub text: &'p str,
    /// What is noted of it in the index; keys may come twice.
    pub keys: &'p [Key],
    /// The stored object.
    pub object: &'p [u8],
    /// Its fingerprint.
    pub print: i64,
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
        let millis = |time: Option<Time>| time.map(|time| time.unix_millis());
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

impl PreparedPage {
    /// Adds `contact`; meant for the threads that decode pages, so that the one that writes has less to do.
    pub fn push(&mut self, contact: &Contact) {
        let starts = (self.texts.len(), self.keys.len(), self.objects.len());
        push_searched_text(contact, &mut self.texts);
        keys_of(contact, &self.texts[starts.0..], |key| self.keys.push(key));
        let print = ENCODER.with_borrow_mut(|encoder| {
            let encoder = match encoder {
                Some(encoder) => encoder,
                None => encoder.insert(Encoder::new()?),
            };
            encoder.encode(contact, &mut self.objects)
        });
        let print = print.expect("compressing in memory fails for want of memory alone");
        self.rows.push(PreparedRow {
            id: contact.id.clone(),
            times: Times::of(contact),
            print,
            text: starts.0..self.texts.len(),
            keys: starts.1..self.keys.len(),
            object: starts.2..self.objects.len(),
        });
    }

    /// Keeps the contacts at `places`, each at most once, in that order.
    pub fn keep(&mut self, places: &[u32]) {
        let mut rows: Vec<Option<PreparedRow>> = self.rows.drain(..).map(Some).collect();
        self.rows.extend(places.iter().filter_map(|place| rows.get_mut(*place as usize)?.take()));
    }

    /// How many contacts there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no contact.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The contacts in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Prepared<'_>> {
        self.rows.iter().map(|row| Prepared {
            id: &row.id,
            times: row.times,
            text: &self.texts[row.text.clone()],
            keys: &self.keys[row.keys.clone()],
            object: &self.objects[row.object.clone()],
            print: row.print,
        })
    }
}

impl FromIterator<Contact> for PreparedPage {
    fn from_iter<I: IntoIterator<Item = Contact>>(contacts: I) -> Self {
        let mut page = Self::default();
        contacts.into_iter().for_each(|contact| page.push(&contact));
        page
    }
}

impl From<Vec<Contact>> for PreparedPage {
    fn from(contacts: Vec<Contact>) -> Self {
        contacts.into_iter().collect()
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
        let damaged = || "a stored contact is no contact".to_owned();
        if object.first() == Some(&FORM) {
            return unpack(object, with_raw).ok_or_else(damaged);
        }
        let size = zstd::bulk::Decompressor::upper_bound(object).filter(|size| *size <= MOST_BYTES);
        let size = size.ok_or("a stored contact has no readable size")?;
        let bytes =
            self.decompressor.decompress(object, size).map_err(|_| "a stored contact cannot be decompressed")?;
        if bytes.first() != Some(&b'{') {
            return unpack(&bytes, with_raw).ok_or_else(damaged);
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
        let object = encoded(&contact);
        let back = Decoder::new().unwrap().decode(&object, true).unwrap();
        assert_eq!(back, contact);
        assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&contact).unwrap());
        assert!(object.len() < 250, "{}", object.len());
    }

    fn encoded(contact: &Contact) -> Vec<u8> {
        let mut object = Vec::new();
        Encoder::new().unwrap().encode(contact, &mut object).unwrap();
        object
    }

    #[test]
    fn a_page_keeps_what_is_asked_for_in_its_order() {
        let contacts = ["a", "b", "c"].map(|id| {
            let mut contact = Contact::new("p", "v", id);
            contact.name = Some(format!("Name of {id}").into());
            contact
        });
        let mut page: PreparedPage = contacts.iter().cloned().collect();
        page.keep(&[2, 0, 2, 7]);
        let mut decoder = Decoder::new().unwrap();
        let kept: Vec<Contact> = page.iter().map(|row| decoder.decode(row.object, true).unwrap()).collect();
        assert_eq!(kept, [contacts[2].clone(), contacts[0].clone()]);
        for (row, contact) in page.iter().zip(&kept) {
            let alone: PreparedPage = [contact.clone()].into_iter().collect();
            let alone = alone.iter().next().unwrap();
            assert_eq!((row.id, row.text, row.keys, row.print), (&contact.id, alone.text, alone.keys, alone.print));
        }
    }

    #[test]
    fn damaged_objects_are_told_and_harm_nothing() {
        let mut object = encoded(&Contact::new("p", "v", "1"));
        let mut decoder = Decoder::new().unwrap();
        for at in 0..object.len() {
            object[at] ^= 0x55;
            assert!(decoder.decode(&object, true).is_err());
            object[at] ^= 0x55;
            assert!(decoder.decode(&object[..at], true).is_err());
        }
    }
}
