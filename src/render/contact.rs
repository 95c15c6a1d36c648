//! The cells of contacts and channels by path.

use crate::model::{Channel, Contact, Email, Phone};

use super::Cell;

/// Every path of a contact that is a column by itself; parts of `custom_fields` and `raw`, and single elements
/// (`emails.0.address`), come on top.
pub(super) const CONTACT_PATHS: &[&str] = &[
    "profile",
    "vendor",
    "id",
    "name",
    "emails",
    "emails.address",
    "emails.verified",
    "phones",
    "phones.number",
    "phones.e164",
    "channels",
    "channels.kind",
    "channels.vendor_kind",
    "channels.name",
    "channels.id",
    "channels.inbox_id",
    "channels.destination",
    "channels.field",
    "channels.value",
    "channels.verified",
    "channels.verified_at",
    "channels.blocked",
    "channels.last_chat.id",
    "channels.last_chat.at",
    "company",
    "location",
    "location.city",
    "location.state",
    "location.country",
    "location.country_code",
    "language",
    "timezone",
    "identifier",
    "labels",
    "custom_fields",
    "blocked",
    "unknown",
    "manager",
    "manager.id",
    "manager.name",
    "manager.username",
    "avatar_url",
    "created_at",
    "updated_at",
    "last_activity_at",
    "raw",
];

/// Every path of a channel's row.
pub(super) const CHANNEL_PATHS: &[&str] = &[
    "profile",
    "vendor",
    "contact_id",
    "contact_name",
    "kind",
    "vendor_kind",
    "name",
    "id",
    "inbox_id",
    "destination",
    "field",
    "value",
    "verified",
    "verified_at",
    "blocked",
    "last_chat.id",
    "last_chat.at",
];

/// The value of `contact` under `column`.
pub(super) fn cell<'a>(contact: &'a Contact, column: &str) -> Cell<'a> {
    match column {
        "profile" => Cell::text(&contact.profile),
        "vendor" => Cell::text(&contact.vendor),
        "id" => Cell::text(&contact.id),
        "name" => Cell::optional(contact.name.as_ref()),
        "emails" => Cell::list(contact.emails.iter().map(|email| Cell::text(&email.address))),
        "phones" => Cell::list(contact.phones.iter().map(|phone| Cell::text(&phone.number))),
        "channels" if contact.channels.is_empty() => Cell::Empty,
        "channels" => Cell::Channels(&contact.channels),
        "company" => Cell::optional(contact.company.as_ref()),
        "location" => place(contact),
        "location.city" => Cell::optional(contact.location.city.as_ref()),
        "location.state" => Cell::optional(contact.location.state.as_ref()),
        "location.country" => Cell::optional(contact.location.country.as_ref()),
        "location.country_code" => Cell::optional(contact.location.country_code.as_ref()),
        "language" => Cell::optional(contact.language.as_ref()),
        "timezone" => Cell::optional(contact.timezone.as_ref()),
        "identifier" => Cell::optional(contact.identifier.as_ref()),
        "labels" => Cell::list(contact.labels.iter().map(|label| Cell::text(label))),
        "custom_fields" if contact.custom_fields.is_empty() => Cell::Empty,
        "custom_fields" => Cell::list(
            contact
                .custom_fields
                .iter()
                .map(|(name, value)| Cell::Text(format!("{name}={}", Cell::json(value.get(), "").to_plain()).into())),
        ),
        "blocked" => Cell::flag(contact.blocked),
        "unknown" => Cell::flag(contact.unknown),
        "manager" => manager(contact),
        "manager.id" => Cell::optional(contact.manager.as_ref().and_then(|manager| manager.id.as_ref())),
        "manager.name" => Cell::optional(contact.manager.as_ref().and_then(|manager| manager.name.as_ref())),
        "manager.username" => Cell::optional(contact.manager.as_ref().and_then(|manager| manager.username.as_ref())),
        "avatar_url" => Cell::optional(contact.avatar_url.as_ref()),
        "created_at" => Cell::time(contact.created_at),
        "updated_at" => Cell::time(contact.updated_at),
        "last_activity_at" => Cell::time(contact.last_activity_at),
        "raw" => contact.raw.as_ref().map_or(Cell::Empty, |raw| Cell::text(raw.get())),
        path => part(contact, path),
    }
}

/// A part of a list or of a map.
fn part<'a>(contact: &'a Contact, path: &str) -> Cell<'a> {
    let Some((head, rest)) = path.split_once('.') else { return Cell::Empty };
    match head {
        "custom_fields" => custom_field(contact, rest),
        "raw" => contact.raw.as_ref().map_or(Cell::Empty, |raw| Cell::json(raw.get(), rest)),
        "emails" => elements(&contact.emails, rest, email_cell),
        "phones" => elements(&contact.phones, rest, phone_cell),
        "channels" => elements(&contact.channels, rest, channel_cell),
        "labels" => {
            elements(&contact.labels, rest, |label, rest| if rest.is_empty() { Cell::text(label) } else { Cell::Empty })
        }
        _ => Cell::Empty,
    }
}

fn elements<'a, T>(list: &'a [T], rest: &str, cell: fn(&'a T, &str) -> Cell<'a>) -> Cell<'a> {
    let (index, tail) = rest.split_once('.').unwrap_or((rest, ""));
    match index.parse::<usize>() {
        Ok(index) => list.get(index).map_or(Cell::Empty, |element| cell(element, tail)),
        Err(_) => Cell::list(list.iter().map(|element| cell(element, rest))),
    }
}

fn custom_field<'a>(contact: &'a Contact, path: &str) -> Cell<'a> {
    let field = |name: &str| contact.custom_fields.iter().find(|(known, _)| known == name);
    if let Some((_, value)) = field(path) {
        return Cell::json(value.get(), "");
    }
    let Some((name, rest)) = path.split_once('.') else { return Cell::Empty };
    field(name).map_or(Cell::Empty, |(_, value)| Cell::json(value.get(), rest))
}

fn email_cell<'a>(email: &'a Email, path: &str) -> Cell<'a> {
    match path {
        "" | "address" => Cell::text(&email.address),
        "verified" => Cell::flag(email.verified),
        _ => Cell::Empty,
    }
}

fn phone_cell<'a>(phone: &'a Phone, path: &str) -> Cell<'a> {
    match path {
        "" | "number" => Cell::text(&phone.number),
        "e164" => Cell::optional(phone.e164.as_ref()),
        _ => Cell::Empty,
    }
}

/// The value of `channel` under `path`.
pub(super) fn channel_cell<'a>(channel: &'a Channel, path: &str) -> Cell<'a> {
    let last_chat = channel.last_chat.as_ref();
    match path {
        "" | "kind" => Cell::text(channel.kind.as_str()),
        "vendor_kind" => Cell::optional(channel.vendor_kind.as_ref()),
        "name" => Cell::optional(channel.name.as_ref()),
        "id" => Cell::optional(channel.id.as_ref()),
        "inbox_id" => Cell::optional(channel.inbox_id.as_ref()),
        "destination" => Cell::optional(channel.destination.as_ref()),
        "field" => Cell::optional(channel.field.as_ref()),
        "value" => Cell::optional(channel.value.as_ref()),
        "verified" => Cell::flag(channel.verified),
        "verified_at" => Cell::time(channel.verified_at),
        "blocked" => Cell::flag(channel.blocked),
        "last_chat.id" => Cell::optional(last_chat.and_then(|chat| chat.id.as_ref())),
        "last_chat.at" => Cell::time(last_chat.and_then(|chat| chat.at)),
        _ => Cell::Empty,
    }
}

/// City, state and country in one cell.
fn place(contact: &Contact) -> Cell<'_> {
    let location = &contact.location;
    let country = location.country.as_deref().or(location.country_code.as_deref());
    let parts: Vec<&str> =
        [location.city.as_deref(), location.state.as_deref(), country].into_iter().flatten().collect();
    if parts.is_empty() { Cell::Empty } else { Cell::Text(parts.join(", ").into()) }
}

/// The manager by the best name there is.
fn manager(contact: &Contact) -> Cell<'_> {
    let Some(manager) = &contact.manager else { return Cell::Empty };
    Cell::optional(manager.name.as_ref().or(manager.username.as_ref()).or(manager.id.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json::tests::boris;

    #[test]
    fn every_scalar_is_a_column_by_its_path() {
        let contact = boris();
        for (path, expected) in [
            ("id", "673be1711e2e6feb77939a7b"),
            ("emails", "boris@doe.com; b@d.org"),
            ("emails.0.address", "boris@doe.com"),
            ("emails.1", "b@d.org"),
            ("emails.verified", "true; "),
            ("phones.e164", "+15550101234"),
            ("channels", "web"),
            ("channels.kind", "web"),
            ("channels.last_chat.at", "2024-11-19T00:55:46.723Z"),
            ("location", "Berlin, DE"),
            ("location.city", "Berlin"),
            ("custom_fields.social-number", "45600-00"),
            ("custom_fields.nested.a", "1"),
            ("manager.name", "Jane"),
            ("created_at", "2024-11-19T00:53:05.468Z"),
            ("unknown", "false"),
            ("blocked", ""),
            ("labels", "vip; new"),
        ] {
            assert_eq!(cell(&contact, path).to_plain(), expected, "{path}");
        }
    }
}
