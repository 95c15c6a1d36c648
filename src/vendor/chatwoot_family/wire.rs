//! The JSON of lists and contacts, as lenient as the servers are careless: every field may be missing, null, or of
//! another type than documented (vendor notes A5, B6).

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::vendor::lenient::{Count, CustomFields, Flag, List, Moment, Object, Scalar};

/// A list: `{"meta": {"count", "current_page", "has_more"}, "payload": […]}`.
#[derive(Default, Deserialize)]
pub struct ListWire<'a> {
    /// What is said of the list as a whole.
    #[serde(default)]
    pub meta: Object<MetaWire>,
    /// The rows; what is no list here is an error, not an empty list.
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
}

/// What is said of a list; each may be null (vendor notes B4). `current_page` merely echoes the request.
#[derive(Debug, Default, Deserialize)]
pub struct MetaWire {
    /// Rows of the list, or of the page where `has_more` is there.
    #[serde(default)]
    pub count: Count,
    /// On searches since 4.11.
    #[serde(default)]
    pub has_more: Flag,
}

/// One thing: `{"payload": …}`.
#[derive(Deserialize)]
pub struct PayloadWire<'a> {
    /// The thing.
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
}

/// What some servers send under 200 in the place of an answer.
#[derive(Default, Deserialize)]
pub struct ExcuseWire<'a> {
    /// As gateways write.
    #[serde(borrow, default)]
    pub message: Scalar<'a>,
    /// As Chatwoot writes.
    #[serde(borrow, default)]
    pub error: Scalar<'a>,
}

/// A contact.
#[derive(Default, Deserialize)]
pub struct ContactWire<'a> {
    /// A number, on LiveDesk documented as a string.
    #[serde(borrow, default)]
    pub id: Scalar<'a>,
    /// Often empty.
    #[serde(borrow, default)]
    pub name: Scalar<'a>,
    /// The one e-mail address.
    #[serde(borrow, default)]
    pub email: Scalar<'a>,
    /// The one number, in E.164 where it was validated.
    #[serde(borrow, default)]
    pub phone_number: Scalar<'a>,
    /// The customer's own key.
    #[serde(borrow, default)]
    pub identifier: Scalar<'a>,
    /// A picture's address, often empty.
    #[serde(borrow, default)]
    pub thumbnail: Scalar<'a>,
    /// Since 4.0.2.
    #[serde(default)]
    pub blocked: Flag,
    /// Absent when never active.
    #[serde(default)]
    pub last_activity_at: Moment,
    /// When created.
    #[serde(default)]
    pub created_at: Moment,
    /// A free-form object; only what has a place in the model is read.
    #[serde(borrow, default)]
    pub additional_attributes: Object<AttributesWire<'a>>,
    /// A free-form object.
    #[serde(default)]
    pub custom_attributes: CustomFields,
    /// Only when asked for, a list of [`ContactInboxWire`].
    #[serde(borrow, default)]
    pub contact_inboxes: Option<&'a RawValue>,
}

/// What has a place in the model of a contact's additional attributes.
#[derive(Default, Deserialize)]
pub struct AttributesWire<'a> {
    /// By address look-up or by hand, as the country.
    #[serde(borrow, default)]
    pub city: Scalar<'a>,
    /// Set by some imports.
    #[serde(borrow, default)]
    pub state: Scalar<'a>,
    /// The name.
    #[serde(borrow, default)]
    pub country: Scalar<'a>,
    /// ISO 3166-1 alpha-2.
    #[serde(borrow, default)]
    pub country_code: Scalar<'a>,
    /// The company.
    #[serde(borrow, default)]
    pub company_name: Scalar<'a>,
    /// Set by some imports.
    #[serde(borrow, default)]
    pub timezone: Scalar<'a>,
    /// Set by Telegram.
    #[serde(borrow, default)]
    pub language_code: Scalar<'a>,
    /// Set by the web widget.
    #[serde(borrow, default)]
    pub browser: Object<BrowserWire<'a>>,
}

/// What the web widget tells of a browser.
#[derive(Default, Deserialize)]
pub struct BrowserWire<'a> {
    /// As `en-GB`.
    #[serde(borrow, default)]
    pub browser_language: Scalar<'a>,
}

/// A contact's place in an inbox.
#[derive(Default, Deserialize)]
pub struct ContactInboxWire<'a> {
    /// The contact's identity in the inbox.
    #[serde(borrow, default)]
    pub source_id: Scalar<'a>,
    /// The inbox.
    #[serde(borrow, default)]
    pub inbox: Object<InboxWire<'a>>,
}

/// An inbox, of which nothing else is read: before 4.0.2 it came whole, passwords included (vendor notes B6).
#[derive(Default, Deserialize)]
pub struct InboxWire<'a> {
    /// A number.
    #[serde(borrow, default)]
    pub id: Scalar<'a>,
    /// What people call it.
    #[serde(borrow, default)]
    pub name: Scalar<'a>,
    /// As `Channel::WebWidget`.
    #[serde(borrow, default)]
    pub channel_type: Scalar<'a>,
}

/// The channels of a contact.
pub type ContactInboxes<'a> = List<Object<ContactInboxWire<'a>>>;
