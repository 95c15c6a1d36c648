//! `show` and `channels`.

use serde_json::Value;

use crate::harness::{Bench, Ran, VENDORS, ids};

fn some(bench: &Bench, vendor: &str, count: usize) -> Vec<Value> {
    bench.run(&format!("-q -p demo-{vendor} list -n {count} -o ndjson")).exits(0).lines()
}

#[test]
fn a_card_as_a_person_sees_it() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let found = bench.run(&format!("-q -p demo-{vendor} search ann lee -o json")).json();
        let Some(id) = found[0]["id"].as_str() else { continue };
        insta::assert_snapshot!(format!("show-{vendor}"), bench.run(&format!("-p demo-{vendor} show {id}")).snapshot());
        insta::assert_snapshot!(
            format!("channels-{vendor}"),
            bench.run(&format!("-p demo-{vendor} channels {id}")).snapshot()
        );
    }
}

#[test]
fn show_tells_what_the_list_tells() {
    let bench = Bench::new();
    for vendor in VENDORS {
        for listed in some(&bench, vendor, 5) {
            let id = listed["id"].as_str().unwrap();
            let shown = bench.run(&format!("-q -p demo-{vendor} show {id} -o json")).exits(0).is_silent().json();
            for key in ["profile", "id", "name", "emails", "phones", "company", "created_at", "custom_fields"] {
                assert_eq!(shown[0][key], listed[key], "{vendor} {id} {key}");
            }
        }
    }
}

#[test]
fn ids_come_from_standard_input_too() {
    let bench = Bench::new();
    let wanted = ids(&some(&bench, "chatwoot", 4));
    let mut command = bench.command("-q -p demo-chatwoot show - -o json".split(' '));
    let ran = Ran::of(command.write_stdin(format!("{}\n\n  {}\r\n", wanted[0], wanted[1])));
    assert_eq!(ids(ran.exits(0).json().as_array().unwrap()), wanted[..2]);
    let mut command = bench.command(["-q", "-p", "demo-chatwoot", "channels", "-", &wanted[2], "-o", "json"]);
    let ran = Ran::of(command.write_stdin(wanted[3].clone())).exits(0);
    let mut of: Vec<String> =
        ran.json().as_array().unwrap().iter().map(|row| row["contact_id"].as_str().unwrap().to_owned()).collect();
    of.dedup();
    assert_eq!(of, [wanted[3].clone(), wanted[2].clone()]);
}

#[test]
fn what_is_there_is_printed_and_what_is_not_is_told() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let there = ids(&some(&bench, vendor, 1)).remove(0);
        let line = format!("-p demo-{vendor} show 999999 {there} -o json");
        let ran = bench.run(&line).exits(5).says(&["999999"]);
        assert_eq!(ids(ran.json().as_array().unwrap()), [there]);
    }
}

#[test]
fn one_profile_that_fails_does_not_empty_the_answer() {
    let bench = Bench::failing(20, &["livedesk:401"]);
    let id = ids(&some(&bench, "chatwoot", 1)).remove(0);
    let ran = bench.run(&format!("-A --max-retries 0 show {id} -o json")).exits(9).says(&["demo-livedesk", "401"]);
    assert_eq!(ran.json()[0]["profile"], "demo-chatwoot");
}

#[test]
fn channels_of_one_kind() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let line = format!("-q -p demo-{vendor} channels --search a --channel email -o ndjson");
        let rows = bench.run(&line).exits(0).lines();
        assert!(!rows.is_empty() && rows.iter().all(|row| row["kind"] == "email"), "{vendor}: {rows:?}");
    }
}

#[test]
fn no_channels_is_not_no_contact() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let all = bench.run(&format!("-q -p demo-{vendor} list --all -o ndjson")).exits(0).lines();
        let Some(bare) = all.iter().find(|row| row["channels"].as_array().unwrap().is_empty()) else { continue };
        let id = bare["id"].as_str().unwrap();
        let ran = bench.run(&format!("-p demo-{vendor} channels {id} -o json")).exits(0);
        assert_eq!(ran.stdout, "[]\n", "{vendor}");
    }
}
