//! `contacts sandbox`: serves the vendors' APIs on loopback with made-up contacts, in the foreground.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::sandbox::{
    Churn, Direction, Era, FAULT_KINDS, Fault, Refusals, SandboxOptions, SearchMeta, Settings, Ties, start,
};

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::interrupt;

/// Options of `contacts sandbox`.
#[derive(Args, Clone, Debug)]
#[command(after_help = faults_help())]
pub struct SandboxArgs {
    /// Make up so many contacts for each vendor
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(..=10_000_000))]
    contacts: u32,
    /// Make up other people with another seed
    #[arg(long, allow_negative_numbers = true, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Listen on this port of loopback (0: any free one)
    #[arg(long, allow_negative_numbers = true, value_name = "P", default_value_t = 0)]
    port: u16,
    /// Delay each answer by so many milliseconds
    #[arg(long, allow_negative_numbers = true, value_name = "MS", default_value_t = 0)]
    latency: u32,
    /// Refuse requests beyond each vendor's rate limit
    #[arg(long)]
    rate_limit: bool,
    /// Let something go wrong: [VENDOR:]KIND[=VALUE][@N[xM]] (repeat; --help lists the kinds)
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<Fault>,
    /// Change contacts between requests, as delete=1,append=1,insert=1,rename=1,flip=1,every=2,until=9,seed=7
    #[arg(long, value_name = "SPEC")]
    churn: Option<Churn>,
    /// Imitate ChatbotX of June 2026 (A), July (B) or later (C)
    #[arg(long, value_name = "A|B|C", default_value = "B")]
    era: Era,
    /// Let LiveDesk sort descending by `direction=desc` (param), by `-field` (prefix) or by both
    #[arg(long, value_name = "STYLE", default_value = "param")]
    direction: Direction,
    /// Imitate older servers: Rocket.Chat's refusals before 7.0, Chatwoot's search before 4.11
    #[arg(long)]
    old: bool,
    /// Let contacts that Chatwoot or LiveDesk sorts as equal change places from page to page
    #[arg(long)]
    ties: bool,
}

fn faults_help() -> String {
    let kinds: Vec<String> = FAULT_KINDS.iter().map(|(word, meaning)| format!("  {word:<14} {meaning}")).collect();
    format!(
        "Faults: [VENDOR:]KIND[=VALUE][@N[xM]]. VENDOR is a vendor's name or `*`; @N is the first of the vendor's requests that \
         suffers, counted from 1, and xM how many do (x*: all that follow). Without @N every request suffers.\n\n{}",
        kinds.join("\n")
    )
}

/// Runs `contacts sandbox`: the profiles go to stdout, where it listens to stderr.
pub fn run(context: &Context, args: SandboxArgs) -> Result<ExitCode, Failure> {
    let options = SandboxOptions {
        contacts: args.contacts as usize,
        seed: args.seed,
        port: args.port,
        latency: Duration::from_millis(args.latency.into()),
        rate_limit: args.rate_limit,
        now: context.clock.now(),
        settings: Settings {
            era: args.era,
            direction: args.direction,
            refusals: if args.old { Refusals::Old } else { Refusals::New },
            search_meta: if args.old { SearchMeta::Total } else { SearchMeta::HasMore },
            ties: if args.ties { Ties::Wandering } else { Ties::Stable },
        },
        faults: args.faults,
        churn: args.churn,
        hook: None,
    };
    context.block_on(async {
        let sandbox = start(options).await.map_err(|error| {
            let failure =
                Failure::new(FailureKind::Unexpected, format!("cannot listen on 127.0.0.1:{}: {error}", args.port));
            failure.hint("choose another port, or leave --port out")
        })?;
        let mut out = context.term.out();
        // Whoever closed the pipe did not want the profiles; the sandbox serves on.
        _ = out.write_all(sandbox.config_toml().as_bytes()).and_then(|()| out.flush());
        let served = async {
            context.say(&format!("listening on http://{} until interrupted (ctrl-c)", sandbox.addr));
            context.say("use it with the profiles above: contacts --config FILE -p demo-rocketchat list");
            std::future::pending::<()>().await;
        };
        interrupt::unless_interrupted(served).await;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}
