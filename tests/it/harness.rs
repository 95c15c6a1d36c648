//! Runs the built binary in a home of its own, with a sandbox in this process for the vendors.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use contacts::sandbox::{Fault, Sandbox, SandboxOptions};
use serde_json::Value;
use tempfile::TempDir;

/// The vendors, each with a profile `demo-VENDOR`.
pub const VENDORS: [&str; 4] = ["rocketchat", "livedesk", "chatbotx", "chatwoot"];

/// A run that takes longer hangs.
const DEADLINE: Duration = Duration::from_mins(1);

/// A home folder with a configuration, and the sandbox that its profiles lead to, if any.
pub struct Bench {
    pub sandbox: Option<Sandbox>,
    home: TempDir,
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// Starts a sandbox that serves until it is dropped.
pub fn sandbox(options: SandboxOptions) -> Sandbox {
    runtime().block_on(contacts::sandbox::start(options)).unwrap()
}

impl Bench {
    /// A home without a configuration.
    pub fn bare() -> Self {
        Self { sandbox: None, home: tempfile::tempdir().unwrap() }
    }

    /// A home whose profiles lead to a sandbox of 60 contacts.
    pub fn new() -> Self {
        Self::with(SandboxOptions::default())
    }

    pub fn with(options: SandboxOptions) -> Self {
        let sandbox = sandbox(options);
        let bench = Self::configured(&sandbox.config_toml());
        Self { sandbox: Some(sandbox), ..bench }
    }

    /// A sandbox of so many contacts in which things go wrong.
    pub fn failing(contacts: usize, faults: &[&str]) -> Self {
        let faults = faults.iter().map(|spec| spec.parse::<Fault>().unwrap()).collect();
        Self::with(SandboxOptions { contacts, faults, ..SandboxOptions::default() })
    }

    /// A home with this configuration, readable by its owner alone.
    pub fn configured(toml: &str) -> Self {
        let bench = Self::bare();
        bench.configure(toml);
        bench
    }

    /// Replaces the configuration.
    pub fn configure(&self, toml: &str) {
        let path = self.config_path();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, toml).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    pub fn config_path(&self) -> PathBuf {
        self.home.path().join(".config/contacts/config.toml")
    }

    /// A path in the home folder, which is also the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program, in an environment that holds nothing but this home.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_contacts"));
        command.env_clear().current_dir(self.home()).env("HOME", self.home()).env("PATH", "/usr/bin:/bin");
        for (name, folder) in [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ] {
            command.env(name, self.path(folder));
        }
        // On Windows a process without these cannot open sockets.
        for name in ["SystemRoot", "SystemDrive"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.args(arguments).timeout(DEADLINE);
        command
    }

    /// Runs the program with what the words of `line` say.
    pub fn run(&self, line: &str) -> Ran {
        self.contacts(line.split_whitespace())
    }

    /// Runs the program.
    pub fn contacts<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// The number of requests that reached the sandbox.
    pub fn requests(&self) -> usize {
        self.sandbox.as_ref().unwrap().world().log().len()
    }
}

impl Ran {
    pub fn of(command: &mut assert_cmd::Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Asserts that stderr holds each of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "`{part}` is not said: {self:#?}");
        }
        self
    }

    /// Asserts that nothing was said.
    #[track_caller]
    pub fn is_silent(self) -> Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// stdout as JSON, one a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:#?}"));
        self.stdout.lines().map(line).collect()
    }

    /// The errors of `--error-format json`.
    #[track_caller]
    pub fn errors(&self) -> Vec<Value> {
        let objects = self.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        objects.filter_map(|mut object| object.get_mut("error").map(Value::take)).collect()
    }

    /// Everything, with what differs from run to run replaced.
    pub fn snapshot(&self) -> String {
        format!("status: {}\n-- stdout\n{}-- stderr\n{}", self.code, steady(&self.stdout), steady(&self.stderr))
    }
}

/// Ports and durations replaced.
pub fn steady(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (number, after) = digits.split_at(end);
        out.push_str(before);
        let replaced = if before.ends_with("127.0.0.1:") || (out.ends_with("127.0.0.1:")) {
            "PORT"
        } else if after.starts_with(" ms") {
            "N"
        } else {
            number
        };
        out.push_str(replaced);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The ids of contacts, in their order.
pub fn ids<'a>(contacts: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    contacts.into_iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
}
