//! Completions in the shells themselves: what the parser knows, and what only the disk knows. A shell that is not there is not tried.

use std::process::Command;

use contacts::sandbox::SandboxOptions;

use crate::harness::{Bench, Ran};
use crate::screen::Screen;

/// What stands on the line, and what it becomes with the tab key.
const LINES: &[(&str, &str)] = &[
    ("contacts comp", "contacts completions"),
    ("contacts -p demo-l", "contacts -p demo-livedesk"),
    ("contacts --profile=demo-r", "contacts --profile=demo-rocketchat"),
    ("contacts profile show demo-r", "contacts profile show demo-rocketchat"),
    ("contacts list --sort updated_at:d", "contacts list --sort updated_at:desc"),
    ("contacts list --columns name,comp", "contacts list --columns name,company"),
    ("contacts list --channel wha", "contacts list --channel whatsapp"),
    ("contacts profile add --vendor chatb", "contacts profile add --vendor chatbotx"),
    ("contacts -p demo-chatbotx list --label vi", "contacts -p demo-chatbotx list --label vip"),
    ("contacts -o nd", "contacts -o ndjson"),
];

/// A home whose labels were seen, with the program in its `bin` and the scripts beside it.
fn home() -> Bench {
    let bench = Bench::new();
    bench.run("-q -p demo-chatbotx list -n 60").exits(0);
    for shell in ["bash", "zsh", "fish"] {
        let script = bench.run(&format!("completions {shell}")).exits(0).stdout;
        std::fs::write(bench.path(if shell == "zsh" { "_contacts" } else { shell }), script).unwrap();
    }
    std::fs::create_dir(bench.path("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_contacts"), bench.path("bin/contacts")).unwrap();
    bench
}

fn is_there(shell: &str) -> bool {
    Command::new(shell).args(["-c", "exit 0"]).status().is_ok_and(|status| status.success())
}

/// Types each line at the shell that `start` runs, and presses the tab key.
fn complete(start: &str, prepare: &str) {
    let bench = home();
    let before = bench.requests();
    let Some(screen) = Screen::open(&bench, (100, 50), start) else { return };
    screen.types(prepare).presses("Enter").types("echo READY-$((40+2))").presses("Enter").shows("READY-42");
    for (typed, becomes) in LINES {
        screen.presses("C-l").types(typed).shows(typed);
        screen.presses("Tab").shows(becomes);
        screen.presses("C-u");
    }
    assert_eq!(bench.requests(), before, "no vendor is asked");
}

#[test]
fn bash_completes() {
    complete("bash --norc --noprofile -i", "PS1='> '; source ./bash");
}

#[test]
fn zsh_completes() {
    if is_there("zsh") {
        complete("zsh -f -i", "PS1='> '; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u");
    }
}

#[test]
fn fish_completes() {
    if !is_there("fish") {
        return;
    }
    let bench = home();
    for (typed, becomes) in LINES {
        let script = format!("source ./fish; complete -C '{typed}'");
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", &script]).current_dir(bench.home()).env_clear().env("HOME", bench.home());
        fish.env("PATH", format!("{}:/usr/bin:/bin", bench.path("bin").display()));
        let offered = Ran::of(&mut assert_cmd::Command::from_std(fish)).exits(0).stdout;
        let wanted = becomes.rsplit(' ').next().unwrap();
        let mut words = offered.lines().map(|line| line.split('\t').next().unwrap_or(line));
        assert!(words.any(|word| word == wanted), "{typed}: {offered}");
    }
}

#[test]
fn labels_are_kept_of_the_profile_that_had_them() {
    let bench = Bench::with(SandboxOptions::default());
    bench.run("-q -p demo-chatbotx list -n 60").exits(0);
    let known = |profile: &str| bench.run(&format!("__complete -p {profile} list --label n")).stdout;
    assert_eq!(known("demo-chatbotx"), "new-lead\nnewsletter\n");
    assert_eq!(known("demo-chatwoot"), "");
    bench.run("-q -p demo-chatwoot list --label vip").exits(0);
    let of_chatwoot = bench.run("__complete -p demo-chatwoot list --label v").stdout;
    assert_eq!(of_chatwoot, "vip\n", "a vendor that does not tell labels teaches those that found something");
    let file = bench.path(".cache/contacts/labels.json");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let demo = Bench::bare();
    demo.run("-q --demo list -n 60").exits(0);
    assert!(!demo.path(".cache").exists(), "the demo leaves nothing");
}
