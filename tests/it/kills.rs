//! Exports that are killed at any moment, and go on.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use contacts::sandbox::SandboxOptions;

use super::harness::{Bench, VENDORS};

/// Kills of each vendor's exports; `CONTACTS_TEST_ROUNDS` asks for others.
fn kills() -> u32 {
    std::env::var("CONTACTS_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(30)
}

fn arguments(vendor: &str, format: &str, name: &str) -> Vec<String> {
    let line = format!(
        "-q -p demo-{vendor} list --all -o {format} --concurrency 3 --page-size 12 --out {name} --resume {name}.state"
    );
    line.split_whitespace().map(str::to_owned).collect()
}

/// Starts the export and kills it after `wait`; says whether it had ended by itself.
fn killed(bench: &Bench, arguments: &[String], wait: Duration) -> bool {
    let template = bench.command(arguments);
    let mut command = Command::new(template.get_program());
    command.args(template.get_args()).current_dir(bench.home()).env_clear();
    for (name, value) in template.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(wait);
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    ended
}

/// A vendor that fails in the midst of it, again and again: every run gets on, and the file is that of a run at one go.
#[test]
fn an_export_that_fails_again_and_again_gets_on_every_time() {
    for vendor in VENDORS {
        let quiet = Bench::with(SandboxOptions { contacts: 300, ..SandboxOptions::default() });
        let whole = arguments(vendor, "ndjson", "whole");
        quiet.contacts(&whole).exits(0);
        let needed = quiet.requests();
        let refusals = (1..9).map(|at| format!("{vendor}:503@{}x2", at * 9).parse().unwrap()).collect();
        let bench = Bench::with(SandboxOptions { contacts: 300, faults: refusals, ..SandboxOptions::default() });
        let mut export = arguments(vendor, "ndjson", "whole");
        export.extend(["--max-retries".to_owned(), "0".to_owned()]);
        // No run ends but by one of the sixteen refusals.
        let runs = (0..=16).position(|_| {
            let ran = bench.contacts(&export);
            assert!(matches!(ran.code, 0 | 8 | 9), "{vendor}: {ran:#?}");
            ran.code == 0
        });
        assert!(runs.is_some_and(|runs| runs > 0), "{vendor}: {runs:?}");
        assert!(bench.requests() < 2 * needed + 20, "{vendor}: {} requests, {needed} at one go", bench.requests());
        assert!(
            fs::read(bench.path("whole")).unwrap() == fs::read(quiet.path("whole")).unwrap(),
            "{vendor}: other bytes"
        );
    }
}

#[test]
fn a_killed_export_goes_on_to_the_same_bytes() {
    let options = SandboxOptions { contacts: 300, latency: Duration::from_millis(2), ..SandboxOptions::default() };
    let bench = Bench::with(options);
    let mut random = fastrand::Rng::with_seed(5);
    for (index, vendor) in VENDORS.into_iter().enumerate() {
        let format = ["ndjson", "csv", "json", "tsv"][index];
        let whole = arguments(vendor, format, "whole");
        bench.contacts(&whole).exits(0);
        let expected = fs::read(bench.path("whole")).unwrap();
        assert!(!bench.path("whole.state").exists(), "a finished export leaves no state");
        let (mut killed_midway, mut round) = (0, 0);
        let started = std::time::Instant::now();
        bench.contacts(arguments(vendor, format, "timed")).exits(0);
        let usual = u64::try_from(started.elapsed().as_micros()).unwrap();
        while killed_midway < kills() {
            round += 1;
            let name = format!("export-{round}");
            let export = arguments(vendor, format, &name);
            // Killed again and again on its way, at most a few times, then left alone.
            for _ in 0..random.u32(1..6) {
                let ended = killed(&bench, &export, Duration::from_micros(random.u64(..usual)));
                if let Ok(bytes) = fs::read(bench.path(&name)) {
                    assert!(bytes == expected, "{vendor}, round {round}: the file appeared before it was whole");
                }
                if ended {
                    break;
                }
                killed_midway += 1;
            }
            bench.contacts(&export).exits(0);
            assert!(fs::read(bench.path(&name)).unwrap() == expected, "{vendor}, round {round}: other bytes");
            fs::remove_file(bench.path(&name)).unwrap();
        }
    }
    let names = fs::read_dir(bench.home()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.starts_with("export") || name.contains(".state")).collect();
    assert!(left.is_empty(), "files are left behind: {left:?}");
}
