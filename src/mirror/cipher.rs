//! Whether the database is encrypted, and the key that opens it.
//!
//! Whole pages are encrypted and authenticated by SQLCipher: contacts, index, history and log alike. The key is 256 random
//! bits and is used as it is: deriving it from a passphrase would cost every command a tenth of a second. Therefore the salt has nothing to
//! do, and it marks the file as an encrypted mirror: SQLCipher writes it where SQLite writes its own name.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::Connection;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::error::MirrorError;
use super::store::file_error;

/// Whether this build can read and write encrypted databases.
pub const CAN_ENCRYPT: bool = cfg!(feature = "encryption");

/// The first bytes of an encrypted mirror. The last one would be raised with another way to encrypt.
const ENCRYPTED: [u8; 16] = *b"contacts-mirror\x01";
/// The first bytes of every database that is not encrypted.
const PLAIN: [u8; 16] = *b"SQLite format 3\0";

/// What the first bytes of a file tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// There is no file, or nothing in it.
    Nothing,
    /// A database that anybody can read who can read the file.
    Plain,
    /// An encrypted mirror.
    Encrypted,
    /// Something else.
    Foreign,
}

/// Reads what the file is.
pub fn header(path: &Path) -> Result<Header, MirrorError> {
    let mut first = Vec::with_capacity(PLAIN.len());
    match File::open(path) {
        Ok(file) => file.take(PLAIN.len() as u64).read_to_end(&mut first).map_err(|error| file_error(path, &error))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Header::Nothing),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Err(MirrorError::Forbidden { path: path.to_owned(), detail: error.to_string() });
        }
        Err(error) => return Err(file_error(path, &error)),
    };
    Ok(match first.as_slice() {
        [] => Header::Nothing,
        first if first == PLAIN => Header::Plain,
        first if first == ENCRYPTED => Header::Encrypted,
        _ => Header::Foreign,
    })
}

/// The key of an encrypted database. Is never shown.
#[derive(Clone, Debug)]
pub struct DatabaseKey {
    digits: SecretString,
}

impl DatabaseKey {
    /// Hexadecimal digits of a key.
    pub const DIGITS: usize = 64;

    /// A key as it is kept; `None` if it is not [`Self::DIGITS`] hexadecimal digits.
    pub fn parse(digits: SecretString) -> Option<Self> {
        let text = digits.expose_secret();
        let fits = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then_some(Self { digits })
    }

    /// A new key, from the system's source of chance.
    #[cfg(feature = "encryption")]
    pub fn random() -> Result<Self, MirrorError> {
        use std::fmt::Write as _;
        let mut bytes = Zeroizing::new([0; Self::DIGITS / 2]);
        getrandom::fill(bytes.as_mut()).map_err(|error| MirrorError::Database { detail: error.to_string() })?;
        let mut digits = Zeroizing::new(String::with_capacity(Self::DIGITS));
        for byte in bytes.iter() {
            // Writing to memory does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(Self { digits: SecretString::from(digits.as_str()) })
    }

    /// A new key; this build has no use for one.
    #[cfg(not(feature = "encryption"))]
    pub fn random() -> Result<Self, MirrorError> {
        Err(MirrorError::CannotEncrypt)
    }

    /// The key as it is kept.
    pub fn digits(&self) -> &SecretString {
        &self.digits
    }

    /// Key and salt as SQLCipher takes them: `x'…'`.
    pub(super) fn raw(&self) -> Zeroizing<String> {
        use std::fmt::Write as _;
        let mut raw = Zeroizing::new(String::with_capacity(Self::DIGITS + 2 * ENCRYPTED.len() + 3));
        raw.push_str("x'");
        raw.push_str(self.digits.expose_secret());
        for byte in ENCRYPTED {
            let _ = write!(raw, "{byte:02x}");
        }
        raw.push('\'');
        raw
    }
}

/// The key with which a file is to be opened, of the one that was given: none for a plain database. An error if they do not go together.
pub(super) fn key_for<'a>(path: &Path, given: Option<&'a DatabaseKey>) -> Result<Option<&'a DatabaseKey>, MirrorError> {
    let path_owned = || path.to_owned();
    match (header(path)?, given) {
        (Header::Encrypted, _) if !CAN_ENCRYPT => Err(MirrorError::Unreadable { path: path_owned() }),
        (_, Some(_)) if !CAN_ENCRYPT => Err(MirrorError::CannotEncrypt),
        (Header::Encrypted, None) => Err(MirrorError::NoKey { path: path_owned() }),
        (Header::Plain, Some(_)) => Err(MirrorError::NotEncrypted { path: path_owned() }),
        (Header::Foreign, _) => Err(MirrorError::Foreign { path: path_owned() }),
        (Header::Nothing | Header::Plain | Header::Encrypted, given) => Ok(given),
    }
}

/// Hands the key to a connection that has read nothing yet.
///
/// Errors carry no text of the statement: nothing of the key is in one.
#[cfg(feature = "encryption")]
pub(super) fn unlock(connection: &Connection, key: &DatabaseKey) -> rusqlite::Result<()> {
    // SQLCipher would write to the standard error; what went wrong is told by us.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.key(None::<&str>, key.raw().as_bytes(), false)?;
    connection.pragma_update(None, "cipher_compatibility", 4)?;
    connection.pragma_update(None, "cipher_page_size", super::store::PAGE_BYTES)
}

/// Is never called: [`key_for`] refuses every key in this build.
#[cfg(not(feature = "encryption"))]
pub(super) fn unlock(_connection: &Connection, _key: &DatabaseKey) -> rusqlite::Result<()> {
    Err(rusqlite::Error::InvalidQuery)
}

/// Every page of the database, decrypted, in memory alone.
#[cfg(feature = "encryption")]
pub(super) fn decrypted(connection: &mut Connection) -> rusqlite::Result<Zeroizing<Vec<u8>>> {
    connection.serialize("main").map(|pages| Zeroizing::new(pages.to_vec()))
}

/// Is never called: no database is encrypted in this build.
#[cfg(not(feature = "encryption"))]
pub(super) fn decrypted(_connection: &mut Connection) -> rusqlite::Result<Zeroizing<Vec<u8>>> {
    Err(rusqlite::Error::InvalidQuery)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixty_four_digits_and_is_never_shown() {
        let parse = |text: &str| DatabaseKey::parse(SecretString::from(text));
        let digits = "0123456789abcdefABCDEF9876543210".repeat(2);
        let key = parse(&digits).unwrap();
        assert_eq!(key.digits().expose_secret(), digits);
        assert_eq!(key.raw().as_str(), format!("x'{digits}636f6e74616374732d6d6972726f7201'"));
        assert!(!format!("{key:?}").contains("0123"), "{key:?}");
        for wrong in ["", "secret", &digits[1..], &format!("{digits}0"), &digits.replace('0', "g")] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_first_bytes_tell_what_a_file_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(header(&path).unwrap(), Header::Nothing);
        let cases: [(&[u8], Header); 5] = [
            (b"", Header::Nothing),
            (b"SQLite format 3\0...", Header::Plain),
            (b"contacts-mirror\x01...", Header::Encrypted),
            (b"contacts-mirror\x02...", Header::Foreign),
            (b"SQLite", Header::Foreign),
        ];
        for (bytes, expected) in cases {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(header(&path).unwrap(), expected);
        }
    }

    #[cfg(feature = "encryption")]
    #[test]
    fn no_two_keys_are_alike() {
        let [one, other] = [DatabaseKey::random().unwrap(), DatabaseKey::random().unwrap()];
        assert_ne!(one.digits().expose_secret(), other.digits().expose_secret());
        assert!(DatabaseKey::parse(one.digits().clone()).is_some());
    }
}
