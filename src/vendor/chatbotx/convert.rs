//! ChatbotX's replies as pages and contacts.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::model::phone::phone;
use crate::model::{Channel, ChannelKind, Contact, Email, LastChat, Location, Manager, RawJson, Text};
use crate::source::{Identity, Page, SourceError, Wish};
use crate::vendor::decode::Place;
use crate::vendor::lenient::{Object, Scalar};
use crate::vendor::listed::parse_list;

use super::wire::{ListReply, TokenReply, WireContact, WireContactInbox, WireConversation, WireField, WireFieldValue};

/// The list in every reply that has one.
const LIST: &str = "data";

const NO_ID: &str = "a contact without `id`";

/// From here on counts are not counted (vendor notes 1.5).
const CAPPED: u64 = 10_000;

/// The names of custom fields by their ids; values come with the id alone.
pub(super) type FieldNames = HashMap<Text, Text>;

/// How contacts are turned into the model's.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    pub place: Place<'r>,
    pub profile: &'r str,
    pub names: &'r FieldNames,
    pub wish: Wish,
}

impl Reader<'_> {
    /// Reads the reply to `contacts`, of which `asked` rows were asked for.
    pub(super) fn page(&self, body: &[u8], asked: u32) -> Result<Page, SourceError> {
        if !self.wish.raw {
            let mut rows = Vec::new();
            let mut convert = |wire: WireContact<'_>| {
                rows.push(self.contact_from(wire).ok_or(NO_ID)?);
                Ok(())
            };
            if let Ok((reply, true)) = parse_list(body, LIST, &mut convert) {
                let total = total(&reply, rows.len(), asked);
                return Ok(Page { rows, total, ..Page::default() });
            }
        }
        let mut raw: Vec<&RawValue> = Vec::new();
        let (reply, there) = self.place.read_list(body, LIST, &mut |row| {
            raw.push(row);
            Ok(())
        })?;
        if !there {
            return Err(self.place.broken(LIST, "a list is due here", body));
        }
        let rows = self.place.rows(LIST, &raw, |row| self.row(row))?;
        let total = total(&reply, rows.len(), asked);
        Ok(Page { rows, total, ..Page::default() })
    }

    /// Reads the reply to `contacts/{identifier}`: a contact without an envelope.
    pub(super) fn contact(&self, body: &[u8]) -> Result<Contact, SourceError> {
        let raw: &RawValue = self.place.read(body)?;
        let mut rows = self.place.rows("contact", &[raw], |row| self.row(row))?;
        rows.pop().ok_or_else(|| self.place.broken("", "a contact is due here", body))
    }

    fn row(&self, row: &RawValue) -> Result<Contact, serde_json::Error> {
        use serde::de::Error as _;
        let wire: WireContact<'_> = serde_json::from_str(row.get())?;
        let missing = || serde_json::Error::custom(NO_ID);
        let mut contact = self.contact_from(wire).ok_or_else(missing)?;
        contact.raw = self.wish.raw.then(|| RawJson::new(row));
        Ok(contact)
    }

    /// A contact as this program knows it; `None` without an id.
    fn contact_from(&self, wire: WireContact<'_>) -> Option<Contact> {
        let mut contact = Contact::new(self.profile, super::SPEC.name, wire.id.text()?);
        let (country, country_code) = country_from(&wire.country);
        contact.name = name_from(&wire);
        contact.emails =
            wire.email.text().map(|address| Email { address, verified: wire.email_verified.0 }).into_iter().collect();
        contact.phones =
            wire.phone_number.text().map(|number| phone(number, country_code.as_deref())).into_iter().collect();
        contact.channels =
            wire.contact_inboxes.0.iter().filter_map(|Object(inbox)| inbox.as_ref()).map(channel_from).collect();
        contact.location = Location { city: wire.city.text(), state: wire.state.text(), country, country_code };
        contact.language = wire.locale.text();
        contact.timezone = wire.timezone.text();
        let tags = wire.tags.0.iter().filter_map(|Object(tag)| tag.as_ref());
        contact.labels =
            tags.filter(|tag| tag.deleted_at.as_str().is_none()).filter_map(|tag| tag.name.text()).collect();
        contact.custom_fields = self.custom_fields_from(&wire.contact_custom_fields.0);
        contact.blocked = Some(wire.blocked_at.as_str().is_some());
        contact.manager = wire.conversation.0.as_ref().and_then(manager_from);
        contact.avatar_url = wire.avatar.text();
        contact.created_at = wire.created_at.0;
        contact.updated_at = wire.updated_at.0;
        contact.last_activity_at = wire.conversation.0.and_then(|conversation| conversation.last_activity_at.0);
        Some(contact)
    }

    /// Values by the field's name; by its id where the name is not known or two fields bear it.
    fn custom_fields_from(&self, values: &[Object<WireFieldValue<'_>>]) -> Vec<(Text, RawJson)> {
        let mut fields: Vec<(Text, RawJson)> = Vec::with_capacity(values.len());
        for value in values.iter().filter_map(|Object(value)| value.as_ref()) {
            let Some(id) = value.custom_field_id.text() else { continue };
            let name = self.names.get(&id).filter(|name| fields.iter().all(|(taken, _)| taken != *name)).cloned();
            let raw = value.value.map_or_else(null, RawJson::new);
            fields.push((name.unwrap_or(id), raw));
        }
        fields
    }
}

fn null() -> RawJson {
    RawJson::new(serde_json::from_str("null").expect("null is JSON"))
}

/// How many rows there are in all, where that can be believed: counts stop at 10,000; older servers count pages only.
fn total(reply: &ListReply, rows: usize, asked: u32) -> Option<u64> {
    let rows = rows as u64;
    match reply.total_count.0 {
        Some(total) if total < CAPPED && reply.total_count_capped.0 != Some(true) && total >= rows => Some(total),
        None if asked == 1 => reply.page_count.0.filter(|total| *total >= rows),
        _ => None,
    }
}

/// The workspace of the first contact in a list, which the token belongs to.
pub(super) fn workspace_in(place: Place<'_>, body: &[u8]) -> Result<Option<String>, SourceError> {
    let mut workspace = None;
    let (ListReply { .. }, there) = place.read_list(body, LIST, &mut |contact: WireContact<'_>| {
        workspace = workspace.take().or_else(|| contact.workspace_id.as_str().map(str::to_owned));
        Ok(())
    })?;
    if there { Ok(workspace) } else { Err(place.broken(LIST, "a list is due here", body)) }
}

/// Reads the reply to `token`; `None` if it is something else.
pub(super) fn identity_from(body: &[u8]) -> Option<Identity> {
    let reply: TokenReply<'_> = serde_json::from_slice(body).ok()?;
    let account = reply.workspace_id.as_str()?.to_owned();
    let roles = reply.permission.as_str().into_iter().chain(reply.scopes.0.iter().filter_map(Scalar::as_str));
    Some(Identity { account: Some(account), roles: roles.map(str::to_owned).collect(), ..Identity::default() })
}

/// Reads the reply to `custom-fields`, of the workspace or of a contact.
pub(super) fn field_names_from(place: Place<'_>, body: &[u8]) -> Result<FieldNames, SourceError> {
    let mut names = FieldNames::new();
    let (ListReply { .. }, _) = place.read_list(body, LIST, &mut |Object(field): Object<WireField<'_>>| {
        names.extend(field.and_then(|field| Some((field.id.text()?, field.name.text()?))));
        Ok(())
    })?;
    Ok(names)
}

fn name_from(wire: &WireContact<'_>) -> Option<Text> {
    wire.full_name.text().or_else(|| match (wire.first_name.as_str(), wire.last_name.as_str()) {
        (Some(first), Some(last)) => Some(Text::from(format!("{first} {last}"))),
        (first, last) => first.or(last).map(Text::from),
    })
}

/// `VN` is a code, `Viet Nam` a name.
fn country_from(country: &Scalar<'_>) -> (Option<Text>, Option<Text>) {
    match country.as_str().map(str::trim) {
        Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {
            (None, Some(code.to_ascii_uppercase().into()))
        }
        _ => (country.text(), None),
    }
}

fn manager_from(conversation: &WireConversation<'_>) -> Option<Manager> {
    let user = conversation.assigned_user.0.as_ref();
    let id = user.and_then(|user| user.id.text()).or_else(|| conversation.assigned_user_id.text());
    let name = user.and_then(|user| user.name.text());
    (id.is_some() || name.is_some()).then_some(Manager { id, name, username: None })
}

fn channel_from(wire: &WireContactInbox<'_>) -> Channel {
    let inbox = wire.inbox.0.as_ref();
    let word = wire.channel.text().or_else(|| inbox.and_then(|inbox| inbox.channel.text()));
    Channel {
        kind: ChannelKind::from_vendor(word.as_deref().unwrap_or_default()),
        vendor_kind: word,
        name: inbox.and_then(|inbox| inbox.name.text()),
        id: wire.id.text(),
        inbox_id: wire.inbox_id.text().or_else(|| inbox.and_then(|inbox| inbox.id.text())),
        destination: inbox.and_then(|inbox| inbox.source_id.text()),
        field: None,
        value: None,
        verified: None,
        verified_at: None,
        blocked: None,
        last_chat: wire.last_incoming_message_at.0.map(|at| LastChat { id: None, at: Some(at) }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::recorded;
    use super::*;
    use crate::source::ErrorKind;

    const RAW: Wish = Wish { labels: false, channels: true, raw: true };

    fn names() -> FieldNames {
        let body = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/customfields.http")).body;
        field_names_from(super::super::place("custom-fields"), &body).unwrap()
    }

    fn reader(names: &FieldNames, wish: Wish) -> Reader<'_> {
        Reader { place: super::super::place("contacts"), profile: "bot", names, wish }
    }

    fn page(body: &str, asked: u32) -> Result<Page, SourceError> {
        reader(&FieldNames::new(), Wish::default()).page(body.as_bytes(), asked)
    }

    fn recorded_page(recorded: &str, asked: u32) -> Page {
        reader(&names(), Wish::default()).page(&recorded::reply(recorded).body, asked).unwrap()
    }

    #[test]
    fn a_recorded_contact_keeps_everything() {
        let page = recorded_page(include_str!("../../../tests/fixtures/chatbotx/list_first.http"), 1);
        assert_eq!(page.total, Some(63));
        assert_eq!(
            serde_json::to_string(&page.rows[0]).unwrap(),
            concat!(
                r#"{"profile":"bot","vendor":"chatbotx","id":"12100000000000001","name":"Ada Lovelace","#,
                r#""emails":[{"address":"ada@example.test","verified":true}],"#,
                r#""phones":[{"number":"+84912345678","e164":"+84912345678"}],"channels":["#,
                r#"{"kind":"whatsapp","vendor_kind":"whatsapp","name":"WA main","id":"12400000000000001","#,
                r#""inbox_id":"11800000000000001","destination":"15550001111","field":null,"value":null,"verified":null,"#,
                r#""verified_at":null,"blocked":null,"last_chat":{"id":null,"at":"2026-11-22T13:29:31.016Z"}},"#,
                r#"{"kind":"telegram","vendor_kind":"telegram","name":"TG bot","id":"12400000000000002","#,
                r#""inbox_id":"11800000000000002","destination":"tgbot","field":null,"value":null,"verified":null,"#,
                r#""verified_at":null,"blocked":null,"last_chat":null}],"company":null,"#,
                r#""location":{"city":"HCMC","state":"HCM","country":null,"country_code":"VN"},"language":"vi_VN","#,
                r#""timezone":"Asia/Saigon","identifier":null,"labels":["vip","new lead"],"custom_fields":{"plan":"gold"},"#,
                r#""blocked":false,"unknown":null,"#,
                r#""manager":{"id":"11600000000000001","name":"Owner One","username":null},"#,
                r#""avatar_url":"https://example.test/a.png","created_at":"2026-07-01T10:00:00.123Z","#,
                r#""updated_at":"2026-07-02T11:22:33.999Z","last_activity_at":"2026-07-02T11:00:00.000Z"}"#
            )
        );
    }

    #[test]
    fn a_recorded_bare_contact_has_nothing_but_an_id() {
        let page = recorded_page(include_str!("../../../tests/fixtures/chatbotx/list_bare.http"), 1);
        let contact = &page.rows[0];
        assert_eq!(contact.id, "12100000000000002");
        assert_eq!((contact.name.as_deref(), contact.blocked, contact.manager.as_ref()), (None, Some(false), None));
        assert!(contact.emails.is_empty() && contact.phones.is_empty() && contact.channels.is_empty());
    }

    #[test]
    fn one_recorded_contact_comes_without_an_envelope() {
        let body = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/get_email.http")).body;
        let contact = reader(&FieldNames::new(), RAW).contact(&body).unwrap();
        assert_eq!((contact.name.as_deref(), contact.blocked), (Some("Bob"), Some(true)));
        assert_eq!(contact.channels[0].kind.as_str(), "web");
        assert_eq!(contact.emails[0].verified, Some(false));
        assert!(contact.raw.unwrap().get().starts_with(r#"{"id":"12100000000000003","createdAt""#));
        let list = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/list_first.http")).body;
        let one = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/get_id.http")).body;
        let no_names = FieldNames::new();
        let reader = reader(&no_names, RAW);
        assert_eq!(reader.contact(&one).unwrap(), reader.page(&list, 1).unwrap().rows[0]);
    }

    #[test]
    fn recorded_names_of_fields_come_from_either_list() {
        let body = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/c_cfs.http")).body;
        assert_eq!(field_names_from(super::super::place("custom-fields"), &body).unwrap(), names());
    }

    #[test]
    fn page_counts_are_believed_for_pages_of_one_row_only() {
        let many = recorded_page(include_str!("../../../tests/fixtures/chatbotx/perPage_100.http"), 50);
        assert_eq!((many.rows.len(), many.total), (50, None));
        let beyond = recorded_page(include_str!("../../../tests/fixtures/chatbotx/page_beyond.http"), 20);
        assert_eq!((beyond.rows.len(), beyond.total), (0, None));
        for (counts, total) in [
            (r#""pageCount":2,"totalCount":63,"totalCountCapped":false"#, Some(63)),
            (r#""pageCount":2,"totalCount":63"#, Some(63)),
            (r#""pageCount":200,"totalCount":10000,"totalCountCapped":true"#, None),
            (r#""pageCount":200,"totalCount":10000"#, None),
            (r#""pageCount":0,"totalCount":0"#, None),
        ] {
            let page = page(&format!(r#"{{"data":[{{"id":"1"}}],{counts}}}"#), 1).unwrap();
            assert_eq!(page.total, total, "{counts}");
        }
    }

    #[test]
    fn missing_relations_and_odd_types_are_read() {
        let body = concat!(
            r#"{"data":[{"id":12100000000000001,"firstName":"Ann","lastName":"Lee","country":"Viet Nam","email":"","phoneNumber":912,"#,
            r#""location":"x","tags":[{"name":"old","deletedAt":"2026-01-01T00:00:00.000Z"},{"name":"vip"},null],"#,
            r#""contactInboxes":[{"id":"1","channel":"threads","inbox":null},{"inbox":{"id":"8","channel":"smtp"}}],"#,
            r#""contactCustomFields":[{"customFieldId":"7","value":{"a":[1]}},{"customFieldId":"8","value":null},{"customFieldId":"9","value":"x"}],"#,
            r#""conversation":{"assignedUserId":"u1"}},{"id":"2","firstName":"Bo","fullName":null}],"pageCount":1}"#
        );
        let names: FieldNames = [("7", "plan"), ("8", "plan")].map(|(id, name)| (id.into(), name.into())).into();
        let page = reader(&names, Wish::default()).page(body.as_bytes(), 50).unwrap();
        let contact = &page.rows[0];
        assert_eq!((contact.id.as_str(), contact.name.as_deref()), ("12100000000000001", Some("Ann Lee")));
        assert_eq!(contact.location.country.as_deref(), Some("Viet Nam"));
        assert!(contact.emails.is_empty());
        assert_eq!(contact.labels, ["vip"]);
        let kinds: Vec<_> = contact.channels.iter().map(|channel| channel.kind.as_str()).collect();
        assert_eq!(kinds, ["threads", "email"]);
        assert_eq!(contact.channels[1].inbox_id.as_deref(), Some("8"));
        let fields: Vec<_> = contact.custom_fields.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
        assert_eq!(fields, [("plan", r#"{"a":[1]}"#), ("8", "null"), ("9", r#""x""#)]);
        assert_eq!(contact.manager.as_ref().unwrap().id.as_deref(), Some("u1"));
        assert_eq!(page.rows[1].name.as_deref(), Some("Bo"));
    }

    #[test]
    fn replies_that_cannot_be_read_say_where() {
        for (body, part) in [
            ("{}", "data"),
            (r#"{"data":null}"#, "at `data`"),
            (r#"{"data":[{"id":"1"},{}]}"#, "`data[1]`"),
            (r#"{"data":[{"id":"1"#, "`data[0].id`"),
            ("null", "contacts"),
        ] {
            let error = page(body, 50).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Vendor);
            assert!(error.message.contains(part) && error.message.contains("ChatbotX"), "{body}: {error}");
        }
    }

    #[test]
    fn the_token_says_which_workspace() {
        let identity =
            identity_from(br#"{"workspaceId":"11700000000000001","permission":"read_only","scopes":["contacts"]}"#);
        let identity = identity.unwrap();
        assert_eq!(identity.account.as_deref(), Some("11700000000000001"));
        assert_eq!(identity.roles, ["read_only", "contacts"]);
        assert_eq!(identity_from(br#"{"data":[]}"#), None);
        let body = recorded::reply(include_str!("../../../tests/fixtures/chatbotx/list_first.http")).body;
        let workspace = workspace_in(super::super::place("contacts"), &body).unwrap();
        assert_eq!(workspace.as_deref(), Some("11700000000000001"));
    }
}
