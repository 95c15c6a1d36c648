//! stdout, stderr and signals: closed pipes, quiet, interrupts, files.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use contacts::sandbox::SandboxOptions;

use crate::harness::Bench;

/// Spawns the program as `Bench::command` runs it, with both ends in hand.
fn spawn(bench: &Bench, line: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_contacts"))
        .args(line.split_whitespace())
        .env_clear()
        .env("HOME", bench.home())
        .env("XDG_CONFIG_HOME", bench.path(".config"))
        .env("XDG_STATE_HOME", bench.path(".state"))
        .current_dir(bench.home())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn crowd(latency: u64) -> Bench {
    Bench::with(SandboxOptions { contacts: 3000, latency: Duration::from_millis(latency), ..SandboxOptions::default() })
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let bench = crowd(0);
    for format in ["table", "json", "ndjson", "csv", "tsv", "yaml", "md"] {
        for all in ["-n 2000", "--all"] {
            let mut child = spawn(&bench, &format!("list {all} -o {format}"));
            let mut first = [0; 64];
            child.stdout.take().unwrap().read_exact(&mut first).unwrap();
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(0), "{format} {all}: {said}");
            assert!(!said.contains("error") && !said.contains("panic"), "{format} {all}: {said}");
        }
    }
}

#[test]
fn a_closed_pipe_stops_the_requests() {
    let bench = crowd(5);
    let mut child = spawn(&bench, "--concurrency 1 -p demo-livedesk list --all -o ndjson");
    let mut first = [0; 8];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(bench.requests() < 150, "{} of 180 pages were asked for", bench.requests());
}

#[test]
fn quiet_is_silent() {
    let bench = Bench::new();
    for line in [
        "list -n 3",
        "-A list --all -o csv",
        "search boris",
        "search jose",
        "search nobody-has-this-name",
        "channels --search boris",
        "vendors",
        "profile list",
        "-A profile check",
    ] {
        bench.run(&format!("-q {line}")).exits(0).is_silent();
    }
}

#[test]
fn nothing_but_data_goes_to_stdout() {
    let bench = Bench::failing(20, &["livedesk:500"]);
    let ran = bench.run("-vvv -A --max-retries 0 --report - list --all -o ndjson").exits(9);
    assert_eq!(ran.lines().iter().filter(|row| row["id"].is_string()).count(), ran.lines().len());
}

#[test]
fn a_table_off_a_terminal_is_whole_and_plain() {
    let bench = Bench::new();
    let plain = bench.run("list -n 60").exits(0).stdout;
    assert!(!plain.contains('\u{1b}') && !plain.contains('…'), "{plain}");
    let colored = bench.run("--color always list -n 3").exits(0).stdout;
    assert!(colored.contains('\u{1b}'), "{colored}");
    let mut command = bench.command(["list", "-n", "3"]);
    let forced = crate::harness::Ran::of(command.env("CLICOLOR_FORCE", "1")).stdout;
    assert!(forced.contains('\u{1b}'), "{forced}");
    let mut command = bench.command(["list", "-n", "3"]);
    let without = crate::harness::Ran::of(command.env("NO_COLOR", "1")).stdout;
    assert!(!without.contains('\u{1b}'), "{without}");
}

#[test]
fn json_off_a_terminal_is_coloured_only_when_that_was_typed() {
    let bench = Bench::new();
    for line in ["list -n 2 -o json", "list -n 2 --jq .[0]", "vendors -o json"] {
        let mut command = bench.command(line.split(' '));
        let plain = crate::harness::Ran::of(command.env("CLICOLOR_FORCE", "1")).exits(0);
        assert!(!plain.stdout.contains('\u{1b}'), "{line}: a program reads it, whatever the environment says");
        let colored = bench.run(&format!("--color always {line}")).exits(0).stdout;
        assert!(colored.contains('\u{1b}') && colored.contains("\n  "), "{line}: {colored}");
        let mut stripped = String::new();
        for part in colored.split('\u{1b}') {
            stripped
                .push_str(part.strip_prefix('[').and_then(|part| part.split_once('m')).map_or(part, |(_, rest)| rest));
        }
        let stripped: serde_json::Value = serde_json::from_str(&stripped).unwrap();
        assert_eq!(stripped, plain.json(), "{line}: the same data");
    }
}

#[test]
fn hostile_names_drive_no_terminal() {
    let bench = Bench::new();
    for line in ["-A list -n 500", "-A list -n 500 --wide", "-A list -n 500 -o md", "-vvv -A list --all -o csv"] {
        let ran = bench.run(line);
        for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if stream == "stdout" && line.ends_with("csv") {
                continue;
            }
            let drives = |c: &char| {
                (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            let culprit = text.chars().find(drives);
            assert_eq!(culprit, None, "{stream} of {line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_well_formed_output() {
    let bench = crowd(30);
    for (signal, format) in [("INT", "json"), ("INT", "csv"), ("INT", "ndjson"), ("TERM", "json")] {
        let mut child = spawn(&bench, &format!("--concurrency 1 -p demo-livedesk list --all -o {format}"));
        let mut stdout = child.stdout.take().unwrap();
        let mut first = vec![0; 200];
        if format == "json" {
            // The head alone may be buffered: wait for requests instead.
            let before = bench.requests();
            while bench.requests() < before + 5 {
                std::thread::yield_now();
            }
            first.clear();
        } else {
            stdout.read_exact(&mut first).unwrap();
        }
        let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{format}: {said}");
        assert!(said.contains("interrupted"), "{said}");
        let text = String::from_utf8([first, rest].concat()).unwrap();
        match format {
            "json" => _ = serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|e| panic!("{e}: {text}")),
            "ndjson" => text.lines().for_each(|line| _ = serde_json::from_str::<serde_json::Value>(line).unwrap()),
            _ => csv::Reader::from_reader(text.as_bytes()).records().for_each(|record| _ = record.unwrap()),
        }
    }
}

#[test]
fn a_file_is_whole_or_untouched() {
    let bench = Bench::failing(40, &["livedesk:500@2x*"]);
    fs::write(bench.path("good.ndjson"), "the last good one\n").unwrap();
    bench.run("--max-retries 0 -p demo-livedesk list --all -o ndjson --out good.ndjson").exits(9);
    assert_eq!(fs::read_to_string(bench.path("good.ndjson")).unwrap(), "the last good one\n");
    bench.run("-p demo-chatwoot list --all -o ndjson --out good.ndjson").exits(0);
    assert!(fs::read_to_string(bench.path("good.ndjson")).unwrap().lines().count() > 30);
    bench.run("list --out .").exits(2);
    let left: Vec<_> = fs::read_dir(bench.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
}
