//! Why the mirror could not do what was asked, and what to do then.

use std::path::PathBuf;

use crate::source::{ErrorKind, SourceError};

/// A failure of the mirror.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// There is no mirror yet.
    #[error("there is no mirror at `{}`", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error("the mirror `{}` has format {found}; this program knows formats up to {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format that is known.
        known: i64,
    },
    /// An older version of the program wrote it, and it cannot be brought up to date here.
    #[error("the mirror `{}` was written by an older version and cannot be brought up to date: {detail}", path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// The file is a database of something else, or no database.
    #[error("`{}` is not a mirror of this program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is corrupt or was cut off.
    #[error("the mirror `{}` is damaged: {detail}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// It is encrypted, and no key was given.
    #[error("the mirror `{}` is encrypted, and the configuration names no key for it", path.display())]
    NoKey {
        /// The database.
        path: PathBuf,
    },
    /// It is encrypted with another key than the one that was given.
    #[error("the mirror `{}` is encrypted, and its key is another one, or its first page is damaged", path.display())]
    WrongKey {
        /// The database.
        path: PathBuf,
    },
    /// A key was given, and the database is not encrypted.
    #[error("the mirror `{}` is not encrypted, and the configuration says that it is to be", path.display())]
    NotEncrypted {
        /// The database.
        path: PathBuf,
    },
    /// It is encrypted, and this build knows no encryption.
    #[error("the mirror `{}` is encrypted, and this build of `contacts` cannot read it", path.display())]
    Unreadable {
        /// The database.
        path: PathBuf,
    },
    /// A key was given, and this build knows no encryption.
    #[error("the mirror is to be encrypted, and this build of `contacts` cannot do that")]
    CannotEncrypt,
    /// It cannot be written anew while somebody has it open.
    #[error("the mirror `{}` is in use by another process", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// It may not be read.
    #[error("the mirror `{}` cannot be read: {detail}", path.display())]
    Forbidden {
        /// The database.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// It cannot be written to.
    #[error("the mirror `{}` cannot be written: {detail}", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// It would lie on a network drive.
    #[error("the mirror `{}` cannot be written on a network drive ({kind})", path.display())]
    NetworkDrive {
        /// The database.
        path: PathBuf,
        /// The file system, as `nfs4`.
        kind: String,
    },
    /// The disk is full.
    #[error("the disk that holds the mirror `{}` is full", path.display())]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// Another process syncs the same profile, or holds the database.
    #[error("the mirror of profile `{profile}` is being written by another process")]
    Busy {
        /// The profile.
        profile: String,
    },
    /// What writes it ended unexpectedly.
    #[error("the writing of the mirror stopped unexpectedly")]
    Stopped,
    /// The profile's credentials now belong to another account than the stored contacts.
    #[error("profile `{profile}` now belongs to account `{found}`; the mirror holds contacts of `{stored}`")]
    AccountChanged {
        /// The profile.
        profile: String,
        /// The account of the stored contacts.
        stored: String,
        /// The account of the credentials.
        found: String,
    },
    /// The profile now leads to another server than the stored contacts came from.
    #[error("profile `{profile}` now asks the server `{found}`; the mirror holds contacts of `{stored}`")]
    ServerChanged {
        /// The profile.
        profile: String,
        /// The server of the stored contacts.
        stored: String,
        /// The server of the profile.
        found: String,
    },
    /// The vendor listed nothing although contacts are stored.
    #[error("profile `{profile}`: the vendor lists no contact at all; the {stored} in the mirror are kept")]
    Vanished {
        /// The profile.
        profile: String,
        /// How many are stored.
        stored: u64,
    },
    /// The profile was never synced.
    #[error("the mirror holds nothing of profile `{profile}`")]
    NoProfile {
        /// The profile.
        profile: String,
    },
    /// The contact is not in the mirror.
    #[error("profile `{profile}`: no contact `{id}` in the mirror")]
    NoContact {
        /// The profile.
        profile: String,
        /// The contact's id.
        id: String,
    },
    /// The file system failed.
    #[error("`{}`: {detail}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        detail: String,
    },
    /// The database failed in another way.
    #[error("the mirror failed: {detail}")]
    Database {
        /// The database's words.
        detail: String,
    },
}

impl MirrorError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } => "`contacts sync` fills it".to_owned(),
            Self::NoProfile { profile } => format!("`contacts -p {profile} sync` fills it"),
            Self::Newer { .. } => "update `contacts`, or move the file away and run `contacts sync`".to_owned(),
            Self::Older { .. } => {
                "run `contacts mirror rebuild` where the file can be written; it needs no network".to_owned()
            }
            Self::Foreign { .. } => "move the file away, then run `contacts sync`".to_owned(),
            Self::Damaged { .. } => {
                "`contacts mirror rebuild` repairs the index; if that fails, move the file away and run `contacts sync`"
                    .to_owned()
            }
            Self::NoKey { .. } => {
                "say under `[mirror]` where the key is kept, as `key = { keyring = true }`; if it is in the keyring, \
                 `contacts mirror encrypt` writes that for you"
                    .to_owned()
            }
            Self::WrongKey { .. } => {
                "`key` under `[mirror]` must lead to the key it was encrypted with; if that is lost, move the file \
                 away and run `contacts sync`"
                    .to_owned()
            }
            Self::NotEncrypted { .. } => {
                "`contacts mirror encrypt` encrypts it; or take `key` out of `[mirror]`".to_owned()
            }
            Self::Unreadable { .. } | Self::CannotEncrypt => {
                "build it with `cargo install --features encryption`".to_owned()
            }
            Self::InUse { .. } => {
                "wait until it ends, or stop it: a `sync --watch`, a `pick`; then try again".to_owned()
            }
            Self::ReadOnly { .. } | Self::Forbidden { .. } => {
                "check the permissions of the file and its folder".to_owned()
            }
            Self::NetworkDrive { .. } => {
                "machines that share it could damage it; set `XDG_DATA_HOME` to a folder on a local disk".to_owned()
            }
            Self::DiskFull { .. } => "what was synced before is kept; make room and sync again".to_owned(),
            Self::Busy { .. } => "wait for the other `contacts sync` to end".to_owned(),
            Self::AccountChanged { profile, .. } => {
                format!("`contacts mirror forget --profile {profile}` removes the other account's contacts")
            }
            Self::ServerChanged { profile, .. } => {
                format!("`contacts mirror forget --profile {profile}` removes the other server's contacts")
            }
            Self::Vanished { profile, .. } => {
                format!("if they are really gone, `contacts mirror forget --profile {profile}` removes them")
            }
            Self::NoContact { .. } => {
                "it may be newer than the mirror; without `--local` the vendor is asked".to_owned()
            }
            Self::File { .. } | Self::Database { .. } | Self::Stopped => return None,
        })
    }

    /// The class, which fixes the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoContact { .. } => ErrorKind::NotFound,
            Self::WrongKey { .. } => ErrorKind::Auth,
            Self::Missing { .. }
            | Self::NoProfile { .. }
            | Self::AccountChanged { .. }
            | Self::ServerChanged { .. }
            | Self::NetworkDrive { .. }
            | Self::NoKey { .. }
            | Self::NotEncrypted { .. }
            | Self::Unreadable { .. }
            | Self::CannotEncrypt => ErrorKind::Config,
            _ => ErrorKind::Unexpected,
        }
    }
}

impl From<MirrorError> for SourceError {
    fn from(error: MirrorError) -> Self {
        Self { kind: error.kind(), status: None, message: error.to_string(), hint: error.hint() }
    }
}
