//! Blocks are merged once their segment is complete; nobody sees a difference.

use super::*;

fn people(ids: std::ops::Range<usize>, marked: &str) -> Vec<Contact> {
    ids.map(|id| {
        let mut contact = contact(id, &format!("{marked} number{id}"));
        contact.last_activity_at = time(i64::try_from(id % 7).unwrap());
        contact
    })
    .collect()
}

/// The numbers of the blocks, and whether they are merged.
fn blocks(store: &Store) -> Vec<(i64, bool)> {
    let mut statement = store.connection.prepare("SELECT id, merged FROM block ORDER BY id").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

fn found(store: &Store, words: &str) -> usize {
    let filter = Filter { words: Word::split(words), ..Filter::default() };
    store.search(&["p"], &Query { filter, limit: None, ..Query::default() }).unwrap().len()
}

fn increment(store: &mut Store, contacts: Vec<Contact>, second: i64) {
    let mut batch = store.begin_sync(&TARGET, Pass::Increment, now(second)).unwrap();
    page(&mut batch, contacts, None, now(second)).unwrap();
    batch.finish(Proof::Exact, now(second)).unwrap();
}

#[test]
fn a_complete_segment_is_merged_and_still_changes() {
    let (_folder, mut store) = store();
    let mut all = people(0..40, "crane");
    sync(&mut store, &all, 3, 0);
    assert_eq!(blocks(&store), [(0, true), (1, true), (2, true), (16, false), (17, false)]);
    let left = |sql: &str| -> i64 { store.connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(left("SELECT count(*) FROM posting WHERE key >> 48 < 16"), 0);
    assert_eq!(left("SELECT count(*) FROM active_list WHERE shelf BETWEEN 0 AND 15"), 0);
    let healthy = |store: &Store, contacts| {
        assert_eq!(store.verify().unwrap(), Verified { contacts, ..Verified::default() });
    };
    healthy(&store, 40);
    assert_eq!((found(&store, "crane"), found(&store, "number7"), found(&store, "umber1")), (40, 1, 11));

    // What changes in a merged block, and what comes in another.
    all[5] = people(5..6, "heron").remove(0);
    all.extend(people(40..60, "heron"));
    increment(&mut store, [&all[5..6], &all[40..]].concat(), 1);
    healthy(&store, 60);
    assert_eq!((found(&store, "crane"), found(&store, "heron"), found(&store, "heron number5")), (39, 21, 11));
    assert_eq!(blocks(&store).iter().filter(|(_, merged)| *merged).count(), 6);

    // What a walk does not bring any more, of a merged block too.
    all.retain(|contact| contact.id != "5" && contact.id != "9");
    sync(&mut store, &all, 7, 2);
    healthy(&store, 58);
    assert_eq!((found(&store, "crane"), found(&store, "heron")), (38, 20));

    store.forget_contact("p", "10").unwrap();
    healthy(&store, 57);
    assert_eq!(found(&store, "number10"), 0);
    store.rebuild().unwrap();
    healthy(&store, 57);
    assert_eq!((found(&store, "crane"), found(&store, "heron")), (37, 20));
    store.forget_profile("p").unwrap();
    for table in ["posting", "merged_posting", "active_list", "recency", "block"] {
        let left: i64 =
            store.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn what_an_older_version_left_unmerged_is_merged_by_the_next_sync() {
    let (_folder, mut store) = store();
    let all = people(0..75, "crane");
    sync(&mut store, &all, 5, 0);
    // As if nothing had been merged yet: rebuilt as blocks of their own.
    store
        .connection
        .execute_batch("DELETE FROM merged_posting; DELETE FROM active_list; UPDATE block SET merged = 0")
        .unwrap();
    store.rebuild().unwrap();
    assert!(blocks(&store).iter().all(|(_, merged)| !merged));
    assert_eq!(found(&store, "crane"), 75);
    increment(&mut store, Vec::new(), 1);
    assert_eq!(blocks(&store).iter().filter(|(_, merged)| *merged).count(), 9);
    assert_eq!(store.verify().unwrap(), Verified { contacts: 75, ..Verified::default() });
    assert_eq!((found(&store, "crane"), found(&store, "number74")), (75, 1));
}

#[test]
fn profiles_share_no_segment_and_what_older_versions_mixed_is_not_merged() {
    let (_folder, mut store) = store();
    let other = SyncTarget { profile: "q", account: Some("other"), ..TARGET };
    // Both at once, as `sync -A` does.
    for (round, ids) in (0..).zip([0..10, 10..20, 20..40]) {
        for target in [&TARGET, &other] {
            let mut batch = store.begin_sync(target, Pass::Increment, now(round)).unwrap();
            page(&mut batch, people(ids.clone(), "crane"), None, now(round)).unwrap();
            batch.finish(Proof::Exact, now(round)).unwrap();
        }
    }
    let of = |store: &Store, profile: i64| -> Vec<i64> {
        let mut statement = store.connection.prepare("SELECT id FROM block WHERE profile = ?1 ORDER BY id").unwrap();
        statement.query_map([profile], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let (mine, theirs) = (of(&store, 1), of(&store, 2));
    assert_eq!((mine.len(), theirs.len()), (5, 5));
    assert!(mine.iter().all(|block| theirs.iter().all(|other| block >> 4 != other >> 4)), "{mine:?} {theirs:?}");
    assert_eq!(blocks(&store).iter().filter(|(_, merged)| *merged).count(), 6);

    let (_folder, mut store) = super::store();
    sync(&mut store, &people(0..23, "crane"), 5, 0);
    store.connection.execute("INSERT INTO block (id, profile, used, indexed) VALUES (3, 9, 0, 0)", []).unwrap();
    increment(&mut store, people(23..40, "crane"), 1);
    assert!(blocks(&store).iter().all(|(_, merged)| !merged));
    assert_eq!(found(&store, "crane"), 40);
}
