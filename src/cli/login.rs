//! `contacts login` and `contacts logout`: a profile's secrets into the keyring and out of it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;

use crate::config::keyring::SystemKeyring;
use crate::config::{Profile, Wanted, key_spec, login as keep, secret_spec};

use super::context::Context;
use super::failure::Failure;
use super::profile::prompt::{Asker as _, Person};
use super::profile::{identity, read_stdin, signed_in};

/// Options of `contacts login`.
#[derive(Args, Clone, Debug)]
pub struct LoginArgs {
    /// The profile [default: the one that is asked]
    #[arg(value_name = "PROFILE")]
    profile: Option<String>,
    /// Read the secrets from standard input: `KEY=VALUE` lines, or the value alone if there is one
    #[arg(long)]
    stdin: bool,
    /// Only this secret (repeat)
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// Do not try the secrets before they are kept
    #[arg(long)]
    no_check: bool,
}

/// Options of `contacts logout`.
#[derive(Args, Clone, Debug)]
pub struct LogoutArgs {
    /// The profile [default: the one that is asked]
    #[arg(value_name = "PROFILE")]
    profile: Option<String>,
}

/// Runs `contacts login`.
pub fn login(context: &Context, args: LoginArgs) -> Result<ExitCode, Failure> {
    let profile = chosen(context, args.profile)?;
    let mut keys = keep::keys_of(&profile)?;
    if !args.keys.is_empty() {
        keys =
            args.keys.iter().map(|key| Ok(secret_spec(profile.vendor, key)?.name)).collect::<Result<_, Failure>>()?;
    }
    let secrets = if args.stdin {
        keep::secrets_from_lines(read_stdin()?.as_str(), &keys)?
    } else {
        let Some(mut person) = Person::at(&context.term) else {
            let failure = Failure::usage("there is no terminal to ask for the secrets");
            return Err(
                failure.hint(format!("give them on the standard input:  … | contacts login {} --stdin", profile.name))
            );
        };
        let mut secrets = BTreeMap::new();
        for key in &keys {
            let help = key_spec(profile.vendor, key).map_or("", |spec| spec.help);
            secrets.insert(*key, person.hidden(&format!("{key}: {help} (not shown)"))?);
        }
        secrets
    };
    if !args.no_check {
        let found = identity(context, &keep::with_secrets(&profile, &secrets))
            .map_err(|failure| failure.hint("nothing was kept; `--no-check` keeps the secrets without trying them"))?;
        context.say(&format!("{} ({}): {}", profile.name, profile.vendor.name, signed_in(&found)));
    }
    keep::keep(&profile, &secrets, &SystemKeyring)?;
    let names: Vec<&str> = secrets.keys().copied().collect();
    context.say(&format!("kept in the keyring: {}", names.join(", ")));
    let config = context.config()?;
    let moved = keep::point_to_keyring(config, &profile, names, &context.env)?;
    if !moved.is_empty() {
        context.say(&format!("{} now says that {} is in the keyring", config.shown, moved.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs `contacts logout`.
pub fn logout(context: &Context, args: LogoutArgs) -> Result<ExitCode, Failure> {
    let profile = chosen(context, args.profile)?;
    let keys = keep::keys_of(&profile)?;
    let gone = keep::forget(&profile, &keys, &SystemKeyring)?;
    if gone.is_empty() {
        context.say(&format!("the keyring holds nothing of profile `{}`", profile.name));
    } else {
        context.say(&format!("taken out of the keyring: {}", gone.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

/// The one profile that is meant.
fn chosen(context: &Context, name: Option<String>) -> Result<Profile, Failure> {
    if context.globals.demo {
        return Err(Failure::usage("the demo's profiles need no secrets of yours"));
    }
    let names = name.map_or_else(|| context.globals.profiles.clone(), |name| vec![name]);
    let mut selection = context.config()?.select(Wanted::Named(&names), &context.env)?;
    match (selection.profiles.len(), selection.broken.pop()) {
        (_, Some(error)) => Err(error.into()),
        (1, None) => Ok(selection.profiles.remove(0)),
        _ => Err(Failure::usage("one profile at a time").hint("name it:  contacts login NAME")),
    }
}
