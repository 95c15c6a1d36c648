//! The local mirror from outside: syncs, answers from it and their age, and what may never happen to it.

mod answers;
mod churn;
mod encryption;
mod files;
mod labels;
mod looking;
mod refresh;
mod sync;

use std::path::PathBuf;

use contacts::sandbox::{SandboxOptions, Vendor, World};
use serde_json::Value;

use crate::harness::{Bench, Ran};

/// The vendors by the names of their profiles.
const EACH: [(&str, Vendor); 4] = [
    ("rocketchat", Vendor::Rocketchat),
    ("livedesk", Vendor::Livedesk),
    ("chatbotx", Vendor::Chatbotx),
    ("chatwoot", Vendor::Chatwoot),
];

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

/// All contacts by id, as a listing of everything prints them; without the labels that only the mirror has at hand.
fn everything(bench: &Bench, options: &str) -> Vec<Value> {
    let mut rows = bench.run(&format!("-q {options} list --all -o ndjson")).exits(0).lines();
    rows.iter_mut().for_each(without_labels);
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows
}

fn without_labels(row: &mut Value) {
    if row["vendor"] == "chatwoot" {
        row["labels"] = Value::Array(Vec::new());
    }
}

fn requests(bench: &Bench, line: &str) -> (usize, Ran) {
    let before = bench.requests();
    let ran = bench.run(line);
    (bench.requests() - before, ran)
}

/// Asserts that the mirror of a profile holds what its vendor has.
#[track_caller]
fn assert_mirrored(bench: &Bench, name: &str) {
    assert_same(
        &everything(bench, &format!("--local -p demo-{name}")),
        &everything(bench, &format!("-p demo-{name}")),
        name,
    );
}

/// Asserts that two listings are equal, and tells where they are not.
#[track_caller]
fn assert_same(mirror: &[Value], vendor: &[Value], what: &str) {
    let without = |rows: &[Value], others: &[Value]| {
        let missing = rows.iter().filter(|row| !others.contains(row));
        missing.map(|row| format!("{} {} {}", row["id"], row["name"], row["updated_at"])).collect::<Vec<_>>()
    };
    let (only_mirror, only_vendor) = (without(mirror, vendor), without(vendor, mirror));
    assert!(mirror == vendor, "{what}: only in the mirror {only_mirror:#?}, only at the vendor {only_vendor:#?}");
}
