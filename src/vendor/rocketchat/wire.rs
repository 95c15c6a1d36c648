//! Rocket.Chat's JSON (vendor notes 1.5, 2, 3), as lenient as its versions differ.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{Channel, Email, Phone};
use crate::vendor::lenient::{Count, CustomFields, Either, Flag, List, Made, Moment, Object, Scalar};

/// The reply to `contacts.search` but for its list.
#[derive(Deserialize)]
pub(super) struct SearchReply {
    #[serde(default)]
    pub success: Flag,
    /// The limit, not the number of rows.
    #[serde(default)]
    pub count: Count,
    #[serde(default)]
    pub total: Count,
}

/// The reply to `contacts.get`.
#[derive(Deserialize)]
pub(super) struct GetReply<'a> {
    #[serde(default)]
    pub success: Flag,
    #[serde(default, borrow)]
    pub contact: Option<&'a RawValue>,
}

/// The reply to `me`: the user at the top level.
#[derive(Deserialize)]
pub(super) struct MeReply<'a> {
    #[serde(default)]
    pub success: Flag,
    #[serde(default, borrow, rename = "_id")]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub username: Scalar<'a>,
    #[serde(default, borrow)]
    pub emails: List<Either<'a, Address<'a>>>,
    #[serde(default, borrow)]
    pub roles: List<Scalar<'a>>,
}

/// A refusal, in any of its shapes (vendor notes 6).
#[derive(Deserialize)]
pub(super) struct Refusal<'a> {
    #[serde(default)]
    pub success: Flag,
    #[serde(default, borrow)]
    pub error: Option<&'a RawValue>,
    #[serde(default, borrow, rename = "errorType")]
    pub error_type: Scalar<'a>,
    #[serde(default, borrow)]
    pub message: Scalar<'a>,
}

/// A contact.
#[derive(Deserialize)]
pub(super) struct WireContact<'a> {
    #[serde(default, borrow, rename = "_id")]
    pub id: Scalar<'a>,
    #[serde(default, rename = "createdAt")]
    pub created_at: Moment,
    #[serde(default, rename = "_updatedAt")]
    pub updated_at: Moment,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub emails: Made<Either<'a, Address<'a>>, Email>,
    #[serde(default, borrow)]
    pub phones: Made<Either<'a, Number<'a>>, Phone>,
    #[serde(default, borrow)]
    pub channels: Made<Object<WireChannel<'a>>, Channel>,
    /// An object in `contacts.search`, a plain user id in `contacts.get` and in old servers.
    #[serde(default, borrow, rename = "contactManager")]
    pub manager: Either<'a, WireManager<'a>>,
    #[serde(default)]
    pub unknown: Flag,
    #[serde(default, rename = "customFields")]
    pub custom_fields: CustomFields,
    #[serde(default, borrow, rename = "lastChat")]
    pub last_chat: Object<WireChat<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Address<'a> {
    #[serde(default, borrow)]
    pub address: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Number<'a> {
    #[serde(default, borrow, rename = "phoneNumber")]
    pub number: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct WireManager<'a> {
    #[serde(default, borrow, rename = "_id")]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub username: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct WireChannel<'a> {
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub visitor: Object<Visitor<'a>>,
    /// The flat form of early servers.
    #[serde(default, borrow, rename = "visitorId")]
    pub visitor_id: Scalar<'a>,
    #[serde(default)]
    pub blocked: Flag,
    #[serde(default)]
    pub verified: Flag,
    #[serde(default, borrow)]
    pub details: Object<Details<'a>>,
    #[serde(default, borrow, rename = "lastChat")]
    pub last_chat: Object<WireChat<'a>>,
    #[serde(default, borrow)]
    pub field: Scalar<'a>,
    #[serde(default, borrow)]
    pub value: Scalar<'a>,
    #[serde(default, rename = "verifiedAt")]
    pub verified_at: Moment,
}

#[derive(Deserialize)]
pub(super) struct Visitor<'a> {
    #[serde(default, borrow, rename = "visitorId")]
    pub visitor_id: Scalar<'a>,
    #[serde(default, borrow)]
    pub source: Object<Origin<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Origin<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Details<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Scalar<'a>,
    #[serde(default, borrow)]
    pub label: Scalar<'a>,
    #[serde(default, borrow)]
    pub destination: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct WireChat<'a> {
    #[serde(default, borrow, rename = "_id")]
    pub id: Scalar<'a>,
    #[serde(default)]
    pub ts: Moment,
}
