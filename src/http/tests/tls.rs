//! Certificates: whose are believed, and what is said of others.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

/// What speaks TLS with a certificate for `name` of an authority of its own, whose PEM comes along.
fn acceptor(name: &str, expired: Option<i32>, alpn: &[u8]) -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if let Some(year) = expired {
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    (acceptor_of(certificate.der().clone(), &key, alpn), authority.pem())
}

fn acceptor_of(certificate: CertificateDer<'static>, key: &KeyPair, alpn: &[u8]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    server.alpn_protocols = vec![alpn.to_vec()];
    TlsAcceptor::from(Arc::new(server))
}

type Heads = Arc<Mutex<Vec<String>>>;

async fn start(name: &str, expired: Option<i32>) -> (SocketAddr, String, Heads) {
    start_with(name, expired, ok()).await
}

async fn start_with(name: &str, expired: Option<i32>, act: Act) -> (SocketAddr, String, Heads) {
    let (acceptor, pem) = acceptor(name, expired, b"http/1.1");
    let (address, heads) = start_as(acceptor, act).await;
    (address, pem, heads)
}

async fn start_as(acceptor: TlsAcceptor, act: Act) -> (SocketAddr, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Heads::default();
    let noted = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, noted, act) = (acceptor.clone(), Arc::clone(&noted), act.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                serve(stream, Arc::new(move |_, _: &str| act.clone()), noted).await;
            });
        }
    });
    (address, heads)
}

fn https(address: SocketAddr, ca_file: Option<PathBuf>) -> Result<(Http, Arc<TestClock>), HttpError> {
    let clock = TestClock::new(0.0);
    let base_url = Url::parse(&format!("https://localhost:{}", address.port())).unwrap();
    Http::new(HttpConfig { ca_file, ..config(base_url, &clock) }).map(|http| (http, clock))
}

fn file(folder: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, text).unwrap();
    path
}

/// A certificate for `name` that signs itself and calls itself an authority, as `openssl req -x509` makes it.
fn signed_by_itself(name: &str, expired: Option<i32>) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    if let Some(year) = expired {
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (acceptor_of(certificate.der().clone(), &key, b"http/1.1"), certificate.pem())
}

#[tokio::test]
async fn a_server_that_is_its_own_authority_is_believed_if_it_was_added() {
    let folder = tempfile::tempdir().unwrap();
    let (acceptor, pem) = signed_by_itself("localhost", None);
    let (address, _) = start_as(acceptor, ok()).await;
    let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap().status, 200);

    let (http, _) = https(address, None).unwrap();
    assert!(http.get("a", &[]).await.is_err(), "it was not added");
    let (_, another) = signed_by_itself("localhost", None);
    let (http, _) = https(address, Some(file(&folder, &another))).unwrap();
    assert!(http.get("a", &[]).await.is_err(), "another one was added");

    for (name, expired, why) in [("elsewhere.example", None, "localhost"), ("localhost", Some(2001), "expired")] {
        let (acceptor, pem) = signed_by_itself(name, expired);
        let (address, _) = start_as(acceptor, ok()).await;
        let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
        let error = http.get("a", &[]).await.unwrap_err();
        assert!(error.message.contains(why), "{error:?}");
    }
}

#[tokio::test]
async fn an_added_authority_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (address, pem, heads) = start("localhost", None).await;
    let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
    assert!(heads.lock().unwrap()[0].contains("canary"));
}

#[tokio::test]
async fn an_unknown_authority_gets_nothing() {
    let (address, ..) = start("localhost", None).await;
    let (_, other_pem, _) = start("localhost", None).await;
    let folder = tempfile::tempdir().unwrap();
    for ca_file in [None, Some(file(&folder, &other_pem))] {
        let (http, clock) = https(address, ca_file).unwrap();
        let error = http.get("a", &[]).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Network);
        assert!(error.message.starts_with("tls: the certificate of `localhost`"), "{error}");
        assert!(error.hint.unwrap().contains("ca_file"));
        assert_eq!(http.usage().0, 1, "a certificate does not get better");
        assert!(clock.sleeps().is_empty());
    }
}

#[tokio::test]
async fn expired_and_misnamed_certificates_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    for (name, expired, what) in [("localhost", Some(2020), "has expired"), ("elsewhere.test", None, "another name")] {
        let (address, pem, heads) = start(name, expired).await;
        let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
        let error = http.get("a", &[]).await.unwrap_err();
        assert!(error.kind == HttpErrorKind::Network && error.message.contains(what), "{error}");
        assert!(heads.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_bad_ca_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "no PEM", broken] {
        let error = https(address, Some(file(&folder, text))).err().unwrap();
        assert_eq!(error.kind, HttpErrorKind::Config);
        assert!(error.message.contains("ca.pem") && error.hint.is_some(), "{error}");
    }
    let missing = https(address, Some(folder.path().join("missing.pem"))).err().unwrap();
    assert!(missing.kind == HttpErrorKind::Config && missing.message.contains("missing.pem"), "{missing}");
}

#[tokio::test]
async fn a_port_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read_u8().await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let (http, _) = https(address, None).unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert!(error.message.contains("does not speak TLS"), "{error}");
    assert_eq!((error.kind, http.usage().0), (HttpErrorKind::Network, 1));
}

#[tokio::test]
async fn the_same_host_may_lead_on_to_https() {
    let folder = tempfile::tempdir().unwrap();
    let (secure, pem, heads) = start("localhost", None).await;
    let location = format!("https://localhost:{}/a", secure.port());
    let plain = Server::acting(vec![reply("301 Moved", &[("location", &location)], "")]).await;
    let clock = TestClock::new(0.0);
    let base_url = Url::parse(&format!("http://localhost:{}", plain.address.port())).unwrap();
    let ca_file = Some(file(&folder, &pem));
    let http = Http::new(HttpConfig { ca_file, ..config(base_url, &clock) }).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
    assert_eq!((plain.hits(), heads.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn https_does_not_lead_back_to_http() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Server::acting(vec![ok()]).await;
    let location = format!("http://localhost:{}/a", plain.address.port());
    let (address, pem, _) = start_with("localhost", None, reply("301 Moved", &[("location", &location)], "")).await;
    let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap_err().kind, HttpErrorKind::BadReply);
    assert_eq!(plain.hits(), 0);
}

#[tokio::test]
async fn the_environments_authorities_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let (one, one_pem, _) = start("localhost", None).await;
    let (two, two_pem, _) = start("localhost", None).await;
    let cert_file = folder.path().join("environment.pem");
    std::fs::write(&cert_file, &two_pem).unwrap();
    let ca_file = Some(file(&folder, &one_pem));
    let environments = [
        Network { cert_file: Some(cert_file.clone()), ..Network::default() },
        Network { cert_dir: Some(folder.path().to_owned()), ..Network::default() },
    ];
    for network in environments {
        for address in [one, two] {
            let base_url = Url::parse(&format!("https://localhost:{}", address.port())).unwrap();
            let (ca_file, network) = (ca_file.clone(), network.clone());
            let http = Http::new(HttpConfig { ca_file, network, ..config(base_url, &TestClock::new(0.0)) }).unwrap();
            assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
        }
    }
}

#[tokio::test]
async fn a_proxy_sees_where_but_not_what() {
    let folder = tempfile::tempdir().unwrap();
    let (address, pem, heads) = start("localhost", None).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let head = read_head(&mut stream).await.unwrap();
            noted.lock().unwrap().push(head);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut server = tokio::net::TcpStream::connect(address).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
        }
    });
    let base_url = Url::parse(&format!("https://localhost:{}", address.port())).unwrap();
    let network = Network { proxies: Proxies::One(proxy), ..Network::default() };
    let ca_file = Some(file(&folder, &pem));
    let http = Http::new(HttpConfig { ca_file, network, ..config(base_url, &TestClock::new(0.0)) }).unwrap();
    assert_eq!(http.get("private", &[]).await.unwrap().status, 200);
    let seen = seen.lock().unwrap().concat();
    assert!(seen.starts_with(&format!("CONNECT localhost:{} ", address.port())), "{seen}");
    assert!(!seen.contains("canary") && !seen.contains("private"), "{seen}");
    assert!(heads.lock().unwrap()[0].contains("canary"));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told() {
    let proxy = Server::acting(vec![reply("403 Forbidden", &[], "")]).await;
    let network = Network { proxies: Proxies::One(proxy.url()), ..Network::default() };
    let base_url = Url::parse("https://example.test").unwrap();
    let http = Http::new(HttpConfig { network, max_retries: 0, ..config(base_url, &TestClock::new(0.0)) }).unwrap();
    let error = http.get("a", &[]).await.unwrap_err();
    assert!(error.kind == HttpErrorKind::Network && error.message.contains("proxy"), "{error}");
    assert!(error.hint.unwrap().contains("HTTPS_PROXY"));
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let (acceptor, pem) = acceptor("localhost", None, b"h2");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = hyper_util::rt::TokioIo::new(acceptor.accept(stream).await.unwrap());
        let service = hyper::service::service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let body = http_body_util::Full::new(hyper::body::Bytes::from(format!("{:?}", request.version())));
            Ok::<_, std::convert::Infallible>(hyper::Response::new(body))
        });
        let executor = hyper_util::rt::TokioExecutor::new();
        let _ = hyper::server::conn::http2::Builder::new(executor).serve_connection(stream, service).await;
    });
    let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap().body.into_bytes(), b"HTTP/2.0");
    let (a, b) = tokio::join!(http.get("a", &[]), http.get("b", &[]));
    assert!(a.is_ok() && b.is_ok(), "one connection serves both");
}
