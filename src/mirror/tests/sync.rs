//! What a sync may do to the mirror, and what it may never do.

use super::*;
use crate::mirror::MirrorError;

fn names(store: &Store) -> Vec<String> {
    let query = Query { limit: None, sort: vec!["id".parse().unwrap()], ..Query::default() };
    let found = store.search(&["p"], &query).unwrap();
    found.into_iter().map(|contact| contact.name.unwrap_or_default().to_string()).collect()
}

fn people(names: &[&str]) -> Vec<Contact> {
    names.iter().enumerate().map(|(id, name)| contact(id, name)).collect()
}

#[test]
fn what_an_exact_walk_did_not_see_is_removed() {
    let (_folder, mut store) = store();
    assert_eq!(sync(&mut store, &people(&["ann", "bob", "cy"]), 2, 0).added, 3);
    let report = sync(&mut store, &people(&["ann", "bert"]), 2, 60);
    assert_eq!((report.same, report.changed, report.removed), (1, 1, 1));
    assert_eq!(names(&store), ["ann", "bert"]);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    let status = store.freshness("p").unwrap().unwrap();
    assert_eq!((status.as_of, status.exact_at, status.unfinished), (Some(now(60)), Some(now(60)), false));
}

#[test]
fn a_contact_that_comes_twice_the_first_time_is_there_once_as_it_came_last() {
    let (_folder, mut store) = store();
    let twice = [contact(1, "Ann"), contact(2, "Bob"), contact(1, "Anna"), contact(2, "Bob")];
    let report = sync(&mut store, &twice, 3, 0);
    assert_eq!((report.rows, report.added, report.changed, report.same), (4, 2, 1, 1));
    assert_eq!(names(&store), ["Anna", "Bob"]);
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn nothing_is_removed_without_a_proof() {
    for proof in [Proof::Changed, Proof::Partial] {
        let (_folder, mut store) = store();
        sync(&mut store, &people(&["ann", "bob"]), 9, 0);
        let mut batch = store.begin_sync(&TARGET, Pass::Full, now(60)).unwrap();
        page(&mut batch, people(&["ann"]), Some("1"), now(60)).unwrap();
        assert_eq!(batch.finish(proof, now(61)).unwrap().removed, 0);
        assert_eq!(names(&store), ["ann", "bob"]);
        let status = store.status().unwrap().remove(0);
        assert_eq!(status.exact_at, Some(now(0)));
        assert_eq!((status.contacts, status.missing), (2, u64::from(proof == Proof::Changed)));
        sync(&mut store, &people(&["ann", "bob"]), 9, 120);
        assert_eq!(store.status().unwrap()[0].missing, 0);
    }
}

#[test]
fn a_vendor_that_lists_nothing_empties_nothing() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann", "bob"]), 9, 0);
    let batch = store.begin_sync(&TARGET, Pass::Full, now(60)).unwrap();
    let error = batch.finish(Proof::Exact, now(60)).unwrap_err();
    assert!(matches!(error, MirrorError::Vanished { stored: 2, .. }), "{error}");
    assert_eq!(names(&store), ["ann", "bob"]);
    assert_eq!(store.freshness("p").unwrap().unwrap().as_of, Some(now(0)));
}

#[test]
fn what_vanishes_in_great_numbers_goes_once_it_is_missed_again() {
    let (_folder, mut store) = store();
    let many: Vec<_> = (0..200).map(|id| contact(id, "x")).collect();
    sync(&mut store, &many, 50, 0);
    let report = sync(&mut store, &many[..101], 50, 60);
    assert_eq!((report.removed, report.doubted, report.stored), (99, 0, 101), "half of all may go");
    let report = sync(&mut store, &many[..20], 50, 120);
    assert_eq!((report.removed, report.doubted, report.stored), (0, 81, 101));
    let status = store.freshness("p").unwrap().unwrap();
    assert_eq!((status.verdict.as_deref(), status.exact_at), (Some("changed"), Some(now(60))));
    assert_eq!(sync(&mut store, &many[..20], 50, 1800).doubted, 81, "too soon");
    let report = sync(&mut store, &many[..20], 50, 3720);
    assert_eq!((report.removed, report.doubted, report.stored), (81, 0, 20));
    assert_eq!(store.freshness("p").unwrap().unwrap().exact_at, Some(now(3720)));
}

#[test]
fn a_pass_that_is_suspended_keeps_all_that_came_and_knows_it() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann", "bob", "cy", "dan"]), 9, 0);
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(60)).unwrap();
    for (place, person) in people(&["anna", "bob", "cyn"]).into_iter().enumerate() {
        batch.page(vec![person], Some(&place.to_string()), now(60)).unwrap();
    }
    batch.suspend(now(60)).unwrap();
    assert_eq!(names(&store), ["anna", "bob", "cyn", "dan"]);
    let batch = store.begin_sync(&TARGET, Pass::Full, now(120)).unwrap();
    assert_eq!(batch.resume(), Some("2"));
    assert_eq!(batch.met().unwrap(), ["0", "1", "2"]);
}

#[test]
fn an_empty_vendor_can_be_mirrored() {
    let (_folder, mut store) = store();
    sync(&mut store, &[], 9, 0);
    assert_eq!(names(&store), Vec::<String>::new());
    assert_eq!(store.freshness("p").unwrap().unwrap().as_of, Some(now(0)));
}

#[test]
fn an_interrupted_pass_goes_on_where_it_stood() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann", "bob", "cy", "dot"]), 9, 0);
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(60)).unwrap();
    assert_eq!(batch.resume(), None);
    page(&mut batch, people(&["ann"]), Some("after 0"), now(60)).unwrap();
    drop(batch);
    assert!(store.freshness("p").unwrap().unwrap().unfinished);
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(90)).unwrap();
    assert_eq!((batch.resume(), batch.started_at()), (Some("after 0"), now(60)));
    page(&mut batch, vec![contact(1, "bob")], Some("after 1"), now(91)).unwrap();
    assert_eq!(batch.finish(Proof::Exact, now(92)).unwrap().removed, 2);
    assert_eq!(names(&store), ["ann", "bob"]);
    assert_eq!(store.freshness("p").unwrap().unwrap().as_of, Some(now(60)));
}

#[test]
fn increments_and_repairs_age_the_copy_only_as_they_may() {
    let (_folder, mut store) = store();
    let step = |store: &mut Store, pass, second, proof| {
        let mut batch = store.begin_sync(&TARGET, pass, now(second)).unwrap();
        page(&mut batch, vec![contact(7, "eve")], None, now(second)).unwrap();
        batch.set_bookmark(second.to_string());
        batch.finish(proof, now(second)).unwrap();
        let status = store.freshness("p").unwrap().unwrap();
        (status.as_of, status.bookmark)
    };
    assert_eq!(step(&mut store, Pass::Increment, 1, Proof::Exact).0, None, "never whole");
    sync(&mut store, &people(&["ann"]), 9, 10);
    assert_eq!(step(&mut store, Pass::Increment, 20, Proof::Exact), (Some(now(20)), Some("20".into())));
    assert_eq!(step(&mut store, Pass::Increment, 30, Proof::Partial), (Some(now(20)), Some("20".into())));
    assert_eq!(step(&mut store, Pass::Repair, 40, Proof::Exact), (Some(now(20)), Some("20".into())));
    let mut batch = store.begin_sync(&TARGET, Pass::Repair, now(50)).unwrap();
    batch.remove("7", now(50)).unwrap();
    batch.remove("no such id", now(50)).unwrap();
    assert_eq!(batch.finish(Proof::Exact, now(50)).unwrap().removed, 1);
    assert_eq!(names(&store), ["ann"]);
}

#[test]
fn another_account_is_refused_until_the_old_is_forgotten() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann"]), 9, 0);
    let other = SyncTarget { account: Some("you"), ..TARGET };
    let error = store.begin_sync(&other, Pass::Full, now(60)).err().unwrap();
    assert!(matches!(error, MirrorError::AccountChanged { .. }), "{error}");
    assert!(error.hint().unwrap().contains("forget --profile p"));
    store.forget_profile("p").unwrap();
    assert!(store.begin_sync(&other, Pass::Full, now(60)).is_ok());
}

#[test]
fn an_account_of_the_same_number_on_another_server_is_another_account() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann"]), 9, 0);
    let other = SyncTarget { server: Some("two.example"), ..TARGET };
    let error = store.begin_sync(&other, Pass::Increment, now(60)).err().unwrap();
    assert!(matches!(error, MirrorError::ServerChanged { .. }), "{error}");
    assert!(error.hint().unwrap().contains("forget --profile p"));
    let answered =
        |server| MirrorSource::new(Store::open(store.path(), Mode::Read).unwrap(), "p", "rocketchat", server);
    assert!(matches!(answered(Some("two.example")), Err(MirrorError::ServerChanged { .. })));
    assert!(answered(TARGET.server).is_ok() && answered(None).is_ok());
    // What an older version stored without a server's name is of the server that is synced first.
    store.connection.execute("UPDATE profile SET server = NULL", []).unwrap();
    assert!(store.begin_sync(&other, Pass::Increment, now(60)).is_ok());
    assert!(matches!(store.begin_sync(&TARGET, Pass::Full, now(60)), Err(MirrorError::ServerChanged { .. })));
}

#[test]
fn two_syncs_of_a_profile_never_meet() {
    let (_folder, mut store) = store();
    let mut second = Store::open(store.path(), Mode::Write).unwrap();
    let batch = store.begin_sync(&TARGET, Pass::Full, now(0)).unwrap();
    assert!(matches!(second.begin_sync(&TARGET, Pass::Full, now(0)), Err(MirrorError::Busy { .. })));
    let other = SyncTarget { profile: "q", ..TARGET };
    second.begin_sync(&other, Pass::Full, now(0)).unwrap().finish(Proof::Exact, now(0)).unwrap();
    drop(batch);
    assert!(second.begin_sync(&TARGET, Pass::Full, now(0)).is_ok());
}

#[test]
fn readers_see_whole_states_while_a_sync_runs() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann", "bob"]), 9, 0);
    let reader = Store::open(store.path(), Mode::Read).unwrap();
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(60)).unwrap();
    page(&mut batch, people(&["anna", "bob", "cy"]), Some("1"), now(60)).unwrap();
    assert_eq!(names(&reader), ["anna", "bob", "cy"], "a page is there at once");
    batch.finish(Proof::Exact, now(60)).unwrap();
    assert_eq!(names(&reader), ["anna", "bob", "cy"]);
}

#[test]
fn history_tells_what_changed_and_when_it_was_seen() {
    let (_folder, mut store) = store();
    let mut ann = contact(1, "Ann");
    ann.emails = vec![Email { address: "ann@old.example".into(), verified: None }];
    ann.labels = vec!["vip".into()];
    sync(&mut store, &[ann.clone(), contact(2, "Bob")], 9, 0);
    assert_eq!(store.diff(&[], now(0)).unwrap(), [], "a first look is no change");
    ann.name = Some("Ann Lee".into());
    ann.emails = vec![Email { address: "ann@new.example".into(), verified: None }];
    ann.labels = vec!["vip".into(), "lead".into()];
    ann.phones = vec![phone::phone("+12025550143", None)];
    ann.last_activity_at = Time::from_unix_seconds(5);
    sync(&mut store, &[ann], 9, 60);
    let told = |changes: Vec<Change>| {
        let words = |change: Change| format!("{} {} {:?}>{:?}", change.contact, change.field, change.old, change.new);
        changes.into_iter().map(words).collect::<Vec<_>>()
    };
    let expected = [
        r#"1 name Some("Ann")>Some("Ann Lee")"#,
        r#"1 email Some("ann@old.example")>Some("ann@new.example")"#,
        r#"1 phone None>Some("+12025550143")"#,
        r#"1 label None>Some("lead")"#,
    ];
    assert_eq!(told(store.log("p", "1").unwrap()), expected);
    assert_eq!(told(store.diff(&["p"], now(60)).unwrap())[4], r#"2 contact Some("Bob")>None"#);
    assert_eq!(store.diff(&["p"], now(61)).unwrap(), []);
    assert_eq!(store.diff(&["q"], now(0)).unwrap(), []);
    assert_eq!(store.prune_history(now(61)).unwrap(), 5);
}

#[test]
fn history_tells_who_came_once_the_mirror_was_whole() {
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann", "bob"]), 9, 0);
    sync(&mut store, &people(&["ann", "bob", "cy"]), 9, 60);
    sync(&mut store, &people(&["ann", "bob"]), 9, 120);
    sync(&mut store, &people(&["ann", "bob", "cy"]), 9, 180);
    let came_and_went: Vec<_> = store.log("p", "2").unwrap().into_iter().map(|c| (c.field, c.old, c.new)).collect();
    let (came, went) = (("contact", None, Some("cy")), ("contact", Some("cy"), None));
    let expected =
        [came, went, came].map(|(field, old, new)| (field.to_owned(), old.map(str::to_owned), new.map(str::to_owned)));
    assert_eq!(came_and_went, expected);
    assert_eq!(store.log("p", "0").unwrap(), [], "a first look is no arrival");
}

#[test]
fn age_is_that_of_the_last_walks_beginning_and_a_clock_that_went_back_helps_nobody() {
    use std::time::Duration;
    let (_folder, mut store) = store();
    sync(&mut store, &people(&["ann"]), 9, 100);
    let status = store.freshness("p").unwrap().unwrap();
    assert_eq!(status.age(now(160)), Some(Duration::from_mins(1)));
    assert!(status.is_fresh(Duration::from_mins(1), now(160)));
    assert!(!status.is_fresh(Duration::from_mins(1), now(161)));
    assert!(!status.is_fresh(Duration::from_mins(1), now(99)));
}

#[test]
fn a_block_is_indexed_when_it_is_full_and_a_second_one_begun() {
    let (_folder, mut store) = store();
    let many: Vec<_> = (0..66_000).map(|id| contact(id, if id % 1000 == 7 { "Rare Bird" } else { "x" })).collect();
    sync(&mut store, &many, 500, 0);
    let filter = Filter { words: Word::split("bird ra"), ..Filter::default() };
    let found = store.search(&["p"], &Query { filter, limit: None, ..Query::default() }).unwrap();
    assert_eq!(found.len(), 66);
    assert_eq!(store.verify().unwrap(), Verified { contacts: 66_000, ..Verified::default() });
}

#[test]
fn a_repair_never_puts_something_older_in_place_of_something_newer() {
    let (_folder, mut store) = store();
    let at = |name: &str, second| {
        let mut contact = contact(1, name);
        contact.updated_at = Time::from_unix_seconds(second);
        contact
    };
    sync(&mut store, &[at("Ann", 10)], 9, 0);
    let mut repair = |contact| {
        let mut batch = store.begin_sync(&TARGET, Pass::Repair, now(1)).unwrap();
        page(&mut batch, vec![contact], None, now(1)).unwrap();
        batch.finish(Proof::Exact, now(1)).unwrap();
        names(&store)
    };
    assert_eq!(repair(at("Old Ann", 9)), ["Ann"]);
    assert_eq!(repair(at("New Ann", 11)), ["New Ann"]);
}
