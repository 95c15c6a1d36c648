//! Exports that survive: rows go to a file beside the one asked for, and a state file says how far they are safe.
//!
//! Rows, byte offset and the walk's state advance together: a state is written only when every row before it is in the
//! file. Whatever ends the program, the next run cuts the file at that offset and goes on.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::source::walk::{Resume, Tally, Verdict, WalkState};

use super::failure::{Failure, FailureKind};
use super::place;

/// The version of the state file; another version's is refused.
const VERSION: u32 = 1;
/// States are written this often at most, so that saving costs nothing beside fetching.
const SAVE_EVERY: Duration = Duration::from_millis(200);

/// What the state file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Saved {
    version: u32,
    /// Everything that fixes the bytes of the output; another query must not go on here.
    query: String,
    /// Bytes of the output that are safe.
    offset: u64,
    /// Rows in them.
    rows: u64,
    /// Bytes of the list of ids that belong to the state.
    ids_offset: u64,
    /// Lanes that the list of ids has closed.
    lanes: usize,
    walk: WalkState,
    /// The export is whole; only the file's name may still be missing.
    #[serde(default)]
    finished: Option<Finished>,
}

/// How the walk of a whole export ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// What the answer may claim.
    pub verdict: Verdict,
    /// Why, in words.
    pub basis: String,
}

/// An export of which nothing is missing.
pub struct Whole {
    /// How its walk ended.
    pub finished: Finished,
    /// What was counted.
    pub tally: Tally,
}

impl Whole {
    /// The export that `state` tells of, if the run that made it was ended between its last byte and its name.
    pub fn of(out: &Path, state: &Path, query: &str) -> Result<Option<Self>, Failure> {
        let Ok(bytes) = std::fs::read(state) else { return Ok(None) };
        let saved = checked(state, &bytes, query)?;
        let Some(finished) = saved.finished else { return Ok(None) };
        let is_whole = |path: &Path| std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == saved.offset);
        let part = beside(state, ".part");
        if is_whole(&part) {
            place::rename(&part, out).map_err(|error| cannot("write", out, &error))?;
        } else if !is_whole(out) {
            return Ok(None);
        }
        clean_up(state);
        Ok(Some(Self { finished, tally: saved.walk.tally }))
    }
}

/// An export under way.
pub struct Export {
    state_path: PathBuf,
    part: BufWriter<File>,
    part_path: PathBuf,
    out_path: PathBuf,
    ids: BufWriter<File>,
    ids_path: PathBuf,
    saved: Saved,
    /// The newest state that may be written, once what it promises is on its way to the disk.
    saved_at: Option<Timestamp>,
    dirty: bool,
}

impl Export {
    /// What it writes while it is not whole: `state` and what lies beside it.
    pub fn files(state: &Path) -> [PathBuf; 4] {
        [state.to_owned(), beside(state, ".part"), beside(state, ".ids"), beside(state, ".new")]
    }

    /// Begins an export to `out`, or goes on with the one that `state` tells of.
    pub fn open(out: &Path, state: &Path, query: String) -> Result<Self, Failure> {
        let (part_path, ids_path) = (beside(state, ".part"), beside(state, ".ids"));
        let fresh = Saved {
            version: VERSION,
            query,
            offset: 0,
            rows: 0,
            ids_offset: 0,
            lanes: 0,
            walk: WalkState::default(),
            finished: None,
        };
        let saved = match std::fs::read(state) {
            Ok(bytes) => {
                let saved = checked(state, &bytes, &fresh.query)?;
                // Whole once, but its file is gone since.
                if saved.finished.is_some() { fresh } else { saved }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => fresh,
            Err(error) => return Err(cannot("read", state, &error)),
        };
        let part = open_cut(&part_path, saved.offset)?;
        let ids = open_cut(&ids_path, saved.ids_offset)?;
        Ok(Self {
            state_path: state.to_owned(),
            part: BufWriter::with_capacity(1 << 16, part),
            part_path,
            out_path: out.to_owned(),
            ids: BufWriter::new(ids),
            ids_path,
            saved,
            saved_at: None,
            dirty: false,
        })
    }

    /// Rows that are safe already.
    pub fn rows(&self) -> u64 {
        self.saved.rows
    }

    /// Whether it goes on with an earlier run.
    pub fn goes_on(&self) -> bool {
        // Pages may have been read of which no row is wanted.
        self.saved.offset > 0 || self.saved.walk != WalkState::default()
    }

    /// Where the walk goes on; `None` if it begins.
    pub fn resume(&self) -> Result<Option<Resume>, Failure> {
        if !self.goes_on() {
            return Ok(None);
        }
        let file = File::open(&self.ids_path).map_err(|error| cannot("read", &self.ids_path, &error))?;
        let lines = BufReader::new(file.take(self.saved.ids_offset)).lines().map_while(Result::ok);
        let ids = lines.map(|line| (!line.is_empty()).then(|| Text::from(line)));
        Ok(Some(Resume { state: self.saved.walk.clone(), ids: Box::new(ids) }))
    }

    /// Writes a part of the output.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.part.write_all(bytes).map_err(|error| cannot("write", &self.part_path, &error))?;
        self.saved.offset += bytes.len() as u64;
        Ok(())
    }

    /// Counts rows that were written.
    pub fn count_rows(&mut self, rows: u64) {
        self.saved.rows += rows;
    }

    /// Keeps ids that a resumed walk needs.
    pub fn keep_ids(&mut self, ids: &[Text]) -> Result<(), Failure> {
        for id in ids {
            let line = id.replace(['\n', '\r'], " ");
            writeln!(self.ids, "{line}").map_err(|error| cannot("write", &self.ids_path, &error))?;
            self.saved.ids_offset += line.len() as u64 + 1;
        }
        Ok(())
    }

    /// Takes note that everything written so far belongs to `walk`, and saves that now and then.
    pub fn checkpoint(&mut self, walk: &WalkState, now: Timestamp) -> Result<(), Failure> {
        while self.saved.lanes < walk.lane {
            self.saved.lanes += 1;
            self.saved.ids_offset += 1;
            self.ids.write_all(b"\n").map_err(|error| cannot("write", &self.ids_path, &error))?;
        }
        self.saved.walk.clone_from(walk);
        self.dirty = true;
        let due = self.saved_at.is_none_or(|at| now.duration_since(at).unsigned_abs() >= SAVE_EVERY);
        if due { self.save(now) } else { Ok(()) }
    }

    /// Saves the state; what it promises is handed to the system first.
    fn save(&mut self, now: Timestamp) -> Result<(), Failure> {
        self.part.flush().map_err(|error| cannot("write", &self.part_path, &error))?;
        self.ids.flush().map_err(|error| cannot("write", &self.ids_path, &error))?;
        let json = serde_json::to_vec(&self.saved)
            .map_err(|error| Failure::new(FailureKind::Unexpected, format!("cannot write down the state: {error}")))?;
        // One name for all of them: a kill leaves one at most, and the next run takes it over.
        let new_path = beside(&self.state_path, ".new");
        let written = std::fs::write(&new_path, json).and_then(|()| std::fs::rename(&new_path, &self.state_path));
        written.map_err(|error| cannot("write", &self.state_path, &error))?;
        (self.saved_at, self.dirty) = (Some(now), false);
        Ok(())
    }

    /// Ends before the end: what is safe stays for the next run.
    pub fn suspend(mut self, good: &Checkpoint) -> Result<(), Failure> {
        if !self.dirty {
            return Ok(());
        }
        // Rows behind the last checkpoint are cut off by the next run.
        let end = (self.saved.offset, self.saved.rows, self.saved.ids_offset);
        (self.saved.offset, self.saved.rows, self.saved.ids_offset) = (good.offset, good.rows, good.ids_offset);
        let saved = self.save(Timestamp::UNIX_EPOCH);
        (self.saved.offset, self.saved.rows, self.saved.ids_offset) = end;
        saved
    }

    /// What a suspended export may keep.
    pub fn good(&self) -> Checkpoint {
        Checkpoint { offset: self.saved.offset, rows: self.saved.rows, ids_offset: self.saved.ids_offset }
    }

    /// Gives the file its name and takes the state away.
    pub fn finish(mut self, finished: Finished) -> Result<(), Failure> {
        // From here on a kill costs nothing but the name, which the next run gives.
        self.saved.finished = Some(finished);
        self.save(Timestamp::UNIX_EPOCH)?;
        let Self { part, part_path, out_path, state_path, .. } = self;
        let file = part.into_inner().map_err(|error| cannot("write", &part_path, error.error()))?;
        if let Ok(old) = std::fs::metadata(&out_path) {
            let _ = file.set_permissions(old.permissions());
        }
        file.sync_all().map_err(|error| cannot("write", &part_path, &error))?;
        place::rename(&part_path, &out_path).map_err(|error| cannot("write", &out_path, &error))?;
        clean_up(&state_path);
        Ok(())
    }
}

/// Takes away what a whole export needs no more, the state last.
fn clean_up(state: &Path) {
    for path in [&beside(state, ".ids"), &beside(state, ".new"), state] {
        let _ = std::fs::remove_file(path);
    }
}

/// How far an export was safe at a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    offset: u64,
    rows: u64,
    ids_offset: u64,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// The state in `bytes`, if it is of this version and this query.
fn checked(path: &Path, bytes: &[u8], query: &str) -> Result<Saved, Failure> {
    let refused = |why: &str| {
        Failure::usage(format!("`{}` {why} (--resume)", path.display()))
            .hint("name another state file, or remove this one to begin anew")
    };
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| refused("is no state file"))?;
    if value.get("version").and_then(serde_json::Value::as_u64) != Some(u64::from(VERSION)) {
        return Err(refused("is the state of another version of contacts"));
    }
    let saved: Saved = serde_json::from_value(value).map_err(|_| refused("is no state file"))?;
    if saved.query != query {
        // What follows is for comparing, not for reading.
        let start = |query: &str| query.split_once(": ").map_or(query, |(start, _)| start).replace(" []", "");
        let (of, wanted) = (start(&saved.query), start(query));
        let other = if of == wanted { ", with other filters, order or options" } else { "" };
        return Err(refused("is the state of another query").hint(format!("it belongs to {of}{other}")));
    }
    Ok(saved)
}

/// Opens `path` for going on at `offset`.
fn open_cut(path: &Path, offset: u64) -> Result<File, Failure> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| cannot("write", path, &error))?;
    // Where files cannot be locked, nothing is known of other runs.
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(Failure::usage(format!("another run is writing `{}`", path.display())).hint("wait for its end"));
    }
    let len = file.metadata().map_err(|error| cannot("read", path, &error))?.len();
    if len < offset {
        let failure = Failure::usage(format!("`{}` is shorter than its state says", path.display()));
        return Err(failure.hint("remove the state file to begin anew"));
    }
    file.set_len(offset)
        .and_then(|()| file.seek(SeekFrom::Start(offset)))
        .map_err(|error| cannot("write", path, &error))?;
    Ok(file)
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Unexpected, format!("cannot {what} `{}`: {error}", path.display()))
        .hint("what is safe so far stays; --resume goes on once that is mended")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path, query: &str) -> Result<Export, Failure> {
        Export::open(&folder.join("out"), &folder.join("state"), query.to_owned())
    }

    fn state(lane: usize) -> WalkState {
        WalkState { lane, ..WalkState::default() }
    }

    fn finished() -> Finished {
        Finished { verdict: Verdict::Exact, basis: "proved".to_owned() }
    }

    #[test]
    fn a_kill_around_the_renaming_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (out, state_path, part) =
            (folder.path().join("out"), folder.path().join("state"), folder.path().join("state.part"));
        for renamed in [false, true] {
            let mut export = open(folder.path(), "q").unwrap();
            export.write(b"all\n").unwrap();
            export.saved.finished = Some(finished());
            export.save(Timestamp::UNIX_EPOCH).unwrap();
            drop(export);
            if renamed {
                std::fs::rename(&part, &out).unwrap();
            }
            assert!(Whole::of(&out, &state_path, "other").is_err());
            assert_eq!(Whole::of(&out, &state_path, "q").unwrap().unwrap().finished, finished());
            assert_eq!(std::fs::read(&out).unwrap(), b"all\n");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "renamed: {renamed}");
            std::fs::remove_file(&out).unwrap();
        }
    }

    #[test]
    fn two_runs_do_not_write_one_export() {
        let folder = tempfile::tempdir().unwrap();
        let _first = open(folder.path(), "q").unwrap();
        assert!(open(folder.path(), "q").err().unwrap().message.contains("another run"));
    }

    #[test]
    fn what_was_not_checkpointed_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let mut export = open(folder.path(), "q").unwrap();
        export.write(b"one\n").unwrap();
        export.keep_ids(&["1".into()]).unwrap();
        export.checkpoint(&state(0), Timestamp::UNIX_EPOCH).unwrap();
        export.write(b"lost\n").unwrap();
        export.keep_ids(&["2".into()]).unwrap();
        drop(export);
        let mut export = open(folder.path(), "q").unwrap();
        let ids: Vec<_> = export.resume().unwrap().unwrap().ids.collect();
        assert_eq!(ids, [Some(Text::from("1"))]);
        export.write(b"two\n").unwrap();
        export.finish(finished()).unwrap();
        assert_eq!(std::fs::read(folder.path().join("out")).unwrap(), b"one\ntwo\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_state_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut export = open(folder.path(), "list").unwrap();
        export.write(b"x").unwrap();
        export.checkpoint(&state(1), Timestamp::UNIX_EPOCH).unwrap();
        drop(export);
        assert!(open(folder.path(), "search").err().unwrap().message.contains("another query"));
        for (bytes, why) in [("{\"version\":99}", "another version"), ("nonsense", "no state file")] {
            std::fs::write(folder.path().join("state"), bytes).unwrap();
            assert!(open(folder.path(), "list").err().unwrap().message.contains(why), "{why}");
        }
    }

    #[test]
    fn a_suspended_export_keeps_the_last_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let mut export = open(folder.path(), "q").unwrap();
        export.checkpoint(&state(0), Timestamp::UNIX_EPOCH).unwrap();
        export.write(b"one\n").unwrap();
        export.checkpoint(&state(0), Timestamp::UNIX_EPOCH).unwrap();
        let good = export.good();
        export.write(b"lost\n").unwrap();
        export.suspend(&good).unwrap();
        assert_eq!(open(folder.path(), "q").unwrap().good().offset, 4);
    }
}
