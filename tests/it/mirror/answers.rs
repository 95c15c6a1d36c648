//! Answers from the mirror: they are the vendor's, and say how old they are.

use serde_json::Value;

use super::{EACH, age, bench, everything, requests, without_labels};
use crate::harness::{VENDORS, ids};

#[test]
fn every_command_answers_from_the_mirror_as_the_vendor_would() {
    let bench = bench(60);
    bench.run("-q -A sync").exits(0);
    for vendor in VENDORS {
        let (local, there) = (format!("--local -p demo-{vendor}"), format!("-p demo-{vendor}"));
        let all = everything(&bench, &local);
        assert_eq!(all, everything(&bench, &there), "{vendor}");
        let id = all[7]["id"].as_str().unwrap();
        for query in [
            "search a --all -o ndjson",
            "search an --all --sort name -o ndjson",
            "search silver --all -o ndjson",
            "search --exact platinum --all -o ndjson",
            "search an old --all -o ndjson",
            "search --email example --all -o ndjson",
            "list --all --sort created_at:desc -o csv",
            "list --all --channel email -o ndjson",
            &format!("show {id} -o csv --columns id,name,emails,phones,identifier,created_at"),
            &format!("channels {id} -o csv --columns contact_id,kind,id,inbox_id"),
        ] {
            let scan = if query.starts_with("search") { " --scan" } else { "" };
            let lines = |options: &str, rest: &str| {
                let ran = bench.run(&format!("-q {options} {query}{rest}")).exits(0);
                let mut lines: Vec<String> = ran.stdout.lines().map(alike).collect();
                if !query.contains("--sort") {
                    lines.sort_unstable();
                }
                lines
            };
            let found = lines(&local, "");
            assert_eq!(found, lines(&there, scan), "{vendor}: {query}");
            assert!(!found.is_empty() || !query.contains("silver"), "{vendor}: no custom field was found");
        }
        let (asked, ran) = requests(&bench, &format!("{local} search a"));
        assert_eq!(asked, 0);
        ran.exits(0).says(&[&format!("demo-{vendor}: from the local mirror, "), " old (as of 2"]);
        let none = bench.run(&format!("{local} search nobody-at-all")).exits(0);
        none.says(&[&format!("demo-{vendor}: nothing found in the local mirror, ")]);
        bench.run(&format!("{local} show {id}")).exits(0).says(&["from the local mirror"]);
        bench.run(&format!("{local} channels {id}")).exits(0).says(&["from the local mirror"]);
        bench.run(&format!("{local} channels --search a")).exits(0).says(&["from the local mirror"]);
        bench.run(&format!("{local} api /x")).exits(2);
    }
    let cut = bench.run("--local -A search a --limit 1").exits(0);
    let cut = cut.says(&["demo-chatwoot: from the local mirror, "]);
    assert!(!cut.stderr.contains("nothing found"), "what the limit left out was found: {}", cut.stderr);
    let ran = bench.run("--local -A list --all --report report.json -o ndjson").exits(0);
    assert!(ran.lines().len() > 220);
    let report: Value = serde_json::from_slice(&std::fs::read(bench.path("report.json")).unwrap()).unwrap();
    crate::contract::validate(crate::contract::Schema::Report, &report);
    assert!(report["profiles"].as_array().unwrap().iter().all(|profile| profile["as_of"].is_string()));
    bench.run("--local -p demo-livedesk channels --search a --label vip").exits(2);
}

/// A line without the labels that only the mirror has at hand.
fn alike(line: &str) -> String {
    let Ok(mut row) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    without_labels(&mut row);
    row.to_string()
}

#[test]
fn without_a_sync_there_is_nothing_to_answer_from() {
    let bench = bench(10);
    bench.run("--local -p demo-chatwoot list").exits(3).says(&["contacts sync -p demo-chatwoot"]);
    bench.run("-q -p demo-livedesk sync").exits(0);
    bench.run("--local -p demo-chatwoot list").exits(3).says(&["contacts sync -p demo-chatwoot"]);
    let ran = bench.run("--local -p demo-chatwoot,demo-livedesk list -n 3 -o json").exits(9);
    assert!(ids(ran.json().as_array().unwrap()).len() == 3, "{ran:#?}");
    let (asked, ran) = requests(&bench, "--max-age 1h -p demo-chatwoot list -n 3 -o json");
    assert_eq!((asked, ran.exits(0).stderr.as_str()), (1, ""), "the vendor is asked where there is no mirror");
}

#[test]
fn the_mirror_answers_while_it_is_fresh_and_the_vendor_afterwards() {
    let bench = bench(20);
    bench.run("-q -A sync").exits(0);
    let profiles = bench.sandbox.as_ref().unwrap().config_toml();
    let auto = format!("{profiles}\n[defaults]\nsource = \"auto\"\n");
    for (name, _) in EACH {
        let line = |options: &str| format!("{options} -p demo-{name} list -n 3 -o json");
        let asked = |options: &str| requests(&bench, &line(options)).0 > 0;
        assert!(!asked("--max-age 5m") && !asked("--local") && asked(""), "{name}");
        bench.configure(&auto);
        assert!(!asked("") && asked("--max-age 0"), "{name}");
        age(&bench, "synced_at", 600);
        assert!(asked("") && asked("--max-age 9m") && !asked("--max-age 11m") && !asked("--local"), "{name}");
        // A clock that was put back makes nothing fresh.
        age(&bench, "synced_at", -1200);
        assert!(asked("") && asked("--max-age 1h"), "{name}");
        age(&bench, "synced_at", 600);
        bench.configure(&profiles);
    }
    // Each profile by itself.
    let connection = rusqlite::Connection::open(super::database(&bench)).unwrap();
    connection.execute("UPDATE profile SET synced_at = 0 WHERE name = 'demo-chatwoot'", []).unwrap();
    let ran = bench.run("--max-age 1h -A list -n 40 --report report.json").exits(0);
    ran.says(&["demo-livedesk: from the local mirror", "demo-rocketchat: from the local mirror"]);
    let report: Value = serde_json::from_slice(&std::fs::read(bench.path("report.json")).unwrap()).unwrap();
    let of = |name: &str| {
        report["profiles"].as_array().unwrap().iter().find(|profile| profile["profile"] == name).unwrap().clone()
    };
    assert!(of("demo-chatwoot")["as_of"].is_null() && of("demo-chatbotx")["as_of"].is_string());
    bench.configure(&format!("{profiles}\n[defaults]\nsource = \"local\"\n"));
    assert_eq!(requests(&bench, "-A list -n 3").0, 0);
}
