//! The real keyring: a private Secret Service (`scripts/with-keyring`), one that is not there, and one that is silent.
//!
//! The tests called `inside_…` are run by the others, in a process whose bus is what the test wants it to be.

#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use contacts::config::keyring::{DEADLINE, KeyringError, SecretStore as _, SystemKeyring, probe};
use secrecy::{ExposeSecret as _, SecretString};

/// The status of `scripts/with-keyring` where the tools it needs are missing.
const SKIPPED: i32 = 77;

/// This test program, to run one of the tests called `inside_…`.
fn inside(mut command: Command, test: &str) -> Output {
    let this = std::env::current_exe().expect("a test program knows where it is");
    command.arg(this).args(["--exact", test, "--ignored", "--test-threads=1"]).output().expect("it can be run")
}

fn assert_passed(output: &Output) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
}

#[test]
fn secrets_are_kept_replaced_and_taken_out() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/with-keyring");
    let output = inside(Command::new(script), "inside_a_keyring");
    if output.status.code() == Some(SKIPPED) {
        let _ = write!(std::io::stderr(), "skipped: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    assert_passed(&output);
}

#[test]
#[ignore = "run by `secrets_are_kept_replaced_and_taken_out`"]
fn inside_a_keyring() {
    let keyring = SystemKeyring;
    let get = |key| keyring.get("desk", key).unwrap().map(|secret| secret.expose_secret().to_owned());
    assert_eq!(get("api_key"), None);
    assert!(!keyring.delete("desk", "api_key").unwrap());
    for text in ["first", "zweites Geheimnis – ü", &"x".repeat(4000)] {
        keyring.set("desk", "api_key", &SecretString::from(text)).unwrap();
        assert_eq!(get("api_key").as_deref(), Some(text));
    }
    keyring.set("desk", "api_secret", &SecretString::from("other")).unwrap();
    assert!(keyring.delete("desk", "api_key").unwrap());
    assert!(probe(&keyring).unwrap() < DEADLINE);
    assert_eq!((get("api_key"), get("api_secret").as_deref()), (None, Some("other")));
}

/// The program beside the sandbox, in a home of its own.
struct Desk {
    home: tempfile::TempDir,
    sandbox: Child,
    token: String,
}

impl Desk {
    /// Starts a sandbox and writes a profile `bot` that leaves its token to the keyring.
    fn new() -> Self {
        let home = tempfile::tempdir().expect("the test's own machinery works");
        let mut sandbox = Command::new(env!("CARGO_BIN_EXE_contacts"))
            .arg("sandbox")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test's own machinery works");
        let lines = BufReader::new(sandbox.stdout.take().expect("it is piped")).lines();
        let mut lines =
            lines.map(|line| line.expect("the sandbox writes text")).skip_while(|line| !line.contains("\"chatbotx\""));
        let mut value = |key: &str| {
            let line = lines.by_ref().find(|line| line.starts_with(key)).expect("the sandbox names every key");
            line.split('"').nth(1).expect("values are quoted").to_owned()
        };
        let (base_url, token) = (value("base_url"), value("token"));
        let config = home.path().join("contacts");
        std::fs::create_dir(&config).expect("the test's own machinery works");
        let profile = format!("[profiles.bot]\nvendor = \"chatbotx\"\nbase_url = \"{base_url}\"\n");
        std::fs::write(config.join("config.toml"), profile).expect("the test's own machinery works");
        Self { home, sandbox, token }
    }

    /// Runs the program; returns its status and all that it said.
    fn run(&self, arguments: &[&str], input: &str) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contacts"));
        command.args(arguments).env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        command.env("XDG_DATA_HOME", self.home.path().join("data"));
        for name in ["CONTACTS_CONFIG", "CONTACTS_PROFILE", "CONTACTS_VENDOR", "CONTACTS_OUTPUT", "XDG_STATE_HOME"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the test's own machinery works");
        child
            .stdin
            .take()
            .expect("the test's own machinery works")
            .write_all(input.as_bytes())
            .expect("the test's own machinery works");
        let output = child.wait_with_output().expect("the test's own machinery works");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.sandbox.kill();
        let _ = self.sandbox.wait();
    }
}

#[test]
fn login_and_logout_change_what_can_be_asked() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/with-keyring");
    let output = inside(Command::new(script), "inside_a_login");
    if output.status.code() != Some(SKIPPED) {
        assert_passed(&output);
    }
}

#[test]
#[ignore = "run by `login_and_logout_change_what_can_be_asked`"]
fn inside_a_login() {
    let desk = Desk::new();
    let (status, said) = desk.run(&["list"], "");
    assert!(
        status == Some(4) && said.contains("contacts / bot/token") && said.contains("contacts login bot"),
        "{said}"
    );
    let (status, said) = desk.run(&["login", "--stdin"], "wrong\n");
    assert!(status == Some(4) && said.contains("nothing was kept"), "{said}");
    let (status, said) = desk.run(&["login", "bot", "--stdin"], &desk.token);
    assert!(status == Some(0) && !said.contains(&desk.token), "{said}");
    let (status, said) = desk.run(&["list", "--limit", "3", "-o", "ndjson"], "");
    assert!(status == Some(0) && said.lines().count() == 3, "{said}");
    let (status, said) = desk.run(&["-vvv", "profile", "check"], "");
    assert!(status == Some(0) && !said.contains(&desk.token), "{said}");
    assert_eq!(desk.run(&["logout"], "").0, Some(0));
    assert_eq!(desk.run(&["list"], "").0, Some(4));
}

#[cfg(feature = "encryption")]
#[test]
fn the_mirrors_key_is_made_kept_and_found() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/with-keyring");
    let output = inside(Command::new(script), "inside_an_encrypted_mirror");
    if output.status.code() != Some(SKIPPED) {
        assert_passed(&output);
    }
}

#[cfg(feature = "encryption")]
#[test]
#[ignore = "run by `the_mirrors_key_is_made_kept_and_found`"]
fn inside_an_encrypted_mirror() {
    let desk = Desk::new();
    let database = desk.home.path().join("data/contacts/mirror.db");
    let is_encrypted = || std::fs::read(&database).unwrap().starts_with(b"contacts-mirror\x01");
    let run = |line: &str, code: i32, says: &[&str]| {
        let (status, said) = desk.run(&line.split(' ').collect::<Vec<_>>(), "");
        assert!(status == Some(code) && says.iter().all(|part| said.contains(part)), "{line}: {status:?} {said}");
        said
    };
    assert_eq!(desk.run(&["login", "bot", "--stdin"], &desk.token).0, Some(0));
    run("sync", 0, &[]);
    assert!(!is_encrypted());
    let rows = run("-q --local list --all -o ndjson", 0, &[]);
    let mut said = run("mirror encrypt", 0, &["a new key is in the keyring (contacts / mirror/key)", "is encrypted"]);
    let key = SystemKeyring.get("mirror", "key").unwrap().unwrap();
    assert_eq!(key.expose_secret().len(), 64);
    assert!(is_encrypted());
    assert_eq!(run("-q --local list --all -o ndjson", 0, &[]), rows);
    said += &run("-vvv sync", 0, &[]);
    said += &run("mirror status", 0, &["mirror.db is encrypted"]);
    said += &run("mirror verify", 0, &["0 problems"]);
    let config = std::fs::read_to_string(desk.home.path().join("contacts/config.toml")).unwrap();
    assert!(config.contains("[mirror]\nkey = { keyring = true }\n"), "{config}");
    // A key that is lost is told, and no new one is made over it.
    assert!(SystemKeyring.delete("mirror", "key").unwrap());
    let lost = ["the key of the mirror is not in the keyring (entry contacts / mirror/key)", "contacts sync"];
    for line in ["--local list", "sync", "mirror status", "mirror encrypt", "mirror decrypt"] {
        said += &run(line, 4, &lost);
    }
    assert!(SystemKeyring.get("mirror", "key").unwrap().is_none() && is_encrypted());
    SystemKeyring.set("mirror", "key", &SecretString::from("0".repeat(64))).unwrap();
    said += &run("--local list", 4, &["its key is another one"]);
    SystemKeyring.set("mirror", "key", &key).unwrap();
    // Without the line in the file, `encrypt` writes it anew and changes nothing else.
    std::fs::write(desk.home.path().join("contacts/config.toml"), config.split("[mirror]").next().unwrap()).unwrap();
    said += &run("--local list", 3, &["names no key"]);
    said += &run("mirror encrypt", 0, &["is encrypted already"]);
    assert_eq!(run("-q --local list --all -o ndjson", 0, &[]), rows);
    said += &run("mirror decrypt", 0, &["stays in the keyring"]);
    assert!(!is_encrypted());
    assert_eq!(run("-q --local list --all -o ndjson", 0, &[]), rows);
    said += &run("mirror encrypt", 0, &["is encrypted"]);
    assert_eq!(SystemKeyring.get("mirror", "key").unwrap().unwrap().expose_secret(), key.expose_secret(), "the same");
    assert!(!said.contains(&key.expose_secret()[..12]), "the key is told");
}

#[test]
fn without_a_keyring_nothing_is_kept_anywhere() {
    let (output, elapsed) = with_bus("unix:path=/nonexistent/bus", "inside_no_login");
    assert_passed(&output);
    assert!(elapsed < DEADLINE * 2, "{elapsed:?}");
}

#[test]
#[ignore = "run by `without_a_keyring_nothing_is_kept_anywhere`"]
fn inside_no_login() {
    let desk = Desk::new();
    for (arguments, input) in [(&["list"][..], ""), (&["login", "--stdin"], desk.token.as_str())] {
        let (status, said) = desk.run(arguments, input);
        assert!(status == Some(4) && said.contains("no keyring") && said.contains("{ env ="), "{said}");
    }
    let file = std::fs::read_to_string(desk.home.path().join("contacts/config.toml")).unwrap();
    assert!(!file.contains(&desk.token), "{file}");
    #[cfg(feature = "encryption")]
    {
        let (status, said) = desk.run(&["mirror", "encrypt"], "");
        assert!(status == Some(4) && said.contains("no keyring") && said.contains("{ env ="), "{said}");
        assert_eq!(std::fs::read_to_string(desk.home.path().join("contacts/config.toml")).unwrap(), file);
    }
}

/// Runs `test` with this session bus and says how long it took.
fn with_bus(address: &str, test: &str) -> (Output, Duration) {
    let mut command = Command::new("env");
    command.env("DBUS_SESSION_BUS_ADDRESS", address).env_remove("XDG_RUNTIME_DIR");
    let started = Instant::now();
    (inside(command, test), started.elapsed())
}

#[test]
fn a_bus_that_is_not_there_is_told_at_once() {
    let (output, elapsed) = with_bus("unix:path=/nonexistent/bus", "inside_nothing");
    assert_passed(&output);
    assert!(elapsed < DEADLINE, "{elapsed:?}");
}

#[test]
#[ignore = "run by `a_bus_that_is_not_there_is_told_at_once`"]
fn inside_nothing() {
    let error = SystemKeyring.get("desk", "api_key").unwrap_err();
    assert!(matches!(error, KeyringError::Unavailable(_)), "{error:?}");
}

#[test]
fn a_bus_that_never_answers_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let _listener = UnixListener::bind(&path).unwrap();
    let (output, elapsed) = with_bus(&format!("unix:path={}", path.display()), "inside_silence");
    assert_passed(&output);
    assert!(elapsed < DEADLINE * 2, "the second call did not wait again: {elapsed:?}");
}

#[test]
#[ignore = "run by `a_bus_that_never_answers_is_given_up`"]
fn inside_silence() {
    for _ in 0..2 {
        assert_eq!(SystemKeyring.get("desk", "api_key").unwrap_err(), KeyringError::TimedOut);
    }
}
