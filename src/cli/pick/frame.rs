//! What the picker shows: pure, so that every screen can be looked at without a terminal.

use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::model::Contact;
use crate::render::{CardOptions, card};
use crate::term::{Paint, Style, cells, cut, visible};

/// From this width on the card stands beside the list.
const BESIDE: usize = 72;
/// From this height on it stands below, where there is no room beside.
const BELOW: usize = 14;
/// Rows that are no list: what was typed, and what the keys do.
const FRAME: usize = 2;

/// The contacts, what was typed, and which of them is looked at.
pub struct State {
    contacts: Vec<Contact>,
    /// What each contact is found by.
    texts: Vec<String>,
    typed: String,
    /// Those that match, best first.
    order: Vec<usize>,
    selected: usize,
    now: Timestamp,
    paint: Paint,
}

impl State {
    /// Everything matches, nothing is typed.
    pub fn new(contacts: Vec<Contact>, now: Timestamp, paint: Paint) -> Self {
        let texts = contacts.iter().map(text).collect();
        let order = (0..contacts.len()).collect();
        Self { contacts, texts, typed: String::new(), order, selected: 0, now, paint }
    }

    /// The contact that is looked at.
    pub fn chosen(&self) -> Option<&Contact> {
        self.order.get(self.selected).map(|index| &self.contacts[*index])
    }

    /// Looks at the contact so many rows below, or above.
    pub fn go(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.order.len().saturating_sub(1));
    }

    /// Changes what was typed, and finds anew.
    pub fn edit(&mut self, change: impl FnOnce(&mut String)) {
        change(&mut self.typed);
        self.selected = 0;
        let pattern = Pattern::parse(&self.typed, CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let scored = self.texts.iter().enumerate().filter_map(|(index, text)| {
            let score = pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher)?;
            Some((std::cmp::Reverse(score), index))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_unstable();
        self.order = scored.into_iter().map(|(_, index)| index).collect();
    }
}

fn text(contact: &Contact) -> String {
    let mut words: Vec<&str> = contact.name.as_deref().into_iter().collect();
    words.extend(contact.emails.iter().map(|email| email.address.as_str()));
    words.extend(contact.phones.iter().map(|phone| phone.number.as_str()));
    words.push(&contact.id);
    words.join(" ")
}

/// Where things stand on a screen.
enum Layout {
    Beside { list: usize },
    Below { list_rows: usize },
    ListOnly,
}

fn layout(width: usize, height: usize) -> Layout {
    let rows = height.saturating_sub(FRAME);
    if width >= BESIDE && rows > 0 {
        Layout::Beside { list: (width * 2 / 5).min(48) }
    } else if height >= BELOW {
        Layout::Below { list_rows: rows / 2 }
    } else {
        Layout::ListOnly
    }
}

/// How many rows the list has on a screen of this size.
pub fn list_rows(width: usize, height: usize) -> usize {
    match layout(width, height) {
        Layout::Below { list_rows } => list_rows,
        _ => height.saturating_sub(FRAME).max(usize::from(height > 1)),
    }
}

/// The lines of a screen: at most `height`, each at most `width` cells wide, nothing in them but text and colour.
pub fn frame(state: &State, width: usize, height: usize) -> Vec<String> {
    let rows = list_rows(width, height);
    let mut lines = vec![prompt(state, width)];
    match layout(width, height) {
        Layout::Beside { list } => {
            let card = card_lines(state, width - list - 3);
            let list_lines = list_lines(state, list, rows);
            for row in 0..rows {
                let (line, used) = list_lines.get(row).cloned().unwrap_or_default();
                let gap = " ".repeat(list.saturating_sub(used));
                let bar = state.paint.text(Style::Dim, "│");
                let card = card.get(row).map_or("", String::as_str);
                lines.push(format!("{line}{gap} {bar} {card}"));
            }
        }
        Layout::Below { .. } => {
            let mut listed: Vec<String> = list_lines(state, width, rows).into_iter().map(|(line, _)| line).collect();
            listed.resize(rows, String::new());
            lines.append(&mut listed);
            lines.push(state.paint.text(Style::Dim, &"─".repeat(width)));
            lines.extend(card_lines(state, width));
        }
        Layout::ListOnly => lines.extend(list_lines(state, width, rows).into_iter().map(|(line, _)| line)),
    }
    if height > FRAME {
        lines.truncate(height - 1);
        lines.resize(height - 1, String::new());
        let keys = "enter chooses · ↑ ↓ move · type to find · esc leaves";
        lines.push(state.paint.text(Style::Dim, &cut(keys, width)));
    }
    lines.truncate(height);
    lines
}

/// What was typed, its end first where there is no room, and how many match.
fn prompt(state: &State, width: usize) -> String {
    let count = format!("{}/{}", state.order.len(), state.contacts.len());
    let typed = visible(&state.typed);
    let room = width.saturating_sub(3);
    let mut start = 0;
    while cells(&typed[start..]) > room {
        start += typed[start..].chars().next().map_or(1, char::len_utf8);
    }
    let left = format!("> {}▏", &typed[start..]);
    let left = cut(&left, width);
    match width.checked_sub(cells(&left) + cells(&count)) {
        Some(gap) if gap >= 2 => format!("{left}{}{}", " ".repeat(gap), state.paint.text(Style::Dim, &count)),
        _ => left.into_owned(),
    }
}

/// The rows of the list with the cells that each takes; the one that is looked at is always among them.
fn list_lines(state: &State, width: usize, rows: usize) -> Vec<(String, usize)> {
    if state.order.is_empty() {
        let text = cut("  nothing matches", width).into_owned();
        let used = cells(&text);
        return vec![(text, used)].into_iter().take(rows).collect();
    }
    let top = state.selected.saturating_sub(rows / 2).min(state.order.len().saturating_sub(rows));
    let shown = state.order.iter().enumerate().skip(top).take(rows);
    shown.map(|(at, index)| list_line(state, &state.contacts[*index], at == state.selected, width)).collect()
}

fn list_line(state: &State, contact: &Contact, is_selected: bool, width: usize) -> (String, usize) {
    let mark = if is_selected { "▌ " } else { "  " };
    let name = contact.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("(no name)");
    let name = visible(name);
    let front = format!("{mark}{name}");
    let front = cut(&front, width);
    let style = match (is_selected, contact.blocked) {
        (true, _) => Style::Bold,
        (false, Some(true)) => Style::Struck,
        _ => Style::Normal,
    };
    let mut line = state.paint.text(style, &front);
    let mut used = cells(&front);
    let detail =
        contact.emails.first().map(|email| &email.address).or(contact.phones.first().map(|phone| &phone.number));
    if let Some(detail) = detail
        && width > used + 6
    {
        let detail = visible(detail);
        let detail = cut(&detail, width - used - 2);
        line.push_str("  ");
        state.paint.write(Style::Dim, &detail, &mut line);
        used += 2 + cells(&detail);
    }
    (line, used)
}

/// The card of the contact that is looked at.
fn card_lines(state: &State, width: usize) -> Vec<String> {
    let Some(contact) = state.chosen() else { return Vec::new() };
    // Plain, so that a line can be cut anywhere.
    let options =
        CardOptions { width: Some(width), color: Paint::Plain, now: state.now, relative_times: true, web_url: None };
    let mut bytes = Vec::new();
    card(contact, &options, &mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let styled = |(row, line): (usize, &str)| {
        let style = if row == 0 { Style::Bold } else { Style::Normal };
        state.paint.text(style, &cut(line, width))
    };
    text.lines().enumerate().map(styled).collect()
}

#[cfg(test)]
mod tests {
    use vte::{Params, Parser, Perform};

    use super::*;

    /// Accepts text and colour, and nothing else.
    #[derive(Default)]
    struct OnlyPrints {
        printed: String,
        other: Vec<String>,
    }

    impl Perform for OnlyPrints {
        fn print(&mut self, c: char) {
            self.printed.push(c);
        }

        fn execute(&mut self, byte: u8) {
            self.other.push(format!("control {byte:#x}"));
        }

        fn csi_dispatch(&mut self, _: &Params, _: &[u8], _: bool, action: char) {
            if action != 'm' {
                self.other.push(format!("csi {action}"));
            }
        }

        fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
            self.other.push("osc".to_owned());
        }

        fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
            self.other.push(format!("esc {byte:#x}"));
        }
    }

    fn contact(id: &str, name: &str, email: &str) -> Contact {
        let mut contact = Contact::new(name, "chatwoot", id);
        contact.emails.push(crate::model::Email { address: email.into(), verified: None });
        contact.name = Some(name.into());
        contact
    }

    fn hostile(paint: Paint) -> State {
        let names = [
            "Ann Lee",
            "\u{1b}]0;title\u{7}\u{1b}[2J\r\nroot#",
            "\u{9b}31m\u{202e}drowssap",
            "日本語の名前がとても長い場合でも幅を超えない",
            "👩‍👩‍👧‍👦 family \u{0}",
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
            "",
        ];
        let contacts = names.iter().map(|name| contact(&format!("{name}\u{1b}[H"), name, &format!("{name}@x.example")));
        State::new(contacts.collect(), Timestamp::UNIX_EPOCH, paint)
    }

    #[test]
    fn every_screen_fits_and_only_prints() {
        for paint in [Paint::Plain, Paint::Colored] {
            let mut state = hostile(paint);
            state.edit(|_| {});
            for typed in ["", "a\u{1b}[2J", "zzzz"] {
                state.edit(|text| typed.clone_into(text));
                for selected in 0..7 {
                    state.go(isize::MIN);
                    state.go(selected);
                    for (width, height) in
                        [(1, 1), (1, 50), (2, 3), (3, 4), (7, 14), (20, 5), (71, 24), (72, 3), (80, 24), (200, 50)]
                    {
                        let lines = frame(&state, width, height);
                        assert!(lines.len() <= height, "{width}x{height}: {} lines", lines.len());
                        for line in lines {
                            let mut seen = OnlyPrints::default();
                            Parser::new().advance(&mut seen, line.as_bytes());
                            assert!(seen.other.is_empty(), "{width}x{height} {line:?}: {:?}", seen.other);
                            assert!(cells(&seen.printed) <= width, "{width}x{height}: {line:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_card_stands_beside_or_below_and_the_chosen_one_is_in_sight() {
        let contacts = (0..100).map(|n| contact(&n.to_string(), &format!("Person {n:02}"), "p@x.example")).collect();
        let mut state = State::new(contacts, Timestamp::UNIX_EPOCH, Paint::Plain);
        for (width, height) in [(100, 20), (40, 20), (40, 6)] {
            for at in [0, 1, 50, 98, 99] {
                state.go(isize::MIN);
                state.go(at);
                let lines = frame(&state, width, height);
                assert!(lines.iter().any(|line| line.contains(&format!("▌ Person {at:02}"))), "{lines:#?}");
                assert_eq!(lines.len(), height);
                assert!(lines[0].ends_with("100/100"), "{}", lines[0]);
            }
        }
        let beside = frame(&state, 100, 20);
        assert!(beside[1].contains('│') && beside.iter().any(|line| line.contains("Email")), "{beside:#?}");
        let below = frame(&state, 40, 20);
        assert!(below.iter().any(|line| line.contains("Email")), "{below:#?}");
    }
}
