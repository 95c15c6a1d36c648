//! The JSON of Rocket.Chat: the database's own documents.

use super::super::json::Out;
use super::super::person::{Kind, Person, Reach};

/// Where a contact is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The manager as an object.
    Search,
    /// The manager as an id.
    Get,
}

/// The channel's name: its label, else its type.
pub fn channel_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Web => "widget",
        Kind::Email => "email",
        Kind::Sms => "sms",
        Kind::Whatsapp => "WhatsApp",
        Kind::Messenger => "Facebook Messenger",
        Kind::Instagram => "Instagram",
        Kind::Telegram => "Telegram",
        Kind::Line | Kind::Zalo | Kind::Api => "api",
    }
}

/// The contact.
pub fn contact(out: &mut Out, id: &str, person: &Person, shape: Shape) {
    out.raw(r#"{"_id":"#).text(id).raw(r#","createdAt":"#).time(person.created);
    out.raw(r#","name":"#).text(&person.name);
    // Visitors have no such keys at all.
    if !person.unknown {
        out.raw(r#","emails":["#);
        for (at, email) in person.emails.iter().enumerate() {
            out.raw(if at == 0 { r#"{"address":"# } else { r#",{"address":"# }).text(email).raw("}");
        }
        out.raw(r#"],"phones":["#);
        for (at, phone) in person.phones.iter().enumerate() {
            out.raw(if at == 0 { r#"{"phoneNumber":"# } else { r#",{"phoneNumber":"# }).text(phone).raw("}");
        }
        out.raw("]");
    }
    out.raw(r#","channels":["#);
    for (at, reach) in person.channels.iter().enumerate() {
        out.raw(if at == 0 { "" } else { "," });
        channel(out, person, reach);
    }
    out.raw(r#"],"customFields":{"#);
    if let Some(plan) = person.plan {
        out.raw(r#""plan":"#).text(plan);
    }
    if let Some(identifier) = &person.identifier {
        out.raw(if person.plan.is_some() { r#","customer-number":"# } else { r#""customer-number":"# })
            .text(identifier);
    }
    out.raw(r#"},"unknown":"#).flag(person.unknown).raw(r#","_updatedAt":"#).time(person.updated);
    out.raw(r#","conflictingFields":[]"#);
    if let Some(active) = person.active {
        out.raw(r#","lastChat":{"_id":"#);
        chat_id(out, person.hash);
        out.raw(r#","ts":"#).time(active).raw("}");
    }
    if let Some((id, name, username)) = person.manager {
        out.raw(r#","contactManager":"#);
        match shape {
            Shape::Get => out.text(id),
            Shape::Search => out
                .raw(r#"{"_id":"#)
                .text(id)
                .raw(r#","name":"#)
                .text(name)
                .raw(r#","username":"#)
                .text(username)
                .raw("}"),
        };
    }
    out.raw("}");
}

/// One of its channels.
pub fn channel(out: &mut Out, person: &Person, reach: &Reach) {
    let (name, kind) = (channel_name(reach.kind), details_type(reach.kind));
    let visitor = person.hash ^ reach.kind as u64;
    out.raw(r#"{"name":"#).text(name).raw(r#","visitor":{"visitorId":""#).hex(visitor >> 16, 12).hex(visitor, 12);
    out.raw(r#"","source":{"type":"#).text(kind).raw(r#"}},"blocked":"#).flag(person.blocked);
    out.raw(r#","verified":"#).flag(reach.verified).raw(r#","details":{"type":"#).text(kind);
    if kind == "app" {
        out.raw(r#","id":"sandbox-app","alias":"#).text(name).raw(r#","label":"#).text(name);
    }
    let to = match reach.kind {
        Kind::Web => Some(person.company.map_or("example.com", |(_, domain)| domain)),
        Kind::Email => Some("support@sandbox.example"),
        Kind::Sms | Kind::Whatsapp => Some("+12025550100"),
        _ => None,
    };
    if let Some(to) = to {
        out.raw(r#","destination":"#).text(to);
    }
    out.raw("}");
    if let Some(last) = reach.last {
        out.raw(r#","lastChat":{"_id":"#);
        chat_id(out, visitor);
        out.raw(r#","ts":"#).time(last).raw("}");
    }
    if reach.verified {
        let proved = match (person.email(), person.phone()) {
            (_, Some(phone)) if matches!(reach.kind, Kind::Sms | Kind::Whatsapp) => Some(("phone", phone)),
            (Some(email), _) => Some(("email", email)),
            (None, phone) => phone.map(|phone| ("phone", phone)),
        };
        if let Some((field, value)) = proved {
            out.raw(r#","field":"#).text(field).raw(r#","value":"#).text(value);
        }
        out.raw(r#","verifiedAt":"#).time(reach.last.unwrap_or(person.created));
    }
    out.raw("}");
}

fn details_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Web => "widget",
        Kind::Email => "email",
        Kind::Sms => "sms",
        Kind::Whatsapp | Kind::Messenger | Kind::Instagram | Kind::Telegram => "app",
        Kind::Line | Kind::Zalo | Kind::Api => "api",
    }
}

/// Seventeen letters and digits, as Rocket.Chat names rooms.
fn chat_id(out: &mut Out, hash: u64) {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTWXYZab";
    let mut text = [0_u8; 17];
    for (at, letter) in text.iter_mut().enumerate() {
        *letter = LETTERS[(hash.rotate_left(u32::try_from(at * 7).expect("small")) & 31) as usize];
    }
    out.raw("\"").raw(std::str::from_utf8(&text).expect("letters")).raw("\"");
}
