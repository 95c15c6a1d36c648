use contacts::model::Query;
use contacts::sandbox::{Direction, SandboxOptions, Settings, Vendor};
use contacts::source::walk::Verdict;
use contacts::source::{ErrorKind, Wish};

use crate::support::{all, first, on_sandbox, on_server, sandbox, scripted, search, sorted_ids};

fn many(direction: Direction) -> SandboxOptions {
    let settings = Settings { direction, ..Settings::default() };
    SandboxOptions { contacts: 300, settings, ..SandboxOptions::default() }
}

#[tokio::test]
async fn all_is_everybody_who_is_listed_and_is_proved() {
    for direction in [Direction::Param, Direction::Prefix] {
        let sandbox = sandbox(many(direction)).await;
        let (source, _) = on_sandbox(&sandbox, "livedesk", &[("direction_style", "param")]);
        let (rows, outcome) = all(&source, &Query::default()).await;
        assert_eq!((outcome.verdict, outcome.error), (Verdict::Exact, None));
        let world = sandbox.world();
        let mut listed: Vec<String> = world.ids(Vendor::Livedesk);
        listed.retain(|id| world.unknown(Vendor::Livedesk, id) == Some(false));
        listed.sort();
        assert_eq!(sorted_ids(&rows), listed);
        assert!(rows.iter().any(|row| !row.channels.is_empty()));
        assert_eq!(source.warnings(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_direction_that_is_not_heeded_is_asked_for_in_the_other_style() {
    for (direction, style, warned) in [
        (Direction::Param, "param", false),
        (Direction::Prefix, "prefix", false),
        (Direction::Both, "param", false),
        (Direction::Both, "prefix", false),
        (Direction::Prefix, "param", true),
    ] {
        let sandbox = sandbox(many(direction)).await;
        let (source, _) = on_sandbox(&sandbox, "livedesk", &[("direction_style", style)]);
        let (rows, outcome) = first(&source, &Query::default(), 40).await;
        assert_eq!((rows.len(), outcome.error), (40, None));
        assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.last_activity_at)), "{direction:?} {style}");
        assert_eq!(sandbox.world().requests(Vendor::Livedesk), if warned { 4 } else { 3 });
        assert_eq!(source.warnings().len(), usize::from(warned), "{direction:?} {style}");
    }
}

#[tokio::test]
async fn a_server_that_heeds_no_direction_is_told_of() {
    let row = |id: u32| format!(r#"{{"id":{id},"name":"n","last_activity_at":{}}}"#, 1_765_000_000 + id);
    let body = format!(r#"{{"meta":{{"count":3,"current_page":1}},"payload":[{},{},{}]}}"#, row(1), row(2), row(3));
    let (base_url, asked) = scripted(vec![(200, "", body)]).await;
    let source = on_server("livedesk", &base_url);
    let (rows, _) = first(&source, &Query::default(), 2).await;
    assert_eq!(rows.len(), 2);
    let warnings = source.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("last_activity_at"), "{warnings:?}");
    let asked = asked.lock().unwrap();
    assert!(asked[0].contains("sort=last_activity_at&direction=desc"), "{}", asked[0]);
    assert!(asked[1].contains("sort=-last_activity_at") && !asked[1].contains("direction"), "{}", asked[1]);
    assert!(asked[0].contains("uthorization: Basic Y2FuYXJ5LXNlY3JldDpjYW5hcnktc2VjcmV0"), "{}", asked[0]);
}

#[tokio::test]
async fn a_contact_is_found_by_its_id_in_a_few_requests() {
    let sandbox = sandbox(many(Direction::Param)).await;
    let (source, _) = on_sandbox(&sandbox, "livedesk", &[]);
    let (everybody, _) = all(&source, &Query::default()).await;
    let wish = Wish { channels: true, ..Wish::default() };
    for contact in everybody.iter().step_by(37) {
        let before = sandbox.world().requests(Vendor::Livedesk);
        assert_eq!(source.contact(&contact.id, wish).await.as_ref(), Ok(contact));
        assert!(sandbox.world().requests(Vendor::Livedesk) - before <= 8);
    }
    let before = sandbox.world().requests(Vendor::Livedesk);
    assert_eq!(source.contact("1", wish).await.unwrap_err().kind, ErrorKind::NotFound);
    let pages = u64::try_from(everybody.len().div_ceil(15)).unwrap();
    assert!(
        sandbox.world().requests(Vendor::Livedesk) - before >= pages,
        "only a whole walk proves that it is missing"
    );
    assert_eq!(source.contact("not a number", wish).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(source.contact("", wish).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn search_and_labels_on_one_url() {
    let sandbox = sandbox(many(Direction::Param)).await;
    let (source, _) = on_sandbox(&sandbox, "livedesk", &[]);
    let (everybody, _) = all(&source, &Query::default()).await;
    let wanted = &everybody[20];
    let email = wanted.emails.first().map_or("nobody", |email| email.address.as_str());
    let name = wanted.name.as_deref().unwrap();
    for text in [name, email] {
        let (found, outcome) = all(&source, &search(text)).await;
        assert!(found.iter().any(|contact| contact.id == wanted.id) || text == "nobody", "{text}");
        assert_eq!(outcome.error, None);
    }
    let mut query = Query::default();
    query.filter.labels = vec!["vip".into()];
    let (labelled, outcome) = all(&source, &query).await;
    assert_eq!(outcome.verdict, Verdict::Exact);
    assert!(!labelled.is_empty() && labelled.len() < everybody.len(), "{}", labelled.len());
}

#[tokio::test]
async fn who_one_is_and_who_one_is_not() {
    let sandbox = sandbox(SandboxOptions::default()).await;
    let (source, _) = on_sandbox(&sandbox, "livedesk", &[]);
    let identity = source.identity().await.unwrap();
    assert!(identity.note.unwrap().contains("does not say") && identity.account.is_none());
    let log = sandbox.world().log();
    assert_eq!(log.last().unwrap().query, "page=1&include_contact_inboxes=false");
    let (stranger, _) = on_sandbox(&sandbox, "livedesk", &[("api_secret", "wrong-secret")]);
    let error = stranger.identity().await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::Auth, Some(401)));
    assert!(error.hint.is_some() && !format!("{error:?}").contains("wrong-secret"));
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_of_its_class() {
    for (status, body, kind) in [
        (200, "null", ErrorKind::Vendor),
        (200, r#"{"meta":{"count":1},"payload":null}"#, ErrorKind::Vendor),
        (200, "", ErrorKind::Vendor),
        (200, r#"{"code":4001,"message":"expired"}"#, ErrorKind::Vendor),
        (403, r#"{"code":403,"message":"no"}"#, ErrorKind::Auth),
        (401, "", ErrorKind::Auth),
        (404, r#"{"code":404,"message":"not found"}"#, ErrorKind::Vendor),
        (404, "<html>", ErrorKind::Vendor),
        (429, "", ErrorKind::RateLimit),
    ] {
        let (base_url, _) = scripted(vec![(status, "", body.to_owned())]).await;
        let source = on_server("livedesk", &base_url);
        for error in [
            first(&source, &Query::default(), 5).await.1.error,
            source.contact("7", Wish::default()).await.err(),
            source.identity().await.err(),
        ] {
            let error = error.unwrap_or_else(|| panic!("{status} {body}"));
            assert_eq!(error.kind, kind, "{status} {body}: {error:?}");
        }
    }
}
