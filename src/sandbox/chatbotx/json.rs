//! The JSON of ChatbotX, as recorded: every key always there, dates in milliseconds, ids as text.

use serde_json::{Value, json};

use super::super::json::Out;
use super::super::names::LABELS;
use super::super::person::{Kind, Person, Reach};
use super::super::{Era, Vendor};
use super::tag_id;

/// The workspace that the token belongs to.
pub const WORKSPACE: &str = "11700000000000001";
/// The custom field `plan`.
pub const FIELD_ID: &str = "12000000000000001";
/// The first tag.
pub const TAG_ID: u64 = 11_900_000_000_000_001;
const INBOX_ID: u64 = 11_800_000_000_000_001;
/// When the workspace was set up.
const SET_UP: i64 = 1_704_067_200_123;

/// Which relations are shown.
#[derive(Clone, Copy)]
pub struct Relations {
    /// `tags`.
    pub tags: bool,
    /// `contactCustomFields`.
    pub custom_fields: bool,
    /// `contactInboxes`.
    pub inboxes: bool,
    /// `conversation`.
    pub conversation: bool,
}

impl Relations {
    /// All of them.
    pub const ALL: Self = Self { tags: true, custom_fields: true, inboxes: true, conversation: true };
}

/// The vendor's word for a kind.
pub fn channel(kind: Kind) -> &'static str {
    match kind {
        Kind::Web => "webchat",
        Kind::Email => "smtp",
        Kind::Whatsapp => "whatsapp",
        Kind::Messenger => "messenger",
        Kind::Instagram => "instagram",
        Kind::Telegram => "telegram",
        Kind::Zalo => "zalo",
        // Words that are in no list of the documentation.
        Kind::Line => "line",
        Kind::Sms => "sms",
        Kind::Api => "api",
    }
}

/// The id of the inbox of a kind.
pub fn inbox_id(kind: Kind) -> String {
    let at = Vendor::Chatbotx.kinds().iter().position(|&other| other == kind).unwrap_or_default();
    (INBOX_ID + at as u64).to_string()
}

fn inbox(out: &mut Out, kind: Kind) {
    out.raw(r#"{"id":"#).text(&inbox_id(kind)).raw(r#","createdAt":"#).time(SET_UP);
    out.raw(r#","updatedAt":"#).time(SET_UP).raw(r#","name":"#).text(super::super::rails::inbox_name(kind));
    out.raw(r#","channel":"#).text(channel(kind)).raw(r#","sourceId":"#).text(match kind {
        Kind::Whatsapp | Kind::Sms => "12025550100",
        Kind::Email => "support@sandbox.example",
        _ => "sandbox-1",
    });
    out.raw(r#","workspaceId":"#).text(WORKSPACE).raw(r#","status":"connected"}"#);
}

/// Every inbox.
pub fn inboxes() -> Vec<Value> {
    let value = |&kind: &Kind| {
        let mut out = Out::default();
        inbox(&mut out, kind);
        serde_json::from_slice(out.bytes()).unwrap_or_default()
    };
    Vendor::Chatbotx.kinds().iter().map(value).collect()
}

/// Tags by name, as id and name.
pub fn tags(names: &[&str]) -> Vec<Value> {
    LABELS.iter().filter(|label| names.contains(label)).map(|name| json!({"id": tag_id(name), "name": name})).collect()
}

/// The contact.
pub fn contact(out: &mut Out, era: Era, id: &str, person: &Person, relations: Relations) {
    let known = !person.unknown;
    let text = |text: &'static str| Some(text).filter(|text| known && !text.is_empty());
    let email = person.email();
    out.raw(r#"{"id":"#).text(id).raw(r#","createdAt":"#).time(person.created);
    out.raw(r#","updatedAt":"#).time(person.updated).raw(r#","avatar":"#);
    out.text_or_null((known && person.one_in(8)).then_some("https://cdn.sandbox.example/a.png"));
    out.raw(r#","phoneNumber":"#).text_or_null(person.phone());
    out.raw(r#","email":"#).text_or_null(email);
    out.raw(r#","emailVerified":"#).flag(email.is_some() && person.channels.iter().any(|reach| reach.verified));
    out.raw(r#","emailOptIn":true,"firstName":"#)
        .text_or_null(Some(person.given.as_str()).filter(|given| !given.is_empty()));
    out.raw(r#","lastName":"#).text_or_null(Some(person.family.as_str()).filter(|family| !family.is_empty()));
    out.raw(r#","fullName":"#).text_or_null(full_name(person).as_deref());
    out.raw(r#","gender":"#)
        .text_or_null(["male", "female", "unknown"].get((person.hash >> 8 & 3) as usize).copied().filter(|_| known));
    out.raw(r#","lastReadAt":"#)
        .time_or_null(person.active)
        .raw(r#","ref":null,"country":"#)
        .text_or_null(text(person.town.code));
    out.raw(r#","state":"#)
        .text_or_null(text(person.town.state))
        .raw(r#","city":"#)
        .text_or_null(text(person.town.city));
    out.raw(r#","location":"#).raw(if known && person.one_in(32) {
        r#"{"latitude":10.77,"longitude":106.7}"#
    } else {
        "null"
    });
    out.raw(r#","locale":"#)
        .text_or_null(text(person.town.locale))
        .raw(r#","timezone":"#)
        .text_or_null(text(person.town.timezone));
    out.raw(r#","subscribedAt":"#).time_or_null(known.then_some(person.created));
    out.raw(r#","broadcastSubscribedAt":null,"blockedAt":"#).time_or_null(person.blocked.then_some(person.updated));
    out.raw(r#","workspaceId":"#).text(WORKSPACE);
    if era == Era::C {
        out.raw(r#","totalTagged":"#).digits(person.labels.len() as u64, 1).raw(r#","totalNewTagged":0"#);
    }
    if relations.custom_fields {
        custom_fields(out, id, person);
    }
    if relations.tags {
        out.raw(r#","tags":["#);
        for (at, label) in person.labels.iter().enumerate() {
            out.raw(if at == 0 { r#"{"id":"# } else { r#",{"id":"# })
                .text(&tag_id(label))
                .raw(r#","createdAt":"#)
                .time(SET_UP);
            out.raw(r#","updatedAt":"#).time(SET_UP).raw(r#","name":"#).text(label);
            out.raw(r#","deletedAt":null,"folderId":null,"workspaceId":"#).text(WORKSPACE).raw("}");
        }
        out.raw("]");
    }
    if relations.inboxes {
        out.raw(r#","contactInboxes":["#);
        for (at, reach) in person.channels.iter().enumerate() {
            out.raw(if at == 0 { "" } else { "," });
            contact_inbox(out, era, id, person, reach);
        }
        out.raw("]");
    }
    if relations.conversation {
        out.raw(r#","conversation":"#);
        match person.active {
            Some(active) => conversation(out, era, id, person, active),
            None => _ = out.raw("null"),
        }
    }
    out.raw("}");
}

/// The generated column: what the first and the last name make.
pub fn full_name(person: &Person) -> Option<String> {
    let both = format!("{} {}", person.given, person.family);
    Some(both.trim().to_owned()).filter(|name| !name.is_empty())
}

fn custom_fields(out: &mut Out, id: &str, person: &Person) {
    out.raw(r#","contactCustomFields":["#);
    if let Some(plan) = person.plan {
        out.raw(r#"{"id":""#)
            .digits(12_600_000_000_000_000 + (person.hash >> 24), 17)
            .raw(r#"","createdAt":"#)
            .time(person.created);
        out.raw(r#","updatedAt":"#).time(person.created).raw(r#","value":"#).text(plan);
        out.raw(r#","contactId":"#).text(id).raw(r#","customFieldId":"#).text(FIELD_ID).raw("}");
    }
    out.raw("]");
}

fn contact_inbox(out: &mut Out, era: Era, id: &str, person: &Person, reach: &Reach) {
    let own = 12_400_000_000_000_000 + (person.hash >> 28) + reach.kind as u64;
    out.raw(r#"{"id":""#)
        .digits(own, 17)
        .raw(r#"","contactId":"#)
        .text(id)
        .raw(r#","inboxId":"#)
        .text(&inbox_id(reach.kind));
    out.raw(r#","channel":"#).text(channel(reach.kind));
    if era != Era::A {
        out.raw(r#","lastIncomingMessageAt":"#).time_or_null(reach.last).raw(r#","contactLastReadAt":null"#);
    }
    out.raw(r#","inbox":"#);
    inbox(out, reach.kind);
    out.raw("}");
}

fn conversation(out: &mut Out, era: Era, id: &str, person: &Person, active: i64) {
    out.raw(r#"{"id":""#)
        .digits(12_500_000_000_000_000 + (person.hash >> 26), 17)
        .raw(r#"","createdAt":"#)
        .time(person.created);
    out.raw(r#","updatedAt":"#).time(person.updated).raw(r#","botEnabled":"#).flag(person.one_in(2));
    out.raw(r#","botResumeAt":null,"archivedAt":null,"additionalAttributes":"#);
    out.raw(if person.one_in(4) { r#"{"campaign":"autumn"}"# } else { "null" });
    out.raw(r#","contactLastReadAt":null,"agentLastReadAt":null,"aiContextLastMessageId":null,"lastActivityAt":"#)
        .time(active);
    out.raw(r#","followed":false,"assignedUserId":"#).text_or_null(person.manager.map(|_| "11600000000000001"));
    out.raw(r#","assignedInboxTeamId":null,"workspaceId":"#).text(WORKSPACE).raw(r#","contactId":"#).text(id);
    if era != Era::A {
        out.raw(r#","sourceId":null"#);
    }
    out.raw(r#","adminRepliedAt":null,"contactRepliedAt":"#).time(active).raw(r#","assignedUser":"#);
    match person.manager {
        None => _ = out.raw("null"),
        Some((_, name, username)) => {
            out.raw(r#"{"id":"11600000000000001","createdAt":"#).time(SET_UP).raw(r#","updatedAt":"#).time(SET_UP);
            out.raw(r#","name":"#).text(name).raw(r#","email":""#).raw(username).raw("@sandbox.example\"");
            out.raw(r#","emailVerified":true,"image":null,"isAnonymous":false"#);
            out.raw(if era == Era::A { "}" } else { r#","mustChangePassword":false,"tenantId":"1"}"# });
        }
    }
    out.raw(r#","assignedInboxTeam":null}"#);
}
