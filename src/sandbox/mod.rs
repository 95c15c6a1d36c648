//! The four vendors' APIs, served on loopback from one made-up population, for newcomers, `--demo`, tests and benchmarks.
//!
//! Everything follows from the seed. Knows nothing of the rest of the program: it is the other side of the wire. Semantics are
//! those of the vendor notes, quirks included.

mod cast;
mod chatbotx;
mod chatwoot;
mod churn;
mod exchange;
mod fault;
mod json;
mod limit;
mod livedesk;
mod names;
mod numbers;
mod person;
mod population;
mod profiles;
mod rails;
mod rocketchat;
mod server;
mod spoil;
mod store;
#[cfg(test)]
mod tests;
mod wire;
mod world;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use person::Kind;

pub use churn::Churn;
pub use fault::{Fault, KINDS as FAULT_KINDS};
pub use profiles::DemoProfile;
pub use server::{Sandbox, start};
pub(crate) use world::Limits;
pub use world::{Change, ChangeKind, Hook, RequestNote, World};

/// What a sandbox is to be like.
#[derive(Clone)]
pub struct SandboxOptions {
    /// Contacts of each vendor, at most ten million.
    pub contacts: usize,
    /// Everything made up follows from it.
    pub seed: u64,
    /// The port on loopback; 0: any free one.
    pub port: u16,
    /// Added to every answer.
    pub latency: Duration,
    /// Whether the vendors' rate limits apply.
    pub rate_limit: bool,
    /// What is "now": times of contacts are relative to it.
    pub now: jiff::Timestamp,
    /// Which vendor versions are imitated.
    pub settings: Settings,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// What changes between requests.
    pub churn: Option<Churn>,
    /// Called before each request is answered, to script changes.
    pub hook: Option<Hook>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            contacts: 60,
            seed: 1,
            port: 0,
            latency: Duration::ZERO,
            rate_limit: false,
            now: jiff::Timestamp::from_second(population::EPOCH).expect("a moment of 2026"),
            settings: Settings::default(),
            faults: Vec::new(),
            churn: None,
            hook: None,
        }
    }
}

/// Which versions of the vendors are imitated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// ChatbotX.
    pub era: Era,
    /// Rocket.Chat's 401.
    pub refusals: Refusals,
    /// Chatwoot's search.
    pub search_meta: SearchMeta,
    /// LiveDesk's sorting.
    pub direction: Direction,
    /// Chatwoot's and LiveDesk's order among equals.
    pub ties: Ties,
}

/// The eras of ChatbotX (vendor notes 0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Era {
    /// June 2026: no default order.
    A,
    /// July 2026.
    #[default]
    B,
    /// From August 2026: 401, 422, capped totals, rate limit.
    C,
}

impl FromStr for Era {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "A" | "a" => Ok(Self::A),
            "B" | "b" => Ok(Self::B),
            "C" | "c" => Ok(Self::C),
            _ => Err(format!("no era `{text}`: A, B or C")),
        }
    }
}

/// How Rocket.Chat says 401.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusals {
    /// Without `success`.
    Old,
    /// With `success`, `error`, `status` and `message`.
    #[default]
    New,
}

/// What Chatwoot's search says of its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchMeta {
    /// Before 4.11: the total; visitors are not found.
    Total,
    /// From 4.11 on: the rows of this page, and whether there are more.
    #[default]
    HasMore,
}

/// What Chatwoot and LiveDesk do with contacts that are equal by the sort that was asked for. ChatbotX always lets them wander.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// No two contacts are created at the same moment, and equals keep their order.
    #[default]
    Stable,
    /// Some are created at the same moment, as after an import, and equals change places from page to page.
    Wandering,
}

/// How LiveDesk is asked for a descending sort (vendor notes A4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// `direction=desc` works, as documented.
    #[default]
    Param,
    /// `sort=-name` works, as in Chatwoot.
    Prefix,
    /// Both do.
    Both,
}

impl FromStr for Direction {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "param" => Ok(Self::Param),
            "prefix" => Ok(Self::Prefix),
            "both" => Ok(Self::Both),
            _ => Err(format!("no direction style `{text}`: param, prefix or both")),
        }
    }
}

/// A vendor that is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Vendor {
    Rocketchat,
    Livedesk,
    Chatbotx,
    Chatwoot,
}

impl Vendor {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Rocketchat, Self::Livedesk, Self::Chatbotx, Self::Chatwoot];

    /// The word in the configuration, and the first part of the path.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rocketchat => "rocketchat",
            Self::Livedesk => "livedesk",
            Self::Chatbotx => "chatbotx",
            Self::Chatwoot => "chatwoot",
        }
    }

    /// The kinds of channels it has.
    fn kinds(self) -> &'static [Kind] {
        use Kind::{Api, Email, Instagram, Line, Messenger, Sms, Telegram, Web, Whatsapp, Zalo};
        match self {
            Self::Rocketchat => &[Web, Email, Sms, Whatsapp, Messenger, Instagram, Telegram, Api],
            Self::Livedesk | Self::Chatwoot => &[Web, Email, Sms, Whatsapp, Messenger, Instagram, Telegram, Line, Api],
            Self::Chatbotx => &[Web, Whatsapp, Messenger, Telegram, Zalo, Instagram, Email, Line],
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Vendor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|vendor| vendor.name() == text).ok_or(format!("no vendor `{text}`: {names}"))
    }
}

/// The credentials that the sandbox takes; worth nothing anywhere else.
mod secrets {
    pub const ROCKETCHAT_USER: &str = "sandboxUser000001";
    pub const ROCKETCHAT_TOKEN: &str = "sandbox-rocketchat-auth-token-worth-nothing";
    pub const LIVEDESK_KEY: &str = "sandbox-livedesk-key";
    pub const LIVEDESK_SECRET: &str = "sandbox-livedesk-secret-worth-nothing";
    pub const CHATBOTX_TOKEN: &str = "sandbox-chatbotx-token-worth-nothing";
    pub const CHATWOOT_TOKEN: &str = "sandbox-chatwoot-token-worth-nothing";
    pub const CHATWOOT_BOT_TOKEN: &str = "sandbox-chatwoot-bot-token-worth-nothing";
}
