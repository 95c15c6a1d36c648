//! Labels that contacts do not carry: read beside them, known wholly or refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use contacts::sandbox::{Hook, RequestNote, SandboxOptions, Vendor, World};
use serde_json::{Value, json};

use super::{bench, database, everything, requests, world};
use crate::harness::{Bench, ids};

const LABELS: [&str; 8] = ["vip", "new-lead", "billing", "refund", "wholesale", "beta", "newsletter", "do_not_call"];
const LOCAL: &str = "--local -p demo-chatwoot";
const SYNC: &str = "-p demo-chatwoot sync";

fn labelled(bench: &Bench, options: &str, label: &str) -> Vec<String> {
    let ran = bench.run(&format!("-q {options} list --label {label} --all -o ndjson")).exits(0);
    let mut ids = ids(&ran.lines());
    ids.sort_unstable();
    ids
}

/// Asserts that the mirror says of every label and contact what the vendor says.
#[track_caller]
pub fn assert_labels(bench: &Bench) {
    for label in LABELS {
        assert_eq!(labelled(bench, LOCAL, label), labelled(bench, "-p demo-chatwoot", label), "{label}");
    }
    let labels = |options: &str| {
        let ran = bench.run(&format!("-q {options} list --all -o ndjson --columns id,labels")).exits(0);
        let mut rows: Vec<(String, Vec<String>)> = ran.lines().iter().map(labels_of).collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!(labels(LOCAL), labels("-p demo-chatwoot"));
}

fn labels_of(row: &Value) -> (String, Vec<String>) {
    let mut labels: Vec<String> =
        row["labels"].as_array().unwrap().iter().map(|label| label.as_str().unwrap().to_owned()).collect();
    labels.sort_unstable();
    (row["id"].as_str().unwrap().to_owned(), labels)
}

/// The labels of a contact as the mirror has them.
fn stored(bench: &Bench, id: &str) -> Vec<String> {
    labels_of(&bench.run(&format!("-q {LOCAL} show {id} -o json")).exits(0).json()[0]).1
}

fn log(bench: &Bench, id: &str) -> Vec<Value> {
    let log = bench.run(&format!("-q log -p demo-chatwoot {id} -o json")).exits(0).json();
    log.as_array().unwrap().iter().map(|change| json!([change["field"], change["old"], change["new"]])).collect()
}

/// Listed contacts and their ids.
fn listed(bench: &Bench) -> Vec<String> {
    ids(&everything(bench, "-p demo-chatwoot"))
}

fn refused(bench: &Bench, line: &str, parts: &[&str]) {
    let (asked, ran) = requests(bench, line);
    assert_eq!(asked, 0, "{line}");
    ran.exits(2).says(parts);
}

#[test]
fn labels_are_those_of_the_vendor_also_when_they_change() {
    let bench = bench(150);
    let world = world(&bench);
    let (asked, ran) = requests(&bench, SYNC);
    ran.exits(0).says(&[&format!("{asked} requests, "), " of them for 8 labels"]);
    assert_labels(&bench);
    let ids = listed(&bench);
    assert!(log(&bench, &ids[3]).is_empty(), "a first look is no change");
    // One gets all, one loses all, one another, and one that is not on the account's list.
    let before = stored(&bench, &ids[0]);
    world.label(Vendor::Chatwoot, &ids[0], &["beta", "vip", "secret"]);
    world.label(Vendor::Chatwoot, &ids[1], &[]);
    world.label(Vendor::Chatwoot, &ids[2], &LABELS);
    bench.run(SYNC).exits(0);
    for label in LABELS {
        assert_eq!(labelled(&bench, LOCAL, label), labelled(&bench, "-p demo-chatwoot", label), "{label}");
    }
    assert_eq!(stored(&bench, &ids[0]), ["beta", "vip"]);
    assert_eq!(stored(&bench, &ids[1]), Vec::<String>::new());
    let changes = log(&bench, &ids[0]);
    for label in ["beta", "vip"].into_iter().filter(|label| !before.iter().any(|had| had == label)) {
        assert!(changes.iter().any(|change| change[0] == "label" && change[2] == label), "{changes:?}");
    }
    world.label(Vendor::Chatwoot, &ids[0], &["vip"]);
    bench.run(SYNC).exits(0);
    assert_eq!(log(&bench, &ids[0]).last(), Some(&json!(["label", "beta", null])));
    let diff = bench.run("-q diff -o json").exits(0).json();
    let last = diff.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["contact_id"], &last["old"]), (&json!(ids[0]), &json!("beta")));
    // Nothing changed: nothing is written.
    bench.run(SYNC).exits(0).says(&["0 new, 0 changed, 0 removed"]);
    bench.run("mirror verify --sample 100").exits(0).says(&["0 problems"]);
    let all: Vec<_> = LABELS.iter().map(|label| labelled(&bench, LOCAL, label)).collect();
    bench.run("mirror rebuild").exits(0);
    assert_eq!(LABELS.map(|label| labelled(&bench, LOCAL, label)).to_vec(), all);
}

#[test]
fn a_label_that_is_not_on_the_list_is_refused_and_asked_of_the_vendor_where_it_may_be() {
    let bench = bench(60);
    bench.run("-q -p demo-chatwoot,demo-livedesk,demo-rocketchat sync").exits(0);
    let (id, world) = (listed(&bench)[5].clone(), world(&bench));
    world.label(Vendor::Chatwoot, &id, &["secret"]);
    let unlisted = ["`secret`", "none of the account's labels", "leave --local out", "contacts sync -p demo-chatwoot"];
    refused(&bench, &format!("{LOCAL} list --label secret"), &unlisted);
    refused(&bench, &format!("{LOCAL} channels --search a --label secret"), &unlisted);
    refused(&bench, &format!("{LOCAL} search a --label vip --label secret"), &unlisted);
    let livedesk = "--local -p demo-livedesk list --label vip";
    refused(
        &bench,
        livedesk,
        &["holds no labels of EngageLab LiveDesk, which does not list them", "leave --local out"],
    );
    bench.run(&format!("-q {LOCAL} list --label VIP")).exits(0);
    // Others answer.
    let ran = bench.run("--local -p demo-chatwoot,demo-livedesk list --label vip -o ndjson").exits(9);
    assert!(ran.says(&["demo-livedesk", "holds no labels"]).lines().iter().all(|row| row["vendor"] == "chatwoot"));
    // Where the mirror need not answer, the vendor does.
    for (options, label, mirror) in [("--max-age 1h", "vip", true), ("--max-age 1h", "secret", false)] {
        let (asked, ran) = requests(&bench, &format!("-q -p demo-chatwoot {options} list --label {label} -o ndjson"));
        assert_eq!(asked == 0, mirror, "{label}");
        assert!(!ran.exits(0).lines().is_empty(), "{label}");
    }
    let profiles = bench.sandbox.as_ref().unwrap().config_toml();
    bench.configure(&format!("{profiles}\n[defaults]\nsource = \"local\"\n"));
    refused(&bench, "-p demo-chatwoot list --label secret", &["add --max-age 0"]);
    assert_eq!(ids(&bench.run("-q -p demo-chatwoot --max-age 0 list --label secret -o ndjson").exits(0).lines()), [id]);
}

#[test]
fn a_label_that_was_taken_off_the_list_is_still_read_while_somebody_bears_it() {
    let bench = bench(60);
    bench.run(SYNC).exits(0);
    world(&bench).unlist(Vendor::Chatwoot, Some("vip"));
    bench.run(SYNC).exits(0).says(&["for 8 labels", " 0 changed"]);
    assert_labels(&bench);
    let bearers = labelled(&bench, "-p demo-chatwoot", "vip");
    assert!(!bearers.is_empty());
    for id in &bearers {
        world(&bench).label(Vendor::Chatwoot, id, &[]);
    }
    bench.run(SYNC).exits(0).says(&["for 7 labels"]);
    assert_eq!(stored(&bench, &bearers[0]), Vec::<String>::new());
    refused(&bench, &format!("{LOCAL} list --label vip"), &["none of the account's labels"]);
}

#[test]
fn an_account_without_labels_costs_one_request_more() {
    let bench = bench(60);
    world(&bench).unlist(Vendor::Chatwoot, None);
    bench.run(SYNC).exits(0).says(&["requests, 1 of them for 0 labels"]);
    assert!(bench.sandbox.as_ref().unwrap().world().log().iter().all(|note| !note.query.contains("labels=")));
    refused(&bench, &format!("{LOCAL} list --label vip"), &["none of the account's labels"]);
}

/// A bench where many are `vip`, some of whom cease to be so, and begin again, while that is asked and the switch is on.
fn crowd() -> (Bench, Arc<AtomicBool>) {
    let (switch, asked) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let on = Arc::clone(&switch);
    let hook = move |world: &World, note: &RequestNote| {
        if on.load(Ordering::Relaxed) && note.query.contains("labels=vip") {
            let asked = asked.fetch_add(1, Ordering::Relaxed);
            let id = &world.ids(Vendor::Chatwoot)[asked % 8];
            world.label(Vendor::Chatwoot, id, if asked / 8 % 2 == 0 { &[] } else { &["vip"] });
        }
    };
    let (now, hook) = (jiff::Timestamp::now(), Some(Arc::new(hook) as Hook));
    let bench = Bench::with(SandboxOptions { contacts: 150, now, hook, ..SandboxOptions::default() });
    let ids = world(&bench).ids(Vendor::Chatwoot);
    for id in ids.iter().take(60) {
        world(&bench).label(Vendor::Chatwoot, id, &["vip"]);
    }
    (bench, switch)
}

#[test]
fn a_label_that_cannot_be_proved_stays_as_it_is_stored() {
    let (bench, switch) = crowd();
    bench.run(SYNC).exits(0);
    assert_labels(&bench);
    let before = labelled(&bench, LOCAL, "vip");
    switch.store(true, Ordering::Relaxed);
    // The contacts themselves are exact.
    let ran =
        bench.run(SYNC).exits(0).says(&[", exact (", "warning: 1 of 8 labels could not be read with proof", "`vip`"]);
    assert_eq!(ran.stderr.matches("could not be read").count(), 1, "{ran:#?}");
    refused(
        &bench,
        &format!("{LOCAL} list --label vip"),
        &["could not prove who bears the label `vip`", "contacts sync"],
    );
    for id in &before {
        assert!(stored(&bench, id).contains(&"vip".to_owned()), "{id}");
    }
    assert_eq!(labelled(&bench, LOCAL, "beta"), labelled(&bench, "-p demo-chatwoot", "beta"));
    switch.store(false, Ordering::Relaxed);
    bench.run(SYNC).exits(0);
    assert_labels(&bench);
}

#[test]
fn labels_that_cannot_be_listed_are_not_known_and_not_lost() {
    // The profile, the labels.
    let bench = Bench::failing(60, &["chatwoot:404@2"]);
    bench.run(SYNC).exits(0).says(&["warning: the account's labels cannot be listed", "contacts, exact"]);
    refused(&bench, &format!("{LOCAL} list --label vip"), &["holds no labels yet", "contacts sync -p demo-chatwoot"]);
    bench.run(SYNC).exits(0);
    assert_labels(&bench);
    let bench = Bench::with(SandboxOptions { contacts: 60, ..SandboxOptions::default() });
    let (asked, _) = requests(&bench, SYNC);
    let fault = format!("chatwoot:403@{}", asked + 2);
    let bench = Bench::failing(60, &[&fault]);
    bench.run(SYNC).exits(0);
    let labels: Vec<_> = listed_locally(&bench).iter().map(labels_of).collect();
    bench.run(SYNC).exits(0).says(&["warning: the account's labels cannot be listed", " 0 changed"]);
    assert_eq!(listed_locally(&bench).iter().map(labels_of).collect::<Vec<_>>(), labels);
    refused(&bench, &format!("{LOCAL} list --label vip"), &["could not prove"]);
}

fn listed_locally(bench: &Bench) -> Vec<Value> {
    let mut rows = bench.run(&format!("-q {LOCAL} list --all -o ndjson --columns id,labels")).exits(0).lines();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows
}

#[test]
fn one_label_that_fails_spoils_no_other() {
    // The profile, the labels, and the first of the label that comes first.
    let bench = Bench::failing(60, &["chatwoot:500@3"]);
    let ran = bench.run(&format!("--max-retries 0 {SYNC}")).exits(0);
    ran.says(&["warning: 1 of 8 labels could not be read with proof", "`beta`", "contacts, exact"]);
    refused(&bench, &format!("{LOCAL} list --label beta"), &["could not prove"]);
    assert_eq!(labelled(&bench, LOCAL, "vip"), labelled(&bench, "-p demo-chatwoot", "vip"));
}

#[test]
fn a_repair_reads_labels_too_and_strips_none() {
    let bench = bench(60);
    bench.run(SYNC).exits(0);
    let (world, ids) = (world(&bench), listed(&bench));
    let bearer = labelled(&bench, LOCAL, "beta").first().unwrap().clone();
    let other = ids.iter().find(|id| **id != bearer).unwrap();
    let had = stored(&bench, &bearer);
    world.rename(Vendor::Chatwoot, &bearer, "Zebulon Quartz");
    world.label(Vendor::Chatwoot, other, &["vip", "secret"]);
    let again = format!("-q --refresh {LOCAL}");
    bench.run(&format!("{again} list -n 50 -o json")).exits(0);
    bench.run(&format!("{again} show {bearer} {other}")).exits(0);
    assert_eq!(stored(&bench, &bearer), had);
    // What is not on the list would come and go.
    assert_eq!(stored(&bench, other), ["vip"]);
    assert!(labelled(&bench, LOCAL, "vip").contains(other));
    let changes = log(&bench, other);
    assert!(changes.contains(&json!(["label", null, "vip"])), "{changes:?}");
    bench.run(SYNC).exits(0);
    assert_eq!(log(&bench, other), changes);
    // Who lost the label is no longer shown under it.
    world.label(Vendor::Chatwoot, other, &[]);
    let shown = bench.run(&format!("{again} list --label vip --limit 100 -o ndjson")).exits(0);
    assert!(!crate::harness::ids(&shown.lines()).contains(other));
    assert_eq!(labelled(&bench, LOCAL, "vip"), labelled(&bench, "-p demo-chatwoot", "vip"));
    // Labels that changed since are no damage.
    world.label(Vendor::Chatwoot, other, &["vip"]);
    bench.run("mirror verify --sample 100").exits(0).says(&["0 problems"]);
}

#[test]
fn a_repair_keeps_what_is_stored_where_labels_are_not_known() {
    let (bench, switch) = crowd();
    bench.run(SYNC).exits(0);
    let id = labelled(&bench, LOCAL, "vip").first().unwrap().clone();
    switch.store(true, Ordering::Relaxed);
    bench.run(SYNC).exits(0).says(&["could not be read with proof"]);
    world(&bench).label(Vendor::Chatwoot, &id, &[]);
    bench.run(&format!("-q --refresh {LOCAL} show {id}")).exits(0);
    assert!(stored(&bench, &id).contains(&"vip".to_owned()));
}

#[test]
fn a_walk_that_goes_on_reads_labels_again_and_claims_no_more_than_both_parts_proved() {
    let whole = bench(300);
    let (asked, _) = requests(&whole, SYNC);
    // Breaks off in the middle of the contacts, which are read last.
    for second in ["", "unlisted"] {
        let bench = Bench::failing(300, &[&format!("chatwoot:500@{}", asked - 8)]);
        if second == "unlisted" {
            world(&bench).unlist(Vendor::Chatwoot, Some("vip"));
        }
        let ran = bench.run(&format!("--max-retries 0 {SYNC}"));
        assert_ne!(ran.code, 0, "{ran:#?}");
        refused(&bench, &format!("{LOCAL} list --label beta"), &["holds no labels yet"]);
        bench.run(SYNC).exits(0).says(&[" of them for ", "270 contacts, exact", " removed since it went on; "]);
        assert_eq!(labelled(&bench, LOCAL, "beta"), labelled(&bench, "-p demo-chatwoot", "beta"));
        assert_eq!(bench.run("-q diff -o json").exits(0).json(), json!([]), "a first look is no change");
    }
    // What the first part could not list, the second cannot know.
    let bench = Bench::failing(300, &["chatwoot:404@2", "chatwoot:500@20"]);
    let ran = bench.run(&format!("--max-retries 0 {SYNC}"));
    assert_ne!(ran.code, 0, "{ran:#?}");
    bench.run(SYNC).exits(0).says(&["warning: 8 of 8 labels could not be read with proof"]);
    refused(&bench, &format!("{LOCAL} list --label vip"), &["could not prove"]);
    bench.run(SYNC).exits(0);
    assert_labels(&bench);
}

/// Makes the database what it was before it knew labels.
const BEFORE_LABELS: &str = "ALTER TABLE profile DROP COLUMN labels;
    ALTER TABLE profile DROP COLUMN server; DROP INDEX contact_gone; DROP TABLE active_list;
    DROP TABLE merged_posting; ALTER TABLE block DROP COLUMN merged;
    CREATE INDEX contact_active ON contact (profile, active DESC); PRAGMA user_version = 3";

#[test]
fn a_mirror_of_before_learns_labels_without_a_history() {
    let bench = bench(60);
    bench.run(SYNC).exits(0);
    let connection = rusqlite::Connection::open(database(&bench)).unwrap();
    connection.execute_batch(BEFORE_LABELS).unwrap();
    drop(connection);
    refused(&bench, &format!("{LOCAL} list --label vip"), &["holds no labels yet"]);
    let id = listed(&bench)[4].clone();
    world(&bench).label(Vendor::Chatwoot, &id, &["vip", "beta"]);
    bench.run(SYNC).exits(0);
    assert_labels(&bench);
    assert_eq!(log(&bench, &id), Vec::<Value>::new());
    world(&bench).label(Vendor::Chatwoot, &id, &["vip"]);
    bench.run(SYNC).exits(0);
    assert_eq!(log(&bench, &id), [json!(["label", "beta", null])]);
}
