//! `contacts mirror`, `contacts diff` and `contacts log`: what the local mirror holds, and what changed in it.

mod encryption;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::mirror::{Change, Mode};
use crate::model::Time;
use crate::render::{KeyedRow, RecordKind};

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::find::since;
use super::output::{Show, is_gone};
use super::progress::counted;
use super::sample;
use super::store::{failed, open, path, say_exposed};

/// Options of `contacts mirror`.
#[derive(Args, Clone, Debug)]
pub struct MirrorArgs {
    #[command(subcommand)]
    command: MirrorCommand,
}

#[derive(Subcommand, Clone, Debug)]
enum MirrorCommand {
    /// Show what is stored of each profile, and how old it is
    Status,
    /// Check the database, every contact and the index, and compare a few contacts with their vendors
    Verify(VerifyArgs),
    /// Make the index anew from the stored contacts, without the network
    Rebuild,
    /// Remove a contact, or all of a profile, and every trace of it
    Forget(ForgetArgs),
    /// Encrypt the database with a key from the keyring, or from where `key` under `[mirror]` says
    Encrypt,
    /// Store the database unencrypted again
    Decrypt,
}

#[derive(Args, Clone, Debug)]
struct VerifyArgs {
    /// Compare so many contacts of each profile with its vendor; 0: none
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=1000))]
    sample: u16,
}

#[derive(Args, Clone, Debug)]
struct ForgetArgs {
    /// The contact's id; none: everything of the profile that is named with -p
    contact: Option<String>,
}

/// Options of `contacts diff`.
#[derive(Args, Clone, Debug)]
pub struct DiffArgs {
    /// Changes seen since then: a time, a date, or as `7d`
    #[arg(long, allow_hyphen_values = true, value_name = "T", default_value = "7d")]
    since: String,
}

/// Options of `contacts log`.
#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// The contact's id
    contact: String,
}

const STATUS: &[&str] =
    &["profile", "vendor", "contacts", "as_of", "verdict", "exact_at", "unfinished", "missing", "account", "encrypted"];
const CHANGES: &[&str] = &["seen_at", "profile", "contact_id", "field", "old", "new"];

/// Runs `contacts mirror`.
pub fn run(context: &Context, args: &MirrorArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        MirrorCommand::Status => status(context),
        MirrorCommand::Verify(args) => verify(context, args),
        MirrorCommand::Rebuild => {
            let rebuilt = open(context, Mode::Write)?.rebuild().map_err(failed)?;
            context.say(&format!("index of {} made anew", counted(rebuilt.contacts, "contact")));
            Ok(ExitCode::SUCCESS)
        }
        MirrorCommand::Forget(args) => forget(context, args),
        MirrorCommand::Encrypt => encryption::encrypt(context),
        MirrorCommand::Decrypt => encryption::decrypt(context),
    }
}

fn status(context: &Context) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context, None)?;
    let mut encrypted = false;
    let profiles = match open(context, Mode::Read) {
        Ok(store) => {
            encrypted = store.is_encrypted();
            let how = if encrypted { "encrypted" } else { "not encrypted" };
            context.say(&format!("{} is {how}", context.env.shown(store.path())));
            store.status().map_err(failed)?
        }
        Err(failure) if !path(context)?.exists() => {
            drop(failure);
            context.say("there is no mirror yet; contacts sync makes it");
            Vec::new()
        }
        Err(failure) => return Err(failure),
    };
    let time = |at: Option<jiff::Timestamp>| at.map(|at| Time::from_timestamp(at).to_string());
    let rows: Vec<KeyedRow> = profiles
        .iter()
        .map(|profile| {
            KeyedRow::from(vec![
                ("profile", json!(profile.name)),
                ("vendor", json!(profile.vendor)),
                ("contacts", json!(profile.contacts)),
                ("as_of", json!(time(profile.as_of))),
                ("verdict", json!(profile.verdict)),
                ("exact_at", json!(time(profile.exact_at))),
                ("unfinished", json!(profile.unfinished)),
                ("missing", json!(profile.missing)),
                ("account", json!(profile.account)),
                ("encrypted", json!(encrypted)),
            ])
        })
        .collect();
    say_exposed(context)?;
    shown(show.rows(context, &rows, RecordKind::Keyed(STATUS), false))
}

fn verify(context: &Context, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let store = open(context, Mode::Read)?;
    let verified = store.verify().map_err(failed)?;
    for problem in &verified.problems {
        context.tell(&Failure::new(FailureKind::Unexpected, problem.clone()));
    }
    let mut count = verified.count;
    if args.sample > 0 && count == 0 {
        let wanted = &context.globals.profiles;
        for status in store.status().map_err(failed)? {
            if wanted.is_empty() || wanted.contains(&status.name) {
                let Some(damaged) = sample::compare(context, &store, &status, usize::from(args.sample)) else {
                    return Ok(ExitCode::from(FailureKind::Interrupted.code()));
                };
                count += damaged;
            }
        }
    }
    context.say(&format!("{} checked, {}", counted(verified.contacts, "contact"), counted(count, "problem")));
    Ok(ExitCode::from(if count == 0 { 0 } else { FailureKind::Unexpected.code() }))
}

fn forget(context: &Context, args: &ForgetArgs) -> Result<ExitCode, Failure> {
    let names: Vec<&String> = context.globals.profiles.iter().filter(|name| !name.is_empty()).collect();
    let mut store = open(context, Mode::Write)?;
    let known: Vec<String> = store.status().map_err(failed)?.into_iter().map(|profile| profile.name).collect();
    let names: Vec<String> = match (names.as_slice(), &args.contact) {
        ([], None) => {
            return Err(Failure::usage("what is to be forgotten?").hint("contacts mirror forget ID, or -p PROFILE"));
        }
        ([], Some(_)) => known.clone(),
        (names, _) => names.iter().map(|name| (*name).clone()).collect(),
    };
    let mut contacts = 0;
    let mut not_found = None;
    for name in &names {
        let forgotten = match &args.contact {
            Some(id) => store.forget_contact(name, id),
            None => store.forget_profile(name),
        };
        match forgotten {
            Ok(forgotten) => contacts += forgotten.contacts,
            Err(error) if error.kind() == crate::source::ErrorKind::NotFound => not_found = Some(error),
            Err(error) => return Err(failed(error)),
        }
    }
    if let Some(error) = not_found.filter(|_| contacts == 0) {
        return Err(match &args.contact {
            Some(id) if names.len() > 1 => unknown(id),
            _ => failed(error),
        });
    }
    context.say(&format!("{} forgotten; the files were searched, no trace is left", counted(contacts, "contact")));
    Ok(ExitCode::SUCCESS)
}

/// No profile that is mirrored holds a contact of this id.
fn unknown(id: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("no mirrored profile holds a contact `{id}`"))
}

/// Runs `contacts diff`.
pub fn diff(context: &Context, args: &DiffArgs) -> Result<ExitCode, Failure> {
    let since = since("--since", &args.since, context.clock.now())?;
    let store = open(context, Mode::Read)?;
    let known: Vec<String> = store.status().map_err(failed)?.into_iter().map(|profile| profile.name).collect();
    let wanted = &context.globals.profiles;
    let names: Vec<&str> =
        known.iter().filter(|name| wanted.is_empty() || wanted.contains(name)).map(String::as_str).collect();
    changes(context, &store.diff(&names, since.timestamp()).map_err(failed)?)
}

/// Runs `contacts log`.
pub fn log(context: &Context, args: &LogArgs) -> Result<ExitCode, Failure> {
    let store = open(context, Mode::Read)?;
    let (mut found, mut held) = (Vec::new(), false);
    for profile in store.status().map_err(failed)? {
        if context.globals.profiles.is_empty() || context.globals.profiles.contains(&profile.name) {
            found.extend(store.log(&profile.name, &args.contact).map_err(failed)?);
            held |= store.contact(&profile.name, &args.contact).is_ok();
        }
    }
    if found.is_empty() && !held {
        return Err(unknown(&args.contact));
    }
    changes(context, &found)
}

fn changes(context: &Context, changes: &[Change]) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context, None)?;
    let rows: Vec<KeyedRow> = changes
        .iter()
        .map(|change| {
            KeyedRow::from(vec![
                ("seen_at", json!(change.seen_at.to_string())),
                ("profile", json!(change.profile)),
                ("contact_id", json!(change.contact)),
                ("field", json!(change.field)),
                ("old", json!(change.old)),
                ("new", json!(change.new)),
            ])
        })
        .collect();
    if rows.is_empty() {
        context.say("no change");
    }
    shown(show.rows(context, &rows, RecordKind::Keyed(CHANGES), false))
}

fn shown(result: Result<(), Failure>) -> Result<ExitCode, Failure> {
    match result {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}
