//! What is tried again, how often, and with which pauses.

use super::*;

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for status in ["408 x", "425 x", "500 x", "502 x", "503 x", "504 x"] {
        let server = Server::acting(vec![reply(status, &[], "{}"), reply(status, &[], "<html>"), ok()]).await;
        let (http, clock) = client(&server);
        assert_eq!(http.get("a", &[]).await.unwrap().status, 200, "{status}");
        assert_eq!(clock.sleeps(), [Duration::from_millis(250), Duration::from_millis(500)]);
        assert_eq!(http.usage(), (3, 2, 750));
    }
}

#[tokio::test]
async fn what_stays_is_not() {
    use HttpErrorKind as Kind;
    for (status, body, kind) in [
        ("400 x", r#"{"error":"bad sort"}"#, Kind::Server),
        ("401 x", "{}", Kind::Auth),
        ("403 x", "{}", Kind::Auth),
        ("404 x", "{}", Kind::NotFound),
        ("404 x", "<html>", Kind::BadReply),
        ("200 x", "<html>", Kind::BadReply),
        ("501 x", "", Kind::Server),
    ] {
        let server = Server::acting(vec![reply(status, &[], body)]).await;
        let (http, clock) = client(&server);
        let error = http.get("a/b", &[("q", "private")]).await.unwrap_err();
        assert_eq!((error.kind, server.hits(), clock.sleeps().len()), (kind, 1, 0), "{status}");
        assert_eq!(error.status, status[..3].parse().ok());
        assert!(error.message.contains("GET `/a/b`") && !error.message.contains("private"), "{error}");
    }
}

#[tokio::test]
async fn patience_with_failures_ends() {
    let server = Server::acting(vec![reply("503 x", &[], r#"{"error":"down for repair"}"#)]).await;
    let (http, clock) = client(&server);
    let error = http.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, error.status, server.hits()), (HttpErrorKind::Server, Some(503), 5));
    assert!(error.message.contains("down for repair") && error.message.contains("5th try"), "{error}");
    assert_eq!(clock.slept(), Duration::from_millis(250 + 500 + 1000 + 2000));

    let clock = TestClock::new(1.0);
    let http = Http::new(HttpConfig { max_retries: 0, ..config(server.url(), &clock) }).unwrap();
    http.get("a", &[]).await.unwrap_err();
    assert_eq!(server.hits(), 6);
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_made_again() {
    for cut in [
        Vec::new(),
        b"HTTP/1.1 200 OK\r\ncontent-le".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"ok\"".to_vec(),
    ] {
        let server = Server::acting(vec![Act::Cut(cut), ok()]).await;
        let (http, clock) = client(&server);
        assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
        assert_eq!((server.hits(), clock.sleeps().len()), (2, 1));
    }
}

#[tokio::test]
async fn a_refused_connection_is_told_with_its_place() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let clock = TestClock::new(0.0);
    let http = Http::new(config(Url::parse(&format!("http://{address}")).unwrap(), &clock)).unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Network);
    assert!(error.message.contains(&format!("`{address}` refused the connection")), "{error}");
    assert_eq!(clock.sleeps().len(), 4);
}

#[tokio::test]
async fn a_host_without_address_is_told_at_once() {
    let clock = TestClock::new(0.0);
    let http = Http::new(config(Url::parse("http://no-such-host.invalid").unwrap(), &clock)).unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Network);
    assert!(error.message.contains("no address is known for `no-such-host.invalid`"), "{error}");
}

#[tokio::test]
async fn what_is_not_http_is_told() {
    let server = Server::acting(vec![Act::Cut(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec())]).await;
    let error = client(&server).0.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, server.hits()), (HttpErrorKind::BadReply, 1), "{error}");
    assert!(error.message.contains("does not speak HTTP"), "{error}");
}
