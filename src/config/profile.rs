//! One profile: where a vendor's account lies, how it is asked, and where its secrets are kept.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::vendor::{KeyKind, KeySpec, VendorSpec};

use super::base_url::PlainHttp;

/// Time for one request when nothing else is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Repetitions of one request when nothing else is said.
pub const DEFAULT_MAX_RETRIES: u32 = 4;
/// Time spent waiting on rate limits when nothing else is said.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_mins(2);

/// The keys of every profile, whatever its vendor, in the order of the documentation.
pub const COMMON_KEYS: [&str; 8] =
    ["vendor", "base_url", "timeout", "max_retries", "max_wait", "page_size", "ca_file", "allow_http"];

/// One account of one vendor, checked and complete but for its secrets' values.
#[derive(Clone)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its vendor.
    pub vendor: &'static VendorSpec,
    /// Where the API lies; no slash at the end of the path.
    pub base_url: Url,
    /// The vendor's keys that are no secrets, as text.
    pub settings: BTreeMap<String, String>,
    /// Where each secret is kept, by key.
    pub secrets: BTreeMap<&'static str, SecretSource>,
    /// For one request.
    pub timeout: Duration,
    /// How often one request is repeated.
    pub max_retries: u32,
    /// Total time spent waiting on rate limits.
    pub max_wait: Duration,
    /// Certificates that are trusted as well; read from the file's folder if the path is relative.
    pub ca_file: Option<PathBuf>,
    /// Whether http is spoken with other machines.
    pub plain_http: PlainHttp,
    /// Rows asked for at once; `None`: as many as the vendor gives.
    pub page_size: Option<u32>,
    /// Where the profile is written down.
    pub origin: Origin,
}

/// Where a profile is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file.
    File,
    /// In the environment, `CONTACTS_VENDOR` and its like.
    Environment,
    /// Nowhere: it belongs to the sandbox inside this process.
    Demo,
}

/// Where a secret is kept. Cannot be printed if it is the secret itself.
#[derive(Clone)]
pub enum SecretSource {
    /// In the file, as it is.
    Plain(SecretString),
    /// In an environment variable.
    Env(String),
    /// A command prints it.
    Command(SecretCommand),
    /// In the system's keyring, service `contacts`, user `PROFILE/KEY`.
    Keyring,
}

/// A command that prints a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretCommand {
    /// Run by the shell.
    Shell(String),
    /// A program and its arguments, run as they are; never empty.
    Exec(Vec<String>),
}

impl Profile {
    /// A profile with the built-in defaults and no keys yet.
    pub fn new(name: impl Into<String>, vendor: &'static VendorSpec, base_url: Url, origin: Origin) -> Self {
        Self {
            name: name.into(),
            vendor,
            base_url,
            settings: BTreeMap::new(),
            secrets: BTreeMap::new(),
            timeout: DEFAULT_TIMEOUT,
            max_retries: DEFAULT_MAX_RETRIES,
            max_wait: DEFAULT_MAX_WAIT,
            ca_file: None,
            plain_http: PlainHttp::Loopback,
            page_size: None,
            origin,
        }
    }

    /// The server's name, by which one whose accounts are numbered alike is told from another; none for this machine itself, where
    /// it says nothing.
    pub fn server(&self) -> Option<&str> {
        self.base_url.host_str().filter(|_| !super::is_loopback(&self.base_url))
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("name", &self.name)
            .field("vendor", &self.vendor.name)
            .field("base_url", &self.base_url.as_str())
            .field("settings", &self.settings)
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}

impl SecretSource {
    /// Says where the secret is kept, in words for people; never the secret itself.
    pub fn described(&self) -> String {
        match self {
            Self::Plain(_) => "in the file, as plain text".to_owned(),
            Self::Env(name) => format!("in the environment variable `{name}`"),
            Self::Command(command) => format!("printed by the command `{} …`", command.program()),
            Self::Keyring => "in the keyring".to_owned(),
        }
    }

    /// Says where the secret is kept in a word for programs: `plain`, `keyring`, `env:NAME` or `command:PROGRAM …`.
    pub fn place(&self) -> String {
        match self {
            Self::Plain(_) => "plain".to_owned(),
            Self::Env(name) => format!("env:{name}"),
            Self::Command(command) => format!("command:{} …", command.program()),
            Self::Keyring => "keyring".to_owned(),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.described())
    }
}

impl SecretCommand {
    /// The program alone, for messages: what follows it may well be secret.
    pub fn program(&self) -> &str {
        match self {
            Self::Shell(line) => match line.split_whitespace().next() {
                Some(word) if !word.contains(['=', '$', '"', '\'', '`', '(']) => word,
                _ => "sh",
            },
            Self::Exec(words) => words.first().map_or("", String::as_str),
        }
    }
}

/// The vendor's key called `name`.
pub fn key_spec(vendor: &VendorSpec, name: &str) -> Option<&'static KeySpec> {
    vendor.keys.iter().find(|key| key.name == name)
}

/// The vendor's keys that are secrets.
pub fn secret_keys(vendor: &VendorSpec) -> impl Iterator<Item = &'static KeySpec> {
    vendor.keys.iter().filter(|key| key.kind == KeyKind::Secret)
}

/// Every key that a profile of this vendor may have.
pub fn known_keys(vendor: &VendorSpec) -> impl Iterator<Item = &'static str> + Clone + use<> {
    COMMON_KEYS.into_iter().chain(vendor.keys.iter().map(|key| key.name))
}

/// Whether `name` may be a profile's name: no blanks, commas, slashes or control characters, no dash in front.
pub fn is_profile_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '/' | '\\' | '`' | '"' | '\'');
    !name.is_empty() && name.len() <= 64 && !name.starts_with('-') && !name.contains(forbidden)
}
