//! ChatbotX: its spec.

use crate::model::SortField;
use crate::source::{Capabilities, ErrorKind, Paging, Source, SourceError, Support};

use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress};

/// ChatbotX.
pub static SPEC: VendorSpec = VendorSpec {
    name: "chatbotx",
    title: "ChatbotX",
    default_base_url: Some("https://app.chatbotx.io"),
    keys: &[KeySpec {
        name: "token",
        kind: KeyKind::Secret,
        required: true,
        help: "a workspace token (Settings → Integrations, or API Keys)",
        example: "",
    }],
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
    paging: Paging::Sized { max: 50 },
    walk_order: "id",
    by_id: true,
    requests_per_minute: None,
    notes: &[],
};

fn open(_access: Access) -> Result<Box<dyn Source>, SourceError> {
    Err(SourceError::new(ErrorKind::Unexpected, "ChatbotX cannot be asked yet"))
}

fn parse_web_url(_url: &url::Url) -> Option<WebAddress> {
    None
}
