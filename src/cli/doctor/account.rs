//! What a profile needs: its secrets, the way to its server, a server that knows it and lets it ask; and what can be
//! proved of its answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::keyring::SecretStore;
use crate::config::{Origin, Profile, SecretSource, is_loopback, login, secret};
use crate::http::Trace;
use crate::model::{Contact, Filter, Query, Word};
use crate::source::{ErrorKind, Lane, Order, Page, Paging, Source, SourceError, Traversal, Window, Wish};

use super::super::context::Context;
use super::super::failure::{Failure, FailureKind};
use super::super::profile::signed_in;
use super::check::Check;
use super::reach;
use super::spy::Spy;

/// Clocks that lie further apart than this many seconds are told of.
const SKEW: i64 = 60;

/// Rows that are compared to see whether an order stands still.
const COMPARED: u32 = 20;

/// Fetches the secrets; the profile with them, if all were found.
pub fn secrets(
    context: &Context,
    profile: &Profile,
    store: &dyn SecretStore,
    checks: &mut Vec<Check>,
) -> Option<Profile> {
    let mut found = BTreeMap::new();
    for (key, place) in &profile.secrets {
        let begun = Instant::now();
        match secret::fetch(profile, key, place, &context.env, store) {
            Ok(secret) => {
                found.insert(*key, secret);
                let place = match (place, profile.origin) {
                    (SecretSource::Plain(_), Origin::Demo) => "made up for the demo".to_owned(),
                    (SecretSource::Plain(_), Origin::Environment) => "in the environment".to_owned(),
                    _ => place.described(),
                };
                checks.push(Check::ok("secret", format!("`{key}` is {place}")).took(begun.elapsed()));
            }
            Err(error) => checks.push(Check::failed("secret", &error.into()).took(begun.elapsed())),
        }
    }
    (found.len() == profile.secrets.len()).then(|| login::with_secrets(profile, &found))
}

/// Looks at everything else; `ready` is the profile with its secrets.
pub async fn examine(context: &Context, profile: &Profile, ready: Option<&Profile>, checks: &mut Vec<Check>) {
    let reachable = reach::examine(profile, &context.env, checks).await;
    let Some(ready) = ready.filter(|_| reachable) else {
        let why = if reachable { "not tried without the secrets" } else { "not tried: the server cannot be reached" };
        checks.push(Check::skip("authentication", why));
        return;
    };
    let spy = Arc::new(Spy::new(Arc::clone(&context.trace), Arc::clone(&context.clock)));
    // A doctor looks twice at most; who waits for a diagnosis does not want patience.
    let profile = Profile { max_retries: profile.max_retries.min(1), ..ready.clone() };
    let source = match context.open_profile_traced(&profile, Arc::clone(&spy) as Arc<dyn Trace>) {
        Ok(source) => source,
        Err(failure) => {
            checks.push(Check::failed("profile", &failure));
            return;
        }
    };
    let mut patient = Patient { context, profile: &profile, source, spy, checks };
    let signed_in = patient.signs_in().await;
    patient.clock();
    if signed_in {
        patient.asks().await;
    } else {
        patient.checks.push(Check::skip("permissions", "not tried: nobody is signed in"));
    }
}

struct Patient<'a> {
    context: &'a Context,
    profile: &'a Profile,
    source: Arc<dyn Source>,
    spy: Arc<Spy>,
    checks: &'a mut Vec<Check>,
}

impl Patient<'_> {
    /// Says who the credentials belong to, and what that shows of TLS.
    async fn signs_in(&mut self) -> bool {
        let begun = Instant::now();
        let identity = self.source.identity().await;
        let elapsed = begun.elapsed();
        let replied = self.spy.heard().status.is_some();
        self.tls(replied, identity.as_ref().err());
        match identity {
            Ok(identity) => {
                self.checks.push(Check::ok("authentication", signed_in(&identity)).took(elapsed));
                self.version(identity.version).await;
                true
            }
            Err(error) => {
                self.failed("authentication", &error, elapsed);
                if error.kind != ErrorKind::Network {
                    self.version(None).await;
                }
                false
            }
        }
    }

    fn tls(&mut self, replied: bool, error: Option<&SourceError>) {
        let url = &self.profile.base_url;
        let check = match (url.scheme(), error) {
            ("https", _) if replied => Check::ok("tls", format!("the certificate is good, by {}", self.believed())),
            ("https", Some(error)) if error.message.contains("certificate") || error.message.contains("TLS") => {
                let failure = Failure::from_source(error, "", "");
                Check::failed("tls", &failure)
            }
            ("https", _) => Check::skip("tls", "the server did not answer"),
            _ if is_loopback(url) => Check::ok("tls", "plain http, which does not leave this machine"),
            _ => Check::warn("tls", "plain http: the credentials can be read on their way")
                .hint("use https in `base_url` if the server speaks it"),
        };
        self.checks.push(check);
    }

    /// Whose word counts for certificates.
    fn believed(&self) -> String {
        let mut whose = Vec::new();
        whose.extend(self.profile.ca_file.as_ref().map(|file| format!("`ca_file` {}", self.context.env.shown(file))));
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            whose.extend(self.context.env.os(name).map(|_| name.to_owned()));
        }
        whose.push("the system's authorities".to_owned());
        whose.join(" or ")
    }

    /// The server's version, as far as it tells before it is asked for contacts.
    async fn version(&mut self, told: Option<String>) {
        if let Some(version) = told {
            self.checks.push(Check::ok("version", version));
            return;
        }
        if self.source.vendor() != "rocketchat" {
            return;
        }
        let below_api = self.profile.base_url.path().trim_end_matches('/');
        let below_api = below_api.ends_with("/api") || below_api.ends_with("/api/v1");
        let begun = Instant::now();
        let info = self.source.get(if below_api { "info" } else { "api/info" }, &[]).await;
        let elapsed = begun.elapsed();
        let info = info.ok().and_then(|body| serde_json::from_slice::<serde_json::Value>(&body).ok());
        let version = info.as_ref().and_then(|info| info.get("version").or_else(|| info.pointer("/info/version")));
        let check = match version.and_then(serde_json::Value::as_str) {
            Some(version) if is_too_old(version) => {
                Check::warn("version", format!("Rocket.Chat {version}; contacts came with 7.1.0"))
            }
            Some(version) => Check::ok("version", format!("Rocket.Chat {version}")),
            None => Check::skip("version", "the server does not tell"),
        };
        self.checks.push(check.took(elapsed));
    }

    fn clock(&mut self) {
        let check = match self.spy.heard().skew.map(|skew| skew.as_secs()) {
            None => Check::skip("clock", "the server does not tell the time"),
            Some(skew) if skew.abs() <= SKEW => Check::ok("clock", "the server's agrees with this machine's"),
            Some(skew) => {
                let way = if skew > 0 { "ahead of" } else { "behind" };
                let message = format!("the server's is {} s {way} this machine's", skew.abs());
                Check::warn("clock", message).hint("set this machine's clock, or tell the server's administrator")
            }
        };
        self.checks.push(check);
    }

    /// Tries each command once, as cheaply as can be.
    async fn asks(&mut self) {
        let listed = self.lists().await;
        let walked = self.walks().await;
        let sample = walked.as_ref().and_then(|walked| walked.sample.clone()).or_else(|| listed.clone().flatten());
        match sample {
            Some(contact) => {
                self.shows(&contact).await;
                self.searches(&contact).await;
            }
            None if listed.is_some() => {
                self.checks.push(Check::skip("show", "the account has no contact"));
                self.checks.push(Check::skip("search", "the account has no contact"));
            }
            None => self.checks.push(Check::skip("show", "not tried: nothing could be listed")),
        }
        self.budget();
        self.verdict(walked.as_ref());
    }

    /// The first page of a list: `None` if it is refused, `Some(None)` if it is empty.
    async fn lists(&mut self) -> Option<Option<Contact>> {
        let query = Query { limit: Some(1), channels: false, ..Query::default() };
        let begun = Instant::now();
        let mut first = None;
        for lane in self.plan("list", &query, Traversal::Top)? {
            match self.page(&lane, 1).await {
                Ok(page) => first = page.rows.into_iter().next(),
                Err(error) => {
                    self.failed("list", &error, begun.elapsed());
                    return None;
                }
            }
            if first.is_some() {
                break;
            }
        }
        self.checks.push(Check::ok("list", "allowed").took(begun.elapsed()));
        if self.source.vendor() == "chatbotx" {
            let era = if self.heard("\"totalCount\"") { "of August 2026 or newer" } else { "of July 2026 or older" };
            self.checks.push(Check::ok("version", format!("a ChatbotX {era}, by its replies")));
        }
        Some(first)
    }

    /// Reads the beginning of everything twice and looks whether its order stands still.
    async fn walks(&mut self) -> Option<Walked> {
        let query = Query { limit: None, channels: false, ..Query::default() };
        let lanes = self.plan("page order", &query, Traversal::Everything)?;
        let begun = Instant::now();
        let mut walked = Walked { lanes: lanes.clone(), sample: None, stable: true };
        for lane in &lanes {
            let pages = match self.page(lane, COMPARED).await {
                Ok(first) => self.page(lane, COMPARED).await.map(|second| (first, second)),
                Err(error) => Err(error),
            };
            match pages {
                Ok((first, second)) => {
                    let ids = |page: &Page| page.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
                    walked.stable &= ids(&first) == ids(&second);
                    walked.sample = walked.sample.or_else(|| first.rows.into_iter().next());
                }
                Err(error) => {
                    self.failed("page order", &error, begun.elapsed());
                    return None;
                }
            }
        }
        let order = self.source.capabilities().walk_order;
        let check = if walked.stable {
            Check::ok("page order", format!("by {order}, twice the same"))
        } else {
            Check::warn("page order", format!("by {order}, and it changed between two reads")).hint(
                "contacts change right now, or equals change places; --all proves its answer or says that it cannot",
            )
        };
        self.checks.push(check.took(begun.elapsed()));
        Some(walked)
    }

    async fn shows(&mut self, contact: &Contact) {
        let begun = Instant::now();
        match self.source.contact(&contact.id, Wish::default()).await {
            Ok(_) => self.checks.push(Check::ok("show", "allowed").took(begun.elapsed())),
            Err(error) if error.kind == ErrorKind::NotFound => {
                let message = "the contact that was listed is not found; was it deleted just now?";
                self.checks.push(Check::warn("show", message).took(begun.elapsed()));
            }
            Err(error) => self.failed("show", &error, begun.elapsed()),
        }
    }

    async fn searches(&mut self, contact: &Contact) {
        let words = contact.name.iter().flat_map(|name| name.split_whitespace());
        let longest =
            words.filter(|word| word.chars().all(char::is_alphanumeric)).max_by_key(|word| word.chars().count());
        let Some(word) = longest.or_else(|| contact.emails.first().map(|email| email.address.as_str())) else {
            self.checks.push(Check::skip("search", "the contact that was listed has no name to search for"));
            return;
        };
        let filter = Filter { words: vec![Word::new(word)], ..Filter::default() };
        let query = Query { filter, limit: Some(1), channels: false, ..Query::default() };
        let begun = Instant::now();
        let Some(lanes) = self.plan("search", &query, Traversal::Top) else { return };
        let Some(lane) = lanes.first() else { return };
        match self.page(lane, 1).await {
            Ok(_) => {
                self.checks.push(Check::ok("search", "allowed").took(begun.elapsed()));
                if self.source.vendor() == "chatwoot" {
                    let which = if self.heard("\"has_more\"") { "4.11 or newer" } else { "older than 4.11" };
                    self.checks.push(Check::ok("version", format!("Chatwoot {which}, by its replies")));
                }
            }
            Err(error) => self.failed("search", &error, begun.elapsed()),
        }
    }

    fn budget(&mut self) {
        let default = self.source.capabilities().requests_per_minute;
        let check = match (self.spy.heard().rate, self.source.requests_per_minute(), default) {
            (Some((left, all)), ..) => Check::ok("rate limit", format!("{left} of {all} requests are left for now")),
            (None, Some(told), _) => Check::ok("rate limit", format!("{told} requests a minute")),
            (None, None, Some(default)) => {
                let message = format!("the replies tell of none; by default {default} requests a minute");
                Check::ok("rate limit", message)
            }
            (None, None, None) => Check::ok("rate limit", "the replies tell of none"),
        };
        self.checks.push(check);
    }

    fn verdict(&mut self, walked: Option<&Walked>) {
        let Some(walked) = walked else {
            self.checks.push(Check::skip("verdict", "not known: contacts could not be listed"));
            return;
        };
        let by_id = |lane: &Lane| {
            matches!(lane.order, Order::IdBytes | Order::IdNumber) && !matches!(lane.paging, Paging::Numbered { .. })
        };
        let check = if !walked.stable {
            Check::warn("verdict", "--all may come out as `changed`: the order does not stand still")
        } else if walked.lanes.iter().all(by_id) {
            Check::ok("verdict", "--all can be exact, whatever changes meanwhile: ordered by id, every seam proved")
        } else if walked.lanes.iter().all(|lane| lane.counted) {
            Check::ok("verdict", "--all can be exact while the counts hold, or where every change is explained")
        } else {
            Check::warn("verdict", "--all can only be exact if two sweeps bring the same contacts")
        };
        self.checks.push(check);
    }

    fn plan(&mut self, name: &'static str, query: &Query, traversal: Traversal) -> Option<Vec<Lane>> {
        match self.source.plan(query, traversal) {
            Ok(plan) => Some(plan.lanes),
            Err(error) => {
                self.failed(name, &error, Duration::ZERO);
                None
            }
        }
    }

    async fn page(&self, lane: &Lane, rows: u32) -> Result<Page, SourceError> {
        let len = match lane.paging {
            Paging::Offset { max } | Paging::Sized { max } => rows.min(max),
            Paging::Numbered { size } => size,
        };
        self.source.page(lane, Window { start: 0, len }).await
    }

    fn failed(&mut self, name: &'static str, error: &SourceError, elapsed: Duration) {
        let failure = Failure::from_source(error, &self.profile.name, self.profile.vendor.name);
        let mut check = Check::failed(name, &failure).took(elapsed);
        if failure.kind == FailureKind::RateLimit {
            check = Check { status: super::Status::Warn, ..check };
        }
        self.checks.push(check);
    }

    /// Whether the last reply holds this text.
    fn heard(&self, text: &str) -> bool {
        memchr::memmem::find(&self.spy.heard().body, text.as_bytes()).is_some()
    }
}

/// What reading the beginning of everything showed.
struct Walked {
    lanes: Vec<Lane>,
    sample: Option<Contact>,
    stable: bool,
}

/// Whether a version is known to lie before 7.1.
fn is_too_old(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (7, 1),
        _ => false,
    }
}
