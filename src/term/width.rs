//! Display cells: how wide text is on a terminal, and how to cut and pad it to a width.
//!
//! Measures text that already went through [`super::visible`].

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// How many cells `text` takes on a terminal.
///
/// Terminals advance character by character, so ligatures (as lam-alef) count with both letters; only emoji that are joined,
/// coloured or selected by further characters count as one.
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else if text.contains(joins_emoji) {
        text.graphemes(true).map(grapheme_cells).sum()
    } else {
        text.chars().map(char_cells).sum()
    }
}

/// Whether `c` makes several characters one emoji.
fn joins_emoji(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn grapheme_cells(grapheme: &str) -> usize {
    let mut characters = grapheme.chars();
    let (Some(first), Some(second)) = (characters.next(), characters.next()) else {
        return grapheme.chars().map(char_cells).sum();
    };
    let is_emoji = |c| matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    let is_joined = |c: char| c == '\u{200d}' && char_cells(first) == 2;
    if is_emoji(second) || characters.clone().any(is_emoji) || grapheme.chars().any(is_joined) {
        2
    } else {
        grapheme.chars().map(char_cells).sum()
    }
}

fn char_cells(c: char) -> usize {
    match c {
        // Vowel signs that stand beside their letter, which terminals give a cell.
        '\u{9be}' | '\u{9d7}' | '\u{b3e}' | '\u{b57}' | '\u{bbe}' | '\u{bd7}' | '\u{d3e}' | '\u{d57}' | '\u{cc0}'
        | '\u{cc2}' | '\u{cc7}' | '\u{cc8}' | '\u{cca}' | '\u{ccb}' | '\u{cd5}' | '\u{cd6}' | '\u{dcf}' | '\u{ddf}' => {
            1
        }
        _ => c.width().unwrap_or(0),
    }
}

/// `text` cut to at most `most` cells, the last one `…` if something was cut; graphemes are never torn.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if cells(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(1) else { return Cow::Borrowed("") };
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_cells(grapheme);
        if used > room {
            break;
        }
        end = at + grapheme.len();
    }
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

/// `text` followed by spaces up to `width` cells.
pub fn pad(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + width);
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(cells(text))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_scripts() {
        for (text, width) in [
            ("Boris", 5),
            ("Zoe\u{308}", 3),
            ("田中", 4),
            ("ﾀﾅｶ", 3),
            ("김철수", 6),
            ("👍🏽", 2),
            ("👨‍👩‍👧", 2),
            ("🇩🇪", 2),
            ("❤️", 2),
            ("علاء", 4),
            ("สวัสดี", 4),
            ("", 0),
        ] {
            assert_eq!(cells(text), width, "{text}");
        }
    }

    #[test]
    fn cutting_keeps_graphemes_whole() {
        for (text, most, expected) in [
            ("Boris Doe", 9, "Boris Doe"),
            ("Boris Doe", 8, "Boris D…"),
            ("Boris Doe", 7, "Boris…"),
            ("田中太郎", 6, "田中…"),
            ("a👨‍👩‍👧b", 3, "a…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut(text, most), expected, "{text} {most}");
            assert!(cells(&cut(text, most)) <= most);
        }
    }

    /// Names and texts in many scripts, as people write them. Left out are emoji with a colour or a selector and letters with a
    /// joiner, on which terminals differ with their age; [`cells`] goes with the younger ones.
    const CORPUS: &[&str] = &[
        "Boris Doe",
        "Zoë Šťastná",
        "Zoe\u{308} Ångström",
        "Nguyễn Văn A",
        "Ngu\u{79}e\u{302}\u{303}n",
        "Борис Петров",
        "Ελένη Παπαδοπούλου",
        "Արմեն",
        "გიორგი",
        "דוד כהן",
        "דָּוִד",
        "محمد",
        "مُحَمَّد",
        "علاء الدين",
        "علی‌رضا",
        "नमस्ते",
        "राजेश कुमार",
        "শ্রী",
        "தமிழ்",
        "తెలుగు",
        "ಕನ್ನಡ",
        "മലയാളം",
        "සිංහල",
        "สวัสดี",
        "กำ",
        "ພາສາລາວ",
        "ខ្មែរ",
        "မြန်မာ",
        "བོད་",
        "አማርኛ",
        "ᏣᎳᎩ",
        "田中太郎",
        "王小明",
        "ﾀﾅｶ",
        "ｔａｎａｋａ",
        "김철수",
        "ᄀ",
        "ひらがな",
        "カタカナ",
        "＋４９",
        "Ａ",
        "①②③",
        "½",
        "…",
        "–",
        "✓",
        "⊘",
        "×",
        "·",
        "─",
        "👍",
        "😀",
        "🇩🇪",
        "☎",
        "™",
        "©",
        "\u{fffd}",
        "\\u{1b}[31m",
        "ß",
        "ﬁ",
        "Ǆ",
        "𝒜",
        "𠮷野",
        "🀄",
        "₿",
        "€",
        "﷽",
        "👨‍👩‍👧",
        "বাংলা",
        "ಕೋಲಾರ",
        "தொகை",
    ];

    /// tmux tells where its cursor stands after each text; where there is no tmux, nothing is checked.
    #[test]
    fn a_real_terminal_agrees() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let tmux = |arguments: &[&str]| {
            let mut command = std::process::Command::new("tmux");
            command.arg("-S").arg(&socket).args(["-f", "/dev/null", "-u"]).args(arguments);
            command.env_remove("TMUX").env("LC_ALL", "C.UTF-8").output()
        };
        // `cat` writes back what it is sent; here it waits, and the texts come in by a file.
        if tmux(&["new-session", "-d", "-x", "200", "-y", "50", "cat"]).is_err() {
            return;
        }
        let mut wrong = Vec::new();
        for text in CORPUS {
            let file = folder.path().join("text");
            std::fs::write(&file, format!("\r\u{1b}[2K{text}")).unwrap();
            let script = format!("cat {}; tmux -S {} wait-for -S shown; cat", file.display(), socket.display());
            tmux(&["respawn-pane", "-k", &script]).unwrap();
            tmux(&["wait-for", "shown"]).unwrap();
            let mut column = String::new();
            // The text may still be on its way from the pane to the screen.
            for _ in 0..50 {
                column = String::from_utf8(tmux(&["display-message", "-p", "#{cursor_x}"]).unwrap().stdout).unwrap();
                if column.trim() == cells(text).to_string() {
                    break;
                }
            }
            if column.trim() != cells(text).to_string() {
                wrong.push(format!("{text}: {} here, {} there", cells(text), column.trim()));
            }
        }
        tmux(&["kill-server"]).unwrap();
        assert_eq!(wrong, Vec::<String>::new());
    }
}
