//! Chatwoot (vendor notes B1–B9).

use serde_json::{Value, json};

use super::{Against, sends_only};
use crate::mock::{Reply, Request};

const KEYS: &str = "vendor = \"chatwoot\"\naccount_id = 7\ntoken = \"woot-token\"";
const CONTACTS: &str = "/api/v1/accounts/7/contacts";

fn contact(index: u64) -> Value {
    let mut contact = json!({
        "additional_attributes": { "city": "Lyon", "country": "France", "country_code": "FR", "company_name": "Acme" },
        "availability_status": "offline", "email": null, "id": index + 1, "name": format!("Zoé {index:02}"),
        "phone_number": format!("+3312345{index:04}"), "blocked": index == 3, "identifier": null, "thumbnail": "",
        "custom_attributes": {}, "created_at": 1_765_441_000 + index
    });
    if index > 5 {
        contact["last_activity_at"] = json!(1_765_450_000 + index);
    }
    contact
}

/// What the search says of its result.
#[derive(Clone, Copy, PartialEq)]
enum Meta {
    Total,
    HasMore,
}

/// 37 contacts, 15 a page.
fn server(meta: Meta) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        if request.header("api-access-token") != Some("woot-token") || request.header("api_access_token").is_some() {
            return Reply::status(
                401,
                "application/json",
                json!({ "errors": ["You need to sign in or sign up before continuing."] }).to_string(),
            );
        }
        let missing =
            || Reply::status(404, "application/json", json!({ "error": "Resource could not be found" }).to_string());
        let with_inboxes = |mut one: Value| {
            if request.param("include_contact_inboxes").is_none_or(|value| value == "true") {
                one["contact_inboxes"] = json!([{ "source_id": "33123450000", "inbox": { "id": 4, "name": "WA", "channel_type": "Channel::Whatsapp", "channel_id": 1, "avatar_url": "", "provider": null } }]);
            }
            one
        };
        let Some(rest) = request.path.strip_prefix(CONTACTS) else { return missing() };
        match rest {
            "" | "/search" => {
                let Some(page) = request.param("page").unwrap_or("1").parse::<usize>().ok().filter(|page| *page > 0)
                else {
                    return Reply::status(
                        500,
                        "application/json",
                        json!({ "status": 500, "error": "Internal Server Error" }).to_string(),
                    );
                };
                let mut all: Vec<Value> = (0..37).map(contact).collect();
                let Some(sort) = request.param("sort") else { return Reply::status(500, "application/json", "{}") };
                let key = sort.split(',').next().unwrap().trim_start_matches('-').to_owned();
                all.sort_by_key(|one| {
                    one[&key].as_u64().map_or_else(|| one[&key].to_string(), |number| format!("{number:020}"))
                });
                if sort.starts_with('-') {
                    all.reverse();
                }
                if rest == "/search" {
                    let q = request.param("q").unwrap_or_default().trim().to_lowercase();
                    if q.is_empty() {
                        return Reply::json(
                            &json!({ "meta": { "count": null, "current_page": 1, "has_more": null }, "payload": [] }),
                        );
                    }
                    all.retain(|one| {
                        ["name", "email", "phone_number", "identifier"]
                            .iter()
                            .any(|key| one[*key].as_str().is_some_and(|text| text.to_lowercase().contains(&q)))
                    });
                } else if let Some(labels) = request.param("labels").or(request.param("labels[]")) {
                    all.retain(|one| {
                        labels.split(',').any(|label| label == "even" && one["id"].as_u64().unwrap() % 2 == 0)
                    });
                }
                let rows: Vec<Value> = all.iter().skip((page - 1) * 15).take(15).cloned().map(with_inboxes).collect();
                let meta = match meta {
                    Meta::HasMore if rest == "/search" => {
                        json!({ "count": rows.len(), "current_page": page, "has_more": all.len() > page * 15 })
                    }
                    _ => {
                        json!({ "count": all.len(), "current_page": request.param("page").map_or(json!(1), |page| json!(page)) })
                    }
                };
                Reply::json(&json!({ "meta": meta, "payload": rows }))
            }
            _ => {
                let mut parts = rest[1..].split('/');
                let id = parts.next().and_then(|id| id.parse::<u64>().ok()).filter(|id| (1..=37).contains(id));
                let Some(id) = id else { return missing() };
                match parts.next() {
                    None => Reply::json(&json!({ "payload": with_inboxes(contact(id - 1)) })),
                    Some("labels") => {
                        Reply::json(&json!({ "payload": if id % 2 == 0 { vec!["even"] } else { vec![] } }))
                    }
                    Some("conversations") => Reply::json(
                        &json!({ "payload": [{ "id": 99, "inbox_id": 4, "last_activity_at": 1_765_450_123 }] }),
                    ),
                    Some(_) => missing(),
                }
            }
        }
    }
}

const KNOWN: &[&str] = &["q", "page", "labels", "labels[]", "include_contact_inboxes", "sort"];

#[test]
fn everything_is_listed_and_always_sorted() {
    let x = Against::new(KEYS, server(Meta::HasMore));
    let ran = x.bench.run("list --all -o ndjson").exits(0);
    assert_eq!(ran.lines().len(), 37, "{}", ran.stderr);
    let seen = x.seen();
    sends_only(&seen, KNOWN);
    assert!(seen.iter().all(|request| request.param("sort").is_some()), "{seen:?}");
    assert_eq!(x.rows("list --limit 10").len(), 10);
    assert_eq!(x.seen().len(), 1);
    assert_eq!(x.rows("list --limit 31").len(), 31);
    assert_eq!(x.seen().len(), 3);
}

#[test]
fn both_generations_of_search() {
    for meta in [Meta::Total, Meta::HasMore] {
        let x = Against::new(KEYS, server(meta));
        assert_eq!(x.rows("search zoé --all").len(), 37);
        assert_eq!(x.rows("search zoé --limit 100").len(), 37);
        assert_eq!(x.rows("search --scan zoe --all").len(), 37);
        assert_eq!(x.names(&["search", "\"ZOÉ 12\""]), ["Zoé 12"]);
        assert_eq!(x.names(&["search", "+33 1 23 45 00 12"]), ["Zoé 12"]);
        assert_eq!(x.names(&["search", "--phone", "(33) 12345-0012"]), ["Zoé 12"]);
        for request in x.seen() {
            assert!(request.param("q").is_none_or(|q| !q.trim().is_empty()), "{request:?}");
        }
    }
}

#[test]
fn labels_come_from_their_own_endpoint_where_asked_for() {
    let x = Against::new(KEYS, server(Meta::HasMore));
    assert_eq!(x.rows("list --label even --all").len(), 18);
    x.seen();
    x.rows("list --limit 5");
    assert!(x.seen().iter().all(|request| !request.path.ends_with("/labels")), "labels cost requests");
    let text = x.bench.run("-q list --limit 5 -o csv --columns id,labels --sort created_at").exits(0).stdout;
    assert_eq!(text, "id,labels\r\n1,\r\n2,even\r\n3,\r\n4,even\r\n5,\r\n");
    assert_eq!(x.rows("show 2")[0]["labels"], json!(["even"]));
}

#[test]
fn one_contact_with_its_channels() {
    let x = Against::new(KEYS, server(Meta::HasMore));
    let row = &x.rows("show 8")[0];
    assert_eq!((&row["id"], &row["name"], &row["company"]), (&json!("8"), &json!("Zoé 07"), &json!("Acme")));
    assert_eq!(row["phones"], json!([{ "number": "+33123450007", "e164": "+33123450007" }]));
    assert_eq!(row["location"], json!({ "city": "Lyon", "state": null, "country": "France", "country_code": "FR" }));
    assert_eq!(row["last_activity_at"], "2025-12-11T10:46:47Z");
    let channel = &x.rows("channels 8")[0];
    assert_eq!((&channel["kind"], &channel["vendor_kind"]), (&json!("whatsapp"), &json!("Channel::Whatsapp")));
    assert_eq!((&channel["inbox_id"], &channel["contact_id"]), (&json!("4"), &json!("8")));
    for id in ["99", "12abc", "abc", "filter", "99999999999999999999"] {
        x.bench.run(&format!("show {id}")).exits(5);
        x.bench.run(&format!("channels {id}")).exits(5);
    }
    assert!(x.seen().iter().all(|request| !request.path.contains("abc") && !request.path.ends_with("filter")));
}

#[test]
fn the_five_meanings_of_401_are_told_apart() {
    for (body, said) in [
        (json!({ "errors": ["You need to sign in or sign up before continuing."] }), "header"),
        (json!({ "error": "Invalid Access Token" }), "token"),
        (json!({ "error": "Access to this endpoint is not authorized for bots" }), "bot"),
        (json!({ "error": "You are not authorized to access this account" }), "account"),
        (json!({ "error": "Account is suspended" }), "suspended"),
        (json!({ "error": "You are not authorized to do this action" }), "role"),
    ] {
        let text = body.to_string();
        let x = Against::new(KEYS, move |_| Reply::status(401, "application/json", text.clone()));
        let ran = x.bench.run("list").exits(4);
        assert!(ran.stderr.to_lowercase().contains(said), "{body}: {}", ran.stderr);
        assert_eq!(x.seen().len(), 1);
    }
}

#[test]
fn a_throttle_lasts_to_the_next_minute() {
    let x = Against::new(KEYS, |_| {
        Reply::status(429, "text/plain", "Retry later\n").with("date", "Sun, 22 Nov 2026 13:39:20 GMT")
    });
    x.bench.run("--max-wait 5s list").exits(7).says(&["x (chatwoot)"]);
    assert_eq!(x.seen().len(), 1);
}

#[test]
fn an_unknown_account_is_no_missing_contact() {
    let x = Against::new("vendor = \"chatwoot\"\naccount_id = 8\ntoken = \"woot-token\"", server(Meta::HasMore));
    let ran = x.bench.run("list").says(&["account_id"]);
    assert!(ran.code == 8 || ran.code == 3, "{ran:#?}");
}
