//! Every example of the help, the manual pages and the reference does what it says.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use contacts::cli::{EXAMPLES, Example, Trial};
use contacts::sandbox::SandboxOptions;

use crate::harness::{Bench, Ran, sandbox};

/// A home with the profiles that the examples speak of, a filled mirror, and the program in its `bin`.
fn home() -> Bench {
    // The examples speak of the last days.
    let sandbox = sandbox(SandboxOptions { now: jiff::Timestamp::now(), ..SandboxOptions::default() });
    let mut toml = sandbox.config_toml();
    for (theirs, ours) in [("rocketchat", "support"), ("livedesk", "desk"), ("chatbotx", "bot"), ("chatwoot", "woot")] {
        toml = toml.replace(&format!("demo-{theirs}"), ours);
    }
    let mut bench = Bench::configured(&toml);
    bench.sandbox = Some(sandbox);
    bench.run("-q sync -A").exits(0);
    std::fs::create_dir(bench.path("bin")).unwrap();
    bench
}

/// The line, run by a shell that finds the program.
fn shell(bench: &Bench, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(bench.home()).env_clear().env("HOME", bench.home());
    command.env("PATH", format!("{}:/usr/bin:/bin", bench.path("bin").display()));
    command.env("XDG_STATE_HOME", bench.path(".state")).env("XDG_DATA_HOME", bench.path(".local/share"));
    command.env("XDG_CONFIG_HOME", bench.path(".config")).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    command.stdin(Stdio::null());
    command
}

fn those(trial: Trial) -> impl Iterator<Item = &'static Example> {
    EXAMPLES.iter().filter(move |example| example.trial == trial)
}

#[cfg(unix)]
#[test]
fn every_example_runs() {
    let bench = home();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_contacts"), bench.path("bin/contacts")).unwrap();
    for example in those(Trial::Runs) {
        let ran = Ran::of(&mut assert_cmd::Command::from_std(shell(&bench, example.line)));
        assert_eq!(ran.code, 0, "{}: {ran:#?}", example.line);
        assert!(!ran.stderr.contains("error:"), "{}: {ran:#?}", example.line);
        let quiet =
            ["default", "remove", "sync", "forget", "verify", "rebuild", "diff", "log", "--out", ">", "man --dir"];
        let prints = !quiet.iter().any(|word| example.line.contains(word)) && !example.line.contains("ann lee");
        assert!(!prints || !ran.stdout.is_empty(), "{} prints nothing: {ran:#?}", example.line);
    }
    for file in ["contacts.xlsx", "all.ndjson", "exact.csv", "contacts.bash", "man1/contacts-profile-add.1"] {
        assert!(std::fs::metadata(bench.path(file)).unwrap().len() > 100, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn what_stays_can_be_interrupted() {
    let bench = home();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_contacts"), bench.path("bin/contacts")).unwrap();
    for example in those(Trial::Stays) {
        let mut command = shell(&bench, &format!("exec {}", example.line));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("listening on") || line.contains("changed"), "{}: {line}", example.line);
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 130)), "{}: {code:?}", example.line);
    }
}

/// What needs a person is called by its words: a stub tells how the shell took them apart.
#[cfg(unix)]
#[test]
fn the_words_of_the_others_are_right() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::bare();
    std::fs::create_dir(bench.path("bin")).unwrap();
    for name in ["contacts", "pass"] {
        let path = bench.path("bin").join(name);
        let stub = if name == "pass" {
            "#!/bin/sh\n"
        } else {
            "#!/bin/sh\necho 1\nfor word; do printf '%s\\n' \"$word\"; done > asked\n"
        };
        std::fs::write(&path, stub).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for example in those(Trial::Parses) {
        assert!(shell(&bench, example.line).stdout(Stdio::null()).status().unwrap().success(), "{}", example.line);
        let asked = std::fs::read_to_string(bench.path("asked")).unwrap();
        let words = ["contacts"].into_iter().chain(asked.lines().filter(|word| !word.is_empty()));
        let parsed = contacts::cli::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{}: {}", example.line, parsed.unwrap_err());
    }
}

#[test]
fn every_command_has_an_example_and_every_help_begins_with_it() {
    let bench = Bench::bare();
    let mut commands = vec![(contacts::cli::command(), String::new())];
    while let Some((command, path)) = commands.pop() {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            commands.push((sub.clone(), format!("{path} {}", sub.get_name()).trim_start().to_owned()));
        }
        let first = EXAMPLES.iter().find(|example| example.command == path);
        let first = first.unwrap_or_else(|| panic!("`{path}` has no example"));
        for help in ["--help", "-h"] {
            let text = bench.run(&format!("{path} {help}")).exits(0).stdout;
            let lines: Vec<&str> = text.lines().collect();
            let at = lines.iter().position(|line| *line == "Examples:").unwrap_or_else(|| panic!("{path}: {text}"));
            let start: String = first.line.chars().take(40).collect();
            assert!(lines[at + 1].contains(&start), "{path}: {text}");
            assert!(lines.iter().position(|line| *line == "Options:").is_some_and(|options| options > at), "{text}");
        }
        let page = bench.run(&format!("man {path}")).exits(0).stdout;
        assert!(page.contains(".SH \"EXAMPLES\""), "{path}: {page}");
    }
}
