//! Certificates: whose are believed, and what is said of others.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

/// A server that speaks TLS with a certificate for `name` of an authority of its own, whose PEM comes along.
async fn start(name: &str, expired: Option<i32>, alpn: &'static [u8]) -> (SocketAddr, String, Arc<Mutex<Vec<String>>>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if let Some(year) = expired {
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    server.alpn_protocols = vec![alpn.to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let noted = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, noted) = (acceptor.clone(), Arc::clone(&noted));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                serve(stream, Arc::new(|_, _: &str| ok()), noted).await;
            });
        }
    });
    (address, authority.pem(), heads)
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

#[tokio::test]
async fn an_added_authority_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (address, pem, heads) = start("localhost", None, b"http/1.1").await;
    let (http, _) = https(address, Some(file(&folder, &pem))).unwrap();
    assert_eq!(http.get("a", &[]).await.unwrap().status, 200);
    assert!(heads.lock().unwrap()[0].contains("canary"));
}

#[tokio::test]
async fn an_unknown_authority_gets_nothing() {
    let (address, ..) = start("localhost", None, b"http/1.1").await;
    let (_, other_pem, _) = start("localhost", None, b"http/1.1").await;
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
        let (address, pem, heads) = start(name, expired, b"http/1.1").await;
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
async fn plain_http_at_a_tls_port_and_the_reverse_are_told() {
    let server = Server::acting(vec![Act::Cut(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]).await;
    let (http, _) = https(server.address, None).unwrap();
    // The double waits for the end of a head, which a greeting of TLS has not: it must not be asked for it.
    let http = tokio::time::timeout(Duration::from_millis(200), http.get("a", &[])).await;
    assert!(http.is_err() || http.unwrap().unwrap_err().message.contains("TLS"));
}
