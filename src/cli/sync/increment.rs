//! Reading what changed since the last sync, and whether that is enough.
//!
//! Deletions show only in the count: where the vendor counts another number of contacts than is stored, everything is
//! read again at once. Where it does not count, that is done once a day.

use jiff::{SignedDuration, Timestamp};

use crate::mirror::{Batch, Pass, Proof, Store};
use crate::model::Time;
use crate::source::walk::{Outcome, Tally, Verdict};
use crate::source::{Lane, Paging, Window};

use super::super::failure::Failure;
use super::super::progress::counted;
use super::Job;

/// Pages that an increment reads at most before a full walk is cheaper to trust.
const MOST_PAGES: u64 = 200;
/// How far back before the last sync changes are read again, for servers whose clocks differ.
const OVERLAP: SignedDuration = SignedDuration::from_mins(2);
/// Where the vendor does not count its contacts, everything is read again after this long.
const UNCOUNTED: SignedDuration = SignedDuration::from_hours(24);
/// How often changes are read before a count that differs is believed; contacts come and go meanwhile.
const ATTEMPTS: u32 = 2;

/// What an increment says of the mirror.
pub enum Increment {
    /// It has what the vendor has, as far as can be told.
    Enough(Outcome),
    /// Something was missed, for this reason.
    WalkAll(String),
}

/// What the vendor said while changes were read.
enum Changes {
    /// All were read.
    Read {
        /// How many contacts the vendor counts, if it does and its counts agreed.
        total: Option<u64>,
        /// Whether the counts moved in between.
        moved: bool,
        /// When the contact changed that changed last.
        newest: Option<Time>,
        /// Pages of them.
        pages: u64,
    },
    /// They cannot be told from the others.
    Unclear(&'static str),
}

/// Reads what changed since `since`; the last proved walk began at `exact_at`.
pub async fn read(
    job: &Job<'_>,
    store: &mut Store,
    lanes: &[Lane],
    since: Time,
    exact_at: Timestamp,
) -> Result<Increment, Failure> {
    let mut batch = store.begin_sync(&job.target, Pass::Increment, job.now()).map_err(|error| job.of_mirror(error))?;
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let changes = match changes(job, lanes, since, &mut batch).await {
            Ok(changes) => changes,
            Err(failure) => {
                batch.finish(Proof::Partial, job.now()).map_err(|error| job.of_mirror(error))?;
                return Err(failure);
            }
        };
        let (total, moved, newest, pages) = match changes {
            Changes::Read { total, moved, newest, pages } => (total, moved, newest, pages),
            Changes::Unclear(unclear) => {
                unclear.clone_into(&mut why);
                break;
            }
        };
        let tally = Tally { pages, total_before: total, total_after: total, ..Tally::default() };
        let stored = batch.contacts(job.now()).map_err(|error| job.of_mirror(error))?;
        match total {
            Some(total) if total == stored && !moved => {
                // They may be gone, and as many others may never have been met.
                if let missing @ 1.. = batch.missing().map_err(|error| job.of_mirror(error))? {
                    why = format!("the last full walk did not meet {}", counted(missing, "contact"));
                    break;
                }
                return finish(job, batch, since, newest, None, tally).map(Increment::Enough);
            }
            Some(total) => why = format!("the vendor counts {total} contacts, the mirror holds {stored}"),
            None if job.now().duration_since(exact_at) > UNCOUNTED => {
                why = format!("the vendor does not count, and everything was last read {}", at(exact_at));
                break;
            }
            None => {
                return finish(job, batch, since, newest, Some(exact_at), tally).map(Increment::Enough);
            }
        }
    }
    batch.finish(Proof::Partial, job.now()).map_err(|error| job.of_mirror(error))?;
    Ok(Increment::WalkAll(why))
}

fn at(time: Timestamp) -> Time {
    Time::from_timestamp(time)
}

/// Ends an increment that was enough. Without a count, what was deleted since `uncounted` is not known.
fn finish(
    job: &Job<'_>,
    mut batch: Batch<'_>,
    since: Time,
    newest: Option<Time>,
    uncounted: Option<Timestamp>,
    tally: Tally,
) -> Result<Outcome, Failure> {
    batch.set_bookmark(newest.unwrap_or(since).to_string());
    let proof = if uncounted.is_none() { Proof::Exact } else { Proof::Changed };
    let report = batch.finish(proof, job.now()).map_err(|error| job.of_mirror(error))?;
    let unknown = uncounted.map(|exact_at| format!("; what was deleted since {} is not known", at(exact_at)));
    job.say(&format!(
        "{} changed, {} new since {since}; {} requests{}",
        report.changed,
        report.added,
        job.source.usage().requests,
        unknown.as_deref().unwrap_or_default()
    ));
    let rows = report.rows;
    Ok(Outcome {
        verdict: Verdict::Exact,
        basis: format!("what changed since {since}{}", unknown.unwrap_or_default()),
        tally: Tally { rows, seen: rows, ..tally },
        error: None,
    })
}

/// Reads every list, what changed last first, back to `since`.
async fn changes(job: &Job<'_>, lanes: &[Lane], since: Time, batch: &mut Batch<'_>) -> Result<Changes, Failure> {
    let back_to = since.timestamp().checked_sub(OVERLAP).unwrap_or(Timestamp::MIN);
    let (mut sum, mut moved, mut firsts, mut pages) = (Some(0), false, Vec::new(), 0);
    for lane in lanes {
        let (Paging::Offset { max: len } | Paging::Sized { max: len } | Paging::Numbered { size: len }) = lane.paging;
        let (mut start, mut first_total, mut above) = (0, None, None);
        loop {
            let page = job.source.page(lane, Window { start, len }).await.map_err(|error| job.of_source(&error))?;
            pages += 1;
            let times: Vec<Option<Time>> = page.rows.iter().map(|row| row.updated_at).collect();
            let ordered = above.into_iter().chain(times.iter().copied()).is_sorted_by(|a, b| a >= b);
            if !ordered || times.contains(&None) {
                return Ok(Changes::Unclear("the vendor does not list first what changed last"));
            }
            if start == 0 {
                first_total = page.total.filter(|_| lane.counted);
                firsts.push(times.first().copied().flatten());
            }
            moved |= page.total.is_some() && lane.counted && page.total != first_total;
            let rows = page.rows.len() as u64;
            above = times.last().copied();
            let oldest = above.flatten();
            batch.page(page.rows, None, job.now()).map_err(|error| job.of_mirror(error))?;
            if rows < u64::from(len) || oldest.is_none_or(|oldest| oldest.timestamp() < back_to) {
                break;
            }
            start += rows;
            if start / u64::from(len) >= MOST_PAGES {
                return Ok(Changes::Unclear("more changed than is read one by one"));
            }
        }
        // Some count only what is asked for one by one.
        let total = match first_total {
            None if lane.counted => one_by_one(job, lane).await?,
            total => total,
        };
        sum = sum.zip(total).map(|(sum, total)| sum + total);
    }
    Ok(Changes::Read { total: sum, moved, newest: newest_of(firsts), pages })
}

async fn one_by_one(job: &Job<'_>, lane: &Lane) -> Result<Option<u64>, Failure> {
    let page = job.source.page(lane, Window { start: 0, len: 1 }).await;
    Ok(page.map_err(|error| job.of_source(&error))?.total)
}

/// What to begin with next time, of the newest change of each list: nothing before it was missed. Lists without a contact
/// say nothing.
pub fn newest_of(firsts: Vec<Option<Time>>) -> Option<Time> {
    firsts.into_iter().flatten().min()
}
