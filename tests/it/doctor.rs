//! `doctor` from outside: what it prints, what it ends with, and TLS.

use std::sync::Arc;

use contacts::sandbox::SandboxOptions;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::contract::{Schema, validate};
use crate::harness::{Bench, Ran, VENDORS, runtime, sandbox};

/// The status of a check in the JSON of `doctor`.
fn status(ran: &Ran, profile: Option<&str>, check: &str) -> String {
    let rows = ran.json();
    rows.as_array().unwrap().iter().for_each(|row| validate(Schema::Check, row));
    let mut rows = rows.as_array().unwrap().iter();
    let row = rows.find(|row| row["profile"].as_str() == profile && row["check"] == check);
    row.unwrap_or_else(|| panic!("no {check} of {profile:?}: {ran:#?}"))["status"].as_str().unwrap().to_owned()
}

#[test]
fn all_is_well_in_text_and_json() {
    let bench = Bench::with(SandboxOptions { now: jiff::Timestamp::now(), ..SandboxOptions::default() });
    let text = bench.run("doctor").exits(0).says(&["checks are well", "0 failed"]).stdout;
    assert!(text.starts_with("this machine\n"), "{text}");
    for vendor in VENDORS {
        assert!(text.contains(&format!("\ndemo-{vendor} ({vendor}) http://127.0.0.1:")), "{text}");
    }
    for check in ["authentication", "clock", "list", "show", "search", "page order", "rate limit", "verdict"] {
        assert_eq!(text.matches(&format!("\n  ✓ {check:14} ")).count(), VENDORS.len(), "{check}: {text}");
    }
    assert!(!text.contains("worth-nothing"), "{text}");
    bench.run("-q doctor").exits(0).is_silent();
    let json = bench.run("doctor -o json").exits(0).is_silent();
    assert_eq!(status(&json, None, "configuration"), "ok");
    assert_eq!(status(&json, Some("demo-chatwoot"), "verdict"), "ok");
    let one = bench.run("-q -p demo-chatbotx doctor -o ndjson").exits(0).lines();
    assert!(one.iter().all(|row| row["profile"].is_null() || row["profile"] == "demo-chatbotx"), "{one:?}");
    assert_eq!(bench.run("doctor --jq map(select(.status==\"fail\"))").exits(0).stdout, "[]\n");
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    let bench = Bench::failing(5, &["chatwoot:401"]);
    let ran = bench.run("doctor").exits(4).says(&["1 failed"]);
    assert!(ran.stdout.contains("✗ authentication") && ran.stdout.contains("hint: "), "{ran:#?}");
    let ran = bench.run("doctor -o json").exits(4);
    assert_eq!(status(&ran, Some("demo-chatwoot"), "authentication"), "fail");
    assert_eq!(status(&ran, Some("demo-livedesk"), "search"), "ok");
    bench.run("-p demo-livedesk doctor").exits(0);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    bench
        .configure(&format!("[profiles.gone]\nvendor = \"chatbotx\"\ntoken = \"t\"\nbase_url = \"http://{nobody}\"\n"));
    let ran = bench.run("doctor -o json").exits(6);
    assert_eq!(status(&ran, Some("gone"), "reachability"), "fail");
    let ran = bench.run("-p gon doctor").exits(5);
    assert!(ran.stdout.contains("did you mean `gone`?"), "{ran:#?}");
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    // The sandbox of a test stands still in the past.
    let ran = Bench::new().run("-p demo-livedesk doctor").exits(0).says(&["warning"]);
    assert!(ran.stdout.contains("! clock ") && ran.stdout.contains("behind this machine's"), "{ran:#?}");
}

#[test]
fn a_broken_configuration_is_a_finding() {
    let bench = Bench::configured("[profiles.a\n");
    let ran = bench.run("doctor").exits(3);
    assert!(ran.stdout.contains("✗ configuration") && ran.stdout.contains("config.toml:1"), "{ran:#?}");
    assert!(ran.stdout.contains("state folder"), "it goes on: {ran:#?}");
    let ran = bench.run("doctor -o json").exits(3);
    assert_eq!(status(&ran, None, "configuration"), "fail");
    let bench = Bench::new();
    let mut toml = std::fs::read_to_string(bench.config_path()).unwrap();
    toml.push_str("[profiles.bad]\nvendor = \"chatwot\"\n");
    bench.configure(&toml);
    let ran = bench.run("doctor -o json").exits(3);
    assert_eq!(status(&ran, Some("bad"), "profile"), "fail");
    assert_eq!(status(&ran, Some("demo-chatwoot"), "list"), "ok");
}

/// Speaks TLS before the sandbox, with a certificate for `localhost`; its port, and the authority's PEM.
fn tls_before(sandbox: std::net::SocketAddr) -> (u16, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime().spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let (Ok(mut inside), Ok(mut outside)) =
                    (TcpStream::connect(sandbox).await, acceptor.accept(stream).await)
                else {
                    return;
                };
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (port, authority.pem())
}

#[test]
fn tls_and_its_authority_are_looked_at() {
    let sandbox = sandbox(SandboxOptions::default());
    let (port, pem) = tls_before(sandbox.addr);
    let toml = sandbox.config_toml().replace(&format!("http://{}", sandbox.addr), &format!("https://localhost:{port}"));
    let bench = Bench::configured(&toml);
    let ran = bench.run("-p demo-chatbotx doctor").exits(6);
    assert!(ran.stdout.contains("✗ tls") && ran.stdout.contains("ca_file"), "{ran:#?}");
    std::fs::write(bench.path("ca.pem"), pem).unwrap();
    let ca = format!("[profiles.demo-chatbotx]\nca_file = \"{}\"", bench.path("ca.pem").display());
    bench.configure(&toml.replace("[profiles.demo-chatbotx]", &ca));
    let ran = bench.run("-p demo-chatbotx doctor").exits(0);
    assert!(ran.stdout.contains("✓ tls") && ran.stdout.contains("by `ca_file` ~/ca.pem"), "{ran:#?}");
    assert!(ran.stdout.contains("✓ dns            localhost is "), "{ran:#?}");
    let mut command = bench.command(["-p", "demo-chatwoot", "doctor", "-o", "json"]);
    let ran = Ran::of(command.env("SSL_CERT_FILE", bench.path("ca.pem"))).exits(0);
    assert_eq!(status(&ran, Some("demo-chatwoot"), "tls"), "ok");
}
