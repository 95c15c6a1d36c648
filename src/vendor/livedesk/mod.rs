//! EngageLab LiveDesk: contacts of the account that an API key belongs to, by list and search.
//!
//! Facts are from the vendor notes, sections A. What it shares with Chatwoot, of which it descends, lies in
//! [`super::chatwoot_family`].

mod dialect;
mod order;
mod plan;
mod seek;
mod source;

use crate::model::SortField;
use crate::source::{Capabilities, Paging, Support};

use super::{KeyKind, KeySpec, VendorSpec, WebAddress};

/// The vendor's name for people.
const TITLE: &str = "EngageLab LiveDesk";

/// The vendor's name in configuration and output.
const NAME: &str = "livedesk";

/// The key that tells how a direction is asked for.
const DIRECTION_STYLE: &str = "direction_style";

/// The beginning of the names of API hosts.
const API_HOST: &str = "livedesk-api";

/// EngageLab LiveDesk.
pub static SPEC: VendorSpec = VendorSpec {
    name: NAME,
    title: TITLE,
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
            name: DIRECTION_STYLE,
            kind: KeyKind::Choice(&["param", "prefix"]),
            required: false,
            help: "how a descending sort is asked for: `direction=desc`, or a `-` before the field",
            example: "param",
        },
    ],
    capabilities: &CAPABILITIES,
    open: source::open,
    parse_web_url,
};

static CAPABILITIES: Capabilities = Capabilities {
    search_fields: &["name", "email", "phone", "identifier"],
    labels: Support::Exact,
    lists_labels: false,
    channel: Support::None,
    inboxes: Support::None,
    unknown: Support::None,
    blocked: Support::None,
    created_since: Support::None,
    active_since: Support::None,
    sorts: &[
        SortField::Email,
        SortField::Name,
        SortField::Phone,
        SortField::LastActivityAt,
        SortField::CreatedAt,
        SortField::Company,
        SortField::City,
        SortField::Country,
    ],
    several_sorts: false,
    paging: Paging::Numbered { size: plan::PAGE_SIZE },
    walk_order: "created_at",
    by_id: false,
    requests_per_minute: None,
    notes: &[
        "There is no request for one contact: `show` and `channels` look for the id page by page.",
        "Whether the server takes the direction of a sort as `direction=desc` or as a `-` before the field is not \
         settled: rows are checked as they come, and `direction_style` in the profile chooses.",
        "The search compares accents letter by letter and identifiers with their case; `--scan` matches everything here.",
        "Contacts without an e-mail address, a phone number and an identifier are probably not listed.",
        "The page size is 15; `page_size` is sent if it is asked for, and may be ignored.",
        "The server does not say who a key belongs to, and gives no labels back.",
    ],
};

/// The console's addresses are not documented; only an API host gives itself away.
fn parse_web_url(url: &url::Url) -> Option<WebAddress> {
    let api = url.scheme() == "https" && url.host_str()?.starts_with(API_HOST);
    api.then(|| WebAddress { base_url: url.origin().ascii_serialization(), ..WebAddress::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_api_host_is_known() {
        let base = |url: &str| parse_web_url(&url.parse().unwrap()).map(|address| address.base_url);
        assert_eq!(
            base("https://livedesk-api.engagelab.com/api/v2/accounts/contacts?page=1").as_deref(),
            Some("https://livedesk-api.engagelab.com")
        );
        assert_eq!(base("https://console.engagelab.com/contacts/1"), None);
    }
}
