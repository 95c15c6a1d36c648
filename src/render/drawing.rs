//! What a cell of a table looks like as text, and how much each column matters.

use std::borrow::Cow;

use crate::model::Channel;
use crate::term::visible;

use super::table::TableOptions;
use super::{Cell, times};

/// What stands in a cell without a value.
pub(super) const NOTHING: &str = "–";

/// The text of a cell, made visible.
pub(super) fn draw(cell: &Cell<'_>, options: &TableOptions) -> String {
    let text = match cell {
        Cell::Empty => NOTHING.into(),
        Cell::Time(time) if options.relative_times => times::relative(*time, options.now),
        Cell::Bool(flag) if options.width.is_some() => if *flag { "yes" } else { "no" }.into(),
        Cell::Channels(channels) => channel_words(channels),
        Cell::List(cells) if cells.contains(&Cell::Empty) => {
            let present = cells.iter().filter(|cell| **cell != Cell::Empty).cloned().collect();
            Cell::List(present).to_plain()
        }
        other => other.to_plain(),
    };
    match visible(&text) {
        Cow::Borrowed("") => NOTHING.to_owned(),
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// `web ✓ · email ×2 · sms ⊘`: each kind once, `✓` where the contact was verified on it, `⊘` where it is blocked.
fn channel_words(channels: &[Channel]) -> String {
    let mut kinds: Vec<(&str, usize, &str)> = Vec::new();
    for channel in channels {
        let sign = match (channel.blocked, channel.verified) {
            (Some(true), _) => " ⊘",
            (_, Some(true)) => " ✓",
            _ => "",
        };
        match kinds.iter_mut().find(|(kind, _, known)| *kind == channel.kind.as_str() && *known == sign) {
            Some((_, count, _)) => *count += 1,
            None => kinds.push((channel.kind.as_str(), 1, sign)),
        }
    }
    let words = kinds.into_iter().map(|(kind, count, sign)| match count {
        1 => format!("{kind}{sign}"),
        _ => format!("{kind}{sign} ×{count}"),
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// How much a default column is needed when room is short.
pub(super) fn need(path: &str) -> u8 {
    match path {
        "name" | "kind" => 100,
        "emails" | "contact_name" => 90,
        "phones" | "destination" => 80,
        "channels" | "value" => 70,
        "profile" => 60,
        "last_activity_at" | "last_chat.at" => 50,
        "verified" => 45,
        "blocked" => 40,
        _ => 30,
    }
}

/// Where a default column stands on a terminal: the higher, the further left.
pub(super) fn place(path: &str) -> u8 {
    match path {
        "last_activity_at" => 65,
        _ => need(path),
    }
}

/// Cells below which a column is better left out.
pub(super) fn least(path: &str) -> usize {
    match path {
        "emails" | "destination" | "value" | "id" | "contact_id" => 24,
        "profile" => 16,
        "phones" => 17,
        "channels" => 14,
        "last_activity_at" | "created_at" | "updated_at" | "last_chat.at" => 20,
        _ => 12,
    }
}
