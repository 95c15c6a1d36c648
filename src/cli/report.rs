//! The report of a query (`--report`): what each profile answered, and how far the answer can be trusted.

use serde_json::{Value, json};

use crate::model::Time;

use super::ask::Answer;
use super::context::Context;
use super::failure::{Failure, ascii_json};

/// The report as JSON. `failures` are those of profiles that could not be asked.
fn report(exit_code: u8, answers: &[Answer], failures: &[Failure]) -> Value {
    let mut profiles: Vec<Value> = answers.iter().map(answer_json).collect();
    profiles.extend(failures.iter().filter(|failure| failure.profile.is_some()).map(|failure| {
        json!({
            "profile": failure.profile, "vendor": failure.vendor, "verdict": "partial", "basis": "it could not be asked",
            "requests": 0, "retries": 0, "waited_ms": 0, "pages": 0, "rows": 0, "duplicates": 0,
            "vendor_total": { "before": null, "after": null }, "started_at": null, "finished_at": null,
            "as_of": null, "gap": null, "warnings": [], "refreshed": null, "error": failure.to_json(),
        })
    }));
    json!({ "exit_code": exit_code, "profiles": profiles })
}

fn answer_json(answer: &Answer) -> Value {
    let Answer { profile, vendor, outcome, usage, started_at, finished_at, gap, as_of, warnings, refreshed, failure } =
        answer;
    let tally = &outcome.tally;
    let error = outcome.error.as_ref().map(|error| Failure::from_source(error, profile, vendor));
    let error = error.or_else(|| failure.clone());
    let time = |at: jiff::Timestamp| Time::from_timestamp(at).to_string();
    json!({
        "profile": profile,
        "vendor": vendor,
        "verdict": outcome.verdict.as_str(),
        "basis": outcome.basis,
        "requests": usage.requests,
        "retries": usage.retries,
        "waited_ms": usage.waited_ms,
        "pages": tally.pages,
        "rows": tally.rows,
        "duplicates": tally.duplicates,
        "vendor_total": { "before": tally.total_before, "after": tally.total_after },
        "started_at": time(*started_at),
        "finished_at": time(*finished_at),
        "as_of": as_of.map(time),
        "gap": gap,
        "warnings": warnings,
        "refreshed": refreshed.as_ref().map(|refreshed| json!({ "read": refreshed.read, "gone": refreshed.gone })),
        "error": error.map(|failure| failure.of(profile, vendor).to_json()),
    })
}

/// Writes the report to where one is wanted.
pub fn write(context: &Context, exit_code: u8, answers: &[Answer], failures: &[Failure]) -> Result<(), Failure> {
    let Some(place) = context.report() else { return Ok(()) };
    context.set_reported();
    let report = report(exit_code, answers, failures);
    place.write(format!("{report}\n").as_bytes(), "the report", |_| {
        context.term.write_err(format!("{}\n", ascii_json(&report.to_string())).as_bytes());
    })
}
