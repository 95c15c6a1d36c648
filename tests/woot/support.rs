//! A source on a sandbox or on a scripted server, a clock that never sleeps, and rows collected from a walk.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contacts::http::{Auth, Clock, Dialect, HttpConfig, Judgement, NoTrace, Reply};
use contacts::model::{Contact, Query};
use contacts::sandbox::{Sandbox, SandboxOptions, World, start};
use contacts::source::walk::{Extent, Good, Outcome, Sink, Stage, WalkOptions, walk};
use contacts::source::{Source, Traversal};
use contacts::vendor::{Access, vendor};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Sleeping lets the sandbox's clock jump ahead; nobody waits.
pub struct JumpingClock {
    world: Option<World>,
    pub slept: Mutex<Duration>,
}

#[async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> jiff::Timestamp {
        match &self.world {
            Some(world) => jiff::Timestamp::from_millisecond(world.now()).expect("a moment of 2026"),
            None => jiff::Timestamp::UNIX_EPOCH + *self.slept.lock().unwrap(),
        }
    }

    async fn sleep(&self, duration: Duration) {
        *self.slept.lock().unwrap() += duration;
        if let Some(world) = &self.world {
            world.advance(duration);
        }
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// Replaced by the vendor's own.
struct NoDialect;

impl Dialect for NoDialect {
    fn judge(&self, _reply: &Reply) -> Judgement {
        Judgement::Accept
    }
}

pub async fn sandbox(options: SandboxOptions) -> Sandbox {
    start(options).await.unwrap()
}

/// A source on the sandbox's profile of `name`, some keys changed.
pub fn on_sandbox(sandbox: &Sandbox, name: &str, changes: &[(&str, &str)]) -> (Arc<dyn Source>, Arc<JumpingClock>) {
    let profile = sandbox.profiles().into_iter().find(|profile| profile.vendor == name).unwrap();
    let clock = Arc::new(JumpingClock { world: Some(sandbox.world().clone()), slept: Mutex::default() });
    let source = open(name, &profile.base_url, profile.settings, profile.secrets, changes, clock.clone());
    (source, clock)
}

/// A source of `name` on `base_url`.
pub fn on_server(name: &str, base_url: &str) -> Arc<dyn Source> {
    let secrets = ["token", "api_key", "api_secret"].map(|key| (key.to_owned(), SecretString::from("canary-secret")));
    let settings = BTreeMap::from([("account_id".to_owned(), "1".to_owned())]);
    let clock = Arc::new(JumpingClock { world: None, slept: Mutex::default() });
    open(name, base_url, settings, secrets.into(), &[], clock)
}

fn open(
    name: &str,
    base_url: &str,
    mut settings: BTreeMap<String, String>,
    mut secrets: BTreeMap<String, SecretString>,
    changes: &[(&str, &str)],
    clock: Arc<JumpingClock>,
) -> Arc<dyn Source> {
    for (key, value) in changes {
        if secrets.contains_key(*key) {
            secrets.insert((*key).to_owned(), SecretString::from(*value));
        } else {
            settings.insert((*key).to_owned(), (*value).to_owned());
        }
    }
    let http = HttpConfig {
        profile: "desk".into(),
        base_url: base_url.parse().unwrap(),
        auth: Auth::None,
        dialect: Arc::new(NoDialect),
        timeout: Duration::from_secs(10),
        max_retries: 4,
        max_wait: Duration::from_mins(2),
        ca_file: None,
        network: contacts::http::Network::default(),
        state_dir: None,
        clock,
        trace: Arc::new(NoTrace),
    };
    let access = Access { profile: "desk".into(), settings, secrets, http };
    Arc::from((vendor(name).unwrap().open)(access).unwrap())
}

struct Rows(Vec<Contact>);

impl Sink<Vec<Contact>> for Rows {
    fn rows(&mut self, rows: Good<Vec<Contact>>) -> ControlFlow<()> {
        self.0.extend(rows.into_rows());
        ControlFlow::Continue(())
    }
}

/// Everything that answers `query`, and how the walk ended.
pub async fn all(source: &Arc<dyn Source>, query: &Query) -> (Vec<Contact>, Outcome) {
    walked(source, query, Traversal::Everything, Extent::All).await
}

/// The first `count` that answer `query`.
pub async fn first(source: &Arc<dyn Source>, query: &Query, count: u64) -> (Vec<Contact>, Outcome) {
    walked(source, query, Traversal::Top, Extent::First { skip: 0, count }).await
}

async fn walked(
    source: &Arc<dyn Source>,
    query: &Query,
    traversal: Traversal,
    extent: Extent,
) -> (Vec<Contact>, Outcome) {
    let plan = source.plan(query, traversal).unwrap();
    let stage = Stage::of_each(plan.residual.clone(), plan.wish, |contact| contact);
    let mut rows = Rows(Vec::new());
    let outcome = walk(source, &plan, extent, WalkOptions::default(), stage, &mut rows, None).await;
    (rows.0, outcome)
}

/// A server that gives `answers` one after the other (the last again and again) and remembers what it was asked.
pub async fn scripted(answers: Vec<(u16, &'static str, String)>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        for turn in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut buffer = [0; 4096];
                let read = socket.read(&mut buffer).await.unwrap();
                if read == 0 {
                    break;
                }
                request.extend_from_slice(&buffer[..read]);
            }
            log.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            let (status, headers, body) = &answers[turn.min(answers.len() - 1)];
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
                body.len()
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(body.as_bytes()).await.unwrap();
        }
    });
    (base_url, asked)
}

/// A query for `text`.
pub fn search(text: &str) -> Query {
    let mut query = Query::default();
    query.filter.words = contacts::model::Word::split(text);
    query
}

/// The ids, sorted.
pub fn sorted_ids(rows: &[Contact]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    ids.sort();
    ids
}
