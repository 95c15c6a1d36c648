//! Bodies that are damaged, endless, slow or far too large.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Act {
    Act::Send(message("200 OK", &[("content-encoding", "gzip")], body))
}

#[tokio::test]
async fn a_compressed_body_is_read() {
    let server = Server::acting(vec![gzipped(&gzip(b"{\"a\":1}"))]).await;
    assert_eq!(client(&server).0.get("a", &[]).await.unwrap().body.into_bytes(), b"{\"a\":1}");
}

#[tokio::test]
async fn a_damaged_compressed_body_is_asked_for_again() {
    let whole = gzip(&b"[1,2,3,4,5,6,7,8,9]".repeat(1000));
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    for damaged in [&whole[..whole.len() / 2], &flipped, b"not gzip at all", &whole[..whole.len() - 4]] {
        let server = Server::acting(vec![gzipped(damaged), ok()]).await;
        assert_eq!(client(&server).0.get("a", &[]).await.unwrap().body.into_bytes(), b"{\"ok\":true}");
        let server = Server::acting(vec![gzipped(damaged)]).await;
        let error = client(&server).0.get("a", &[]).await.unwrap_err();
        assert_eq!((error.kind, server.hits()), (HttpErrorKind::BadReply, 5), "{error}");
        assert!(error.message.contains("damaged") || error.message.contains("before the reply was whole"), "{error}");
    }
}

#[tokio::test]
async fn a_bomb_is_not_unpacked() {
    let bomb = gzip(&vec![b' '; MAX_BODY + 1]);
    assert!(bomb.len() < 1 << 20);
    let server = Server::acting(vec![gzipped(&bomb)]).await;
    let error = client(&server).0.get("a", &[]).await.unwrap_err();
    assert_eq!((error.kind, server.hits()), (HttpErrorKind::BadReply, 1));
    assert!(error.message.contains("larger than 64 MiB"), "{error}");
}

#[tokio::test]
async fn a_body_announced_or_sent_too_large_is_refused() {
    let mut sent = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    sent.resize(MAX_BODY + 100, b' ');
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n".to_vec();
    for act in [Act::Cut(sent), Act::Cut(announced)] {
        let server = Server::acting(vec![act]).await;
        let error = client(&server).0.get("a", &[]).await.unwrap_err();
        assert_eq!((error.kind, server.hits()), (HttpErrorKind::BadReply, 1), "{error}");
        assert!(error.message.contains("larger than 64 MiB"), "{error}");
    }
}

#[tokio::test]
async fn silence_and_a_slow_drip_end_with_the_time_out() {
    let drip = Act::Drip(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec());
    for (act, what) in [(Act::Silence, "no reply within 0.1s"), (drip, "the reply was not complete within 0.1s")] {
        let server = Server::acting(vec![act]).await;
        let clock = TestClock::new(0.0);
        let timeout = Duration::from_millis(100);
        let http = Http::new(HttpConfig { timeout, max_retries: 1, ..config(server.url(), &clock) }).unwrap();
        let error = http.get("a", &[]).await.unwrap_err();
        assert_eq!((error.kind, server.hits()), (HttpErrorKind::Network, 2));
        assert!(error.message.contains(what), "{error}");
        assert!(error.hint.unwrap().contains("--timeout"));
    }
}

#[tokio::test]
async fn a_huge_head_is_told_from_what_is_no_http() {
    let server = Server::acting(vec![reply("200 OK", &[("x", &"a".repeat(1 << 20))], "{}")]).await;
    let error = client(&server).0.get("a", &[]).await.unwrap_err();
    assert!(error.kind == HttpErrorKind::BadReply && error.message.contains("head of the reply"), "{error}");
    assert_eq!(server.hits(), 1);
}
