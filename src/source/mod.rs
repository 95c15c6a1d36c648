//! What a place that holds contacts can do, and what is done with any of them: the walk, its proof and its verdict.
//!
//! Knows queries and pages; nothing of HTTP, of a vendor's JSON, of terminals or files.

mod capabilities;
mod error;
pub mod search;
pub mod walk;

use async_trait::async_trait;

use crate::model::{Contact, Filter, Query, Text};

pub use capabilities::{Capabilities, Support};
pub use error::{ErrorKind, SourceError};

/// A place that holds contacts: a vendor's account, or the mirror.
///
/// Fetches one page, one contact, and says who one is. Everything that spans pages is done by the walk.
#[async_trait]
pub trait Source: Send + Sync {
    /// The profile's name.
    fn profile(&self) -> &str;

    /// The vendor's name, as `rocketchat`.
    fn vendor(&self) -> &'static str;

    /// What can be asked of it.
    fn capabilities(&self) -> &'static Capabilities;

    /// Translates `query` into lanes to walk, and says what is left to be checked here.
    fn plan(&self, query: &Query, traversal: Traversal) -> Result<Plan, SourceError>;

    /// Fetches one page of a lane. Rows come exactly as the vendor orders them, none dropped.
    async fn page(&self, lane: &Lane, window: Window) -> Result<Page, SourceError>;

    /// As [`Self::page`], but hands each row to `rows` as soon as it is read: no page of contacts is ever held. Those of the
    /// page that comes back are empty. If it fails, what `rows` took counts for nothing.
    async fn page_into(&self, lane: &Lane, window: Window, rows: &mut dyn Rows) -> Result<Page, SourceError> {
        let mut page = self.page(lane, window).await?;
        std::mem::take(&mut page.rows).iter_mut().for_each(|contact| rows.push(contact));
        Ok(page)
    }

    /// Fetches one contact with everything that is known about it; [`ErrorKind::NotFound`] if there is none.
    async fn contact(&self, id: &str, wish: Wish) -> Result<Contact, SourceError>;

    /// Says who the credentials belong to, by one authenticated call.
    async fn identity(&self) -> Result<Identity, SourceError>;

    /// Completes rows of a page by further requests, as labels on Chatwoot; does nothing on most vendors.
    async fn enrich(&self, _contacts: &mut [Contact], _wish: Wish) -> Result<(), SourceError> {
        Ok(())
    }

    /// The labels by which contacts can be listed although they do not carry them; `None` where they do, or nobody lists them.
    async fn account_labels(&self) -> Result<Option<Vec<Text>>, SourceError> {
        Ok(None)
    }

    /// One authenticated GET of `path` below the base URL; the reply's body as it is.
    async fn get(&self, path: &str, params: &[(String, String)]) -> Result<Vec<u8>, SourceError>;

    /// The address of the contact in the vendor's own web page, if it is known.
    fn web_url(&self, _contact: &Contact) -> Option<String> {
        None
    }

    /// Whether `url` is a page of the very account that this source asks.
    fn owns_url(&self, _url: &url::Url) -> bool {
        true
    }

    /// The lane that begins with the contact of `lane` that changed last, for a look whether anything moved into it, in
    /// pages as large as the vendor gives them; `None` where the vendor cannot sort so.
    fn newest_lane(&self, _lane: &Lane) -> Option<Lane> {
        None
    }

    /// Requests a minute that the vendor grants, if its replies told.
    fn requests_per_minute(&self) -> Option<u32> {
        None
    }

    /// As of when the contacts are, where they do not come from the vendor itself.
    fn as_of(&self) -> Option<jiff::Timestamp> {
        None
    }

    /// The most that can be claimed of the answers, and why, where they come from a copy that was not proved whole itself.
    fn unproved(&self) -> Option<(walk::Verdict, String)> {
        None
    }

    /// What a person should be told of the answers so far, as that rows are not in the order asked for.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Requests made and time waited so far.
    fn usage(&self) -> Usage {
        Usage::default()
    }
}

/// Whether the first rows in the asked order are wanted, or every row in the order that can be proved complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traversal {
    /// The first rows, in the order of the query.
    Top,
    /// All rows, in the lane's provable order ([`Order`]).
    Everything,
}

/// How a query is carried out: lanes walked one after another, and a filter for what they bring.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Walked in this order; rows that come twice are shown once.
    pub lanes: Vec<Lane>,
    /// What of the query's filter the vendor does not do exactly; checked on every row.
    pub residual: Filter,
    /// Whether each lane brings its rows in the order of `query.sort` (or in the default order if that is empty).
    pub sorted: bool,
    /// Whether the lanes' rows must be merged by the sort keys, even if the first lane fills the limit.
    pub merge: bool,
    /// What the vendor's search may miss although [`Filter::matches`] would find it; `None` if nothing.
    pub gap: Option<String>,
    /// What rows still need from [`Source::enrich`].
    pub wish: Wish,
}

/// One list to be walked: an endpoint with all its parameters but those of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// A word for messages and state files, as `known`.
    pub name: &'static str,
    /// The path below the base URL.
    pub path: String,
    /// Every parameter except those that choose the page, not yet encoded.
    pub params: Vec<(String, String)>,
    /// The order of its rows.
    pub order: Order,
    /// The parameters that bring the same rows in other orders: what pages lose at a tie in one of them, they show in
    /// another. Empty if ties are impossible, or there is no other order.
    pub reordered: Vec<Vec<(String, String)>>,
    /// How it is paged.
    pub paging: Paging,
    /// Whether [`Page::total`] counts the rows of the whole lane (a hint is never proof by itself).
    pub counted: bool,
    /// What its rows are to carry, as far as a page can; the rest is [`Source::enrich`]'s.
    pub wish: Wish,
}

/// The order in which a lane's rows come, as far as a proof can use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ascending by id, compared as bytes: unique and immutable.
    IdBytes,
    /// Ascending by id, compared as numbers: unique and immutable.
    IdNumber,
    /// Ascending by creation: immutable, but ties are possible.
    CreatedAt,
    /// Some order that proves nothing.
    Unproven,
}

/// How a lane is cut into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// Any offset, up to `max` rows (Rocket.Chat).
    Offset {
        /// The most rows a request may ask for.
        max: u32,
    },
    /// A page number times a page size that the request chooses, up to `max` (ChatbotX).
    Sized {
        /// The most rows a request may ask for.
        max: u32,
    },
    /// A page number, the size being the vendor's own (Chatwoot, LiveDesk: 15).
    Numbered {
        /// The size that is expected; the walk learns the real one.
        size: u32,
    },
}

/// Which rows of a lane a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Index of the first row. A multiple of `len` unless paging is [`Paging::Offset`].
    pub start: u64,
    /// How many rows.
    pub len: u32,
}

impl Window {
    /// The number of this page, counted from 1.
    pub fn page_number(self) -> u64 {
        self.start / u64::from(self.len.max(1)) + 1
    }
}

/// One page as it came.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The rows in the vendor's order, every one.
    pub rows: Vec<Contact>,
    /// How many rows the vendor says the lane has; a hint. `None` where it does not say, or is known to lie.
    pub total: Option<u64>,
    /// Whether the vendor says that more pages follow.
    pub more: Option<bool>,
    /// Whether the vendor says outright how many rows it gives at most (Rocket.Chat echoes its limit).
    pub limit: Option<u32>,
}

/// Takes the rows of a page one by one.
pub trait Rows: Send {
    /// Takes the next row out of its place, or looks at it where it is and leaves it there for its memory to be used again.
    fn push(&mut self, contact: &mut Contact);

    /// The page is read again from its beginning: what came so far counts for nothing.
    fn restart(&mut self);
}

impl Rows for Vec<Contact> {
    fn push(&mut self, contact: &mut Contact) {
        self.push(std::mem::take(contact));
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// What else is wanted of a contact than what a page holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Labels, where they cost a request of their own.
    pub labels: bool,
    /// Channels, where they cost a request of their own or are larger than the rest.
    pub channels: bool,
    /// The vendor's own object in [`Contact::raw`].
    pub raw: bool,
}

/// Who the credentials belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// A stable key of user and account, to tell one account from another.
    pub account: Option<String>,
    /// The user's or account's name.
    pub name: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// Roles or permissions.
    pub roles: Vec<String>,
    /// The server's version, where it tells.
    pub version: Option<String>,
    /// What a person should know, as "LiveDesk does not say who a key belongs to".
    pub note: Option<String>,
}

/// What a source cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests sent, retries included.
    pub requests: u64,
    /// Of these, repeated after a failure.
    pub retries: u64,
    /// Time spent waiting for rate limits and between retries, in milliseconds.
    pub waited_ms: u64,
}
