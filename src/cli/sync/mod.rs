//! `contacts sync`: fills and refreshes the local mirror.
//!
//! The first time everything is walked, resumably; later what changed lately, where the vendor can sort so and the last
//! full walk was proved. Rows vanish only after a walk with the verdict exact.

mod full;
mod increment;
mod labels;
mod writer;

use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::config::Profile;
use crate::config::{History, duration};
use crate::mirror::{MirrorError, Mode, Store, SyncTarget};
use crate::model::{Query, Time};
use crate::source::walk::{Outcome, Verdict};
use crate::source::{Lane, Plan, Source, SourceError, Traversal};

use super::ask::{Answer, abandoned, answered};
use super::context::{Context, Opened};
use super::failure::{Failure, FailureKind, combined};
use super::interrupt;
use super::progress::Line;
use super::{report, store};

use increment::Increment;

/// Options of `contacts sync`.
#[derive(Args, Clone, Debug)]
pub struct SyncArgs {
    /// Walk everything again, not only what changed
    #[arg(long)]
    full: bool,
    /// Stay, and refresh again and again after this long
    #[arg(long, allow_hyphen_values = true, value_name = "INTERVAL", value_parser = duration::parse_positive)]
    watch: Option<Duration>,
}

/// Runs `contacts sync`.
pub fn run(context: &Context, args: &SyncArgs) -> Result<ExitCode, Failure> {
    // Before the first vendor is asked, and where waiting for a command or a keyring holds up nothing.
    store::key(context, Mode::Write)?;
    loop {
        let opened = context.open_vendors()?;
        let code = once(context, &opened, args.full);
        let Some(interval) = args.watch else { return Ok(ExitCode::from(code)) };
        // What only a person can mend is not tried for ever.
        let ended = [FailureKind::Interrupted, FailureKind::Config, FailureKind::Auth, FailureKind::NotFound];
        if ended.iter().any(|kind| kind.code() == code) {
            return Ok(ExitCode::from(code));
        }
        if context.block_on(interrupt::unless_interrupted(context.clock.sleep(interval))).is_none() {
            return Ok(ExitCode::from(FailureKind::Interrupted.code()));
        }
    }
}

fn once(context: &Context, opened: &Opened, full: bool) -> u8 {
    let mut kinds = Vec::new();
    for failure in &opened.failures {
        context.tell(failure);
        kinds.push(failure.kind);
    }
    let (mut done, mut answers) = (0, Vec::new());
    let report = |code: u8, answers: &[Answer]| {
        if let Err(failure) = report::write(context, code, answers, &opened.failures) {
            context.tell(&failure);
        }
        code
    };
    for source in &opened.sources {
        let started = context.clock.now();
        let line = Line::new(context, std::slice::from_ref(source), true);
        let synced = context.block_on(interrupt::unless_interrupted(sync(context, opened, source, full, &line)));
        line.clear();
        let now = context.clock.now();
        let answer = match synced {
            None => {
                context.say("interrupted; what was stored is kept, and the next sync goes on");
                answers.push(abandoned(source.as_ref(), "it was interrupted", started, now));
                return report(FailureKind::Interrupted.code(), &answers);
            }
            Some(Ok(outcome)) => {
                done += usize::from(outcome.error.is_none());
                if let Some(error) = &outcome.error {
                    let failure = Failure::from_source(error, source.profile(), source.vendor());
                    context.tell(&failure.clone().hint("the next sync goes on from here"));
                    kinds.push(failure.kind);
                } else if outcome.verdict != Verdict::Exact {
                    kinds.push(FailureKind::Incomplete);
                }
                answered(source.as_ref(), outcome, started, now)
            }
            Some(Err(failure)) => {
                context.tell(&failure);
                kinds.push(failure.kind);
                let answer = abandoned(source.as_ref(), "an error cut it short", started, now);
                Answer { failure: Some(failure), ..answer }
            }
        };
        answers.push(answer);
    }
    let kind = if done > 0 && !kinds.is_empty() { Some(FailureKind::Incomplete) } else { combined(kinds) };
    report(kind.map_or(0, FailureKind::code), &answers)
}

/// One profile being synced.
struct Job<'a> {
    context: &'a Context,
    source: &'a Arc<dyn Source>,
    /// Whose contacts they are.
    target: SyncTarget<'a>,
    plan: Plan,
    /// The lists that begin with what changed last, where the vendor can sort so.
    newest: Option<Vec<Lane>>,
    line: &'a Rc<Line>,
}

impl Job<'_> {
    fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    fn of_source(&self, error: &SourceError) -> Failure {
        Failure::from_source(error, self.source.profile(), self.source.vendor())
    }

    fn of_mirror(&self, error: MirrorError) -> Failure {
        self.of_source(&error.into())
    }

    /// Says something of this profile.
    fn say(&self, what: &str) {
        self.line.clear();
        self.context.say(&format!("{}: {what}", self.source.profile()));
    }
}

async fn sync(
    context: &Context,
    opened: &Opened,
    source: &Arc<dyn Source>,
    full: bool,
    line: &Rc<Line>,
) -> Result<Outcome, Failure> {
    let (profile, vendor) = (source.profile(), source.vendor());
    let server = opened.profiles.iter().find(|other| other.name == profile).and_then(Profile::server);
    let of_source = |error: SourceError| Failure::from_source(&error, profile, vendor);
    let account = source.identity().await.map_err(of_source)?.account;
    let query = Query { limit: None, raw: true, labels: false, ..Query::default() };
    let plan = source.plan(&query, Traversal::Everything).map_err(of_source)?;
    let newest = plan.lanes.iter().map(|lane| source.newest_lane(lane)).collect();
    let target = SyncTarget { profile, vendor, account: account.as_deref(), server };
    let job = Job { context, source, target, plan, newest, line };
    let open = || store::open(context, Mode::Write).map_err(|failure| failure.of(profile, vendor));
    let outcome = refresh(&job, open()?, full).await;
    if let History::Kept(kept) = context.defaults().history.unwrap_or_default()
        && let Ok(before) = job.now().checked_sub(kept)
    {
        let pruned = open().and_then(|mut store| store.prune_history(before).map_err(|error| job.of_mirror(error)));
        return outcome.and_then(|outcome| pruned.map(|_| outcome));
    }
    outcome
}

/// Reads what changed where that is enough, else everything.
async fn refresh(job: &Job<'_>, mut store: Store, full: bool) -> Result<Outcome, Failure> {
    let known = store.freshness(job.target.profile).map_err(|error| job.of_mirror(error))?;
    let known = known.filter(|status| !full && !status.unfinished);
    if let Some(known) = known
        && let Some(lanes) = &job.newest
        && let Some(exact_at) = known.exact_at
        && let Some(since) = known.bookmark.as_deref().and_then(Time::parse)
    {
        match increment::read(job, &mut store, lanes, since, exact_at).await? {
            Increment::Enough(outcome) => return Ok(outcome),
            Increment::WalkAll(why) => job.say(&format!("{why}; reading everything")),
        }
    }
    full::read(job, store).await
}
