//! Chatwoot: contacts of one account, by list, search and id.
//!
//! Facts are from the vendor notes, sections B. What it shares with its descendants lies in
//! [`super::chatwoot_family`].

mod address;
mod dialect;
mod plan;
mod profile;
mod source;

use crate::model::SortField;
use crate::source::{Capabilities, Paging, Support};

use super::{KeyKind, KeySpec, VendorSpec};

/// The vendor's name for people.
const TITLE: &str = "Chatwoot";

/// The vendor's name in configuration and output.
const NAME: &str = "chatwoot";

/// Chatwoot.
pub static SPEC: VendorSpec = VendorSpec {
    name: NAME,
    title: TITLE,
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
    open: source::open,
    parse_web_url: address::parse_web_url,
};

static CAPABILITIES: Capabilities = Capabilities {
    search_fields: &["name", "email", "phone", "identifier"],
    labels: Support::Exact,
    lists_labels: true,
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
    several_sorts: true,
    paging: Paging::Numbered { size: plan::PAGE_SIZE },
    walk_order: "created_at",
    by_id: true,
    requests_per_minute: Some(3000),
    notes: &[
        "The list holds only contacts with an e-mail address, a phone number or an identifier; since 4.11 the search \
         finds anonymous visitors too.",
        "The search compares accents letter by letter and identifiers with their case; `--scan` matches everything here.",
        "Searches are limited to 100 a minute for the whole account, the web page included.",
        "Several sort keys are sorted by the server only in its own order: email, name, phone, last_activity_at, \
         created_at, company, city, country; e-mail and phone only ascending. Everything else is read whole and \
         sorted here.",
        "Labels are not part of a contact; where they are asked for they cost a request a contact. \
         `contacts sync` reads them label by label.",
        "Under `--raw` an inbox keeps its public keys only: servers before 4.0.2 add its passwords and tokens.",
    ],
};
