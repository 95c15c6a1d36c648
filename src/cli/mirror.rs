//! `contacts mirror`, `contacts diff` and `contacts log`: what the local mirror holds, and what changed in it.

mod encryption;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::mirror::{Change, MirrorError, Mode, ProfileStatus, Store};
use crate::model::Time;
use crate::render::{KeyedRow, RecordKind};

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::find::since;
use super::output::{Show, is_gone};
use super::progress::counted;
use super::store::{failed, open, path, say_exposed};
use super::{labels, sample};

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
            let rebuilt = open_existing(context, Mode::Write)?.rebuild().map_err(failed)?;
            context.say(&format!("index of {} made anew", counted(rebuilt.contacts, "contact")));
            Ok(ExitCode::SUCCESS)
        }
        MirrorCommand::Forget(args) => forget(context, args),
        MirrorCommand::Encrypt => encryption::encrypt(context),
        MirrorCommand::Decrypt => encryption::decrypt(context),
    }
}

/// Opens the mirror that there is, and makes none.
fn open_existing(context: &Context, mode: Mode) -> Result<Store, Failure> {
    let path = path(context)?;
    if is_missing(&path) {
        stored(context, None)?;
        return Err(failed(MirrorError::Missing { path }));
    }
    open(context, mode)
}

/// Whether there is no such file, as far as that can be told.
fn is_missing(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// The profiles that are stored, of those that are wanted: all unless -p names some. A profile that is named must be stored
/// or configured.
fn stored(context: &Context, store: Option<&Store>) -> Result<Vec<ProfileStatus>, Failure> {
    let mut known = store.map_or(Ok(Vec::new()), Store::status).map_err(failed)?;
    let names: Vec<&String> = context.globals.profiles.iter().filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Ok(known);
    }
    for name in &names {
        if !known.iter().any(|profile| profile.name == **name) && context.configured(name).is_none() {
            // It says what is configured.
            context.profiles()?;
            return Err(failed(MirrorError::NoProfile { profile: (*name).clone() }));
        }
    }
    known.retain(|profile| names.contains(&&profile.name));
    Ok(known)
}

/// [`stored`], of which there must be some of every profile that is named.
fn stored_all(context: &Context, store: &Store) -> Result<Vec<ProfileStatus>, Failure> {
    let known = stored(context, Some(store))?;
    let mut names = context.globals.profiles.iter().filter(|name| !name.is_empty());
    match names.find(|name| !known.iter().any(|profile| profile.name == **name)) {
        Some(name) => Err(failed(MirrorError::NoProfile { profile: name.clone() })),
        None => Ok(known),
    }
}

fn status(context: &Context) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context)?;
    let mut encrypted = false;
    let profiles = match open(context, Mode::Read) {
        Ok(store) => {
            encrypted = store.is_encrypted();
            let how = if encrypted { "encrypted" } else { "not encrypted" };
            context.say(&format!("{} is {how}", context.env.shown(store.path())));
            stored(context, Some(&store))?
        }
        Err(_) if is_missing(&path(context)?) => {
            let none = stored(context, None)?;
            context.say("there is no mirror yet; contacts sync makes it");
            none
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
    let store = open_existing(context, Mode::Read)?;
    let wanted = stored_all(context, &store)?;
    let verified = store.verify().map_err(failed)?;
    for problem in &verified.problems {
        context.tell(&Failure::new(FailureKind::Unexpected, problem.clone()));
    }
    let mut count = verified.count;
    if args.sample > 0 && count == 0 {
        for status in wanted {
            let Some(damaged) = sample::compare(context, &store, &status, usize::from(args.sample)) else {
                return Ok(ExitCode::from(FailureKind::Interrupted.code()));
            };
            count += damaged;
        }
    }
    context.say(&format!("{} checked, {}", counted(verified.contacts, "contact"), counted(count, "problem")));
    Ok(ExitCode::from(if count == 0 { 0 } else { FailureKind::Unexpected.code() }))
}

fn forget(context: &Context, args: &ForgetArgs) -> Result<ExitCode, Failure> {
    let names: Vec<&String> = context.globals.profiles.iter().filter(|name| !name.is_empty()).collect();
    let mut store = open_existing(context, Mode::Write)?;
    let known: Vec<String> = stored(context, Some(&store))?.into_iter().map(|profile| profile.name).collect();
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
            None => {
                labels::forget(context, name);
                store.forget_profile(name)
            }
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
    let store = open_existing(context, Mode::Read)?;
    let wanted = stored_all(context, &store)?;
    let names: Vec<&str> = wanted.iter().map(|profile| profile.name.as_str()).collect();
    changes(context, &store.diff(&names, since.timestamp()).map_err(failed)?)
}

/// Runs `contacts log`.
pub fn log(context: &Context, args: &LogArgs) -> Result<ExitCode, Failure> {
    let store = open_existing(context, Mode::Read)?;
    let (mut found, mut held) = (Vec::new(), false);
    for profile in stored_all(context, &store)? {
        found.extend(store.log(&profile.name, &args.contact).map_err(failed)?);
        held |= store.contact(&profile.name, &args.contact).is_ok();
    }
    if found.is_empty() && !held {
        return Err(unknown(&args.contact));
    }
    changes(context, &found)
}

fn changes(context: &Context, changes: &[Change]) -> Result<ExitCode, Failure> {
    let show = Show::resolve(context)?;
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
