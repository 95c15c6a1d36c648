//! From the command line to the exit code. Knows every other module; none knows it.

mod api;
mod args;
mod ask;
mod complete;
mod context;
mod csv_unsafe;
mod demo;
mod destination;
mod doctor;
mod examples;
mod export;
mod failure;
mod find;
mod generate;
mod interrupt;
mod labels;
mod local;
mod login;
mod manual;
mod mirror;
mod output;
mod pager;
mod pick;
mod place;
mod profile;
mod progress;
mod reference;
mod refresh;
mod rendered;
mod report;
mod run;
#[cfg(test)]
mod safety;
mod sample;
mod sandbox;
mod show;
mod store;
mod sync;
mod trace;
mod vendors;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::config::{Config, Env};
use crate::http::SystemClock;
use crate::term::{self, Term, TermOptions};

use args::GlobalArgs;
use context::{Context, Threads};
use failure::ErrorFormat;
use trace::Tracing;

pub use examples::{EXAMPLES, Example, Trial};
pub use failure::{Failure, FailureKind};
pub use generate::command;

/// Find out who a customer is and how they can be reached
#[derive(Parser, Debug)]
#[command(name = "contacts", version, max_term_width = 100, arg_required_else_help = false, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    globals: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 2 usage, 3 configuration, 4 authentication, 5 not found,
6 network, 7 rate limit, 8 vendor, 9 incomplete, 130 interrupted";

#[derive(Subcommand, Debug)]
enum Command {
    /// List contacts, most recently active first
    List(find::ListArgs),
    /// Find contacts in which every word occurs
    Search(Box<find::SearchArgs>),
    /// Choose a contact at the terminal and print its id
    Pick(pick::PickArgs),
    /// Show everything that is known about a contact
    Show(show::ShowArgs),
    /// Show the channels by which a contact is reached
    Channels(Box<show::ChannelsArgs>),
    /// Manage profiles: the accounts that can be asked
    Profile(profile::ProfileArgs),
    /// Put a profile's secrets into the keyring
    Login(login::LoginArgs),
    /// Take a profile's secrets out of the keyring
    Logout(login::LogoutArgs),
    /// Fill and refresh the local mirror
    Sync(sync::SyncArgs),
    /// Look after the local mirror
    Mirror(mirror::MirrorArgs),
    /// Show what changed in the mirrored contacts
    Diff(mirror::DiffArgs),
    /// Show what changed in one mirrored contact
    Log(mirror::LogArgs),
    /// GET a path from the profile's vendor, the reply as it is
    Api(api::ApiArgs),
    /// Look at this machine and every profile, and say what to do
    Doctor,
    /// Show what each vendor can do
    Vendors,
    /// Serve the vendors' APIs on loopback with made-up contacts
    Sandbox(sandbox::SandboxArgs),
    /// Restore a file that --csv-safe guarded, byte for byte
    CsvUnsafe(csv_unsafe::CsvUnsafeArgs),
    /// Print a completion script for a shell
    Completions(generate::CompletionsArgs),
    /// Print the manual page of a command
    Man(manual::ManArgs),
    /// Print the JSON Schema of the output
    Schema(generate::SchemaArgs),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    run(&arguments, Env::from_process())
}

/// Runs the program.
pub fn run(arguments: &[OsString], env: Env) -> ExitCode {
    if arguments.get(1).is_some_and(|word| word == complete::ASK) {
        return complete::answer(&arguments[2..], &env);
    }
    let parsed =
        generate::command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, arguments, &env),
    };
    let Cli { globals, command } = cli;
    let error_format = globals.error_format.unwrap_or_default();
    let fallback = self::term(&env, &globals, None);
    match dispatch(env, globals, command) {
        Ok(code) => code,
        Err(failure) => {
            fallback.write_err(failure.line(error_format).as_bytes());
            ExitCode::from(failure.kind.code())
        }
    }
}

fn dispatch(env: Env, globals: GlobalArgs, command: Option<Command>) -> Result<ExitCode, Failure> {
    let config = if globals.demo { Ok(Config::default()) } else { Config::load(&env, globals.config.as_deref()) };
    let color = config.as_ref().ok().and_then(|config| config.defaults.color);
    let term = self::term(&env, &globals, color);
    let tracing = Tracing::for_globals(&globals, &term)?;
    let threads = match &command {
        Some(Command::List(_) | Command::Search(_) | Command::Sandbox(_) | Command::Sync(_)) => {
            threads(command.as_ref())
        }
        _ => Threads::One,
    };
    let context = Context::new(env, term, globals, Arc::new(SystemClock), Arc::clone(&tracing.trace), config, threads)?;
    let done = match command {
        None => generate::welcome(&context),
        Some(Command::List(args)) => find::list(&context, &args),
        Some(Command::Search(args)) => find::search(&context, &args),
        Some(Command::Pick(args)) => pick::run(&context, &args),
        Some(Command::Show(args)) => show::show(&context, &args),
        Some(Command::Channels(args)) => show::channels(&context, &args),
        Some(Command::Profile(args)) => profile::run(&context, args),
        Some(Command::Login(args)) => login::login(&context, args),
        Some(Command::Logout(args)) => login::logout(&context, args),
        Some(Command::Sync(args)) => sync::run(&context, &args),
        Some(Command::Mirror(args)) => mirror::run(&context, &args),
        Some(Command::Diff(args)) => mirror::diff(&context, &args),
        Some(Command::Log(args)) => mirror::log(&context, &args),
        Some(Command::Api(args)) => api::run(&context, &args),
        Some(Command::Doctor) => doctor::run(&context),
        Some(Command::Vendors) => vendors::run(&context),
        Some(Command::Sandbox(args)) => sandbox::run(&context, args),
        Some(Command::CsvUnsafe(args)) => csv_unsafe::run(&context, &args),
        Some(Command::Completions(args)) => generate::completions(&context, &args),
        Some(Command::Man(args)) => manual::run(&context, &args),
        Some(Command::Schema(args)) => generate::schema(&context, &args),
    };
    let done = done.or_else(|failure| reported(&context, failure));
    if !context.clashed() {
        tracing.finish()?;
    }
    done
}

/// A query that did not come so far as to report: a report of yesterday must not be taken for its own.
fn reported(context: &Context, failure: Failure) -> Result<ExitCode, Failure> {
    if context.owes_report() {
        report::write(context, failure.kind.code(), &[], std::slice::from_ref(&failure))?;
    }
    Err(failure)
}

/// A short query is quickest on one thread; an export decodes on two.
fn threads(command: Option<&Command>) -> Threads {
    match command {
        Some(Command::List(args)) if args.wants_all() => Threads::Two,
        Some(Command::Search(args)) if args.select.all || args.scan => Threads::Two,
        Some(Command::Sandbox(_) | Command::Sync(_)) => Threads::Two,
        _ => Threads::One,
    }
}

fn term(env: &Env, globals: &GlobalArgs, configured: Option<&str>) -> Term {
    let configured = configured.and_then(|word| word.parse().ok());
    let text = |name: &str| env.text(name).map(ToOwned::to_owned);
    Term::new(&TermOptions {
        color: globals.color.or(configured).unwrap_or_default(),
        no_color: text("NO_COLOR"),
        clicolor_force: text("CLICOLOR_FORCE"),
        term: text("TERM"),
        columns: text("COLUMNS"),
    })
}

/// Help and version go to stdout; a mistake becomes a failure like any other.
fn not_parsed(error: &clap::Error, arguments: &[OsString], env: &Env) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let json = words.windows(2).any(|pair| pair[0] == "--error-format" && pair[1] == "json")
        || words.iter().any(|word| word == "--error-format=json");
    let format = if json { ErrorFormat::Json } else { ErrorFormat::Text };
    let term = self::term(env, &GlobalArgs::default(), None);
    if matches!(error.kind(), DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand) {
        let rendered = error.render();
        let text =
            if term.color() == term::Paint::Colored { rendered.ansi().to_string() } else { rendered.to_string() };
        let _ = std::io::Write::write_all(&mut term.out(), text.as_bytes());
        let help = error.kind() != DisplayHelpOnMissingArgumentOrSubcommand;
        return if help { ExitCode::SUCCESS } else { ExitCode::from(FailureKind::Usage.code()) };
    }
    term.write_err(generate::usage_failure(error).line(format).as_bytes());
    ExitCode::from(FailureKind::Usage.code())
}
