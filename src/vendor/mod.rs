//! The vendors. A vendor is one folder and one row of [`VENDORS`].
//!
//! A vendor knows its HTTP shapes and their meaning; nothing of terminals, config files or the other vendors.

pub mod address;
pub mod chatbotx;
pub mod chatwoot;
pub mod chatwoot_family;
pub mod decode;
pub mod lenient;
pub mod listed;
pub mod livedesk;
pub mod reply;
pub mod rocketchat;
pub mod scan;

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::http::{HttpConfig, HttpError, HttpErrorKind};
use crate::source::{Capabilities, ErrorKind, Source, SourceError};

/// Every vendor, in the order of the documentation.
pub static VENDORS: [&VendorSpec; 4] = [&rocketchat::SPEC, &livedesk::SPEC, &chatbotx::SPEC, &chatwoot::SPEC];

/// What is known of a vendor before anything is asked of it.
pub struct VendorSpec {
    /// The word in the configuration, as `rocketchat`.
    pub name: &'static str,
    /// The name for people, as `Rocket.Chat`.
    pub title: &'static str,
    /// Used when the profile names none; `None`: it must.
    pub default_base_url: Option<&'static str>,
    /// The profile's keys, apart from those that every profile has.
    pub keys: &'static [KeySpec],
    /// What it can do.
    pub capabilities: &'static Capabilities,
    /// Opens a source; sends nothing.
    pub open: fn(Access) -> Result<Box<dyn Source>, SourceError>,
    /// Takes base URL, account and contact from the address of the vendor's web page, if it is one of its pages.
    pub parse_web_url: fn(&url::Url) -> Option<WebAddress>,
}

/// A key of a profile.
pub struct KeySpec {
    /// The word in the configuration, as `auth_token`.
    pub name: &'static str,
    /// What it may hold.
    pub kind: KeyKind,
    /// Whether a profile cannot do without.
    pub required: bool,
    /// A line for people: what it is and where to find it.
    pub help: &'static str,
    /// A made-up value for examples.
    pub example: &'static str,
}

/// What a key may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Any text.
    Text,
    /// A secret: text, `{ env }`, `{ command }`, `{ keyring }`, or left out.
    Secret,
    /// A positive whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words, the first being the default.
    Choice(&'static [&'static str]),
}

/// What a vendor needs to open a profile.
pub struct Access {
    /// The profile's name.
    pub profile: String,
    /// The profile's keys of the vendor that are no secrets, as text.
    pub settings: BTreeMap<String, String>,
    /// The profile's secrets by key.
    pub secrets: BTreeMap<String, SecretString>,
    /// The client's configuration; the vendor sets `auth` and `dialect`.
    pub http: HttpConfig,
}

/// What the address of a vendor's web page tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebAddress {
    /// The base URL of the API.
    pub base_url: String,
    /// Further keys, as `account_id`.
    pub settings: BTreeMap<String, String>,
    /// The contact's id, if the page shows one.
    pub contact: Option<String>,
}

/// The vendor called `name`.
pub fn vendor(name: &str) -> Option<&'static VendorSpec> {
    VENDORS.iter().copied().find(|vendor| vendor.name == name)
}

/// A failed request as a failure of the source.
pub fn source_error(error: HttpError) -> SourceError {
    let kind = match error.kind {
        HttpErrorKind::Config => ErrorKind::Config,
        HttpErrorKind::Auth => ErrorKind::Auth,
        HttpErrorKind::NotFound => ErrorKind::NotFound,
        HttpErrorKind::Network => ErrorKind::Network,
        HttpErrorKind::RateLimited => ErrorKind::RateLimit,
        HttpErrorKind::Server | HttpErrorKind::BadReply => ErrorKind::Vendor,
    };
    SourceError { kind, status: error.status, message: error.message, hint: error.hint }
}
