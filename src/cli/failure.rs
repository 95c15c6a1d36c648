//! What went wrong, as people and scripts are told it. The kind fixes the exit code.

use std::fmt::Write as _;

use serde_json::json;

use crate::source::{ErrorKind, SourceError};
use crate::term::visible;

/// The class of a failure; its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum FailureKind {
    /// A fault of this program, or of the machine.
    Unexpected = 1,
    /// The command line cannot be meant.
    Usage = 2,
    /// The configuration or the profile cannot work.
    Config = 3,
    /// Credentials are refused, lack a permission, or could not be had.
    Auth = 4,
    /// No such contact or profile; nothing matched under `--fail-empty`.
    NotFound = 5,
    /// DNS, connection, TLS, time-out.
    Network = 6,
    /// A rate limit outlasted `--max-wait`.
    RateLimit = 7,
    /// The vendor failed or sent what cannot be read.
    Vendor = 8,
    /// Some profile failed, or a walk could not be finished or proved.
    Incomplete = 9,
    /// Ctrl-C.
    Interrupted = 130,
}

impl FailureKind {
    /// Every kind with its word and its meaning, for documentation and its test.
    pub const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Unexpected, "unexpected", "unexpected"),
        (Self::Usage, "usage", "usage"),
        (Self::Config, "config", "configuration or profile"),
        (Self::Auth, "auth", "authentication or permission, or a secret that could not be had"),
        (Self::NotFound, "not_found", "no such contact or profile; nothing matched under --fail-empty"),
        (Self::Network, "network", "network, DNS, TLS or time-out"),
        (Self::RateLimit, "rate_limit", "a rate limit outlasted --max-wait"),
        (Self::Vendor, "vendor", "the vendor failed or sent what cannot be read"),
        (Self::Incomplete, "incomplete", "incomplete; what was printed is good"),
        (Self::Interrupted, "interrupted", "interrupted"),
    ];

    /// The exit code.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The word in `--error-format json`.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("unexpected", |(_, word, _)| word)
    }
}

impl From<ErrorKind> for FailureKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Config => Self::Config,
            ErrorKind::Auth => Self::Auth,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Network => Self::Network,
            ErrorKind::RateLimit => Self::RateLimit,
            ErrorKind::Vendor => Self::Vendor,
            ErrorKind::Unexpected => Self::Unexpected,
        }
    }
}

/// How errors are written to stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ErrorFormat {
    /// `error: …` and `hint: …` lines.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What went wrong: where, what, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class.
    pub kind: FailureKind,
    /// A lower-case fragment without a final stop.
    pub message: String,
    /// Lines that show the place, as a program with a caret below the mistake.
    pub lines: Vec<String>,
    /// What to do next, a sentence each.
    pub hints: Vec<String>,
    /// The profile it happened with.
    pub profile: Option<String>,
    /// Its vendor.
    pub vendor: Option<String>,
    /// The HTTP status, if a reply came.
    pub status: Option<u16>,
}

impl Failure {
    /// A failure with a message alone.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            lines: Vec::new(),
            hints: Vec::new(),
            profile: None,
            vendor: None,
            status: None,
        }
    }

    /// A command line that cannot be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the profile it happened with.
    #[must_use]
    pub fn of(mut self, profile: &str, vendor: &str) -> Self {
        self.profile = Some(profile.to_owned());
        self.vendor = Some(vendor.to_owned());
        self
    }

    /// A failure of a source.
    pub fn from_source(error: &SourceError, profile: &str, vendor: &str) -> Self {
        Self {
            kind: error.kind.into(),
            message: error.message.clone(),
            lines: Vec::new(),
            hints: error.hint.iter().cloned().collect(),
            profile: Some(profile.to_owned()),
            vendor: Some(vendor.to_owned()),
            status: error.status,
        }
    }

    /// The object of `--error-format json` and of reports.
    pub fn to_json(&self) -> serde_json::Value {
        json!({
            "code": self.kind.code(),
            "kind": self.kind.as_str(),
            "profile": self.profile,
            "vendor": self.vendor,
            "status": self.status,
            "message": self.message,
            "hint": (!self.hints.is_empty()).then(|| self.hints.join("\n")),
        })
    }

    /// [`Self::render`] with the line's end.
    pub fn line(&self, format: ErrorFormat) -> String {
        let mut line = self.render(format);
        line.push('\n');
        line
    }

    /// The lines for stderr, safe for a terminal.
    pub fn render(&self, format: ErrorFormat) -> String {
        if format == ErrorFormat::Json {
            let json = json!({ "error": self.to_json() }).to_string();
            // Escaped, not shown: the data stays what it is and no terminal is driven by it.
            return ascii_json(&json);
        }
        let mut out = String::from("error: ");
        // A message about the configuration shows the very place, which names the profile.
        let placed = |profile: &&String| {
            [format!("`{profile}`"), format!("profiles.{profile}")].iter().any(|place| self.message.contains(place))
        };
        match (self.profile.as_ref().filter(|profile| !placed(profile)), &self.vendor) {
            (Some(profile), Some(vendor)) => {
                let _ = write!(out, "{} ({}): ", visible(profile), visible(vendor));
            }
            (Some(profile), None) => {
                let _ = write!(out, "{}: ", visible(profile));
            }
            _ => {}
        }
        out.push_str(&visible(&self.message));
        if let Some(status) = self.status.filter(|status| !self.message.contains(&status.to_string())) {
            let _ = write!(out, " ({status})");
        }
        for line in &self.lines {
            let _ = write!(out, "\n  {}", visible(line));
        }
        for line in self.hints.iter().flat_map(|hint| hint.lines()) {
            let _ = write!(out, "\n  hint: {}", visible(line));
        }
        out
    }
}

/// JSON in which nothing but ASCII is left, so that it can be read anywhere and drives no terminal.
pub fn ascii_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// The one exit code of several failures: a common one, else incomplete.
pub fn combined(kinds: impl IntoIterator<Item = FailureKind>) -> Option<FailureKind> {
    let mut common: Option<FailureKind> = None;
    for kind in kinds {
        match common {
            None => common = Some(kind),
            Some(known) if known == kind => {}
            Some(_) => return Some(FailureKind::Incomplete),
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_place_and_next_step_and_is_safe() {
        let failure = Failure::new(FailureKind::Auth, "refused \u{1b}[31m the token")
            .of("desk", "livedesk")
            .hint("`contacts login desk` replaces it");
        let text = failure.render(ErrorFormat::Text);
        assert!(text.starts_with("error: desk (livedesk): refused "), "{text}");
        assert!(text.ends_with("\n  hint: `contacts login desk` replaces it"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn json_is_one_line_with_every_key() {
        let json = Failure::new(FailureKind::RateLimit, "a\nb\u{9b}").render(ErrorFormat::Json);
        assert_eq!(
            json,
            r#"{"error":{"code":7,"kind":"rate_limit","profile":null,"vendor":null,"status":null,"message":"a\nb\u009b","hint":null}}"#
        );
    }

    #[test]
    fn several_failures_have_one_code() {
        use FailureKind::{Auth, Incomplete, Network};
        assert_eq!(combined([Auth, Auth]), Some(Auth));
        assert_eq!(combined([Auth, Network]), Some(Incomplete));
        assert_eq!(combined([]), None);
    }
}
