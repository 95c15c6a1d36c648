//! Proxies: what they are asked, and how their failures are told.

use super::*;

fn through(proxy: &str, base: &str) -> Http {
    let network = Network { proxies: Proxies::One(Url::parse(proxy).unwrap()), ..Network::default() };
    let base_url = Url::parse(base).unwrap();
    Http::new(HttpConfig { network, max_retries: 0, ..config(base_url, &TestClock::new(0.0)) }).unwrap()
}

#[tokio::test]
async fn plain_requests_tell_a_proxy_the_whole_url() {
    let proxy = Server::acting(vec![ok()]).await;
    let http = through(&format!("http://ann:pass%20word@{}", proxy.address), "http://example.test/api/");
    assert_eq!(http.get("a", &[("q", "x y")]).await.unwrap().status, 200);
    let head = proxy.heads().concat();
    assert!(head.starts_with("GET http://example.test/api/a?q=x%20y HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: example.test\r\n"), "{head}");
    assert!(head.contains("\r\nproxy-authorization: Basic YW5uOnBhc3Mgd29yZA==\r\n"), "{head}");
}

/// Answers a SOCKS5 greeting with a name and a password, and notes what was asked; then serves plain HTTP, or refuses.
async fn socks(refuses: bool) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<u8>>>::default());
    let noted = Arc::clone(&asked);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 512];
        let _ = stream.read(&mut bytes).await.unwrap();
        stream.write_all(&[5, 2]).await.unwrap(); // By name and password.
        let length = stream.read(&mut bytes).await.unwrap();
        noted.lock().unwrap().extend(&bytes[..length]);
        stream.write_all(&[1, 0]).await.unwrap();
        let length = stream.read(&mut bytes).await.unwrap();
        noted.lock().unwrap().extend(&bytes[..length]);
        stream.write_all(&[5, if refuses { 2 } else { 0 }, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        serve(stream, Arc::new(|_, _: &str| ok()), Arc::default()).await;
    });
    (address, asked)
}

#[tokio::test]
async fn a_socks_proxy_is_asked_for_the_name() {
    let (address, asked) = socks(false).await;
    let http = through(&format!("socks5h://ann:secret@{address}"), "http://example.test");
    assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
    let asked = asked.lock().unwrap().clone();
    let asked = String::from_utf8_lossy(&asked);
    assert!(asked.contains("ann") && asked.contains("secret") && asked.contains("example.test\0P"), "{asked:?}");
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_without_its_password() {
    let (refusing, _) = socks(true).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for proxy in [format!("socks5://ann:secret@{refusing}"), format!("http://ann:secret@{nobody}")] {
        let error = through(&proxy, "http://10.0.0.1").get("a", &[]).await.unwrap_err();
        let place = proxy.replace("ann:secret@", "");
        assert!(error.kind == HttpErrorKind::Network && error.message.contains(&format!("proxy `{place}`")), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}
