//! The frozen contract: whatever the program prints as JSON fits the schema that the program prints.

use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::{Bench, VENDORS};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schema {
    Contact,
    Channel,
    Error,
    Report,
    Check,
}

/// Asserts that the value fits the schema.
#[track_caller]
pub fn validate(schema: Schema, value: &Value) {
    static VALIDATORS: OnceLock<Vec<(Schema, jsonschema::Validator)>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(|| {
        [
            (Schema::Contact, include_str!("../../schema/contact.json")),
            (Schema::Channel, include_str!("../../schema/channel.json")),
            (Schema::Error, include_str!("../../schema/error.json")),
            (Schema::Report, include_str!("../../schema/report.json")),
            (Schema::Check, include_str!("../../schema/check.json")),
        ]
        .map(|(schema, text)| {
            let json: Value = serde_json::from_str(text).unwrap();
            assert!(jsonschema::meta::is_valid(&json), "{schema:?} is no schema");
            (schema, jsonschema::options().should_validate_formats(true).build(&json).unwrap())
        })
        .into()
    });
    let (_, validator) = validators.iter().find(|(known, _)| *known == schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{} at `{}`", fault, fault.instance_path())).collect();
    assert!(faults.is_empty(), "no {schema:?}: {faults:#?}\n{value:#}");
}

/// The keys of the interface, in its order.
const CONTACT: &[&str] = &[
    "profile",
    "vendor",
    "id",
    "name",
    "emails",
    "phones",
    "channels",
    "company",
    "location",
    "language",
    "timezone",
    "identifier",
    "labels",
    "custom_fields",
    "blocked",
    "unknown",
    "manager",
    "avatar_url",
    "created_at",
    "updated_at",
    "last_activity_at",
];

const CHANNEL: &[&str] = &[
    "kind",
    "vendor_kind",
    "name",
    "id",
    "inbox_id",
    "destination",
    "field",
    "value",
    "verified",
    "verified_at",
    "blocked",
    "last_chat",
];

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_contact_of_every_vendor_fits() {
    let bench = Bench::new();
    let mut rows = bench.run("-q -A list --all -o ndjson").exits(0).is_silent().lines();
    rows.extend(bench.run("-q -A list --all --raw -o ndjson").exits(0).lines());
    rows.extend(bench.run("-q -A search a -o json").exits(0).json().as_array().unwrap().clone());
    for vendor in VENDORS {
        let id = rows.iter().find(|row| row["vendor"] == vendor).unwrap()["id"].as_str().unwrap().to_owned();
        let shown = bench.run(&format!("-p demo-{vendor} show {id} -o json")).exits(0).json();
        assert_eq!(shown[0]["id"], *id);
        rows.extend(shown.as_array().unwrap().clone());
    }
    for row in &rows {
        validate(Schema::Contact, row);
        let mut expected = CONTACT.to_vec();
        if row.get("raw").is_some() {
            expected.push("raw");
        }
        assert_eq!(keys(row), expected);
        for channel in row["channels"].as_array().unwrap() {
            assert_eq!(keys(channel), CHANNEL);
        }
    }
    for vendor in VENDORS {
        let of = |with_raw: bool| {
            rows.iter().filter(move |row| row["vendor"] == vendor && row.get("raw").is_some() == with_raw)
        };
        assert!(of(false).count() > 50 && of(true).count() > 50, "{vendor}");
        assert!(of(true).all(|row| row["raw"].is_object()), "{vendor}");
    }
}

#[test]
fn every_channel_of_every_vendor_fits() {
    let bench = Bench::new();
    let mut seen = Vec::new();
    for vendor in VENDORS {
        let rows = bench.run(&format!("-q -p demo-{vendor} channels --search a -o ndjson")).exits(0).lines();
        assert!(!rows.is_empty(), "{vendor}");
        let id = rows[0]["contact_id"].as_str().unwrap();
        let of_one = bench.run(&format!("-q -p demo-{vendor} channels {id} -o json")).exits(0).json();
        assert!(!of_one.as_array().unwrap().is_empty(), "{vendor}");
        for row in rows.iter().chain(of_one.as_array().unwrap()) {
            validate(Schema::Channel, row);
            assert_eq!(keys(row)[..4], ["profile", "vendor", "contact_id", "contact_name"]);
            assert_eq!(keys(row)[4..], *CHANNEL);
            seen.push(row["kind"].as_str().unwrap().to_owned());
        }
    }
    for kind in ["web", "email", "sms", "whatsapp", "telegram"] {
        assert!(seen.iter().any(|known| known == kind), "no {kind} among {seen:?}");
    }
}

#[test]
fn every_report_fits() {
    let bench = Bench::failing(30, &["livedesk:500@2x*", "chatbotx:401"]);
    for line in [
        "list -n 3",
        "-A list -n 3",
        "-A list --all",
        "search a --all",
        "search --scan a",
        "show 1 2",
        "-A show 1",
        "channels 1",
        "channels --search a",
        "-p demo-chatbotx list",
        "-p demo-chatwoot list --all --sort name",
    ] {
        let ran = bench.run(&format!("--max-retries 0 --report report.json {line} -o json"));
        let report: Value = serde_json::from_slice(&std::fs::read(bench.path("report.json")).unwrap()).unwrap();
        validate(Schema::Report, &report);
        assert_eq!(report["exit_code"], ran.code, "{line}: {ran:#?}");
        std::fs::remove_file(bench.path("report.json")).unwrap();
        let ran = bench.run(&format!("-q --max-retries 0 --report - {line} -o json"));
        let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
        validate(Schema::Report, &last);
    }
}

#[test]
fn a_report_says_what_was_done() {
    let bench = Bench::new();
    let ran = bench.run("-q --report - -p demo-rocketchat list --all -o ndjson").exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let profile = &report["profiles"][0];
    assert_eq!(profile["verdict"], "exact");
    assert_eq!(profile["rows"], 60);
    assert_eq!(profile["requests"], bench.requests() as u64);
    assert_eq!(profile["vendor_total"], serde_json::json!({ "before": 60, "after": 60 }));
    assert_eq!(profile["error"], Value::Null);
    let ran = bench.run("-q --report - -p demo-rocketchat list -n 2 -o ndjson").exits(0);
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(report["profiles"][0]["verdict"], "limited");
    assert_eq!(report["profiles"][0]["rows"], 2);
    assert_eq!(report["profiles"][0]["requests"], 1, "`--limit` stops the requests");
}

#[test]
fn the_program_prints_its_schemas() {
    let bench = Bench::bare();
    for (word, file) in [
        ("contact", include_str!("../../schema/contact.json")),
        ("channel", include_str!("../../schema/channel.json")),
        ("error", include_str!("../../schema/error.json")),
        ("report", include_str!("../../schema/report.json")),
        ("check", include_str!("../../schema/check.json")),
    ] {
        assert_eq!(bench.run(&format!("schema {word}")).exits(0).is_silent().stdout, file);
    }
    assert_eq!(bench.run("schema").exits(0).stdout, include_str!("../../schema/contact.json"));
}
