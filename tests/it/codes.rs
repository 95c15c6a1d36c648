//! Every exit code, and the error object that goes with it.

use std::net::TcpListener;

use contacts::cli::FailureKind;
use serde_json::Value;

use crate::contract::{Schema, validate};
use crate::harness::{Bench, Ran};

/// One error, of this code, that fits the schema.
#[track_caller]
fn fails(ran: &Ran, kind: FailureKind) -> Value {
    assert_eq!(ran.code, i32::from(kind.code()), "{ran:#?}");
    let errors = ran.errors();
    let [error] = errors.as_slice() else { panic!("one error is due: {ran:#?}") };
    assert_eq!(error["code"], kind.code(), "{error}");
    assert_eq!(error["kind"], kind.as_str(), "{error}");
    validate(Schema::Error, &serde_json::json!({ "error": error }));
    for line in ran.stderr.lines() {
        let is_error = line.starts_with("{\"error\":");
        let is_remark = line.starts_with("note: ") || line.contains("interrupted") || !line.starts_with("error");
        assert!(is_error || is_remark, "{line}");
    }
    assert!(!error["message"].as_str().unwrap().is_empty());
    error.clone()
}

fn ask(bench: &Bench, line: &str) -> Ran {
    bench.run(&format!("--error-format json --max-retries 0 {line}"))
}

#[test]
fn done() {
    let bench = Bench::new();
    bench.run("list -n 1").exits(0);
    bench.run("search nobody-has-this-name").exits(0);
    assert_eq!(bench.run("-q search nobody-has-this-name -o json").exits(0).is_silent().stdout, "[]\n");
}

#[test]
fn usage() {
    let bench = Bench::new();
    for line in ["list --no-such-option", "lst", "list --limit 0", "search", "-p demo-livedesk -A list", "show"] {
        fails(&ask(&bench, line), FailureKind::Usage);
    }
    assert_eq!(bench.requests(), 0, "nothing is sent for what cannot be meant");
}

#[test]
fn configuration() {
    let bench = Bench::configured("[profiles.x]\nvendor = \"rocketchatt\"\n");
    let error = fails(&ask(&bench, "list"), FailureKind::Config);
    let said = format!("{} {}", error["message"], error["hint"]);
    assert!(said.contains("rocketchatt") && said.contains("`rocketchat`") && said.contains("`x`"), "{said}");
}

#[test]
fn authentication() {
    let bench = Bench::failing(5, &["401"]);
    for vendor in crate::harness::VENDORS {
        let error = fails(&ask(&bench, &format!("-p demo-{vendor} list")), FailureKind::Auth);
        assert_eq!(error["status"], 401, "{error}");
        assert_eq!(error["vendor"], vendor);
        assert_eq!(error["profile"], format!("demo-{vendor}"));
        assert!(error["hint"].is_string(), "{error}");
    }
    let bench = Bench::failing(5, &["403"]);
    for vendor in crate::harness::VENDORS {
        let error = fails(&ask(&bench, &format!("-p demo-{vendor} list")), FailureKind::Auth);
        assert_eq!(error["status"], 403, "{error}");
    }
    let bench = Bench::configured("[profiles.x]\nvendor = \"chatbotx\"\ntoken = { env = \"NOT_THERE\" }\n");
    let error = fails(&ask(&bench, "list"), FailureKind::Auth);
    assert!(error["message"].as_str().unwrap().contains("NOT_THERE"), "{error}");
    // No keyring can be had without a session bus.
    let bench = Bench::configured("[profiles.x]\nvendor = \"chatbotx\"\n");
    let error = fails(&ask(&bench, "list"), FailureKind::Auth);
    assert!(error["hint"].as_str().unwrap().contains("env = "), "the alternatives are named: {error}");
}

#[test]
fn not_found() {
    let bench = Bench::new();
    for vendor in crate::harness::VENDORS {
        for command in ["show", "channels"] {
            let error = fails(&ask(&bench, &format!("-p demo-{vendor} {command} 999999")), FailureKind::NotFound);
            assert!(error["message"].as_str().unwrap().contains("999999"), "{error}");
        }
    }
    fails(&ask(&bench, "search --fail-empty nobody-has-this-name"), FailureKind::NotFound);
    let error = fails(&ask(&bench, "-p demo-rocketcat list"), FailureKind::NotFound);
    assert!(error["hint"].as_str().unwrap().contains("demo-rocketchat"), "{error}");
}

#[test]
fn network() {
    // A port that was free a moment ago, and that nobody listens on.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let profile = |url: &str| format!("[profiles.x]\nvendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"{url}\"\n");
    let bench = Bench::configured(&profile(&format!("http://{free}")));
    let error = fails(&ask(&bench, "list"), FailureKind::Network);
    assert!(error["message"].as_str().unwrap().contains("refused"), "{error}");
    bench.configure(&profile("https://no-such-host.invalid"));
    fails(&ask(&bench, "list"), FailureKind::Network);
    let bench = Bench::failing(5, &["hang"]);
    let error = fails(&ask(&bench, "--timeout 200ms list"), FailureKind::Network);
    assert!(error["message"].as_str().unwrap().contains("0.2s"), "the time is named: {error}");
}

#[test]
fn rate_limit() {
    let bench = Bench::failing(5, &["429=50"]);
    for vendor in crate::harness::VENDORS {
        let ran = ask(&bench, &format!("-p demo-{vendor} --max-wait 1s list"));
        let error = fails(&ran, FailureKind::RateLimit);
        assert!(format!("{error}").contains("max-wait"), "the way out is named: {error}");
    }
}

#[test]
fn vendor() {
    for fault in ["500", "502", "html", "empty", "garbage", "success-false", "deep", "418"] {
        let bench = Bench::failing(5, &[fault]);
        for vendor in crate::harness::VENDORS {
            let error = fails(&ask(&bench, &format!("-p demo-{vendor} list -o json")), FailureKind::Vendor);
            assert_eq!(error["profile"], format!("demo-{vendor}"), "{fault}");
        }
    }
}

#[test]
fn incomplete() {
    let bench = Bench::failing(10, &["livedesk:500"]);
    let ran = ask(&bench, "-A list -o ndjson");
    fails_within(&ran, FailureKind::Vendor);
    assert_eq!(ran.code, 9, "{ran:#?}");
    assert!(!ran.lines().is_empty() && ran.lines().iter().all(|row| row["vendor"] != "livedesk"), "{ran:#?}");
    // Failures of different kinds, and nothing to show.
    let bench = Bench::failing(10, &["livedesk:500", "chatwoot:401"]);
    let ran = ask(&bench, "-p demo-livedesk,demo-chatwoot list -o json");
    assert_eq!((ran.code, ran.stdout.as_str()), (9, "[]\n"), "{ran:#?}");
    assert_eq!(ran.errors().len(), 2);
}

#[track_caller]
fn fails_within(ran: &Ran, kind: FailureKind) {
    let errors = ran.errors();
    assert!(errors.len() == 1 && errors[0]["code"] == kind.code(), "{ran:#?}");
}

#[test]
fn unexpected() {
    let bench = Bench::new();
    let ran = ask(&bench, "list -o csv --out no/such/folder/contacts.csv");
    fails(&ran, FailureKind::Unexpected);
    assert_eq!(ran.stdout, "");
}
