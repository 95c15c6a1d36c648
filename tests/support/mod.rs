//! Opens a vendor against a sandbox, and walks it.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use contacts::http::{Auth, Clock, Dialect, HttpConfig, Judgement, NoTrace, Reply, SystemClock};
use contacts::model::{Contact, Filter, Query, Word};
use contacts::sandbox::{Sandbox, SandboxOptions, Settings, World};
use contacts::source::walk::{Extent, Good, Outcome, Sink, Stage, WalkOptions, walk};
use contacts::source::{Source, Traversal};
use contacts::vendor::{Access, vendor};
use secrecy::SecretString;

/// Every vendor sets its own.
struct NoDialect;

impl Dialect for NoDialect {
    fn judge(&self, _: &Reply) -> Judgement {
        Judgement::Accept
    }
}

/// A clock that moves the sandbox's own instead of waiting.
pub struct LeapingClock(pub World);

#[async_trait::async_trait]
impl Clock for LeapingClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.now()).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A sandbox with rate limits.
pub async fn limited_sandbox(contacts: usize, settings: Settings) -> Sandbox {
    let options = SandboxOptions { contacts, settings, rate_limit: true, ..SandboxOptions::default() };
    contacts::sandbox::start(options).await.unwrap()
}

/// A sandbox with so many contacts of each vendor.
pub async fn sandbox(contacts: usize, settings: Settings) -> Sandbox {
    contacts::sandbox::start(SandboxOptions { contacts, settings, ..SandboxOptions::default() }).await.unwrap()
}

/// Opens the sandbox's profile of the vendor, after `change` had its way with it.
pub fn open(sandbox: &Sandbox, name: &str, change: impl FnOnce(&mut Access)) -> Arc<dyn Source> {
    let profile = sandbox.profiles().into_iter().find(|profile| profile.vendor == name).unwrap();
    let http = HttpConfig {
        profile: profile.name.clone(),
        base_url: profile.base_url.parse().unwrap(),
        auth: Auth::None,
        dialect: Arc::new(NoDialect),
        timeout: Duration::from_secs(20),
        max_retries: 0,
        max_wait: Duration::ZERO,
        ca_file: None,
        state_dir: None,
        network: contacts::http::Network::default(),
        clock: Arc::new(SystemClock),
        trace: Arc::new(NoTrace),
    };
    let mut access = Access { profile: profile.name, settings: profile.settings, secrets: profile.secrets, http };
    change(&mut access);
    Arc::from((vendor(name).unwrap().open)(access).unwrap())
}

pub fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// A search as typed.
pub fn search(text: &str) -> Query {
    Query { filter: Filter { words: Word::split(text), ..Filter::default() }, ..Query::default() }
}

#[derive(Default)]
struct Collected(Vec<Contact>);

impl Sink<Vec<Contact>> for Collected {
    fn rows(&mut self, rows: Good<Vec<Contact>>) -> ControlFlow<()> {
        self.0.extend(rows.into_rows());
        ControlFlow::Continue(())
    }
}

/// Everything that matches.
pub async fn all(source: &Arc<dyn Source>, query: &Query) -> (Vec<Contact>, Outcome) {
    walked(source, query, Traversal::Everything, Extent::All).await
}

/// The first `count` that match.
pub async fn first(source: &Arc<dyn Source>, query: &Query, count: u64) -> Vec<Contact> {
    walked(source, query, Traversal::Top, Extent::First { skip: 0, count }).await.0
}

async fn walked(
    source: &Arc<dyn Source>,
    query: &Query,
    traversal: Traversal,
    extent: Extent,
) -> (Vec<Contact>, Outcome) {
    let plan = source.plan(query, traversal).unwrap();
    let stage = Stage::of_each(plan.residual.clone(), plan.wish, |contact| contact);
    let mut sink = Collected::default();
    let options = WalkOptions::default();
    let outcome = walk(source, &plan, extent, options, stage, &mut sink, None).await;
    (sink.0, outcome)
}

/// The ids, sorted.
pub fn ids(contacts: &[Contact]) -> Vec<String> {
    let mut ids: Vec<String> = contacts.iter().map(|contact| contact.id.to_string()).collect();
    ids.sort();
    ids
}

/// The names of the parameters in an encoded query.
pub fn parameters(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
