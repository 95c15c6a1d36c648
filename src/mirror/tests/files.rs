//! The file itself: who may read it, what is refused, what is left of what was forgotten.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::mirror::MirrorError;

fn open(path: &Path) -> [Result<Store, MirrorError>; 2] {
    [Store::open(path, Mode::Read), Store::open(path, Mode::Write)]
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, mut store) = store();
    let folder = store.path().parent().unwrap().to_owned();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let batch = store.begin_sync(&TARGET, Pass::Full, now(0)).unwrap();
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4, "database, log, shared memory, lock: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(batch);
}

#[cfg(unix)]
#[test]
fn rights_that_were_loosened_are_taken_back_when_it_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, mut store) = store();
    // The lock, the log and the shared memory are there.
    sync(&mut store, &[contact(1, "Ann")], 10, 0);
    let (path, folder) = (store.path().to_owned(), store.path().parent().unwrap().to_owned());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let files = || fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert!(files().len() >= 4, "{:?}", files());
    assert_eq!(exposed(&path), []);
    let loosen = || {
        set(&folder, 0o755);
        files().iter().for_each(|file| set(file, 0o644));
    };
    loosen();
    let told = exposed(&path);
    assert_eq!(told.len(), files().len() + 1);
    assert_eq!(told[0], Exposed { path: folder.clone(), mode: 0o755 });
    Store::open(&path, Mode::Read).unwrap();
    assert_eq!(exposed(&path), told, "whoever only reads changes nothing");
    Store::open(&path, Mode::Write).unwrap();
    assert_eq!(exposed(&path), []);
    assert_eq!(mode(&folder), 0o700);
    files().iter().for_each(|file| assert_eq!(mode(file), 0o600, "{}", file.display()));
    // A folder that holds more than the mirror stays open, and is told.
    fs::write(folder.join("letter"), "").unwrap();
    loosen();
    Store::open(&path, Mode::Write).unwrap();
    assert_eq!(exposed(&path), [Exposed { path: folder.clone(), mode: 0o755 }]);
    assert_eq!(mode(&folder.join("letter")), 0o644, "no file of ours");
}

#[test]
fn a_missing_mirror_says_how_to_fill_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(&folder.path().join(FILE_NAME), Mode::Read).unwrap_err();
    assert!(matches!(error, MirrorError::Missing { .. }));
    assert_eq!(error.hint().as_deref(), Some("`contacts sync` fills it"));
    assert!(!folder.path().join(FILE_NAME).exists());
    let (_folder, store) = store();
    let error = store.search(&["q"], &Query::default()).unwrap_err();
    assert!(matches!(error, MirrorError::NoProfile { .. }));
}

#[test]
fn a_newer_format_and_foreign_files_are_left_alone() {
    let (_folder, store) = store();
    let path = store.path().to_owned();
    store.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    for result in open(&path) {
        assert!(matches!(result, Err(MirrorError::Newer { found: 99, known: schema::FORMAT, .. })));
    }
    fs::write(&path, "a diary, in plain text, of no database at all, long enough to look like one".repeat(99)).unwrap();
    for result in open(&path) {
        assert!(matches!(result, Err(MirrorError::Foreign { .. })), "{result:?}");
    }
    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE diary (day TEXT)").unwrap();
    drop(other);
    for result in open(&path) {
        assert!(matches!(result, Err(MirrorError::Foreign { .. })));
    }
}

#[test]
fn a_damaged_file_is_told_and_never_a_wrong_answer() {
    let (_folder, mut store) = store();
    let people: Vec<_> = (0..2000).map(|id| contact(id, "Ann Lee")).collect();
    sync(&mut store, &people, 100, 0);
    let path = store.path().to_owned();
    drop(store);
    let whole = fs::read(&path).unwrap();
    for cut in [whole.len() / 2, whole.len() - 8192, 8192, 100] {
        fs::write(&path, &whole[..cut]).unwrap();
        let outcome = Store::open(&path, Mode::Read).and_then(|store| {
            let query = Query { limit: None, ..Query::default() };
            store.search(&["p"], &query).map(|found| found.len())
        });
        let error = outcome.unwrap_err();
        assert!(matches!(error, MirrorError::Damaged { .. } | MirrorError::Foreign { .. }), "{cut}: {error}");
        assert!(error.hint().is_some());
    }
    fs::write(&path, whole).unwrap();
    let store = Store::open(&path, Mode::Write).unwrap();
    assert_eq!(store.verify().unwrap().count, 0);
}

#[test]
fn rebuild_repairs_what_is_derived() {
    let (_folder, mut store) = store();
    let people: Vec<_> = (0..50).map(|id| contact(id, &format!("Ann Number{id}"))).collect();
    sync(&mut store, &people, 100, 0);
    let found = |store: &Store| {
        let filter = Filter { words: Word::split("number7"), ..Filter::default() };
        store.search(&["p"], &Query { filter, ..Query::default() }).unwrap().len()
    };
    store.connection.execute_batch("DELETE FROM posting; UPDATE contact SET text = 'x', active = 1").unwrap();
    store.connection.execute("UPDATE contact SET object = x'00' WHERE id = '9'", []).unwrap();
    assert!(store.verify().unwrap().count >= 50);
    assert_eq!(found(&store), 0);
    assert_eq!(store.rebuild().unwrap(), Rebuilt { contacts: 49, lost: 1 });
    assert_eq!(store.verify().unwrap(), Verified { contacts: 49, ..Verified::default() });
    assert_eq!(found(&store), 1);
}

fn bytes_of(store: &Store) -> Vec<u8> {
    let folder = store.path().parent().unwrap();
    fs::read_dir(folder).unwrap().flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn what_is_forgotten_is_in_no_file_any_more() {
    let (_folder, mut store) = store();
    let mut secret = contact(7, "Xavier Canaryname");
    secret.emails = vec![Email { address: "canary@secret.example".into(), verified: None }];
    let mut people: Vec<_> = (0..300).map(|id| contact(id, &format!("Ann Number{id}"))).collect();
    people[7] = secret.clone();
    sync(&mut store, &people, 10, 0);
    secret.name = Some("Xavier Newname".into());
    people[7] = secret;
    sync(&mut store, &people, 10, 60);
    let there = |store: &Store, text: &str| memchr::memmem::find(&bytes_of(store), text.as_bytes()).is_some();
    for trace in ["Canaryname", "newname", "canary@secret.example"] {
        assert!(there(&store, trace), "{trace}");
    }
    let forgotten = store.forget_contact("p", "7").unwrap();
    assert_eq!((forgotten.contacts, forgotten.changes), (1, 1));
    assert!(forgotten.bytes_searched > 0);
    for trace in ["Canaryname", "canaryname", "newname", "Newname", "canary@secret.example"] {
        assert!(!there(&store, trace), "{trace}");
    }
    assert!(matches!(store.contact("p", "7"), Err(MirrorError::NoContact { .. })));
    assert_eq!(store.verify().unwrap(), Verified { contacts: 299, ..Verified::default() });
    assert!(there(&store, "number12"));
    assert_eq!(store.forget_profile("p").unwrap().contacts, 299);
    assert!(!there(&store, "number12"));
    assert_eq!(store.status().unwrap(), []);
}

#[test]
fn nothing_is_forgotten_while_somebody_reads_what_it_would_leave_in_the_log() {
    let (_folder, mut store) = store();
    sync(&mut store, &[contact(1, "Ann"), contact(2, "Bob")], 9, 0);
    let reader = Store::open(store.path(), Mode::Read).unwrap();
    reader.connection.execute_batch("BEGIN; SELECT count(*) FROM contact").unwrap();
    let mut batch = store.begin_sync(&TARGET, Pass::Increment, now(60)).unwrap();
    batch.page(vec![contact(3, "Cy")], None, now(60)).unwrap();
    batch.finish(Proof::Exact, now(60)).unwrap();
    store.connection.busy_timeout(Duration::from_millis(1)).unwrap();
    for refused in [store.forget_contact("p", "1"), store.forget_profile("p")] {
        let error = refused.unwrap_err();
        assert!(matches!(error, MirrorError::InUse { .. }), "{error}");
        assert!(error.to_string().contains(store.path().to_str().unwrap()), "{error}");
    }
    assert_eq!(store.status().unwrap()[0].contacts, 3, "asking again finds it all");
    reader.connection.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.forget_contact("p", "1").unwrap().contacts, 1);
}

/// The contacts of the databases that are kept of every released format.
fn kept() -> Vec<Contact> {
    let names = ["Zoë Ångström", "Борис Петров", "陈伟"];
    let mut people: Vec<_> = names.iter().enumerate().map(|(id, name)| contact(id, name)).collect();
    people[0].emails = vec![Email { address: "zoe@one.example".into(), verified: Some(true) }];
    let value = |json: &str| serde_json::from_str::<RawJson>(json).unwrap();
    people[1].custom_fields = vec![("plan".into(), value(r#""Silver""#)), ("account".into(), value("45600"))];
    people[2].custom_fields =
        vec![("address".into(), value(r#"{"city":"\u0411\u0435\u0440\u043b\u0438\u043d","zip":[10115,true]}"#))];
    people
}

/// What a vendor may have said of a contact that is kept; it lies in the databases from format 7 on.
fn vendors_own(contact: &Contact) -> RawJson {
    let (id, name) = (&contact.id, contact.name.as_deref().unwrap());
    let json = format!(
        r#"{{"_id":"{id}","name":"{name}","createdAt":"2024-11-19T00:53:05.468Z","_updatedAt":"1969-12-31T23:59:59.999Z",
            "channels":[{{"name":"{name}","details":{{"type":"widget"}},"novel":[1.50,"a\"b\\",null]}}],"unknown":false}}"#
    );
    RawJson::of_read(&json)
}

/// Run by hand before a release that changes the format: keeps a database of the new format for ever.
#[test]
#[ignore = "writes a fixture"]
fn keep_a_database_of_this_format() {
    let (_folder, mut store) = store();
    let mut people = kept();
    people.iter_mut().for_each(|contact| contact.raw = Some(vendors_own(contact)));
    sync(&mut store, &people, 10, 0);
    let path = store.path().to_owned();
    drop(store);
    let kept = format!("{}/src/mirror/tests/format-{}-fields.db.zst", env!("CARGO_MANIFEST_DIR"), schema::FORMAT);
    fs::write(kept, zstd::encode_all(fs::read(path).unwrap().as_slice(), 19).unwrap()).unwrap();
}

/// A database of an older format, in a folder of its own.
fn of_old(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    fs::write(&path, zstd::decode_all(bytes).unwrap()).unwrap();
    (folder, path)
}

fn searched(store: &Store, words: &str) -> Vec<Contact> {
    let filter = Filter { words: Word::split(words), ..Filter::default() };
    store.search(&["p"], &Query { filter, ..Query::default() }).unwrap()
}

#[test]
fn every_released_format_is_read() {
    // The first is of a time when nobody kept custom fields in it.
    let formats: [(i64, &[u8]); 9] = [
        (1, include_bytes!("format-1.db.zst")),
        (1, include_bytes!("format-1-fields.db.zst")),
        (2, include_bytes!("format-2-fields.db.zst")),
        (3, include_bytes!("format-3-fields.db.zst")),
        (4, include_bytes!("format-4-fields.db.zst")),
        (5, include_bytes!("format-5-fields.db.zst")),
        (6, include_bytes!("format-6-fields.db.zst")),
        (7, include_bytes!("format-7-fields.db.zst")),
        (8, include_bytes!("format-8-fields.db.zst")),
    ];
    assert_eq!(formats.last().unwrap().0, schema::FORMAT, "one database is kept of every format");
    for (format, bytes) in formats {
        for modes in [[Mode::Read, Mode::Write], [Mode::Write, Mode::Read]] {
            let (_folder, path) = of_old(bytes);
            assert_eq!(schema::format(&rusqlite::Connection::open(&path).unwrap()).unwrap(), format);
            for mode in modes {
                let store = Store::open(&path, mode).unwrap();
                assert_eq!(searched(&store, "angstrom zoe@"), kept()[..1]);
                let raw = store.contact("p", "0").unwrap().raw.map(|raw| raw.get().to_owned());
                assert_eq!(raw, (format >= 7).then(|| vendors_own(&kept()[0]).get().to_owned()));
                assert_eq!(store.verify().unwrap(), Verified { contacts: 3, ..Verified::default() });
            }
        }
    }
}

#[test]
fn contacts_that_an_older_format_stored_otherwise_are_no_changed_ones() {
    let (_folder, path) = of_old(include_bytes!("format-3-fields.db.zst"));
    let mut store = Store::open(&path, Mode::Write).unwrap();
    let history = |store: &Store| store.diff(&["p"], Timestamp::UNIX_EPOCH).unwrap();
    let before = history(&store);
    let report = sync(&mut store, &kept(), 10, 1);
    assert_eq!((report.same, report.changed, report.added), (3, 0, 0));
    assert_eq!(history(&store), before);
    assert_eq!(store.verify().unwrap(), Verified { contacts: 3, ..Verified::default() });
    assert_eq!(searched(&store, "angstrom zoe@"), kept()[..1]);
}

#[test]
fn what_an_older_format_did_not_search_is_found_once_it_is_opened() {
    let (_folder, path) = of_old(include_bytes!("format-1-fields.db.zst"));
    let has = |store: &Store, words: &str, place: usize| assert_eq!(searched(store, words), [kept()[place].clone()]);
    for indexed in [3, 2, 0] {
        // Rows of a block that a sync was filling are not in the index yet.
        if indexed < 3 {
            let sql = format!(
                "PRAGMA user_version = 1; ALTER TABLE profile DROP COLUMN labels;
                 ALTER TABLE profile DROP COLUMN server; ALTER TABLE block DROP COLUMN merged; DROP TABLE merged_posting;
                 DROP TABLE active_list; DROP INDEX contact_gone; CREATE INDEX contact_active ON contact (profile, active DESC);
                 UPDATE block SET indexed = {indexed}; DELETE FROM posting;
                 UPDATE contact SET text = substr(text, 1, instr(text || char(5), char(5)) - 1)"
            );
            rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        }
        let store = Store::open(&path, Mode::Read).unwrap();
        if indexed != 2 {
            has(&store, "SILVER петр", 1);
            has(&store, "4560", 1);
        }
        has(&store, "берлин 10115", 2);
        has(&store, "ер", 2);
        assert_eq!(searched(&store, "plan"), []);
    }
}

#[test]
fn who_waits_for_an_older_format_is_told_once() {
    for (patience, expected) in [(Duration::ZERO, 1), (Duration::MAX, 0)] {
        let (_folder, path) = of_old(include_bytes!("format-1-fields.db.zst"));
        let mut connection = rusqlite::Connection::open(&path).unwrap();
        let told = std::cell::Cell::new(0);
        let tell = || told.set(told.get() + 1);
        schema::migrate(&mut connection, &mut schema::Watch::new(patience, &tell)).unwrap();
        assert_eq!(told.take(), expected);
        schema::migrate(&mut connection, &mut schema::Watch::new(patience, &tell)).unwrap();
        assert_eq!(told.take(), 0, "there is nothing to do");
    }
}

#[cfg(unix)]
#[test]
fn an_older_format_that_cannot_be_brought_up_to_date_says_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = of_old(include_bytes!("format-1-fields.db.zst"));
    let held = crate::mirror::lock::lock(&path, "p").unwrap();
    for result in open(&path) {
        assert!(matches!(result, Err(MirrorError::Busy { .. })), "an older version may be syncing");
    }
    drop(held);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = fs::OpenOptions::new().write(true).open(&path).is_ok();
    let result = Store::open(&path, Mode::Read);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    match result {
        Ok(store) => assert!(is_root && searched(&store, "silver").len() == 1),
        Err(error) => {
            assert!(matches!(error, MirrorError::Older { .. }), "{error}");
            assert!(error.hint().unwrap().contains("mirror rebuild"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, mut store) = store();
    sync(&mut store, &[contact(1, "Ann")], 10, 0);
    let path = store.path().to_owned();
    drop(store);
    let folder = path.parent().unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
    let probe = fs::write(folder.join("probe"), "");
    let found = Store::open(&path, Mode::Read).map(|store| store.search(&["p"], &Query::default()).unwrap().len());
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(found.unwrap(), 1, "root: {}", probe.is_ok());
}
