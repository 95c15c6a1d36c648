//! From the entries of a profile to a checked [`Profile`], wherever they were written down.

use std::path::Path;

use crate::vendor::{self, KeyKind, VENDORS, VendorSpec};

use super::base_url::{self, PlainHttp};
use super::defaults::Defaults;
use super::env::Env;
use super::error::{ConfigError, Mistake};
use super::nearest::did_you_mean;
use super::profile::{
    self, COMMON_KEYS, DEFAULT_MAX_RETRIES, DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT, Origin, Profile, SecretSource,
};
use super::value::{ANY, Given, POSITIVE};

/// The name of the profile that the environment defines.
pub const ENVIRONMENT_PROFILE: &str = "env";

/// One key of a profile and where it stands.
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// Its value.
    pub value: Given<'a>,
    /// `FILE:LINE`, or the variable's name.
    pub place: String,
}

/// What profiles are read against.
pub struct ProfileReader<'a> {
    /// For the home folder.
    pub env: &'a Env,
    /// The folder from which relative paths are taken.
    pub base: &'a Path,
    /// What a profile leaves unsaid.
    pub defaults: &'a Defaults,
}

impl ProfileReader<'_> {
    /// Reads one profile; `place` is where it begins.
    pub fn read(&self, name: &str, place: &str, origin: Origin, entries: &[Entry<'_>]) -> Result<Profile, ConfigError> {
        let wrong = |message: String, vendor| ConfigError::config(message).of_profile(name, vendor);
        if !profile::is_profile_name(name) {
            let message = format!("{place}: `{name}` cannot be the name of a profile");
            return Err(wrong(message, None).hint("use letters, digits, `-`, `_` and `.`"));
        }
        let vendor = vendor_of(name, place, entries)?;
        let find = |key: &str| entries.iter().find(|entry| entry.key == key);
        let at = |entry: &Entry<'_>, Mistake { message, hint }: Mistake| {
            wrong(format!("{}: profile `{name}`: `{}` {message}", entry.place, entry.key), Some(vendor))
                .hint_maybe(hint)
        };
        for entry in entries {
            if !profile::known_keys(vendor).any(|known| known == entry.key) {
                let message = format!("{}: profile `{name}`: unknown key `{}`", entry.place, entry.key);
                return Err(wrong(message, Some(vendor)).hint(unknown_key_hint(entry.key, vendor)));
            }
        }
        let plain_http =
            match find("allow_http").map(|entry| entry.value.flag().map_err(|m| at(entry, m))).transpose()? {
                Some(true) => PlainHttp::Allowed,
                _ => PlainHttp::Loopback,
            };
        let base_url = match (find("base_url"), vendor.default_base_url) {
            (Some(entry), _) => {
                let text = entry.value.text().map_err(|mistake| at(entry, mistake))?;
                base_url::parse(text, plain_http).map_err(|mistake| at(entry, mistake))?
            }
            (None, Some(default)) => base_url::parse(default, plain_http).expect("a vendor's own base URL is valid"),
            (None, None) => {
                let message = format!("{place}: profile `{name}`: `base_url` is missing");
                return Err(wrong(message, Some(vendor)).hint(missing_hint(
                    origin,
                    "base_url",
                    "https://chat.example.com",
                )));
            }
        };
        let mut profile = Profile::new(name, vendor, base_url, origin);
        profile.plain_http = plain_http;
        profile.timeout = self.defaults.timeout.unwrap_or(DEFAULT_TIMEOUT);
        profile.max_retries = self.defaults.max_retries.unwrap_or(DEFAULT_MAX_RETRIES);
        profile.max_wait = self.defaults.max_wait.unwrap_or(DEFAULT_MAX_WAIT);
        for entry in entries {
            self.common(&mut profile, entry).map_err(|mistake| at(entry, mistake))?;
        }
        for key in vendor.keys {
            let entry = find(key.name);
            match (key.kind, entry) {
                (KeyKind::Secret, Some(entry)) => {
                    let source = entry.value.secret().map_err(|mistake| at(entry, mistake))?;
                    profile.secrets.insert(key.name, source);
                }
                (KeyKind::Secret, None) if key.required => {
                    profile.secrets.insert(key.name, unsaid_secret(origin, key.name));
                }
                (kind, Some(entry)) => {
                    let text = entry.value.setting(kind).map_err(|mistake| at(entry, mistake))?;
                    profile.settings.insert(key.name.to_owned(), text);
                }
                (_, None) if key.required => {
                    let message = format!("{place}: profile `{name}`: `{}` is missing", key.name);
                    let error = wrong(message, Some(vendor)).hint(format!("`{}` is {}", key.name, key.help));
                    return Err(error.hint(missing_hint(origin, key.name, key.example)));
                }
                (_, None) => {}
            }
        }
        Ok(profile)
    }

    /// Reads a key that every profile may have.
    fn common(&self, profile: &mut Profile, entry: &Entry<'_>) -> Result<(), Mistake> {
        let value = entry.value;
        match entry.key {
            "timeout" => profile.timeout = value.duration(POSITIVE)?,
            "max_retries" => profile.max_retries = value.small_number(0)?,
            "max_wait" => profile.max_wait = value.duration(ANY)?,
            "page_size" => profile.page_size = Some(value.small_number(1)?),
            "ca_file" => {
                let written = value.setting(KeyKind::Text)?;
                profile.ca_file = Some(self.env.expand(&written, self.base));
            }
            _ => {}
        }
        Ok(())
    }
}

fn vendor_of(name: &str, place: &str, entries: &[Entry<'_>]) -> Result<&'static VendorSpec, ConfigError> {
    let wrong = |message: String| ConfigError::config(message).of_profile(name, None);
    let names = VENDORS.iter().map(|vendor| vendor.name);
    let Some(entry) = entries.iter().find(|entry| entry.key == "vendor") else {
        // A key that nearly says `vendor` is what was meant.
        let near = entries.iter().find(|entry| strsim::damerau_levenshtein(entry.key, "vendor") <= 2);
        if let Some(entry) = near {
            let message = format!("{}: profile `{name}`: unknown key `{}`", entry.place, entry.key);
            return Err(wrong(message).hint("did you mean `vendor`?"));
        }
        let hint = format!("it is one of {}", names.collect::<Vec<_>>().join(", "));
        return Err(wrong(format!("{place}: profile `{name}`: `vendor` is missing")).hint(hint));
    };
    let text = entry.value.text().map_err(|mistake| {
        wrong(format!("{}: profile `{name}`: `vendor` {}", entry.place, mistake.message)).hint_maybe(mistake.hint)
    })?;
    vendor::vendor(text).ok_or_else(|| {
        wrong(format!("{}: profile `{name}`: no vendor called `{text}`", entry.place)).hint(did_you_mean(text, names))
    })
}

/// The profile that `CONTACTS_VENDOR` and its like define, if it is set.
pub fn environment_profile(env: &Env, defaults: &Defaults) -> Option<Result<Profile, ConfigError>> {
    let name = env.text("CONTACTS_VENDOR")?;
    let spec = vendor::vendor(name);
    let keys = COMMON_KEYS.into_iter().chain(spec.into_iter().flat_map(|vendor| vendor.keys).map(|key| key.name));
    let variables: Vec<(&str, String)> = keys.map(|key| (key, variable(key))).collect();
    let entries = variables.iter().filter_map(|(key, variable)| {
        let value = Given::Variable(variable, env.text(variable)?);
        Some(Entry { key, value, place: variable.clone() })
    });
    let reader = ProfileReader { env, base: env.current_dir(), defaults };
    Some(reader.read(ENVIRONMENT_PROFILE, "the environment", Origin::Environment, &entries.collect::<Vec<_>>()))
}

/// The environment variable of a key, as `CONTACTS_AUTH_TOKEN`.
fn variable(key: &str) -> String {
    format!("CONTACTS_{}", key.to_uppercase())
}

/// Where a secret is looked for that the profile does not mention.
fn unsaid_secret(origin: Origin, key: &str) -> SecretSource {
    match origin {
        Origin::Environment => SecretSource::Env(variable(key)),
        Origin::File | Origin::Demo => SecretSource::Keyring,
    }
}

fn missing_hint(origin: Origin, key: &str, example: &str) -> String {
    let example = if example.is_empty() { "…" } else { example };
    match origin {
        Origin::Environment => format!("set `{}`, for instance to `{example}`", variable(key)),
        Origin::File | Origin::Demo => format!("write, for instance, `{key} = \"{example}\"`"),
    }
}

fn unknown_key_hint(key: &str, vendor: &'static VendorSpec) -> String {
    let elsewhere = VENDORS.iter().find(|other| profile::key_spec(other, key).is_some());
    match elsewhere {
        Some(other) => {
            let known: Vec<&str> = profile::known_keys(vendor).collect();
            format!("`{key}` is a key of {}; {} has: {}", other.name, vendor.name, known.join(", "))
        }
        None => did_you_mean(key, profile::known_keys(vendor)),
    }
}
