//! Files that the program generates equal what it generates today. `CONTACTS_WRITE_GENERATED=1` writes them anew.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and a person asks it to write")]

use std::path::{Path, PathBuf};
use std::process::Command;

use contacts::cli::FailureKind;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// What the program prints for `words`, with an empty home.
fn printed(words: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_contacts")).args(words).env_clear().env("HOME", home.path()).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn writes() -> bool {
    // The one place where a test reads the environment: a person asks it to write.
    std::env::vars_os().any(|(name, _)| name == "CONTACTS_WRITE_GENERATED")
}

#[test]
fn completions_are_those_of_the_program() {
    let files = [
        ("bash", "contacts.bash"),
        ("zsh", "_contacts"),
        ("fish", "contacts.fish"),
        ("powershell", "_contacts.ps1"),
        ("elvish", "contacts.elv"),
    ];
    for (shell, file) in files {
        let path = root().join("completions").join(file);
        let script = printed(&["completions", shell]);
        if writes() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &script).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == script, "completions/{file} is stale: just generate");
    }
}

#[test]
fn the_readme_tells_every_exit_code() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (kind, _, _) in FailureKind::ALL {
        assert!(
            readme.contains(&format!("\n| {} | ", kind.code())),
            "README.md says nothing of exit code {}",
            kind.code()
        );
    }
}

#[test]
fn the_readme_calls_options_that_exist() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut help = printed(&["--help"]);
    for command in ["list", "search", "show", "channels", "profile", "login", "api", "sandbox", "sync", "mirror"] {
        help.push_str(&printed(&[command, "--help"]));
    }
    let cargo = ["--release", "--locked", "--path"];
    for word in readme.split(|c: char| c.is_whitespace() || "`|()=[],;".contains(c)) {
        if word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic)) && !cargo.contains(&word) {
            assert!(help.contains(word), "README.md names `{word}`, which no help knows");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    for command in ["list", "search", "show", "channels", "profile", "api", "vendors", "sandbox", "completions"] {
        let page = printed(&["man", command]);
        assert!(page.contains(".SH NAME") && page.contains(command), "contacts man {command}");
    }
}
