//! What is peculiar to answers of the mirror: how old they are, and what they cannot know.

use crate::mirror::{CAPABILITIES, Knowledge, MirrorSource};
use crate::model::{Text, Time};
use crate::source::walk::Verdict;
use crate::source::{Capabilities, Source, Support};

use super::ask::Answer;
use super::context::Context;
use super::failure::Failure;
use super::progress::rough;
use super::refresh::Refreshed;

/// Whether `source` is a mirror.
pub fn is_mirror(source: &dyn Source) -> bool {
    std::ptr::eq(source.capabilities(), &raw const CAPABILITIES)
}

/// Where contacts do not carry their labels, a mirror knows those that a sync could read, and refuses the others.
pub fn check_labels(context: &Context, mirror: &MirrorSource, labels: &[Text]) -> Result<(), Failure> {
    let Some(vendor) = crate::vendor::vendor(mirror.vendor()).filter(|vendor| labels_lie_beside(vendor.capabilities))
    else {
        return Ok(());
    };
    let refused = |label: &Text| {
        let Some(known) = mirror.labels() else {
            return Some(if vendor.capabilities.lists_labels {
                "the local mirror holds no labels yet".to_owned()
            } else {
                format!("the local mirror holds no labels of {}, which does not list them", vendor.title)
            });
        };
        match known.knowledge(label) {
            Knowledge::Whole => None,
            Knowledge::Unproved => Some(format!("the last sync could not prove who bears the label `{label}`")),
            Knowledge::Unlisted => Some(format!(
                "the local mirror does not know who bears `{label}`, which was none of the account's labels"
            )),
            Knowledge::Like(other) => Some(format!("the local mirror cannot tell the label `{label}` from `{other}`")),
        }
    };
    let Some(message) = labels.iter().find_map(refused) else { return Ok(()) };
    let mut failure = Failure::usage(message).of(mirror.profile(), mirror.vendor());
    if vendor.capabilities.lists_labels {
        failure = failure.hint(format!("contacts sync -p {}   reads the account's labels", mirror.profile()));
    }
    let way = if context.globals.local { "leave --local out" } else { "add --max-age 0" };
    Err(failure.hint(format!("{way}, and the vendor is asked")))
}

/// Whether contacts do not carry the labels by which their vendor lists them.
pub fn labels_lie_beside(vendor: &Capabilities) -> bool {
    vendor.labels == Support::Exact
}

/// Says how old an answer of the mirror is, and what of it was read again.
pub fn say_age(context: &Context, answer: &Answer) {
    let Some(as_of) = answer.as_of else { return };
    let age = match context.clock.now().duration_since(as_of) {
        // What the copy is worth cannot be told from a clock that went back.
        ahead if ahead.is_negative() => format!("{} ahead of this machine's clock", rough(-ahead.as_secs_f64())),
        age => format!("{} old", rough(age.as_secs_f64())),
    };
    let as_of = Time::from_timestamp(as_of);
    let found = match (answer.outcome.tally.rows, &answer.outcome.error) {
        // What could not be read was not searched.
        (0, Some(_)) => return,
        // Under a limit that other profiles filled, something may have been found and not shown.
        (0, None) if answer.outcome.verdict != Verdict::Limited => "nothing found in",
        _ => "from",
    };
    let again = match &answer.refreshed {
        Some(Refreshed { read, gone, .. }) if *read > 0 => {
            let gone = if *gone > 0 { format!(", {gone} of them gone") } else { String::new() };
            format!("; {read} read again from the vendor{gone}")
        }
        _ => String::new(),
    };
    context.say(&format!("{}: {found} the local mirror, {age} (as of {as_of}){again}", answer.profile));
}
