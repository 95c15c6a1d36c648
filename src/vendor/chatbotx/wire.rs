//! ChatbotX's JSON (vendor notes 1.9, 2, 3). Every relation may be missing: newer servers leave out what is not asked for.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::vendor::lenient::{Count, Flag, List, Moment, Object, Scalar};

/// The reply to a list, of contacts or of custom fields, but for the list.
#[derive(Deserialize)]
pub(super) struct ListReply {
    #[serde(default, rename = "pageCount")]
    pub page_count: Count,
    /// Newer servers only; stops at 10,000.
    #[serde(default, rename = "totalCount")]
    pub total_count: Count,
    #[serde(default, rename = "totalCountCapped")]
    pub total_count_capped: Flag,
}

/// The reply to `token`, which newer servers have.
#[derive(Deserialize)]
pub(super) struct TokenReply<'a> {
    #[serde(default, borrow, rename = "workspaceId")]
    pub workspace_id: Scalar<'a>,
    #[serde(default, borrow)]
    pub permission: Scalar<'a>,
    #[serde(default, borrow)]
    pub scopes: List<Scalar<'a>>,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Refusal<'a> {
    /// Every refusal has it, no answer does.
    #[serde(default)]
    pub defined: Flag,
    #[serde(default, borrow)]
    pub code: Scalar<'a>,
    #[serde(default, borrow)]
    pub message: Scalar<'a>,
    #[serde(default, borrow)]
    pub data: Object<Issues<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Issues<'a> {
    #[serde(default, borrow)]
    pub issues: List<Object<Issue<'a>>>,
}

/// What is wrong with one parameter.
#[derive(Deserialize)]
pub(super) struct Issue<'a> {
    #[serde(default, borrow)]
    pub path: List<Scalar<'a>>,
    #[serde(default, borrow)]
    pub message: Scalar<'a>,
}

/// A contact.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireContact<'a> {
    #[serde(default, borrow)]
    pub id: Scalar<'a>,
    #[serde(default)]
    pub created_at: Moment,
    #[serde(default)]
    pub updated_at: Moment,
    #[serde(default, borrow)]
    pub avatar: Scalar<'a>,
    #[serde(default, borrow)]
    pub phone_number: Scalar<'a>,
    #[serde(default, borrow)]
    pub email: Scalar<'a>,
    #[serde(default)]
    pub email_verified: Flag,
    #[serde(default, borrow)]
    pub first_name: Scalar<'a>,
    #[serde(default, borrow)]
    pub last_name: Scalar<'a>,
    #[serde(default, borrow)]
    pub full_name: Scalar<'a>,
    #[serde(default, borrow)]
    pub country: Scalar<'a>,
    #[serde(default, borrow)]
    pub state: Scalar<'a>,
    #[serde(default, borrow)]
    pub city: Scalar<'a>,
    #[serde(default, borrow)]
    pub locale: Scalar<'a>,
    #[serde(default, borrow)]
    pub timezone: Scalar<'a>,
    /// A time; whether it is there says whether the contact is blocked.
    #[serde(default, borrow)]
    pub blocked_at: Scalar<'a>,
    #[serde(default, borrow)]
    pub workspace_id: Scalar<'a>,
    #[serde(default, borrow)]
    pub contact_custom_fields: List<Object<WireFieldValue<'a>>>,
    #[serde(default, borrow)]
    pub tags: List<Object<WireTag<'a>>>,
    #[serde(default, borrow)]
    pub contact_inboxes: List<Object<WireContactInbox<'a>>>,
    #[serde(default, borrow)]
    pub conversation: Object<WireConversation<'a>>,
}

/// The value of a custom field, which is named elsewhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireFieldValue<'a> {
    #[serde(default, borrow)]
    pub custom_field_id: Scalar<'a>,
    #[serde(default, borrow)]
    pub value: Option<&'a RawValue>,
}

/// A custom field, as `custom-fields` lists it.
#[derive(Deserialize)]
pub(super) struct WireField<'a> {
    #[serde(default, borrow)]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireTag<'a> {
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub deleted_at: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireContactInbox<'a> {
    #[serde(default, borrow)]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub inbox_id: Scalar<'a>,
    /// Free text: not only the documented words occur.
    #[serde(default, borrow)]
    pub channel: Scalar<'a>,
    #[serde(default)]
    pub last_incoming_message_at: Moment,
    #[serde(default, borrow)]
    pub inbox: Object<WireInbox<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireInbox<'a> {
    #[serde(default, borrow)]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
    #[serde(default, borrow)]
    pub channel: Scalar<'a>,
    #[serde(default, borrow)]
    pub source_id: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireConversation<'a> {
    #[serde(default)]
    pub last_activity_at: Moment,
    #[serde(default, borrow)]
    pub assigned_user_id: Scalar<'a>,
    #[serde(default, borrow)]
    pub assigned_user: Object<WireUser<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WireUser<'a> {
    #[serde(default, borrow)]
    pub id: Scalar<'a>,
    #[serde(default, borrow)]
    pub name: Scalar<'a>,
}
