//! ChatbotX's contacts, as its documentation (era A), its source of July 2026 (B) and later servers (C) offer them.
//!
//! Everything it knows of the server is in the vendor notes; what a query becomes is in `plan`.

mod convert;
mod dialect;
mod identifier;
mod plan;
#[cfg(test)]
mod recorded;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::buffers::Buffer;
use crate::http::{Auth, Http, path_segment};
use crate::model::{Contact, Query, SortField};
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Page, Paging, Plan, Source, SourceError, Support, Traversal, Usage,
    Window, Wish,
};

use super::decode::Place;
use super::{Access, KeyKind, KeySpec, VendorSpec, WebAddress, address, source_error};
use convert::{FieldNames, Reader};

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
    lists_labels: false,
    channel: Support::Superset,
    inboxes: Support::Superset,
    unknown: Support::None,
    blocked: Support::Superset,
    created_since: Support::Superset,
    active_since: Support::None,
    sorts: &[
        SortField::Id,
        SortField::Name,
        SortField::Email,
        SortField::Phone,
        SortField::City,
        SortField::CreatedAt,
        SortField::UpdatedAt,
    ],
    several_sorts: true,
    paging: Paging::Sized { max: plan::MOST_ROWS },
    walk_order: "id",
    by_id: true,
    requests_per_minute: Some(720),
    notes: &[
        "`show` and `channels` take ids, `email:ANN@EXAMPLE.COM` and `phone:+12025550143`",
        "first and last name are searched apart, so one word is sent and the rest is checked here",
        "only the first 50 custom fields of a workspace are known by name to lists; `show` knows all",
        "it cannot sort by activity; names, e-mail, phone and city it sorts ascending only",
    ],
};

const NO_LIST: &str = "check `base_url`: it is the address under which ChatbotX itself opens";

/// A key that stands in the JSON of every contact with custom fields.
const FIELD_KEY: &[u8] = b"\"customFieldId\"";

/// One workspace.
struct ChatbotX {
    profile: String,
    http: Http,
    /// What leads from the base URL to the API, as `api/v1/`.
    api: &'static str,
    /// Asked for when the first contact with custom fields comes along.
    names: OnceCell<FieldNames>,
    no_names: FieldNames,
}

fn open(mut access: Access) -> Result<Box<dyn Source>, SourceError> {
    let Some(token) = access.secrets.remove("token") else {
        return Err(SourceError::new(ErrorKind::Config, "ChatbotX needs `token`"));
    };
    let mut http = access.http;
    http.auth = Auth::Bearer(token);
    http.dialect = Arc::new(dialect::ChatbotxDialect);
    let base = http.base_url.path().trim_end_matches('/');
    let api = if base.ends_with("/api/v1") {
        ""
    } else if base.ends_with("/api") {
        "v1/"
    } else {
        "api/v1/"
    };
    let http = Http::new(http).map_err(source_error)?;
    Ok(Box::new(ChatbotX { profile: access.profile, http, api, names: OnceCell::new(), no_names: FieldNames::new() }))
}

impl ChatbotX {
    /// GETs an endpoint of the API.
    async fn ask(&self, path: &str, params: &[(&str, &str)]) -> Result<Buffer, SourceError> {
        Ok(self.http.get(path, params).await.map_err(source_error)?.body)
    }

    /// The workspace's names of custom fields, if `body` needs any.
    async fn names_for(&self, body: &[u8]) -> Result<&FieldNames, SourceError> {
        if memchr::memmem::find(body, FIELD_KEY).is_none() {
            return Ok(&self.no_names);
        }
        let ask = || self.field_names(format!("{}custom-fields", self.api));
        self.names.get_or_try_init(ask).await
    }

    /// The names of custom fields listed at `path`; none if the token may not see them, for a contact is readable without.
    async fn field_names(&self, path: String) -> Result<FieldNames, SourceError> {
        let names = match self.ask(&path, &[]).await {
            Ok(body) => convert::field_names_from(place("custom-fields"), &body),
            Err(error) => Err(error),
        };
        match names {
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Vendor) => {
                Ok(FieldNames::new())
            }
            names => names,
        }
    }
}

fn place(endpoint: &str) -> Place<'_> {
    Place { vendor: SPEC.title, endpoint }
}

#[async_trait]
impl Source for ChatbotX {
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
        Ok(plan::plan(query, traversal, &format!("{}contacts", self.api)))
    }

    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let page = window.page_number().to_string();
        let per_page = window.len.clamp(1, plan::MOST_ROWS).to_string();
        let mut params: Vec<(&str, &str)> = lane.params.iter().map(|(name, value)| (&**name, &**value)).collect();
        params.extend([("page", page.as_str()), ("perPage", per_page.as_str())]);
        let body = self.ask(&lane.path, &params).await.map_err(|error| address::no_list(error, NO_LIST))?;
        let names = self.names_for(&body).await?;
        let reader = Reader { place: place("contacts"), profile: &self.profile, names, wish: lane.wish };
        address::reading(&self.http, &body, |body| reader.page(body, window.len))
    }

    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError> {
        let identifier = identifier::identifier(id)?;
        let path = format!("{}contacts/{}", self.api, path_segment(&identifier));
        let missing = |error: SourceError| match error.kind {
            ErrorKind::NotFound => {
                let message = format!("there is no contact `{}`", id.trim());
                SourceError { status: error.status, ..SourceError::new(ErrorKind::NotFound, message) }
            }
            _ => error,
        };
        let body = self.ask(&path, &[]).await.map_err(missing)?;
        let names = self.names_for(&body).await?;
        let read = |names: &FieldNames| {
            let reader = Reader { place: place("contacts/{identifier}"), profile: &self.profile, names, wish };
            address::reading(&self.http, &body, |body| reader.contact(body))
        };
        let contact = read(names)?;
        // The workspace's list ends after 50 fields; the contact's own does not.
        let unnamed = |name: &str| !names.values().any(|known| known == name);
        if contact.custom_fields.iter().all(|(name, _)| !unnamed(name)) {
            return Ok(contact);
        }
        let mut all = self.field_names(format!("{path}/custom-fields")).await?;
        all.extend(names.clone());
        read(&all)
    }

    async fn identity(&self) -> Result<Identity, SourceError> {
        let note = Some("a ChatbotX token belongs to a workspace, not to a person".to_owned());
        match self.ask(&format!("{}token", self.api), &[]).await {
            Ok(body) => {
                if let Some(identity) = convert::identity_from(&body) {
                    return Ok(Identity { note, ..identity });
                }
            }
            // Older servers do not have the endpoint.
            Err(error) if matches!(error.status, Some(400 | 404 | 405)) => {}
            Err(error) => return Err(error),
        }
        let params = [("sort", plan::BY_ID), ("page", "1"), ("perPage", "1")];
        let body = self.ask(&format!("{}contacts", self.api), &params).await;
        let body = body.map_err(|error| address::no_list(error, NO_LIST))?;
        let account = address::reading(&self.http, &body, |body| convert::workspace_in(place("contacts"), body))?;
        Ok(Identity { account, note, ..Identity::default() })
    }

    async fn get(&self, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
        address::get_as_typed(&self.http, path, params).await
    }

    fn newest_lane(&self, lane: &Lane) -> Option<Lane> {
        Some(plan::newest(lane))
    }

    fn usage(&self) -> Usage {
        let (requests, retries, waited_ms) = self.http.usage();
        Usage { requests, retries, waited_ms }
    }
}

/// Knows the vendor's own host; where its pages show a contact's id is not known.
fn parse_web_url(url: &url::Url) -> Option<WebAddress> {
    let own = url.scheme() == "https" && url.host_str() == Some("app.chatbotx.io");
    own.then(|| WebAddress { base_url: "https://app.chatbotx.io".to_owned(), ..WebAddress::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_vendors_own_host_is_known() {
        let parse = |url: &str| parse_web_url(&url.parse().unwrap());
        assert_eq!(parse("https://app.chatbotx.io/w/1/contacts/2").unwrap().base_url, "https://app.chatbotx.io");
        assert_eq!(parse("https://app.chatbotx.io.evil.example/contacts"), None);
    }
}
