//! The local mirror from outside: syncs, answers from it and their age, and what may never happen to it.

use std::path::PathBuf;

use contacts::sandbox::{Era, SandboxOptions, Settings, Vendor, World};
use serde_json::Value;

use crate::harness::{Bench, Ran, VENDORS, ids};

/// Vendors whose clock is that of this machine.
fn bench(contacts: usize) -> Bench {
    Bench::with(SandboxOptions { contacts, now: jiff::Timestamp::now(), ..SandboxOptions::default() })
}

fn world(bench: &Bench) -> World {
    bench.sandbox.as_ref().unwrap().world().clone()
}

fn database(bench: &Bench) -> PathBuf {
    bench.path(".local/share/contacts/mirror.db")
}

/// Puts the profiles' times in the mirror back by so many seconds.
fn age(bench: &Bench, column: &str, seconds: i64) {
    let connection = rusqlite::Connection::open(database(bench)).unwrap();
    connection.execute(&format!("UPDATE profile SET {column} = {column} - {seconds} * 1000"), []).unwrap();
}

/// All contacts by id, as a listing of everything prints them.
fn everything(bench: &Bench, options: &str) -> Vec<Value> {
    let mut rows = bench.run(&format!("-q {options} list --all -o ndjson")).exits(0).lines();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows
}

fn requests(bench: &Bench, line: &str) -> (usize, Ran) {
    let before = bench.requests();
    let ran = bench.run(line);
    (bench.requests() - before, ran)
}

#[test]
fn an_increment_reads_what_changed_and_no_more() {
    let bench = bench(350);
    for (name, vendor) in [("rocketchat", Vendor::Rocketchat), ("chatbotx", Vendor::Chatbotx)] {
        let sync = format!("-p demo-{name} sync");
        let (all, _) = requests(&bench, &sync);
        assert!(all > 4, "{name}: {all}");
        let id = world(&bench).ids(vendor)[3].clone();
        assert!(world(&bench).rename(vendor, &id, "Renamed Person"));
        let new = world(&bench).append(vendor);
        let (few, ran) = requests(&bench, &sync);
        // The account, a page of each list, names of fields, and a count.
        assert!(few <= 5, "{name}: {few}");
        ran.exits(0).says(&["1 changed, 1 new since"]);
        let local = format!("--local -p demo-{name}");
        assert_eq!(bench.run(&format!("-q {local} show {id} -o json")).exits(0).json()[0]["name"], "Renamed Person");
        bench.run(&format!("-q {local} show {new}")).exits(0);
        assert_eq!(everything(&bench, &local), everything(&bench, &format!("-p demo-{name}")));
        let log = bench.run(&format!("-q log {id} -o json")).exits(0).json();
        assert_eq!((&log[0]["field"], &log[0]["new"]), (&"name".into(), &"Renamed Person".into()));
    }
    bench.run("mirror verify").exits(0).says(&["0 problems"]);
}

#[test]
fn an_increment_whose_count_differs_reads_everything_at_once() {
    let bench = bench(250);
    for (name, vendor) in [("rocketchat", Vendor::Rocketchat), ("chatbotx", Vendor::Chatbotx)] {
        let sync = format!("-p demo-{name} sync");
        bench.run(&sync).exits(0);
        let gone = world(&bench).ids(vendor)[100].clone();
        assert!(world(&bench).delete(vendor, &gone));
        let ran = bench.run(&sync).exits(0);
        let ran = ran.says(&["the vendor counts 249 contacts, the mirror holds 250; reading everything"]);
        ran.says(&["249 contacts, exact", "1 removed"]);
        bench.run(&format!("-q --local -p demo-{name} show {gone}")).exits(5);
        let local = everything(&bench, &format!("--local -p demo-{name}"));
        assert_eq!(local, everything(&bench, &format!("-p demo-{name}")));
        bench.run(&sync).exits(0).says(&["0 changed, 0 new since"]);
    }
}

#[test]
fn without_a_count_deletions_are_told_to_be_unknown_and_found_after_a_day() {
    let bench = Bench::with(SandboxOptions {
        contacts: 10_200,
        now: jiff::Timestamp::now(),
        settings: Settings { era: Era::C, ..Settings::default() },
        ..SandboxOptions::default()
    });
    let sync = "-p demo-chatbotx sync";
    bench.run(sync).exits(0);
    let gone = world(&bench).ids(Vendor::Chatbotx)[100].clone();
    world(&bench).delete(Vendor::Chatbotx, &gone);
    bench.run(sync).exits(0).says(&["what was deleted since 2", "is not known"]);
    bench.run(&format!("-q --local -p demo-chatbotx show {gone}")).exits(0);
    age(&bench, "exact_at", 25 * 3600);
    bench.run(sync).exits(0).says(&["the vendor does not count, and everything was last read", "1 removed"]);
    bench.run(&format!("-q --local -p demo-chatbotx show {gone}")).exits(5);
}

#[test]
fn the_history_is_kept_as_long_as_the_configuration_says() {
    let bench = bench(20);
    let profiles = bench.sandbox.as_ref().unwrap().config_toml();
    let id = world(&bench).ids(Vendor::Rocketchat)[3].clone();
    let changed = |name: &str, setting: &str| {
        bench.configure(&format!("{profiles}\n[defaults]\n{setting}\n"));
        world(&bench).rename(Vendor::Rocketchat, &id, name);
        bench.run("-q -p demo-rocketchat sync").exits(0);
        let log = bench.run(&format!("-q log {id} -o json")).exits(0).json();
        log.as_array().unwrap().iter().map(|change| change["new"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(changed("First", ""), Vec::<String>::new(), "a first look is no change");
    assert_eq!(changed("Second", ""), ["Second"]);
    let connection = rusqlite::Connection::open(database(&bench)).unwrap();
    connection.execute("UPDATE change SET seen_at = seen_at - 100 * 86400 * 1000", []).unwrap();
    assert_eq!(changed("Third", "history = 'forever'"), ["Second", "Third"]);
    assert_eq!(changed("Fourth", ""), ["Third", "Fourth"], "ninety days by default");
    assert_eq!(changed("Fifth", "history = 0"), Vec::<String>::new());
    bench.configure(&format!("{profiles}\n[defaults]\nhistory = 90\n"));
    bench.run("sync").exits(3).says(&["`history`", "`90d`"]);
}

#[test]
fn refresh_shows_contacts_as_they_are_and_puts_the_mirror_right() {
    let bench = bench(60);
    bench.run("-q -A sync").exits(0);
    for (name, vendor) in [
        ("rocketchat", Vendor::Rocketchat),
        ("livedesk", Vendor::Livedesk),
        ("chatbotx", Vendor::Chatbotx),
        ("chatwoot", Vendor::Chatwoot),
    ] {
        let local = format!("--local -p demo-{name}");
        let listed = bench.run(&format!("-q {local} list -n 7 -o json")).exits(0).json();
        let listed = ids(listed.as_array().unwrap());
        world(&bench).rename(vendor, &listed[0], "Zebulon Quartz");
        world(&bench).delete(vendor, &listed[1]);
        let ran = bench.run(&format!("{local} list -n 7 -o json")).exits(0).says(&["from the local mirror"]);
        assert_eq!(ids(ran.json().as_array().unwrap()), listed, "{name}: the mirror does not know yet");
        let report = bench.path("report.json");
        let again = format!("--refresh --report report.json {local}");
        let (asked, ran) = requests(&bench, &format!("{again} list -n 7 -o json"));
        let ran = ran.exits(0).says(&["from the local mirror", "7 read again from the vendor, 1 of them gone"]);
        let shown = ran.json();
        assert_eq!(shown[0]["name"], "Zebulon Quartz", "{name}");
        assert_eq!(ids(shown.as_array().unwrap())[1..], listed[2..], "{name}");
        // One for each, those that say whose account it is, names of fields; a deleted one is looked for where ids are unknown.
        assert!((8..=20).contains(&asked), "{name}: {asked}");
        let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
        crate::contract::validate(crate::contract::Schema::Report, &report);
        assert_eq!(report["profiles"][0]["refreshed"], serde_json::json!({ "read": 7, "gone": 1 }));
        assert_eq!(report["profiles"][0]["requests"], asked);
        let search = bench.run(&format!("-q {local} search quartz -o json")).exits(0).json();
        assert_eq!(ids(search.as_array().unwrap()), listed[..1], "{name}");
        bench.run(&format!("-q {local} show {}", listed[1])).exits(5);
        // A contact that is new is found, one that is gone is told, one that no longer matches is not shown.
        let new = world(&bench).append(vendor);
        bench.run(&format!("-q {local} show {new}")).exits(5);
        bench.run(&format!("-q {again} show {new}")).exits(0);
        bench.run(&format!("{local} show {new}")).exits(0).says(&["from the local mirror"]);
        world(&bench).delete(vendor, &new);
        bench.run(&format!("{again} show {new}")).exits(5).says(&["no contact has the id"]);
        bench.run(&format!("-q {again} channels {}", listed[2])).exits(0);
        bench.run(&format!("-q {again} channels --search quartz")).exits(0);
        world(&bench).rename(vendor, &listed[0], "Somebody Else");
        assert_eq!(bench.run(&format!("-q {again} search quartz -o json")).exits(0).json(), serde_json::json!([]));
        assert_eq!(bench.run(&format!("-q {local} search quartz -o json")).exits(0).json(), serde_json::json!([]));
    }
    bench.run("mirror verify").exits(0).says(&["0 problems"]);
    bench.run("--local --refresh -p demo-chatwoot list --all").exits(2).says(&["contacts sync"]);
}

#[test]
fn without_its_vendor_a_refresh_shows_what_is_stored_and_tells_the_failure() {
    let mut bench = bench(30);
    let profiles = bench.sandbox.as_ref().unwrap().config_toml();
    bench.configure(&format!("{profiles}\n[defaults]\nmax_retries = 0\n"));
    bench.run("-q -A sync").exits(0);
    bench.sandbox = None;
    for vendor in VENDORS {
        let stored = bench.run(&format!("-q --local -p demo-{vendor} list -n 5 -o json")).exits(0).stdout;
        for source in ["--local", "--max-age 1h"] {
            let ran = bench.run(&format!("--refresh {source} -p demo-{vendor} list -n 5 -o json")).exits(9);
            let ran = ran.says(&["error: ", &format!("demo-{vendor}"), "from the local mirror"]);
            assert_eq!(ran.stdout, stored, "{vendor}");
        }
        let rows: Value = serde_json::from_str(&stored).unwrap();
        let id = rows[0]["id"].as_str().unwrap();
        let ran = bench.run(&format!("--refresh --local -p demo-{vendor} show {id} -o json")).exits(9);
        assert_eq!(ran.json()[0]["id"], id, "{vendor}");
    }
}
