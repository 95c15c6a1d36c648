//! A sync that is killed at any moment leaves a whole database whose cursor and rows belong together.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

const PAGES: usize = 30;
const PAGE: usize = 30;
/// What the child says of every page.
const PAGE_DONE: &[u8] = b"\x06";

/// The vendor's contacts in one round: some change their names from round to round, others come and go.
fn round(number: usize) -> Vec<Contact> {
    let ids = (0..PAGES * PAGE).filter(|id| id % 50 != number % 50);
    ids.map(|id| contact(id, &format!("Ann {}", if id % 7 == 0 { number } else { id }))).collect()
}

fn page_of(contacts: &[Contact], index: usize) -> Vec<Contact> {
    contacts.chunks(PAGE).nth(index).map(<[Contact]>::to_vec).unwrap_or_default()
}

/// Syncs round after round until it is killed; run by [`kills_corrupt_nothing`] in a process of its own.
#[test]
#[ignore = "is killed by another test"]
fn child() {
    // The path and the round come on standard input, so that no variable of the environment is needed.
    let mut order = String::new();
    std::io::stdin().read_to_string(&mut order).unwrap();
    let (mut number, path) = order.split_once(' ').map(|(n, path)| (n.parse::<usize>().unwrap(), path)).unwrap();
    let mut store = Store::open(Path::new(path), Mode::Write).unwrap();
    loop {
        pass(&mut store, number, || std::io::stdout().write_all(PAGE_DONE).unwrap());
        number += 1;
    }
}

/// One full pass over the contacts of a round, continued where it was interrupted.
fn pass(store: &mut Store, number: usize, mut told: impl FnMut()) {
    let second = i64::try_from(number).unwrap();
    let mut batch = store.begin_sync(&TARGET, Pass::Full, now(second)).unwrap();
    // An interrupted pass is finished with the contacts of its own round.
    let begun = usize::try_from(batch.started_at().as_second() - now(0).as_second()).unwrap();
    let contacts = round(begun);
    let first = batch.resume().map_or(0, |cursor| cursor.parse::<usize>().unwrap() + 1);
    for index in first..contacts.len().div_ceil(PAGE) {
        page(&mut batch, page_of(&contacts, index), Some(&index.to_string()), now(second)).unwrap();
        told();
    }
    batch.finish(Proof::Exact, now(second)).unwrap();
}

fn latest_round(store: &Store) -> usize {
    let status = store.freshness("p").unwrap();
    let as_of = status.and_then(|status| status.as_of);
    as_of.map_or(0, |at| usize::try_from(at.as_second() - now(0).as_second()).unwrap() + 1)
}

/// Waits until the child has said that `pages` pages are done.
fn await_pages(from: &mut impl Read, pages: usize) {
    let mut done = 0;
    let mut byte = [0];
    while done < pages && from.read(&mut byte).unwrap() > 0 {
        done += usize::from(byte == PAGE_DONE);
    }
}

#[test]
fn kills_corrupt_nothing() {
    kill(12);
}

#[test]
#[ignore = "takes minutes"]
fn hundreds_of_kills_corrupt_nothing() {
    kill(300);
}

fn kill(times: usize) {
    let (_folder, store) = store();
    let path = store.path().to_owned();
    drop(store);
    let mut random = fastrand::Rng::with_seed(5);
    let (mut interrupted, mut number) = (0, 0);
    for _ in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "mirror::tests::crash::child"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let order = format!("{number} {}", path.display());
        child.stdin.take().unwrap().write_all(order.as_bytes()).unwrap();
        await_pages(child.stdout.as_mut().unwrap(), random.usize(1..2 * PAGES));
        child.kill().unwrap();
        child.wait().unwrap();

        let mut store = Store::open(&path, Mode::Write).unwrap();
        let verified = store.verify().unwrap();
        assert_eq!(verified.problems, Vec::<String>::new());
        if store.freshness("p").unwrap().is_none() {
            continue;
        }
        let batch = store.begin_sync(&TARGET, Pass::Full, now(1_000_000)).unwrap();
        let resumed = batch.resume().map(|cursor| cursor.parse::<usize>().unwrap());
        let begun = batch.started_at();
        drop(batch);
        if let Some(last) = resumed {
            interrupted += 1;
            let begun = usize::try_from(begun.as_second() - now(0).as_second()).unwrap();
            for expected in round(begun).iter().take((last + 1) * PAGE) {
                assert_eq!(&store.contact("p", &expected.id).unwrap(), expected, "behind the cursor");
            }
            pass(&mut store, begun, || {});
            let query = Query { limit: None, ..Query::default() };
            let mut found: Vec<_> = store.search(&["p"], &query).unwrap();
            let mut expected = round(begun);
            found.sort_by(|a, b| a.id.cmp(&b.id));
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(found, expected, "nothing lost, nothing left over");
        } else {
            // Nothing was under way; undo the pass that the look has begun.
            store.connection.execute("UPDATE profile SET pass = NULL", []).unwrap();
        }
        number = latest_round(&store);
    }
    assert!(interrupted >= times / 8, "of {times} kills only {interrupted} came in the middle of a pass");
}
