//! An encrypted mirror: the same answers, nothing readable in any file, and an error for each way in which key and file do not fit.

use std::fs;
use std::path::Path;

use secrecy::SecretString;

use super::*;
use crate::mirror::{CAN_ENCRYPT, DatabaseKey, MirrorError, encrypt};
use crate::source::ErrorKind;

fn key(digit: &str) -> DatabaseKey {
    DatabaseKey::parse(SecretString::from(digit.repeat(DatabaseKey::DIGITS))).unwrap()
}

fn open(path: &Path, mode: Mode, key: &DatabaseKey) -> Result<Store, MirrorError> {
    Store::open_with(path, mode, Some(key))
}

#[test]
fn a_build_without_encryption_says_so() {
    if CAN_ENCRYPT {
        return;
    }
    let (_folder, mut store) = store();
    sync(&mut store, &[contact(1, "Ann")], 10, 0);
    let path = store.path().to_owned();
    drop(store);
    let whole = fs::read(&path).unwrap();
    for mode in [Mode::Read, Mode::Write] {
        let error = open(&path, mode, &key("1")).unwrap_err();
        assert!(matches!(error, MirrorError::CannotEncrypt), "{error}");
    }
    assert!(matches!(encrypt(&path, &key("1")), Err(MirrorError::CannotEncrypt)));
    assert!(fs::read(&path).unwrap() == whole);
    fs::write(&path, b"contacts-mirror\x01 and then what nobody can read".repeat(99)).unwrap();
    for (mode, key) in [(Mode::Read, None), (Mode::Write, None), (Mode::Read, Some(&key("1")))] {
        let error = Store::open_with(&path, mode, key).unwrap_err();
        assert!(matches!(error, MirrorError::Unreadable { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.hint().unwrap().contains("--features encryption"), "{error}");
    }
}

#[cfg(feature = "encryption")]
mod encrypted {
    use std::io::{Read as _, Seek as _};

    use super::*;
    use crate::mirror::{Header, decrypt, header};

    const TRACES: [&str; 5] = ["canaryname", "canary@secret", "2025550199", "CREATE TABLE", "rocketchat"];

    fn people() -> Vec<Contact> {
        let mut people: Vec<_> = (0..300).map(|id| contact(id, &format!("Ann Number{id}"))).collect();
        people[7].name = Some("Xavier Canaryname".into());
        people[7].emails = vec![Email { address: "canary@secret.example".into(), verified: None }];
        people[7].phones = vec![phone::phone("+12025550199", None)];
        people
    }

    /// Which of the traces stand in any file of the folder.
    fn readable(path: &Path) -> Vec<&'static str> {
        let files = fs::read_dir(path.parent().unwrap()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
        TRACES.into_iter().filter(|trace| memchr::memmem::find(&bytes, trace.as_bytes()).is_some()).collect()
    }

    fn names(path: &Path) -> Vec<String> {
        let folder = fs::read_dir(path.parent().unwrap()).unwrap();
        let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| Path::new(name).extension().is_none_or(|of| of != "lock"));
        names.sort();
        names
    }

    fn found(store: &Store, word: &str) -> Vec<Contact> {
        let filter = Filter { words: Word::split(word), ..Filter::default() };
        store.search(&["p"], &Query { filter, limit: None, ..Query::default() }).unwrap()
    }

    #[test]
    fn nothing_can_be_read_in_any_file_and_the_answers_are_the_same() {
        let (_plain_folder, mut plain) = store();
        sync(&mut plain, &people(), 10, 0);
        assert_eq!(readable(plain.path()), TRACES, "what is looked for would be found");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join(FILE_NAME);
        let mut store = open(&path, Mode::Write, &key("1")).unwrap();
        assert!(store.is_encrypted() && !plain.is_encrypted());
        let changed: Vec<_> = people().into_iter().skip(1).collect();
        for (second, people) in [people(), changed.clone(), people()].into_iter().enumerate() {
            sync(&mut store, &people, 10, i64::try_from(second).unwrap() * 60);
            assert_eq!(readable(&path), Vec::<&str>::new(), "the log is there as well: {:?}", names(&path));
        }
        assert!(names(&path).iter().any(|name| name.ends_with("-wal")), "{:?}", names(&path));
        let reader = open(&path, Mode::Read, &key("1")).unwrap();
        for word in ["canaryname", "ann", "199", "number1", "secret.example", "nobody"] {
            // What was gone and came back stands elsewhere.
            let sorted = |store: &Store| {
                let mut found = found(store, word);
                found.sort_by(|a, b| a.id.cmp(&b.id));
                found
            };
            assert!(sorted(&reader) == sorted(&plain), "{word}");
        }
        assert_eq!(reader.verify().unwrap(), Verified { contacts: 300, ..Verified::default() });
        assert!(!reader.log("p", "0").unwrap().is_empty());
        drop((reader, store));
        assert_eq!(header(&path).unwrap(), Header::Encrypted);
        assert_eq!(readable(&path), Vec::<&str>::new());
    }

    #[test]
    fn what_does_not_fit_is_told_and_nothing_is_changed() {
        let (_folder, mut store) = store();
        sync(&mut store, &people(), 100, 0);
        let path = store.path().to_owned();
        drop(store);
        let refused = |given: Option<&DatabaseKey>| {
            let before = fs::read(&path).unwrap();
            let [read, write] = [Mode::Read, Mode::Write].map(|mode| Store::open_with(&path, mode, given).unwrap_err());
            assert!(fs::read(&path).unwrap() == before);
            assert_eq!(read.to_string(), write.to_string());
            assert!(read.hint().is_some());
            assert!(!format!("{read} {read:?}").contains("1111"));
            read
        };
        let error = refused(Some(&key("1")));
        assert!(matches!(error, MirrorError::NotEncrypted { .. }) && error.kind() == ErrorKind::Config, "{error}");
        encrypt(&path, &key("1")).unwrap();
        let error = refused(None);
        assert!(matches!(error, MirrorError::NoKey { .. }) && error.kind() == ErrorKind::Config, "{error}");
        let error = refused(Some(&key("2")));
        assert!(matches!(error, MirrorError::WrongKey { .. }) && error.kind() == ErrorKind::Auth, "{error}");
        assert!(!error.to_string().contains("not a mirror"), "{error}");
        assert!(matches!(decrypt(&path, &key("2")), Err(MirrorError::WrongKey { .. })));
        assert!(matches!(encrypt(&path, &key("1")), Err(MirrorError::NoKey { .. })));
        open(&path, Mode::Read, &key("1")).unwrap();
    }

    #[test]
    fn a_mirror_is_encrypted_and_decrypted_whole_and_leaves_nothing_behind() {
        let (_folder, mut store) = store();
        sync(&mut store, &people(), 10, 0);
        let mut renamed = people();
        renamed[9].name = Some("Other Canaryname".into());
        sync(&mut store, &renamed, 10, 60);
        let path = store.path().to_owned();
        let log = store.log("p", "9").unwrap();
        assert_eq!(log.len(), 1);
        assert!(matches!(encrypt(&path, &key("1")), Err(MirrorError::InUse { .. })), "it is open here");
        assert_eq!(found(&store, "canaryname").len(), 2);
        drop(store);
        let mut old = fs::File::open(&path).unwrap();
        for round in 0..2 {
            encrypt(&path, &key("1")).unwrap();
            assert_eq!((header(&path).unwrap(), readable(&path)), (Header::Encrypted, Vec::new()));
            assert_eq!(names(&path), [FILE_NAME]);
            if round == 0 && cfg!(unix) {
                let mut bytes = Vec::new();
                old.rewind().unwrap();
                old.read_to_end(&mut bytes).unwrap();
                assert!(!bytes.is_empty() && bytes.iter().all(|byte| *byte == 0), "the old file is overwritten");
            }
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
            let mut store = open(&path, Mode::Write, &key("1")).unwrap();
            assert_eq!(store.log("p", "9").unwrap(), log);
            assert_eq!(store.verify().unwrap(), Verified { contacts: 300, ..Verified::default() });
            sync(&mut store, &renamed, 10, 120);
            assert_eq!(found(&store, "canaryname").len(), 2);
            drop(store);
            decrypt(&path, &key("1")).unwrap();
            assert_eq!(header(&path).unwrap(), Header::Plain);
            assert_eq!(names(&path), [FILE_NAME]);
            let store = Store::open(&path, Mode::Write).unwrap();
            assert_eq!(store.verify().unwrap(), Verified { contacts: 300, ..Verified::default() });
            assert_eq!(store.log("p", "9").unwrap(), log);
            let bytes: i64 = store.connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
            assert_eq!(bytes, super::super::super::store::PAGE_BYTES);
        }
    }

    #[test]
    fn what_an_interrupted_conversion_left_is_taken_away() {
        let (_folder, mut store) = store();
        sync(&mut store, &people(), 10, 0);
        let path = store.path().to_owned();
        drop(store);
        encrypt(&path, &key("1")).unwrap();
        let leftover = path.with_file_name(format!("{FILE_NAME}-copy"));
        fs::write(&leftover, "Canaryname").unwrap();
        open(&path, Mode::Read, &key("1")).unwrap();
        assert!(leftover.exists(), "whoever only reads changes nothing");
        open(&path, Mode::Write, &key("1")).unwrap();
        assert!(!leftover.exists());
        fs::write(&leftover, "Canaryname").unwrap();
        decrypt(&path, &key("1")).unwrap();
        assert_eq!(names(&path), [FILE_NAME]);
        // A sync that is under way holds its profile.
        let lock = super::super::super::lock::lock(&path, "p").unwrap();
        assert!(matches!(encrypt(&path, &key("1")), Err(MirrorError::Busy { .. })));
        drop(lock);
        encrypt(&path, &key("1")).unwrap();
    }

    #[test]
    fn what_is_forgotten_is_searched_for_in_what_the_pages_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut store = open(&path, Mode::Write, &key("1")).unwrap();
        sync(&mut store, &people(), 10, 0);
        let holds = |store: &mut Store, text: &str| {
            let pages = super::super::super::cipher::decrypted(&mut store.connection).unwrap();
            memchr::memmem::find(&pages, text.as_bytes()).is_some()
        };
        for trace in TRACES {
            assert!(holds(&mut store, trace), "{trace}");
        }
        let forgotten = store.forget_contact("p", "7").unwrap();
        assert!(forgotten.contacts == 1 && forgotten.bytes_searched > 10_000, "{forgotten:?}");
        for trace in &TRACES[..3] {
            assert!(!holds(&mut store, trace), "{trace}");
        }
        assert!(holds(&mut store, "number12"));
        assert_eq!(store.rebuild().unwrap(), Rebuilt { contacts: 299, lost: 0 });
        assert_eq!(store.verify().unwrap(), Verified { contacts: 299, ..Verified::default() });
        assert_eq!(store.forget_profile("p").unwrap().contacts, 299);
        assert!(!holds(&mut store, "number12"));
        assert_eq!(readable(&path), Vec::<&str>::new());
    }

    #[test]
    fn a_damaged_page_is_told_and_never_a_wrong_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut store = open(&path, Mode::Write, &key("1")).unwrap();
        let people: Vec<_> = (0..2000).map(|id| contact(id, "Ann Lee")).collect();
        sync(&mut store, &people, 100, 0);
        drop(store);
        let whole = fs::read(&path).unwrap();
        let look = || {
            let store = open(&path, Mode::Read, &key("1"))?;
            let verified = store.verify()?;
            let query = Query { limit: None, ..Query::default() };
            let listed = store.search(&["p"], &query)?.len();
            Ok::<_, MirrorError>((verified.count, listed))
        };
        assert_eq!(look().unwrap(), (0, 2000));
        for page in (0..whole.len() / 8192).step_by(3) {
            // A single bit, anywhere: in SQLite's own files it could go unseen.
            let mut bytes = whole.clone();
            bytes[page * 8192 + 5000] ^= 1;
            fs::write(&path, &bytes).unwrap();
            match look() {
                Err(MirrorError::WrongKey { .. }) => assert_eq!(page, 0),
                Err(MirrorError::Damaged { .. }) => assert!(page > 0),
                other => panic!("page {page}: {other:?}"),
            }
        }
        for cut in [whole.len() / 2, whole.len() - 8192, 8192, 100] {
            fs::write(&path, &whole[..cut]).unwrap();
            let error = look().unwrap_err();
            assert!(matches!(error, MirrorError::Damaged { .. } | MirrorError::WrongKey { .. }), "{cut}: {error}");
        }
    }

    #[test]
    fn what_sqlite_sorts_stays_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        for mode in [Mode::Write, Mode::Read] {
            let store = open(&path, mode, &key("1")).unwrap();
            let mut statement = store.connection.prepare("PRAGMA compile_options").unwrap();
            let options = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            assert!(options.map(Result::unwrap).any(|option| option == "TEMP_STORE=2"));
            let store: i64 = store.connection.pragma_query_value(None, "temp_store", |row| row.get(0)).unwrap();
            assert_ne!(store, 1, "1 is a file");
        }
    }

    #[test]
    fn every_released_format_can_be_encrypted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, zstd::decode_all(&include_bytes!("format-1.db.zst")[..]).unwrap()).unwrap();
        encrypt(&path, &key("1")).unwrap();
        let store = open(&path, Mode::Read, &key("1")).unwrap();
        assert_eq!(store.verify().unwrap(), Verified { contacts: 3, ..Verified::default() });
        assert_eq!(found(&store, "angstrom").len(), 1);
    }
}
