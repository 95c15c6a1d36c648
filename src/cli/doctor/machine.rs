//! What a machine needs, whatever the profile: a configuration, a keyring, the way out, folders to write to.

use std::path::{Path, PathBuf};
use std::time::Instant;

use url::Url;

use crate::config::keyring::{self, SecretStore};
use crate::config::secret::keyring_hint;
use crate::config::{Config, Profile, SecretSource};

use super::super::context::Context;
use super::super::failure::FailureKind;
use super::Candidate;
use super::check::Check;
use super::reach::PROXY_VARIABLES;

/// Looks at the machine.
pub fn examine(context: &Context, store: &dyn SecretStore, uses_keyring: bool, candidates: &[Candidate]) -> Vec<Check> {
    let mut checks = Vec::new();
    configuration(context, candidates, &mut checks);
    checks.push(keyring(store, uses_keyring));
    checks.extend(context.mirror_key().map(|source| mirror_key(context, source, store)));
    checks.push(proxies(context));
    checks.push(folder(context, "state folder", context.env.state_dir()));
    checks.push(folder(context, "data folder", context.env.data_dir()));
    checks
}

fn configuration(context: &Context, candidates: &[Candidate], checks: &mut Vec<Check>) {
    if context.globals.demo {
        checks.push(Check::skip("configuration", "the demo reads none"));
        return;
    }
    let config = match context.config() {
        Ok(config) => config,
        Err(failure) => {
            checks.push(Check::failed("configuration", &failure));
            return;
        }
    };
    match &config.path {
        None => checks.push(Check::warn("configuration", "this user has no home folder, so there is no file")),
        Some(path) if !path.path.exists() => {
            let check = Check::warn("configuration", format!("{} is not there yet", config.shown));
            checks.push(check.hint("make it:  contacts profile add"));
        }
        Some(path) => checks.push(file(config, &path.path, candidates)),
    }
    if config.profiles.is_empty() {
        let check = Check::warn("profiles", "no profile is configured");
        checks.push(check.hint("try it without one:  contacts --demo list\nadd your own:        contacts profile add"));
    } else if let Err(error) = config.default_name() {
        let hint = error.hints.join("\n");
        checks.push(Check::warn("profiles", error.message).hint(hint));
    }
}

fn file(config: &Config, path: &Path, candidates: &[Candidate]) -> Check {
    let plain = |profile: &Profile| profile.secrets.values().any(|source| matches!(source, SecretSource::Plain(_)));
    let plain = candidates.iter().any(|(_, profile)| profile.as_ref().is_ok_and(plain));
    let shown = &config.shown;
    match mode(path) {
        Some(mode) if mode & 0o077 != 0 && plain => {
            let message = format!("{shown} (mode {mode:03o}) holds secrets as plain text that other users can read");
            let hint = "`chmod 600` the file, or move the secrets to the keyring with `contacts login`";
            Check::warn("configuration", message).hint(hint)
        }
        Some(mode) => Check::ok("configuration", format!("{shown}, mode {mode:03o}")),
        None => Check::ok("configuration", shown.clone()),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

fn keyring(store: &dyn SecretStore, used: bool) -> Check {
    match keyring::probe(store) {
        Ok(elapsed) => Check::ok("keyring", "a made-up secret was written, read back and removed").took(elapsed),
        Err(error) => {
            let check = if used {
                Check::fail("keyring", FailureKind::Auth, error.to_string())
            } else {
                Check::warn("keyring", format!("{error}; no profile needs it"))
            };
            match keyring_hint(&error) {
                Some(hint) => check.hint(hint),
                None => check,
            }
        }
    }
}

/// Looks whether the key of the mirror can be had, and is one.
fn mirror_key(context: &Context, source: &SecretSource, store: &dyn SecretStore) -> Check {
    let begun = Instant::now();
    let check = match super::super::store::fetch(context, source, store) {
        Ok(_) => Check::ok("mirror key", format!("the key of the mirror is {}", source.described())),
        Err(failure) => Check::failed("mirror key", &failure),
    };
    check.took(begun.elapsed())
}

/// Names which proxies are set; of their addresses only the host, for there may be a password in them.
fn proxies(context: &Context) -> Check {
    let set: Vec<String> = PROXY_VARIABLES
        .iter()
        .filter_map(|name| {
            let value = context.env.os(name)?.to_string_lossy();
            let host = Url::parse(&value).ok().and_then(|url| {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                url.host_str().map(|host| format!(" ({host}{port})"))
            });
            Some(format!("{name}{}", host.unwrap_or_default()))
        })
        .collect();
    match set.is_empty() {
        true => Check::ok("proxy", "none is set"),
        false if context.globals.demo => Check::ok("proxy", format!("{}; the demo goes past it", set.join(", "))),
        false => Check::ok("proxy", set.join(", ")),
    }
}

/// Looks whether the folder, or that in which it would be made, can be written to.
fn folder(context: &Context, name: &'static str, folder: Option<PathBuf>) -> Check {
    let Some(folder) = folder else { return Check::warn(name, "this user has no home folder") };
    let shown = context.env.shown(&folder);
    let there = folder.ancestors().find(|ancestor| ancestor.exists());
    match there.map_or_else(|| Err(std::io::ErrorKind::NotFound.into()), tempfile::tempfile_in) {
        Ok(_) if folder.exists() => Check::ok(name, format!("{shown} can be written to")),
        Ok(_) => Check::ok(name, format!("{shown} can be made")),
        Err(error) => Check::warn(name, format!("{shown} cannot be written to: {error}"))
            .hint("rate limits are not shared between processes, and there is no mirror, without it"),
    }
}
