//! Faults on demand, and the words that ask for them: `[VENDOR:]KIND[=VALUE][@N[xM]]`.
//!
//! `VENDOR` is a vendor's name or `*` (the default). `@N` is the number of the first request that suffers, counted for each
//! vendor from 1, `xM` for how many requests (`x*`: all that follow). Without `@N` every request suffers.

use std::str::FromStr;
use std::time::Duration;

use super::Vendor;

/// The faults there are, for help texts: word, value, meaning.
pub const KINDS: &[(&str, &str)] = &[
    ("reset", "the connection is reset instead of an answer"),
    ("hang", "no answer ever comes"),
    ("slow=MS", "the answer takes MS milliseconds more (1000)"),
    ("drip=MS", "the body comes in 64 bytes every MS milliseconds (50)"),
    ("truncate", "the body ends half-way"),
    ("STATUS", "an error, as 500 or 403, in the vendor's shape; 502 to 504 as a proxy's HTML"),
    ("429=N", "a refusal by the rate limit, to wait N seconds (1)"),
    ("revoke", "the credentials are refused from now on"),
    ("html", "a web page with status 200"),
    ("empty", "status 200 and no body"),
    ("garbage", "status 200 and bytes that are neither JSON nor UTF-8"),
    ("wrong-type", "the right body as `text/html`"),
    ("null-list", "`null` where the list is due"),
    ("empty-list", "nobody is listed any more, and the counts say so"),
    ("success-false", "status 200 and an object that says it failed"),
    ("badgzip", "a gzip body that is corrupt half-way"),
    ("bomb", "a small gzip body of 80 MiB"),
    ("huge", "a body of 80 MiB whose length is not announced"),
    ("deep", "lists nested 100,000 deep"),
    ("redirect=URL", "a redirect to URL"),
    ("redirect-same", "a redirect to the same address"),
    ("ignore-page", "every page is the first"),
    ("lie-total", "totals are half of what they should be"),
];

/// One fault: what, to whom, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    vendor: Option<Vendor>,
    kind: FaultKind,
    first: u64,
    /// The first request after it, if it ends.
    end: Option<u64>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// `reset`
    Reset,
    /// `hang`
    Hang,
    /// `slow`
    Slow(Duration),
    /// `drip`
    Drip(Duration),
    /// `truncate`
    Truncate,
    /// A status from 400 to 599.
    Status(u16),
    /// `429`, with the seconds to wait.
    Limited(u32),
    /// `revoke`
    Revoke,
    /// `html`
    Html,
    /// `empty`
    Empty,
    /// `garbage`
    Garbage,
    /// `wrong-type`
    WrongType,
    /// `null-list`
    NullList,
    /// `empty-list`
    EmptyList,
    /// `success-false`
    SuccessFalse,
    /// `badgzip`
    BadGzip,
    /// `bomb`
    Bomb,
    /// `huge`
    Huge,
    /// `deep`
    Deep,
    /// `redirect`
    Redirect(String),
    /// `redirect-same`
    RedirectSame,
    /// `ignore-page`
    IgnorePage,
    /// `lie-total`
    LieTotal,
}

impl Fault {
    /// What goes wrong with request `number` (from 1) of `vendor`, if anything.
    pub fn strikes(&self, vendor: Vendor, number: u64) -> Option<&FaultKind> {
        let meant = self.vendor.is_none_or(|only| only == vendor);
        let due = number >= self.first && self.end.is_none_or(|end| number < end);
        (meant && due).then_some(&self.kind)
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let (vendor, rest) = match spec.split_once(':') {
            Some(("*", rest)) => (None, rest),
            Some((word, rest)) if !word.contains('=') => (Some(word.parse::<Vendor>()?), rest),
            _ => (None, spec),
        };
        let (what, when) = match rest.rsplit_once('@') {
            // An `@` may stand in the URL of a redirect.
            Some((what, when)) if when.starts_with(|c: char| c.is_ascii_digit()) => (what, Some(when)),
            Some((what, when)) if !what.contains('=') => {
                return Err(format!("`@{when}` in fault `{spec}`: a request's number is due"));
            }
            _ => (rest, None),
        };
        let (word, value) = what.split_once('=').map_or((what, None), |(word, value)| (word, Some(value)));
        let kind = kind(word, value)?;
        let lasts =
            matches!(kind, FaultKind::Revoke | FaultKind::EmptyList | FaultKind::IgnorePage | FaultKind::LieTotal);
        let (first, end) = match when {
            None => (1, None),
            Some(when) => {
                let (first, many) = when.split_once('x').map_or((when, None), |(first, many)| (first, Some(many)));
                let number = |text: &str| {
                    let number = text.parse::<u64>().ok().filter(|&number| number > 0);
                    number.ok_or_else(|| format!("`{text}` is no number of requests in fault `{spec}`"))
                };
                let first = number(first)?;
                let end = match many {
                    Some("*") => None,
                    Some(many) => Some(first.saturating_add(number(many)?)),
                    None if lasts => None,
                    None => Some(first + 1),
                };
                (first, end)
            }
        };
        Ok(Self { vendor, kind, first, end })
    }
}

fn kind(word: &str, value: Option<&str>) -> Result<FaultKind, String> {
    let number = |default: u32| match value {
        None => Ok(default),
        Some(value) => value.parse::<u32>().map_err(|_| format!("`{value}` is no number")),
    };
    let millis = |default| number(default).map(|millis| Duration::from_millis(millis.into()));
    let takes_value = matches!(word, "slow" | "drip" | "429" | "redirect");
    if let (false, Some(value)) = (takes_value, value) {
        return Err(format!("`{word}` takes no value (`{value}`)"));
    }
    Ok(match word {
        "reset" => FaultKind::Reset,
        "hang" => FaultKind::Hang,
        "slow" => FaultKind::Slow(millis(1000)?),
        "drip" => FaultKind::Drip(millis(50)?),
        "truncate" => FaultKind::Truncate,
        "429" => FaultKind::Limited(number(1)?),
        "revoke" => FaultKind::Revoke,
        "html" => FaultKind::Html,
        "empty" => FaultKind::Empty,
        "garbage" => FaultKind::Garbage,
        "wrong-type" => FaultKind::WrongType,
        "null-list" => FaultKind::NullList,
        "empty-list" => FaultKind::EmptyList,
        "success-false" => FaultKind::SuccessFalse,
        "badgzip" => FaultKind::BadGzip,
        "bomb" => FaultKind::Bomb,
        "huge" => FaultKind::Huge,
        "deep" => FaultKind::Deep,
        "redirect" => FaultKind::Redirect(value.ok_or("`redirect` needs a URL")?.to_owned()),
        "redirect-same" => FaultKind::RedirectSame,
        "ignore-page" => FaultKind::IgnorePage,
        "lie-total" => FaultKind::LieTotal,
        word => {
            let status = word.parse::<u16>().ok().filter(|status| (400..600).contains(status));
            let words = || KINDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            FaultKind::Status(status.ok_or_else(|| format!("no kind `{word}` (there are {})", words()))?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(spec: &str, vendor: Vendor) -> Vec<u64> {
        let fault: Fault = spec.parse().unwrap();
        (1..=9).filter(|&number| fault.strikes(vendor, number).is_some()).collect()
    }

    #[test]
    fn specs_say_when() {
        assert_eq!(struck("rocketchat:reset@3", Vendor::Rocketchat), [3]);
        assert!(struck("rocketchat:reset@3", Vendor::Chatwoot).is_empty());
        assert_eq!(struck("*:500@2x3", Vendor::Chatbotx), [2, 3, 4]);
        assert_eq!(struck("truncate", Vendor::Livedesk).len(), 9);
        assert_eq!(struck("revoke@5", Vendor::Livedesk), [5, 6, 7, 8, 9]);
        assert_eq!(struck("html@8x*", Vendor::Livedesk), [8, 9]);
    }

    #[test]
    fn values_are_read() {
        let kind = |spec: &str| spec.parse::<Fault>().unwrap().kind;
        assert_eq!(kind("429=20@2"), FaultKind::Limited(20));
        assert_eq!(kind("429"), FaultKind::Limited(1));
        assert_eq!(
            kind("redirect=http://user@other.example:80/x@2"),
            FaultKind::Redirect("http://user@other.example:80/x".into())
        );
        assert_eq!(kind("redirect=http://user@other.example"), FaultKind::Redirect("http://user@other.example".into()));
        assert_eq!(kind("drip=5"), FaultKind::Drip(Duration::from_millis(5)));
    }

    #[test]
    fn mistakes_are_named() {
        for (spec, said) in [
            ("nonsense", "no kind `nonsense`"),
            ("rocket:reset", "no vendor `rocket`"),
            ("reset@x", "`@x`"),
            ("reset@0", "`0` is no number of requests"),
            ("reset@1xz", "`z` is no number of requests"),
            ("slow=soon", "`soon` is no number"),
            ("reset=1", "`reset` takes no value"),
            ("redirect", "`redirect` needs a URL"),
            ("200", "no kind `200`"),
        ] {
            let error = spec.parse::<Fault>().unwrap_err();
            assert!(error.contains(said), "{spec}: {error}");
        }
    }

    #[test]
    fn every_kind_that_is_listed_is_understood() {
        for (word, _) in KINDS {
            let spec = word
                .replace("=MS", "=5")
                .replace("=N", "=5")
                .replace("=URL", "=http://a.example")
                .replace("STATUS", "500");
            assert!(spec.parse::<Fault>().is_ok(), "{spec}");
        }
    }
}
