//! The questions of `contacts profile add`, each asked until its answer is one. Decides nothing and writes nothing.

use zeroize::Zeroizing;

use crate::config::{ConfigError, Draft, Profile, SecretPlace, address_of, recognise, vendor_named};
use crate::vendor::{VENDORS, VendorSpec, WebAddress};

use super::super::failure::Failure;
use super::prompt::{Asker, TRIES};

/// What reaches outside while a profile is added.
pub(super) struct Hands<'a> {
    /// Nobody: nothing is asked.
    pub(super) asker: Option<&'a mut dyn Asker>,
    /// Makes one call and says who one is.
    pub(super) check: &'a mut dyn FnMut(&Profile) -> Result<String, Failure>,
    pub(super) read_stdin: &'a mut dyn FnMut() -> Result<Zeroizing<String>, Failure>,
}

pub(super) fn ask_vendor(address: &mut Option<String>, hands: &mut Hands<'_>) -> Result<&'static VendorSpec, Failure> {
    let names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
    let found = ask(hands, |asker| {
        for vendor in VENDORS {
            asker.say(&format!("  {:<12} {}", vendor.name, vendor.title));
        }
        for _ in 0..TRIES {
            let answer = asker.line("which vendor, or the address of its web page", None)?;
            match recognise(&answer) {
                Some((vendor, _)) => {
                    *address = Some(answer);
                    return Ok(vendor);
                }
                None if answer.contains("://") => {
                    asker.say("that address could be anybody's; name the vendor first");
                    *address = Some(answer);
                }
                None => match vendor_named(&answer) {
                    Ok(vendor) => return Ok(vendor),
                    Err(error) => asker.say(&with_hints(&error.message, &error.hints)),
                },
            }
        }
        Err(Failure::usage("no vendor was named"))
    })?;
    found.ok_or_else(|| {
        Failure::usage("it is not said which vendor this is").hint(format!("give --vendor {}", names.join("|")))
    })
}

/// Asks for one key until the answer is one; `None` if nobody can be asked. The answer of a key other than `base_url` is
/// in the address's `base_url`.
pub(super) fn ask_key(
    draft: &Draft,
    key: &str,
    help: &str,
    default: Option<&str>,
    hands: &mut Hands<'_>,
) -> Result<Option<WebAddress>, Failure> {
    ask(hands, |asker| {
        for _ in 0..TRIES {
            let answer = asker.line(&format!("{key}: {help}"), default)?;
            let address = match key {
                "base_url" => address_of(draft.vendor, &answer),
                _ => WebAddress { base_url: answer, ..WebAddress::default() },
            };
            match draft.check(key, &address.base_url) {
                // The vendor's own address need not be written down.
                Ok(()) if Some(address.base_url.as_str()) == default => return Ok(WebAddress::default()),
                Ok(()) => return Ok(address),
                Err(error) => asker.say(&with_hints(&error.message, &error.hints)),
            }
        }
        Err(Failure::usage(format!("no answer could be `{key}`")))
    })
}

pub(super) fn ask_places(
    asker: &mut dyn Asker,
    vendor: &VendorSpec,
    keys: &[&'static str],
) -> Result<Vec<(&'static str, SecretPlace)>, Failure> {
    asker.say("where shall its secrets be kept?");
    asker.say("  keyring   the system's keyring");
    asker.say("  env       an environment variable that you set");
    asker.say("  command   a command that prints it, as `pass show …`");
    asker.say("  file      the configuration file, as plain text");
    for _ in 0..TRIES {
        let kind = asker.line("keyring, env, command or file", Some("keyring"))?;
        let place = |asker: &mut dyn Asker, key: &str| -> Result<Option<SecretPlace>, Failure> {
            Ok(Some(match kind.as_str() {
                "keyring" | "k" => SecretPlace::Keyring,
                "file" | "f" | "plain" => SecretPlace::Plain,
                "env" | "e" => {
                    let proposal = format!("{}_{}", vendor.name, key).to_uppercase();
                    SecretPlace::Env(asker.line(&format!("{key}: the variable's name"), Some(&proposal))?)
                }
                "command" | "c" => SecretPlace::Command(asker.line(&format!("{key}: the command"), None)?),
                _ => return Ok(None),
            }))
        };
        let places: Option<Vec<(&'static str, SecretPlace)>> =
            keys.iter().map(|key| Ok(place(asker, key)?.map(|place| (*key, place)))).collect::<Result<_, Failure>>()?;
        match places {
            Some(places) => return Ok(places),
            None => asker.say(&format!("`{kind}` is none of them")),
        }
    }
    Err(Failure::usage("it was not said where the secrets shall be kept"))
}

/// Whether a person wants the secrets that no keyring takes in the file, as plain text; the failure if not.
pub(super) fn agree_to_file(error: ConfigError, hands: &mut Hands<'_>) -> Result<(), Failure> {
    let agreed = ask(hands, |asker| {
        asker.say(&error.message);
        asker.agrees("keep it in the configuration file instead, as plain text that only you can read?")
    })?;
    if agreed == Some(true) { Ok(()) } else { Err(error.into()) }
}

/// Goes on after a failed check only if a person says so.
pub(super) fn keep_nevertheless(failure: Failure, hands: &mut Hands<'_>) -> Result<(), Failure> {
    let agreed = ask(hands, |asker| {
        asker.say(&format!("it does not work yet: {}", with_hints(&failure.message, &failure.hints)));
        asker.agrees("keep the profile nevertheless?")
    })?;
    match agreed {
        Some(true) => Ok(()),
        _ => Err(failure.hint("nothing was written; `--no-check` adds the profile without trying it")),
    }
}

/// Asks if there is somebody to be asked.
pub(super) fn ask<T>(
    hands: &mut Hands<'_>,
    question: impl FnOnce(&mut dyn Asker) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    hands.asker.as_mut().map(|asker| question(&mut **asker)).transpose()
}

pub(super) fn with_hints(message: &str, hints: &[String]) -> String {
    std::iter::once(message).chain(hints.iter().map(String::as_str)).collect::<Vec<_>>().join("; ")
}
