//! The configuration: the environment, the file, profiles, and where secrets are kept.
//!
//! The only place that knows TOML and the keyring. Knows nothing of terminals, HTTP or what a vendor's keys mean.

mod base_url;
mod command;
mod defaults;
mod draft;
pub mod duration;
mod edit;
mod env;
mod error;
mod file;
pub mod keyring;
pub mod login;
pub mod mirror_key;
mod nearest;
mod profile;
mod reader;
pub mod secret;
mod value;

use std::path::Path;

pub use base_url::{PlainHttp, is_loopback};
pub use defaults::{COLORS, DEFAULT_KEYS, Defaults, History, OUTPUTS, SOURCES};
pub use draft::{Draft, SecretPlace, address_of, parse_secret_place, recognise, secret_spec, vendor_named};
pub use duration::{parse as parse_duration, parse_positive as parse_positive_duration};
pub use edit::{ConfigFile, Existing};
pub use env::Env;
pub use error::{ConfigError, ConfigErrorKind};
pub use file::{ConfigPath, Exposure, Named};
pub use nearest::{did_you_mean, nearest};
pub use profile::{
    COMMON_KEYS, DEFAULT_MAX_RETRIES, DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT, Origin, Profile, SecretCommand, SecretSource,
    is_profile_name, key_spec, known_keys, secret_keys,
};
pub use reader::ENVIRONMENT_PROFILE;

use file::Parsed;

/// Everything that file and environment say.
#[derive(Debug, Default)]
pub struct Config {
    /// Where the file is or would be; `None` if the user has no home.
    pub path: Option<ConfigPath>,
    /// The path for people.
    pub shown: String,
    /// What `[defaults]` says.
    pub defaults: Defaults,
    /// Where the key of the mirror is kept, if that is to be encrypted.
    pub mirror_key: Option<SecretSource>,
    /// `default_profile` and the place where it stands.
    pub default_profile: Option<(String, String)>,
    /// The profiles in the order of the file, that of the environment last; one that is wrong does not spoil the others.
    pub profiles: Vec<(String, Result<Profile, ConfigError>)>,
    exposure: Exposure,
    /// Whether the environment defines a profile of its own.
    environment_speaks: bool,
    /// Whether there is no file.
    absent: bool,
}

/// The profiles that a query asks.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those that can be asked, in the order they were named; never empty.
    pub profiles: Vec<Profile>,
    /// Why the others cannot be asked. Empty unless several were wanted.
    pub broken: Vec<ConfigError>,
    /// What a person should know, as secrets that others can read; lower-case fragments.
    pub warnings: Vec<String>,
}

/// Which profiles are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Those of these names (each may be several, separated by commas); with no name, the default one.
    Named(&'a [String]),
    /// Every one.
    All,
}

impl Config {
    /// Reads the file and the environment; no file is no mistake unless a person named it.
    ///
    /// `explicit` is the `--config` flag. An error means that nothing of the file can be used; a profile that is wrong is
    /// kept as an error of its own.
    pub fn load(env: &Env, explicit: Option<&Path>) -> Result<Self, ConfigError> {
        let config = Self::load_to_change(env, explicit)?;
        match &config.path {
            Some(path) if path.named == Named::Explicitly && config.absent => {
                let hint = "make one:  contacts profile add";
                Err(ConfigError::config(format!("{}: there is no such file", config.shown)).hint(hint))
            }
            _ => Ok(config),
        }
    }

    /// [`Config::load`], except that a file which a person named may yet have to be made.
    pub fn load_to_change(env: &Env, explicit: Option<&Path>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some(path) = ConfigPath::find(env, explicit) {
            let shown = path.shown(env);
            if let Some((text, exposure)) = file::read(&path.path, &shown)? {
                let base = path.path.parent().unwrap_or(Path::new(""));
                let Parsed { default_profile, defaults, mirror_key, profiles } = file::parse(&text, &shown, base, env)?;
                config = Self { defaults, mirror_key, default_profile, profiles, exposure, ..config };
            } else {
                config.absent = true;
            }
            config = Self { path: Some(path), shown, ..config };
        }
        config.hear(env);
        Ok(config)
    }

    /// What the environment says alone, for when the file cannot be read.
    pub fn of_environment(env: &Env) -> Self {
        let mut config = Self::default();
        config.hear(env);
        config
    }

    /// Adds the environment's own profile, if it defines one.
    fn hear(&mut self, env: &Env) {
        if let Some(profile) = reader::environment_profile(env, &self.defaults) {
            self.profiles.retain(|(name, _)| name != ENVIRONMENT_PROFILE);
            self.profiles.push((ENVIRONMENT_PROFILE.to_owned(), profile));
            self.environment_speaks = true;
        }
    }

    /// The profiles to ask. Precedence: `wanted`, `CONTACTS_PROFILE`, the environment's own profile, `default_profile`,
    /// the only one.
    pub fn select(&self, wanted: Wanted<'_>, env: &Env) -> Result<Selection, ConfigError> {
        let from_variable = env.text("CONTACTS_PROFILE");
        let (names, variable) = match (wanted, from_variable) {
            (Wanted::All, _) if self.profiles.is_empty() => return Err(self.nothing_configured()),
            (Wanted::All, _) => (self.names().map(ToOwned::to_owned).collect(), None),
            (Wanted::Named([]), Some(names)) => (split_names([names])?, from_variable),
            (Wanted::Named([]), None) => (vec![self.default_name()?], None),
            (Wanted::Named(names), _) => (split_names(names.iter().map(String::as_str))?, None),
        };
        let mut selection = Selection::default();
        for name in names {
            let hint = || variable.map(|_| "the name came from the environment variable CONTACTS_PROFILE".to_owned());
            match self.profile(&name).map_err(|error| error.hint_maybe(hint()))? {
                Ok(profile) => selection.profiles.push(profile.clone()),
                Err(error) => selection.broken.push(error.clone()),
            }
        }
        if selection.profiles.is_empty() {
            return Err(selection.broken.swap_remove(0));
        }
        selection.warnings = selection.profiles.iter().filter_map(|profile| self.warning(profile)).collect();
        Ok(selection)
    }

    /// The profile called `name`: `Err` if there is none, `Ok(Err)` if it is wrong.
    pub fn profile(&self, name: &str) -> Result<&Result<Profile, ConfigError>, ConfigError> {
        if let Some((_, profile)) = self.profiles.iter().find(|(known, _)| known == name) {
            return Ok(profile);
        }
        let place = if self.shown.is_empty() { String::new() } else { format!(" in {}", self.shown) };
        let error = ConfigError::new(ConfigErrorKind::NotFound, format!("no profile called `{name}`{place}"));
        let error = error.of_profile(name, None);
        if self.profiles.is_empty() {
            return Err(ConfigError { hints: self.nothing_configured().hints, ..error });
        }
        Err(error.hint(did_you_mean(name, self.names())))
    }

    /// The profiles' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.profiles.iter().map(|(name, _)| name.as_str())
    }

    /// The name of the profile that is asked when none is named.
    pub fn default_name(&self) -> Result<String, ConfigError> {
        if self.environment_speaks {
            return Ok(ENVIRONMENT_PROFILE.to_owned());
        }
        if let Some((name, place)) = &self.default_profile {
            if self.names().any(|known| known == name) {
                return Ok(name.clone());
            }
            let message = format!("{place}: `default_profile` is `{name}`, and there is no such profile");
            let error = ConfigError::config(message);
            return Err(if self.profiles.is_empty() { error } else { error.hint(did_you_mean(name, self.names())) });
        }
        match self.profiles.as_slice() {
            [] => Err(self.nothing_configured()),
            [(only, _)] => Ok(only.clone()),
            _ => {
                let names: Vec<&str> = self.names().collect();
                Err(ConfigError::usage("several profiles are configured and none is the default")
                    .hint(format!("choose with `-p`: {}", names.join(", ")))
                    .hint("ask them all with `-A`, or settle it:  contacts profile default NAME"))
            }
        }
    }

    /// The error that a newcomer sees first.
    fn nothing_configured(&self) -> ConfigError {
        let there = self.path.is_some() && !self.absent;
        let place = if there { format!("{}: ", self.shown) } else { String::new() };
        ConfigError::config(format!("{place}no profile is configured"))
            .hint("try it without one:      contacts --demo list")
            .hint("add your own:            contacts profile add")
    }

    fn warning(&self, profile: &Profile) -> Option<String> {
        let plain = |source: &SecretSource| matches!(source, SecretSource::Plain(_));
        let exposed = self.exposure == Exposure::Others && profile.origin == Origin::File;
        let (key, _) = profile.secrets.iter().find(|(_, source)| exposed && plain(source))?;
        Some(format!(
            "{}: `{key}` of profile `{}` stands there as plain text that other users can read; `chmod 600` the file, or \
             move it to the keyring with `contacts login {}`",
            self.shown, profile.name, profile.name
        ))
    }
}

/// Names split at commas, each once, in order.
fn split_names<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, ConfigError> {
    let mut names: Vec<String> = Vec::new();
    for name in given.into_iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() { Err(ConfigError::usage("no profile is named")) } else { Ok(names) }
}

#[cfg(test)]
mod tests;
