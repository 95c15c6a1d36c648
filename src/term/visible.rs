//! The one choke point between text from elsewhere and a person's eyes: what could drive a terminal, hide or reorder
//! text is written out instead of being sent.
//!
//! Line feed, return and tab become `\n`, `\r`, `\t`; everything else that is unsafe becomes `\u{…}` with its code point in
//! hexadecimal. Characters are replaced, never dropped, except marks stacked beyond what any script needs, of which one `�` remains.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

/// How many marks may stand on one letter; scripts in use need five at most.
const MOST_MARKS: usize = 8;

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const EMOJI_SELECTOR: char = '\u{fe0f}';

/// `text` in a form that only prints: control, escape, bidi, invisible, unassigned and private characters are shown.
///
/// Joiners stay where they shape a word or join an emoji, and nowhere else.
pub fn visible(text: &str) -> Cow<'_, str> {
    match text.bytes().position(|byte| !(0x20..0x7f).contains(&byte)) {
        None => Cow::Borrowed(text),
        Some(first) => from_first_unusual(text, first),
    }
}

/// As [`visible`] for text of several lines, as a template's or a vendor's whole reply: line feeds and tabs stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) || byte == b'\n' || byte == b'\t') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\t']) {
        let end = line.len() - usize::from(line.ends_with(['\n', '\t']));
        out.push_str(&visible(&line[..end]));
        out.push_str(&line[end..]);
    }
    Cow::Owned(out)
}

fn from_first_unusual(text: &str, first: usize) -> Cow<'_, str> {
    // One step back, so that a mark sees the letter it stands on.
    let start = first.saturating_sub(1);
    let mut out = String::new();
    let mut copied = 0;
    let mut base = Base::None;
    let mut marks = 0;
    for (at, c) in text[start..].char_indices().map(|(at, c)| (at + start, c)) {
        let rest = &text[at + c.len_utf8()..];
        let verdict = if c.is_ascii() {
            marks = 0;
            judge_ascii(c)
        } else if is_mark(c) && c != EMOJI_SELECTOR {
            marks += 1;
            match marks {
                _ if !is_inert(c) || base == Base::None => Verdict::Show,
                0..=MOST_MARKS => Verdict::Send,
                _ if marks == MOST_MARKS + 1 => Verdict::Replace,
                _ => Verdict::Drop,
            }
        } else {
            let joins = joins(c, base, rest);
            if !joins {
                marks = 0;
            }
            if joins || (is_inert(c) && !is_joiner(c)) { Verdict::Send } else { Verdict::Show }
        };
        if verdict == Verdict::Send {
            base = base.after(c);
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + c.len_utf8();
        match verdict {
            Verdict::Show => show(c, &mut out),
            Verdict::Replace => out.push('\u{fffd}'),
            Verdict::Send | Verdict::Drop => {}
        }
        if !matches!(verdict, Verdict::Replace | Verdict::Drop) {
            base = Base::None;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether `c` by itself only prints: no control, format, bidi, invisible, unassigned or private character.
///
/// Joiners and variation selectors count as unsafe here, since alone they print nothing.
#[expect(clippy::match_same_arms, reason = "each arm is a class of its own")]
pub fn is_inert(c: char) -> bool {
    match c {
        // The ranges most names are made of, all of it assigned and printing.
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{400}'..='\u{481}' => true,
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        // Spaces other than the usual one.
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => true,
        // Letters and marks by category that are shown as nothing, and variation selectors.
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' => false,
        '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => false,
        _ => is_printable(c),
    }
}

/// Whether `c` is assigned and neither control, format, surrogate, private nor a separator, as the standard library's
/// tables tell. They are only reachable through what a string's `Debug` form escapes.
fn is_printable(c: char) -> bool {
    let mut text = [b'a', 0, 0, 0, 0];
    let length = c.encode_utf8(&mut text[1..]).len();
    let text = std::str::from_utf8(&text[..=length]).expect("a letter and a character are UTF-8");
    text.escape_debug().count() == 2
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Send,
    Show,
    Replace,
    Drop,
}

fn judge_ascii(c: char) -> Verdict {
    if c.is_ascii_control() { Verdict::Show } else { Verdict::Send }
}

/// What the next mark, selector or joiner would belong to.
#[derive(Clone, Copy, PartialEq)]
enum Base {
    None,
    Letter,
    /// A letter of a script whose words need joiners: Arabic, Syriac, the Indic scripts and their neighbours.
    Joining,
    Emoji,
    /// `#`, `*` and digits, which an emoji selector turns into keys.
    Key,
}

impl Base {
    fn after(self, c: char) -> Self {
        match c {
            ' ' => Self::None,
            '#' | '*' | '0'..='9' => Self::Key,
            _ if c.is_ascii() => Self::Letter,
            EMOJI_SELECTOR | '\u{1f3fb}'..='\u{1f3ff}' if self == Self::Emoji => Self::Emoji,
            ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER | EMOJI_SELECTOR => Self::Letter,
            _ if is_mark(c) => self,
            _ if is_pictograph(c) => Self::Emoji,
            _ if is_joining(c) => Self::Joining,
            _ if c.is_whitespace() => Self::None,
            _ => Self::Letter,
        }
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER | EMOJI_SELECTOR)
}

/// Whether `c` is a joiner or selector that does something useful between `base` and `rest`.
fn joins(c: char, base: Base, rest: &str) -> bool {
    let next = rest.chars().next();
    match c {
        EMOJI_SELECTOR => matches!(base, Base::Emoji | Base::Key),
        ZERO_WIDTH_JOINER if base == Base::Emoji => next.is_some_and(is_pictograph),
        ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => {
            base == Base::Joining && next.is_some_and(|next| is_joining(next) && next.is_alphabetic())
        }
        _ => false,
    }
}

/// Whether `c` takes no room of its own: a combining mark, or a letter that merges into the one before.
fn is_mark(c: char) -> bool {
    is_combining_mark(c) || (c.width() == Some(0) && is_inert(c))
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
        && is_inert(c)
}

fn is_joining(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{ddf}') && c.is_alphanumeric()
}

fn show(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => write!(out, "\\u{{{:x}}}", u32::from(c)).expect("writing to a string cannot fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_is_not_copied() {
        for text in [
            "",
            "Boris Doe",
            "Zoë",
            "Борис",
            "田中太郎",
            "김철수",
            "محمد",
            "नमस्ते",
            "สวัสดี",
            "👨‍👩‍👧",
            "❤️",
            "1️⃣",
            "👍🏽",
            "علی‌رضا",
            "e\u{301}",
        ] {
            assert!(
                matches!(visible(text), Cow::Borrowed(same) if same == text),
                "{text:?} became {:?}",
                visible(text)
            );
        }
    }

    #[test]
    fn what_drives_hides_or_reorders_is_shown() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("a\nb\r\tc\u{8}\u{7f}", "a\\nb\\r\\tc\\u{8}\\u{7f}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("\u{202e}evil\u{2066}\u{200f}", "\\u{202e}evil\\u{2066}\\u{200f}"),
            ("ad\u{200b}min\u{2028}", "ad\\u{200b}min\\u{2028}"),
            ("a\u{200d}b\u{fe0f}\u{fe0f}", "a\\u{200d}b\\u{fe0f}\\u{fe0f}"),
            ("\u{e0041}\u{e000}\u{378}\u{3164}", "\\u{e0041}\\u{e000}\\u{378}\\u{3164}"),
            ("\u{301}x \u{301}", "\\u{301}x \\u{301}"),
            ("علی\u{200c}", "علی\\u{200c}"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(visible_lines("a\tb\n\u{1b}c\r\n"), "a\tb\n\\u{1b}c\\r\n");
    }

    #[test]
    fn marks_do_not_pile_up() {
        let pile = format!("Z{}algo", "\u{301}".repeat(5_000));
        assert_eq!(visible(&pile), format!("Z{}\u{fffd}algo", "\u{301}".repeat(MOST_MARKS)));
        let jamo = "\u{1161}".repeat(1_000);
        assert!(visible(&format!("\u{1100}{jamo}")).chars().count() < 20);
    }

    #[test]
    fn no_character_alone_passes_unless_it_prints() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = c.to_string();
            let shown = visible(&text);
            assert!(shown.chars().all(|c| is_inert(c) && !c.is_control()), "U+{:04X}", u32::from(c));
            assert_eq!(visible(&shown), shown, "showing twice changes U+{:04X}", u32::from(c));
        }
    }
}
