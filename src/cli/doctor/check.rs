//! One finding of the doctor, and how it is shown. Knows nothing of what is looked at.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::render::KeyedRow;
use crate::term::{Paint, Style, visible};

use super::super::failure::{Failure, FailureKind};

/// The keys of a check in JSON, in their order.
pub const KEYS: &[&str] = &["profile", "check", "status", "message", "hint", "millis"];

/// The width of the column of names.
const NAME: usize = 14;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Ok,
    /// It works, but a person should know.
    Warn,
    /// It does not work.
    Fail(FailureKind),
    /// It could not be looked at, or need not be.
    Skip,
}

/// One finding. Its texts may be a vendor's and are made safe when they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The profile it concerns; `None`: the machine.
    pub profile: Option<String>,
    /// What was looked at, in a word.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found, in a fragment.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// How long it took.
    pub millis: Option<u64>,
}

impl Check {
    fn new(name: &'static str, status: Status, message: impl Into<String>) -> Self {
        Self { profile: None, name, status, message: message.into(), hint: None, millis: None }
    }

    /// All is well.
    pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Status::Ok, message)
    }

    /// It works, but a person should know.
    pub fn warn(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Status::Warn, message)
    }

    /// It was not looked at.
    pub fn skip(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, Status::Skip, message)
    }

    /// It does not work.
    pub fn fail(name: &'static str, kind: FailureKind, message: impl Into<String>) -> Self {
        Self::new(name, Status::Fail(kind), message)
    }

    /// It does not work, as a failure says.
    pub fn failed(name: &'static str, failure: &Failure) -> Self {
        let hint = (!failure.hints.is_empty()).then(|| failure.hints.join("\n"));
        Self { hint, ..Self::fail(name, failure.kind, failure.message.clone()) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds how long it took.
    #[must_use]
    pub fn took(mut self, elapsed: Duration) -> Self {
        self.millis = Some(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Says which profile it concerns.
    #[must_use]
    pub fn of(mut self, profile: &str) -> Self {
        self.profile = Some(profile.to_owned());
        self
    }

    /// The object in JSON.
    pub fn row(&self) -> KeyedRow {
        let status = match self.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail(_) => "fail",
            Status::Skip => "skip",
        };
        KeyedRow::from(vec![
            ("profile", json!(self.profile)),
            ("check", json!(self.name)),
            ("status", json!(status)),
            ("message", json!(self.message)),
            ("hint", json!(self.hint)),
            ("millis", self.millis.map_or(Value::Null, Value::from)),
        ])
    }

    fn write(&self, paint: Paint, out: &mut String) {
        let (mark, style) = match self.status {
            Status::Ok => ("✓", Style::Good),
            Status::Warn => ("!", Style::Warning),
            Status::Fail(_) => ("✗", Style::Error),
            Status::Skip => ("–", Style::Dim),
        };
        out.push_str("  ");
        paint.write(style, mark, out);
        write!(out, " {:NAME$} {}", self.name, visible(&self.message)).expect("writing to a string cannot fail");
        if let Some(millis) = self.millis {
            paint.write(Style::Dim, &format!(" · {millis} ms"), out);
        }
        out.push('\n');
        for line in self.hint.iter().flat_map(|hint| hint.lines()) {
            writeln!(out, "    {:NAME$} hint: {}", "", visible(line)).expect("writing to a string cannot fail");
        }
    }
}

/// The checks as lines below a title, safe for a terminal.
pub fn lines(title: &str, checks: &[Check], paint: Paint) -> String {
    let mut out = String::new();
    paint.write(Style::Bold, &visible(title), &mut out);
    out.push('\n');
    for check in checks {
        check.write(paint, &mut out);
    }
    out
}

/// The checks in a sentence.
pub fn summary(checks: &[Check]) -> String {
    let count = |wanted: fn(Status) -> bool| checks.iter().filter(|check| wanted(check.status)).count();
    let failed = count(|status| matches!(status, Status::Fail(_)));
    let warned = count(|status| status == Status::Warn);
    let well = count(|status| status == Status::Ok);
    let warnings = if warned == 1 { "warning" } else { "warnings" };
    format!("{well} checks are well, {warned} {warnings}, {failed} failed")
}
