//! The rights of the mirror's files: nobody but their owner gets at them, even if somebody loosened them by hand.

use std::path::{Path, PathBuf};

/// A file or folder of the mirror that others than its owner have rights to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The file or folder.
    pub path: PathBuf,
    /// Its mode, as 0o644.
    pub mode: u32,
}

/// What of the mirror at `database` others than its owner have rights to: the folder, the database, the files beside it.
#[cfg(unix)]
pub fn exposed(database: &Path) -> Vec<Exposed> {
    let Some((folder, files)) = files(database) else { return Vec::new() };
    std::iter::once(folder).chain(files.ours).filter_map(looser).collect()
}

/// What of the mirror others have rights to; this system has no modes.
#[cfg(not(unix))]
pub fn exposed(_database: &Path) -> Vec<Exposed> {
    Vec::new()
}

/// Takes the rights of others away. What belongs to another user stays as it is: [`exposed`] tells.
#[cfg(unix)]
pub(super) fn tighten(database: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Some((folder, files)) = files(database) else { return };
    // A folder that holds other things as well is not the mirror's to close.
    let folder = (!files.others).then_some(folder);
    for Exposed { path, mode } in folder.into_iter().chain(files.ours).filter_map(looser) {
        // Whoever may not do it is told by `exposed`.
        let _ = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode & 0o700));
    }
}

/// Nothing to do: this system has no modes.
#[cfg(not(unix))]
pub(super) fn tighten(_database: &Path) {}

/// What lies in the mirror's folder.
#[cfg(unix)]
struct Files {
    /// The database, its log and shared memory, the locks.
    ours: Vec<PathBuf>,
    /// Whether anything else is there.
    others: bool,
}

#[cfg(unix)]
fn files(database: &Path) -> Option<(PathBuf, Files)> {
    let name = database.file_name()?.as_encoded_bytes();
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (ours, others) =
        std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path()).partition::<Vec<_>, _>(
            |path| path.file_name().is_some_and(|file| file.as_encoded_bytes().starts_with(name)),
        );
    Some((folder.to_owned(), Files { ours, others: !others.is_empty() }))
}

#[cfg(unix)]
fn looser(path: PathBuf) -> Option<Exposed> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(Exposed { path, mode })
}
