//! Whole processes against their peers, in the same run: `cargo bench --bench peers [search|export|latency|linear|local]`.
//!
//! The sandbox serves from this process. Each pair of commands runs in turn, A B A B …, so that a machine that drifts
//! drifts for both; medians are printed. Nothing here is a test: the numbers are for reading.

#![expect(clippy::format_collect, reason = "a list of URLs is made once")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use contacts::sandbox::{Sandbox, SandboxOptions};

const PROGRAM: &str = env!("CARGO_BIN_EXE_contacts");

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let serve = |contacts: usize, latency: Duration| -> Sandbox {
        let options = SandboxOptions { contacts, latency, ..SandboxOptions::default() };
        runtime.block_on(contacts::sandbox::start(options)).expect("a sandbox on loopback")
    };
    let config = |sandbox: &Sandbox| {
        let path = folder.path().join("config.toml");
        std::fs::write(&path, sandbox.config_toml()).expect("a configuration");
        path
    };
    if wanted("search") {
        search(&serve(5_000, Duration::ZERO), folder.path(), &config);
    }
    if wanted("export") {
        let sandbox = serve(1_000_000, Duration::ZERO);
        export(&sandbox, folder.path(), &config(&sandbox), "ndjson");
        export(&sandbox, folder.path(), &config(&sandbox), "csv");
    }
    if wanted("latency") {
        let sandbox = serve(200_000, Duration::from_millis(50));
        latency(folder.path(), &config(&sandbox));
    }
    if wanted("linear") {
        for contacts in [10_000, 100_000, 1_000_000] {
            let sandbox = serve(contacts, Duration::ZERO);
            let took = median(3, || run(&program(folder.path(), &config(&sandbox), &EXPORT)));
            row(&format!("export of {contacts} contacts"), took, None);
        }
    }
    if wanted("local") {
        let sandbox = serve(100_000, Duration::ZERO);
        local(&sandbox, folder.path(), &config(&sandbox));
    }
}

const EXPORT: [&str; 8] = ["-q", "-p", "demo-rocketchat", "list", "--all", "--unknown", "exclude", "-ondjson"];
const HEADERS: [&str; 2] =
    ["X-Auth-Token: sandbox-rocketchat-auth-token-worth-nothing", "X-User-Id: sandboxUser000001"];

/// One search over one page of 50 contacts, against `curl -s` fetching the same page.
fn search(sandbox: &Sandbox, home: &Path, config: &dyn Fn(&Sandbox) -> PathBuf) {
    let config = config(sandbox);
    let url = format!(
        "http://{}/rocketchat/api/v1/omnichannel/contacts.search?searchText=ann&unknown=false&count=50&offset=0",
        sandbox.addr
    );
    let ask = ["-q", "-p", "demo-rocketchat", "search", "ann", "--unknown", "exclude", "-ojson"];
    let (ours, theirs) = paired(41, || run(&program(home, &config, &ask)), || run(&curl(&[&url])));
    row("search, one page of 50", ours, Some(("curl -s", theirs)));
}

/// A million contacts, against `curl -Z` fetching the same pages without converting them.
fn export(sandbox: &Sandbox, home: &Path, config: &Path, format: &str) {
    let pages = 10_000;
    let list = home.join("urls");
    let lines: String = (0..pages)
        .map(|page| {
            let base = format!("http://{}/rocketchat/api/v1/omnichannel/contacts.search", sandbox.addr);
            let sort = "%7B%22_id%22%3A1%7D";
            format!(
                "url = \"{base}?unknown=false&count=100&offset={}&sort={sort}\"\noutput = \"/dev/null\"\n",
                page * 100
            )
        })
        .collect();
    std::fs::write(&list, lines).expect("a list of URLs");
    let list = list.to_string_lossy().into_owned();
    let form = format!("-o{format}");
    let mut ask = EXPORT.to_vec();
    ask[7] = &form;
    let theirs = || run(&curl(&["-Z", "--parallel-max", "8", "-K", &list]));
    let (ours, theirs) = paired(3, || run(&program(home, config, &ask)), theirs);
    row(&format!("export of a million contacts as {format}"), ours, Some(("curl -Z", theirs)));
}

/// 50 ms of latency, against the ideal of pages × latency / concurrency.
fn latency(home: &Path, config: &Path) {
    let report = home.join("report.json").to_string_lossy().into_owned();
    for concurrency in [4_u32, 8, 16, 32] {
        let number = concurrency.to_string();
        let mut ask = EXPORT.to_vec();
        ask.extend(["--concurrency", &number, "--report", &report]);
        let took = median(1, || run(&program(home, config, &ask)));
        let told: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&report).expect("a report")).expect("a report in JSON");
        let pages = u32::try_from(told["profiles"][0]["requests"].as_u64().expect("a count")).expect("a count");
        let ideal = Duration::from_millis(50) * pages / concurrency;
        let share = ideal.as_secs_f64() / took.as_secs_f64() * 100.0;
        row(
            &format!("{pages} pages, 50 ms each, {concurrency} at once: {share:.0} % of ideal"),
            took,
            Some(("ideal", ideal)),
        );
    }
}

/// Different searches in the local mirror, each a cold process.
fn local(_sandbox: &Sandbox, home: &Path, config: &Path) {
    let took = median(1, || run(&program(home, config, &["-q", "-p", "demo-rocketchat", "sync"])));
    row("sync of 100,000 contacts", took, None);
    let words = ["ann", "boris", "0143", "@example.org", "doe", "nguyen", "王", "ward", "555", "smith"];
    let mut times: Vec<Duration> = (0..200)
        .map(|index| {
            let word = format!(
                "{}{}",
                words[index % words.len()],
                if index < 10 { String::new() } else { (index / 10).to_string() }
            );
            run(&program(home, config, &["-q", "--local", "-p", "demo-rocketchat", "search", &word, "-ojson"]))
        })
        .collect();
    times.sort_unstable();
    row("local search, p50 of 200", times[100], None);
    row("local search, p99 of 200", times[198], None);
}

fn program(home: &Path, config: &Path, words: &[&str]) -> (String, Vec<String>, PathBuf) {
    let mut all = vec!["--config".to_owned(), config.to_string_lossy().into_owned()];
    all.extend(words.iter().map(|word| (*word).to_owned()));
    (PROGRAM.to_owned(), all, home.to_owned())
}

fn curl(words: &[&str]) -> (String, Vec<String>, PathBuf) {
    let mut all = vec!["-s".to_owned()];
    for header in HEADERS {
        all.extend(["-H".to_owned(), header.to_owned()]);
    }
    all.extend(words.iter().map(|word| (*word).to_owned()));
    ("curl".to_owned(), all, PathBuf::from("/"))
}

/// Runs a command to its end, its output read and thrown away.
fn run((name, words, home): &(String, Vec<String>, PathBuf)) -> Duration {
    let began = Instant::now();
    let mut command = Command::new(name);
    command.args(words).env_clear().env("HOME", home).env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the command starts");
    let mut buffer = vec![0; 1 << 16];
    let mut out = child.stdout.take().expect("its output is a pipe");
    while out.read(&mut buffer).is_ok_and(|read| read > 0) {}
    let status = child.wait().expect("the command ends");
    assert!(status.success(), "{name} {words:?} ended with {status}");
    began.elapsed()
}

fn median(times: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut took: Vec<Duration> = (0..times).map(|_| run()).collect();
    took.sort_unstable();
    took[took.len() / 2]
}

fn paired(
    times: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> (Duration, Duration) {
    ours();
    theirs();
    let (mut a, mut b): (Vec<_>, Vec<_>) = (0..times).map(|_| (ours(), theirs())).unzip();
    a.sort_unstable();
    b.sort_unstable();
    (a[times / 2], b[times / 2])
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
fn row(what: &str, ours: Duration, peer: Option<(&str, Duration)>) {
    let ours_ms = ours.as_secs_f64() * 1000.0;
    match peer {
        None => println!("{what:<62} {ours_ms:>10.1} ms"),
        Some((name, theirs)) => {
            let theirs_ms = theirs.as_secs_f64() * 1000.0;
            println!("{what:<62} {ours_ms:>10.1} ms   {name} {theirs_ms:>8.1} ms   ratio {:.2}", ours_ms / theirs_ms);
        }
    }
}
