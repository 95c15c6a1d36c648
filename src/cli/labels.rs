//! The labels that were seen last, kept on disk for the completion of `--label`.
//!
//! Best effort: a file that cannot be read or written is as good as none. Holds labels by profile, and nothing of people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::config::Env;
use crate::model::{Contact, Query, Text};

use super::ask::Answer;
use super::context::Context;

/// More labels of a profile are not kept.
const MOST: usize = 500;
/// A longer one is none that anybody types.
const LONGEST: usize = 100;
/// More than this is not ours.
const LONGEST_FILE: u64 = 1 << 20;

type Labels = BTreeMap<String, BTreeSet<String>>;

/// Keeps the labels of contacts for the next completion; nothing is kept of the demo.
pub fn remember(context: &Context, contacts: &[Contact]) {
    let seen = contacts.iter().flat_map(|contact| contact.labels.iter().map(|label| (contact.profile.as_str(), label)));
    keep(context, seen.map(|(profile, label)| (profile, label.as_str())));
}

/// Keeps the labels that were asked for and found something, which is all that some vendors tell of them.
pub fn remember_asked(context: &Context, query: &Query, answers: &[Answer]) {
    let answered = answers.iter().filter(|answer| answer.outcome.tally.rows > 0 && query.filter.labels.len() == 1);
    keep(
        context,
        answered.flat_map(|answer| query.filter.labels.iter().map(|label| (answer.profile.as_str(), label.as_str()))),
    );
}

/// Keeps the labels that an account lists.
pub fn remember_listed(context: &Context, profile: &str, labels: &[Text]) {
    keep(context, labels.iter().map(|label| (profile, label.as_str())));
}

/// Keeps no label of a profile any longer.
pub fn forget(context: &Context, profile: &str) {
    let Some(path) = path(&context.env) else { return };
    let mut all = read(path.clone());
    if all.remove(profile).is_some() {
        let _ = write(&path, &all);
    }
}

/// The labels of a profile, as they were seen last.
pub fn known(env: &Env, profile: &str) -> Vec<String> {
    path(env).map(read).and_then(|mut all| all.remove(profile)).unwrap_or_default().into_iter().collect()
}

fn path(env: &Env) -> Option<PathBuf> {
    env.cache_dir().map(|folder| folder.join("labels.json"))
}

fn read(path: PathBuf) -> Labels {
    let small = std::fs::metadata(&path).is_ok_and(|meta| meta.len() <= LONGEST_FILE);
    let text = small.then(|| std::fs::read(path).ok()).flatten();
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn keep<'a>(context: &Context, seen: impl Iterator<Item = (&'a str, &'a str)>) {
    if context.globals.demo {
        return;
    }
    let mut seen = seen.filter(|(_, label)| !label.is_empty() && label.len() <= LONGEST).peekable();
    let Some(path) = path(&context.env).filter(|_| seen.peek().is_some()) else { return };
    let mut all = read(path.clone());
    let mut is_new = false;
    for (profile, label) in seen {
        let labels = all.entry(profile.to_owned()).or_default();
        is_new |= labels.len() < MOST && labels.insert(label.to_owned());
    }
    if is_new {
        let _ = write(&path, &all);
    }
}

/// Readable by its owner alone, and whole or not at all.
fn write(path: &std::path::Path, all: &Labels) -> std::io::Result<()> {
    let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
    let mut folders = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.recursive(true).create(folder)?;
    let mut file = tempfile::Builder::new().prefix(".labels-").tempfile_in(folder)?;
    serde_json::to_writer(&mut file, all)?;
    file.persist(path)?;
    Ok(())
}
