//! Reading who bears which label, where contacts do not carry theirs: label by label, before everything is walked.
//!
//! A label that cannot be read with proof stays with those who are stored with it, and spoils nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::mirror::Labels;
use crate::model::{Contact, Filter, Query, Text};
use crate::source::walk::{Extent, Good, Outcome, Progress, Sink, Stage, Verdict, WalkOptions, walk};
use crate::source::{ErrorKind, SourceError, Traversal};

use super::super::failure::Failure;
use super::super::progress::counted;
use super::Job;
use super::writer::Writer;

/// More labels of an account are not read.
const MOST: usize = 1 << 16;
/// Labels in a row that may fail before no other is asked for.
const MOST_FAILURES: u32 = 3;
/// Bits of an id that are kept as a number, with the place of a label behind it.
const ID_BITS: u32 = 48;

/// What was read of labels.
pub struct Beside {
    /// Who bears which.
    pub borne: Borne,
    /// Which labels there are, and of which all who bear them are known.
    pub labels: Labels,
    /// What that cost.
    pub requests: u64,
}

/// Who bears which labels; eight bytes for each label of a contact whose id is a number.
#[derive(Default)]
pub struct Borne {
    labels: Vec<Text>,
    /// Id and place of the label, ascending.
    pairs: Vec<u64>,
    others: BTreeMap<Text, BTreeSet<u16>>,
}

impl Borne {
    fn note(&mut self, id: &Text, place: u16) {
        match number(id) {
            Some(number) => self.pairs.push(number << 16 | u64::from(place)),
            None => drop(self.others.entry(id.clone()).or_default().insert(place)),
        }
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.pairs.shrink_to_fit();
    }

    /// Gives a contact its labels.
    pub fn fill(&self, contact: &mut Contact) {
        let places: Vec<u16> = match number(&contact.id) {
            Some(number) => {
                let start = self.pairs.partition_point(|pair| pair >> 16 < number);
                let own = self.pairs[start..].iter().take_while(|pair| *pair >> 16 == number);
                own.filter_map(|pair| u16::try_from(pair & 0xffff).ok()).collect()
            }
            None => self.others.get(&contact.id).into_iter().flatten().copied().collect(),
        };
        contact.labels = places.iter().filter_map(|place| self.labels.get(usize::from(*place)).cloned()).collect();
    }
}

/// The id as a number, if that is written so and small enough.
fn number(id: &str) -> Option<u64> {
    let plain = !id.starts_with(['0', '+']);
    id.parse().ok().filter(|number| plain && *number < 1 << ID_BITS)
}

/// Why a label is not known wholly.
struct Unread {
    label: Text,
    why: String,
}

/// Reads the labels of the account and who bears them; `None` where contacts carry theirs, or labels were never to be had.
///
/// `resumed` is what the first part of a continued pass knew of them: what that could not prove cannot be proved any more.
pub async fn read(job: &Job<'_>, writer: &Writer, resumed: Option<&Labels>) -> Result<Option<Beside>, Failure> {
    let before = job.source.usage().requests;
    let listed = match job.source.account_labels().await {
        Ok(None) => return Ok(None),
        Ok(Some(listed)) => {
            super::super::labels::remember_listed(job.context, job.target.profile, &listed);
            Ok(listed)
        }
        Err(error) => Err(error),
    };
    let stored: Vec<&Labels> = writer.labels_before().into_iter().chain(resumed).collect();
    if let Err(error) = &listed {
        let error = &error.message;
        job.say(&format!("warning: the account's labels cannot be listed, so the mirror does not know them: {error}"));
        if stored.is_empty() {
            return Ok(None);
        }
    }
    // Who bears a label that was taken off the list may still be asked, and whoever is stored with it must not keep it for ever.
    let remembered = stored.iter().flat_map(|labels| labels.iter().map(|(label, _)| label.clone()));
    let mut reading =
        Reading { job, writer, borne: Borne::default(), unread: Vec::new(), failures: 0, stopped: None, seen: (0, 0) };
    let mut labels = Labels::default();
    for label in distinct(listed.iter().flatten().cloned().chain(remembered)) {
        let Ok(place) = u16::try_from(reading.borne.labels.len()) else { break };
        reading.borne.labels.push(label.clone());
        let is_listed = listed.as_ref().is_ok_and(|listed| listed.contains(&label));
        let provable = listed.is_ok() && resumed.is_none_or(|resumed| resumed.is_proved(&label));
        let (proved, bearers) = reading.label(&label, place, provable).await?;
        if is_listed || !proved || bearers > 0 {
            labels.note(label, proved);
        }
    }
    let Reading { mut borne, unread, .. } = reading;
    borne.settle();
    if let (Ok(_), Some(Unread { label, why })) = (&listed, unread.first()) {
        job.say(&format!(
            "warning: {} of {} could not be read with proof, and stay as they are stored (`{label}`: {why})",
            unread.len(),
            counted(borne.labels.len() as u64, "label")
        ));
    }
    Ok(Some(Beside { borne, labels, requests: job.source.usage().requests - before }))
}

/// Each label once, whatever its case, by name.
fn distinct(labels: impl Iterator<Item = Text>) -> Vec<Text> {
    let mut seen = BTreeSet::new();
    let mut labels: Vec<Text> = labels.filter(|label| seen.insert(label.to_lowercase())).collect();
    labels.sort_unstable();
    labels.truncate(MOST);
    labels
}

/// Labels being read.
struct Reading<'a> {
    job: &'a Job<'a>,
    writer: &'a Writer,
    borne: Borne,
    unread: Vec<Unread>,
    /// Labels in a row that failed.
    failures: u32,
    /// Why nothing more is asked.
    stopped: Option<String>,
    /// Pages and contacts of the labels so far.
    seen: (u64, u64),
}

impl Reading<'_> {
    /// Notes who bears a label, as far as that is known; whether that is all, and how many.
    async fn label(&mut self, label: &Text, place: u16, provable: bool) -> Result<(bool, usize), Failure> {
        let why = match &self.stopped {
            _ if !provable => "it was not proved when this sync began".to_owned(),
            Some(stopped) => stopped.clone(),
            None => {
                let (outcome, ids) = self.walk(label).await.map_err(|error| self.job.of_source(&error))?;
                ids.iter().for_each(|id| self.borne.note(id, place));
                match (outcome.verdict, outcome.error) {
                    (Verdict::Exact, _) => {
                        self.failures = 0;
                        return Ok((true, ids.len()));
                    }
                    (_, Some(error)) => {
                        // The next would fail alike, unless it was the label.
                        self.failures += 1;
                        let never = matches!(error.kind, ErrorKind::Network | ErrorKind::RateLimit | ErrorKind::Auth);
                        if never || self.failures == MOST_FAILURES {
                            self.stopped = Some(error.message.clone());
                        }
                        error.message
                    }
                    (_, None) => outcome.basis,
                }
            }
        };
        let stored = self.writer.bearers(label).await.map_err(|error| self.job.of_mirror(error))?;
        stored.iter().for_each(|id| self.borne.note(id, place));
        self.unread.push(Unread { label: label.clone(), why });
        Ok((false, stored.len()))
    }

    /// The contacts that the vendor lists under a label.
    async fn walk(&mut self, label: &Text) -> Result<(Outcome, Vec<Text>), SourceError> {
        let filter = Filter { labels: vec![label.clone()], ..Filter::default() };
        let query = Query { filter, limit: None, channels: false, ..Query::default() };
        let plan = self.job.source.plan(&query, Traversal::Everything)?;
        let mut sink = Ids { met: Vec::new(), base: self.seen, seen: self.seen, line: self.job.line.teller() };
        let (residual, wish) = (plan.residual.clone(), plan.wish);
        let stage = Stage::of_each(residual, wish, |contact: Contact| contact.id);
        let options = WalkOptions::default();
        let outcome = walk(self.job.source, &plan, Extent::All, options, stage, &mut sink, None).await;
        self.seen = sink.seen;
        Ok((outcome, sink.met))
    }
}

/// Takes the ids of a walk.
struct Ids {
    met: Vec<Text>,
    base: (u64, u64),
    seen: (u64, u64),
    line: Rc<dyn Fn(usize, Progress)>,
}

impl Sink<Vec<Text>> for Ids {
    fn rows(&mut self, rows: Good<Vec<Text>>) -> ControlFlow<()> {
        self.met.extend(rows.into_rows());
        ControlFlow::Continue(())
    }

    fn progress(&mut self, progress: Progress) {
        self.seen = (self.base.0 + progress.pages, self.base.1 + progress.seen);
        // Of how many is not known before every label was asked for.
        (self.line)(0, Progress { pages: self.seen.0, seen: self.seen.1, expected: None, ..progress });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_get_the_labels_that_were_noted_of_them() {
        let mut borne = Borne { labels: vec!["beta".into(), "vip".into()], ..Borne::default() };
        for (id, place) in [("7", 1), ("12", 0), ("7", 0), ("7", 1), ("007", 0), ("x", 1), ("99999999999999999999", 0)]
        {
            borne.note(&id.into(), place);
        }
        borne.settle();
        for (id, expected) in [
            ("7", vec!["beta", "vip"]),
            ("12", vec!["beta"]),
            ("007", vec!["beta"]),
            ("x", vec!["vip"]),
            ("99999999999999999999", vec!["beta"]),
            ("1", vec![]),
            ("8", vec![]),
            ("", vec![]),
        ] {
            let mut contact = Contact::new("p", "chatwoot", id);
            contact.labels = vec!["stale".into()];
            borne.fill(&mut contact);
            assert_eq!(contact.labels, expected, "{id}");
        }
    }

    #[test]
    fn labels_are_read_once_whatever_their_case() {
        let labels = ["vip", "Beta", "VIP", "beta", "alpha"].map(Text::from);
        assert_eq!(distinct(labels.into_iter()), ["Beta", "alpha", "vip"]);
    }
}
