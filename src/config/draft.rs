//! A profile in the making: what was given so far, what is still missing, and the checked profile it becomes.

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use crate::vendor::{self, KeyKind, KeySpec, VENDORS, VendorSpec, WebAddress};

use super::Config;
use super::base_url::{self, PlainHttp};
use super::edit::{ConfigFile, Existing};
use super::env::Env;
use super::error::ConfigError;
use super::nearest::did_you_mean;
use super::profile::{self, COMMON_KEYS, Origin, Profile, SecretCommand, SecretSource};
use super::reader::{ENVIRONMENT_PROFILE, Entry, ProfileReader};
use super::value::{Given, is_variable_name};

/// A profile in the making.
pub struct Draft {
    /// The name it will have.
    pub name: String,
    /// Its vendor.
    pub vendor: &'static VendorSpec,
    /// Keys that are no secrets, as text, in the order in which they will be written.
    written: Vec<(String, String)>,
    secrets: BTreeMap<&'static str, SecretSource>,
}

/// Where a secret of a new profile shall be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the keyring, the value to be asked for on a terminal, else to be put there by `login`.
    Keyring,
    /// In the keyring, the value to be read from standard input.
    Stdin,
    /// In an environment variable.
    Env(String),
    /// Printed by a command, which the shell runs.
    Command(String),
    /// In the file, the value to be read from the terminal or standard input.
    Plain,
}

impl Draft {
    /// A draft with nothing but a name and a vendor.
    pub fn new(name: &str, vendor: &'static VendorSpec) -> Result<Self, ConfigError> {
        if !profile::is_profile_name(name) {
            let error = ConfigError::usage(format!("`{name}` cannot be the name of a profile"));
            return Err(error.hint("use letters, digits, `-`, `_` and `.`"));
        }
        if name == ENVIRONMENT_PROFILE {
            let error = ConfigError::usage(format!("`{name}` is the name of the profile that CONTACTS_VENDOR defines"));
            return Err(error.hint("take another name"));
        }
        Ok(Self { name: name.to_owned(), vendor, written: Vec::new(), secrets: BTreeMap::new() })
    }

    /// Whether `text` could be the value of a key, to be asked again at once if not.
    pub fn check(&self, key: &str, text: &str) -> Result<(), ConfigError> {
        let value = Given::Variable("", text);
        let checked = match (key, profile::key_spec(self.vendor, key)) {
            ("base_url", _) => {
                let plain =
                    if self.get("allow_http") == Some("true") { PlainHttp::Allowed } else { PlainHttp::Loopback };
                base_url::parse(text, plain).map(drop)
            }
            (_, Some(spec)) => value.setting(spec.kind).map(drop),
            (_, None) => Ok(()),
        };
        checked.map_err(|mistake| ConfigError::config(format!("`{key}` {}", mistake.message)).hint_maybe(mistake.hint))
    }

    /// Sets a key that is no secret; an empty text takes it out.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), ConfigError> {
        let known = profile::known_keys(self.vendor).filter(|known| *known != "vendor");
        if !known.clone().any(|known| known == key) {
            let message = format!("{} has no key called `{key}`", self.vendor.name);
            return Err(ConfigError::usage(message).hint(did_you_mean(key, known)));
        }
        if profile::key_spec(self.vendor, key).is_some_and(|spec| spec.kind == KeyKind::Secret) {
            let message = format!("`{key}` is a secret; other users of this machine can see a command line");
            let hint = format!("say where it is kept: --secret {key}=keyring, env:NAME, command:CMD, stdin or plain");
            return Err(ConfigError::usage(message).hint(hint));
        }
        self.written.retain(|(written, _)| written != key);
        if !text.is_empty() {
            self.written.push((key.to_owned(), text.to_owned()));
        }
        Ok(())
    }

    /// Takes what the address of a vendor's web page tells; keys that are already set stay.
    pub fn take_address(&mut self, address: &WebAddress) {
        let settings = address.settings.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        for (key, text) in [("base_url", address.base_url.as_str())].into_iter().chain(settings) {
            let is_known = profile::known_keys(self.vendor).any(|known| known == key);
            if is_known && self.get(key).is_none() && !text.is_empty() {
                self.written.push((key.to_owned(), text.to_owned()));
            }
        }
    }

    /// What a key is set to.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.written.iter().find(|(written, _)| written == key).map(|(_, text)| text.as_str())
    }

    /// Says where a secret is kept.
    pub fn set_secret(&mut self, key: &str, source: SecretSource) -> Result<(), ConfigError> {
        let spec = secret_spec(self.vendor, key)?;
        self.secrets.insert(spec.name, source);
        Ok(())
    }

    /// Required keys that are no secrets and not yet set, `base_url` included.
    pub fn missing_settings(&self) -> Vec<&'static str> {
        let base_url = self.vendor.default_base_url.is_none().then_some("base_url");
        let keys = self.vendor.keys.iter().filter(|key| key.required && key.kind != KeyKind::Secret);
        base_url.into_iter().chain(keys.map(|key| key.name)).filter(|key| self.get(key).is_none()).collect()
    }

    /// Required secrets of which it is not yet said where they are kept.
    pub fn missing_secrets(&self) -> Vec<&'static KeySpec> {
        let required = profile::secret_keys(self.vendor).filter(|key| key.required);
        required.filter(|key| !self.secrets.contains_key(key.name)).collect()
    }

    /// The checked profile, secrets that were not mentioned being in the keyring.
    pub fn profile(&self, config: &Config, env: &Env) -> Result<Profile, ConfigError> {
        let base = config.path.as_ref().and_then(|path| path.path.parent()).unwrap_or(env.current_dir());
        let reader = ProfileReader { env, base, defaults: &config.defaults };
        let place = "the new profile";
        let given = [("vendor", self.vendor.name)].into_iter();
        let given = given.chain(self.written.iter().map(|(key, text)| (key.as_str(), text.as_str())));
        let entries = given.map(|(key, text)| Entry { key, value: Given::Variable("", text), place: place.to_owned() });
        let mut profile = reader.read(&self.name, place, Origin::File, &entries.collect::<Vec<_>>())?;
        profile.secrets.extend(self.secrets.iter().map(|(key, source)| (*key, source.clone())));
        Ok(profile)
    }

    /// Writes the checked profile into a file, which is not yet saved.
    pub fn write(&self, profile: &Profile, file: &mut ConfigFile, existing: Existing) -> Result<(), ConfigError> {
        let mut ordered = self.written.clone();
        let order: Vec<&str> =
            COMMON_KEYS[..2].iter().copied().chain(self.vendor.keys.iter().map(|key| key.name)).collect();
        ordered.sort_by_key(|(key, _)| order.iter().position(|known| known == key).unwrap_or(usize::MAX));
        file.put(profile, &ordered, existing)
    }
}

/// The vendor of that name, or an error that knows a better one.
pub fn vendor_named(name: &str) -> Result<&'static VendorSpec, ConfigError> {
    vendor::vendor(name).ok_or_else(|| {
        let error = ConfigError::config(format!("no vendor called `{name}`"));
        error.hint(did_you_mean(name, VENDORS.iter().map(|vendor| vendor.name)))
    })
}

/// The vendor whose web page has this address, and what the address tells. A page that several vendors could have is
/// nobody's.
pub fn recognise(address: &str) -> Option<(&'static VendorSpec, WebAddress)> {
    let url = Url::parse(address.trim()).ok().filter(Url::has_host)?;
    let mut known = VENDORS.iter().filter_map(|vendor| Some((*vendor, (vendor.parse_web_url)(&url)?)));
    let first = known.next()?;
    known.next().is_none().then_some(first)
}

/// What an address tells about an account of `vendor`: its web page, or simply the base URL.
pub fn address_of(vendor: &VendorSpec, text: &str) -> WebAddress {
    let url = Url::parse(text.trim()).ok().filter(Url::has_host);
    url.and_then(|url| (vendor.parse_web_url)(&url))
        .unwrap_or_else(|| WebAddress { base_url: text.trim().to_owned(), ..WebAddress::default() })
}

/// Reads `KEY=PLACE` of `--secret`.
pub fn parse_secret_place(text: &str, vendor: &VendorSpec) -> Result<(&'static str, SecretPlace), ConfigError> {
    let shapes = "write KEY=keyring, KEY=env:NAME, KEY=command:CMD, KEY=stdin or KEY=plain";
    // The text may be a secret that somebody put here by mistake: it is not shown.
    let Some((key, place)) = text.split_once('=') else {
        return Err(ConfigError::usage("`--secret` needs KEY=PLACE").hint(shapes));
    };
    let key = secret_spec(vendor, key)?.name;
    let place = match place.split_once(':').unwrap_or((place, "")) {
        ("keyring", "") => SecretPlace::Keyring,
        ("stdin", "") => SecretPlace::Stdin,
        ("plain", "") => SecretPlace::Plain,
        ("env", name) if is_variable_name(name) => SecretPlace::Env(name.to_owned()),
        ("command", line) if !line.trim().is_empty() => SecretPlace::Command(line.to_owned()),
        _ => {
            let error = ConfigError::usage(format!("`--secret {key}=…` names no place for a secret"));
            return Err(error.hint(shapes).hint("the secret itself never belongs on a command line"));
        }
    };
    Ok((key, place))
}

impl SecretPlace {
    /// Where the secret is kept, once its value, if one is wanted, is known.
    pub fn source(self, value: Option<&SecretString>) -> SecretSource {
        match (self, value) {
            (Self::Env(name), _) => SecretSource::Env(name),
            (Self::Command(line), _) => SecretSource::Command(SecretCommand::Shell(line)),
            (Self::Plain, Some(value)) => SecretSource::Plain(value.clone()),
            (Self::Plain | Self::Keyring | Self::Stdin, _) => SecretSource::Keyring,
        }
    }
}

/// The vendor's secret called `key`.
pub fn secret_spec(vendor: &VendorSpec, key: &str) -> Result<&'static KeySpec, ConfigError> {
    profile::secret_keys(vendor).find(|spec| spec.name == key).ok_or_else(|| {
        let names: Vec<&str> = profile::secret_keys(vendor).map(|spec| spec.name).collect();
        let error = ConfigError::usage(format!("{} has no secret called `{key}`", vendor.name));
        error.hint(format!("it has {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::ConfigErrorKind;
    use super::*;

    fn draft(vendor: &str) -> Draft {
        Draft::new("new", vendor_named(vendor).unwrap()).unwrap()
    }

    fn env() -> Env {
        Env::made(Path::new("/home/ann"), [("A", "b")])
    }

    #[test]
    fn tells_what_is_missing() {
        let mut draft = draft("rocketchat");
        assert_eq!(draft.missing_settings(), ["base_url", "user_id"]);
        assert_eq!(draft.missing_secrets().iter().map(|key| key.name).collect::<Vec<_>>(), ["auth_token"]);
        draft.take_address(&WebAddress { base_url: "https://chat.example".to_owned(), ..WebAddress::default() });
        draft.set("user_id", "u").unwrap();
        draft.set_secret("auth_token", SecretSource::Keyring).unwrap();
        assert!(draft.missing_settings().is_empty() && draft.missing_secrets().is_empty());
        let profile = draft.profile(&Config::default(), &env()).unwrap();
        assert_eq!((profile.base_url.as_str(), profile.origin), ("https://chat.example/", Origin::File));
    }

    #[test]
    fn refuses_secrets_and_strangers_among_the_settings() {
        let mut draft = draft("livedesk");
        for (key, text, named) in [("api_key", "s3cret", "--secret api_key="), ("api_kye", "s3cret", "`api_key`")] {
            let error = draft.set(key, text).unwrap_err();
            assert_eq!(error.kind, ConfigErrorKind::Usage);
            assert!(error.hints[0].contains(named) && !format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        draft.set("timeout", "soon").unwrap();
        let error = draft.profile(&Config::default(), &env()).unwrap_err();
        assert!(error.message.contains("`timeout` is `soon`"), "{error:?}");
    }

    #[test]
    fn names_that_cannot_be_asked_for_are_refused() {
        for name in ["", "a b", "a,b", "-a", "a/b", "env", "a\u{7}"] {
            assert!(Draft::new(name, VENDORS[0]).is_err(), "{name}");
        }
        for name in ["support", "поддержка", "a.b-c_1"] {
            assert!(Draft::new(name, VENDORS[0]).is_ok(), "{name}");
        }
    }

    #[test]
    fn reads_places_and_never_repeats_a_secret() {
        let vendor = vendor_named("livedesk").unwrap();
        let place = |text: &str| parse_secret_place(text, vendor);
        assert_eq!(place("api_key=env:KEY").unwrap(), ("api_key", SecretPlace::Env("KEY".to_owned())));
        assert_eq!(place("api_key=command:pass show a:b").unwrap().1, SecretPlace::Command("pass show a:b".to_owned()));
        assert_eq!(place("api_secret=stdin").unwrap(), ("api_secret", SecretPlace::Stdin));
        for text in ["s3cret", "api_key=s3cret", "api_key=env:", "api_key=keyring:s3cret", "api_key=command: "] {
            let error = place(text).unwrap_err();
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        assert!(place("token=keyring").unwrap_err().hints[0].contains("api_key, api_secret"));
    }
}
