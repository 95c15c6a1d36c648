//! `--refresh`: what is shown is what the vendor has now, and the mirror learns of it.

use serde_json::Value;

use super::{EACH, bench, requests, world};
use crate::harness::{VENDORS, ids};

#[test]
fn refresh_shows_contacts_as_they_are_and_puts_the_mirror_right() {
    let bench = bench(60);
    bench.run("-q -A sync").exits(0);
    for (name, vendor) in EACH {
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
