//! Faults and churn, as a client meets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::exchange::base64;
use super::super::{ChangeKind, Churn, Hook, Sandbox, SandboxOptions, Vendor, World};
use super::{Got, column, get, sandbox, try_get};

async fn with(faults: &[&str]) -> Sandbox {
    let faults = faults.iter().map(|spec| spec.parse().unwrap()).collect();
    sandbox(SandboxOptions { faults, ..Default::default() }).await
}

fn list(vendor: Vendor) -> (&'static str, Vec<String>) {
    match vendor {
        Vendor::Rocketchat => (
            "/rocketchat/api/v1/omnichannel/contacts.search?count=10",
            vec![
                "x-auth-token: sandbox-rocketchat-auth-token-worth-nothing".into(),
                "x-user-id: sandboxUser000001".into(),
            ],
        ),
        Vendor::Livedesk => {
            let key = base64(b"sandbox-livedesk-key:sandbox-livedesk-secret-worth-nothing");
            ("/livedesk/api/v2/accounts/contacts?sort=created_at", vec![format!("authorization: Basic {key}")])
        }
        Vendor::Chatbotx => (
            "/chatbotx/api/v1/contacts?perPage=10",
            vec!["authorization: Bearer sandbox-chatbotx-token-worth-nothing".into()],
        ),
        Vendor::Chatwoot => (
            "/chatwoot/api/v1/accounts/1/contacts?sort=created_at",
            vec!["api-access-token: sandbox-chatwoot-token-worth-nothing".into()],
        ),
    }
}

async fn ask(sandbox: &Sandbox, vendor: Vendor, more: &str) -> Option<Got> {
    let (path, headers) = list(vendor);
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    try_get(sandbox, &format!("{path}{more}"), &headers).await
}

#[tokio::test]
async fn a_reset_brings_nothing_and_passes() {
    let sandbox = with(&["rocketchat:reset@2"]).await;
    assert_eq!(ask(&sandbox, Vendor::Rocketchat, "").await.unwrap().status, 200);
    assert!(ask(&sandbox, Vendor::Rocketchat, "").await.is_none());
    assert_eq!(ask(&sandbox, Vendor::Rocketchat, "").await.unwrap().status, 200);
    assert_eq!(sandbox.world().requests(Vendor::Rocketchat), 3);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_announced() {
    let sandbox = with(&["truncate"]).await;
    for vendor in Vendor::ALL {
        let got = ask(&sandbox, vendor, "").await.unwrap();
        let announced: usize = got.header("content-length").unwrap().parse().unwrap();
        assert_eq!((got.status, got.body.len()), (200, announced / 2), "{vendor}");
    }
}

#[tokio::test]
async fn a_dripping_body_is_whole_in_the_end() {
    let sandbox = with(&["chatwoot:drip=0"]).await;
    let got = ask(&sandbox, Vendor::Chatwoot, "").await.unwrap();
    assert_eq!(got.json()["payload"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn statuses_speak_each_vendors_language() {
    let sandbox = with(&["500@1", "403@2", "502@3", "429=20@4", "revoke@5"]).await;
    let keys = |got: &Got| match serde_json::from_slice::<Value>(&got.body) {
        Ok(Value::Object(map)) => map.keys().cloned().collect::<Vec<_>>().join(","),
        _ => got.header("content-type").unwrap_or_default().to_owned(),
    };
    for (vendor, expected) in [
        (
            Vendor::Rocketchat,
            [
                "500 success,error",
                "403 success,error",
                "502 text/html; charset=utf-8",
                "429 success,error",
                "401 success,error,status,message",
            ],
        ),
        (
            Vendor::Livedesk,
            [
                "500 code,message",
                "403 code,message",
                "502 text/html; charset=utf-8",
                "429 code,message",
                "401 code,message",
            ],
        ),
        (
            Vendor::Chatbotx,
            [
                "500 defined,code,status,message",
                "403 defined,code,status,message",
                "502 text/html; charset=utf-8",
                "429 defined,code,status,message",
                "500 defined,code,status,message",
            ],
        ),
        (
            Vendor::Chatwoot,
            [
                "500 status,error",
                "403 text/html; charset=utf-8",
                "502 text/html; charset=utf-8",
                "429 text/plain;charset=UTF-8",
                "401 error",
            ],
        ),
    ] {
        for shape in expected {
            let got = ask(&sandbox, vendor, "").await.unwrap();
            assert_eq!(format!("{} {}", got.status, keys(&got)), shape, "{vendor}");
        }
        assert_ne!(ask(&sandbox, vendor, "").await.unwrap().status, 200, "revoked for good");
    }
}

#[tokio::test]
async fn bodies_are_not_what_they_should_be() {
    let sandbox =
        with(&["html@1", "empty@2", "garbage@3", "wrong-type@4", "null-list@5", "success-false@6", "deep@7"]).await;
    let vendor = Vendor::Chatbotx;
    let html = ask(&sandbox, vendor, "").await.unwrap();
    assert!(html.status == 200 && html.text().starts_with("<!DOCTYPE html>"));
    let empty = ask(&sandbox, vendor, "").await.unwrap();
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    assert!(String::from_utf8(ask(&sandbox, vendor, "").await.unwrap().body).is_err());
    let typed = ask(&sandbox, vendor, "").await.unwrap();
    assert_eq!(
        (typed.header("content-type"), typed.json()["data"].as_array().map(Vec::len)),
        (Some("text/html"), Some(10))
    );
    assert_eq!(ask(&sandbox, vendor, "").await.unwrap().json()["data"], Value::Null);
    assert_eq!(ask(&sandbox, vendor, "").await.unwrap().json()["success"], json!(false));
    let deep = ask(&sandbox, vendor, "").await.unwrap();
    assert!(deep.body.len() > 200_000 && deep.body.starts_with(br#"{"data":[[[["#));
}

#[tokio::test]
async fn a_huge_body_is_not_announced() {
    let sandbox = with(&["huge"]).await;
    let got = ask(&sandbox, Vendor::Livedesk, "").await.unwrap();
    assert_eq!((got.status, got.header("content-length")), (200, None));
    assert!(got.body.len() > 64 << 20);
}

#[tokio::test]
async fn compressed_bodies_say_so() {
    let sandbox = with(&["badgzip@1", "bomb@2"]).await;
    for _ in 0..2 {
        let got = ask(&sandbox, Vendor::Livedesk, "").await.unwrap();
        assert_eq!((got.header("content-encoding"), &got.body[..2]), (Some("gzip"), &[0x1f, 0x8b][..]));
    }
}

#[tokio::test]
async fn redirects_lead_away_or_back() {
    let sandbox = with(&["redirect=http://127.0.0.1:1/elsewhere@1", "redirect-same@2"]).await;
    let away = ask(&sandbox, Vendor::Chatwoot, "").await.unwrap();
    assert_eq!((away.status, away.header("location")), (307, Some("http://127.0.0.1:1/elsewhere")));
    let back = ask(&sandbox, Vendor::Chatwoot, "").await.unwrap();
    assert_eq!((back.status, back.header("location")), (307, Some(list(Vendor::Chatwoot).0)));
}

#[tokio::test]
async fn pages_are_ignored_and_totals_lie() {
    let honest = with(&[]).await;
    let lying = with(&["ignore-page", "lie-total"]).await;
    let page = async |sandbox: &Sandbox, page: u32| {
        ask(sandbox, Vendor::Chatwoot, &format!("&page={page}")).await.unwrap().json()
    };
    assert_ne!(page(&honest, 1).await["payload"], page(&honest, 2).await["payload"]);
    assert_eq!(page(&lying, 1).await["payload"], page(&lying, 2).await["payload"]);
    let count = |page: &Value| page["meta"]["count"].as_u64().unwrap();
    assert_eq!(count(&page(&honest, 1).await) / 2, count(&page(&lying, 1).await));
    let empty = page(&with(&["empty-list"]).await, 1).await;
    assert_eq!((&empty["payload"], count(&empty)), (&serde_json::json!([]), 0));
}

#[tokio::test]
async fn a_hanging_server_stops_all_the_same() {
    let sandbox = with(&["hang"]).await;
    let (path, _) = list(Vendor::Chatwoot);
    let waiting = tokio::time::timeout(Duration::from_millis(30), get(&sandbox, path, &[])).await;
    assert!(waiting.is_err());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_hook_scripts_changes() {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let hook: Hook = Arc::new(move |world: &World, note| {
        counted.fetch_add(1, Ordering::Relaxed);
        if note.number == 2 {
            let first = world.ids(note.vendor)[0].clone();
            assert!(world.delete(note.vendor, &first));
            assert!(world.rename(note.vendor, &world.ids(note.vendor)[0], "Somebody Else"));
        }
    });
    let sandbox = sandbox(SandboxOptions { hook: Some(hook), ..Default::default() }).await;
    let first = ask(&sandbox, Vendor::Chatwoot, "").await.unwrap().json();
    let second = ask(&sandbox, Vendor::Chatwoot, "").await.unwrap().json();
    assert_eq!(column(&first["payload"], "name")[2..], column(&second["payload"], "name")[1..14]);
    assert_eq!(second["payload"][0]["name"], json!("Somebody Else"));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    let log = sandbox.world().log();
    assert_eq!(
        (log.len(), log[0].path.as_str(), log[0].query.as_str()),
        (2, "/api/v1/accounts/1/contacts", "sort=created_at")
    );
    let changes: Vec<_> = sandbox.world().changes().into_iter().map(|change| change.kind).collect();
    assert_eq!(changes, [ChangeKind::Deleted, ChangeKind::Renamed]);
}

#[tokio::test]
async fn churn_happens_between_requests() {
    let churn: Churn = "delete=1,append=2,every=2".parse().unwrap();
    let sandbox = sandbox(SandboxOptions { churn: Some(churn), ..Default::default() }).await;
    let mut totals = Vec::new();
    for _ in 0..5 {
        let page = ask(&sandbox, Vendor::Chatbotx, "&perPage=1").await.unwrap();
        totals.push(page.status);
        totals.push(u16::try_from(sandbox.world().ids(Vendor::Chatbotx).len()).unwrap());
    }
    // The query names `perPage` twice: refused, and still a request.
    assert_eq!(totals, [400, 60, 400, 60, 400, 61, 400, 61, 400, 62]);
}

#[tokio::test]
async fn other_addresses_are_told_where_to_go() {
    let sandbox = with(&[]).await;
    for path in ["/", "/nonsense", "/rocketchatty/api"] {
        assert_eq!(get(&sandbox, path, &[]).await.status, 404, "{path}");
    }
}
