//! `list` and `search`: which contacts, how many, in which order, in which format.

use contacts::sandbox::SandboxOptions;
use serde_json::Value;

use crate::harness::{Bench, VENDORS, ids};

#[test]
fn a_list_as_a_person_sees_it() {
    let bench = Bench::new();
    insta::assert_snapshot!("list", bench.run("list -n 5").exits(0).snapshot());
    insta::assert_snapshot!("list-of-several", bench.run("-A list -n 4").exits(0).snapshot());
    insta::assert_snapshot!("list-all", bench.run("-A list --all --columns id,name").exits(0).snapshot());
}

#[test]
fn a_search_as_a_person_sees_it() {
    let bench = Bench::new();
    insta::assert_snapshot!("search", bench.run("-A search boris doe").exits(0).snapshot());
}

#[test]
fn words_occur_in_any_order_and_case() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let found = |query: &[&str]| {
            let profile = format!("demo-{vendor}");
            let mut line = vec!["-q", "-p", &profile, "search", "-o", "json"];
            line.extend(query);
            ids(bench.contacts(line).exits(0).json().as_array().unwrap())
        };
        let tessa = found(&["tessa", "mensah"]);
        assert!(!tessa.is_empty(), "{vendor}");
        assert_eq!(found(&["mensah tessa"]), tessa, "{vendor}");
        assert_eq!(found(&["MENSAH", "TESSA"]), tessa, "{vendor}");
        assert_eq!(found(&["\"Tessa Mensah\""]), tessa, "{vendor}");
        assert!(found(&["\"Mensah Tessa\""]).is_empty(), "{vendor}: a phrase is one word");
        assert_eq!(found(&["--name", "tessa", "--email", "mensah"]), tessa, "{vendor}");
        assert!(found(&["--name", "tessa", "--email", "nowhere.invalid"]).is_empty(), "{vendor}");
        assert_eq!(found(&["--exact", "Tessa Mensah"]), tessa, "{vendor}");
        assert!(found(&["--exact", "Tessa"]).is_empty(), "{vendor}");
    }
}

#[test]
fn phones_are_found_however_they_are_written() {
    let bench = Bench::new();
    for phone in ["+1 202 555 0143", "(202) 555-0143", "2025550143", "+12025550143", "202.555.0143"] {
        for arguments in [vec!["search", phone], vec!["search", "--phone", phone]] {
            let mut line = vec!["-q", "-p", "demo-rocketchat", "-o", "json"];
            line.extend(arguments);
            let found = bench.contacts(&line).exits(0).json();
            let names: Vec<_> = found.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
            assert!(names.contains(&"Boris Doe"), "{line:?}: {names:?}");
        }
    }
}

#[test]
fn what_the_vendor_cannot_find_is_said_and_found_by_a_scan() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let all = bench.run(&format!("-q -p demo-{vendor} list --all -o ndjson")).exits(0).lines();
        let francois =
            all.iter().filter(|row| row["name"].as_str().is_some_and(|name| name.contains("François"))).count();
        assert!(francois > 0, "{vendor}");
        let ran = bench.run(&format!("-p demo-{vendor} search --name francois -o json"));
        assert!(ran.stderr.contains("--scan"), "{vendor}: {ran:#?}");
        let found = bench.run(&format!("-q -p demo-{vendor} search --scan --name francois -o json")).exits(0).json();
        assert!(found.as_array().unwrap().len() >= francois, "{vendor}");
    }
}

#[test]
fn everything_is_listed_once() {
    let bench = Bench::new();
    for (vendor, expected) in VENDORS.iter().zip([60, 55, 60, 55]) {
        let mut listed = ids(&bench.run(&format!("-q -p demo-{vendor} list --all -o ndjson")).exits(0).lines());
        assert_eq!(listed.len(), expected, "{vendor}");
        listed.sort();
        listed.dedup();
        assert_eq!(listed.len(), expected, "{vendor}");
    }
    let ran = bench.run("-A list --all -o ndjson").exits(0);
    assert_eq!(ran.stderr.matches(", exact (").count(), 4, "{ran:#?}");
}

#[test]
fn limits_skips_and_page_sizes_give_windows_of_one_list() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let listed = |options: &str| {
            let line = format!("-q -p demo-{vendor} list --sort name --sort id -o ndjson {options}");
            ids(&bench.run(&line).exits(0).lines())
        };
        let whole = listed("-n 40");
        assert_eq!(whole.len(), 40, "{vendor}");
        assert_eq!(listed("-n 7"), whole[..7], "{vendor}");
        assert_eq!(listed("-n 7 --skip 11"), whole[11..18], "{vendor}");
        assert_eq!(listed("-n 7 --skip 11 --page-size 5"), whole[11..18], "{vendor}");
        assert!(listed("-n 7 --skip 1000").is_empty(), "{vendor}");
    }
}

#[test]
fn a_filled_limit_asks_no_further_list_and_says_that_there_is_more() {
    for vendor in VENDORS {
        let bench = Bench::new();
        let ran =
            bench.run(&format!("-q -p demo-{vendor} search boris --limit 1 -o ndjson --report report.json")).exits(0);
        assert_eq!(ran.lines().len(), 1, "{vendor}");
        let report = std::fs::read(bench.path("report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["profiles"][0]["verdict"], "limited", "{vendor}: more than one of them matches");
        // ChatbotX looks a word up in two ways, each a list of its own; Rocket.Chat's second list was not needed.
        if vendor == "rocketchat" {
            assert_eq!(bench.requests(), 1);
        }
    }
}

#[test]
fn what_nobody_can_match_is_asked_of_nobody() {
    let bench = Bench::new();
    let ran = bench.run("-p demo-chatwoot list --all --unknown only -o json").exits(0);
    assert_eq!((ran.stdout.trim(), bench.requests()), ("[]", 0));
    ran.says(&["exact (nothing here can match)"]);
}

#[test]
fn a_list_without_a_count_is_hardly_read_beyond_its_end() {
    let bench = Bench::with(SandboxOptions { contacts: 200, ..SandboxOptions::default() });
    bench.run("-q -p demo-chatbotx list --all -o ndjson").exits(0);
    // Five pages hold everything, one looks behind the end, one names the fields; two may have been guessed.
    assert!(bench.requests() <= 9, "{} requests", bench.requests());
}

#[test]
fn sorting_is_as_asked() {
    let bench = Bench::new();
    let times = |line: &str| -> Vec<String> {
        let rows = bench.run(&format!("-q {line} -o json")).exits(0).json();
        rows.as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["created_at"].as_str())
            .map(|at| at.trim_end_matches('Z').to_owned())
            .collect()
    };
    for vendor in VENDORS {
        for all in ["-n 200", "--all"] {
            let up = times(&format!("-p demo-{vendor} list {all} --sort created_at"));
            assert!(up.len() > 50 && up.is_sorted(), "{vendor} {all}: {up:?}");
            let down = times(&format!("-p demo-{vendor} list {all} --sort created_at:desc"));
            assert!(down.iter().rev().is_sorted(), "{vendor} {all}: {down:?}");
        }
    }
    let merged = times("-A list -n 100 --sort created_at");
    assert!(merged.len() == 100 && merged.is_sorted(), "{merged:?}");
}

#[test]
fn unknown_contacts_come_unless_told_otherwise() {
    let bench = Bench::new();
    let rows = |options: &str| bench.run(&format!("-q list --all -o ndjson {options}")).exits(0).lines();
    let (all, known, unknown) = (rows(""), rows("--unknown exclude"), rows("--unknown only"));
    assert!(!known.is_empty() && !unknown.is_empty());
    assert_eq!(all.len(), known.len() + unknown.len());
    assert!(known.iter().all(|row| row["unknown"] == false) && unknown.iter().all(|row| row["unknown"] == true));
}

#[test]
fn filters_hold_for_every_row() {
    let bench = Bench::new();
    for vendor in VENDORS {
        let all = bench.run(&format!("-q -p demo-{vendor} list --all -o ndjson")).exits(0).lines();
        let check = |options: &str, holds: &dyn Fn(&Value) -> bool| {
            for all_option in ["--all", "-n 1000"] {
                let ran = bench.run(&format!("-q -p demo-{vendor} list {all_option} -o ndjson {options}"));
                let mut found = ids(&ran.exits(0).lines());
                let mut expected = ids(all.iter().filter(|row| holds(row)));
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{vendor} {options} {all_option}");
            }
        };
        let has_kind = |row: &Value, kind: &str| row["channels"].as_array().unwrap().iter().any(|c| c["kind"] == kind);
        check("--channel whatsapp", &|row| has_kind(row, "whatsapp"));
        check("--channel web", &|row| has_kind(row, "web"));
        check("--blocked", &|row| row["blocked"] == true || all_channels_blocked(row));
        check("--created-since 2026-01-01", &|row| row["created_at"].as_str().is_some_and(|at| at >= "2026-01-01"));
        check("--active-since 2026-10-01", &|row| {
            row["last_activity_at"].as_str().is_some_and(|at| at >= "2026-10-01")
        });
    }
}

/// Where the vendor blocks channels, not contacts.
fn all_channels_blocked(row: &Value) -> bool {
    row["blocked"].is_null()
        && !row["channels"].as_array().unwrap().is_empty()
        && row["channels"].as_array().unwrap().iter().all(|channel| channel["blocked"] == true)
}

#[test]
fn formats_hold_the_same_rows() {
    let bench = Bench::new();
    let out = |format: &str| bench.run(&format!("-q -A list -n 20 -o {format}")).exits(0).is_silent();
    let json = out("json").json();
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), 20);
    assert_eq!(out("ndjson").lines(), *rows);
    let csv = out("csv").stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["profile", "id", "name", "emails", "phones", "channels", "last_activity_at"]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 20);
    for (record, row) in records.iter().zip(rows) {
        assert_eq!(&record[1], row["id"].as_str().unwrap());
        assert_eq!(&record[2], row["name"].as_str().unwrap_or_default());
    }
    let tsv = out("tsv").stdout;
    assert_eq!(tsv.lines().count(), 21);
    assert!(tsv.lines().all(|line| line.split('\t').count() == 7), "{tsv}");
    let md = out("md").stdout;
    assert!(md.lines().skip(2).count() == 20 && md.lines().all(|line| line.starts_with('|')), "{md}");
    let yaml = out("yaml").stdout;
    assert_eq!(yaml.lines().filter(|line| line.starts_with("- ")).count(), 20, "{yaml}");
    for format in ["csv", "tsv", "json", "ndjson", "yaml", "md", "table"] {
        let empty = bench.run(&format!("-q search nobody-has-this-name -o {format}")).exits(0).is_silent().stdout;
        match format {
            "json" | "yaml" => assert_eq!(empty.trim(), "[]", "{format}"),
            "ndjson" | "table" => assert_eq!(empty, "", "{format}"),
            "csv" | "tsv" => assert_eq!(empty.lines().count(), 1, "{format}: the header is always there"),
            _ => {}
        }
    }
}

#[test]
fn columns_are_what_was_asked_for() {
    let bench = Bench::new();
    let ran =
        bench.run("-q -p demo-chatbotx list -n 3 -o csv --columns vendor,id,location.city,custom_fields.plan,labels");
    let text = ran.exits(0).stdout;
    assert_eq!(text.lines().next(), Some("vendor,id,location.city,custom_fields.plan,labels"));
    assert!(text.lines().skip(1).all(|line| line.starts_with("chatbotx,")), "{text}");
}

#[test]
fn the_same_query_gives_the_same_bytes() {
    let bench = Bench::new();
    for line in ["-A list --all -o ndjson", "-A list -n 30 -o csv", "-A search a -o json", "-A list -n 30"] {
        let first = bench.run(line).stdout;
        for concurrency in [1, 3, 16] {
            assert_eq!(bench.run(&format!("--concurrency {concurrency} {line}")).stdout, first, "{line}");
        }
    }
}

#[test]
fn precedence_is_flag_environment_profile_defaults() {
    let bench = Bench::new();
    let toml = bench.sandbox.as_ref().unwrap().config_toml();
    bench.configure(&format!("[defaults]\noutput = \"csv\"\nlimit = 2\n\n{}", toml.replace("default_profile", "#")));
    let ran = |line: &str, env: &[(&str, &str)]| {
        let mut command = bench.command(line.split_whitespace());
        env.iter().for_each(|(name, value)| _ = command.env(name, value));
        crate::harness::Ran::of(&mut command)
    };
    let count = |text: &str| text.lines().count();
    assert_eq!(count(&ran("-p demo-chatwoot list", &[]).exits(0).stdout), 3);
    assert_eq!(count(&ran("-p demo-chatwoot list -n 4", &[]).exits(0).stdout), 5);
    let by_env = ran("list", &[("CONTACTS_PROFILE", "demo-chatwoot"), ("CONTACTS_OUTPUT", "ndjson")]).exits(0);
    assert!(by_env.lines().iter().all(|row| row["profile"] == "demo-chatwoot"));
    let by_flag = ran("list -p demo-livedesk -o json", &[("CONTACTS_PROFILE", "demo-chatwoot")]).exits(0).json();
    assert!(by_flag.as_array().unwrap().iter().all(|row| row["profile"] == "demo-livedesk"));
    let by_vendor = [
        ("CONTACTS_VENDOR", "chatwoot"),
        ("CONTACTS_BASE_URL", &format!("http://{}/chatwoot", bench.sandbox.as_ref().unwrap().addr)),
        ("CONTACTS_ACCOUNT_ID", "1"),
        ("CONTACTS_TOKEN", "sandbox-chatwoot-token-worth-nothing"),
    ];
    let rows = ran("list -o json", &by_vendor).exits(0).json();
    assert!(rows.as_array().unwrap().iter().all(|row| row["profile"] == "env"), "{rows}");
    // The default profile is missing now.
    ran("list", &[]).exits(2).says(&["demo-rocketchat", "demo-livedesk", "-p"]);
}
