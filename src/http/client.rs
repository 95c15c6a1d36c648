//! The client of one profile: tries, judges, waits and tries again.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use url::Url;

use super::exchange::{Exchanger, spoken};
use super::explain::{Again, Trouble};
use super::pace::{Impatient, Pacer, route};
use super::share::Shared;
use super::{Budget, Event, HttpConfig, HttpError, HttpErrorKind, Judgement, Redactor, Reply, encode, when};

/// A request that was refused again and again waits at least this long, whatever the server says.
const LEAST_WAIT: Duration = Duration::from_secs(5);

/// The client of one profile: every request goes to its origin, with its credentials.
pub struct Http {
    config: HttpConfig,
    exchanger: Exchanger,
    pacer: Pacer,
    redactor: Redactor,
    retries: AtomicU64,
    backed_off_ms: AtomicU64,
}

/// What a request has been through.
#[derive(Default)]
struct Trials {
    retries: u32,
    refusals: u32,
    /// The last reply that asked to wait: what it means, its status and words.
    refused: Option<(HttpErrorKind, u16, String)>,
}

impl Http {
    /// A client for `config`; nothing is sent yet.
    pub fn new(config: HttpConfig) -> Result<Self, HttpError> {
        let redactor = Redactor::new(&config.auth);
        let shared = config.state_dir.as_deref().map(|folder| Shared::new(folder, &config.base_url, &config.auth));
        let pacer = Pacer::new(config.clock.clone(), config.trace.clone(), config.max_wait, shared);
        let exchanger = Exchanger::new(&config)?;
        Ok(Self { config, exchanger, pacer, redactor, retries: 0.into(), backed_off_ms: 0.into() })
    }

    /// The URL of `path` below the base URL, with `params` encoded (a space is `%20`, `+` is `%2B`).
    ///
    /// `path` is taken as encoded already; ids in it go through [`path_segment`](super::path_segment). What follows a
    /// `?` in it is a query.
    pub fn url(&self, path: &str, params: &[(&str, &str)]) -> Url {
        encode::join(&self.config.base_url, path, params)
    }

    /// GETs `path` below the base URL, as often and as patiently as the configuration allows.
    pub async fn get(&self, path: &str, params: &[(&str, &str)]) -> Result<Reply, HttpError> {
        let url = self.url(path, params);
        let route = route(url.path());
        let mut trials = Trials::default();
        loop {
            let ticket =
                self.pacer.admit(&route).await.map_err(|impatient| self.impatient(&url, &impatient, &trials))?;
            match self.exchanger.get(&url, &self.config, &self.redactor).await {
                Ok(reply) => {
                    let now = self.config.clock.now();
                    let judgement = self.judge(&reply);
                    let budget = self.config.dialect.budget(&reply, now);
                    self.pacer.observe(ticket, budget, judgement == Judgement::Accept);
                    match judgement {
                        Judgement::Accept => return Ok(reply),
                        Judgement::Refuse { kind, message, hint } => {
                            return Err(self.error(&url, kind, Some(reply.status), &message, hint));
                        }
                        Judgement::RateLimited { wait, message } => {
                            let told = wait.or_else(|| reply.retry_after(now));
                            self.refused(&route, told, budget, &mut trials, &reply, message);
                        }
                        Judgement::Retry { message } => {
                            let trouble = Trouble { kind: HttpErrorKind::Server, ..Trouble::passing(message) };
                            let wait = reply.retry_after(now);
                            self.again(&url, &route, trouble, Some(reply.status), wait, &mut trials).await?;
                        }
                    }
                }
                Err(trouble) => {
                    drop(ticket);
                    self.again(&url, &route, trouble, None, None, &mut trials).await?;
                }
            }
        }
    }

    /// What the vendor's dialect makes of a reply. It may quote a part of one, so what it quotes from holds no secret: a
    /// secret that is cut in two could not be found in the message any more.
    fn judge(&self, reply: &Reply) -> Judgement {
        match self.config.dialect.judge(reply) {
            Judgement::Accept => Judgement::Accept,
            judgement => match self.redactor.redact_bytes(&reply.body) {
                Cow::Borrowed(_) => judgement,
                Cow::Owned(body) => self.config.dialect.judge(&Reply { body: body.into(), ..reply.clone() }),
            },
        }
    }

    /// What is left of the rate limit for `path`: as the vendor last told, or by default if it told nothing yet.
    ///
    /// `None` if there is no limit, or none is known.
    pub fn budget(&self, path: &str) -> Option<Budget> {
        let route = route(self.url(path, &[]).path());
        self.pacer.budget(&route).unwrap_or_else(|_| self.config.dialect.default_budget())
    }

    /// `text` without this profile's secrets, in whatever disguise.
    pub fn redact(&self, text: &str) -> String {
        self.redactor.redact(text).into_owned()
    }

    /// What takes this profile's secrets out of text.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Where the API lies.
    pub fn base_url(&self) -> &Url {
        &self.config.base_url
    }

    /// Requests sent, those repeated, and milliseconds waited so far.
    pub fn usage(&self) -> (u64, u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let limits = u64::try_from(self.pacer.spent().as_millis()).unwrap_or(u64::MAX);
        (load(&self.exchanger.requests), load(&self.retries), load(&self.backed_off_ms).saturating_add(limits))
    }

    /// Has everyone on `route` wait after a refusal by the rate limit. This is no retry: only the patience is bounded.
    fn refused(
        &self,
        route: &str,
        told: Option<Duration>,
        budget: Option<Budget>,
        trials: &mut Trials,
        reply: &Reply,
        message: String,
    ) {
        let told = told.or_else(|| budget.filter(|budget| budget.remaining == 0).map(|budget| budget.reset_in));
        // A server that keeps refusing while it says "at once" would be asked without end.
        let least = Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(trials.refusals)).min(LEAST_WAIT);
        let wait = told.unwrap_or_else(|| when::patience(trials.refusals, self.config.clock.chance())).max(least);
        trials.refusals += 1;
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.pacer.block(route, wait, self.redact(&message));
        trials.refused = Some((HttpErrorKind::RateLimited, reply.status, message));
    }

    /// Waits until the next try, or gives up.
    async fn again(
        &self,
        url: &Url,
        route: &str,
        trouble: Trouble,
        status: Option<u16>,
        wait: Option<Duration>,
        trials: &mut Trials,
    ) -> Result<(), HttpError> {
        if trouble.again == Again::No || trials.retries >= self.config.max_retries {
            let tries = match trials.retries {
                0 => String::new(),
                retries => format!(", also at the {} try", ordinal(retries + 1)),
            };
            let message = format!("{}{tries}", trouble.message);
            return Err(self.error(url, trouble.kind, status, &message, trouble.hint.map(str::to_owned)));
        }
        if let Some(wait) = wait {
            self.pacer.block(route, wait, self.redact(&trouble.message));
            trials.refused = status.map(|status| (trouble.kind, status, trouble.message));
        } else {
            let duration = when::backoff(trials.retries, self.config.clock.chance());
            self.config.trace.event(&Event::Wait { duration, reason: self.redact(&trouble.message) });
            self.config.clock.sleep(duration).await;
            let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            self.backed_off_ms.fetch_add(ms, Ordering::Relaxed);
        }
        trials.retries += 1;
        self.retries.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn impatient(&self, url: &Url, impatient: &Impatient, trials: &Trials) -> HttpError {
        // Time went by since it was told.
        let asked =
            Duration::from_millis(u64::try_from(impatient.asked.as_millis()).unwrap_or(u64::MAX).div_ceil(1000) * 1000);
        let (asked, max_wait) = (spoken(asked), spoken(self.config.max_wait));
        let (kind, status, said) = match &trials.refused {
            Some((kind, status, said)) => (*kind, Some(*status), said),
            None => (HttpErrorKind::RateLimited, None, &impatient.reason),
        };
        let message = format!("{said}; the wait would be {asked}, longer than what is left of `max_wait` ({max_wait})");
        let hint = "allow more waiting with `--max-wait`, as `--max-wait 10m`, or ask for less".to_owned();
        self.error(url, kind, status, &message, Some(hint))
    }

    fn error(
        &self,
        url: &Url,
        kind: HttpErrorKind,
        status: Option<u16>,
        message: &str,
        hint: Option<String>,
    ) -> HttpError {
        let place = match status {
            Some(status) if !message.contains(&status.to_string()) => format!("{status} for GET `{}`", url.path()),
            _ => format!("GET `{}`", url.path()),
        };
        let message = self.redact(&format!("{message} ({place})"));
        HttpError { kind, status, message, hint: hint.map(|hint| self.redact(&hint)) }
    }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_may_move_between_threads() {
        fn is_send(_: &impl Send) {}
        let sends = |http: &Http| is_send(&http.get("", &[]));
        let _ = sends;
    }
}
