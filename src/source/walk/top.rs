//! The first rows in the order that was asked for, with no more requests than the limit needs.

use std::collections::HashSet;

use crate::model::Text;
use crate::source::{Lane, Paging, Plan, Window};

use super::fetch::StagedPage;
use super::{Progress, Run, Stop};

/// Pages in a row without a new contact before the server is said to ignore where it is asked to start.
const IDLE_PAGES: u32 = 3;

pub(super) async fn walk<B: Send + 'static>(
    run: &mut Run<'_, B>,
    plan: &Plan,
    skip: u64,
    count: u64,
) -> Result<(), Stop> {
    if count == 0 {
        return Err(Stop::Limit);
    }
    let mut wanted = Wanted { skip, count };
    let mut seen = HashSet::new();
    let single = plan.lanes.len() == 1;
    for (index, lane) in plan.lanes.iter().enumerate() {
        let read = lane_rows(run, lane, plan, &mut wanted, &mut seen).await;
        if read.is_err() && index + 1 < plan.lanes.len() {
            // Nobody asked how much there is in the other lists.
            run.state.tally.forget_totals();
        }
        read?;
        if wanted.count == 0 && index + 1 < plan.lanes.len() {
            // The limit is filled: what the other lists hold is not asked for.
            run.state.tally.forget_totals();
            return Err(Stop::Limit);
        }
    }
    if !single {
        run.state.doubts.push("several lists were read one after the other".to_owned());
    }
    Ok(())
}

struct Wanted {
    skip: u64,
    count: u64,
}

async fn lane_rows<B: Send + 'static>(
    run: &mut Run<'_, B>,
    lane: &Lane,
    plan: &Plan,
    wanted: &mut Wanted,
    seen: &mut HashSet<Text>,
) -> Result<(), Stop> {
    let (Paging::Offset { max } | Paging::Sized { max } | Paging::Numbered { size: max }) = lane.paging;
    let all_match = plan.residual.is_empty();
    let mut fetcher = run.fetcher(lane);
    let mut len = max;
    if all_match && !matches!(lane.paging, Paging::Numbered { .. }) {
        len = u32::try_from(wanted.skip.saturating_add(wanted.count)).unwrap_or(max).clamp(1, max);
    }
    // The vendor passes over rows itself where any offset will do and every row counts.
    let mut start = 0;
    let pushed_down = all_match && plan.lanes.len() == 1 && matches!(lane.paging, Paging::Offset { .. });
    if pushed_down {
        start = std::mem::take(&mut wanted.skip);
        len = u32::try_from(wanted.count).unwrap_or(max).clamp(1, max);
    }
    let (mut first_total, mut last_total, mut idle, mut pages) = (None, None, 0, 0);
    let elsewhere = seen.clone();
    loop {
        if all_match && matches!(lane.paging, Paging::Offset { .. }) {
            len = u32::try_from(wanted.skip.saturating_add(wanted.count)).unwrap_or(max).clamp(1, max);
        }
        let window = Window { start, len };
        let page = fetcher.take(window, 1, |_| None).await?;
        pages += 1;
        run.state.tally.pages += 1;
        if pages == 1 {
            first_total = page.total;
        }
        last_total = page.total.or(last_total);
        let rows = page.rows.len() as u64;
        if matches!(lane.paging, Paging::Numbered { .. }) && start == 0 && rows > 0 {
            len = u32::try_from(rows).unwrap_or(len);
        }
        let more = follows(lane, Window { start, len }, &page);
        run.state.doubts.extend(page.emptiness_denied(lane, start));
        start += if matches!(lane.paging, Paging::Offset { .. }) { rows } else { u64::from(len) };
        let mut good = Vec::new();
        let (mut fresh, mut left) = (0, false);
        for row in page.rows {
            if seen.contains(&row.id) {
                run.state.tally.duplicates += 1;
                run.state.tally.repeated += u64::from(!elsewhere.contains(&row.id));
                continue;
            }
            seen.insert(row.id);
            fresh += 1;
            let Some(place) = row.place else { continue };
            if wanted.skip > 0 {
                wanted.skip -= 1;
            } else if wanted.count > 0 {
                wanted.count -= 1;
                good.push(place);
            } else {
                left = true;
            }
        }
        run.state.tally.seen += fresh;
        run.emit(page.batch, good)?;
        let seen = run.state.tally.seen;
        run.sink.progress(Progress { pages: run.state.tally.pages, seen, expected: last_total, page_len: len });
        if wanted.count == 0 {
            run.state.tally.add_totals(first_total.filter(|_| lane.counted), last_total.filter(|_| lane.counted));
            // All there is may be just what was asked for.
            if more || left {
                return Err(Stop::Limit);
            }
            finish(run, pages, lane);
            return Ok(());
        }
        idle = if fresh == 0 { idle + 1 } else { 0 };
        if !more || idle >= IDLE_PAGES {
            if idle >= IDLE_PAGES {
                run.state
                    .doubts
                    .push("the server gave the same contacts again wherever it was asked to start".to_owned());
            }
            run.state.tally.add_totals(first_total.filter(|_| lane.counted), last_total.filter(|_| lane.counted));
            finish(run, pages, lane);
            return Ok(());
        }
    }
}

fn finish<B: Send + 'static>(run: &mut Run<'_, B>, pages: u32, lane: &Lane) {
    if pages <= 1 {
        run.proofs.push("one reply held all".to_owned());
    } else {
        run.state.doubts.push(format!("the pages of `{}` were read in an order that proves nothing", lane.path));
    }
}

/// Whether another page may hold rows.
fn follows<B>(lane: &Lane, window: Window, page: &StagedPage<B>) -> bool {
    let rows = page.rows.len() as u64;
    if rows == 0 {
        return false;
    }
    if let Some(more) = page.more {
        return more || page.total.is_some_and(|total| lane.counted && total > window.start + rows);
    }
    match page.total {
        Some(total) if lane.counted => total > window.start + rows,
        _ => rows >= u64::from(window.len),
    }
}
