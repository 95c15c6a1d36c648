//! What is peculiar to answers of the mirror: how old they are, and what they cannot know.

use crate::mirror::CAPABILITIES;
use crate::model::{Query, Time};
use crate::source::{Source, Support};

use super::ask::Answer;
use super::context::{Context, Opened};
use super::failure::Failure;
use super::progress::rough;
use super::refresh::Refreshed;

/// Whether `source` is a mirror.
pub fn is_mirror(source: &dyn Source) -> bool {
    std::ptr::eq(source.capabilities(), &raw const CAPABILITIES)
}

/// Chatwoot and LiveDesk filter by label, but their contacts do not carry labels: a mirror of them knows none.
pub fn refuse_labels(query: &Query, opened: &Opened) -> Result<(), Failure> {
    let mirrored = opened.sources.iter().find(|source| {
        let of_vendor = crate::vendor::vendor(source.vendor()).map(|vendor| vendor.capabilities.labels);
        is_mirror(source.as_ref()) && of_vendor == Some(Support::Exact)
    });
    match mirrored.filter(|_| !query.filter.labels.is_empty()) {
        None => Ok(()),
        Some(source) => Err(Failure::usage("the local mirror holds no labels of this vendor")
            .of(source.profile(), source.vendor())
            .hint("leave --local out, and the vendor is asked")),
    }
}

/// Says how old an answer of the mirror is, and what of it was read again.
pub fn say_age(context: &Context, answer: &Answer) {
    let Some(as_of) = answer.as_of else { return };
    let age = rough(context.clock.now().duration_since(as_of).as_secs_f64().max(0.0));
    let as_of = Time::from_timestamp(as_of);
    let found = match (answer.outcome.tally.rows, &answer.outcome.error) {
        // What could not be read was not searched.
        (0, Some(_)) => return,
        (0, None) => "nothing found in",
        _ => "from",
    };
    let again = match &answer.refreshed {
        Some(Refreshed { read, gone, .. }) if *read > 0 => {
            let gone = if *gone > 0 { format!(", {gone} of them gone") } else { String::new() };
            format!("; {read} read again from the vendor{gone}")
        }
        _ => String::new(),
    };
    context.say(&format!("{}: {found} the local mirror, {age} old (as of {as_of}){again}", answer.profile));
}
