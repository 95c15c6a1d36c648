//! Walking an immutable unique order in windows that overlap by a row.
//!
//! A page whose first id is not above the last proved id, and whose ids ascend, holds every contact between that id and
//! its own last id that was there when it was read. Pages accepted one after the other so cover the whole order without
//! a gap, whatever was deleted, added or renamed between the requests, and however many of them were under way at once.

use std::cmp::Ordering;

use crate::source::{ErrorKind, Lane, Order, Paging, SourceError, Window};

use super::fetch::StagedPage;
use super::sweep::has_collapsed;
use super::{Progress, Run, Stop};

/// Pages in a row that bring nothing new before the server is said to ignore where it is asked to start.
const IDLE_PAGES: u32 = 4;
/// Looks behind the end that each find newcomers, fewer than half a page, before the walk leaves them to the next.
const MOST_CHASES: u32 = 30;
/// Steps back after deletions before the walk gives up.
const STEPS_BACK: u32 = 40;

/// Compares ids as the lane's order does.
pub(super) fn compare_ids(order: Order, left: &str, right: &str) -> Ordering {
    if order == Order::IdNumber {
        let (l, r) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
        l.len().cmp(&r.len()).then_with(|| l.cmp(r))
    } else {
        left.as_bytes().cmp(right.as_bytes())
    }
}

/// Page sizes up to this one leave places where no page begins before and ends behind (up to the 27,720th row none for it).
const LEAST_SIZED: u32 = 11;

/// The window that brings most new rows from `next` on while holding the row before it.
fn window_at(paging: Paging, cap: u32, next: u64) -> Window {
    let Some(overlap) = next.checked_sub(1) else { return Window { start: 0, len: cap } };
    match paging {
        Paging::Sized { .. } => (1..=cap)
            .map(|len| Window { start: overlap / u64::from(len) * u64::from(len), len })
            .max_by_key(|window| (end(*window), window.len))
            .filter(|window| end(*window) > next)
            .unwrap_or(Window { start: next / u64::from(cap) * u64::from(cap), len: cap }),
        Paging::Offset { .. } | Paging::Numbered { .. } => Window { start: overlap, len: cap },
    }
}

fn end(window: Window) -> u64 {
    window.start + u64::from(window.len)
}

pub(super) async fn walk<B: Send + 'static>(run: &mut Run<'_, B>, lane: &Lane) -> Result<(), Stop> {
    let (Paging::Offset { max } | Paging::Sized { max } | Paging::Numbered { size: max }) = lane.paging;
    let least = if matches!(lane.paging, Paging::Sized { .. }) { LEAST_SIZED } else { 2 };
    let mut cap = max.max(least);
    let mut fetcher = run.fetcher(lane);
    let mut concurrency = 1;
    let mut hint = None;
    let (mut first_total, mut last_total) = (None, None);
    let (mut idle, mut steps_back, mut chases) = (0, 0, 0);
    let mut next = run.state.next;
    let mut waited = run.source.usage().waited_ms;
    loop {
        let window = window_at(lane.paging, cap, next);
        let following = |before: Window| {
            let at = end(before);
            hint.is_none_or(|hint| at < hint).then(|| window_at(lane.paging, cap, at)).filter(|w| end(*w) > at)
        };
        // Who does not know where the end is looks ahead by half of what the list was seen to hold, and no further.
        let seen = usize::try_from(run.state.tally.pages / 2).unwrap_or(usize::MAX).max(1);
        let ahead = if hint.is_none() { concurrency.min(seen) } else { concurrency };
        let page = fetcher.take(window, ahead, following).await?;
        run.state.tally.pages += 1;
        if first_total.is_none() {
            first_total = page.total;
        }
        last_total = page.total.or(last_total);
        // A total that was passed is a total that lies (ChatbotX caps it at 10,000). One that was just reached is believed
        // until the next page shows more.
        hint = page.total.or(hint).filter(|hint| *hint >= end(window) || page.rows.len() < window.len as usize);
        if !is_ascending(lane, &page) {
            if run.state.watermark.is_some() || run.state.lane > 0 {
                return Err(unwalkable(lane, "it does not sort by id as it was asked to"));
            }
            // Nothing is given out yet: read it as a list whose order proves nothing.
            run.seen.forget_order();
            return super::counted::walk(run, lane).await;
        }
        let position = if window.start >= next && next > 0 {
            // The server gives so few rows at once that no window overlaps here.
            run.state.doubts.push("some pages could not be read with an overlap".to_owned());
            Place::Joined
        } else {
            classify(lane, window, &page, run.state.watermark.as_deref())
        };
        let (rows, total) = (page.rows.len(), page.total);
        let ended = is_end(window, &page);
        let (asked_end, page_len) = (window.start + rows as u64, rows);
        match position {
            Place::Gap => {
                // Something below was deleted: what was ahead has moved down. Step back until the page overlaps again.
                steps_back += 1;
                if steps_back > STEPS_BACK {
                    return Err(unwalkable(lane, "its pages do not join"));
                }
                let step = u64::from(cap) / 2 * (1 << steps_back.min(20)) / 2;
                next = window.start.saturating_sub(step.max(1));
                continue;
            }
            Place::Joined => {}
        }
        steps_back = 0;
        let mut good = Vec::with_capacity(rows);
        let proved = run.state.watermark.as_deref().map_or(0, |mark| {
            page.rows.partition_point(|row| compare_ids(lane.order, &row.id, mark) != Ordering::Greater)
        });
        let fresh = (rows - proved) as u64;
        for row in &page.rows[proved..] {
            if run.is_new(&row.id)? {
                good.extend(row.place);
            } else {
                run.state.tally.duplicates += 1;
            }
        }
        if let Some(last) = page.rows[proved..].last() {
            run.state.watermark = Some(last.id.clone());
        }
        run.state.lane_seen += fresh;
        run.state.tally.seen += fresh;
        next = asked_end;
        run.state.next = next;
        run.emit(page.batch, good)?;
        run.checkpoint()?;
        let progress =
            Progress { pages: run.state.tally.pages, seen: run.state.tally.seen, expected: hint, page_len: cap };
        run.sink.progress(progress);
        match ended {
            End::Certain => break,
            // The page is short and nothing else says why: the end, or a server that gives fewer rows than asked for.
            End::Possible if fresh == 0 => {
                if let Some(total) = total.filter(|total| lane.counted && *total > asked_end) {
                    run.state
                        .doubts
                        .push(format!("the server counts {total} contacts but gives none behind {asked_end}"));
                }
                break;
            }
            End::Possible if chases == MOST_CHASES => {
                run.state.doubts.push("new contacts came at the end faster than they could be read".to_owned());
                break;
            }
            End::Possible => {
                chases += u32::from(fresh * 2 < u64::from(window.len));
                if page_len > 1 && window.start == 0 {
                    cap = u32::try_from(page_len).unwrap_or(cap).clamp(2, cap);
                }
                concurrency = 1;
            }
            End::No => {
                chases = 0;
                idle = if fresh == 0 { idle + 1 } else { 0 };
                if idle >= IDLE_PAGES {
                    return Err(unwalkable(lane, "it gives the same contacts again wherever it is asked to start"));
                }
                let waited_now = run.source.usage().waited_ms;
                concurrency = adapt(concurrency, run.options.concurrency, waited_now > waited);
                waited = waited_now;
            }
        }
    }
    let (first_total, last_total) = (first_total.filter(|_| lane.counted), last_total.filter(|_| lane.counted));
    let before = run.state.lane_seen.max(first_total.unwrap_or(0));
    if has_collapsed(before, next) {
        run.state
            .doubts
            .push(format!("the list `{}` shrank from {before} contacts to {next} while it was read", lane.name));
    }
    run.state.tally.add_totals(first_total, last_total);
    run.state.lane_rows.push(run.state.lane_seen);
    run.proofs.push("order by id, every seam proved".to_owned());
    Ok(())
}

/// Doubles up to the limit; once the vendor made the walk wait, more at once is no faster.
fn adapt(concurrency: usize, most: usize, waited: bool) -> usize {
    if waited { (concurrency / 2).max(1) } else { (concurrency * 2).min(most.max(1)) }
}

enum Place {
    /// It holds everything from the watermark on.
    Joined,
    /// It begins above the watermark.
    Gap,
}

fn classify<B>(lane: &Lane, window: Window, page: &StagedPage<B>, watermark: Option<&str>) -> Place {
    if window.start == 0 {
        return Place::Joined;
    }
    match (page.rows.first(), watermark) {
        (Some(first), Some(mark)) if compare_ids(lane.order, &first.id, mark) != Ordering::Greater => Place::Joined,
        _ => Place::Gap,
    }
}

enum End {
    No,
    Possible,
    Certain,
}

/// A short page ends the lane if something else agrees: the vendor's total, its word that nothing follows, or the limit it echoes.
fn is_end<B>(window: Window, page: &StagedPage<B>) -> End {
    let rows = page.rows.len() as u64;
    let short = rows < u64::from(window.len);
    let agrees = page.total.is_some_and(|total| total <= window.start + rows)
        || page.more == Some(false)
        || page.limit == Some(window.len) && page.total.is_none();
    match (short, agrees) {
        (false, _) => End::No,
        (true, true) => End::Certain,
        (true, false) => End::Possible,
    }
}

fn is_ascending<B>(lane: &Lane, page: &StagedPage<B>) -> bool {
    page.rows.windows(2).all(|pair| compare_ids(lane.order, &pair[0].id, &pair[1].id) == Ordering::Less)
}

fn unwalkable(lane: &Lane, why: &str) -> Stop {
    let message = format!("the list `{}` cannot be read to its end: {why}", lane.path);
    Stop::Failed(
        SourceError::new(ErrorKind::Vendor, message).with_hint("what was printed is good; ask again, or with --limit"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_by_a_row_and_lose_little() {
        for paging in [Paging::Offset { max: 50 }, Paging::Sized { max: 50 }] {
            let (mut next, mut requests) = (0, 0);
            while next < 100_000u64 {
                let window = window_at(paging, 50, next);
                assert!(window.start <= next.saturating_sub(1), "{paging:?} {next}");
                assert!(end(window) > next, "{paging:?} {next}");
                if matches!(paging, Paging::Sized { .. }) {
                    assert_eq!(window.start % u64::from(window.len), 0);
                }
                next = end(window);
                requests += 1;
            }
            assert!(requests < 2_450, "{paging:?}: {requests} requests instead of 2,000");
        }
    }

    #[test]
    fn numbers_compare_as_numbers() {
        assert_eq!(compare_ids(Order::IdNumber, "9", "10"), Ordering::Less);
        assert_eq!(compare_ids(Order::IdBytes, "9", "10"), Ordering::Greater);
    }
}
