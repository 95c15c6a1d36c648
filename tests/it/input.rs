//! Bad input: each gets a message that names it, an exit code, and no request that should not be.

use std::fs;

use crate::harness::{Bench, Ran, VENDORS};

/// Words that an encoding, a shell or a server may stumble over.
fn awkward() -> Vec<String> {
    let mut words: Vec<String> = [
        "a b",
        "a+b",
        "100%",
        "%2B",
        "what?",
        "a&b=c",
        "\"",
        "'",
        "\\",
        "/",
        "..",
        "#",
        "@",
        ";",
        "[a]",
        "{}",
        "$ne",
        "é",
        "名",
        "🌻",
        "\u{202e}x",
        "a\tb",
        "a\nb",
        "-1",
        "0",
        "00",
        "9999999999999999999999",
        "null",
        "%00",
        "id:1",
        "*",
        "_",
        "(",
    ]
    .map(str::to_owned)
    .into();
    words.push("x".repeat(10_000));
    words
}

#[test]
fn awkward_ids_are_not_found() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let profile = format!("demo-{vendor}");
        for id in awkward() {
            for command in ["show", "channels"] {
                let ran = bench.contacts(["-p", &profile, "--max-retries", "0", command, "--", &id]);
                assert_eq!(ran.code, 5, "{vendor} {command} `{id}`: {}", tail(&ran));
                assert!(ran.stderr.starts_with("error: demo-"), "{}", tail(&ran));
                assert!(ran.stderr.len() < 2000, "{vendor} {id}");
            }
        }
    }
    for note in bench.sandbox.as_ref().unwrap().world().log() {
        assert!(!note.path.contains("..") && !note.path.contains("//"), "{note:?}");
    }
}

fn tail(ran: &Ran) -> String {
    ran.stderr.chars().take(600).collect()
}

#[test]
fn awkward_queries_find_what_holds_them() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let profile = format!("demo-{vendor}");
        for query in awkward() {
            let ran =
                bench.contacts(["-q", "-p", &profile, "--max-retries", "0", "search", "-o", "json", "--", &query]);
            assert_eq!(ran.code, 0, "{vendor} `{query}`: {}", tail(&ran));
            assert!(ran.json().is_array());
        }
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    let bench = Bench::new();
    for line in [
        "list --limit 0",
        "list --limit -1",
        "list --limit x",
        "list --limit 1.5",
        "list --limit 99999999999999999999999",
        "list --skip -1",
        "list --page-size 0",
        "list --page-size 99999999999",
        "list --timeout 0s",
        "list --timeout -1s",
        "list --timeout forever",
        "list --max-retries -1",
        "list --max-wait x",
        "list --max-wait -2m",
        "list --max-age -5m",
        "list --created-since -7d",
        "list --active-since -x",
        "diff --since -1d",
        "sync --watch -1m",
        "mirror verify --sample -1",
        "pick --limit -1",
        "sandbox --contacts -1",
        "sandbox --port -1",
        "list --concurrency 0",
        "list --concurrency 1000",
    ] {
        let ran = bench.run(line).exits(2);
        let (option, value) = line[line.find("--").unwrap()..].split_once(' ').unwrap();
        assert!(ran.stderr.contains(option) && ran.stderr.contains(value), "{line}: {ran:#?}");
        assert!(!ran.stderr.contains("unexpected argument"), "{line}: {ran:#?}");
    }
    assert_eq!(bench.requests(), 0);
    // Large, but possible.
    assert_eq!(bench.run("-q list --limit 18446744073709551615 -o ndjson").exits(0).lines().len(), 60);
    assert_eq!(bench.run("-q list --skip 18446744073709551615 -o ndjson").exits(0).lines().len(), 0);
}

#[test]
fn contradictions_are_refused() {
    let bench = Bench::new();
    for (line, named) in [
        ("list --all --limit 3", "--limit"),
        ("-p demo-livedesk -A list", "--all-profiles"),
        ("list --jq . --template x", "--template"),
        ("list --jq . -o csv", "--jq"),
        ("list --jq . -o table", "--jq"),
        ("list --template x -o yaml", "--template"),
        ("-q -v list", "--quiet"),
        ("channels 1 --search a", "--search"),
        ("channels", "<ID>"),
        ("search", "search"),
        ("list --no-channels --channel web", "--channel"),
    ] {
        bench.run(line).exits(2).says(&[named]);
    }
    assert_eq!(bench.requests(), 0);
}

#[test]
fn what_changes_nothing_is_said() {
    let bench = Bench::new();
    bench.run("list -n 1 -o json --columns name").exits(0).says(&["--columns changes nothing in json", "--jq"]);
    bench.run("list -n 1 -o tsv --csv-safe").exits(0).says(&["--csv-safe changes nothing in tsv"]);
    bench.run("-q list -n 1 -o json --columns name --csv-safe").exits(0).is_silent();
    bench.run("list -n 1 --jq length --columns name").exits(0).is_silent();
}

#[test]
fn a_file_s_ending_says_the_format() {
    let bench = Bench::new();
    for (file, begins) in [
        ("a.json", "[{\"profile\""),
        ("a.jsonl", "{\"profile\""),
        ("a.csv", "id,name,"),
        ("a.tsv", "id\tname"),
        ("a.yml", "- profile:"),
        ("a.md", "| id | name"),
        ("a.txt", "ID "),
        ("table", "ID "),
    ] {
        bench.run(&format!("-q list -n 2 --out {file}")).exits(0);
        let text = fs::read_to_string(bench.path(file)).unwrap();
        assert!(text.starts_with(begins), "{file}: {text}");
    }
    bench.run("-q list -n 2 --out a.xlsx").exits(0);
    assert!(fs::read(bench.path("a.xlsx")).unwrap().starts_with(b"PK"));
    bench.run("-q list -n 2 -o ndjson --out a.csv").exits(0);
    assert!(fs::read_to_string(bench.path("a.csv")).unwrap().starts_with('{'), "what was typed comes first");
    let before = bench.requests();
    bench.run("list --all --out nowhere/a.csv").exits(1).says(&["no folder `nowhere`", "--out"]);
    bench.run("list --out .").exits(2).says(&["is a folder"]);
    assert_eq!(bench.requests(), before, "nothing was asked for in vain");
}

#[test]
fn unknown_words_are_named_with_the_nearest() {
    let bench = Bench::new();
    for (line, code, said) in [
        ("-p demo-chatwot list", 5, "demo-chatwoot"),
        ("list --columns id,nmae", 2, "name"),
        ("list --columns id,channels.kin", 2, "channels"),
        ("list -o jsn", 2, "json"),
        ("list --sort nmae", 2, "did you mean `name`?"),
        ("list --sort created_att:desc", 2, "did you mean `created_at`?"),
        ("list --sort name:up", 2, "asc"),
        ("list --channel whatsap", 2, "whatsapp"),
        ("list --unknown maybe", 2, "exclude"),
        ("list --created-since yesterday", 2, "7d"),
        ("serach ann", 2, "search"),
        ("list --limt 3", 2, "--limit"),
        ("schema contcat", 2, "contact"),
        ("--color blue list", 2, "never"),
        ("--error-format xml list", 2, "json"),
    ] {
        bench.run(line).exits(code).says(&[said]);
    }
    assert_eq!(bench.requests(), 0);
}

#[test]
fn configurations_that_cannot_be_read() {
    let bench = Bench::new();
    fs::create_dir(bench.path("folder")).unwrap();
    fs::write(bench.path("latin.toml"), b"[profiles.x]\nvendor = \"chatbotx\" # \xe9\n").unwrap();
    fs::write(bench.path("broken.toml"), "[profiles.x]\n\tvendor = chatbotx\n").unwrap();
    fs::write(bench.path("empty.toml"), "").unwrap();
    for file in ["folder", "latin.toml", "broken.toml", "missing.toml"] {
        let ran = bench.run(&format!("--config {file} list")).exits(3);
        assert!(ran.stderr.contains(file), "{ran:#?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
    }
    bench.run("--config empty.toml list").exits(3).says(&["no profile", "profile add"]);
    bench.run("--config broken.toml list").exits(3).says(&["broken.toml:2"]);
    let mut command = bench.command(["list"]);
    Ran::of(command.env("CONTACTS_CONFIG", "missing.toml")).exits(3).says(&["missing.toml"]);
}

#[test]
fn profiles_that_cannot_work() {
    let bench = Bench::bare();
    for (profile, said) in [
        ("vendor = \"chatwoot\"\ntoken = \"t\"", "account_id"),
        ("vendor = \"rocketchat\"\nuser_id = \"u\"\nauth_token = \"t\"", "base_url"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\ntokn = \"t\"", "`token`"),
        ("vendor = \"chatbotx\"\ntoken = 5", "token"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"http://example.com\"", "allow_http"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"ftp://example.com\"", "ftp"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"https://\"", "base_url"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"https://me:pw@example.com\"", "base_url"),
        ("vendor = \"chatbotx\"\ntoken = \"t\"\ntimeout = \"soon\"", "timeout"),
        ("vendor = \"chatbotx\"\ntoken = { envv = \"X\" }", "env"),
        ("vendor = \"livedesk\"\napi_key = \"k\"\napi_secret = \"s\"\ndirection_style = \"prefiks\"", "prefix"),
        ("token = \"t\"", "vendor"),
        ("vendr = \"chatbotx\"\ntoken = \"t\"", "unknown key `vendr`"),
    ] {
        bench.configure(&format!("[profiles.mine]\n{profile}\n"));
        bench.run("list").exits(3).says(&["mine", said, "config.toml"]);
    }
    // A loopback host may be plain.
    bench.configure("[profiles.mine]\nvendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"http://127.0.0.1:1\"\n");
    bench.run("--max-retries 0 list").exits(6);
}

#[test]
fn a_config_that_others_can_read_is_warned_of() {
    let bench = Bench::new();
    bench.run("list -n 1").exits(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(bench.config_path(), fs::Permissions::from_mode(0o644)).unwrap();
        bench.run("list -n 1").exits(0).says(&["warning: ", "chmod 600"]);
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::new();
    let odd = OsStr::from_bytes(b"a\xffb");
    let ran = bench.contacts([OsStr::new("search"), odd]);
    assert_eq!(ran.code, 2, "{ran:#?}");
    let ran = Ran::of(bench.command(["show", "-"]).write_stdin(b"\xff\xfe\n".to_vec()));
    assert_eq!(ran.code, 2, "{ran:#?}");
}
