//! The real keyring: a private Secret Service (`scripts/with-keyring`), one that is not there, and one that is silent.
//!
//! The tests called `inside_…` are run by the others, in a process whose bus is what the test wants it to be.

#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};
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
