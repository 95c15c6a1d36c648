//! Colour: when there is some, and which.

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal that can, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl FromStr for ColorChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            other => Err(format!("`{other}` is no choice of colour; it is `auto`, `always` or `never`")),
        }
    }
}

impl fmt::Display for ColorChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}

/// Whether text is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// No escape sequence is written.
    #[default]
    Plain,
    /// Styles are written.
    Colored,
}

/// The styles in use; only the sixteen colours that every theme defines, so that all is legible on dark and light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As the terminal writes it.
    Normal,
    /// What matters least.
    Dim,
    /// What the eye shall find first.
    Bold,
    /// What was searched for.
    Match,
    /// What is well.
    Good,
    /// What needs attention.
    Warning,
    /// What failed.
    Error,
    /// What is out of use.
    Struck,
}

impl Style {
    fn ansi(self) -> anstyle::Style {
        use anstyle::{AnsiColor, Effects, Style as Ansi};
        let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
        match self {
            Self::Normal => Ansi::new(),
            Self::Dim => Ansi::new().effects(Effects::DIMMED),
            Self::Bold => Ansi::new().effects(Effects::BOLD),
            Self::Match => color(AnsiColor::Magenta).effects(Effects::BOLD),
            Self::Good => color(AnsiColor::Green),
            Self::Warning => color(AnsiColor::Yellow),
            Self::Error => color(AnsiColor::Red).effects(Effects::BOLD),
            Self::Struck => Ansi::new().effects(Effects::STRIKETHROUGH | Effects::DIMMED),
        }
    }
}

impl Paint {
    /// Appends `text` in `style` to `out`.
    pub fn write(self, style: Style, text: &str, out: &mut String) {
        if self == Self::Plain || style == Style::Normal || text.is_empty() {
            out.push_str(text);
            return;
        }
        let ansi = style.ansi();
        write!(out, "{}{text}{}", ansi.render(), ansi.render_reset()).expect("writing to a string cannot fail");
    }

    /// `text` in `style`.
    pub fn text(self, style: Style, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 12);
        self.write(style, text, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paint_writes_no_escapes() {
        assert_eq!(Paint::Plain.text(Style::Error, "error"), "error");
        assert_eq!(Paint::Colored.text(Style::Error, "error"), "\u{1b}[1m\u{1b}[31merror\u{1b}[0m");
        assert_eq!(Paint::Colored.text(Style::Normal, "x"), "x");
    }
}
