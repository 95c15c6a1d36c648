//! `--refresh`: contacts that the mirror answered are read again at their vendor, shown as they are now, and put right in
//! the mirror. What cannot be read again is shown as it was stored, and the failure told.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;

use crate::config::Profile;
use crate::mirror::{Labels, MirrorError, Mode, Pass, Proof, Store, SyncTarget};
use crate::model::sort::sort_contacts;
use crate::model::{Contact, Filter, Query, Text};
use crate::source::{ErrorKind, Paging, Source, SourceError, Traversal, Usage, Window, Wish};

use super::ask::{Answer, Manner, collect};
use super::context::{Context, Opened};
use super::failure::{Failure, FailureKind};
use super::interrupt;
use super::local::{is_mirror, labels_lie_beside};
use super::store;

/// Contacts of one profile that are read again at the same time, unless `--concurrency` says otherwise.
const CONCURRENCY: u16 = 8;

/// What came of reading the contacts of one profile again.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    /// Contacts that were read again.
    pub read: u64,
    /// Of these, those that the vendor no longer has.
    pub gone: u64,
    /// What it cost.
    pub usage: Usage,
    /// Why no more could be read, or the mirror not be put right.
    pub error: Option<SourceError>,
}

/// What came of reading again, by profile; only of those that the mirror answered for.
pub type Refreshes = BTreeMap<String, Refreshed>;

/// `--refresh` reads contact by contact, which is no way to read all of them.
pub fn check(context: &Context, query: &Query) -> Result<(), Failure> {
    if context.globals.refresh && query.limit.is_none() {
        return Err(Failure::usage("--refresh reads contact by contact, not everything (--all)")
            .hint("contacts sync refreshes the whole mirror"));
    }
    Ok(())
}

/// Collects, and reads again what mirrors answered if that is wanted. `None` if interrupted.
pub fn gather(
    context: &Context,
    query: &Query,
    opened: &Opened,
    manner: &Manner,
) -> Option<(Vec<Contact>, Vec<Answer>)> {
    let asked = collect(&opened.sources, query, manner);
    let (mut contacts, mut answers) = context.block_on(interrupt::unless_interrupted(asked))?;
    let mut refreshes = answers_again(context, opened, query, &mut contacts)?;
    for answer in &mut answers {
        let Some(refreshed) = refreshes.remove(&answer.profile) else { continue };
        answer.usage = refreshed.usage;
        answer.outcome.error = answer.outcome.error.take().or_else(|| refreshed.error.clone());
        answer.outcome.tally.rows =
            contacts.iter().filter(|contact| contact.profile.as_str() == answer.profile).count() as u64;
        answer.refreshed = Some(refreshed);
    }
    Some((contacts, answers))
}

/// Reads the answers of mirrors again, in place: those that no longer match are taken out. `None` if interrupted.
fn answers_again(context: &Context, opened: &Opened, query: &Query, contacts: &mut Vec<Contact>) -> Option<Refreshes> {
    let wish = Wish { labels: query.labels, channels: query.channels, raw: query.raw };
    let refreshes = contacts_again(context, opened, contacts, &mut Vec::new(), wish)?;
    let again = |contact: &Contact| refreshes.contains_key(contact.profile.as_str());
    contacts.retain(|contact| !again(contact) || query.filter.matches(contact));
    if !query.sort.is_empty() {
        sort_contacts(contacts, &query.sort);
    }
    Some(refreshes)
}

/// Reads contacts of mirrors again, in place, and asks their vendors for ids that no mirror knows; `unknown` holds in the
/// end what nobody knows. `None` if interrupted.
pub fn contacts_again(
    context: &Context,
    opened: &Opened,
    contacts: &mut Vec<Contact>,
    unknown: &mut Vec<String>,
    wish: Wish,
) -> Option<Refreshes> {
    let mut refreshes = Refreshes::new();
    if !context.globals.refresh {
        return Some(refreshes);
    }
    let (mut found_at_last, mut gone_at_last) = (Vec::new(), Vec::new());
    for profile in &opened.profiles {
        let name = profile.name.as_str();
        let Some(mirror) = opened.sources.iter().find(|source| source.profile() == name) else { continue };
        if !is_mirror(mirror.as_ref()) {
            continue;
        }
        let places: Vec<usize> = (0..contacts.len()).filter(|at| contacts[*at].profile.as_str() == name).collect();
        let mut asked: Vec<Asked> = places.iter().map(|at| Asked::Known(Box::new(contacts[*at].clone()))).collect();
        asked.extend(unknown.iter().map(|id| Asked::Unknown(id.as_str().into())));
        let mut again = match context.open_profile(profile) {
            Ok(vendor) => Again { context, profile, vendor, wish, labels: None },
            Err(failure) => {
                let error = source_error(&failure);
                refreshes.insert(name.to_owned(), Refreshed { error: Some(error), ..Refreshed::default() });
                continue;
            }
        };
        let (fresh, refreshed) = context.block_on(interrupt::unless_interrupted(again.read(&asked)))?;
        let mut gone = Vec::new();
        for (at, answer) in fresh.into_iter().enumerate() {
            match (places.get(at), answer) {
                (Some(place), Read::Found(contact)) => contacts[*place] = *contact,
                (Some(place), Read::Gone) => gone.push(*place),
                (None, Read::Found(contact)) => found_at_last.push(*contact),
                (_, Read::Gone | Read::Unasked) => {}
            }
        }
        for place in gone.into_iter().rev() {
            gone_at_last.push(contacts.remove(place).id.to_string());
        }
        refreshes.insert(name.to_owned(), refreshed);
    }
    unknown.retain(|id| found_at_last.iter().all(|contact| contact.id.as_str() != id.trim()));
    contacts.extend(found_at_last);
    unknown.extend(gone_at_last.into_iter().filter(|id| contacts.iter().all(|contact| contact.id.as_str() != id)));
    Some(refreshes)
}

/// A contact to be read again.
enum Asked {
    Known(Box<Contact>),
    Unknown(Text),
}

impl Asked {
    fn id(&self) -> &str {
        match self {
            Self::Known(contact) => &contact.id,
            Self::Unknown(id) => id,
        }
    }
}

enum Read {
    Found(Box<Contact>),
    Gone,
    Unasked,
}

/// The vendor of one profile, being asked again.
struct Again<'a> {
    context: &'a Context,
    profile: &'a Profile,
    vendor: Arc<dyn Source>,
    /// What is wanted for showing; the mirror gets all there is.
    wish: Wish,
    /// What the mirror knows of labels that contacts do not carry.
    labels: Option<Labels>,
}

impl Again<'_> {
    /// Reads, and puts the mirror right; an answer for each that was asked for.
    async fn read(&mut self, asked: &[Asked]) -> (Vec<Read>, Refreshed) {
        let mut refreshed = Refreshed::default();
        let mut answers: Vec<Read> = Vec::with_capacity(asked.len());
        if !asked.is_empty() {
            match self.account().await {
                Ok(account) => {
                    self.read_each(asked, &mut answers, &mut refreshed).await;
                    match store::open(self.context, Mode::Write) {
                        Ok(mut store) => {
                            if let Err(error) = self.repair(&mut store, asked, &answers, account.as_deref()) {
                                self.not_repaired(error, &mut refreshed);
                            }
                        }
                        Err(failure) => {
                            refreshed.error = refreshed.error.take().or_else(|| Some(source_error(&failure)));
                        }
                    }
                }
                Err(error) => refreshed.error = Some(error),
            }
        }
        for answer in &mut answers {
            if let Read::Found(contact) = answer
                && !self.wish.raw
            {
                contact.raw = None;
            }
        }
        refreshed.usage = self.vendor.usage();
        (answers, refreshed)
    }

    /// Whose contacts the vendor would answer with; an error if the mirror holds somebody else's. Notes what that knows of labels.
    async fn account(&mut self) -> Result<Option<String>, SourceError> {
        let account = self.vendor.identity().await?.account;
        let store = store::open(self.context, Mode::Read).map_err(|failure| source_error(&failure))?;
        let stored = store.freshness(self.vendor.profile())?;
        if let Some(status) = stored {
            status.check_owner(self.vendor.vendor(), account.as_deref(), self.profile.server())?;
            self.labels = status.labels;
        }
        Ok(account)
    }

    async fn read_each(&self, asked: &[Asked], answers: &mut Vec<Read>, refreshed: &mut Refreshed) {
        let concurrency = usize::from(self.context.globals.concurrency.unwrap_or(CONCURRENCY));
        let mut reads = futures_util::stream::iter(asked).map(|asked| self.read_one(asked)).buffered(concurrency);
        while let Some(read) = reads.next().await {
            let known = matches!(asked[answers.len()], Asked::Known(_));
            answers.push(match read {
                Ok(contact) => Read::Found(Box::new(contact)),
                Err(error) if error.kind == ErrorKind::NotFound => Read::Gone,
                // An id that the vendor does not understand is none of its own.
                Err(error) if error.kind == ErrorKind::Usage && !known => Read::Gone,
                // Only this one may be beyond the vendor.
                Err(error) if error.kind == ErrorKind::Vendor => {
                    refreshed.error.get_or_insert(error);
                    answers.push(Read::Unasked);
                    continue;
                }
                Err(error) => {
                    // The next would fail alike.
                    refreshed.error = Some(error);
                    break;
                }
            });
            refreshed.read += 1;
            refreshed.gone += u64::from(known && matches!(answers.last(), Some(Read::Gone)));
        }
        answers.resize_with(asked.len(), || Read::Unasked);
    }

    async fn read_one(&self, asked: &Asked) -> Result<Contact, SourceError> {
        let wish = Wish { labels: self.wish.labels || self.knows_labels(), channels: true, raw: true };
        if let Asked::Known(contact) = asked
            && !self.vendor.capabilities().by_id
            && let Some(found) = by_search(self.vendor.as_ref(), contact, wish).await?
        {
            return Ok(found);
        }
        self.vendor.contact(asked.id().trim(), wish).await
    }

    /// Whether the mirror knows of some label who bears it, so that a contact is to be read with its labels.
    fn knows_labels(&self) -> bool {
        self.labels.as_ref().is_some_and(Labels::any_proved)
    }

    /// Writes what was read into the mirror, and takes out what is gone.
    fn repair(
        &self,
        store: &mut Store,
        asked: &[Asked],
        answers: &[Read],
        account: Option<&str>,
    ) -> Result<(), MirrorError> {
        let now = self.context.clock.now();
        let (profile, vendor, server) = (self.vendor.profile(), self.vendor.vendor(), self.profile.server());
        let target = SyncTarget { profile, vendor, account, server };
        let mut batch = store.begin_sync(&target, Pass::Repair, now)?;
        let beside = labels_lie_beside(self.vendor.capabilities());
        let known = self.labels.clone().unwrap_or_default();
        let mut rows = Vec::new();
        for (asked, answer) in asked.iter().zip(answers) {
            match (asked, answer) {
                (asked, Read::Found(contact)) => {
                    let mut contact = contact.as_ref().clone();
                    if beside {
                        let stored = match asked {
                            Asked::Known(stored) => stored.labels.as_slice(),
                            Asked::Unknown(_) => &[],
                        };
                        contact.labels = known.settled(&contact.labels, stored);
                    }
                    rows.push(contact);
                }
                (Asked::Known(contact), Read::Gone) => batch.remove(&contact.id, now)?,
                (_, Read::Gone | Read::Unasked) => {}
            }
        }
        batch.page(rows, None, now)?;
        batch.finish(Proof::Exact, now).map(drop)
    }

    fn not_repaired(&self, error: MirrorError, refreshed: &mut Refreshed) {
        match error {
            MirrorError::Busy { profile } => {
                self.context.say(&format!("{profile}: a sync is writing the mirror, which was not put right"));
            }
            error => refreshed.error = refreshed.error.take().or(Some(error.into())),
        }
    }
}

/// A profile that cannot be opened, as a source would tell it.
fn source_error(failure: &Failure) -> SourceError {
    let kind = match failure.kind {
        FailureKind::Config => ErrorKind::Config,
        FailureKind::Auth => ErrorKind::Auth,
        FailureKind::Network => ErrorKind::Network,
        _ => ErrorKind::Unexpected,
    };
    SourceError { hint: failure.hints.first().cloned(), ..SourceError::new(kind, failure.message.clone()) }
}

/// Looks for a contact by what is known of it, where the vendor would have to be read through for its id.
pub async fn by_search(vendor: &dyn Source, known: &Contact, wish: Wish) -> Result<Option<Contact>, SourceError> {
    let filter = Filter { email: known.emails.first().map(|email| email.address.to_string()), ..Filter::default() };
    let filter = match (filter.email.is_some(), known.phones.first(), &known.name) {
        (true, ..) => filter,
        (false, Some(phone), _) => Filter { phone: Some(phone.number.to_string()), ..filter },
        (false, None, Some(name)) => Filter { name: Some(name.to_string()), ..filter },
        (false, None, None) => return Ok(None),
    };
    let query = Query { filter, raw: wish.raw, labels: wish.labels, ..Query::default() };
    let plan = vendor.plan(&query, Traversal::Top)?;
    let Some(lane) = plan.lanes.first() else { return Ok(None) };
    let (Paging::Offset { max: len } | Paging::Sized { max: len } | Paging::Numbered { size: len }) = lane.paging;
    let page = vendor.page(lane, Window { start: 0, len }).await?;
    let mut found: Vec<Contact> = page.rows.into_iter().filter(|row| row.id == known.id).collect();
    vendor.enrich(&mut found, plan.wish).await?;
    Ok(found.pop())
}
