//! `contacts mirror encrypt` and `decrypt`: the database, the key, and the configuration that names the key go together.

use std::process::ExitCode;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, FailureKind};
use crate::cli::store::{failed, fetch, open, path};
use crate::config::keyring::SystemKeyring;
use crate::config::{SecretSource, mirror_key};
use crate::mirror::{self, CAN_ENCRYPT, DatabaseKey, Header, MirrorError, Mode, Store, header};

/// Encrypts the database.
///
/// The configuration is written first: whatever happens after that, no database is made or read unencrypted by mistake.
pub fn encrypt(context: &Context) -> Result<ExitCode, Failure> {
    refuse_what_cannot_be(context)?;
    let path = path(context)?;
    let config = context.config()?;
    let found = header(&path).map_err(failed)?;
    if found == Header::Encrypted && config.mirror_key.is_some() {
        open(context, Mode::Read)?;
        context.say("the mirror is encrypted already");
        return Ok(ExitCode::SUCCESS);
    }
    let source = config.mirror_key.clone().unwrap_or(SecretSource::Keyring);
    let key = match (&source, found) {
        // The one that it is encrypted with: a new one would be of no use.
        (_, Header::Encrypted) => fetch(context, &source, &SystemKeyring)?,
        (SecretSource::Keyring, _) if !mirror_key::is_kept(&SystemKeyring)? => {
            let key = DatabaseKey::random().map_err(failed)?;
            mirror_key::keep(key.digits(), &SystemKeyring)?;
            context.say(&format!(
                "a new key is in the keyring ({}); without it nobody can read the mirror",
                mirror_key::entry()
            ));
            key
        }
        _ => fetch(context, &source, &SystemKeyring)?,
    };
    if found == Header::Encrypted {
        Store::open_with(&path, Mode::Read, Some(&key)).map_err(failed)?;
    }
    let written = config.mirror_key.is_none();
    if written {
        mirror_key::write(config, &source, &context.env)?;
        context.say(&format!("{} now says that the key is {}", config.shown, source.described()));
    }
    match found {
        Header::Nothing => context.say("nothing is stored yet; contacts sync will store it encrypted"),
        Header::Encrypted => context.say("the mirror is encrypted already"),
        Header::Plain | Header::Foreign => {
            if let Err(error) = mirror::encrypt(&path, &key) {
                let as_before = !matches!(header(&path), Ok(Header::Encrypted));
                if written && as_before {
                    mirror_key::erase(config, &context.env)?;
                }
                return Err(failed(error));
            }
            context.say("the mirror is encrypted");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Stores the database unencrypted again. The key stays in the keyring: copies of the file may lie elsewhere.
pub fn decrypt(context: &Context) -> Result<ExitCode, Failure> {
    refuse_what_cannot_be(context)?;
    let path = path(context)?;
    let config = context.config()?;
    if header(&path).map_err(failed)? == Header::Encrypted {
        let source = config.mirror_key.clone().unwrap_or(SecretSource::Keyring);
        mirror::decrypt(&path, &fetch(context, &source, &SystemKeyring)?).map_err(failed)?;
        context.say("the mirror is no longer encrypted");
        if matches!(source, SecretSource::Keyring) {
            context.say(&format!("its key stays in the keyring ({})", mirror_key::entry()));
        }
    } else {
        context.say("the mirror is not encrypted");
    }
    if config.mirror_key.is_some() {
        mirror_key::erase(config, &context.env)?;
        context.say(&format!("{} no longer names a key", config.shown));
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse_what_cannot_be(context: &Context) -> Result<(), Failure> {
    if context.globals.demo {
        let failure = Failure::new(FailureKind::Usage, "the demo reads no configuration, and cannot keep a key");
        return Err(failure.hint("leave --demo out"));
    }
    if CAN_ENCRYPT { Ok(()) } else { Err(failed(MirrorError::CannotEncrypt)) }
}
