//! Rocket.Chat against the sandbox: what is asked, and what comes back.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use contacts::model::{Filter, UnknownFilter};
use contacts::sandbox::{Refusals, Settings, Vendor};
use contacts::source::walk::Verdict;
use contacts::source::{ErrorKind, Wish};
use contacts::vendor::vendor;
use support::{LeapingClock, all, first, ids, limited_sandbox, open, parameters, sandbox, search, secret};

const KNOWN_PARAMETERS: [&str; 5] = ["searchText", "unknown", "offset", "count", "sort"];

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

#[tokio::test]
async fn everything_is_both_lists_and_only_known_parameters_are_sent() {
    let sandbox = sandbox(350, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let (rows, outcome) = all(&source, &Default::default()).await;
    assert_eq!(outcome.verdict, Verdict::Exact, "{outcome:?}");
    assert_eq!(ids(&rows), sorted(sandbox.world().ids(Vendor::Rocketchat)));
    let unknown: Vec<_> = rows.iter().filter(|contact| contact.unknown == Some(true)).cloned().collect();
    assert!(!unknown.is_empty() && unknown.len() < rows.len());
    let mut filtered = contacts::model::Query::default();
    filtered.filter.unknown = UnknownFilter::Only;
    assert_eq!(ids(&all(&source, &filtered).await.0), ids(&unknown));
    for note in sandbox.world().log() {
        let params = parameters(&note.query);
        assert!(params.iter().all(|(name, value)| KNOWN_PARAMETERS.contains(&name.as_str()) && !value.is_empty()));
        assert!(params.iter().any(|(name, value)| name == "unknown" && (value == "true" || value == "false")));
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_search_finds_what_a_scan_finds() {
    let sandbox = sandbox(300, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let (everyone, _) = all(&source, &Default::default()).await;
    let person = everyone.iter().find(|c| !c.emails.is_empty() && c.phones.iter().any(|p| p.number.starts_with('+')));
    let person = person.unwrap();
    let email = person.emails[0].address.to_string();
    let phone = person.phones[0].number.to_string();
    for text in [email.as_str(), &phone, &email[1..email.len() - 1], "a", "1 a"] {
        let found = ids(&all(&source, &search(text)).await.0);
        let scanned = ids(&all(&source, &contacts::model::Query { scan: true, ..search(text) }).await.0);
        let expected: Vec<_> = everyone.iter().filter(|c| search(text).filter.matches(c)).cloned().collect();
        assert_eq!(scanned, ids(&expected), "{text}");
        if text.contains('@') || text == phone {
            assert!(found.contains(&person.id.to_string()), "{text}");
        }
        assert!(found.iter().all(|id| scanned.contains(id)), "{text}");
    }
    let sent = sandbox.world().log().into_iter().find(|note| note.query.contains("searchText=%2B")).unwrap();
    assert!(!sent.query.contains('+'), "{}", sent.query);
    sandbox.stop().await;
}

#[tokio::test]
async fn the_first_rows_cost_one_request_and_the_second_list_only_fills_up() {
    let sandbox = sandbox(300, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let rows = first(&source, &Default::default(), 20).await;
    assert_eq!((rows.len(), sandbox.world().requests(Vendor::Rocketchat)), (20, 1));
    let times: Vec<_> = rows.iter().filter_map(|contact| contact.last_activity_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]) && times.len() == 20);
    assert!(rows.iter().all(|contact| contact.unknown == Some(false)));
    sandbox.stop().await;
}

#[tokio::test]
async fn one_contact_and_none() {
    let sandbox = sandbox(60, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let id = sandbox.world().ids(Vendor::Rocketchat).remove(0);
    let contact = source.contact(&id, Wish { raw: true, ..Wish::default() }).await.unwrap();
    assert_eq!(contact.id, id);
    assert!(contact.raw.is_some());
    let url = source.web_url(&contact).unwrap().parse().unwrap();
    assert!(source.owns_url(&url));
    let address = (vendor("rocketchat").unwrap().parse_web_url)(&url).unwrap();
    assert_eq!(address.contact.as_deref(), Some(id.as_str()));
    for missing in ["673be1711e2e6feb77939aff", "a b?&=#+%2e/..\"\0é"] {
        let error = source.contact(missing, Wish::default()).await.unwrap_err();
        assert_eq!((error.kind, error.status), (ErrorKind::NotFound, Some(404)), "{error}");
    }
    let before = sandbox.world().requests(Vendor::Rocketchat);
    assert_eq!(source.contact("  ", Wish::default()).await.unwrap_err().kind, ErrorKind::Usage);
    assert_eq!(sandbox.world().requests(Vendor::Rocketchat), before);
    sandbox.stop().await;
}

#[tokio::test]
async fn who_one_is_and_whatever_else() {
    let sandbox = sandbox(10, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let identity = source.identity().await.unwrap();
    assert!(identity.account.is_some() && identity.name.is_some() && !identity.roles.is_empty(), "{identity:?}");
    for path in ["/api/v1/me", "api/v1/me?"] {
        let body = source.get(path, &[]).await.unwrap();
        assert!(String::from_utf8(body).unwrap().contains("\"success\":true"));
    }
    // A base URL that already leads to the API is as good.
    let below = open(&sandbox, "rocketchat", |access| {
        access.http.base_url = format!("{}/api/v1", access.http.base_url).parse().unwrap();
    });
    assert_eq!(below.identity().await.unwrap(), identity);
    assert_eq!(all(&below, &Default::default()).await.0.len(), 10);
    sandbox.stop().await;
}

#[tokio::test]
async fn refusals_are_of_their_class() {
    for refusals in [Refusals::Old, Refusals::New] {
        let sandbox = sandbox(10, Settings { refusals, ..Settings::default() }).await;
        let stranger = open(&sandbox, "rocketchat", |access| {
            access.secrets.insert("auth_token".to_owned(), secret("canary-of-a-token"));
        });
        let error = stranger.identity().await.unwrap_err();
        assert_eq!((error.kind, error.status), (ErrorKind::Auth, Some(401)), "{error}");
        assert!(error.message.contains("must be logged in") && !error.message.contains("canary"), "{error}");
        assert!(error.hint.unwrap().contains("user_id"));
        assert_eq!(sandbox.world().requests(Vendor::Rocketchat), 1);
        let lost = open(&sandbox, "rocketchat", |access| {
            access.http.base_url = format!("{}/elsewhere", access.http.base_url).parse().unwrap();
        });
        let outcome = all(&lost, &Default::default()).await.1;
        let error = outcome.error.unwrap();
        assert_eq!((outcome.verdict, error.kind), (Verdict::Partial, ErrorKind::Vendor), "{error}");
        assert!(error.hint.unwrap().contains("base_url"));
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn conditions_are_checked_here() {
    let sandbox = sandbox(200, Settings::default()).await;
    let source = open(&sandbox, "rocketchat", |_| {});
    let (everyone, _) = all(&source, &Default::default()).await;
    let some = everyone[everyone.len() / 2].created_at;
    for filter in [
        Filter { created_since: some, ..Filter::default() },
        Filter { active_since: some, ..Filter::default() },
        Filter { blocked: true, ..Filter::default() },
        Filter { channel: Some(contacts::model::ChannelKind::from_vendor("sms")), ..Filter::default() },
        Filter { labels: vec!["vip".into()], ..Filter::default() },
    ] {
        let expected: Vec<_> = everyone.iter().filter(|contact| filter.matches(contact)).cloned().collect();
        let query = contacts::model::Query { filter: filter.clone(), ..Default::default() };
        assert_eq!(ids(&all(&source, &query).await.0), ids(&expected), "{filter:?}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn the_rate_limit_is_waited_for_within_patience() {
    let sandbox = limited_sandbox(150, Settings::default()).await;
    let patient = open(&sandbox, "rocketchat", |access| {
        access.http.max_wait = Duration::from_hours(1);
        access.http.clock = Arc::new(LeapingClock(sandbox.world().clone()));
    });
    let query = contacts::model::Query { page_size: Some(10), ..Default::default() };
    let (rows, outcome) = all(&patient, &query).await;
    assert_eq!((rows.len(), outcome.verdict), (150, Verdict::Exact), "{outcome:?}");
    assert!(patient.usage().waited_ms >= 60_000, "{:?}", patient.usage());
    assert_eq!(patient.requests_per_minute(), Some(10));
    let hasty = open(&sandbox, "rocketchat", |access| {
        access.http.clock = Arc::new(LeapingClock(sandbox.world().clone()));
    });
    let outcome = all(&hasty, &query).await.1;
    let error = outcome.error.unwrap();
    assert_eq!((outcome.verdict, error.kind), (Verdict::Partial, ErrorKind::RateLimit), "{error}");
    sandbox.stop().await;
}
