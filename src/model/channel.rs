//! The ways a contact is reached.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Text, Time};

/// One way a contact is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// One word for one thing on every vendor.
    pub kind: ChannelKind,
    /// The vendor's own word, as `widget` or `Channel::WebWidget`.
    pub vendor_kind: Option<Text>,
    /// What people call it, as the inbox's name.
    pub name: Option<Text>,
    /// The contact's identity on this channel (Rocket.Chat visitor id, Chatwoot source id, ChatbotX contact inbox id).
    pub id: Option<Text>,
    /// The inbox it belongs to.
    pub inbox_id: Option<Text>,
    /// Where it leads, as a site's name or the inbox's own number.
    pub destination: Option<Text>,
    /// What was verified (Rocket.Chat).
    pub field: Option<Text>,
    /// The value that was verified (Rocket.Chat).
    pub value: Option<Text>,
    /// Whether the contact was verified on it; `None` where the vendor does not say.
    pub verified: Option<bool>,
    /// When it was verified.
    pub verified_at: Option<Time>,
    /// Whether the contact is blocked on it; `None` where the vendor does not say.
    pub blocked: Option<bool>,
    /// The last conversation over it.
    pub last_chat: Option<LastChat>,
}

impl Channel {
    /// A channel of which only the kind is known.
    pub fn new(kind: ChannelKind) -> Self {
        Self {
            kind,
            vendor_kind: None,
            name: None,
            id: None,
            inbox_id: None,
            destination: None,
            field: None,
            value: None,
            verified: None,
            verified_at: None,
            blocked: None,
            last_chat: None,
        }
    }
}

/// The last conversation over a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastChat {
    /// The conversation's id.
    pub id: Option<Text>,
    /// When it last moved.
    pub at: Option<Time>,
}

/// Declares the canonical kinds and the vendors' words for them, once to be listed and once to be recognised.
macro_rules! kinds {
    ($($kind:literal: $($word:literal)|+;)*) => {
        const KINDS: &[&str] = &[$($kind),*];

        /// The kind for a vendor's word in lower case.
        fn kind_of(word: &str) -> Option<&'static str> {
            Some(match word {
                $($($word)|+ => $kind,)*
                _ => return None,
            })
        }
    };
}

// A kind that is not listed is the vendor's word in `snake_case`.
kinds! {
    "web": "web" | "widget" | "webchat" | "website" | "channel::webwidget" | "web_widget" | "omnichannel-widget";
    "email": "email" | "smtp" | "channel::email" | "mail";
    "sms": "sms" | "channel::sms" | "channel::twiliosms" | "twilio_sms";
    "whatsapp": "whatsapp" | "channel::whatsapp" | "whats_app";
    "messenger": "messenger" | "channel::facebookpage" | "facebook" | "facebook_page" | "facebook_messenger";
    "instagram": "instagram" | "channel::instagram";
    "telegram": "telegram" | "channel::telegram";
    "line": "line" | "channel::line";
    "zalo": "zalo" | "channel::zalo";
    "tiktok": "tiktok" | "channel::tiktok";
    "twitter": "twitter" | "channel::twitterprofile" | "channel::twitter" | "twitter_profile";
    "voice": "voice" | "channel::voice";
    "api": "api" | "channel::api";
    "app": "app";
    "other": "other";
}

/// One word for one thing on every vendor: `web`, `email`, `sms`, `whatsapp`, …
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelKind(Text);

impl ChannelKind {
    /// The kind for a vendor's word (`Channel::WebWidget`, `smtp`, …); an unknown word in `snake_case`, an empty one `other`.
    pub fn from_vendor(word: &str) -> Self {
        let lower = lower(word.trim());
        if let Some(kind) = kind_of(&lower) {
            return Self(Text::const_new(kind));
        }
        let snake = snake_case(word.trim().strip_prefix("Channel::").unwrap_or(word.trim()));
        Self(if snake.is_empty() { Text::const_new("other") } else { snake })
    }

    /// A kind as it was told before ([`Self::as_str`]).
    pub fn stored(word: Text) -> Self {
        Self(word)
    }

    /// The word itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words of the interface, for help, completion and the nearest right spelling.
    pub fn known() -> impl Iterator<Item = &'static str> {
        KINDS.iter().copied()
    }
}

fn lower(word: &str) -> Cow<'_, str> {
    let is_lower = word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

fn snake_case(word: &str) -> Text {
    let mut out = Text::default();
    let mut previous_lower = false;
    for c in word.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && previous_lower {
                out.push('_');
            }
            out.extend(c.to_lowercase());
            previous_lower = c.is_lowercase() || c.is_numeric();
        } else {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            previous_lower = false;
        }
    }
    out.trim_end_matches('_').into()
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_words_become_one_word() {
        for (word, kind) in [
            ("widget", "web"),
            ("webchat", "web"),
            ("Channel::WebWidget", "web"),
            ("smtp", "email"),
            ("Channel::TwilioSms", "sms"),
            ("Channel::FacebookPage", "messenger"),
            ("Channel::Whatsapp", "whatsapp"),
            ("omnichannel", "omnichannel"),
            ("Channel::CarrierPigeon", "carrier_pigeon"),
            ("My App 2", "my_app_2"),
            ("", "other"),
        ] {
            assert_eq!(ChannelKind::from_vendor(word).as_str(), kind, "{word}");
        }
    }
}
