//! Rocket.Chat's JSON (vendor notes 1.5, 2, 3), as lenient as its versions differ.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{Channel, Email, Phone};
use crate::vendor::lenient::{Count, CustomFields, Either, Flag, List, Made, Moment, Object, Scalar};
use crate::vendor::scan::wire;

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

wire! {'a:
    /// The reply to `contacts.search` but for its list.
    pub(super) struct SearchReply {
        "success" => success: Flag,
        /// The limit, not the number of rows.
        "count" => count: Count,
        "total" => total: Count,
    }

    /// A contact.
    pub(super) struct WireContact<'a> {
        #[serde(borrow)]
        "_id" => id: Scalar<'a>,
        "createdAt" => created_at: Moment,
        #[serde(borrow)]
        "name" => name: Scalar<'a>,
        #[serde(borrow)]
        "emails" => emails: Made<Either<'a, Address<'a>>, Email>,
        #[serde(borrow)]
        "phones" => phones: Made<Either<'a, Number<'a>>, Phone>,
        #[serde(borrow)]
        "channels" => channels: Made<Object<WireChannel<'a>>, Channel>,
        "customFields" => custom_fields: CustomFields,
        "unknown" => unknown: Flag,
        "_updatedAt" => updated_at: Moment,
        #[serde(borrow)]
        "lastChat" => last_chat: Object<WireChat<'a>>,
        /// An object in `contacts.search`, a plain user id in `contacts.get` and in old servers.
        #[serde(borrow)]
        "contactManager" => manager: Either<'a, WireManager<'a>>,
    }

    /// An element of `emails`.
    pub(super) struct Address<'a> {
        #[serde(borrow)]
        "address" => address: Scalar<'a>,
    }

    /// An element of `phones`.
    pub(super) struct Number<'a> {
        #[serde(borrow)]
        "phoneNumber" => number: Scalar<'a>,
    }

    /// Who looks after a contact.
    pub(super) struct WireManager<'a> {
        #[serde(borrow)]
        "_id" => id: Scalar<'a>,
        #[serde(borrow)]
        "name" => name: Scalar<'a>,
        #[serde(borrow)]
        "username" => username: Scalar<'a>,
    }

    /// A channel.
    pub(super) struct WireChannel<'a> {
        #[serde(borrow)]
        "name" => name: Scalar<'a>,
        /// The flat form of early servers.
        #[serde(borrow)]
        "visitorId" => visitor_id: Scalar<'a>,
        #[serde(borrow)]
        "visitor" => visitor: Object<Visitor<'a>>,
        "blocked" => blocked: Flag,
        "verified" => verified: Flag,
        #[serde(borrow)]
        "details" => details: Object<Details<'a>>,
        #[serde(borrow)]
        "lastChat" => last_chat: Object<WireChat<'a>>,
        #[serde(borrow)]
        "field" => field: Scalar<'a>,
        #[serde(borrow)]
        "value" => value: Scalar<'a>,
        "verifiedAt" => verified_at: Moment,
    }

    /// Whom a channel leads to.
    pub(super) struct Visitor<'a> {
        #[serde(borrow)]
        "visitorId" => visitor_id: Scalar<'a>,
        #[serde(borrow)]
        "source" => source: Object<Origin<'a>>,
    }

    /// Where a visitor came from.
    pub(super) struct Origin<'a> {
        #[serde(borrow)]
        "type" => kind: Scalar<'a>,
    }

    /// What a channel is.
    pub(super) struct Details<'a> {
        #[serde(borrow)]
        "type" => kind: Scalar<'a>,
        #[serde(borrow)]
        "label" => label: Scalar<'a>,
        #[serde(borrow)]
        "destination" => destination: Scalar<'a>,
    }

    /// The last chat.
    pub(super) struct WireChat<'a> {
        #[serde(borrow)]
        "_id" => id: Scalar<'a>,
        "ts" => ts: Moment,
    }
}
