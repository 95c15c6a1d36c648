//! Rocket.Chat (vendor notes 1 to 6).

use serde_json::json;

use super::super::{Refusals, SandboxOptions, Settings, Vendor};
use super::{column, get, keys, sandbox};

const AUTH: [&str; 2] = ["x-auth-token: sandbox-rocketchat-auth-token-worth-nothing", "x-user-id: sandboxUser000001"];
const SEARCH: &str = "/rocketchat/api/v1/omnichannel/contacts.search";

#[tokio::test]
async fn the_list_is_that_of_the_notes() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let got = get(&sandbox, SEARCH, &AUTH).await;
    assert_eq!((got.status, got.header("content-type")), (200, Some("application/json")));
    let page = got.json();
    assert_eq!(keys(&page), ["contacts", "count", "offset", "total", "success"]);
    assert_eq!((&page["count"], &page["offset"], &page["success"]), (&json!(50), &json!(0), &json!(true)));
    let names = column(&page["contacts"], "name");
    assert!(names.is_sorted(), "binary order of names");
    assert!(names.contains(&"Boris Doe"));
    assert!(page["contacts"].as_array().unwrap().iter().all(|contact| contact["unknown"] == json!(false)));
    sandbox.stop().await;
}

#[tokio::test]
async fn both_lanes_together_are_everybody() {
    let sandbox = sandbox(SandboxOptions { contacts: 230, ..Default::default() }).await;
    let mut ids = Vec::new();
    for unknown in ["false", "true"] {
        let mut offset = 0;
        loop {
            let path = format!("{SEARCH}?unknown={unknown}&count=1000&offset={offset}&sort=%7B%22_id%22:1%7D");
            let page = get(&sandbox, &path, &AUTH).await.json();
            let rows = column(&page["contacts"], "_id");
            assert_eq!(page["count"], json!(100), "the limit is echoed");
            if rows.is_empty() {
                break;
            }
            assert!(rows.is_sorted());
            offset += rows.len();
            ids.extend(rows.into_iter().map(str::to_owned));
        }
    }
    ids.sort();
    let mut all = sandbox.world().ids(Vendor::Rocketchat);
    all.sort();
    assert_eq!(ids, all);
    assert_eq!(all.len(), 230);
}

#[tokio::test]
async fn parameters_are_checked_as_the_server_does() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    for (query, status, message) in [
        ("count=1e1", 200, ""),
        ("count=0x10", 200, ""),
        ("count=-3", 200, ""),
        ("count=abc&unknown=x", 400, "must be number [invalid-params]"),
        ("count=", 400, "must be number [invalid-params]"),
        ("count=1&count=2", 400, "must be number [invalid-params]"),
        ("unknown=1", 400, "must be boolean [invalid-params]"),
        ("email=a", 400, "must NOT have additional properties [invalid-params]"),
        ("sort=name", 400, "Invalid sort parameter provided: \"name\" [error-invalid-sort]"),
        ("sort=", 400, "Invalid sort parameter provided: \"\" [error-invalid-sort]"),
        (
            "sort=%7B%22name%22:true%7D",
            400,
            "Invalid sort parameter provided: \"{\"name\":true}\" [error-invalid-sort]",
        ),
    ] {
        let got = get(&sandbox, &format!("{SEARCH}?{query}"), &AUTH).await;
        assert_eq!(got.status, status, "{query}");
        assert_eq!(got.json()["error"].as_str().unwrap_or_default(), message, "{query}");
    }
    let negative = get(&sandbox, &format!("{SEARCH}?offset=-1"), &AUTH).await;
    assert_eq!((negative.status, negative.json().get("errorType")), (400, None));
}

#[tokio::test]
async fn search_is_a_literal_substring() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    for (query, found) in [
        ("BORIS%20D", true),
        ("Doe%20Boris", false),
        ("%2B1%20202%20555%200143", true),
        ("+1%20202%20555%200143", false),
        ("12025550143", false),
        ("boris%40doe.example", true),
        ("b.ris", false),
        ("boris?x=y", true),
    ] {
        let page = get(&sandbox, &format!("{SEARCH}?searchText={query}"), &AUTH).await.json();
        assert_eq!(column(&page["contacts"], "name").contains(&"Boris Doe"), found, "{query}");
    }
}

#[tokio::test]
async fn one_contact_and_its_channels() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let api = "/rocketchat/api/v1/omnichannel";
    let id = &sandbox.world().ids(Vendor::Rocketchat)[0];
    let contact = get(&sandbox, &format!("{api}/contacts.get?contactId={id}"), &AUTH).await.json();
    assert_eq!((&contact["contact"]["name"], &contact["success"]), (&json!("Boris Doe"), &json!(true)));
    assert_eq!(contact["contact"]["channels"][0]["verified"], json!(true));
    let channels = get(&sandbox, &format!("{api}/contacts.channels?contactId={id}"), &AUTH).await.json();
    assert_eq!(column(&channels["channels"], "name"), ["widget", "WhatsApp"]);
    let nobody = get(&sandbox, &format!("{api}/contacts.channels?contactId=nobody"), &AUTH).await;
    assert_eq!((nobody.status, nobody.text().as_str()), (200, r#"{"channels":[],"success":true}"#));
    let missing = get(&sandbox, &format!("{api}/contacts.get?contactId=nobody"), &AUTH).await;
    assert_eq!((missing.status, missing.text().as_str()), (404, r#"{"success":false,"error":"Resource not found"}"#));
    let bare = get(&sandbox, &format!("{api}/contacts.channels"), &AUTH).await;
    assert_eq!(bare.json()["error"], json!("must have required property 'contactId' [invalid-params]"));
    let exists = get(&sandbox, &format!("{api}/contacts.checkExistence?email=boris%40doe.example"), &AUTH).await;
    assert_eq!(exists.json(), json!({"exists": true, "success": true}));
}

#[tokio::test]
async fn the_manager_is_an_object_in_the_list_and_an_id_alone() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let page = get(&sandbox, &format!("{SEARCH}?count=0"), &AUTH).await.json();
    assert_eq!(page["count"], json!(0));
    let managed = page["contacts"].as_array().unwrap().iter().find(|contact| contact.get("contactManager").is_some());
    let managed = managed.expect("somebody is managed");
    assert_eq!(keys(&managed["contactManager"]), ["_id", "name", "username"]);
    let id = managed["_id"].as_str().unwrap();
    let path = format!("/rocketchat/api/v1/omnichannel/contacts.get?contactId={id}");
    let alone = get(&sandbox, &path, &AUTH).await.json();
    assert_eq!(alone["contact"]["contactManager"], managed["contactManager"]["_id"]);
}

#[tokio::test]
async fn refusals_have_the_shape_of_their_time() {
    for (refusals, keys_then) in
        [(Refusals::Old, vec!["status", "message"]), (Refusals::New, vec!["success", "error", "status", "message"])]
    {
        let settings = Settings { refusals, ..Default::default() };
        let sandbox = sandbox(SandboxOptions { settings, ..Default::default() }).await;
        let got = get(&sandbox, "/rocketchat/api/v1/me", &[AUTH[0]]).await;
        assert_eq!((got.status, keys(&got.json())), (401, keys_then));
    }
}

#[tokio::test]
async fn the_eleventh_request_waits() {
    let sandbox = sandbox(SandboxOptions { rate_limit: true, ..Default::default() }).await;
    for left in (0..10).rev() {
        let got = get(&sandbox, SEARCH, &AUTH).await;
        assert_eq!((got.status, got.header("x-ratelimit-remaining")), (200, Some(left.to_string().as_str())));
    }
    let refused = get(&sandbox, SEARCH, &AUTH).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    let error = refused.json()["error"].as_str().unwrap().to_owned();
    assert!(error.starts_with("Error, too many requests. Please slow down. You must wait "), "{error}");
    assert!(error.ends_with(" seconds before trying this endpoint again. [error-too-many-requests]"), "{error}");
    let reset: i64 = refused.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!(reset > sandbox.world().now(), "milliseconds");
    // Another route has a window of its own, and so has the next minute.
    assert_eq!(get(&sandbox, "/rocketchat/api/v1/me", &AUTH).await.status, 200);
    sandbox.world().advance(std::time::Duration::from_secs(61));
    assert_eq!(get(&sandbox, SEARCH, &AUTH).await.status, 200);
    assert_eq!(get(&sandbox, SEARCH, &[]).await.status, 401);
}
