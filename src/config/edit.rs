//! Changes the configuration file and keeps what a person wrote into it: comments, order, mode, links.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::env::Env;
use super::error::ConfigError;
use super::file::{self, ConfigPath, MIRROR_KEY, reason, syntax_error};
use super::profile::{Profile, SecretCommand, SecretSource};

/// What stands above the first profile of a file that the program itself has made.
const HEADER: &str = "# Profiles of `contacts`. Every key is explained in config.example.toml.\n";

/// A configuration file that is being changed.
pub struct ConfigFile {
    path: PathBuf,
    shown: String,
    document: DocumentMut,
    /// The text as it was read; `None` if there was no file.
    before: Option<String>,
    holds_new_secret: bool,
}

/// What to do about a profile that is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and fail.
    Keep,
    /// Put the new one in its place.
    Replace,
}

impl ConfigFile {
    /// Opens the file for changes; one that is not there yet is made when it is saved.
    pub fn open(path: &ConfigPath, env: &Env) -> Result<Self, ConfigError> {
        let shown = path.shown(env);
        // A link stays a link: the file behind it is replaced.
        let real = fs::canonicalize(&path.path).unwrap_or_else(|_| path.path.clone());
        if fs::metadata(&real).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Err(ConfigError::config(format!("{shown}: is no ordinary file and cannot be changed")));
        }
        let before = file::read(&real, &shown)?.map(|(text, _)| text.as_str().to_owned());
        let text = before.as_deref().unwrap_or_default();
        let document =
            text.parse::<DocumentMut>().map_err(|error| syntax_error(text, &shown, error.message(), error.span()))?;
        Ok(Self { path: real, shown, document, before, holds_new_secret: false })
    }

    /// The path for people.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether there is a profile of that name, right or wrong.
    pub fn has(&self, name: &str) -> bool {
        self.profiles().is_some_and(|profiles| profiles.contains_key(name))
    }

    /// The profiles' names, in order.
    pub fn names(&self) -> Vec<String> {
        self.profiles().map(|profiles| profiles.iter().map(|(name, _)| name.to_owned()).collect()).unwrap_or_default()
    }

    /// Writes a profile: the keys of `written`, in that order, then where its secrets are kept.
    pub fn put(
        &mut self,
        profile: &Profile,
        written: &[(String, String)],
        existing: Existing,
    ) -> Result<(), ConfigError> {
        if existing == Existing::Keep && self.has(&profile.name) {
            let message = format!("there is already a profile called `{}` in {}", profile.name, self.shown);
            return Err(ConfigError::usage(message).hint("take another name, or replace it with `--force`"));
        }
        let mut table = Table::new();
        table["vendor"] = toml_edit::value(profile.vendor.name);
        for (key, text) in written {
            table[key.as_str()] = Item::Value(plain_value(profile, key, text));
        }
        for spec in super::profile::secret_keys(profile.vendor) {
            if let Some(source) = profile.secrets.get(spec.name) {
                self.holds_new_secret |= matches!(source, SecretSource::Plain(_));
                table[spec.name] = Item::Value(secret_value(source));
            }
        }
        let above = self.document.is_empty().then(|| self.document.trailing().as_str().unwrap_or_default().to_owned());
        if above.is_some() {
            self.document.set_trailing("");
        }
        let profiles = self.profiles_to_change()?;
        if let Some(old) = profiles.get(&profile.name).and_then(Item::as_table) {
            *table.decor_mut() = old.decor().clone();
            table.set_position(old.position());
        } else {
            let gap = match above.as_deref().map(str::trim_end) {
                Some("") => String::new(),
                Some(above) => format!("{above}\n\n"),
                None => "\n".to_owned(),
            };
            table.decor_mut().set_prefix(gap);
        }
        profiles.insert(&profile.name, Item::Table(table));
        Ok(())
    }

    /// Says anew where a secret of a profile is kept.
    pub fn set_secret(&mut self, name: &str, key: &str, source: &SecretSource) -> Result<(), ConfigError> {
        let value = secret_value(source);
        let shown = self.shown.clone();
        let profile = self.profiles_to_change()?.get_mut(name).and_then(Item::as_table_like_mut);
        let Some(profile) = profile else {
            return Err(ConfigError::config(format!("{shown}: profile `{name}` is gone")));
        };
        if let Some(old) = profile.get_mut(key).and_then(Item::as_value_mut) {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        } else {
            profile.insert(key, Item::Value(value));
        }
        self.holds_new_secret |= matches!(source, SecretSource::Plain(_));
        Ok(())
    }

    /// Takes a profile out, and the default if it was that; says whether it was there.
    pub fn remove(&mut self, name: &str) -> Result<bool, ConfigError> {
        if !self.has(name) {
            return Ok(false);
        }
        self.profiles_to_change()?.remove(name);
        if self.default_profile() == Some(name) {
            self.document.remove("default_profile");
        }
        Ok(true)
    }

    /// The default profile's name, if one is set.
    pub fn default_profile(&self) -> Option<&str> {
        self.document.get("default_profile").and_then(Item::as_str)
    }

    /// Makes a profile the default.
    pub fn set_default(&mut self, name: &str) {
        match self.document.get_mut("default_profile").and_then(Item::as_value_mut) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = Value::from(name);
                *old.decor_mut() = decor;
            }
            None => self.insert_default(name),
        }
    }

    /// Says where the key of the mirror is kept.
    pub fn set_mirror_key(&mut self, source: &SecretSource) -> Result<(), ConfigError> {
        let wrong = ConfigError::config(format!("{}: `mirror` is not written as a table", self.shown));
        let above = self.document.is_empty().then(|| self.document.trailing().as_str().unwrap_or_default().to_owned());
        if above.is_some() {
            self.document.set_trailing("");
        }
        let mirror = self.document.entry("mirror").or_insert_with(|| {
            let mut table = Table::new();
            table.decor_mut().set_prefix(match above.as_deref().map(str::trim_end) {
                Some("") => String::new(),
                Some(above) => format!("{above}\n\n"),
                None => "\n".to_owned(),
            });
            Item::Table(table)
        });
        let mirror = mirror.as_table_like_mut().ok_or(wrong)?;
        mirror.insert(MIRROR_KEY, Item::Value(secret_value(source)));
        Ok(())
    }

    /// Says nothing of a key of the mirror any more.
    pub fn remove_mirror_key(&mut self) {
        let Some(mirror) = self.document.get_mut("mirror").and_then(Item::as_table_like_mut) else { return };
        mirror.remove(MIRROR_KEY);
        if mirror.is_empty() {
            self.document.remove("mirror");
        }
    }

    /// Writes the file: whole or not at all, readable by its owner alone if it is new or now holds a secret.
    pub fn save(&self) -> Result<(), ConfigError> {
        let text = match &self.before {
            // What stood between the first entry and the next goes with it.
            Some(before) if !before.starts_with(['\n', '\r']) => {
                self.document.to_string().trim_start_matches(['\n', '\r']).to_owned()
            }
            Some(_) => self.document.to_string(),
            None => format!("{HEADER}\n{}", self.document.to_string().trim_start_matches('\n')),
        };
        if self.before.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        let cannot = |error: std::io::Error| {
            ConfigError::config(format!("{}: cannot be written: {}", self.shown, reason(&error)))
        };
        let now = file::read(&self.path, &self.shown)?.map(|(text, _)| text.as_str().to_owned());
        if now != self.before {
            let message = format!("{}: was changed by someone else in this very moment", self.shown);
            return Err(ConfigError::config(message).hint("try again"));
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_folder(folder).map_err(cannot)?;
        let mut temporary = tempfile::Builder::new().prefix(".config.toml.").tempfile_in(folder).map_err(cannot)?;
        temporary.write_all(text.as_bytes()).map_err(cannot)?;
        self.keep_mode(temporary.as_file()).map_err(cannot)?;
        temporary.as_file().sync_all().map_err(cannot)?;
        temporary.persist(&self.path).map_err(|error| cannot(error.error))?;
        Ok(())
    }

    /// Gives the new file the mode of the old one, without others' rights if it now holds a secret.
    #[cfg(unix)]
    fn keep_mode(&self, file: &fs::File) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(old) = fs::metadata(&self.path) else { return Ok(()) };
        let mode = old.permissions().mode() & 0o777;
        file.set_permissions(fs::Permissions::from_mode(if self.holds_new_secret { mode & 0o700 } else { mode }))
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "there are no modes to keep")]
    fn keep_mode(&self, _file: &fs::File) -> std::io::Result<()> {
        Ok(())
    }

    fn profiles(&self) -> Option<&dyn toml_edit::TableLike> {
        self.document.get("profiles").and_then(Item::as_table_like)
    }

    fn profiles_to_change(&mut self) -> Result<&mut Table, ConfigError> {
        let wrong = ConfigError::config(format!("{}: `profiles` is not written as tables", self.shown))
            .hint("change this file by hand, or write its profiles as `[profiles.NAME]`");
        let profiles = self.document.entry("profiles").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        profiles.as_table_mut().ok_or(wrong)
    }

    /// Puts `default_profile` above the first table, below what a person wrote at the head of the file.
    fn insert_default(&mut self, name: &str) {
        let text = self.document.to_string();
        let has_values = self.document.iter().any(|(_, item)| item.is_value());
        let table = text.lines().scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some((start, line))
        });
        let table = table.into_iter().find(|(_, line)| line.trim_start().starts_with('[')).map(|(start, _)| start);
        let (Some(table), false) = (table, has_values) else {
            self.document["default_profile"] = toml_edit::value(name);
            return;
        };
        // A comment right above the table belongs to it; what an empty line separates from it belongs to the file.
        let head = text[..table].rfind("\n\n").map_or(0, |at| at + 2);
        let gap = if text[head..].starts_with('\n') { "" } else { "\n" };
        let line = format!("default_profile = {}\n{gap}", Value::from(name));
        let whole = format!("{}{line}{}", &text[..head], &text[head..]);
        self.document = whole.parse().expect("a key above the first table leaves a document valid");
    }
}

/// Makes a folder that only its owner can enter, and those above it.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// A key's value in the type that its kind wants.
fn plain_value(profile: &Profile, key: &str, text: &str) -> Value {
    use crate::vendor::KeyKind;
    let kind = super::profile::key_spec(profile.vendor, key).map(|spec| spec.kind);
    let is_number = matches!(kind, Some(KeyKind::Number)) || matches!(key, "max_retries" | "page_size");
    let is_flag = matches!(kind, Some(KeyKind::Flag)) || key == "allow_http";
    match (text.parse::<i64>(), text) {
        (Ok(number), _) if is_number => Value::from(number),
        (_, "true" | "1" | "yes") if is_flag => Value::from(true),
        (_, "false" | "0" | "no") if is_flag => Value::from(false),
        _ => Value::from(text),
    }
}

/// Where a secret is kept, as it is written.
fn secret_value(source: &SecretSource) -> Value {
    let place = |key: &str, value: Value| Value::InlineTable(InlineTable::from_iter([(key, value)]));
    match source {
        SecretSource::Plain(secret) => Value::from(secret.expose_secret()),
        SecretSource::Env(name) => place("env", Value::from(name.as_str())),
        SecretSource::Command(SecretCommand::Shell(line)) => place("command", Value::from(line.as_str())),
        SecretSource::Command(SecretCommand::Exec(words)) => {
            place("command", Value::Array(words.iter().map(String::as_str).collect::<Array>()))
        }
        SecretSource::Keyring => place("keyring", Value::from(true)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::super::{Config, Draft, Named, Wanted};
    use super::*;

    struct Home(tempfile::TempDir);

    impl Home {
        fn new(text: Option<&str>) -> Self {
            let home = Self(tempfile::tempdir().unwrap());
            if let Some(text) = text {
                fs::create_dir_all(home.path().path.parent().unwrap()).unwrap();
                fs::write(home.path().path, text).unwrap();
            }
            home
        }

        fn env(&self) -> Env {
            Env::made(self.0.path(), [("A", "b")])
        }

        fn path(&self) -> ConfigPath {
            ConfigPath { path: self.0.path().join(".config/contacts/config.toml"), named: Named::ByCustom }
        }

        fn edit(&self, change: impl FnOnce(&mut ConfigFile)) -> String {
            let mut file = ConfigFile::open(&self.path(), &self.env()).unwrap();
            change(&mut file);
            file.save().unwrap();
            fs::read_to_string(self.path().path).unwrap()
        }

        fn add(&self, name: &str, existing: Existing) -> Result<String, ConfigError> {
            let mut draft = Draft::new(name, crate::vendor::vendor("chatwoot").unwrap())?;
            draft.set("account_id", "7")?;
            draft.set("timeout", "10s")?;
            draft.set_secret("token", SecretSource::Env("TOKEN".to_owned()))?;
            let profile = draft.profile(&Config::default(), &self.env())?;
            let mut file = ConfigFile::open(&self.path(), &self.env())?;
            draft.write(&profile, &mut file, existing)?;
            file.save()?;
            Ok(fs::read_to_string(self.path().path).unwrap())
        }
    }

    const ADDED: &str =
        "[profiles.woot]\nvendor = \"chatwoot\"\naccount_id = 7\ntimeout = \"10s\"\ntoken = { env = \"TOKEN\" }\n";

    #[test]
    fn the_first_profile_makes_the_file() {
        let home = Home::new(None);
        let text = home.add("woot", Existing::Keep).unwrap();
        assert_eq!(text, format!("{HEADER}\n{ADDED}"));
        let config = Config::load(&home.env(), None).unwrap();
        assert_eq!(config.select(Wanted::Named(&[]), &home.env()).unwrap().profiles[0].settings["account_id"], "7");
        let text = home.edit(|file| file.set_default("woot"));
        assert_eq!(text, format!("{HEADER}\ndefault_profile = \"woot\"\n\n{ADDED}"));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_and_keeps_its_mode_and_its_link() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
        let home = Home::new(None);
        home.add("woot", Existing::Keep).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        let path = home.path().path;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

        let real = home.0.path().join("dotfiles.toml");
        fs::rename(&path, &real).unwrap();
        symlink(&real, &path).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        home.edit(|file| file.set_default("woot"));
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(mode(&real), 0o644);
        let plain = SecretSource::Plain(SecretString::from("s3cret"));
        let text = home.edit(|file| file.set_secret("woot", "token", &plain).unwrap());
        assert!(text.contains("token = \"s3cret\""));
        assert_eq!(mode(&real), 0o600, "a file that now holds a secret is its owner's alone");
    }

    const COMMENTED: &str = "# mine\n\n# about a\n[profiles.a] # here\nvendor = 'chatbotx' # v\ntoken  = 'x' # t\n\n# about b\n\
                             [profiles.b]\nvendor = 'chatbotx'\n# end\n";

    #[test]
    fn comments_and_order_stay() {
        let home = Home::new(Some(COMMENTED));
        assert_eq!(home.add("woot", Existing::Keep).unwrap().replacen(&format!("\n{ADDED}"), "", 1), COMMENTED);
        let home = Home::new(Some(COMMENTED));
        let text = home.edit(|file| file.set_default("b"));
        assert_eq!(text, COMMENTED.replacen("# about a", "default_profile = \"b\"\n\n# about a", 1));
        assert_eq!(home.edit(|file| file.set_default("a")), text.replacen("\"b\"", "\"a\"", 1));
        let text = home.edit(|file| assert!(file.remove("a").unwrap()));
        assert!(
            !text.contains("[profiles.a]") && !text.contains("default_profile") && text.contains("# about b\n[prof"),
            "{text}"
        );
        let other = "[profiles.b]\nvendor = 'chatbotx'\n";
        let home = Home::new(Some(&format!("default_profile = 'a'\n\n[profiles.a]\nvendor = 'chatbotx'\n\n{other}")));
        let text = home.edit(|file| assert!(file.remove("a").unwrap()));
        assert_eq!(text, other, "no blank line is left where the default stood");
        let home = Home::new(Some(COMMENTED));
        let text = home.edit(|file| file.set_secret("a", "token", &SecretSource::Keyring).unwrap());
        assert_eq!(text, COMMENTED.replacen("token  = 'x' # t", "token  = { keyring = true } # t", 1));
        let home = Home::new(Some("\n\n"));
        assert_eq!(home.add("woot", Existing::Keep).unwrap(), ADDED);
        let home = Home::new(Some("# notes only\n"));
        assert_eq!(home.add("woot", Existing::Keep).unwrap(), format!("# notes only\n\n{ADDED}"));
    }

    #[test]
    fn a_profile_is_replaced_only_on_demand_and_in_its_place() {
        let home = Home::new(Some("[profiles.woot]\nvendor = 'chatbotx'\n\n[profiles.z]\nvendor = 'chatbotx'\n"));
        assert!(home.add("woot", Existing::Keep).unwrap_err().hints[0].contains("--force"));
        let text = home.add("woot", Existing::Replace).unwrap();
        assert_eq!(text, format!("{ADDED}\n[profiles.z]\nvendor = 'chatbotx'\n"));
    }

    #[test]
    fn what_cannot_be_changed_is_left_alone() {
        let home = Home::new(Some("profiles = { a = { vendor = 'chatbotx' } }\n"));
        assert!(home.add("woot", Existing::Keep).unwrap_err().message.contains("not written as tables"));
        let home = Home::new(Some("[profiles.a\n"));
        assert!(home.add("woot", Existing::Keep).unwrap_err().message.contains("config.toml:1, column"));
        let home = Home::new(Some(COMMENTED));
        let mut file = ConfigFile::open(&home.path(), &home.env()).unwrap();
        file.set_default("a");
        fs::write(home.path().path, "# another hand\n").unwrap();
        assert!(file.save().unwrap_err().message.contains("by someone else"));
        assert_eq!(fs::read_to_string(home.path().path).unwrap(), "# another hand\n");
    }

    #[test]
    fn the_mirrors_key_comes_and_goes_and_leaves_the_rest_alone() {
        for text in [
            None,
            Some(""),
            Some("# mine\n"),
            Some("[defaults]\nlimit = 5 # few\n\n[profiles.p]\nvendor = 'chatbotx'\n"),
        ] {
            let home = Home::new(text);
            let load = || Config::load(&home.env(), None).unwrap().mirror_key;
            let written = home.edit(|file| file.set_mirror_key(&SecretSource::Keyring).unwrap());
            assert!(written.contains("[mirror]\nkey = { keyring = true }\n"), "{written}");
            assert!(text.is_none_or(|text| written.starts_with(text)), "{written}");
            assert!(matches!(load(), Some(SecretSource::Keyring)), "{written}");
            let written = home.edit(|file| file.set_mirror_key(&SecretSource::Env("KEY".to_owned())).unwrap());
            assert_eq!(written.matches("key = ").count(), 1, "{written}");
            assert!(matches!(load(), Some(SecretSource::Env(_))), "{written}");
            let written = home.edit(ConfigFile::remove_mirror_key);
            assert!(load().is_none() && !written.contains("[mirror]"), "{written}");
            if let Some(text) = text.filter(|text| text.contains('[')) {
                assert_eq!(written, text);
            }
        }
    }
}
