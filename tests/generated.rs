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

/// Asserts that a file in the repository is what the program prints, or makes it so.
fn assert_stored(file: &str, printed: &str) {
    let path = root().join(file);
    if writes() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, printed).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == printed, "{file} is stale: just generate");
}

/// The words of every command, as `profile add`.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(contacts::cli::command(), String::new())];
    while let Some((command, path)) = open.pop() {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            open.push((sub.clone(), format!("{path} {}", sub.get_name()).trim_start().to_owned()));
        }
        found.push(path);
    }
    found
}

#[test]
fn the_reference_is_that_of_the_program() {
    assert_stored("docs/reference.md", &printed(&["man", "--markdown"]));
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
        assert_stored(&format!("completions/{file}"), &printed(&["completions", shell]));
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
    for command in commands() {
        help.push_str(&printed(&command.split_whitespace().chain(["--help"]).collect::<Vec<_>>()));
    }
    let cargo = ["--release", "--locked", "--path", "--features"];
    for word in readme.split(|c: char| c.is_whitespace() || "`|()=[],;".contains(c)) {
        if word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic)) && !cargo.contains(&word) {
            assert!(help.contains(word), "README.md names `{word}`, which no help knows");
        }
    }
}

#[test]
fn the_readme_shows_what_the_program_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contacts"));
        let output = command.args(words).env_clear().env("HOME", home.path()).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let welcome = run(&[]);
    assert!(readme.contains(&format!("$ contacts\n{welcome}")), "README.md greets otherwise: {welcome}");
    // Times go on; names, addresses and the order of the rows stay.
    let first = readme.split("search boris\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let found = run(&["-q", "--demo", "search", "boris", "--columns", "name,profile"]);
    let shown: Vec<&str> = first.lines().filter(|line| line.contains("demo-")).collect();
    assert_eq!(shown.len(), found.lines().count() - 1, "{first}");
    for (shown, found) in shown.iter().zip(found.lines().skip(1)) {
        let name = found.split("  ").next().unwrap();
        assert!(shown.trim_start().starts_with(name), "README.md shows `{shown}` for `{found}`");
    }
}

#[cfg(unix)]
#[test]
fn the_readme_s_commands_can_be_typed() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".local/share/bash-completion/completions")).unwrap();
    let asked = home.path().join("asked");
    let mut count = 0;
    for line in readme.lines().map(|line| line.strip_prefix("$ ").unwrap_or(line)) {
        if !line.starts_with("contacts ") || line.contains('…') {
            continue;
        }
        // In the place of the program: tells how the shell took the words apart.
        let script = format!("contacts() {{ echo CALL >> asked; printf '%s\\n' \"$@\" >> asked; echo 1; }}\n{line}\n");
        let mut shell = Command::new("/bin/sh");
        let ran = shell.args(["-c", &script]).current_dir(home.path()).env_clear().env("HOME", home.path()).output();
        assert!(ran.is_ok(), "{line}");
        let calls = std::fs::read_to_string(&asked).unwrap_or_else(|_| panic!("README.md: {line} calls nothing"));
        std::fs::remove_file(&asked).unwrap();
        for call in calls.split("CALL\n").skip(1) {
            let parsed = contacts::cli::command().try_get_matches_from(["contacts"].into_iter().chain(call.lines()));
            assert!(parsed.is_ok(), "README.md: {line}: {}", parsed.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 20, "only {count} commands were found");
}

#[test]
fn every_command_has_a_manual_page() {
    for command in commands() {
        let page = printed(&["man"].into_iter().chain(command.split_whitespace()).collect::<Vec<_>>());
        let name = format!("contacts {command}").trim_end().replace(' ', "-").replace('-', "\\-");
        assert!(page.contains(".SH NAME") && page.contains(&name), "contacts man {command}");
    }
}
