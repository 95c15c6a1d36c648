//! What is left of rate limits, shared by the processes of one user through a small file that is locked while it is used.
//!
//! Best effort: a file that cannot be read, written or locked is as good as none. It holds no secret: the account is
//! told by a hash. One line a route: limit, requests left, end of the window and its length in milliseconds, path.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use url::Url;

use super::Auth;
use super::pace::Window;

/// More than this is not ours.
const LONGEST_FILE: u64 = 64 << 10;

/// No window of a vendor ends later than this; a line that says so comes from a clock that was wrong.
const LONGEST_WINDOW: Duration = Duration::from_hours(24);

/// How often the lock is tried for, a millisecond apart; who holds it does so for microseconds.
const TRIES: u32 = 10;

/// The file of one account.
pub(super) struct Shared {
    path: PathBuf,
}

impl Shared {
    /// The file in `folder` for the account of `auth` at the origin of `base`. Nothing is opened yet.
    pub fn new(folder: &Path, base: &Url, auth: &Auth) -> Self {
        Self { path: folder.join(format!("limits-{}", account(base, auth))) }
    }

    /// Hands what the file says of `route` to `step`, and writes what it makes of it.
    ///
    /// `step` runs exactly once. The file comes into being when a limit is known, and not before.
    pub fn update<T>(
        &self,
        route: &str,
        now: Timestamp,
        step: &mut dyn FnMut(Option<Window>) -> (Option<Window>, T),
    ) -> T {
        let mut file = self.open();
        let mut lines = match &mut file {
            Access::Open(file) => read(file),
            Access::Absent | Access::Denied => Vec::new(),
        };
        lines.retain(|(_, window)| is_live(window, now));
        let known = lines.iter().position(|(name, _)| name == route);
        let before = known.map(|at| lines[at].1);
        let (after, outcome) = step(before);
        let Some(after) = after.filter(|_| after != before) else { return outcome };
        match known {
            Some(at) => lines[at].1 = after,
            None => lines.push((route.to_owned(), after)),
        }
        let file = match file {
            Access::Open(file) => Some(file),
            Access::Absent => self.create(),
            Access::Denied => None,
        };
        if let Some(mut file) = file {
            // Best effort: without it this process still paces itself.
            let _ = write(&mut file, &lines);
        }
        outcome
    }

    fn open(&self) -> Access {
        match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => locked(file).map_or(Access::Denied, Access::Open),
            Err(error) if error.kind() == ErrorKind::NotFound => Access::Absent,
            Err(_) => Access::Denied,
        }
    }

    fn create(&self) -> Option<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut folders = DirBuilder::new();
        folders.recursive(true);
        #[cfg(unix)]
        {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
        }
        folders.create(self.path.parent()?).ok()?;
        options.open(&self.path).ok().and_then(locked)
    }
}

/// What trying to open the file came to.
enum Access {
    /// It is ours until it is closed.
    Open(File),
    /// There is none yet.
    Absent,
    /// It cannot be used.
    Denied,
}

/// The file, locked until it is closed; `None` if someone else keeps it.
fn locked(file: File) -> Option<File> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

fn read(file: &mut File) -> Vec<(String, Window)> {
    let mut text = String::new();
    if file.take(LONGEST_FILE).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    text.lines().filter_map(parse).collect()
}

fn parse(line: &str) -> Option<(String, Window)> {
    let mut fields = line.splitn(5, ' ');
    let limit = fields.next()?.parse().ok()?;
    let remaining = fields.next()?.parse().ok()?;
    let ends = Timestamp::from_millisecond(fields.next()?.parse().ok()?).ok()?;
    let length = Duration::from_millis(fields.next()?.parse().ok()?);
    Some((fields.next()?.to_owned(), Window { limit, remaining, ends, length }))
}

fn is_live(window: &Window, now: Timestamp) -> bool {
    let left = window.ends.duration_since(now);
    Duration::try_from(left).is_ok_and(|left| !left.is_zero() && left <= LONGEST_WINDOW)
}

fn write(file: &mut File, lines: &[(String, Window)]) -> std::io::Result<()> {
    let mut text = String::new();
    for (route, window) in lines {
        let (ends, length) = (window.ends.as_millisecond(), window.length.as_millis());
        writeln!(text, "{} {} {ends} {length} {route}", window.limit, window.remaining)
            .expect("a string takes everything");
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}

/// Tells one account from another without telling its secrets: the first half of a SHA-256, in hexadecimal digits.
fn account(base: &Url, auth: &Auth) -> String {
    let sha256 = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .expect("a suite of TLS 1.3 is one")
        .common
        .hash_provider;
    let mut hash = sha256.start();
    hash.update(base.origin().ascii_serialization().as_bytes());
    let mut part = |text: &str| {
        hash.update(&[0]);
        hash.update(text.as_bytes());
    };
    match auth {
        Auth::None => {}
        Auth::Headers(headers) => headers.iter().for_each(|(_, secret)| part(secret.expose_secret())),
        Auth::Basic { user, password } => [user, password].iter().for_each(|secret| part(secret.expose_secret())),
        Auth::Bearer(token) => part(token.expose_secret()),
    }
    let hash = hash.finish();
    let half = hash.as_ref().first_chunk().expect("a SHA-256 has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(*half))
}
