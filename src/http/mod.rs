//! One request, done well: authentication, redirects, retries, rate budgets, limits, redaction.
//!
//! The only place that sends requests. Knows nothing of contacts; what a vendor's replies mean is told by its [`Dialect`].

mod client;
mod clock;
mod encode;
mod error;
mod exchange;
mod explain;
mod judge;
mod pace;
mod redact;
mod share;
mod tls;
mod unpack;
mod when;
mod wire;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::buffers::Buffer;

pub use client::Http;
pub use clock::{Clock, SystemClock};
pub use encode::path_segment;
pub use error::{HttpError, HttpErrorKind};
pub use hyper::header::HeaderMap;
pub use judge::{PlainDialect, excerpt, is_web_page, judge_by_status, said};
pub use redact::{REDACTED, Redactor, secret_values, without_secret_values};
pub use when::http_date;

/// Everything a client needs to know of one profile.
#[derive(Clone)]
pub struct HttpConfig {
    /// The profile's name, for messages.
    pub profile: String,
    /// Where the API lies; may carry a path prefix. Secrets go to its origin and nowhere else.
    pub base_url: Url,
    /// How requests are authenticated.
    pub auth: Auth,
    /// What the vendor's replies mean.
    pub dialect: Arc<dyn Dialect>,
    /// For one request, from connecting to the last byte.
    pub timeout: Duration,
    /// How often one request is repeated.
    pub max_retries: u32,
    /// Total time this client may spend waiting on rate limits.
    pub max_wait: Duration,
    /// Certificates that are trusted as well.
    pub ca_file: Option<PathBuf>,
    /// What the environment says of certificates and proxies.
    pub network: Network,
    /// Where processes of this user share what is left of a rate limit; `None`: not shared.
    pub state_dir: Option<PathBuf>,
    /// Time, sleep and chance.
    pub clock: Arc<dyn Clock>,
    /// Is told what happens on the wire, secrets already taken out.
    pub trace: Arc<dyn Trace>,
}

/// What the environment says of certificates and proxies.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// `SSL_CERT_FILE`: certificates that are trusted as well; passed over if it cannot be read.
    pub cert_file: Option<PathBuf>,
    /// `SSL_CERT_DIR`: a folder of such files.
    pub cert_dir: Option<PathBuf>,
    /// Which proxies stand between.
    pub proxies: Proxies,
}

/// Which proxies stand between.
#[derive(Clone, Debug, Default)]
pub enum Proxies {
    /// None.
    #[default]
    None,
    /// Those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or of the system's settings.
    System,
    /// This one, for everything.
    One(Url),
}

/// How requests are authenticated. Its secrets cannot be printed.
#[derive(Clone)]
pub enum Auth {
    /// None (tests, public endpoints).
    None,
    /// Headers of the vendor's own, as `X-Auth-Token`.
    Headers(Vec<(&'static str, SecretString)>),
    /// `Authorization: Basic`.
    Basic {
        /// The user's name or key.
        user: SecretString,
        /// The password or secret.
        password: SecretString,
    },
    /// `Authorization: Bearer`.
    Bearer(SecretString),
}

/// What a vendor's replies mean, beyond their status.
pub trait Dialect: Send + Sync {
    /// Judges a complete reply; a vendor's error codes come before the status.
    fn judge(&self, reply: &Reply) -> Judgement;

    /// What is left of the rate limit, if the reply says so.
    fn budget(&self, _reply: &Reply, _now: jiff::Timestamp) -> Option<Budget> {
        None
    }

    /// Requests in a window that the vendor grants by default, for pacing before the first refusal; `None` if unknown.
    fn default_budget(&self) -> Option<Budget> {
        None
    }
}

/// A reply, whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body, decompressed, at most [`MAX_BODY`] bytes.
    pub body: Buffer,
}

impl Reply {
    /// A header as text, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A body larger than this (64 MiB, after decompression) is refused.
pub const MAX_BODY: usize = 64 << 20;

/// What this program calls itself.
const USER_AGENT: &str = concat!("contacts/", env!("CARGO_PKG_VERSION"));

/// What a reply means for the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is the answer.
    Accept,
    /// The rate limit refused it; try again after `wait` (`None`: the client's own backoff, `Retry-After` honoured).
    RateLimited {
        /// How long the vendor asks to wait.
        wait: Option<Duration>,
        /// What the vendor said.
        message: String,
    },
    /// It failed for now; trying again may help.
    Retry {
        /// What the vendor said.
        message: String,
    },
    /// It failed for good.
    Refuse {
        /// The class.
        kind: HttpErrorKind,
        /// What the vendor said, or what is wrong with the reply.
        message: String,
        /// What to do next.
        hint: Option<String>,
    },
}

/// What is left of a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests in one window.
    pub limit: u32,
    /// Requests left in this window.
    pub remaining: u32,
    /// Time until the window ends.
    pub reset_in: Duration,
}

/// Something that happened on the wire, secrets already taken out; vendor's text in it is not yet safe for a terminal.
#[derive(Clone, Debug)]
pub enum Event {
    /// A request goes out.
    Request {
        /// Numbers the exchanges of a process from 1.
        number: u64,
        /// `GET`.
        method: &'static str,
        /// The whole URL.
        url: String,
        /// Headers, secret values replaced.
        headers: Vec<(String, String)>,
    },
    /// A reply came in whole.
    Reply {
        /// The number of its request.
        number: u64,
        /// The HTTP status.
        status: u16,
        /// The HTTP version, as `HTTP/1.1`.
        version: String,
        /// Headers.
        headers: Vec<(String, String)>,
        /// The body; secrets, this profile's and the vendor's own, replaced.
        body: Vec<u8>,
        /// From sending to the last byte.
        elapsed: Duration,
    },
    /// No reply came.
    Failure {
        /// The number of its request.
        number: u64,
        /// Why.
        message: String,
    },
    /// The next attempt waits.
    Wait {
        /// How long.
        duration: Duration,
        /// Why.
        reason: String,
    },
}

/// Is told what happens on the wire.
pub trait Trace: Send + Sync {
    /// Takes note of one event.
    fn event(&self, event: &Event);

    /// Whether replies' headers and bodies are wanted; sparing a copy of them otherwise.
    fn wants_replies(&self) -> bool {
        false
    }
}

/// Takes no notes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    fn event(&self, _event: &Event) {}
}
