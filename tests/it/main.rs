//! The program from outside: the built binary, run in an empty environment, against a sandbox or a small server of the test's own.
//!
//! What is promised to users and scripts is tested here; how it is made is tested beside the code.

#![expect(clippy::unwrap_used, clippy::wrong_self_convention, clippy::disallowed_methods, reason = "a test may panic")]

mod api;
mod churn;
mod codes;
#[cfg(unix)]
mod completions;
mod contract;
mod doctor;
mod examples;
mod faults;
mod harness;
mod input;
mod kills;
mod mirror;
mod mock;
mod places;
mod profile;
mod queries;
#[cfg(unix)]
mod screen;
mod secrets;
mod single;
mod streams;
#[cfg(unix)]
mod terminal;
mod texts;
mod vendors;
