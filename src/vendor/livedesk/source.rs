//! The account of an API key as a source.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;

use crate::http::{Auth, Http, HttpError};
use crate::model::{Contact, Direction, Query, SortField, SortKey};
use crate::source::{
    Capabilities, ErrorKind, Identity, Lane, Page, Plan, Source, SourceError, Traversal, Usage, Window, Wish,
};
use crate::vendor::address::{get_as_typed, reading};
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
    /// As the profile says.
    style: DirectionStyle,
    heed: Mutex<Heed>,
    http: Http,
}

/// What the pages so far showed of the server's way with directions.
#[derive(Clone, Copy, Debug, Default)]
struct Heed {
    /// Both styles were tried.
    tried: bool,
    /// It takes the other style than the profile says.
    otherwise: bool,
    /// A key in whose order the rows did not come.
    ignored: Option<SortKey>,
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
    Ok(Box::new(LiveDesk { profile: access.profile, style, heed: Mutex::default(), http }))
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
        let place = Place { vendor: TITLE, endpoint: PATH };
        reading(&self.http, &reply.body, |body| page_from(body, place, owner, wish))
    }

    fn heed(&self) -> MutexGuard<'_, Heed> {
        self.heed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One page of `lane`, its direction asked for in `style`.
    async fn lane_page(&self, lane: &Lane, style: DirectionStyle, number: &str) -> Result<Page, SourceError> {
        let asked = if style == self.style { None } else { DirectionStyle::key_of(&lane.params) };
        let mut params: Vec<(&str, &str)> = lane
            .params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| asked.is_none() || !matches!(*name, "sort" | "direction"))
            .collect();
        let other = asked.and_then(|key| style.params(key)).unwrap_or_default();
        params.extend(other.iter().map(|(name, value)| (*name, value.as_str())));
        params.push(("page", number));
        self.list(&params, lane.wish).await
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

    /// Reads a page and looks whether it came in the order asked for; if not, tries the other style of direction once.
    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError> {
        let number = window.page_number().to_string();
        let Heed { tried, otherwise, .. } = *self.heed();
        let style = if otherwise { self.style.other() } else { self.style };
        let page = self.lane_page(lane, style, &number).await?;
        let Some(key) = DirectionStyle::key_of(&lane.params).filter(|key| contradicts(&page.rows, *key)) else {
            return Ok(page);
        };
        if !tried && key.direction == Direction::Descending {
            self.heed().tried = true;
            if let Ok(other) = self.lane_page(lane, style.other(), &number).await
                && !contradicts(&other.rows, key)
            {
                self.heed().otherwise = true;
                return Ok(other);
            }
        }
        self.heed().ignored = Some(key);
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

    fn warnings(&self) -> Vec<String> {
        let other = self.style.other().as_str();
        let heed = *self.heed();
        let mut warnings = Vec::new();
        if heed.otherwise {
            warnings.push(format!(
                "the server takes the direction of a sort in another way than the profile says; \
                 `{DIRECTION_STYLE} = \"{other}\"` spares a request"
            ));
        }
        if let Some(key) = heed.ignored {
            let direction = if key.direction == Direction::Descending { "descending" } else { "ascending" };
            warnings.push(format!(
                "the rows are not in the order asked for ({}, {direction}): the server ignores it; with `--all` and \
                 `--sort` everything is read and sorted here",
                key.field
            ));
        }
        warnings
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
