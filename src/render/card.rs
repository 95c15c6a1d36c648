//! The card: one contact, everything known about it, for a person.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::{Channel, Contact, Phone, Time};
use crate::term::{Paint, Style, cells, cut, pad, visible};

use super::{Cell, times};

/// What stands where the vendor does not say.
const NOTHING: &str = "–";

/// Cells before every line.
const INDENT: &str = "  ";

/// Cells of the labels at the left.
const LABEL: usize = 11;

/// The rule is this wide off a terminal, and at most on one.
const WIDEST_RULE: usize = 100;

/// How a card is drawn.
#[derive(Clone, Debug, Default)]
pub struct CardOptions {
    /// The terminal's width in cells; `None` off a terminal: nothing is cut.
    pub width: Option<usize>,
    /// Whether it is painted.
    pub color: Paint,
    /// The present, for relative times.
    pub now: Timestamp,
    /// Whether recent times are told as `3 h ago`.
    pub relative_times: bool,
    /// The contact in the vendor's own web page.
    pub web_url: Option<String>,
}

/// Appends the card of `contact`.
pub fn card(contact: &Contact, options: &CardOptions, out: &mut Vec<u8>) {
    let mut card = Card { options, text: String::new() };
    card.heading(contact);
    card.facts(contact);
    card.channels(&contact.channels);
    out.extend_from_slice(card.text.as_bytes());
}

struct Card<'a> {
    options: &'a CardOptions,
    text: String,
}

/// A piece of a line.
type Piece<'a> = (Style, Cow<'a, str>);

impl Card<'_> {
    fn heading(&mut self, contact: &Contact) {
        let name = visible(contact.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("(no name)")).into_owned();
        let marks = match (contact.blocked, contact.unknown) {
            (Some(true), Some(true)) => " (blocked, unknown)",
            (Some(true), _) => " (blocked)",
            (_, Some(true)) => " (unknown)",
            _ => "",
        };
        // However long the name is, that the contact is blocked must be seen.
        let room = self.options.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT.len() + cells(marks)));
        let name = if room > 4 { cut(&name, room).into_owned() } else { name };
        let origin = format!("{} · {} · {}", contact.profile, contact.vendor, contact.id);
        let origin = visible(&origin);
        let rule =
            self.options.width.map_or(WIDEST_RULE, |width| width.saturating_sub(2 * INDENT.len()).min(WIDEST_RULE));
        let gap = rule.saturating_sub(cells(&name) + cells(marks) + cells(&origin));
        let style = if contact.blocked == Some(true) { Style::Struck } else { Style::Bold };
        let (name, marks) = ((style, Cow::Owned(name)), (Style::Warning, marks.into()));
        if gap >= 2 {
            let gap = (Style::Normal, Cow::Owned(" ".repeat(gap)));
            self.line(&[name, marks, gap, (Style::Dim, origin)]);
        } else {
            self.line(&[name, marks]);
            self.line(&[(Style::Dim, origin)]);
        }
        self.line(&[(Style::Dim, Cow::Owned("─".repeat(rule.max(1))))]);
    }

    fn facts(&mut self, contact: &Contact) {
        for (index, email) in contact.emails.iter().enumerate() {
            let tick = if email.verified == Some(true) { " ✓" } else { "" };
            let label = if index == 0 { "Email" } else { "" };
            self.fact(label, vec![(Style::Normal, visible(&email.address)), (Style::Good, tick.into())]);
        }
        for (index, phone) in contact.phones.iter().enumerate() {
            self.phone(if index == 0 { "Phone" } else { "" }, phone);
        }
        for (label, column) in [
            ("Company", "company"),
            ("Location", "location"),
            ("Language", "language"),
            ("Time zone", "timezone"),
            ("Identifier", "identifier"),
            ("Labels", "labels"),
        ] {
            self.plain(label, &super::contact::cell(contact, column));
        }
        if let Some(manager) = &contact.manager {
            let name = manager.name.as_deref().or(manager.id.as_deref()).unwrap_or("");
            let username = manager.username.as_deref().map_or(String::new(), |username| format!(" (@{username})"));
            let text = format!("{name}{username}");
            self.fact("Manager", vec![(Style::Normal, Cow::Owned(visible(text.trim()).into_owned()))]);
        }
        let names = contact.custom_fields.iter().map(|(name, _)| cells(&visible(name)));
        let widest = names.max().unwrap_or(0).min(24);
        for (index, (name, value)) in contact.custom_fields.iter().enumerate() {
            let name = pad(&visible(name), widest);
            let value = Cell::json(value.get(), "").to_plain();
            let value = if value.is_empty() { NOTHING.into() } else { Cow::Owned(visible(&value).into_owned()) };
            let label = if index == 0 { "Fields" } else { "" };
            self.fact(
                label,
                vec![(Style::Dim, Cow::Owned(name)), (Style::Normal, "  ".into()), (Style::Normal, value)],
            );
        }
        self.plain("Picture", &super::contact::cell(contact, "avatar_url"));
        if let Some(url) = &self.options.web_url {
            self.fact("Web page", vec![(Style::Normal, Cow::Owned(visible(url).into_owned()))]);
        }
        self.times(contact);
    }

    fn phone(&mut self, label: &str, phone: &Phone) {
        let mut pieces = vec![(Style::Normal, visible(&phone.number))];
        if let Some(e164) = phone.e164.as_deref().filter(|e164| *e164 != phone.number) {
            let stored = format!("   (as stored: {})", visible(&phone.number));
            pieces = vec![(Style::Normal, visible(e164)), (Style::Dim, stored.into())];
        }
        self.fact(label, pieces);
    }

    /// Created and last active, side by side where there is room.
    fn times(&mut self, contact: &Contact) {
        let mut facts = Vec::new();
        for (label, time) in [
            ("Created", contact.created_at),
            ("Updated", contact.updated_at),
            ("Last active", contact.last_activity_at),
        ] {
            if let Some(time) = time {
                facts.push((label, self.time(time)));
            }
        }
        let room = self.options.width.unwrap_or(WIDEST_RULE);
        let beside = |label: &str, time: &str| pad(label, LABEL + 1) + time;
        let width: usize = facts.iter().map(|(label, time)| cells(&beside(label, time)) + 4).sum();
        if width > room {
            for (label, time) in facts {
                let label = if label == "Last active" { "Active" } else { label };
                self.fact(label, vec![(Style::Normal, time.into())]);
            }
        } else if !facts.is_empty() {
            let mut pieces: Vec<Piece<'_>> = Vec::new();
            for (index, (label, time)) in facts.iter().enumerate() {
                let gap = if index == 0 { "" } else { "    " };
                let label = if index == 0 { pad(label, LABEL) } else { format!("{label}  ") };
                pieces.extend([(Style::Normal, gap.into()), (Style::Dim, label.into()), (Style::Normal, time.into())]);
            }
            self.line(&pieces);
        }
    }

    fn time(&self, time: Time) -> String {
        let day = 24 * 60 * 60;
        let passed = self.options.now.as_second() - time.timestamp().as_second();
        if self.options.relative_times && (0..7 * day).contains(&passed) {
            times::relative(time, self.options.now)
        } else {
            times::moment(time)
        }
    }

    fn plain(&mut self, label: &str, cell: &Cell<'_>) {
        let text = cell.to_plain();
        if !text.is_empty() {
            self.fact(label, vec![(Style::Normal, Cow::Owned(visible(&text).into_owned()))]);
        }
    }

    fn fact(&mut self, label: &str, pieces: Vec<Piece<'_>>) {
        let label = pad(label, LABEL.max(cells(label) + 1));
        let mut line: Vec<Piece<'_>> = vec![(Style::Dim, Cow::Owned(label))];
        line.extend(pieces);
        self.line(&line);
    }

    fn channels(&mut self, channels: &[Channel]) {
        if channels.is_empty() {
            return;
        }
        let rows: Vec<[String; 5]> = channels.iter().map(|channel| self.channel(channel)).collect();
        let titles = ["CHANNEL", "TO", "VERIFIED", "LAST CHAT", "ID"].map(str::to_owned);
        let widths: Vec<usize> = (0..titles.len())
            .map(|column| rows.iter().chain([&titles]).map(|row| cells(&row[column])).max().unwrap_or(0))
            .collect();
        self.text.push('\n');
        for (index, row) in [&titles].into_iter().chain(&rows).enumerate() {
            let blocked = index > 0 && channels[index - 1].blocked == Some(true);
            let mut pieces: Vec<Piece<'_>> = Vec::new();
            for (column, cell) in row.iter().enumerate() {
                let style = match column {
                    _ if index == 0 => Style::Dim,
                    0 if blocked => Style::Struck,
                    2 if cell.starts_with('✓') => Style::Good,
                    4 => Style::Dim,
                    _ => Style::Normal,
                };
                let gap = widths[column] - cells(cell) + 3;
                pieces.extend([(style, Cow::Borrowed(cell.as_str())), (Style::Normal, " ".repeat(gap).into())]);
            }
            self.line(&pieces);
        }
    }

    fn channel(&self, channel: &Channel) -> [String; 5] {
        let shown = |text: Option<&str>| {
            text.filter(|text| !text.is_empty()).map_or(NOTHING.to_owned(), |text| visible(text).into_owned())
        };
        let mut kind = visible(channel.kind.as_str()).into_owned();
        if channel.blocked == Some(true) {
            kind.push_str(" (blocked)");
        }
        let to = channel.destination.as_deref().or(channel.value.as_deref()).or(channel.name.as_deref());
        let verified = match (channel.verified, channel.verified_at) {
            (Some(true), Some(at)) => format!("✓ {}", times::day(at)),
            (Some(true), None) => "✓".to_owned(),
            (Some(false), _) => "no".to_owned(),
            (None, _) => NOTHING.to_owned(),
        };
        let last_chat = channel.last_chat.as_ref().and_then(|chat| chat.at);
        let last_chat = last_chat.map_or(NOTHING.to_owned(), |at| self.time(at));
        [kind, shown(to), verified, last_chat, shown(channel.id.as_deref())]
    }

    /// Appends one line, cut to the terminal, without white space at its end.
    fn line(&mut self, pieces: &[Piece<'_>]) {
        let mut room = self.options.width.map_or(usize::MAX, |width| width.max(1));
        let indent = if room > 16 { INDENT } else { "" };
        self.text.push_str(indent);
        room -= indent.len();
        let written = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        for (index, (style, text)) in pieces[..written].iter().enumerate() {
            let text = if index + 1 == written { text.trim_end() } else { text.as_ref() };
            let rest: usize = pieces[index + 1..written].iter().map(|(_, text)| cells(text)).sum();
            // Nothing may follow a piece that is cut, so the last cell is kept for its `…`.
            let most = if rest == 0 || cells(text) < room { room } else { room.saturating_sub(1) };
            let shown = cut(text, most);
            room -= cells(&shown).min(room);
            self.options.color.write(*style, &shown, &mut self.text);
            if matches!(shown, Cow::Owned(_)) || room == 0 {
                break;
            }
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json::tests::boris;

    fn drawn(contact: &Contact, width: Option<usize>) -> String {
        let now = "2024-11-19T04:00:00Z".parse().unwrap();
        let options = CardOptions { width, now, relative_times: width.is_some(), ..CardOptions::default() };
        let mut out = Vec::new();
        card(contact, &options, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_card() {
        insta::assert_snapshot!(drawn(&boris(), Some(80)), @r#"
  Boris Doe                    support · rocketchat · 673be1711e2e6feb77939a7b
  ────────────────────────────────────────────────────────────────────────────
  Email      boris@doe.com ✓
             b@d.org
  Phone      +15550101234   (as stored: (555) 010-1234)
  Location   Berlin, DE
  Labels     vip; new
  Manager    Jane (@jane)
  Fields     social-number  45600-00
             nested         {"a":1}
  Created    3 h ago    Last active  3 h ago

  CHANNEL   TO            VERIFIED   LAST CHAT   ID
  web       example.com   ✓          3 h ago     –
"#);
    }

    #[test]
    fn a_card_of_a_hostile_contact_on_a_narrow_terminal() {
        let mut contact = boris();
        contact.name = Some("Борис \u{1b}[2J\u{202e} 田中太郎".into());
        contact.blocked = Some(true);
        contact.custom_fields = vec![("x\ny".into(), crate::model::RawJson::from_text("\u{7}"))];
        insta::assert_snapshot!(drawn(&contact, Some(30)), @r#"
Борис \u{1b}[2J\u… (blocked)
support · rocketchat · 673b…
──────────────────────────
Email      boris@doe.com ✓
           b@d.org
Phone      +15550101234   (…
Location   Berlin, DE
Labels     vip; new
Manager    Jane (@jane)
Fields     x\ny  \u{7}
Created    3 h ago
Active     3 h ago

CHANNEL   TO            VE…
web       example.com   ✓…
"#);
        for width in 0..120 {
            let text = drawn(&contact, Some(width));
            assert!(text.lines().all(|line| cells(line) <= width.max(1)), "{width}:\n{text}");
        }
    }
}
