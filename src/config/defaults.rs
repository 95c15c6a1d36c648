//! The `[defaults]` table: what holds where neither flag, environment nor profile says otherwise.

use std::time::Duration;

use super::error::Mistake;
use super::value::{ANY, Given, POSITIVE};

/// The keys of `[defaults]`, in the order of the documentation.
pub const DEFAULT_KEYS: [&str; 9] =
    ["output", "limit", "columns", "color", "source", "history", "timeout", "max_retries", "max_wait"];

/// The words that `output` takes.
pub const OUTPUTS: [&str; 8] = ["table", "json", "ndjson", "csv", "tsv", "yaml", "md", "xlsx"];
/// The words that `color` takes.
pub const COLORS: [&str; 3] = ["auto", "always", "never"];
/// The words that `source` takes.
pub const SOURCES: [&str; 3] = ["auto", "vendor", "local"];

/// How long the mirror remembers what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// This long.
    Kept(Duration),
    /// For ever.
    Forever,
}

impl Default for History {
    /// Ninety days.
    fn default() -> Self {
        Self::Kept(Duration::from_hours(90 * 24))
    }
}

/// What `[defaults]` says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The output format, one of [`OUTPUTS`].
    pub output: Option<&'static str>,
    /// Rows of a query, at least 1.
    pub limit: Option<u64>,
    /// The columns of a table.
    pub columns: Option<Vec<String>>,
    /// One of [`COLORS`].
    pub color: Option<&'static str>,
    /// Who answers, one of [`SOURCES`].
    pub source: Option<&'static str>,
    /// How long the mirror remembers what changed.
    pub history: Option<History>,
    /// For one request.
    pub timeout: Option<Duration>,
    /// How often one request is repeated.
    pub max_retries: Option<u32>,
    /// Total time spent waiting on rate limits.
    pub max_wait: Option<Duration>,
}

impl Defaults {
    /// Takes one entry of the table; `None` if there is no such key.
    pub(super) fn set(&mut self, key: &str, value: Given<'_>) -> Option<Result<(), Mistake>> {
        let done = match key {
            "output" => value.choice(&OUTPUTS).map(|word| self.output = Some(word)),
            "limit" => value.number(1).map(|number| self.limit = Some(number)),
            "columns" => value.list().map(|columns| self.columns = Some(columns)),
            "color" => value.choice(&COLORS).map(|word| self.color = Some(word)),
            "source" => value.choice(&SOURCES).map(|word| self.source = Some(word)),
            "history" => value.history().map(|history| self.history = Some(history)),
            "timeout" => value.duration(POSITIVE).map(|time| self.timeout = Some(time)),
            "max_retries" => value.small_number(0).map(|number| self.max_retries = Some(number)),
            "max_wait" => value.duration(ANY).map(|time| self.max_wait = Some(time)),
            _ => return None,
        };
        Some(done)
    }
}
