//! The system's keyring: every call on a thread of its own with a deadline, every secret read back after it is written.
//!
//! Knows nothing of profiles beyond the names of their entries. Never falls back to anything else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ::keyring::{Entry, Error};
use secrecy::{ExposeSecret as _, SecretString};

/// The service under which every entry is kept.
pub const SERVICE: &str = "contacts";

/// A keyring that has not answered by then is given up.
pub const DEADLINE: Duration = Duration::from_secs(3);

/// The Windows Credential Manager takes no more bytes, and it counts two for a character.
const WINDOWS_LIMIT: usize = 2560;

/// Set when a call ran into its deadline: the next ones would wait behind it.
static HUNG: AtomicBool = AtomicBool::new(false);

/// A place that keeps secrets by profile and key.
pub trait SecretStore: Sync {
    /// The secret, if there is one.
    fn get(&self, profile: &str, key: &str) -> Result<Option<SecretString>, KeyringError>;

    /// Keeps the secret, replacing an older one, and proves that it is kept.
    fn set(&self, profile: &str, key: &str, secret: &SecretString) -> Result<(), KeyringError>;

    /// Takes the secret out; says whether there was one.
    fn delete(&self, profile: &str, key: &str) -> Result<bool, KeyringError>;
}

/// Why the keyring could not help. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// There is no keyring, or no way to it.
    #[error("there is no keyring to be had here: {0}")]
    Unavailable(String),
    /// It did not answer in time; perhaps it waits for somebody to unlock it.
    #[error("the keyring did not answer within {} s", DEADLINE.as_secs())]
    TimedOut,
    /// It is locked, or it refused.
    #[error("the keyring is locked or refuses: {0}")]
    Locked(String),
    /// It does not take secrets of this length.
    #[error("the secret is too long for this system's keyring")]
    TooLong,
    /// What was read back is not what was written.
    #[error("the keyring took the secret but does not give it back")]
    NotKept,
    /// Several entries have the same name.
    #[error("the keyring has several entries called {SERVICE} / {0}")]
    Ambiguous(String),
    /// Something else.
    #[error("the keyring failed: {0}")]
    Failed(String),
}

/// The name of an entry within [`SERVICE`].
pub fn entry_name(profile: &str, key: &str) -> String {
    format!("{profile}/{key}")
}

/// The keyring of this system: Secret Service, Keychain or Credential Manager.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeyring;

impl SecretStore for SystemKeyring {
    fn get(&self, profile: &str, key: &str) -> Result<Option<SecretString>, KeyringError> {
        within_deadline(entry_name(profile, key), |entry| match entry.get_password() {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn set(&self, profile: &str, key: &str, secret: &SecretString) -> Result<(), KeyringError> {
        let text = secret.expose_secret();
        if cfg!(windows) && text.encode_utf16().count() * 2 > WINDOWS_LIMIT {
            return Err(KeyringError::TooLong);
        }
        let kept = secret.clone();
        within_deadline(entry_name(profile, key), move |entry| entry.set_password(kept.expose_secret()))?;
        match self.get(profile, key)? {
            Some(back) if back.expose_secret() == text => Ok(()),
            _ => Err(KeyringError::NotKept),
        }
    }

    fn delete(&self, profile: &str, key: &str) -> Result<bool, KeyringError> {
        within_deadline(entry_name(profile, key), |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        })
    }
}

/// Writes a made-up secret, reads it back and removes it; returns how long writing and reading took.
pub fn probe(store: &dyn SecretStore) -> Result<Duration, KeyringError> {
    const ENTRY: (&str, &str) = ("contacts-doctor", "canary");
    let canary = SecretString::from(format!("canary-{:016x}", fastrand::u64(..)));
    let started = Instant::now();
    store.set(ENTRY.0, ENTRY.1, &canary)?;
    let elapsed = started.elapsed();
    if store.delete(ENTRY.0, ENTRY.1)? { Ok(elapsed) } else { Err(KeyringError::NotKept) }
}

/// Does one thing with an entry on a thread of its own. A thread that misses the deadline is left behind.
fn within_deadline<T: Send + 'static>(
    name: String,
    work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, KeyringError> {
    if HUNG.load(Ordering::Relaxed) {
        return Err(KeyringError::TimedOut);
    }
    let (sender, receiver) = mpsc::channel();
    let call = move || {
        let answer = match Entry::store_status() {
            Err(error) => Err(KeyringError::Unavailable(shown(error))),
            Ok(()) => {
                Entry::new(SERVICE, &name).and_then(|entry| work(&entry)).map_err(|error| explained(&error, &name))
            }
        };
        // Nobody listens after the deadline.
        let _ = sender.send(answer);
    };
    thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(call)
        .map_err(|error| KeyringError::Failed(error.to_string()))?;
    match receiver.recv_timeout(DEADLINE) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            HUNG.store(true, Ordering::Relaxed);
            Err(KeyringError::TimedOut)
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(KeyringError::Failed("its library gave up".to_owned())),
    }
}

fn explained(error: &Error, name: &str) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked(shown(error)),
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeyringError::Unavailable(shown(error)),
        Error::TooLong(..) => KeyringError::TooLong,
        Error::Ambiguous(_) => KeyringError::Ambiguous(name.to_owned()),
        _ => KeyringError::Failed(shown(error)),
    }
}

/// The innermost cause, on one line; never the bytes that some errors carry.
fn shown(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A keyring in memory, for tests.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct MemoryKeyring {
    entries: std::sync::Mutex<std::collections::BTreeMap<String, String>>,
    /// Answers every call when it is set.
    pub(crate) refusal: Option<KeyringError>,
}

#[cfg(test)]
impl MemoryKeyring {
    fn entries(&self) -> Result<std::sync::MutexGuard<'_, std::collections::BTreeMap<String, String>>, KeyringError> {
        match &self.refusal {
            Some(refusal) => Err(refusal.clone()),
            None => Ok(self.entries.lock().unwrap()),
        }
    }
}

#[cfg(test)]
impl SecretStore for MemoryKeyring {
    fn get(&self, profile: &str, key: &str) -> Result<Option<SecretString>, KeyringError> {
        Ok(self.entries()?.get(&entry_name(profile, key)).map(|text| SecretString::from(text.as_str())))
    }

    fn set(&self, profile: &str, key: &str, secret: &SecretString) -> Result<(), KeyringError> {
        self.entries()?.insert(entry_name(profile, key), secret.expose_secret().to_owned());
        Ok(())
    }

    fn delete(&self, profile: &str, key: &str) -> Result<bool, KeyringError> {
        Ok(self.entries()?.remove(&entry_name(profile, key)).is_some())
    }
}
