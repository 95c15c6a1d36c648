//! Chatwoot (vendor notes B).

use serde_json::json;

use super::super::{Sandbox, SandboxOptions, SearchMeta, Settings, Ties, Vendor};
use super::{Got, column, get, keys, sandbox};

const AUTH: &str = "api-access-token: sandbox-chatwoot-token-worth-nothing";

async fn ask(sandbox: &Sandbox, path: &str) -> Got {
    get(sandbox, &format!("/chatwoot/api/v1/accounts/1{path}"), &[AUTH]).await
}

#[tokio::test]
async fn the_five_meanings_of_401() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let bot = "api-access-token: sandbox-chatwoot-bot-token-worth-nothing";
    let underscores = "api_access_token: sandbox-chatwoot-token-worth-nothing";
    let sign_in = json!({"errors": ["You need to sign in or sign up before continuing."]});
    for (account, header, body) in [
        (1, underscores, sign_in.clone()),
        (1, "x: y", sign_in),
        (1, "api-access-token: wrong", json!({"error": "Invalid Access Token"})),
        (1, bot, json!({"error": "Access to this endpoint is not authorized for bots"})),
        (2, AUTH, json!({"error": "You are not authorized to access this account"})),
        (3, AUTH, json!({"error": "Account is suspended"})),
    ] {
        let got = get(&sandbox, &format!("/chatwoot/api/v1/accounts/{account}/contacts"), &[header]).await;
        assert_eq!((got.status, got.json()), (401, body));
    }
    let unknown = get(&sandbox, "/chatwoot/api/v1/accounts/9/contacts", &[AUTH]).await;
    assert_eq!((unknown.status, unknown.json()), (404, json!({"error": "Resource could not be found"})));
}

#[tokio::test]
async fn lists_have_fifteen_and_a_total() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let page = ask(&sandbox, "/contacts?sort=created_at&page=2&per_page=100").await.json();
    assert_eq!(page["payload"].as_array().unwrap().len(), 15);
    assert_eq!((keys(&page["meta"]), &page["meta"]["current_page"]), (vec!["count", "current_page"], &json!("2")));
    let total = page["meta"]["count"].as_u64().unwrap();
    assert!((45..60).contains(&total), "visitors are not listed: {total}");
    let beyond = ask(&sandbox, "/contacts?sort=created_at&page=99").await.json();
    assert_eq!((&beyond["payload"], beyond["meta"]["count"].as_u64()), (&json!([]), Some(total)));
    let echoed = ask(&sandbox, "/contacts?page=abc").await.json();
    assert_eq!((echoed["payload"].as_array().unwrap().len(), &echoed["meta"]["current_page"]), (15, &json!("abc")));
}

#[tokio::test]
async fn sorts_follow_the_declarations_and_nulls_their_rules() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let names = column(&ask(&sandbox, "/contacts?sort=name").await.json()["payload"], "name")
        .into_iter()
        .map(str::to_lowercase)
        .collect::<Vec<_>>();
    assert!(names.is_sorted());
    let emails = ask(&sandbox, "/contacts?sort=-email").await.json();
    assert_eq!(emails["payload"][0]["email"], json!(null), "nulls first when descending");
    // `name` is declared before `created_at`, whatever the order in which they are asked for.
    let both = ask(&sandbox, "/contacts?sort=-created_at,name").await.json();
    assert_eq!(both["payload"], ask(&sandbox, "/contacts?sort=name,-created_at").await.json()["payload"]);
    assert_eq!(ask(&sandbox, "/contacts?sort=nonsense").await.status, 200);
}

#[tokio::test]
async fn without_a_sort_rows_wander() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let mut ids = Vec::new();
    for page in 1..=4 {
        let page = ask(&sandbox, &format!("/contacts?page={page}")).await.json();
        ids.extend(page["payload"].as_array().unwrap().iter().map(|contact| contact["id"].to_string()));
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert!(ids.len() < all, "some come twice");
}

#[tokio::test]
async fn ties_wander_on_demand() {
    let distinct = async |ties| {
        let settings = Settings { ties, ..Default::default() };
        let sandbox = sandbox(SandboxOptions { contacts: 200, settings, ..Default::default() }).await;
        let mut ids = std::collections::HashSet::new();
        let mut total = 0;
        for page in 1..=14 {
            let page = ask(&sandbox, &format!("/contacts?sort=created_at&page={page}")).await.json();
            ids.extend(page["payload"].as_array().unwrap().iter().map(|contact| contact["id"].to_string()));
            total = page["meta"]["count"].as_u64().unwrap();
        }
        (ids.len() as u64, total)
    };
    let (stable, total) = distinct(Ties::Stable).await;
    assert_eq!(stable, total);
    let (wandering, total) = distinct(Ties::Wandering).await;
    assert!(wandering < total);
}

#[tokio::test]
async fn search_finds_as_the_database_does() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let count = async |q: &str| {
        let page = ask(&sandbox, &format!("/contacts/search?q={q}&sort=created_at")).await.json();
        (column(&page["payload"], "name").join("|"), page["meta"].clone())
    };
    let (names, meta) = count("ALVAREZ").await;
    assert_eq!((names.as_str(), keys(&meta)), ("José Álvarez", vec!["count", "current_page", "has_more"]));
    assert_eq!(count("Alvarez%40nowhere").await.0, "");
    assert!(count("J_s%C3%A9%20%C3%81").await.0.contains("José Álvarez"), "`_` is a wildcard");
    let (_, everybody) = count("%25").await;
    assert_eq!((&everybody["count"], &everybody["has_more"]), (&json!(15), &json!(true)), "rows of this page");
    assert_eq!(count("%2B34911555023").await.0, "José Álvarez");
    let blank = ask(&sandbox, "/contacts/search?q=%20").await;
    let expected = json!({"meta": {"count": null, "current_page": 1, "has_more": null}, "payload": []});
    assert_eq!((blank.status, blank.json()), (200, expected));
    let zero = ask(&sandbox, "/contacts/search?q=a&page=0").await;
    assert_eq!((zero.status, zero.json()), (500, json!({"status": 500, "error": "Internal Server Error"})));
}

#[tokio::test]
async fn old_servers_tell_the_total_and_hide_visitors() {
    let settings = Settings { search_meta: SearchMeta::Total, ..Default::default() };
    let old = sandbox(SandboxOptions { settings, ..Default::default() }).await;
    let new = sandbox(SandboxOptions::default()).await;
    let meta = ask(&old, "/contacts/search?q=%25&sort=created_at").await.json()["meta"].take();
    assert_eq!(keys(&meta), ["count", "current_page"]);
    assert!(meta["count"].as_u64().unwrap() > 15);
    assert_eq!(ask(&old, "/contacts/search?q=guest-").await.json()["payload"], json!([]));
    assert_ne!(ask(&new, "/contacts/search?q=guest-").await.json()["payload"], json!([]));
}

#[tokio::test]
async fn one_contact_and_what_hangs_on_it() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let id = &sandbox.world().ids(Vendor::Chatwoot)[0];
    let contact = ask(&sandbox, &format!("/contacts/{id}")).await.json()["payload"].take();
    assert_eq!((contact["id"].to_string(), &contact["name"]), (id.clone(), &json!("Ann Lee")));
    let inbox = &contact["contact_inboxes"][0]["inbox"];
    assert_eq!(keys(inbox), ["id", "avatar_url", "channel_id", "name", "channel_type", "provider"]);
    let without = ask(&sandbox, &format!("/contacts/{id}?include_contact_inboxes=1")).await.json();
    assert!(without["payload"].get("contact_inboxes").is_none());
    assert!(ask(&sandbox, &format!("/contacts/{id}/labels")).await.json()["payload"].is_array());
    let inboxes = ask(&sandbox, &format!("/contacts/{id}/contactable_inboxes")).await.json();
    assert_eq!(keys(&inboxes["payload"][0]), ["inbox", "source_id"]);
    assert!(
        !ask(&sandbox, &format!("/contacts/{id}/conversations")).await.json()["payload"].as_array().unwrap().is_empty()
    );
    for missing in ["/contacts/abc", "/contacts/99999999999", "/contacts/filter", "/contacts/7"] {
        assert_eq!(ask(&sandbox, missing).await.status, 404, "{missing}");
    }
    let profile = get(&sandbox, "/chatwoot/api/v1/profile", &[AUTH]).await.json();
    assert!(profile["access_token"].is_string() && profile["accounts"][0]["id"] == json!(1));
    assert!(ask(&sandbox, "/labels").await.json()["payload"][0]["title"].is_string());
    assert!(ask(&sandbox, "/inboxes").await.json()["payload"][0]["channel_type"].is_string());
}

#[tokio::test]
async fn the_last_activity_is_left_out_when_there_was_none() {
    let sandbox = sandbox(SandboxOptions { contacts: 200, ..Default::default() }).await;
    let mut without = 0;
    for page in 1..=13 {
        let page = ask(&sandbox, &format!("/contacts?sort=last_activity_at&page={page}")).await.json();
        let rows = page["payload"].as_array().unwrap().clone();
        assert!(rows.iter().all(|contact| contact.get("last_activity_at").is_none_or(serde_json::Value::is_i64)));
        without += rows.iter().filter(|contact| contact.get("last_activity_at").is_none()).count();
    }
    assert!(without > 0);
}

#[tokio::test]
async fn throttling_is_plain_text() {
    let sandbox = sandbox(SandboxOptions { rate_limit: true, ..Default::default() }).await;
    for _ in 0..100 {
        assert_eq!(ask(&sandbox, "/contacts/search?q=zzz").await.status, 200);
    }
    let refused = ask(&sandbox, "/contacts/search?q=zzz").await;
    assert_eq!((refused.status, refused.text().as_str(), refused.header("retry-after")), (429, "Retry later\n", None));
    assert_eq!(ask(&sandbox, "/contacts").await.status, 200, "the list has a budget of its own");
}
