//! Whether a folder lies on a network drive, where several machines cannot share a database safely.

use std::path::Path;

/// File systems whose locks and shared memory do not reach other machines.
const NETWORK: [&str; 10] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"];

/// The file system of the network drive that holds `folder`, if it is one and the system tells (Linux does).
pub fn network_drive(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let folder = folder.canonicalize().ok()?;
    file_system(&mounts, &folder).filter(|kind| NETWORK.contains(&kind.as_str()))
}

/// The file system of the innermost mount that holds `folder`; of several at one place the last is the visible one.
fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let parse = |line: &str| {
        let (mount, system) = line.split_once(" - ")?;
        let point = unescape(mount.split(' ').nth(4)?);
        let depth = Path::new(&point).components().count();
        folder.starts_with(&point).then(|| (depth, system.split(' ').next().unwrap_or_default().to_owned()))
    };
    mounts.lines().filter_map(parse).max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

/// Spaces and the like are written as three octal digits behind a backslash.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:31 / /home rw shared:5 master:2 - nfs4 server:/home rw,vers=4.2
31 30 0:32 / /home/ann\\040lee/local rw - xfs /dev/vdb rw
32 22 0:33 / /mnt rw - ext4 /dev/vdc rw
33 22 0:34 / /mnt rw - fuse.sshfs there:/ rw
";

    #[test]
    fn the_innermost_mount_tells() {
        for (folder, kind) in [
            ("/var/lib", "ext4"),
            ("/home/bob", "nfs4"),
            ("/home/ann lee/local/share", "xfs"),
            ("/homely", "ext4"),
            ("/mnt/data", "fuse.sshfs"),
        ] {
            assert_eq!(file_system(MOUNTS, Path::new(folder)).as_deref(), Some(kind), "{folder}");
        }
        assert_eq!(file_system("garbage\n - \n", Path::new("/")), None);
    }
}
