//! ChatbotX, eras A, B and C (vendor notes 0–4).

use serde_json::{Value, json};

use super::{Against, sends_only};
use crate::mock::{Reply, Request};

const KEYS: &str = "vendor = \"chatbotx\"\ntoken = \"cbx_ws_token\"";

fn contact(index: u64) -> Value {
    json!({
        "id": (12_100_000_000_000_000 + index).to_string(), "createdAt": "2026-07-01T10:00:00.123Z",
        "updatedAt": "2026-07-02T11:22:33.999Z", "avatar": null, "phoneNumber": format!("+8491234{index:04}"),
        "email": format!("Person{index}@example.test"), "emailVerified": index.is_multiple_of(2), "emailOptIn": true,
        "firstName": "Ada", "lastName": format!("Number{index}"), "fullName": format!("Ada Number{index}"), "gender": null,
        "lastReadAt": null, "ref": null, "country": "VN", "state": null, "city": "Hue",
        "location": { "latitude": 10.77, "longitude": 106.7 }, "locale": "vi_VN", "timezone": "Asia/Saigon",
        "blockedAt": null, "workspaceId": "11700000000000001", "contactCustomFields": [], "tags": [{ "id": "1", "name": "vip" }],
        "contactInboxes": [{
            "id": (12_400_000_000_000_000 + index).to_string(), "inboxId": "11800000000000001",
            "channel": if index.is_multiple_of(2) { "whatsapp" } else { "smtp" }, "lastIncomingMessageAt": "2026-07-03T00:00:00.000Z",
            "inbox": { "id": "11800000000000001", "name": "Main", "channel": "whatsapp", "sourceId": "15550001111" }
        }],
        "conversation": null
    })
}

/// An era: what it answers, and how.
#[derive(Clone, Copy, PartialEq)]
enum Era {
    A,
    B,
    C,
}

fn fault(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({ "defined": status == 401, "code": code, "status": status, "message": message });
    Reply::status(status, "application/json", body.to_string())
}

/// 120 contacts.
fn server(era: Era) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        if request.header("authorization") != Some("Bearer cbx_ws_token") {
            return fault(if era == Era::C { 401 } else { 500 }, "INVALID_CHATBOT_TOKEN", "INVALID_CHATBOT_TOKEN");
        }
        if let Some(identifier) = request.path.strip_prefix("/api/v1/contacts/") {
            let identifier = identifier.replace("%3A", ":");
            let Some(id) = identifier.strip_prefix("id:") else {
                return fault(404, "notFound", "Invalid identifier format");
            };
            let found = (0..120).map(contact).find(|one| one["id"] == id);
            return found.map_or_else(|| fault(404, "notFound", "Contact not found"), |one| Reply::json(&one));
        }
        if request.path != "/api/v1/contacts" {
            return Reply::status(404, "text/plain;charset=UTF-8", "Not found");
        }
        for (name, value) in &request.params {
            let scalar = ["channels", "inboxIds", "contactFilter", "include"].contains(&name.as_str());
            let range =
                ["page", "perPage"].contains(&name.as_str()) && !value.parse::<u64>().is_ok_and(|number| number > 0);
            if scalar || range {
                return fault(if era == Era::C { 422 } else { 400 }, "BAD_REQUEST", "Input validation failed");
            }
        }
        let mut all: Vec<Value> = (0..120).map(contact).collect();
        let sort: Value = request.param("sort").and_then(|sort| serde_json::from_str(sort).ok()).unwrap_or_default();
        match (sort[0]["id"].as_str(), sort[0]["desc"].as_bool()) {
            (Some(key), Some(desc)) => {
                all.sort_by_key(|one| one[key].as_str().unwrap_or_default().to_owned());
                if desc {
                    all.reverse();
                }
            }
            // No order of its own: never twice the same.
            _ => all.rotate_left(request.query.len() % 7),
        }
        if let Some(keyword) = request.param("keyword").map(str::to_lowercase) {
            let fields = ["firstName", "lastName", "email", "phoneNumber"];
            all.retain(|one| {
                fields
                    .iter()
                    .any(|field| one[*field].as_str().is_some_and(|text| text.to_lowercase().contains(&keyword)))
            });
        }
        let limit = request.param("perPage").map_or(20, |size| size.parse::<usize>().unwrap()).min(50);
        let page = request.param("page").map_or(1, |page| page.parse::<usize>().unwrap());
        let rows: Vec<&Value> = all.iter().skip((page - 1).saturating_mul(limit)).take(limit).collect();
        let mut body = json!({ "data": rows, "pageCount": all.len().div_ceil(limit) });
        if era == Era::C {
            // The count is capped, as if there were more than it tells.
            body["pageCount"] = json!(1);
            body["totalCount"] = json!(20);
            body["totalCountCapped"] = json!(true);
        }
        Reply::json(&body)
    }
}

const KNOWN: &[&str] = &["page", "perPage", "sort", "keyword"];

#[test]
fn everything_is_listed_in_every_era() {
    for era in [Era::A, Era::B, Era::C] {
        let x = Against::new(KEYS, server(era));
        let ran = x.bench.run("list --all -o ndjson").exits(0);
        assert_eq!(ran.lines().len(), 120, "{}", ran.stderr);
        let seen = x.seen();
        for request in seen.iter().filter(|request| request.path == "/api/v1/contacts") {
            let sort: Value = serde_json::from_str(request.param("sort").unwrap()).unwrap();
            assert!(sort.as_array().unwrap().iter().any(|key| key["id"] == "id"), "always sorted by id: {sort}");
            assert!(request.param("perPage").unwrap().parse::<u32>().unwrap() <= 50);
            assert_eq!(request.param("token"), None);
        }
        sends_only(&seen, KNOWN);
    }
}

#[test]
fn a_limit_takes_as_many_pages_as_it_needs() {
    let x = Against::new(KEYS, server(Era::C));
    assert_eq!(x.rows("list --limit 20").len(), 20);
    assert_eq!(x.seen().len(), 1);
    assert_eq!(x.rows("list --limit 100").len(), 100);
    assert!(x.seen().len() <= 3);
}

#[test]
fn full_names_are_found_though_the_server_does_not_search_them() {
    for era in [Era::A, Era::B, Era::C] {
        let x = Against::new(KEYS, server(era));
        assert_eq!(x.names(&["search", "Ada Number7"]).len(), 11, "7 and 70 to 79");
        let seen = x.seen();
        assert!(seen.iter().any(|request| request.param("keyword") == Some("Number7")), "{seen:?}");
        assert!(
            seen.iter().all(|request| request.param("contactFilter").is_none()),
            "filters go in brackets: {seen:?}"
        );
        assert_eq!(x.names(&["search", "--exact", "ada number7"]), ["Ada Number7"]);
        assert_eq!(x.names(&["search", "--email", "person7@EXAMPLE.test", "--exact"]), ["Ada Number7"]);
        assert_eq!(x.names(&["search", "+84 91 234-0007"]), ["Ada Number7"]);
    }
}

#[test]
fn filters_that_the_server_ignores_are_checked_here() {
    for era in [Era::A, Era::B, Era::C] {
        let x = Against::new(KEYS, server(era));
        assert_eq!(x.rows("list --channel whatsapp --limit 1000").len(), 60);
        assert_eq!(x.rows("list --channel email --limit 1000").len(), 60);
        assert_eq!(x.rows("list --inbox 11800000000000001 --limit 1000").len(), 120);
        assert_eq!(x.rows("list --inbox 99 --limit 1000").len(), 0);
        assert_eq!(x.rows("list --label vip --limit 1000").len(), 120);
        for request in x.seen() {
            assert!(request.param("channels").is_none() && request.param("inboxIds").is_none(), "{request:?}");
        }
    }
}

#[test]
fn a_bad_token_is_no_crash_of_the_server() {
    for era in [Era::A, Era::B, Era::C] {
        let x = Against::new("vendor = \"chatbotx\"\ntoken = \"old\"", server(era));
        x.bench.run("list").exits(4).says(&["x (chatbotx)"]);
        assert_eq!(x.seen().len(), 1, "it is not tried again");
        x.bench.run("profile check").exits(4);
    }
}

#[test]
fn one_contact_by_its_id() {
    let x = Against::new(KEYS, server(Era::B));
    let row = &x.rows("show 12100000000000007")[0];
    assert_eq!((&row["id"], &row["name"]), (&json!("12100000000000007"), &json!("Ada Number7")));
    assert_eq!((&row["labels"], &row["location"]["city"]), (&json!(["vip"]), &json!("Hue")));
    let channel = &row["channels"][0];
    assert_eq!((&channel["kind"], &channel["vendor_kind"]), (&json!("email"), &json!("smtp")));
    assert_eq!(channel["inbox_id"], "11800000000000001");
    x.bench.run("show 1").exits(5);
    x.bench.run("channels 1").exits(5);
    assert_eq!(x.rows("channels 12100000000000007").len(), 1);
    let seen = x.seen();
    assert!(seen.iter().all(|request| request.path.starts_with("/api/v1/contacts/id")), "{seen:?}");
}

#[test]
fn the_base_address_may_end_in_api() {
    let mock = crate::mock::Mock::start(server(Era::B));
    for end in ["", "/", "/api", "/api/"] {
        let toml = format!("[profiles.x]\n{KEYS}\nbase_url = \"{}{end}\"\n", mock.url());
        let ran = crate::harness::Bench::configured(&toml).run("-q list -n 2 -o ndjson").exits(0);
        assert_eq!(ran.lines().len(), 2, "{end}");
    }
}

#[test]
fn a_rate_limit_is_told_by_its_message() {
    let x = Against::new(KEYS, |_| fault(429, "tooManyRequests", "Too many requests. Retry after 37s."));
    x.bench.run("--max-wait 5s list").exits(7).says(&["37"]);
    assert_eq!(x.seen().len(), 1);
}
