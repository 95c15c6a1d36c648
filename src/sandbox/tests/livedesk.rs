//! EngageLab LiveDesk (vendor notes A).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::exchange::base64;
use super::super::{Direction, Sandbox, SandboxOptions, Settings, Vendor};
use super::{Got, get, keys, sandbox};

const LIST: &str = "/livedesk/api/v2/accounts/contacts";

async fn ask(sandbox: &Sandbox, query: &str) -> Got {
    let auth = base64(b"sandbox-livedesk-key:sandbox-livedesk-secret-worth-nothing");
    get(sandbox, &format!("{LIST}?{query}"), &[&format!("authorization: Basic {auth}")]).await
}

fn names(page: &Value) -> Vec<String> {
    super::column(&page["payload"], "name").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_list_is_that_of_the_notes() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let page = ask(&sandbox, "").await.json();
    assert_eq!(keys(&page["meta"]), ["count", "current_page"]);
    assert_eq!((page["payload"].as_array().unwrap().len(), &page["meta"]["current_page"]), (15, &json!(1)));
    let page = ask(&sandbox, "page=1&page_size=10&include_contact_inboxes=false").await.json();
    assert_eq!((page["payload"].as_array().unwrap().len(), &page["meta"]["current_page"]), (15, &json!("1")));
    let contact = &page["payload"][0];
    assert!(contact["id"].is_number() && contact["created_at"].is_number() && contact["blocked"].is_boolean());
    assert!(contact.get("contact_inboxes").is_none());
    let contact = ask(&sandbox, "q=boris%40doe.example").await.json()["payload"][0].take();
    assert_eq!(keys(&contact["contact_inboxes"][0]["inbox"]), ["id", "name", "channel_type"]);
}

#[tokio::test]
async fn every_resolved_contact_is_on_some_page() {
    let sandbox = sandbox(SandboxOptions { contacts: 130, ..Default::default() }).await;
    let mut seen = HashSet::new();
    let mut total = 0;
    for page in 1..=9 {
        let page = ask(&sandbox, &format!("sort=created_at&page={page}")).await.json();
        total = page["meta"]["count"].as_u64().unwrap();
        seen.extend(page["payload"].as_array().unwrap().iter().map(|contact| contact["id"].to_string()));
    }
    let world = sandbox.world();
    let resolved = |id: &String| world.unknown(Vendor::Livedesk, id) == Some(false);
    let expected: HashSet<String> = world.ids(Vendor::Livedesk).into_iter().filter(resolved).collect();
    assert_eq!((seen.len() as u64, seen), (total, expected));
}

#[tokio::test]
async fn the_direction_is_of_three_worlds() {
    for (direction, by_param, by_prefix) in
        [(Direction::Param, true, false), (Direction::Prefix, false, true), (Direction::Both, true, true)]
    {
        let settings = Settings { direction, ..Default::default() };
        let sandbox = sandbox(SandboxOptions { settings, ..Default::default() }).await;
        let descending = |page: &Value| {
            let at = |contact: &Value| contact["created_at"].as_i64();
            page["payload"].as_array().unwrap().is_sorted_by(|a, b| at(a) >= at(b))
        };
        assert_eq!(descending(&ask(&sandbox, "sort=created_at&direction=desc").await.json()), by_param);
        assert_eq!(descending(&ask(&sandbox, "sort=-created_at").await.json()), by_prefix);
    }
}

#[tokio::test]
async fn search_and_labels_narrow_the_same_list() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    assert_eq!(names(&ask(&sandbox, "q=BORIS%40doe").await.json()), ["Boris Doe"]);
    let one = ask(&sandbox, "labels=vip").await.json()["meta"]["count"].as_u64().unwrap();
    let two = ask(&sandbox, "labels[]=vip&labels%5B%5D=billing").await.json()["meta"]["count"].as_u64().unwrap();
    let all = ask(&sandbox, "labels=").await.json()["meta"]["count"].as_u64().unwrap();
    assert!(0 < one && one < two && two < all, "{one} {two} {all}");
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    assert_eq!(get(&sandbox, LIST, &["authorization: Basic Zm9vOmJhcg=="]).await.status, 401);
    assert_eq!(get(&sandbox, LIST, &[]).await.status, 401);
}
