//! What lies on disk: damage, other programs' files, folders that cannot be written, accounts that changed, kills.

use std::fs;
use std::time::Duration;

use contacts::sandbox::{Fault, RequestNote, SandboxOptions};

use super::{EACH, assert_mirrored, bench, database, everything, world};
use crate::harness::Bench;

#[test]
fn a_changed_account_is_refused_until_the_old_is_forgotten() {
    let bench = bench(20);
    bench.run("-q -A sync").exits(0);
    let connection = rusqlite::Connection::open(database(&bench)).unwrap();
    let told =
        connection.execute("UPDATE profile SET account = 'somebody-else' WHERE account IS NOT NULL", []).unwrap();
    drop(connection);
    assert!(told >= 3, "{told}");
    let before = everything(&bench, "--local -p demo-rocketchat");
    world(&bench).rename(EACH[0].1, &world(&bench).ids(EACH[0].1)[0], "Mixed In");
    for name in ["rocketchat", "chatbotx", "chatwoot"] {
        let ran = bench.run(&format!("-p demo-{name} sync")).exits(3);
        ran.says(&["now belongs to account", &format!("contacts mirror forget --profile demo-{name}")]);
        let ran = bench.run(&format!("--refresh --local -p demo-{name} list -n 3")).exits(9);
        ran.says(&["now belongs to account"]);
    }
    assert_eq!(everything(&bench, "--local -p demo-rocketchat"), before);
    bench.run("mirror forget --profile demo-rocketchat").exits(0);
    bench.run("-p demo-rocketchat sync").exits(0).says(&["20 contacts, exact"]);
}

#[test]
fn a_vendor_that_lists_nothing_empties_no_mirror() {
    let bench = bench(20);
    bench.run("-q -A sync").exits(0);
    for (name, vendor) in EACH {
        let before = everything(&bench, &format!("--local -p demo-{name}"));
        for id in world(&bench).ids(vendor) {
            world(&bench).delete(vendor, &id);
        }
        let ran = bench.run(&format!("-p demo-{name} sync"));
        assert_ne!(ran.code, 0, "{name}");
        ran.says(&["error: ", "forget"]);
        assert_eq!(everything(&bench, &format!("--local -p demo-{name}")), before, "{name}");
    }
}

#[test]
fn files_that_are_no_good_mirror_are_refused_and_left_alone() {
    let bench = bench(30);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let path = database(&bench);
    let good = fs::read(&path).unwrap();
    let list = "--local -p demo-chatwoot list --all -o json";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("truncated", good[..good.len() / 2].to_vec(), ""),
        ("cut in its first page", good[..1000].to_vec(), ""),
        ("of zeros", vec![0; good.len()], ""),
        ("no database", b"hello, this is no database at all, but a letter to somebody".repeat(50), ""),
        ("empty", Vec::new(), "contacts sync"),
    ];
    for (what, bytes, hint) in cases {
        fs::write(&path, &bytes).unwrap();
        let ran = bench.run(list);
        assert_ne!(ran.code, 0, "{what}: {ran:#?}");
        assert_eq!(ran.stdout.trim(), "", "{what}");
        ran.says(&["error: ", hint]);
        if !bytes.is_empty() {
            let ran = bench.run("-p demo-chatwoot sync");
            assert_ne!(ran.code, 0, "{what}: {ran:#?}");
            assert_ne!(bench.run("mirror verify --sample 0").code, 0, "{what}");
        }
    }
    fs::write(&path, &good).unwrap();
    bench.run(list).exits(0);
    // Pages that were overwritten: an error, or else found by verify; never a wrong answer taken for good.
    let mut told = 0;
    for page in 1..good.len() / 8192 {
        let mut bytes = good.clone();
        bytes[page * 8192..(page + 1) * 8192].fill(0x5a);
        fs::write(&path, &bytes).unwrap();
        assert_ne!(bench.run("mirror verify --sample 0").code, 0, "page {page}");
        told += u32::from(bench.run(list).code != 0);
    }
    assert!(told > 0);
    fs::write(&path, &good).unwrap();
    bench.run("mirror verify --sample 0").exits(0);
}

#[test]
fn a_newer_format_and_another_programs_database_are_never_touched() {
    let bench = bench(10);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let format: i64 = rusqlite::Connection::open(database(&bench))
        .and_then(|connection| connection.pragma_query_value(None, "user_version", |row| row.get(0)))
        .unwrap();
    let pragma = |sql: &str| rusqlite::Connection::open(database(&bench)).unwrap().execute_batch(sql).unwrap();
    for (sql, said) in [("PRAGMA user_version = 99", "has format 99"), ("PRAGMA application_id = 7", "mirror.db")] {
        pragma(sql);
        let before = fs::read(database(&bench)).unwrap();
        for line in ["--local -p demo-chatwoot list", "-p demo-chatwoot sync", "mirror verify", "mirror rebuild"] {
            let ran = bench.run(line);
            assert_ne!(ran.code, 0, "{line}: {ran:#?}");
            ran.says(&["error: ", said]);
        }
        assert!(fs::read(database(&bench)).unwrap() == before);
        pragma(&format!("PRAGMA user_version = {format}; PRAGMA application_id = 1129598290"));
    }
    assert_eq!(i64::from_str_radix("43544d52", 16).unwrap(), 1_129_598_290);
    bench.run("-q --local -p demo-chatwoot list").exits(0);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_still_answers() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = bench(10);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let path = database(&bench);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = path.parent().unwrap();
    let mode = |mode: u32| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    let is_root = fs::write(folder.join("x"), "").is_ok();
    let rows = bench.run("-q --local -p demo-chatwoot list --all -o ndjson").exits(0).lines();
    assert_eq!(rows.len(), 10);
    if !is_root {
        bench.run("-p demo-chatwoot sync").exits(1).says(&["mirror.db"]);
    }
    mode(0o700);
    bench.run("-q -p demo-chatwoot sync").exits(0);
}

#[cfg(unix)]
#[test]
fn rights_that_were_loosened_are_told_and_taken_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = bench(10);
    bench.run("-q -p demo-chatwoot sync").exits(0);
    let path = database(&bench);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let loosen = || {
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    };
    let ran = bench.run("mirror status").exits(0);
    assert!(!ran.stderr.contains("warning"), "{ran:#?}");
    loosen();
    let told =
        ["mirror.db is open to others (mode 644)", "contacts is open to others (mode 755)", "chmod go= ~/.local"];
    bench.run("mirror status").exits(0).says(&told);
    bench.run("-q --local -p demo-chatwoot list").exits(0);
    assert_eq!(mode(&path), 0o644, "whoever only reads changes nothing");
    for line in ["-p demo-chatwoot sync", "mirror rebuild", "mirror forget -p demo-chatwoot"] {
        loosen();
        bench.run(line).exits(0).says(&["mirror.db was open to others (mode 644) and is private again"]);
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700), "{line}");
        let ran = bench.run("mirror status").exits(0);
        assert!(!ran.stderr.contains("warning"), "{ran:#?}");
    }
}

#[test]
fn a_sync_that_is_killed_loses_nothing_and_goes_on() {
    let slow = "slow=15".parse::<Fault>().unwrap();
    let options =
        SandboxOptions { contacts: 400, now: jiff::Timestamp::now(), faults: vec![slow], ..SandboxOptions::default() };
    let bench = Bench::with(options);
    let mut unfinished = 0;
    // Labels are read before anything is stored; the first kill is among them.
    let asked = |vendor| {
        let of =
            |note: &RequestNote| note.vendor == vendor && !format!("{}?{}", note.path, note.query).contains("labels");
        world(&bench).log().iter().filter(|note| of(note)).count()
    };
    for (name, vendor) in EACH {
        for after in [1, 2, 4, 5, 6, 7] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_contacts"));
            command.args(["-q", "-p", &format!("demo-{name}"), "sync", "--full"]);
            command.env_clear().env("HOME", bench.home());
            for (variable, folder) in [("XDG_CONFIG_HOME", ".config"), ("XDG_DATA_HOME", ".local/share")] {
                command.env(variable, bench.path(folder));
            }
            let mut child = command.spawn().unwrap();
            let until = asked(vendor) + after;
            while asked(vendor) < until && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            if database(&bench).exists() && fs::metadata(database(&bench)).unwrap().len() > 0 {
                let ran = bench.run("mirror verify --sample 0");
                if ran.stderr.contains("there is no mirror") {
                    continue;
                }
                ran.exits(0);
                let status = bench.run("mirror status -o json").json();
                let of = status.as_array().unwrap().iter().find(|of| of["profile"] == format!("demo-{name}"));
                unfinished += u32::from(of.is_some_and(|of| of["unfinished"] == true));
            }
        }
        bench.run(&format!("-p demo-{name} sync")).exits(0);
        assert_mirrored(&bench, name);
        if name == "chatwoot" {
            super::labels::assert_labels(&bench);
        }
    }
    assert!(unfinished > 3, "hardly any sync was killed on its way: {unfinished}");
    bench.run("mirror verify --sample 0").exits(0).says(&["contacts checked, 0 problems"]);
}
