//! Where answers, reports and traces go: files that appear whole, links, pipes, and no two into one.

use std::fs;

use serde_json::Value;

use super::harness::Bench;

fn report(bench: &Bench, name: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(name)).unwrap()).unwrap()
}

/// One file under two options would hold one of them at the end; none is asked for anything before that is told.
#[test]
fn no_file_is_named_twice() {
    let bench = Bench::new();
    fs::write(bench.path("x.csv"), "before").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(bench.path("x.csv"), bench.path("link")).unwrap();
    let mut lines = vec![
        "list --out x.csv --report x.csv",
        "list --out x.csv --trace ./x.csv",
        "list --report x.csv --trace x.csv",
        "search ann --out x.csv --report .config/../x.csv",
        "list --all --out x.csv --resume x.csv",
        "list --all --out x.part --resume x",
        "list --all --out y.csv --resume x --report x.ids",
        "list --all --out y.csv --resume x --trace x",
        "sync --report x.csv --trace x.csv",
    ];
    if cfg!(unix) {
        lines.extend(["list --out link --report x.csv", "show 1 --report x.csv --trace link"]);
    }
    for line in lines {
        let ran = bench.run(&format!("-p demo-rocketchat {line}"));
        assert_eq!(ran.code, 2, "{line}: {ran:#?}");
        assert!(ran.stderr.contains("same file"), "{line}: {}", ran.stderr);
    }
    assert_eq!(bench.requests(), 0);
    assert_eq!(fs::read_to_string(bench.path("x.csv")).unwrap(), "before");
}

/// What cannot be written at the end is told at the beginning.
#[test]
fn places_that_are_none_are_told_before_anything_is_asked() {
    let bench = Bench::new();
    fs::create_dir(bench.path("folder")).unwrap();
    for (code, options) in [
        (2, "--out folder"),
        (2, "--report folder"),
        (2, "--trace folder"),
        (2, "--all --out x --resume folder"),
        (2, "--all --out - --resume state"),
        (1, "--out none/x"),
        (1, "--report none/x"),
        (1, "--trace none/x"),
        (1, "--all --out x --resume none/x"),
    ] {
        let ran = bench.run(&format!("-p demo-rocketchat list {options}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{options}: {ran:#?}");
    }
    assert_eq!(bench.requests(), 0);
    let ran = bench.run("-p demo-rocketchat list -n 3 -o ndjson --out -");
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3), "{ran:#?}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::process::Command;

    use super::super::harness::Ran;
    use super::*;

    /// Makes a named pipe, and reads it to its end on a thread.
    fn pipe(bench: &Bench, name: &str) -> std::thread::JoinHandle<String> {
        let path = bench.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        std::thread::spawn(move || fs::read_to_string(path).unwrap())
    }

    fn is_pipe(bench: &Bench, name: &str) -> bool {
        fs::symlink_metadata(bench.path(name)).unwrap().file_type().is_fifo()
    }

    /// What is no file is written to, and is never replaced by one.
    #[test]
    fn pipes_are_written_as_they_are() {
        let bench = Bench::new();
        let expected = bench.run("-q -p demo-chatwoot list --all -o csv").stdout;
        let (out, written, trace) = (pipe(&bench, "out"), pipe(&bench, "report"), pipe(&bench, "trace"));
        symlink("out", bench.path("link")).unwrap();
        let ran = bench.run("-q -p demo-chatwoot list --all -o csv --out link --report report --trace trace");
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:#?}");
        assert_eq!(out.join().unwrap(), expected);
        let (written, trace) = (written.join().unwrap(), trace.join().unwrap());
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap()["exit_code"], 0);
        assert!(serde_json::from_str::<Value>(&trace).unwrap()["log"]["entries"][0]["request"].is_object());
        assert!(["out", "report", "trace"].iter().all(|name| is_pipe(&bench, name)));
        assert!(fs::symlink_metadata(bench.path("link")).unwrap().is_symlink());
        let ran = bench.run("-p demo-chatwoot list --all -o csv --out out --resume state");
        assert!(ran.code == 2 && ran.stderr.contains("is no file"), "{ran:#?}");
        assert!(is_pipe(&bench, "out"));
    }

    /// A link stays, and the file that it leads to is replaced whole, or made.
    #[test]
    fn links_are_followed_and_stay() {
        let bench = Bench::new();
        fs::create_dir(bench.path("there")).unwrap();
        fs::write(bench.path("there/old.ndjson"), "before\n").unwrap();
        symlink("there/old.ndjson", bench.path("old")).unwrap();
        symlink("old", bench.path("further")).unwrap();
        symlink("there/new.ndjson", bench.path("new")).unwrap();
        symlink("there/report.json", bench.path("report")).unwrap();
        symlink("round", bench.path("round")).unwrap();
        let expected = bench.run("-q -p demo-livedesk list --all -o ndjson").stdout;
        for (link, file) in [("further", "there/old.ndjson"), ("new", "there/new.ndjson")] {
            let ran = bench.run(&format!("-q -p demo-livedesk list --all -o ndjson --out {link} --report report"));
            assert_eq!(ran.code, 0, "{ran:#?}");
            assert_eq!(fs::read_to_string(bench.path(file)).unwrap(), expected);
            fs::write(bench.path(file), "before\n").unwrap();
            let line = format!("-q -p demo-livedesk list --all -o ndjson --out {link} --resume state");
            assert_eq!(bench.run(&line).code, 0);
            assert_eq!(fs::read_to_string(bench.path(file)).unwrap(), expected);
        }
        for link in ["old", "further", "new", "report"] {
            assert!(fs::symlink_metadata(bench.path(link)).unwrap().is_symlink(), "{link}");
        }
        assert_eq!(report(&bench, "there/report.json")["profiles"][0]["verdict"], "exact");
        let ran = bench.run("-p demo-livedesk list --out round");
        assert!(ran.code == 2 && ran.stderr.contains("leads back to itself"), "{ran:#?}");
        assert_eq!(fs::read_dir(bench.path("there")).unwrap().count(), 3, "nothing is left behind");
    }

    /// What is open already is written at its end.
    #[test]
    fn standard_output_by_its_path_is_not_replaced() {
        let bench = Bench::new();
        let expected = bench.run("-q -p demo-livedesk list --all -o ndjson").stdout;
        for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            if fs::symlink_metadata(path).is_err() {
                continue;
            }
            let line = format!("-q -p demo-livedesk list --all -o ndjson --out {path}");
            let ran = bench.run(&line);
            assert!(ran.code == 0 && ran.stdout == expected, "{path}: {ran:#?}");
            let file = bench.path("log");
            fs::write(&file, "before\n").unwrap();
            let command = bench.command(line.split_whitespace());
            let mut command = plain(&command);
            command.current_dir(bench.home()).stdout(fs::OpenOptions::new().append(true).open(&file).unwrap());
            assert!(command.status().unwrap().success());
            assert_eq!(fs::read_to_string(&file).unwrap(), format!("before\n{expected}"), "{path}");
        }
    }

    /// The same as a command of the standard library.
    fn plain(template: &assert_cmd::Command) -> Command {
        let mut command = Command::new(template.get_program());
        command.args(template.get_args()).env_clear();
        command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    }

    /// A disk that is full makes no answer whole, and the report says so too.
    #[test]
    fn what_could_not_be_written_is_not_reported_as_whole() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let bench = Bench::new();
        for format in ["ndjson", "csv", "json", "xlsx"] {
            for all in ["--all", "--limit 20"] {
                let line = format!("-p demo-rocketchat list {all} -o {format} --report report.json");
                let mut command = plain(&bench.command(line.split_whitespace()));
                // Opened by the test, so that nothing is ever renamed over the device.
                command.current_dir(bench.home()).stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
                let output = command.output().unwrap();
                let ran = Ran {
                    code: output.status.code().unwrap(),
                    stdout: String::new(),
                    stderr: String::from_utf8(output.stderr).unwrap(),
                };
                assert!(ran.code == 1 && ran.stderr.contains("cannot write the output"), "{line}: {ran:#?}");
                let profile = &report(&bench, "report.json")["profiles"][0];
                assert_eq!(profile["verdict"], "partial", "{line}: {profile}");
                assert_eq!(profile["error"]["code"], 1, "{line}: {profile}");
            }
        }
    }
}

/// A query that fails before it asks leaves no older report behind.
#[test]
fn a_report_is_written_whatever_happens() {
    let bench = Bench::new();
    for (code, line) in [
        (0, "-p demo-rocketchat list -n 1"),
        (5, "-p nobody list"),
        (2, "-p demo-rocketchat list --created-since never"),
        (5, "-p demo-rocketchat show no-such-id"),
        (0, "-p demo-rocketchat sync"),
        (5, "-p nobody sync"),
    ] {
        fs::write(bench.path("report.json"), "{}").unwrap();
        let ran = bench.run(&format!("{line} --report report.json"));
        assert_eq!(ran.code, code, "{line}: {ran:#?}");
        assert_eq!(report(&bench, "report.json")["exit_code"], code, "{line}");
    }
}

/// A sync reports as a query does.
#[test]
fn a_sync_is_reported() {
    let bench = Bench::failing(60, &["chatwoot:401"]);
    let ran = bench.run("-A sync --report report.json");
    assert_eq!(ran.code, 9, "{ran:#?}");
    let first = report(&bench, "report.json");
    let of = |report: &Value, name: &str| {
        report["profiles"].as_array().unwrap().iter().find(|profile| profile["profile"] == name).unwrap().clone()
    };
    assert_eq!(first["exit_code"], 9);
    let whole = of(&first, "demo-rocketchat");
    assert_eq!((&whole["verdict"], &whole["rows"]), (&"exact".into(), &60.into()), "{whole}");
    let failed = of(&first, "demo-chatwoot");
    assert_eq!((&failed["verdict"], &failed["error"]["code"]), (&"partial".into(), &4.into()), "{failed}");
    // The second reads what changed.
    let ran = bench.run("-p demo-rocketchat sync --report report.json");
    assert_eq!(ran.code, 0, "{ran:#?}");
    let second = of(&report(&bench, "report.json"), "demo-rocketchat");
    assert_eq!(second["verdict"], "exact", "{second}");
    assert!(second["basis"].as_str().unwrap().contains("changed since"), "{second}");
    assert!(second["pages"].as_u64() > Some(0) && second["requests"].as_u64() > Some(0), "{second}");
}
