//! What the program says of itself: help, version, completions, manual pages, vendors.

use crate::harness::{Bench, VENDORS};

const COMMANDS: &[&str] = &[
    "list",
    "search",
    "pick",
    "show",
    "channels",
    "profile",
    "login",
    "logout",
    "sync",
    "mirror",
    "diff",
    "log",
    "api",
    "doctor",
    "vendors",
    "sandbox",
    "csv-unsafe",
    "completions",
    "man",
    "schema",
];

/// Every command and what is below it, as `profile add`.
fn all_commands() -> Vec<String> {
    let parser = contacts::cli::command();
    let mut all = Vec::new();
    for command in parser.get_subcommands() {
        all.push(command.get_name().to_owned());
        all.extend(command.get_subcommands().map(|sub| format!("{} {}", command.get_name(), sub.get_name())));
    }
    all
}

#[test]
fn help_names_every_command_and_every_global_option() {
    let bench = Bench::bare();
    let help = bench.run("--help").exits(0).is_silent().stdout;
    assert!(COMMANDS.iter().all(|command| help.contains(&format!("\n  {command}"))), "{help}");
    for option in [
        "--profile",
        "--all-profiles",
        "--config",
        "--output",
        "--columns",
        "--raw",
        "--jq",
        "--color",
        "--quiet",
        "--verbose",
        "--timeout",
        "--max-retries",
        "--max-wait",
        "--error-format",
        "--report",
        "--demo",
    ] {
        assert!(help.contains(option), "{option}");
    }
    let all = all_commands();
    let listed: Vec<&str> = all.iter().map(String::as_str).filter(|command| !command.contains(' ')).collect();
    assert_eq!(listed, COMMANDS, "a command that is not listed here");
    for command in &all {
        for line in [format!("{command} --help"), format!("help {command}"), format!("{command} -h")] {
            let text = bench.run(&line).exits(0).is_silent().stdout;
            assert!(text.contains("Usage: contacts"), "{line}: {text}");
        }
    }
    let search = bench.run("search --help").stdout;
    for option in [
        "--limit",
        "--skip",
        "--all",
        "--page-size",
        "--sort",
        "--label",
        "--channel",
        "--inbox",
        "--no-channels",
        "--unknown",
        "--blocked",
        "--created-since",
        "--active-since",
        "--name",
        "--email",
        "--phone",
        "--exact",
        "--scan",
        "--fail-empty",
    ] {
        assert!(search.contains(option), "{option}");
    }
}

#[test]
fn the_version_is_the_package_s() {
    let said = Bench::bare().run("--version").exits(0).stdout;
    assert_eq!(said, concat!("contacts ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_shell_has_completions() {
    let bench = Bench::bare();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = bench.run(&format!("completions {shell}")).exits(0).is_silent().stdout;
        assert!(script.contains("fail-empty") && script.contains("channels"), "{shell}");
    }
    bench.run("completions tcsh").exits(2).says(&["bash", "zsh", "fish"]);
}

#[test]
fn every_command_has_a_manual_page() {
    let bench = Bench::bare();
    for command in all_commands() {
        let page = bench.run(&format!("man {command}")).exits(0).is_silent().stdout;
        let name = format!("contacts-{command}").replace([' ', '-'], "\\-");
        assert!(page.contains(".TH") && page.contains(&name), "{command}: {page}");
    }
    bench.run("-q man --dir pages").exits(0).is_silent();
    assert_eq!(std::fs::read_dir(bench.path("pages")).unwrap().count(), all_commands().len() + 1);
    assert!(bench.run("man").exits(0).stdout.contains(".SH"));
    bench.run("man profile add").exits(0);
    bench.run("man serach").exits(2).says(&["search"]);
}

#[test]
fn vendors_say_what_they_can() {
    let bench = Bench::bare();
    insta::assert_snapshot!("vendors", bench.run("vendors").exits(0).snapshot());
    let rows = bench.run("vendors -o json").exits(0).is_silent().json();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["vendor"].as_str().unwrap()).collect();
    assert_eq!(names, VENDORS);
}

#[test]
fn a_broken_configuration_spoils_no_text() {
    let bench = Bench::configured("[profiles.x\n");
    for line in ["--help", "--version", "completions bash", "man list", "schema contact", "vendors"] {
        bench.run(line).exits(0);
    }
    bench.run("--demo list -n 1").exits(0);
}
