//! What the process was started with, read once at the edge and made by hand in tests.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The folder of this program below the system's folders.
const FOLDER: &str = "contacts";

/// A snapshot of the environment: variables, home, current folder, the system's own folders.
#[derive(Clone, Debug, Default)]
pub struct Env {
    vars: HashMap<OsString, OsString>,
    home: Option<PathBuf>,
    current_dir: PathBuf,
    system: SystemFolders,
}

/// Where this system keeps configuration, data and caches when no XDG variable says otherwise.
#[derive(Clone, Debug, Default)]
struct SystemFolders {
    config: Option<PathBuf>,
    data: Option<PathBuf>,
    state: Option<PathBuf>,
    cache: Option<PathBuf>,
}

impl Env {
    /// Reads the environment of the process. Nothing else does.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn from_process() -> Self {
        let mut env = Self {
            vars: std::env::vars_os().collect(),
            home: dirs::home_dir(),
            current_dir: std::env::current_dir().unwrap_or_default(),
            system: SystemFolders::default(),
        };
        if cfg!(any(target_os = "macos", windows)) {
            env.system = SystemFolders {
                config: dirs::config_dir(),
                data: dirs::data_local_dir(),
                state: dirs::data_local_dir(),
                cache: dirs::cache_dir(),
            };
        }
        env
    }

    /// An environment made by hand: a home and variables, nothing from the process.
    pub fn made<K: Into<OsString>, V: Into<OsString>>(home: &Path, vars: impl IntoIterator<Item = (K, V)>) -> Self {
        Self {
            vars: vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            home: Some(home.to_owned()),
            current_dir: home.to_owned(),
            system: SystemFolders::default(),
        }
    }

    /// A variable as it is; an empty one counts as unset.
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable as text; an empty one, or one that is no Unicode, counts as unset.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.os(name).and_then(OsStr::to_str)
    }

    /// Every variable.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The folder in which the program was started.
    pub fn current_dir(&self) -> &Path {
        &self.current_dir
    }

    /// The folder of the configuration: that of `XDG_CONFIG_HOME`, else `~/.config` if the file is there or this
    /// system has no folder of its own.
    pub fn config_dir(&self) -> Option<PathBuf> {
        if let Some(folder) = self.xdg("XDG_CONFIG_HOME") {
            return Some(folder.join(FOLDER));
        }
        let dotted = self.home.as_ref().map(|home| home.join(".config").join(FOLDER));
        match (dotted, &self.system.config) {
            (Some(dotted), Some(system)) if !dotted.join("config.toml").exists() => Some(system.join(FOLDER)),
            (Some(dotted), _) => Some(dotted),
            (None, system) => system.as_ref().map(|system| system.join(FOLDER)),
        }
    }

    /// The folder of lasting data, as the mirror: below `XDG_DATA_HOME`, else `~/.local/share` or the system's own.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.folder("XDG_DATA_HOME", self.system.data.as_ref(), ".local/share")
    }

    /// The folder of what one run tells the next, as rate budgets: below `XDG_STATE_HOME`, else `~/.local/state` or the
    /// system's own.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.folder("XDG_STATE_HOME", self.system.state.as_ref(), ".local/state")
    }

    /// The folder of what may be thrown away: below `XDG_CACHE_HOME`, else `~/.cache` or the system's own.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.folder("XDG_CACHE_HOME", self.system.cache.as_ref(), ".cache")
    }

    /// A path for people: `~` in place of the home folder.
    pub fn shown(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) if !below.as_os_str().is_empty() => format!("~/{}", below.display()),
            _ => path.display().to_string(),
        }
    }

    /// A path as it is written in a file: `~/` is the home folder, a relative path is taken from `base`.
    pub fn expand(&self, written: &str, base: &Path) -> PathBuf {
        match (written.strip_prefix("~/"), &self.home) {
            (Some(below), Some(home)) => home.join(below),
            _ => base.join(written),
        }
    }

    /// An XDG variable; relative paths are to be ignored, says the standard.
    fn xdg(&self, name: &str) -> Option<PathBuf> {
        self.os(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    fn folder(&self, xdg: &str, system: Option<&PathBuf>, below_home: &str) -> Option<PathBuf> {
        let base = self.xdg(xdg).or_else(|| system.cloned()).or_else(|| Some(self.home.as_ref()?.join(below_home)))?;
        Some(base.join(FOLDER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::made(Path::new("/home/ann"), vars.iter().copied())
    }

    #[test]
    fn folders_follow_xdg_and_else_the_home() {
        let plain = env(&[("XDG_DATA_HOME", "relative"), ("XDG_CONFIG_HOME", "")]);
        assert_eq!(plain.config_dir().unwrap(), Path::new("/home/ann/.config/contacts"));
        assert_eq!(plain.data_dir().unwrap(), Path::new("/home/ann/.local/share/contacts"));
        assert_eq!(plain.state_dir().unwrap(), Path::new("/home/ann/.local/state/contacts"));
        assert_eq!(plain.cache_dir().unwrap(), Path::new("/home/ann/.cache/contacts"));
        let moved = env(&[("XDG_CONFIG_HOME", "/x"), ("XDG_DATA_HOME", "/d"), ("XDG_STATE_HOME", "/s")]);
        assert_eq!(moved.config_dir().unwrap(), Path::new("/x/contacts"));
        assert_eq!(moved.data_dir().unwrap(), Path::new("/d/contacts"));
        assert_eq!(moved.state_dir().unwrap(), Path::new("/s/contacts"));
    }

    #[test]
    fn the_systems_own_folder_yields_to_a_file_in_dot_config() {
        let home = tempfile::tempdir().unwrap();
        let mut env = Env::made(home.path(), [("A", "b")]);
        env.system.config = Some(PathBuf::from("/Library"));
        assert_eq!(env.config_dir().unwrap(), Path::new("/Library/contacts"));
        let dotted = home.path().join(".config/contacts");
        std::fs::create_dir_all(&dotted).unwrap();
        std::fs::write(dotted.join("config.toml"), "").unwrap();
        assert_eq!(env.config_dir().unwrap(), dotted);
    }

    #[test]
    fn paths_are_shown_and_written_with_a_tilde() {
        let env = env(&[]);
        assert_eq!(env.shown(Path::new("/home/ann/.config/x")), "~/.config/x");
        assert_eq!(env.shown(Path::new("/etc/x")), "/etc/x");
        assert_eq!(env.expand("~/ca.pem", Path::new("/etc")), Path::new("/home/ann/ca.pem"));
        assert_eq!(env.expand("ca.pem", Path::new("/etc")), Path::new("/etc/ca.pem"));
        assert_eq!(env.expand("/ca.pem", Path::new("/etc")), Path::new("/ca.pem"));
    }
}
