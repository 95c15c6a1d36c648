//! `contacts profile`: the profiles, shown, added, removed and tried.

mod add;
pub(super) mod prompt;
mod questions;

use std::io::Read as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::config::keyring::SystemKeyring;
use crate::config::{Config, ConfigError, ConfigFile, Origin, Profile, SecretSource, Wanted, login};
use crate::render::{Format, KeyedRow, RecordKind};
use crate::source::Identity;
use crate::term::visible;

use super::context::Context;
use super::failure::{Failure, FailureKind, combined};
use super::interrupt;
use super::output::{Show, is_gone, print};
use super::pager;

/// Options of `contacts profile`.
#[derive(Args, Clone, Debug)]
pub struct ProfileArgs {
    #[command(subcommand)]
    command: ProfileCommand,
}

#[derive(Subcommand, Clone, Debug)]
enum ProfileCommand {
    /// List the profiles
    List,
    /// Show a profile and where its secrets are kept
    Show {
        /// The profile [default: the one that is asked]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Add a profile; asks for what is not given
    Add(add::AddArgs),
    /// Remove a profile, and its secrets from the keyring
    Remove {
        /// The profile
        #[arg(value_name = "NAME")]
        name: String,
        /// Leave its secrets in the keyring
        #[arg(long)]
        keep_secrets: bool,
    },
    /// Make a profile the default, or say which one is
    Default {
        /// The profile
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Make one authenticated call and say who one is
    Check {
        /// The profiles [default: those that are asked]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

const LIST_KEYS: &[&str] = &["name", "vendor", "base_url", "default", "origin", "secrets", "problem"];
const SHOW_KEYS: &[&str] = &[
    "name",
    "vendor",
    "base_url",
    "default",
    "origin",
    "settings",
    "secrets",
    "timeout_seconds",
    "max_retries",
    "max_wait_seconds",
    "page_size",
    "ca_file",
    "allow_http",
];
const CHECK_KEYS: &[&str] =
    &["profile", "vendor", "ok", "name", "email", "roles", "version", "account", "note", "error"];

/// What a person sees of these lists, unless they ask for more.
const LIST_COLUMNS: &[&str] = &["name", "vendor", "base_url", "default"];
const CHECK_COLUMNS: &[&str] = &["profile", "vendor", "ok", "name", "roles", "note"];

/// Runs `contacts profile`.
pub fn run(context: &Context, args: ProfileArgs) -> Result<ExitCode, Failure> {
    match args.command {
        ProfileCommand::List => list(context),
        ProfileCommand::Show { name } => show(context, name),
        ProfileCommand::Add(args) => add::run(context, &args).map(|()| ExitCode::SUCCESS),
        ProfileCommand::Remove { name, keep_secrets } => {
            let secrets = if keep_secrets { Secrets::Keep } else { Secrets::Forget };
            remove(context, &name, secrets)
        }
        ProfileCommand::Default { name: Some(name) } => set_default(context, &name),
        ProfileCommand::Default { name: None } => {
            let name = context.config()?.default_name()?;
            print(context, format!("{}\n", visible(&name)).as_bytes())
        }
        ProfileCommand::Check { names } => check(context, &names),
    }
}

fn list(context: &Context) -> Result<ExitCode, Failure> {
    let demo = if context.globals.demo { context.profiles()?.0 } else { Vec::new() };
    let config = context.config()?;
    let default = config.default_name().ok();
    let made = demo.into_iter().map(|profile| (profile.name.clone(), Ok(profile)));
    let all: Vec<(String, Result<Profile, ConfigError>)> = made.chain(config.profiles.iter().cloned()).collect();
    if all.is_empty() {
        context.say("no profile is configured; add one with `contacts profile add`");
    }
    let row = |(name, profile): &(String, Result<Profile, ConfigError>)| {
        let is_default = default.as_deref() == Some(name);
        match profile {
            Ok(profile) => KeyedRow::from(vec![
                ("name", json!(name)),
                ("vendor", json!(profile.vendor.name)),
                ("base_url", json!(base_url(profile))),
                ("default", json!(is_default)),
                ("origin", json!(origin(profile.origin))),
                ("secrets", secrets(profile)),
                ("problem", Value::Null),
            ]),
            Err(error) => KeyedRow::from(vec![
                ("name", json!(name)),
                ("vendor", json!(error.vendor)),
                ("base_url", Value::Null),
                ("default", json!(is_default)),
                ("origin", Value::Null),
                ("secrets", Value::Null),
                ("problem", json!(error.message)),
            ]),
        }
    };
    let rows: Vec<KeyedRow> = all.iter().map(row).collect();
    let problem = all.iter().any(|(_, profile)| profile.is_err()).then_some("problem");
    let columns: Vec<&str> = LIST_COLUMNS.iter().copied().chain(problem).collect();
    done(Show::resolve_own(context, &columns)?.rows(context, &rows, RecordKind::Keyed(LIST_KEYS), false))
}

fn show(context: &Context, name: Option<String>) -> Result<ExitCode, Failure> {
    let show = Show::resolve_own(context, &[])?;
    let profiles = wanted(context, &name.into_iter().collect::<Vec<_>>())?;
    let default = context.config().ok().and_then(|config| config.default_name().ok());
    let mut rows = Vec::new();
    for profile in &profiles {
        rows.push(vec![
            ("name", json!(profile.name)),
            ("vendor", json!(profile.vendor.name)),
            ("base_url", json!(base_url(profile))),
            ("default", json!(default.as_deref() == Some(profile.name.as_str()))),
            ("origin", json!(origin(profile.origin))),
            ("settings", json!(profile.settings)),
            ("secrets", secrets(profile)),
            ("timeout_seconds", json!(profile.timeout.as_secs_f64())),
            ("max_retries", json!(profile.max_retries)),
            ("max_wait_seconds", json!(profile.max_wait.as_secs_f64())),
            ("page_size", json!(profile.page_size)),
            ("ca_file", json!(profile.ca_file)),
            ("allow_http", json!(profile.plain_http == crate::config::PlainHttp::Allowed)),
        ]);
    }
    if show.format == Format::Table && show.columns.is_none() && show.jq.is_none() && show.template.is_none() {
        let cards: Vec<String> = rows.iter().map(|row| card(row)).collect();
        return done(pager::print(context, cards.join("\n").as_bytes()));
    }
    let rows: Vec<KeyedRow> = rows.into_iter().map(KeyedRow::from).collect();
    done(show.rows(context, &rows, RecordKind::Keyed(SHOW_KEYS), false))
}

/// A profile for a person: a line for each key that says something.
fn card(row: &[(&'static str, Value)]) -> String {
    let mut lines = Vec::new();
    let mut line = |key: &str, value: &Value| match value {
        Value::Null => {}
        Value::String(text) => lines.push(format!("  {key:<18} {}\n", visible(text))),
        other => lines.push(format!("  {key:<18} {other}\n")),
    };
    for (key, value) in row {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(key, value)| line(key, value)),
            value => line(key, value),
        }
    }
    lines.concat()
}

/// Whether a removed profile's secrets leave the keyring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Keep,
    Forget,
}

fn remove(context: &Context, name: &str, secrets: Secrets) -> Result<ExitCode, Failure> {
    let config = context.config()?;
    let profile = config.profile(name)?;
    let mut file = changeable(context, config)?;
    if !file.remove(name)? {
        let failure = Failure::usage(format!("profile `{name}` is not in {}", file.shown()));
        return Err(failure.hint("unset CONTACTS_VENDOR to be rid of the profile of the environment"));
    }
    file.save()?;
    context.say(&format!("profile `{name}` is no longer in {}", file.shown()));
    let Ok(profile) = profile else { return Ok(ExitCode::SUCCESS) };
    let in_keyring = |source: &&SecretSource| matches!(source, SecretSource::Keyring);
    if secrets == Secrets::Forget && profile.secrets.values().any(|source| in_keyring(&source)) {
        let keys: Vec<&'static str> = profile.secrets.keys().copied().collect();
        match login::forget(profile, &keys, &SystemKeyring) {
            Ok(gone) if gone.is_empty() => {}
            Ok(gone) => context.say(&format!("taken out of the keyring: {}", gone.join(", "))),
            Err(error) => context.say(&format!("warning: {}", error.message)),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn set_default(context: &Context, name: &str) -> Result<ExitCode, Failure> {
    let config = context.config()?;
    if let Err(error) = config.profile(name)? {
        context.say(&format!("warning: {}", error.message));
    }
    let mut file = changeable(context, config)?;
    if !file.has(name) {
        return Err(Failure::usage(format!("profile `{name}` is not in {}", file.shown())));
    }
    file.set_default(name);
    file.save()?;
    context.say(&format!("`{name}` is now the default profile"));
    Ok(ExitCode::SUCCESS)
}

fn check(context: &Context, names: &[String]) -> Result<ExitCode, Failure> {
    let show = Show::resolve_own(context, CHECK_COLUMNS)?;
    let (profiles, mut failures) = match names {
        [] => context.profiles()?,
        names => (wanted(context, names)?, Vec::new()),
    };
    for failure in &failures {
        context.tell(failure);
    }
    let all = profiles.len() + failures.len();
    let mut rows = Vec::new();
    for profile in &profiles {
        let checked = identity(context, profile);
        rows.push(checked_row(profile, &checked));
        if let Err(failure) = checked {
            if failure.kind == FailureKind::Interrupted {
                return Err(failure);
            }
            context.tell(&failure);
            failures.push(failure);
        }
    }
    // A person who tried one profile has been told already what is wrong.
    if rows.len() > failures.len() || show.format != Format::Table {
        done(show.rows(context, &rows, RecordKind::Keyed(CHECK_KEYS), false))?;
    }
    Ok(match combined(failures.iter().map(|failure| failure.kind)) {
        None => ExitCode::SUCCESS,
        Some(kind) if failures.len() == all => ExitCode::from(kind.code()),
        Some(_) => ExitCode::from(FailureKind::Incomplete.code()),
    })
}

fn checked_row(profile: &Profile, checked: &Result<Identity, Failure>) -> KeyedRow {
    let nobody = Identity::default();
    let identity = checked.as_ref().unwrap_or(&nobody);
    KeyedRow::from(vec![
        ("profile", json!(profile.name)),
        ("vendor", json!(profile.vendor.name)),
        ("ok", json!(checked.is_ok())),
        ("name", json!(identity.name)),
        ("email", json!(identity.email)),
        ("roles", json!(identity.roles)),
        ("version", json!(identity.version)),
        ("account", json!(identity.account)),
        ("note", json!(identity.note)),
        ("error", checked.as_ref().err().map_or(Value::Null, Failure::to_json)),
    ])
}

/// Makes one authenticated call.
pub(super) fn identity(context: &Context, profile: &Profile) -> Result<Identity, Failure> {
    let source = context.open_profile(profile)?;
    let asked = context.block_on(interrupt::unless_interrupted(source.identity()));
    let Some(answer) = asked else { return Err(Failure::new(FailureKind::Interrupted, "interrupted")) };
    answer.map_err(|error| Failure::from_source(&error, &profile.name, profile.vendor.name))
}

/// Who one is, in a few words.
pub(super) fn signed_in(identity: &Identity) -> String {
    let name = identity.name.as_deref().or(identity.email.as_deref());
    let roles = if identity.roles.is_empty() { String::new() } else { format!(" ({})", identity.roles.join(", ")) };
    let version = identity.version.as_deref().map(|version| format!(", version {version}")).unwrap_or_default();
    match (name, &identity.note) {
        (Some(name), _) => format!("signed in as {name}{roles}{version}"),
        (None, Some(note)) => format!("signed in{version}; {note}"),
        (None, None) => format!("signed in{version}"),
    }
}

/// The profiles of these names, or those that are asked; a name that is wrong, or a profile, is an error.
fn wanted(context: &Context, names: &[String]) -> Result<Vec<Profile>, Failure> {
    let found = if names.is_empty() {
        context.profiles()?
    } else if context.globals.demo {
        let mut profiles = context.profiles()?.0;
        profiles.retain(|profile| names.contains(&profile.name));
        (profiles, Vec::new())
    } else {
        let selection = context.config()?.select(Wanted::Named(names), &context.env)?;
        let broken = selection.broken.into_iter().map(Failure::from).collect();
        (selection.profiles, broken)
    };
    match found {
        (_, mut broken) if !broken.is_empty() => Err(broken.swap_remove(0)),
        (profiles, _) if profiles.is_empty() => {
            Err(Failure::new(FailureKind::NotFound, format!("no profile called `{}` in the demo", names.join(", "))))
        }
        (profiles, _) => Ok(profiles),
    }
}

/// The file, to be changed.
pub(super) fn changeable(context: &Context, config: &Config) -> Result<ConfigFile, Failure> {
    let path =
        config.path.as_ref().ok_or_else(|| Failure::usage("there is no home folder; name a file with --config"))?;
    Ok(ConfigFile::open(path, &context.env)?)
}

/// Reads all of standard input, up to a limit that no secret reaches.
pub(super) fn read_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(64 << 10).read_to_string(&mut text);
    read.map_err(|error| Failure::usage(format!("the standard input cannot be read: {error}")))?;
    Ok(text)
}

fn base_url(profile: &Profile) -> &str {
    profile.base_url.as_str().trim_end_matches('/')
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "file",
        Origin::Environment => "environment",
        Origin::Demo => "demo",
    }
}

/// Where each secret is kept, as `keyring` or `env:NAME`; never the secret.
fn secrets(profile: &Profile) -> Value {
    let kept = profile.secrets.iter().map(|(key, source)| ((*key).to_owned(), json!(source.place())));
    Value::Object(kept.collect::<Map<_, _>>())
}

fn done(written: Result<(), Failure>) -> Result<ExitCode, Failure> {
    match written {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(ExitCode::SUCCESS),
    }
}
