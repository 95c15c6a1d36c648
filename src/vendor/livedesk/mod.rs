//! EngageLab LiveDesk: its spec.

use crate::model::SortField;
use crate::source::{Capabilities, ErrorKind, Paging, Source, SourceError, Support};

use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress};

/// EngageLab LiveDesk.
pub static SPEC: VendorSpec = VendorSpec {
    name: "livedesk",
    title: "EngageLab LiveDesk",
    default_base_url: Some("https://livedesk-api.engagelab.com"),
    keys: &[
        KeySpec {
            name: "api_key",
            kind: KeyKind::Secret,
            required: true,
            help: "the API key (Project Settings → API Management → API Key)",
            example: "",
        },
        KeySpec {
            name: "api_secret",
            kind: KeyKind::Secret,
            required: true,
            help: "the API secret that belongs to the key",
            example: "",
        },
        KeySpec {
            name: "direction_style",
            kind: KeyKind::Choice(&["param", "prefix"]),
            required: false,
            help: "how a descending sort is asked for: `direction=desc`, or a `-` before the field",
            example: "param",
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
    Err(SourceError::new(ErrorKind::Unexpected, "EngageLab LiveDesk cannot be asked yet"))
}

fn parse_web_url(_url: &url::Url) -> Option<WebAddress> {
    None
}
