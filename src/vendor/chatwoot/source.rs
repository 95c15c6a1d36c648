//! One account of a Chatwoot server as a source.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::try_join;
use futures_util::stream::{self, TryStreamExt};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::buffers::Buffer;
use crate::http::{Auth, Http, HttpError};
use crate::model::{Contact, LastChat, Query, Text};
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Page, Plan, Source, SourceError, Traversal, Usage, Window, Wish,
};
use crate::vendor::address::{bare, get_as_typed, reading};
use crate::vendor::chatwoot_family::{Owner, list_from, one_from, page_from};
use crate::vendor::decode::Place;
use crate::vendor::lenient::{Moment, Scalar};
use crate::vendor::{Access, source_error};

use super::address::{contact_path, parse_web_url};
use super::dialect::ChatwootDialect;
use super::plan::plan;
use super::profile::identity_from;
use super::{CAPABILITIES, NAME, TITLE};

/// With dashes: proxies drop a header whose name holds underscores, and the server takes both (vendor notes B1).
const TOKEN_HEADER: &str = "api-access-token";

/// Requests for labels in flight at once.
const LABELS_AT_ONCE: usize = 6;

/// One account of a Chatwoot server.
pub struct Chatwoot {
    profile: String,
    account: u64,
    http: Http,
}

/// Opens a profile; sends nothing.
pub fn open(mut access: Access) -> Result<Box<dyn Source>, SourceError> {
    let account = account_from(access.settings.get("account_id").map(String::as_str))?;
    let token: SecretString = access.secrets.remove("token").ok_or_else(|| {
        SourceError::new(ErrorKind::Config, "the profile has no `token`")
            .with_hint("copy it from Profile Settings → Access Token; `contacts login` keeps it in the keyring")
    })?;
    access.http.auth = Auth::Headers(vec![(TOKEN_HEADER, token)]);
    access.http.dialect = Arc::new(ChatwootDialect::new(Arc::clone(&access.http.clock)));
    let http = Http::new(access.http).map_err(source_error)?;
    Ok(Box::new(Chatwoot { profile: access.profile, account, http }))
}

fn account_from(setting: Option<&str>) -> Result<u64, SourceError> {
    let hint = "it is the number after /accounts/ in the address of the dashboard";
    let Some(setting) = setting else {
        return Err(SourceError::new(ErrorKind::Config, "the profile has no `account_id`").with_hint(hint));
    };
    setting.trim().parse().ok().filter(|account| *account > 0).ok_or_else(|| {
        SourceError::new(ErrorKind::Config, format!("`account_id` is no number: `{setting}`")).with_hint(hint)
    })
}

#[derive(Deserialize)]
struct ConversationWire<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    inbox_id: Scalar<'a>,
    #[serde(default)]
    last_activity_at: Moment,
}

#[derive(Deserialize)]
struct LabelWire<'a> {
    #[serde(borrow, default)]
    title: Scalar<'a>,
}

impl Chatwoot {
    fn contacts_path(&self) -> String {
        format!("api/v1/accounts/{}/contacts", self.account)
    }

    fn owner(&self) -> Owner<'_> {
        Owner { profile: &self.profile, vendor: NAME }
    }

    async fn read(&self, path: &str, params: &[(&str, &str)]) -> Result<Buffer, HttpError> {
        self.http.get(path, params).await.map(|reply| reply.body)
    }

    /// A list that is not found is an account that is not there.
    fn list_error(&self, error: HttpError) -> SourceError {
        let error = source_error(error);
        if error.kind != ErrorKind::NotFound {
            return error;
        }
        let message = format!("the server knows no account {}: {}", self.account, error.message);
        SourceError { kind: ErrorKind::Vendor, message, ..error }.with_hint(
            "check `account_id` (the number after /accounts/ in the address of the dashboard) and `base_url`",
        )
    }

    /// The labels of a contact; none if it was deleted meanwhile.
    async fn labels(&self, id: &str) -> Result<Vec<Text>, SourceError> {
        let path = format!("{}/{id}/labels", self.contacts_path());
        let body = match self.read(&path, &[]).await.map_err(source_error) {
            Ok(body) => body,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        reading(&self.http, &body, |body| {
            Ok(list_from(body, place(&path))?.into_iter().filter_map(|label| scalar(label)?.text()).collect())
        })
    }

    /// Notes the last conversation in each inbox, as far as the credentials may see it: at most 20 are told, of the
    /// caller's own inboxes (vendor notes B2). A server that refuses or fails here does not spoil what is known already.
    async fn last_chats(&self, contact: &mut Contact) -> Result<(), SourceError> {
        let path = format!("{}/{}/conversations", self.contacts_path(), contact.id);
        let body = match self.read(&path, &[]).await.map_err(source_error) {
            Ok(body) => body,
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Vendor) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        reading(&self.http, &body, |body| list_from(body, place(&path)).map(drop))?;
        for conversation in list_from(&body, place(&path))? {
            let Ok(wire) = serde_json::from_str::<ConversationWire<'_>>(conversation.get()) else { continue };
            let Some(inbox) = wire.inbox_id.text() else { continue };
            let at = wire.last_activity_at.0;
            for channel in contact.channels.iter_mut().filter(|channel| channel.inbox_id.as_ref() == Some(&inbox)) {
                if channel.last_chat.as_ref().is_none_or(|last| last.at < at) {
                    channel.last_chat = Some(LastChat { id: wire.id.text(), at });
                }
            }
        }
        Ok(())
    }
}

fn place(path: &str) -> Place<'_> {
    Place { vendor: TITLE, endpoint: path }
}

fn scalar(raw: &RawValue) -> Option<Scalar<'_>> {
    serde_json::from_str(raw.get()).ok()
}

/// The id as a number that fits: the server would read `12abc` as 12 (vendor notes B8).
fn contact_number(id: &str) -> Option<i64> {
    let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|number| digits && *number > 0)
}

#[async_trait]
impl Source for Chatwoot {
    fn profile(&self) -> &str {
        &self.profile
    }

    fn vendor(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn plan(&self, query: &Query, traversal: Traversal) -> Result<Plan, SourceError> {
        Ok(plan(query, traversal, &self.contacts_path()))
    }

    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let number = window.page_number().to_string();
        let mut params: Vec<(&str, &str)> =
            lane.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        params.push(("page", &number));
        let body = self.read(&lane.path, &params).await.map_err(|error| self.list_error(error))?;
        reading(&self.http, &body, |body| page_from(body, place(&lane.path), self.owner(), lane.wish))
    }

    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError> {
        let missing =
            || SourceError::new(ErrorKind::NotFound, format!("no contact `{id}` in account {}", self.account));
        let number = contact_number(id).ok_or_else(|| missing().with_hint("ids are whole numbers on Chatwoot"))?;
        let path = format!("{}/{number}", self.contacts_path());
        let inboxes = if wish.channels { "true" } else { "false" };
        let body = match self.read(&path, &[("include_contact_inboxes", inboxes)]).await.map_err(source_error) {
            Ok(body) => body,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Err(SourceError { status: error.status, ..missing() });
            }
            Err(error) => return Err(error),
        };
        let read = |body: &[u8]| one_from(body, place(&path), self.owner(), wish);
        let mut contact = reading(&self.http, &body, read)?;
        let id = contact.id.clone();
        let labels = async { if wish.labels { self.labels(&id).await } else { Ok(Vec::new()) } };
        let chats = async {
            let reachable = !contact.channels.is_empty();
            if reachable { self.last_chats(&mut contact).await } else { Ok(()) }
        };
        let (labels, ()) = try_join(labels, chats).await?;
        contact.labels = labels;
        Ok(contact)
    }

    async fn identity(&self) -> Result<Identity, SourceError> {
        let path = "api/v1/profile";
        let body = self.read(path, &[]).await.map_err(|error| {
            let error = source_error(error);
            if error.kind == ErrorKind::NotFound {
                SourceError { kind: ErrorKind::Vendor, ..error }.with_hint("is `base_url` the address of a Chatwoot?")
            } else {
                error
            }
        })?;
        reading(&self.http, &body, |body| identity_from(body, place(path), self.account))
    }

    async fn enrich(&self, contacts: &mut [Contact], wish: Wish) -> Result<(), SourceError> {
        if !wish.labels {
            return Ok(());
        }
        stream::iter(contacts.iter_mut().map(Ok))
            .try_for_each_concurrent(LABELS_AT_ONCE, |contact| async move {
                if contact_number(&contact.id).is_some() {
                    contact.labels = self.labels(&contact.id).await?;
                }
                Ok(())
            })
            .await
    }

    async fn account_labels(&self) -> Result<Option<Vec<Text>>, SourceError> {
        let path = format!("api/v1/accounts/{}/labels", self.account);
        let body = self.read(&path, &[]).await.map_err(source_error)?;
        let title = |label: &RawValue| serde_json::from_str::<LabelWire<'_>>(label.get()).ok()?.title.text();
        let titles = |body: &[u8]| Ok(list_from(body, place(&path))?.into_iter().filter_map(title).collect());
        reading(&self.http, &body, titles).map(Some)
    }

    async fn get(&self, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
        get_as_typed(&self.http, path, params).await
    }

    fn web_url(&self, contact: &Contact) -> Option<String> {
        contact_number(&contact.id)?;
        Some(self.http.url(&contact_path(self.account, &contact.id), &[]).into())
    }

    fn owns_url(&self, url: &url::Url) -> bool {
        parse_web_url(url).is_some_and(|address| {
            let account = address.settings.get("account_id").and_then(|account| account.parse().ok());
            account == Some(self.account) && address.base_url == bare(self.http.url("", &[]))
        })
    }

    fn usage(&self) -> Usage {
        let (requests, retries, waited_ms) = self.http.usage();
        Usage { requests, retries, waited_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_whole_numbers() {
        assert_eq!(contact_number("42"), Some(42));
        assert_eq!(contact_number("007"), Some(7));
        for id in ["", "0", "12abc", "abc", "-1", "+1", "1/labels", "99999999999999999999", "١"] {
            assert_eq!(contact_number(id), None, "{id}");
        }
    }

    #[test]
    fn the_account_is_checked_before_anything_is_sent() {
        assert_eq!(account_from(Some("7")).unwrap(), 7);
        for setting in [None, Some(""), Some("seven"), Some("0"), Some("-1"), Some("7/contacts")] {
            assert_eq!(account_from(setting).unwrap_err().kind, ErrorKind::Config, "{setting:?}");
        }
    }
}
