//! Rocket.Chat (vendor notes 1–6).

use serde_json::{Value, json};

use super::{Against, sends_only};
use crate::mock::{Reply, Request};

const KEYS: &str = "vendor = \"rocketchat\"\nuser_id = \"rbAXPnMktTFbNpwtJ\"\nauth_token = \"RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f\"";

const SEARCH: &str = "/api/v1/omnichannel/contacts.search";

/// The contact of the vendor's documentation.
fn boris() -> Value {
    json!({
        "_id": "673be1711e2e6feb77939a7b", "name": "Boris Doe", "emails": [{ "address": "boris@doe.com" }],
        "phones": [{ "phoneNumber": "(555) 010-1234" }], "createdAt": "2024-11-19T00:53:05.468Z",
        "channels": [{
            "name": "widget", "visitor": { "visitorId": "673be2101e2e6feb77939a7f", "source": { "type": "widget" } },
            "blocked": false, "verified": false, "details": { "type": "widget", "destination": "example.com" },
            "lastChat": { "_id": "NMee5zFPv62N7RAhh", "ts": "2024-11-19T00:55:46.723Z" }
        }],
        "customFields": { "social-number": "45600-00" }, "unknown": false, "_updatedAt": "2024-11-19T00:56:43.140Z",
        "conflictingFields": [], "lastChat": { "_id": "NMee5zFPv62N7RAhh", "ts": "2024-11-19T00:55:46.723Z" },
        "contactManager": { "_id": "mAwAgmNndK7SHnQ89", "name": "Jane", "username": "Jane" }
    })
}

fn known(index: usize) -> Value {
    json!({
        "_id": format!("a{index:023}"), "name": format!("Known {index}"), "emails": [], "channels": [], "unknown": false,
        "createdAt": "2024-11-19T00:53:05.468Z", "_updatedAt": "2024-11-19T00:53:05.468Z"
    })
}

fn unknown(index: usize) -> Value {
    json!({ "_id": format!("b{index:023}"), "name": format!("Visitor {index}"), "channels": [], "unknown": true })
}

/// The server: 250 known contacts and Boris, 30 unknown ones.
fn server(request: &Request) -> Reply {
    let refused = json!({ "status": "error", "message": "You must be logged in to do this." });
    if request.header("x-auth-token").is_none_or(|token| !token.starts_with("RScct"))
        || request.header("x-user-id") != Some("rbAXPnMktTFbNpwtJ")
    {
        return Reply::status(401, "application/json", refused.to_string());
    }
    let invalid = |error: &str| {
        let body =
            json!({ "success": false, "error": format!("{error} [invalid-params]"), "errorType": "invalid-params" });
        Reply::status(400, "application/json", body.to_string())
    };
    match request.path.as_str() {
        SEARCH => {
            let known_params = ["searchText", "unknown", "offset", "count", "sort"];
            if request.params.iter().any(|(name, _)| !known_params.contains(&name.as_str())) {
                return invalid("must NOT have additional properties");
            }
            let number =
                |name: &str, default: usize| request.param(name).map_or(Some(default), |text| text.parse().ok());
            let (Some(offset), Some(count)) = (number("offset", 0), number("count", 50)) else {
                return invalid("must be number");
            };
            let wants_unknown = match request.param("unknown") {
                None | Some("false") => false,
                Some("true") => true,
                Some(_) => return invalid("must be boolean"),
            };
            let mut all: Vec<Value> = if wants_unknown {
                (0..30).map(unknown).collect()
            } else {
                (0..250).map(known).chain([boris()]).collect()
            };
            let sort: Value = serde_json::from_str(request.param("sort").unwrap_or("{\"name\":1}")).unwrap_or_default();
            let Some((key, direction)) = sort.as_object().and_then(|sort| sort.iter().next()) else {
                let body = json!({ "success": false, "error": "Invalid sort parameter provided [error-invalid-sort]", "errorType": "error-invalid-sort" });
                return Reply::status(400, "application/json", body.to_string());
            };
            all.sort_by_key(|contact| contact[key].as_str().unwrap_or_default().to_owned());
            if direction == -1 {
                all.reverse();
            }
            let text = request.param("searchText").unwrap_or_default().to_lowercase();
            let holds = |contact: &Value| {
                let fields = [&contact["name"], &contact["emails"][0]["address"], &contact["phones"][0]["phoneNumber"]];
                fields.iter().any(|field| field.as_str().is_some_and(|field| field.to_lowercase().contains(&text)))
            };
            all.retain(|contact| text.is_empty() || holds(contact));
            let count = count.min(100);
            let rows: Vec<&Value> = all.iter().skip(offset).take(count).collect();
            Reply::json(
                &json!({ "contacts": rows, "count": count, "offset": offset, "total": all.len(), "success": true }),
            )
        }
        "/api/v1/omnichannel/contacts.get" => match request.param("contactId") {
            Some("673be1711e2e6feb77939a7b") => {
                let mut contact = boris();
                contact["contactManager"] = json!("mAwAgmNndK7SHnQ89");
                Reply::json(&json!({ "contact": contact, "success": true }))
            }
            Some("a00000000000000000000007") => Reply::json(&json!({ "contact": known(7), "success": true })),
            Some(id) if !id.trim().is_empty() => Reply::status(
                404,
                "application/json",
                json!({ "success": false, "error": "Resource not found" }).to_string(),
            ),
            _ => invalid("must have required property 'contactId'"),
        },
        "/api/v1/omnichannel/contacts.channels" => Reply::json(&json!({ "channels": [], "success": true })),
        "/api/v1/me" => Reply::json(
            &json!({ "_id": "rbAXPnMktTFbNpwtJ", "name": "Jane", "username": "jane", "roles": ["livechat-agent"], "success": true }),
        ),
        _ => Reply::status(404, "text/plain", "404 Not Found"),
    }
}

fn against() -> Against {
    Against::new(KEYS, server)
}

/// The object of the interface, for the example of the vendor's documentation.
const INTERFACE: &str = r#"{"profile":"x","vendor":"rocketchat","id":"673be1711e2e6feb77939a7b","name":"Boris Doe","emails":[{"address":"boris@doe.com","verified":null}],"phones":[{"number":"(555) 010-1234","e164":null}],"channels":[{"kind":"web","vendor_kind":"widget","name":"widget","id":"673be2101e2e6feb77939a7f","inbox_id":null,"destination":"example.com","field":null,"value":null,"verified":false,"verified_at":null,"blocked":false,"last_chat":{"id":"NMee5zFPv62N7RAhh","at":"2024-11-19T00:55:46.723Z"}}],"company":null,"location":{"city":null,"state":null,"country":null,"country_code":null},"language":null,"timezone":null,"identifier":null,"labels":[],"custom_fields":{"social-number":"45600-00"},"blocked":null,"unknown":false,"manager":{"id":"mAwAgmNndK7SHnQ89","name":"Jane","username":"Jane"},"avatar_url":null,"created_at":"2024-11-19T00:53:05.468Z","updated_at":"2024-11-19T00:56:43.140Z","last_activity_at":"2024-11-19T00:55:46.723Z"}"#;

#[test]
fn the_documented_contact_becomes_the_documented_object() {
    let x = against();
    let ran = x.bench.run("-q search boris -o ndjson").exits(0);
    assert_eq!(ran.stdout.trim_end(), INTERFACE);
    let ran = x.bench.run("-q search boris -o json").exits(0);
    assert_eq!(ran.json()[0], serde_json::from_str::<Value>(INTERFACE).unwrap());
    let shown = &x.rows("show 673be1711e2e6feb77939a7b")[0];
    assert_eq!(shown["manager"], json!({ "id": "mAwAgmNndK7SHnQ89", "name": null, "username": null }));
    let raw = &x.rows("search boris --raw")[0]["raw"];
    assert_eq!(*raw, boris(), "the vendor's own object, untouched");
}

#[test]
fn everything_is_both_lists() {
    let x = against();
    let ran = x.bench.run("list --all -o ndjson").exits(0);
    assert_eq!(ran.lines().len(), 281, "{}", ran.stderr);
    assert!(ran.stderr.contains("exact"), "{}", ran.stderr);
    let seen = x.seen();
    sends_only(&seen, &["searchText", "unknown", "offset", "count", "sort"]);
    for wanted in ["false", "true"] {
        assert!(seen.iter().any(|request| request.param("unknown") == Some(wanted)), "{seen:?}");
    }
    assert!(seen.len() <= 8, "{} requests", seen.len());
    assert_eq!(x.rows("list --all --unknown exclude").len(), 251);
    assert!(x.seen().iter().all(|request| request.param("unknown") != Some("true")));
    assert_eq!(x.rows("list --all --unknown only").len(), 30);
}

#[test]
fn a_limit_stops_the_requests() {
    let x = against();
    assert_eq!(x.rows("list --limit 20").len(), 20);
    assert_eq!(x.seen().len(), 1);
    assert_eq!(x.rows("list").len(), 50);
    assert_eq!(x.seen().len(), 1);
    assert_eq!(x.rows("list --limit 101").len(), 101);
    assert_eq!(x.seen().len(), 2);
    // The second list is read when the first does not fill the limit.
    assert_eq!(x.rows("list --limit 260").len(), 260);
    assert!(x.seen().iter().any(|request| request.param("unknown") == Some("true")));
}

#[test]
fn the_most_selective_word_is_sent() {
    let x = against();
    assert_eq!(x.names(&["search", "doe boris"]), ["Boris Doe"]);
    let seen = x.seen();
    sends_only(&seen, &["searchText", "unknown", "offset", "count", "sort"]);
    assert!(seen.iter().all(|request| matches!(request.param("searchText"), Some("doe" | "boris"))), "{seen:?}");
    assert_eq!(x.names(&["search", "--email", "BORIS@DOE.COM", "--exact"]), ["Boris Doe"]);
    assert_eq!(x.names(&["search", "--phone", "555-010-1234"]), ["Boris Doe"]);
    assert_eq!(x.names(&["search", "--phone", "5550101234"]), ["Boris Doe"]);
    assert!(x.names(&["search", "--phone", "+15550109999"]).is_empty());
}

#[test]
fn what_a_query_means_survives_the_address() {
    let x = against();
    for text in ["a+b", "100%", "x?y", "a&b", "#1", "%2B", "ü"] {
        x.names(&["search", text]);
        let seen = x.seen();
        assert!(seen.iter().any(|request| request.param("searchText") == Some(text)), "{text}: {seen:?}");
        assert!(seen.iter().all(|request| !request.query.contains(['+', '?', '#'])), "{seen:?}");
    }
}

#[test]
fn no_channels_is_told_from_no_contact() {
    let x = against();
    assert_eq!(x.rows("channels a00000000000000000000007").len(), 0);
    assert_eq!(x.rows("channels 673be1711e2e6feb77939a7b").len(), 1);
    x.bench.run("channels 673653b997f0fbcd657f0ebf").exits(5);
    x.bench.run("show 673653b997f0fbcd657f0ebf").exits(5);
}

#[test]
fn refusals_of_old_and_new_servers() {
    let old = json!({ "status": "error", "message": "You must be logged in to do this." });
    let new = json!({ "success": false, "error": "You must be logged in to do this.", "status": "error", "message": "You must be logged in to do this." });
    let newest = json!({ "success": false, "error": "You must be logged in to do this." });
    for body in [old, new, newest] {
        let x = Against::new(KEYS, move |_| Reply::status(401, "application/json", body.to_string()));
        x.bench.run("list").exits(4).says(&["x (rocketchat)", "user_id"]);
        assert_eq!(x.seen().len(), 1, "a refusal is not tried again");
    }
    for error in [
        "User does not have the permissions required for this action [error-unauthorized]",
        "unauthorized",
        "forbidden",
    ] {
        let body = json!({ "success": false, "error": error }).to_string();
        let x = Against::new(KEYS, move |_| Reply::status(403, "application/json", body.clone()));
        x.bench.run("list").exits(4).says(&["view-livechat-contact"]);
    }
}

#[test]
fn a_rate_limit_is_told_by_its_message() {
    let x = Against::new(KEYS, |_| {
        let error = "Error, too many requests. Please slow down. You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]";
        let reset = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() + 42_000;
        Reply::status(429, "application/json", json!({ "success": false, "error": error }).to_string())
            .with("x-ratelimit-limit", "10")
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", &reset.to_string())
    });
    x.bench.run("--max-wait 5s list").exits(7).says(&["42"]);
    assert_eq!(x.seen().len(), 1);
    // Another process of this user knows already.
    x.bench.run("--max-wait 5s list").exits(7);
    assert_eq!(x.seen().len(), 0, "the refusal is shared");
}

#[test]
fn another_server_is_said_to_be_one() {
    for (status, kind, body) in [
        (200, "text/html", "<html><title>Sign in</title>"),
        (404, "text/html", "<h1>nope"),
        (200, "application/json", "[]"),
        (200, "application/json", "{\"contacts\":[]}"),
    ] {
        let x = Against::new(KEYS, move |_| Reply::status(status, kind, body));
        x.bench.run("--max-retries 0 list").exits(8).says(&["x (rocketchat)"]);
    }
}
