//! Why a request brought no answer.

/// The class of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpErrorKind {
    /// The request or the configuration cannot work (a bad CA file, a bad path).
    Config,
    /// 401 or 403, or the vendor's own way of saying so.
    Auth,
    /// The vendor says that the thing asked for does not exist.
    NotFound,
    /// DNS, connection, TLS, time-out, a body that ended early.
    Network,
    /// A rate limit outlasted the patience.
    RateLimited,
    /// The vendor failed or refused for a reason of its own.
    Server,
    /// The reply is not what the vendor sends (HTML, too large, a redirect elsewhere).
    BadReply,
}

/// A request that brought no answer. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HttpError {
    /// The class.
    pub kind: HttpErrorKind,
    /// The HTTP status, if a reply came.
    pub status: Option<u16>,
    /// What happened, where.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl HttpError {
    /// A failure with a message alone.
    pub fn new(kind: HttpErrorKind, message: impl Into<String>) -> Self {
        Self { kind, status: None, message: message.into(), hint: None }
    }
}
