//! From where a secret is kept to the secret itself.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::command;
use super::env::Env;
use super::error::{ConfigError, Mistake};
use super::keyring::{self, KeyringError, SecretStore, SystemKeyring};
use super::profile::{Origin, Profile, SecretSource};

/// A longer text is no secret of any vendor.
const MAX_SECRET: usize = 8 << 10;

/// Fetches every secret of a profile from where it is kept; a keyring is touched only if one is kept there.
///
/// May run commands and wait for them: call it where blocking does no harm. Errors are of the kind
/// [`super::ConfigErrorKind::Secret`].
pub fn resolve(profile: &Profile, env: &Env) -> Result<BTreeMap<String, SecretString>, ConfigError> {
    resolve_with(profile, env, &SystemKeyring)
}

/// [`resolve`] with a keyring of the caller's choice.
pub fn resolve_with(
    profile: &Profile,
    env: &Env,
    store: &dyn SecretStore,
) -> Result<BTreeMap<String, SecretString>, ConfigError> {
    let fetched = profile.secrets.iter().map(|(key, source)| {
        let secret = fetch(profile, key, source, env, store)?;
        Ok(((*key).to_owned(), secret))
    });
    fetched.collect()
}

/// Fetches one secret.
pub fn fetch(
    profile: &Profile,
    key: &str,
    source: &SecretSource,
    env: &Env,
    store: &dyn SecretStore,
) -> Result<SecretString, ConfigError> {
    let wanted = Wanted {
        name: &format!("`{key}`"),
        entry: (&profile.name, key),
        absent: login_hint(profile),
        elsewhere: (profile.origin == Origin::File).then(|| other_places(key)),
    };
    let of_profile = |error: ConfigError| error.of_profile(&profile.name, Some(profile.vendor));
    wanted.fetch(source, env, store).map_err(of_profile)
}

/// A secret, as people are told of it when it cannot be had.
pub(super) struct Wanted<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its entry in the keyring.
    pub entry: (&'a str, &'a str),
    /// What to do if the keyring does not have it.
    pub absent: String,
    /// Where else it could be kept.
    pub elsewhere: Option<String>,
}

impl Wanted<'_> {
    /// Fetches it from where it is kept.
    pub fn fetch(self, source: &SecretSource, env: &Env, store: &dyn SecretStore) -> Result<SecretString, ConfigError> {
        let Self { name, entry, absent, elsewhere } = self;
        let error = |message: String| ConfigError::secret(message);
        let text = match source {
            SecretSource::Plain(secret) => Zeroizing::new(secret.expose_secret().to_owned()),
            SecretSource::Env(variable) => match env.os(variable).map(|value| value.to_str()) {
                Some(Some(text)) => Zeroizing::new(text.to_owned()),
                Some(None) => return Err(error(format!("{name} in the environment variable `{variable}` is no text"))),
                None => {
                    let message =
                        format!("{name} should be in the environment variable `{variable}`, which is not set");
                    return Err(error(message).hint_maybe(elsewhere));
                }
            },
            SecretSource::Command(command) => {
                let bytes = command::output(command, env, command::DEADLINE)
                    .map_err(|mistake| error(format!("{name} could not be had: {}", mistake.message)))?;
                match std::str::from_utf8(&bytes) {
                    Ok(text) => Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()),
                    Err(_) => return Err(error(format!("the command for {name} printed something that is no text"))),
                }
            }
            SecretSource::Keyring => match store.get(entry.0, entry.1) {
                Ok(Some(secret)) => Zeroizing::new(secret.expose_secret().to_owned()),
                Ok(None) => {
                    let entry = keyring::entry_name(entry.0, entry.1);
                    let message = format!("{name} is not in the keyring (entry {} / {entry})", keyring::SERVICE);
                    return Err(error(message).hint(absent).hint_maybe(elsewhere));
                }
                Err(failure) => {
                    let error = error(format!("{name} could not be had: {failure}"));
                    return Err(error.hint_maybe(keyring_hint(&failure)).hint_maybe(elsewhere));
                }
            },
        };
        checked(&text).map_err(|mistake| {
            let found = source.described();
            error(format!("{name}, {found}, {}", mistake.message)).hint_maybe(mistake.hint)
        })
    }
}

/// Takes a text as a secret, unless it cannot be one. The mistake follows the words that say where it was found.
pub fn checked(text: &str) -> Result<SecretString, Mistake> {
    if text.trim().is_empty() {
        return Err(Mistake::new("is empty"));
    }
    if text.len() > MAX_SECRET {
        return Err(Mistake::new("is longer than 8 KiB and cannot be a secret"));
    }
    if text.contains('\n') {
        return Err(Mistake::new("has more than one line").hint("let the command print the secret alone"));
    }
    if text.chars().any(char::is_control) {
        return Err(Mistake::new("has a control character in it"));
    }
    if text.trim() != text {
        return Err(Mistake::new("begins or ends with a blank"));
    }
    Ok(SecretString::from(text))
}

/// What to do about a keyring that does not help.
pub fn keyring_hint(error: &KeyringError) -> Option<String> {
    let hint = match error {
        KeyringError::TimedOut | KeyringError::Locked(_) => "unlock the keyring, then try again",
        KeyringError::Unavailable(_) if cfg!(target_os = "linux") => {
            "a desktop session has one; elsewhere start a Secret Service, as gnome-keyring, on a D-Bus session bus"
        }
        KeyringError::Ambiguous(_) => "delete all but one of them with the system's own tool",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn login_hint(profile: &Profile) -> String {
    format!("put it there:  contacts login {}", profile.name)
}

/// Names the other places in which a secret of a profile in the file could be kept.
pub(super) fn other_places(key: &str) -> String {
    format!(
        "other places for it, in the profile: `{key} = {{ env = \"NAME\" }}`, `{key} = {{ command = \"…\" }}`, or plain \
         text in a file that only you can read (mode 0600)"
    )
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::path::Path;

    use url::Url;

    use super::super::keyring::MemoryKeyring;
    use super::super::profile::SecretCommand;
    use super::super::{ConfigErrorKind, Origin};
    use super::*;

    fn profile(sources: &[(&'static str, SecretSource)]) -> Profile {
        let vendor = crate::vendor::vendor("livedesk").unwrap();
        let url = Url::parse("https://desk.example").unwrap();
        let mut profile = Profile::new("desk", vendor, url, Origin::File);
        profile.secrets = sources.iter().cloned().collect();
        profile
    }

    fn env() -> Env {
        Env::made(Path::new("/"), [("PATH", "/usr/bin:/bin"), ("KEY", "from-env"), ("NONE", "")])
    }

    fn fail(source: SecretSource) -> ConfigError {
        resolve_with(&profile(&[("api_key", source)]), &env(), &MemoryKeyring::default()).unwrap_err()
    }

    #[test]
    fn finds_each_kind() {
        let store = MemoryKeyring::default();
        store.set("desk", "d", &SecretString::from("from-keyring")).unwrap();
        let profile = profile(&[
            ("a", SecretSource::Plain(SecretString::from("plain"))),
            ("b", SecretSource::Env("KEY".to_owned())),
            ("c", SecretSource::Command(SecretCommand::Shell("echo from-command".to_owned()))),
            ("d", SecretSource::Keyring),
        ]);
        let secrets = resolve_with(&profile, &env(), &store).unwrap();
        let texts: Vec<&str> = secrets.values().map(secrecy::ExposeSecret::expose_secret).collect();
        assert_eq!(texts, ["plain", "from-env", "from-command", "from-keyring"]);
    }

    #[test]
    fn says_where_it_looked_and_where_else_it_could_be() {
        for (source, place) in [
            (SecretSource::Env("NONE".to_owned()), "variable `NONE`"),
            (SecretSource::Keyring, "contacts / desk/api_key"),
        ] {
            let error = fail(source);
            assert_eq!((error.kind, error.profile.as_deref()), (ConfigErrorKind::Secret, Some("desk")));
            assert_eq!(error.vendor, Some("livedesk"));
            assert!(error.message.starts_with("`api_key`"), "{error:?}");
            assert!(error.message.contains(place), "{error:?}");
            assert!(error.hints.iter().any(|hint| hint.contains("api_key = { env")), "{error:?}");
        }
    }

    #[test]
    fn a_keyring_that_fails_is_told_and_nothing_else_is_tried() {
        let mut store = MemoryKeyring::default();
        store.refusal = Some(KeyringError::TimedOut);
        let error = resolve_with(&profile(&[("api_key", SecretSource::Keyring)]), &env(), &store).unwrap_err();
        assert!(error.message.contains("did not answer within 3 s"), "{error:?}");
        assert!(error.hints[0].contains("unlock"), "{error:?}");
    }

    #[test]
    fn refuses_what_cannot_be_a_secret_without_showing_it() {
        for text in ["", "  ", "s3cret\ns3cret", "s3cret\u{7}", " s3cret", &"s3cret".repeat(2000)] {
            let error = fail(SecretSource::Plain(SecretString::from(text)));
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        let two_lines = SecretSource::Command(SecretCommand::Shell("printf 's3cret\\nuser: ann\\n'".to_owned()));
        let error = fail(two_lines);
        assert!(error.message.contains("more than one line") && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }

    #[test]
    fn trims_the_newline_that_commands_print() {
        let printed = SecretSource::Command(SecretCommand::Shell("printf 's3cret\\r\\n'".to_owned()));
        let secrets = resolve_with(&profile(&[("api_key", printed)]), &env(), &MemoryKeyring::default()).unwrap();
        assert_eq!(secrets["api_key"].expose_secret(), "s3cret");
    }
}
