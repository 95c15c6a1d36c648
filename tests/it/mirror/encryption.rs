//! The encrypted mirror from outside: the key is had and never told, nothing is readable on disk, and what does not fit is explained.

use std::fs;

use super::{bench, database};
use crate::harness::{Bench, Ran};

const KEY: &str = "5ca1ab1e0ddba11c0ffee0decafbad00f005ba11deadbeef0123456789abcdef";

/// Runs the program with the variable `MIRROR_KEY`, and asserts that it does not tell the key.
#[track_caller]
fn with(bench: &Bench, key: &str, line: &str) -> Ran {
    let ran = Ran::of(bench.command(line.split_whitespace()).env("MIRROR_KEY", key));
    for text in [&ran.stdout, &ran.stderr] {
        assert!((0..=KEY.len() - 12).all(|at| !text.contains(&KEY[at..at + 12])), "{line}: {ran:#?}");
    }
    ran
}

/// Has the configuration say that the key is in `MIRROR_KEY`.
fn name_the_key(bench: &Bench) {
    let profiles = bench.sandbox.as_ref().unwrap().config_toml();
    bench.configure(&format!("{profiles}\n[mirror]\nkey = {{ env = \"MIRROR_KEY\" }}\n"));
}

#[test]
fn without_the_feature_an_encrypted_mirror_is_explained() {
    if contacts::mirror::CAN_ENCRYPT {
        return;
    }
    let bench = bench(10);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let plain = fs::read(database(&bench)).unwrap();
    for line in ["mirror encrypt", "mirror decrypt"] {
        bench.run(line).exits(3).says(&["cannot do that", "--features encryption"]);
    }
    name_the_key(&bench);
    for line in ["--local -p demo-chatwoot list", "-p demo-chatwoot sync", "mirror status", "mirror verify"] {
        with(&bench, KEY, line).exits(3).says(&["--features encryption"]);
    }
    assert!(fs::read(database(&bench)).unwrap() == plain);
    fs::remove_file(database(&bench)).unwrap();
    with(&bench, KEY, "-p demo-chatwoot sync").exits(3).says(&["is to be encrypted", "--features encryption"]);
    assert!(!database(&bench).exists());
    fs::write(database(&bench), b"contacts-mirror\x01 and what nobody can read".repeat(99)).unwrap();
    bench.configure(&bench.sandbox.as_ref().unwrap().config_toml());
    for line in ["--local -p demo-chatwoot list", "-p demo-chatwoot sync", "mirror status", "mirror verify"] {
        let ran = bench.run(line).exits(3).says(&["is encrypted, and this build", "--features encryption"]);
        assert!(!ran.stderr.contains("damaged") && !ran.stderr.contains("move the file"), "{ran:#?}");
    }
}

#[cfg(feature = "encryption")]
mod encrypted {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::super::{EACH, assert_mirrored, everything, world};
    use super::*;

    const OTHER: &str = "00000000000000000000000000000000000000000000000000000000000000ff";
    const LOOKS: [&str; 6] = [
        "--local -p demo-chatwoot list",
        "-p demo-chatwoot sync",
        "mirror status",
        "mirror verify",
        "mirror rebuild",
        "diff",
    ];

    fn is_encrypted(bench: &Bench) -> bool {
        fs::read(database(bench)).unwrap().starts_with(b"contacts-mirror\x01")
    }

    /// Whether a text stands in any file of the mirror's folder.
    fn stands_in_a_file(bench: &Bench, text: &str) -> bool {
        let files = fs::read_dir(database(bench).parent().unwrap()).unwrap();
        let mut files = files.map(|entry| fs::read(entry.unwrap().path()).unwrap());
        files.any(|bytes| memchr::memmem::find(&bytes, text.as_bytes()).is_some())
    }

    fn local(bench: &Bench, key: &str) -> String {
        with(bench, key, "-q --local -p demo-chatwoot list --all -o ndjson").exits(0).stdout
    }

    #[test]
    fn a_mirror_lives_encrypted() {
        let bench = bench(60);
        bench.run("-q -p demo-chatwoot sync").exits(0);
        let rows = bench.run("-q --local -p demo-chatwoot list --all -o ndjson").exits(0).stdout;
        let contacts = everything(&bench, "--local -p demo-chatwoot");
        let contact = contacts.iter().find(|row| row["emails"][0]["address"].is_string()).unwrap();
        let (id, email) = (contact["id"].as_str().unwrap(), contact["emails"][0]["address"].as_str().unwrap());
        assert!(stands_in_a_file(&bench, email));
        bench.run("mirror status").exits(0).says(&["mirror.db is not encrypted"]);

        name_the_key(&bench);
        for line in LOOKS {
            let ran = with(&bench, KEY, line).exits(3);
            ran.says(&["is not encrypted, and the configuration says that it is to be", "contacts mirror encrypt"]);
        }
        bench.run("mirror encrypt").exits(4).says(&["`MIRROR_KEY`, which is not set"]);
        for wrong in [&KEY[..32], "not a key", &KEY.replace('0', "x")] {
            let ran = with(&bench, wrong, "mirror encrypt").exits(4).says(&["64 hexadecimal digits", "openssl rand"]);
            assert!(!ran.stderr.contains(wrong), "{ran:#?}");
        }
        assert!(stands_in_a_file(&bench, email), "nothing was changed");
        with(&bench, KEY, "mirror encrypt").exits(0).says(&["the mirror is encrypted"]);
        with(&bench, KEY, "mirror encrypt").exits(0).says(&["is encrypted already"]);
        assert!(is_encrypted(&bench) && !stands_in_a_file(&bench, email));
        assert!(!stands_in_a_file(&bench, "SQLite format") && !stands_in_a_file(&bench, KEY));

        assert_eq!(local(&bench, KEY), rows);
        with(&bench, KEY, "mirror status").exits(0).says(&["mirror.db is encrypted"]);
        assert_eq!(with(&bench, KEY, "mirror status -o json").json()[0]["encrypted"], true);
        world(&bench).rename(EACH[3].1, id, "Zebulon Quartz");
        with(&bench, KEY, "-vvv -p demo-chatwoot sync").exits(0).says(&["1 changed"]);
        let log = with(&bench, KEY, &format!("-q log {id} -o json")).exits(0).json();
        assert_eq!(log[0]["new"], "Zebulon Quartz");
        let ran = with(&bench, KEY, &format!("--refresh --local -p demo-chatwoot show {id}")).exits(0);
        ran.says(&["1 read again"]);
        with(&bench, KEY, "mirror rebuild").exits(0).says(&["made anew"]);
        with(&bench, KEY, "mirror verify").exits(0).says(&["0 problems"]);
        with(&bench, KEY, &format!("mirror forget {id}")).exits(0).says(&["1 contact forgotten"]);
        with(&bench, KEY, &format!("-q --local -p demo-chatwoot show {id}")).exits(5);
        assert!(!stands_in_a_file(&bench, "quartz") && !stands_in_a_file(&bench, email));

        let before = fs::read(database(&bench)).unwrap();
        for line in LOOKS {
            let ran = with(&bench, OTHER, line).exits(4).says(&["its key is another one", "[mirror]"]);
            assert!(!ran.stderr.contains("ERROR"), "only we speak: {ran:#?}");
            bench.run(line).exits(4).says(&["`MIRROR_KEY`, which is not set"]);
        }
        bench.configure(&bench.sandbox.as_ref().unwrap().config_toml());
        for line in LOOKS {
            let ran = with(&bench, KEY, line).exits(3);
            ran.says(&["is encrypted, and the configuration names no key", "key = { keyring = true }"]);
        }
        bench.run("--demo --local list").exits(3).says(&["the demo reads no configuration"]);
        assert!(fs::read(database(&bench)).unwrap() == before);

        name_the_key(&bench);
        with(&bench, OTHER, "mirror decrypt").exits(4);
        with(&bench, KEY, "mirror decrypt").exits(0).says(&["no longer encrypted", "no longer names a key"]);
        assert!(!fs::read_to_string(bench.config_path()).unwrap().contains("[mirror]"));
        bench.run("mirror verify").exits(0).says(&["0 problems"]);
        assert!(!is_encrypted(&bench));
        bench.run("-q -p demo-chatwoot sync --full").exits(0);
        assert_mirrored(&bench, "chatwoot");
    }

    #[test]
    fn a_first_sync_stores_nothing_readable() {
        let bench = bench(60);
        name_the_key(&bench);
        let email = everything(&bench, "-p demo-chatwoot")
            .iter()
            .find_map(|row| row["emails"][0]["address"].as_str().map(ToOwned::to_owned))
            .unwrap();
        bench.run("-p demo-chatwoot sync").exits(4).says(&["`MIRROR_KEY`, which is not set"]);
        assert!(!database(&bench).exists(), "no key, no mirror");
        with(&bench, KEY, "--local -p demo-chatwoot list").exits(3).says(&["contacts sync"]);
        with(&bench, KEY, "-q -A sync").exits(0);
        assert!(is_encrypted(&bench) && !stands_in_a_file(&bench, &email));
        assert!(local(&bench, KEY).contains(&email));
    }

    #[test]
    fn a_mirror_that_cannot_be_opened_leaves_the_vendors_to_answer_and_says_why() {
        let bench = bench(20);
        name_the_key(&bench);
        with(&bench, KEY, "-q -p demo-chatwoot sync").exits(0);
        let line = "--max-age 1h -p demo-chatwoot list -n 3 -o ndjson";
        with(&bench, KEY, line).exits(0).says(&["from the local mirror"]);
        let why = "demo-chatwoot: the mirror cannot answer: ";
        assert_eq!(bench.run(line).exits(0).says(&[why, "not set"]).lines().len(), 3);
        assert_eq!(with(&bench, OTHER, line).exits(0).says(&[why, "another one"]).lines().len(), 3);
    }

    /// Spawns the program in the bench's home.
    fn spawn(bench: &Bench, line: &str) -> std::process::Child {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_contacts"));
        command.args(line.split_whitespace()).env_clear().env("HOME", bench.home()).env("MIRROR_KEY", KEY);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        for (variable, folder) in [("XDG_CONFIG_HOME", ".config"), ("XDG_DATA_HOME", ".local/share")] {
            command.env(variable, bench.path(folder));
        }
        command.spawn().unwrap()
    }

    /// Files of the mirror but for its locks.
    fn files(bench: &Bench) -> Vec<String> {
        let folder = fs::read_dir(database(bench).parent().unwrap()).unwrap();
        let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| Path::new(name).extension().is_none_or(|of| of != "lock"));
        names.sort();
        names
    }

    #[test]
    fn a_conversion_that_is_killed_leaves_the_old_mirror_or_the_new_one() {
        let bench = bench(400);
        name_the_key(&bench);
        with(&bench, KEY, "-q -p demo-chatwoot sync").exits(0);
        let rows = local(&bench, KEY);
        let all = format!("{} contacts checked, 0 problems", rows.lines().count());
        let begun = Instant::now();
        with(&bench, KEY, "mirror decrypt").exits(0);
        let whole = begun.elapsed();
        name_the_key(&bench);
        let (mut before, mut after, mut copies) = (0, 0, 0);
        for round in 0..40_u32 {
            let was = is_encrypted(&bench);
            let mut child = spawn(&bench, if was { "mirror decrypt" } else { "mirror encrypt" });
            // Until something happens, then a little longer each time.
            while !files(&bench).iter().any(|name| name.ends_with("-copy"))
                && is_encrypted(&bench) == was
                && child.try_wait().unwrap().is_none()
            {
                std::thread::sleep(Duration::from_micros(200));
            }
            std::thread::sleep(whole * (round % 20) / 16);
            let _ = child.kill();
            child.wait().unwrap();
            copies += u32::from(files(&bench).len() > 1);
            *(if is_encrypted(&bench) == was { &mut before } else { &mut after }) += 1;
            // What the configuration says follows; if it was killed in between, the same command goes on.
            name_the_key(&bench);
            let goes_on = if is_encrypted(&bench) { "mirror status" } else { "mirror encrypt" };
            if !is_encrypted(&bench) && round % 2 == 0 {
                // As it is without a key.
                bench.configure(&bench.sandbox.as_ref().unwrap().config_toml());
                bench.run("mirror verify --sample 0").exits(0).says(&[&all]);
                name_the_key(&bench);
            } else {
                with(&bench, KEY, goes_on).exits(0);
                with(&bench, KEY, "mirror verify --sample 0").exits(0).says(&[&all]);
                assert!(local(&bench, KEY) == rows, "round {round}");
            }
        }
        assert!(before > 0 && after > 0 && copies > 0, "kills came at one place alone: {before} {after} {copies}");
        if !is_encrypted(&bench) {
            with(&bench, KEY, "mirror encrypt").exits(0);
        }
        with(&bench, KEY, "mirror rebuild").exits(0);
        assert!(!files(&bench).iter().any(|name| name.ends_with("-copy")), "{:?}", files(&bench));
        assert!(local(&bench, KEY) == rows);
    }

    #[test]
    fn conversions_and_others_do_not_collide() {
        let bench = bench(200);
        name_the_key(&bench);
        with(&bench, KEY, "-q -p demo-chatwoot sync").exits(0);
        let lines = ["-q -p demo-chatwoot sync", "-q --local -p demo-chatwoot list", "-q -p demo-livedesk sync --full"];
        for round in 0..12 {
            let others: Vec<_> = lines.iter().map(|line| spawn(&bench, line)).collect();
            let line = if is_encrypted(&bench) { "mirror decrypt" } else { "mirror encrypt" };
            name_the_key(&bench);
            let ran = with(&bench, KEY, line);
            assert!(ran.code == 0 || ran.stderr.contains("another process"), "round {round}: {ran:#?}");
            for mut other in others {
                other.wait().unwrap();
            }
            if ran.code != 0 {
                with(&bench, KEY, line).exits(0);
            }
            if is_encrypted(&bench) {
                name_the_key(&bench);
            } else {
                bench.configure(&bench.sandbox.as_ref().unwrap().config_toml());
            }
            with(&bench, KEY, "mirror verify --sample 0").exits(0).says(&["0 problems"]);
        }
        name_the_key(&bench);
        if !is_encrypted(&bench) {
            with(&bench, KEY, "mirror encrypt").exits(0);
        }
        with(&bench, KEY, "-q -p demo-chatwoot,demo-livedesk sync --full").exits(0);
        with(&bench, KEY, "mirror verify --sample 0").exits(0).says(&["0 problems"]);
        for (name, vendor) in [EACH[1], EACH[3]] {
            let local = with(&bench, KEY, &format!("-q --local -p demo-{name} list --all -o ndjson")).exits(0).lines();
            assert_eq!(local.len(), everything(&bench, &format!("-p demo-{name}")).len(), "{vendor:?}");
        }
    }
}
