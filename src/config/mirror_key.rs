//! The key of an encrypted mirror: where it is kept, and the file that says so.
//!
//! Knows nothing of what a key looks like.

use secrecy::SecretString;

use super::Config;
use super::edit::ConfigFile;
use super::env::Env;
use super::error::ConfigError;
use super::keyring::{self, SecretStore};
use super::profile::SecretSource;
use super::secret::{Wanted, keyring_hint};

/// The entry in the keyring, `mirror/key`.
const ENTRY: (&str, &str) = ("mirror", "key");

/// Fetches the key from where it is kept; may run a command and wait for it.
pub fn fetch(source: &SecretSource, env: &Env, store: &dyn SecretStore) -> Result<SecretString, ConfigError> {
    let wanted = Wanted {
        name: "the key of the mirror",
        entry: ENTRY,
        absent: "`contacts mirror encrypt` has put it there; if it is lost, move the mirror away and run \
                 `contacts sync`"
            .to_owned(),
        elsewhere: None,
    };
    wanted.fetch(source, env, store)
}

/// Whether the keyring holds a key.
pub fn is_kept(store: &dyn SecretStore) -> Result<bool, ConfigError> {
    store.get(ENTRY.0, ENTRY.1).map(|found| found.is_some()).map_err(|failure| {
        let error = ConfigError::secret(format!("the keyring cannot be asked for the key of the mirror: {failure}"));
        error.hint_maybe(keyring_hint(&failure)).hint(elsewhere())
    })
}

/// Keeps a new key in the keyring, and reads it back.
pub fn keep(key: &SecretString, store: &dyn SecretStore) -> Result<(), ConfigError> {
    store.set(ENTRY.0, ENTRY.1, key).map_err(|failure| {
        let error = ConfigError::secret(format!("the key of the mirror could not be kept in the keyring: {failure}"));
        error.hint_maybe(keyring_hint(&failure)).hint(elsewhere())
    })
}

/// The name of the keyring's entry, for people.
pub fn entry() -> String {
    format!("{} / {}", keyring::SERVICE, keyring::entry_name(ENTRY.0, ENTRY.1))
}

/// Makes the file say where the key is kept.
pub fn write(config: &Config, source: &SecretSource, env: &Env) -> Result<(), ConfigError> {
    let mut file = open(config, env)?;
    file.set_mirror_key(source)?;
    file.save()
}

/// Makes the file say nothing of a key.
pub fn erase(config: &Config, env: &Env) -> Result<(), ConfigError> {
    let mut file = open(config, env)?;
    file.remove_mirror_key();
    file.save()
}

fn open(config: &Config, env: &Env) -> Result<ConfigFile, ConfigError> {
    let Some(path) = &config.path else {
        return Err(ConfigError::config("this user has no home folder, so there is no configuration to write into"));
    };
    ConfigFile::open(path, env)
}

fn elsewhere() -> String {
    "other places for it: `key = { env = \"NAME\" }` or `key = { command = \"…\" }` under `[mirror]`".to_owned()
}
