//! Syncs: increments and what makes them trusted, and how long changes are remembered.

use contacts::sandbox::{Era, SandboxOptions, Settings, Vendor};

use super::{age, assert_mirrored, bench, database, requests, world};
use crate::harness::Bench;

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
        assert_mirrored(&bench, name);
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
        assert_mirrored(&bench, name);
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
    let doubt = "warning: demo-chatbotx: contacts deleted since 2";
    bench.run(&format!("--local -p demo-chatbotx show {gone}")).exits(0).says(&[doubt]);
    bench.run("--local -p demo-chatbotx search a").exits(0).says(&[doubt]);
    age(&bench, "exact_at", 25 * 3600);
    bench.run(sync).exits(0).says(&["the vendor does not count, and everything was last read", "1 removed"]);
    bench.run(&format!("-q --local -p demo-chatbotx show {gone}")).exits(5);
    let ran = bench.run("--local -p demo-chatbotx search a").exits(0);
    assert!(!ran.stderr.contains("deleted"), "{ran:#?}");
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

/// What only a person can mend is not tried for ever.
#[test]
fn a_watch_ends_where_a_token_is_refused() {
    let bench = Bench::failing(20, &["chatwoot:401"]);
    bench.run("-p demo-chatwoot sync --watch 1s").exits(4);
    bench.run("-p nobody sync --watch 1s").exits(5);
}
