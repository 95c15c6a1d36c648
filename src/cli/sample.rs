//! `contacts mirror verify`: a few stored contacts compared with what their vendors say of them now.

use std::fmt::Write as _;

use futures_util::StreamExt as _;

use crate::mirror::{ProfileStatus, Store, unlike};
use crate::model::{Contact, Time};
use crate::source::{ErrorKind, Source, SourceError, Wish};

use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::interrupt;
use super::refresh::by_search;

/// Contacts of one profile that are asked for at the same time.
const CONCURRENCY: usize = 4;

/// What the vendor says of a stored contact.
enum Compared {
    /// The same.
    Alike,
    /// It changed since, or the vendor does not say whether it did.
    Changed,
    /// There is no such contact any more.
    Gone,
    /// It is stored otherwise than the vendor has it, although it did not change: these fields.
    Damaged(Vec<&'static str>),
}

/// Compares up to `count` contacts of a profile with its vendor, if that is configured and can be asked; how many are
/// damaged. `None` if interrupted.
pub fn compare(context: &Context, store: &Store, status: &ProfileStatus, count: usize) -> Option<u64> {
    let name = &status.name;
    let Some(profile) = context.configured(name).filter(|profile| profile.vendor.name == status.vendor) else {
        context.say(&format!("{name}: not compared with the vendor: no such profile is configured"));
        return Some(0);
    };
    let not_compared = |why: &str| context.say(&format!("{name}: not compared with the vendor: {why}"));
    let compared = match (context.open_profile(&profile), store.sample(name, count, || context.clock.chance())) {
        (Ok(vendor), Ok(sample)) => {
            let asked = ask(vendor.as_ref(), status, &sample);
            context.block_on(interrupt::unless_interrupted(asked))?.map(|compared| (sample, compared))
        }
        (Err(failure), _) => {
            not_compared(&failure.message);
            return Some(0);
        }
        (_, Err(error)) => Err(error.into()),
    };
    let (sample, compared) = match compared {
        Ok(compared) => compared,
        Err(error) => {
            not_compared(&error.message);
            return Some(0);
        }
    };
    let (mut alike, mut changed, mut gone, mut damaged) = (0, 0, 0, 0);
    for (contact, compared) in sample.iter().zip(&compared) {
        match compared {
            Compared::Alike => alike += 1,
            Compared::Changed => changed += 1,
            Compared::Gone => gone += 1,
            Compared::Damaged(fields) => {
                damaged += 1;
                let fields = fields.join(", ");
                let message = format!("contact `{}` is stored with another {fields} than the vendor has", contact.id);
                let failure = Failure::new(FailureKind::Unexpected, message).of(name, &status.vendor);
                context.tell(&failure.hint(format!("contacts sync --full -p {name}   reads everything again")));
            }
        }
    }
    let since = status.as_of.map(|as_of| format!(" since {}", Time::from_timestamp(as_of))).unwrap_or_default();
    let mut line = format!("{name}: {} compared with the vendor: {alike} alike", compared.len());
    for (number, what) in [(changed, "changed"), (gone, "gone")] {
        if number > 0 {
            let _ = write!(line, ", {number} {what}{since}");
        }
    }
    context.say(&line);
    Some(damaged)
}

async fn ask(vendor: &dyn Source, status: &ProfileStatus, sample: &[Contact]) -> Result<Vec<Compared>, SourceError> {
    if sample.is_empty() {
        return Ok(Vec::new());
    }
    let account = vendor.identity().await?.account;
    if status.account.is_some() && account.is_some() && account != status.account {
        let message = "its credentials belong to another account than the stored contacts";
        return Err(SourceError::new(ErrorKind::Config, message));
    }
    let asked = futures_util::stream::iter(sample).map(|contact| one(vendor, contact));
    asked.buffered(CONCURRENCY).collect::<Vec<_>>().await.into_iter().collect()
}

async fn one(vendor: &dyn Source, stored: &Contact) -> Result<Compared, SourceError> {
    let wish = Wish { labels: false, channels: true, raw: false };
    let found = if vendor.capabilities().by_id {
        match vendor.contact(&stored.id, wish).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Compared::Gone),
            Err(error) => return Err(error),
        }
    } else {
        // Who is not found by what is stored has changed or is gone; to tell would take reading everything.
        match by_search(vendor, stored, wish).await? {
            Some(found) => found,
            None => return Ok(Compared::Changed),
        }
    };
    let fields = unlike(stored, &found);
    Ok(match stored.updated_at.zip(found.updated_at) {
        _ if fields.is_empty() => Compared::Alike,
        Some((stored, found)) if found <= stored => Compared::Damaged(fields),
        _ => Compared::Changed,
    })
}
