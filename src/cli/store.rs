//! Opens the mirror for every command: where it lies, which key opens it, and who else could read it.

use std::path::PathBuf;

use crate::config::keyring::{SecretStore, SystemKeyring};
use crate::config::{SecretSource, mirror_key};
use crate::mirror::{CAN_ENCRYPT, DatabaseKey, Exposed, FILE_NAME, Header, MirrorError, Mode, Store, exposed, header};

use super::context::Context;
use super::failure::{Failure, FailureKind};

/// Where the mirror lies.
pub fn path(context: &Context) -> Result<PathBuf, Failure> {
    let folder = context.env.data_dir().ok_or_else(|| {
        Failure::new(FailureKind::Config, "there is no place for the mirror").hint("set HOME or XDG_DATA_HOME")
    })?;
    Ok(folder.join(FILE_NAME))
}

/// Opens the mirror. For writing, the rights of others are taken away, and a person is told that there were any.
pub fn open(context: &Context, mode: Mode) -> Result<Store, Failure> {
    let path = path(context)?;
    let before = if mode == Mode::Write { exposed(&path) } else { Vec::new() };
    let key = key(context, mode)?;
    let store = Store::open_telling(&path, mode, key.as_ref(), &|| say_long(context)).map_err(failed)?;
    if !before.is_empty() {
        let after = exposed(&path);
        for Exposed { path, mode } in before.iter().filter(|found| !after.contains(found)) {
            let shown = context.env.shown(path);
            context.say(&format!("warning: {shown} was open to others (mode {mode:03o}) and is private again"));
        }
    }
    Ok(store)
}

/// Says to a person who waits why nothing happens.
pub fn say_long(context: &Context) {
    if context.term.stderr_is_terminal() {
        context.say("the local mirror is of an older version and is brought up to date; this is done once");
    }
}

/// The key that the mirror is to be opened with; none if it is not encrypted.
///
/// A keyring is touched, or a command run, only where the key is needed, and once.
pub fn key(context: &Context, mode: Mode) -> Result<Option<DatabaseKey>, Failure> {
    let path = path(context)?;
    let found = header(&path).map_err(failed)?;
    let needed = found == Header::Encrypted || (found == Header::Nothing && mode == Mode::Write);
    if found == Header::Encrypted && context.globals.demo {
        let failure = Failure::new(FailureKind::Config, "the mirror is encrypted, and the demo reads no configuration");
        return Err(failure.hint("leave --demo out, or set XDG_DATA_HOME to another folder"));
    }
    if found == Header::Encrypted && !CAN_ENCRYPT {
        return Err(failed(MirrorError::Unreadable { path }));
    }
    let source = if found == Header::Encrypted { context.config()?.mirror_key.as_ref() } else { context.mirror_key() };
    match source {
        Some(_) if !CAN_ENCRYPT && found != Header::Foreign => Err(failed(MirrorError::CannotEncrypt)),
        Some(_) if found == Header::Plain => Err(failed(MirrorError::NotEncrypted { path })),
        Some(source) if needed => context.once_mirror_key(|| fetch(context, source, &SystemKeyring)).map(Some),
        None if found == Header::Encrypted => Err(failed(MirrorError::NoKey { path })),
        _ => Ok(None),
    }
}

/// Fetches the key from where it is kept.
pub fn fetch(context: &Context, source: &SecretSource, store: &dyn SecretStore) -> Result<DatabaseKey, Failure> {
    let digits = mirror_key::fetch(source, &context.env, store)?;
    DatabaseKey::parse(digits).ok_or_else(|| {
        let (what, place) = (DatabaseKey::DIGITS, source.described());
        let failure = Failure::new(
            FailureKind::Auth,
            format!("the key of the mirror, {place}, is not {what} hexadecimal digits"),
        );
        failure.hint("make one:  openssl rand -hex 32")
    })
}

/// Tells a person what of the mirror others have rights to.
pub fn say_exposed(context: &Context) -> Result<(), Failure> {
    for Exposed { path, mode } in exposed(&path(context)?) {
        let shown = context.env.shown(&path);
        context
            .say(&format!("warning: {shown} is open to others (mode {mode:03o}); make it private:  chmod go= {shown}"));
    }
    Ok(())
}

/// A failure of the mirror as a command tells it.
pub fn failed(error: MirrorError) -> Failure {
    let error = crate::source::SourceError::from(error);
    Failure { profile: None, vendor: None, ..Failure::from_source(&error, "", "") }
}
