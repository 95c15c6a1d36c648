//! The account of an API key as a source.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::http::{Auth, Http, HttpError};
use crate::model::{Contact, Direction, Query, SortField, SortKey};
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Page, Plan, Source, SourceError, Traversal, Usage, Window, Wish,
};
use crate::vendor::address::get_as_typed;
use crate::vendor::chatwoot_family::{Owner, page_from};
use crate::vendor::decode::Place;
use crate::vendor::{Access, source_error};

use super::dialect::LiveDeskDialect;
use super::order::contradicts;
use super::plan::{DirectionStyle, PATH, plan};
use super::seek::{Seek, Step};
use super::{CAPABILITIES, DIRECTION_STYLE, NAME, TITLE};

/// The account of an API key.
pub struct LiveDesk {
    profile: String,
    style: DirectionStyle,
    http: Http,
}

/// Opens a profile; sends nothing.
pub fn open(mut access: Access) -> Result<Box<dyn Source>, SourceError> {
    let style = style_from(access.settings.get(DIRECTION_STYLE).map(String::as_str))?;
    let mut secret = |key: &str| -> Result<SecretString, SourceError> {
        access.secrets.remove(key).ok_or_else(|| {
            SourceError::new(ErrorKind::Config, format!("the profile has no `{key}`"))
                .with_hint("make one in Project Settings → API Management; `contacts login` keeps it in the keyring")
        })
    };
    let (user, password) = (secret("api_key")?, secret("api_secret")?);
    access.http.auth = Auth::Basic { user, password };
    access.http.dialect = Arc::new(LiveDeskDialect);
    let http = Http::new(access.http).map_err(source_error)?;
    Ok(Box::new(LiveDesk { profile: access.profile, style, http }))
}

fn style_from(setting: Option<&str>) -> Result<DirectionStyle, SourceError> {
    match setting {
        None | Some("param") => Ok(DirectionStyle::Param),
        Some("prefix") => Ok(DirectionStyle::Prefix),
        Some(other) => Err(SourceError::new(
            ErrorKind::Config,
            format!("`{DIRECTION_STYLE}` is `param` or `prefix`, not `{other}`"),
        )),
    }
}

impl LiveDesk {
    async fn list(&self, params: &[(&str, &str)], wish: Wish) -> Result<Page, SourceError> {
        let reply = self.http.get(PATH, params).await.map_err(list_error)?;
        let owner = Owner { profile: &self.profile, vendor: NAME };
        page_from(&reply.body, Place { vendor: TITLE, endpoint: PATH }, owner, wish)
    }

    fn warning(&self, key: SortKey) -> String {
        let direction = if key.direction == Direction::Descending { "descending" } else { "ascending" };
        let other = if self.style == DirectionStyle::Param { "prefix" } else { "param" };
        format!(
            "the rows are not in the order asked for ({}, {direction}); with `{DIRECTION_STYLE} = \"{other}\"` in the \
             profile the server may heed it",
            key.field
        )
    }
}

/// A list that is not found means that no LiveDesk is there.
fn list_error(error: HttpError) -> SourceError {
    let error = source_error(error);
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    SourceError { kind: ErrorKind::Vendor, ..error }.with_hint("is `base_url` the address of the LiveDesk API?")
}

#[async_trait]
impl Source for LiveDesk {
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
        Ok(plan(query, traversal, self.style))
    }

    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let number = window.page_number().to_string();
        let mut params: Vec<(&str, &str)> =
            lane.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        params.push(("page", &number));
        let mut page = self.list(&params, lane.wish).await?;
        let broken = DirectionStyle::key_of(&lane.params).filter(|key| contradicts(&page.rows, *key));
        page.warning = broken.map(|key| self.warning(key));
        Ok(page)
    }

    /// Looks for the id page by page, in the order of creation: there is no request for one contact (vendor notes A2).
    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError> {
        let missing = || SourceError::new(ErrorKind::NotFound, format!("no contact `{id}`"));
        if id.trim().is_empty() {
            return Err(missing());
        }
        let walk = SortKey { field: SortField::CreatedAt, direction: Direction::Ascending };
        let sort = self.style.params(walk).unwrap_or_default();
        let inboxes = if wish.channels { "true" } else { "false" };
        let mut seek = Seek::new(id);
        let mut number = 1;
        loop {
            let page_number = number.to_string();
            let mut params: Vec<(&str, &str)> = sort.iter().map(|(name, value)| (*name, value.as_str())).collect();
            params.extend([("include_contact_inboxes", inboxes), ("page", page_number.as_str())]);
            let page = self.list(&params, wish).await?;
            match seek.take(page.rows, page.total) {
                Step::Page(next) => number = next,
                Step::Found(contact) => return Ok(*contact),
                Step::Missing => return Err(missing()),
                Step::Stuck(page) => {
                    let message = format!("page {page} repeats an earlier one, so contact `{id}` cannot be looked for");
                    return Err(SourceError::new(ErrorKind::Vendor, message).with_hint(
                        "the server seems to ignore `page`; try `contacts search` for the contact's e-mail address",
                    ));
                }
            }
        }
    }

    async fn identity(&self) -> Result<Identity, SourceError> {
        let page = self.list(&[("page", "1"), ("include_contact_inboxes", "false")], Wish::default()).await?;
        let count = page.total.map(|total| format!("; it reads {total} contacts")).unwrap_or_default();
        Ok(Identity { note: Some(format!("LiveDesk does not say who a key belongs to{count}")), ..Identity::default() })
    }

    async fn get(&self, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError> {
        get_as_typed(&self.http, path, params).await
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
    fn styles_of_direction() {
        assert_eq!(style_from(None).unwrap(), DirectionStyle::Param);
        assert_eq!(style_from(Some("prefix")).unwrap(), DirectionStyle::Prefix);
        assert_eq!(style_from(Some("minus")).unwrap_err().kind, ErrorKind::Config);
    }
}
