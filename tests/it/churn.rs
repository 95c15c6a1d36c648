//! Everything is asked for while contacts come, go and move: the verdict must never promise more than what was printed.

use std::collections::BTreeSet;

use contacts::sandbox::{Change, ChangeKind, SandboxOptions, Settings, Ties, Vendor};

use super::harness::{Bench, ids};

/// Schedules drawn for each vendor; `CONTACTS_TEST_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("CONTACTS_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(30)
}

/// What changes, and how often.
fn schedule(random: &mut fastrand::Rng, vendor: Vendor) -> String {
    let mut kinds = vec!["append", "rename", "flip"];
    if matches!(vendor, Vendor::Rocketchat | Vendor::Chatbotx) {
        kinds.extend(["delete", "insert"]);
    } else {
        // A deletion and an entry in the middle between the same two requests cancel out in the counts: page numbers of
        // a fixed size cannot tell. `flip` alone does both where unknown contacts are not listed.
        kinds = vec!["append", "rename", *random.choice(["delete", "insert"].iter()).unwrap()];
    }
    let mut words: Vec<String> = Vec::new();
    for kind in kinds {
        let times = random.u32(..3);
        if times > 0 {
            words.push(format!("{kind}={times}"));
        }
    }
    words.push(format!("every={},seed={}", random.u32(1..4), random.u32(1..10_000)));
    if random.bool() {
        words.push(format!("until={}", random.u32(2..12)));
    }
    words.join(",")
}

/// Schedules that once led to a walk without end (ChatbotX) and to a wrong `exact` (Rocket.Chat).
const FOUND: [u64; 2] = [47, 73];

fn walk_under_churn(vendor: Vendor) {
    let mut exact = 0;
    for seed in (0..rounds()).chain(FOUND) {
        let mut random = fastrand::Rng::with_seed(seed);
        let churn = schedule(&mut random, vendor);
        let contacts = random.usize(1..400);
        let concurrency = random.choice([1, 2, 8, 32]).unwrap();
        // Contacts of one creation time change places from page to page with every other seed.
        let ties = if seed % 2 == 0 { Ties::Wandering } else { Ties::Stable };
        let options = SandboxOptions {
            contacts,
            seed: 1 + seed,
            settings: Settings { ties, ..Settings::default() },
            churn: Some(churn.parse().unwrap()),
            ..SandboxOptions::default()
        };
        let bench = Bench::with(options);
        let world = bench.sandbox.as_ref().unwrap().world();
        let before = world.ids(vendor);
        let page = if random.bool() { format!(" --page-size {}", random.u32(11..60)) } else { String::new() };
        let ran = bench.run(&format!(
            "-p demo-{vendor} list --all -o ndjson --concurrency {concurrency}{page} --report report.json"
        ));
        let context = format!(
            "{vendor}, seed {seed}: {contacts} contacts, {churn}, {concurrency} at once{page}: exit {}, {}",
            ran.code, ran.stderr
        );
        let printed = ids(&ran.lines());
        let distinct: BTreeSet<&String> = printed.iter().collect();
        assert_eq!(distinct.len(), printed.len(), "a contact came twice: {context}");
        assert!(matches!(ran.code, 0 | 9), "{context}");
        let report = std::fs::read_to_string(bench.path("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let verdict = report["profiles"][0]["verdict"].as_str().unwrap().to_owned();
        assert!(matches!(verdict.as_str(), "exact" | "changed"), "{context}");
        assert_eq!(ran.code, if verdict == "exact" { 0 } else { 9 }, "{context}");
        if verdict != "exact" {
            continue;
        }
        exact += 1;
        let changes = world.changes();
        let moved = |id: &String| {
            let left =
                |kind| kind == ChangeKind::Deleted || (kind == ChangeKind::Flipped && vendor != Vendor::Rocketchat);
            changes.iter().any(|Change { vendor: of, kind, id: changed }| *of == vendor && changed == id && left(*kind))
        };
        let listed = |id: &&String| match vendor {
            Vendor::Rocketchat | Vendor::Chatbotx => true,
            Vendor::Livedesk | Vendor::Chatwoot => world.unknown(vendor, id) == Some(false),
        };
        for survivor in before.iter().filter(|id| !moved(id)).filter(listed) {
            assert!(distinct.contains(survivor), "{survivor} was lost: {context}");
        }
    }
    assert!(exact > 0, "no walk of {vendor} was ever proved: this test says nothing");
}

#[test]
fn rocketchat_is_never_called_exact_wrongly() {
    walk_under_churn(Vendor::Rocketchat);
}

#[test]
fn livedesk_is_never_called_exact_wrongly() {
    walk_under_churn(Vendor::Livedesk);
}

#[test]
fn chatbotx_is_never_called_exact_wrongly() {
    walk_under_churn(Vendor::Chatbotx);
}

#[test]
fn chatwoot_is_never_called_exact_wrongly() {
    walk_under_churn(Vendor::Chatwoot);
}

#[test]
fn nobody_is_lost_among_those_that_an_import_made_at_once() {
    for vendor in [Vendor::Chatwoot, Vendor::Livedesk] {
        for (contacts, concurrency) in [(40, 1), (400, 1), (400, 8)] {
            let settings = Settings { ties: Ties::Wandering, ..Settings::default() };
            let bench = Bench::with(SandboxOptions { contacts, settings, ..SandboxOptions::default() });
            let ran = bench.run(&format!("-p demo-{vendor} list --all -o ndjson --concurrency {concurrency}"));
            assert_eq!(ran.code, 0, "{vendor}, {contacts} contacts: {}", ran.stderr);
            let printed: BTreeSet<String> = ids(&ran.lines()).into_iter().collect();
            let world = bench.sandbox.as_ref().unwrap().world();
            let listed = world.ids(vendor).into_iter().filter(|id| world.unknown(vendor, id) == Some(false));
            let listed: BTreeSet<String> = listed.collect();
            assert_eq!(printed, listed, "{vendor}, {contacts} contacts");
            // Up to a limit less is asked for; what that may have lost is told.
            if contacts == 400 {
                let ran = bench.run(&format!("-p demo-{vendor} list --limit 200 --sort created_at -o ndjson"));
                assert!(ran.code == 0 && ran.stderr.contains("came on two pages"), "{vendor}: {}", ran.stderr);
            }
        }
    }
}
