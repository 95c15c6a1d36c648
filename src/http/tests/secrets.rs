//! Secrets in no message and no trace, whoever sends them back.

use super::*;

const CANARY: &str = "canary-7b1f/+=";

fn told(notes: &Notes, error: Option<&HttpError>) -> String {
    let events = notes.events.lock().unwrap();
    let bodies = events.iter().filter_map(|event| match event {
        Event::Reply { body, .. } => Some(String::from_utf8_lossy(body).into_owned()),
        _ => None,
    });
    format!("{events:?} {error:?} {}", bodies.collect::<String>())
}

fn assert_clean(text: &str) {
    for form in [CANARY, "canary-7b1f", "Y2FuYXJ5LTdiMWYvKz0"] {
        assert!(!text.contains(form), "{form} in {text}");
    }
}

#[tokio::test]
async fn what_a_server_echoes_is_blotted_out() {
    let echoes = [
        format!(r#"{{"error":"bad token {CANARY}"}}"#),
        r#"{"error":"bad token canary-7b1f\/+="}"#.to_owned(),
        "<html><title>canary-7b1f%2F%2B%3D</title>".to_owned(),
        "token canary-7b1f%2f%2b%3d".to_owned(),
        "Y2FuYXJ5LTdiMWYvKz0=".to_owned(),
    ];
    for echo in echoes {
        for status in ["200 OK", "400 x", "401 x", "404 x", "429 x", "500 x"] {
            let headers = [("retry-after", "1000"), ("x-echo", CANARY), ("set-cookie", "session=abc")];
            let server = Server::acting(vec![reply(status, &headers, &echo)]).await;
            let (notes, clock) = (Arc::new(Notes::default()), TestClock::new(0.0));
            let http = Http::new(HttpConfig { trace: notes.clone(), ..config(server.url(), &clock) }).unwrap();
            let outcome = http.get("a", &[("token", CANARY)]).await;
            let text = told(&notes, outcome.as_ref().err());
            assert_clean(&text);
            assert!(!text.contains("session=abc"), "{text}");
            assert!(server.heads()[0].contains(CANARY), "the double got no secret to echo");
        }
    }
}

#[tokio::test]
async fn a_redirect_that_carries_the_secret_is_told_without_it() {
    let location = format!("https://evil.example/{CANARY}?t={CANARY}");
    let server = Server::acting(vec![reply("302 Found", &[("location", &location)], "")]).await;
    let (notes, clock) = (Arc::new(Notes::default()), TestClock::new(0.0));
    let http = Http::new(HttpConfig { trace: notes.clone(), ..config(server.url(), &clock) }).unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert!(error.message.contains("evil.example"), "{error}");
    assert_clean(&told(&notes, Some(&error)));
}

#[tokio::test]
async fn basic_and_bearer_are_blotted_out() {
    let auths = [Auth::Bearer(CANARY.into()), Auth::Basic { user: "a-user-key".into(), password: CANARY.into() }];
    for auth in auths {
        let server = Server::start(|_, head| reply("500 x", &[], head)).await;
        let (notes, clock) = (Arc::new(Notes::default()), TestClock::new(0.0));
        let http = Http::new(HttpConfig { auth, trace: notes.clone(), ..config(server.url(), &clock) }).unwrap();
        let error = http.get("a", &[]).await.unwrap_err();
        let text = told(&notes, Some(&error));
        assert_clean(&text);
        assert!(!text.contains("YS11c2VyLWtleTpjYW5hcnktN2IxZi8rPQ") && text.contains("[redacted]"), "{text}");
    }
}

#[tokio::test]
async fn a_vendors_own_secrets_are_in_no_trace_but_in_the_reply() {
    let body = r#"{"access_token":"theirs-1","inbox":{"hmac_token":"theirs-2","provider_config":{"key":"theirs-3"}}}"#;
    let server = Server::acting(vec![reply("200 OK", &[], body)]).await;
    let (notes, clock) = (Arc::new(Notes::default()), TestClock::new(0.0));
    let http = Http::new(HttpConfig { trace: notes.clone(), ..config(server.url(), &clock) }).unwrap();
    let reply = http.get("profile", &[]).await.unwrap();
    assert_eq!(*reply.body, body.as_bytes());
    let text = told(&notes, None);
    assert!(!text.contains("theirs-") && text.contains(r#""hmac_token":"[redacted]""#), "{text}");
}

#[tokio::test]
async fn a_trace_tells_the_whole_story() {
    let server = Server::acting(vec![reply("500 x", &[], "{}"), ok()]).await;
    let (notes, clock) = (Arc::new(Notes::default()), TestClock::new(1.0));
    let http = Http::new(HttpConfig { trace: notes.clone(), ..config(server.url(), &clock) }).unwrap();
    http.get("a", &[("q", "x y")]).await.unwrap();
    let events = notes.events.lock().unwrap();
    let [
        Event::Request { number, method: "GET", url, headers },
        Event::Reply { status: 500, .. },
        Event::Wait { duration, .. },
        Event::Request { number: second, .. },
        Event::Reply { number: last, status: 200, version, body, .. },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert!(url.ends_with("/a?q=x%20y") && second > number && last == second);
    assert!(headers.contains(&("x-auth-token".to_owned(), REDACTED.to_owned())), "{headers:?}");
    assert_eq!((&**version, &**body, *duration), ("HTTP/1.1", &br#"{"ok":true}"#[..], Duration::from_millis(250)));
}
