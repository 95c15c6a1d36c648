//! `profile`, and a first run.

use crate::harness::Bench;
use crate::mock::{Mock, Reply};

#[test]
fn a_first_run_says_what_to_do_in_three_lines() {
    let bench = Bench::bare();
    let ran = bench.contacts::<&str>([]).exits(2).says(&["--demo", "profile add"]);
    assert_eq!(ran.stderr.lines().count(), 3, "{ran:#?}");
    assert_eq!(ran.stdout, "");
    bench.run("list").exits(3).says(&["error: ", "hint: ", "profile add"]);
}

#[test]
fn the_demo_needs_nothing() {
    let bench = Bench::bare();
    let rows = bench.run("-q --demo search boris -o json").exits(0).is_silent().json();
    let vendors: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["profile"].as_str().unwrap()).collect();
    for vendor in crate::harness::VENDORS {
        assert!(vendors.contains(&format!("demo-{vendor}").as_str()), "{vendors:?}");
    }
    assert_eq!(bench.run("-q --demo -p demo-livedesk list -n 2 -o ndjson").exits(0).lines().len(), 2);
    bench.run("--demo -p nobody list").exits(5).says(&["demo-livedesk"]);
    assert!(!bench.config_path().exists(), "nothing is written");
}

#[test]
fn check_says_who_one_is() {
    let bench = Bench::new();
    let rows = bench.run("-q -A profile check -o json").exits(0).json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["ok"] == true), "{rows:?}");
    assert!(rows[0]["name"] == "Sandbox Agent", "{rows:?}");
    let bench = Bench::failing(5, &["401"]);
    for vendor in crate::harness::VENDORS {
        bench.run(&format!("--max-retries 0 profile check demo-{vendor}")).exits(4);
    }
    let bench = Bench::failing(5, &["chatwoot:401"]);
    bench.run("-A --max-retries 0 profile check").exits(9).says(&["demo-chatwoot"]);
}

#[test]
fn profiles_are_listed_without_their_secrets() {
    let bench = Bench::new();
    for line in
        ["profile list", "profile list -o json", "profile show demo-livedesk", "profile show demo-livedesk -o json"]
    {
        let ran = bench.run(line).exits(0);
        assert!(ran.stdout.contains("demo-livedesk"), "{ran:#?}");
        assert!(!ran.stdout.contains("worth-nothing"), "{ran:#?}");
    }
    assert_eq!(bench.requests(), 0);
}

#[test]
fn a_profile_is_added_used_made_default_and_removed() {
    let mock = Mock::start(|_| Reply::json(&serde_json::json!({ "data": [], "pageCount": 0 })));
    let bench = Bench::configured("# mine\n[defaults]\nlimit = 3 # few\n");
    let url = mock.url();
    let line = format!("profile add bot --vendor chatbotx --base-url {url} --secret token=env:BOT_TOKEN --no-check");
    let ran = bench.run(&line);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let text = std::fs::read_to_string(bench.config_path()).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("limit = 3 # few"), "{text}");
    assert!(text.contains("[profiles.bot]"), "{text}");
    bench.run("profile default bot").exits(0);
    let ran = crate::harness::Ran::of(bench.command(["list", "-o", "json"]).env("BOT_TOKEN", "t")).exits(0);
    assert_eq!(ran.stdout, "[]\n");
    assert_eq!(mock.seen()[0].header("authorization"), Some("Bearer t"));
    bench.run("profile remove bot").exits(0);
    let text = std::fs::read_to_string(bench.config_path()).unwrap();
    assert!(text.contains("# mine\n") && text.contains("limit = 3 # few") && !text.contains("profiles.bot"), "{text}");
}

#[test]
fn off_a_terminal_nothing_is_asked() {
    let bench = Bench::bare();
    let mut command = bench.command(["profile", "add"]);
    let ran = crate::harness::Ran::of(command.write_stdin("chatwoot\n"));
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(!bench.config_path().exists());
}
