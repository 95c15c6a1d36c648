//! The fault matrix: everything that can go wrong with a server, with every vendor, in every streaming format.
//!
//! Each cell asserts the rows, the exit code, the verdict of the report and that the output is well-formed.

use std::collections::HashSet;

use contacts::sandbox::{FAULT_KINDS, Fault, Sandbox, SandboxOptions, Vendor};
use serde_json::Value;

use crate::contract::{Schema, validate};
use crate::harness::{Bench, Ran, VENDORS};

/// So many contacts that every vendor needs several pages.
const CONTACTS: usize = 120;

/// How a walk through a fault must end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// With an error of this code; exit 9 once a row is out.
    Fails(u8),
    /// As if nothing had happened.
    Whole,
    /// Either way, as long as the verdict is true.
    Honest,
}

/// The faults, from the second request on or as said, and how a walk through them ends without a retry.
const FAULTS: &[(&str, End)] = &[
    ("reset@2x*", End::Fails(6)),
    ("hang@2x*", End::Fails(6)),
    ("slow=3", End::Whole),
    ("drip=1@2", End::Whole),
    ("truncate@2x*", End::Fails(6)),
    ("500@2x*", End::Fails(8)),
    ("503@2x*", End::Fails(8)),
    ("404@3x*", End::Fails(8)),
    ("403@3x*", End::Fails(4)),
    ("429=50@2x*", End::Fails(7)),
    ("revoke@3", End::Fails(4)),
    ("html@2x*", End::Fails(8)),
    ("empty@2x*", End::Fails(8)),
    ("garbage@2x*", End::Fails(8)),
    ("wrong-type@2x*", End::Honest),
    ("null-list@2x*", End::Honest),
    ("empty-list@2", End::Honest),
    ("empty-list@4", End::Honest),
    ("empty-list@6", End::Honest),
    ("success-false@2x*", End::Fails(8)),
    ("badgzip@2x*", End::Fails(8)),
    ("deep@2x*", End::Fails(8)),
    ("redirect=http://127.0.0.1:1/@2x*", End::Fails(8)),
    ("redirect-same@2x*", End::Fails(8)),
    ("ignore-page", End::Honest),
    ("ignore-page@3", End::Honest),
    ("lie-total", End::Honest),
    ("lie-total@3", End::Honest),
];

const FORMATS: &[&str] = &["ndjson", "csv", "json"];

/// A sandbox in which a fault hits one vendor, after a run that failed at will.
fn cell(vendor: &str, fault: &str) -> Bench {
    let fault: Fault = format!("{vendor}:{fault}").parse().unwrap();
    Bench::with(SandboxOptions { contacts: CONTACTS, faults: vec![fault], ..SandboxOptions::default() })
}

fn all_ids(sandbox: &Sandbox, vendor: &str) -> HashSet<String> {
    sandbox.world().ids(vendor.parse::<Vendor>().unwrap()).into_iter().collect()
}

/// The ids that were printed; panics if the output is not well-formed.
fn printed(ran: &Ran, format: &str) -> Vec<String> {
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    match format {
        "ndjson" => {
            assert!(ran.stdout.is_empty() || ran.stdout.ends_with('\n'));
            ran.lines().iter().map(id).collect()
        }
        "json" => ran.json().as_array().unwrap().iter().map(id).collect(),
        _ => {
            let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
            assert_eq!(reader.headers().unwrap().get(0), Some("id"), "the header is always there: {ran:#?}");
            reader.records().map(|record| record.unwrap()[0].to_owned()).collect()
        }
    }
}

/// Runs one cell; the error says what is wrong with it.
fn check(vendor: &str, fault: &str, end: End, format: &str) -> Result<(), String> {
    let bench = cell(vendor, fault);
    // What comes slowly must come in the end; what hangs need not be waited for long.
    let timeout = if matches!(end, End::Whole) { "20s" } else { "700ms" };
    let options = "-q --max-retries 0 --max-wait 1s --report report.json";
    let ran = bench.run(&format!("{options} --timeout {timeout} -p demo-{vendor} list --all -o {format}"));
    let report: Value = serde_json::from_slice(&std::fs::read(bench.path("report.json")).unwrap()).unwrap();
    validate(Schema::Report, &report);
    let told = &report["profiles"][0];
    let rows = printed(&ran, format);
    let unique: HashSet<String> = rows.iter().cloned().collect();
    let there = listed(bench.sandbox.as_ref().unwrap(), vendor);
    let verdict = told["verdict"].as_str().unwrap();
    let whole = unique == there;
    let problem = |what: &str| {
        let said: String = ran.stderr.chars().take(500).collect();
        Err(format!(
            "{vendor} {fault} {format}: {what}; exit {}, {} of {} rows, {told}, {said}",
            ran.code,
            rows.len(),
            there.len()
        ))
    };
    if unique.len() != rows.len() {
        return problem("a row came twice");
    }
    if !unique.is_subset(&there) {
        return problem("a row nobody has");
    }
    if told["rows"] != rows.len() || report["exit_code"] != ran.code {
        return problem("the report does not tell what was done");
    }
    if verdict == "exact" && !whole {
        return problem("exact, but rows are missing");
    }
    if (verdict == "exact") != (ran.code == 0) {
        return problem("the exit code does not go with the verdict");
    }
    if (ran.code == 0) != ran.stderr.is_empty() && end != End::Honest {
        return problem("an error is said exactly when there is one");
    }
    match end {
        End::Whole if ran.code != 0 || !whole => problem("nothing should have gone wrong"),
        End::Fails(code) => {
            if verdict != "partial" {
                return problem("the walk was cut short");
            }
            if told["error"]["code"] != code {
                return problem(&format!("the error should be {code}"));
            }
            if ran.code != if rows.is_empty() { i32::from(code) } else { 9 } {
                return problem("the exit code is another");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Everything the vendor lists; Chatwoot's family hides visitors without an address.
fn listed(sandbox: &Sandbox, vendor: &str) -> HashSet<String> {
    let all = all_ids(sandbox, vendor);
    if matches!(vendor, "rocketchat" | "chatbotx") {
        return all;
    }
    let twin = Bench::with(SandboxOptions { contacts: CONTACTS, ..SandboxOptions::default() });
    let ran = twin.run(&format!("-q -p demo-{vendor} list --all -o ndjson")).exits(0);
    let listed: HashSet<String> = printed(&ran, "ndjson").into_iter().collect();
    assert!(listed.len() > CONTACTS / 2 && listed.is_subset(&all));
    listed
}

fn matrix(vendor: &str) {
    let problems: Vec<String> = FAULTS
        .iter()
        .flat_map(|(fault, end)| FORMATS.iter().map(move |format| (fault, end, format)))
        .filter_map(|(fault, end, format)| check(vendor, fault, *end, format).err())
        .collect();
    assert!(problems.is_empty(), "{} cells:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn rocketchat() {
    matrix("rocketchat");
}

#[test]
fn livedesk() {
    matrix("livedesk");
}

#[test]
fn chatbotx() {
    matrix("chatbotx");
}

#[test]
fn chatwoot() {
    matrix("chatwoot");
}

#[test]
fn bodies_without_end_are_cut_off() {
    for (vendor, fault) in [("rocketchat", "bomb@2x*"), ("chatwoot", "huge@2x*")] {
        check(vendor, fault, End::Fails(8), "ndjson").unwrap();
    }
}

/// The counts all agree, and are wrong: what came before tells.
#[test]
fn a_vendor_that_lists_nobody_any_more_is_not_believed() {
    for vendor in VENDORS {
        for from in 3..9 {
            let bench = cell(vendor, &format!("empty-list@{from}"));
            let line = format!("-q --report report.json -p demo-{vendor} list --all -o ndjson");
            let rows = printed(&bench.run(&line), "ndjson").len();
            let report: Value = serde_json::from_slice(&std::fs::read(bench.path("report.json")).unwrap()).unwrap();
            let verdict = &report["profiles"][0]["verdict"];
            let whole = rows == listed(bench.sandbox.as_ref().unwrap(), vendor).len();
            assert!(whole || verdict == "changed", "{vendor}, from {from}: {rows} rows, {report}");
        }
    }
}

#[test]
fn what_is_worth_it_is_tried_again() {
    for vendor in VENDORS {
        for fault in ["reset@2", "truncate@2", "500@2", "503@2", "badgzip@2", "429=1@2"] {
            if (vendor, fault) == ("chatwoot", "429=1@2") {
                continue; // It tells no time to wait but the next minute's beginning.
            }
            let bench = cell(vendor, fault);
            let line = format!("-q --max-retries 1 --report - -p demo-{vendor} list --all -o ndjson");
            let ran = bench.run(&line).exits(0);
            let report: Value = serde_json::from_str(&ran.stderr).unwrap();
            let told = &report["profiles"][0];
            assert_eq!(told["verdict"], "exact", "{vendor} {fault}: {told}");
            assert_eq!(told["retries"], 1, "{vendor} {fault}: {told}");
            // One that was under way when the end was found may never have been sent.
            let sent = bench.requests() as u64;
            assert!((sent..=sent + 1).contains(&told["requests"].as_u64().unwrap()), "{vendor} {fault}: {told}");
            assert_eq!(printed(&ran, "ndjson").len(), listed(bench.sandbox.as_ref().unwrap(), vendor).len());
        }
    }
}

#[test]
fn what_is_not_worth_it_is_not_tried_again() {
    for vendor in VENDORS {
        for fault in ["401", "403", "html", "success-false"] {
            let bench = cell(vendor, fault);
            bench.run(&format!("--max-retries 3 -p demo-{vendor} list"));
            assert_eq!(bench.requests(), 1, "{vendor} {fault}");
        }
    }
}

#[test]
fn every_kind_of_fault_is_in_the_matrix() {
    let tried: Vec<&str> = FAULTS.iter().map(|(fault, _)| fault.split(['@', '=']).next().unwrap()).collect();
    for (kind, _) in FAULT_KINDS {
        let word = kind.split('=').next().unwrap();
        assert!(tried.contains(&word) || matches!(word, "STATUS" | "bomb" | "huge"), "{word}");
    }
}
