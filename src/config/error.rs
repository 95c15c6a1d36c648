//! What is wrong with the configuration, told for people.

use crate::vendor::VendorSpec;

/// The class of a [`ConfigError`]; it fixes the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigErrorKind {
    /// The command line lacks something (exit 2).
    Usage,
    /// The file or a profile is wrong (exit 3).
    Config,
    /// A secret could not be had, or not be kept (exit 4).
    Secret,
    /// There is no profile of that name (exit 5).
    NotFound,
}

/// What is wrong, where, and what to do next. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The class.
    pub kind: ConfigErrorKind,
    /// The profile it concerns, if it is one's.
    pub profile: Option<String>,
    /// The profile's vendor, if it is known.
    pub vendor: Option<&'static str>,
    /// What happened and where, in a lower-case fragment; text of the file in it is not yet made safe for a terminal.
    /// Names the profile itself, except for [`ConfigErrorKind::Secret`].
    pub message: String,
    /// What to do next, a line each.
    pub hints: Vec<String>,
}

impl ConfigError {
    /// An error with a message alone.
    pub fn new(kind: ConfigErrorKind, message: impl Into<String>) -> Self {
        Self { kind, profile: None, vendor: None, message: message.into(), hints: Vec::new() }
    }

    /// A mistake in the file or a profile.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ConfigErrorKind::Config, message)
    }

    /// Something the command line lacks.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ConfigErrorKind::Usage, message)
    }

    /// A secret that could not be had, or not be kept.
    pub fn secret(message: impl Into<String>) -> Self {
        Self::new(ConfigErrorKind::Secret, message)
    }

    /// Adds a line that says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a line if there is one.
    #[must_use]
    pub fn hint_maybe(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Says which profile it concerns.
    #[must_use]
    pub fn of_profile(mut self, name: &str, vendor: Option<&'static VendorSpec>) -> Self {
        self.profile = Some(name.to_owned());
        self.vendor = vendor.map(|vendor| vendor.name);
        self
    }
}

/// What is wrong with one value; the reader of the file says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, to follow the name of the key. Holds no secret.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Mistake {
    /// A mistake without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
