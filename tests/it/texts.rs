//! What the program says of itself: help, version, completions, manual pages, vendors.

use crate::harness::{Bench, VENDORS};

const COMMANDS: &[&str] = &[
    "list",
    "search",
    "show",
    "channels",
    "profile",
    "login",
    "logout",
    "api",
    "vendors",
    "sandbox",
    "completions",
    "man",
    "schema",
];

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
    for command in COMMANDS {
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
    for command in COMMANDS {
        let page = bench.run(&format!("man {command}")).exits(0).is_silent().stdout;
        assert!(page.contains(".TH") && page.contains(&format!("contacts\\-{command}")), "{command}: {page}");
    }
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
