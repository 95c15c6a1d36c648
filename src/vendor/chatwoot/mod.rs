//! Chatwoot: its spec.

use crate::model::SortField;
use crate::source::{Capabilities, ErrorKind, Paging, Source, SourceError, Support};

use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress};

/// Chatwoot.
pub static SPEC: VendorSpec = VendorSpec {
    name: "chatwoot",
    title: "Chatwoot",
    default_base_url: Some("https://app.chatwoot.com"),
    keys: &[
        KeySpec {
            name: "account_id",
            kind: KeyKind::Number,
            required: true,
            help: "the number after /accounts/ in the address of the dashboard",
            example: "1",
        },
        KeySpec {
            name: "token",
            kind: KeyKind::Secret,
            required: true,
            help: "an access token (Profile Settings → Access Token)",
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
    paging: Paging::Numbered { size: 15 },
    walk_order: "created_at",
    by_id: true,
    requests_per_minute: None,
    notes: &[],
};

fn open(_access: Access) -> Result<Box<dyn Source>, SourceError> {
    Err(SourceError::new(ErrorKind::Unexpected, "Chatwoot cannot be asked yet"))
}

fn parse_web_url(_url: &url::Url) -> Option<WebAddress> {
    None
}
