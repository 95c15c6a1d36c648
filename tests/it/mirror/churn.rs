//! The mirror is what the vendor is, also while contacts come, go and change.

use std::collections::BTreeSet;

use contacts::sandbox::{Churn, SandboxOptions, Vendor};

use super::{EACH, assert_mirrored, everything, world};
use crate::harness::{Bench, ids};

/// Requests after which the vendors come to rest.
const UNTIL: u64 = 50;

fn stirred(vendors: &[(&str, Vendor)], churn: &str, seed: u32) {
    let churn = format!("{churn},seed={seed},until={UNTIL}").parse::<Churn>().unwrap();
    let now = jiff::Timestamp::now();
    let bench = Bench::with(SandboxOptions { contacts: 150, now, churn: Some(churn), ..SandboxOptions::default() });
    let mut exact = 0;
    for &(name, vendor) in vendors {
        let everybody = || world(&bench).ids(vendor).into_iter().collect::<BTreeSet<String>>();
        // Chatwoot and LiveDesk do not list who has no address.
        let listed =
            |id: &String| name == "rocketchat" || name == "chatbotx" || !world(&bench).unknown(vendor, id).unwrap();
        while world(&bench).requests(vendor) < UNTIL {
            let before = everybody();
            let ran = bench.run(&format!("-p demo-{name} sync"));
            assert!(matches!(ran.code, 0 | 9), "{ran:#?}");
            if ran.code == 9 {
                continue;
            }
            exact += 1;
            let flipped: BTreeSet<String> = world(&bench).changes().into_iter().map(|change| change.id).collect();
            let mirrored = ids(&everything(&bench, &format!("--local -p demo-{name}")));
            let lost: Vec<String> = everybody()
                .intersection(&before)
                .filter(|id| !flipped.contains(*id) && listed(id) && !mirrored.contains(id))
                .cloned()
                .collect();
            assert!(lost.is_empty(), "{name}, seed {seed}: {lost:?}");
        }
        bench.run(&format!("-p demo-{name} sync")).exits(0);
        assert_mirrored(&bench, name);
        if name == "chatwoot" {
            super::labels::assert_labels(&bench);
        }
    }
    assert!(exact > 0, "seed {seed}: no sync was exact");
    bench.run("mirror verify --sample 20").exits(0).says(&["0 problems"]);
}

#[test]
fn what_is_walked_in_full_is_what_the_vendor_has() {
    let walked = [EACH[1], EACH[3]];
    (1..=3).for_each(|seed| stirred(&walked, "delete=1,append=1,insert=1,rename=2,flip=1,every=14", seed));
}

#[test]
fn what_is_read_by_increments_is_what_the_vendor_has() {
    // No inserts: the sandbox gives them an old time of change, which no increment can see.
    let incremented = [EACH[0], EACH[2]];
    (1..=2).for_each(|seed| stirred(&incremented, "delete=1,append=1,rename=2,flip=1,every=2", seed));
    (3..=4).for_each(|seed| stirred(&incremented, "append=1,rename=1,every=1", seed));
}
