//! `contacts mirror`, `diff` and `log`: looking after the mirror and into its past.

use std::fs;

use contacts::mirror::{Mode, Pass, Proof, Store, SyncTarget};

use super::{EACH, bench, database, everything, requests, world};
use crate::harness::{Bench, VENDORS, ids};

#[test]
fn verify_compares_a_sample_with_the_vendors() {
    let mut bench = bench(40);
    bench.run("-q -A sync").exits(0);
    let ran = bench.run("mirror verify").exits(0).says(&["contacts checked, 0 problems"]);
    for vendor in VENDORS {
        let line = format!("demo-{vendor}: 5 compared with the vendor: 5 alike\n");
        assert!(ran.stderr.contains(&line), "{ran:#?}");
    }
    let (asked, _) = requests(&bench, "mirror verify --sample 0");
    assert_eq!(asked, 0);
    // What changed since is told, and is no damage.
    for (name, vendor) in EACH {
        let stored = ids(&everything(&bench, &format!("--local -p demo-{name}")));
        let (id, alike) = (&stored[5], stored.len() - 1);
        world(&bench).rename(vendor, id, "Renamed Since");
        let verify = format!("mirror verify --sample 100 -p demo-{name}");
        bench.run(&verify).exits(0).says(&[&format!(": {alike} alike, 1 changed since 2"), "0 problems"]);
        world(&bench).delete(vendor, id);
        let gone = if name == "livedesk" { "changed" } else { "gone" };
        bench.run(&verify).exits(0).says(&[&format!(": {alike} alike, 1 {gone} since 2"), "0 problems"]);
    }
    // What is stored otherwise although it did not change is damage.
    let id = world(&bench).ids(EACH[0].1)[7].clone();
    let mut store = Store::open(&database(&bench), Mode::Write).unwrap();
    let mut contact = store.contact("demo-rocketchat", &id).unwrap();
    contact.name = Some("Somebody Else".into());
    let target = SyncTarget { profile: "demo-rocketchat", vendor: "rocketchat", account: None, server: None };
    let now = jiff::Timestamp::now();
    let mut batch = store.begin_sync(&target, Pass::Repair, now).unwrap();
    batch.page(vec![contact], None, now).unwrap();
    batch.finish(Proof::Exact, now).unwrap();
    drop(store);
    let ran = bench.run("mirror verify --sample 100 -p demo-rocketchat").exits(1);
    ran.says(&[&format!("contact `{id}` is stored with another name than the vendor has"), "sync --full", "1 problem"]);
    // Who cannot be asked is not compared.
    bench.sandbox = None;
    let ran = bench.run("--max-retries 0 mirror verify").exits(0);
    ran.says(&["demo-chatwoot: not compared with the vendor: ", "0 problems"]);
    bench.configure("");
    bench.run("mirror verify").exits(0).says(&["no such profile is configured", "0 problems"]);
}

#[test]
fn status_counts_and_dates_every_profile() {
    let bench = bench(30);
    bench.run("mirror status").exits(0).says(&["there is no mirror yet"]);
    bench.run("-q -p demo-chatwoot,demo-livedesk sync").exits(0);
    let status = bench.run("mirror status -o json").exits(0).json();
    let names: Vec<_> = status.as_array().unwrap().iter().map(|profile| profile["profile"].clone()).collect();
    assert_eq!(names, ["demo-chatwoot", "demo-livedesk"]);
    for profile in status.as_array().unwrap() {
        let there = everything(&bench, &format!("-p {}", profile["profile"].as_str().unwrap())).len();
        assert_eq!((&profile["contacts"], &profile["verdict"]), (&there.into(), &"exact".into()), "{profile}");
        assert_eq!((&profile["unfinished"], &profile["missing"]), (&false.into(), &0.into()), "{profile}");
        assert!(profile["as_of"].is_string() && profile["as_of"] == profile["exact_at"], "{profile}");
    }
}

#[test]
fn rebuild_makes_a_lost_index_anew() {
    let bench = bench(50);
    bench.run("-q -p demo-rocketchat sync").exits(0);
    let search = "-q --local -p demo-rocketchat search a --all -o ndjson";
    let found = bench.run(search).exits(0).stdout;
    assert!(found.lines().count() > 3);
    let connection = rusqlite::Connection::open(database(&bench)).unwrap();
    connection.execute("DELETE FROM posting", []).unwrap();
    drop(connection);
    assert_eq!(bench.run(search).stdout, "");
    bench.run("mirror verify --sample 0").exits(1).says(&["the index misses contacts"]);
    let (asked, ran) = requests(&bench, "mirror rebuild");
    ran.exits(0).says(&["50 contacts"]);
    assert_eq!(asked, 0, "no network is needed");
    bench.run("mirror verify --sample 0").exits(0);
    assert_eq!(bench.run(search).exits(0).stdout, found);
}

#[test]
fn forget_leaves_no_trace() {
    let bench = bench(50);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let rows = bench.run("-q --local -p demo-chatwoot list --all -o json").exits(0).json();
    let contact = rows.as_array().unwrap().iter().find(|row| row["emails"][0]["address"].is_string()).unwrap();
    let (id, email) = (contact["id"].as_str().unwrap(), contact["emails"][0]["address"].as_str().unwrap());
    let holds = |text: &str| memchr::memmem::find(&fs::read(database(&bench)).unwrap(), text.as_bytes()).is_some();
    assert!(holds(email));
    bench.run("mirror forget").exits(2);
    bench.run("mirror forget no-such-id").exits(5);
    bench.run("log no-such-id").exits(5).says(&["no mirrored profile holds a contact `no-such-id`"]);
    bench.run(&format!("mirror forget -p demo-chatwoot {id}")).exits(0).says(&["1 contact forgotten"]);
    assert!(!holds(email));
    bench.run(&format!("-q --local -p demo-chatwoot show {id}")).exits(5);
    let left = rows.as_array().unwrap().len() - 1;
    bench.run("-q -p demo-livedesk sync").exits(0);
    // What completions offer was read from its contacts.
    let labels = bench.path(".cache/contacts/labels.json");
    fs::create_dir_all(labels.parent().unwrap()).unwrap();
    fs::write(&labels, r#"{"demo-chatwoot":["vip"],"demo-livedesk":["new"]}"#).unwrap();
    bench.run("mirror forget -p demo-chatwoot").exits(0).says(&[&format!("{left} contacts forgotten")]);
    assert_eq!(fs::read_to_string(&labels).unwrap(), r#"{"demo-livedesk":["new"]}"#);
    bench.run("-q --local -p demo-chatwoot list").exits(3);
    assert_eq!(bench.run("mirror status -o json").json().as_array().unwrap().len(), 1);
    bench.run("mirror verify --sample 0").exits(0).says(&["0 problems"]);
    bench.run("-q --local -p demo-livedesk list").exits(0);
}

#[test]
fn diff_and_log_tell_what_changed() {
    let bench = bench(40);
    bench.run("diff").exits(3).says(&["contacts sync"]);
    bench.run("-q -A sync").exits(0);
    bench.run("diff").exits(0).says(&["no change"]);
    let mut renamed = Vec::new();
    for (name, vendor) in EACH {
        let all = ids(&everything(&bench, &format!("-p demo-{name}")));
        world(&bench).rename(vendor, &all[2], &format!("New {name}"));
        world(&bench).delete(vendor, &all[3]);
        renamed.push((name, all[2].clone(), all[3].clone()));
    }
    bench.run("-q -A sync --full").exits(0);
    let changes = bench.run("diff --since 1h -o json").exits(0).json();
    assert_eq!(changes.as_array().unwrap().len(), 8, "{changes:#}");
    for (name, id, gone) in &renamed {
        let log = bench.run(&format!("log -p demo-{name} {id} -o json")).exits(0).json();
        assert_eq!((&log[0]["field"], &log[0]["new"]), (&"name".into(), &format!("New {name}").into()));
        assert!(log[0]["old"].is_string() && log[0]["seen_at"].is_string(), "{log:#}");
        let log = bench.run(&format!("log -p demo-{name} {gone} -o json")).exits(0).json();
        assert_eq!((&log[0]["field"], &log[0]["new"]), (&"contact".into(), &serde_json::Value::Null));
        let diff = bench.run(&format!("diff -p demo-{name} -o json")).exits(0).json();
        assert_eq!(diff.as_array().unwrap().len(), 2, "{diff:#}");
    }
    let csv = bench.run("diff -o csv").exits(0).stdout;
    assert_eq!(csv.lines().next().unwrap(), "seen_at,profile,contact_id,field,old,new");
    bench.run("diff --since 2100-01-01").exits(0).says(&["no change"]);
    bench.run("diff --since soon").exits(2);
}
/// A name that is neither stored nor configured is a mistake; one that is only stored is not.
#[test]
fn only_profiles_that_exist_are_looked_after() {
    let bench = Bench::new();
    let lines = ["mirror status", "mirror verify --sample 0", "diff", "log x", "mirror forget", "mirror forget x"];
    let makes_no_database = |line: &str| {
        let ran = bench.run(line);
        assert_eq!(ran.code, 3, "{line}: {ran:#?}");
        assert!(!database(&bench).exists(), "{line}");
    };
    ["mirror rebuild", "-p demo-rocketchat mirror forget"].into_iter().for_each(makes_no_database);
    for stored in [false, true] {
        if stored {
            bench.run("-q -p demo-rocketchat sync").exits(0);
        }
        for line in lines {
            let ran = bench.run(&format!("-p nobody {line}"));
            assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{line}: {ran:#?}");
        }
    }
    // Configured, and not mirrored yet.
    assert_eq!(bench.run("-p demo-chatwoot mirror status").code, 0);
    assert_eq!(bench.run("-p demo-chatwoot diff").code, 3);
    let status = bench.run("-p demo-rocketchat,demo-chatwoot mirror status -o csv").exits(0).stdout;
    assert_eq!(status.lines().count(), 2, "{status}");
    // Stored, and not configured any more.
    bench.configure("");
    for line in ["mirror status", "mirror verify --sample 0", "diff"] {
        bench.run(&format!("-p demo-rocketchat {line}")).exits(0);
    }
    bench.run("-p demo-rocketchat mirror forget").exits(0);
}

/// What cannot be looked at is not said to be missing.
#[test]
fn a_folder_that_is_none_is_told() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path(".local/share")).unwrap();
    fs::write(bench.path(".local/share/contacts"), "").unwrap();
    let ran = bench.run("mirror status");
    assert!(ran.code != 0 && !ran.stderr.contains("no mirror yet"), "{ran:#?}");
}
