//! What can be typed: the options that several commands share. Nothing is decided here.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::config::duration;
use crate::model::{ChannelKind, SortField, SortKey, Text, UnknownFilter};
use crate::render::Format;

use crate::term::ColorChoice;

use super::failure::ErrorFormat;

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct GlobalArgs {
    /// Try it without an account: made-up contacts from four vendors, served inside this process
    #[arg(long, global = true, help_heading = "Where to look")]
    pub demo: bool,
    /// Ask this profile (repeat, or separate by commas)
    #[arg(
        short,
        long = "profile",
        value_name = "NAME",
        global = true,
        value_delimiter = ',',
        help_heading = "Where to look"
    )]
    pub profiles: Vec<String>,
    /// Ask every profile
    #[arg(short = 'A', long, global = true, conflicts_with = "profiles", help_heading = "Where to look")]
    pub all_profiles: bool,
    /// Answer from the local mirror (`contacts sync` fills it)
    #[arg(long, global = true, conflicts_with = "max_age", help_heading = "Where to look")]
    pub local: bool,
    /// Answer from the local mirror where it is at most this old, and ask the vendor where it is not
    #[arg(long, allow_hyphen_values = true, value_name = "DURATION", global = true, value_parser = duration::parse, help_heading = "Where to look")]
    pub max_age: Option<Duration>,
    /// Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right
    #[arg(long, global = true, help_heading = "Where to look")]
    pub refresh: bool,
    /// Read this configuration file
    #[arg(long, value_name = "FILE", global = true, help_heading = "Where to look")]
    pub config: Option<PathBuf>,
    /// Print as table, json, ndjson, csv, tsv, yaml, md or xlsx
    #[arg(short, long, value_name = "FORMAT", global = true, help_heading = "How to show it")]
    pub output: Option<Format>,
    /// Show these columns, in this order
    #[arg(long, value_name = "A,B", global = true, value_delimiter = ',', help_heading = "How to show it")]
    pub columns: Option<Vec<String>>,
    /// Show every column, however wide
    #[arg(long, global = true, help_heading = "How to show it")]
    pub wide: bool,
    /// Add the vendor's own object to each contact as `raw`
    #[arg(long, global = true, help_heading = "How to show it")]
    pub raw: bool,
    /// Filter the JSON with a jq program; strings are printed raw
    #[arg(long, value_name = "FILTER", global = true, conflicts_with = "template", help_heading = "How to show it")]
    pub jq: Option<String>,
    /// Fill a template (Jinja) with the contacts
    #[arg(long, value_name = "TEMPLATE", global = true, help_heading = "How to show it")]
    pub template: Option<String>,
    /// Guard cells that a spreadsheet would run as formulas (csv)
    #[arg(long, global = true, help_heading = "How to show it")]
    pub csv_safe: bool,
    /// Colour the output
    #[arg(long, value_name = "auto|always|never", global = true, help_heading = "How to show it")]
    pub color: Option<ColorChoice>,
    /// Do not send long output through a pager
    #[arg(long, global = true, help_heading = "How to show it")]
    pub no_pager: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "What to say")]
    pub quiet: bool,
    /// Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "What to say")]
    pub verbose: u8,
    /// Write errors as text or as JSON, one object a line
    #[arg(long, value_name = "FORMAT", global = true, value_parser = words::<ErrorFormat>(), help_heading = "What to say")]
    pub error_format: Option<ErrorFormat>,
    /// Write a report of the query as JSON (`-` is stderr)
    #[arg(long, value_name = "FILE", global = true, help_heading = "What to say")]
    pub report: Option<PathBuf>,
    /// Record every exchange as a HAR file, without secrets (`-` is stderr)
    #[arg(long, value_name = "FILE", global = true, help_heading = "What to say")]
    pub trace: Option<PathBuf>,
    /// Give one request this long
    #[arg(long, allow_hyphen_values = true, value_name = "DURATION", global = true, value_parser = duration::parse_positive, help_heading = "How hard to try")]
    pub timeout: Option<Duration>,
    /// Repeat a failed request so often
    #[arg(long, allow_negative_numbers = true, value_name = "N", global = true, help_heading = "How hard to try")]
    pub max_retries: Option<u32>,
    /// Wait so long for rate limits in all
    #[arg(long, allow_hyphen_values = true, value_name = "DURATION", global = true, value_parser = duration::parse, help_heading = "How hard to try")]
    pub max_wait: Option<Duration>,
    /// Have so many requests under way at once
    #[arg(long, allow_negative_numbers = true, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "How hard to try")]
    pub concurrency: Option<u16>,
}

/// Which contacts, and how many: options of `list` and `search`.
#[derive(Args, Clone, Debug, Default)]
pub struct SelectArgs {
    /// Only contacts with this label (repeat: any of them)
    #[arg(long = "label", value_name = "L", help_heading = "What to find")]
    pub labels: Vec<Text>,
    /// Only contacts with a channel of this kind, as `whatsapp`
    #[arg(long, value_name = "KIND", value_parser = channel_kind, help_heading = "What to find")]
    pub channel: Option<ChannelKind>,
    /// Only contacts with a channel in this inbox (repeat: any of them)
    #[arg(long = "inbox", value_name = "ID", help_heading = "What to find")]
    pub inboxes: Vec<Text>,
    /// Contacts marked unknown
    #[arg(long, value_name = "WHICH", value_parser = words::<Unknown>(), default_value = "include", help_heading = "What to find")]
    pub unknown: Unknown,
    /// Only contacts that are blocked
    #[arg(long, help_heading = "What to find")]
    pub blocked: bool,
    /// Only contacts created since then: a time, a date, or as `7d`
    #[arg(long, allow_hyphen_values = true, value_name = "T", help_heading = "What to find")]
    pub created_since: Option<String>,
    /// Only contacts active since then: a time, a date, or as `24h`
    #[arg(long, allow_hyphen_values = true, value_name = "T", help_heading = "What to find")]
    pub active_since: Option<String>,
    /// Show at most so many [default: 50]
    #[arg(long, allow_negative_numbers = true, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "How many")]
    pub limit: Option<u64>,
    /// Pass over the first so many
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 0, help_heading = "How many")]
    pub skip: u64,
    /// All of them, proved complete or said not to be
    #[arg(long, conflicts_with = "limit", help_heading = "How many")]
    pub all: bool,
    /// Sort by this (repeat for further keys)
    #[arg(long, value_name = "FIELD[:asc|:desc]", value_parser = sort_key, help_heading = "How to show it")]
    pub sort: Vec<SortKey>,
    /// Ask for so many in one request
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "How hard to try")]
    pub page_size: Option<u32>,
    /// Do not ask for channels where that is cheaper
    #[arg(long, conflicts_with_all = ["channel", "inboxes"], help_heading = "How hard to try")]
    pub no_channels: bool,
    /// Write to this file, whole or not at all; `-` is stdout; without -o its ending says the format
    #[arg(long, value_name = "FILE", help_heading = "How to show it")]
    pub out: Option<PathBuf>,
    /// Keep the state of an export here, and go on from it after an interruption
    #[arg(long, value_name = "STATE", requires = "out", requires = "all", help_heading = "How hard to try")]
    pub resume: Option<PathBuf>,
}

/// What to do with contacts marked unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Unknown {
    /// Show them too.
    #[default]
    Include,
    /// Leave them out.
    Exclude,
    /// Show only them.
    Only,
}

impl From<Unknown> for UnknownFilter {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Include => Self::Include,
            Unknown::Exclude => Self::Exclude,
            Unknown::Only => Self::Only,
        }
    }
}

/// The words of an enumeration without a text for each, which would make every help long.
pub fn words<T: ValueEnum + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    PossibleValuesParser::new(names.map(|value| PossibleValue::new(value.get_name().to_owned())))
        .try_map(|word| T::from_str(&word, false))
}

/// A sort key, with the nearest field if there is none of that name.
fn sort_key(word: &str) -> Result<SortKey, String> {
    let field = word.split(':').next().unwrap_or(word);
    word.parse().map_err(|error: String| match crate::config::nearest(field, SortField::ALL.map(|(name, _)| name)) {
        Some(near) if near != field => format!("{error}; did you mean `{near}`?"),
        _ => error,
    })
}

/// A kind of channel: a word of the interface, or a vendor's own word in snake_case.
fn channel_kind(word: &str) -> Result<ChannelKind, String> {
    let kind = ChannelKind::from_vendor(word);
    let known: Vec<&str> = ChannelKind::known().collect();
    let near = known.iter().map(|k| (strsim::damerau_levenshtein(k, kind.as_str()), *k)).min();
    match near {
        _ if word.trim().is_empty() => Err(format!("it is one of {}", known.join(", "))),
        Some((distance @ 1..=2, near)) if kind.as_str().len() > 3 && distance < near.len() / 2 => {
            Err(format!("no such kind; did you mean `{near}`?"))
        }
        _ => Ok(kind),
    }
}
