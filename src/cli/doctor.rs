//! `contacts doctor`: looks at the machine and at each profile; says what is well, what is not, and what to do about it.
//!
//! Goes on with what can be used where something is broken. Changes nothing but a canary secret, which it takes back.

mod account;
mod check;
mod machine;
mod reach;
mod spy;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use crate::config::keyring::{SecretStore, SystemKeyring};
use crate::config::{Config, Profile, SecretSource};
use crate::render::{Format, KeyedRow, RecordKind};

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::interrupt::unless_interrupted;
use super::output::{Show, is_gone, print};
use super::show;

use check::{Check, KEYS, Status};

/// A profile that is wanted, or why it cannot be looked at.
type Candidate = (String, Result<Profile, Failure>);

/// Takes the checks of one part under their title.
type Say<'s> = dyn FnMut(&str, Vec<Check>) -> Result<(), Failure> + 's;

/// Runs `contacts doctor`.
pub fn run(context: &Context) -> Result<ExitCode, Failure> {
    let shown = Show::resolve(context)?;
    let text = shown.format == Format::Table && context.globals.output.is_none() && shown.jq.is_none();
    let mut all: Vec<Check> = Vec::new();
    let mut say = |title: &str, checks: Vec<Check>| -> Result<(), Failure> {
        if text {
            let printed = print(context, check::lines(title, &checks, context.term.color()).as_bytes());
            printed.map(drop).or_else(|failure| if is_gone(&failure) { Ok(()) } else { Err(failure) })?;
        }
        all.extend(checks);
        Ok(())
    };
    if !diagnose(context, &SystemKeyring, &mut say)? {
        return Ok(show::interrupted(context));
    }
    if text {
        context.say(&check::summary(&all));
    } else {
        let rows: Vec<KeyedRow> = all.iter().map(Check::row).collect();
        match shown.rows(context, &rows, RecordKind::Keyed(KEYS), false) {
            Err(failure) if !is_gone(&failure) => return Err(failure),
            _ => {}
        }
    }
    Ok(worst(&all).map_or(ExitCode::SUCCESS, |kind| ExitCode::from(kind.code())))
}

/// Makes all checks and hands them to `say`, those of the machine first, then profile by profile; `false` if interrupted.
fn diagnose(context: &Context, store: &dyn SecretStore, say: &mut Say<'_>) -> Result<bool, Failure> {
    let candidates = candidates(context)?;
    let kept = |profile: &Profile| profile.secrets.values().any(|source| matches!(source, SecretSource::Keyring));
    let of_mirror = matches!(context.mirror_key(), Some(SecretSource::Keyring));
    let uses_keyring = of_mirror || candidates.iter().any(|(_, profile)| profile.as_ref().is_ok_and(kept));
    say("this machine", machine::examine(context, store, uses_keyring, &candidates))?;
    for (name, profile) in &candidates {
        let mut checks = Vec::new();
        let mut title = name.clone();
        let mut whole = true;
        match profile {
            Err(failure) => checks.push(Check::failed("profile", failure)),
            Ok(profile) => {
                title = format!("{name} ({}) {}", profile.vendor.name, profile.base_url.as_str().trim_end_matches('/'));
                let ready = account::secrets(context, profile, store, &mut checks);
                let asked = account::examine(context, profile, ready.as_ref(), &mut checks);
                whole = context.block_on(unless_interrupted(asked)).is_some();
            }
        }
        say(&title, checks.into_iter().map(|check| check.of(name)).collect())?;
        if !whole {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The profiles to look at: those that are named, else all. A file that cannot be read leaves the environment's own.
fn candidates(context: &Context) -> Result<Vec<Candidate>, Failure> {
    if context.globals.demo {
        let (profiles, _) = context.profiles()?;
        return Ok(profiles.into_iter().map(|profile| (profile.name.clone(), Ok(profile))).collect());
    }
    let rest;
    let (config, readable) = if let Ok(config) = context.config() {
        (config, true)
    } else {
        rest = Config::of_environment(&context.env);
        (&rest, false)
    };
    let names: Vec<&str> =
        context.globals.profiles.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        let all = config.profiles.iter();
        return Ok(all.map(|(name, profile)| (name.clone(), profile.clone().map_err(Failure::from))).collect());
    }
    let find = |name: &str| match config.profile(name) {
        Ok(profile) => profile.clone().map_err(Failure::from),
        Err(_) if !readable => Err(Failure::new(
            FailureKind::Config,
            format!("profile `{name}` cannot be looked at until the configuration can be read"),
        )),
        Err(error) => Err(error.into()),
    };
    Ok(names.into_iter().map(|name| (name.to_owned(), find(name))).collect())
}

/// The failure that lies deepest: a configuration before a refusal, a refusal before the network.
fn worst(checks: &[Check]) -> Option<FailureKind> {
    let kinds = checks.iter().filter_map(|check| match check.status {
        Status::Fail(kind) => Some(kind),
        _ => None,
    });
    kinds.min()
}

/// A finding that says `text` wherever it can, as it is shown.
#[cfg(test)]
pub(super) fn shown(text: &str, paint: crate::term::Paint) -> String {
    check::lines(text, &[Check::warn("list", text).hint(text).of(text)], paint)
}
