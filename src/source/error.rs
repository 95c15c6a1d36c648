//! Why a source could not answer.

/// The class of a failure; it fixes the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The question cannot be asked (a bad id, an option the vendor does not know).
    Usage,
    /// The profile's configuration cannot work.
    Config,
    /// The credentials are refused or lack a permission.
    Auth,
    /// There is no such contact.
    NotFound,
    /// The network failed: DNS, TLS, connection, time-out.
    Network,
    /// A rate limit outlasted the patience.
    RateLimit,
    /// The vendor failed, or sent what cannot be read.
    Vendor,
    /// Something else.
    Unexpected,
}

/// A failure of a source, told for people: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// The class.
    pub kind: ErrorKind,
    /// The HTTP status, if a reply came.
    pub status: Option<u16>,
    /// What happened, in a lower-case fragment; vendor's text in it is not yet made safe for a terminal.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl SourceError {
    /// A failure with a message alone.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, status: None, message: message.into(), hint: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}
