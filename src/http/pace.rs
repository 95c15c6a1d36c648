//! When a request may go out: what is left of the rate limit of its route, and who was told to wait.
//!
//! Knows waits and budgets; nothing of requests. A route is a path with its ids left out: vendors count per endpoint.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::share::Shared;
use super::{Budget, Clock, Event, Trace};

/// A longer wait is slept in pieces, so that a clock that was set back does not stretch it.
const LONGEST_SLEEP: Duration = Duration::from_mins(2);

/// Times of one window's end as told by different replies differ by this much at most.
const SAME_WINDOW: Duration = Duration::from_secs(2);

/// Those who wait for one moment go on spread over this much.
const SPREAD: Duration = Duration::from_millis(250);

/// The window of a rate limit, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Requests in it.
    pub limit: u32,
    /// Requests left, those on their way taken off.
    pub remaining: u32,
    /// When it ends.
    pub ends: Timestamp,
    /// How long a window is, as far as was seen.
    pub length: Duration,
}

impl Window {
    /// This window, or the one that began when it ended, into which requests `in_flight` may fall.
    fn at(self, now: Timestamp, in_flight: u32) -> Self {
        if now < self.ends {
            return self;
        }
        let remaining = self.limit.saturating_sub(in_flight).max(1);
        Self { remaining, ends: later(now, self.length), ..self }
    }

    /// What two accounts of the same limit come to; of one window the smaller number holds, else the later window does.
    pub fn merged(self, other: Self) -> Self {
        let length = self.length.max(other.length);
        let (early, late) = if self.ends <= other.ends { (self, other) } else { (other, self) };
        let same = between(early.ends, late.ends) <= SAME_WINDOW;
        let remaining = if same { early.remaining.min(late.remaining) } else { late.remaining };
        Self { remaining, length, ..late }
    }
}

/// Why a request may not go out within the patience that is left.
#[derive(Debug)]
pub(super) struct Impatient {
    /// What the wait would have been.
    pub asked: Duration,
    /// Who asked for it.
    pub reason: String,
}

/// Lets requests out, one route apart from another, and keeps account of the waiting.
pub(super) struct Pacer {
    clock: Arc<dyn Clock>,
    trace: Arc<dyn Trace>,
    max_wait: Duration,
    shared: Option<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    routes: HashMap<String, Route>,
    /// Time spent waiting; what several waited for at once counts once.
    spent: Duration,
    /// Up to when waiting is accounted for.
    covered: Option<Timestamp>,
}

#[derive(Default)]
struct Route {
    blocked: Option<(Timestamp, String)>,
    window: Option<Window>,
    in_flight: u32,
    /// A good reply came that told of no limit.
    unlimited: bool,
}

/// A request on its way.
pub(super) struct Ticket<'p> {
    pacer: &'p Pacer,
    route: String,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.pacer.state();
        if let Some(route) = state.routes.get_mut(&self.route) {
            route.in_flight = route.in_flight.saturating_sub(1);
            if route.in_flight == 0 && route.blocked.is_none() && route.window.is_none() && !route.unlimited {
                state.routes.remove(&self.route);
            }
        }
    }
}

/// The route of a URL's path: its segments that are ids stand as `*`.
pub(super) fn route(path: &str) -> String {
    let is_id = |segment: &str| {
        let numeric = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        numeric || segment.contains(':') || segment.contains('%')
    };
    path.split('/').map(|segment| if is_id(segment) { "*" } else { segment }).collect::<Vec<_>>().join("/")
}

impl Pacer {
    pub fn new(clock: Arc<dyn Clock>, trace: Arc<dyn Trace>, max_wait: Duration, shared: Option<Shared>) -> Self {
        Self { clock, trace, max_wait, shared, state: Mutex::default() }
    }

    /// Waits until a request may go out on `route`.
    pub async fn admit(&self, route: &str) -> Result<Ticket<'_>, Impatient> {
        while let Some((asked, reason)) = self.obstacle(route) {
            self.wait(asked, reason).await?;
        }
        Ok(Ticket { pacer: self, route: route.to_owned() })
    }

    /// What keeps a request from going out; if nothing does, it counts as gone.
    fn obstacle(&self, name: &str) -> Option<(Duration, String)> {
        let now = self.clock.now();
        let mut state = self.state();
        let route = state.routes.entry(name.to_owned()).or_default();
        if let Some((until, reason)) = &route.blocked {
            if *until > now {
                return Some((between(now, *until), reason.clone()));
            }
            route.blocked = None;
        }
        let mut take = |window: Option<Window>| -> (Option<Window>, Option<(Duration, String)>) {
            let Some(window) = window.or(route.window).map(|window| window.at(now, route.in_flight)) else {
                return (None, None);
            };
            if window.remaining == 0 {
                route.window = Some(window);
                let reason = format!("the rate limit ({} requests in a window) is used up", window.limit);
                return (Some(window), Some((between(now, window.ends), reason)));
            }
            let window = Window { remaining: window.remaining - 1, ..window };
            route.window = Some(window);
            (Some(window), None)
        };
        let obstacle = match &self.shared {
            Some(shared) => shared.update(name, now, &mut take),
            None => take(None).1,
        };
        if obstacle.is_none() {
            route.in_flight += 1;
        }
        obstacle
    }

    /// Takes note of what a reply told of the limit; `good` if it is the answer.
    pub fn observe(&self, ticket: Ticket<'_>, budget: Option<Budget>, good: bool) {
        let now = self.clock.now();
        let mut state = self.state();
        let route = state.routes.entry(ticket.route.clone()).or_default();
        if let Some(budget) = budget {
            let told = Window {
                limit: budget.limit,
                remaining: budget.remaining.saturating_sub(route.in_flight.saturating_sub(1)),
                ends: later(now, budget.reset_in),
                length: budget.reset_in,
            };
            let mut note = |window: Option<Window>| {
                // Of a window already known, requests on their way are taken off already.
                let same =
                    |known: &Window| between(known.ends, told.ends).max(between(told.ends, known.ends)) <= SAME_WINDOW;
                let known = window.or(route.window).filter(|known| known.ends > now);
                let told = if known.as_ref().is_some_and(same) {
                    Window { remaining: budget.remaining, ..told }
                } else {
                    told
                };
                let merged = known.map_or(told, |known| known.merged(told));
                route.window = Some(merged);
                (Some(merged), ())
            };
            match &self.shared {
                Some(shared) => shared.update(&ticket.route, now, &mut note),
                None => note(None).1,
            }
        } else if good {
            route.window = None;
            route.unlimited = true;
        }
        drop(state);
        drop(ticket);
    }

    /// Makes everyone on `route` wait.
    pub fn block(&self, route: &str, wait: Duration, reason: String) {
        let until = later(self.clock.now(), wait);
        let mut state = self.state();
        let route = state.routes.entry(route.to_owned()).or_default();
        if route.blocked.as_ref().is_none_or(|(blocked, _)| *blocked < until) {
            route.blocked = Some((until, reason));
        }
    }

    /// What is left on `route`, if the vendor said so; `Ok(None)` if it said nothing, `Err` if nothing was heard yet.
    pub fn budget(&self, route: &str) -> Result<Option<Budget>, Unheard> {
        let now = self.clock.now();
        let state = self.state();
        let Some(route) = state.routes.get(route) else { return Err(Unheard) };
        match route.window {
            Some(window) => {
                let window = window.at(now, route.in_flight);
                Ok(Some(Budget {
                    limit: window.limit,
                    remaining: window.remaining,
                    reset_in: between(now, window.ends),
                }))
            }
            None if route.unlimited => Ok(None),
            None => Err(Unheard),
        }
    }

    /// Time spent waiting for rate limits.
    pub fn spent(&self) -> Duration {
        self.state().spent
    }

    async fn wait(&self, asked: Duration, reason: String) -> Result<(), Impatient> {
        let piece = asked.min(LONGEST_SLEEP);
        let spread = if piece == asked { SPREAD.mul_f64(self.clock.chance()) } else { Duration::ZERO };
        let news = {
            let now = self.clock.now();
            let mut state = self.state();
            let covered = state.covered.map_or(Duration::ZERO, |covered| between(now, covered));
            if state.spent + asked.saturating_sub(covered) > self.max_wait {
                return Err(Impatient { asked, reason });
            }
            let extra = piece.saturating_sub(covered);
            state.spent += extra;
            state.covered = state.covered.max(Some(later(now, piece)));
            !extra.is_zero()
        };
        if news {
            self.trace.event(&Event::Wait { duration: piece, reason });
        }
        self.clock.sleep(piece + spread).await;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing was heard of a route's limit yet.
#[derive(Debug)]
pub(super) struct Unheard;

/// Time from `from` to `to`; none if it is past.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

fn later(time: Timestamp, wait: Duration) -> Timestamp {
    time.checked_add(wait).unwrap_or(Timestamp::MAX)
}
