//! ChatbotX of three eras against the sandbox: what is asked, and what comes back.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use contacts::model::{ChannelKind, Contact, Filter, Query};
use contacts::sandbox::{Era, Settings, Vendor};
use contacts::source::walk::Verdict;
use contacts::source::{ErrorKind, Wish};
use support::{LeapingClock, all, first, ids, limited_sandbox, open, parameters, sandbox, search, secret};

const ERAS: [Era; 3] = [Era::A, Era::B, Era::C];

fn of(era: Era) -> Settings {
    Settings { era, ..Settings::default() }
}

fn filtered(filter: Filter) -> Query {
    Query { filter, ..Query::default() }
}

fn matching(everyone: &[Contact], filter: &Filter) -> Vec<String> {
    ids(&everyone.iter().filter(|contact| filter.matches(contact)).cloned().collect::<Vec<_>>())
}

#[tokio::test]
async fn everything_in_every_era() {
    for era in ERAS {
        let sandbox = sandbox(230, of(era)).await;
        let source = open(&sandbox, "chatbotx", |_| {});
        let (rows, outcome) = all(&source, &Query::default()).await;
        assert_eq!(outcome.verdict, Verdict::Exact, "{era:?}: {outcome:?}");
        let mut expected = sandbox.world().ids(Vendor::Chatbotx);
        expected.sort();
        assert_eq!(ids(&rows), expected, "{era:?}");
        assert!(rows.iter().any(|contact| contact.custom_fields.iter().any(|(name, _)| name == "plan")), "{era:?}");
        let (mut lists, mut names) = (0, 0);
        for note in sandbox.world().log() {
            if note.path.ends_with("/custom-fields") {
                names += 1;
                continue;
            }
            lists += 1;
            let params = parameters(&note.query);
            let value = |name: &str| params.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
            assert_eq!(value("sort"), Some(r#"[{"id":"id","desc":false}]"#));
            assert!(value("perPage").unwrap().parse::<u32>().unwrap() <= 50);
            assert_eq!(value("token"), None);
        }
        assert!(names == 1 && lists >= 5, "{names} {lists}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_search_finds_the_same_in_every_era() {
    for era in ERAS {
        let sandbox = sandbox(300, of(era)).await;
        let source = open(&sandbox, "chatbotx", |_| {});
        let (everyone, _) = all(&source, &Query::default()).await;
        let person = everyone
            .iter()
            .find(|c| {
                let plain = c.name.as_deref().is_some_and(|name| name.is_ascii() && name.contains(' '));
                plain && !c.emails.is_empty() && c.phones.iter().any(|phone| phone.e164.is_some())
            })
            .unwrap();
        let name = person.name.as_deref().unwrap();
        let (given, family) = name.split_once(' ').unwrap();
        let email = person.emails[0].address.as_str();
        let domain = &email[email.find('@').unwrap() + 1..];
        let number = person.phones[0].e164.as_deref().unwrap();
        let swapped = format!("{family} {given}");
        let quoted = format!("\"{name}\"");
        for text in [&swapped, &quoted, given, email, domain, number, &number[1..]] {
            let found = ids(&all(&source, &search(text)).await.0);
            assert!(found.contains(&person.id.to_string()), "{era:?} {text}: {found:?}");
            let expected = matching(&everyone, &search(text).filter);
            assert!(found.iter().all(|id| expected.contains(id)), "{era:?} {text}");
            if text == domain || text == email {
                assert_eq!(found, expected, "{era:?} {text}");
            }
        }
        let by_email = filtered(Filter { email: Some(domain.to_uppercase()), ..Filter::default() });
        assert_eq!(ids(&all(&source, &by_email).await.0), matching(&everyone, &by_email.filter), "{era:?}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn conditions_mean_the_same_in_every_era() {
    for era in ERAS {
        let sandbox = sandbox(200, of(era)).await;
        let source = open(&sandbox, "chatbotx", |_| {});
        let (everyone, _) = all(&source, &Query::default()).await;
        let some = everyone[everyone.len() / 2].created_at;
        let inbox = everyone.iter().find_map(|contact| contact.channels.first()).unwrap().inbox_id.clone().unwrap();
        let label = everyone.iter().find_map(|contact| contact.labels.first()).unwrap().clone();
        for filter in [
            Filter { created_since: some, ..Filter::default() },
            Filter { active_since: some, ..Filter::default() },
            Filter { blocked: true, ..Filter::default() },
            Filter { blocked: true, created_since: some, ..Filter::default() },
            Filter { channel: Some(ChannelKind::from_vendor("email")), ..Filter::default() },
            Filter { channel: Some(ChannelKind::from_vendor("line")), ..Filter::default() },
            Filter { inboxes: vec![inbox], ..Filter::default() },
            Filter { inboxes: vec!["no-number".into()], ..Filter::default() },
            Filter { labels: vec![label], ..Filter::default() },
        ] {
            let expected = matching(&everyone, &filter);
            let query = filtered(filter);
            assert_eq!(ids(&all(&source, &query).await.0), expected, "{era:?} {query:?}");
            assert_eq!(ids(&first(&source, &query, 1000).await), expected, "{era:?} top {query:?}");
        }
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn one_contact_by_id_email_and_phone() {
    for era in ERAS {
        let sandbox = sandbox(60, of(era)).await;
        let source = open(&sandbox, "chatbotx", |_| {});
        let (everyone, _) = all(&source, &Query::default()).await;
        let person = everyone.iter().find(|c| !c.emails.is_empty() && !c.custom_fields.is_empty()).unwrap();
        let email = format!("email:{}", person.emails[0].address);
        for id in [person.id.as_str(), &format!("id:{}", person.id), &email] {
            let contact = source.contact(id, Wish::default()).await.unwrap();
            assert_eq!(contact.custom_fields, person.custom_fields, "{era:?} {id}");
        }
        for missing in ["1", "id:99999999999999999999", "somebody", "email:no@body.example", "phone:+%2e/../x?y"] {
            let error = source.contact(missing, Wish::default()).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::NotFound, "{era:?} {missing}: {error}");
        }
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn who_one_is_and_who_is_refused() {
    for era in ERAS {
        let sandbox = sandbox(10, of(era)).await;
        let identity = open(&sandbox, "chatbotx", |_| {}).identity().await.unwrap();
        assert!(identity.account.is_some() && identity.note.is_some(), "{era:?} {identity:?}");
        let before = sandbox.world().requests(Vendor::Chatbotx);
        let stranger = open(&sandbox, "chatbotx", |access| {
            access.http.max_retries = 4;
            access.secrets.insert("token".to_owned(), secret("canary-of-a-token"));
        });
        let outcome = all(&stranger, &Query::default()).await.1;
        let error = outcome.error.unwrap();
        assert_eq!(error.kind, ErrorKind::Auth, "{era:?} {error}");
        assert!(!error.message.contains("canary"));
        assert_eq!(sandbox.world().requests(Vendor::Chatbotx), before + 1, "{era:?}: not tried again");
        // With `/api` in the base URL, and with a base URL that leads elsewhere.
        let below = open(&sandbox, "chatbotx", |access| {
            access.http.base_url = format!("{}/api", access.http.base_url).parse().unwrap();
        });
        assert_eq!(all(&below, &Query::default()).await.0.len(), 10, "{era:?}");
        let lost = open(&sandbox, "chatbotx", |access| {
            access.http.base_url = format!("{}/elsewhere", access.http.base_url).parse().unwrap();
        });
        let error = all(&lost, &Query::default()).await.1.error.unwrap();
        assert_eq!(error.kind, ErrorKind::Vendor, "{era:?} {error}");
        assert!(error.hint.unwrap().contains("base_url"));
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn the_first_rows_go_by_name() {
    for era in ERAS {
        let sandbox = sandbox(120, of(era)).await;
        let source = open(&sandbox, "chatbotx", |_| {});
        let rows = first(&source, &Query { channels: false, ..Query::default() }, 20).await;
        assert_eq!(rows.len(), 20);
        let (everyone, _) = all(&source, &Query::default()).await;
        let mut names: Vec<_> = everyone.iter().filter_map(|contact| contact.name.clone()).collect();
        names.sort();
        let first_names: Vec<_> = rows.iter().filter_map(|contact| contact.name.clone()).collect();
        assert_eq!(first_names, names[..20], "{era:?}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn the_rate_limit_of_newer_servers_is_waited_for() {
    let sandbox = limited_sandbox(1200, of(Era::C)).await;
    let patient = open(&sandbox, "chatbotx", |access| {
        access.http.max_wait = Duration::from_hours(1);
        access.http.clock = Arc::new(LeapingClock(sandbox.world().clone()));
    });
    let (rows, outcome) = all(&patient, &Query { page_size: Some(3), ..Query::default() }).await;
    assert_eq!((rows.len(), outcome.verdict), (1200, Verdict::Exact), "{outcome:?}");
    assert!(patient.usage().waited_ms > 0, "{:?}", patient.usage());
    sandbox.stop().await;
}
