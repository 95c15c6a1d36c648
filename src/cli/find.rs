//! `contacts list` and `contacts search`.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::duration;
use crate::model::{Filter, Query, Time, Word};

use super::args::SelectArgs;
use super::context::Context;
use super::failure::{Failure, FailureKind};
use super::output::Show;
use super::run::run_query;

/// Options of `contacts list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    select: SelectArgs,
}

impl ListArgs {
    /// Whether everything is wanted.
    pub fn wants_all(&self) -> bool {
        self.select.all
    }
}

/// Options of `contacts search`.
#[derive(Args, Clone, Debug, Default)]
pub struct SearchArgs {
    /// Words that must all occur in name, e-mail, identifier, phone number or the values of custom fields; "a phrase" in
    /// quotes, or a phone number
    pub query: Vec<String>,
    /// Must occur in the name
    #[arg(long, value_name = "S", help_heading = "What to find")]
    pub name: Option<String>,
    /// Must occur in an e-mail address
    #[arg(long, value_name = "S", help_heading = "What to find")]
    pub email: Option<String>,
    /// Must occur in a phone number, however it is written
    #[arg(long, value_name = "S", help_heading = "What to find")]
    pub phone: Option<String>,
    /// Words and fields must equal a whole field
    #[arg(long, help_heading = "What to find")]
    pub exact: bool,
    #[command(flatten)]
    pub select: SelectArgs,
    /// Read every contact and match here, for what the vendor's own search cannot find
    #[arg(long, help_heading = "How hard to try")]
    pub scan: bool,
    /// Exit with 5 when nothing matches
    #[arg(long, help_heading = "What to say")]
    pub fail_empty: bool,
}

/// How contacts are shown, and where.
pub fn shown(context: &Context, select: &SelectArgs) -> Result<Show, Failure> {
    Show::resolve_to(context, select.out.as_deref(), select.resume.as_deref())
}

/// Runs `contacts list`.
pub fn list(context: &Context, args: &ListArgs) -> Result<ExitCode, Failure> {
    let show = shown(context, &args.select)?;
    let query = resolve(context, &args.select, Filter::default(), &show)?;
    run_query(context, &query, &show, None)
}

/// Runs `contacts search`.
pub fn search(context: &Context, args: &SearchArgs) -> Result<ExitCode, Failure> {
    let mut show = shown(context, &args.select)?;
    let filter = text_filter(args)?;
    show.highlight = highlighted(&filter);
    let query = Query { scan: args.scan, ..resolve(context, &args.select, filter, &show)? };
    run_query(context, &query, &show, args.fail_empty.then_some(FailureKind::NotFound))
}

/// The text that is searched for.
pub fn text_filter(args: &SearchArgs) -> Result<Filter, Failure> {
    let SearchArgs { query, name, email, phone, exact, scan: _, fail_empty: _, select: _ } = args;
    let joined = query.join(" ");
    let filter = Filter {
        // Under --exact the whole query is one field's content, unless quotes say otherwise.
        words: if *exact && !joined.contains('"') && !joined.trim().is_empty() {
            vec![Word::new(joined.trim())]
        } else {
            Word::split(&joined)
        },
        exact: *exact,
        name: given("--name", name.as_deref())?,
        email: given("--email", email.as_deref())?,
        phone: given("--phone", phone.as_deref())?,
        ..Filter::default()
    };
    if let Some(phone) = filter.phone.as_deref()
        && crate::model::phone::digits(phone).is_empty()
    {
        return Err(Failure::usage(format!("`{phone}` has no digit, so it is no part of a phone number (--phone)")));
    }
    if !filter.has_text() {
        let message = if query.is_empty() { "nothing to search for" } else { "the query is empty" };
        return Err(Failure::usage(message)
            .hint("contacts search ann            finds `ann` in names, e-mails, identifiers, phone numbers and custom fields")
            .hint("contacts search --phone 0143   or --name, --email; `contacts list` lists without searching"));
    }
    Ok(filter)
}

/// The words that a table highlights.
fn highlighted(filter: &Filter) -> Vec<String> {
    let words = filter.words.iter().map(|word| word.text.clone());
    words.chain([&filter.name, &filter.email, &filter.phone].into_iter().flatten().cloned()).collect()
}

fn given(option: &str, value: Option<&str>) -> Result<Option<String>, Failure> {
    match value.map(str::trim) {
        Some("") => Err(Failure::usage(format!("{option} is empty"))),
        other => Ok(other.map(str::to_owned)),
    }
}

/// What the options mean, with the defaults of the configuration.
pub fn resolve(context: &Context, args: &SelectArgs, text: Filter, show: &Show) -> Result<Query, Failure> {
    let SelectArgs {
        limit,
        skip,
        all,
        page_size,
        sort,
        labels,
        channel,
        inboxes,
        no_channels,
        unknown,
        blocked,
        created_since,
        active_since,
        out: _,
        resume: _,
    } = args;
    let now = context.clock.now();
    let time = |option: &str, text: &Option<String>| text.as_deref().map(|text| since(option, text, now)).transpose();
    let filter = Filter {
        labels: labels.clone(),
        channel: channel.clone(),
        inboxes: inboxes.clone(),
        unknown: (*unknown).into(),
        blocked: *blocked,
        created_since: time("--created-since", created_since)?,
        active_since: time("--active-since", active_since)?,
        ..text
    };
    let limit = if *all { None } else { Some(limit.or(context.defaults().limit).unwrap_or(50)) };
    Ok(Query {
        filter,
        sort: sort.clone(),
        limit,
        skip: *skip,
        page_size: *page_size,
        channels: !no_channels,
        labels: show.wants_labels(),
        scan: false,
        raw: context.globals.raw,
    })
}

/// A point in time: RFC 3339, a date (its first moment, UTC), or how long ago (`7d`, `24h`).
pub fn since(option: &str, text: &str, now: Timestamp) -> Result<Time, Failure> {
    let text = text.trim();
    if let Some(time) = Time::parse(text) {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<Date>()
        && let Ok(zoned) = date.to_zoned(TimeZone::UTC)
    {
        return Ok(Time::from_timestamp(zoned.timestamp()));
    }
    let ago = match duration::parse(text) {
        Ok(ago) if text.bytes().last().is_some_and(|unit| unit.is_ascii_alphabetic()) => now.checked_sub(ago).ok(),
        _ => None,
    };
    ago.map(Time::from_timestamp).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no point in time ({option})"))
            .hint("a time as 2026-11-22T10:00:00Z, a date as 2026-11-22, or how long ago as 7d or 24h")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = |text: &str| since("--created-since", text, now).map(|time| time.timestamp().to_string());
        assert_eq!(at("2026-11-01").unwrap(), "2026-11-01T00:00:00Z");
        assert_eq!(at("2026-11-01T10:00:00+02:00").unwrap(), "2026-11-01T08:00:00Z");
        assert_eq!(at("7d").unwrap(), "2026-11-15T12:00:00Z");
        assert_eq!(at("24h").unwrap(), "2026-11-21T12:00:00Z");
        for wrong in ["", "yesterday", "7", "2026-13-01", "d", "99999999999d"] {
            assert!(since("--created-since", wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_search_needs_text() {
        assert!(text_filter(&SearchArgs::default()).is_err());
        assert!(text_filter(&SearchArgs { query: vec![" ".into()], ..SearchArgs::default() }).is_err());
        assert!(text_filter(&SearchArgs { phone: Some("x".into()), ..SearchArgs::default() }).is_err());
        assert!(text_filter(&SearchArgs { query: vec!["a".into()], ..SearchArgs::default() }).is_ok());
    }
}
