//! The configuration file: where it is, what it says, and what is wrong with it, by line.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::defaults::{DEFAULT_KEYS, Defaults};
use super::env::Env;
use super::error::{ConfigError, Mistake};
use super::nearest::did_you_mean;
use super::profile::{Origin, Profile, SecretSource};
use super::reader::{Entry, ProfileReader};
use super::value::Given;

/// A file larger than this is no configuration.
const MAX_FILE: u64 = 1 << 20;

/// The keys of the file itself.
const TOP_KEYS: [&str; 4] = ["default_profile", "defaults", "mirror", "profiles"];

/// The one key of `[mirror]`.
pub(super) const MIRROR_KEY: &str = "key";

/// The path of the configuration file, and whether a person named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPath {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether `--config` or `CONTACTS_CONFIG` named it; then it must be there.
    pub named: Named,
}

/// Who chose a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A person, by flag or variable.
    Explicitly,
    /// The custom of the system.
    ByCustom,
}

impl ConfigPath {
    /// The file to read: `explicit` (the flag), else `CONTACTS_CONFIG`, else the customary place; `None` if the user has
    /// no home.
    pub fn find(env: &Env, explicit: Option<&Path>) -> Option<Self> {
        let named = explicit.or_else(|| env.os("CONTACTS_CONFIG").map(Path::new));
        if let Some(path) = named {
            return Some(Self { path: path.to_owned(), named: Named::Explicitly });
        }
        Some(Self { path: env.config_dir()?.join("config.toml"), named: Named::ByCustom })
    }

    /// The path for people.
    pub fn shown(&self, env: &Env) -> String {
        match self.named {
            Named::Explicitly => self.path.display().to_string(),
            Named::ByCustom => env.shown(&self.path),
        }
    }
}

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// `default_profile`, and the place where it stands.
    pub default_profile: Option<(String, String)>,
    pub defaults: Defaults,
    /// Where the key of the mirror is kept, if it is encrypted.
    pub mirror_key: Option<SecretSource>,
    /// The profiles in the order of the file; one that is wrong does not spoil the others.
    pub profiles: Vec<(String, Result<Profile, ConfigError>)>,
}

/// The text of the file, and whether others than its owner may read it; `None` if there is none.
pub(super) fn read(path: &Path, shown: &str) -> Result<Option<(Zeroizing<String>, Exposure)>, ConfigError> {
    let wrong = |what: &str| ConfigError::config(format!("{shown}: {what}"));
    let cannot = |error: std::io::Error| wrong(&format!("cannot be read: {}", reason(&error)));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    let metadata = file.metadata().map_err(cannot)?;
    if metadata.is_dir() {
        return Err(wrong("is a directory, not a file").hint(format!("the file would be `{shown}/config.toml`")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(wrong("is larger than 1 MiB and cannot be a configuration"));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            Ok(Some((Zeroizing::new(text.to_owned()), Exposure::of(&metadata))))
        }
        Err(error) => {
            let line = line_at(&bytes, error.valid_up_to());
            Err(ConfigError::config(format!("{shown}:{line}: is not UTF-8")).hint("save the file as UTF-8"))
        }
    }
}

/// Whether others than the owner may read a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// The owner alone, as far as the system tells.
    #[default]
    OwnerOnly,
    /// The group or everybody as well.
    Others,
}

impl Exposure {
    #[cfg(unix)]
    fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.is_file() && metadata.mode() & 0o077 != 0 { Self::Others } else { Self::OwnerOnly }
    }

    #[cfg(not(unix))]
    fn of(_metadata: &std::fs::Metadata) -> Self {
        Self::OwnerOnly
    }
}

/// Reads what the text says. `Err` if nothing of it can be relied on.
pub(super) fn parse(text: &str, shown: &str, base: &Path, env: &Env) -> Result<Parsed, ConfigError> {
    let book = Book { text, shown };
    let document = DeTable::parse(text).map_err(|error| book.syntax(error.message(), error.span()))?;
    let mut parsed = Parsed::default();
    let mut profiles = None;
    for (key, value) in document.get_ref() {
        let place = book.place(key.span().start);
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("default_profile", DeValue::String(name)) => {
                parsed.default_profile = Some((name.as_ref().to_owned(), place));
            }
            ("defaults", DeValue::Table(table)) => parsed.defaults = book.defaults(table)?,
            ("mirror", DeValue::Table(table)) => parsed.mirror_key = book.mirror(table)?,
            ("profiles", DeValue::Table(table)) => profiles = Some(table),
            ("default_profile", _) => {
                return Err(ConfigError::config(format!("{place}: `default_profile` must be text in quotes")));
            }
            (key @ ("defaults" | "mirror" | "profiles"), _) => {
                let hint = if key == "profiles" { "[profiles.NAME]".to_owned() } else { format!("[{key}]") };
                let hint = format!("write `{hint}`");
                return Err(ConfigError::config(format!("{place}: `{key}` must be a table")).hint(hint));
            }
            (unknown, value) => return Err(unknown_top_key(unknown, value, &place)),
        }
    }
    let reader = ProfileReader { env, base, defaults: &parsed.defaults };
    let mut ordered: Vec<_> = profiles.into_iter().flatten().collect();
    ordered.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in ordered {
        let read = book.profile(&reader, name, value);
        parsed.profiles.push((name.get_ref().as_ref().to_owned(), read));
    }
    Ok(parsed)
}

fn unknown_top_key(key: &str, value: &DeValue<'_>, place: &str) -> ConfigError {
    let error = ConfigError::config(format!("{place}: unknown key `{key}`"));
    let is_profile = value.as_table().is_some_and(|table| table.contains_key("vendor"));
    if is_profile {
        error.hint(format!("a profile is written `[profiles.{key}]`"))
    } else if DEFAULT_KEYS.contains(&key) {
        error.hint("it belongs under `[defaults]`")
    } else {
        error.hint(did_you_mean(key, TOP_KEYS))
    }
}

/// A mistake of the syntax, told without the line itself, which may hold a secret.
pub(super) fn syntax_error(text: &str, shown: &str, message: &str, span: Option<Range<usize>>) -> ConfigError {
    Book { text, shown }.syntax(message, span)
}

/// The text and the name under which people know it.
struct Book<'a> {
    text: &'a str,
    shown: &'a str,
}

impl Book<'_> {
    /// `FILE:LINE` of a position.
    fn place(&self, position: usize) -> String {
        format!("{}:{}", self.shown, line_at(self.text.as_bytes(), position))
    }

    /// A mistake of the syntax, told without the line itself, which may hold a secret.
    fn syntax(&self, message: &str, span: Option<Range<usize>>) -> ConfigError {
        let position = span.map_or(0, |span| span.start).min(self.text.len());
        let start = self.text.as_bytes()[..position].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&self.text.as_bytes()[start..position]).chars().count() + 1;
        let found = self.text.get(position..).and_then(|rest| rest.chars().next());
        let hint = match found {
            Some('\t') => Some("there is a tab at that place".to_owned()),
            Some(quote @ ('“' | '”' | '‘' | '’')) => {
                Some(format!("`{quote}` is a typographic quote; write `\"`"))
            }
            _ => None,
        };
        ConfigError::config(format!("{}, column {column}: {}", self.place(position), message.trim())).hint_maybe(hint)
    }

    fn defaults(&self, table: &DeTable<'_>) -> Result<Defaults, ConfigError> {
        let mut defaults = Defaults::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let place = self.place(key.span().start);
            match defaults.set(name, Given::Toml(value.get_ref())) {
                Some(Ok(())) => {}
                Some(Err(Mistake { message, hint })) => {
                    let message = format!("{place}: [defaults]: `{name}` {message}");
                    return Err(ConfigError::config(message).hint_maybe(hint));
                }
                None => {
                    let message = format!("{place}: [defaults]: unknown key `{name}`");
                    return Err(ConfigError::config(message).hint(did_you_mean(name, DEFAULT_KEYS)));
                }
            }
        }
        Ok(defaults)
    }

    /// Where `[mirror]` says that the key is kept.
    fn mirror(&self, table: &DeTable<'_>) -> Result<Option<SecretSource>, ConfigError> {
        let mut source = None;
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let place = self.place(key.span().start);
            if name != MIRROR_KEY {
                let message = format!("{place}: [mirror]: unknown key `{name}`");
                return Err(ConfigError::config(message).hint(did_you_mean(name, [MIRROR_KEY])));
            }
            source = match Given::Toml(value.get_ref()).secret() {
                Ok(SecretSource::Plain(_)) => {
                    let message = format!("{place}: [mirror]: `{name}` cannot stand in the file itself");
                    return Err(ConfigError::config(message).hint(
                        "write where it is kept: { keyring = true }, { env = \"NAME\" } or { command = \"…\" }",
                    ));
                }
                Ok(source) => Some(source),
                Err(Mistake { message, hint }) => {
                    let message = format!("{place}: [mirror]: `{name}` {message}");
                    return Err(ConfigError::config(message).hint_maybe(hint));
                }
            };
        }
        Ok(source)
    }

    fn profile(
        &self,
        reader: &ProfileReader<'_>,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Profile, ConfigError> {
        let place = self.place(name.span().start);
        let name = name.get_ref().as_ref();
        let DeValue::Table(table) = value.get_ref() else {
            let message = format!("{place}: profile `{name}` must be a table");
            return Err(ConfigError::config(message).hint(format!("write `[profiles.{name}]`")).of_profile(name, None));
        };
        let mut ordered: Vec<_> = table.iter().collect();
        ordered.sort_by_key(|(key, _)| key.span().start);
        let entries = ordered.into_iter().map(|(key, value)| Entry {
            key: key.get_ref().as_ref(),
            value: Given::Toml(value.get_ref()),
            place: self.place(key.span().start),
        });
        reader.read(name, &place, Origin::File, &entries.collect::<Vec<_>>())
    }
}

/// The line of a position, counted from 1.
fn line_at(text: &[u8], position: usize) -> usize {
    memchr::memchr_iter(b'\n', &text[..position.min(text.len())]).count() + 1
}

/// An input-output error without the number that Rust appends.
pub(super) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
