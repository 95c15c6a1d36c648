//! Redirects stay with the origin, or are told.

use super::*;

fn to(status: &str, location: &str) -> Act {
    reply(status, &[("location", location)], "")
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let server =
            Server::start(move |_, head| if head.starts_with("GET /a/ ") { to(status, "/a") } else { ok() }).await;
        let (http, _) = client(&server);
        assert_eq!(http.get("a/", &[]).await.unwrap().status, 200, "{status}");
        let heads = server.heads();
        assert!(heads[1].starts_with("GET /a ") && heads[1].contains("canary-7b1f"), "{status}: {heads:?}");
    }
}

#[tokio::test]
async fn another_origin_is_never_contacted() {
    let stranger = Server::acting(vec![ok()]).await;
    let elsewhere = [
        format!("http://{}/x?token=hostile#f", stranger.address),
        format!("//{}/x", stranger.address),
        format!("http://localhost:{}/x", stranger.address.port()),
        "file:///etc/passwd".to_owned(),
        "data:,x".to_owned(),
    ];
    for location in elsewhere {
        let server = Server::acting(vec![to("302 Found", &location)]).await;
        let (http, _) = client(&server);
        let error = http.get("a", &[]).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::BadReply, "{location}");
        assert!(error.message.contains("another origin") && error.message.contains("GET `/a`"), "{error}");
        assert!(!error.message.contains("hostile"), "{error}");
        assert!(error.hint.unwrap().contains("base_url"));
        assert_eq!(server.hits(), 1);
    }
    assert_eq!(stranger.hits(), 0);
}

#[tokio::test]
async fn from_http_to_https_of_another_host_is_another_origin() {
    let server = Server::acting(vec![to("302 Found", "https://localhost:1/x")]).await;
    let error = client(&server).0.get("a", &[]).await.unwrap_err();
    assert!(error.message.contains("another origin, `https://localhost:1/x`"), "{error}");
}

#[tokio::test]
async fn redirects_without_end_or_aim_are_told() {
    let circle = Server::start(|hit, _| to("302 Found", &format!("/{hit}"))).await;
    let error = client(&circle).0.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, circle.hits()), (HttpErrorKind::BadReply, 4));
    for act in [reply("302 Found", &[], ""), to("302 Found", "http://[")] {
        let server = Server::acting(vec![act]).await;
        assert_eq!(client(&server).0.get("a", &[]).await.unwrap_err().kind, HttpErrorKind::BadReply);
    }
}
