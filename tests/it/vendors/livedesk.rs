//! LiveDesk (vendor notes A1–A6).

use serde_json::{Value, json};

use super::{Against, sends_only};
use crate::mock::{Reply, Request};

const KEYS: &str = "vendor = \"livedesk\"\napi_key = \"key\"\napi_secret = \"secret\"";
const PATH: &str = "/api/v2/accounts/contacts";
const KNOWN: &[&str] =
    &["q", "page", "page_size", "labels", "labels[]", "include_contact_inboxes", "sort", "direction"];

fn contact(index: u64) -> Value {
    let mut contact = json!({
        "additional_attributes": { "city": "", "country": "", "company_name": "Acme", "social_profiles": { "github": "" } },
        "availability_status": "offline", "email": format!("person{index}@example.com"), "id": 318_000 + index,
        "name": format!("Person {index:02}"), "phone_number": null, "blocked": false, "identifier": "4444", "thumbnail": "",
        "custom_attributes": { "tier": 2 }, "created_at": 1_765_441_000 + index
    });
    if index.is_multiple_of(3) {
        contact["id"] = json!((318_000 + index).to_string());
    }
    if !index.is_multiple_of(4) {
        contact["last_activity_at"] = json!(1_765_450_000 + index);
    }
    contact
}

/// 38 contacts, 15 a page whatever is asked; `direction` or a leading `-` turns the order round.
fn server(direction: &'static str) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        if request.header("authorization") != Some("Basic a2V5OnNlY3JldA==") {
            return Reply::status(401, "application/json", "");
        }
        if request.path != PATH {
            return Reply::status(404, "application/json", json!({ "error": "not found" }).to_string());
        }
        let q = request.param("q").unwrap_or_default().to_lowercase();
        let mut all: Vec<Value> =
            (0..38).map(contact).filter(|one| one.to_string().to_lowercase().contains(&q)).collect();
        let sort = request.param("sort").unwrap_or("id");
        let descending = match direction {
            "param" => request.param("direction") == Some("desc"),
            "prefix" => sort.starts_with('-'),
            _ => false,
        };
        let key = sort.trim_start_matches('-');
        all.sort_by_key(|one| one[key].as_u64().map_or_else(|| one[key].to_string(), |number| format!("{number:020}")));
        if descending {
            all.reverse();
        }
        if request.param("include_contact_inboxes") != Some("false") {
            let inbox = json!([{ "source_id": "src_001", "inbox": { "id": 10, "name": "Service", "channel_type": "Channel::Api" } }]);
            all.iter_mut().for_each(|one| one["contact_inboxes"] = inbox.clone());
        }
        let page: usize = request.param("page").unwrap_or("1").parse().unwrap_or(1).max(1);
        let rows: Vec<&Value> = all.iter().skip((page - 1) * 15).take(15).collect();
        let current = request.param("page").map_or(json!(1), |page| json!(page));
        Reply::json(&json!({ "meta": { "count": all.len(), "current_page": current }, "payload": rows }))
    }
}

#[test]
fn everything_is_listed_whatever_the_page_size() {
    for keys in [KEYS.to_owned(), format!("{KEYS}\npage_size = 40")] {
        let x = Against::new(&keys, server("param"));
        let ran = x.bench.run("list --all -o ndjson").exits(0);
        assert_eq!(ran.lines().len(), 38, "{}", ran.stderr);
        assert!(ran.stderr.contains("exact"), "{}", ran.stderr);
        let seen = x.seen();
        sends_only(&seen, KNOWN);
        assert!(seen.iter().all(|request| request.param("sort").is_some()), "always a sort: {seen:?}");
        assert_eq!(x.rows("list --all --page-size 30").len(), 38);
    }
}

#[test]
fn a_contact_of_the_documentation() {
    let x = Against::new(KEYS, server("param"));
    let rows = x.rows("search person4@example.com");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row["id"], "318004");
    assert_eq!(row["created_at"], "2025-12-11T08:16:44Z");
    assert_eq!((&row["company"], &row["location"]["city"]), (&json!("Acme"), &Value::Null));
    assert_eq!(
        (&row["identifier"], &row["blocked"], &row["custom_fields"]),
        (&json!("4444"), &json!(false), &json!({ "tier": 2 }))
    );
    assert_eq!((&row["avatar_url"], &row["last_activity_at"]), (&Value::Null, &Value::Null));
    let channel = &row["channels"][0];
    assert_eq!((&channel["kind"], &channel["vendor_kind"]), (&json!("api"), &json!("Channel::Api")));
    assert_eq!(
        (&channel["inbox_id"], &channel["id"], &channel["name"]),
        (&json!("10"), &json!("src_001"), &json!("Service"))
    );
}

#[test]
fn search_is_on_the_list_s_own_address() {
    let x = Against::new(KEYS, server("param"));
    assert_eq!(x.names(&["search", "person 07"]), ["Person 07"]);
    let seen = x.seen();
    assert!(seen.iter().all(|request| request.path == PATH && request.param("q").is_some()), "{seen:?}");
    sends_only(&seen, KNOWN);
}

#[test]
fn one_contact_is_found_by_walking() {
    let x = Against::new(KEYS, server("param"));
    for id in ["318037", "318003", "318000"] {
        assert_eq!(x.rows(&format!("show {id}"))[0]["id"], id);
        assert_eq!(x.rows(&format!("channels {id}")).len(), 1);
    }
    x.seen();
    x.bench.run("show 999").exits(5);
    assert!(x.seen().len() <= 4, "a page is not asked for twice without reason");
}

#[test]
fn the_direction_is_verified() {
    for (style, option) in
        [("param", "param"), ("prefix", "prefix"), ("prefix", "param"), ("param", "prefix"), ("none", "param")]
    {
        let x = Against::new(&format!("{KEYS}\ndirection_style = \"{option}\""), server(style));
        let ran = x.bench.run("list --sort name:desc --limit 5 -o ndjson").exits(0);
        let names: Vec<String> = ran.lines().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        let expected: Vec<String> = (33..38).rev().map(|index| format!("Person {index:02}")).collect();
        if style == "none" {
            assert!(names == expected || ran.stderr.contains("warning"), "{style} {option}: {ran:#?}");
        } else {
            assert_eq!(names, expected, "{style} {option}: {ran:#?}");
            assert_eq!(style != option, ran.stderr.contains("direction_style"), "{style} {option}: {ran:#?}");
        }
    }
}

#[test]
fn no_channels_is_cheaper() {
    let x = Against::new(KEYS, server("param"));
    assert_eq!(x.rows("list --no-channels")[0]["channels"], json!([]));
    assert!(x.seen().iter().all(|request| request.param("include_contact_inboxes") == Some("false")));
}

#[test]
fn refusals_have_many_bodies() {
    for body in [
        "",
        "{\"error\":\"bad\"}",
        "{\"errors\":[\"bad\"]}",
        "{\"message\":\"bad\"}",
        "{\"code\":1,\"message\":\"bad\"}",
        "bad",
        "<b>bad",
    ] {
        for status in [401, 403] {
            let x = Against::new(KEYS, move |_| Reply::status(status, "application/json", body));
            x.bench.run("list").exits(4).says(&["x (livedesk)"]);
            assert_eq!(x.seen().len(), 1);
        }
    }
}
