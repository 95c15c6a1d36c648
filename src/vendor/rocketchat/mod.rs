//! Rocket.Chat: its spec.

use crate::model::SortField;
use crate::source::{Capabilities, ErrorKind, Paging, Source, SourceError, Support};

use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress};

/// Rocket.Chat.
pub static SPEC: VendorSpec = VendorSpec {
    name: "rocketchat",
    title: "Rocket.Chat",
    default_base_url: None,
    keys: &[
        KeySpec {
            name: "user_id",
            kind: KeyKind::Text,
            required: true,
            help: "the user's id (My Account → Personal Access Tokens), not the user name",
            example: "rbAXPnMktTFbNpwtJ",
        },
        KeySpec {
            name: "auth_token",
            kind: KeyKind::Secret,
            required: true,
            help: "a personal access token",
            example: "",
        },
    ],
    capabilities: &CAPABILITIES,
    open,
    parse_web_url,
};

static CAPABILITIES: Capabilities = Capabilities {
    search_fields: &["name", "email", "phone"],
    labels: Support::None,
    channel: Support::None,
    inboxes: Support::None,
    unknown: Support::None,
    blocked: Support::None,
    created_since: Support::None,
    active_since: Support::None,
    sorts: &[SortField::Name],
    several_sorts: true,
    paging: Paging::Offset { max: 100 },
    walk_order: "_id",
    by_id: true,
    requests_per_minute: None,
    notes: &[],
};

fn open(_access: Access) -> Result<Box<dyn Source>, SourceError> {
    Err(SourceError::new(ErrorKind::Unexpected, "Rocket.Chat cannot be asked yet"))
}

fn parse_web_url(_url: &url::Url) -> Option<WebAddress> {
    None
}
