//! Opens the mirror for every command: where it lies, and who else could read it.

use std::path::PathBuf;

use crate::mirror::{Exposed, FILE_NAME, MirrorError, Mode, Store, exposed};

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
    let store = Store::open(&path, mode).map_err(failed)?;
    if !before.is_empty() {
        let after = exposed(&path);
        for Exposed { path, mode } in before.iter().filter(|found| !after.contains(found)) {
            let shown = context.env.shown(path);
            context.say(&format!("warning: {shown} was open to others (mode {mode:03o}) and is private again"));
        }
    }
    Ok(store)
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
