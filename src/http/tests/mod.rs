//! The client against servers on loopback that do as they are told, with a clock that never makes anyone wait.

mod bodies;
mod limits;
mod proxies;
mod redirects;
mod retries;
mod secrets;
mod tls;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;

/// What a server does with one request.
#[derive(Clone)]
pub(super) enum Act {
    /// Sends these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Cut(Vec<u8>),
    /// Sends these bytes and then one more every 20 ms, without end.
    Drip(Vec<u8>),
    /// Says nothing.
    Silence,
}

/// A reply with a body of JSON.
pub(super) fn reply(status: &str, headers: &[(&str, &str)], body: &str) -> Act {
    Act::Send(message(status, headers, body.as_bytes()))
}

pub(super) fn message(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

pub(super) fn ok() -> Act {
    reply("200 OK", &[("content-type", "application/json")], r#"{"ok":true}"#)
}

/// A server on loopback that notes the head of each request.
pub(super) struct Server {
    pub address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers the nth request as `script(n, head)` says, counted from 0.
    pub async fn start(script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, heads) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (script, noted) = (Arc::new(script), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&noted)));
            }
        });
        Self { address, heads }
    }

    /// Answers requests in the order of `acts`, and all further ones as the last.
    pub async fn acting(acts: Vec<Act>) -> Self {
        Self::start(move |hit, _| acts[hit.min(acts.len() - 1)].clone()).await
    }

    pub fn url(&self) -> Url {
        Url::parse(&format!("http://{}/", self.address)).unwrap()
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub fn hits(&self) -> usize {
        self.heads().len()
    }
}

pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    script: Arc<impl Fn(usize, &str) -> Act>,
    heads: Arc<Mutex<Vec<String>>>,
) {
    while let Some(head) = read_head(&mut stream).await {
        let hit = {
            let mut heads = heads.lock().unwrap();
            heads.push(head.clone());
            heads.len() - 1
        };
        match script(hit, &head) {
            Act::Send(bytes) => stream.write_all(&bytes).await.unwrap_or_default(),
            Act::Cut(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Drip(bytes) => {
                let _ = stream.write_all(&bytes).await;
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                return;
            }
            Act::Silence => std::future::pending().await,
        }
    }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A clock whose sleeps are over at once, and noted.
pub(super) struct TestClock {
    now: Mutex<Timestamp>,
    sleeps: Mutex<Vec<Duration>>,
    chance: f64,
}

impl TestClock {
    pub fn new(chance: f64) -> Arc<Self> {
        let now = Mutex::new("2026-11-22T12:00:00Z".parse().unwrap());
        Arc::new(Self { now, sleeps: Mutex::default(), chance })
    }

    pub fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap().clone()
    }

    pub fn slept(&self) -> Duration {
        self.sleeps().iter().sum()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.sleeps.lock().unwrap().push(duration);
        // Whoever sleeps for the same moment meanwhile wakes up at it, not later.
        let until = self.now() + duration;
        // A moment for what is on its way meanwhile, which a real sleep would outlast.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut now = self.now.lock().unwrap();
        *now = until.max(*now);
    }

    fn chance(&self) -> f64 {
        self.chance
    }
}

/// A vendor that goes by the status, and tells its limit in three headers.
pub(super) struct TestDialect;

impl Dialect for TestDialect {
    fn judge(&self, reply: &Reply) -> Judgement {
        judge_by_status(reply)
    }

    fn budget(&self, reply: &Reply, _now: Timestamp) -> Option<Budget> {
        let number = |name: &str| reply.header(name)?.parse().ok();
        Some(Budget {
            limit: number("x-limit")?,
            remaining: number("x-remaining")?,
            reset_in: Duration::from_secs(number("x-reset")?.into()),
        })
    }
}

#[derive(Default)]
pub(super) struct Notes {
    pub events: Mutex<Vec<Event>>,
}

impl Trace for Notes {
    fn event(&self, event: &Event) {
        self.events.lock().unwrap().push(event.clone());
    }

    fn wants_replies(&self) -> bool {
        true
    }
}

/// A configuration for `base_url` that waits on `clock`.
pub(super) fn config(base_url: Url, clock: &Arc<TestClock>) -> HttpConfig {
    HttpConfig {
        profile: "test".to_owned(),
        base_url,
        auth: Auth::Headers(vec![("X-Auth-Token", "canary-7b1f/+=".into())]),
        dialect: Arc::new(TestDialect),
        timeout: Duration::from_secs(10),
        max_retries: 4,
        max_wait: Duration::from_mins(2),
        ca_file: None,
        network: Network::default(),
        state_dir: None,
        clock: clock.clone(),
        trace: Arc::new(NoTrace),
    }
}

/// A client for `server`, and its clock.
pub(super) fn client(server: &Server) -> (Http, Arc<TestClock>) {
    let clock = TestClock::new(1.0);
    (Http::new(config(server.url(), &clock)).unwrap(), clock)
}

#[tokio::test]
async fn a_request_carries_what_it_must() {
    let server = Server::acting(vec![ok()]).await;
    let (http, _) = client(&server);
    let reply = http.get("/api/v1/x", &[("q", "a b+c")]).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (200, &br#"{"ok":true}"#[..]));
    let head = server.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /api/v1/x?q=a%20b%2bc http/1.1\r\n"), "{head}");
    for header in
        ["user-agent: contacts/", "accept: application/json", "x-auth-token: canary-7b1f/+=", "accept-encoding: gzip"]
    {
        assert!(head.contains(header), "{header} is missing in {head}");
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let ports = Arc::new(Mutex::new(std::collections::HashSet::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::clone(&ports);
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            seen.lock().unwrap().insert(peer.port());
            tokio::spawn(serve(stream, Arc::new(|_, _: &str| ok()), Arc::default()));
        }
    });
    let http = Http::new(config(url, &TestClock::new(0.0))).unwrap();
    for _ in 0..5 {
        http.get("x", &[]).await.unwrap();
    }
    assert_eq!(ports.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_secret_that_no_header_can_hold_is_not_told() {
    let clock = TestClock::new(0.0);
    let auth = Auth::Bearer("line\nbreak".into());
    let error = Http::new(HttpConfig { auth, ..config(Url::parse("http://h").unwrap(), &clock) }).err().unwrap();
    assert_eq!(error.kind, HttpErrorKind::Config);
    assert!(!format!("{error} {error:?}").contains("break\""), "{error:?}");
}
