//! The doctor against sandboxes in this process, a keyring in memory and files in a temporary home.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;

use super::*;
use crate::cli::args::GlobalArgs;
use crate::cli::context::Threads;
use crate::config::Env;
use crate::config::keyring::KeyringError;
use crate::http::{NoTrace, SystemClock};
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::term::{Paint, Term, TermOptions};

/// A keyring in memory, or one that is not there.
#[derive(Default)]
struct Ring {
    missing: bool,
    entries: Mutex<HashMap<String, SecretString>>,
}

impl SecretStore for Ring {
    fn get(&self, profile: &str, key: &str) -> Result<Option<SecretString>, KeyringError> {
        Ok(self.entries.lock().unwrap().get(&format!("{profile}/{key}")).cloned())
    }

    fn set(&self, profile: &str, key: &str, secret: &SecretString) -> Result<(), KeyringError> {
        if self.missing {
            return Err(KeyringError::Unavailable("no bus".into()));
        }
        self.entries.lock().unwrap().insert(format!("{profile}/{key}"), secret.clone());
        Ok(())
    }

    fn delete(&self, profile: &str, key: &str) -> Result<bool, KeyringError> {
        Ok(self.entries.lock().unwrap().remove(&format!("{profile}/{key}")).is_some())
    }
}

fn context(home: &Path, globals: GlobalArgs, vars: &[(&str, &str)]) -> Context {
    let env = Env::made(home, vars.iter().copied());
    let config = if globals.demo { Ok(Config::default()) } else { Config::load(&env, globals.config.as_deref()) };
    let term = Term::new(&TermOptions::default());
    Context::new(env, term, globals, Arc::new(SystemClock), Arc::new(NoTrace), config, Threads::One).unwrap()
}

fn with_config(home: &Path, text: &str) {
    std::fs::create_dir_all(home.join(".config/contacts")).unwrap();
    std::fs::write(home.join(".config/contacts/config.toml"), text).unwrap();
}

fn findings(context: &Context, ring: &Ring) -> Vec<Check> {
    let mut all = Vec::new();
    let whole = diagnose(context, ring, &mut |_, checks| {
        all.extend(checks);
        Ok(())
    });
    assert!(whole.unwrap());
    all
}

fn of<'c>(checks: &'c [Check], profile: Option<&str>, name: &str) -> &'c Check {
    let found = checks.iter().find(|check| check.profile.as_deref() == profile && check.name == name);
    found.unwrap_or_else(|| panic!("no {name} of {profile:?} in {checks:#?}"))
}

/// A sandbox on a thread of its own, and a configuration that leads to it.
fn sandboxed(home: &Path, change: impl Fn(String) -> String) -> (Context, Sandbox, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let sandbox = runtime.block_on(crate::sandbox::start(SandboxOptions::default())).unwrap();
    with_config(home, &change(sandbox.config_toml()));
    (context(home, GlobalArgs::default(), &[]), sandbox, runtime)
}

#[test]
fn the_demo_is_well() {
    let home = tempfile::tempdir().unwrap();
    let globals = GlobalArgs { demo: true, ..GlobalArgs::default() };
    let checks = findings(&context(home.path(), globals, &[]), &Ring::default());
    assert_eq!(worst(&checks), None, "{checks:#?}");
    for vendor in ["rocketchat", "livedesk", "chatbotx", "chatwoot"] {
        let profile = format!("demo-{vendor}");
        for name in
            ["secret", "reachability", "tls", "authentication", "list", "show", "search", "page order", "verdict"]
        {
            let check = of(&checks, Some(&profile), name);
            assert_eq!(check.status, Status::Ok, "{check:?}");
        }
    }
    assert_eq!(of(&checks, None, "keyring").status, Status::Ok);
    assert_eq!(of(&checks, Some("demo-rocketchat"), "version").message, "Rocket.Chat 8.8");
    assert!(of(&checks, Some("demo-chatwoot"), "version").message.contains("4.11 or newer"));
    assert!(of(&checks, Some("demo-chatbotx"), "verdict").message.contains("ordered by id"));
    assert!(of(&checks, Some("demo-chatwoot"), "verdict").message.contains("while the counts hold"));
    let shown = format!("{checks:?}") + &check::lines("x", &checks, Paint::Plain);
    assert!(!shown.contains("worth-nothing"), "{shown}");
}

#[test]
fn a_wrong_token_is_told_and_the_others_are_well() {
    let home = tempfile::tempdir().unwrap();
    let (context, _sandbox, _runtime) =
        sandboxed(home.path(), |toml| toml.replace("sandbox-chatwoot-token-worth-nothing", "wrong-token-4711"));
    let checks = findings(&context, &Ring::default());
    let check = of(&checks, Some("demo-chatwoot"), "authentication");
    assert_eq!(check.status, Status::Fail(FailureKind::Auth), "{check:?}");
    assert_eq!(of(&checks, Some("demo-chatwoot"), "permissions").status, Status::Skip);
    assert_eq!(of(&checks, Some("demo-livedesk"), "search").status, Status::Ok);
    assert_eq!(worst(&checks), Some(FailureKind::Auth));
    assert!(!format!("{checks:?}").contains("wrong-token-4711"));
}

#[test]
fn a_port_where_nobody_listens_is_told() {
    let home = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    with_config(
        home.path(),
        &format!("[profiles.a]\nvendor = \"chatbotx\"\nbase_url = \"http://{free}\"\ntoken = \"secret-canary\"\n"),
    );
    let checks = findings(&context(home.path(), GlobalArgs::default(), &[]), &Ring::default());
    assert_eq!(of(&checks, Some("a"), "reachability").status, Status::Fail(FailureKind::Network));
    assert_eq!(of(&checks, Some("a"), "authentication").status, Status::Skip);
    assert_eq!(worst(&checks), Some(FailureKind::Network));
}

#[test]
fn a_broken_file_leaves_what_can_be_used() {
    let home = tempfile::tempdir().unwrap();
    with_config(home.path(), "[profiles.a\nvendor = ");
    let vars = [
        ("CONTACTS_VENDOR", "chatbotx"),
        ("CONTACTS_BASE_URL", "http://127.0.0.1:1"),
        ("CONTACTS_TOKEN", "secret-canary"),
        ("HTTPS_PROXY", "http://ann:hunter2@proxy.example:3128"),
    ];
    let checks = findings(&context(home.path(), GlobalArgs::default(), &vars), &Ring::default());
    let file = of(&checks, None, "configuration");
    assert!(file.status == Status::Fail(FailureKind::Config) && file.message.contains("config.toml"), "{file:?}");
    assert_eq!(worst(&checks), Some(FailureKind::Config));
    assert!(checks.iter().any(|check| check.profile.is_some() && check.name == "reachability"), "{checks:#?}");
    assert_eq!(of(&checks, None, "proxy").message, "HTTPS_PROXY (proxy.example:3128)");
    let asked = GlobalArgs { profiles: vec!["a".into()], ..GlobalArgs::default() };
    let checks = findings(&context(home.path(), asked, &[]), &Ring::default());
    assert!(of(&checks, Some("a"), "profile").message.contains("until the configuration can be read"));
}

#[test]
fn one_broken_profile_spoils_no_other_and_a_keyring_is_needed_or_not() {
    let home = tempfile::tempdir().unwrap();
    with_config(
        home.path(),
        "[profiles.bad]\nvendor = \"nobody\"\n[profiles.kept]\nvendor = \"chatbotx\"\nbase_url = \"http://127.0.0.1:1\"\n\
         token = { keyring = true }\n",
    );
    let missing = Ring { missing: true, ..Ring::default() };
    let checks = findings(&context(home.path(), GlobalArgs::default(), &[]), &missing);
    assert_eq!(of(&checks, Some("bad"), "profile").status, Status::Fail(FailureKind::Config));
    assert_eq!(of(&checks, Some("kept"), "secret").status, Status::Fail(FailureKind::Auth));
    assert_eq!(of(&checks, None, "keyring").status, Status::Fail(FailureKind::Auth));
    with_config(home.path(), "");
    let checks = findings(&context(home.path(), GlobalArgs::default(), &[]), &missing);
    assert_eq!(of(&checks, None, "keyring").status, Status::Warn);
    assert_eq!(of(&checks, None, "profiles").status, Status::Warn);
    assert_eq!(worst(&checks), None);
}

#[test]
fn vendors_text_drives_no_terminal() {
    let check = Check::warn("list", "bad \u{1b}[2J\nword").hint("do \u{9b}this\nand that");
    let text = check::lines("a\u{7}", &[check], Paint::Plain);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn the_key_of_the_mirror_is_had_or_told() {
    let home = tempfile::tempdir().unwrap();
    let key = "5ca1ab1e".repeat(8);
    let look = |place: &str, ring: &Ring, vars: &[(&str, &str)]| {
        with_config(home.path(), &format!("[mirror]\nkey = {{ {place} }}\n"));
        let checks = findings(&context(home.path(), GlobalArgs::default(), vars), ring);
        assert!(!format!("{checks:?}").contains("5ca1ab1e"), "{checks:?}");
        let check = of(&checks, None, "mirror key");
        (check.status, check.message.clone())
    };
    let (env, nothing) = ("env = \"MIRROR_KEY\"", Ring::default());
    let (status, message) = look(env, &nothing, &[("MIRROR_KEY", &key)]);
    assert_eq!(status, Status::Ok);
    assert!(message.contains("MIRROR_KEY"), "{message}");
    for (vars, said) in [(vec![], "MIRROR_KEY"), (vec![("MIRROR_KEY", &key[1..])], "64 hexadecimal digits")] {
        let (status, message) = look(env, &nothing, &vars);
        assert_eq!(status, Status::Fail(FailureKind::Auth), "{message}");
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(look("keyring = true", &nothing, &[]).0, Status::Fail(FailureKind::Auth));
    let ring = Ring::default();
    ring.set("mirror", "key", &SecretString::from(key.as_str())).unwrap();
    assert_eq!(look("keyring = true", &ring, &[]).0, Status::Ok);
    with_config(home.path(), "");
    let checks = findings(&context(home.path(), GlobalArgs::default(), &[]), &nothing);
    assert!(checks.iter().all(|check| check.name != "mirror key"), "who wants no encryption needs no key");
}
