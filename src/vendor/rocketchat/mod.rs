//! Rocket.Chat's Omnichannel contacts: `contacts.search`, `contacts.get`, `me`.
//!
//! Everything it knows of the server is in the vendor notes; what a query becomes is in `plan`.

mod convert;
mod dialect;
mod plan;
#[cfg(test)]
mod scan_test;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;

use crate::buffers::Buffer;
use crate::http::{Auth, Http};
use crate::model::{Contact, Query, SortField};
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Page, Paging, Plan, Rows, Source, SourceError, Support, Traversal, Usage,
    Window, Wish,
};

use super::decode::Place;
use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress, address, source_error};

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
    lists_labels: false,
    channel: Support::None,
    inboxes: Support::None,
    unknown: Support::Exact,
    blocked: Support::None,
    created_since: Support::None,
    active_since: Support::None,
    sorts: &[SortField::Id, SortField::Name, SortField::CreatedAt, SortField::UpdatedAt, SortField::LastActivityAt],
    several_sorts: true,
    paging: Paging::Offset { max: plan::MOST_ROWS },
    walk_order: "_id",
    by_id: true,
    requests_per_minute: Some(10),
    notes: &[
        "needs Rocket.Chat 7.1.0 or newer and the permission `view-livechat-contact`",
        "known and unknown contacts are two lists; both are asked, unless `--unknown` says otherwise",
        "10 requests a minute by default, except for administrators and bots",
        "its search compares characters: accents and the punctuation of phone numbers count (`--scan` does not)",
        "it knows no labels; a contact's channels carry no inbox",
    ],
};

/// The endpoint of lists, below the API.
const SEARCH: &str = "omnichannel/contacts.search";

const NO_LIST: &str = "check `base_url`; contacts need Rocket.Chat 7.1.0 or newer";

/// The web application's page of contacts.
const DIRECTORY: &str = "omnichannel-directory";

/// One account of a Rocket.Chat server.
struct RocketChat {
    profile: String,
    http: Http,
    /// The web application's address, without a slash at its end.
    web: String,
    /// What leads from the base URL to the API, as `api/v1`.
    api: &'static str,
}

fn open(mut access: Access) -> Result<Box<dyn Source>, SourceError> {
    let user_id = access.settings.get("user_id").map(String::as_str).unwrap_or_default().trim().to_owned();
    let token = access.secrets.remove("auth_token");
    let (Some(token), false) = (token, user_id.is_empty()) else {
        return Err(SourceError::new(ErrorKind::Config, "Rocket.Chat needs `user_id` and `auth_token`"));
    };
    let mut http = access.http;
    http.auth = Auth::Headers(vec![("x-auth-token", token), ("x-user-id", user_id.into())]);
    http.dialect = Arc::new(dialect::RocketChatDialect);
    let base = http.base_url.as_str().trim_end_matches('/');
    let (web, api) = match base.strip_suffix("/api/v1") {
        Some(web) => (web, ""),
        None => base.strip_suffix("/api").map_or((base, "api/v1/"), |web| (web, "v1/")),
    };
    let web = web.to_owned();
    Ok(Box::new(RocketChat { profile: access.profile, http: Http::new(http).map_err(source_error)?, web, api }))
}

impl RocketChat {
    /// GETs an endpoint of the API and hands its place and body on.
    async fn ask<'p>(&self, path: &'p str, params: &[(&str, &str)]) -> Result<(Place<'p>, Buffer), SourceError> {
        let reply = self.http.get(path, params).await.map_err(source_error)?;
        let endpoint = path.rsplit('/').next().unwrap_or(path);
        Ok((Place { vendor: SPEC.title, endpoint }, reply.body))
    }
}

#[async_trait]
impl Source for RocketChat {
    fn profile(&self) -> &str {
        &self.profile
    }

    fn vendor(&self) -> &'static str {
        SPEC.name
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn plan(&self, query: &Query, traversal: Traversal) -> Result<Plan, SourceError> {
        Ok(plan::plan(query, traversal, &format!("{}{SEARCH}", self.api)))
    }

    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let mut rows = Vec::with_capacity(window.len.min(plan::MOST_ROWS) as usize);
        let page = self.page_into(lane, window, &mut rows).await?;
        Ok(Page { rows, ..page })
    }

    async fn page_into(&self, lane: &Lane, window: Window, rows: &mut dyn Rows) -> Result<Page, SourceError> {
        let offset = window.start.to_string();
        let count = window.len.clamp(1, plan::MOST_ROWS).to_string();
        let mut params: Vec<(&str, &str)> = lane.params.iter().map(|(name, value)| (&**name, &**value)).collect();
        params.extend([("offset", offset.as_str()), ("count", count.as_str())]);
        let (place, body) = self.ask(&lane.path, &params).await.map_err(|error| address::no_list(error, NO_LIST))?;
        address::reading(&self.http, &body, |body| convert::page_from(place, &self.profile, body, lane.wish, rows))
    }

    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError> {
        let id = id.trim();
        if id.is_empty() {
            return Err(SourceError::new(ErrorKind::Usage, "an id cannot be blank"));
        }
        let missing = || SourceError::new(ErrorKind::NotFound, format!("there is no contact `{id}`"));
        let path = format!("{}omnichannel/contacts.get", self.api);
        match self.ask(&path, &[("contactId", id)]).await {
            Ok((place, body)) => {
                let read = |body: &[u8]| convert::contact_in(place, &self.profile, body, wish);
                address::reading(&self.http, &body, read)?.ok_or_else(missing)
            }
            Err(error) if error.kind == ErrorKind::NotFound => Err(SourceError { status: error.status, ..missing() }),
            Err(error) => Err(error),
        }
    }

    async fn identity(&self) -> Result<Identity, SourceError> {
        let path = format!("{}me", self.api);
        let (place, body) = self.ask(&path, &[]).await.map_err(|error| address::no_list(error, NO_LIST))?;
        address::reading(&self.http, &body, |body| convert::identity_from(place, body))
    }

    async fn get(&self, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
        address::get_as_typed(&self.http, path, params).await
    }

    fn web_url(&self, contact: &Contact) -> Option<String> {
        let mut url = url::Url::parse(&self.web).ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend([DIRECTORY, "contacts", "details", contact.id.as_str()]);
        Some(url.into())
    }

    fn newest_lane(&self, lane: &Lane) -> Option<Lane> {
        Some(plan::newest(lane))
    }

    fn requests_per_minute(&self) -> Option<u32> {
        let budget = self.http.budget(&format!("{}{SEARCH}", self.api))?;
        Some(budget.limit)
    }

    fn owns_url(&self, url: &url::Url) -> bool {
        parse_web_url(url).is_some_and(|address| address.base_url == self.web)
    }

    fn usage(&self) -> Usage {
        let (requests, retries, waited_ms) = self.http.usage();
        Usage { requests, retries, waited_ms }
    }
}

/// Knows `…/omnichannel-directory/contacts/details/ID`, with any word for the tab, and the other pages of the directory.
fn parse_web_url(url: &url::Url) -> Option<WebAddress> {
    let segments: Vec<&str> = url.path_segments()?.collect();
    let directory = segments.iter().position(|segment| *segment == DIRECTORY)?;
    let contact = match segments[directory + 1..] {
        ["contacts", _, id, ..] if !id.is_empty() => address::percent_decoded(id),
        _ => None,
    };
    let mut base = url.clone();
    base.set_path(&segments[..directory].join("/"));
    Some(WebAddress { base_url: address::bare(base), contact, ..WebAddress::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_directory_are_understood() {
        let parse = |url: &str| parse_web_url(&url.parse().unwrap());
        let address =
            parse("https://chat.example.com/rc/omnichannel-directory/contacts/details/673be1711e2e6feb77939a7b?x=1#y");
        let address = address.unwrap();
        assert_eq!(address.base_url, "https://chat.example.com/rc");
        assert_eq!(address.contact.as_deref(), Some("673be1711e2e6feb77939a7b"));
        let history = parse("https://chat.example.com/omnichannel-directory/contacts/history/a%20b/c").unwrap();
        assert_eq!((history.base_url.as_str(), history.contact.as_deref()), ("https://chat.example.com", Some("a b")));
        assert_eq!(parse("https://c.example/omnichannel-directory/chats/info/room1").unwrap().contact, None);
        assert_eq!(parse("https://c.example/omnichannel-directory/contacts").unwrap().contact, None);
        assert_eq!(parse("https://c.example/app/accounts/1/contacts/2"), None);
    }
}
