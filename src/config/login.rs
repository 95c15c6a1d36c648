//! Puts a profile's secrets into the keyring and takes them out; the file follows.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::Config;
use super::edit::ConfigFile;
use super::env::Env;
use super::error::ConfigError;
use super::keyring::{self, KeyringError, SecretStore};
use super::profile::{self, Origin, Profile, SecretSource};
use super::secret;

/// Reads secrets from text: one line `KEY=VALUE` for each of `keys`, or, if there is but one, its value alone.
pub fn secrets_from_lines(
    text: &str,
    keys: &[&'static str],
) -> Result<BTreeMap<&'static str, SecretString>, ConfigError> {
    let mut secrets = BTreeMap::new();
    for line in text.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty()) {
        let named = line.split_once('=').and_then(|(name, value)| {
            let key = keys.iter().copied().find(|key| *key == name.trim())?;
            Some((key, value))
        });
        let (key, value) = match (named, keys) {
            (Some(named), _) => named,
            (None, [only]) if secrets.is_empty() => (*only, line),
            _ => {
                let message = "a line of the standard input is no `KEY=VALUE` of this profile";
                return Err(ConfigError::usage(message).hint(format!("the keys are {}", keys.join(", "))));
            }
        };
        let value =
            secret::checked(value).map_err(|mistake| ConfigError::usage(format!("`{key}` {}", mistake.message)))?;
        secrets.insert(key, value);
    }
    let missing: Vec<&str> = keys.iter().copied().filter(|key| !secrets.contains_key(key)).collect();
    if missing.is_empty() {
        return Ok(secrets);
    }
    let error = ConfigError::usage(format!("the standard input does not tell {}", missing.join(", ")));
    Err(error.hint(format!("give one line each, as `{}=…`", missing[0])))
}

/// The secrets of a profile that `login` asks for.
pub fn keys_of(profile: &Profile) -> Result<Vec<&'static str>, ConfigError> {
    if profile.origin != Origin::File {
        let message = format!("profile `{}` is not written in a file; the keyring holds nothing of it", profile.name);
        return Err(ConfigError::usage(message).hint("set its secrets where the profile itself is defined"));
    }
    Ok(profile::secret_keys(profile.vendor).map(|key| key.name).collect())
}

/// A profile that has these secrets, wherever they will be kept: to try them before they are kept.
pub fn with_secrets(profile: &Profile, secrets: &BTreeMap<&'static str, SecretString>) -> Profile {
    let mut tried = profile.clone();
    tried.secrets.extend(secrets.iter().map(|(key, secret)| (*key, SecretSource::Plain(secret.clone()))));
    tried
}

/// Keeps secrets in the keyring, each read back. One that cannot be kept leaves those before it in the keyring.
pub fn keep(
    profile: &Profile,
    secrets: &BTreeMap<&'static str, SecretString>,
    store: &dyn SecretStore,
) -> Result<(), ConfigError> {
    for (key, secret) in secrets {
        store.set(&profile.name, key, secret).map_err(|failure| unkept(profile, key, &failure))?;
    }
    Ok(())
}

/// Makes the file say that these secrets are in the keyring; those that it kept elsewhere are no longer looked for
/// there. Returns the keys whose place has changed.
pub fn point_to_keyring(
    config: &Config,
    profile: &Profile,
    keys: impl IntoIterator<Item = &'static str>,
    env: &Env,
) -> Result<Vec<&'static str>, ConfigError> {
    let is_elsewhere = |key: &&'static str| !matches!(profile.secrets.get(key), Some(SecretSource::Keyring));
    let moved: Vec<&'static str> = keys.into_iter().filter(is_elsewhere).collect();
    if let (false, Some(path)) = (moved.is_empty(), &config.path) {
        let mut file = ConfigFile::open(path, env)?;
        for key in &moved {
            file.set_secret(&profile.name, key, &SecretSource::Keyring)?;
        }
        file.save()?;
    }
    Ok(moved)
}

/// Takes secrets out of the keyring; returns the keys that were there.
pub fn forget(
    profile: &Profile,
    keys: &[&'static str],
    store: &dyn SecretStore,
) -> Result<Vec<&'static str>, ConfigError> {
    let mut gone = Vec::new();
    for key in keys {
        let was_there = store.delete(&profile.name, key).map_err(|failure| {
            let message = format!("`{key}` could not be taken out of the keyring: {failure}");
            let error = ConfigError::secret(message).hint_maybe(secret::keyring_hint(&failure));
            error.of_profile(&profile.name, Some(profile.vendor))
        })?;
        gone.extend(was_there.then_some(*key));
    }
    Ok(gone)
}

fn unkept(profile: &Profile, key: &str, failure: &KeyringError) -> ConfigError {
    let entry = keyring::entry_name(&profile.name, key);
    let message =
        format!("`{key}` could not be put into the keyring (entry {} / {entry}): {failure}", keyring::SERVICE);
    let error = ConfigError::secret(message).hint_maybe(secret::keyring_hint(failure)).hint(secret::other_places(key));
    error.of_profile(&profile.name, Some(profile.vendor))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::keyring::MemoryKeyring;
    use super::super::{ConfigErrorKind, Wanted};
    use super::*;

    const DESK: &str = "[profiles.desk]\nvendor = 'livedesk'\napi_key = 'old' # mine\napi_secret = { env = 'S' }\n";

    fn home() -> (tempfile::TempDir, Env) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("contacts")).unwrap();
        std::fs::write(folder.path().join("contacts/config.toml"), DESK).unwrap();
        let env = Env::made(folder.path(), [("XDG_CONFIG_HOME", folder.path())]);
        (folder, env)
    }

    #[test]
    fn secrets_go_to_the_keyring_and_the_file_says_so() {
        let (folder, env) = home();
        let config = Config::load(&env, None).unwrap();
        let profile = config.select(Wanted::Named(&[]), &env).unwrap().profiles.remove(0);
        let keys = keys_of(&profile).unwrap();
        let secrets = secrets_from_lines("api_key=new\r\napi_secret=a=b\n", &keys).unwrap();
        let store = MemoryKeyring::default();
        keep(&profile, &secrets, &store).unwrap();
        assert_eq!(point_to_keyring(&config, &profile, keys.clone(), &env).unwrap(), keys);
        let text = std::fs::read_to_string(folder.path().join("contacts/config.toml")).unwrap();
        assert_eq!(
            text,
            "[profiles.desk]\nvendor = 'livedesk'\napi_key = { keyring = true } # mine\napi_secret = { keyring = true }\n"
        );

        let config = Config::load(&env, None).unwrap();
        let profile = config.select(Wanted::Named(&[]), &env).unwrap().profiles.remove(0);
        let found = secret::resolve_with(&profile, &env, &store).unwrap();
        assert_eq!((found["api_key"].expose_secret(), found["api_secret"].expose_secret()), ("new", "a=b"));
        assert!(point_to_keyring(&config, &profile, keys.clone(), &env).unwrap().is_empty());
        assert_eq!(forget(&profile, &keys, &store).unwrap(), keys);
        assert!(forget(&profile, &keys, &store).unwrap().is_empty());
        assert!(secret::resolve_with(&profile, &env, &store).is_err());
    }

    #[test]
    fn a_keyring_that_refuses_leaves_the_file_alone() {
        let (_folder, env) = home();
        let profile = Config::load(&env, None).unwrap().select(Wanted::Named(&[]), &env).unwrap().profiles.remove(0);
        let mut store = MemoryKeyring::default();
        store.refusal = Some(KeyringError::Unavailable("no bus".to_owned()));
        let secrets = secrets_from_lines("api_key=a\napi_secret=b", &keys_of(&profile).unwrap()).unwrap();
        let error = keep(&profile, &secrets, &store).unwrap_err();
        assert_eq!(error.kind, ConfigErrorKind::Secret);
        assert!(error.hints.iter().any(|hint| hint.contains("{ env =")), "{error:?}");
    }

    #[test]
    fn lines_are_read_by_key_or_alone() {
        let alone = secrets_from_lines("a=b=c\n", &["token"]).unwrap();
        assert_eq!(alone["token"].expose_secret(), "a=b=c");
        let named = secrets_from_lines("token=abc", &["token"]).unwrap();
        assert_eq!(named["token"].expose_secret(), "abc");
        for text in ["", "api_key=s3cret", "s3cret\ns3cret", "api_key=s3cret\napi_secret=\u{1b}s3cret"] {
            let error = secrets_from_lines(text, &["api_key", "api_secret"]).unwrap_err();
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
    }
}
