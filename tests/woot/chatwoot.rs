use std::time::Duration;

use contacts::model::{ChannelKind, Query, SortField, UnknownFilter};
use contacts::sandbox::{SandboxOptions, SearchMeta, Settings, Vendor};
use contacts::source::walk::Verdict;
use contacts::source::{ErrorKind, Lane, Traversal, Window, Wish};

use crate::support::{all, first, on_sandbox, on_server, sandbox, scripted, search, sorted_ids};

const EVERYTHING: Wish = Wish { labels: true, channels: true, raw: true };

fn many() -> SandboxOptions {
    SandboxOptions { contacts: 200, ..SandboxOptions::default() }
}

#[tokio::test]
async fn all_is_everybody_who_is_listed_and_is_proved() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let (rows, outcome) = all(&source, &Query { channels: false, ..Query::default() }).await;
    assert_eq!((outcome.verdict, outcome.error), (Verdict::Exact, None));
    let world = sandbox.world();
    let mut listed: Vec<String> = world.ids(Vendor::Chatwoot);
    listed.retain(|id| world.unknown(Vendor::Chatwoot, id) == Some(false));
    listed.sort();
    assert!(listed.len() > 100);
    assert_eq!(sorted_ids(&rows), listed);
    assert!(rows.iter().all(|row| row.channels.is_empty() && row.raw.is_none()));
    for note in world.log() {
        assert_eq!(note.path, "/api/v1/accounts/1/contacts");
        assert!(note.query.contains("sort=created_at&include_contact_inboxes=false&page="), "{}", note.query);
    }
}

#[tokio::test]
async fn the_first_rows_cost_one_request_and_are_the_latest() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let (rows, _) = first(&source, &Query::default(), 10).await;
    assert_eq!((rows.len(), sandbox.world().requests(Vendor::Chatwoot)), (10, 1));
    assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.last_activity_at)));
    assert!(rows.iter().any(|row| !row.channels.is_empty()));
}

#[tokio::test]
async fn both_generations_of_search_find_the_same() {
    for search_meta in [SearchMeta::HasMore, SearchMeta::Total] {
        let settings = Settings { search_meta, ..Settings::default() };
        let sandbox = sandbox(SandboxOptions { settings, ..many() }).await;
        let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
        let (everybody, _) = all(&source, &Query::default()).await;
        let query = search("AN");
        let (found, outcome) = all(&source, &query).await;
        assert_eq!(outcome.verdict, Verdict::Exact, "{search_meta:?}: {}", outcome.basis);
        let mut expected = everybody;
        // What the search itself cannot find: accents are told apart, and so is the case of identifiers.
        expected.retain(|contact| {
            let fields = [contact.name.as_deref(), contact.emails.first().map(|email| email.address.as_str())];
            query.filter.matches(contact) && fields.iter().flatten().any(|field| field.to_lowercase().contains("an"))
        });
        assert!(expected.len() > 15, "{}", expected.len());
        let found: Vec<String> = sorted_ids(&found);
        assert!(sorted_ids(&expected).iter().all(|id| found.contains(id)), "{search_meta:?}");
    }
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let (everybody, _) = all(&source, &Query::default()).await;
    let reachable = everybody.iter().find(|contact| !contact.phones.is_empty()).unwrap();
    let number = reachable.phones[0].number.as_str();
    assert!(number.starts_with('+'));
    let (code, rest) = number.split_at(3);
    for written in [number.to_owned(), number[1..].to_owned(), format!("{code} ({}) {}", &rest[..3], &rest[3..])] {
        let (found, outcome) = first(&source, &search(&written), 50).await;
        assert!(found.iter().any(|contact| contact.id == reachable.id), "{written}");
        assert_eq!(outcome.error, None);
    }
    let sent = sandbox.world().log().into_iter().rfind(|note| note.query.contains("q=%2B"));
    assert!(sent.is_some(), "a plus goes as %2B");
}

#[tokio::test]
async fn labels_choose_on_the_server_and_are_read_where_they_are_asked_for() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let (labelled, _) = all(&source, &Query { labels: true, ..Query::default() }).await;
    let label = labelled.iter().find_map(|contact| contact.labels.first()).unwrap().clone();
    let mut query = Query { labels: true, ..Query::default() };
    query.filter.labels = vec![label.clone(), "no-such-label".into()];
    let (found, outcome) = all(&source, &query).await;
    assert_eq!(outcome.verdict, Verdict::Exact);
    let mut expected = labelled;
    expected.retain(|contact| contact.labels.contains(&label));
    assert!(!expected.is_empty());
    assert_eq!(sorted_ids(&found), sorted_ids(&expected));
    assert!(found.iter().all(|contact| contact.labels.contains(&label)));
}

#[tokio::test]
async fn what_the_server_cannot_filter_is_filtered_here() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let mut query = Query { channels: false, ..Query::default() };
    query.filter.channel = Some(ChannelKind::from_vendor("email"));
    let (found, _) = all(&source, &query).await;
    assert!(!found.is_empty());
    assert!(found.iter().all(|contact| contact.channels.iter().any(|channel| channel.kind.as_str() == "email")));
    query.filter.unknown = UnknownFilter::Only;
    assert!(all(&source, &query).await.0.is_empty());
}

#[tokio::test]
async fn sorts_are_the_servers() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    for key in ["created_at:desc", "name", "company", "city:desc", "email"] {
        let query = Query { sort: vec![key.parse().unwrap()], ..Query::default() };
        assert!(source.plan(&query, Traversal::Top).unwrap().sorted, "{key}");
        let (rows, _) = first(&source, &query, 30).await;
        assert_eq!(rows.len(), 30, "{key}");
        if query.sort[0].field == SortField::CreatedAt {
            assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.created_at)));
        }
        if key == "company" {
            let companies: Vec<_> =
                rows.iter().flat_map(|row| &row.company).map(contacts::model::Text::to_lowercase).collect();
            assert!(!companies.is_empty() && companies.is_sorted());
        }
    }
}

#[tokio::test]
async fn one_contact_with_everything() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let (everybody, _) = all(&source, &Query { labels: true, ..Query::default() }).await;
    let listed = everybody.iter().find(|c| !c.labels.is_empty() && c.channels.len() > 1).unwrap();
    let shown = source.contact(&listed.id, EVERYTHING).await.unwrap();
    assert_eq!(
        (&shown.name, &shown.labels, shown.channels.len()),
        (&listed.name, &listed.labels, listed.channels.len())
    );
    assert!(shown.channels.iter().any(|channel| channel.last_chat.as_ref().is_some_and(|chat| chat.at.is_some())));
    assert!(shown.raw.unwrap().get().contains("contact_inboxes"));
    let url = source.web_url(listed).unwrap();
    assert!(url.ends_with(&format!("/chatwoot/app/accounts/1/contacts/{}", listed.id)), "{url}");
    assert!(source.owns_url(&url.parse().unwrap()));
    assert!(!source.owns_url(&url.replace("accounts/1/", "accounts/2/").parse().unwrap()));
}

#[tokio::test]
async fn ids_that_are_none() {
    let sandbox = sandbox(many()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let known = sandbox.world().ids(Vendor::Chatwoot)[0].clone();
    for id in [format!("{known}abc"), format!("{known}/labels"), "abc".into(), String::new(), "-1".into()] {
        let error = source.contact(&id, EVERYTHING).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{id}");
    }
    assert_eq!(sandbox.world().requests(Vendor::Chatwoot), 0);
    assert_eq!(source.contact("999999999", EVERYTHING).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn who_one_is_and_who_one_is_not() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let (source, _) = on_sandbox(&sandbox, "chatwoot", &[]);
    let identity = source.identity().await.unwrap();
    assert_eq!(identity.account.as_deref(), Some("user/1/account/1"));
    assert_eq!(identity.roles, ["agent"]);

    let list = |source: std::sync::Arc<dyn contacts::source::Source>| async move {
        let lane: Lane = source.plan(&Query::default(), Traversal::Top).unwrap().lanes.remove(0);
        source.page(&lane, Window { start: 0, len: 15 }).await.unwrap_err()
    };
    for (key, value, kind, words) in [
        ("account_id", "2", ErrorKind::Auth, "not a member"),
        ("account_id", "3", ErrorKind::Auth, "suspended"),
        ("account_id", "9", ErrorKind::Vendor, "no account 9"),
        ("token", "wrong-token", ErrorKind::Auth, "access token"),
        ("token", "sandbox-chatwoot-bot-token-worth-nothing", ErrorKind::Auth, "bot"),
    ] {
        let error = list(on_sandbox(&sandbox, "chatwoot", &[(key, value)]).0).await;
        assert_eq!(error.kind, kind, "{value}: {error}");
        assert!(error.message.contains(words) && error.hint.is_some(), "{value}: {error:?}");
        assert!(!format!("{error:?}").contains(value) || key == "account_id", "{error:?}");
    }
    let (stranger, _) = on_sandbox(&sandbox, "chatwoot", &[("account_id", "2")]);
    assert_eq!(stranger.identity().await.unwrap_err().kind, ErrorKind::Auth);
}

#[tokio::test]
async fn a_used_up_limit_is_waited_for_until_the_next_minute() {
    let sandbox = sandbox(SandboxOptions { rate_limit: true, ..SandboxOptions::default() }).await;
    let (source, clock) = on_sandbox(&sandbox, "chatwoot", &[]);
    let lane = source.plan(&search("an"), Traversal::Top).unwrap().lanes.remove(0);
    for _ in 0..101 {
        source.page(&lane, Window { start: 0, len: 15 }).await.unwrap();
    }
    let slept = *clock.slept.lock().unwrap();
    assert!(slept > Duration::ZERO && slept <= Duration::from_secs(61), "{slept:?}");
    assert!(source.usage().retries >= 1);
}

#[tokio::test]
async fn old_servers_secrets_go_nowhere() {
    let body = r#"{"meta":{"count":1,"current_page":"1"},"payload":[{"id":1,"name":"Ann","contact_inboxes":[
        {"source_id":"a","inbox":{"id":2,"name":"Mail","channel_type":"Channel::Email","imap_password":"hunter2",
        "provider_config":{"api_key":"hunter2"}}}]}]}"#;
    let (base_url, asked) = scripted(vec![(200, "", body.to_owned())]).await;
    let source = on_server("chatwoot", &base_url);
    let (rows, _) = first(&source, &Query { raw: true, ..Query::default() }, 5).await;
    let shown = serde_json::to_string(&rows).unwrap();
    assert!(shown.contains("Mail") && !shown.contains("hunter2"), "{shown}");
    let request = asked.lock().unwrap()[0].to_lowercase();
    assert!(request.contains("api-access-token: canary-secret") && !request.contains("api_access_token"), "{request}");
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_of_its_class() {
    for (status, body, kind) in [
        (200, "null", ErrorKind::Vendor),
        (200, r#"{"payload":null}"#, ErrorKind::Vendor),
        (200, r#"{"payload":[{"id":1}"#, ErrorKind::Vendor),
        (200, "", ErrorKind::Vendor),
        (200, "<html><title>Sign in</title></html>", ErrorKind::Vendor),
        (403, "<html>", ErrorKind::Auth),
        (422, r#"{"error":"Specify search string with parameter q"}"#, ErrorKind::Vendor),
        (500, r#"{"status":500,"error":"Internal Server Error"}"#, ErrorKind::Vendor),
        (502, "<html>", ErrorKind::Vendor),
        (429, "Retry later\n", ErrorKind::RateLimit),
        (401, r#"{"errors":["You need to sign in or sign up before continuing."]}"#, ErrorKind::Auth),
    ] {
        let (base_url, _) = scripted(vec![(status, "", body.to_owned())]).await;
        let source = on_server("chatwoot", &base_url);
        let (rows, outcome) = first(&source, &Query::default(), 5).await;
        assert!(rows.is_empty());
        let error = outcome.error.unwrap_or_else(|| panic!("{status} {body}"));
        assert_eq!(error.kind, kind, "{status} {body}: {error:?}");
        assert!(!format!("{error:?}").contains("canary-secret"));
    }
}

#[tokio::test]
async fn the_labels_of_the_account_are_read_as_far_as_they_are_labels() {
    let listed =
        r#"{"payload":[{"id":1,"title":"vip"},{"id":2,"title":null},{"title":" "},7,null,{"id":3,"title":"Größe"}]}"#;
    for (status, body, labels) in [
        (200, listed, Ok(vec!["vip", "Größe"])),
        (200, r#"{"payload":[]}"#, Ok(vec![])),
        (200, "[]", Err(ErrorKind::Vendor)),
        (200, "<html>", Err(ErrorKind::Vendor)),
        (401, r#"{"error":"You are not authorized to do this action"}"#, Err(ErrorKind::Auth)),
        (404, r#"{"error":"Resource could not be found"}"#, Err(ErrorKind::NotFound)),
    ] {
        let (base_url, asked) = scripted(vec![(status, "", body.to_owned())]).await;
        let found = on_server("chatwoot", &base_url).account_labels().await;
        let found = found.map(Option::unwrap).map_err(|error| error.kind);
        assert_eq!(found, labels.map(|labels| labels.into_iter().map(Into::into).collect()), "{body}");
        assert!(asked.lock().unwrap()[0].starts_with("GET /api/v1/accounts/1/labels "));
    }
}
