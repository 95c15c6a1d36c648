//! One line that moves on stderr, for what takes longer than a second, on a terminal only; and what a long walk will cost.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::http::Clock;
use crate::source::Source;
use crate::source::walk::Progress;
use crate::term::{Term, visible};

use super::context::Context;

/// Nothing moves before this much time has passed.
const PATIENCE: i64 = 1_000;
/// A walk that takes more minutes than this at the vendor's rate is told of beforehand.
const LONG_MINUTES: u64 = 2;

/// The line that moves.
pub struct Line {
    sources: Vec<Arc<dyn Source>>,
    clock: Arc<dyn Clock>,
    term: Term,
    started: Timestamp,
    /// Whether the line is shown at all.
    moves: bool,
    /// Whether the cost of a long walk is told.
    tells_cost: bool,
    bar: RefCell<Option<ProgressBar>>,
    state: RefCell<Vec<Option<Progress>>>,
}

impl Line {
    /// A line for walks over `sources`; `all` if everything is read, which may be long.
    pub fn new(context: &Context, sources: &[Arc<dyn Source>], all: bool) -> Rc<Self> {
        let quiet = context.globals.quiet;
        Rc::new(Self {
            sources: sources.to_vec(),
            clock: Arc::clone(&context.clock),
            term: context.term.clone(),
            started: context.clock.now(),
            moves: context.term.stderr_is_terminal() && !quiet && context.globals.verbose == 0,
            tells_cost: all && !quiet,
            bar: RefCell::new(None),
            state: RefCell::new(vec![None; sources.len()]),
        })
    }

    /// Takes the line away, so that something else can be said; it comes again with the next progress.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }

    /// Who is told how far each source has come.
    pub fn teller(self: &Rc<Self>) -> Rc<dyn Fn(usize, Progress)> {
        let line = Rc::clone(self);
        Rc::new(move |index, progress| line.tell(index, progress))
    }

    fn tell(&self, index: usize, progress: Progress) {
        let first = self.state.borrow_mut()[index].replace(progress).is_none();
        if first
            && self.tells_cost
            && let Some(cost) = cost(self.sources[index].as_ref(), progress)
        {
            self.clear();
            self.term.say(&cost);
        }
        if self.moves && elapsed_ms(self.started, &*self.clock) > PATIENCE {
            let text = text(&self.sources, &self.state.borrow(), self.started, &*self.clock);
            self.bar.borrow_mut().get_or_insert_with(bar).set_message(text);
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
    bar.set_style(
        ProgressStyle::with_template("  {spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn elapsed_ms(started: Timestamp, clock: &dyn Clock) -> i64 {
    clock.now().as_millisecond() - started.as_millisecond()
}

fn text(sources: &[Arc<dyn Source>], state: &[Option<Progress>], started: Timestamp, clock: &dyn Clock) -> String {
    let seen: u64 = state.iter().flatten().map(|progress| progress.seen).sum();
    let expected: Option<u64> = state.iter().map(|progress| progress.and_then(|progress| progress.expected)).sum();
    let pages: u64 = state.iter().flatten().map(|progress| progress.pages).sum();
    let waited: u64 = sources.iter().map(|source| source.usage().waited_ms).sum();
    let seconds = elapsed_ms(started, clock).max(1) as f64 / 1000.0;
    let place = if sources.len() == 1 {
        visible(sources[0].profile()).into_owned()
    } else {
        format!("{} profiles", sources.len())
    };
    let mut text = format!("{place}: {}", grouped(seen));
    if let Some(expected) = expected.filter(|expected| *expected >= seen && *expected > 0) {
        let _ = write!(text, " of {} · {} %", grouped(expected), seen * 100 / expected);
        let left = (expected - seen) as f64 / (seen.max(1) as f64 / seconds);
        let _ = write!(text, " · {} left", rough(left));
    }
    let _ = write!(text, " · {:.1} requests/s", pages as f64 / seconds);
    if waited > 0 {
        let _ = write!(text, " · waited {} for the vendor", rough(waited as f64 / 1000.0));
    }
    text
}

/// `1 contact`, `41,200 contacts`.
pub fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `41200` as `41,200`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration for people, roughly.
pub fn rough(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 90.0 => format!("{seconds:.0} s"),
        seconds if seconds < 5_400.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}

/// What the rest of a walk costs at the rate that the vendor told, if it is long.
fn cost(source: &dyn Source, progress: Progress) -> Option<String> {
    let per_minute = u64::from(source.requests_per_minute()?.max(1));
    let left = progress.expected?.checked_sub(progress.seen)?;
    let requests = left.div_ceil(u64::from(progress.page_len.max(2) - 1));
    let minutes = requests / per_minute;
    (minutes >= LONG_MINUTES).then(|| {
        format!(
            "{}: about {} requests at {per_minute} a minute, {}; --limit N asks for fewer, --max-wait sets the patience",
            visible(source.profile()),
            grouped(requests),
            rough(minutes as f64 * 60.0)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1_000, 41_200, 1_000_000].map(grouped), ["0", "999", "1,000", "41,200", "1,000,000"]);
        assert_eq!([3.2, 120.0, 9_000.0].map(rough), ["3 s", "2 min", "2.5 h"]);
    }
}
